//! The way of one mail: claim, begin, (send), settle.
//!
//! Short steps, so that no transaction is open while SMTP is. A worker that is lost before [`begin`] costs nothing: its
//! lease runs out and another takes over. Lost after it, nobody knows whether the mail arrived; it is sent once more, with
//! the same Message-ID and the same bytes, and no more than once. So what a lost worker can double is what it had begun,
//! and a worker never begins more than its window.
//!
//! Editions and single mails take the same way. An edition's readers are claimed in chunks of its ledger
//! ([`next_chunk`]), single mails one by one ([`next_singles`]).
//!
//! # Why nothing reaches a reader who has left
//!
//! The row of the ledger decides. Whoever ends a subscription cancels its rows in the same transaction, by a trigger, and
//! [`begin`] takes only rows that are still waiting: one of the two has to wait for the other's lock. What remains is a
//! reader whose transaction was under way when the edition was frozen and did not see the new rows. Therefore the first
//! chunk of an edition waits until all such transactions have ended, and each chunk looks at its subscriptions after that.
//!
//! # Why nothing of a corrected edition goes out as it was
//!
//! A chunk is made of one version of the content, and its claim names that version. [`begin`] looks at the edition's version
//! in the same statement and takes nothing of an older one: what a worker had prepared is given back and made anew. What is
//! begun shows in its row of which version it is, so whoever got what was wrong can be told.

mod chunk;
mod facts;
mod making;
mod outcome;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::delivery::{Delivery, DeliveryKind, DeliveryStatus};
use crate::domain::edition_delivery::UnknownPolicy;
use crate::domain::id::{ClaimId, DeliveryId, EditionId, SubscriberId, SubscriptionId, WorkerId};
use crate::domain::smtp_reply::SmtpReply;
use crate::mail::envelope::Envelope;
use crate::mail::message::Message;
use crate::mail::prepared::{PreparedEdition, Reader};
use crate::store::queue::Lease;
use crate::store::relays;
use crate::store::{self, claims, edition_deliveries, lost_claims, queue, sends, stops};

pub use crate::store::claims::Claim;
pub use crate::store::relays::{Rate, WorkerRelay};
pub use chunk::{Chunk, Fed, PreparedEditions, close_chunk, next_chunk};
use facts::Facts;
pub use making::Context;
use making::Unprepared;
pub use outcome::{End, Ended, Turned, settle, turn};

/// How long to wait after a mail could not be made, which is a defect that somebody must mend.
const DEFECT_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// How long to wait after a failure that is the relay's and not the recipient's.
const RELAY_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// How many waiting mails of a stopped edition one sweep cancels: more would keep the others waiting.
const STOP_IN_A_SWEEP: i64 = 100_000;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error("cannot read or write deliveries")]
    Store(#[from] store::Error),
}

/// Which delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Key {
    /// A single mail.
    Single(DeliveryId),
    /// An edition to one reader, under a claim.
    Edition {
        /// Which edition.
        edition: EditionId,
        /// Under which claim.
        claim: ClaimId,
        /// To whom.
        reader: SubscriptionId,
        /// Whether it was tried before.
        is_retry: bool,
    },
}

impl Key {
    /// The identifier that is also the Message-ID, for logs.
    #[must_use]
    pub fn delivery(&self) -> DeliveryId {
        match self {
            Self::Single(id) => *id,
            Self::Edition {
                edition, reader, ..
            } => DeliveryId::of_edition(*edition, *reader),
        }
    }
}

/// What is sent.
#[derive(Debug)]
pub enum Letter {
    /// A message of its own.
    Whole(Message),
    /// An edition's message with holes, and what stands in them.
    Personal(Arc<PreparedEdition>, Reader),
}

/// A claimed delivery, ready to be sent.
#[derive(Debug)]
pub struct Job {
    /// Which delivery.
    pub key: Key,
    /// How often it was tried before.
    attempt_count: i32,
    /// How often its reply was lost.
    unknown_count: i32,
    /// When it is given up.
    expires_at: Timestamp,
    /// What a lost reply leads to.
    policy: UnknownPolicy,
    /// To whom.
    subscriber: Option<SubscriberId>,
    letter: Letter,
}

impl Job {
    /// Whether it is of an edition, and not a single mail.
    #[must_use]
    pub fn is_of_edition(&self) -> bool {
        matches!(self.key, Key::Edition { .. })
    }

