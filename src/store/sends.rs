//! How editions are sent: their start, their end, and what an operator changes under way.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::edition::EditionStatus;
use crate::domain::edition_delivery::{EditionSend, UnknownPolicy};
use crate::domain::id::EditionId;
use crate::schema::edition_sends::dsl;
use crate::schema::{delivery_control, editions};

/// How a new edition is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct NewSend {
    /// Nothing before.
    pub not_before: Timestamp,
    /// The last mail should have left by then.
    pub deadline_at: Option<Timestamp>,
    /// Nothing after.
    pub expires_at: Timestamp,
    /// What a lost reply leads to.
    pub unknown_policy: UnknownPolicy,
}

/// Adds how an edition is sent.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, edition: EditionId, send: NewSend) -> Result<(), Error> {
    diesel::insert_into(dsl::edition_sends)
        .values((
            dsl::edition_id.eq(edition),
            dsl::not_before.eq(send.not_before.to_diesel()),
            dsl::deadline_at.eq(send.deadline_at.map(jiff_diesel::ToDiesel::to_diesel)),
            dsl::expires_at.eq(send.expires_at.to_diesel()),
            dsl::unknown_policy.eq(send.unknown_policy),
            dsl::is_cut.eq(false),
        ))
        .execute(conn)?;
    Ok(())
}

/// How an edition is sent; skipped ones are not.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, edition: EditionId) -> Result<Option<EditionSend>, Error> {
    Ok(dsl::edition_sends
        .find(edition)
        .select(EditionSend::as_select())
        .first(conn)
        .optional()?)
}

/// How each of these editions is sent, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(
    conn: &mut PgConnection,
    editions: &[EditionId],
) -> Result<Vec<EditionSend>, Error> {
    Ok(dsl::edition_sends
        .filter(dsl::edition_id.eq_any(editions))
        .select(EditionSend::as_select())
        .load(conn)?)
}

/// Moves an edition from one of `from` to `to` with the reason; returns whether it was in one of them.
///
/// # Errors
/// Database errors.
pub fn change_status(
    conn: &mut PgConnection,
    edition: EditionId,
    from: &[EditionStatus],
    to: EditionStatus,
    reason: Option<&str>,
) -> Result<bool, Error> {
    let changed = diesel::update(
        editions::table.filter(editions::id.eq(edition).and(editions::status.eq_any(from))),
    )
    .set((
        editions::status.eq(to),
        editions::completed_at.eq(None::<jiff_diesel::Timestamp>),
    ))
    .execute(conn)?;
    if changed == 1 {
        diesel::update(dsl::edition_sends.find(edition))
            .set(dsl::reason.eq(reason))
            .execute(conn)?;
    }
    Ok(changed == 1)
}

