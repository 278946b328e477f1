//! Up to when the windows of editions may reach.
//!
//! An article becomes available at the time that its transaction read at its beginning, and can be seen only after the
//! commit. A window that was closed in between would lose it. So whoever stores an article holds this row shared until the
//! commit, and whoever wants to close windows moves it first, which waits for those: from then on each article that is
//! available before the cut can be seen, and each later one is available after it.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::schema::digest_cut::dsl;

/// The cut, which nobody moves until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn hold(conn: &mut PgConnection) -> Result<Timestamp, Error> {
    let at: jiff_diesel::Timestamp = dsl::digest_cut.select(dsl::at).for_share().first(conn)?;
    Ok(at.to_jiff())
}

/// Moves the cut to `now`, or leaves it where it is when it is later. Waits for those who hold it.
///
/// # Errors
/// Database errors.
pub fn advance(conn: &mut PgConnection, now: Timestamp) -> Result<(), Error> {
    diesel::update(dsl::digest_cut.filter(dsl::at.lt(now.to_diesel())))
        .set(dsl::at.eq(now.to_diesel()))
        .execute(conn)?;
    Ok(())
}

/// The cut.
///
/// # Errors
/// Database errors.
pub fn read(conn: &mut PgConnection) -> Result<Timestamp, Error> {
    let at: jiff_diesel::Timestamp = dsl::digest_cut.select(dsl::at).first(conn)?;
    Ok(at.to_jiff())
}
