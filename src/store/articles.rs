//! Articles.

use diesel::dsl::exists;
use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::{Error, cut};
use crate::domain::article::{Arrival, Article, ArticleChange, ArticleDraft, ArticleStatus};
use crate::domain::edition::Window;
use crate::domain::fingerprint::fingerprint;
use crate::domain::id::ArticleId;
use crate::domain::slug::Slug;
use crate::schema::articles::dsl;

/// What came of [`put`].
#[derive(Debug)]
pub enum Put {
    /// The article as it is now.
    Done(Box<Article>, ArticleChange),
    /// The wanted slug belongs to another article, and nothing is changed.
    SlugTaken(Slug),
}

/// How often a put begins anew when another transaction takes its slug or its id just before it.
const PUT_ATTEMPTS: usize = 3;

/// Stores an article under the publisher's id: the same twice is the same as once.
///
/// Here and not in a use case, because articles come in by several ways and use cases do not call each other. It is a
/// savepoint of its own, so that a row which fails spoils no other of the same transaction.
///
/// # Errors
/// Database errors.
pub fn put(conn: &mut PgConnection, now: Timestamp, draft: &ArticleDraft) -> Result<Put, Error> {
    let cut = cut::hold(conn)?;
    let arrival = Arrival { now, cut };
    for _ in 1..PUT_ATTEMPTS {
        match conn.transaction(|conn| put_once(conn, arrival, draft)) {
            // What was taken is visible now.
            Err(Error::Duplicate { .. }) => {}
            done => return done,
        }
    }
    conn.transaction(|conn| put_once(conn, arrival, draft))
}

fn put_once(conn: &mut PgConnection, arrival: Arrival, draft: &ArticleDraft) -> Result<Put, Error> {
    if let Some(before) = lock_by_external_id(conn, draft.external_id.as_str())? {
        let after = before.edited(arrival, draft);
        if after == before {
            return Ok(Put::Done(Box::new(before), ArticleChange::Unchanged));
        }
        update(conn, after.clone())?;
        return Ok(Put::Done(Box::new(after), ArticleChange::Updated));
    }
    let slug = match &draft.slug {
        Some(wanted) if slug_is_taken(conn, wanted)? => return Ok(Put::SlugTaken(wanted.clone())),
        Some(wanted) => wanted.clone(),
        None => free_slug(conn, draft)?,
    };
    let article = Article::new(arrival, slug, draft);
    insert(conn, article.clone())?;
    Ok(Put::Done(Box::new(article), ArticleChange::Created))
}

/// A slug made from the title. If another article has it, a short mark of the publisher's id is added, the same each time.
fn free_slug(conn: &mut PgConnection, draft: &ArticleDraft) -> Result<Slug, Error> {
    let slug = Slug::from_title(draft.title.as_str());
    if !slug_is_taken(conn, &slug)? {
        return Ok(slug);
    }
    let mark = fingerprint(draft.external_id.as_str().as_bytes(), 8);
    let head: String = slug.as_str().chars().take(70).collect();
    Ok(Slug::from_title(&format!("{head}-{mark}")))
}

/// Adds an article.
///
/// # Errors
/// [`Error::Duplicate`] with `articles_external_id_key` or `articles_slug_key`.
pub fn insert(conn: &mut PgConnection, article: Article) -> Result<(), Error> {
    diesel::insert_into(dsl::articles)
        .values(article)
        .execute(conn)?;
    Ok(())
}

/// Writes every column of an article that exists.
///
/// # Errors
/// Database errors.
pub fn update(conn: &mut PgConnection, article: Article) -> Result<(), Error> {
    diesel::update(dsl::articles.find(article.id))
        .set(article)
        .execute(conn)?;
    Ok(())
}

