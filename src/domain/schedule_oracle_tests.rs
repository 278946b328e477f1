//! Slots of eighteen years in seven zones, against an oracle that knows nothing of cron and of gaps.
//!
//! The oracle walks through time minute by minute. For each zone it reads the offset at every minute and keeps the latest
//! local minute that any clock has shown so far. A minute whose local time is later than that shows new local minutes: one,
//! or all those that the clocks have just jumped over. A slot is due at the minute at which its local time is shown or
//! jumped over for the first time. Nothing else is needed: repeated hours show nothing new.

use jiff::civil::{Date, DateTime, date};

use super::*;
use std::sync::LazyLock;

const FIRST: Date = date(2020, 1, 1);
const LAST: Date = date(2037, 12, 31);
const DAY: i64 = 1440;

/// Zones whose rules differ: an hour, half an hour, none, rules that ended (Brazil has had no summer time since 2019, the
/// oracle begins earlier for it), a sharp change of the year (Samoa's summer time ended in 2021), changes at midnight.
const ZONES: [(&str, Date); 7] = [
    ("Europe/Berlin", FIRST),
    ("America/New_York", FIRST),
    ("Australia/Lord_Howe", FIRST),
    ("Asia/Kolkata", FIRST),
    ("America/Sao_Paulo", date(2010, 1, 1)),
    ("Pacific/Apia", FIRST),
    ("America/Havana", FIRST),
];

/// The times of a day at which zones change their clocks, and quiet ones.
const TIMES: [&str; 16] = [
    "0 0", "30 0", "59 0", "0 1", "15 1", "30 1", "45 1", "0 2", "15 2", "30 2", "59 2", "0 3",
    "0 7", "30 12", "30 23", "59 23",
];

/// Local minutes since 1970, as if there were no zones.
fn minute_of(local: DateTime) -> i64 {
    local
        .to_zoned(TimeZone::UTC)
        .unwrap()
        .timestamp()
        .as_second()
        / 60
}

/// One walk for each zone, shared by the tests.
static ORACLES: LazyLock<Vec<(TimeZone, Oracle)>> = LazyLock::new(|| {
    let walk = |(name, from): (&str, Date)| {
        let zone = TimeZone::get(name).unwrap();
        let oracle = Oracle::walk(&zone, from);
        (zone, oracle)
    };
    ZONES.into_iter().map(walk).collect()
});

/// For every local minute of the span the UTC minute at which it is first shown or jumped over.
struct Oracle {
    first_local: i64,
    due: Vec<i64>,
}

impl Oracle {
    fn walk(zone: &TimeZone, from: Date) -> Self {
        let start = minute_of(from.to_datetime(jiff::civil::Time::midnight()));
        let until = minute_of(
            LAST.tomorrow()
                .unwrap()
                .to_datetime(jiff::civil::Time::midnight()),
        );
        // In minutes.
        let offset = |utc: i64| {
            let seconds = zone
                .to_offset(Timestamp::from_second(utc * 60).unwrap())
                .seconds();
            assert_eq!(seconds % 60, 0);
            i64::from(seconds / 60)
        };
        // The offset of an hour in which nothing changes: no zone changes its clocks twice within one.
        let mut quiet = None;
        // A day earlier in UTC, so that whatever the offset the first local minute is met on the way.
        let mut utc = start - DAY;
        let mut shown = i64::MIN;
        let mut due = vec![i64::MIN; usize::try_from(until - start).unwrap()];
        while shown < until {
            if utc % 60 == 0 {
                quiet = (offset(utc) == offset(utc + 60)).then(|| offset(utc));
            }
            let local = utc + quiet.unwrap_or_else(|| offset(utc));
            let new = if shown == i64::MIN {
                local..=local
            } else {
                shown + 1..=local
            };
            for minute in new {
                shown = minute;
                if let Some(slot) = usize::try_from(minute - start)
                    .ok()
                    .and_then(|index| due.get_mut(index))
                {
                    *slot = utc;
                }
            }
            utc += 1;
        }
        Self {
            first_local: start,
            due,
        }
    }

    /// Where the clocks jump over the whole date, there is no slot.
    fn leaves_out(&self, midnight: i64) -> bool {
        self.at(midnight) == self.at(midnight + DAY - 1)
    }

    fn at(&self, local: i64) -> i64 {
        self.due[usize::try_from(local - self.first_local).unwrap()]
    }
}

