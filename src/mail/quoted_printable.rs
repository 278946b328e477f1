//! Quoted-printable (RFC 2045 §6.7) in pieces: what differs per reader stands on lines of its own, so that the rest of a
//! message is encoded once.

/// A line break that the reader does not see.
const SOFT_BREAK: &[u8] = b"=\r\n";

/// The longest line in octets without its CRLF (RFC 2045 §6.7 (5)).
const MAX_LINE: usize = 76;

/// Encodes a text: lines of at most 76 octets, ended by CRLF, none of which begins with a dot. So a message of such parts
/// needs no dot-stuffing (RFC 5321 §4.5.2) and is the same octets with DATA and with BDAT. The last line has room for the
/// sign of a soft break.
#[must_use]
pub fn encode(text: &str) -> Vec<u8> {
    // Line ends stay line ends (RFC 2045 §6.8 (4)); a bare one would be encoded as if it were data.
    let lines = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let mut encoded = without_leading_dots(quoted_printable::encode(lines));
    let last_line = encoded
        .iter()
        .rev()
        .take_while(|byte| **byte != b'\n')
        .count();
    if last_line >= MAX_LINE {
        // An encoded octet is three long and stays whole.
        let is_encoded = encoded.iter().rev().nth(2) == Some(&b'=');
        let last = encoded.split_off(encoded.len() - if is_encoded { 3 } else { 1 });
        encoded.extend_from_slice(SOFT_BREAK);
        encoded.extend_from_slice(if last == b"." { b"=2E" } else { &last });
    }
    encoded
}

fn without_leading_dots(encoded: Vec<u8>) -> Vec<u8> {
    if !encoded.starts_with(b".") && memchr::memmem::find(&encoded, b"\n.").is_none() {
        return encoded;
    }
    let mut safe = Vec::with_capacity(encoded.len() + 64);
    let mut is_line_start = true;
    let mut bytes = encoded.into_iter().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'.' && is_line_start {
            safe.extend_from_slice(b"=2E");
            if bytes.peek().is_some_and(|next| *next != b'\r') {
                // A line of its own: with two octets more this one might be too long. What follows begins a line again,
                // perhaps with a dot again.
                safe.extend_from_slice(SOFT_BREAK);
            }
            continue;
        }
        is_line_start = byte == b'\n';
        safe.push(byte);
    }
    safe
}

/// Adds an encoded piece: where neither what stands there nor the piece ends or begins a line, behind a soft break.
pub fn append(encoded: &mut Vec<u8>, piece: &[u8]) {
    if piece.is_empty() {
        return;
    }
    let is_at_line_start = encoded.is_empty() || encoded.ends_with(b"\n");
    if !is_at_line_start && !piece.starts_with(b"\r\n") {
        encoded.extend_from_slice(SOFT_BREAK);
    }
    encoded.extend_from_slice(piece);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(encoded: &[u8]) -> String {
        let bytes = quoted_printable::decode(encoded, quoted_printable::ParseMode::Strict).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    proptest! {
        #[test]
        fn pieces_decode_to_the_whole_text(pieces in prop::collection::vec("[a-zäß€. =\\n]{0,90}|\\.{1,4}|[!-~]{70,160}", 1..6)) {
            let mut encoded = Vec::new();
            for piece in &pieces {
                append(&mut encoded, &encode(piece));
            }
            let text = pieces.concat().replace('\n', "\r\n");
            prop_assert_eq!(decoded(&encoded), text);
            for line in encoded.split(|byte| *byte == b'\n') {
                prop_assert!(line.strip_suffix(b"\r").unwrap_or(line).len() <= 76);
                prop_assert!(!line.starts_with(b"."));
            }
        }
    }
}
