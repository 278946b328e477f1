//! The only SQL of the program: one file per table, functions named by verbs, on `&mut PgConnection`.
//!
//! Sync diesel on the blocking pool, not diesel-async: a use case that cannot contain `.await` cannot hold a
//! transaction open while it talks SMTP or HTTP, and a blocking closure runs to its end when actix drops a
//! handler because the client hung up.

mod error;

pub mod address_checks;
pub mod addresses;
pub mod admins;
pub mod api_keys;
pub mod approvals;
pub mod archive;
pub mod articles;
pub mod attacks;
pub mod attempts;
pub mod claims;
pub mod consent_sealing;
pub mod consents;
pub mod corrections;
pub mod cut;
pub mod deliveries;
pub mod edition_attempts;
pub mod edition_deliveries;
pub mod editions;
pub mod erasures;
pub mod feeds;
pub mod funnel;
pub mod hubs;
pub mod idempotency_keys;
pub mod identity;
pub mod leave_reasons;
pub mod limits;
pub mod looks;
pub mod lost_claims;
pub mod migrations;
pub mod missed_slots;
pub mod newsletters;
pub mod openings;
pub mod person;
pub mod progress;
pub mod queue;
pub mod reader_links;
pub mod recipients;
pub mod relays;
pub mod rhythms;
pub mod scanner_marks;
pub mod sends;
pub mod signups;
pub mod stops;
pub mod subscribers;
pub mod subscriptions;
pub mod suppressions;
pub mod turns;

use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use diesel::pg::PgConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool};
use diesel::{Connection as _, RunQueryDsl as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};

pub use error::Error;

use crate::clock::Clock;
use crate::config;

/// A pool of connections and the clock that belongs to it.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
    url: SecretString,
    clock: Clock,
    settings: config::Database,
}

/// Sets what every connection of ours wants.
#[derive(Debug)]
struct Session {
    statement_timeout_seconds: u64,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for Session {
    fn on_acquire(&self, conn: &mut PgConnection) -> Result<(), diesel::r2d2::Error> {
        // A connection that died inside a transaction must not hold its locks for ever.
        conn.batch_execute(&format!(
            "SET statement_timeout = '{}s'; SET lock_timeout = '5s'; \
             SET idle_in_transaction_session_timeout = '30s'; SET application_name = 'tidings'",
            self.statement_timeout_seconds
        ))
        .map_err(diesel::r2d2::Error::QueryError)
    }
}

impl Db {
    /// Opens a pool and its first connection.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when the server cannot be reached.
    pub fn open(settings: &config::Database, clock: Clock) -> Result<Self, Error> {
        // The pool hides why a connection fails behind its time-out, so the first one is made without it.
        let url = with_connect_timeout(&settings.url);
        PgConnection::establish(url.expose_secret())?;
        Self::pool(
            settings.clone(),
            settings.pool_size.max(1),
            true,
            url,
            clock,
        )
    }

    /// Another pool to the same database, so that neither can starve the other. It opens connections when they are needed,
    /// and does not ask before each use whether they are alive: for callers who try again.
    ///
    /// # Errors
    /// When the pool cannot be made.
    pub fn beside(&self, size: u32) -> Result<Self, Error> {
        Self::pool(
            self.settings.clone(),
            size,
            false,
            self.url.clone(),
            self.clock.clone(),
        )
    }

    fn pool(
        settings: config::Database,
        size: u32,
        is_tested: bool,
        url: SecretString,
        clock: Clock,
    ) -> Result<Self, Error> {
        let session = Session {
            statement_timeout_seconds: settings.statement_timeout_seconds,
        };
        let pool = Pool::builder()
            .max_size(size)
            .min_idle(Some(u32::from(is_tested)))
            .test_on_check_out(is_tested)
            .connection_timeout(Duration::from_secs(settings.pool_wait_seconds.max(1)))
            .connection_customizer(Box::new(session))
            .build(ConnectionManager::new(url.expose_secret()))
            .map_err(|cause| Error::Unavailable(Box::new(cause)))?;
        Ok(Self {
            pool,
            url,
            clock,
            settings,
        })
    }

    /// Runs `work` in one transaction on the blocking pool: commits on `Ok`, rolls back on `Err`.
    ///
    /// # Errors
    /// Those of `work`, and [`Error`] when there is no connection or the commit fails.
    pub async fn transaction<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let db = self.clone();
        match tokio::task::spawn_blocking(move || db.run(work)).await {
            Ok(result) => result,
            Err(panicked) => Err(Error::Query(Box::new(panicked)).into()),
        }
    }

