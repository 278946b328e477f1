//! Limits that all servers share. The migration `create_limit_hits` says how they are counted.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz};
use jiff::{SignedDuration, Timestamp};

use super::Error;
use crate::domain::allowance::Limit;

/// What a door answered.
#[derive(Debug, Clone)]
pub struct Passed {
    /// Whether there is an attack.
    pub is_attack: bool,
    /// The limit that is used up.
    pub blocked_key: Option<String>,
    /// When it is free again.
    pub free_at: Option<Timestamp>,
    /// How many asked in this minute so far.
    pub in_minute: i32,
}

#[derive(QueryableByName)]
struct PassedRow {
    #[diesel(sql_type = Bool)]
    is_attack: bool,
    #[diesel(sql_type = Nullable<Text>)]
    blocked_key: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    free_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Integer)]
    in_minute: i32,
}

#[derive(QueryableByName)]
struct TakenRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    free_at: Option<jiff_diesel::Timestamp>,
}

/// The three columns of some limits, sorted by key: the order in which rows are locked.
fn columns(mut limits: Vec<Limit>) -> (Vec<String>, Vec<i32>, Vec<i32>) {
    limits.sort_unstable();
    limits.dedup_by(|a, b| a.key == b.key);
    let number = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let counts = limits.iter().map(|limit| number(limit.count)).collect();
    let seconds = limits.iter().map(|limit| number(limit.seconds)).collect();
    let keys = limits.into_iter().map(|limit| limit.key).collect();
    (keys, counts, seconds)
}

/// Takes a share of each limit, or of none; returns when all of them are free again if they are not. In a transaction, the
/// rows stay locked until its end.
///
/// # Errors
/// Database errors.
pub fn take(
    conn: &mut PgConnection,
    now: Timestamp,
    limits: Vec<Limit>,
) -> Result<Option<Timestamp>, Error> {
    if limits.is_empty() {
        return Ok(None);
    }
    let (keys, counts, seconds) = columns(limits);
    let row: TakenRow = diesel::sql_query("SELECT free_at FROM take_hits($1, $2, $3, $4)")
        .bind::<Array<Text>, _>(keys)
        .bind::<Array<Integer>, _>(counts)
        .bind::<Array<Integer>, _>(seconds)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .get_result(conn)?;
    Ok(row.free_at.map(jiff_diesel::Timestamp::to_jiff))
}

/// Counts a request, looks whether there is an attack, and takes a share of each limit, or of none: not when one is used up,
/// and not from a caller without proof while there is an attack. For a statement of its own, which locks nothing for long.
///
/// # Errors
/// Database errors.
pub fn pass(
    conn: &mut PgConnection,
    now: Timestamp,
    limits: Vec<Limit>,
    has_proof: bool,
    calm: SignedDuration,
) -> Result<Passed, Error> {
    let (keys, counts, seconds) = columns(limits);
    let row: PassedRow = diesel::sql_query(
        "SELECT is_attack, blocked_key, free_at, in_minute FROM pass_door($1, $2, $3, $4, $5, $6)",
    )
    .bind::<Array<Text>, _>(keys)
    .bind::<Array<Integer>, _>(counts)
    .bind::<Array<Integer>, _>(seconds)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<Bool, _>(has_proof)
    .bind::<Integer, _>(i32::try_from(calm.as_secs()).unwrap_or(i32::MAX))
    .get_result(conn)?;
    Ok(Passed {
        is_attack: row.is_attack,
        blocked_key: row.blocked_key,
        free_at: row.free_at.map(jiff_diesel::Timestamp::to_jiff),
        in_minute: row.in_minute,
    })
}

/// Removes up to `limit` rows whose windows are over; those in use at present are passed over. Returns how many.
///
/// # Errors
/// Database errors.
pub fn forget(conn: &mut PgConnection, now: Timestamp, limit: i64) -> Result<usize, Error> {
    Ok(diesel::sql_query(
        "DELETE FROM limit_hits WHERE key IN \
             (SELECT key FROM limit_hits WHERE expires_at <= $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<BigInt, _>(limit)
    .execute(conn)?)
}
