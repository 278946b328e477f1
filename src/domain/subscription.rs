//! A subscription: subscriber x newsletter, with a status that only moves along the allowed ways.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;
use uuid::Uuid;

use super::id::{NewsletterId, RhythmId, SubscriberId, SubscriptionId};
use super::language::Language;
use super::text_column::text_enum;

text_enum! {
    /// Where a subscription stands.
    pub enum SubscriptionStatus {
        /// Asked for; waits for the click in the confirmation mail. Gets nothing.
        Pending => "pending",
        /// Confirmed: gets every edition.
        Active => "active",
        /// Confirmed, but gets nothing until it is resumed.
        Paused => "paused",
        /// Ended by the reader or the newsroom. Only a new confirmation brings it back.
        Unsubscribed => "unsubscribed",
    }
}

/// A move that the status does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subscription that is {from} cannot be {wanted}")]
pub struct TransitionError {
    /// The status it has.
    pub from: SubscriptionStatus,
    /// What was wanted, as a participle.
    pub wanted: &'static str,
}

impl SubscriptionStatus {
    /// A person asked for the newsletter: a new or ended subscription waits for confirmation, a confirmed one
    /// stays as it is.
    #[must_use]
    pub fn request(self) -> Self {
        match self {
            Self::Pending | Self::Unsubscribed => Self::Pending,
            Self::Active => Self::Active,
            Self::Paused => Self::Paused,
        }
    }

    /// The person confirmed. Confirming twice is fine.
    ///
    /// # Errors
    /// An ended subscription is not revived by an old link: it needs a new request first.
    pub fn confirm(self) -> Result<Self, TransitionError> {
        match self {
            Self::Pending | Self::Active => Ok(Self::Active),
            Self::Paused => Ok(Self::Paused),
            Self::Unsubscribed => Err(TransitionError {
                from: self,
                wanted: "confirmed",
            }),
        }
    }

    /// The person leaves: always possible, and final until a new confirmation.
    #[must_use]
    pub fn unsubscribe(self) -> Self {
        Self::Unsubscribed
    }

    /// The newsroom adds a reader whose consent it holds.
    ///
    /// # Errors
    /// A reader who left is not brought back by anyone else.
    pub fn add(self) -> Result<Self, TransitionError> {
        match self {
            Self::Pending | Self::Active => Ok(Self::Active),
            Self::Paused => Ok(Self::Paused),
            Self::Unsubscribed => Err(TransitionError {
                from: self,
                wanted: "added",
            }),
        }
    }
}

/// One subscription as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::subscriptions)]
#[diesel(treat_none_as_default_value = false)]
pub struct Subscription {
    /// Its identity; stays the same when the reader leaves and returns.
    pub id: SubscriptionId,
    /// Who.
    pub subscriber_id: SubscriberId,
    /// What.
    pub newsletter_id: NewsletterId,
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// The language of the mails of this subscription.
    pub language: Language,
    /// 128 random bits in every link token of this row; a new value revokes the links.
    pub link_nonce: Uuid,
    /// When it was last asked for.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub requested_at: Timestamp,
    /// When it was last confirmed.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub confirmed_at: Option<Timestamp>,
    /// When it ended, if it has.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub ended_at: Option<Timestamp>,
    /// The reader's own rhythm; `None` follows the newsletter's schedule.
    pub rhythm_id: Option<RhythmId>,
    /// Up to when this reader had what was available; `None`: like all who have the same rhythm.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub sent_until: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::SubscriptionStatus::{Active, Paused, Pending, Unsubscribed};

    #[test]
    fn an_old_link_never_revives_an_ended_subscription() {
        assert_eq!(Unsubscribed.confirm().unwrap_err().from, Unsubscribed);
        assert_eq!(Unsubscribed.request().confirm(), Ok(Active));
    }

    #[test]
    fn requests_do_not_disturb_a_confirmed_reader() {
        for (before, after) in [
            (Pending, Pending),
            (Active, Active),
            (Paused, Paused),
            (Unsubscribed, Pending),
        ] {
            assert_eq!(before.request(), after);
        }
    }

    #[test]
    fn the_newsroom_cannot_bring_back_a_reader_who_left() {
        assert_eq!(Pending.add(), Ok(Active));
        assert_eq!(Paused.add(), Ok(Paused));
        assert!(Unsubscribed.add().is_err());
    }
}
