//! Editions as the public may read them: those that are being sent or were.

use diesel::dsl::exists;
use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::edition::{Edition, EditionStatus};
use crate::domain::edition_address::EditionAddress;
use crate::domain::id::{EditionId, NewsletterId};
use crate::schema::editions::dsl;
use crate::schema::{edition_addresses, edition_sends, editions};

/// Not held, not stopped, not skipped.
const READABLE: [EditionStatus; 3] = [
    EditionStatus::Delivering,
    EditionStatus::Paused,
    EditionStatus::Done,
];

/// Editions that the first reader may have by `now`.
#[diesel::dsl::auto_type(no_type_alias)]
fn begun(now: jiff_diesel::Timestamp) -> _ {
    exists(
        edition_sends::table
            .filter(edition_sends::edition_id.eq(editions::id))
            .filter(edition_sends::not_before.le(now)),
    )
}

/// The name of an edition.
#[diesel::dsl::auto_type(no_type_alias)]
fn named() -> _ {
    edition_addresses::table.on(edition_addresses::edition_id.eq(editions::id))
}

/// An edition with its preheader and its name, which it lacks when a version from before names wrote it.
pub type Line = (Edition, String, Option<EditionAddress>);

/// A page of a newsletter's editions with their preheaders, newest first, before `before`: those of its schedule, and not the
/// further selections for readers who were away or have a rhythm of their own.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: NewsletterId,
    before: Option<EditionId>,
    limit: i64,
) -> Result<Vec<Line>, Error> {
    let mut query = dsl::editions
        .left_join(named())
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::rhythm_id.is_null().and(dsl::variant.eq(0)))
        .filter(dsl::status.eq_any(READABLE))
        .filter(begun(now.to_diesel()))
        .select((
            Edition::as_select(),
            dsl::preheader,
            edition_addresses::address.nullable(),
        ))
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// What an edition is looked for by.
#[derive(Debug, Clone)]
pub enum Key {
    /// Its id, under which archives had it before they had names.
    Id(EditionId),
    /// Its name.
    Address(EditionAddress),
}

/// One edition and its page.
///
/// # Errors
/// Database errors.
pub fn find(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: NewsletterId,
    key: &Key,
) -> Result<Option<(Line, String)>, Error> {
    let mut query = dsl::editions
        .left_join(named())
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::status.eq_any(READABLE))
        .filter(begun(now.to_diesel()))
        .select((
            Edition::as_select(),
            dsl::preheader,
            edition_addresses::address.nullable(),
            dsl::web_html,
        ))
        .into_boxed();
    query = match key {
        Key::Id(id) => query.filter(dsl::id.eq(*id)),
        Key::Address(address) => query.filter(edition_addresses::address.eq(address)),
    };
    let found: Option<(Edition, String, Option<EditionAddress>, String)> =
        query.first(conn).optional()?;
    Ok(found.map(|(edition, preheader, address, html)| ((edition, preheader, address), html)))
}
