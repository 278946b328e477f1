//! An edition's message with holes: built and encoded once, filled per reader.
//!
//! [`message::build`] makes a whole message for a reader who does not exist; wherever a value of theirs stands, the bytes
//! are cut. So a filled message is the same octets that [`message::build`] would have made, without encoding, escaping or
//! allocating anything that grows with the body. [`splice::Parts::encode`] puts each value on lines of its own, which is
//! what makes the rest independent of it.

use std::sync::Arc;

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::email::Rendered;
use super::envelope::Envelope;
use super::message::{self, Content, Identity, Kind, MessageError};
use super::quoted_printable;
use super::splice::{self, Field, Piece};
use crate::domain::email_address::EmailAddress;
use crate::domain::fingerprint::fingerprint;
use crate::domain::id::{DeliveryId, EditionId};
use crate::domain::language::Language;
use crate::templates::escape_html;

/// What stands in a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    MessageId,
    To,
    ListUnsubscribe,
    Body { field: Field, as_html: bool },
}

/// An edition, frozen: what is the same for all its readers.
#[derive(Debug, Clone)]
pub struct Edition<'a> {
    /// Which one.
    pub id: EditionId,
    /// `Date` of every copy.
    pub date: Timestamp,
    /// The language of the words.
    pub language: &'a Language,
    /// Subject and parts, with markers.
    pub frozen: &'a Rendered,
    /// List headers; the unsubscribe link in it is not looked at.
    pub kind: &'a Kind,
    /// The unsubscribe link without the reader's token at its end.
    pub unsubscribe_base: String,
    /// The same of the link to the preferences.
    pub preferences_base: String,
    /// Whether the message has the text part only.
    pub is_text_only: bool,
}

/// What differs per reader.
#[derive(Debug, Clone)]
pub struct Reader {
    /// Gives the Message-ID.
    pub delivery: DeliveryId,
    /// Where to.
    pub address: EmailAddress,
    /// The date of the order in words; shared by all who ordered on the same day.
    pub subscribed_on: Arc<str>,
    /// The token at the end of the unsubscribe link.
    pub unsubscribe_token: String,
    /// The token at the end of the link to the preferences.
    pub preferences_token: String,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct PreparedEdition {
    /// What stands before each hole, with its hole.
    pieces: Vec<(Vec<u8>, Hole)>,
    /// What stands after the last one.
    tail: Vec<u8>,
    /// Octets of all of it without the holes.
    fixed_bytes: usize,
    identity: Identity,
    needs_smtputf8: bool,
    unsubscribe_base: String,
    preferences_base: String,
    /// Where the body begins: the index of its first piece, and the offset in it.
    body_start: (usize, usize),
}

impl PreparedEdition {
    /// Builds and cuts the message.
    ///
    /// # Errors
    /// When a header cannot be formed.
    pub fn new(identity: &Identity, edition: &Edition<'_>) -> Result<Self, MessageError> {
        // A reader whose values stand nowhere else: nobody writes a text that holds its own hash.
        let mark = fingerprint(edition.frozen.html.as_bytes(), 32);
        let nobody = Reader {
            delivery: DeliveryId::from(
                uuid::Builder::from_sha1_bytes(first_bytes(&mark)).into_uuid(),
            ),
            address: format!("a{mark}@tidings.invalid")
                .parse()
                .map_err(unexpected)?,
            subscribed_on: format!("d{mark}").into(),
            unsubscribe_token: format!("tidings-{mark}-txt"),
            preferences_token: format!("tidings-{mark}-prf"),
        };
        let whole = slow(identity, edition, &nobody)?;
        let mut cutter = Cutter {
            prepared: Self {
                pieces: Vec::new(),
                tail: Vec::new(),
                fixed_bytes: 0,
                identity: identity.clone(),
                needs_smtputf8: whole.envelope.needs_smtputf8,
                unsubscribe_base: edition.unsubscribe_base.clone(),
                preferences_base: edition.preferences_base.clone(),
                body_start: (0, 0),
            },
            rest: &whole.bytes,
            nobody: &nobody,
        };
        cutter.cut_head()?;
        cutter.cut_part(&edition.frozen.text, false)?;
        if !edition.is_text_only {
            cutter.cut_part(&edition.frozen.html, true)?;
        }
        Ok(cutter.finish())
    }

