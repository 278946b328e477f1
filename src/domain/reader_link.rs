//! A link that a reader asked for by mail.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::email_address::EmailAddress;
use super::id::{ReaderLinkId, SubscriberId};
use super::language::Language;
use super::text_column::text_enum;

/// How long such a link works.
pub const LINK_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

text_enum! {
    /// Where the link leads.
    pub enum ReaderLinkKind {
        /// To everything that a reader can see and change.
        Preferences => "preferences",
        /// To the change of the address.
        AddressChange => "address_change",
    }
}

/// One link as it is stored; the token is not, see [`super::link_token`].
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::reader_links)]
#[diesel(treat_none_as_default_value = false)]
pub struct ReaderLink {
    /// Its identity.
    pub id: ReaderLinkId,
    /// Whose.
    pub subscriber_id: SubscriberId,
    /// Where it leads.
    pub kind: ReaderLinkKind,
    /// 128 random bits in its tokens.
    pub nonce: Uuid,
    /// The language in which it was asked for.
    pub language: Language,
    /// The new address of a change.
    pub new_address: Option<EmailAddress>,
    /// The same, case-folded.
    pub new_address_key: Option<String>,
    /// When it was asked for.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// The first instant at which it does not work any more.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// When the change was confirmed from the new mailbox.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub used_at: Option<Timestamp>,
    /// When the change was stopped from the old mailbox.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub stopped_at: Option<Timestamp>,
}

impl ReaderLink {
    /// A link to all preferences of `subscriber`.
    #[must_use]
    pub fn to_preferences(now: Timestamp, subscriber: SubscriberId, language: Language) -> Self {
        Self {
            id: ReaderLinkId::new(now),
            subscriber_id: subscriber,
            kind: ReaderLinkKind::Preferences,
            nonce: Uuid::new_v4(),
            language,
            new_address: None,
            new_address_key: None,
            created_at: now,
            expires_at: now.saturating_add(LINK_LIFETIME).unwrap_or(now),
            used_at: None,
            stopped_at: None,
        }
    }

    /// A link that moves the subscriptions of `subscriber` to `address`.
    #[must_use]
    pub fn to_address(
        now: Timestamp,
        subscriber: SubscriberId,
        language: Language,
        address: EmailAddress,
    ) -> Self {
        Self {
            kind: ReaderLinkKind::AddressChange,
            new_address_key: Some(address.key()),
            new_address: Some(address),
            ..Self::to_preferences(now, subscriber, language)
        }
    }

    /// Whether it works no more at `now`.
    #[must_use]
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}
