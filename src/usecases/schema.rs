//! The operator brings the database to the schema of this program, and the server checks that it is there.

use diesel::PgConnection;

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
pub fn migrate(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    Ok(migrations::run(conn)?)
}

/// Answers whether the database can be reached and has this program's schema.
///
/// # Errors
/// When it has not.
pub fn check(conn: &mut PgConnection) -> Result<(), Error> {
    Ok(migrations::check(conn)?)
}
