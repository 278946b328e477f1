//! What the sink's thread tells the others.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::Settings;

/// Counts and instants; most are only ever written by the one thread.
pub(super) struct Shared {
    pub(super) settings: Settings,
    pub(super) began: Instant,
    pub(super) messages: AtomicU64,
    pub(super) bytes: AtomicU64,
    pub(super) duplicates: AtomicU64,
    /// Nanoseconds after `began`; 0 is "not yet".
    pub(super) first: AtomicU64,
    pub(super) last: AtomicU64,
    pub(super) ids: Mutex<HashSet<u64>>,
    /// When a message may be taken next.
    pub(super) turn: Mutex<Instant>,
    pub(super) noted: Mutex<HashMap<String, Instant>>,
    /// The first message, as it came.
    pub(super) sample: Mutex<Vec<u8>>,
}

impl Shared {
    pub(super) fn new(settings: Settings) -> Self {
        let began = Instant::now();
        Self {
            settings,
            began,
            messages: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            duplicates: AtomicU64::new(0),
            first: AtomicU64::new(0),
            last: AtomicU64::new(0),
            ids: Mutex::default(),
            turn: Mutex::new(began),
            noted: Mutex::default(),
            sample: Mutex::default(),
        }
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos())
            .unwrap()
            .max(1)
    }

    /// A MAIL has come.
    pub(super) fn begin(&self) {
        if self.first.load(Ordering::Relaxed) == 0 {
            self.first.store(self.now(), Ordering::Relaxed);
        }
    }

    /// Waits for this message's turn.
    pub(super) async fn pace(&self) {
        let Some(per_second) = self.settings.per_second else {
            return;
        };
        let turn = {
            let mut next = self.turn.lock().unwrap();
            let turn = (*next).max(Instant::now());
            *next = turn + Duration::from_secs(1) / per_second;
            turn
        };
        tokio::time::sleep_until(turn.into()).await;
    }

    /// A message is about to be answered with 250.
    pub(super) fn take(&self, recipient: &[u8], bytes: usize, id: Option<u64>) {
        let is_new = id.is_none_or(|id| self.ids.lock().unwrap().insert(id));
        if !is_new {
            self.duplicates.fetch_add(1, Ordering::Relaxed);
        }
        if let Some(prefix) = self.settings.noted
            && recipient.starts_with(prefix.as_bytes())
        {
            let address = String::from_utf8_lossy(recipient).into_owned();
            self.noted.lock().unwrap().insert(address, Instant::now());
        }
        let bytes = u64::try_from(bytes).unwrap();
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.last.store(self.now(), Ordering::Relaxed);
        // Last, and in order: who sees this count sees the rest.
        self.messages.fetch_add(1, Ordering::Release);
    }

    pub(super) fn keep_sample(&self, message: &[u8]) {
        if self.messages.load(Ordering::Relaxed) == 0 {
            let mut sample = self.sample.lock().unwrap();
            if sample.is_empty() {
                sample.extend_from_slice(message);
            }
        }
    }
}
