//! Who gets which selection of an edition, and the marks that decide it.
//!
//! Nearly all readers of a newsletter have had the same: they share a mark, which is kept once for all of them. Only readers
//! who were away, whose mail failed, or who had an article elsewhere differ ([`Deviation`]); they are grouped by what makes
//! them differ, so that there are as many selections as there are differences, and not as many as readers.

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{Array, Nullable, Timestamptz, Uuid};
use jiff::Timestamp;

use super::Error;
use super::edition_deliveries::Number;
use crate::domain::id::{ArticleId, EditionId, NewsletterId, RhythmId, SubscriptionId};

/// The readers of a newsletter with one rhythm; without one, those who follow its schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Audience {
    /// Which newsletter.
    pub newsletter: NewsletterId,
    /// Which rhythm.
    pub rhythm: Option<RhythmId>,
}

/// Readers whose selection differs from the common one in the same way.
#[derive(Debug, Clone, Default)]
pub struct Deviation {
    /// Their mark; `None` is the common one.
    pub mark: Option<Timestamp>,
    /// Editions that they did not get.
    pub missed: Vec<EditionId>,
    /// Articles that they had already, of those that were asked for.
    pub had: Vec<ArticleId>,
    /// Who.
    pub readers: Vec<SubscriptionId>,
}

#[derive(QueryableByName)]
struct DeviationRow {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    mark: Option<jiff_diesel::Timestamp>,
    #[diesel(sql_type = Array<Uuid>)]
    missed: Vec<EditionId>,
    #[diesel(sql_type = Array<Uuid>)]
    had: Vec<ArticleId>,
    #[diesel(sql_type = Array<Uuid>)]
    readers: Vec<SubscriptionId>,
}

/// Articles that some readers may have had, and how far back their other newsletters count.
#[derive(Debug, Clone)]
pub struct Suspects {
    /// Which articles.
    pub articles: Vec<ArticleId>,
    /// Other newsletters count from then on; `None`: not at all.
    pub elsewhere_since: Option<Timestamp>,
}

/// The mark that all of `audience` share who have none of their own.
///
/// # Errors
/// Database errors.
pub fn common_mark(conn: &mut PgConnection, audience: Audience) -> Result<Timestamp, Error> {
    #[derive(QueryableByName)]
    struct Mark {
        #[diesel(sql_type = Timestamptz)]
        mark: jiff_diesel::Timestamp,
    }
    let Mark { mark } = diesel::sql_query("SELECT common_mark($1, $2) AS mark")
        .bind::<Uuid, _>(audience.newsletter)
        .bind::<Nullable<Uuid>, _>(audience.rhythm)
        .get_result(conn)?;
    Ok(mark.to_jiff())
}

/// The oldest mark of a reader who has one of its own.
///
/// # Errors
/// Database errors.
pub fn oldest_mark(
    conn: &mut PgConnection,
    audience: Audience,
) -> Result<Option<Timestamp>, Error> {
    #[derive(QueryableByName)]
    struct Mark {
        #[diesel(sql_type = Nullable<Timestamptz>)]
        mark: Option<jiff_diesel::Timestamp>,
    }
    let Mark { mark } = diesel::sql_query(
        "SELECT min(sent_until) AS mark FROM subscriptions \
          WHERE newsletter_id = $1 AND rhythm_id IS NOT DISTINCT FROM $2 AND status = 'active' AND sent_until IS NOT NULL",
    )
    .bind::<Uuid, _>(audience.newsletter)
    .bind::<Nullable<Uuid>, _>(audience.rhythm)
    .get_result(conn)?;
    Ok(mark.map(jiff_diesel::Timestamp::to_jiff))
}

/// The articles that were shown in editions since `since` that somebody of `audience` did not get, and nothing made up for.
///
/// # Errors
/// Database errors.
pub fn missed_articles(
    conn: &mut PgConnection,
    audience: Audience,
    since: Timestamp,
) -> Result<Vec<(EditionId, ArticleId)>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Uuid)]
        edition_id: EditionId,
        #[diesel(sql_type = Uuid)]
        article_id: ArticleId,
    }
    let rows: Vec<Row> = diesel::sql_query(
        "SELECT a.edition_id, a.article_id FROM edition_articles a \
          WHERE a.placement <> 'left_out' AND a.until_version IS NULL AND a.edition_id IN ( \
                SELECT e.id FROM editions e \
                 WHERE e.newsletter_id = $1 AND e.due_at >= $3 AND EXISTS ( \
                       SELECT 1 FROM missed_deliveries m JOIN subscriptions s ON s.id = m.subscription_id \
                        WHERE m.edition_id = e.id AND m.made_up_in IS NULL AND s.status = 'active' \
                          AND s.rhythm_id IS NOT DISTINCT FROM $2)) \
          ORDER BY a.edition_id, a.position",
    )
    .bind::<Uuid, _>(audience.newsletter)
    .bind::<Nullable<Uuid>, _>(audience.rhythm)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.edition_id, row.article_id))
        .collect())
}

