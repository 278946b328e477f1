//! When the editions of a newsletter are composed and sent, beside its schedule.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};

use super::misfire::Misfire;

/// Minutes between composing and sending at most: a day.
pub const MAX_CUT_OFF_MINUTES: i32 = 1440;

/// A part of a newsletter's row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::newsletters)]
#[diesel(treat_none_as_null = true)]
pub struct Timing {
    /// So many minutes before its slot a scheduled edition is composed, with the articles first seen until then; 0 to
    /// 1440. It is sent at the slot.
    pub cut_off_minutes: i32,
    /// What becomes of a slot that was missed.
    pub misfire: Misfire,
    /// Since when no edition is made by schedule.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub paused_at: Option<Timestamp>,
    /// Why, for those who come later.
    pub pause_reason: Option<String>,
}

/// What changes of it; `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields of Timing, see there")]
pub struct TimingPatch {
    pub cut_off_minutes: Option<i32>,
    pub misfire: Option<Misfire>,
}

impl TimingPatch {
    /// `before` with the changes.
    #[must_use]
    pub fn apply(self, before: Timing) -> Timing {
        Timing {
            cut_off_minutes: self.cut_off_minutes.unwrap_or(before.cut_off_minutes),
            misfire: self.misfire.unwrap_or(before.misfire),
            ..before
        }
    }
}

impl Timing {
    /// The end of the window of an edition that is sent at `slot`.
    #[must_use]
    pub fn cut_off(&self, slot: Timestamp) -> Timestamp {
        slot.saturating_sub(self.lead()).unwrap_or(slot)
    }

    /// How long before its slot an edition is composed.
    #[must_use]
    pub fn lead(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.cut_off_minutes))
    }
}
