//! How long a worker may trust its leases, by its own clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// A worker that was stopped for minutes, or cut off from the database, must not begin a mail that another has taken over
/// meanwhile. It cannot ask at that moment; so it asks its clock, before every mail, whether its last sign of life is
/// recent. The clock is monotonic and goes on while the process is stopped.
#[derive(Debug)]
pub(super) struct Fence {
    origin: Instant,
    /// Until when, in milliseconds after `origin`.
    until: AtomicU64,
    trust: Duration,
}

impl Fence {
    pub(super) fn new(trust: Duration) -> Self {
        Self {
            origin: Instant::now(),
            until: AtomicU64::new(0),
            trust,
        }
    }

    /// A sign of life was written; it counts from when its writing began.
    pub(super) fn extend(&self, began: Instant) {
        let until = began.duration_since(self.origin) + self.trust;
        let until = u64::try_from(until.as_millis()).unwrap_or(u64::MAX);
        self.until.fetch_max(until, Ordering::AcqRel);
    }

    /// Whether a mail may begin now.
    pub(super) fn is_open(&self) -> bool {
        let now = u64::try_from(self.origin.elapsed().as_millis()).unwrap_or(u64::MAX);
        now < self.until.load(Ordering::Acquire)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_closes_when_nothing_was_written_for_too_long() {
        let fence = Fence::new(Duration::from_secs(40));
        assert!(!fence.is_open(), "nothing was written yet");
        fence.extend(Instant::now());
        tokio::time::advance(Duration::from_secs(39)).await;
        assert!(fence.is_open());
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(!fence.is_open());
        fence.extend(Instant::now());
        assert!(fence.is_open());
    }
}
