//! One connection: commands, messages and their answers, as many of each at once as have come.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use memchr::{memchr, memmem};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::shared::Shared;

/// Room for one read, and when the buffer's front is given up.
const CHUNK: usize = 64 * 1024;

/// How a conversation ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The client has left.
    Closed,
    /// The client wants to go on encrypted.
    StartTls,
}

/// What the next octets are.
#[derive(Debug, Clone, Copy)]
enum Expects {
    Command,
    /// A message that a lone dot ends; its octets up to `scanned` were looked at.
    Message {
        scanned: usize,
    },
    /// So many octets of BDAT.
    Chunk {
        length: usize,
        is_last: bool,
    },
}

/// What a look at the buffer found.
enum Found {
    /// Something was answered.
    Answered,
    /// A whole message is here; its 250 is due.
    Message,
    /// More has to be read.
    Nothing,
    End(End),
}

pub(super) struct Conversation<'a> {
    shared: &'a Shared,
    offers_tls: bool,
    input: Vec<u8>,
    /// What of the input is done with.
    start: usize,
    output: Vec<u8>,
    expects: Expects,
    recipient: Vec<u8>,
    /// Of the message under way.
    bytes: usize,
    id: Option<u64>,
}

impl<'a> Conversation<'a> {
    pub(super) fn new(shared: &'a Shared, offers_tls: bool) -> Self {
        Self {
            shared,
            offers_tls,
            input: Vec::with_capacity(2 * CHUNK),
            start: 0,
            output: Vec::with_capacity(1024),
            expects: Expects::Command,
            recipient: Vec::new(),
            bytes: 0,
            id: None,
        }
    }

    pub(super) fn greet(&mut self) {
        self.say("220 sink ESMTP\r\n");
    }