/// The article with the publisher's id, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_by_external_id(
    conn: &mut PgConnection,
    external_id: &str,
) -> Result<Option<Article>, Error> {
    Ok(dsl::articles
        .filter(dsl::external_id.eq(external_id))
        .select(Article::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// The article with the publisher's id.
///
/// # Errors
/// Database errors.
pub fn find_by_external_id(
    conn: &mut PgConnection,
    external_id: &str,
) -> Result<Option<Article>, Error> {
    Ok(dsl::articles
        .filter(dsl::external_id.eq(external_id))
        .select(Article::as_select())
        .first(conn)
        .optional()?)
}

/// The article with this slug, if it is visible.
///
/// # Errors
/// Database errors.
pub fn find_visible(conn: &mut PgConnection, slug: &Slug) -> Result<Option<Article>, Error> {
    Ok(dsl::articles
        .filter(
            dsl::slug
                .eq(slug)
                .and(dsl::status.eq(ArticleStatus::Visible)),
        )
        .select(Article::as_select())
        .first(conn)
        .optional()?)
}

/// Whether a slug is taken.
///
/// # Errors
/// Database errors.
pub fn slug_is_taken(conn: &mut PgConnection, slug: &Slug) -> Result<bool, Error> {
    Ok(diesel::select(exists(dsl::articles.filter(dsl::slug.eq(slug)))).get_result(conn)?)
}

/// A page of all articles, newest first, before `before`.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
) -> Result<Vec<Article>, Error> {
    let mut query = dsl::articles
        .select(Article::as_select())
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// A part of the articles that are available in a window, oldest first, without their text: at most `limit`, after `after`.
/// Which of them may enter an edition is decided by [`Choice`](crate::domain::choice::Choice) and not here, so that it can
/// be said of each why.
///
/// # Errors
/// Database errors.
pub fn of_window(
    conn: &mut PgConnection,
    window: Window,
    after: Option<(Timestamp, ArticleId)>,
    limit: i64,
) -> Result<Vec<Article>, Error> {
    let in_window = dsl::available_at
        .ge(window.from.to_diesel())
        .and(dsl::available_at.lt(window.until.to_diesel()));
    let mut query = dsl::articles
        .filter(in_window)
        .order((dsl::available_at, dsl::id))
        .select(without_text())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        let later = dsl::available_at.gt(at.to_diesel());
        let same = dsl::available_at.eq(at.to_diesel()).and(dsl::id.gt(id));
        query = query.filter(later.or(same));
    }
    Ok(query.load(conn)?)
}

/// The newest articles that became available since `since`, or will later, without their text; at most `limit`.
///
/// # Errors
/// Database errors.
pub fn newest(
    conn: &mut PgConnection,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Article>, Error> {
    Ok(dsl::articles
        .filter(dsl::available_at.ge(since.to_diesel()))
        .order((dsl::available_at.desc(), dsl::id.desc()))
        .select(without_text())
        .limit(limit)
        .load(conn)?)
}

/// These articles, without their text, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[ArticleId]) -> Result<Vec<Article>, Error> {
    Ok(dsl::articles
        .filter(dsl::id.eq_any(ids))
        .select(without_text())
        .load(conn)?)
}

/// The newest visible article at one of these addresses.
///
/// # Errors
/// Database errors.
pub fn find_by_url(conn: &mut PgConnection, urls: &[String]) -> Result<Option<Article>, Error> {
    Ok(dsl::articles
        .filter(
            dsl::url
                .eq_any(urls)
                .and(dsl::status.eq(ArticleStatus::Visible)),
        )
        .order(dsl::id.desc())
        .select(without_text())
        .first(conn)
        .optional()?)
}

/// Every column, but an empty text: a digest does not show it, and a month of them is large.
#[diesel::dsl::auto_type(no_type_alias)]
fn without_text() -> _ {
    (
        dsl::id,
        dsl::external_id,
        dsl::slug,
        dsl::url,
        dsl::language,
        dsl::section,
        dsl::topics,
        dsl::title,
        dsl::standfirst,
        dsl::authors,
        dsl::image_url,
        dsl::image_alt,
        dsl::image_caption,
        dsl::image_credit,
        "".into_sql::<diesel::sql_types::Text>(),
        dsl::reading_minutes,
        dsl::status,
        dsl::published_at,
        dsl::first_seen_at,
        dsl::updated_at,
        dsl::publish_at,
        dsl::expires_at,
        dsl::is_pinned,
        dsl::available_at,
        dsl::is_back,
        dsl::language_source,
    )
}
