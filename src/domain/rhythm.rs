//! A reader's rhythm: when this reader wants what is new, on the clocks of where the reader lives.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;
use jiff::civil::{Time, Weekday};

use super::id::{NewsletterId, RhythmId};
use super::schedule::{Schedule, ScheduleError};
use super::text_column::text_enum;

text_enum! {
    /// What sets the pace.
    pub enum RhythmKind {
        /// A schedule.
        Scheduled => "scheduled",
        /// Whatever is published is sent soon after.
        AsPublished => "as_published",
    }
}

/// What a reader chooses.
#[derive(Debug, Clone)]
pub enum Pace {
    /// Like the newsletter.
    Newsletter,
    /// As soon as something is published.
    AsPublished,
    /// On these days.
    Scheduled(Box<Schedule>),
}

/// On which days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Days {
    /// Every day.
    Daily,
    /// Monday to Friday.
    Weekdays,
    /// These days of the week; at least one.
    Of(Vec<Weekday>),
    /// This day of the month, 1 to 31; a shorter month's last day.
    Monthly(u8),
}

/// A choice that cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum PaceError {
    /// No day was chosen.
    #[error("name at least one day of the week")]
    NoDay,
    /// A month has no such day.
    #[error("a day of the month is 1 to 31")]
    DayOfMonth,
    /// Minutes, or a zone that nobody knows.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
}

impl Pace {
    /// On `days` at the whole minute of `time`, in the IANA time zone `zone`.
    ///
    /// # Errors
    /// [`PaceError`].
    pub fn on(days: &Days, time: Time, zone: &str) -> Result<Self, PaceError> {
        let (date, week) = match days {
            Days::Daily => ("*".to_owned(), "*".to_owned()),
            Days::Weekdays => ("*".to_owned(), "1-5".to_owned()),
            Days::Of(days) if days.is_empty() => return Err(PaceError::NoDay),
            Days::Of(days) => {
                let mut numbers: Vec<i8> =
                    days.iter().map(|day| day.to_sunday_zero_offset()).collect();
                numbers.sort_unstable();
                numbers.dedup();
                let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
                ("*".to_owned(), numbers.join(","))
            }
            Days::Monthly(0 | 32..) => return Err(PaceError::DayOfMonth),
            // Of the 29th and later, a short month's last day.
            Days::Monthly(29..) => ("L".to_owned(), "*".to_owned()),
            Days::Monthly(day) => (day.to_string(), "*".to_owned()),
        };
        let cron = format!("{} {} {date} * {week}", time.minute(), time.hour());
        Ok(Self::Scheduled(Box::new(Schedule::parse(&cron, zone)?)))
    }
}

/// Once a week instead of `schedule`: at the same time, on the day of the next slot after `now`. `None` for a schedule that
/// comes no more often than that.
#[must_use]
pub fn weekly_instead(now: Timestamp, schedule: &Schedule) -> Option<Pace> {
    let slots = schedule.next_slots(now, 2);
    let (first, second) = (slots.first()?, slots.get(1)?);
    // On the clock: a week in which clocks change has an hour more or less.
    let gap = first.local.date().until(second.local.date()).ok()?;
    if gap.get_days() >= 7 {
        return None;
    }
    let days = Days::Of(vec![first.local.weekday()]);
    Pace::on(&days, first.local.time(), schedule.zone_name()).ok()
}

