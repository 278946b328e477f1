//! Claims of workers that were lost: what waits under them goes to others at once, and what they were sending is settled
//! when their last conversation must be over.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Timestamptz, Uuid};
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::claims::{Claim, give_back};
use crate::domain::id::{ClaimId, EditionId, SubscriptionId};

#[derive(QueryableByName)]
struct ClaimRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Uuid)]
    edition_id: EditionId,
    #[diesel(sql_type = Uuid)]
    first_id: SubscriptionId,
    #[diesel(sql_type = Uuid)]
    last_id: SubscriptionId,
    #[diesel(sql_type = Bool)]
    is_retry: bool,
    #[diesel(sql_type = Integer)]
    content_version: i32,
}

impl From<ClaimRow> for Claim {
    fn from(row: ClaimRow) -> Self {
        Self {
            id: row.id.into(),
            edition_id: row.edition_id,
            range: (row.first_id, row.last_id),
            is_retry: row.is_retry,
            content_version: row.content_version,
        }
    }
}

/// Marks the claims whose lease is over as lost and frees what waits under them; returns how many.
///
/// # Errors
/// Database errors.
pub fn free_lost(conn: &mut PgConnection, now: Timestamp) -> Result<usize, Error> {
    let lost: Vec<ClaimRow> = diesel::sql_query(
        "UPDATE delivery_claims SET lost_at = $1 WHERE id IN ( \
             SELECT id FROM delivery_claims WHERE lost_at IS NULL AND lease_until <= $1 FOR UPDATE SKIP LOCKED) \
         RETURNING id, edition_id, first_id, last_id, retry_ids IS NOT NULL AS is_retry, content_version",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .load(conn)?;
    let count = lost.len();
    for row in lost {
        let claim = Claim::from(row);
        give_back(conn, now, &claim)?;
        // Whoever was sending nothing leaves nothing to wait for.
        diesel::sql_query(
            "DELETE FROM delivery_claims WHERE id = $4 AND NOT EXISTS ( \
                 SELECT 1 FROM edition_deliveries WHERE edition_id = $1 AND subscription_id BETWEEN $2 AND $3 \
                    AND status = 'sending' AND claim_id = $4)",
        )
        .bind::<Uuid, _>(claim.edition_id)
        .bind::<Uuid, _>(claim.range.0)
        .bind::<Uuid, _>(claim.range.1)
        .bind::<BigInt, _>(claim.id.as_i64())
        .execute(conn)?;
    }
    Ok(count)
}

/// Frees one row that a worker gave back after its claim was lost: what waited under the claim has gone to others, who
/// may be through with it, so nobody would come by again.
///
/// The claim is locked, so that the one who marks it as lost sees the row or is seen here.
///
/// # Errors
/// Database errors.
pub(super) fn free_late(
    conn: &mut PgConnection,
    claim: ClaimId,
    reader: SubscriptionId,
) -> Result<(), Error> {
    diesel::sql_query(
        "WITH held AS MATERIALIZED (SELECT edition_id, lost_at FROM delivery_claims WHERE id = $1 FOR SHARE) \
         INSERT INTO delivery_claims (edition_id, first_id, last_id) \
         SELECT edition_id, $2, $2 FROM held WHERE lost_at IS NOT NULL",
    )
    .bind::<BigInt, _>(claim.as_i64())
    .bind::<Uuid, _>(reader)
    .execute(conn)?;
    Ok(())
}

/// Decides the fate of rows that lost workers were sending, once their last conversation must be over: nobody knows.
/// A copy follows after `copy_after` where the edition's policy and time allow it. Returns how many rows.
///
/// # Errors
/// Database errors.
pub fn settle_lost(
    conn: &mut PgConnection,
    now: Timestamp,
    conversation: SignedDuration,
    copy_after: SignedDuration,
) -> Result<usize, Error> {
    let over = now.saturating_sub(conversation).unwrap_or(now);
    let copy_at = now.saturating_add(copy_after).unwrap_or(now);
    let lost: Vec<ClaimRow> = diesel::sql_query(
        "DELETE FROM delivery_claims WHERE id IN ( \
             SELECT id FROM delivery_claims WHERE lost_at IS NOT NULL AND lease_until <= $1 FOR UPDATE SKIP LOCKED) \
         RETURNING id, edition_id, first_id, last_id, retry_ids IS NOT NULL AS is_retry, content_version",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(over))
    .load(conn)?;
    let mut count = 0;
    for row in lost {
        count += diesel::sql_query(
            "UPDATE edition_deliveries d \
                SET status = 'unknown', claim_id = NULL, settled_at = $5, unknown_count = d.unknown_count + 1, \
                    reply_code = NULL, reply_text = 'the worker that was sending it was lost', \
                    retry_at = CASE WHEN n.unknown_policy = 'retry_once' AND d.unknown_count = 0 AND n.expires_at > $6 \
                                     AND e.status IN ('delivering', 'held', 'paused') \
                                     AND EXISTS (SELECT 1 FROM subscriptions s \
                                                  WHERE s.id = d.subscription_id AND s.status = 'active') THEN $6 END \
               FROM edition_sends n JOIN editions e ON e.id = n.edition_id \
              WHERE n.edition_id = d.edition_id AND d.edition_id = $1 AND d.subscription_id BETWEEN $2 AND $3 \
                AND d.status = 'sending' AND d.claim_id = $4",
        )
        .bind::<Uuid, _>(row.edition_id)
        .bind::<Uuid, _>(row.first_id)
        .bind::<Uuid, _>(row.last_id)
        .bind::<BigInt, _>(row.id)
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(copy_at))
        .execute(conn)?;
    }
    Ok(count)
}