    /// Writes the message for `reader` into `bytes`, which is emptied first.
    pub fn write(&self, reader: &Reader, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.reserve(self.fixed_bytes + 1024);
        for (before, hole) in &self.pieces {
            bytes.extend_from_slice(before);
            self.fill(*hole, reader, bytes);
        }
        bytes.extend_from_slice(&self.tail);
    }

    /// The envelope of the message for `reader` that has `size` octets.
    #[must_use]
    pub fn envelope(&self, reader: &Reader, size: usize) -> Envelope {
        Envelope {
            from: self.identity.return_path.as_str().to_owned(),
            to: reader.address.as_str().to_owned(),
            needs_smtputf8: self.needs_smtputf8 || reader.address.needs_smtputf8(),
            size,
        }
    }

    /// The SHA-256 of the body of the message for `reader`, which is what a DKIM signature (RFC 6376 §3.7) is over with
    /// simple body canonicalisation: the body has no empty line at its end that would have to go. `until_first_value`
    /// is [`PreparedEdition::body_hash_start`], which all readers share.
    #[must_use]
    pub fn body_hash(&self, until_first_value: &Sha256, reader: &Reader) -> [u8; 32] {
        let mut hash = until_first_value.clone();
        let mut value = Vec::with_capacity(256);
        for (index, (before, hole)) in self.pieces.iter().enumerate().skip(self.body_start.0) {
            if index > self.body_start.0 {
                hash.update(before);
            }
            value.clear();
            self.fill(*hole, reader, &mut value);
            hash.update(&value);
        }
        // Without a value in the body all of it is in the tail, behind the rest of the head.
        let start = if self.pieces.len() > self.body_start.0 {
            0
        } else {
            self.body_start.1
        };
        hash.update(self.tail.get(start..).unwrap_or_default());
        hash.finalize().into()
    }

    /// The hash over the body up to the first value of a reader: most of the plain-text part.
    #[must_use]
    pub fn body_hash_start(&self) -> Sha256 {
        let mut hash = Sha256::new();
        let first = self.pieces.get(self.body_start.0);
        hash.update(
            first
                .and_then(|(bytes, _)| bytes.get(self.body_start.1..))
                .unwrap_or_default(),
        );
        hash
    }

    fn fill(&self, hole: Hole, reader: &Reader, bytes: &mut Vec<u8>) {
        match hole {
            Hole::MessageId => {
                bytes.extend_from_slice(
                    message::message_id(reader.delivery, &self.identity).as_bytes(),
                );
            }
            Hole::To => bytes.extend_from_slice(reader.address.as_str().as_bytes()),
            Hole::ListUnsubscribe => {
                bytes.extend_from_slice(self.unsubscribe_base.as_bytes());
                bytes.extend_from_slice(reader.unsubscribe_token.as_bytes());
            }
            Hole::Body { field, as_html } => {
                bytes.extend_from_slice(&self.encoded(field, as_html, reader));
            }
        }
    }

    fn encoded(&self, field: Field, as_html: bool, reader: &Reader) -> Vec<u8> {
        let encode = |text: &str| {
            if as_html {
                quoted_printable::encode(&escape_html(text))
            } else {
                quoted_printable::encode(text)
            }
        };
        match field {
            Field::Address => encode(reader.address.as_str()),
            Field::SubscribedOn => encode(&reader.subscribed_on),
            Field::UnsubscribeUrl => encode(&format!(
                "{}{}",
                self.unsubscribe_base, reader.unsubscribe_token
            )),
            Field::PreferencesUrl => encode(&format!(
                "{}{}",
                self.preferences_base, reader.preferences_token
            )),
        }
    }
}

/// The message for one reader, built as a whole: the reference for [`PreparedEdition::write`], and what it is cut from.
///
/// # Errors
/// When a header cannot be formed.
pub fn slow(
    identity: &Identity,
    edition: &Edition<'_>,
    reader: &Reader,
) -> Result<message::Message, MessageError> {
    let is_test = matches!(edition.kind, Kind::List { is_test: true, .. });
    let unsubscribe_url = format!("{}{}", edition.unsubscribe_base, reader.unsubscribe_token);
    let parts = splice::Parts {
        address: reader.address.as_str().to_owned(),
        subscribed_on: reader.subscribed_on.to_string(),
        unsubscribe_url: unsubscribe_url.clone(),
        preferences_url: format!("{}{}", edition.preferences_base, reader.preferences_token),
        is_test,
    };
    let content = Content {
        subject: edition.frozen.subject.clone(),
        text: parts.encode(&edition.frozen.text, false),
        html: (!edition.is_text_only).then(|| parts.encode(&edition.frozen.html, true)),
    };
    let mut kind = edition.kind.clone();
    if let Kind::List {
        unsubscribe_url: url,
        ..
    } = &mut kind
    {
        *url = unsubscribe_url;
    }
    message::build(
        identity,
        &message::Parts {
            delivery: reader.delivery,
            boundary: edition.id.as_uuid(),
            date: edition.date,
            to: &reader.address,
            language: edition.language,
            content: &content,
            kind: &kind,
        },
    )
}

/// Cuts the message of nobody at its values.
struct Cutter<'a> {
    prepared: PreparedEdition,
    rest: &'a [u8],
    nobody: &'a Reader,
}

