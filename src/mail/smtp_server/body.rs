//! The octets between DATA and the line with a single dot (RFC 5321 §4.1.1.4, §4.5.2).
//!
//! Only CR LF `.` CR LF ends a message. A server that also takes a bare LF lets a sender hide a second message, with an
//! envelope of its own, in the text of the first (SMTP smuggling, CVE-2024-27938). Bare CR and LF are kept as they are:
//! the outbox is there to show what was sent.

use super::MAX_MESSAGE_BYTES;

/// The longest line of a message in octets with its CRLF, not counting a stuffed dot (RFC 5321 §4.5.3.1.6).
const MAX_LINE_BYTES: usize = 1_000;

/// Why a complete message is refused: the reply to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("552 5.3.4 Message larger than this server takes")]
    TooLarge,
    #[error("550 5.6.0 Message has a line of more than 998 octets")]
    LongLine,
}

/// A message that is still arriving.
#[derive(Debug, Default)]
pub(super) struct Body {
    raw: Vec<u8>,
    place: Place,
    line_bytes: usize,
    fault: Option<Fault>,
}

/// What the octets before the next one mean for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    /// Directly after CRLF, or nothing was read yet: the CRLF of the DATA command counts.
    #[default]
    LineStart,
    Inside,
    AfterReturn,
    /// After a dot that opened the line; it is not part of the message.
    AfterDot,
    AfterDotReturn,
}

impl Body {
    /// Takes octets up to the end of the message; returns how many it took and whether the message is complete.
    pub(super) fn push(&mut self, input: &[u8]) -> (usize, bool) {
        let mut rest = input;
        while let Some((&octet, after)) = rest.split_first() {
            if self.place == Place::Inside && octet != b'\r' {
                // Nothing but CR matters inside a line, so the text up to the next one is copied in one piece.
                let end = rest
                    .iter()
                    .position(|octet| *octet == b'\r')
                    .unwrap_or(rest.len());
                let (run, after) = rest.split_at(end);
                self.keep(run);
                rest = after;
                continue;
            }
            rest = after;
            if self.step(octet) {
                return (input.len() - rest.len(), true);
            }
        }
        (input.len(), false)
    }

    /// The message after its end was seen.
    pub(super) fn finish(self) -> Result<Vec<u8>, Fault> {
        self.fault.map_or(Ok(self.raw), Err)
    }

    fn step(&mut self, octet: u8) -> bool {
        match (self.place, octet) {
            (Place::LineStart, b'.') => self.place = Place::AfterDot,
            (Place::AfterDot, b'\r') => self.place = Place::AfterDotReturn,
            (Place::AfterDotReturn, b'\n') => return true,
            (place, octet) => {
                if place == Place::AfterDotReturn {
                    self.keep(b"\r");
                }
                self.keep(&[octet]);
                self.place = match (place, octet) {
                    (_, b'\r') => Place::AfterReturn,
                    (Place::AfterReturn, b'\n') => {
                        self.line_bytes = 0;
                        Place::LineStart
                    }
                    _ => Place::Inside,
                };
            }
        }
        false
    }

    /// Keeps octets unless the message is already refused: its rest is then read but not stored.
    fn keep(&mut self, octets: &[u8]) {
        self.line_bytes = self.line_bytes.saturating_add(octets.len());
        if self.fault.is_none() && self.line_bytes > MAX_LINE_BYTES {
            self.refuse(Fault::LongLine);
        }
        if self.fault.is_none() && self.raw.len() + octets.len() > MAX_MESSAGE_BYTES {
            self.refuse(Fault::TooLarge);
        }
        if self.fault.is_none() {
            self.raw.extend_from_slice(octets);
        }
    }

    fn refuse(&mut self, fault: Fault) {
        self.fault = Some(fault);
        self.raw = Vec::new();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The message and what follows it, however the input is cut into pieces.
    fn read(input: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
        let mut results = (1..=input.len()).map(|piece_bytes| {
            let mut body = Body::default();
            let mut read_bytes = 0;
            for piece in input.chunks(piece_bytes) {
                let (taken, is_complete) = body.push(piece);
                read_bytes += taken;
                if is_complete {
                    return Some((body.finish().unwrap(), input[read_bytes..].to_vec()));
                }
            }
            None
        });
        let first = results.next().unwrap();
        assert!(
            results.all(|other| other == first),
            "depends on packets: {}",
            input.escape_ascii()
        );
        first
    }

    #[test]
    fn only_a_dot_between_two_line_breaks_ends_a_message() {
        let cases: &[(&[u8], &[u8], &[u8])] = &[
            (b".\r\n", b"", b""),
            (b"a\r\n.\r\nQUIT\r\n", b"a\r\n", b"QUIT\r\n"),
            (b"..\r\n...\r\n.a\r\n.\r\n", b".\r\n..\r\na\r\n", b""),
            (b"a.\r\n.\r\n", b"a.\r\n", b""),
            (b"a\r\r\n.\r\n", b"a\r\r\n", b""),
            (b".\r\r\n.\r\n", b"\r\r\n", b""),
        ];
        for (input, message, after) in cases {
            assert_eq!(
                read(input),
                Some((message.to_vec(), after.to_vec())),
                "{}",
                input.escape_ascii()
            );
        }
    }

    #[test]
    fn nothing_smuggled_ends_a_message() {
        let ends: &[&[u8]] = &[
            b"\n.\n",
            b"\n.\r\n",
            b"\r\n.\n",
            b"\r.\r",
            b"\r.\r\n",
            b"\r\n.\r",
            b"\n.\r",
            b"\r\n\0.\r\n",
            b"\r\n.\0\r\n",
            b"\r\n. \r\n",
            b"\r\n.\r\r\n",
            b"\r\r.\r\r",
            b"\r\n.\r\0\n",
            b"\n\n.\r\n",
            b"\r\n..\r\n",
        ];
        for end in ends {
            let input = [b"text", *end, b"MAIL FROM:<x@y.example>\r\n"].concat();
            assert_eq!(read(&input), None, "{}", end.escape_ascii());
        }
    }

    #[test]
    fn lines_and_messages_have_a_limit() {
        let line = |length: usize| [&vec![b'x'; length][..], b"\r\n.\r\n"].concat();
        for (length, fault) in [(998, None), (999, Some(Fault::LongLine))] {
            let mut body = Body::default();
            assert_eq!(body.push(&line(length)), (length + 5, true));
            assert_eq!(body.finish().err(), fault, "{length}");
        }
        let kilobyte = [&[b'x'; 998][..], b"\r\n"].concat();
        for (lines, fault) in [(26_214, None), (26_215, Some(Fault::TooLarge))] {
            let mut body = Body::default();
            for _ in 0..lines {
                body.push(&kilobyte);
            }
            assert_eq!(body.push(b".\r\n"), (3, true));
            assert_eq!(body.finish().err(), fault, "{lines}");
        }
    }
}
