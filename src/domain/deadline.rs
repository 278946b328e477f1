//! "In inboxes by": when to begin so that the last mail leaves in time.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};

use super::schedule::Schedule;
use super::text_column::text_column;

/// What is left between the last mail and the deadline: a tenth of the time that sending takes...
const MARGIN_SHARE: f64 = 0.1;
/// ...and at least this, in seconds.
const MARGIN_SECONDS: f64 = 60.0;
/// The longest time that is reckoned with, in seconds: ten years.
const LONGEST_SECONDS: f64 = 315_360_000.0;

/// When an edition begins, and when it should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Nothing is sent before.
    pub not_before: Timestamp,
    /// When the last mail leaves if nothing gets in the way; `None` while no rate was measured.
    pub forecast_at: Option<Timestamp>,
    /// The deadline cannot be met. It is begun at once all the same.
    pub is_late: bool,
}

/// How long `count` mails take at `rate` mails a second; `None` for a rate that says nothing.
#[must_use]
pub fn duration(count: i64, rate: f64) -> Option<SignedDuration> {
    let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let seconds = (count / rate).min(LONGEST_SECONDS);
    (rate > 0.0 && seconds.is_finite())
        .then(|| SignedDuration::try_from_secs_f64(seconds).ok())
        .flatten()
}

/// When to begin, so that mails to `recipients` leave by `deadline` at `rate` mails a second. Without a rate: at once.
#[must_use]
pub fn plan(now: Timestamp, deadline: Timestamp, recipients: i64, rate: Option<f64>) -> Plan {
    let Some(takes) = rate.and_then(|rate| duration(recipients, rate)) else {
        return Plan {
            not_before: now,
            forecast_at: None,
            is_late: deadline <= now,
        };
    };
    let margin = (takes.as_secs_f64() * MARGIN_SHARE).max(MARGIN_SECONDS);
    let margin = SignedDuration::try_from_secs_f64(margin).unwrap_or(SignedDuration::ZERO);
    let start = deadline
        .saturating_sub(takes)
        .and_then(|at| at.saturating_sub(margin))
        .unwrap_or(now);
    let not_before = start.max(now);
    let forecast = not_before.saturating_add(takes).unwrap_or(deadline);
    Plan {
        not_before,
        forecast_at: Some(forecast),
        is_late: forecast > deadline,
    }
}

/// A local time of day, `HH:MM`, by which a newsletter's scheduled editions should have been sent.
#[derive(
    Clone, Debug, PartialEq, Eq, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct DeliverBy(String);

text_column!(DeliverBy);

/// A text that is no time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a time of day from \"00:00\" to \"23:59\", such as \"08:00\"")]
pub struct DeliverByError;

impl DeliverBy {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first time after `slot` that the clocks of `zone` show it. A time that clocks skip is the first moment after
    /// the gap, one that comes twice is meant the first time, as for [`Schedule`].
    #[must_use]
    pub fn first_after(&self, slot: Timestamp, zone: &str) -> Option<Timestamp> {
        let (hour, minute) = self.0.split_once(':')?;
        let daily = Schedule::parse(&format!("{minute} {hour} * * *"), zone).ok()?;
        daily.next_after(slot).map(|slot| slot.due_at)
    }
}

impl FromStr for DeliverBy {
    type Err = DeliverByError;

    fn from_str(text: &str) -> Result<Self, DeliverByError> {
        let two = |part: &str, below: u8| {
            part.len() == 2
                && part.bytes().all(|byte| byte.is_ascii_digit())
                && part.parse().is_ok_and(|number: u8| number < below)
        };
        match text.split_once(':') {
            Some((hour, minute)) if two(hour, 24) && two(minute, 60) => Ok(Self(text.to_owned())),
            _ => Err(DeliverByError),
        }
    }
}

