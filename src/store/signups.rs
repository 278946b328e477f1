//! Sign-ups.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::{NewsletterId, SignupId};
use crate::domain::signup::Signup;
use crate::schema::signups::dsl;

/// Adds a sign-up.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, signup: Signup) -> Result<(), Error> {
    diesel::insert_into(dsl::signups)
        .values(signup)
        .execute(conn)?;
    Ok(())
}

/// Adds several at once.
///
/// # Errors
/// Database errors.
pub fn insert_all(conn: &mut PgConnection, mut new: Vec<Signup>) -> Result<(), Error> {
    // The statement for one row is prepared once and kept, those for several are not.
    match new.len() {
        0 => Ok(()),
        1 => new.pop().map_or(Ok(()), |one| insert(conn, one)),
        _ => {
            diesel::insert_into(dsl::signups)
                .values(new)
                .execute(conn)?;
            Ok(())
        }
    }
}

/// The sign-up.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: SignupId) -> Result<Option<Signup>, Error> {
    Ok(dsl::signups
        .find(id)
        .select(Signup::as_select())
        .first(conn)
        .optional()?)
}

/// The sign-ups with these ids, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[SignupId]) -> Result<Vec<Signup>, Error> {
    Ok(dsl::signups
        .filter(dsl::id.eq_any(ids))
        .select(Signup::as_select())
        .load(conn)?)
}

/// Notes when the link was first used.
///
/// # Errors
/// Database errors.
pub fn set_confirmed(conn: &mut PgConnection, id: SignupId, at: Timestamp) -> Result<(), Error> {
    diesel::update(dsl::signups.filter(dsl::id.eq(id).and(dsl::confirmed_at.is_null())))
        .set(dsl::confirmed_at.eq(at.to_diesel()))
        .execute(conn)?;
    Ok(())
}

/// Sign-ups of one page and place on it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Source {
    /// The page, without query.
    #[diesel(sql_type = Nullable<Text>)]
    pub source_url: Option<String>,
    /// Where on the page the box stood.
    #[diesel(sql_type = Text)]
    pub placement: String,
    /// How many were mailed a link.
    #[diesel(sql_type = BigInt)]
    pub asked: i64,
    /// How many of them confirmed.
    #[diesel(sql_type = BigInt)]
    pub confirmed: i64,
}

/// From which pages sign-ups for a newsletter came since `since`, those with the most confirmed ones first.
///
/// # Errors
/// Database errors.
pub fn sources(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<Source>, Error> {
    Ok(diesel::sql_query(
        "SELECT source_url, placement, count(*) AS asked, count(confirmed_at) AS confirmed FROM signups \
          WHERE requested_at >= $1 AND $2 = ANY (newsletter_ids) GROUP BY 1, 2 \
          ORDER BY confirmed DESC, asked DESC, source_url, placement LIMIT $3",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
    .bind::<Uuid, _>(newsletter)
    .bind::<BigInt, _>(limit)
    .load(conn)?)
}
