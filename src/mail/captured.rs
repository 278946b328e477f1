//! One message the built-in mail catcher took in, and what a reader of the outbox wants to know about it.
//!
//! The raw octets are kept as they came over the wire (after dot-unstuffing); everything else is parsed on demand, so
//! that taking a message in costs no more than a copy.

use std::sync::Arc;

use jiff::Timestamp;
use mail_parser::decoders::html::add_html_token;
use mail_parser::parsers::MessageStream;
use mail_parser::{Message, MessageParser, MessagePart, PartType};

/// How far after its `&` an HTML entity inside a link must have ended, in octets: `&#x10FFFF;` is ten long.
const ENTITY_MAX_OCTETS: usize = 12;

/// One captured message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CapturedMail {
    /// Position in the order of arrival, counted from 1 for each outbox; never used twice.
    pub id: u64,
    /// When the last octet of the message had arrived.
    pub received_at: Timestamp,
    /// The envelope sender (RFC 5321 reverse path) without angle brackets; empty for a bounce.
    pub mail_from: String,
    /// The envelope recipients in the order of their RCPT commands, without angle brackets.
    pub recipients: Vec<String>,
    /// Header and body as received, lines ending in CRLF, without SMTP's dot-stuffing.
    pub raw: Arc<[u8]>,
}

impl CapturedMail {
    /// The decoded subject; empty when the message has none.
    #[must_use]
    pub fn subject(&self) -> String {
        self.header("Subject").unwrap_or_default()
    }

    /// The decoded `From` header as a mail program shows it (`Name <address>`); empty when the message has none.
    #[must_use]
    pub fn from(&self) -> String {
        self.header("From").unwrap_or_default()
    }

    /// The first `text/plain` part that is not an attachment, decoded to Unicode.
    ///
    /// `None` when there is no such part: text is not made up from an HTML part.
    pub fn text(&self) -> Option<String> {
        let message = self.parse()?;
        message.text_bodies().find_map(plain_text)
    }

    /// The first `text/html` part that is not an attachment, decoded to Unicode; not cleaned in any way.
    pub fn html(&self) -> Option<String> {
        let message = self.parse()?;
        message.html_bodies().find_map(html_text)
    }

    /// All header fields of the message in their order, values unfolded and with encoded words (RFC 2047) decoded.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        let Some(message) = MessageParser::default().parse_headers(self.raw.as_ref()) else {
            return Vec::new();
        };
        let fields = message.headers().iter();
        fields
            .map(|field| {
                let value = self.octets(field.offset_start(), field.offset_end());
                (field.name().to_owned(), unfolded(value))
            })
            .collect()
    }

    /// The decoded value of the first header field called `name`, in any letter case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let fields = self.headers().into_iter();
        fields
            .filter(|(field, _)| field.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
            .next()
    }

    /// The `http` and `https` links a reader can follow: those of the HTML part, then those of the text part.
    ///
    /// In the order of their first appearance, each once, HTML entities decoded. Image addresses are not links.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        let mut links = Vec::new();
        let from_html = self
            .html()
            .map(|html| html_links(&html))
            .unwrap_or_default();
        let from_text = self
            .text()
            .map(|text| text_links(&text))
            .unwrap_or_default();
        for link in from_html.into_iter().chain(from_text) {
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }

    /// Whether `address` is one of the envelope recipients; ASCII letters match in any case.
    #[must_use]
    pub fn is_for(&self, address: &str) -> bool {
        self.recipients
            .iter()
            .any(|recipient| recipient.eq_ignore_ascii_case(address))
    }

    fn parse(&self) -> Option<Message<'_>> {
        MessageParser::default().parse(self.raw.as_ref())
    }

    fn octets(&self, start: u32, end: u32) -> &[u8] {
        let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
        range
            .and_then(|(start, end)| self.raw.get(start..end))
            .unwrap_or_default()
    }
}

fn plain_text(part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Text(text) => Some(text.clone().into_owned()),
        _ => None,
    }
}

fn html_text(part: &MessagePart<'_>) -> Option<String> {
    match &part.body {
        PartType::Html(html) => Some(html.clone().into_owned()),
        _ => None,
    }
}

