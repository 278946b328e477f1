//! Slots of which no edition was made in time.

use diesel::prelude::*;
use jiff::Timestamp;

use super::Error;
use crate::domain::edition::EditionStatus;
use crate::domain::id::{EditionId, NewsletterId};
use crate::domain::missed_slot::{MissedOutcome, MissedSlot, NewMissedSlot};
use crate::domain::slug::Slug;
use crate::schema::missed_slots::dsl;
use crate::schema::{editions, newsletters};

/// In which status nothing of an edition may have been sent yet, although it is to be.
const UNBEGUN: [EditionStatus; 2] = [EditionStatus::AwaitingApproval, EditionStatus::Delivering];

/// Rows of one statement.
const BATCH: usize = 1000;

/// Records missed slots, but none that has a record already; returns how many were new.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, slots: &[NewMissedSlot]) -> Result<usize, Error> {
    let mut added = 0;
    for batch in slots.chunks(BATCH) {
        added += diesel::insert_into(dsl::missed_slots)
            .values(batch.to_vec())
            .on_conflict((dsl::newsletter_id, dsl::slot))
            .do_nothing()
            .execute(conn)?;
    }
    Ok(added)
}

/// Names the edition that took over the articles of all slots of its newsletter that were missed before.
///
/// # Errors
/// Database errors.
pub fn taken_over(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    edition: EditionId,
) -> Result<usize, Error> {
    Ok(diesel::update(
        dsl::missed_slots.filter(
            dsl::newsletter_id
                .eq(newsletter)
                .and(dsl::edition_id.is_null())
                .and(dsl::outcome.ne(MissedOutcome::Empty)),
        ),
    )
    .set(dsl::edition_id.eq(edition))
    .execute(conn)?)
}

/// When the first slot of a newsletter was due that was missed.
///
/// # Errors
/// Database errors.
pub fn first_due(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
) -> Result<Option<Timestamp>, Error> {
    let due_at: Option<jiff_diesel::Timestamp> = dsl::missed_slots
        .filter(dsl::newsletter_id.eq(newsletter))
        .select(diesel::dsl::min(dsl::due_at))
        .first(conn)?;
    Ok(due_at.map(jiff_diesel::Timestamp::to_jiff))
}

/// A page of missed slots, the last noticed first, before `before`; of all newsletters or of one.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    newsletter: Option<NewsletterId>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<(Slug, MissedSlot)>, Error> {
    let mut query = dsl::missed_slots
        .inner_join(newsletters::table.on(newsletters::id.eq(dsl::newsletter_id)))
        .select((newsletters::slug, MissedSlot::as_select()))
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(newsletter) = newsletter {
        query = query.filter(dsl::newsletter_id.eq(newsletter));
    }
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// Holds the editions of a newsletter of which nothing was sent yet, with the reason; returns which.
///
/// # Errors
/// Database errors.
pub fn hold_unbegun(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    reason: &str,
) -> Result<Vec<EditionId>, Error> {
    use crate::schema::edition_sends;
    let unbegun: Vec<EditionId> = editions::table
        .inner_join(edition_sends::table.on(edition_sends::edition_id.eq(editions::id)))
        .filter(
            editions::newsletter_id
                .eq(newsletter)
                .and(editions::status.eq_any(UNBEGUN))
                .and(edition_sends::started_at.is_null()),
        )
        .order(editions::id)
        .select(editions::id)
        .load(conn)?;
    let mut held = Vec::new();
    for id in unbegun {
        super::editions::lock(conn, id)?;
        // The row that a worker locks to begin: whoever comes first decides.
        let send = super::sends::lock(conn, id)?;
        if send.is_some_and(|send| send.started_at.is_none())
            && super::sends::change_status(conn, id, &UNBEGUN, EditionStatus::Held, Some(reason))?
        {
            held.push(id);
        }
    }
    Ok(held)
}
