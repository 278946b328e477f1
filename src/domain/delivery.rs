//! A delivery: one edition, or one single mail, to one reader. Those of editions are in [`super::edition_delivery`].

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::email_address::EmailAddress;
use super::id::{AttackId, DeliveryId, EditionId, ReaderLinkId, SignupId, SubscriberId};
use super::reader_link::ReaderLink;
use super::text_column::text_enum;

text_enum! {
    /// What kind of single mail a delivery is.
    pub enum DeliveryKind {
        /// The request to confirm a sign-up.
        Confirmation => "confirmation",
        /// The answer to a sign-up for something that the reader already gets.
        AlreadySubscribed => "already_subscribed",
        /// An edition to one address of the newsroom; counts nowhere, its links do nothing.
        Test => "test",
        /// The request to an editor to approve an edition.
        Approval => "approval",
        /// The alert to the newsroom that sign-ups are under attack.
        Attack => "attack",
        /// The link to all preferences, as asked for.
        PreferencesLink => "preferences_link",
        /// To the address to which a reader wants to move.
        AddressNew => "address_new",
        /// To the address that a reader wants to leave.
        AddressOld => "address_old",
        /// To a reader to whose address another one wanted to move.
        AddressTaken => "address_taken",
    }
}

/// How urgent a single mail is; lower goes first. All are alike today: somebody waits for each.
pub const PRIORITY: i16 = 0;

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryStatus {
        /// Waits for its time or for a worker.
        Queued => "queued",
        /// Leased by a worker, nothing sent yet.
        Claimed => "claimed",
        /// SMTP may be under way.
        Sending => "sending",
        /// Accepted by the next server. Whether it reached the inbox nobody can know.
        Sent => "sent",
        /// Not taken for now; it is tried again.
        Deferred => "deferred",
        /// The message was written, the reply was lost.
        Unknown => "unknown",
        /// Refused for good.
        Bounced => "bounced",
        /// Given up after its time.
        Expired => "expired",
        /// The address must not be written to.
        Suppressed => "suppressed",
        /// Not wanted any more: unsubscribed, paused, erased or stopped before it began.
        Cancelled => "cancelled",
    }
}

/// One delivery as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::deliveries)]
pub struct Delivery {
    /// Its identity.
    pub id: DeliveryId,
    /// What kind of mail.
    pub kind: DeliveryKind,
    /// Which edition; set for tests and for requests to approve.
    pub edition_id: Option<EditionId>,
    /// To whom; unset for mails to the newsroom.
    pub subscriber_id: Option<SubscriberId>,
    /// For which sign-up; set for confirmations and "already subscribed".
    pub signup_id: Option<SignupId>,
    /// Which link; set for mails that bring one to a reader.
    pub reader_link_id: Option<ReaderLinkId>,
    /// The address of a mail to the newsroom.
    pub test_address: Option<EmailAddress>,
    /// Which attack; set for alerts.
    pub attack_id: Option<AttackId>,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// When it may next be tried.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub due_at: Timestamp,
    /// When it is given up.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    /// How often the message may have reached the next server.
    pub attempt_count: i32,
    /// How often the reply was lost.
    pub unknown_count: i32,
    /// When it was queued.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it reached a final status.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub settled_at: Option<Timestamp>,
    /// The last reply's code.
    pub reply_code: Option<i32>,
    /// The last reply's text, or why there was none.
    pub reply_text: Option<String>,
}

/// A new row of the queue, always `queued`.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = crate::schema::deliveries)]
#[diesel(treat_none_as_default_value = false)]
#[expect(missing_docs, reason = "the same fields as Delivery")]
pub struct NewDelivery {
    pub id: DeliveryId,
    pub kind: DeliveryKind,
    pub priority: i16,
    pub edition_id: Option<EditionId>,
    pub subscriber_id: Option<SubscriberId>,
    pub signup_id: Option<SignupId>,
    pub reader_link_id: Option<ReaderLinkId>,
    pub test_address: Option<EmailAddress>,
    pub attack_id: Option<AttackId>,
    pub status: DeliveryStatus,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub due_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub expires_at: Timestamp,
    pub attempt_count: i32,
    pub unknown_count: i32,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

impl NewDelivery {
    /// A single mail about a sign-up, due at once.
    #[must_use]
    pub fn about_signup(
        now: Timestamp,
        kind: DeliveryKind,
        subscriber_id: SubscriberId,
        signup_id: SignupId,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            subscriber_id: Some(subscriber_id),
            signup_id: Some(signup_id),
            ..Self::bare(now, kind, expires_at)
        }
    }

    /// A single mail that brings a link to a reader, due at once, for as long as the link works.
    #[must_use]
    pub fn about_link(
        now: Timestamp,
        kind: DeliveryKind,
        subscriber_id: SubscriberId,
        link: &ReaderLink,
    ) -> Self {
        Self {
            subscriber_id: Some(subscriber_id),
            reader_link_id: Some(link.id),
            ..Self::bare(now, kind, link.expires_at)
        }
    }

    /// A copy of an edition to one address of the newsroom, due at once.
    #[must_use]
    pub fn test(
        now: Timestamp,
        edition_id: EditionId,
        address: EmailAddress,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            edition_id: Some(edition_id),
            test_address: Some(address),
            ..Self::bare(now, DeliveryKind::Test, expires_at)
        }
    }

    /// The request to an editor to approve an edition, due at once.
    #[must_use]
    pub fn approval(
        now: Timestamp,
        edition_id: EditionId,
        address: EmailAddress,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            edition_id: Some(edition_id),
            test_address: Some(address),
            ..Self::bare(now, DeliveryKind::Approval, expires_at)
        }
    }

    /// The alert to the newsroom of an attack, due at once.
    #[must_use]
    pub fn attack(
        now: Timestamp,
        attack_id: AttackId,
        address: EmailAddress,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            attack_id: Some(attack_id),
            test_address: Some(address),
            ..Self::bare(now, DeliveryKind::Attack, expires_at)
        }
    }

    fn bare(now: Timestamp, kind: DeliveryKind, expires_at: Timestamp) -> Self {
        Self {
            id: DeliveryId::new(now),
            kind,
            priority: PRIORITY,
            edition_id: None,
            subscriber_id: None,
            signup_id: None,
            reader_link_id: None,
            test_address: None,
            attack_id: None,
            status: DeliveryStatus::Queued,
            due_at: now,
            expires_at,
            attempt_count: 0,
            unknown_count: 0,
            created_at: now,
        }
    }
}
