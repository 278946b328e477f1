//! Consent evidence: rows are added and read, never changed. [`crate::domain::consent_seal`] says how they are sealed.
//!
//! Whoever adds a row holds the lock of its subscription, or has made that in the same transaction: then nobody else adds one
//! meanwhile, and locks are taken in no other order than without evidence. Should that ever be forgotten, the unique number in
//! the chain refuses the second of two rows that follow the same one.

use std::collections::HashMap;

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid};

use super::Error;
use crate::domain::consent::{Consent, NewConsent};
use crate::domain::consent_chain::Chain;
use crate::domain::consent_seal::{Evidence, EvidenceKeys, Head, Place};
use crate::domain::id::{NewsletterId, SubscriptionId};
use crate::domain::subscription::SubscriptionStatus;
use crate::schema::consents::dsl;
use crate::schema::{consent_heads, subscribers, subscriptions};

/// Adds rows to their chains in one statement, after another one unless all of them begin a chain. The caller holds the locks of
/// the subscriptions.
///
/// # Errors
/// [`Error::Duplicate`] with `consents_subscription_number_key` when somebody else added a row meanwhile; database errors.
pub fn insert(
    conn: &mut PgConnection,
    keys: &EvidenceKeys,
    consents: Vec<NewConsent>,
) -> Result<(), Error> {
    let asked = consents.iter().filter(|consent| consent.place().is_none());
    let asked: Vec<SubscriptionId> = asked.map(NewConsent::subscription_id).collect();
    let found = if asked.is_empty() {
        Vec::new()
    } else {
        places(conn, &asked)?
    };
    let mut places: HashMap<SubscriptionId, Place> = found
        .into_iter()
        .map(|place| (place.subscription_id, place))
        .collect();
    let mut rows = Vec::with_capacity(consents.len());
    let mut heads = HashMap::new();
    for consent in consents {
        let of = consent.subscription_id();
        if let Some(first) = consent.place() {
            places.entry(of).or_insert_with(|| first.clone());
        }
        let place = places.get_mut(&of).ok_or(diesel::result::Error::NotFound)?;
        let sealed = keys.seal(consent, place);
        let (row, head) = sealed.ok_or(diesel::result::Error::NotFound)?;
        place.newest = Some((head.number, head.hash.clone()));
        rows.push(row);
        // Only the last one of a chain is its end.
        heads.insert(of, head);
    }
    let heads: Vec<Head> = heads.into_values().collect();
    match (rows.as_slice(), heads.as_slice()) {
        ([], _) => Ok(()),
        ([row], [head]) => append(conn, row, head),
        _ => append_all(conn, &rows, heads),
    }
}

/// A row as it is read: id, newsletter, address, number and hash of the end that is noted, number of the last row.
type Found = (
    SubscriptionId,
    NewsletterId,
    String,
    Option<i32>,
    Option<Vec<u8>>,
    Option<i32>,
);

/// Where the next rows of these subscriptions go. One statement: what is noted and what is there are of one moment.
fn places(conn: &mut PgConnection, ids: &[SubscriptionId]) -> Result<Vec<Place>, Error> {
    let last = dsl::consents
        .filter(dsl::subscription_id.eq(subscriptions::id))
        .select(max(dsl::number))
        .single_value();
    let found: Vec<Found> = subscriptions::table
        .inner_join(subscribers::table.on(subscribers::id.eq(subscriptions::subscriber_id)))
        .left_join(consent_heads::table.on(consent_heads::subscription_id.eq(subscriptions::id)))
        .filter(subscriptions::id.eq_any(ids))
        .select((
            subscriptions::id,
            subscriptions::newsletter_id,
            subscribers::address,
            consent_heads::number.nullable(),
            consent_heads::hash.nullable(),
            last,
        ))
        .load(conn)?;
    let places = found.into_iter().map(
        |(subscription_id, newsletter_id, address, number, hash, last)| Place {
            newest: newest(number.zip(hash), last),
            subscription_id,
            newsletter_id,
            address,
        },
    );
    Ok(places.collect())
}

/// What the next row follows. Where the end that is noted is not that of the rows, somebody tampered with them: readers can confirm and
/// leave nevertheless, and a number is left out, so that it shows for ever and no later row hides it.
fn newest(head: Option<(i32, Vec<u8>)>, last: Option<i32>) -> Option<(i32, Vec<u8>)> {
    let noted = head.as_ref().map(|(number, _)| *number);
    if noted == last {
        return head;
    }
    let hash = head.map_or_else(|| vec![0; 32], |(_, hash)| hash);
    let number = noted.max(last)?;
    Some((number.saturating_add(1), hash))
}

/// Writes a row and the end of its chain in one statement, which is prepared once and kept.
fn append(conn: &mut PgConnection, row: &Evidence, head: &Head) -> Result<(), Error> {
    Ok(Append { row, head }.execute(conn).map(drop)?)
}

