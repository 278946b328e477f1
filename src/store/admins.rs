//! People of the newsroom.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::AdminId;
use crate::domain::password::PasswordHash;
use crate::schema::admins::dsl;

/// Adds a person.
///
/// # Errors
/// [`Error::Duplicate`] with `admins_address_key_key` when the address is taken.
pub fn insert(
    conn: &mut PgConnection,
    id: AdminId,
    address: &EmailAddress,
    password: &PasswordHash,
    now: Timestamp,
) -> Result<(), Error> {
    diesel::insert_into(dsl::admins)
        .values((
            dsl::id.eq(id),
            dsl::address.eq(address),
            dsl::address_key.eq(address.key()),
            dsl::password_hash.eq(password.as_str()),
            dsl::created_at.eq(now.to_diesel()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The stored hash of the person with this address.
///
/// # Errors
/// Database errors.
pub fn find_password(
    conn: &mut PgConnection,
    address: &EmailAddress,
) -> Result<Option<PasswordHash>, Error> {
    let stored: Option<String> = dsl::admins
        .filter(dsl::address_key.eq(address.key()))
        .select(dsl::password_hash)
        .first(conn)
        .optional()?;
    Ok(stored.map(PasswordHash::from))
}
