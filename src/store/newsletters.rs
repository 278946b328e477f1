//! Newsletters.

use diesel::dsl::sql;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamptz};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::NewsletterId;
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::slug::Slug;
use crate::schema::newsletters::dsl;

/// Adds a newsletter.
///
/// # Errors
/// [`Error::Duplicate`] with `newsletters_slug_key` when the slug is taken.
pub fn insert(conn: &mut PgConnection, newsletter: Newsletter) -> Result<(), Error> {
    diesel::insert_into(dsl::newsletters)
        .values(newsletter)
        .execute(conn)?;
    Ok(())
}

/// Writes every column of a newsletter that exists.
///
/// # Errors
/// Database errors.
pub fn update(conn: &mut PgConnection, newsletter: Newsletter) -> Result<(), Error> {
    diesel::update(dsl::newsletters.find(newsletter.id))
        .set(newsletter)
        .execute(conn)?;
    Ok(())
}

/// The newsletter with this slug, whatever its status.
///
/// # Errors
/// Database errors.
pub fn find_by_slug(conn: &mut PgConnection, slug: &Slug) -> Result<Option<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(dsl::slug.eq(slug))
        .select(Newsletter::as_select())
        .first(conn)
        .optional()?)
}

/// Like [`find_by_slug`], and nobody else changes the row until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_by_slug(conn: &mut PgConnection, slug: &Slug) -> Result<Option<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(dsl::slug.eq(slug))
        .select(Newsletter::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// Like [`find_by_slug`], and no edition of it is composed until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn hold_by_slug(conn: &mut PgConnection, slug: &Slug) -> Result<Option<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(dsl::slug.eq(slug))
        .select(Newsletter::as_select())
        .for_share()
        .first(conn)
        .optional()?)
}

/// No edition of any newsletter is composed until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn hold_all(conn: &mut PgConnection) -> Result<(), Error> {
    let all = dsl::newsletters.order(dsl::id).select(dsl::id);
    all.for_share().load::<NewsletterId>(conn)?;
    Ok(())
}

/// The newsletters with these ids, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[NewsletterId]) -> Result<Vec<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(dsl::id.eq_any(ids))
        .select(Newsletter::as_select())
        .load(conn)?)
}

/// Those of `slugs` that are active, in no order.
///
/// # Errors
/// Database errors.
pub fn active_by_slugs(conn: &mut PgConnection, slugs: &[Slug]) -> Result<Vec<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(
            dsl::slug
                .eq_any(slugs)
                .and(dsl::status.eq(NewsletterStatus::Active)),
        )
        .select(Newsletter::as_select())
        .load(conn)?)
}

/// Every active newsletter, by title.
///
/// # Errors
/// Database errors.
pub fn active(conn: &mut PgConnection) -> Result<Vec<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(dsl::status.eq(NewsletterStatus::Active))
        .order((dsl::created_at, dsl::id))
        .select(Newsletter::as_select())
        .load(conn)?)
}

/// A page of all newsletters, oldest first, after `after`.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    after: Option<NewsletterId>,
    limit: i64,
) -> Result<Vec<Newsletter>, Error> {
    let mut query = dsl::newsletters
        .select(Newsletter::as_select())
        .order(dsl::id)
        .limit(limit)
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(dsl::id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// Whether a newsletter is due at an instant: the cut-off of its next slot has come, or the slot itself while it pauses.
fn is_due(now: Timestamp) -> Box<dyn BoxableExpression<dsl::newsletters, Pg, SqlType = Bool>> {
    let condition = sql::<Bool>(
        "status = 'active' AND next_due_at IS NOT NULL AND next_due_at - CASE WHEN paused_at IS NULL \
         THEN make_interval(mins => cut_off_minutes) ELSE interval '0' END <= ",
    )
    .bind::<Timestamptz, _>(now.to_diesel());
    Box::new(condition)
}

/// The newsletters that are due at `now`, in the order of their slots; those that share one in the order of being made.
///
/// # Errors
/// Database errors.
pub fn due(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<NewsletterId>, Error> {
    Ok(dsl::newsletters
        .filter(is_due(now))
        .order((dsl::next_due_at, dsl::id))
        .select(dsl::id)
        .load(conn)?)
}

/// Locks the newsletter if it is due at `now` and no other scheduler holds it.
///
/// # Errors
/// Database errors.
pub fn lock_due(
    conn: &mut PgConnection,
    id: NewsletterId,
    now: Timestamp,
) -> Result<Option<Newsletter>, Error> {
    Ok(dsl::newsletters
        .filter(dsl::id.eq(id))
        .filter(is_due(now))
        .select(Newsletter::as_select())
        .for_update()
        .skip_locked()
        .first(conn)
        .optional()?)
}

/// Sets when the newsletter is due next.
///
/// # Errors
/// Database errors.
pub fn set_next_due(
    conn: &mut PgConnection,
    id: NewsletterId,
    next: Option<Timestamp>,
) -> Result<(), Error> {
    diesel::update(dsl::newsletters.find(id))
        .set(dsl::next_due_at.eq(next.map(jiff_diesel::ToDiesel::to_diesel)))
        .execute(conn)?;
    Ok(())
}
