//! Links that readers asked for by mail.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::{ReaderLinkId, SubscriberId};
use crate::domain::reader_link::{ReaderLink, ReaderLinkKind};
use crate::schema::reader_links::dsl;

/// Adds a link.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, link: ReaderLink) -> Result<(), Error> {
    diesel::insert_into(dsl::reader_links)
        .values(link)
        .execute(conn)?;
    Ok(())
}

/// The link.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: ReaderLinkId) -> Result<Option<ReaderLink>, Error> {
    Ok(dsl::reader_links
        .find(id)
        .select(ReaderLink::as_select())
        .first(conn)
        .optional()?)
}

/// The link, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, id: ReaderLinkId) -> Result<Option<ReaderLink>, Error> {
    Ok(dsl::reader_links
        .find(id)
        .select(ReaderLink::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// These links, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[ReaderLinkId]) -> Result<Vec<ReaderLink>, Error> {
    Ok(dsl::reader_links
        .filter(dsl::id.eq_any(ids))
        .select(ReaderLink::as_select())
        .load(conn)?)
}

/// Writes when a change of address was confirmed or stopped.
///
/// # Errors
/// Database errors.
pub fn settle(conn: &mut PgConnection, link: &ReaderLink) -> Result<(), Error> {
    diesel::update(dsl::reader_links.find(link.id))
        .set((
            dsl::used_at.eq(link.used_at.map(jiff_diesel::ToDiesel::to_diesel)),
            dsl::stopped_at.eq(link.stopped_at.map(jiff_diesel::ToDiesel::to_diesel)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends all links of a subscriber to preferences at `now`: the mailbox to which they went is not the reader's any more.
///
/// # Errors
/// Database errors.
pub fn end_all(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    now: Timestamp,
) -> Result<(), Error> {
    diesel::update(
        dsl::reader_links.filter(
            dsl::subscriber_id
                .eq(subscriber)
                .and(dsl::kind.eq(ReaderLinkKind::Preferences))
                .and(dsl::expires_at.gt(now.to_diesel())),
        ),
    )
    .set(dsl::expires_at.eq(now.to_diesel()))
    .execute(conn)?;
    Ok(())
}
