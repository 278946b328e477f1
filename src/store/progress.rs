//! How far editions are, counted from their rows.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::edition::{Edition, EditionStatus};
use crate::domain::edition_delivery::{EditionSend, Tally};
use crate::domain::id::EditionId;
use crate::schema::{deliveries, edition_sends, editions};

/// How many deliveries of an edition stand where, and how many were accepted since `since`: one pass over its rows,
/// about 0.2 seconds for a million.
///
/// # Errors
/// Database errors.
pub fn tally(
    conn: &mut PgConnection,
    edition: EditionId,
    since: Timestamp,
) -> Result<(Tally, i64), Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Text)]
        status: DeliveryStatus,
        #[diesel(sql_type = Bool)]
        is_retried: bool,
        #[diesel(sql_type = BigInt)]
        number: i64,
        #[diesel(sql_type = BigInt)]
        lately: i64,
    }
    let counts: Vec<Count> = diesel::sql_query(
        "SELECT status, retry_at IS NOT NULL AS is_retried, count(*) AS number, \
                count(*) FILTER (WHERE settled_at > $2) AS lately \
           FROM edition_deliveries WHERE edition_id = $1 GROUP BY 1, 2",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
    .load(conn)?;
    let (mut tally, mut sent_lately) = (Tally::default(), 0);
    for count in counts {
        tally.add(count.status, count.is_retried, count.number);
        if count.status == DeliveryStatus::Sent {
            sent_lately += count.lately;
        }
    }
    Ok((tally, sent_lately))
}

/// An edition and how it is sent; skipped ones are not.
///
/// # Errors
/// Database errors.
pub fn find(
    conn: &mut PgConnection,
    edition: EditionId,
) -> Result<Option<(Edition, EditionSend)>, Error> {
    Ok(editions::table
        .inner_join(edition_sends::table.on(edition_sends::edition_id.eq(editions::id)))
        .filter(editions::id.eq(edition))
        .select((Edition::as_select(), EditionSend::as_select()))
        .first(conn)
        .optional()?)
}

/// The editions of which mails may still be sent, and those that were stopped and not closed yet; oldest first, at most
/// `limit`.
///
/// # Errors
/// Database errors.
pub fn open(conn: &mut PgConnection, limit: i64) -> Result<Vec<(Edition, EditionSend)>, Error> {
    let is_open = editions::status.eq_any([
        EditionStatus::AwaitingApproval,
        EditionStatus::Delivering,
        EditionStatus::Held,
        EditionStatus::Paused,
    ]);
    let is_ending = editions::status
        .eq(EditionStatus::Stopped)
        .and(editions::completed_at.is_null());
    Ok(editions::table
        .inner_join(edition_sends::table.on(edition_sends::edition_id.eq(editions::id)))
        .filter(is_open.or(is_ending))
        .order(editions::id)
        .limit(limit)
        .select((Edition::as_select(), EditionSend::as_select()))
        .load(conn)?)
}

/// The open editions with a deadline of which nobody was told yet that they will miss it.
///
/// # Errors
/// Database errors.
pub fn with_deadline(conn: &mut PgConnection) -> Result<Vec<(Edition, EditionSend)>, Error> {
    Ok(editions::table
        .inner_join(edition_sends::table.on(edition_sends::edition_id.eq(editions::id)))
        .filter(
            editions::status
                .eq_any([
                    EditionStatus::AwaitingApproval,
                    EditionStatus::Delivering,
                    EditionStatus::Held,
                    EditionStatus::Paused,
                ])
                .and(edition_sends::deadline_at.is_not_null())
                .and(edition_sends::late_since.is_null()),
        )
        .order(editions::id)
        .select((Edition::as_select(), EditionSend::as_select()))
        .load(conn)?)
}

/// Notes that an edition misses its deadline; returns whether nobody had before.
///
/// # Errors
/// Database errors.
pub fn mark_late(
    conn: &mut PgConnection,
    edition: EditionId,
    now: Timestamp,
) -> Result<bool, Error> {
    let unmarked = edition_sends::table.filter(
        edition_sends::edition_id
            .eq(edition)
            .and(edition_sends::late_since.is_null()),
    );
    let marked = diesel::update(unmarked)
        .set(edition_sends::late_since.eq(now.to_diesel()))
        .execute(conn)?;
    Ok(marked == 1)
}

/// When the single mail that waits longest was due, if one is due at `now`.
///
/// # Errors
/// Database errors.
pub fn oldest_single(conn: &mut PgConnection, now: Timestamp) -> Result<Option<Timestamp>, Error> {
    let waiting = [
        DeliveryStatus::Queued,
        DeliveryStatus::Claimed,
        DeliveryStatus::Sending,
        DeliveryStatus::Deferred,
    ];
    let oldest: Option<jiff_diesel::Timestamp> = deliveries::table
        .filter(
            deliveries::status
                .eq_any(waiting)
                .and(deliveries::due_at.le(now.to_diesel())),
        )
        .select(diesel::dsl::min(deliveries::due_at))
        .first(conn)?;
    Ok(oldest.map(jiff_diesel::Timestamp::to_jiff))
}
