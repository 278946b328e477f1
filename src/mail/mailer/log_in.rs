//! The names and passwords that we log in with, which may change while we run.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use crate::config::Relay;

/// Reads the relays' settings once more; `None` when they cannot be read now.
pub type Reread = Arc<dyn Fn() -> Option<Vec<Relay>> + Send + Sync>;

/// Each relay as it is to be logged in to.
///
/// A password that is refused may have been changed at the server, and then here: in the settings file, or in the file
/// that `SMTP_URL_FILE` names. So after a refusal the settings are read anew before the next try. Only name and password
/// are taken from them, and only for a relay that is still at its place with its address: everything else takes a
/// restart.
pub(super) struct LogIns {
    relays: Vec<Mutex<LogIn>>,
    source: OnceLock<Reread>,
}

struct LogIn {
    relay: Arc<Relay>,
    was_refused: bool,
}

impl LogIns {
    pub(super) fn new(relays: &[Relay]) -> Self {
        let log_in = |relay: &Relay| LogIn {
            relay: Arc::new(relay.clone()),
            was_refused: false,
        };
        Self {
            relays: relays.iter().map(log_in).map(Mutex::new).collect(),
            source: OnceLock::new(),
        }
    }

    pub(super) fn read_again_with(&self, source: Reread) {
        drop(self.source.set(source));
    }

    fn log_in(&self, index: usize) -> Option<MutexGuard<'_, LogIn>> {
        let log_in = self.relays.get(index)?;
        Some(log_in.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The log-in was refused.
    pub(super) fn refused(&self, index: usize) {
        if let Some(mut log_in) = self.log_in(index) {
            log_in.was_refused = true;
        }
    }

    /// The relay with the name and password to use now.
    pub(super) async fn current(&self, index: usize) -> Option<Arc<Relay>> {
        let (relay, was_refused) = {
            let mut log_in = self.log_in(index)?;
            let was_refused = std::mem::take(&mut log_in.was_refused);
            (Arc::clone(&log_in.relay), was_refused)
        };
        let Some(source) = self.source.get().filter(|_| was_refused) else {
            return Some(relay);
        };
        let source = Arc::clone(source);
        let read = tokio::task::spawn_blocking(move || source()).await;
        let found = read.ok().flatten().and_then(|relays| {
            let found = relays.into_iter().nth(index);
            found.filter(|found| found.name() == relay.name())
        });
        let Some(found) = found else {
            return Some(relay);
        };
        let renewed = Arc::new(Relay {
            credentials: found.credentials,
            auth: found.auth,
            ..Relay::clone(&relay)
        });
        self.log_in(index)?.relay = Arc::clone(&renewed);
        Some(renewed)
    }
}

impl fmt::Debug for LogIns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LogIns").finish_non_exhaustive()
    }
}