impl Cutter<'_> {
    /// The three headers, in whatever order they stand.
    fn cut_head(&mut self) -> Result<(), MessageError> {
        let end =
            memchr::memmem::find(self.rest, b"\r\n\r\n").ok_or_else(|| unexpected("no body"))?;
        let head = self.rest.get(..end).unwrap_or_default();
        let mut found = Vec::new();
        for hole in [Hole::MessageId, Hole::To, Hole::ListUnsubscribe] {
            let mut value = Vec::new();
            self.prepared.fill(hole, self.nobody, &mut value);
            let at = memchr::memmem::find(head, &value)
                .ok_or_else(|| unexpected("a header lacks its value"))?;
            found.push((at, value.len(), hole));
        }
        found.sort_unstable_by_key(|(at, ..)| *at);
        let mut done = 0;
        for (at, length, hole) in found {
            self.take(at - done, length, hole);
            done = at + length;
        }
        let body = end + 4 - done;
        self.prepared.body_start = (self.prepared.pieces.len(), body);
        Ok(())
    }

    fn cut_part(&mut self, frozen: &str, as_html: bool) -> Result<(), MessageError> {
        for piece in splice::pieces(frozen, false) {
            let Piece::Value(field) = piece else {
                continue;
            };
            let value = self.prepared.encoded(field, as_html, self.nobody);
            let at = memchr::memmem::find(self.rest, &value)
                .ok_or_else(|| unexpected("a part lacks a value"))?;
            self.take(at, value.len(), Hole::Body { field, as_html });
        }
        Ok(())
    }

    fn take(&mut self, before: usize, length: usize, hole: Hole) {
        let (piece, rest) = self
            .rest
            .split_at_checked(before)
            .unwrap_or((self.rest, &[]));
        self.prepared.fixed_bytes += piece.len();
        self.prepared.pieces.push((piece.to_vec(), hole));
        self.rest = rest.get(length..).unwrap_or_default();
    }

    fn finish(mut self) -> PreparedEdition {
        self.prepared.fixed_bytes += self.rest.len();
        self.prepared.tail = self.rest.to_vec();
        self.prepared
    }
}

fn first_bytes(hex: &str) -> [u8; 16] {
    let mut bytes = [0; 16];
    for (byte, letter) in bytes.iter_mut().zip(hex.bytes()) {
        *byte = letter;
    }
    bytes
}

