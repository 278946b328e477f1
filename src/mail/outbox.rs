//! The bounded store behind the mail catcher: what `tidings demo` shows as its outbox and what tests wait on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

use super::captured::CapturedMail;

/// Bounded in-memory store of captured messages; the newest are kept.
///
/// Clones share one store.
#[derive(Debug, Clone)]
pub struct Outbox {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    max_messages: usize,
    max_bytes: usize,
    kept: Mutex<Kept>,
    /// How many messages were ever received; changes wake `wait_for`.
    received: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Kept {
    /// Oldest first.
    messages: VecDeque<Arc<CapturedMail>>,
    bytes: usize,
    last_id: u64,
}

impl Outbox {
    /// An empty store for at most `max_messages` messages and `max_bytes` octets of raw message together.
    #[must_use]
    pub fn new(max_messages: usize, max_bytes: usize) -> Self {
        let received = watch::Sender::new(0);
        let kept = Mutex::default();
        Self {
            shared: Arc::new(Shared {
                max_messages,
                max_bytes,
                kept,
                received,
            }),
        }
    }

    /// Takes a message in and returns its id; the oldest messages leave when a bound is reached.
    ///
    /// A message that is alone larger than the whole store is counted but not kept, so that it cannot push out all
    /// others and the bound on memory holds.
    pub fn store(
        &self,
        received_at: Timestamp,
        mail_from: String,
        recipients: Vec<String>,
        raw: Vec<u8>,
    ) -> u64 {
        let mut kept = self.kept();
        kept.last_id += 1;
        let id = kept.last_id;
        if raw.len() > self.shared.max_bytes {
            tracing::warn!(
                id,
                size_bytes = raw.len(),
                "the outbox is too small for this message: not kept"
            );
        } else {
            kept.bytes += raw.len();
            let raw = raw.into();
            kept.messages.push_back(Arc::new(CapturedMail {
                id,
                received_at,
                mail_from,
                recipients,
                raw,
            }));
            self.evict(&mut kept);
        }
        // Told under the lock, so that the count never goes backwards; watchers only wake up, they do not run here.
        self.shared.received.send_replace(id);
        id
    }

    /// Up to `limit` messages, newest first.
    ///
    /// `to` keeps those with this envelope recipient (ASCII letters in any case), `before` those with a smaller id:
    /// pass the last id of a page to get the next one.
    #[must_use]
    pub fn list(
        &self,
        to: Option<&str>,
        before: Option<u64>,
        limit: usize,
    ) -> Vec<Arc<CapturedMail>> {
        let kept = self.kept();
        let newest_first = kept.messages.iter().rev();
        let matching = newest_first
            .filter(|mail| before.is_none_or(|before| mail.id < before))
            .filter(|mail| to.is_none_or(|to| mail.is_for(to)));
        matching.take(limit).cloned().collect()
    }

    /// The message with this id, while it is kept.
    #[must_use]
    pub fn find(&self, id: u64) -> Option<Arc<CapturedMail>> {
        let kept = self.kept();
        let position = kept
            .messages
            .binary_search_by_key(&id, |mail| mail.id)
            .ok()?;
        kept.messages.get(position).cloned()
    }

    /// How many messages are kept now.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept().messages.len()
    }

    /// How many messages were ever taken in, including those no longer kept.
    #[must_use]
    pub fn received_total(&self) -> u64 {
        *self.shared.received.borrow()
    }

    /// Waits until at least `min_count` messages for `to` are kept and returns all of them, newest first.
    ///
    /// After `timeout` it returns what there is, so the caller's assertion can show it.
    pub async fn wait_for(
        &self,
        to: &str,
        min_count: usize,
        timeout: Duration,
    ) -> Vec<Arc<CapturedMail>> {
        // Subscribed before the first look: a message between the look and the wait is then not missed.
        let mut received = self.shared.received.subscribe();
        let enough = async {
            while self.list(Some(to), None, usize::MAX).len() < min_count
                && received.changed().await.is_ok()
            {}
        };
        // Both ends of the wait answer with the same list, so it does not matter here which one it was.
        let _ = tokio::time::timeout(timeout, enough).await;
        self.list(Some(to), None, usize::MAX)
    }

