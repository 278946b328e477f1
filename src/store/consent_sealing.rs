//! Seals rows of consent from before there were seals: once, as a part of one migration, under a lock that keeps writers out.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid};
use jiff::Timestamp;

use super::Error;
use crate::domain::consent_seal::{Evidence, EvidenceKeys, Head, Moment};
use crate::domain::id::{ConsentId, NewsletterId, SubscriptionId};

/// So many rows are read at a time.
const BATCH: i64 = 2000;

#[derive(QueryableByName)]
struct Old {
    #[diesel(sql_type = Uuid)]
    id: ConsentId,
    #[diesel(sql_type = Uuid)]
    subscription_id: SubscriptionId,
    #[diesel(sql_type = Uuid)]
    newsletter_id: NewsletterId,
    #[diesel(sql_type = Text)]
    action: String,
    #[diesel(sql_type = Text)]
    source: String,
    #[diesel(sql_type = Text)]
    wording: String,
    #[diesel(sql_type = Text)]
    wording_version: String,
    #[diesel(sql_type = Text)]
    language: String,
    #[diesel(sql_type = Nullable<Text>)]
    page_url: Option<String>,
    #[diesel(sql_type = Text)]
    address: String,
    #[diesel(sql_type = Timestamptz)]
    recorded_at: Moment,
}

/// The place after which a batch begins.
type Cursor = (SubscriptionId, Moment, ConsentId);

/// Seals all rows, in the order in which they were recorded, and says in each when that was. They must all be unsealed.
///
/// # Errors
/// Database errors.
pub fn run(conn: &mut PgConnection, keys: &EvidenceKeys, now: Timestamp) -> Result<(), Error> {
    conn.batch_execute(
        "LOCK TABLE consents IN ACCESS EXCLUSIVE MODE; ALTER TABLE consents DISABLE TRIGGER consents_are_append_only",
    )?;
    let mut after: Option<Cursor> = None;
    let mut head: Option<Head> = None;
    loop {
        let batch = batch(conn, after)?;
        let Some(last) = batch.last() else { break };
        after = Some((last.subscription_id, last.recorded_at, last.id));
        for old in batch {
            let before = head
                .take()
                .filter(|head| head.subscription_id == old.subscription_id);
            let newsletter = old.newsletter_id;
            let sealed = keys.seal_row(unsealed(old, before.as_ref(), now.into()), newsletter);
            let (row, new) = sealed.ok_or(diesel::result::Error::NotFound)?;
            write(conn, &row, &new)?;
            head = Some(new);
        }
    }
    conn.batch_execute("ALTER TABLE consents ENABLE TRIGGER consents_are_append_only")?;
    Ok(())
}

fn batch(conn: &mut PgConnection, after: Option<Cursor>) -> Result<Vec<Old>, Error> {
    let (subscription, at, id) = match after {
        Some((subscription, at, id)) => (Some(subscription), Some(at), Some(id)),
        None => (None, None, None),
    };
    Ok(diesel::sql_query(
        "SELECT c.id, c.subscription_id, s.newsletter_id, c.action, c.source, c.wording, c.wording_version, c.language, \
                c.page_url, p.address, c.recorded_at \
           FROM consents c JOIN subscriptions s ON s.id = c.subscription_id JOIN subscribers p ON p.id = s.subscriber_id \
          WHERE $1 IS NULL OR (c.subscription_id, c.recorded_at, c.id) > ($1, $2, $3) \
          ORDER BY c.subscription_id, c.recorded_at, c.id LIMIT $4",
    )
    .bind::<Nullable<Uuid>, _>(subscription)
    .bind::<Nullable<Timestamptz>, _>(at)
    .bind::<Nullable<Uuid>, _>(id)
    .bind::<BigInt, _>(BATCH)
    .load(conn)?)
}

fn unsealed(old: Old, before: Option<&Head>, now: Moment) -> Evidence {
    Evidence {
        id: old.id,
        subscription_id: old.subscription_id,
        number: before.map_or(1, |head| head.number.saturating_add(1)),
        action: old.action,
        source: old.source,
        wording: old.wording,
        wording_version: old.wording_version,
        language: old.language,
        page_url: old.page_url,
        address: old.address,
        user_agent: None,
        client_address: None,
        recorded_at: old.recorded_at,
        sealed_at: Some(now),
        key_id: 0,
        previous_hash: before.map(|head| head.hash.clone()),
        hash: Vec::new(),
    }
}

fn write(conn: &mut PgConnection, row: &Evidence, head: &Head) -> Result<(), Error> {
    diesel::sql_query(
        "WITH sealed AS (UPDATE consents SET number = $2, address = $3, sealed_at = $4, key_id = $5, previous_hash = $6, \
                                hash = $7 WHERE id = $1) \
         INSERT INTO consent_heads (subscription_id, number, hash, key_id, seal) VALUES ($8, $2, $7, $5, $9) \
         ON CONFLICT (subscription_id) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash, seal = EXCLUDED.seal",
    )
    .bind::<Uuid, _>(row.id)
    .bind::<Integer, _>(row.number)
    .bind::<Text, _>(&row.address)
    .bind::<Nullable<Timestamptz>, _>(row.sealed_at)
    .bind::<SmallInt, _>(row.key_id)
    .bind::<Nullable<Binary>, _>(&row.previous_hash)
    .bind::<Binary, _>(&row.hash)
    .bind::<Uuid, _>(head.subscription_id)
    .bind::<Binary, _>(&head.seal)
    .execute(conn)?;
    Ok(())
}
