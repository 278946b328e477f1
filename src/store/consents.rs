//! Consent evidence: rows are added and read, never changed.

use diesel::prelude::*;

use super::Error;
use crate::domain::consent::Consent;
use crate::domain::id::SubscriptionId;
use crate::schema::consents::dsl;

/// Adds rows, one by one: there are one or two, and a statement for one row is prepared once and kept.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, consents: Vec<Consent>) -> Result<(), Error> {
    for consent in consents {
        diesel::insert_into(dsl::consents)
            .values(consent)
            .execute(conn)?;
    }
    Ok(())
}

/// The evidence for these subscriptions, oldest first.
///
/// # Errors
/// Database errors.
pub fn of_subscriptions(
    conn: &mut PgConnection,
    ids: &[SubscriptionId],
) -> Result<Vec<Consent>, Error> {
    Ok(dsl::consents
        .filter(dsl::subscription_id.eq_any(ids))
        .order((dsl::recorded_at, dsl::id))
        .select(Consent::as_select())
        .load(conn)?)
}
