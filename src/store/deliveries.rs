//! Deliveries as a ledger: adding and reading them. How they move is in [`super::queue`].

use diesel::dsl::{count_star, sql};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz, Uuid};
use jiff::Timestamp;

use super::Error;
use crate::domain::delivery::{Delivery, DeliveryKind, DeliveryStatus, NewDelivery};
use crate::domain::id::{DeliveryId, EditionId, NewsletterId, SubscriberId};
use crate::schema::deliveries::dsl;
use crate::schema::signups;

/// Queues one mail.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, delivery: NewDelivery) -> Result<(), Error> {
    diesel::insert_into(dsl::deliveries)
        .values(delivery)
        .execute(conn)?;
    Ok(())
}

/// Queues one mail for each active, unsuppressed reader of the newsletter, in one statement, and returns how
/// many. The ids are UUIDv7 (RFC 9562) like all others: random ones of version 4 whose first 48 bits become the time
/// and whose version becomes 7.
///
/// # Errors
/// Database errors.
pub fn insert_for_edition(
    conn: &mut PgConnection,
    edition: EditionId,
    newsletter: NewsletterId,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<usize, Error> {
    // The statement's time limit is for requests; a million readers may take longer.
    diesel::sql_query("SET LOCAL statement_timeout = '10min'").execute(conn)?;
    Ok(diesel::sql_query(
        "INSERT INTO deliveries (id, kind, priority, edition_id, subscription_id, subscriber_id, status, due_at, \
                                 expires_at, attempt_count, unknown_count, created_at) \
         SELECT encode(set_bit(set_bit(overlay( \
                    uuid_send(gen_random_uuid()) \
                    PLACING substring(int8send((extract(epoch FROM $3) * 1000)::bigint) FROM 3) FROM 1 FOR 6), \
                    52, 1), 53, 1), 'hex')::uuid, 'digest', $5, $1, s.id, s.subscriber_id, 'queued', $3, $4, 0, 0, $3 \
           FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
          WHERE s.newsletter_id = $2 AND s.status = 'active' \
            AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key = p.address_key) \
         ON CONFLICT (edition_id, subscription_id) DO NOTHING",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Uuid, _>(newsletter)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(expires_at))
    .bind::<diesel::sql_types::SmallInt, _>(DeliveryKind::Digest.priority())
    .execute(conn)?)
}

/// A single mail that a sign-up caused.
#[derive(Debug, Clone, Queryable)]
pub struct CausedMail {
    /// What kind.
    pub kind: DeliveryKind,
    /// What it was about.
    pub newsletter_ids: Vec<NewsletterId>,
    created_at: jiff_diesel::Timestamp,
}

impl CausedMail {
    /// When it was queued.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at.to_jiff()
    }
}

/// The single mails that sign-ups caused to a subscriber since `since`.
///
/// The kind is written out: with a parameter in its place a prepared plan cannot use the partial index.
///
/// # Errors
/// Database errors.
pub fn caused_by_signups(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    since: Timestamp,
) -> Result<Vec<CausedMail>, Error> {
    use jiff_diesel::ToDiesel as _;
    Ok(dsl::deliveries
        .inner_join(signups::table.on(dsl::signup_id.eq(signups::id.nullable())))
        .filter(
            dsl::subscriber_id
                .eq(subscriber)
                .and(dsl::created_at.gt(since.to_diesel())),
        )
        .filter(sql::<Bool>("deliveries.kind <> 'digest'"))
        .select((dsl::kind, signups::newsletter_ids, dsl::created_at))
        .load(conn)?)
}

/// How many deliveries of an edition stand where, tests not counted.
///
/// # Errors
/// Database errors.
pub fn counts(
    conn: &mut PgConnection,
    edition: EditionId,
) -> Result<Vec<(DeliveryStatus, i64)>, Error> {
    Ok(dsl::deliveries
        .filter(
            dsl::edition_id
                .eq(edition)
                .and(dsl::kind.eq(DeliveryKind::Digest)),
        )
        .group_by(dsl::status)
        .select((dsl::status, count_star()))
        .load(conn)?)
}

/// A page of an edition's deliveries, after `after`, perhaps only those in one status.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    edition: EditionId,
    status: Option<DeliveryStatus>,
    after: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    let mut query = dsl::deliveries
        .filter(dsl::edition_id.eq(edition))
        .select(Delivery::as_select())
        .order(dsl::id)
        .limit(limit)
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(dsl::status.eq(status));
    }
    if let Some(after) = after {
        query = query.filter(dsl::id.gt(after));
    }
    Ok(query.load(conn)?)
}