/// One line without folding, encoded words decoded.
fn unfolded(value: &[u8]) -> String {
    // The parser recognises the end of a field by its line break and returns nothing without one.
    let mut line = value.to_vec();
    if !line.ends_with(b"\n") {
        line.extend_from_slice(b"\r\n");
    }
    MessageStream::new(&line)
        .parse_unstructured()
        .into_text()
        .unwrap_or_default()
        .into_owned()
}

/// The values of `href` in `<a>` and `<area>` tags.
///
/// A scanner and not an HTML parser: it looks at what our own templates and test messages contain, and a page of a
/// stranger can at worst hide a link from the developer's outbox.
fn html_links(html: &str) -> Vec<String> {
    let tags = html.split('<').skip(1).filter(|tag| {
        let name = tag
            .split(|c: char| c.is_ascii_whitespace() || c == '>')
            .next()
            .unwrap_or_default();
        name.eq_ignore_ascii_case("a") || name.eq_ignore_ascii_case("area")
    });
    tags.filter_map(href)
        .map(decoded_entities)
        .filter(|link| is_web_address(link))
        .collect()
}

/// The value of the attribute `href` of a tag given without its opening `<`.
fn href(tag: &str) -> Option<&str> {
    let mut rest = tag.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let name_end = rest.find(|c: char| c.is_ascii_whitespace() || c == '=' || c == '>')?;
        let (name, after_name) = rest.split_at(name_end);
        let Some(value) = after_name.trim_start().strip_prefix('=') else {
            if after_name.trim_start().starts_with('>') {
                return None;
            }
            rest = after_name;
            continue;
        };
        let (value, after_value) = attribute_value(value.trim_start())?;
        if name.eq_ignore_ascii_case("href") {
            return Some(value.trim());
        }
        rest = after_value;
    }
}

/// Splits an attribute value, quoted or not, from what follows it.
fn attribute_value(rest: &str) -> Option<(&str, &str)> {
    for quote in ['"', '\''] {
        if let Some(quoted) = rest.strip_prefix(quote) {
            return quoted.split_once(quote);
        }
    }
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>')?;
    Some(rest.split_at(end))
}

fn decoded_entities(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        decoded.push_str(before);
        if let Some(length) = after.find(';').filter(|length| *length < ENTITY_MAX_OCTETS) {
            let (name, after_entity) = after.split_at(length);
            add_html_token(&mut decoded, format!("&{name};").as_bytes(), false);
            rest = after_entity.strip_prefix(';').unwrap_or(after_entity);
        } else {
            decoded.push('&');
            rest = after;
        }
    }
    decoded.push_str(rest);
    decoded
}

/// Web addresses in plain text, without the punctuation of the sentence around them.
fn text_links(text: &str) -> Vec<String> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"');
    let words = text.split(ends).filter_map(|word| {
        let lower = word.to_ascii_lowercase();
        let start = lower.find("https://").or_else(|| lower.find("http://"))?;
        word.get(start..)
    });
    words
        .map(without_sentence_punctuation)
        .filter(|link| is_web_address(link))
        .map(str::to_owned)
        .collect()
}

fn without_sentence_punctuation(link: &str) -> &str {
    let mut link = link;
    loop {
        let shorter = link.trim_end_matches([
            '.', ',', ';', ':', '!', '?', '\'', ']', '}', '“', '”', '»', '’',
        ]);
        // A closing bracket belongs to the address only when the address opened it, as in encyclopaedia links.
        let shorter = match shorter.strip_suffix(')') {
            Some(inner) if inner.matches('(').count() <= inner.matches(')').count() => inner,
            _ => shorter,
        };
        if shorter.len() == link.len() {
            return link;
        }
        link = shorter;
    }
}

