//! Filling in what differs per reader, after the content of an edition was frozen.
//!
//! A marker is a name between two private-use characters, which [`crate::domain::line`] and
//! [`crate::domain::article_body`] strip from everything that comes from outside: no article can forge one.

use std::borrow::Cow;

use crate::templates::escape_html;

const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// The marker of that name.
#[must_use]
pub fn marker(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// What is filled in for one reader.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The reader's address.
    pub address: String,
    /// The date of the order in words.
    pub subscribed_on: String,
    /// Ends the subscription.
    pub unsubscribe_url: String,
    /// Whether the line that says "test" stays.
    pub is_test: bool,
}

impl Parts {
    /// `frozen` with the reader's parts, escaped for HTML when `as_html`.
    #[must_use]
    pub fn fill(&self, frozen: &str, as_html: bool) -> String {
        let mut filled = String::with_capacity(frozen.len() + 256);
        let mut in_test_line = false;
        for (index, piece) in frozen.split(OPEN).enumerate() {
            let (name, text) = match piece.split_once(CLOSE) {
                Some((name, text)) if index > 0 => (name, text),
                _ => ("", piece),
            };
            in_test_line = (in_test_line || name == "test") && name != "/test";
            if !in_test_line || self.is_test {
                filled.push_str(&self.value(name, as_html));
                filled.push_str(text);
            }
        }
        filled
    }

    fn value(&self, name: &str, as_html: bool) -> Cow<'_, str> {
        let text = match name {
            "address" => &self.address,
            "subscribed_on" => &self.subscribed_on,
            "unsubscribe_url" => &self.unsubscribe_url,
            _ => return Cow::Borrowed(""),
        };
        if as_html {
            Cow::Owned(escape_html(text))
        } else {
            Cow::Borrowed(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(is_test: bool) -> Parts {
        Parts {
            address: "o'hara&co@example.org".to_owned(),
            subscribed_on: "12. Januar 2022".to_owned(),
            unsubscribe_url: "https://news.example.org/unsubscribe/x".to_owned(),
            is_test,
        }
    }

    #[test]
    fn markers_are_filled_and_escaped() {
        let frozen = format!(
            "Für {} seit {}.",
            marker("address"),
            marker("subscribed_on")
        );
        assert_eq!(
            parts(false).fill(&frozen, false),
            "Für o'hara&co@example.org seit 12. Januar 2022."
        );
        assert_eq!(
            parts(false).fill(&frozen, true),
            "Für o&#39;hara&amp;co@example.org seit 12. Januar 2022."
        );
    }

    #[test]
    fn the_test_line_is_only_in_test_copies() {
        let frozen = format!("a{}TEST{}b", marker("test"), marker("/test"));
        assert_eq!(parts(false).fill(&frozen, true), "ab");
        assert_eq!(parts(true).fill(&frozen, true), "aTESTb");
    }

    #[test]
    fn text_without_markers_stays_as_it_is() {
        assert_eq!(parts(false).fill("nur Text", true), "nur Text");
        assert_eq!(
            parts(false).fill(&format!("x{}y", marker("nonsense")), true),
            "xy"
        );
    }
}
