//! Words and addresses out of feeds: markup goes, what is relative becomes absolute.

use std::collections::HashSet;
use std::sync::LazyLock;

use ammonia::Builder;
use quick_xml::escape::{resolve_html5_entity, unescape_with};
use url::Url;

use crate::domain::line::clean_text;

/// Characters of a text from which words are taken; more is cut before it is parsed.
const MAX_PARSED: usize = 20_000;
/// Octets of an address.
const MAX_ADDRESS: usize = 2_000;

/// Drops every tag and keeps the text between them.
static NO_TAGS: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder.clean_content_tags(HashSet::from([
        "script", "style", "title", "svg", "iframe", "noscript",
    ]));
    builder
});

/// An absolute web address out of what a feed says; `None` for other schemes and for what is relative to nothing.
pub(super) fn resolve(base: Option<&Url>, address: &str) -> Option<Url> {
    let address = address.trim();
    if address.is_empty() || address.len() > MAX_ADDRESS {
        return None;
    }
    let url = match base {
        Some(base) => base.join(address).ok()?,
        None => Url::parse(address).ok()?,
    };
    let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    (is_web && url.as_str().len() <= MAX_ADDRESS).then_some(url)
}

/// The words of a text that may be HTML, on one line.
pub(super) fn plain(html: &str) -> String {
    let html = head(html, MAX_PARSED);
    if !html.contains(['<', '&']) {
        return one_line(html);
    }
    // The end of a block ends a word.
    let spaced = html
        .replace("</p>", " ")
        .replace("<br", " <br")
        .replace("</li>", " ")
        .replace("</div>", " ");
    let text = NO_TAGS.clean(&spaced).to_string();
    let text = unescape_with(&text, resolve_html5_entity).map_or_else(|_| text.clone(), Into::into);
    one_line(&text)
}

/// A text with its line breaks as spaces and nothing invisible in it.
pub(super) fn one_line(text: &str) -> String {
    clean_text(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// At most `max` characters, cut between words with an ellipsis where that is possible.
pub(super) fn shorten(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let cut: String = text.chars().take(max.saturating_sub(1)).collect();
    let end = cut
        .rfind(' ')
        .filter(|end| *end > cut.len() / 2)
        .unwrap_or(cut.len());
    let words = cut.get(..end).unwrap_or(&cut);
    format!(
        "{}…",
        words.trim_end_matches([' ', ',', ';', ':', '.', '–', '-'])
    )
}

/// The first `max` octets, or a little less where a character would be cut.
pub(super) fn head(text: &str, max: usize) -> &str {
    let mut end = max.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_words_stay() {
        for (html, expected) in [
            ("Bridge reopens", "Bridge reopens"),
            ("AT&amp;T &ndash; <b>live</b>", "AT&T – live"),
            ("a < b & c", "a < b & c"),
            ("<p>One</p><p>two<br/>three</p>", "One two three"),
            ("x<script>alert(1)</script>y", "xy"),
            (" \n\t ", ""),
            ("\u{202E}evil\u{200B}", "evil"),
        ] {
            assert_eq!(plain(html), expected, "{html}");
        }
        assert!(plain(&"<b>".repeat(100_000)).is_empty());
    }

    #[test]
    fn only_web_addresses_are_addresses() {
        let base = Url::parse("https://example.org/a/feed.xml").unwrap();
        let found = |base: Option<&Url>, text: &str| resolve(base, text).map(String::from);
        assert_eq!(
            found(Some(&base), "../b"),
            Some("https://example.org/b".to_owned())
        );
        assert_eq!(
            found(Some(&base), "//x.example/y"),
            Some("https://x.example/y".to_owned())
        );
        assert_eq!(found(None, "/b"), None);
        for text in [
            "javascript:alert(1)",
            "mailto:a@b",
            "file:///etc/passwd",
            "",
            "data:,x",
        ] {
            assert_eq!(found(Some(&base), text), None, "{text}");
        }
    }

    #[test]
    fn long_texts_end_between_words() {
        assert_eq!(shorten("one two three", 13), "one two three");
        assert_eq!(shorten("one two, three", 10), "one two…");
        assert_eq!(shorten(&"x".repeat(20), 10).chars().count(), 10);
        assert_eq!(head("aä", 2), "a");
    }
}
