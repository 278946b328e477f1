//! What became of a mail: written down, with its consequences.

use std::collections::HashSet;

use diesel::PgConnection;
use jiff::Timestamp;

use super::{Error, Job, Key, RELAY_PAUSE};
use crate::config;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::edition::EditionStatus;
use crate::domain::edition_delivery::UnknownPolicy;
use crate::domain::id::{ClaimId, EditionId, SubscriberId, SubscriptionId, WorkerId};
use crate::domain::retry::retry_delay;
use crate::domain::smtp_reply::{Meaning, SmtpReply};
use crate::domain::suppression::SuppressionReason;
use crate::mail::smtp_session::{Phase, SendOutcome};
use crate::store::edition_attempts::{self, EditionAttempt};
use crate::store::edition_deliveries::{self, Next};
use crate::store::{attempts, queue, sends, subscribers, suppressions, turns};

/// After so many refusals for reasons of policy an edition is paused: they are about the sender and not the readers.
const MAX_POLICY_REFUSALS: usize = 20;

/// How a delivery that was begun ended.
#[derive(Debug)]
pub enum End {
    /// It was sent, or sending it was tried.
    Sent(SendOutcome),
    /// Nothing was said to anyone: there was no session, or no time.
    Untouched,
}

/// A delivery that was begun, and its end.
#[derive(Debug)]
pub struct Ended {
    /// The delivery.
    pub job: Job,
    /// When it began.
    pub started_at: Timestamp,
    /// Its end.
    pub end: End,
}

impl Ended {
    /// Whether it is an accepted mail of an edition, as nearly all are.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.job.is_of_edition() && matches!(self.end, End::Sent(SendOutcome::Accepted(_)))
    }
}

/// What came of [`turn`].
#[derive(Debug)]
pub struct Turned {
    /// When it was, by the database's clock.
    pub at: Timestamp,
    /// Which deliveries may be sent now.
    pub begun: HashSet<Key>,
}

/// [`settle`] and [`super::begin`] at once, where all that ended is plain and all that begins is of editions. One
/// statement outside of any transaction; `now` is only given where the clock stands still.
///
/// # Errors
/// Database errors; call again, what is known must not be lost.
pub fn turn(
    conn: &mut PgConnection,
    now: Option<Timestamp>,
    worker: WorkerId,
    ended: &[Ended],
    begin: &[Key],
) -> Result<Turned, Error> {
    let mut turn = accepted(&sorted(ended));
    let mut begin = begin.to_vec();
    begin.sort_unstable();
    for key in &begin {
        if let Key::Edition {
            edition,
            claim,
            reader,
            ..
        } = *key
        {
            turn.begin(edition, claim, reader);
        }
    }
    let turned = turns::take(conn, now, worker, &turn)?;
    if turned.settled < ended.len() {
        let lost = ended.len() - turned.settled;
        tracing::warn!(
            lost,
            "mails were settled by somebody else while they were sent"
        );
    }
    let rows: HashSet<(EditionId, ClaimId, SubscriptionId)> = turned.begun.into_iter().collect();
    let is_begun = |key: &Key| match key {
        Key::Edition {
            edition,
            claim,
            reader,
            ..
        } => rows.contains(&(*edition, *claim, *reader)),
        Key::Single(_) => false,
    };
    Ok(Turned {
        at: turned.at,
        begun: begin.into_iter().filter(is_begun).collect(),
    })
}

/// In the order in which everyone takes locks.
fn sorted(ended: &[Ended]) -> Vec<&Ended> {
    let mut sorted: Vec<&Ended> = ended.iter().collect();
    sorted.sort_unstable_by_key(|one| one.job.key);
    sorted
}

/// The turn that settles those of `ended` that are plain.
fn accepted(ended: &[&Ended]) -> turns::Turn {
    let mut turn = turns::Turn::default();
    for one in ended {
        if let (
            Key::Edition {
                edition,
                claim,
                reader,
                ..
            },
            End::Sent(SendOutcome::Accepted(reply)),
        ) = (one.job.key, &one.end)
        {
            turn.accepted(edition, claim, reader, reply);
        }
    }
    turn
}

/// Writes down how deliveries ended; returns how many were no longer the worker's to write.
///
/// # Errors
/// Database errors; call again, what is known must not be lost.
pub fn settle(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    worker: WorkerId,
    ended: &[Ended],
) -> Result<usize, Error> {
    let ended = sorted(ended);
    // Nearly all are accepted mails of an edition, which one statement settles.
    let accepted = accepted(&ended);
    let mut lost = 0;
    if accepted.accepted_count() > 0 {
        let turned = turns::take(conn, Some(now), worker, &accepted)?;
        lost = accepted.accepted_count().saturating_sub(turned.settled);
    }
    for one in ended.into_iter().filter(|one| !one.is_plain()) {
        let is_settled = match one.job.key {
            Key::Single(_) => settle_single(conn, now, worker, one)?,
            Key::Edition {
                edition,
                claim,
                reader,
                is_retry,
            } => settle_reader(conn, now, settings, one, (edition, claim, reader), is_retry)?,
        };
        lost += usize::from(!is_settled);
    }
    Ok(lost)
}

