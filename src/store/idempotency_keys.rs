//! Answers that are given again.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::schema::idempotency_keys::dsl;

/// What is known of a key.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = crate::schema::idempotency_keys)]
pub struct Known {
    /// SHA-256 of the body that it came with.
    pub request_sha256: String,
    /// What was answered; `None` while the request is under way.
    pub answer: Option<String>,
}

/// Forgets answers from before `kept_from`, and requests without one from before `lost_before`.
///
/// # Errors
/// Database errors.
pub fn forget(
    conn: &mut PgConnection,
    kept_from: Timestamp,
    lost_before: Timestamp,
) -> Result<(), Error> {
    let is_lost = dsl::answer
        .is_null()
        .and(dsl::created_at.lt(lost_before.to_diesel()));
    let is_old = dsl::created_at.lt(kept_from.to_diesel());
    diesel::delete(dsl::idempotency_keys.filter(is_old.or(is_lost))).execute(conn)?;
    Ok(())
}

/// Takes a key; `false` when it is taken.
///
/// # Errors
/// Database errors.
pub fn insert(
    conn: &mut PgConnection,
    now: Timestamp,
    route: &str,
    key: &str,
    request_sha256: &str,
) -> Result<bool, Error> {
    let inserted = diesel::insert_into(dsl::idempotency_keys)
        .values((
            dsl::route.eq(route),
            dsl::key.eq(key),
            dsl::request_sha256.eq(request_sha256),
            dsl::created_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted == 1)
}

/// What is known of a key.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, route: &str, key: &str) -> Result<Option<Known>, Error> {
    Ok(dsl::idempotency_keys
        .find((route, key))
        .select(Known::as_select())
        .first(conn)
        .optional()?)
}

/// Forgets a request, so that it may be done anew.
///
/// # Errors
/// Database errors.
pub fn release(conn: &mut PgConnection, route: &str, key: &str) -> Result<(), Error> {
    diesel::delete(dsl::idempotency_keys.find((route, key))).execute(conn)?;
    Ok(())
}

/// Keeps the answer of a request.
///
/// # Errors
/// Database errors.
pub fn finish(conn: &mut PgConnection, route: &str, key: &str, answer: &str) -> Result<(), Error> {
    diesel::update(dsl::idempotency_keys.find((route, key)))
        .set(dsl::answer.eq(answer))
        .execute(conn)?;
    Ok(())
}
