//! A subscription: subscriber x newsletter, with a status that only moves along the allowed ways.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};
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

/// How long a reader can undo leaving.
pub const UNDO_FOR: SignedDuration = SignedDuration::from_hours(24);

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
    /// What the reader had when leaving, and gets back by undoing it; `None` when it ended in another way.
    pub left_as: Option<SubscriptionStatus>,
    /// When a pause ends by itself; `None`: not before somebody resumes it.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub paused_until: Option<Timestamp>,
    /// Whether mails have the text part only.
    pub is_text_only: bool,
    /// Whether the reader has said why, since leaving.
    pub has_given_reason: bool,
}

impl Subscription {
    /// The subscription after the reader left; one that was confirmed can come back by [`Subscription::undo`].
    #[must_use]
    pub fn leave(&self, now: Timestamp) -> Self {
        let was_confirmed = [SubscriptionStatus::Active, SubscriptionStatus::Paused];
        Self {
            status: self.status.unsubscribe(),
            ended_at: Some(now),
            left_as: Some(self.status).filter(|status| was_confirmed.contains(status)),
            has_given_reason: false,
            ..self.clone()
        }
    }

    /// The subscription as it was before the reader left, with its rhythm and mark; `None` when it is too late, or when
    /// there is nothing to undo.
    #[must_use]
    pub fn undo(&self, now: Timestamp) -> Option<Self> {
        let ended_at = self.ended_at?;
        let is_ended = self.status == SubscriptionStatus::Unsubscribed;
        let in_time = now < ended_at.saturating_add(UNDO_FOR).unwrap_or(ended_at);
        let status = self.left_as.filter(|_| is_ended && in_time)?;
        Some(Self {
            status,
            ended_at: None,
            left_as: None,
            ..self.clone()
        })
    }

    /// The subscription, paused until `until`, or until it is resumed; one that is paused gets the new end.
    ///
    /// # Errors
    /// Only a confirmed one can be paused.
    pub fn pause(&self, until: Option<Timestamp>) -> Result<Self, TransitionError> {
        match self.status {
            SubscriptionStatus::Active | SubscriptionStatus::Paused => Ok(Self {
                status: SubscriptionStatus::Paused,
                paused_until: until,
                ..self.clone()
            }),
            from @ (SubscriptionStatus::Pending | SubscriptionStatus::Unsubscribed) => {
                Err(TransitionError {
                    from,
                    wanted: "paused",
                })
            }
        }
    }

    /// The subscription, going on; one that is active stays as it is.
    ///
    /// # Errors
    /// Only a confirmed one can go on.
    pub fn resume(&self) -> Result<Self, TransitionError> {
        match self.status {
            SubscriptionStatus::Active | SubscriptionStatus::Paused => Ok(Self {
                status: SubscriptionStatus::Active,
                paused_until: None,
                ..self.clone()
            }),
            from @ (SubscriptionStatus::Pending | SubscriptionStatus::Unsubscribed) => {
                Err(TransitionError {
                    from,
                    wanted: "resumed",
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SubscriptionStatus::{Active, Paused, Pending, Unsubscribed};
    use super::*;

    fn subscription(status: SubscriptionStatus) -> Subscription {
        let now = at("2026-01-05T06:00:00Z");
        Subscription {
            id: SubscriptionId::new(now),
            subscriber_id: SubscriberId::new(now),
            newsletter_id: NewsletterId::new(now),
            status,
            language: Language::english(),
            link_nonce: Uuid::nil(),
            requested_at: now,
            confirmed_at: Some(now),
            ended_at: None,
            rhythm_id: Some(RhythmId::new(now)),
            sent_until: None,
            left_as: None,
            paused_until: None,
            is_text_only: false,
            has_given_reason: false,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn leaving_can_be_undone_for_a_day() {
        let left = at("2026-01-06T06:00:00Z");
        for status in [Active, Paused] {
            let before = subscription(status);
            let after = before.leave(left);
            assert_eq!(after.status, Unsubscribed);
            assert_eq!(after.undo(at("2026-01-07T05:59:59Z")), Some(before));
            assert_eq!(after.undo(at("2026-01-07T06:00:00Z")), None);
        }
        let never_confirmed = subscription(Pending).leave(left);
        assert_eq!(never_confirmed.undo(left), None);
        assert_eq!(subscription(Active).undo(left), None);
        // Asked for anew since: the confirmation decides.
        let asked_again = Subscription {
            status: Pending,
            ..subscription(Active).leave(left)
        };
        assert_eq!(asked_again.undo(left), None);
    }

    #[test]
    fn only_what_is_confirmed_pauses_and_goes_on() {
        let until = Some(at("2026-02-01T06:00:00Z"));
        for status in [Active, Paused] {
            let paused = subscription(status).pause(until).unwrap();
            assert_eq!((paused.status, paused.paused_until), (Paused, until));
            let resumed = paused.resume().unwrap();
            assert_eq!((resumed.status, resumed.paused_until), (Active, None));
        }
        for status in [Pending, Unsubscribed] {
            assert!(subscription(status).pause(until).is_err());
            assert!(subscription(status).resume().is_err());
        }
    }

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
