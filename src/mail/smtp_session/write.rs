//! Commands and message bodies as octets.

use std::io::Write as _;

use memchr::memmem::Finder;

use super::extensions::{Extensions, Size};
use crate::mail::envelope::Envelope;

/// Room that a buffer keeps for the next message, in octets.
const KEPT_BYTES: usize = 1_024 * 1_024;

/// `MAIL FROM` and `RCPT TO`, each on its line.
pub(super) fn envelope(
    output: &mut Vec<u8>,
    envelope: &Envelope,
    offers: &Extensions,
    is_eight_bit: bool,
) {
    mail(output, envelope, offers, is_eight_bit);
    rcpt(output, envelope);
}

pub(super) fn mail(
    output: &mut Vec<u8>,
    envelope: &Envelope,
    offers: &Extensions,
    is_eight_bit: bool,
) {
    output.extend_from_slice(b"MAIL FROM:<");
    output.extend_from_slice(envelope.from.as_bytes());
    output.extend_from_slice(b">");
    if offers.size != Size::NotOffered && envelope.size > 0 {
        // Writing to a vector cannot fail.
        let _ = write!(output, " SIZE={}", envelope.size);
    }
    if is_eight_bit && offers.eight_bit {
        output.extend_from_slice(b" BODY=8BITMIME");
    }
    if needs_smtputf8(envelope) {
        output.extend_from_slice(b" SMTPUTF8");
    }
    output.extend_from_slice(b"\r\n");
}

pub(super) fn rcpt(output: &mut Vec<u8>, envelope: &Envelope) {
    output.extend_from_slice(b"RCPT TO:<");
    output.extend_from_slice(envelope.to.as_bytes());
    output.extend_from_slice(b">\r\n");
}

/// `BDAT` for a message in one piece (RFC 3030 §2).
pub(super) fn chunk(output: &mut Vec<u8>, size_bytes: usize) {
    let _ = write!(output, "BDAT {size_bytes} LAST\r\n");
}

pub(super) fn needs_smtputf8(envelope: &Envelope) -> bool {
    envelope.needs_smtputf8 || !envelope.to.is_ascii() || !envelope.from.is_ascii()
}

/// The end of a line that the message may lack.
pub(super) fn missing_end(bytes: &[u8]) -> &'static [u8] {
    if bytes.is_empty() || bytes.ends_with(b"\r\n") {
        b""
    } else {
        b"\r\n"
    }
}

/// The message with a second dot on each line that begins with one (RFC 5321 §4.5.2). Most have none and are given
/// back as they are; the others are copied once, into `buffer`.
pub(super) fn stuffed<'a>(bytes: &'a [u8], buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let starts_with_dot = bytes.first() == Some(&b'.');
    let finder = Finder::new(b"\r\n.");
    if !starts_with_dot && finder.find(bytes).is_none() {
        return bytes;
    }
    if buffer.capacity() > KEPT_BYTES {
        *buffer = Vec::new();
    }
    buffer.clear();
    buffer.reserve(bytes.len() + bytes.len() / 32);
    if starts_with_dot {
        buffer.push(b'.');
    }
    let mut rest = bytes;
    while let Some(position) = finder.find(rest) {
        let (until_dot, after) = rest.split_at_checked(position + 3).unwrap_or((rest, b""));
        buffer.extend_from_slice(until_dot);
        buffer.push(b'.');
        rest = after;
    }
    buffer.extend_from_slice(rest);
    buffer
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::smtp_session::extensions::Extensions;

    #[test]
    fn only_dots_at_line_starts_are_doubled() {
        let cases: &[(&[u8], &[u8])] = &[
            (b"", b""),
            (b".", b".."),
            (b".\r\n", b"..\r\n"),
            (b"a.b\r\n.\r\n..\r\n.c\r\n", b"a.b\r\n..\r\n...\r\n..c\r\n"),
            (b"a\n.b\r.c\r\n", b"a\n.b\r.c\r\n"),
            (b"\r\n.\r\n.\r\n.", b"\r\n..\r\n..\r\n.."),
        ];
        let mut buffer = Vec::new();
        for (bytes, expected) in cases {
            let name = bytes.escape_ascii();
            assert_eq!(stuffed(bytes, &mut buffer), *expected, "{name}");
        }
        let harmless = b"no line starts with a dot.\r\n".as_slice();
        let untouched = stuffed(harmless, &mut buffer).as_ptr();
        assert_eq!(untouched, harmless.as_ptr(), "not copied");
    }

    #[test]
    fn parameters_stand_only_where_they_are_offered() {
        let mut mail_to = Envelope {
            from: String::new(),
            to: "ada@example.org".to_owned(),
            needs_smtputf8: false,
            size: 42,
        };
        let written = |to: &Envelope, offers: &Extensions, is_eight_bit| {
            let mut output = Vec::new();
            envelope(&mut output, to, offers, is_eight_bit);
            String::from_utf8(output).unwrap()
        };
        let none = Extensions::default();
        let all = Extensions::read("x\nSIZE 100\n8BITMIME\nSMTPUTF8");
        assert_eq!(
            written(&mail_to, &none, true),
            "MAIL FROM:<>\r\nRCPT TO:<ada@example.org>\r\n"
        );
        assert!(written(&mail_to, &all, false).starts_with("MAIL FROM:<> SIZE=42\r\n"));
        mail_to.to = "zoë@example.org".to_owned();
        assert_eq!(
            written(&mail_to, &all, true),
            "MAIL FROM:<> SIZE=42 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<zoë@example.org>\r\n"
        );
    }
}