/// Whether this starts with `http://` or `https://` and has a host after it.
fn is_web_address(link: &str) -> bool {
    let scheme_and_rest = link.split_once("://");
    scheme_and_rest.is_some_and(|(scheme, rest)| {
        (scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https"))
            && !rest.is_empty()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captured(raw: &str) -> CapturedMail {
        CapturedMail {
            id: 1,
            received_at: Timestamp::UNIX_EPOCH,
            mail_from: "bounce@news.example".to_owned(),
            recipients: vec!["Ada@example.org".to_owned()],
            raw: raw.replace('\n', "\r\n").into_bytes().into(),
        }
    }

    const DIGEST: &str = "From: =?utf-8?q?J=C3=BCrgen_Gro=C3=9F?= <redaktion@news.example>\n\
        To: Ada@example.org\n\
        Subject: =?utf-8?b?R3LDvMOfZSBhdXMg?=\n =?utf-8?b?S8O2bG4=?= und Bonn\n\
        List-Unsubscribe: <https://news.example/u/1>,\n\t<mailto:u@news.example>\n\
        MIME-Version: 1.0\n\
        Content-Type: multipart/alternative; boundary=\"b\"\n\
        \n\
        --b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n\
        Guten Morgen, K\u{f6}ln! Lies (https://news.example/a_(b)), dann https://news.example/t?a=1&b=2.\n\
        --b\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n\
        <p class=3D\"x\"><a class=3Dq href=3D\"https://news.example/t?a=3D1&amp;b=3D2\">Sch=C3=B6n</a>\n\
        <A HREF=3D'HTTPS://news.example/b'>b</A> <abbr title=3D\"https://no.example\">n</abbr>\n\
        <img src=3D\"https://news.example/i.png\"><a name=3Dtop>t</a><a href=3D\"mailto:x@y.example\">m</a></p>\n\
        --b--\n";

    #[test]
    fn headers_are_unfolded_and_decoded() {
        let mail = captured(DIGEST);
        assert_eq!(mail.subject(), "Grüße aus Köln und Bonn");
        assert_eq!(mail.from(), "Jürgen Groß <redaktion@news.example>");
        let unsubscribe = "<https://news.example/u/1>, <mailto:u@news.example>";
        assert_eq!(
            mail.header("list-unsubscribe").as_deref(),
            Some(unsubscribe)
        );
        assert_eq!(mail.header("X-Missing"), None);
        let names: Vec<_> = mail.headers().into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            [
                "From",
                "To",
                "Subject",
                "List-Unsubscribe",
                "MIME-Version",
                "Content-Type"
            ]
        );
    }

    #[test]
    fn both_bodies_are_decoded() {
        let mail = captured(DIGEST);
        assert!(mail.text().unwrap().starts_with("Guten Morgen, Köln!"));
        assert!(mail.html().unwrap().contains(">Schön</a>"));
    }

    #[test]
    fn links_of_both_parts_appear_once_in_order() {
        let expected = [
            "https://news.example/t?a=1&b=2",
            "HTTPS://news.example/b",
            "https://news.example/a_(b)",
        ];
        assert_eq!(captured(DIGEST).links(), expected);
    }

    #[test]
    fn a_missing_part_is_not_made_up() {
        let html_only = captured("Subject: x\nContent-Type: text/html\n\n<p>Hello</p>\n");
        assert_eq!(html_only.text(), None);
        assert!(html_only.html().is_some());
        let text_only = captured("Subject: x\n\nHello\n");
        assert_eq!(text_only.text().as_deref(), Some("Hello\r\n"));
        assert_eq!(text_only.html(), None);
    }

    #[test]
    fn a_broken_message_yields_empty_answers() {
        for raw in ["", "\n", "no header at all", "Subject", ":", "Subject:\n\n"] {
            let mail = captured(raw);
            assert_eq!(mail.subject(), "", "{raw:?}");
            assert_eq!(mail.links(), Vec::<String>::new(), "{raw:?}");
        }
    }

    #[test]
    fn tags_cut_short_hide_nothing_else() {
        let html = "<a href=\"https://one.example\">1</a><a href=\"https://cut.example<a href=https://two.example>2</a><a";
        assert_eq!(
            html_links(html),
            ["https://one.example", "https://two.example"]
        );
        assert_eq!(
            html_links("<a hidden href=https://x.example/?q=&copy2>"),
            ["https://x.example/?q=&copy2"]
        );
    }
}
