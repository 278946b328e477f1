//! When the page behind the link of a confirmation mail was first opened. The migration `create_signup_openings` says by whom.

use diesel::prelude::*;
use diesel::sql_types::{Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::id::SignupId;
use crate::schema::signup_openings::dsl;

/// Whether the page of a sign-up was opened.
///
/// # Errors
/// Database errors.
pub fn contains(conn: &mut PgConnection, signup: SignupId) -> Result<bool, Error> {
    let row = dsl::signup_openings.filter(dsl::signup_id.eq(signup));
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(conn)?)
}

/// Notes that the page was opened, once, unless `mark` says that a machine did it, or the sign-up is gone.
///
/// # Errors
/// Database errors.
pub fn insert_unless_marked(
    conn: &mut PgConnection,
    signup: SignupId,
    at: Timestamp,
    mark: &str,
) -> Result<(), Error> {
    diesel::sql_query(
        "INSERT INTO signup_openings (signup_id, opened_at) \
         SELECT id, $2 FROM signups WHERE id = $1 \
            AND NOT EXISTS (SELECT 1 FROM scanner_marks WHERE key = $3 AND expires_at > $2) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<Uuid, _>(signup)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(at))
    .bind::<Text, _>(mark)
    .execute(conn)?;
    Ok(())
}

/// Notes that the page was opened, once: whoever confirms has seen it.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, signup: SignupId, at: Timestamp) -> Result<(), Error> {
    diesel::insert_into(dsl::signup_openings)
        .values((dsl::signup_id.eq(signup), dsl::opened_at.eq(at.to_diesel())))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// When the pages of these sign-ups were opened, as far as they were, in no order.
///
/// # Errors
/// Database errors.
pub fn of_signups(
    conn: &mut PgConnection,
    signups: &[SignupId],
) -> Result<Vec<(SignupId, Timestamp)>, Error> {
    let rows: Vec<(SignupId, jiff_diesel::Timestamp)> = dsl::signup_openings
        .filter(dsl::signup_id.eq_any(signups))
        .select((dsl::signup_id, dsl::opened_at))
        .load(conn)?;
    let rows = rows.into_iter();
    Ok(rows.map(|(signup, at)| (signup, at.to_jiff())).collect())
}

/// Takes an opening back that was noted at `since` or later, unless the sign-up is confirmed.
///
/// # Errors
/// Database errors.
pub fn take_back(conn: &mut PgConnection, signup: SignupId, since: Timestamp) -> Result<(), Error> {
    diesel::sql_query(
        "DELETE FROM signup_openings o USING signups s WHERE o.signup_id = $1 AND s.id = o.signup_id \
            AND o.opened_at >= $2 AND s.confirmed_at IS NULL",
    )
    .bind::<Uuid, _>(signup)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
    .execute(conn)?;
    Ok(())
}