    /// Talks until the client leaves or wants TLS.
    pub(super) async fn run<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
    ) -> io::Result<End> {
        loop {
            let end = loop {
                match self.look() {
                    Found::Answered => {}
                    Found::Message => {
                        if self.shared.settings.per_second.is_some() {
                            self.flush(stream).await?;
                            self.shared.pace().await;
                        }
                        self.take();
                    }
                    Found::Nothing => break None,
                    Found::End(end) => break Some(end),
                }
            };
            self.flush(stream).await?;
            if let Some(end) = end {
                return Ok(end);
            }
            self.make_room();
            if stream.read_buf(&mut self.input).await? == 0 {
                return Ok(End::Closed);
            }
        }
    }

    async fn flush<S: AsyncWrite + Unpin>(&mut self, stream: &mut S) -> io::Result<()> {
        if !self.output.is_empty() {
            stream.write_all(&self.output).await?;
            stream.flush().await?;
            self.output.clear();
        }
        Ok(())
    }

    fn say(&mut self, reply: &str) {
        self.output.extend_from_slice(reply.as_bytes());
    }

    /// Gives up what is done with, so that the buffer stays as long as one message and one read.
    fn make_room(&mut self) {
        if self.start == self.input.len() {
            self.input.clear();
            self.start = 0;
        } else if self.start >= CHUNK {
            self.input.drain(..self.start);
            if let Expects::Message { scanned } = &mut self.expects {
                *scanned -= self.start;
            }
            self.start = 0;
        }
        self.input.reserve(CHUNK);
    }

    fn look(&mut self) -> Found {
        match self.expects {
            Expects::Command => self.command(),
            Expects::Message { scanned } => self.message(scanned),
            Expects::Chunk { length, is_last } => self.chunk(length, is_last),
        }
    }

    fn command(&mut self) -> Found {
        let rest = &self.input[self.start..];
        let Some(end) = memchr(b'\n', rest) else {
            return Found::Nothing;
        };
        let line = rest[..end].trim_ascii_end().to_vec();
        self.start += end + 1;
        let verb = line.get(..4).unwrap_or(&line).to_ascii_uppercase();
        match verb.as_slice() {
            b"EHLO" | b"HELO" => self.hello(),
            b"MAIL" => {
                self.shared.begin();
                self.say("250 2.1.0 Ok\r\n");
            }
            b"RCPT" => {
                self.recipient.clear();
                self.recipient.extend_from_slice(address(&line));
                self.say("250 2.1.5 Ok\r\n");
            }
            b"DATA" => {
                self.say("354 Go on\r\n");
                // An empty message ends with the line end of DATA and a dot.
                self.start -= 2;
                self.expects = Expects::Message {
                    scanned: self.start,
                };
            }
            b"BDAT" => return self.begin_chunk(&line),
            b"QUIT" => {
                self.say("221 2.0.0 Bye\r\n");
                return Found::End(End::Closed);
            }
            b"STAR" if self.offers_tls => {
                self.say("220 2.0.0 Go on\r\n");
                return Found::End(End::StartTls);
            }
            b"RSET" | b"NOOP" => self.say("250 2.0.0 Ok\r\n"),
            _ => self.say("502 5.5.1 Unknown\r\n"),
        }
        Found::Answered
    }

    fn hello(&mut self) {
        self.say("250-sink\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250-8BITMIME\r\n");
        if self.offers_tls {
            self.say("250-STARTTLS\r\n");
        }
        self.say("250-SMTPUTF8\r\n250 CHUNKING\r\n");
    }

    fn begin_chunk(&mut self, line: &[u8]) -> Found {
        let line = String::from_utf8_lossy(line).to_ascii_uppercase();
        let mut words = line.split_ascii_whitespace().skip(1);
        let Some(length) = words.next().and_then(|number| number.parse().ok()) else {
            self.say("501 5.5.4 No length\r\n");
            return Found::Answered;
        };
        let is_last = words.next() == Some("LAST");
        self.expects = Expects::Chunk { length, is_last };
        Found::Answered
    }

    fn message(&mut self, scanned: usize) -> Found {
        let Some(at) = memmem::find(&self.input[scanned..], b"\r\n.\r\n") else {
            // The end may have come in part.
            let scanned = self.input.len().saturating_sub(4).max(self.start);
            self.expects = Expects::Message { scanned };
            return Found::Nothing;
        };
        let end = scanned + at + 2;
        let message = &self.input[(self.start + 2).min(end)..end];
        self.shared.keep_sample(message);
        (self.bytes, self.id) = (message.len(), message_id(message));
        self.start = end + 3;
        self.expects = Expects::Command;
        Found::Message
    }

    fn chunk(&mut self, length: usize, is_last: bool) -> Found {
        let rest = &self.input[self.start..];
        if rest.len() < length {
            return Found::Nothing;
        }
        let octets = &rest[..length];
        if self.bytes == 0 {
            self.shared.keep_sample(octets);
            self.id = message_id(octets);
        }
        self.bytes += length;
        self.start += length;
        self.expects = Expects::Command;
        if is_last {
            return Found::Message;
        }
        self.say("250 2.0.0 Ok\r\n");
        Found::Answered
    }

    fn take(&mut self) {
        self.shared
            .take(&self.recipient, self.bytes, self.id.take());
        self.bytes = 0;
        self.say("250 2.0.0 Ok: taken\r\n");
    }
}

/// What stands between the angle brackets of RCPT.
fn address(line: &[u8]) -> &[u8] {
    let begin = memchr(b'<', line).map_or(0, |at| at + 1);
    let rest = &line[begin..];
    &rest[..memchr(b'>', rest).unwrap_or(rest.len())]
}

/// A hash of the Message-ID, if there is one.
fn message_id(message: &[u8]) -> Option<u64> {
    let mut rest = message;
    while let Some(end) = memchr(b'\n', rest) {
        let line = rest[..end].trim_ascii_end();
        rest = &rest[end + 1..];
        if line.is_empty() {
            return None;
        }
        let name = line.get(..11);
        if name.is_some_and(|name| name.eq_ignore_ascii_case(b"message-id:")) {
            let mut value = line[11..].trim_ascii();
            if value.is_empty() {
                // Folded: the id stands alone on the next line.
                value = rest[..memchr(b'\n', rest)?].trim_ascii();
            }
            let mut hasher = DefaultHasher::new();
            value.hash(&mut hasher);
            return Some(hasher.finish());
        }
    }
    None
}
