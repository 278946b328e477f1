//! Feeds and what became of their items.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::feed::{Feed, FeedItemRow, FeedStatus};
use crate::domain::id::{FeedClaimId, FeedId};
use crate::schema::feed_items::dsl as items;
use crate::schema::feeds::dsl;

/// Rows of one statement when items are written.
const ROWS: usize = 500;

/// Adds a feed.
///
/// # Errors
/// [`Error::Duplicate`] with `feeds_url_key`.
pub fn insert(conn: &mut PgConnection, feed: Feed) -> Result<(), Error> {
    diesel::insert_into(dsl::feeds).values(feed).execute(conn)?;
    Ok(())
}

/// Writes every column of a feed that exists.
///
/// # Errors
/// [`Error::Duplicate`] with `feeds_url_key`.
pub fn update(conn: &mut PgConnection, feed: Feed) -> Result<(), Error> {
    diesel::update(dsl::feeds.find(feed.id))
        .set(feed)
        .execute(conn)?;
    Ok(())
}

/// Forgets a feed and its items; their articles stay. Returns whether there was one.
///
/// # Errors
/// Database errors.
pub fn delete(conn: &mut PgConnection, id: FeedId) -> Result<bool, Error> {
    Ok(diesel::delete(dsl::feeds.find(id)).execute(conn)? > 0)
}

/// A feed.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: FeedId) -> Result<Option<Feed>, Error> {
    Ok(dsl::feeds
        .find(id)
        .select(Feed::as_select())
        .first(conn)
        .optional()?)
}

/// A feed, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, id: FeedId) -> Result<Option<Feed>, Error> {
    Ok(dsl::feeds
        .find(id)
        .select(Feed::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// The feed at this address.
///
/// # Errors
/// Database errors.
pub fn find_by_url(conn: &mut PgConnection, url: &str) -> Result<Option<Feed>, Error> {
    Ok(dsl::feeds
        .filter(dsl::url.eq(url))
        .select(Feed::as_select())
        .first(conn)
        .optional()?)
}

/// A page of feeds, newest first, before `before`.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    before: Option<FeedId>,
    limit: i64,
) -> Result<Vec<Feed>, Error> {
    let mut query = dsl::feeds
        .select(Feed::as_select())
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// Takes up to `limit` feeds that are due and that nobody fetches, longest due first. Feeds that another transaction is
/// just taking are passed over, so no two servers get the same one.
///
/// # Errors
/// Database errors.
pub fn claim(
    conn: &mut PgConnection,
    now: Timestamp,
    until: Timestamp,
    claim: FeedClaimId,
    limit: i64,
) -> Result<Vec<Feed>, Error> {
    let is_free = dsl::claimed_until
        .is_null()
        .or(dsl::claimed_until.le(now.to_diesel()));
    let due: Vec<FeedId> = dsl::feeds
        .filter(dsl::status.eq(FeedStatus::Active))
        .filter(dsl::next_fetch_at.le(now.to_diesel()))
        .filter(is_free)
        .order((dsl::next_fetch_at, dsl::id))
        .limit(limit)
        .select(dsl::id)
        .for_update()
        .skip_locked()
        .load(conn)?;
    take(conn, &due, until, claim)
}

/// Takes one feed, due or not, unless somebody fetches it.
///
/// # Errors
/// Database errors.
pub fn claim_one(
    conn: &mut PgConnection,
    now: Timestamp,
    until: Timestamp,
    claim: FeedClaimId,
    id: FeedId,
) -> Result<Option<Feed>, Error> {
    let is_free = dsl::claimed_until
        .is_null()
        .or(dsl::claimed_until.le(now.to_diesel()));
    let found: Option<FeedId> = dsl::feeds
        .filter(dsl::id.eq(id))
        .filter(is_free)
        .select(dsl::id)
        .for_update()
        .first(conn)
        .optional()?;
    let ids: Vec<FeedId> = found.into_iter().collect();
    Ok(take(conn, &ids, until, claim)?.pop())
}

fn take(
    conn: &mut PgConnection,
    ids: &[FeedId],
    until: Timestamp,
    claim: FeedClaimId,
) -> Result<Vec<Feed>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(diesel::update(dsl::feeds.filter(dsl::id.eq_any(ids)))
        .set((
            dsl::claim_id.eq(claim),
            dsl::claimed_until.eq(until.to_diesel()),
        ))
        .returning(Feed::as_returning())
        .get_results(conn)?)
}

/// What is known of the items with these marks.
///
/// # Errors
/// Database errors.
pub fn known_items(
    conn: &mut PgConnection,
    feed: FeedId,
    marks: &[String],
) -> Result<Vec<FeedItemRow>, Error> {
    Ok(items::feed_items
        .filter(items::feed_id.eq(feed))
        .filter(items::identity_mark.eq_any(marks))
        .select(FeedItemRow::as_select())
        .load(conn)?)
}

/// Writes what became of items, new and known ones.
///
/// # Errors
/// Database errors.
pub fn put_items(conn: &mut PgConnection, rows: &[FeedItemRow]) -> Result<(), Error> {
    use diesel::upsert::excluded;
    for rows in rows.chunks(ROWS) {
        diesel::insert_into(items::feed_items)
            .values(rows.to_vec())
            .on_conflict((items::feed_id, items::identity_mark))
            .do_update()
            .set((
                items::title.eq(excluded(items::title)),
                items::url.eq(excluded(items::url)),
                items::status.eq(excluded(items::status)),
                items::detail.eq(excluded(items::detail)),
                items::content_mark.eq(excluded(items::content_mark)),
                items::published_at.eq(excluded(items::published_at)),
                items::article_id.eq(excluded(items::article_id)),
                items::updated_at.eq(excluded(items::updated_at)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The items that came last, at most `limit`.
///
/// # Errors
/// Database errors.
pub fn recent_items(
    conn: &mut PgConnection,
    feed: FeedId,
    limit: i64,
) -> Result<Vec<FeedItemRow>, Error> {
    Ok(items::feed_items
        .filter(items::feed_id.eq(feed))
        .order((items::first_seen_at.desc(), items::identity_mark))
        .limit(limit)
        .select(FeedItemRow::as_select())
        .load(conn)?)
}
