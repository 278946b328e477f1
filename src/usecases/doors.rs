//! What stands before every request that a stranger makes: limits that all servers share, and a proof of work while there is an
//! attack. Nothing here knows an address of mail; what limits the mails to one is a part of signing up.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config::{self, Requirement};
use crate::domain::allowance::{Allowance, Limit};
use crate::domain::network::Network;
use crate::domain::proof::Proof;
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
    /// Whether this is one of the requests after which somebody should look for an attack: the 10th, 20th, 40th... of a minute.
    pub is_alarming: bool,
}

/// The door of sign-up, for a statement of its own.
///
/// # Errors
/// Database errors.
pub fn enter(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    client: Option<Network>,
    proof: Option<&Proof>,
) -> Result<Entry, Error> {
    let lifetime = u32::try_from(settings.captcha.lifetime().as_secs()).unwrap_or(u32::MAX);
    let used = proof.and_then(|proof| Allowance::once_in(lifetime).of("proof", proof.mark()));
    let used_key = used.as_ref().map(|limit| limit.key.clone());
    let mut all = settings.limits.on_request(client);
    all.extend(used);
    let required = settings.captcha.required;
    let needs_none = required == Requirement::Never;
    let passed = limits::pass(
        conn,
        now,
        all,
        proof.is_some() || needs_none,
        settings.attack.calm(),
    )?;
    let is_needed = match required {
        Requirement::UnderAttack => passed.is_attack,
        Requirement::Always => true,
        Requirement::Never => false,
    };
    let is_used = used_key.is_some() && passed.blocked_key == used_key;
    let answer = match passed.free_at {
        _ if is_needed && (proof.is_none() || is_used) => Answer::ProofNeeded,
        // A proof that nobody asked for is no reason to refuse.
        Some(_) if is_used => Answer::Pass,
        Some(free_at) => later(now, free_at),
        None => Answer::Pass,
    };
    let tens = u32::try_from(passed.in_minute).unwrap_or_default();
    Ok(Entry {
        answer,
        is_alarming: tens.is_multiple_of(10) && (tens / 10).is_power_of_two(),
    })
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
