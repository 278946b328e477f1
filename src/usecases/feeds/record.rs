//! What became of a fetch: articles, items, and when the feed is looked at again.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use super::Error;
use super::hub::take_offer;
use crate::domain::article::ArticleChange;
use crate::domain::feed::{Feed, FeedItemRow, FeedItemStatus, FetchFailure, Pace};
use crate::domain::fingerprint::fingerprint;
use crate::domain::hub_subscription::HubOffer;
use crate::domain::id::ArticleId;
use crate::domain::language::Language;
use crate::domain::wordpress_paging::Step;
use crate::feed::{self, Defaults, Document, FeedItem};
use crate::store::articles::Put;
use crate::store::{articles, feeds};

/// Characters of an identity that are kept to show it.
const SHOWN_CHARS: usize = 500;

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
        /// The hub that it names.
        hub: Option<HubOffer>,
    },
    /// An error.
    Failed(FetchFailure),
}

/// A page of posts of a `WordPress`.
#[derive(Debug)]
pub struct Page {
    /// What was read; `None` when the question was refused.
    pub document: Option<Box<Document>>,
    /// The new address, after permanent redirects.
    pub moved_to: Option<String>,
    /// What is next.
    pub step: Step,
    /// Whether this pass ends here, whatever is next.
    pub is_last: bool,
}

/// What came of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// How many items became what.
    pub counts: Counts,
    /// Whether the claim still holds, to read the next page.
    pub goes_on: bool,
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

impl Counts {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            created: self.created + other.created,
            updated: self.updated + other.updated,
            pending: self.pending + other.pending,
            irrelevant: self.irrelevant + other.irrelevant,
        }
    }
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
            hub,
        } => {
            take_offer(conn, now, &feed, hub)?;
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

/// Writes down a page of posts: articles, items, and up to where the feed has been read, in one transaction. The claim lasts for
/// the next page, unless the pass ends here. `None` when the claim was lost: then nothing changes.
///
/// # Errors
/// Database errors.
pub fn record_page(
    conn: &mut PgConnection,
    now: Timestamp,
    claimed: &Feed,
    page: Page,
    (tempo, lease): (&Pace, SignedDuration),
    usual: Option<&Language>,
) -> Result<Option<Recorded>, Error> {
    let Some(feed) =
        feeds::lock(conn, claimed.id)?.filter(|feed| feed.claim_id == claimed.claim_id)
    else {
        return Ok(None);
    };
    let mut counts = Counts::default();
    if let Some(document) = &page.document {
        counts = take_items(conn, now, &feed, document, usual)?;
    }
    let is_stale = feed.updated_at != claimed.updated_at;
    let goes_on = !(is_stale || page.is_last || page.step.is_round_over);
    let mut after = if is_stale {
        // Settings have changed meanwhile, and with them where to read from.
        Feed {
            next_fetch_at: now,
            ..feed.fetched(now, 200, tempo)
        }
    } else if page.step.is_round_over {
        feed.fetched(now, 200, tempo)
    } else if page.is_last {
        feed.interrupted(now, tempo)
    } else {
        Feed {
            claimed_until: now.checked_add(lease).ok(),
            ..feed
        }
    };
    if !is_stale {
        after.paging = Some(page.step.paging);
        after = move_to(conn, after, page.moved_to)?;
    }
    if after.title.is_empty()
        && let Some(document) = page.document
    {
        after.title = document.title;
    }
    feeds::update(conn, after)?;
    Ok(Some(Recorded { counts, goes_on }))
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

pub(super) fn take_items(
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