/// How an edition is sent, and no worker begins it until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, edition: EditionId) -> Result<Option<EditionSend>, Error> {
    Ok(dsl::edition_sends
        .find(edition)
        .select(EditionSend::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// Plans when an edition is sent; that it misses its deadline is told anew.
///
/// # Errors
/// Database errors.
pub fn plan(
    conn: &mut PgConnection,
    edition: EditionId,
    not_before: Timestamp,
    deadline_at: Option<Timestamp>,
) -> Result<(), Error> {
    diesel::update(dsl::edition_sends.find(edition))
        .set((
            dsl::not_before.eq(not_before.to_diesel()),
            dsl::deadline_at.eq(deadline_at.map(jiff_diesel::ToDiesel::to_diesel)),
            dsl::late_since.eq(None::<jiff_diesel::Timestamp>),
        ))
        .execute(conn)?;
    Ok(())
}

/// Sets what a lost reply leads to from now on.
///
/// # Errors
/// Database errors.
pub fn set_unknown_policy(
    conn: &mut PgConnection,
    edition: EditionId,
    policy: UnknownPolicy,
) -> Result<(), Error> {
    diesel::update(dsl::edition_sends.find(edition))
        .set(dsl::unknown_policy.eq(policy))
        .execute(conn)?;
    Ok(())
}

/// Lets an edition that is sent again expire later.
///
/// # Errors
/// Database errors.
pub fn extend(conn: &mut PgConnection, edition: EditionId, until: Timestamp) -> Result<(), Error> {
    diesel::update(
        dsl::edition_sends.filter(
            dsl::edition_id
                .eq(edition)
                .and(dsl::expires_at.lt(until.to_diesel())),
        ),
    )
    .set(dsl::expires_at.eq(until.to_diesel()))
    .execute(conn)?;
    Ok(())
}

/// Lets every edition that may still be sent expire later.
///
/// # Errors
/// Database errors.
pub fn extend_open(conn: &mut PgConnection, until: Timestamp) -> Result<(), Error> {
    let open = editions::table
        .filter(editions::status.eq_any([
            EditionStatus::AwaitingApproval,
            EditionStatus::Delivering,
            EditionStatus::Held,
            EditionStatus::Paused,
        ]))
        .select(editions::id);
    diesel::update(
        dsl::edition_sends.filter(
            dsl::edition_id
                .eq_any(open)
                .and(dsl::expires_at.lt(until.to_diesel())),
        ),
    )
    .set(dsl::expires_at.eq(until.to_diesel()))
    .execute(conn)?;
    Ok(())
}

/// Closes the editions of which every delivery is settled, and returns which. Never "the last chunk was empty": a chunk
/// may be short because all its readers left. The rows are only asked once nothing else says that work is left.
///
/// # Errors
/// Database errors.
pub fn complete_settled(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<EditionId>, Error> {
    #[derive(QueryableByName)]
    struct Closed {
        #[diesel(sql_type = Uuid)]
        id: EditionId,
    }
    let candidates: Vec<Closed> = diesel::sql_query(
        "SELECT e.id FROM editions e JOIN edition_sends n ON n.edition_id = e.id \
          WHERE e.status = 'delivering' AND n.is_cut \
            AND NOT EXISTS (SELECT 1 FROM delivery_claims c WHERE c.edition_id = e.id) \
            AND NOT EXISTS (SELECT 1 FROM edition_deliveries d WHERE d.edition_id = e.id AND d.retry_at IS NOT NULL)",
    )
    .load(conn)?;
    let mut closed = Vec::new();
    for Closed { id } in candidates {
        // The lock first and then the look at the rows: whoever sends it again holds the lock until the rows are queued.
        diesel::sql_query("SELECT 1 FROM editions WHERE id = $1 FOR NO KEY UPDATE")
            .bind::<Uuid, _>(id)
            .execute(conn)?;
        let done = diesel::sql_query(
            "UPDATE editions SET status = 'done', completed_at = $2 \
              WHERE id = $1 AND status = 'delivering' AND NOT EXISTS ( \
                 SELECT 1 FROM edition_deliveries WHERE edition_id = $1 \
                    AND (status IN ('queued', 'claimed', 'sending', 'deferred') \
                         OR status = 'unknown' AND retry_at IS NOT NULL))",
        )
        .bind::<Uuid, _>(id)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .execute(conn)?;
        if done == 1 {
            closed.push(id);
        }
    }
    Ok(closed)
}

/// What holds for all editions.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::delivery_control)]
pub struct Control {
    /// Nothing of any edition is sent.
    pub is_paused: bool,
    /// New editions wait for a release.
    pub holds_new: bool,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub changed_at: Timestamp,
}

/// What holds for all editions.
///
/// # Errors
/// Database errors.
pub fn control(conn: &mut PgConnection) -> Result<Control, Error> {
    Ok(delivery_control::table
        .select(Control::as_select())
        .first(conn)?)
}

/// Changes what holds for all editions; `None` leaves a switch as it is.
///
/// # Errors
/// Database errors.
pub fn set_control(
    conn: &mut PgConnection,
    now: Timestamp,
    is_paused: Option<bool>,
    holds_new: Option<bool>,
    reason: Option<&str>,
) -> Result<Control, Error> {
    diesel::sql_query(
        "UPDATE delivery_control SET is_paused = coalesce($1, is_paused), holds_new = coalesce($2, holds_new), \
                reason = $3, changed_at = $4",
    )
    .bind::<Nullable<diesel::sql_types::Bool>, _>(is_paused)
    .bind::<Nullable<diesel::sql_types::Bool>, _>(holds_new)
    .bind::<Nullable<Text>, _>(reason)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(conn)?;
    control(conn)
}

/// Mails a second over the newest editions that were sent to at least a hundred readers and are done, if there are any.
///
/// # Errors
/// Database errors.
pub fn measured_rate(conn: &mut PgConnection) -> Result<Option<f64>, Error> {
    #[derive(QueryableByName)]
    struct Rate {
        #[diesel(sql_type = Nullable<diesel::sql_types::Double>)]
        rate: Option<f64>,
    }
    let rate: Rate = diesel::sql_query(
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY rate) AS rate FROM ( \
             SELECT e.recipient_count / greatest(extract(epoch FROM e.completed_at - n.started_at)::float8, 0.1) AS rate \
               FROM editions e JOIN edition_sends n ON n.edition_id = e.id \
              WHERE e.status = 'done' AND e.recipient_count >= 100 AND n.started_at IS NOT NULL \
              ORDER BY e.id DESC LIMIT 10) r",
    )
    .get_result(conn)?;
    Ok(rate.rate)
}
