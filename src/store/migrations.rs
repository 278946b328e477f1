//! The schema: migrations built into the binary, run under a lock so that several servers may start at once.

use diesel::RunQueryDsl as _;
use diesel::migration::{Migration, MigrationSource as _};
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::BigInt;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use super::Error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Any number that nothing else in the database uses: "tidings" on a telephone keypad.
const LOCK: i64 = 8_434_647;

/// What the database has and lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Names of the migrations that are still to run, in order.
    pub pending: Vec<String>,
}

/// Says what is missing.
///
/// # Errors
/// [`Error::SchemaTooNew`] when the database knows a migration that this program does not.
pub fn status(conn: &mut PgConnection) -> Result<Status, Error> {
    let all = MigrationSource::<Pg>::migrations_of(&MIGRATIONS)?;
    let applied = conn.applied_migrations().map_err(Error::Query)?;
    let is_known = |version: &str| {
        all.iter()
            .any(|migration| migration.name().version().to_string() == version)
    };
    let mut unknown: Vec<String> = applied
        .iter()
        .map(ToString::to_string)
        .filter(|version| !is_known(version))
        .collect();
    unknown.sort();
    if let Some(version) = unknown.into_iter().next() {
        return Err(Error::SchemaTooNew { version });
    }
    let pending = conn.pending_migrations(MIGRATIONS).map_err(Error::Query)?;
    Ok(Status {
        pending: pending
            .iter()
            .map(|migration| migration.name().to_string())
            .collect(),
    })
}

/// Runs what is missing and returns the names. A second server that starts at the same time waits for the first.
///
/// # Errors
/// As [`status`], and when a migration fails; nothing of that migration stays.
pub fn run(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    diesel::sql_query("SELECT pg_advisory_lock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(conn)?;
    let result = run_locked(conn);
    diesel::sql_query("SELECT pg_advisory_unlock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(conn)?;
    result
}

fn run_locked(conn: &mut PgConnection) -> Result<Vec<String>, Error> {
    let pending = status(conn)?.pending;
    // Long migrations and waiting for their locks may take more than a request may.
    diesel::sql_query("SET statement_timeout = 0").execute(conn)?;
    conn.run_pending_migrations(MIGRATIONS)
        .map_err(Error::Query)?;
    Ok(pending)
}

/// Answers whether the schema is exactly the one of this program.
///
/// # Errors
/// When it is older or newer, or the database cannot be asked.
pub fn check(conn: &mut PgConnection) -> Result<(), Error> {
    match status(conn)?.pending.len() {
        0 => Ok(()),
        count => Err(Error::SchemaTooOld { count }),
    }
}

/// Names the trait's method so that its backend need not be spelled where it is called.
trait MigrationSource<DB: diesel::backend::Backend> {
    fn migrations_of(&self) -> Result<Vec<Box<dyn Migration<DB>>>, Error>;
}

impl MigrationSource<Pg> for EmbeddedMigrations {
    fn migrations_of(&self) -> Result<Vec<Box<dyn Migration<Pg>>>, Error> {
        self.migrations().map_err(Error::Query)
    }
}
