//! Anybody reads editions that were sent: lists, feeds and pages, as each newsletter allows.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::edition::Edition;
use crate::domain::id::{EditionId, NewsletterId};
use crate::domain::look::Archive;
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::store::{self, archive as rows, looks, newsletters};

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such newsletter or edition, or none that this visitor may see here.
    #[error("there is no such page in the archive")]
    NotFound,
    /// The database failed.
    #[error("cannot read the archive")]
    Store(#[from] store::Error),
}

/// An edition in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The edition.
    pub edition: Edition,
    /// The headlines after the first.
    pub preheader: String,
}

/// An edition to read.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// Whether search engines may come.
    pub archive: Archive,
    /// The edition.
    pub listed: Listed,
    /// The page for nobody in particular, as it was frozen.
    pub html: String,
}

/// Newsletters whose archive is public, in the order of making.
///
/// # Errors
/// Database errors.
pub fn shelves(conn: &mut PgConnection) -> Result<Vec<Newsletter>, Error> {
    let all = newsletters::active(conn)?;
    let ids: Vec<NewsletterId> = all.iter().map(|newsletter| newsletter.id).collect();
    let looks = looks::find_all(conn, &ids)?;
    let is_public = |newsletter: &Newsletter| {
        looks
            .get(&newsletter.id)
            .is_none_or(|look| look.archive == Archive::Public)
    };
    Ok(all.into_iter().filter(is_public).collect())
}

/// A page of a newsletter's editions, newest first.
///
/// # Errors
/// [`Error::NotFound`] when its archive is not public.
pub fn shelf(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    before: Option<EditionId>,
    limit: i64,
) -> Result<(Newsletter, Vec<Listed>), Error> {
    let (newsletter, archive) = open(conn, slug)?;
    if archive != Archive::Public {
        return Err(Error::NotFound);
    }
    let found = rows::page(conn, now, newsletter.id, before, limit)?;
    let listed = found
        .into_iter()
        .map(|(edition, preheader)| Listed { edition, preheader });
    Ok((newsletter, listed.collect()))
}

/// One edition of a newsletter.
///
/// # Errors
/// [`Error::NotFound`] when it was not sent, or the newsletter has no archive.
pub fn edition(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    id: EditionId,
) -> Result<Page, Error> {
    let (newsletter, archive) = open(conn, slug)?;
    if archive == Archive::Off {
        return Err(Error::NotFound);
    }
    let (edition, preheader, html) =
        rows::find(conn, now, newsletter.id, id)?.ok_or(Error::NotFound)?;
    Ok(Page {
        newsletter,
        archive,
        listed: Listed { edition, preheader },
        html,
    })
}

fn open(conn: &mut PgConnection, slug: &Slug) -> Result<(Newsletter, Archive), Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let look = looks::find(conn, newsletter.id)?;
    Ok((
        newsletter,
        look.map_or(Archive::Public, |look| look.archive),
    ))
}
