//! Editions and their articles.

use std::collections::HashMap;

use diesel::prelude::*;
use jiff::Timestamp;

use super::{Error, addresses};
use crate::domain::article::Article;
use crate::domain::edition::{Edition, EditionKind, EditionStatus, FrozenContent, NewEdition};
use crate::domain::frozen_article::FrozenArticle;
use crate::domain::id::{EditionId, NewsletterId};
use crate::domain::selection::Placement;
use crate::schema::editions::dsl;
use crate::schema::{articles, edition_articles};

/// Adds an edition unless its slot has one already for this rhythm and variant; returns whether it was added.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, edition: NewEdition) -> Result<bool, Error> {
    let (id, newsletter, date) = (edition.id, edition.newsletter_id, edition.slot.date());
    let subject = edition.subject.clone();
    let added = diesel::insert_into(dsl::editions)
        .values(edition)
        .on_conflict_do_nothing()
        .execute(conn)?;
    // An edition of which nothing is sent has no subject and is in no archive.
    if added == 1 && !subject.is_empty() {
        addresses::assign(conn, id, newsletter, date, &subject)?;
    }
    Ok(added == 1)
}

/// Notes which articles an edition holds, in the order of reading.
///
/// # Errors
/// Database errors.
pub fn insert_articles(
    conn: &mut PgConnection,
    edition: EditionId,
    placements: &[(&Article, Placement)],
) -> Result<(), Error> {
    let rows: Vec<_> = (1_i32..)
        .zip(placements)
        .map(|(position, (article, placement))| {
            (
                edition_articles::edition_id.eq(edition),
                edition_articles::article_id.eq(article.id),
                edition_articles::position.eq(position),
                edition_articles::placement.eq(*placement),
                edition_articles::frozen.eq(FrozenArticle::from(*article)),
            )
        })
        .collect();
    diesel::insert_into(edition_articles::table)
        .values(rows)
        .execute(conn)?;
    Ok(())
}

/// Sets how many deliveries were made, and closes the edition at once when there are none.
///
/// # Errors
/// Database errors.
pub fn set_recipients(
    conn: &mut PgConnection,
    id: EditionId,
    count: i32,
    now: Timestamp,
) -> Result<(), Error> {
    use jiff_diesel::ToDiesel as _;
    let edition = diesel::update(dsl::editions.find(id));
    if count == 0 {
        edition
            .set((
                dsl::recipient_count.eq(0),
                dsl::status.eq(EditionStatus::Done),
                dsl::completed_at.eq(now.to_diesel()),
            ))
            .execute(conn)?;
    } else {
        edition.set(dsl::recipient_count.eq(count)).execute(conn)?;
    }
    Ok(())
}

/// The end of the newest window of this newsletter's schedule that became an edition.
///
/// # Errors
/// Database errors.
pub fn last_window_end(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
) -> Result<Option<Timestamp>, Error> {
    let end: Option<jiff_diesel::Timestamp> = dsl::editions
        .filter(
            dsl::newsletter_id
                .eq(newsletter)
                .and(dsl::status.ne(EditionStatus::Skipped))
                .and(dsl::rhythm_id.is_null())
                .and(dsl::variant.eq(0)),
        )
        .order(dsl::window_until.desc())
        .select(dsl::window_until)
        .first(conn)
        .optional()?;
    Ok(end.map(jiff_diesel::Timestamp::to_jiff))
}

/// The start of the oldest window of this newsletter, whatever became of it.
///
/// # Errors
/// Database errors.
pub fn first_window_start(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
) -> Result<Option<Timestamp>, Error> {
    let start: Option<jiff_diesel::Timestamp> = dsl::editions
        .filter(dsl::newsletter_id.eq(newsletter))
        .select(diesel::dsl::min(dsl::window_from))
        .first(conn)?;
    Ok(start.map(jiff_diesel::Timestamp::to_jiff))
}

