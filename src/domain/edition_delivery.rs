//! A row of the ledger: one edition to one reader. And how an edition is sent.

use diesel::prelude::{Queryable, Selectable};
use jiff::Timestamp;

use super::delivery::DeliveryStatus;
use super::id::{DeliveryId, EditionId, SubscriptionId};
use super::text_column::text_enum;

text_enum! {
    /// What happens after a lost reply, when nobody knows whether the mail arrived.
    pub enum UnknownPolicy {
        /// One identical copy follows after a while.
        RetryOnce => "retry_once",
        /// Nothing more is sent until the operator decides.
        Hold => "hold",
    }
}

/// One edition to one reader, as the ledger holds it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::edition_deliveries)]
pub struct EditionDelivery {
    /// Which edition.
    pub edition_id: EditionId,
    /// To whom.
    pub subscription_id: SubscriptionId,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// When it is tried again; set while it is deferred, or unknown and to be sent once more.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub retry_at: Option<Timestamp>,
    /// When it reached its status, once it is no longer waiting or under way.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub settled_at: Option<Timestamp>,
    /// How often the next server had the mail in its hands.
    pub attempt_count: i16,
    /// How often the reply was lost.
    pub unknown_count: i16,
    /// The last reply's code.
    pub reply_code: Option<i16>,
    /// The last reply's text, or why there was none.
    pub reply_text: Option<String>,
    /// The version of the content that it was begun with last; 1 before that.
    pub content_version: i32,
}

impl EditionDelivery {
    /// Its identifier, which is also its Message-ID.
    #[must_use]
    pub fn id(&self) -> DeliveryId {
        DeliveryId::of_edition(self.edition_id, self.subscription_id)
    }
}

/// How an edition is sent; what it holds is in [`super::edition::Edition`].
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::edition_sends)]
pub struct EditionSend {
    /// Which edition.
    pub edition_id: EditionId,
    /// Nothing is sent before.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub not_before: Timestamp,
    /// By when the last mail should have left.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub deadline_at: Option<Timestamp>,
    /// What is not accepted by then is given up.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// What a lost reply leads to.
    pub unknown_policy: UnknownPolicy,
    /// Why it is held, paused or stopped.
    pub reason: Option<String>,
    /// When its first mail was taken in hand.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub started_at: Option<Timestamp>,
}

/// How many deliveries of an edition stand where. All together they are its recipients, at every moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Not begun: queued, or a retry in a worker's hands.
    pub waiting: i64,
    /// SMTP may be under way.
    pub sending: i64,
    /// Tried again later: deferred, or a lost reply that is followed by a copy.
    pub retrying: i64,
    /// Accepted by the next server.
    pub sent: i64,
    /// Refused for good, given up, or of unknown fate.
    pub failed: i64,
    /// Not wanted any more, or not to be written to.
    pub dropped: i64,
}

impl Tally {
    /// Adds `count` deliveries in `status`; `is_retried` says whether an unknown one is sent once more.
    pub fn add(&mut self, status: DeliveryStatus, is_retried: bool, count: i64) {
        let field = match status {
            DeliveryStatus::Queued | DeliveryStatus::Claimed => &mut self.waiting,
            DeliveryStatus::Sending => &mut self.sending,
            DeliveryStatus::Deferred => &mut self.retrying,
            DeliveryStatus::Unknown if is_retried => &mut self.retrying,
            DeliveryStatus::Sent => &mut self.sent,
            DeliveryStatus::Bounced | DeliveryStatus::Expired | DeliveryStatus::Unknown => {
                &mut self.failed
            }
            DeliveryStatus::Suppressed | DeliveryStatus::Cancelled => &mut self.dropped,
        };
        *field = field.saturating_add(count);
    }

    /// What still has to be done.
    #[must_use]
    pub fn open(&self) -> i64 {
        self.waiting + self.sending + self.retrying
    }

    /// Everything.
    #[must_use]
    pub fn all(&self) -> i64 {
        self.open() + self.sent + self.failed + self.dropped
    }
}
