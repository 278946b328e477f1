//! How far sign-ups came, counted when somebody asks.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Date, Text, Timestamptz, Uuid};
use jiff::Timestamp;

use super::Error;
use crate::domain::id::NewsletterId;

/// Sign-ups of one day, by how far they came. Whoever came far passed all that lies before.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct DayRow {
    /// The day on which the form was sent.
    #[diesel(sql_type = Date)]
    pub day: jiff_diesel::Date,
    /// That were mailed a link.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
    /// Whose mail a mail server took.
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
    /// Whose page was opened.
    #[diesel(sql_type = BigInt)]
    pub opened: i64,
    /// That were confirmed.
    #[diesel(sql_type = BigInt)]
    pub confirmed: i64,
}

/// Sign-ups for a newsletter whose form was sent from `from` to before `until`, by day of `zone`; days without any are left out.
/// Sign-ups that were only told that they had the newsletter already have nothing to confirm, and do not count.
///
/// # Errors
/// Database errors.
pub fn days(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
    zone: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<DayRow>, Error> {
    Ok(diesel::sql_query(
        "SELECT (asked.requested_at AT TIME ZONE $2)::date AS day, count(*) AS sent, \
                count(*) FILTER (WHERE is_accepted OR is_opened OR is_confirmed) AS accepted, \
                count(*) FILTER (WHERE is_opened OR is_confirmed) AS opened, \
                count(*) FILTER (WHERE is_confirmed) AS confirmed \
           FROM (SELECT s.requested_at, s.confirmed_at IS NOT NULL AS is_confirmed, \
                        EXISTS (SELECT 1 FROM signup_openings o WHERE o.signup_id = s.id) AS is_opened, \
                        bool_or(d.status = 'sent') AS is_accepted \
                   FROM signups s \
                   JOIN deliveries d ON d.subscriber_id = s.subscriber_id AND d.signup_id = s.id \
                        AND d.kind = 'confirmation' AND d.kind <> 'digest' \
                  WHERE s.requested_at >= $3 AND s.requested_at < $4 AND $1 = ANY (s.newsletter_ids) \
                  GROUP BY s.id) asked \
          GROUP BY 1 ORDER BY 1",
    )
    .bind::<Uuid, _>(newsletter)
    .bind::<Text, _>(zone)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(from))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until))
    .load(conn)?)
}
