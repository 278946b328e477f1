//! Single mails: adding and reading them. How they move is in [`super::queue`].

use diesel::prelude::*;
use jiff::Timestamp;

use super::Error;
use crate::domain::delivery::{DeliveryKind, NewDelivery};
use crate::domain::id::{NewsletterId, SubscriberId};
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
        .select((dsl::kind, signups::newsletter_ids, dsl::created_at))
        .load(conn)?)
}
