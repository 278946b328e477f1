//! The way of one mail: claim, prepare, begin, (send), record.
//!
//! Short steps, so that no transaction is open while SMTP is. A worker that is lost before [`begin`] costs
//! nothing: its lease runs out and another takes over. Lost after it, nobody knows whether the mail arrived; it
//! is sent once more, with the same Message-ID and the same bytes, and no more than once.

mod making;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::delivery::{Delivery, DeliveryKind, DeliveryStatus};
use crate::domain::id::{DeliveryId, SubscriberId, WorkerId};
use crate::domain::retry::retry_delay;
use crate::domain::smtp_reply::SmtpReply;
use crate::domain::suppression::SuppressionReason;
use crate::mail::message::Message;
use crate::mail::smtp_session::{Phase, SendOutcome};
pub use crate::store::queue::Swept;
use crate::store::queue::{Lease, Next};
use crate::store::{self, attempts, editions, queue, subscribers, suppressions};

pub use making::Context;
use making::{Facts, Unprepared};

/// How long to wait after a failure that is the relay's and not the recipient's.
const RELAY_PAUSE: SignedDuration = SignedDuration::from_secs(30);
/// How long to wait after a mail could not be made, which is a defect that somebody must mend.
const DEFECT_PAUSE: SignedDuration = SignedDuration::from_mins(5);

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed.
    #[error("cannot read or write deliveries")]
    Store(#[from] store::Error),
}

/// A claimed delivery with its message.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Which delivery.
    pub id: DeliveryId,
    /// What kind.
    pub kind: DeliveryKind,
    /// How often it was tried before.
    attempt_count: i32,
    expires_at: Timestamp,
    subscriber: Option<SubscriberId>,
    /// The bytes.
    pub message: Message,
}

/// Leases a batch of due mails for `worker`.
///
/// # Errors
/// Database errors.
pub fn claim(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    worker: WorkerId,
) -> Result<Vec<Delivery>, Error> {
    let until = now.saturating_add(settings.lease()).unwrap_or(now);
    let lease = Lease {
        owner: worker,
        until,
    };
    Ok(queue::claim(
        conn,
        now,
        lease,
        i64::from(settings.batch_size),
    )?)
}

/// Makes the messages of a claimed batch. A mail that cannot be made is put off with its reason and leaves the
/// batch; one that nobody wants any more is cancelled.
///
/// # Errors
/// Database errors.
pub fn prepare(
    conn: &mut PgConnection,
    now: Timestamp,
    context: &Context<'_>,
    worker: WorkerId,
    batch: Vec<Delivery>,
) -> Result<Vec<Prepared>, Error> {
    let facts = Facts::load(conn, &batch)?;
    let mut prepared = Vec::with_capacity(batch.len());
    for delivery in batch {
        if delivery.expires_at <= now {
            queue::settle_claimed(conn, delivery.id, worker, now, DeliveryStatus::Expired)?;
            continue;
        }
        match facts.message(&delivery, context) {
            Ok(message) => prepared.push(Prepared {
                id: delivery.id,
                kind: delivery.kind,
                attempt_count: delivery.attempt_count,
                expires_at: delivery.expires_at,
                subscriber: delivery.subscriber_id,
                message,
            }),
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
    Ok(prepared)
}

/// The last look: whether this mail is still ours and still wanted. After `true` it counts as under way.
///
/// # Errors
/// Database errors.
pub fn begin(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    smtp: &config::Smtp,
    worker: WorkerId,
    id: DeliveryId,
) -> Result<bool, Error> {
    // The lease must outlast the longest conversation, or another worker would think that this one is lost.
    let conversation = smtp.command_timeout() * 3 + smtp.data_timeout();
    let conversation =
        SignedDuration::try_from(conversation).unwrap_or(SignedDuration::from_mins(30));
    let until = now
        .saturating_add(settings.lease())
        .and_then(|at| at.saturating_add(conversation))
        .unwrap_or(now);
    if queue::begin(
        conn,
        id,
        Lease {
            owner: worker,
            until,
        },
    )? {
        return Ok(true);
    }
    queue::settle_claimed(conn, id, worker, now, DeliveryStatus::Cancelled)?;
    Ok(false)
}

/// Writes down what became of a mail, and returns whether it was still ours to write.
///
/// # Errors
/// Database errors; call again, the outcome must not be lost.
pub fn record(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    prepared: &Prepared,
    started_at: Timestamp,
    outcome: &SendOutcome,
) -> Result<bool, Error> {
    let (name, phase, reply) = describe(outcome);
    let next = next(now, prepared, outcome);
    if !queue::settle(conn, prepared.id, worker, now, &next, reply)? {
        return Ok(false);
    }
    attempts::insert(
        conn,
        attempts::Attempt {
            delivery_id: prepared.id,
            number: 0,
            outcome: name.to_owned(),
            phase: phase.to_string(),
            reply_code: (reply.code() != 0).then(|| i32::from(reply.code())),
            reply_text: Some(reply.text().to_owned()),
            started_at,
            finished_at: now,
        },
    )?;
    if let (SendOutcome::Refused(_, reply), Some(subscriber)) = (outcome, prepared.subscriber)
        && reply.is_hard_bounce()
        && let Some(subscriber) = subscribers::find(conn, subscriber)?
    {
        suppressions::insert(
            conn,
            &subscriber.address_key,
            SuppressionReason::HardBounce,
            now,
        )?;
    }
    Ok(true)
}

fn describe(outcome: &SendOutcome) -> (&'static str, Phase, &SmtpReply) {
    match outcome {
        SendOutcome::Accepted(reply) => ("accepted", Phase::Message, reply),
        SendOutcome::Deferred(phase, reply) => ("deferred", *phase, reply),
        SendOutcome::Refused(phase, reply) => ("refused", *phase, reply),
        SendOutcome::NotSent(phase, reply) => ("not_sent", *phase, reply),
        SendOutcome::Unknown(reply) => ("unknown", Phase::Message, reply),
    }
}

fn next(now: Timestamp, prepared: &Prepared, outcome: &SendOutcome) -> Next {
    match outcome {
        SendOutcome::Accepted(_) => Next::Settled(DeliveryStatus::Sent),
        SendOutcome::Refused(..) => Next::Settled(DeliveryStatus::Bounced),
        SendOutcome::Unknown(_) => Next::Unknown,
        SendOutcome::NotSent(..) => Next::Again {
            due_at: now.saturating_add(RELAY_PAUSE).unwrap_or(now),
            counts: false,
        },
        SendOutcome::Deferred(..) => {
            let wait = retry_delay(prepared.attempt_count.saturating_add(1));
            let due_at = now.saturating_add(wait).unwrap_or(now);
            if due_at >= prepared.expires_at {
                Next::Settled(DeliveryStatus::Expired)
            } else {
                Next::Again {
                    due_at,
                    counts: true,
                }
            }
        }
    }
}

/// Gives back what a stopping worker did not begin.
///
/// # Errors
/// Database errors.
pub fn release(conn: &mut PgConnection, worker: WorkerId) -> Result<usize, Error> {
    Ok(queue::release(conn, worker)?)
}

/// Puts off what a worker claimed while the relay cannot be reached, with the reason.
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

/// Moves what lost workers held, and closes editions of which every mail is settled.
///
/// # Errors
/// Database errors.
pub fn sweep(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
) -> Result<Swept, Error> {
    let unknown_before = now.saturating_sub(settings.unknown_retry()).unwrap_or(now);
    let swept = queue::sweep(conn, now, unknown_before)?;
    editions::complete_settled(conn, now)?;
    Ok(swept)
}
