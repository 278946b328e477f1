//! A subscription at a `WebSub` hub (W3C Recommendation of 2018): the hub pushes what a feed publishes, so that nobody waits for the
//! next look. Looks go on all the same; a hub only makes news come sooner.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::id::{FeedId, HubSubscriptionId};
use super::text_column::text_enum;

/// How long a subscription is asked for; the hub decides.
pub const WANTED_LEASE_SECONDS: i64 = 10 * 24 * 3600;
/// The shortest and the longest lease that is believed, in seconds.
const LEASES: (i64, i64) = (60, 90 * 24 * 3600);
/// How long a hub may take to ask back.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// The pause after the first request that the hub did not confirm; it doubles each time.
const FIRST_PAUSE: SignedDuration = SignedDuration::from_mins(10);
const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(24);
/// Requests to end a subscription; then it is left to run out.
const MAX_FAREWELLS: i32 = 3;
/// Between two pushes that are taken; hubs repeat what is refused.
const MIN_PUSH_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// Characters of a hub's words that are kept.
const SHOWN_CHARS: usize = 300;

text_enum! {
    /// What is wanted of the hub.
    pub enum HubWish {
        /// To push.
        Subscribe => "subscribe",
        /// To end that.
        Unsubscribe => "unsubscribe",
    }
}

text_enum! {
    /// How far it is.
    pub enum HubState {
        /// The hub has not been asked yet.
        Wanted => "wanted",
        /// It was asked, and has not asked back.
        Asked => "asked",
        /// It pushes.
        Active => "active",
        /// Its lease ran out before it was renewed.
        Lapsed => "lapsed",
    }
}

/// A subscription as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::hub_subscriptions)]
#[diesel(treat_none_as_null = true)]
pub struct HubSubscription {
    /// Its id, in the address that the hub calls.
    pub id: HubSubscriptionId,
    /// Whose news; `None` when the subscription is to end.
    pub feed_id: Option<FeedId>,
    /// Where the hub is.
    pub hub_url: String,
    /// The address of the feed as the feed says it.
    pub topic: String,
    /// 128 random bits, of which the address and the secret are made together with the server's key.
    pub nonce: Uuid,
    /// What is wanted.
    pub wish: HubWish,
    /// When the hub was last asked.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub asked_at: Option<Timestamp>,
    /// Until when it pushes.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub lease_ends_at: Option<Timestamp>,
    /// When it is asked next.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub act_at: Timestamp,
    /// Requests in a row that it did not confirm.
    pub failures: i32,
    /// When it last pushed something that was right.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_push_at: Option<Timestamp>,
    /// What last went wrong.
    pub last_error: Option<String>,
    /// When the feed was first seen to name the hub.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// What a feed says of its hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubOffer {
    /// Where the hub is.
    pub hub_url: String,
    /// The address of the feed.
    pub topic: String,
}

/// What a hub asks back (section 5.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verification {
    /// What it is about to do.
    pub wish: HubWish,
    /// For which address.
    pub topic: String,
    /// For how long, in seconds.
    pub lease_seconds: Option<i64>,
}

/// What becomes of a subscription that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It stands.
    Standing(Box<HubSubscription>),
    /// It has ended.
    Ended,
}

impl HubSubscription {
    /// One that is wanted from now on; `nonce` is random.
    #[must_use]
    pub fn new(now: Timestamp, feed: FeedId, offer: HubOffer, nonce: Uuid) -> Self {
        Self {
            id: HubSubscriptionId::new(now),
            feed_id: Some(feed),
            hub_url: offer.hub_url,
            topic: offer.topic,
            nonce,
            wish: HubWish::Subscribe,
            asked_at: None,
            lease_ends_at: None,
            act_at: now,
            failures: 0,
            last_push_at: None,
            last_error: None,
            created_at: now,
        }
    }

