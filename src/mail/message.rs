//! From a rendered e-mail to the bytes of a message (RFC 5322) with the headers that every one carries.

use std::time::SystemTime;

use jiff::Timestamp;
use lettre::Message as MimeMessage;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, MultiPart, SinglePart};
use uuid::Uuid;

use super::email::Rendered;
use super::envelope::Envelope;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::DeliveryId;
use crate::domain::language::Language;

/// A message that cannot be built. Addresses and texts are checked before, so this is a defect.
#[derive(Debug, thiserror::Error)]
#[error("the message cannot be built: {0}")]
pub struct MessageError(String);

/// The identity from which mails are sent.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The address in `From` of single mails.
    pub from: EmailAddress,
    /// The envelope sender.
    pub return_path: EmailAddress,
    /// The publisher's name.
    pub name: String,
}

impl Identity {
    /// The domain that names this server in Message-ID and List-Id.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.from.domain()
    }
}

/// What kind of mail it is, for the headers that differ.
#[derive(Debug, Clone)]
pub enum Kind {
    /// A single mail that answers what a person did.
    Single,
    /// An edition.
    List {
        /// The newsletter's slug: `List-Id` is stable while titles change.
        slug: String,
        /// The newsletter's sender.
        sender_name: String,
        /// The newsletter's sender address.
        sender_address: EmailAddress,
        /// One click ends the subscription (RFC 8058).
        unsubscribe_url: String,
        /// The page of the edition.
        archive_url: String,
        /// Whether this copy went only to the newsroom.
        is_test: bool,
    },
}

/// Subject and parts of a message, the parts in quoted-printable: 7-bit lines of at most 76 columns whatever the text
/// holds, so that no relay has to convert it and no hostile text reaches the wire raw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: Vec<u8>,
    /// The HTML part; `None` for a message that is text only.
    pub html: Option<Vec<u8>>,
}

impl From<&Rendered> for Content {
    fn from(rendered: &Rendered) -> Self {
        Self {
            subject: rendered.subject.clone(),
            text: quoted_printable::encode(&rendered.text),
            html: Some(quoted_printable::encode(&rendered.html)),
        }
    }
}

/// Everything that makes a message.
#[derive(Debug, Clone)]
pub struct Parts<'a> {
    /// Gives the Message-ID, so that a repeated mail has the same bytes.
    pub delivery: DeliveryId,
    /// Gives the MIME boundary: the same for all copies of an edition, which then differ in less.
    pub boundary: Uuid,
    /// `Date`; also the same when repeated.
    pub date: Timestamp,
    /// To whom.
    pub to: &'a EmailAddress,
    /// The language of the text.
    pub language: &'a Language,
    /// Subject and parts.
    pub content: &'a Content,
    /// The headers that differ.
    pub kind: &'a Kind,
}

/// A message ready for SMTP.
#[derive(Debug, Clone)]
pub struct Message {
    /// Sender and recipient of the envelope.
    pub envelope: Envelope,
    /// The bytes after DATA: lines that end with CRLF, not dot-stuffed.
    pub bytes: Vec<u8>,
}

/// Builds the message.
///
/// # Errors
/// When a header cannot be formed.
pub fn build(identity: &Identity, parts: &Parts<'_>) -> Result<Message, MessageError> {
    let (name, from) = match parts.kind {
        Kind::Single => (&identity.name, &identity.from),
        Kind::List {
            sender_name,
            sender_address,
            ..
        } => (sender_name, sender_address),
    };
    let to = lettre_address(parts.to)?;
    let return_path = lettre_address(&identity.return_path)?;
    let recipient = to.to_string();
    let message_id = message_id(parts.delivery, identity);
    let mut builder = MimeMessage::builder()
        .from(Mailbox::new(Some(literal(name)), lettre_address(from)?))
        .to(Mailbox::new(None, to))
        .date(SystemTime::from(parts.date))
        .message_id(Some(message_id))
        .subject(literal(&parts.content.subject));
    for (header, value) in headers(identity, parts) {
        builder = builder.raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str(header),
            value,
        ));
    }
    let text = part(ContentType::TEXT_PLAIN, &parts.content.text);
    let message = match &parts.content.html {
        Some(html) => builder.multipart(
            MultiPart::alternative()
                .boundary(format!("tidings-{}", parts.boundary.simple()))
                .singlepart(text)
                .singlepart(part(ContentType::TEXT_HTML, html)),
        ),
        None => builder.singlepart(text),
    };
    let mut bytes = message.map_err(wrong)?.formatted();
    if !bytes.ends_with(b"\r\n") {
        bytes.extend_from_slice(b"\r\n");
    }
    let envelope = Envelope {
        from: return_path.to_string(),
        to: recipient,
        needs_smtputf8: parts.to.needs_smtputf8() || from.needs_smtputf8(),
        size: bytes.len(),
    };
    Ok(Message { envelope, bytes })
}

/// The Message-ID of a delivery (RFC 5322 §3.6.4), with its angle brackets.
pub(super) fn message_id(delivery: DeliveryId, identity: &Identity) -> String {
    format!("<{}@{}>", delivery.as_uuid().simple(), identity.domain())
}

/// The headers beside From, To, Date, Subject and Message-ID.
fn headers(identity: &Identity, parts: &Parts<'_>) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("Content-Language", parts.language.to_string()),
        ("Auto-Submitted", "auto-generated".to_owned()),
        // Exchange and Outlook answer no out-of-office to this.
        ("X-Auto-Response-Suppress", "All".to_owned()),
    ];
    // A confirmation carries no List-Unsubscribe: there is no subscription yet that could be ended.
    if let Kind::List {
        slug,
        unsubscribe_url,
        archive_url,
        is_test,
        ..
    } = parts.kind
    {
        headers.push(("List-Id", format!("<{slug}.{}>", identity.domain())));
        headers.push(("List-Unsubscribe", format!("<{unsubscribe_url}>")));
        headers.push((
            "List-Unsubscribe-Post",
            "List-Unsubscribe=One-Click".to_owned(),
        ));
        headers.push(("List-Archive", format!("<{archive_url}>")));
        headers.push(("Precedence", "bulk".to_owned()));
        if *is_test {
            headers.push(("X-Tidings-Test", "yes".to_owned()));
        }
    }
    headers
}

fn part(kind: ContentType, encoded: &[u8]) -> SinglePart {
    let body =
        Body::dangerous_pre_encoded(encoded.to_vec(), ContentTransferEncoding::QuotedPrintable);
    SinglePart::builder().content_type(kind).body(body)
}

fn lettre_address(address: &EmailAddress) -> Result<lettre::Address, MessageError> {
    lettre::Address::new(address.local_part(), address.domain()).map_err(wrong)
}

/// A text that cannot be taken for an encoded word (RFC 2047): mail programs would decode `=?...?=` in a title and show
/// what its cleaning had kept out.
fn literal(text: &str) -> String {
    text.replace("=?", "= ?")
}

impl MessageError {
    pub(super) fn new(cause: &dyn std::fmt::Display) -> Self {
        Self(cause.to_string())
    }
}

fn wrong(cause: impl std::fmt::Display) -> MessageError {
    MessageError(cause.to_string())
}
