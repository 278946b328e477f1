//! Web pages that stand where a feed should: what feeds they name.

use dom_query::Document;
use url::Url;

use super::text::{head, resolve};

/// Octets of a page in which its feeds are looked for: they stand in the head.
const MAX_BYTES: usize = 128 * 1024;
/// Tags in that part; a parser's time can grow with their square.
const MAX_TAGS: usize = 4_000;
/// Feeds that are named at most.
const MAX_FEEDS: usize = 5;

/// Whether a document begins as a web page does.
pub(super) fn is_page(text: &str) -> bool {
    let mut rest = text.trim_start();
    loop {
        let end = match rest {
            _ if rest.starts_with("<?") => "?>",
            _ if rest.starts_with("<!--") => "-->",
            _ => break,
        };
        let Some((_, after)) = rest.split_once(end) else {
            return false;
        };
        rest = after.trim_start();
    }
    let start = head(rest, 64).to_ascii_lowercase();
    [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<meta",
        "<script",
    ]
    .iter()
    .any(|tag| start.starts_with(tag))
}

/// The feeds that a page names in its head (RSS autodiscovery), at most five.
#[must_use]
pub fn feeds_of_page(text: &str, base: Option<&Url>) -> Vec<Url> {
    let text = head(text, MAX_BYTES);
    if memchr::memchr_iter(b'<', text.as_bytes()).count() > MAX_TAGS {
        return Vec::new();
    }
    let page = Document::from(text);
    let own_base = page
        .select("base[href]")
        .attr("href")
        .and_then(|href| resolve(base, &href));
    let base = own_base.as_ref().or(base);
    let mut feeds = Vec::new();
    let links = page.select("link[rel][href]");
    for link in &links {
        let kind = link.attr_or("type", "").to_ascii_lowercase();
        let relation = link.attr_or("rel", "").to_ascii_lowercase();
        let is_feed = ["rss", "atom", "feed+json", "rdf"]
            .iter()
            .any(|word| kind.contains(word))
            || relation.split_whitespace().any(|word| word == "feed");
        let is_alternate = relation
            .split_whitespace()
            .any(|word| matches!(word, "alternate" | "feed"));
        let found = resolve(base, &link.attr_or("href", "")).filter(|url| !feeds.contains(url));
        if let (true, true, Some(url)) = (is_feed, is_alternate, found) {
            feeds.push(url);
        }
    }
    feeds.truncate(MAX_FEEDS);
    feeds
}

/// What to do instead, as the end of a sentence.
pub(super) fn hint(text: &str, base: Option<&Url>) -> String {
    let feeds = feeds_of_page(text, base);
    if feeds.is_empty() {
        return "; open it in a browser and look for a link to RSS, or ask the publisher"
            .to_owned();
    }
    let names: Vec<&str> = feeds.iter().map(Url::as_str).collect();
    format!("; it names {}", names.join(" and "))
}
