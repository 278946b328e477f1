//! Feeds: octets in, articles to be out. RSS 0.9x to 2.0, RSS 1.0 (RDF), Atom 0.3 and 1.0, JSON Feed 1.x, posts of the REST
//! API of `WordPress`, OPML, and articles in web pages.
//!
//! Pure: nothing here fetches. One bad item spoils no other, and no document takes more than bounded time and space.
//!
//! The mapping is our own, on `quick-xml`: feed-rs (3.0) refuses a whole feed for one empty `<content>`, one JSON id that
//! is a number, or a version of RSS that it does not know, has no `dc:title`, and its way of taking mail addresses out of
//! names can panic on text beyond ASCII.

mod atom;
mod dates;
mod decode;
mod draft;
mod error;
mod ghost;
mod html;
mod json;
mod link_header;
mod opml;
mod page;
mod rss;
mod text;
mod wordpress;
mod xml;

use std::collections::HashSet;

use jiff::Timestamp;
use serde::Serialize;
use url::Url;

pub use draft::{Defaults, DraftError, draft, external_id, mark, tells_language};
pub use error::Error;
pub use ghost::{GhostEvent, parse_ghost};
pub use html::feeds_of_page;
pub use link_header::{Link, parse_links};
pub use opml::{Outline, parse_opml};
pub use page::parse_page;

/// Octets of a document that are parsed at most: 16 MiB.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// Items of a document that are read; newest ones come first in almost every feed.
pub const MAX_ITEMS: usize = 2_000;
/// Notices that are kept of one document.
const MAX_NOTICES: usize = 20;
/// Characters of a title; longer ones are cut between words.
const MAX_TITLE_CHARS: usize = 200;
/// Characters of a summary; longer ones are cut between words.
const MAX_SUMMARY_CHARS: usize = 600;
/// Characters of a title that is made of the first words.
const MADE_TITLE_CHARS: usize = 80;

/// Which format a document has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Format {
    /// RSS 0.91 to 2.0.
    #[serde(rename = "rss")]
    Rss,
    /// RSS 0.9 and 1.0.
    #[serde(rename = "rdf")]
    Rdf,
    /// Atom.
    #[serde(rename = "atom")]
    Atom,
    /// JSON Feed.
    #[serde(rename = "json")]
    Json,
    /// Posts of the REST API of `WordPress`.
    #[serde(rename = "wordpress")]
    WordPress,
}

/// A document that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    /// Its format.
    pub format: Format,
    /// Its title; may be empty.
    pub title: String,
    /// The web page that it belongs to.
    pub link: Option<String>,
    /// Its own address, as it says.
    pub self_url: Option<String>,
    /// The `WebSub` hub that tells of news.
    pub hub_url: Option<String>,
    /// Its language, as written.
    pub language: Option<String>,
    /// Its items in the order of the document, each with an identity of its own.
    pub items: Vec<FeedItem>,
    /// What was wrong and could be borne.
    pub notices: Vec<String>,
}

/// A picture of an item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Picture {
    /// Absolute address.
    pub url: String,
    /// What it shows.
    pub alt: String,
    /// Who made it.
    pub credit: String,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FeedItem {
    /// The publisher's id of it, else its address: the same identity is the same article.
    pub identity: String,
    /// Where it can be read.
    pub link: Option<String>,
    /// Its title as text; made of the first words where there is none.
    pub title: String,
    /// A short text about it, without markup; may be empty.
    pub summary: String,
    /// Its text as HTML, not cleaned; may be empty.
    pub content_html: String,
    /// What addresses in the HTML are relative to.
    pub base: Option<String>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
    /// Its picture.
    pub picture: Option<Picture>,
    /// Its language, as written.
    pub language: Option<String>,
    /// Its categories, as written.
    pub categories: Vec<String>,
    /// Names of its authors.
    pub authors: Vec<String>,
}

impl FeedItem {
    /// When it was published, else when it was changed; an item without either is irrelevant.
    #[must_use]
    pub fn dated_at(&self) -> Option<Timestamp> {
        self.published_at.or(self.updated_at)
    }
}

