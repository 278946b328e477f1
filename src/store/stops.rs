//! The end of editions that were stopped: what waits is cancelled, and what was under way ends by itself.
//!
//! The status alone stops the workers, at once and whatever the size. The rows follow in slices, at first by whoever
//! stops and then with each sweep, because a million rows take longer than anybody should wait, and because workers
//! still write what was under way: a mail that is deferred then is not wanted any more.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Timestamptz, Uuid};
use jiff::Timestamp;

use super::Error;
use crate::domain::edition::EditionStatus;
use crate::domain::id::EditionId;
use crate::schema::editions;

/// How many waiting mails are cancelled before whoever stops an edition is answered; the sweep cancels the others.
pub const AT_ONCE: i64 = 10_000;

/// Cancels up to `limit` deliveries of a stopped edition that wait, also the copies that would follow lost replies, and
/// closes the edition when nothing is left. Returns whether it is closed.
///
/// # Errors
/// Database errors.
pub fn cancel(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: EditionId,
    limit: i64,
) -> Result<bool, Error> {
    let at = jiff_diesel::Timestamp::from(now);
    let cancelled = diesel::sql_query(
        "UPDATE edition_deliveries SET status = 'cancelled', claim_id = NULL, retry_at = NULL, settled_at = $2 \
          WHERE edition_id = $1 AND status IN ('queued', 'claimed', 'deferred') AND subscription_id IN ( \
                SELECT subscription_id FROM edition_deliveries \
                 WHERE edition_id = $1 AND status IN ('queued', 'claimed', 'deferred') \
                 ORDER BY subscription_id LIMIT $3)",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Timestamptz, _>(at)
    .bind::<BigInt, _>(limit)
    .execute(conn)?;
    // What became of a mail without a reply stays unknown; only its copy is not sent.
    diesel::sql_query(
        "UPDATE edition_deliveries SET retry_at = NULL \
          WHERE edition_id = $1 AND status = 'unknown' AND retry_at IS NOT NULL",
    )
    .bind::<Uuid, _>(edition)
    .execute(conn)?;
    if i64::try_from(cancelled).is_ok_and(|cancelled| cancelled == limit) {
        return Ok(false);
    }
    diesel::sql_query("DELETE FROM delivery_claims WHERE edition_id = $1 AND owner IS NULL")
        .bind::<Uuid, _>(edition)
        .execute(conn)?;
    // In one statement: a row that a worker lets go of in between is seen in one of its states.
    let closed = diesel::sql_query(
        "UPDATE editions SET completed_at = $2 \
          WHERE id = $1 AND status = 'stopped' AND completed_at IS NULL \
            AND NOT EXISTS (SELECT 1 FROM delivery_claims WHERE edition_id = $1) \
            AND NOT EXISTS (SELECT 1 FROM edition_deliveries WHERE edition_id = $1 \
                               AND (status IN ('queued', 'claimed', 'sending', 'deferred') \
                                    OR status = 'unknown' AND retry_at IS NOT NULL))",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Timestamptz, _>(at)
    .execute(conn)?;
    Ok(closed == 1)
}

/// [`cancel`] for each edition that was stopped and is not closed; returns those that are now.
///
/// # Errors
/// Database errors.
pub fn finish(
    conn: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<EditionId>, Error> {
    let stopped: Vec<EditionId> = editions::table
        .filter(
            editions::status
                .eq(EditionStatus::Stopped)
                .and(editions::completed_at.is_null()),
        )
        .order(editions::id)
        .select(editions::id)
        .load(conn)?;
    let mut closed = Vec::new();
    for edition in stopped {
        if cancel(conn, now, edition, limit)? {
            closed.push(edition);
        }
    }
    Ok(closed)
}
