//! Sign-ups.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::SignupId;
use crate::domain::signup::Signup;
use crate::schema::signups::dsl;

/// Adds a sign-up.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, signup: Signup) -> Result<(), Error> {
    diesel::insert_into(dsl::signups)
        .values(signup)
        .execute(conn)?;
    Ok(())
}

/// The sign-up.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: SignupId) -> Result<Option<Signup>, Error> {
    Ok(dsl::signups
        .find(id)
        .select(Signup::as_select())
        .first(conn)
        .optional()?)
}

/// The sign-ups with these ids, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[SignupId]) -> Result<Vec<Signup>, Error> {
    Ok(dsl::signups
        .filter(dsl::id.eq_any(ids))
        .select(Signup::as_select())
        .load(conn)?)
}

/// Notes when the link was first used.
///
/// # Errors
/// Database errors.
pub fn set_confirmed(conn: &mut PgConnection, id: SignupId, at: Timestamp) -> Result<(), Error> {
    diesel::update(dsl::signups.filter(dsl::id.eq(id).and(dsl::confirmed_at.is_null())))
        .set(dsl::confirmed_at.eq(at.to_diesel()))
        .execute(conn)?;
    Ok(())
}
