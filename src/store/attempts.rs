//! SMTP transactions, kept as evidence.

use diesel::prelude::*;
use jiff::Timestamp;

use super::Error;
use crate::domain::id::DeliveryId;
use crate::schema::attempts::dsl;

/// One SMTP transaction.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::attempts)]
pub struct Attempt {
    /// Of which delivery.
    pub delivery_id: DeliveryId,
    /// Counted from 1 within the delivery.
    pub number: i32,
    /// accepted, deferred, refused, `not_sent` or unknown.
    pub outcome: String,
    /// The step of the conversation that decided it.
    pub phase: String,
    /// The reply's code, if there was a reply.
    pub reply_code: Option<i32>,
    /// The reply's text, or what went wrong.
    pub reply_text: Option<String>,
    /// When it began.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub started_at: Timestamp,
    /// When its outcome was written.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub finished_at: Timestamp,
}

/// Adds rows in one statement. `number` is set here: one more than the delivery has.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, mut attempt: Attempt) -> Result<(), Error> {
    let last: Option<i32> = dsl::attempts
        .filter(dsl::delivery_id.eq(attempt.delivery_id))
        .select(diesel::dsl::max(dsl::number))
        .first(conn)?;
    attempt.number = last.unwrap_or(0).saturating_add(1);
    diesel::insert_into(dsl::attempts)
        .values(attempt)
        .execute(conn)?;
    Ok(())
}

/// The attempts of one delivery, first to last.
///
/// # Errors
/// Database errors.
pub fn of_delivery(conn: &mut PgConnection, id: DeliveryId) -> Result<Vec<Attempt>, Error> {
    Ok(dsl::attempts
        .filter(dsl::delivery_id.eq(id))
        .order(dsl::number)
        .select(Attempt::as_select())
        .load(conn)?)
}