fn all<T, C>(rows: &[T], column: impl Fn(&T) -> C) -> Vec<C> {
    rows.iter().map(column).collect()
}

/// The same for several rows.
fn append_all(
    conn: &mut PgConnection,
    rows: &[Evidence],
    mut heads: Vec<Head>,
) -> Result<(), Error> {
    // The order in which rows are locked; their subscriptions are locked already.
    heads.sort_unstable_by_key(|head| head.subscription_id);
    diesel::sql_query(
        "WITH added AS (INSERT INTO consents (id, subscription_id, number, action, source, wording, \
             wording_version, language, page_url, address, user_agent, client_address, recorded_at, sealed_at, \
             key_id, previous_hash, hash, obtained_at) \
             SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)) \
         INSERT INTO consent_heads AS h (subscription_id, number, hash, key_id, seal) \
             SELECT * FROM unnest($19, $20, $21, $22, $23) \
             ON CONFLICT (subscription_id) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash, \
                 key_id = EXCLUDED.key_id, seal = EXCLUDED.seal",
    )
    .bind::<Array<Uuid>, _>(all(rows, |row| row.id))
    .bind::<Array<Uuid>, _>(all(rows, |row| row.subscription_id))
    .bind::<Array<Integer>, _>(all(rows, |row| row.number))
    .bind::<Array<Text>, _>(all(rows, |row| row.action.clone()))
    .bind::<Array<Text>, _>(all(rows, |row| row.source.clone()))
    .bind::<Array<Text>, _>(all(rows, |row| row.wording.clone()))
    .bind::<Array<Text>, _>(all(rows, |row| row.wording_version.clone()))
    .bind::<Array<Text>, _>(all(rows, |row| row.language.clone()))
    .bind::<Array<Nullable<Text>>, _>(all(rows, |row| row.page_url.clone()))
    .bind::<Array<Text>, _>(all(rows, |row| row.address.clone()))
    .bind::<Array<Nullable<Text>>, _>(all(rows, |row| row.user_agent.clone()))
    .bind::<Array<Nullable<Text>>, _>(all(rows, |row| row.client_address.clone()))
    .bind::<Array<Timestamptz>, _>(all(rows, |row| row.recorded_at))
    .bind::<Array<Nullable<Timestamptz>>, _>(all(rows, |row| row.sealed_at))
    .bind::<Array<SmallInt>, _>(all(rows, |row| row.key_id))
    .bind::<Array<Nullable<Binary>>, _>(all(rows, |row| row.previous_hash.clone()))
    .bind::<Array<Binary>, _>(all(rows, |row| row.hash.clone()))
    .bind::<Array<Nullable<Timestamptz>>, _>(all(rows, |row| row.obtained_at))
    .bind::<Array<Uuid>, _>(all(&heads, |head| head.subscription_id))
    .bind::<Array<Integer>, _>(all(&heads, |head| head.number))
    .bind::<Array<Binary>, _>(all(&heads, |head| head.hash.clone()))
    .bind::<Array<SmallInt>, _>(all(&heads, |head| head.key_id))
    .bind::<Array<Binary>, _>(all(&heads, |head| head.seal.clone()))
    .execute(conn)?;
    Ok(())
}

struct Append<'a> {
    row: &'a Evidence,
    head: &'a Head,
}

impl QueryId for Append<'_> {
    type QueryId = Append<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for Append<'_> {}

