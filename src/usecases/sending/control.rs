//! The switches for all editions, and what an operator sees of everything at once. Single mails know no switch: somebody
//! waits for each of them.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use super::progress::of;
use super::{Control, Error, Progress, WorkerRelay, slug};
use crate::config;
use crate::domain::slug::Slug;
use crate::store::{identity, progress, relays, sends};

/// The most editions in a [`Status`]; more are not sent at once in earnest.
const MAX_EDITIONS: i64 = 100;

/// Why a restored backup sends nothing.
const RESTORED: &str = "this database was restored from a backup";

/// Everything that is being sent, and why not.
#[derive(Debug, Clone)]
pub struct Status {
    /// The switches.
    pub control: Control,
    /// What each worker last heard of each relay; of none when no worker runs, or none had to do with it lately.
    pub relays: Vec<WorkerRelay>,
    /// The editions that are open, oldest first.
    pub editions: Vec<(Slug, Progress)>,
    /// How long the oldest single mail has been due.
    pub singles_late: SignedDuration,
}

/// Begins no mail of any edition until [`resume_all`]; single mails go on.
///
/// # Errors
/// Database errors.
pub fn pause_all(
    conn: &mut PgConnection,
    now: Timestamp,
    reason: Option<&str>,
) -> Result<Control, Error> {
    turn(conn, now, Some(true), None, reason)
}

/// Pauses everything when this database turns out to be a backup that was restored since a program last looked: it does
/// not know what was sent after it was taken. [`resume_all`] says that somebody has looked. Returns whether it is one.
///
/// # Errors
/// Database errors.
pub fn guard_restored(conn: &mut PgConnection, now: Timestamp) -> Result<bool, Error> {
    let is_restored = identity::note(conn)?;
    if is_restored {
        tracing::warn!("this database was restored from a backup; editions are paused");
        turn(conn, now, Some(true), None, Some(RESTORED))?;
    }
    Ok(is_restored)
}

/// Lets editions go on; each keeps its own status. They get their full time again.
///
/// # Errors
/// Database errors.
pub fn resume_all(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Digest,
) -> Result<Control, Error> {
    if sends::control(conn)?.is_paused {
        let until = now.saturating_add(settings.give_up_after()).unwrap_or(now);
        sends::extend_open(conn, until)?;
    }
    turn(conn, now, Some(false), None, None)
}

/// Has editions that are composed from now on wait for a release.
///
/// # Errors
/// Database errors.
pub fn hold_new(
    conn: &mut PgConnection,
    now: Timestamp,
    reason: Option<&str>,
) -> Result<Control, Error> {
    turn(conn, now, None, Some(true), reason)
}

/// Has editions that are composed from now on begin by themselves; those that wait go on waiting.
///
/// # Errors
/// Database errors.
pub fn release_new(conn: &mut PgConnection, now: Timestamp) -> Result<Control, Error> {
    turn(conn, now, None, Some(false), None)
}

/// Sets one switch. When it stands there already nothing changes; the reason stays as long as one of them is on.
fn turn(
    conn: &mut PgConnection,
    now: Timestamp,
    is_paused: Option<bool>,
    holds_new: Option<bool>,
    reason: Option<&str>,
) -> Result<Control, Error> {
    let before = sends::control(conn)?;
    let after = (
        is_paused.unwrap_or(before.is_paused),
        holds_new.unwrap_or(before.holds_new),
    );
    if after == (before.is_paused, before.holds_new) {
        return Ok(before);
    }
    let is_on = after.0 || after.1;
    let reason = reason.or(before.reason.as_deref()).filter(|_| is_on);
    let control = sends::set_control(conn, now, is_paused, holds_new, reason)?;
    tracing::info!(
        is_paused = control.is_paused,
        holds_new = control.holds_new,
        "a switch for all editions was turned"
    );
    Ok(control)
}

/// What is being sent, and why not.
///
/// # Errors
/// Database errors.
pub fn status(conn: &mut PgConnection, now: Timestamp) -> Result<Status, Error> {
    let control = sends::control(conn)?;
    let measured = sends::measured_rate(conn)?;
    let mut editions = Vec::new();
    for (edition, send) in progress::open(conn, MAX_EDITIONS)? {
        let newsletter = slug(conn, &edition)?;
        let progress = of(conn, now, edition, send, measured, control.is_paused)?;
        editions.push((newsletter, progress));
    }
    let oldest = progress::oldest_single(conn, now)?;
    Ok(Status {
        relays: relays::all(conn)?,
        singles_late: oldest.map_or(SignedDuration::ZERO, |due_at| now.duration_since(due_at)),
        editions,
        control,
    })
}
