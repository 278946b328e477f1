//! What hubs are asked for, what they ask back, and what they push.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::Timestamp;
use uuid::Uuid;

use super::record::take_items;
use super::{Counts, Error};
use crate::domain::feed::{Feed, FeedStatus};
use crate::domain::hub_subscription::{HubOffer, HubSubscription, HubWish, Verification, Verified};
use crate::domain::id::{FeedId, HubSubscriptionId};
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::feed::Document;
use crate::store::{feeds, hubs};

/// What a hub says by calling back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    /// It asks whether it was really us.
    Verification(Verification),
    /// It does not want to.
    Denial {
        /// For which address.
        topic: String,
        /// Why.
        reason: String,
    },
}

/// What became of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// It was read.
    Taken(Counts),
    /// Nobody looks at the feed now.
    Ignored,
}

/// The subscriptions of these feeds.
///
/// # Errors
/// Database errors.
pub fn subscriptions_of(
    conn: &mut PgConnection,
    ids: &[FeedId],
) -> Result<HashMap<FeedId, HubSubscription>, Error> {
    let rows = hubs::of_feeds(conn, ids)?.into_iter();
    Ok(rows
        .filter_map(|row| row.feed_id.map(|feed| (feed, row)))
        .collect())
}

/// Takes what a feed says of its hub: a new one is to be asked, and one that it names no more is to be told.
pub(super) fn take_offer(
    conn: &mut PgConnection,
    now: Timestamp,
    feed: &Feed,
    offer: Option<HubOffer>,
) -> Result<(), Error> {
    if let Some(before) = hubs::lock_of_feed(conn, feed.id)? {
        let is_same =
            |offer: &HubOffer| (&offer.hub_url, &offer.topic) == (&before.hub_url, &before.topic);
        if offer.as_ref().is_some_and(is_same) {
            return Ok(());
        }
        end(conn, now, &before)?;
    }
    if let Some(offer) = offer {
        hubs::insert(
            conn,
            HubSubscription::new(now, feed.id, offer, Uuid::new_v4()),
        )?;
    }
    Ok(())
}

/// Has the subscription of a feed ended, if there is one.
pub(super) fn leave(conn: &mut PgConnection, now: Timestamp, feed: FeedId) -> Result<(), Error> {
    match hubs::lock_of_feed(conn, feed)? {
        Some(row) => end(conn, now, &row),
        None => Ok(()),
    }
}

fn end(conn: &mut PgConnection, now: Timestamp, row: &HubSubscription) -> Result<(), Error> {
    if row.asked_at.is_none() && row.lease_ends_at.is_none() {
        // The hub has never heard of us.
        return Ok(hubs::delete(conn, row.id)?);
    }
    Ok(hubs::update(conn, row.unwanted(now))?)
}

/// Takes hubs that are to be asked now, at most `limit`, and notes that they are being asked: one may ask back before its own
/// answer has come.
///
/// # Errors
/// Database errors.
pub fn take_due_hubs(
    conn: &mut PgConnection,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<HubSubscription>, Error> {
    let mut taken = Vec::new();
    for row in hubs::lock_due(conn, now, i64::from(limit))? {
        match row.asked(now) {
            Some(asked) => {
                hubs::update(conn, asked.clone())?;
                taken.push(asked);
            }
            None => hubs::delete(conn, row.id)?,
        }
    }
    Ok(taken)
}

/// Notes why a hub could not be asked, or what was wrong with a push.
///
/// # Errors
/// Database errors.
pub fn note_hub_error(
    conn: &mut PgConnection,
    id: HubSubscriptionId,
    error: &str,
) -> Result<(), Error> {
    if let Some(row) = hubs::lock(conn, id)? {
        hubs::update(conn, row.noted(error))?;
    }
    Ok(())
}

/// The subscription that the address names which a hub called.
///
/// # Errors
/// [`Error::NotAsked`] for an address that is not ours, or of a subscription that has ended.
pub fn called_subscription(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    token: &str,
) -> Result<HubSubscription, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::NotAsked)?;
    hubs::find(conn, token.id.into())?
        .filter(|row| keys.verify(Purpose::HubCallback, &token, row.nonce))
        .ok_or(Error::NotAsked)
}

/// Answers a hub that asks back. Only what it was asked for counts.
///
/// # Errors
/// [`Error::NotAsked`]; then nothing changes.
pub fn answer_hub(
    conn: &mut PgConnection,
    now: Timestamp,
    id: HubSubscriptionId,
    call: &Call,
) -> Result<(), Error> {
    let row = hubs::lock(conn, id)?.ok_or(Error::NotAsked)?;
    match call {
        Call::Verification(by) => match row.verified(now, by).ok_or(Error::NotAsked)? {
            Verified::Standing(row) => hubs::update(conn, *row)?,
            Verified::Ended => hubs::delete(conn, id)?,
        },
        Call::Denial { topic, reason } => {
            let row = row.denied(now, topic, reason).ok_or(Error::NotAsked)?;
            hubs::update(conn, row)?;
        }
    }
    Ok(())
}

/// Takes a pushed document, whose signature was right: by the same rules as one that was fetched. When the feed is looked at
/// next does not change.
///
/// # Errors
/// [`Error::NotAsked`] when the subscription has ended meanwhile.
pub fn take_push(
    conn: &mut PgConnection,
    now: Timestamp,
    id: HubSubscriptionId,
    document: &Document,
    usual: Option<&Language>,
) -> Result<Pushed, Error> {
    let feed = hubs::find(conn, id)?.and_then(|row| row.feed_id);
    // The feed first, as everywhere.
    let feed = feeds::lock(conn, feed.ok_or(Error::NotAsked)?)?.ok_or(Error::NotAsked)?;
    let row = hubs::lock(conn, id)?.ok_or(Error::NotAsked)?;
    if feed.status != FeedStatus::Active || row.wish != HubWish::Subscribe {
        return Ok(Pushed::Ignored);
    }
    let counts = take_items(conn, now, &feed, document, usual)?;
    let pushed = HubSubscription {
        last_push_at: Some(now),
        last_error: None,
        ..row
    };
    hubs::update(conn, pushed)?;
    Ok(Pushed::Taken(counts))
}

/// Has the feed looked at at once: its hub says that there is something, without saying what.
///
/// # Errors
/// [`Error::NotAsked`] when the subscription has ended meanwhile.
pub fn take_ping(
    conn: &mut PgConnection,
    now: Timestamp,
    id: HubSubscriptionId,
) -> Result<(), Error> {
    let feed = hubs::find(conn, id)?.and_then(|row| row.feed_id);
    let feed = feeds::lock(conn, feed.ok_or(Error::NotAsked)?)?.ok_or(Error::NotAsked)?;
    let row = hubs::lock(conn, id)?.ok_or(Error::NotAsked)?;
    let pushed = HubSubscription {
        last_push_at: Some(now),
        ..row
    };
    hubs::update(conn, pushed)?;
    let due = Feed {
        next_fetch_at: now,
        ..feed
    };
    Ok(feeds::update(conn, due)?)
}
