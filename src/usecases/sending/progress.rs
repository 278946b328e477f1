//! How far editions are.

use diesel::PgConnection;
use jiff::Timestamp;

use super::{Error, Progress, slug};
use crate::domain::edition::Edition;
use crate::domain::edition_delivery::{EditionSend, Tally};
use crate::domain::edition_progress::{PACE_WINDOW, Pace};
use crate::domain::id::EditionId;
use crate::domain::slug::Slug;
use crate::store::{editions, progress, sends};

/// How far an edition is, and of which newsletter it is. Counts its rows: about 0.2 seconds for a million.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Skipped`].
pub fn progress(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
) -> Result<(Slug, Progress), Error> {
    let Some((edition, send)) = progress::find(conn, id)? else {
        let edition = editions::find(conn, id)?;
        return Err(edition.map_or(Error::NotFound, |_| Error::Skipped));
    };
    let is_all_paused = sends::control(conn)?.is_paused;
    let measured = sends::measured_rate(conn)?;
    let newsletter = slug(conn, &edition)?;
    let progress = of(conn, now, edition, send, measured, is_all_paused)?;
    Ok((newsletter, progress))
}

/// How far this edition is.
pub(super) fn of(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: Edition,
    send: EditionSend,
    measured: Option<f64>,
    is_all_paused: bool,
) -> Result<Progress, Error> {
    let since = now.saturating_sub(PACE_WINDOW).unwrap_or(now);
    let (tally, sent_lately) = progress::tally(conn, edition.id, since)?;
    let pace = Pace {
        sent_lately,
        measured,
    };
    Ok(Progress::new(
        now,
        edition,
        send,
        tally,
        pace,
        is_all_paused,
    ))
}

/// Warns of each edition that misses its deadline as things stand, once; returns which.
///
/// # Errors
/// Database errors.
pub fn alert_late(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<EditionId>, Error> {
    let open = progress::with_deadline(conn)?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let measured = sends::measured_rate(conn)?;
    let mut late = Vec::new();
    for (edition, send) in open {
        let progress = if send.started_at.is_some() {
            of(conn, now, edition, send, measured, false)?
        } else {
            // Nothing to count yet.
            let tally = Tally {
                waiting: i64::from(edition.recipient_count),
                ..Tally::default()
            };
            let pace = Pace {
                sent_lately: 0,
                measured,
            };
            Progress::new(now, edition, send, tally, pace, false)
        };
        let (id, status) = (progress.edition.id, progress.edition.status);
        if progress.is_late && progress::mark_late(conn, id, now)? {
            tracing::warn!(
                edition = %id, %status, deadline = ?progress.send.deadline_at, forecast = ?progress.eta,
                open = progress.tally.open(), "an edition misses its deadline"
            );
            late.push(id);
        }
    }
    Ok(late)
}
