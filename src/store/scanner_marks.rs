//! Machines that fetched a link which no person sees. The migration `create_scanner_marks` says what is kept.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::schema::scanner_marks::dsl;

/// Sets marks, which come sorted, until `until`. Each fetch of the same link writes; one that would gain less than a second
/// does not.
///
/// # Errors
/// Database errors.
pub fn set(conn: &mut PgConnection, marks: &[String], until: Timestamp) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO scanner_marks (key, expires_at) SELECT key, $2 FROM unnest($1) AS key \
         ON CONFLICT (key) DO UPDATE SET expires_at = excluded.expires_at \
          WHERE scanner_marks.expires_at < excluded.expires_at - interval '1 second'",
    )
    .bind::<Array<Text>, _>(marks)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until))
    .execute(conn)?;
    Ok(())
}

/// Whether one of these marks holds at `now`.
///
/// # Errors
/// Database errors.
pub fn any(conn: &mut PgConnection, now: Timestamp, marks: &[String]) -> Result<bool, Error> {
    let held = dsl::scanner_marks
        .filter(dsl::key.eq_any(marks))
        .filter(dsl::expires_at.gt(now.to_diesel()));
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(conn)?)
}

/// Removes up to `limit` marks that have expired; returns how many.
///
/// # Errors
/// Database errors.
pub fn forget(conn: &mut PgConnection, now: Timestamp, limit: i64) -> Result<usize, Error> {
    Ok(diesel::sql_query(
        "DELETE FROM scanner_marks WHERE key IN \
             (SELECT key FROM scanner_marks WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<BigInt, _>(limit)
    .execute(conn)?)
}
