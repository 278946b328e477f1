//! Feeds as sources of articles: who fetches which when, and what becomes of what was fetched.
//!
//! A fetch is claimed in one transaction and recorded in another; nothing is open while the network is asked. The claim
//! is a lease with an id of its own: whoever comes back after it was taken over changes nothing.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::article::ArticleChange;
use crate::domain::change::Change;
use crate::domain::feed::{
    Feed, FeedItemRow, FeedItemStatus, FeedStatus, FetchFailure, NewFeed, Pace,
};
use crate::domain::fingerprint::fingerprint;
use crate::domain::id::{ArticleId, FeedClaimId, FeedId};
use crate::domain::language::Language;
use crate::feed::{self, Defaults, Document, FeedItem};
use crate::store::articles::Put;
use crate::store::{self, articles, feeds};

/// Octets of an identity or a title that are kept to show it.
const SHOWN_CHARS: usize = 500;

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

/// What a fetch gave.
#[derive(Debug)]
pub enum Fetched {
    /// Nothing new.
    Unchanged {
        /// The new address, after permanent redirects.
        moved_to: Option<String>,
    },
    /// A document.
    New {
        /// What was read.
        document: Box<Document>,
        /// The new address, after permanent redirects.
        moved_to: Option<String>,
        /// For the next request.
        etag: Option<String>,
        /// For the next request.
        last_modified: Option<String>,
    },
    /// An error.
    Failed(FetchFailure),
}

/// How many items became what in one fetch; those that had not changed are in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(
    missing_docs,
    reason = "the statuses of items, and the changes of articles"
)]
pub struct Counts {
    pub created: usize,
    pub updated: usize,
    pub pending: usize,
    pub irrelevant: usize,
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
        ..before
    };
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

