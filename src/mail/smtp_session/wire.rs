//! A connection with its deadlines: octets out, replies in.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::client::TlsStream;

use super::reply::{Junk, ReplyReader};
use super::tls::TlsContext;
use crate::domain::smtp_reply::SmtpReply;

/// How much of a message must go out within one time limit, in octets.
const BLOCK_BYTES: usize = 64 * 1_024;

pub(super) struct Wire {
    stream: Stream,
    reader: ReplyReader,
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// The connection is of no use any more, and no server said why.
#[derive(Debug)]
pub(super) struct Lost(pub(super) SmtpReply);

impl Lost {
    pub(super) fn because(text: &str) -> Self {
        Self(SmtpReply::new(0, text))
    }

    fn too_late(wait: Duration) -> Self {
        Self::because(&format!("no answer within {} seconds", wait.as_secs()))
    }
}

impl From<io::Error> for Lost {
    fn from(error: io::Error) -> Self {
        Self::because(&format!("connection lost: {error}"))
    }
}

impl From<Junk> for Lost {
    fn from(junk: Junk) -> Self {
        Self::because(&junk.to_string())
    }
}

/// A write that did not come to its end.
#[derive(Debug)]
pub(super) struct Cut {
    /// How many octets may have left, at most.
    pub(super) handed: usize,
    pub(super) lost: Lost,
}

impl Wire {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream: Stream::Plain(stream),
            reader: ReplyReader::default(),
        }
    }

    pub(super) fn is_encrypted(&self) -> bool {
        matches!(self.stream, Stream::Tls(_))
    }

    /// Encrypts. What the server, or somebody in between, sent before the handshake is forgotten, so that it cannot pass
    /// for something said under TLS (CVE-2011-0411).
    pub(super) async fn encrypted(self, tls: &TlsContext) -> Result<Self, SmtpReply> {
        let stream = match self.stream {
            Stream::Plain(stream) => Box::new(tls.handshake(stream).await?),
            Stream::Tls(stream) => stream,
        };
        Ok(Self {
            stream: Stream::Tls(stream),
            reader: ReplyReader::default(),
        })
    }

    /// The code of the next reply. The time is for the reply as a whole, however many octets of it come.
    pub(super) async fn reply(&mut self, wait: Duration) -> Result<u16, Lost> {
        // The usual case of a pipelined conversation, without looking at the clock.
        if let Some(code) = self.reader.next_code()? {
            return Ok(code);
        }
        timeout_at(Instant::now() + wait, self.read_reply())
            .await
            .unwrap_or_else(|_| Err(Lost::too_late(wait)))
    }

    async fn read_reply(&mut self) -> Result<u16, Lost> {
        loop {
            let room = self.reader.room();
            let count = match &mut self.stream {
                Stream::Plain(stream) => stream.read_buf(room).await?,
                Stream::Tls(stream) => stream.read_buf(room).await?,
            };
            if count == 0 {
                return Err(Lost::because("the server closed the connection"));
            }
            if let Some(code) = self.reader.next_code()? {
                return Ok(code);
            }
        }
    }

    /// The last reply to keep.
    pub(super) fn kept(&self, code: u16) -> SmtpReply {
        self.reader.reply(code)
    }

    /// The text of the last reply, its lines joined by line feeds.
    pub(super) fn text(&self) -> &str {
        self.reader.text()
    }

    /// Whether the server said something, or left, while nobody asked it anything. Never waits.
    pub(super) async fn has_unasked(&mut self) -> bool {
        if !self.reader.is_empty() {
            return true;
        }
        let mut octet = [0];
        let mut buffer = ReadBuf::new(&mut octet);
        // Whatever comes ends the session, so it may be thrown away.
        poll_fn(|context| {
            let polled = match &mut self.stream {
                Stream::Plain(stream) => Pin::new(stream).poll_read(context, &mut buffer),
                Stream::Tls(stream) => Pin::new(stream.as_mut()).poll_read(context, &mut buffer),
            };
            Poll::Ready(polled.is_ready())
        })
        .await
    }

    /// Writes all parts. Each 64 KiB of them have `wait` to go out.
    pub(super) async fn write(&mut self, parts: [&[u8]; 3], wait: Duration) -> Result<(), Cut> {
        let mut slices = parts.map(IoSlice::new);
        let mut left = &mut slices[..];
        let total: usize = parts.iter().map(|part| part.len()).sum();
        let mut handed = 0;
        while handed < total {
            let block_end = handed.saturating_add(BLOCK_BYTES).min(total);
            let deadline = Instant::now() + wait;
            let block = async {
                while handed < block_end {
                    let count = self.write_some(left).await?;
                    if count == 0 {
                        return Err(io::Error::from(io::ErrorKind::WriteZero));
                    }
                    handed += count;
                    IoSlice::advance_slices(&mut left, count);
                }
                if handed == total {
                    self.flush().await?;
                }
                Ok(())
            };
            let written = timeout_at(deadline, block).await;
            let lost = match written {
                Ok(Ok(())) => continue,
                Ok(Err(error)) => {
                    // An error of rustls does not say how much of this call left before it.
                    if self.is_encrypted() {
                        handed = total;
                    }
                    Lost::from(error)
                }
                Err(_) => Lost::too_late(wait),
            };
            return Err(Cut { handed, lost });
        }
        Ok(())
    }

    async fn write_some(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(stream) => stream.write_vectored(slices).await,
            Stream::Tls(stream) => stream.write_vectored(slices).await,
        }
    }

    /// rustls may have kept back what the socket did not take at once.
    async fn flush(&mut self) -> io::Result<()> {
        match &mut self.stream {
            Stream::Plain(_) => Ok(()),
            Stream::Tls(stream) => stream.flush().await,
        }
    }
}
