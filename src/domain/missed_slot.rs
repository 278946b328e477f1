//! A slot of which no edition was made in time.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::{Timestamp, civil};

use super::id::{EditionId, NewsletterId};
use super::misfire::Misfire;
use super::text_column::text_enum;

text_enum! {
    /// Why a slot was missed.
    pub enum MissedReason {
        /// Nothing ran when it was due.
        Late => "late",
        /// The newsletter paused.
        Paused => "paused",
    }
}

text_enum! {
    /// What became of a missed slot.
    pub enum MissedOutcome {
        /// An edition was made for it late.
        SentLate => "sent_late",
        /// Another edition took over its articles, or the next one will.
        Merged => "merged",
        /// Nothing was sent for it; its articles are for the next edition.
        Skipped => "skipped",
        /// There was nothing to send.
        Empty => "empty",
    }
}

/// A missed slot as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::missed_slots)]
pub struct MissedSlot {
    /// In the order of being noticed.
    pub id: i64,
    /// Of which newsletter.
    pub newsletter_id: NewsletterId,
    /// The local date-time.
    #[diesel(deserialize_as = jiff_diesel::DateTime)]
    pub slot: civil::DateTime,
    /// The same as an instant.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub due_at: Timestamp,
    /// Why it was missed.
    pub reason: MissedReason,
    /// The policy that was in force.
    pub policy: Misfire,
    /// What became of it.
    pub outcome: MissedOutcome,
    /// The edition that has its articles, if there is one.
    pub edition_id: Option<EditionId>,
    /// When it was seen that it was missed.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub noticed_at: Timestamp,
}

/// A new record.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = crate::schema::missed_slots)]
#[expect(missing_docs, reason = "the same fields as MissedSlot")]
pub struct NewMissedSlot {
    pub newsletter_id: NewsletterId,
    #[diesel(serialize_as = jiff_diesel::DateTime)]
    pub slot: civil::DateTime,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub due_at: Timestamp,
    pub reason: MissedReason,
    pub policy: Misfire,
    pub outcome: MissedOutcome,
    pub edition_id: Option<EditionId>,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub noticed_at: Timestamp,
}
