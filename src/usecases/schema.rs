//! The operator brings the database to the schema of this program, and the server checks that it is there.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::link_token::LinkKeys;
use crate::store::migrations::Seals;
use crate::store::{self, migrations};

/// Why the database does not fit.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The database failed, or it is older or newer.
    #[error(transparent)]
    Store(#[from] store::Error),
}

/// The names of the migrations that are missing.
///
/// # Errors
/// When the database is newer than this program.
pub fn pending(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    Ok(migrations::status(conn)?.pending)
}

/// Runs what is missing and returns the names.
///
/// # Errors
/// As [`pending`], and when a migration fails.
pub fn migrate(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
) -> Result<Vec<String>, Error> {
    let keys = keys.evidence();
    Ok(migrations::run(conn, Seals { keys, now })?)
}

/// Answers whether the database can be reached and has this program's schema.
///
/// # Errors
/// When it has not.
pub fn check(conn: &mut PgConnection) -> Result<(), Error> {
    Ok(migrations::check(conn)?)
}
