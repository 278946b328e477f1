//! Replies out of a stream of octets (RFC 5321 §4.2), whatever pieces they come in.

use crate::domain::smtp_reply::SmtpReply;

/// The longest reply in octets. Longer than any real one: an EHLO reply has some twenty lines.
const MAX_REPLY_BYTES: usize = 64 * 1_024;
/// The longest line of a reply in octets; RFC 5321 §4.5.3.1.5 says 512.
const MAX_LINE_BYTES: usize = 2 * 1_024;
/// How much room there is for each read, in octets: the replies to a whole envelope fit several times.
const READ_BYTES: usize = 4 * 1_024;

/// The server says something that is no reply; what follows cannot be trusted either.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Junk {
    #[error("the server sent a line that is no reply")]
    Line,
    #[error("the server sent a reply that is too long")]
    TooLong,
}

/// Takes octets in and gives replies out. Its buffers are used again, so that a reply costs no allocation.
#[derive(Debug, Default)]
pub(super) struct ReplyReader {
    input: Vec<u8>,
    /// Up to where `input` was taken.
    start: usize,
    /// The lines of the current reply, without codes and joined by line feeds.
    text: String,
    reply_bytes: usize,
    is_inside: bool,
    /// Up to where the current line was searched for its end.
    searched: usize,
}

impl ReplyReader {
    /// Where to read the next octets to.
    pub(super) fn room(&mut self) -> &mut Vec<u8> {
        if self.start > 0 {
            // What is left is the start of a line at most, or replies that came early.
            self.input.drain(..self.start);
            self.searched = self.searched.saturating_sub(self.start);
            self.start = 0;
        }
        self.input.reserve(READ_BYTES);
        &mut self.input
    }

    /// Whether octets are there that nobody took.
    pub(super) fn is_empty(&self) -> bool {
        self.start == self.input.len() && !self.is_inside
    }

    /// The code of the next reply, once all its lines are there; `text` then has its text.
    pub(super) fn next_code(&mut self) -> Result<Option<u16>, Junk> {
        loop {
            let rest = self.input.get(self.start..).unwrap_or_default();
            let from = self.searched.saturating_sub(self.start);
            let unsearched = rest.get(from..).unwrap_or_default();
            let Some(end) = memchr::memchr(b'\n', unsearched) else {
                self.searched = self.input.len();
                return if rest.len() > MAX_LINE_BYTES {
                    Err(Junk::TooLong)
                } else {
                    Ok(None)
                };
            };
            let line_bytes = from + end + 1;
            let line = rest.get(..line_bytes).unwrap_or_default();
            if !self.is_inside {
                self.text.clear();
                self.reply_bytes = 0;
            }
            self.reply_bytes += line_bytes;
            if line_bytes > MAX_LINE_BYTES || self.reply_bytes > MAX_REPLY_BYTES {
                return Err(Junk::TooLong);
            }
            let (code, is_last, text) = parse_line(line).ok_or(Junk::Line)?;
            if self.is_inside {
                self.text.push('\n');
            }
            match std::str::from_utf8(text) {
                Ok(text) => self.text.push_str(text),
                Err(_) => self.text.push_str(&String::from_utf8_lossy(text)),
            }
            self.start += line_bytes;
            self.searched = self.start;
            self.is_inside = !is_last;
            if is_last {
                // Lines of one reply have one code; where they differ, the last one counts, as in Postfix.
                return Ok(Some(code));
            }
        }
    }

    /// The text of the last reply, its lines joined by line feeds.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The last reply to keep, given its code.
    pub(super) fn reply(&self, code: u16) -> SmtpReply {
        SmtpReply::new(code, &self.text)
    }
}