    fn evict(&self, kept: &mut Kept) {
        while kept.messages.len() > self.shared.max_messages || kept.bytes > self.shared.max_bytes {
            let Some(oldest) = kept.messages.pop_front() else {
                return;
            };
            kept.bytes -= oldest.raw.len();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // No code that can panic runs under the lock, so what a poisoned lock guards is still whole.
        self.shared
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(outbox: &Outbox, to: &str, size_bytes: usize) -> u64 {
        let raw = vec![b'x'; size_bytes];
        outbox.store(
            Timestamp::UNIX_EPOCH,
            "bounce@news.example".to_owned(),
            vec![to.to_owned()],
            raw,
        )
    }

    fn ids(mails: &[Arc<CapturedMail>]) -> Vec<u64> {
        mails.iter().map(|mail| mail.id).collect()
    }

    #[test]
    fn the_oldest_messages_leave_when_there_are_too_many() {
        let outbox = Outbox::new(3, 1_000);
        for _ in 0..5 {
            put(&outbox, "ada@example.org", 10);
        }
        assert_eq!(ids(&outbox.list(None, None, 10)), [5, 4, 3]);
        assert_eq!((outbox.count(), outbox.received_total()), (3, 5));
        assert!(outbox.find(2).is_none());
        assert_eq!(outbox.find(4).unwrap().id, 4);
    }

    #[test]
    fn the_oldest_messages_leave_when_they_are_too_large() {
        let outbox = Outbox::new(100, 100);
        put(&outbox, "ada@example.org", 60);
        put(&outbox, "ada@example.org", 40);
        assert_eq!(outbox.count(), 2);
        put(&outbox, "ada@example.org", 41);
        assert_eq!(ids(&outbox.list(None, None, 10)), [3, 2]);
        put(&outbox, "ada@example.org", 101);
        assert_eq!(
            ids(&outbox.list(None, None, 10)),
            [3, 2],
            "a message larger than the store pushes nothing out"
        );
        assert_eq!(outbox.received_total(), 4);
        put(&outbox, "ada@example.org", 100);
        assert_eq!(ids(&outbox.list(None, None, 10)), [5]);
    }

    #[test]
    fn an_outbox_for_nothing_keeps_nothing() {
        let outbox = Outbox::new(0, 0);
        put(&outbox, "ada@example.org", 0);
        assert_eq!((outbox.count(), outbox.received_total()), (0, 1));
    }

    #[test]
    fn lists_are_filtered_and_paged() {
        let outbox = Outbox::new(100, 1_000);
        for to in [
            "ada@example.org",
            "bob@example.org",
            "ADA@example.org",
            "ada@example.org",
        ] {
            put(&outbox, to, 1);
        }
        assert_eq!(ids(&outbox.list(Some("Ada@Example.org"), None, 2)), [4, 3]);
        assert_eq!(ids(&outbox.list(Some("ada@example.org"), Some(3), 2)), [1]);
        assert!(
            outbox.list(Some("ada"), None, 2).is_empty(),
            "a part of an address is no match"
        );
    }

    #[tokio::test]
    async fn waiting_ends_when_the_last_message_arrives() {
        let outbox = Outbox::new(100, 1_000);
        put(&outbox, "ada@example.org", 1);
        let waiting = tokio::spawn({
            let outbox = outbox.clone();
            async move {
                outbox
                    .wait_for("ada@example.org", 3, Duration::from_secs(30))
                    .await
            }
        });
        for to in ["bob@example.org", "ada@example.org", "ada@example.org"] {
            tokio::task::yield_now().await;
            put(&outbox, to, 1);
        }
        assert_eq!(ids(&waiting.await.unwrap()), [4, 3, 1]);
    }

    #[tokio::test]
    async fn waiting_in_vain_returns_what_there_is() {
        let outbox = Outbox::new(100, 1_000);
        put(&outbox, "ada@example.org", 1);
        let found = outbox
            .wait_for("ada@example.org", 2, Duration::from_millis(20))
            .await;
        assert_eq!(ids(&found), [1]);
    }
}
