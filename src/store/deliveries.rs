//! Single mails: adding and reading them. How they move is in [`super::queue`].

use diesel::prelude::*;
use jiff::Timestamp;

use super::Error;
use crate::domain::delivery::{DeliveryKind, NewDelivery};
use crate::domain::id::{NewsletterId, SubscriberId};
use crate::schema::deliveries::dsl;
use crate::schema::signups;

/// Queues one mail.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, delivery: NewDelivery) -> Result<(), Error> {
    diesel::insert_into(dsl::deliveries)
        .values(delivery)
        .execute(conn)?;
    Ok(())
}

/// Adds several at once.
///
/// # Errors
/// Database errors.
pub fn insert_all(conn: &mut PgConnection, mut new: Vec<NewDelivery>) -> Result<(), Error> {
    // The statement for one row is prepared once and kept, those for several are not.
    match new.len() {
        0 => Ok(()),
        1 => new.pop().map_or(Ok(()), |one| insert(conn, one)),
        _ => {
            diesel::insert_into(dsl::deliveries)
                .values(new)
                .execute(conn)?;
            Ok(())
        }
    }
}

/// A single mail that somebody caused who knew the address.
#[derive(Debug, Clone, Queryable)]
pub struct CausedMail {
    /// What kind.
    pub kind: DeliveryKind,
    newsletter_ids: Option<Vec<NewsletterId>>,
    created_at: jiff_diesel::Timestamp,
}

impl CausedMail {
    /// Whether it was about a sign-up for `newsletter`.
    #[must_use]
    pub fn is_about(&self, newsletter: NewsletterId) -> bool {
        self.newsletter_ids
            .as_ref()
            .is_some_and(|ids| ids.contains(&newsletter))
    }

    /// When it was queued.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        self.created_at.to_jiff()
    }
}

/// The single mails that people caused to a subscriber since `since`: by signing up, or by asking for a link.
///
/// # Errors
/// Database errors.
pub fn caused_by_people(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    since: Timestamp,
) -> Result<Vec<CausedMail>, Error> {
    use jiff_diesel::ToDiesel as _;
    Ok(dsl::deliveries
        .left_join(signups::table.on(dsl::signup_id.eq(signups::id.nullable())))
        .filter(
            dsl::subscriber_id
                .eq(subscriber)
                .and(dsl::created_at.gt(since.to_diesel())),
        )
        .select((
            dsl::kind,
            signups::newsletter_ids.nullable(),
            dsl::created_at,
        ))
        .load(conn)?)
}

/// [`caused_by_people`] for several subscribers, with whose each is.
///
/// # Errors
/// Database errors.
pub fn all_caused_by_people(
    conn: &mut PgConnection,
    subscribers: &[SubscriberId],
    since: Timestamp,
) -> Result<Vec<(SubscriberId, CausedMail)>, Error> {
    use jiff_diesel::ToDiesel as _;
    let rows: Vec<(Option<SubscriberId>, CausedMail)> = dsl::deliveries
        .left_join(signups::table.on(dsl::signup_id.eq(signups::id.nullable())))
        .filter(
            dsl::subscriber_id
                .eq_any(subscribers)
                .and(dsl::created_at.gt(since.to_diesel())),
        )
        .select((
            dsl::subscriber_id,
            (
                dsl::kind,
                signups::newsletter_ids.nullable(),
                dsl::created_at,
            ),
        ))
        .load(conn)?;
    let known = rows.into_iter();
    Ok(known
        .filter_map(|(subscriber, mail)| Some((subscriber?, mail)))
        .collect())
}
