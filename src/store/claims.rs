//! Who holds which part of an edition: chunks of the ledger, leased to workers.
//!
//! A chunk is a range of the ledger's key, so that taking a thousand readers in hand writes one row here and none there.
//! What a lost worker leaves is given back under a new number; the old number stays until its last conversation must be
//! over, because only then is the fate of the rows that it was sending decided ([`super::lost_claims`]).

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use super::edition_deliveries::Number;
use super::queue::Lease;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{ClaimId, EditionId, SubscriberId, SubscriptionId, WorkerId};
use crate::schema::delivery_claims::dsl;
use crate::schema::editions;

/// A chunk in a worker's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The fencing token.
    pub id: ClaimId,
    /// Of which edition.
    pub edition_id: EditionId,
    /// The range of subscriptions, both ends included.
    pub range: (SubscriptionId, SubscriptionId),
    /// Whether it is of retries, which are marked in the ledger, and not of a range.
    pub is_retry: bool,
    /// Which version of the edition's content it is made of: once there is a newer one, none of it may begin.
    pub content_version: i32,
}

/// What there was to take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// A chunk.
    Chunk(Claim),
    /// An edition that must not begin before transactions have ended that ran when it was frozen: ask again soon.
    NotYet,
    /// Nothing is due.
    Nothing,
}

#[derive(QueryableByName)]
struct Range {
    #[diesel(sql_type = Uuid)]
    edition_id: EditionId,
    #[diesel(sql_type = Uuid)]
    first: SubscriptionId,
    #[diesel(sql_type = Uuid)]
    last: SubscriptionId,
}

/// An edition that is not yet cut into chunks.
#[derive(QueryableByName)]
struct Uncut {
    #[diesel(sql_type = Uuid)]
    edition_id: EditionId,
    #[diesel(sql_type = Nullable<Uuid>)]
    cut_until: Option<uuid::Uuid>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    start_barrier: Option<Vec<String>>,
}

/// Adds a claim of the edition's newest version; what is read of its content after that is no older.
fn insert(
    conn: &mut PgConnection,
    edition: EditionId,
    range: (SubscriptionId, SubscriptionId),
    retries: Option<&[SubscriptionId]>,
    lease: Option<Lease>,
) -> Result<Claim, Error> {
    let newest = editions::table
        .find(edition)
        .select(editions::content_version)
        .single_value()
        .assume_not_null();
    let (id, content_version): (i64, i32) = diesel::insert_into(dsl::delivery_claims)
        .values((
            dsl::edition_id.eq(edition),
            dsl::first_id.eq(range.0),
            dsl::last_id.eq(range.1),
            dsl::retry_ids.eq(retries),
            dsl::owner.eq(lease.map(|lease| lease.owner.as_uuid())),
            dsl::lease_until.eq(lease.map(|lease| lease.until.to_diesel())),
            dsl::content_version.eq(newest),
        ))
        .returning((dsl::id, dsl::content_version))
        .get_result(conn)?;
    Ok(Claim {
        id: id.into(),
        edition_id: edition,
        range,
        is_retry: retries.is_some(),
        content_version,
    })
}

/// Takes up to `limit` retries that are due, all of one edition, the longest due first.
///
/// # Errors
/// Database errors.
pub fn take_retries(
    conn: &mut PgConnection,
    now: Timestamp,
    lease: Lease,
    limit: i64,
) -> Result<Option<Claim>, Error> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = Uuid)]
        edition_id: EditionId,
    }
    #[derive(QueryableByName)]
    struct Reader {
        #[diesel(sql_type = Uuid)]
        subscription_id: SubscriptionId,
    }
    let now = jiff_diesel::Timestamp::from(now);
    let due: Option<Due> = diesel::sql_query(
        "SELECT d.edition_id FROM edition_deliveries d JOIN editions e ON e.id = d.edition_id \
          WHERE d.retry_at <= $1 AND e.status = 'delivering' AND NOT (SELECT is_paused FROM delivery_control) \
          ORDER BY d.retry_at LIMIT 1",
    )
    .bind::<Timestamptz, _>(now)
    .get_result(conn)
    .optional()?;
    let Some(Due { edition_id }) = due else {
        return Ok(None);
    };
    let readers: Vec<Reader> = diesel::sql_query(
        "SELECT subscription_id FROM edition_deliveries WHERE retry_at <= $1 AND edition_id = $2 \
          ORDER BY retry_at LIMIT $3 FOR UPDATE SKIP LOCKED",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Uuid, _>(edition_id)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    let mut readers: Vec<SubscriptionId> = readers
        .iter()
        .map(|reader| reader.subscription_id)
        .collect();
    readers.sort_unstable();
    let (Some(first), Some(last)) = (readers.first(), readers.last()) else {
        return Ok(None);
    };
    let range = (*first, *last);
    let claim = insert(conn, edition_id, range, Some(&readers), Some(lease))?;
    diesel::sql_query(
        "UPDATE edition_deliveries SET status = 'claimed', claim_id = $1, retry_at = NULL, settled_at = NULL \
          WHERE edition_id = $2 AND subscription_id = ANY ($3)",
    )
    .bind::<BigInt, _>(claim.id.as_i64())
    .bind::<Uuid, _>(edition_id)
    .bind::<Array<Uuid>, _>(readers)
    .execute(conn)?;
    Ok(Some(claim))
}

