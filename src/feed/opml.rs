//! OPML: lists of feeds, as feed readers export them.

use serde::Serialize;

use super::xml::{self, Element};
use super::{Context, Error, MAX_BYTES, decode, html, text};

/// Feeds of one list; a newsroom has hundreds at most.
const MAX_FEEDS: usize = 5_000;

/// A feed in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// Address of the feed, as written.
    pub url: String,
    /// Its title; may be empty.
    pub title: String,
    /// The folders around it, outermost first.
    pub folders: Vec<String>,
}

/// Reads a list of feeds in the order of the document; a feed that is there twice comes once.
///
/// # Errors
/// [`Error`], as for a feed.
pub fn parse_opml(bytes: &[u8], context: Context) -> Result<Vec<Outline>, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge { max: MAX_BYTES });
    }
    let (document, _) = decode::decode(bytes, context.charset)?;
    let document = document.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if document.is_empty() {
        return Err(Error::Empty);
    }
    if html::is_page(document) {
        return Err(Error::HtmlPage {
            hint: "; an OPML file is needed".to_owned(),
        });
    }
    if !document.starts_with('<') {
        let beginning = text::shorten(&text::one_line(text::head(document, 200)), 40);
        return Err(Error::NeitherXmlNorJson { beginning });
    }
    let root = xml::parse(document, context.base)?;
    if !root.name.eq_ignore_ascii_case("opml") {
        let mend = "an OPML file begins with <opml>; `tidings feeds add URL` adds a single feed";
        return Err(Error::OtherXml {
            root: root.name,
            mend,
        });
    }
    let mut found = Vec::new();
    for body in root
        .elements()
        .filter(|it| it.name.eq_ignore_ascii_case("body"))
    {
        collect(body, &mut Vec::new(), &mut found);
    }
    Ok(found)
}

fn collect(parent: &Element, folders: &mut Vec<String>, found: &mut Vec<Outline>) {
    for outline in parent
        .elements()
        .filter(|it| it.name.eq_ignore_ascii_case("outline"))
    {
        let title = outline
            .attribute("title")
            .or_else(|| outline.attribute("text"))
            .unwrap_or_default();
        let title = text::shorten(&text::one_line(title), 200);
        let url = outline.attribute("xmlUrl").or_else(|| {
            // Some programs write the feed's address as `url`.
            outline.attribute("url").filter(|_| {
                outline
                    .attribute("type")
                    .is_some_and(|it| it.eq_ignore_ascii_case("rss"))
            })
        });
        if let Some(url) = url {
            if found.len() < MAX_FEEDS && found.iter().all(|it| it.url != url) {
                found.push(Outline {
                    url: url.to_owned(),
                    title,
                    folders: folders.clone(),
                });
            }
        } else {
            folders.push(title);
            collect(outline, folders, found);
            folders.pop();
        }
    }
}