/// What is known of a document besides its octets.
#[derive(Debug, Clone, Copy, Default)]
pub struct Context<'a> {
    /// Where it came from.
    pub base: Option<&'a Url>,
    /// `charset` of its `Content-Type`.
    pub charset: Option<&'a str>,
}

/// Reads a document of any of the formats.
///
/// # Errors
/// [`Error`], which says what the document is instead, or where it is broken.
pub fn parse(bytes: &[u8], context: Context) -> Result<Document, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge { max: MAX_BYTES });
    }
    let (text, notice) = decode::decode(bytes, context.charset)?;
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}' || c == '\0');
    let mut feed = match text.chars().next() {
        None => return Err(Error::Empty),
        Some('<') if html::is_page(text) => {
            return Err(Error::HtmlPage {
                hint: html::hint(text, context.base),
            });
        }
        Some('<') => of_xml(&xml::parse(text, context.base)?)?,
        Some('{' | '[') => json::read(text, context.base)?,
        Some(_) => {
            let beginning = text::shorten(&text::one_line(text::head(text, 200)), 40);
            return Err(Error::NeitherXmlNorJson { beginning });
        }
    };
    feed.notices.extend(notice);
    feed.notices.truncate(MAX_NOTICES);
    Ok(feed)
}

fn of_xml(root: &xml::Element) -> Result<Document, Error> {
    let mend = match root.name.to_ascii_lowercase().as_str() {
        "rss" => return rss::read(root, Format::Rss),
        "rdf" => return rss::read(root, Format::Rdf),
        "channel" => return Ok(rss::read_channel(root, root, Format::Rss)),
        "feed" => return Ok(atom::read(root)),
        "entry" => "it is a single Atom entry; give the address of the whole feed",
        "opml" => "it is a list of feeds: `tidings feeds import FILE` takes it",
        "urlset" | "sitemapindex" => {
            "it is a sitemap; give the address of the RSS, Atom or JSON feed"
        }
        "error" => {
            "it is the error message of a storage service; look whether the address is right"
        }
        _ => "give the address of an RSS, Atom or JSON feed",
    };
    Err(Error::OtherXml {
        root: root.name.clone(),
        mend,
    })
}

/// Collects the items of a document, puts them in order, and notes what is wrong with which.
#[derive(Default)]
struct Items {
    taken: Vec<FeedItem>,
    /// Items of the document so far, those that were left out included.
    read: usize,
    seen: HashSet<String>,
    notices: Vec<String>,
}

impl Items {
    /// Takes an item; it must have an identity that no earlier one has.
    fn push(&mut self, mut item: FeedItem) {
        self.read += 1;
        let number = self.read;
        if self.taken.len() >= MAX_ITEMS {
            let notice = format!("the feed has more than {MAX_ITEMS} items; the rest is not read");
            if self.notices.last() != Some(&notice) {
                self.notices.push(notice);
            }
            return;
        }
        if item.identity.is_empty() {
            item.identity = item.link.clone().unwrap_or_default();
        }
        if item.identity.is_empty() {
            let title = text::shorten(&item.title, 60);
            return self.notice(format!(
                "item {number} ({title:?}) has neither an id nor a link and cannot be told from others; it is left out"
            ));
        }
        if !self.seen.insert(item.identity.clone()) {
            let identity = text::shorten(&item.identity, 80);
            return self.notice(format!("{identity:?} is there twice; the first one counts"));
        }
        if item.title.is_empty() {
            let words = if item.summary.is_empty() {
                text::plain(&item.content_html)
            } else {
                item.summary.clone()
            };
            item.title = text::shorten(&words, MADE_TITLE_CHARS);
        }
        item.title = text::shorten(&item.title, MAX_TITLE_CHARS);
        item.summary = text::shorten(&item.summary, MAX_SUMMARY_CHARS);
        self.taken.push(item);
    }

    fn notice(&mut self, notice: String) {
        if self.notices.len() < MAX_NOTICES {
            self.notices.push(notice);
        }
    }
}

/// Whether an address ends like a picture's.
fn looks_like_a_picture(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif"]
        .iter()
        .any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests;