#[test]
fn every_slot_of_eighteen_years_is_where_the_oracle_says() {
    let (mut slots, mut in_gaps, mut repeated) = (0, 0, 0);
    for ((name, from), (zone, oracle)) in ZONES.into_iter().zip(&*ORACLES) {
        for time in TIMES {
            let schedule = Schedule::parse(&format!("{time} * * *"), name).unwrap();
            let (minute, hour) = time.split_once(' ').unwrap();
            let (hour, minute): (i8, i8) = (hour.parse().unwrap(), minute.parse().unwrap());
            let mut after =
                from.to_zoned(zone.clone()).unwrap().timestamp() - SignedDuration::from_nanos(1);
            let mut day = from;
            while day <= LAST {
                let local = day.at(hour, minute, 0, 0);
                if oracle.leaves_out(minute_of(day.at(0, 0, 0, 0))) {
                    day = day.tomorrow().unwrap();
                    continue;
                }
                let slot = schedule.next_after(after).unwrap();
                let wanted = Timestamp::from_second(oracle.at(minute_of(local)) * 60).unwrap();
                assert_eq!(
                    (slot.local, slot.due_at),
                    (local, wanted),
                    "{time} in {name}"
                );
                // Exactly one: looked for from both sides, and from the slot itself.
                assert_eq!(schedule.last_at_or_before(slot.due_at, after), Some(slot));
                assert_eq!(schedule.last_at_or_before(slot.due_at, slot.due_at), None);
                in_gaps += usize::from(zone.to_datetime(slot.due_at) != local);
                let is_fold = matches!(
                    zone.to_ambiguous_timestamp(local).offset(),
                    AmbiguousOffset::Fold { .. }
                );
                repeated += usize::from(is_fold);
                after = slot.due_at;
                day = day.tomorrow().unwrap();
                slots += 1;
            }
        }
    }
    // Of the time zone database of 2026: 262 and 256; a new rule moves them a little.
    println!("{slots} slots, {in_gaps} in gaps, {repeated} in repeated hours");
    assert!(
        slots > 780_000 && in_gaps > 230 && repeated > 230,
        "{slots} {in_gaps} {repeated}"
    );
}

/// Slots whose times are close together: each local time at most once, in the order of the oracle, several in one gap as
/// one slot.
#[test]
fn frequent_slots_follow_the_oracle_too() {
    for ((name, _), (_, oracle)) in ZONES.into_iter().zip(&*ORACLES) {
        for (cron, step) in [("0 * * * *", 60), ("*/15 * * * *", 15)] {
            let schedule = Schedule::parse(cron, name).unwrap();
            let mut wanted: Vec<(i64, i64)> = Vec::new();
            let end = minute_of(date(2027, 1, 1).at(0, 0, 0, 0));
            let mut local = minute_of(date(2025, 1, 1).at(0, 0, 0, 0));
            while local < end {
                let due = oracle.at(local);
                if wanted.last().is_none_or(|(_, last)| *last != due) {
                    wanted.push((local, due));
                }
                local += step;
            }
            let start = Timestamp::from_second(wanted[0].1 * 60 - 1).unwrap();
            let found = schedule.next_slots(start, wanted.len());
            let found: Vec<(i64, i64)> = found
                .iter()
                .map(|slot| (minute_of(slot.local), slot.due_at.as_second() / 60))
                .collect();
            assert_eq!(found.len(), wanted.len(), "{cron} in {name}");
            // One by one: what differs is read, not thousands of slots.
            for (found, wanted) in found.iter().zip(&wanted) {
                assert_eq!(found, wanted, "{cron} in {name}");
            }
        }
    }
}

/// Rules for days that not every month or year has.
#[test]
fn leap_days_last_days_and_the_31st_are_those_of_the_calendar() {
    type Rule = (&'static str, fn(Date) -> bool);
    let rules: [Rule; 5] = [
        ("30 2 29 2 *", |day| day.month() == 2 && day.day() == 29),
        ("30 2 31 * *", |day| day.day() == 31),
        ("30 2 L * *", |day| day == day.last_of_month()),
        ("30 2 * * 7#L", |day| {
            day.weekday() == jiff::civil::Weekday::Sunday
                && day.month() != (day + Span::new().days(7)).month()
        }),
        ("30 2 * * 7#2", |day| {
            day.weekday() == jiff::civil::Weekday::Sunday && (8..=14).contains(&day.day())
        }),
    ];
    for (cron, is_it) in rules {
        for (name, _) in ZONES {
            let schedule = Schedule::parse(cron, name).unwrap();
            let start = FIRST.to_zoned(schedule.zone().clone()).unwrap().timestamp();
            let mut found: Vec<Date> = schedule
                .next_slots(start, 300)
                .iter()
                .map(|slot| slot.local.date())
                .collect();
            found.retain(|day| *day <= LAST);
            let mut wanted: Vec<Date> = FIRST
                .series(Span::new().days(1))
                .take_while(|day| *day <= LAST)
                .collect();
            wanted.retain(|day| is_it(*day));
            assert_eq!(found, wanted, "{cron} in {name}");
        }
    }
}
