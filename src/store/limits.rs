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
    /// When the gate opens again, if it is closed.
    pub opens_at: Option<Timestamp>,
    /// How many asked in this minute so far.
    pub in_minute: i32,
}

/// Who asks to pass a door.
#[derive(Debug)]
pub struct Caller {
    /// What passing takes a share of.
    pub limits: Vec<Limit>,
    /// A limit that is only looked at: used up, the gate is closed to callers without proof.
    pub gate: Option<Limit>,
    /// Whether a proof of work comes with the request, or none is ever asked for.
    pub has_proof: bool,
}

#[derive(QueryableByName)]
struct PassedRow {
    #[diesel(sql_type = Bool)]
    is_attack: bool,
    #[diesel(sql_type = Nullable<Text>)]
    blocked_key: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    free_at: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    opens_at: Option<jiff_diesel::Timestamp>,
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

fn number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// The columns of the limits of several callers, one after the other, and how many each has.
fn columns_of_all(all: Vec<Vec<Limit>>) -> (Vec<i32>, Vec<String>, Vec<i32>, Vec<i32>) {
    let (mut lengths, mut keys) = (Vec::new(), Vec::new());
    let (mut counts, mut seconds) = (Vec::new(), Vec::new());
    for limits in all {
        let mut columns = columns(limits);
        lengths.push(i32::try_from(columns.0.len()).unwrap_or(i32::MAX));
        keys.append(&mut columns.0);
        counts.append(&mut columns.1);
        seconds.append(&mut columns.2);
    }
    (lengths, keys, counts, seconds)
}

/// [`take`] for several callers, as if one came after the other; an answer for each, in their order.
///
/// # Errors
/// Database errors.
pub fn take_each(
    conn: &mut PgConnection,
    now: Timestamp,
    all: Vec<Vec<Limit>>,
) -> Result<Vec<Option<Timestamp>>, Error> {
    if all.iter().all(Vec::is_empty) {
        return Ok(vec![None; all.len()]);
    }
    let (lengths, keys, counts, seconds) = columns_of_all(all);
    let rows: Vec<TakenRow> =
        diesel::sql_query("SELECT free_at FROM take_hits_each($1, $2, $3, $4, $5)")
            .bind::<Array<Integer>, _>(lengths)
            .bind::<Array<Text>, _>(keys)
            .bind::<Array<Integer>, _>(counts)
            .bind::<Array<Integer>, _>(seconds)
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
            .load(conn)?;
    let free = rows.into_iter().map(|row| row.free_at);
    Ok(free
        .map(|at| at.map(jiff_diesel::Timestamp::to_jiff))
        .collect())
}

/// Counts requests, looks whether there is an attack, and takes a share of each limit, or of none: not when one is used up,
/// and not from a caller without proof while there is an attack or the gate is closed. Answers come in the order of `callers`. For
/// a statement of its own, which locks nothing for long.
///
/// # Errors
/// Database errors.
pub fn pass_each(
    conn: &mut PgConnection,
    now: Timestamp,
    callers: Vec<Caller>,
    calm: SignedDuration,
) -> Result<Vec<Passed>, Error> {
    let (mut all, mut have_proofs) = (Vec::new(), Vec::new());
    let (mut gates, mut gate_counts, mut gate_seconds) = (Vec::new(), Vec::new(), Vec::new());
    for caller in callers {
        all.push(caller.limits);
        have_proofs.push(caller.has_proof);
        let gate = caller.gate.as_ref();
        gates.push(gate.map(|gate| gate.key.clone()));
        gate_counts.push(gate.map(|gate| number(gate.count)));
        gate_seconds.push(gate.map(|gate| number(gate.seconds)));
    }
    let (lengths, keys, counts, seconds) = columns_of_all(all);
    let rows: Vec<PassedRow> = diesel::sql_query(
        "SELECT is_attack, blocked_key, free_at, opens_at, in_minute \
           FROM pass_door_each($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind::<Array<Integer>, _>(lengths)
    .bind::<Array<Text>, _>(keys)
    .bind::<Array<Integer>, _>(counts)
    .bind::<Array<Integer>, _>(seconds)
    .bind::<Array<Nullable<Text>>, _>(gates)
    .bind::<Array<Nullable<Integer>>, _>(gate_counts)
    .bind::<Array<Nullable<Integer>>, _>(gate_seconds)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<Array<Bool>, _>(have_proofs)
    .bind::<Integer, _>(i32::try_from(calm.as_secs()).unwrap_or(i32::MAX))
    .load(conn)?;
    let passed = rows.into_iter().map(|row| Passed {
        is_attack: row.is_attack,
        blocked_key: row.blocked_key,
        free_at: row.free_at.map(jiff_diesel::Timestamp::to_jiff),
        opens_at: row.opens_at.map(jiff_diesel::Timestamp::to_jiff),
        in_minute: row.in_minute,
    });
    Ok(passed.collect())
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
