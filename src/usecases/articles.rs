//! The publisher's articles come in, change and are taken back.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::article::{Arrival, Article, ArticleDraft, ArticleStatus};
use crate::domain::fingerprint::fingerprint;
use crate::domain::id::ArticleId;
use crate::domain::slug::Slug;
use crate::store::{self, articles, cut};

/// Why an article is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no article with this id.
    #[error("there is no such article")]
    NotFound,
    /// The wanted slug belongs to another article.
    #[error("the slug {0} belongs to another article")]
    SlugTaken(Slug),
    /// The database failed.
    #[error("cannot read or write the article")]
    Store(#[from] store::Error),
}

/// What a PUT did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The article is new.
    Created,
    /// It was known and now differs.
    Updated,
    /// It was known and is the same.
    Unchanged,
}

/// Stores an article under the publisher's id: the same twice is the same as once.
///
/// # Errors
/// [`Error::SlugTaken`] when the draft names a slug that another article has.
pub fn put(
    conn: &mut PgConnection,
    now: Timestamp,
    draft: &ArticleDraft,
) -> Result<(Article, Change), Error> {
    let arrival = arrival(conn, now)?;
    if let Some(before) = articles::lock_by_external_id(conn, draft.external_id.as_str())? {
        let after = before.edited(arrival, draft);
        if after == before {
            return Ok((before, Change::Unchanged));
        }
        articles::update(conn, after.clone())?;
        return Ok((after, Change::Updated));
    }
    let slug = free_slug(conn, draft)?;
    let article = Article::new(arrival, slug, draft);
    articles::insert(conn, article.clone())?;
    Ok((article, Change::Created))
}

/// The wanted slug, or one made from the title; if another article has that, a short mark of the publisher's id
/// is added, the same each time.
fn free_slug(conn: &mut PgConnection, draft: &ArticleDraft) -> Result<Slug, Error> {
    if let Some(wanted) = &draft.slug {
        let is_taken = articles::slug_is_taken(conn, wanted)?;
        return if is_taken {
            Err(Error::SlugTaken(wanted.clone()))
        } else {
            Ok(wanted.clone())
        };
    }
    let slug = Slug::from_title(draft.title.as_str());
    if !articles::slug_is_taken(conn, &slug)? {
        return Ok(slug);
    }
    let mark = fingerprint(draft.external_id.as_str().as_bytes(), 8);
    let head: String = slug.as_str().chars().take(70).collect();
    Ok(Slug::from_title(&format!("{head}-{mark}")))
}

/// Takes an article back, or shows it again. Editions that are frozen keep their copy.
///
/// # Errors
/// [`Error::NotFound`].
pub fn set_status(
    conn: &mut PgConnection,
    now: Timestamp,
    external_id: &str,
    status: ArticleStatus,
) -> Result<Article, Error> {
    let arrival = arrival(conn, now)?;
    let before = articles::lock_by_external_id(conn, external_id)?.ok_or(Error::NotFound)?;
    let after = before.with_status(arrival, status);
    if after != before {
        articles::update(conn, after.clone())?;
    }
    Ok(after)
}

/// The moment, with the cut held until the commit.
fn arrival(conn: &mut PgConnection, now: Timestamp) -> Result<Arrival, Error> {
    let cut = cut::hold(conn)?;
    Ok(Arrival { now, cut })
}

/// The article with the publisher's id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut PgConnection, external_id: &str) -> Result<Article, Error> {
    articles::find_by_external_id(conn, external_id)?.ok_or(Error::NotFound)
}

/// The visible article with this slug; under embargo there is none.
///
/// # Errors
/// [`Error::NotFound`].
pub fn read(conn: &mut PgConnection, now: Timestamp, slug: &Slug) -> Result<Article, Error> {
    articles::find_visible(conn, slug)?
        .filter(|article| article.publish_at.is_none_or(|at| at <= now))
        .ok_or(Error::NotFound)
}

/// A page of articles, newest first.
///
/// # Errors
/// Database errors.
pub fn list(
    conn: &mut PgConnection,
    before: Option<ArticleId>,
    limit: i64,
) -> Result<Vec<Article>, Error> {
    Ok(articles::page(conn, before, limit)?)
}