/// The edition.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: EditionId) -> Result<Option<Edition>, Error> {
    Ok(dsl::editions
        .find(id)
        .select(Edition::as_select())
        .first(conn)
        .optional()?)
}

/// The edition, and nobody else changes its row until the transaction ends. Chunks of it can be claimed all the same: the
/// lock is weaker than the one that would keep rows from referring to it.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, id: EditionId) -> Result<Option<Edition>, Error> {
    Ok(dsl::editions
        .find(id)
        .select(Edition::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()?)
}

/// The frozen content of an edition.
///
/// # Errors
/// Database errors.
pub fn content(conn: &mut PgConnection, id: EditionId) -> Result<Option<FrozenContent>, Error> {
    Ok(dsl::editions
        .find(id)
        .select(FrozenContent::as_select())
        .first(conn)
        .optional()?)
}

/// Editions with their frozen content, in no order.
///
/// # Errors
/// Database errors.
pub fn with_content(
    conn: &mut PgConnection,
    ids: &[EditionId],
) -> Result<Vec<(Edition, FrozenContent)>, Error> {
    Ok(dsl::editions
        .filter(dsl::id.eq_any(ids))
        .select((Edition::as_select(), FrozenContent::as_select()))
        .load(conn)?)
}

/// The newest edition of a newsletter that was not skipped, also one that waits for approval; no notice of a correction.
///
/// # Errors
/// Database errors.
pub fn newest(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
) -> Result<Option<EditionId>, Error> {
    Ok(dsl::editions
        .filter(
            dsl::newsletter_id
                .eq(newsletter)
                .and(dsl::status.ne(EditionStatus::Skipped))
                .and(dsl::kind.ne(EditionKind::Correction)),
        )
        .order(dsl::due_at.desc())
        .select(dsl::id)
        .first(conn)
        .optional()?)
}

/// The newest edition of each of `newsletters` that can be read, as it went to readers with the newsletter's schedule.
///
/// # Errors
/// Database errors.
pub fn latest(
    conn: &mut PgConnection,
    newsletters: &[NewsletterId],
) -> Result<HashMap<NewsletterId, EditionId>, Error> {
    let found: Vec<(NewsletterId, EditionId)> = dsl::editions
        .filter(
            dsl::newsletter_id
                .eq_any(newsletters)
                .and(dsl::status.ne_all([EditionStatus::Skipped, EditionStatus::AwaitingApproval]))
                .and(dsl::rhythm_id.is_null())
                .and(dsl::variant.eq(0)),
        )
        .distinct_on(dsl::newsletter_id)
        .order((dsl::newsletter_id, dsl::due_at.desc()))
        .select((dsl::newsletter_id, dsl::id))
        .load(conn)?;
    Ok(found.into_iter().collect())
}

/// A page of a newsletter's editions, newest first, before `before`.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    before: Option<EditionId>,
    limit: i64,
) -> Result<Vec<Edition>, Error> {
    let mut query = dsl::editions
        .filter(dsl::newsletter_id.eq(newsletter))
        .select(Edition::as_select())
        .order(dsl::id.desc())
        .limit(limit)
        .into_boxed();
    if let Some(before) = before {
        query = query.filter(dsl::id.lt(before));
    }
    Ok(query.load(conn)?)
}

/// The articles of an edition's newest version in the order of reading: publisher's id, title and placement.
///
/// # Errors
/// Database errors.
pub fn articles(
    conn: &mut PgConnection,
    id: EditionId,
) -> Result<Vec<(String, String, Placement)>, Error> {
    Ok(edition_articles::table
        .inner_join(articles::table.on(articles::id.eq(edition_articles::article_id)))
        .filter(
            edition_articles::edition_id
                .eq(id)
                .and(edition_articles::until_version.is_null()),
        )
        .order(edition_articles::position)
        .select((
            articles::external_id,
            articles::title,
            edition_articles::placement,
        ))
        .load(conn)?)
}
