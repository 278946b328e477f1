//! What stands before every request that a stranger makes: limits that all servers share, and a proof of work while there is an
//! attack. Nothing here knows an address of mail; what limits the mails to one is a part of signing up.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config::{self, Requirement};
use crate::domain::allowance::{Allowance, Limit};
use crate::domain::network::Network;
use crate::domain::proof::Proof;
use crate::store::limits::{Caller, Passed};
use crate::store::{self, attacks, limits};

/// The database failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot count requests")]
pub struct Error(#[from] pub store::Error);

/// Whether a request may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It may.
    Pass,
    /// Not before so many seconds, at least one.
    Later {
        /// How many.
        seconds: i64,
    },
    /// Only with a proof of work that was not used before.
    ProofNeeded,
}

/// What the door of sign-up found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Whether the request may go on.
    pub answer: Answer,
    /// Whether a proof of work came with it, which was not used before.
    pub is_proven: bool,
    /// Whether this is one of the requests after which somebody should look for an attack: the 10th, 20th, 40th... of a minute.
    pub is_alarming: bool,
}

/// Who stands at the door.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// By which client they are limited.
    pub client: Option<Network>,
    /// The proof of work that they bring, if it is right.
    pub proof: Option<Proof>,
}

/// The door of sign-up, for a statement of its own; an entry for each of the visitors, as if one came after the other.
///
/// # Errors
/// Database errors.
pub fn enter(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    visitors: &[&Visitor],
) -> Result<Vec<Entry>, Error> {
    let lifetime = u32::try_from(settings.captcha.lifetime().as_secs()).unwrap_or(u32::MAX);
    let required = settings.captcha.required;
    let mut used_keys = Vec::new();
    let mut callers = Vec::new();
    for visitor in visitors {
        let proof = visitor.proof.as_ref();
        let used = proof.and_then(|proof| Allowance::once_in(lifetime).of("proof", proof.mark()));
        used_keys.push(used.as_ref().map(|limit| limit.key.clone()));
        let mut all = settings.limits.on_request(visitor.client);
        all.extend(used);
        callers.push(Caller {
            limits: all,
            gate: settings.limits.all_mails(proof.is_some()),
            has_proof: proof.is_some() || required == Requirement::Never,
        });
    }
    let passed = limits::pass_each(conn, now, callers, settings.attack.calm())?;
    let entries = passed.into_iter().zip(used_keys).zip(visitors);
    Ok(entries
        .map(|((passed, used_key), visitor)| {
            let is_used = used_key.is_some() && passed.blocked_key == used_key;
            entry(now, required, &passed, visitor.proof.is_some(), is_used)
        })
        .collect())
}

fn entry(
    now: Timestamp,
    required: Requirement,
    passed: &Passed,
    has_proof: bool,
    is_used: bool,
) -> Entry {
    let is_proven = has_proof && !is_used;
    let is_needed = match required {
        Requirement::UnderAttack => passed.is_attack || passed.opens_at.is_some(),
        Requirement::Always => true,
        Requirement::Never => false,
    };
    let answer = match passed.free_at.max(passed.opens_at) {
        _ if is_needed && !is_proven => Answer::ProofNeeded,
        // A proof that nobody asked for is no reason to refuse.
        Some(_) if is_used => Answer::Pass,
        // No mail could be sent, whoever asks: better said than withheld.
        Some(free_at) => later(now, free_at),
        None => Answer::Pass,
    };
    let tens = u32::try_from(passed.in_minute).unwrap_or_default();
    Entry {
        answer,
        is_proven,
        is_alarming: tens.is_multiple_of(10) && (tens / 10).is_power_of_two(),
    }
}

/// Takes a share of each limit, or says when it is free again.
///
/// # Errors
/// Database errors.
pub fn take(conn: &mut PgConnection, now: Timestamp, all: Vec<Limit>) -> Result<Answer, Error> {
    Ok(match limits::take(conn, now, all)? {
        None => Answer::Pass,
        Some(free_at) => later(now, free_at),
    })
}

/// Forgets what is out of every window, up to `limit` rows; returns how many.
///
/// # Errors
/// Database errors.
pub fn forget(conn: &mut PgConnection, now: Timestamp, limit: i64) -> Result<usize, Error> {
    attacks::forget_minutes(conn, now)?;
    Ok(limits::forget(conn, now, limit)?)
}

fn later(now: Timestamp, free_at: Timestamp) -> Answer {
    let wait = free_at
        .duration_since(now)
        .max(SignedDuration::from_secs(1));
    // A part of a second more counts as a whole one.
    let seconds = wait.as_secs() + i64::from(wait.subsec_nanos() > 0);
    Answer::Later { seconds }
}
