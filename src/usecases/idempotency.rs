//! Requests with an `Idempotency-Key`: the same again gets the same answer, and changes nothing.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::store::{self, idempotency_keys as keys};

/// How long an answer is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// A request that did not end within this was lost with its server; another may begin anew.
const LOST: SignedDuration = SignedDuration::from_mins(10);

/// Why a request is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The key came with another body.
    #[error(
        "this Idempotency-Key was used for another body within the last 24 hours; use a new key"
    )]
    OtherBody,
    /// A request with this key is under way.
    #[error("a request with this Idempotency-Key is under way; try again when it has ended")]
    UnderWay,
    /// The database failed.
    #[error("cannot read or write the Idempotency-Key")]
    Store(#[from] store::Error),
}

/// Begins a request: `None` when it is to be done, else the answer that it got before.
///
/// # Errors
/// [`Error::OtherBody`] and [`Error::UnderWay`].
pub fn begin(
    conn: &mut PgConnection,
    now: Timestamp,
    route: &str,
    key: &str,
    request_sha256: &str,
) -> Result<Option<String>, Error> {
    keys::forget(conn, before(now, KEPT), before(now, LOST))?;
    if keys::insert(conn, now, route, key, request_sha256)? {
        return Ok(None);
    }
    // Two requests that begin at once meet at the insert; the later one sees the row of the first.
    let Some(known) = keys::find(conn, route, key)? else {
        return Err(Error::UnderWay);
    };
    if known.request_sha256 != request_sha256 {
        return Err(Error::OtherBody);
    }
    known.answer.map(Some).ok_or(Error::UnderWay)
}

/// Ends a request with its answer; without one it may be done anew at once.
///
/// # Errors
/// Database errors.
pub fn finish(
    conn: &mut PgConnection,
    route: &str,
    key: &str,
    answer: Option<&str>,
) -> Result<(), Error> {
    match answer {
        Some(answer) => keys::finish(conn, route, key, answer)?,
        None => keys::release(conn, route, key)?,
    }
    Ok(())
}

fn before(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_sub(by).unwrap_or(now)
}
