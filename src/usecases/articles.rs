//! The publisher's articles come in, change and are taken back.

use diesel::PgConnection;
use jiff::Timestamp;

pub use crate::domain::article::ArticleChange as Change;
use crate::domain::article::{Arrival, Article, ArticleDraft, ArticleStatus};
use crate::domain::id::ArticleId;
use crate::domain::slug::Slug;
use crate::store::articles::Put;
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

/// What became of one article of many.
pub type Stored = Result<(Article, Change), Error>;

/// Stores an article under the publisher's id: the same twice is the same as once.
///
/// # Errors
/// [`Error::SlugTaken`] when the draft names a slug that another article has.
pub fn put(
    conn: &mut PgConnection,
    now: Timestamp,
    draft: &ArticleDraft,
) -> Result<(Article, Change), Error> {
    match articles::put(conn, now, draft)? {
        Put::Done(article, change) => Ok((*article, change)),
        Put::SlugTaken(slug) => Err(Error::SlugTaken(slug)),
    }
}

/// Stores many articles, each in a part of the transaction of its own: what one fails at spoils no other.
///
/// # Errors
/// When the database cannot be reached: then none is stored.
pub fn put_all(
    conn: &mut PgConnection,
    now: Timestamp,
    drafts: &[ArticleDraft],
) -> Result<Vec<Stored>, Error> {
    let mut results = Vec::with_capacity(drafts.len());
    for draft in drafts {
        match put(conn, now, draft) {
            Err(Error::Store(cause @ store::Error::Unavailable(_))) => {
                return Err(Error::Store(cause));
            }
            result => results.push(result),
        }
    }
    Ok(results)
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
    let cut = cut::hold(conn)?;
    let arrival = Arrival { now, cut };
    let before = articles::lock_by_external_id(conn, external_id)?.ok_or(Error::NotFound)?;
    let after = before.with_status(arrival, status);
    if after != before {
        articles::update(conn, after.clone())?;
    }
    Ok(after)
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
