//! Corrections of editions: which versions hold what, and who was sent which.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Text, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use super::edition_deliveries::Number;
use crate::domain::article::Article;
use crate::domain::correction::{CorrectedEdition, Correction, Reach};
use crate::domain::edition::{Edition, EditionStatus, NewContent};
use crate::domain::frozen_article::FrozenArticle;
use crate::domain::id::{ArticleId, CorrectionId, EditionId, NewsletterId};
use crate::domain::selection::Placement;
use crate::schema::{
    articles, correction_editions, correction_notices, corrections, edition_articles,
    edition_contents, editions,
};

/// The editions whose newest version holds this article, each with the version from which it does; nobody else changes their
/// rows until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_holding(
    conn: &mut PgConnection,
    article: ArticleId,
) -> Result<Vec<(Edition, i32)>, Error> {
    let held: Vec<(EditionId, i32)> = edition_articles::table
        .filter(
            edition_articles::article_id
                .eq(article)
                .and(edition_articles::placement.ne(Placement::LeftOut))
                .and(edition_articles::until_version.is_null()),
        )
        .order(edition_articles::edition_id)
        .select((edition_articles::edition_id, edition_articles::from_version))
        .load(conn)?;
    let mut locked = Vec::with_capacity(held.len());
    for (id, from_version) in held {
        let edition = super::editions::lock(conn, id)?;
        let sent = edition.filter(|edition| edition.status != EditionStatus::Skipped);
        locked.extend(sent.map(|edition| (edition, from_version)));
    }
    Ok(locked)
}

/// The articles of an edition's newest version as they were frozen, in the order of reading, those left out at the end.
///
/// # Errors
/// Database errors.
pub fn frozen_articles(
    conn: &mut PgConnection,
    edition: EditionId,
) -> Result<Vec<(Article, Placement)>, Error> {
    let rows: Vec<(Article, Placement, Option<FrozenArticle>)> = edition_articles::table
        .inner_join(articles::table.on(articles::id.eq(edition_articles::article_id)))
        .filter(
            edition_articles::edition_id
                .eq(edition)
                .and(edition_articles::until_version.is_null()),
        )
        .order(edition_articles::position)
        .select((
            Article::as_select(),
            edition_articles::placement,
            edition_articles::frozen,
        ))
        .load(conn)?;
    let as_it_was = |(now, placement, frozen): (Article, Placement, Option<FrozenArticle>)| {
        // Editions from before corrections were possible have nothing else.
        let article = match frozen {
            Some(frozen) => frozen.restore(now),
            None => now,
        };
        (article, placement)
    };
    Ok(rows.into_iter().map(as_it_was).collect())
}

