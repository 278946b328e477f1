//! A slot of which no edition was made in time.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp, civil};

use super::id::{EditionId, NewsletterId};
use super::misfire::Misfire;
use super::newsletter::Newsletter;
use super::schedule::{Schedule, Slot};
use super::text_column::text_enum;

/// The most missed slots that are recorded at once; of more, which only a rhythm of minutes can have, the oldest are left out.
const MAX_MISSED: usize = 10_000;

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

impl NewMissedSlot {
    /// The record of a slot that was noticed at `now`; no edition has its articles yet.
    #[must_use]
    pub fn new(
        newsletter: &Newsletter,
        slot: Slot,
        now: Timestamp,
        reason: MissedReason,
        outcome: MissedOutcome,
    ) -> Self {
        Self {
            newsletter_id: newsletter.id,
            slot: slot.local,
            due_at: slot.due_at,
            reason,
            policy: newsletter.timing.misfire,
            outcome,
            edition_id: None,
            noticed_at: now,
        }
    }
}

/// The slots of a newsletter that have passed by `until` and of which nothing was made, in order; the latest 10,000.
#[must_use]
pub fn passed(newsletter: &Newsletter, schedule: &Schedule, until: Timestamp) -> Vec<Slot> {
    let Some(next) = newsletter.next_due_at else {
        return Vec::new();
    };
    let before = next
        .saturating_sub(SignedDuration::from_secs(1))
        .unwrap_or(next);
    schedule.slots_between(before, until, MAX_MISSED)
}
