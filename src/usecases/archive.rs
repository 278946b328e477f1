//! Anybody reads editions that were sent: lists, feeds and pages, as each newsletter allows.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::edition::Edition;
use crate::domain::edition_address::EditionAddress;
use crate::domain::id::{EditionId, NewsletterId};
use crate::domain::look::Archive;
use crate::domain::newsletter::Newsletter;
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::store::archive::Line;
use crate::store::{self, archive as rows, looks, newsletters};

pub use crate::store::archive::Key;

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
    /// Its name in the archive.
    pub address: Option<EditionAddress>,
}

impl From<Line> for Listed {
    fn from((edition, preheader, address): Line) -> Self {
        Self {
            edition,
            preheader,
            address,
        }
    }
}

impl Listed {
    /// Its page in the archive.
    #[must_use]
    pub fn url(&self, site: &Site, newsletter: &Slug) -> String {
        match &self.address {
            Some(address) => site.archived_edition_url(newsletter, address),
            None => self.first_url(site, newsletter),
        }
    }

    /// Its page under its id: where it stood before it had a name, and what feeds know it by.
    #[must_use]
    pub fn first_url(&self, site: &Site, newsletter: &Slug) -> String {
        site.archived_edition_url(newsletter, &self.edition.id)
    }
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
    let listed = found.into_iter().map(Listed::from);
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
    key: &Key,
) -> Result<Page, Error> {
    let (newsletter, archive) = open(conn, slug)?;
    if archive == Archive::Off {
        return Err(Error::NotFound);
    }
    let (line, html) = rows::find(conn, now, newsletter.id, key)?.ok_or(Error::NotFound)?;
    Ok(Page {
        newsletter,
        archive,
        listed: line.into(),
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
