//! The schema: migrations built into the binary, run under a lock so that several servers may start at once.

use diesel::RunQueryDsl as _;
use diesel::connection::BoxableConnection;
use diesel::migration::{Migration, MigrationMetadata, MigrationName, MigrationSource as _};
use diesel::pg::{Pg, PgConnection};
use diesel::sql_types::BigInt;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};

use jiff::Timestamp;

use super::{Error, consent_sealing};
use crate::domain::consent_seal::EvidenceKeys;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Any number that nothing else in the database uses: "tidings" on a telephone keypad.
const LOCK: i64 = 8_434_647;

/// The migration that seals evidence, which needs the server's secret and so is not SQL alone.
const SEALING: &str = "2026-11-26-000101_seal_consents";

/// What a migration may need that the database does not know.
#[derive(Debug, Clone, Copy)]
pub struct Seals<'a> {
    /// Seal evidence.
    pub keys: &'a EvidenceKeys,
    /// The present instant.
    pub now: Timestamp,
}

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
pub fn run(conn: &mut PgConnection, seals: Seals<'_>) -> Result<Vec<String>, Error> {
    diesel::sql_query("SELECT pg_advisory_lock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(conn)?;
    let result = run_locked(conn, seals);
    diesel::sql_query("SELECT pg_advisory_unlock($1)")
        .bind::<BigInt, _>(LOCK)
        .execute(conn)?;
    result
}

fn run_locked(conn: &mut PgConnection, seals: Seals<'_>) -> Result<Vec<String>, Error> {
    let pending = status(conn)?.pending;
    // Long migrations and waiting for their locks may take more than a request may.
    diesel::sql_query("SET statement_timeout = 0").execute(conn)?;
    let source = WithSeals {
        keys: seals.keys.clone(),
        now: seals.now,
    };
    conn.run_pending_migrations(source).map_err(Error::Query)?;
    Ok(pending)
}

/// The migrations, one of which does more than its SQL.
struct WithSeals {
    keys: EvidenceKeys,
    now: Timestamp,
}

impl diesel::migration::MigrationSource<Pg> for WithSeals {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        let all = diesel::migration::MigrationSource::<Pg>::migrations(&MIGRATIONS)?;
        let wrap = |inner: Box<dyn Migration<Pg>>| -> Box<dyn Migration<Pg>> {
            if inner.name().to_string() == SEALING {
                let (keys, now) = (self.keys.clone(), self.now);
                Box::new(Sealing { inner, keys, now })
            } else {
                inner
            }
        };
        Ok(all.into_iter().map(wrap).collect())
    }
}

/// Seals all evidence and then runs its SQL, which refuses what is not sealed. Diesel puts both into one transaction, together
/// with the note that the migration ran: so it happens once and whole, or not at all.
struct Sealing {
    inner: Box<dyn Migration<Pg>>,
    keys: EvidenceKeys,
    now: Timestamp,
}

impl Migration<Pg> for Sealing {
    fn run(&self, conn: &mut dyn BoxableConnection<Pg>) -> diesel::migration::Result<()> {
        let Some(own) = conn.downcast_mut::<PgConnection>() else {
            return Err("evidence can only be sealed over a plain connection".into());
        };
        consent_sealing::run(own, &self.keys, self.now)?;
        self.inner.run(conn)
    }

    fn revert(&self, conn: &mut dyn BoxableConnection<Pg>) -> diesel::migration::Result<()> {
        self.inner.revert(conn)
    }

    fn metadata(&self) -> &dyn MigrationMetadata {
        self.inner.metadata()
    }

    fn name(&self) -> &dyn MigrationName {
        self.inner.name()
    }
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
