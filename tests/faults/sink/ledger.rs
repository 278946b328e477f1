//! The sink's memory: one line of JSON per event, appended to a file and on disk before a message is accepted.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::sync::LazyLock;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

/// What times of ledgers and histories count from: one clock for all of a run, which nobody can turn.
static EPOCH: LazyLock<Instant> = LazyLock::new(Instant::now);

/// Microseconds since the run began.
pub(crate) fn now_micros() -> u64 {
    u64::try_from(EPOCH.elapsed().as_micros()).unwrap()
}

/// Something that happened in a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    /// Microseconds since the run began.
    pub(crate) t: u64,
    /// The same instant by the clock on the wall.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) wall: String,
    /// Which connection.
    pub(crate) conn: u64,
    /// `connect`, `auth`, `mail`, `rcpt`, `data`, `message` (the final dot was read), `lost` (kept without a reply).
    pub(crate) phase: String,
    /// The envelope's sender.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) mailfrom: String,
    /// The envelope's recipient.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) rcpt: String,
    /// When MAIL FROM of this transaction was read.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) t_mail: u64,
    /// The header Message-ID.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) msgid: String,
    /// Over the message as it came, dots unstuffed.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) sha256: String,
    /// What was answered; empty when nothing was.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) reply: String,
    /// Whether the message is now the sink's: a reader has it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_kept: bool,
    /// Whether the connection was under TLS.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) is_secure: bool,
    /// Addresses of readers that the message names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) addresses: Vec<String>,
    /// Tokens of unsubscribe links that it holds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tokens: Vec<String>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over references"
)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}

struct Line {
    bytes: Vec<u8>,
    is_durable: Option<oneshot::Sender<()>>,
}

/// The end that conversations write to.
#[derive(Clone)]
pub(crate) struct Ledger {
    lines: Sender<Line>,
}

impl Ledger {
    /// Appends to this file.
    pub(crate) fn open(path: &Path) -> Self {
        let file = OpenOptions::new().create(true).append(true).open(path);
        let file = file.unwrap();
        let (lines, receiver) = mpsc::channel();
        std::thread::spawn(move || write(file, &receiver));
        Self { lines }
    }

    /// Writes an event some time soon.
    pub(crate) fn note(&self, event: Event) {
        self.push(event, None);
    }

    /// Writes an event and returns when it is on disk.
    pub(crate) async fn keep(&self, event: Event) {
        let (tell, told) = oneshot::channel();
        self.push(event, Some(tell));
        told.await.unwrap();
    }

    fn push(&self, mut event: Event, is_durable: Option<oneshot::Sender<()>>) {
        if event.t == 0 {
            event.t = now_micros();
        }
        if is_durable.is_some() {
            event.wall = tidings::clock::Clock::System.now().to_string();
        }
        let mut bytes = serde_json::to_vec(&event).unwrap();
        bytes.push(b'\n');
        self.lines.send(Line { bytes, is_durable }).unwrap();
    }
}

/// One flush serves everything that waits at that moment, so that a slow disk does not bound the rate.
fn write(mut file: File, lines: &Receiver<Line>) {
    while let Ok(first) = lines.recv() {
        let mut waiting = Vec::new();
        let mut bytes = Vec::new();
        for line in std::iter::once(first).chain(lines.try_iter()) {
            bytes.extend(line.bytes);
            waiting.extend(line.is_durable);
        }
        file.write_all(&bytes).unwrap();
        if !waiting.is_empty() {
            file.sync_data().unwrap();
        }
        for tell in waiting {
            // A conversation that was cut off does not wait any more.
            tell.send(()).ok();
        }
    }
}

/// Reads a whole ledger. A last line without an end was not acknowledged to anybody.
pub(crate) fn read(path: &Path) -> Vec<Event> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