fn settle_reader(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Delivery,
    one: &Ended,
    row: (EditionId, ClaimId, SubscriptionId),
    is_retry: bool,
) -> Result<bool, Error> {
    let none = SmtpReply::new(0, "");
    let End::Sent(outcome) = &one.end else {
        let next = if is_retry {
            Next::Again {
                at: now,
                counts: false,
            }
        } else {
            Next::Untouched
        };
        return Ok(edition_deliveries::settle(conn, now, row, next, &none)?.is_some());
    };
    let (name, phase, reply) = describe(outcome);
    let next = next(now, settings, &one.job, outcome);
    if edition_deliveries::settle(conn, now, row, next, reply)?.is_none() {
        return Ok(false);
    }
    let (edition_id, _, subscription_id) = row;
    edition_attempts::insert(
        conn,
        EditionAttempt {
            edition_id,
            subscription_id,
            number: 0,
            outcome: name.to_owned(),
            phase: phase.to_string(),
            reply_code: (reply.code() != 0).then(|| i32::from(reply.code())),
            reply_text: Some(reply.text().to_owned()),
            finished_at: now,
        },
    )?;
    suppress(conn, now, one.job.subscriber, outcome)?;
    pause_if_refused(conn, edition_id, outcome)?;
    Ok(true)
}

/// Pauses an edition when the refusals are about us: the sender is refused, or policy refuses again and again. To go on
/// would only spoil the sender's reputation, and the readers are not to blame.
fn pause_if_refused(
    conn: &mut PgConnection,
    edition: EditionId,
    outcome: &SendOutcome,
) -> Result<(), Error> {
    let reason = match outcome {
        SendOutcome::NotSent(Phase::Mail, reply) if reply.meaning() == Meaning::Refused => {
            format!(
                "the mail server refuses the sender: {} {}",
                reply.code(),
                reply.text()
            )
        }
        SendOutcome::Refused(_, reply) if reply.is_policy() => {
            let refusals = edition_attempts::policy_refusals(conn, edition)?;
            if refusals < MAX_POLICY_REFUSALS {
                return Ok(());
            }
            format!(
                "{refusals} mails were refused for reasons of policy, the last with: {} {}",
                reply.code(),
                reply.text()
            )
        }
        _ => return Ok(()),
    };
    let open = [EditionStatus::Delivering];
    if sends::change_status(conn, edition, &open, EditionStatus::Paused, Some(&reason))? {
        tracing::error!(%edition, reason, "an edition was paused");
    }
    Ok(())
}

fn suppress(
    conn: &mut PgConnection,
    now: Timestamp,
    subscriber: Option<SubscriberId>,
    outcome: &SendOutcome,
) -> Result<(), Error> {
    if let (SendOutcome::Refused(_, reply), Some(subscriber)) = (outcome, subscriber)
        && reply.is_hard_bounce()
        && let Some(subscriber) = subscribers::find(conn, subscriber)?
    {
        let key = &subscriber.address_key;
        suppressions::insert(conn, key, SuppressionReason::HardBounce, now)?;
    }
    Ok(())
}

fn settle_single(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    one: &Ended,
) -> Result<bool, Error> {
    let Key::Single(id) = one.job.key else {
        return Ok(true);
    };
    let End::Sent(outcome) = &one.end else {
        let none = SmtpReply::new(0, "");
        return Ok(queue::settle(
            conn,
            id,
            worker,
            now,
            Next::Untouched,
            &none,
        )?);
    };
    let (name, phase, reply) = describe(outcome);
    let next = next_of_single(now, &one.job, outcome);
    if !queue::settle(conn, id, worker, now, next, reply)? {
        return Ok(false);
    }
    attempts::insert(
        conn,
        attempts::Attempt {
            delivery_id: id,
            number: 0,
            outcome: name.to_owned(),
            phase: phase.to_string(),
            reply_code: (reply.code() != 0).then(|| i32::from(reply.code())),
            reply_text: Some(reply.text().to_owned()),
            started_at: one.started_at,
            finished_at: now,
        },
    )?;
    suppress(conn, now, one.job.subscriber, outcome)?;
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

fn next_of_single(now: Timestamp, job: &Job, outcome: &SendOutcome) -> Next {
    match outcome {
        SendOutcome::Accepted(_) => Next::Settled(DeliveryStatus::Sent),
        SendOutcome::Refused(..) => Next::Settled(DeliveryStatus::Bounced),
        SendOutcome::Unknown(_) => Next::Unknown { copy_at: None },
        SendOutcome::NotSent(..) => Next::Again {
            at: now.saturating_add(RELAY_PAUSE).unwrap_or(now),
            counts: false,
        },
        SendOutcome::Deferred(..) => {
            let wait = retry_delay(job.attempt_count.saturating_add(1));
            let at = now.saturating_add(wait).unwrap_or(now);
            if at >= job.expires_at {
                Next::Settled(DeliveryStatus::Expired)
            } else {
                Next::Again { at, counts: true }
            }
        }
    }
}

fn next(now: Timestamp, settings: &config::Delivery, job: &Job, outcome: &SendOutcome) -> Next {
    if let SendOutcome::Unknown(_) = outcome {
        let copy_at = now.saturating_add(settings.unknown_retry()).unwrap_or(now);
        let may_copy = job.policy == UnknownPolicy::RetryOnce
            && job.unknown_count == 0
            && copy_at < job.expires_at;
        return Next::Unknown {
            copy_at: may_copy.then_some(copy_at),
        };
    }
    next_of_single(now, job, outcome)
}