impl fmt::Display for DeliverBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_start_leaves_a_tenth_and_at_least_a_minute() {
        let (now, deadline) = (at("2026-01-05T05:00:00Z"), at("2026-01-05T07:00:00Z"));
        for (recipients, rate, start, forecast) in [
            // Ten minutes of sending, and the minute that is the least.
            (600, 1.0, "2026-01-05T06:49:00Z", "2026-01-05T06:59:00Z"),
            // An hour of sending, six minutes of margin.
            (36_000, 10.0, "2026-01-05T05:54:00Z", "2026-01-05T06:54:00Z"),
            (0, 10.0, "2026-01-05T06:59:00Z", "2026-01-05T06:59:00Z"),
            // Without the margin it is still in time.
            (7_000, 1.0, "2026-01-05T05:00:00Z", "2026-01-05T06:56:40Z"),
        ] {
            let plan = plan(now, deadline, recipients, Some(rate));
            assert_eq!(plan.not_before, at(start), "{recipients} at {rate}");
            assert_eq!(plan.forecast_at, Some(at(forecast)));
            assert!(!plan.is_late);
        }
    }

    #[test]
    fn what_cannot_be_in_time_begins_at_once_and_says_so() {
        let (now, deadline) = (at("2026-01-05T05:00:00Z"), at("2026-01-05T07:00:00Z"));
        let late = plan(now, deadline, 10_000, Some(1.0));
        assert_eq!(late.not_before, now);
        assert_eq!(late.forecast_at, Some(at("2026-01-05T07:46:40Z")));
        assert!(late.is_late);
        assert!(plan(now, at("2026-01-05T04:00:00Z"), 1, Some(10.0)).is_late);
    }

    #[test]
    fn without_a_rate_it_begins_at_once() {
        let (now, deadline) = (at("2026-01-05T05:00:00Z"), at("2026-01-05T07:00:00Z"));
        for rate in [None, Some(0.0), Some(-1.0), Some(f64::NAN)] {
            let plan = plan(now, deadline, 100, rate);
            assert_eq!(plan.not_before, now);
            assert_eq!((plan.forecast_at, plan.is_late), (None, false), "{rate:?}");
        }
        assert!(plan(now, now, 100, None).is_late);
    }

    #[test]
    fn a_rate_near_nothing_overflows_nothing() {
        let (now, deadline) = (at("2026-01-05T05:00:00Z"), at("2026-01-05T07:00:00Z"));
        assert!(plan(now, deadline, i64::MAX, Some(1e-300)).is_late);
    }

    #[test]
    fn only_times_of_day_are_times_of_day() {
        for right in ["00:00", "08:00", "23:59"] {
            assert_eq!(right.parse::<DeliverBy>().unwrap().as_str(), right);
        }
        for wrong in [
            "", "8:00", "24:00", "08:60", "08:00:00", "+8:00", "0８:00", "08", " 08:00", "08:0",
        ] {
            assert_eq!(wrong.parse::<DeliverBy>(), Err(DeliverByError), "{wrong}");
        }
    }

    #[test]
    fn the_deadline_is_the_next_such_time_on_the_clocks_of_the_zone() {
        for (slot, by, expected) in [
            ("2026-01-05T06:00:00Z", "08:00", "2026-01-05T07:00:00Z"),
            ("2026-07-06T05:00:00Z", "08:00", "2026-07-06T06:00:00Z"),
            // A slot in the evening, for the next morning.
            ("2026-01-05T21:00:00Z", "06:30", "2026-01-06T05:30:00Z"),
            // The slot itself is no time to be done by.
            ("2026-01-05T06:00:00Z", "07:00", "2026-01-06T06:00:00Z"),
            // Clocks go from 02:00 to 03:00 and back.
            ("2026-03-29T00:00:00Z", "02:30", "2026-03-29T01:00:00Z"),
            ("2026-10-24T23:00:00Z", "02:30", "2026-10-25T00:30:00Z"),
            ("2026-03-28T20:00:00Z", "08:00", "2026-03-29T06:00:00Z"),
        ] {
            let by: DeliverBy = by.parse().unwrap();
            let found = by.first_after(at(slot), "Europe/Berlin");
            assert_eq!(found, Some(at(expected)), "{by} after {slot}");
        }
    }
}
