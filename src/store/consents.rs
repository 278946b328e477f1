//! Consent evidence: rows are added and read, never changed. [`crate::domain::consent_seal`] says how they are sealed.
//!
//! Whoever adds a row holds the lock of its subscription, or has made that in the same transaction: then nobody else adds one
//! meanwhile, and locks are taken in no other order than without evidence. Should that ever be forgotten, the unique number in
//! the chain refuses the second of two rows that follow the same one.

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Binary, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid};

use super::Error;
use crate::domain::consent::{Consent, NewConsent};
use crate::domain::consent_chain::Chain;
use crate::domain::consent_seal::{Evidence, EvidenceKeys, Head, Place};
use crate::domain::id::{NewsletterId, SubscriptionId};
use crate::domain::subscription::SubscriptionStatus;
use crate::schema::consents::dsl;
use crate::schema::{consent_heads, subscribers, subscriptions};

/// Adds rows to their chains; one statement for each, and one before unless all of them begin a chain. The caller holds the
/// locks of the subscriptions.
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
    let mut places = if asked.is_empty() {
        Vec::new()
    } else {
        places(conn, &asked)?
    };
    for consent in consents {
        let of = consent.subscription_id();
        if !places.iter().any(|place| place.subscription_id == of) {
            places.extend(consent.place().cloned());
        }
        let place = places.iter_mut().find(|place| place.subscription_id == of);
        let place = place.ok_or(diesel::result::Error::NotFound)?;
        let sealed = keys.seal(consent, place);
        let (row, head) = sealed.ok_or(diesel::result::Error::NotFound)?;
        place.newest = Some((head.number, head.hash.clone()));
        append(conn, &row, &head)?;
    }
    Ok(())
}

/// A row as it is read: id, newsletter, address, number and hash of the newest.
type Found = (
    SubscriptionId,
    NewsletterId,
    String,
    Option<i32>,
    Option<Vec<u8>>,
);

/// Where the next rows of these subscriptions go.
fn places(conn: &mut PgConnection, ids: &[SubscriptionId]) -> Result<Vec<Place>, Error> {
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
        ))
        .load(conn)?;
    let places = found.into_iter().map(
        |(subscription_id, newsletter_id, address, number, hash)| Place {
            subscription_id,
            newsletter_id,
            address,
            newest: number.zip(hash),
        },
    );
    Ok(places.collect())
}

/// Writes a row and the end of its chain in one statement, which is prepared once and kept.
fn append(conn: &mut PgConnection, row: &Evidence, head: &Head) -> Result<(), Error> {
    Ok(Append { row, head }.execute(conn).map(drop)?)
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
                 key_id, previous_hash, hash) VALUES (",
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
