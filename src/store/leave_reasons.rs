//! Why readers left: counts for each newsletter and day.

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Uuid};
use jiff::civil::Date;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::NewsletterId;
use crate::domain::leave_reason::LeaveReason;
use crate::schema::leave_reasons::dsl;

/// How many readers gave a reason.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct ReasonCount {
    /// Which reason.
    #[diesel(sql_type = Text)]
    pub reason: LeaveReason,
    /// How many readers since it is counted.
    #[diesel(sql_type = BigInt)]
    pub total: i64,
    /// How many of them from the day that was asked for on.
    #[diesel(sql_type = BigInt)]
    pub recent: i64,
}

/// Counts one reader more.
///
/// # Errors
/// Database errors.
pub fn add(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    day: Date,
    reason: LeaveReason,
) -> Result<(), Error> {
    diesel::insert_into(dsl::leave_reasons)
        .values((
            dsl::newsletter_id.eq(newsletter),
            dsl::day.eq(day.to_diesel()),
            dsl::reason.eq(reason),
            dsl::readers.eq(1),
        ))
        .on_conflict((dsl::newsletter_id, dsl::day, dsl::reason))
        .do_update()
        .set(dsl::readers.eq(dsl::readers + 1))
        .execute(conn)?;
    Ok(())
}

/// The counts of a newsletter, `recent` from the day `since` on; reasons that nobody gave are left out.
///
/// # Errors
/// Database errors.
pub fn counts(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    since: Date,
) -> Result<Vec<ReasonCount>, Error> {
    Ok(diesel::sql_query(
        "SELECT reason, sum(readers)::bigint AS total, \
                coalesce(sum(readers) FILTER (WHERE day >= $2), 0)::bigint AS recent \
           FROM leave_reasons WHERE newsletter_id = $1 GROUP BY reason ORDER BY reason",
    )
    .bind::<Uuid, _>(newsletter)
    .bind::<diesel::sql_types::Date, _>(since.to_diesel())
    .load(conn)?)
}
