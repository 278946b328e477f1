//! API keys.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::api_key::ApiKey;
use crate::domain::id::ApiKeyId;
use crate::schema::api_keys::dsl;

/// Adds a key.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, key: ApiKey) -> Result<(), Error> {
    diesel::insert_into(dsl::api_keys)
        .values(key)
        .execute(conn)?;
    Ok(())
}

/// The key, also if it is revoked.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: ApiKeyId) -> Result<Option<ApiKey>, Error> {
    Ok(dsl::api_keys
        .find(id)
        .select(ApiKey::as_select())
        .first(conn)
        .optional()?)
}

/// Every key, oldest first.
///
/// # Errors
/// Database errors.
pub fn all(conn: &mut PgConnection) -> Result<Vec<ApiKey>, Error> {
    Ok(dsl::api_keys
        .order(dsl::id)
        .select(ApiKey::as_select())
        .load(conn)?)
}

/// Ends a key; returns whether one that worked was there.
///
/// # Errors
/// Database errors.
pub fn revoke(conn: &mut PgConnection, id: ApiKeyId, now: Timestamp) -> Result<bool, Error> {
    let changed =
        diesel::update(dsl::api_keys.filter(dsl::id.eq(id).and(dsl::revoked_at.is_null())))
            .set(dsl::revoked_at.eq(now.to_diesel()))
            .execute(conn)?;
    Ok(changed == 1)
}