fn unexpected(cause: impl std::fmt::Display) -> MessageError {
    MessageError::new(&cause)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mail::splice::marker;

    fn identity() -> Identity {
        Identity {
            from: "newsletter@news.example.org".parse().unwrap(),
            return_path: "bounces@news.example.org".parse().unwrap(),
            name: "Grüße & Co".to_owned(),
        }
    }

    fn kind() -> Kind {
        Kind::List {
            slug: "morning".to_owned(),
            sender_name: "Der Morgen – früh".to_owned(),
            sender_address: "morning@news.example.org".parse().unwrap(),
            unsubscribe_url: String::new(),
            archive_url: "https://news.example.org/v/1".to_owned(),
            is_test: false,
        }
    }

    /// Text around the markers, in an order and with neighbours as they come.
    fn frozen(pieces: &[String]) -> String {
        let markers = [
            "address",
            "subscribed_on",
            "unsubscribe_url",
            "preferences_url",
            "nonsense",
        ];
        let mut text = String::new();
        for (index, piece) in pieces.iter().enumerate() {
            text.push_str(piece);
            text.push_str(&marker(markers[index % markers.len()]));
        }
        text
    }

    fn reader(local: &str, subscribed_on: &str, token: &str) -> Reader {
        Reader {
            delivery: DeliveryId::from(uuid::Uuid::from_u128(7)),
            address: format!("{local}@example.org").parse().unwrap(),
            subscribed_on: subscribed_on.into(),
            unsubscribe_token: token.to_owned(),
            preferences_token: token.chars().rev().collect(),
        }
    }

    fn edition<'a>(frozen: &'a Rendered, kind: &'a Kind, language: &'a Language) -> Edition<'a> {
        Edition {
            id: EditionId::new("2026-01-05T05:30:00Z".parse().unwrap()),
            date: "2026-01-05T06:00:00Z".parse().unwrap(),
            language,
            frozen,
            kind,
            unsubscribe_base: "https://news.example.org/unsubscribe/".to_owned(),
            preferences_base: "https://news.example.org/preferences/".to_owned(),
            is_text_only: false,
        }
    }

    fn body(bytes: &[u8]) -> &[u8] {
        let at = memchr::memmem::find(bytes, b"\r\n\r\n").unwrap();
        &bytes[at + 4..]
    }

    proptest! {
        #[test]
        fn a_filled_message_is_the_one_that_would_have_been_built(
            subject in "[a-zA-Z äß€=?]{1,90}",
            text in prop::collection::vec("[a-zA-Zäß€ =.\\n]{0,90}", 0..7),
            html in prop::collection::vec("[a-z <>&\"'.=\\n]{0,120}", 0..7),
            local in "[a-zA-Z0-9'+&ü]{1,30}",
            subscribed_on in "[0-9A-Za-zäöü. ]{1,40}",
            token in "[A-Za-z0-9_-]{44}",
            is_text_only: bool,
        ) {
            let rendered = Rendered { subject, text: frozen(&text), html: frozen(&html) };
            let (kind, language) = (kind(), Language::english());
            let edition = Edition { is_text_only, ..edition(&rendered, &kind, &language) };
            let prepared = PreparedEdition::new(&identity(), &edition).unwrap();
            let reader = reader(&local, &subscribed_on, &token);
            let mut bytes = b"what was there before".to_vec();
            prepared.write(&reader, &mut bytes);
            let whole = slow(&identity(), &edition, &reader).unwrap();
            prop_assert_eq!(String::from_utf8(bytes.clone()).unwrap(), String::from_utf8(whole.bytes).unwrap());
            prop_assert_eq!(prepared.envelope(&reader, bytes.len()), whole.envelope);
            let hash: [u8; 32] = Sha256::digest(body(&bytes)).into();
            prop_assert_eq!(prepared.body_hash(&prepared.body_hash_start(), &reader), hash);
            prop_assert!(memchr::memmem::find(&bytes, b"\r\n.").is_none(), "no line begins with a dot");
        }
    }

    #[test]
    fn a_message_holds_nothing_of_another_reader() {
        let rendered = Rendered {
            subject: "S".to_owned(),
            text: frozen(&["a".to_owned(), "b".to_owned(), "c".to_owned()]),
            html: frozen(&["a".to_owned(), "b".to_owned(), "c".to_owned()]),
        };
        let (kind, language) = (kind(), Language::english());
        let prepared =
            PreparedEdition::new(&identity(), &edition(&rendered, &kind, &language)).unwrap();
        let mut bytes = Vec::new();
        prepared.write(&reader("ada", "1. Mai", "adas-token"), &mut bytes);
        prepared.write(&reader("bob", "2. Mai", "bobs-token"), &mut bytes);
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("bob@") && text.contains("bobs-token") && text.contains("2. Mai"));
        assert!(!text.contains("ada") && !text.contains("1. Mai") && !text.contains("invalid"));
    }
}
