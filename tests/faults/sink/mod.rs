//! An SMTP server that remembers everything, and that is slow, rude or forgetful when it is told to.

mod content;
pub(crate) mod ledger;
pub(crate) mod recipient;
pub(crate) mod rules;
mod session;
#[cfg(test)]
mod tests;
mod tls;
mod transaction;
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use ledger::Ledger;
use rules::{Phase, Rules};
pub(crate) use tls::{Certificate, Certificates};

/// How often each phase was reached.
pub(crate) type Counts = BTreeMap<Phase, u64>;

/// What all conversations share.
struct State {
    seed: u64,
    ledger: Ledger,
    rules: Mutex<Rules>,
    counts: watch::Sender<Counts>,
    tries: Mutex<HashMap<(String, Phase), u32>>,
    bucket: Mutex<Bucket>,
    open: AtomicUsize,
    most_open: AtomicUsize,
    connections: AtomicU64,
}

/// Tokens of the rate limit.
struct Bucket {
    tokens: f64,
    filled: Instant,
}

/// A running sink; stops accepting when it is dropped.
pub(crate) struct Sink {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

impl Sink {
    /// Starts one on a free port; `seed` decides what is left to chance.
    pub(crate) async fn start(ledger: &Path, seed: u64, rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            seed,
            ledger: Ledger::open(ledger),
            rules: Mutex::new(rules),
            counts: watch::Sender::new(Counts::new()),
            tries: Mutex::default(),
            bucket: Mutex::new(Bucket {
                tokens: 1.0,
                filled: Instant::now(),
            }),
            open: AtomicUsize::new(0),
            most_open: AtomicUsize::new(0),
            connections: AtomicU64::new(0),
        });
        let shared = Arc::clone(&state);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).ok();
                tokio::spawn(session::serve(stream, Arc::clone(&shared)));
            }
        });
        Self {
            address,
            state,
            accepting,
        }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes its behaviour from now on; conversations under way notice at their next step.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Rules)) {
        change(
            &mut self
                .state
                .rules
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// How often a phase was reached until now.
    pub(crate) fn count(&self, phase: Phase) -> u64 {
        self.state
            .counts
            .borrow()
            .get(&phase)
            .copied()
            .unwrap_or_default()
    }

    /// Waits until a phase was reached `count` times; whether that came about in time.
    pub(crate) async fn reaches(&self, phase: Phase, count: u64, patience: Duration) -> bool {
        let mut counts = self.state.counts.subscribe();
        let is_there =
            counts.wait_for(|counts| counts.get(&phase).copied().unwrap_or_default() >= count);
        timeout(patience, is_there).await.is_ok()
    }

    /// The most conversations that were open at once, those turned away not counted; starts anew.
    pub(crate) fn most_open(&self) -> usize {
        self.state.most_open.swap(0, Ordering::SeqCst)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    fn rules(&self) -> Rules {
        self.rules
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Counts a phase and returns the how-manieth it is.
    fn reached(&self, phase: Phase) -> u64 {
        let mut pass = 0;
        self.counts.send_modify(|counts| {
            let count = counts.entry(phase).or_default();
            *count += 1;
            pass = *count;
        });
        pass
    }

    /// How often this recipient was here before, in this phase.
    fn tries_before(&self, recipient: &str, phase: Phase) -> u32 {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        let count = tries.entry((recipient.to_owned(), phase)).or_default();
        *count += 1;
        *count - 1
    }

    /// Takes a token, if there is one.
    fn is_within(&self, rate: f64) -> bool {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        let filled = bucket.filled.elapsed().as_secs_f64() * rate;
        bucket.tokens = (bucket.tokens + filled).min(rate.max(1.0));
        bucket.filled = Instant::now();
        let is_within = bucket.tokens >= 1.0;
        if is_within {
            bucket.tokens -= 1.0;
        }
        is_within
    }
}
