//! Suppressions. A trigger cancels what is still queued for the address.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::suppression::SuppressionReason;
use crate::schema::suppressions::dsl;

/// Whether nothing must be sent to the address.
///
/// # Errors
/// Database errors.
pub fn contains(conn: &mut PgConnection, address_key: &str) -> Result<bool, Error> {
    Ok(
        diesel::select(diesel::dsl::exists(dsl::suppressions.find(address_key)))
            .get_result(conn)?,
    )
}

/// Adds the address; one that is there keeps its first reason.
///
/// # Errors
/// Database errors.
pub fn insert(
    conn: &mut PgConnection,
    address_key: &str,
    reason: SuppressionReason,
    now: Timestamp,
) -> Result<(), Error> {
    diesel::insert_into(dsl::suppressions)
        .values((
            dsl::address_key.eq(address_key),
            dsl::reason.eq(reason),
            dsl::created_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}
