//! Filling in what differs per reader, after the content of an edition was frozen.
//!
//! A marker is a name between two private-use characters, which [`crate::domain::line`] and
//! [`crate::domain::article_body`] strip from everything that comes from outside: no article can forge one.

use std::borrow::Cow;

use super::quoted_printable;
use crate::templates::escape_html;

const OPEN: char = '\u{E000}';
const CLOSE: char = '\u{E001}';

/// The marker of that name.
#[must_use]
pub fn marker(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

/// What a marker stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The reader's address.
    Address,
    /// The date of the order in words.
    SubscribedOn,
    /// The link that ends the subscription.
    UnsubscribeUrl,
    /// The link that changes it.
    PreferencesUrl,
}

/// A part of a frozen text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// The same for all readers.
    Text(String),
    /// What differs.
    Value(Field),
}

/// Takes a frozen text apart; the line that says "test" stays when `is_test`. A marker that nobody knows is nothing.
#[must_use]
pub fn pieces(frozen: &str, is_test: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut in_test_line = false;
    for (index, part) in frozen.split(OPEN).enumerate() {
        let (name, after) = match part.split_once(CLOSE) {
            Some((name, after)) if index > 0 => (name, after),
            _ => ("", part),
        };
        in_test_line = (in_test_line || name == "test") && name != "/test";
        if in_test_line && !is_test {
            continue;
        }
        if let Some(field) = field(name) {
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text)));
            }
            pieces.push(Piece::Value(field));
        }
        text.push_str(after);
    }
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    pieces
}

fn field(name: &str) -> Option<Field> {
    match name {
        "address" => Some(Field::Address),
        "subscribed_on" => Some(Field::SubscribedOn),
        "unsubscribe_url" => Some(Field::UnsubscribeUrl),
        "preferences_url" => Some(Field::PreferencesUrl),
        _ => None,
    }
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
    /// Changes it.
    pub preferences_url: String,
    /// Whether the line that says "test" stays.
    pub is_test: bool,
}

impl Parts {
    /// `frozen` with the reader's parts, escaped for HTML when `as_html`.
    #[must_use]
    pub fn fill(&self, frozen: &str, as_html: bool) -> String {
        let mut filled = String::with_capacity(frozen.len() + 256);
        for piece in pieces(frozen, self.is_test) {
            match piece {
                Piece::Text(text) => filled.push_str(&text),
                Piece::Value(field) => filled.push_str(&self.value(field, as_html)),
            }
        }
        filled
    }

    /// The same in quoted-printable, each of the reader's parts on lines of its own: how a part of a message is written.
    #[must_use]
    pub fn encode(&self, frozen: &str, as_html: bool) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(frozen.len() + frozen.len() / 8 + 512);
        for piece in pieces(frozen, self.is_test) {
            let piece = match piece {
                Piece::Text(text) => quoted_printable::encode(&text),
                Piece::Value(field) => quoted_printable::encode(&self.value(field, as_html)),
            };
            quoted_printable::append(&mut encoded, &piece);
        }
        encoded
    }

    /// One of the reader's parts, escaped for HTML when `as_html`.
    #[must_use]
    pub fn value(&self, field: Field, as_html: bool) -> Cow<'_, str> {
        let text = match field {
            Field::Address => &self.address,
            Field::SubscribedOn => &self.subscribed_on,
            Field::UnsubscribeUrl => &self.unsubscribe_url,
            Field::PreferencesUrl => &self.preferences_url,
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
            preferences_url: "https://news.example.org/preferences/y".to_owned(),
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
    fn what_is_encoded_reads_as_what_is_filled() {
        let frozen = format!(
            "Für {} seit\n{}.",
            marker("address"),
            marker("subscribed_on")
        );
        let encoded = parts(false).encode(&frozen, false);
        let decoded =
            ::quoted_printable::decode(encoded, ::quoted_printable::ParseMode::Strict).unwrap();
        assert_eq!(
            String::from_utf8(decoded).unwrap(),
            parts(false).fill(&frozen, false).replace('\n', "\r\n")
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