impl QueryFragment<diesel::pg::Pg> for Append<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, diesel::pg::Pg>) -> QueryResult<()> {
        let (row, head) = (self.row, self.head);
        out.push_sql(
            "WITH added AS (INSERT INTO consents (id, subscription_id, number, action, source, wording, \
                 wording_version, language, page_url, address, user_agent, client_address, recorded_at, sealed_at, \
                 key_id, previous_hash, hash, obtained_at) VALUES (",
        );
        out.push_bind_param::<Uuid, _>(&row.id)?;
        out.push_sql(", ");
        out.push_bind_param::<Uuid, _>(&row.subscription_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&row.number)?;
        for text in [
            &row.action,
            &row.source,
            &row.wording,
            &row.wording_version,
            &row.language,
        ] {
            out.push_sql(", ");
            out.push_bind_param::<Text, _>(text)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Text>, _>(&row.page_url)?;
        out.push_sql(", ");
        out.push_bind_param::<Text, _>(&row.address)?;
        for text in [&row.user_agent, &row.client_address] {
            out.push_sql(", ");
            out.push_bind_param::<Nullable<Text>, _>(text)?;
        }
        out.push_sql(", ");
        out.push_bind_param::<Timestamptz, _>(&row.recorded_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Timestamptz>, _>(&row.sealed_at)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&row.key_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Binary>, _>(&row.previous_hash)?;
        out.push_sql(", ");
        out.push_bind_param::<Binary, _>(&row.hash)?;
        out.push_sql(", ");
        out.push_bind_param::<Nullable<Timestamptz>, _>(&row.obtained_at)?;
        out.push_sql(
            ")) INSERT INTO consent_heads AS h (subscription_id, number, hash, key_id, seal) VALUES (",
        );
        out.push_bind_param::<Uuid, _>(&head.subscription_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Integer, _>(&head.number)?;
        out.push_sql(", ");
        out.push_bind_param::<Binary, _>(&head.hash)?;
        out.push_sql(", ");
        out.push_bind_param::<SmallInt, _>(&head.key_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Binary, _>(&head.seal)?;
        out.push_sql(
            ") ON CONFLICT (subscription_id) DO UPDATE SET number = EXCLUDED.number, hash = EXCLUDED.hash, \
                 key_id = EXCLUDED.key_id, seal = EXCLUDED.seal",
        );
        Ok(())
    }
}

/// The evidence for these subscriptions, oldest first.
///
/// # Errors
/// Database errors.
pub fn of_subscriptions(
    conn: &mut PgConnection,
    ids: &[SubscriptionId],
) -> Result<Vec<Consent>, Error> {
    Ok(dsl::consents
        .filter(dsl::subscription_id.eq_any(ids))
        .order((dsl::recorded_at, dsl::id))
        .select(Consent::as_select())
        .load(conn)?)
}

/// Lets the transaction see one state from its first statement to its last, and write nothing. The first statement.
///
/// # Errors
/// Database errors.
pub fn read_one_state(conn: &mut PgConnection) -> Result<(), Error> {
    diesel::sql_query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .execute(conn)?;
    Ok(())
}

/// The chains of up to `limit` subscriptions after `after`, of one newsletter or of all, in the order of their subscriptions.
///
/// # Errors
/// Database errors.
pub fn chains(
    conn: &mut PgConnection,
    newsletter: Option<NewsletterId>,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<Chain>, Error> {
    let mut wanted = subscriptions::table
        .left_join(consent_heads::table.on(consent_heads::subscription_id.eq(subscriptions::id)))
        .order(subscriptions::id)
        .limit(limit)
        .into_boxed();
    if let Some(newsletter) = newsletter {
        wanted = wanted.filter(subscriptions::newsletter_id.eq(newsletter));
    }
    if let Some(after) = after {
        wanted = wanted.filter(subscriptions::id.gt(after));
    }
    let found = wanted.select((
        subscriptions::id,
        subscriptions::newsletter_id,
        subscriptions::status,
        Option::<Head>::as_select(),
    ));
    let found: Vec<(
        SubscriptionId,
        NewsletterId,
        SubscriptionStatus,
        Option<Head>,
    )> = found.load(conn)?;
    let ids: Vec<SubscriptionId> = found.iter().map(|(id, ..)| *id).collect();
    let rows: Vec<Evidence> = dsl::consents
        .filter(dsl::subscription_id.eq_any(&ids))
        .order((dsl::subscription_id, dsl::number, dsl::id))
        .select(Evidence::as_select())
        .load(conn)?;
    let mut rows = rows.into_iter().peekable();
    let chains = found
        .into_iter()
        .map(|(subscription_id, newsletter_id, status, head)| Chain {
            subscription_id,
            newsletter_id,
            is_settled: status != SubscriptionStatus::Pending,
            head,
            rows: std::iter::from_fn(|| rows.next_if(|row| row.subscription_id == subscription_id))
                .collect(),
        });
    Ok(chains.collect())
}

/// The chain of one subscription.
///
/// # Errors
/// Database errors.
pub fn chain(conn: &mut PgConnection, id: SubscriptionId) -> Result<Option<Chain>, Error> {
    let found: Option<(NewsletterId, SubscriptionStatus, Option<Head>)> = subscriptions::table
        .left_join(consent_heads::table.on(consent_heads::subscription_id.eq(subscriptions::id)))
        .filter(subscriptions::id.eq(id))
        .select((
            subscriptions::newsletter_id,
            subscriptions::status,
            Option::<Head>::as_select(),
        ))
        .first(conn)
        .optional()?;
    let Some((newsletter_id, status, head)) = found else {
        return Ok(None);
    };
    let rows = dsl::consents
        .filter(dsl::subscription_id.eq(id))
        .order((dsl::number, dsl::id))
        .select(Evidence::as_select())
        .load(conn)?;
    Ok(Some(Chain {
        subscription_id: id,
        newsletter_id,
        is_settled: status != SubscriptionStatus::Pending,
        head,
        rows,
    }))
}

/// Up to `limit` rows whose subscription is not there, which only somebody who took away constraints can have written.
///
/// # Errors
/// Database errors.
pub fn orphans(conn: &mut PgConnection, limit: i64) -> Result<Vec<Evidence>, Error> {
    let of = subscriptions::table.filter(subscriptions::id.eq(dsl::subscription_id));
    Ok(dsl::consents
        .filter(diesel::dsl::not(diesel::dsl::exists(of)))
        .order(dsl::id)
        .limit(limit)
        .select(Evidence::as_select())
        .load(conn)?)
}
