//! Seals rows of consent from before there were seals: once, as a part of one migration, under a lock that keeps writers out.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{
    Array, BigInt, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid,
};
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
        let (mut rows, mut heads) = (Vec::new(), Vec::new());
        for old in batch {
            let before = head
                .take()
                .filter(|head: &Head| head.subscription_id == old.subscription_id);
            let newsletter = old.newsletter_id;
            let sealed = keys.seal_row(unsealed(old, before.as_ref(), now.into()), newsletter);
            let (row, new) = sealed.ok_or(diesel::result::Error::NotFound)?;
            // Only the last of each subscription stays.
            heads.pop_if(|last: &mut Head| last.subscription_id == new.subscription_id);
            heads.push(new.clone());
            rows.push(row);
            head = Some(new);
        }
        write_rows(conn, &rows)?;
        write_heads(conn, &heads)?;
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
        obtained_at: None,
        sealed_at: Some(now),
        key_id: 0,
        previous_hash: before.map(|head| head.hash.clone()),
        hash: Vec::new(),
    }
}

fn write_rows(conn: &mut PgConnection, rows: &[Evidence]) -> Result<(), Error> {
    let column = |of: fn(&Evidence) -> Vec<u8>| -> Vec<Vec<u8>> { rows.iter().map(of).collect() };
    diesel::sql_query(
        "UPDATE consents c SET number = v.number, address = v.address, sealed_at = v.sealed_at, key_id = v.key_id, \
                previous_hash = v.previous_hash, hash = v.hash \
           FROM unnest($1, $2, $3, $4, $5, $6, $7) \
                AS v (id, number, address, sealed_at, key_id, previous_hash, hash) WHERE c.id = v.id",
    )
    .bind::<Array<Uuid>, _>(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| &row.address).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(
        rows.iter().map(|row| row.sealed_at).collect::<Vec<_>>(),
    )
    .bind::<Array<SmallInt>, _>(rows.iter().map(|row| row.key_id).collect::<Vec<_>>())
    .bind::<Array<Nullable<Binary>>, _>(
        rows.iter()
            .map(|row| row.previous_hash.clone())
            .collect::<Vec<_>>(),
    )
    .bind::<Array<Binary>, _>(column(|row| row.hash.clone()))
    .execute(conn)?;
    Ok(())
}

fn write_heads(conn: &mut PgConnection, heads: &[Head]) -> Result<(), Error> {
    let column = |of: fn(&Head) -> Vec<u8>| -> Vec<Vec<u8>> { heads.iter().map(of).collect() };
    diesel::sql_query(
        "INSERT INTO consent_heads (subscription_id, number, hash, key_id, seal) SELECT * FROM unnest($1, $2, $3, $4, $5) \
         ON CONFLICT (subscription_id) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash, seal = EXCLUDED.seal",
    )
    .bind::<Array<Uuid>, _>(heads.iter().map(|head| head.subscription_id).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(heads.iter().map(|head| head.number).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(column(|head| head.hash.clone()))
    .bind::<Array<SmallInt>, _>(heads.iter().map(|head| head.key_id).collect::<Vec<_>>())
    .bind::<Array<Binary>, _>(column(|head| head.seal.clone()))
    .execute(conn)?;
    Ok(())
}
