//! What the addresses of articles answered, and which articles were left out because they were gone.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{Array, Timestamptz, Uuid};
use diesel::upsert::excluded;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::address_check::AddressCheck;
use crate::domain::id::{ArticleId, NewsletterId};
use crate::schema::address_checks::dsl;
use crate::schema::left_out_articles;

/// Rows of one statement.
const BATCH: usize = 1000;

/// What the addresses of these articles answered last, in no order; those that were never asked are missing.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[ArticleId]) -> Result<Vec<AddressCheck>, Error> {
    Ok(dsl::address_checks
        .filter(dsl::article_id.eq_any(ids))
        .select(AddressCheck::as_select())
        .load(conn)?)
}

/// Stores what addresses answered in place of what they answered before.
///
/// # Errors
/// Database errors.
pub fn put(conn: &mut PgConnection, mut checks: Vec<AddressCheck>) -> Result<(), Error> {
    // Two schedulers that ask at the same time lock the rows in the same order.
    checks.sort_by_key(|check| check.article_id);
    checks.dedup_by_key(|check| check.article_id);
    for batch in checks.chunks(BATCH) {
        diesel::insert_into(dsl::address_checks)
            .values(batch.to_vec())
            .on_conflict(dsl::article_id)
            .do_update()
            .set((
                dsl::url.eq(excluded(dsl::url)),
                dsl::checked_at.eq(excluded(dsl::checked_at)),
                dsl::outcome.eq(excluded(dsl::outcome)),
                dsl::detail.eq(excluded(dsl::detail)),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// The articles that the newsletter left out of a window that ended at `since` or later, and the end of the latest.
///
/// # Errors
/// Database errors.
pub fn left_out(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    since: Timestamp,
) -> Result<HashMap<ArticleId, Timestamp>, Error> {
    use left_out_articles as table;
    let rows: Vec<(ArticleId, jiff_diesel::Timestamp)> = table::table
        .filter(
            table::newsletter_id
                .eq(newsletter)
                .and(table::left_out_until.ge(since.to_diesel())),
        )
        .select((table::article_id, table::left_out_until))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows.map(|(id, until)| (id, until.to_jiff())).collect())
}

/// Notes that the newsletter left these articles out of a window that ends at `until`.
///
/// # Errors
/// Database errors.
pub fn leave_out(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    articles: &[ArticleId],
    until: Timestamp,
) -> Result<(), Error> {
    if articles.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO left_out_articles (newsletter_id, article_id, left_out_until) \
         SELECT $1, a.id, $3 FROM unnest($2) a (id) ORDER BY a.id \
         ON CONFLICT (newsletter_id, article_id) DO UPDATE \
            SET left_out_until = greatest(left_out_articles.left_out_until, excluded.left_out_until)",
    )
    .bind::<Uuid, _>(newsletter)
    .bind::<Array<Uuid>, _>(articles)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until))
    .execute(conn)?;
    Ok(())
}
