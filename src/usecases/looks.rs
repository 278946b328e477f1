//! The newsroom decides how the mails of a newsletter look and where its editions can be read.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::look::Look;
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::store::{self, looks, newsletters};

/// Why a look is not read or saved.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    NotFound,
    /// The database failed.
    #[error("cannot read or write the look")]
    Store(#[from] store::Error),
}

/// The look of a newsletter, its own or the plain one.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
) -> Result<(Newsletter, Look), Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let look = looks::find(conn, newsletter.id)?.unwrap_or_else(|| Look::plain(newsletter.id, now));
    Ok((newsletter, look))
}

/// Replaces the look of a newsletter. Editions that are frozen keep theirs.
///
/// # Errors
/// [`Error::NotFound`].
pub fn put(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    look: impl FnOnce(Look) -> Look,
) -> Result<Look, Error> {
    let newsletter = newsletters::lock_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let look = look(Look::plain(newsletter.id, now));
    looks::put(conn, look.clone())?;
    Ok(look)
}
