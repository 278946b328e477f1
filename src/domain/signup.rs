//! A sign-up: one press of "Subscribe", for one or more newsletters, confirmed by one link.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;
use uuid::Uuid;

use super::id::{NewsletterId, SignupId, SubscriberId};
use super::language::Language;

/// One sign-up as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::signups)]
#[diesel(treat_none_as_default_value = false)]
pub struct Signup {
    /// Its identity.
    pub id: SignupId,
    /// Who asked.
    pub subscriber_id: SubscriberId,
    /// For what.
    pub newsletter_ids: Vec<NewsletterId>,
    /// 128 random bits in the confirmation token.
    pub nonce: Uuid,
    /// The language of the form, and so of the mail and the pages.
    pub language: Language,
    /// The page on which the box stood, without query string.
    pub source_url: Option<String>,
    /// Where on the page the box stood, such as "article-end"; may be empty.
    pub placement: String,
    /// When the form was sent.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub requested_at: Timestamp,
    /// When the link stops working.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// When the link was first used to confirm.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub confirmed_at: Option<Timestamp>,
}

impl Signup {
    /// Whether the link has stopped working at `now`: an expiry is the first instant at which it does not.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