/// Forgets a feed; its articles stay.
///
/// # Errors
/// [`Error::NotFound`].
pub fn remove(conn: &mut PgConnection, id: FeedId) -> Result<(), Error> {
    if feeds::delete(conn, id)? {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// How long a fetch may take before another server takes over: twice the longest one, and a minute for the database.
fn lease(settings: &config::Fetch) -> SignedDuration {
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

/// Writes down what a fetch gave: articles, items and the feed in one transaction; `usual` is the language of items whose
/// language nobody names and the text does not tell. `None` when the claim was lost: then
/// nothing changes.
///
/// # Errors
/// Database errors.
pub fn record(
    conn: &mut PgConnection,
    now: Timestamp,
    claimed: &Feed,
    fetched: Fetched,
    pace: &Pace,
    usual: Option<&Language>,
) -> Result<Option<Counts>, Error> {
    let Some(feed) =
        feeds::lock(conn, claimed.id)?.filter(|feed| feed.claim_id == claimed.claim_id)
    else {
        return Ok(None);
    };
    // Settings may have changed meanwhile: then it is due again, whatever this fetch gave.
    let is_stale = feed.updated_at != claimed.updated_at;
    let mut counts = Counts::default();
    let mut after = match fetched {
        Fetched::Failed(failure) => feed.failed(now, &failure, pace),
        Fetched::Unchanged { moved_to } => move_to(conn, feed.fetched(now, 304, pace), moved_to)?,
        Fetched::New {
            document,
            moved_to,
            etag,
            last_modified,
        } => {
            counts = take_items(conn, now, &feed, &document, usual)?;
            let mut after = move_to(conn, feed.fetched(now, 200, pace), moved_to)?;
            after.etag = etag;
            after.last_modified = last_modified;
            if after.title.is_empty() {
                after.title = document.title;
            }
            after
        }
    };
    if is_stale {
        after.etag = None;
        after.last_modified = None;
        after.next_fetch_at = now;
    }
    feeds::update(conn, after)?;
    Ok(Some(counts))
}

/// The feed at the address where permanent redirects led, unless another feed has that.
fn move_to(
    conn: &mut PgConnection,
    mut feed: Feed,
    moved_to: Option<String>,
) -> Result<Feed, Error> {
    let Some(url) = moved_to.filter(|url| *url != feed.url) else {
        return Ok(feed);
    };
    match feeds::find_by_url(conn, &url)? {
        None => feed.url = url,
        Some(other) => {
            feed.last_error = Some(format!(
                "it moved to {url}, which is the feed {} already; remove one",
                other.id
            ));
        }
    }
    Ok(feed)
}

fn take_items(
    conn: &mut PgConnection,
    now: Timestamp,
    feed: &Feed,
    document: &Document,
    usual: Option<&Language>,
) -> Result<Counts, Error> {
    let defaults = Defaults {
        section: feed.section.clone(),
        topics: feed.topics.clone(),
        language: feed.language.clone(),
        document_language: document.language.clone(),
        usual_language: usual.cloned(),
    };
    let marks: Vec<String> = document
        .items
        .iter()
        .map(|item| identity_mark(&item.identity))
        .collect();
    let known = feeds::known_items(conn, feed.id, &marks)?;
    let known: HashMap<&str, &FeedItemRow> = known
        .iter()
        .map(|row| (row.identity_mark.as_str(), row))
        .collect();
    let mut counts = Counts::default();
    let mut rows = Vec::new();
    for (item, mark) in document.items.iter().zip(&marks) {
        let before = known.get(mark.as_str()).copied();
        let content_mark = feed::mark(item, &defaults);
        if before.is_some_and(|row| {
            row.content_mark == content_mark && row.status != FeedItemStatus::Pending
        }) {
            continue;
        }
        let (status, detail, article_id) =
            take_item(conn, now, feed, item, before, &defaults, &mut counts)?;
        rows.push(FeedItemRow {
            feed_id: feed.id,
            identity_mark: mark.clone(),
            identity: item.identity.chars().take(SHOWN_CHARS).collect(),
            title: item.title.clone(),
            url: item.link.clone(),
            status,
            detail,
            content_mark,
            published_at: item.dated_at(),
            article_id,
            first_seen_at: before.map_or(now, |row| row.first_seen_at),
            updated_at: now,
        });
    }
    feeds::put_items(conn, &rows)?;
    Ok(counts)
}

fn identity_mark(identity: &str) -> String {
    fingerprint(identity.as_bytes(), 32)
}

type Taken = (FeedItemStatus, Option<String>, Option<ArticleId>);

/// What becomes of an item that is new or has changed.
fn take_item(
    conn: &mut PgConnection,
    now: Timestamp,
    feed: &Feed,
    item: &FeedItem,
    before: Option<&FeedItemRow>,
    defaults: &Defaults,
    counts: &mut Counts,
) -> Result<Taken, Error> {
    // What is an article stays one, whatever date an edit gives it.
    let is_stored = before.is_some_and(|row| row.status == FeedItemStatus::Stored);
    if let (false, Some(detail)) = (is_stored, irrelevance(feed, item)) {
        counts.irrelevant += 1;
        return Ok((FeedItemStatus::Irrelevant, Some(detail), None));
    }
    let pending = |detail: String| (FeedItemStatus::Pending, Some(detail), None);
    let draft = match feed::draft(item, defaults, &feed::external_id(feed.id, &item.identity)) {
        Ok(draft) => draft,
        Err(cause) if is_stored => {
            // The article stays as it was; the next change is looked at again.
            let article_id = before.and_then(|row| row.article_id);
            return Ok((FeedItemStatus::Stored, Some(cause.to_string()), article_id));
        }
        Err(cause) => {
            counts.pending += 1;
            return Ok(pending(cause.to_string()));
        }
    };
    match articles::put(conn, now, &draft)? {
        Put::Done(article, change) => {
            match change {
                ArticleChange::Created => counts.created += 1,
                ArticleChange::Updated => counts.updated += 1,
                ArticleChange::Unchanged => {}
            }
            Ok((FeedItemStatus::Stored, None, Some(article.id)))
        }
        Put::SlugTaken(slug) => {
            counts.pending += 1;
            Ok(pending(format!(
                "the slug {slug} belongs to another article"
            )))
        }
    }
}

/// Why an item can never be news here.
fn irrelevance(feed: &Feed, item: &FeedItem) -> Option<String> {
    match item.dated_at() {
        None => Some("it has no date that can be read".to_owned()),
        Some(at) if at < feed.connected_at => {
            Some("it is older than the connection of the feed".to_owned())
        }
        Some(_) => None,
    }
}
