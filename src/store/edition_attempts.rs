//! Tries of an edition's deliveries that were not accepted, kept as evidence.

use diesel::prelude::*;
use jiff::Timestamp;

use super::Error;
use crate::domain::id::{EditionId, SubscriptionId};
use crate::schema::edition_attempts::dsl;

/// One try that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::edition_attempts)]
pub struct EditionAttempt {
    /// Of which edition.
    pub edition_id: EditionId,
    /// To whom.
    pub subscription_id: SubscriptionId,
    /// Counted from 1 within the delivery.
    pub number: i32,
    /// deferred, refused, `not_sent` or unknown.
    pub outcome: String,
    /// The step of the conversation that decided it.
    pub phase: String,
    /// The reply's code, if there was a reply.
    pub reply_code: Option<i32>,
    /// The reply's text, or what went wrong.
    pub reply_text: Option<String>,
    /// When its outcome was written.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub finished_at: Timestamp,
}

/// Adds one. `number` is set here: one more than the delivery has.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, mut attempt: EditionAttempt) -> Result<(), Error> {
    let last: Option<i32> = dsl::edition_attempts
        .filter(
            dsl::edition_id
                .eq(attempt.edition_id)
                .and(dsl::subscription_id.eq(attempt.subscription_id)),
        )
        .select(diesel::dsl::max(dsl::number))
        .first(conn)?;
    attempt.number = last.unwrap_or(0).saturating_add(1);
    diesel::insert_into(dsl::edition_attempts)
        .values(attempt)
        .execute(conn)?;
    Ok(())
}

/// How many deliveries of an edition were refused for reasons of policy (5.7.x, RFC 3463 §3.8).
///
/// # Errors
/// Database errors.
pub fn policy_refusals(conn: &mut PgConnection, edition: EditionId) -> Result<usize, Error> {
    let count: i64 = dsl::edition_attempts
        .filter(
            dsl::edition_id
                .eq(edition)
                .and(dsl::outcome.eq("refused"))
                .and(dsl::reply_text.like("5.7.%")),
        )
        .count()
        .get_result(conn)?;
    Ok(usize::try_from(count).unwrap_or(0))
}
