//! What workers share about relays: how many mails each may still take, and what each worker last heard of it.

use diesel::prelude::*;
use diesel::sql_types::{Double, Text, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::WorkerId;
use crate::schema::worker_relays::dsl;

/// A rate: at most `count` mails in `seconds`, evenly filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// second, minute, hour or day.
    pub unit: &'static str,
    /// The unit in seconds.
    pub seconds: f64,
    /// Mails per unit.
    pub count: f64,
}

#[derive(QueryableByName)]
struct Tokens {
    #[diesel(sql_type = Double)]
    tokens: f64,
}

/// Fills the bucket of a rate up to `now` and returns how many mails it allows; the row stays locked until the
/// transaction ends, so that all workers share it.
///
/// The burst is a twentieth of the count, and one at least: no span of the unit's length has more than 5 % above it.
///
/// # Errors
/// Database errors.
pub fn fill(
    conn: &mut PgConnection,
    now: Timestamp,
    relay: &str,
    rate: Rate,
) -> Result<f64, Error> {
    let per_second = rate.count / rate.seconds;
    let burst = (rate.count / 20.0).max(1.0);
    let row: Tokens = diesel::sql_query(
        "INSERT INTO relay_rates AS r (relay, unit, tokens, filled_at) VALUES ($1, $2, $3, $5) \
         ON CONFLICT (relay, unit) DO UPDATE \
            SET tokens = least($3, r.tokens + $4 * greatest(0, extract(epoch FROM $5 - r.filled_at)::float8)), \
                filled_at = greatest(r.filled_at, $5) \
         RETURNING tokens",
    )
    .bind::<Text, _>(relay)
    .bind::<Text, _>(rate.unit)
    .bind::<Double, _>(burst)
    .bind::<Double, _>(per_second)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .get_result(conn)?;
    Ok(row.tokens)
}

/// Takes tokens out of all buckets of a relay. Single mails may take more than there is: they go first, and editions
/// wait for it.
///
/// # Errors
/// Database errors.
pub fn spend(conn: &mut PgConnection, relay: &str, count: f64) -> Result<(), Error> {
    diesel::sql_query("UPDATE relay_rates SET tokens = tokens - $2 WHERE relay = $1")
        .bind::<Text, _>(relay)
        .bind::<Double, _>(count)
        .execute(conn)?;
    Ok(())
}

/// What one worker knows of one relay.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::worker_relays)]
#[diesel(treat_none_as_null = true)]
pub struct WorkerRelay {
    /// Which worker.
    pub worker_id: WorkerId,
    /// Host and port.
    pub relay: String,
    /// Whether it takes mails at present.
    pub is_available: bool,
    /// Open sessions.
    pub connections: i32,
    /// The most that it bears at present.
    pub connection_limit: i32,
    /// The step at which the last failure happened.
    pub phase: Option<String>,
    /// The last failure's reply code.
    pub reply_code: Option<i32>,
    /// Why the last failure happened.
    pub reply_text: Option<String>,
    /// When the worker wrote this.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub seen_at: Timestamp,
}

/// Writes what a worker knows of a relay.
///
/// # Errors
/// Database errors.
pub fn report(conn: &mut PgConnection, row: WorkerRelay) -> Result<(), Error> {
    diesel::insert_into(dsl::worker_relays)
        .values(row.clone())
        .on_conflict((dsl::worker_id, dsl::relay))
        .do_update()
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// Forgets workers that have not been seen since `before`.
///
/// # Errors
/// Database errors.
pub fn forget(conn: &mut PgConnection, before: Timestamp) -> Result<(), Error> {
    diesel::delete(dsl::worker_relays.filter(dsl::seen_at.lt(before.to_diesel()))).execute(conn)?;
    Ok(())
}

/// What all workers know, by relay.
///
/// # Errors
/// Database errors.
pub fn all(conn: &mut PgConnection) -> Result<Vec<WorkerRelay>, Error> {
    Ok(dsl::worker_relays
        .order((dsl::relay, dsl::worker_id))
        .select(WorkerRelay::as_select())
        .load(conn)?)
}