/// Whether any version of this edition held the article.
///
/// # Errors
/// Database errors.
pub fn has_held(
    conn: &mut PgConnection,
    edition: EditionId,
    article: ArticleId,
) -> Result<bool, Error> {
    let row = edition_articles::table.find((edition, article));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

/// Gives an edition new content, and keeps what was before; returns the new version. Nothing of an older one begins from the
/// commit on.
///
/// # Errors
/// Database errors.
pub fn replace_content(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    content: NewContent,
) -> Result<i32, Error> {
    let row = editions::table.find(id);
    row.select((
        editions::id,
        editions::content_version,
        editions::subject,
        editions::preheader,
        editions::html,
        editions::plain,
        editions::web_html,
        editions::content_sha256,
        editions::article_count,
        now.to_diesel().into_sql::<diesel::sql_types::Timestamptz>(),
    ))
    .insert_into(edition_contents::table)
    .into_columns((
        edition_contents::edition_id,
        edition_contents::version,
        edition_contents::subject,
        edition_contents::preheader,
        edition_contents::html,
        edition_contents::plain,
        edition_contents::web_html,
        edition_contents::content_sha256,
        edition_contents::article_count,
        edition_contents::replaced_at,
    ))
    .execute(conn)?;
    Ok(diesel::update(row)
        .set((
            content,
            editions::content_version.eq(editions::content_version + 1),
        ))
        .returning(editions::content_version)
        .get_result(conn)?)
}

/// Notes which articles an edition holds from `version` on; those that it held before and does not now end there.
///
/// # Errors
/// Database errors.
pub fn replace_articles(
    conn: &mut PgConnection,
    edition: EditionId,
    version: i32,
    placements: &[(&Article, Placement)],
) -> Result<(), Error> {
    let kept: Vec<ArticleId> = placements.iter().map(|(article, _)| article.id).collect();
    let gone = edition_articles::table.filter(
        edition_articles::edition_id
            .eq(edition)
            .and(edition_articles::until_version.is_null())
            .and(edition_articles::article_id.ne_all(kept)),
    );
    diesel::update(gone)
        .set(edition_articles::until_version.eq(version))
        .execute(conn)?;
    for (position, (article, placement)) in (1_i32..).zip(placements) {
        let frozen = FrozenArticle::from(*article);
        diesel::insert_into(edition_articles::table)
            .values((
                edition_articles::edition_id.eq(edition),
                edition_articles::article_id.eq(article.id),
                edition_articles::position.eq(position),
                edition_articles::placement.eq(*placement),
                edition_articles::frozen.eq(frozen.clone()),
                edition_articles::from_version.eq(version),
            ))
            .on_conflict((edition_articles::edition_id, edition_articles::article_id))
            .do_update()
            .set((
                edition_articles::position.eq(position),
                edition_articles::placement.eq(*placement),
                edition_articles::frozen.eq(frozen),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Adds a correction with what it did.
///
/// # Errors
/// Database errors.
pub fn insert(
    conn: &mut PgConnection,
    correction: Correction,
    editions: Vec<CorrectedEdition>,
) -> Result<(), Error> {
    diesel::insert_into(corrections::table)
        .values(correction)
        .execute(conn)?;
    diesel::insert_into(correction_editions::table)
        .values(editions)
        .execute(conn)?;
    Ok(())
}

/// One correction; nobody else sends a notice of it until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, id: CorrectionId) -> Result<Option<Correction>, Error> {
    Ok(corrections::table
        .find(id)
        .select(Correction::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()?)
}

/// The newest corrections of one article.
///
/// # Errors
/// Database errors.
pub fn of_article(
    conn: &mut PgConnection,
    article: ArticleId,
    limit: i64,
) -> Result<Vec<Correction>, Error> {
    Ok(corrections::table
        .filter(corrections::article_id.eq(article))
        .order(corrections::id.desc())
        .limit(limit)
        .select(Correction::as_select())
        .load(conn)?)
}

/// What a correction did to each edition, the oldest edition first.
///
/// # Errors
/// Database errors.
pub fn editions_of(
    conn: &mut PgConnection,
    id: CorrectionId,
) -> Result<Vec<(CorrectedEdition, Edition)>, Error> {
    Ok(correction_editions::table
        .inner_join(editions::table.on(editions::id.eq(correction_editions::edition_id)))
        .filter(correction_editions::correction_id.eq(id))
        .order(correction_editions::edition_id)
        .select((CorrectedEdition::as_select(), Edition::as_select()))
        .load(conn)?)
}

/// The notices of a correction, the oldest first.
///
/// # Errors
/// Database errors.
pub fn notices_of(conn: &mut PgConnection, id: CorrectionId) -> Result<Vec<Edition>, Error> {
    Ok(correction_notices::table
        .inner_join(editions::table.on(editions::id.eq(correction_notices::edition_id)))
        .filter(correction_notices::correction_id.eq(id))
        .order(correction_notices::edition_id)
        .select(Edition::as_select())
        .load(conn)?)
}

/// Where the mails of a corrected edition stand. Whoever was sent a copy of what is right after a lost reply may have had what
/// was wrong before.
///
/// # Errors
/// Database errors.
pub fn reach(conn: &mut PgConnection, of: &CorrectedEdition) -> Result<Reach, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        sent: i64,
        #[diesel(sql_type = BigInt)]
        unknown: i64,
        #[diesel(sql_type = BigInt)]
        waiting: i64,
    }
    let row: Row = diesel::sql_query(
        "SELECT count(*) FILTER (WHERE status = 'sent' AND content_version >= $2 AND content_version < $3) AS sent, \
                count(*) FILTER (WHERE status IN ('sending', 'unknown') \
                                   AND content_version >= $2 AND content_version < $3 \
                                    OR unknown_count > 0 AND content_version >= $3) AS unknown, \
                count(*) FILTER (WHERE status IN ('queued', 'claimed', 'deferred')) AS waiting \
           FROM edition_deliveries WHERE edition_id = $1",
    )
    .bind::<Uuid, _>(of.edition_id)
    .bind::<Integer, _>(of.from_version)
    .bind::<Integer, _>(of.until_version)
    .get_result(conn)?;
    Ok(Reach {
        sent: row.sent,
        unknown: row.unknown,
        waiting: row.waiting,
    })
}

/// Notes that an edition is a notice of a correction.
///
/// # Errors
/// Database errors.
pub fn insert_notice(
    conn: &mut PgConnection,
    id: CorrectionId,
    notice: EditionId,
) -> Result<(), Error> {
    diesel::insert_into(correction_notices::table)
        .values((
            correction_notices::edition_id.eq(notice),
            correction_notices::correction_id.eq(id),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes back a notice that nobody is to get.
///
/// # Errors
/// Database errors.
pub fn delete_notice(conn: &mut PgConnection, notice: EditionId) -> Result<(), Error> {
    diesel::delete(correction_notices::table.find(notice)).execute(conn)?;
    diesel::delete(editions::table.find(notice)).execute(conn)?;
    Ok(())
}

/// Queues a notice for exactly those readers of one newsletter whose mails show that they were sent what was wrong, with
/// `with_unknown` also for those of whom nobody knows, who still get the newsletter and were not told yet. Returns how many.
///
/// # Errors
/// Database errors.
pub fn queue_notice(
    conn: &mut PgConnection,
    id: CorrectionId,
    newsletter: NewsletterId,
    notice: EditionId,
    with_unknown: bool,
) -> Result<usize, Error> {
    diesel::sql_query("SET LOCAL statement_timeout = '10min'").execute(conn)?;
    Ok(diesel::sql_query(
        "INSERT INTO edition_deliveries (edition_id, subscription_id, attempt_count, unknown_count, status) \
         SELECT $1, r.id, 0, 0, 'queued' FROM (SELECT DISTINCT s.id \
           FROM correction_editions c JOIN editions e ON e.id = c.edition_id \
           JOIN edition_deliveries d ON d.edition_id = c.edition_id JOIN subscriptions s ON s.id = d.subscription_id \
          WHERE c.correction_id = $2 AND e.newsletter_id = $3 AND s.status = 'active' \
            AND ((d.status = 'sent' OR $4 AND d.status = 'unknown') \
                 AND d.content_version >= c.from_version AND d.content_version < c.until_version \
                 OR $4 AND d.unknown_count > 0 AND d.content_version >= c.until_version) \
            AND NOT EXISTS (SELECT 1 FROM suppressions x JOIN subscribers p ON p.address_key = x.address_key \
                             WHERE p.id = s.subscriber_id) \
            AND NOT EXISTS (SELECT 1 FROM correction_notices n JOIN edition_deliveries t ON t.edition_id = n.edition_id \
                             WHERE n.correction_id = $2 AND t.subscription_id = s.id \
                               AND t.status NOT IN ('bounced', 'expired', 'suppressed', 'cancelled'))) r \
          ORDER BY r.id",
    )
    .bind::<Uuid, _>(notice)
    .bind::<Uuid, _>(id)
    .bind::<Uuid, _>(newsletter)
    .bind::<Bool, _>(with_unknown)
    .execute(conn)?)
}

/// How many readers these notices were sent to, or are to be.
///
/// # Errors
/// Database errors.
pub fn told(conn: &mut PgConnection, notices: &[EditionId]) -> Result<i64, Error> {
    let told: Number = diesel::sql_query(
        "SELECT count(*) AS number FROM edition_deliveries \
          WHERE edition_id = ANY ($1) AND status <> ALL ($2)",
    )
    .bind::<Array<Uuid>, _>(notices)
    .bind::<Array<Text>, _>(["bounced", "expired", "suppressed", "cancelled"].as_slice())
    .get_result(conn)?;
    Ok(told.number)
}