/// Whether anybody of `audience` has the common mark.
///
/// # Errors
/// Database errors.
pub fn any_common(conn: &mut PgConnection, audience: Audience) -> Result<bool, Error> {
    let found: Number = diesel::sql_query(
        "SELECT count(*) AS number FROM (SELECT 1 FROM subscriptions WHERE newsletter_id = $1 \
            AND rhythm_id IS NOT DISTINCT FROM $2 AND status = 'active' AND sent_until IS NULL LIMIT 1) s",
    )
    .bind::<Uuid, _>(audience.newsletter)
    .bind::<Nullable<Uuid>, _>(audience.rhythm)
    .get_result(conn)?;
    Ok(found.number > 0)
}

/// The readers of `audience` who differ, in groups; `only` looks at one reader.
///
/// # Errors
/// Database errors.
pub fn deviations(
    conn: &mut PgConnection,
    audience: Audience,
    missed_since: Timestamp,
    suspects: &Suspects,
    only: Option<SubscriptionId>,
) -> Result<Vec<Deviation>, Error> {
    let rows: Vec<DeviationRow> = diesel::sql_query(
        "WITH r AS MATERIALIZED ( \
            SELECT s.id, s.subscriber_id, s.sent_until FROM subscriptions s \
             WHERE s.newsletter_id = $1 AND s.rhythm_id IS NOT DISTINCT FROM $2 AND s.status = 'active' \
               AND ($6 IS NULL OR s.id = $6) \
               AND NOT EXISTS (SELECT 1 FROM suppressions x JOIN subscribers p ON p.address_key = x.address_key \
                                WHERE p.id = s.subscriber_id)), \
         m AS (SELECT m.subscription_id, array_agg(m.edition_id ORDER BY m.edition_id) AS editions \
                 FROM missed_deliveries m JOIN editions e ON e.id = m.edition_id \
                WHERE m.made_up_in IS NULL AND e.newsletter_id = $1 AND e.due_at >= $3 GROUP BY 1), \
         h AS (SELECT r.id, array_agg(DISTINCT a.article_id ORDER BY a.article_id) AS articles \
                 FROM edition_articles a JOIN editions e ON e.id = a.edition_id \
                 JOIN edition_deliveries d ON d.edition_id = e.id \
                 JOIN subscriptions o ON o.id = d.subscription_id JOIN r ON r.subscriber_id = o.subscriber_id \
                WHERE a.article_id = ANY ($4) AND a.placement <> 'left_out' \
                  AND (e.newsletter_id = $1 OR e.due_at >= $5) \
                  AND d.status NOT IN ('bounced', 'expired', 'suppressed', 'cancelled') \
                  AND CASE WHEN d.status IN ('queued', 'claimed', 'deferred') THEN a.until_version IS NULL \
                           ELSE d.content_version >= a.from_version \
                                AND (a.until_version IS NULL OR d.content_version < a.until_version) END GROUP BY 1) \
         SELECT r.sent_until AS mark, coalesce(m.editions, '{}') AS missed, coalesce(h.articles, '{}') AS had, \
                array_agg(r.id ORDER BY r.id) AS readers \
           FROM r LEFT JOIN m ON m.subscription_id = r.id LEFT JOIN h ON h.id = r.id \
          WHERE r.sent_until IS NOT NULL OR m.subscription_id IS NOT NULL OR h.id IS NOT NULL \
          GROUP BY 1, 2, 3 ORDER BY 1 NULLS FIRST, 2, 3",
    )
    .bind::<Uuid, _>(audience.newsletter)
    .bind::<Nullable<Uuid>, _>(audience.rhythm)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(missed_since))
    .bind::<Array<Uuid>, _>(&suspects.articles)
    .bind::<Nullable<Timestamptz>, _>(suspects.elsewhere_since.map(jiff_diesel::Timestamp::from))
    .bind::<Nullable<Uuid>, _>(only)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| Deviation {
            mark: row.mark.map(jiff_diesel::Timestamp::to_jiff),
            missed: row.missed,
            had: row.had,
            readers: row.readers,
        })
        .collect())
}

