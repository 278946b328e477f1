//! Everything that is held about one reader, for the reader.

use diesel::prelude::*;
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid};

use super::Error;
use crate::domain::delivery::{DeliveryKind, DeliveryStatus};
use crate::domain::id::SubscriberId;
use crate::domain::reader_link::ReaderLink;
use crate::domain::signup::Signup;
use crate::schema::{deliveries, reader_links, signups};

/// One edition that was meant for the reader.
#[derive(Debug, Clone, QueryableByName)]
pub struct HeldEdition {
    /// Of which newsletter, by its slug.
    #[diesel(sql_type = Text)]
    pub newsletter: String,
    /// Its subject.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// When it was due.
    #[diesel(sql_type = Timestamptz)]
    pub due_at: jiff_diesel::Timestamp,
    /// Where the mail stands.
    #[diesel(sql_type = Text)]
    pub status: DeliveryStatus,
    /// Since when.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub settled_at: Option<jiff_diesel::Timestamp>,
    /// What the reader's mail server said.
    #[diesel(sql_type = Nullable<Text>)]
    pub reply_text: Option<String>,
}

/// One single mail to the reader.
#[derive(Debug, Clone, Queryable)]
pub struct HeldMail {
    /// What kind.
    pub kind: DeliveryKind,
    /// When it was queued.
    pub created_at: jiff_diesel::Timestamp,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Since when.
    pub settled_at: Option<jiff_diesel::Timestamp>,
    /// What the reader's mail server said.
    pub reply_text: Option<String>,
}

/// The editions, the oldest first.
///
/// # Errors
/// Database errors.
pub fn editions(conn: &mut PgConnection, id: SubscriberId) -> Result<Vec<HeldEdition>, Error> {
    Ok(diesel::sql_query(
        "SELECT n.slug AS newsletter, e.subject, e.due_at, d.status, d.settled_at, d.reply_text \
           FROM subscriptions s JOIN newsletters n ON n.id = s.newsletter_id JOIN editions e ON e.newsletter_id = n.id \
           JOIN edition_deliveries d ON d.edition_id = e.id AND d.subscription_id = s.id \
          WHERE s.subscriber_id = $1 ORDER BY e.due_at, e.id",
    )
    .bind::<Uuid, _>(id)
    .load(conn)?)
}

/// The single mails, the oldest first.
///
/// # Errors
/// Database errors.
pub fn mails(conn: &mut PgConnection, id: SubscriberId) -> Result<Vec<HeldMail>, Error> {
    Ok(deliveries::table
        .filter(deliveries::subscriber_id.eq(id))
        .order((deliveries::created_at, deliveries::id))
        .select((
            deliveries::kind,
            deliveries::created_at,
            deliveries::status,
            deliveries::settled_at,
            deliveries::reply_text,
        ))
        .load(conn)?)
}

/// The sign-ups, the oldest first.
///
/// # Errors
/// Database errors.
pub fn signups(conn: &mut PgConnection, id: SubscriberId) -> Result<Vec<Signup>, Error> {
    Ok(signups::table
        .filter(signups::subscriber_id.eq(id))
        .order(signups::id)
        .select(Signup::as_select())
        .load(conn)?)
}

/// The links that were asked for, the oldest first.
///
/// # Errors
/// Database errors.
pub fn links(conn: &mut PgConnection, id: SubscriberId) -> Result<Vec<ReaderLink>, Error> {
    Ok(reader_links::table
        .filter(reader_links::subscriber_id.eq(id))
        .order(reader_links::id)
        .select(ReaderLink::as_select())
        .load(conn)?)
}
