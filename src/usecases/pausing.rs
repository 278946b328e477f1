//! A newsletter pauses: no edition is made by schedule until it is resumed, and nothing is made up for then.
//!
//! Readers may sign up all the while, and a person may still make an edition by hand. Slots that pass are recorded as
//! missed. The first slot after the pause takes what came in since the last edition.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::id::EditionId;
use crate::domain::missed_slot::{MissedOutcome, MissedReason, MissedSlot, NewMissedSlot, passed};
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::schedule::{ScheduleError, Slot};
use crate::domain::slug::Slug;
use crate::domain::timing::Timing;
use crate::store::{self, missed_slots, newsletters};

/// Why nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    NotFound,
    /// It has ended.
    #[error("the newsletter has ended, so there is nothing to pause or resume")]
    Retired,
    /// A stored schedule no longer parses.
    #[error("the stored schedule cannot be read")]
    Schedule(#[from] ScheduleError),
    /// The database failed.
    #[error("cannot read or write the newsletter")]
    Store(#[from] store::Error),
}

/// Makes no more editions by schedule until [`resume`]. Editions that are composed and of which nothing was sent are held;
/// returns which. Given again it changes the reason.
///
/// # Errors
/// [`Error`].
pub fn pause(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    reason: Option<&str>,
) -> Result<(Newsletter, Vec<EditionId>), Error> {
    let before = lock(conn, slug)?;
    let paused_at = before.timing.paused_at.or(Some(now));
    let timing = Timing {
        paused_at,
        pause_reason: reason.map(str::to_owned),
        ..before.timing.clone()
    };
    let after = Newsletter {
        timing,
        updated_at: now,
        ..before
    };
    newsletters::update(conn, after.clone())?;
    let held = missed_slots::hold_unbegun(conn, after.id, "the newsletter was paused")?;
    tracing::info!(newsletter = %slug, held = held.len(), "a newsletter pauses");
    Ok((after, held))
}

/// Ends a pause. Nothing is sent for the past: the next slot is the first one after `now`. Editions that the pause held
/// stay held until somebody releases or stops them.
///
/// # Errors
/// [`Error`].
pub fn resume(conn: &mut PgConnection, now: Timestamp, slug: &Slug) -> Result<Newsletter, Error> {
    let before = lock(conn, slug)?;
    if before.timing.paused_at.is_none() {
        return Ok(before);
    }
    let schedule = before.schedule()?;
    let row = |slot: &Slot| {
        let (reason, outcome) = (MissedReason::Paused, MissedOutcome::Skipped);
        NewMissedSlot::new(&before, *slot, now, reason, outcome)
    };
    let rows: Vec<NewMissedSlot> = passed(&before, &schedule, now).iter().map(row).collect();
    missed_slots::insert(conn, &rows)?;
    let timing = Timing {
        paused_at: None,
        pause_reason: None,
        ..before.timing.clone()
    };
    let next_due_at = schedule.next_after(now).map(|slot| slot.due_at);
    let after = Newsletter {
        timing,
        next_due_at,
        updated_at: now,
        ..before
    };
    newsletters::update(conn, after.clone())?;
    tracing::info!(newsletter = %slug, "a newsletter goes on");
    Ok(after)
}

/// A page of missed slots with their newsletters, the last noticed first, before `before`.
///
/// # Errors
/// [`Error::NotFound`] when `newsletter` names none.
pub fn missed(
    conn: &mut PgConnection,
    newsletter: Option<&Slug>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(Slug, MissedSlot)>, Error> {
    let of = match newsletter {
        Some(slug) => Some(
            newsletters::find_by_slug(conn, slug)?
                .ok_or(Error::NotFound)?
                .id,
        ),
        None => None,
    };
    Ok(missed_slots::page(conn, of, before, limit)?)
}

fn lock(conn: &mut PgConnection, slug: &Slug) -> Result<Newsletter, Error> {
    let newsletter = newsletters::lock_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    if newsletter.status == NewsletterStatus::Retired {
        return Err(Error::Retired);
    }
    Ok(newsletter)
}