    /// Writes the message into `bytes`, which is emptied first, and returns its envelope.
    pub fn write(&self, bytes: &mut Vec<u8>) -> Envelope {
        match &self.letter {
            Letter::Whole(message) => {
                bytes.clear();
                bytes.extend_from_slice(&message.bytes);
                message.envelope.clone()
            }
            Letter::Personal(prepared, reader) => {
                prepared.write(reader, bytes);
                prepared.envelope(reader, bytes.len())
            }
        }
    }
}

/// Leases single mails that are due and makes their messages. A mail that cannot be made is put off with its reason; one
/// that nobody wants any more is cancelled.
///
/// # Errors
/// Database errors.
pub fn next_singles(
    conn: &mut PgConnection,
    now: Timestamp,
    context: &Context<'_>,
    settings: &config::Delivery,
    worker: WorkerId,
    limit: usize,
) -> Result<Vec<Job>, Error> {
    let lease = Lease::new(worker, now, settings);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let batch = queue::claim(conn, now, lease, limit)?;
    if batch.is_empty() {
        return Ok(Vec::new());
    }
    let facts = Facts::load(conn, &batch)?;
    let mut jobs = Vec::with_capacity(batch.len());
    for delivery in batch {
        if delivery.expires_at <= now {
            queue::settle_claimed(conn, delivery.id, worker, now, DeliveryStatus::Expired)?;
            continue;
        }
        match facts.message(&delivery, context) {
            Ok(message) => jobs.push(single(&delivery, message)),
            Err(Unprepared::Unwanted) => {
                queue::settle_claimed(conn, delivery.id, worker, now, DeliveryStatus::Cancelled)?;
            }
            Err(defect) => {
                tracing::error!(delivery = %delivery.id, error = ?defect, "a mail cannot be made");
                let due_at = now.saturating_add(DEFECT_PAUSE).unwrap_or(now);
                queue::postpone(conn, delivery.id, worker, due_at, &defect.to_string())?;
            }
        }
    }
    Ok(jobs)
}

fn single(delivery: &Delivery, message: Message) -> Job {
    Job {
        key: Key::Single(delivery.id),
        attempt_count: delivery.attempt_count,
        unknown_count: delivery.unknown_count,
        expires_at: delivery.expires_at,
        policy: UnknownPolicy::RetryOnce,
        // What a mailbox refuses that is not the reader's yet says nothing about the reader's.
        subscriber: delivery
            .subscriber_id
            .filter(|_| delivery.kind != DeliveryKind::AddressNew),
        letter: Letter::Whole(message),
    }
}

/// The durable intent: which of these deliveries may be sent now. After the commit they count as under way.
///
/// # Errors
/// Database errors; it may be asked again for what was not sent.
pub fn begin(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    conversation: SignedDuration,
    worker: WorkerId,
    keys: &[Key],
) -> Result<HashSet<Key>, Error> {
    let mut begun = HashSet::with_capacity(keys.len());
    let mut singles = Vec::new();
    // In the order of editions and claims, as everyone takes locks.
    let mut chunks: BTreeMap<(EditionId, ClaimId, bool), Vec<SubscriptionId>> = BTreeMap::new();
    for key in keys {
        match *key {
            Key::Single(id) => singles.push(id),
            Key::Edition {
                edition,
                claim,
                reader,
                is_retry,
            } => chunks
                .entry((edition, claim, is_retry))
                .or_default()
                .push(reader),
        }
    }
    if !singles.is_empty() {
        // The lease must outlast the longest conversation, or another worker would think that this one is lost.
        let until = now
            .saturating_add(settings.lease())
            .and_then(|at| at.saturating_add(conversation))
            .unwrap_or(now);
        let lease = Lease {
            owner: worker,
            until,
        };
        let singles = queue::begin(conn, &singles, lease)?;
        begun.extend(singles.into_iter().map(Key::Single));
    }
    if chunks.is_empty() {
        return Ok(begun);
    }
    let claims: Vec<ClaimId> = chunks.keys().map(|(_, claim, _)| *claim).collect();
    let sendable = claims::sendable(conn, now, worker, &claims)?;
    for ((edition, claim, is_retry), mut readers) in chunks {
        let Some(version) = sendable.get(&claim).copied() else {
            continue;
        };
        readers.sort_unstable();
        let readers = edition_deliveries::begin(conn, edition, (claim, version), &readers)?;
        begun.extend(readers.into_iter().map(|reader| Key::Edition {
            edition,
            claim,
            reader,
            is_retry,
        }));
    }
    Ok(begun)
}

