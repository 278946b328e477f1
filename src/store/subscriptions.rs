//! Subscriptions. A change of status goes through here, and a trigger cancels what is still queued.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::{NewsletterId, SubscriberId, SubscriptionId};
use crate::domain::newsletter::Newsletter;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::schema::newsletters;
use crate::schema::subscriptions::dsl;

/// Adds a subscription.
///
/// # Errors
/// [`Error::Duplicate`] with `subscriptions_subscriber_newsletter_key`.
pub fn insert(conn: &mut PgConnection, subscription: Subscription) -> Result<(), Error> {
    diesel::insert_into(dsl::subscriptions)
        .values(subscription)
        .execute(conn)?;
    Ok(())
}

/// Adds several at once.
///
/// # Errors
/// Database errors.
pub fn insert_all(conn: &mut PgConnection, mut new: Vec<Subscription>) -> Result<(), Error> {
    // The statement for one row is prepared once and kept, those for several are not.
    match new.len() {
        0 => Ok(()),
        1 => new.pop().map_or(Ok(()), |one| insert(conn, one)),
        _ => {
            diesel::insert_into(dsl::subscriptions)
                .values(new)
                .execute(conn)?;
            Ok(())
        }
    }
}

/// Those of a subscriber's subscriptions that are to `newsletters`, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_of(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    newsletters: &[NewsletterId],
) -> Result<Vec<Subscription>, Error> {
    Ok(dsl::subscriptions
        .filter(dsl::subscriber_id.eq(subscriber).and(dsl::newsletter_id.eq_any(newsletters)))
        // One order for all, so that two transactions cannot wait for each other.
        .order(dsl::id)
        .select(Subscription::as_select())
        .for_update()
        .load(conn)?)
}

/// Those of several subscribers' subscriptions that are to `newsletters`, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_among(
    conn: &mut PgConnection,
    subscribers: &[SubscriberId],
    newsletters: &[NewsletterId],
) -> Result<Vec<Subscription>, Error> {
    Ok(dsl::subscriptions
        .filter(
            dsl::subscriber_id
                .eq_any(subscribers)
                .and(dsl::newsletter_id.eq_any(newsletters)),
        )
        // One order for all, so that two transactions cannot wait for each other.
        .order(dsl::id)
        .select(Subscription::as_select())
        .for_update()
        .load(conn)?)
}

/// All of a subscriber's subscriptions, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_all_of(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
) -> Result<Vec<Subscription>, Error> {
    Ok(dsl::subscriptions
        .filter(dsl::subscriber_id.eq(subscriber))
        // One order for all, so that two transactions cannot wait for each other.
        .order(dsl::id)
        .select(Subscription::as_select())
        .for_update()
        .load(conn)?)
}

/// Lets at most `limit` subscriptions go on whose pause was to end by `now`; returns which. Rows that somebody else holds wait
/// for the next time.
///
/// # Errors
/// Database errors.
pub fn resume_due(
    conn: &mut PgConnection,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<SubscriptionId>, Error> {
    let due: Vec<SubscriptionId> = dsl::subscriptions
        .filter(
            dsl::status
                .eq(SubscriptionStatus::Paused)
                .and(dsl::paused_until.le(now.to_diesel())),
        )
        .order((dsl::paused_until, dsl::id))
        .limit(limit)
        .select(dsl::id)
        .for_update()
        .skip_locked()
        .load(conn)?;
    diesel::update(dsl::subscriptions.filter(dsl::id.eq_any(&due)))
        .set((
            dsl::status.eq(SubscriptionStatus::Active),
            dsl::paused_until.eq(None::<jiff_diesel::Timestamp>),
        ))
        .execute(conn)?;
    Ok(due)
}

/// The subscription, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, id: SubscriptionId) -> Result<Option<Subscription>, Error> {
    Ok(dsl::subscriptions
        .find(id)
        .select(Subscription::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// The subscription.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: SubscriptionId) -> Result<Option<Subscription>, Error> {
    Ok(dsl::subscriptions
        .find(id)
        .select(Subscription::as_select())
        .first(conn)
        .optional()?)
}

/// The subscriptions with these ids, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(
    conn: &mut PgConnection,
    ids: &[SubscriptionId],
) -> Result<Vec<Subscription>, Error> {
    Ok(dsl::subscriptions
        .filter(dsl::id.eq_any(ids))
        .select(Subscription::as_select())
        .load(conn)?)
}

/// Everything that a subscriber asked for, with the newsletters.
///
/// # Errors
/// Database errors.
pub fn all_of(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
) -> Result<Vec<(Subscription, Newsletter)>, Error> {
    Ok(dsl::subscriptions
        .inner_join(newsletters::table.on(newsletters::id.eq(dsl::newsletter_id)))
        .filter(dsl::subscriber_id.eq(subscriber))
        .order(dsl::id)
        .select((Subscription::as_select(), Newsletter::as_select()))
        .load(conn)?)
}

/// Writes everything but rhythm and mark of a subscription that the caller has locked.
///
/// # Errors
/// Database errors.
pub fn update(conn: &mut PgConnection, subscription: &Subscription) -> Result<(), Error> {
    diesel::update(dsl::subscriptions.find(subscription.id))
        .set((
            dsl::status.eq(subscription.status),
            dsl::language.eq(&subscription.language),
            dsl::requested_at.eq(subscription.requested_at.to_diesel()),
            dsl::confirmed_at.eq(subscription
                .confirmed_at
                .map(|at: Timestamp| at.to_diesel())),
            dsl::ended_at.eq(subscription.ended_at.map(|at: Timestamp| at.to_diesel())),
            dsl::left_as.eq(subscription.left_as),
            dsl::paused_until.eq(subscription
                .paused_until
                .map(|at: Timestamp| at.to_diesel())),
            dsl::is_text_only.eq(subscription.is_text_only),
            dsl::has_given_reason.eq(subscription.has_given_reason),
        ))
        .execute(conn)?;
    Ok(())
}

/// Those from `first` to `last`, both included, who want text only.
///
/// # Errors
/// Database errors.
pub fn text_only_between(
    conn: &mut PgConnection,
    first: SubscriptionId,
    last: SubscriptionId,
) -> Result<Vec<SubscriptionId>, Error> {
    Ok(dsl::subscriptions
        .filter(dsl::is_text_only.and(dsl::id.between(first, last)))
        .select(dsl::id)
        .load(conn)?)
}

/// Whether the newsletter has any active reader, without counting them.
///
/// # Errors
/// Database errors.
pub fn any_active(conn: &mut PgConnection, newsletter: NewsletterId) -> Result<bool, Error> {
    let active = dsl::subscriptions.filter(
        dsl::newsletter_id
            .eq(newsletter)
            .and(dsl::status.eq(SubscriptionStatus::Active)),
    );
    Ok(diesel::select(diesel::dsl::exists(active)).get_result(conn)?)
}