/// Takes a chunk that another worker gave back or lost.
///
/// # Errors
/// Database errors.
pub fn take_left(
    conn: &mut PgConnection,
    now: Timestamp,
    lease: Lease,
) -> Result<Option<Claim>, Error> {
    let left: Option<Range> = diesel::sql_query(
        "DELETE FROM delivery_claims WHERE id = ( \
             SELECT c.id FROM delivery_claims c JOIN editions e ON e.id = c.edition_id \
               JOIN edition_sends n ON n.edition_id = c.edition_id \
              WHERE c.owner IS NULL AND e.status = 'delivering' AND n.not_before <= $1 \
                AND NOT (SELECT is_paused FROM delivery_control) \
              ORDER BY c.id LIMIT 1 FOR UPDATE OF c SKIP LOCKED) \
         RETURNING edition_id, first_id AS first, last_id AS last",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .get_result(conn)
    .optional()?;
    let Some(Range {
        edition_id,
        first,
        last,
    }) = left
    else {
        return Ok(None);
    };
    let claim = insert(conn, edition_id, (first, last), None, Some(lease))?;
    Ok(Some(claim))
}

/// Cuts the next chunk of at most `limit` readers off the edition that waited longest.
///
/// # Errors
/// Database errors.
pub fn cut(
    conn: &mut PgConnection,
    now: Timestamp,
    lease: Lease,
    limit: i64,
) -> Result<Taken, Error> {
    let uncut: Option<Uncut> = diesel::sql_query(
        "SELECT n.edition_id, n.cut_until, n.start_barrier FROM edition_sends n \
           JOIN editions e ON e.id = n.edition_id \
          WHERE NOT n.is_cut AND e.status = 'delivering' AND n.not_before <= $1 \
            AND NOT (SELECT is_paused FROM delivery_control) \
          ORDER BY n.claimed_at NULLS FIRST, n.edition_id LIMIT 1 FOR UPDATE OF n",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .get_result(conn)
    .optional()?;
    let Some(uncut) = uncut else {
        return Ok(Taken::Nothing);
    };
    if uncut.cut_until.is_none() && !barrier_is_open(conn, now, &uncut)? {
        return Ok(Taken::NotYet);
    }
    let edition_id = uncut.edition_id;
    let Some(Range { first, last, .. }) = next_range(conn, &uncut, limit)? else {
        diesel::sql_query("UPDATE edition_sends SET is_cut = true WHERE edition_id = $1")
            .bind::<Uuid, _>(edition_id)
            .execute(conn)?;
        return Ok(Taken::NotYet);
    };
    diesel::sql_query(
        // Always later than the others', also when the clock stands still: it is what they take turns by.
        "UPDATE edition_sends SET cut_until = $2, started_at = coalesce(started_at, $3), \
                claimed_at = (SELECT greatest($3, max(claimed_at) + interval '1 microsecond') \
                                FROM edition_sends WHERE NOT is_cut) \
          WHERE edition_id = $1",
    )
    .bind::<Uuid, _>(edition_id)
    .bind::<Uuid, _>(last)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(conn)?;
    let claim = insert(conn, edition_id, (first, last), None, Some(lease))?;
    Ok(Taken::Chunk(claim))
}

/// The next readers behind what was cut.
fn next_range(conn: &mut PgConnection, uncut: &Uncut, limit: i64) -> Result<Option<Range>, Error> {
    Ok(diesel::sql_query(
        "SELECT $1 AS edition_id, first_value(subscription_id) OVER w AS first, \
                last_value(subscription_id) OVER w AS last \
           FROM (SELECT subscription_id FROM edition_deliveries \
                  WHERE edition_id = $1 AND subscription_id > coalesce($2, '00000000-0000-0000-0000-000000000000') \
                  ORDER BY subscription_id LIMIT $3) c \
         WINDOW w AS (ORDER BY subscription_id ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) LIMIT 1",
    )
    .bind::<Uuid, _>(uncut.edition_id)
    .bind::<Nullable<Uuid>, _>(uncut.cut_until)
    .bind::<BigInt, _>(limit)
    .get_result(conn)
    .optional()?)
}

/// Whether every transaction has ended that was changing subscriptions or suppressions when the edition was first looked
/// at, which is after it was frozen. Later ones see the rows of the edition and cancel them by themselves.
fn barrier_is_open(conn: &mut PgConnection, now: Timestamp, uncut: &Uncut) -> Result<bool, Error> {
    #[derive(QueryableByName)]
    struct Names {
        #[diesel(sql_type = Array<Text>)]
        names: Vec<String>,
    }
    let running = "SELECT coalesce(array_agg(DISTINCT l.virtualtransaction), '{}') AS names FROM pg_locks l \
                    WHERE l.locktype = 'relation' AND l.pid <> pg_backend_pid() AND l.mode = 'RowExclusiveLock' \
                      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                      AND l.relation IN ('subscriptions'::regclass, 'suppressions'::regclass)";
    let Names { names } = diesel::sql_query(running).get_result(conn)?;
    let barrier = &uncut.start_barrier;
    let is_open = match barrier {
        None => names.is_empty(),
        Some(barrier) => !barrier.iter().any(|name| names.contains(name)),
    };
    if barrier.is_none() {
        diesel::sql_query(
            "UPDATE edition_sends SET start_barrier = $2, claimed_at = $3 WHERE edition_id = $1",
        )
        .bind::<Uuid, _>(uncut.edition_id)
        .bind::<Array<Text>, _>(names)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .execute(conn)?;
    }
    Ok(is_open)
}

/// A reader of a chunk, as they are now.
#[derive(Debug, Clone, QueryableByName)]
pub struct ChunkRow {
    /// Whom.
    #[diesel(sql_type = Uuid)]
    pub subscription_id: SubscriptionId,
    /// How often the next server had the mail in its hands.
    #[diesel(sql_type = diesel::sql_types::SmallInt)]
    pub attempt_count: i16,
    /// How often the reply was lost.
    #[diesel(sql_type = diesel::sql_types::SmallInt)]
    pub unknown_count: i16,
    /// Goes into the links; `None` when the reader was erased.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub link_nonce: Option<uuid::Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    since: Option<jiff_diesel::Timestamp>,
    /// Whether the subscription is active.
    #[diesel(sql_type = Bool)]
    pub is_active: bool,
    /// Whether the address must not be written to.
    #[diesel(sql_type = Bool)]
    pub is_suppressed: bool,
    /// The person.
    #[diesel(sql_type = Nullable<Uuid>)]
    pub subscriber_id: Option<SubscriberId>,
    /// Where to.
    #[diesel(sql_type = Nullable<Text>)]
    pub address: Option<EmailAddress>,
}

impl ChunkRow {
    /// When the reader ordered it.
    #[must_use]
    pub fn since(&self) -> Option<Timestamp> {
        self.since.map(jiff_diesel::Timestamp::to_jiff)
    }
}

/// The readers of a chunk that still wait, in the order of the key. Addresses are read now and never copied, so that a
/// changed or erased one is honoured.
///
/// # Errors
/// Database errors.
pub fn rows(conn: &mut PgConnection, claim: &Claim) -> Result<Vec<ChunkRow>, Error> {
    Ok(diesel::sql_query(
        "SELECT d.subscription_id, d.attempt_count, d.unknown_count, s.link_nonce, \
                coalesce(s.confirmed_at, s.requested_at) AS since, coalesce(s.status = 'active', false) AS is_active, \
                EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key = p.address_key) AS is_suppressed, \
                p.id AS subscriber_id, p.address \
           FROM edition_deliveries d \
           LEFT JOIN subscriptions s ON s.id = d.subscription_id LEFT JOIN subscribers p ON p.id = s.subscriber_id \
          WHERE d.edition_id = $1 AND d.subscription_id BETWEEN $2 AND $3 \
            AND CASE WHEN $4 THEN d.status = 'claimed' AND d.claim_id = $5 ELSE d.status = 'queued' END \
          ORDER BY d.subscription_id",
    )
    .bind::<Uuid, _>(claim.edition_id)
    .bind::<Uuid, _>(claim.range.0)
    .bind::<Uuid, _>(claim.range.1)
    .bind::<Bool, _>(claim.is_retry)
    .bind::<BigInt, _>(claim.id.as_i64())
    .load(conn)?)
}

/// Which of `claims` still are `owner`'s, with an edition that may be sent now and has no newer content, each with the
/// version of that. They stay so until the transaction ends:
/// nobody can call them lost before what is begun under them can be seen.
///
/// # Errors
/// Database errors.
pub fn sendable(
    conn: &mut PgConnection,
    now: Timestamp,
    owner: WorkerId,
    claims: &[ClaimId],
) -> Result<HashMap<ClaimId, i32>, Error> {
    #[derive(QueryableByName)]
    struct Sendable {
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(sql_type = Integer)]
        content_version: i32,
    }
    let numbers: Vec<i64> = claims.iter().map(|claim| claim.as_i64()).collect();
    let found: Vec<Sendable> = diesel::sql_query(
        "SELECT c.id, c.content_version FROM delivery_claims c JOIN editions e ON e.id = c.edition_id \
          WHERE c.id = ANY ($1) AND c.owner = $2 AND c.lost_at IS NULL AND c.lease_until > $3 \
            AND e.status = 'delivering' AND e.content_version = c.content_version \
            AND NOT (SELECT is_paused FROM delivery_control) \
          ORDER BY c.id FOR KEY SHARE OF c",
    )
    .bind::<Array<BigInt>, _>(numbers)
    .bind::<Uuid, _>(owner)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(conn)?;
    let found = found.into_iter();
    Ok(found
        .map(|row| (row.id.into(), row.content_version))
        .collect())
}

/// Makes the leases of `claims` last longer that the owner still holds, and returns how many. Not of all that it holds:
/// when the answer to a commit was lost, it does not know of its claim, and nobody would work on it for ever.
///
/// # Errors
/// Database errors.
pub fn renew(
    conn: &mut PgConnection,
    now: Timestamp,
    lease: Lease,
    claims: &[ClaimId],
) -> Result<usize, Error> {
    let numbers: Vec<i64> = claims.iter().map(|claim| claim.as_i64()).collect();
    let mine = dsl::delivery_claims.filter(
        dsl::id
            .eq_any(numbers)
            .and(dsl::owner.eq(lease.owner.as_uuid()))
            .and(dsl::lost_at.is_null())
            .and(dsl::lease_until.gt(now.to_diesel())),
    );
    Ok(diesel::update(mine)
        .set(dsl::lease_until.eq(lease.until.to_diesel()))
        .execute(conn)?)
}

/// Ends a claim of `owner`: rows that still wait go to whoever comes next.
///
/// # Errors
/// Database errors.
pub fn close(
    conn: &mut PgConnection,
    now: Timestamp,
    owner: WorkerId,
    claim: &Claim,
) -> Result<(), Error> {
    let ended = diesel::delete(
        dsl::delivery_claims.filter(
            dsl::id
                .eq(claim.id.as_i64())
                .and(dsl::owner.eq(owner.as_uuid()))
                .and(dsl::lost_at.is_null()),
        ),
    )
    .execute(conn)?;
    if ended == 1 {
        give_back(conn, now, claim)?;
    }
    Ok(())
}

/// Frees what waits under a claim that has ended.
pub(super) fn give_back(
    conn: &mut PgConnection,
    now: Timestamp,
    claim: &Claim,
) -> Result<(), Error> {
    if claim.is_retry {
        diesel::sql_query(
            "UPDATE edition_deliveries SET status = 'deferred', claim_id = NULL, retry_at = $4 \
              WHERE edition_id = $1 AND subscription_id BETWEEN $2 AND $3 AND status = 'claimed' AND claim_id = $5",
        )
        .bind::<Uuid, _>(claim.edition_id)
        .bind::<Uuid, _>(claim.range.0)
        .bind::<Uuid, _>(claim.range.1)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .bind::<BigInt, _>(claim.id.as_i64())
        .execute(conn)?;
        return Ok(());
    }
    let waiting: Number = diesel::sql_query(
        "SELECT count(*) AS number FROM (SELECT 1 FROM edition_deliveries \
          WHERE edition_id = $1 AND subscription_id BETWEEN $2 AND $3 AND status = 'queued' LIMIT 1) w",
    )
    .bind::<Uuid, _>(claim.edition_id)
    .bind::<Uuid, _>(claim.range.0)
    .bind::<Uuid, _>(claim.range.1)
    .get_result(conn)?;
    if waiting.number > 0 {
        insert(conn, claim.edition_id, claim.range, None, None)?;
    }
    Ok(())
}