/// Which of these deliveries could begin as far as their claims and editions go; their rows are not asked.
///
/// # Errors
/// Database errors.
pub fn sendable(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    keys: &[Key],
) -> Result<HashSet<Key>, Error> {
    let claim_of = |key: &Key| match *key {
        Key::Single(_) => None,
        Key::Edition { claim, .. } => Some(claim),
    };
    let mut claims: Vec<ClaimId> = keys.iter().filter_map(claim_of).collect();
    claims.sort_unstable();
    claims.dedup();
    let claims = claims::sendable(conn, now, worker, &claims)?;
    let keys = keys.iter().copied();
    Ok(keys
        .filter(|key| claim_of(key).is_none_or(|claim| claims.contains_key(&claim)))
        .collect())
}

/// How many of `wanted` mails the rates of a relay allow now, and takes them. All workers share the rates. Single mails
/// always go: they use up what editions then wait for.
///
/// # Errors
/// Database errors.
pub fn allowance(
    conn: &mut PgConnection,
    now: Timestamp,
    relay: &str,
    rates: &[Rate],
    wanted: usize,
    is_express: bool,
) -> Result<usize, Error> {
    if rates.is_empty() || wanted == 0 {
        return Ok(wanted);
    }
    let mut allowed = wanted;
    for rate in rates {
        let tokens = relays::fill(conn, now, relay, *rate)?;
        allowed = allowed.min(whole(tokens));
    }
    if is_express {
        allowed = wanted;
    }
    if allowed > 0 {
        relays::spend(
            conn,
            relay,
            f64::from(u32::try_from(allowed).unwrap_or(u32::MAX)),
        )?;
    }
    Ok(allowed)
}

/// The whole tokens in a bucket, none when it is overdrawn.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes an integer in no other way; out of range it saturates"
)]
fn whole(tokens: f64) -> usize {
    tokens.max(0.0).floor() as usize
}

/// Puts off single mails that a worker claimed while no relay can be reached, with the reason.
///
/// # Errors
/// Database errors.
pub fn put_off(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    ids: &[DeliveryId],
    reason: &SmtpReply,
) -> Result<(), Error> {
    let due_at = now.saturating_add(RELAY_PAUSE).unwrap_or(now);
    let text = format!("the mail server cannot be reached: {}", reason.text());
    for id in ids {
        queue::postpone(conn, *id, worker, due_at, &text)?;
    }
    Ok(())
}

/// Gives back what a stopping worker claimed of single mails and did not begin.
///
/// # Errors
/// Database errors.
pub fn release(conn: &mut PgConnection, worker: WorkerId) -> Result<usize, Error> {
    Ok(queue::release(conn, worker)?)
}

/// Says that `worker` lives: the leases of the chunks that it knows to hold last longer, and what it knows of relays can
/// be read. Single mails are begun within a lease or go to others.
///
/// # Errors
/// Database errors.
pub fn heartbeat(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    worker: WorkerId,
    chunks: &[ClaimId],
    relays_known: Vec<WorkerRelay>,
) -> Result<(), Error> {
    crate::fault::point("k13");
    let lease = Lease::new(worker, now, settings);
    claims::renew(conn, now, lease, chunks)?;
    for mut relay in relays_known {
        relay.worker_id = worker;
        relay.seen_at = now;
        relays::report(conn, relay)?;
    }
    Ok(())
}

/// What [`sweep`] moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Chunks and single mails of lost workers that are free again.
    pub freed: usize,
    /// Mails of lost workers whose fate nobody knows.
    pub lost_replies: usize,
    /// Single mails of unknown fate that are sent once more.
    pub sent_again: usize,
}

/// Moves what lost workers held, and closes editions of which every mail is settled.
///
/// # Errors
/// Database errors.
pub fn sweep(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    conversation: SignedDuration,
) -> Result<Swept, Error> {
    crate::fault::point("k14");
    let unknown_before = now.saturating_sub(settings.unknown_retry()).unwrap_or(now);
    let singles = queue::sweep(conn, now, unknown_before)?;
    let freed = lost_claims::free_lost(conn, now)?;
    let lost = lost_claims::settle_lost(conn, now, conversation, settings.unknown_retry())?;
    relays::forget(conn, now.saturating_sub(settings.lease()).unwrap_or(now))?;
    crate::fault::point("k15");
    for edition in sends::complete_settled(conn, now)? {
        tracing::info!(%edition, "every mail of an edition is settled");
    }
    for edition in stops::finish(conn, now, STOP_IN_A_SWEEP)? {
        tracing::info!(%edition, "nothing of a stopped edition is left");
    }
    Ok(Swept {
        freed: singles.freed + freed,
        lost_replies: singles.lost_replies + lost,
        sent_again: singles.sent_again,
    })
}