/// Queues an edition for those of `audience` who have the common mark, but not for `others`, in one statement; returns how
/// many. In the order of the key, so that the index only grows at its end.
///
/// # Errors
/// Database errors.
pub fn queue_common(
    conn: &mut PgConnection,
    edition: EditionId,
    audience: Audience,
    others: &[SubscriptionId],
) -> Result<usize, Error> {
    // The statement's time limit is for requests; a million readers may take longer.
    diesel::sql_query("SET LOCAL statement_timeout = '10min'").execute(conn)?;
    Ok(diesel::sql_query(
        "INSERT INTO edition_deliveries (edition_id, subscription_id, attempt_count, unknown_count, status) \
         SELECT $1, s.id, 0, 0, 'queued' FROM subscriptions s \
          WHERE s.newsletter_id = $2 AND s.rhythm_id IS NOT DISTINCT FROM $3 AND s.status = 'active' \
            AND s.sent_until IS NULL AND NOT EXISTS (SELECT 1 FROM unnest($4) o (id) WHERE o.id = s.id) \
            AND NOT EXISTS (SELECT 1 FROM suppressions x JOIN subscribers p ON p.address_key = x.address_key \
                             WHERE p.id = s.subscriber_id) \
          ORDER BY s.id",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Uuid, _>(audience.newsletter)
    .bind::<Nullable<Uuid>, _>(audience.rhythm)
    .bind::<Array<Uuid>, _>(others)
    .execute(conn)?)
}

/// Queues an edition for readers who differ, and brings their marks up to date: to the common one with `mark` of `None`.
/// What they missed counts as made up for. Returns how many.
///
/// # Errors
/// Database errors.
pub fn queue_deviating(
    conn: &mut PgConnection,
    edition: EditionId,
    deviation: &Deviation,
    mark: Option<Timestamp>,
) -> Result<usize, Error> {
    let queued: Number = diesel::sql_query(
        "WITH queued AS (INSERT INTO edition_deliveries (edition_id, subscription_id, attempt_count, unknown_count, status) \
            SELECT $1, s.id, 0, 0, 'queued' FROM subscriptions s \
             WHERE s.id = ANY ($2) AND s.status = 'active' \
               AND NOT EXISTS (SELECT 1 FROM suppressions x JOIN subscribers p ON p.address_key = x.address_key \
                                WHERE p.id = s.subscriber_id) \
             ORDER BY s.id RETURNING subscription_id), \
         marked AS (UPDATE subscriptions s SET sent_until = $3 FROM queued q \
                     WHERE s.id = q.subscription_id AND s.sent_until IS DISTINCT FROM $3), \
         made_up AS (UPDATE missed_deliveries m SET made_up_in = $1 FROM queued q \
                      WHERE m.subscription_id = q.subscription_id AND m.edition_id = ANY ($4) AND m.made_up_in IS NULL) \
         SELECT count(*) AS number FROM queued",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Array<Uuid>, _>(&deviation.readers)
    .bind::<Nullable<Timestamptz>, _>(mark.map(jiff_diesel::Timestamp::from))
    .bind::<Array<Uuid>, _>(&deviation.missed)
    .get_result(conn)?;
    Ok(usize::try_from(queued.number).unwrap_or(0))
}

/// Gives readers who get no edition this time the mark that they have to keep, or the common one.
///
/// # Errors
/// Database errors.
pub fn set_marks(
    conn: &mut PgConnection,
    readers: &[SubscriptionId],
    mark: Option<Timestamp>,
) -> Result<usize, Error> {
    let id = diesel::sql_query(
        "UPDATE subscriptions SET sent_until = $2 WHERE id = ANY ($1) AND sent_until IS DISTINCT FROM $2",
    );
    Ok(id
        .bind::<Array<Uuid>, _>(readers)
        .bind::<Nullable<Timestamptz>, _>(mark.map(jiff_diesel::Timestamp::from))
        .execute(conn)?)
}

/// How many readers `audience` has: for forecasts, not for pages.
///
/// # Errors
/// Database errors.
pub fn count(conn: &mut PgConnection, audience: Audience) -> Result<i64, Error> {
    let count: Number = diesel::sql_query(
        "SELECT count(*) AS number FROM subscriptions \
          WHERE newsletter_id = $1 AND rhythm_id IS NOT DISTINCT FROM $2 AND status = 'active'",
    )
    .bind::<Uuid, _>(audience.newsletter)
    .bind::<Nullable<Uuid>, _>(audience.rhythm)
    .get_result(conn)?;
    Ok(count.number)
}
