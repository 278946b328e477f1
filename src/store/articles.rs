//! Articles.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::article::{Article, ArticleChange, ArticleDraft, ArticleStatus};
use crate::domain::edition::Window;
use crate::domain::fingerprint::fingerprint;
use crate::domain::id::{ArticleId, NewsletterId};
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::schema::articles::dsl;
use crate::schema::{edition_articles, editions};

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
    for _ in 1..PUT_ATTEMPTS {
        match conn.transaction(|conn| put_once(conn, now, draft)) {
            // What was taken is visible now.
            Err(Error::Duplicate { .. }) => {}
            done => return done,
        }
    }
    conn.transaction(|conn| put_once(conn, now, draft))
}

fn put_once(conn: &mut PgConnection, now: Timestamp, draft: &ArticleDraft) -> Result<Put, Error> {
    if let Some(before) = lock_by_external_id(conn, draft.external_id.as_str())? {
        let after = before.edited(now, draft);
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
    let article = Article::new(now, slug, draft);
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

/// The visible articles that an edition of `newsletter` over `window` may hold: of its language, with one of its
/// topics, not in an earlier edition of it, newest published first, at most `limit`.
///
/// `grace_from` is a little before the window: an article whose storing took long carries a first-seen time of
/// the previous window but was not there when that one was composed. That it is in no earlier edition keeps it
/// from coming twice.
///
/// # Errors
/// Database errors.
pub fn for_digest(
    conn: &mut PgConnection,
    newsletter: &Newsletter,
    window: Window,
    grace_from: Timestamp,
    limit: i64,
) -> Result<Vec<Article>, Error> {
    let mut query = dsl::articles
        .filter(
            dsl::first_seen_at
                .ge(grace_from.to_diesel())
                .and(dsl::first_seen_at.lt(window.until.to_diesel())),
        )
        .filter(dsl::status.eq(ArticleStatus::Visible))
        .filter(dsl::language.eq(&newsletter.language))
        .filter(not(exists(used_by(newsletter.id))))
        .select(Article::as_select())
        .order((dsl::published_at.desc(), dsl::id.desc()))
        .limit(limit)
        .into_boxed();
    if !newsletter.topics.is_empty() {
        query = query.filter(dsl::topics.overlaps_with(newsletter.topics.clone()));
    }
    Ok(query.load(conn)?)
}

/// The rows that say that the article stood in an edition of this newsletter.
#[diesel::dsl::auto_type(no_type_alias)]
fn used_by(newsletter: NewsletterId) -> _ {
    edition_articles::table
        .inner_join(editions::table.on(editions::id.eq(edition_articles::edition_id)))
        .filter(edition_articles::article_id.eq(dsl::id))
        .filter(editions::newsletter_id.eq(newsletter))
}
