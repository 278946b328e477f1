//! How much a template may take.

use std::io;
use std::time::{Duration, Instant};

/// Steps of one rendering. An edition of 200 stories takes about a tenth of it.
pub(super) const FUEL: u64 = 1_000_000;

/// The longest output, in bytes. Nothing over 100 KB is sent.
const MAX_BYTES: usize = 1024 * 1024;

/// The longest rendering.
const MAX_TIME: Duration = Duration::from_secs(5);

/// Takes what a template writes until it is too much.
pub(super) struct Sink {
    bytes: Vec<u8>,
    started: Instant,
}

impl Default for Sink {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            started: Instant::now(),
        }
    }
}

impl Sink {
    pub(super) fn into_text(self) -> String {
        // Only text was written.
        String::from_utf8(self.bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }
}

impl io::Write for Sink {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > MAX_BYTES {
            return Err(io::Error::other(format!(
                "the template writes more than {MAX_BYTES} bytes"
            )));
        }
        if self.started.elapsed() > MAX_TIME {
            let seconds = MAX_TIME.as_secs();
            return Err(io::Error::other(format!(
                "the template takes longer than {seconds} seconds"
            )));
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
