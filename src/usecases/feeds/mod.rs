//! Feeds as sources of articles: who fetches which when, and what becomes of what was fetched.
//!
//! A fetch is claimed in one transaction and recorded in another; nothing is open while the network is asked. The claim
//! is a lease with an id of its own: whoever comes back after it was taken over changes nothing.

mod hub;
mod record;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::change::Change;
use crate::domain::feed::{Feed, FeedItemRow, FeedStatus, NewFeed, Pace};
use crate::domain::id::{FeedClaimId, FeedId};
use crate::domain::language::Language;
use crate::store::{self, feeds};

pub use hub::{
    Call, Pushed, answer_hub, called_subscription, note_hub_error, subscriptions_of, take_due_hubs,
    take_ping, take_push,
};
pub use record::{Counts, Fetched, Page, Recorded, record, record_page};

/// Why something cannot be done with a feed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no feed with this id or address.
    #[error("there is no such feed; `tidings feeds list` shows those that there are")]
    NotFound,
    /// The address is that of another feed.
    #[error("this address is the feed {0} already")]
    UrlTaken(FeedId),
    /// Nobody looks at it.
    #[error("this feed is {0}; set `is_paused` to false first")]
    Inactive(FeedStatus),
    /// A hub calls about something that nobody asked it for.
    #[error("nothing like that was asked for at this address")]
    NotAsked,
    /// A fetch is under way.
    #[error("this feed is being fetched right now; try again in a minute")]
    Busy,
    /// The database failed.
    #[error("cannot read or write the feed")]
    Store(#[from] store::Error),
}

/// Changes of a feed's settings; what is `None` stays.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the columns of Feed, see there")]
pub struct Patch {
    pub url: Option<String>,
    pub title: Option<String>,
    pub section: Option<String>,
    pub topics: Option<Vec<String>>,
    pub language: Change<Language>,
    /// Whether it is to be looked at.
    pub is_paused: Option<bool>,
}

/// How often feeds are looked at by the settings; `random` shifts the time.
#[must_use]
pub fn pace(settings: &config::Feeds, random: u32) -> Pace {
    Pace {
        interval: SignedDuration::from_mins(i64::from(settings.interval_minutes)),
        max_backoff: SignedDuration::from_hours(i64::from(settings.max_backoff_hours)),
        random,
    }
}

/// Adds a feed; it is due at once.
///
/// # Errors
/// [`Error::UrlTaken`].
pub fn add(conn: &mut PgConnection, now: Timestamp, new: NewFeed) -> Result<Feed, Error> {
    if let Some(other) = feeds::find_by_url(conn, &new.url)? {
        return Err(Error::UrlTaken(other.id));
    }
    let feed = Feed::new(now, new);
    feeds::insert(conn, feed.clone())?;
    Ok(feed)
}

/// A page of feeds, newest first.
///
/// # Errors
/// Database errors.
pub fn list(
    conn: &mut PgConnection,
    before: Option<FeedId>,
    limit: i64,
) -> Result<Vec<Feed>, Error> {
    Ok(feeds::page(conn, before, limit)?)
}

/// A feed.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut PgConnection, id: FeedId) -> Result<Feed, Error> {
    feeds::find(conn, id)?.ok_or(Error::NotFound)
}

/// A feed by its id or its address.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_by_name(conn: &mut PgConnection, name: &str) -> Result<Feed, Error> {
    let found = match name.parse() {
        Ok(id) => feeds::find(conn, id)?,
        Err(_) => feeds::find_by_url(conn, name)?,
    };
    found.ok_or(Error::NotFound)
}

/// The last items of a feed.
///
/// # Errors
/// [`Error::NotFound`].
pub fn items(conn: &mut PgConnection, id: FeedId, limit: i64) -> Result<Vec<FeedItemRow>, Error> {
    find(conn, id)?;
    Ok(feeds::recent_items(conn, id, limit)?)
}

/// Changes a feed's settings. It is due at once and read as if for the first time, so that items which waited for a
/// setting get it.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::UrlTaken`].
pub fn change(
    conn: &mut PgConnection,
    now: Timestamp,
    id: FeedId,
    patch: Patch,
) -> Result<Feed, Error> {
    let before = feeds::lock(conn, id)?.ok_or(Error::NotFound)?;
    if let Some(url) = patch.url.as_ref().filter(|url| **url != before.url)
        && let Some(other) = feeds::find_by_url(conn, url)?
    {
        return Err(Error::UrlTaken(other.id));
    }
    let status = match patch.is_paused {
        Some(true) => FeedStatus::Paused,
        Some(false) => FeedStatus::Active,
        None => before.status,
    };
    let is_moved = patch.url.as_ref().is_some_and(|url| *url != before.url);
    let after = Feed {
        url: patch.url.unwrap_or(before.url),
        title: patch.title.unwrap_or(before.title),
        section: patch.section.unwrap_or(before.section),
        topics: patch.topics.unwrap_or(before.topics),
        language: patch.language.apply(before.language),
        status,
        updated_at: now,
        etag: None,
        last_modified: None,
        next_fetch_at: now,
        failures: 0,
        // Another site has posts of its own.
        paging: before.paging.filter(|_| !is_moved),
        ..before
    };
    let after = after.rewound(now);
    feeds::update(conn, after.clone())?;
    Ok(after)
}

/// Has a feed fetched as soon as a worker looks.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Inactive`].
pub fn request(conn: &mut PgConnection, now: Timestamp, id: FeedId) -> Result<Feed, Error> {
    let before = feeds::lock(conn, id)?.ok_or(Error::NotFound)?;
    if before.status != FeedStatus::Active {
        return Err(Error::Inactive(before.status));
    }
    let after = Feed {
        next_fetch_at: now,
        ..before
    };
    feeds::update(conn, after.clone())?;
    Ok(after)
}

/// Forgets a feed; its articles stay, and its hub is told.
///
/// # Errors
/// [`Error::NotFound`].
pub fn remove(conn: &mut PgConnection, now: Timestamp, id: FeedId) -> Result<(), Error> {
    feeds::lock(conn, id)?.ok_or(Error::NotFound)?;
    hub::leave(conn, now, id)?;
    if feeds::delete(conn, id)? {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// How long a fetch may take before another server takes over: twice the longest one, and a minute for the database.
#[must_use]
pub fn lease(settings: &config::Fetch) -> SignedDuration {
    SignedDuration::from_secs(60 + 2 * i64::try_from(settings.timeout_seconds).unwrap_or(60))
}

/// Takes feeds that are due, at most `limit`.
///
/// # Errors
/// Database errors.
pub fn claim_due(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Fetch,
    limit: u32,
) -> Result<Vec<Feed>, Error> {
    let until = now.checked_add(lease(settings)).unwrap_or(now);
    Ok(feeds::claim(
        conn,
        now,
        until,
        FeedClaimId::new(now),
        i64::from(limit),
    )?)
}

/// Takes one feed, due or not.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Busy`].
pub fn claim_one(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Fetch,
    id: FeedId,
) -> Result<Feed, Error> {
    find(conn, id)?;
    let until = now.checked_add(lease(settings)).unwrap_or(now);
    feeds::claim_one(conn, now, until, FeedClaimId::new(now), id)?.ok_or(Error::Busy)
}
