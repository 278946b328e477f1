//! Editions as the public may read them: those that are being sent or were.

use diesel::dsl::exists;
use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::edition::{Edition, EditionStatus};
use crate::domain::id::{EditionId, NewsletterId};
use crate::schema::editions::dsl;
use crate::schema::{edition_sends, editions};

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
) -> Result<Vec<(Edition, String)>, Error> {
    let mut query = dsl::editions
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::rhythm_id.is_null().and(dsl::variant.eq(0)))
        .filter(dsl::status.eq_any(READABLE))
        .filter(begun(now.to_diesel()))
        .select((Edition::as_select(), dsl::preheader))
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// One edition with its preheader and its page.
///
/// # Errors
/// Database errors.
pub fn find(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: NewsletterId,
    id: EditionId,
) -> Result<Option<(Edition, String, String)>, Error> {
    Ok(dsl::editions
        .find(id)
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::status.eq_any(READABLE))
        .filter(begun(now.to_diesel()))
        .select((Edition::as_select(), dsl::preheader, dsl::web_html))
        .first(conn)
        .optional()?)
}