/// A rhythm that readers of a newsletter have.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::rhythms)]
#[diesel(treat_none_as_default_value = false)]
pub struct Rhythm {
    /// Its identity.
    pub id: RhythmId,
    /// Of which newsletter.
    pub newsletter_id: NewsletterId,
    /// What sets the pace.
    pub kind: RhythmKind,
    /// The cron expression; empty for [`RhythmKind::AsPublished`].
    pub cron: String,
    /// Its IANA time zone; empty as well.
    pub zone: String,
    /// The next slot; `None` for [`RhythmKind::AsPublished`].
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub next_due_at: Option<Timestamp>,
    /// The mark of its readers: they had what was available before.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub sent_until: Timestamp,
    /// When the first reader chose it.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

impl Rhythm {
    /// A new rhythm, whose first slot is the next one; `None` for [`Pace::Newsletter`], which needs none.
    #[must_use]
    pub fn new(now: Timestamp, newsletter_id: NewsletterId, pace: &Pace) -> Option<Self> {
        let (kind, cron, zone, next_due_at) = match pace {
            Pace::Newsletter => return None,
            Pace::AsPublished => (RhythmKind::AsPublished, "", "", None),
            Pace::Scheduled(schedule) => (
                RhythmKind::Scheduled,
                schedule.cron(),
                schedule.zone_name(),
                schedule.next_after(now).map(|slot| slot.due_at),
            ),
        };
        Some(Self {
            id: RhythmId::new(now),
            newsletter_id,
            kind,
            cron: cron.to_owned(),
            zone: zone.to_owned(),
            next_due_at,
            sent_until: now,
            created_at: now,
        })
    }

    /// Its schedule; `None` for [`RhythmKind::AsPublished`].
    ///
    /// # Errors
    /// When the stored texts no longer parse, for example after a zone was dropped from the zone database.
    pub fn schedule(&self) -> Result<Option<Schedule>, ScheduleError> {
        match self.kind {
            RhythmKind::AsPublished => Ok(None),
            RhythmKind::Scheduled => Schedule::parse(&self.cron, &self.zone).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn cron(days: &Days) -> String {
        match Pace::on(days, time(6, 30, 0, 0), "Asia/Kolkata").unwrap() {
            Pace::Scheduled(schedule) => schedule.cron().to_owned(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn days_become_cron_expressions() {
        assert_eq!(cron(&Days::Daily), "30 6 * * *");
        assert_eq!(cron(&Days::Weekdays), "30 6 * * 1-5");
        let days = vec![Weekday::Sunday, Weekday::Thursday, Weekday::Sunday];
        assert_eq!(cron(&Days::Of(days)), "30 6 * * 0,4");
        assert_eq!(cron(&Days::Monthly(15)), "30 6 15 * *");
    }

    #[test]
    fn the_31st_is_the_last_day_of_a_shorter_month() {
        let Ok(Pace::Scheduled(schedule)) = Pace::on(&Days::Monthly(31), time(7, 0, 0, 0), "UTC")
        else {
            panic!("no schedule");
        };
        let slots = schedule.next_slots("2026-02-01T00:00:00Z".parse().unwrap(), 3);
        let dates: Vec<String> = slots
            .iter()
            .map(|slot| slot.local.date().to_string())
            .collect();
        assert_eq!(dates, ["2026-02-28", "2026-03-31", "2026-04-30"]);
    }

    #[test]
    fn once_a_week_instead_is_for_what_comes_more_often() {
        // Friday, after the slot of that day.
        let now = "2026-01-09T08:00:00Z".parse().unwrap();
        let weekly = |cron| {
            let schedule = Schedule::parse(cron, "Europe/Berlin").unwrap();
            weekly_instead(now, &schedule).map(|pace| match pace {
                Pace::Scheduled(schedule) => schedule.cron().to_owned(),
                other => panic!("{other:?}"),
            })
        };
        assert_eq!(weekly("15 7 * * *").as_deref(), Some("15 7 * * 6"));
        assert_eq!(weekly("0 7 * * 1-5").as_deref(), Some("0 7 * * 1"));
        assert_eq!(weekly("0 7 * * 5"), None);
        assert_eq!(weekly("0 7 1 * *"), None);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let at = time(7, 0, 0, 0);
        assert!(matches!(
            Pace::on(&Days::Of(Vec::new()), at, "UTC"),
            Err(PaceError::NoDay)
        ));
        for day in [0, 32, 255] {
            let pace = Pace::on(&Days::Monthly(day), at, "UTC");
            assert!(matches!(pace, Err(PaceError::DayOfMonth)), "{day}");
        }
        let zone = Pace::on(&Days::Daily, at, "Europe/Atlantis");
        assert!(matches!(
            zone,
            Err(PaceError::Schedule(ScheduleError::Zone { .. }))
        ));
    }
}