    /// Like [`Db::transaction`], with the present instant by the database's clock, read in the same transaction.
    ///
    /// # Errors
    /// As there.
    pub async fn transaction_now<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection, Timestamp) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let clock = self.clock.clone();
        self.transaction(move |conn| {
            let now = now(conn, &clock)?;
            work(conn, now)
        })
        .await
    }

    /// Runs `first`, one statement that is a transaction of its own, and then `work` in a transaction on the same connection.
    /// What `first` locks is free again before `work` begins, and what it changed stays whatever becomes of `work`.
    ///
    /// # Errors
    /// Those of both, and [`Error`] when there is no connection or the commit fails.
    pub async fn statement_then<A, T, E>(
        &self,
        first: impl FnOnce(&mut PgConnection) -> Result<A, E> + Send + 'static,
        work: impl FnOnce(&mut PgConnection, A) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let db = self.clone();
        match tokio::task::spawn_blocking(move || db.run_both(None, first, work)).await {
            Ok(result) => result,
            Err(panicked) => Err(Error::Query(Box::new(panicked)).into()),
        }
    }

    /// Runs one statement, which is a transaction of its own: without the round trips of one around it. The instant is
    /// only given where the clock stands still; else the statement asks the database's.
    ///
    /// # Errors
    /// As [`Db::transaction`].
    pub async fn statement<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection, Option<Timestamp>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let db = self.clone();
        let work = move || {
            let now = match &db.clock {
                Clock::Fixed(_) => Some(db.clock.now()),
                Clock::System => None,
            };
            let conn = db.pool.get();
            let mut conn = conn.map_err(|cause| Error::Unavailable(Box::new(cause)))?;
            work(&mut conn, now)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(panicked) => Err(Error::Query(Box::new(panicked)).into()),
        }
    }

    /// Runs `work` on a connection of its own, outside of any transaction: for migrations, which make their own and
    /// change the session. The connection is closed afterwards.
    ///
    /// # Errors
    /// Those of `work`, and [`Error`] when there is no connection.
    pub async fn session<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let url = self.url.clone();
        let work =
            move || work(&mut PgConnection::establish(url.expose_secret()).map_err(Error::from)?);
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(panicked) => Err(Error::Query(Box::new(panicked)).into()),
        }
    }

    /// Like [`Db::transaction`], for callers that are not async.
    ///
    /// # Errors
    /// As there.
    pub fn run<T, E>(&self, work: impl FnOnce(&mut PgConnection) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let mut conn = self
            .pool
            .get()
            .map_err(|cause| Error::Unavailable(Box::new(cause)))?;
        transact(&mut conn, work)
    }

    /// Like [`Db::statement_then`], for callers that are not async. With `patience`, `work` waits no longer for any lock: it fails
    /// with an error that [`Error::is_timeout`].
    ///
    /// # Errors
    /// As there.
    pub fn run_both<A, T, E>(
        &self,
        patience: Option<Duration>,
        first: impl FnOnce(&mut PgConnection) -> Result<A, E>,
        work: impl FnOnce(&mut PgConnection, A) -> Result<T, E>,
    ) -> Result<T, E>
    where
        E: From<Error>,
    {
        let conn = self.pool.get();
        let mut conn = conn.map_err(|cause| Error::Unavailable(Box::new(cause)))?;
        let found = first(&mut conn)?;
        transact(&mut conn, |conn| {
            if let Some(patience) = patience {
                let milliseconds = patience.as_millis().max(1);
                conn.batch_execute(&format!("SET LOCAL lock_timeout = {milliseconds}"))
                    .map_err(Error::from)?;
            }
            work(conn, found)
        })
    }

    /// The present instant by the database's clock, so that a host with a wrong clock can neither steal a lease
    /// nor fire a slot. In tests, the fixed clock.
    ///
    /// # Errors
    /// When the database cannot be asked.
    pub async fn now(&self) -> Result<Timestamp, Error> {
        if let Clock::Fixed(_) = self.clock {
            return Ok(self.clock.now());
        }
        self.transaction(|conn| now(conn, &Clock::System)).await
    }
}

fn transact<T, E>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<Error>,
{
    conn.transaction(|conn| work(conn).map_err(Failure::Work))
        .map_err(|failure| match failure {
            Failure::Work(error) => error,
            Failure::Commit(error) => Error::from(error).into(),
        })
}

/// The present instant by the database's clock, or the fixed one of a test. Not the start of the transaction: that may
/// have waited for locks.
fn now(conn: &mut PgConnection, clock: &Clock) -> Result<Timestamp, Error> {
    if let Clock::Fixed(_) = clock {
        return Ok(clock.now());
    }
    diesel::define_sql_function! {
        /// The time at which it is asked.
        fn clock_timestamp() -> diesel::sql_types::Timestamptz;
    }
    let now: jiff_diesel::Timestamp = diesel::select(clock_timestamp()).get_result(conn)?;
    Ok(now.to_jiff())
}

/// The address with a limit on connecting, in seconds, unless it sets its own: libpq would wait for minutes for a
/// host that does not answer at all.
fn with_connect_timeout(url: &SecretString) -> SecretString {
    let url = url.expose_secret();
    if url.contains("connect_timeout=") {
        return url.into();
    }
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}connect_timeout=5").into()
}

/// Tells an error of the work from one of the transaction around it.
enum Failure<E> {
    Work(E),
    Commit(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Failure<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Commit(error)
    }
}