    /// How far it is at `now`.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> HubState {
        match (self.lease_ends_at, self.asked_at) {
            (Some(end), _) if end > now => HubState::Active,
            (Some(_), _) => HubState::Lapsed,
            (None, Some(_)) => HubState::Asked,
            (None, None) => HubState::Wanted,
        }
    }

    /// This, about to be asked; `None` when a hub does not answer farewells. If it does not confirm, it is asked again later.
    #[must_use]
    pub fn asked(&self, now: Timestamp) -> Option<Self> {
        if self.wish == HubWish::Unsubscribe && self.failures >= MAX_FAREWELLS {
            return None;
        }
        let doublings = u32::try_from(self.failures.clamp(0, 16)).unwrap_or(0);
        let pause = FIRST_PAUSE
            .checked_mul(2_i32.saturating_pow(doublings))
            .unwrap_or(LONGEST_PAUSE);
        Some(Self {
            asked_at: Some(now),
            act_at: later(now, pause.min(LONGEST_PAUSE)),
            failures: self.failures.saturating_add(1),
            ..self.clone()
        })
    }

    /// This, with a note of what went wrong.
    #[must_use]
    pub fn noted(&self, error: &str) -> Self {
        Self {
            last_error: Some(error.chars().take(SHOWN_CHARS).collect()),
            ..self.clone()
        }
    }

    /// This, to be ended.
    #[must_use]
    pub fn unwanted(&self, now: Timestamp) -> Self {
        Self {
            feed_id: None,
            wish: HubWish::Unsubscribe,
            asked_at: None,
            act_at: now,
            failures: 0,
            ..self.clone()
        }
    }

    /// What becomes of it when the hub asks back; `None` unless that is just what the hub was asked for.
    #[must_use]
    pub fn verified(&self, now: Timestamp, by: &Verification) -> Option<Verified> {
        if !self.awaits(now) || by.wish != self.wish || by.topic != self.topic {
            return None;
        }
        if self.wish == HubWish::Unsubscribe {
            return Some(Verified::Ended);
        }
        let (min, max) = LEASES;
        let seconds = by.lease_seconds.unwrap_or(WANTED_LEASE_SECONDS);
        let seconds = seconds.clamp(min, max);
        Some(Verified::Standing(Box::new(Self {
            lease_ends_at: Some(later(now, SignedDuration::from_secs(seconds))),
            // Early enough to try more than once.
            act_at: later(now, SignedDuration::from_secs(seconds / 4 * 3)),
            failures: 0,
            last_error: None,
            ..self.clone()
        })))
    }

    /// This after the hub said that it does not want to (section 5.2); `None` unless it was asked, or pushes.
    #[must_use]
    pub fn denied(&self, now: Timestamp, topic: &str, reason: &str) -> Option<Self> {
        let is_ours = self.wish == HubWish::Subscribe && topic == self.topic;
        if !is_ours || (self.asked_at.is_none() && self.lease_ends_at.is_none()) {
            return None;
        }
        Some(Self {
            asked_at: None,
            lease_ends_at: None,
            act_at: later(now, LONGEST_PAUSE),
            ..self.noted(&format!("the hub does not want to: {reason}"))
        })
    }

    /// Whether a push may be taken now; else hubs repeat it.
    #[must_use]
    pub fn takes_push(&self, now: Timestamp) -> bool {
        self.last_push_at
            .is_none_or(|last| later(last, MIN_PUSH_PAUSE) <= now)
    }

    fn awaits(&self, now: Timestamp) -> bool {
        self.asked_at.is_some_and(|at| later(at, PATIENCE) > now)
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subscription() -> (Timestamp, HubSubscription) {
        let now = "2026-01-05T05:30:00Z".parse().unwrap();
        let offer = HubOffer {
            hub_url: "https://hub.example/".to_owned(),
            topic: "https://a.example/feed".to_owned(),
        };
        let row = HubSubscription::new(now, FeedId::new(now), offer, Uuid::nil());
        (now, row)
    }

    fn verification(wish: HubWish, topic: &str, lease_seconds: Option<i64>) -> Verification {
        Verification {
            wish,
            topic: topic.to_owned(),
            lease_seconds,
        }
    }

    #[test]
    fn only_what_was_asked_for_is_verified() {
        let (now, new) = subscription();
        let right = verification(HubWish::Subscribe, &new.topic, Some(1000));
        assert_eq!(new.verified(now, &right), None, "nobody asked");
        let asked = new.asked(now).unwrap();
        assert_eq!(asked.state(now), HubState::Asked);
        for wrong in [
            verification(HubWish::Unsubscribe, &new.topic, None),
            verification(HubWish::Subscribe, "https://b.example/feed", None),
        ] {
            assert_eq!(asked.verified(now, &wrong), None);
        }
        assert_eq!(asked.verified(later(now, PATIENCE), &right), None, "late");
        let Some(Verified::Standing(standing)) = asked.verified(now, &right) else {
            panic!("not verified");
        };
        assert_eq!(
            standing.lease_ends_at,
            Some(later(now, SignedDuration::from_secs(1000)))
        );
        assert_eq!(standing.act_at, later(now, SignedDuration::from_secs(750)));
        assert_eq!(
            (standing.state(now), standing.failures),
            (HubState::Active, 0)
        );
        assert_eq!(
            standing.state(later(now, SignedDuration::from_secs(1000))),
            HubState::Lapsed
        );
        let farewell = standing.unwanted(now).asked(now).unwrap();
        assert_eq!(farewell.verified(now, &right), None);
        let bye = verification(HubWish::Unsubscribe, &new.topic, None);
        assert_eq!(farewell.verified(now, &bye), Some(Verified::Ended));
    }

    #[test]
    fn leases_are_believed_within_bounds() {
        let (now, new) = subscription();
        let asked = new.asked(now).unwrap();
        for (told, believed) in [
            (Some(-5), 60),
            (Some(i64::MAX), LEASES.1),
            (None, WANTED_LEASE_SECONDS),
        ] {
            let by = verification(HubWish::Subscribe, &new.topic, told);
            let Some(Verified::Standing(row)) = asked.verified(now, &by) else {
                panic!("not verified");
            };
            assert_eq!(
                row.lease_ends_at,
                Some(later(now, SignedDuration::from_secs(believed)))
            );
        }
    }

    #[test]
    fn a_silent_hub_is_asked_less_and_less_and_farewells_end() {
        let (now, mut row) = subscription();
        let mut minutes = Vec::new();
        for _ in 0..10 {
            row = row.asked(now).unwrap();
            minutes.push(row.act_at.duration_since(now).as_mins());
        }
        assert_eq!(minutes, [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]);
        let mut row = row.unwanted(now);
        for _ in 0..MAX_FAREWELLS {
            row = row.asked(now).unwrap();
        }
        assert_eq!(row.asked(now), None);
    }
}