/// Code, whether it is the last line, and text; `None` when it is no line of a reply. A bare LF ends a line as well.
fn parse_line(line: &[u8]) -> Option<(u16, bool, &[u8])> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_at_checked(3)?;
    if !matches!(digits.first(), Some(b'2'..=b'5')) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let code = digits
        .iter()
        .fold(0, |code, digit| code * 10 + u16::from(digit - b'0'));
    match rest.split_first() {
        None => Some((code, true, b"")),
        Some((b' ', text)) => Some((code, true, text)),
        Some((b'-', text)) => Some((code, false, text)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(input: &[u8], cuts: &[usize]) -> (Vec<(u16, String)>, Option<Junk>) {
        let mut reader = ReplyReader::default();
        let mut replies = Vec::new();
        let mut ends: Vec<usize> = cuts.iter().map(|cut| cut % (input.len() + 1)).collect();
        ends.push(input.len());
        ends.sort_unstable();
        let mut start = 0;
        for end in ends {
            reader.room().extend_from_slice(&input[start..end]);
            start = end;
            loop {
                match reader.next_code() {
                    Ok(Some(code)) => replies.push((code, reader.text().to_owned())),
                    Ok(None) => break,
                    Err(junk) => return (replies, Some(junk)),
                }
            }
        }
        (replies, None)
    }

    fn codes(input: &[u8]) -> (Vec<u16>, Option<Junk>) {
        let (replies, junk) = read(input, &[]);
        (replies.into_iter().map(|(code, _)| code).collect(), junk)
    }

    #[test]
    fn replies_have_lines_and_codes() {
        let cases: &[(&[u8], &[u16], Option<Junk>)] = &[
            (b"250 Ok\r\n", &[250], None),
            (b"250\r\n354 \r\n", &[250, 354], None),
            (b"250-a\r\n250-b\r\n250 c\r\n421 bye\r\n", &[250, 421], None),
            (b"250-a\r\n550 b\r\n", &[550], None),
            (b"250 bare\n", &[250], None),
            (b"250 \xff\xfe\r\n", &[250], None),
            (b"250 O", &[], None),
            (b"", &[], None),
            (b"\r\n", &[], Some(Junk::Line)),
            (b"25\r\n", &[], Some(Junk::Line)),
            (b"2500 Ok\r\n", &[], Some(Junk::Line)),
            (b"150 Ok\r\n", &[], Some(Junk::Line)),
            (b"650 Ok\r\n", &[], Some(Junk::Line)),
            (
                b"250 Ok\r\nHTTP/1.1 400 Bad Request\r\n",
                &[250],
                Some(Junk::Line),
            ),
        ];
        for (input, expected, junk) in cases {
            let name = input.escape_ascii().to_string();
            assert_eq!(codes(input), (expected.to_vec(), *junk), "{name}");
        }
        let (replies, _) = read(b"550-5.1.1 No such\r\n550 5.1.1 mailbox\r\n", &[]);
        assert_eq!(replies, [(550, "5.1.1 No such\n5.1.1 mailbox".to_owned())]);
    }

    #[test]
    fn lines_and_replies_have_a_limit() {
        let line = |bytes: usize| [&b"250 "[..], &vec![b'x'; bytes - 6], b"\r\n"].concat();
        assert_eq!(codes(&line(2_048)), (vec![250], None));
        assert_eq!(codes(&line(2_049)), (vec![], Some(Junk::TooLong)));
        assert_eq!(codes(&[b'2'; 2_049]), (vec![], Some(Junk::TooLong)));
        let endless = b"250-x\r\n".repeat(10_000);
        assert_eq!(codes(&endless), (vec![], Some(Junk::TooLong)));
        // The limit is one of each reply, not of all together.
        assert_eq!(codes(&b"250 x\r\n".repeat(20_000)).0.len(), 20_000);
    }

    proptest! {
        #[test]
        fn packets_do_not_matter(
            pieces in prop::collection::vec("(250-[a-z ]{0,9}\r\n){0,3}[245][0-9]{2}( [a-z\r]{0,9})?\r\n|[a-z0-9\r\n]{0,5}", 0..8),
            cuts in prop::collection::vec(0_usize..400, 0..20),
        ) {
            let input = pieces.concat();
            prop_assert_eq!(read(input.as_bytes(), &cuts), read(input.as_bytes(), &[]));
        }
    }
}
