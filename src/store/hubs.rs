//! Subscriptions at `WebSub` hubs.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::feed::FeedStatus;
use crate::domain::hub_subscription::HubSubscription;
use crate::domain::id::{FeedId, HubSubscriptionId};
use crate::schema::feeds::dsl as feeds;
use crate::schema::hub_subscriptions::dsl;

/// Adds a subscription.
///
/// # Errors
/// [`Error::Duplicate`] with `hub_subscriptions_feed_key` when the feed has one.
pub fn insert(conn: &mut PgConnection, row: HubSubscription) -> Result<(), Error> {
    diesel::insert_into(dsl::hub_subscriptions)
        .values(row)
        .execute(conn)?;
    Ok(())
}

/// Writes every column of a subscription that exists.
///
/// # Errors
/// Database errors.
pub fn update(conn: &mut PgConnection, row: HubSubscription) -> Result<(), Error> {
    diesel::update(dsl::hub_subscriptions.find(row.id))
        .set(row)
        .execute(conn)?;
    Ok(())
}

/// Forgets a subscription.
///
/// # Errors
/// Database errors.
pub fn delete(conn: &mut PgConnection, id: HubSubscriptionId) -> Result<(), Error> {
    diesel::delete(dsl::hub_subscriptions.find(id)).execute(conn)?;
    Ok(())
}

/// A subscription.
///
/// # Errors
/// Database errors.
pub fn find(
    conn: &mut PgConnection,
    id: HubSubscriptionId,
) -> Result<Option<HubSubscription>, Error> {
    Ok(dsl::hub_subscriptions
        .find(id)
        .select(HubSubscription::as_select())
        .first(conn)
        .optional()?)
}

/// A subscription, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(
    conn: &mut PgConnection,
    id: HubSubscriptionId,
) -> Result<Option<HubSubscription>, Error> {
    Ok(dsl::hub_subscriptions
        .find(id)
        .select(HubSubscription::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// The subscriptions of these feeds, at most one of each.
///
/// # Errors
/// Database errors.
pub fn of_feeds(conn: &mut PgConnection, ids: &[FeedId]) -> Result<Vec<HubSubscription>, Error> {
    Ok(dsl::hub_subscriptions
        .filter(dsl::feed_id.eq_any(ids))
        .select(HubSubscription::as_select())
        .load(conn)?)
}

/// The subscription of a feed, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_of_feed(
    conn: &mut PgConnection,
    feed: FeedId,
) -> Result<Option<HubSubscription>, Error> {
    Ok(dsl::hub_subscriptions
        .filter(dsl::feed_id.eq(feed))
        .select(HubSubscription::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// Locks up to `limit` subscriptions whose hub is to be asked, longest due first; those of feeds that nobody looks at wait.
/// What another transaction is just taking is passed over.
///
/// # Errors
/// Database errors.
pub fn lock_due(
    conn: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<HubSubscription>, Error> {
    let looked_at = feeds::feeds
        .filter(feeds::status.eq(FeedStatus::Active))
        .select(feeds::id.nullable());
    Ok(dsl::hub_subscriptions
        .filter(dsl::act_at.le(now.to_diesel()))
        .filter(dsl::feed_id.is_null().or(dsl::feed_id.eq_any(looked_at)))
        .order((dsl::act_at, dsl::id))
        .limit(limit)
        .select(HubSubscription::as_select())
        .for_update()
        .skip_locked()
        .load(conn)?)
}
