//! Editions as the public may read them: those that are being sent or were.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Nullable, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::edition::{Edition, EditionStatus};
use crate::domain::edition_address::EditionAddress;
use crate::domain::id::{EditionId, NewsletterId, SubscriptionId};
use crate::schema::editions::dsl;
use crate::schema::{
    edition_addresses, edition_contents, edition_deliveries, edition_sends, editions,
};

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

/// What an edition was before its last correction, if it was corrected.
#[diesel::dsl::auto_type(no_type_alias)]
fn replaced() -> _ {
    edition_contents::table.on(edition_contents::edition_id
        .eq(editions::id)
        .and(edition_contents::version.eq(editions::content_version - 1_i32)))
}

/// An edition with its preheader, its name, which it lacks when a version from before names wrote it, and when it was last
/// corrected.
pub type Line = (
    Edition,
    String,
    Option<EditionAddress>,
    Option<jiff_diesel::Timestamp>,
);

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
        .left_join(replaced())
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::rhythm_id.is_null().and(dsl::variant.eq(0)))
        .filter(dsl::status.eq_any(READABLE))
        .filter(begun(now.to_diesel()))
        .select((
            Edition::as_select(),
            dsl::preheader,
            edition_addresses::address.nullable(),
            edition_contents::replaced_at.nullable(),
        ))
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// The newest editions that one reader's mail server took: whatever their rhythm and selection, corrections too, without those
/// that were stopped and those of which nothing is left.
///
/// # Errors
/// Database errors.
pub fn sent_to(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    subscription: SubscriptionId,
    limit: i64,
) -> Result<Vec<Line>, Error> {
    let theirs = edition_deliveries::table.on(edition_deliveries::edition_id
        .eq(editions::id)
        .and(edition_deliveries::subscription_id.eq(subscription)));
    Ok(dsl::editions
        .inner_join(theirs)
        .left_join(named())
        .left_join(replaced())
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::status.eq_any(READABLE))
        .filter(edition_deliveries::status.eq(DeliveryStatus::Sent))
        .filter(dsl::web_html.ne(""))
        .select((
            Edition::as_select(),
            dsl::preheader,
            edition_addresses::address.nullable(),
            edition_contents::replaced_at.nullable(),
        ))
        .order(dsl::id.desc())
        .limit(limit)
        .load(conn)?)
}

#[derive(QueryableByName)]
struct At {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<jiff_diesel::Timestamp>,
}

/// When what [`sent_to`] finds last changed: a mail was settled, or an edition corrected or stopped; `None` when nothing was ever
/// meant for the reader. Of the editions from `oldest` on, the last of a full list, so that a long past costs nothing.
///
/// # Errors
/// Database errors.
pub fn changed_at(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    subscription: SubscriptionId,
    oldest: Option<EditionId>,
) -> Result<Option<Timestamp>, Error> {
    let row: At = diesel::sql_query(
        "SELECT greatest(max(d.settled_at), max(c.replaced_at), \
                         max(e.completed_at) FILTER (WHERE e.status = 'stopped')) AS at \
           FROM editions e \
           JOIN edition_deliveries d ON d.edition_id = e.id AND d.subscription_id = $2 \
           LEFT JOIN edition_contents c ON c.edition_id = e.id AND c.version = e.content_version - 1 \
          WHERE e.newsletter_id = $1 AND ($3::uuid IS NULL OR e.id >= $3)",
    )
    .bind::<Uuid, _>(newsletter)
    .bind::<Uuid, _>(subscription)
    .bind::<Nullable<Uuid>, _>(oldest)
    .get_result(conn)?;
    Ok(row.at.map(jiff_diesel::Timestamp::to_jiff))
}

/// What an edition is looked for by.
#[derive(Debug, Clone)]
pub enum Key {
    /// Its id, under which archives had it before they had names.
    Id(EditionId),
    /// Its name.
    Address(EditionAddress),
}

type FoundPage = (
    Edition,
    String,
    Option<EditionAddress>,
    Option<jiff_diesel::Timestamp>,
    String,
);

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
        .left_join(replaced())
        .filter(dsl::newsletter_id.eq(newsletter))
        .filter(dsl::status.eq_any(READABLE))
        .filter(begun(now.to_diesel()))
        .select((
            Edition::as_select(),
            dsl::preheader,
            edition_addresses::address.nullable(),
            edition_contents::replaced_at.nullable(),
            dsl::web_html,
        ))
        .into_boxed();
    query = match key {
        Key::Id(id) => query.filter(dsl::id.eq(*id)),
        Key::Address(address) => query.filter(edition_addresses::address.eq(address)),
    };
    let found: Option<FoundPage> = query.first(conn).optional()?;
    Ok(found
        .map(|(edition, preheader, address, at, html)| ((edition, preheader, address, at), html)))
}
