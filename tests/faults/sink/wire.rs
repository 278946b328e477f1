//! Bytes of a conversation, with and without TLS.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;

use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

/// A stream of either kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for S {}

/// One end of a conversation; answers wait until all commands that came together are read.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
    answers: Vec<u8>,
    pub(super) is_secure: bool,
}

impl Wire {
    pub(super) fn new(stream: impl Stream + 'static) -> Self {
        Self {
            stream: BufReader::with_capacity(64 * 1024, Box::new(stream)),
            answers: Vec::new(),
            is_secure: false,
        }
    }

    /// Goes on under TLS. What a client sent ahead in plain text is forgotten (CVE-2011-0411).
    pub(super) async fn secure(self, config: Arc<ServerConfig>) -> Result<Self> {
        let stream = TlsAcceptor::from(config)
            .accept(self.stream.into_inner())
            .await?;
        let mut wire = Self::new(stream);
        wire.is_secure = true;
        Ok(wire)
    }

    /// The next line without its end.
    pub(super) async fn line(&mut self) -> Result<String> {
        let mut bytes = Vec::new();
        self.flush_if_waiting().await?;
        if self.stream.read_until(b'\n', &mut bytes).await? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        let text = String::from_utf8_lossy(&bytes);
        Ok(text.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// A line of a message as it came, with its end.
    pub(super) async fn raw_line(&mut self, into: &mut Vec<u8>) -> Result<()> {
        self.flush_if_waiting().await?;
        if self.stream.read_until(b'\n', into).await? == 0 {
            return Err(Error::from(ErrorKind::UnexpectedEof));
        }
        Ok(())
    }

    /// So many bytes.
    pub(super) async fn exactly(&mut self, count: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        self.flush_if_waiting().await?;
        self.stream.read_exact(&mut bytes).await?;
        Ok(bytes)
    }

    /// Answers; the line's end is added.
    pub(super) fn say(&mut self, reply: &str) {
        self.answers.extend_from_slice(reply.as_bytes());
        self.answers.extend_from_slice(b"\r\n");
    }

    /// Writes what was said.
    pub(super) async fn flush(&mut self) -> Result<()> {
        let answers = std::mem::take(&mut self.answers);
        self.stream.write_all(&answers).await?;
        self.stream.flush().await
    }

    async fn flush_if_waiting(&mut self) -> Result<()> {
        // Only a whole line among what was read ahead shows that the client does not wait for an answer.
        if self.answers.is_empty() || self.stream.buffer().contains(&b'\n') {
            return Ok(());
        }
        self.flush().await
    }
}

impl Wire {
    /// Writes one character by itself.
    pub(super) async fn drip(&mut self, character: char) -> Result<()> {
        self.stream
            .write_all(character.to_string().as_bytes())
            .await?;
        self.stream.flush().await
    }
}
