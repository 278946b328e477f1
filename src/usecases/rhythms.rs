//! A reader's rhythm is changed, or a subscription is paused and resumed, by the newsroom in the reader's name.
//!
//! Nothing is lost or repeated by it: the reader keeps the mark up to which everything was sent, and the next edition in the
//! new rhythm begins there.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::id::SubscriberId;
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Pace, Rhythm};
use crate::domain::slug::Slug;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::store::{self, newsletters, rhythms, subscriptions};

/// Why nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The reader has no subscription to this newsletter, or there is no such newsletter.
    #[error("there is no such subscription")]
    NotFound,
    /// It is not confirmed, or has ended.
    #[error(
        "the subscription is {0}: only one that is active can be paused, and only one that is paused can be resumed"
    )]
    Status(SubscriptionStatus),
    /// The database failed.
    #[error("cannot read or write the subscription")]
    Store(#[from] store::Error),
}

/// A subscription as it is then, with its rhythm.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The newsletter.
    pub newsletter: Newsletter,
    /// The subscription.
    pub subscription: Subscription,
    /// The reader's own rhythm.
    pub rhythm: Option<Rhythm>,
}

/// Gives a reader another rhythm for one newsletter.
///
/// # Errors
/// [`Error::NotFound`].
pub fn set_pace(
    conn: &mut PgConnection,
    now: Timestamp,
    subscriber: SubscriberId,
    slug: &Slug,
    pace: &Pace,
) -> Result<Changed, Error> {
    let (newsletter, before) = lock(conn, subscriber, slug)?;
    let rhythm = rhythms::give(conn, now, &before, pace)?;
    after(conn, newsletter, &before, rhythm)
}

/// Sends a reader nothing of one newsletter until it is resumed; what comes meanwhile is in the first edition after that.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Status`].
pub fn pause(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    slug: &Slug,
) -> Result<Changed, Error> {
    turn(
        conn,
        subscriber,
        slug,
        SubscriptionStatus::Active,
        SubscriptionStatus::Paused,
    )
}

/// Lets a paused subscription go on.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Status`].
pub fn resume(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    slug: &Slug,
) -> Result<Changed, Error> {
    turn(
        conn,
        subscriber,
        slug,
        SubscriptionStatus::Paused,
        SubscriptionStatus::Active,
    )
}

fn turn(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    slug: &Slug,
    from: SubscriptionStatus,
    to: SubscriptionStatus,
) -> Result<Changed, Error> {
    let (newsletter, before) = lock(conn, subscriber, slug)?;
    if before.status != to && before.status != from {
        return Err(Error::Status(before.status));
    }
    if before.status == from {
        let changed = Subscription {
            status: to,
            paused_until: None,
            ..before.clone()
        };
        subscriptions::update(conn, &changed)?;
    }
    let rhythm = match before.rhythm_id {
        Some(id) => rhythms::find_all(conn, &[id])?.pop(),
        None => None,
    };
    after(conn, newsletter, &before, rhythm)
}

/// Pauses of so many readers end in one transaction: their rows are locked until it does.
const RESUME_AT_ONCE: i64 = 500;

/// Lets subscriptions go on whose pause was until an instant that has come; returns how many, and whether there may be more.
///
/// # Errors
/// Database errors.
pub fn resume_due(conn: &mut PgConnection, now: Timestamp) -> Result<(usize, bool), Error> {
    let count = subscriptions::resume_due(conn, now, RESUME_AT_ONCE)?.len();
    let is_full = i64::try_from(count).is_ok_and(|count| count >= RESUME_AT_ONCE);
    Ok((count, is_full))
}

/// The newsletter, of which nothing is composed meanwhile, whose end would be the mark, and the reader's subscription to it.
fn lock(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    slug: &Slug,
) -> Result<(Newsletter, Subscription), Error> {
    let newsletter = newsletters::hold_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    rhythms::hold(conn, newsletter.id)?;
    let found = subscriptions::lock_of(conn, subscriber, &[newsletter.id])?.pop();
    Ok((newsletter, found.ok_or(Error::NotFound)?))
}

fn after(
    conn: &mut PgConnection,
    newsletter: Newsletter,
    before: &Subscription,
    rhythm: Option<Rhythm>,
) -> Result<Changed, Error> {
    let subscription = subscriptions::find(conn, before.id)?.ok_or(Error::NotFound)?;
    Ok(Changed {
        newsletter,
        subscription,
        rhythm,
    })
}
