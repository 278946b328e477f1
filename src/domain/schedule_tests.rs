//! Schedules over eighteen years of clock changes.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

const ZONES: [&str; 8] = [
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    // Clocks change at midnight: Beirut skips 00:00, and Havana has it twice.
    "Asia/Beirut",
    "America/Havana",
    "Africa/Casablanca",
];

fn schedule(cron: &str, zone: &str) -> Schedule {
    Schedule::parse(cron, zone).unwrap()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Local time and instant of the next slots, as text.
fn slots(cron: &str, zone: &str, after: &str, count: usize) -> Vec<(String, String)> {
    let slots = schedule(cron, zone).next_slots(at(after), count);
    slots
        .iter()
        .map(|slot| (slot.local.to_string(), slot.due_at.to_string()))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(local, due)| ((*local).to_owned(), (*due).to_owned()))
        .collect()
}

#[test]
fn a_skipped_time_is_due_once_right_after_the_gap() {
    assert_eq!(
        slots("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
        pairs(&[
            ("2026-03-28T02:30:00", "2026-03-28T01:30:00Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
            ("2026-03-30T02:30:00", "2026-03-30T00:30:00Z"),
        ])
    );
    assert_eq!(
        slots(
            "15 2 * * *",
            "Australia/Lord_Howe",
            "2026-10-03T00:00:00Z",
            1
        ),
        pairs(&[("2026-10-04T02:15:00", "2026-10-03T15:30:00Z")])
    );
    assert_eq!(
        slots("0 0 * * *", "Asia/Beirut", "2026-03-28T12:00:00Z", 1),
        pairs(&[("2026-03-29T00:00:00", "2026-03-28T22:00:00Z")])
    );
}

#[test]
fn a_repeated_time_is_due_the_first_time_only() {
    assert_eq!(
        slots("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
        pairs(&[
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-26T02:30:00", "2026-10-26T01:30:00Z"),
        ])
    );
    // Asked in the second pass, the slot of the first one is over.
    assert_eq!(
        slots("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", 1),
        pairs(&[("2026-10-26T02:30:00", "2026-10-26T01:30:00Z")])
    );
}

#[test]
fn several_skipped_times_are_one_slot() {
    let expected = pairs(&[
        ("2026-03-29T01:30:00", "2026-03-29T00:30:00Z"),
        ("2026-03-29T02:00:00", "2026-03-29T01:00:00Z"),
        ("2026-03-29T03:30:00", "2026-03-29T01:30:00Z"),
    ]);
    assert_eq!(
        slots("*/30 * * * *", "Europe/Berlin", "2026-03-29T00:00:00Z", 3),
        expected
    );
    let half_hourly = schedule("*/30 * * * *", "Europe/Berlin");
    let last =
        half_hourly.last_at_or_before(at("2026-03-29T01:20:00Z"), at("2026-03-28T00:00:00Z"));
    assert_eq!(last.unwrap().local, date(2026, 3, 29).at(2, 0, 0, 0));
}

#[test]
fn a_date_that_a_zone_left_out_has_no_slot() {
    for (cron, hour) in [("0 7 * * *", 7), ("0 0 * * *", 0)] {
        let apia = schedule(cron, "Pacific/Apia");
        let days: Vec<DateTime> = apia
            .next_slots(at("2011-12-29T20:00:00Z"), 3)
            .iter()
            .map(|slot| slot.local)
            .collect();
        let expected = [(2011, 12, 31), (2012, 1, 1), (2012, 1, 2)];
        let expected: Vec<DateTime> = expected
            .iter()
            .map(|(y, m, d)| date(*y, *m, *d).at(hour, 0, 0, 0))
            .collect();
        let start = days
            .iter()
            .position(|local| local.date() == date(2011, 12, 31))
            .unwrap();
        assert_eq!(days[start..], expected[..days.len() - start], "{cron}");
        assert!(!days.iter().any(|local| local.date() == date(2011, 12, 30)));
    }
}

#[test]
fn a_daily_schedule_has_one_slot_on_every_local_day_of_eighteen_years() {
    let (first, last) = (date(2020, 1, 1), date(2037, 12, 31));
    let mut checked = 0;
    for name in ZONES {
        for cron in [
            "30 2 * * *",
            "0 0 * * *",
            "0 7 * * *",
            "15 2 * * *",
            "30 23 * * *",
        ] {
            let daily = schedule(cron, name);
            let zone = daily.zone();
            let mut due_at = first.to_zoned(zone.clone()).unwrap().timestamp() - 1.nanosecond();
            let mut day = first;
            while day <= last {
                let slot = daily.next_after(due_at).unwrap();
                assert_eq!(slot.local.date(), day, "{cron} in {name}");
                assert_eq!(
                    zone.to_datetime(slot.due_at).date(),
                    day,
                    "{cron} in {name}"
                );
                assert!(slot.due_at > due_at);
                let shown = zone.to_datetime(slot.due_at);
                assert!(
                    shown >= slot.local && shown.duration_since(slot.local).as_mins() <= 60,
                    "{slot:?}"
                );
                let before = slot.due_at - 1.second();
                if shown != slot.local {
                    assert!(
                        zone.to_datetime(before) < slot.local,
                        "{slot:?} is not the first instant after the gap"
                    );
                }
                assert_eq!(daily.last_at_or_before(slot.due_at, due_at), Some(slot));
                assert_eq!(daily.last_at_or_before(before, due_at), None);
                due_at = slot.due_at;
                day = day.tomorrow().unwrap();
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 6575 * 5 * ZONES.len());
}

#[test]
fn frequent_schedules_never_repeat_a_local_time() {
    for name in ZONES {
        for cron in ["0 * * * *", "*/20 * * * *"] {
            let frequent = schedule(cron, name);
            let mut seen = BTreeSet::new();
            let mut previous = None;
            let slots = frequent.next_slots(at("2026-01-01T00:00:00Z"), 28_000);
            for slot in slots
                .into_iter()
                .take_while(|slot| slot.due_at < at("2027-01-01T00:00:00Z"))
            {
                assert!(previous.is_none_or(|previous| previous < slot.due_at));
                assert!(seen.insert(slot.local), "{slot:?}");
                previous = Some(slot.due_at);
            }
            assert!(seen.len() > 8_700);
        }
    }
}

#[test]
fn the_last_slot_lies_between_the_two_instants() {
    let weekdays = schedule("0 7 * * 1-5", "Europe/Berlin");
    let friday = at("2026-01-09T06:00:00Z");
    let last = |text: &str, not_before: &str| {
        weekdays
            .last_at_or_before(at(text), at(not_before))
            .map(|slot| slot.due_at)
    };
    assert_eq!(
        last("2026-01-11T12:00:00Z", "2026-01-01T00:00:00Z"),
        Some(friday)
    );
    assert_eq!(
        last("2026-01-09T06:00:00Z", "2026-01-08T06:00:00Z"),
        Some(friday)
    );
    assert_eq!(
        last("2026-01-09T06:00:00.5Z", "2026-01-08T06:00:00Z"),
        Some(friday)
    );
    assert_eq!(last("2026-01-11T12:00:00Z", "2026-01-09T06:00:00Z"), None);
    assert_eq!(last("2026-01-09T05:59:59.9Z", "2026-01-08T06:00:00Z"), None);
    assert_eq!(last("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"), None);
}

#[test]
fn expressions_with_five_fields_and_nicknames_are_read() {
    let cases = [
        ("0 7 * * 1-5", "2026-01-05T06:00:00Z"),
        ("  0  7 * *  mon-fri ", "2026-01-05T06:00:00Z"),
        ("@daily", "2026-01-03T23:00:00Z"),
        ("@weekly", "2026-01-03T23:00:00Z"),
        ("@monthly", "2026-01-31T23:00:00Z"),
        ("@yearly", "2026-12-31T23:00:00Z"),
        ("@hourly", "2026-01-03T13:00:00Z"),
        ("0 12 31 * *", "2026-01-31T11:00:00Z"),
        ("0 12 L * *", "2026-01-31T11:00:00Z"),
        ("0 12 * * fri#1", "2026-02-06T11:00:00Z"),
        ("0 12 29 2 *", "2028-02-29T11:00:00Z"),
        ("0 6,18 * * 7", "2026-01-04T05:00:00Z"),
    ];
    for (cron, due_at) in cases {
        let slot = schedule(cron, "Europe/Berlin")
            .next_after(at("2026-01-03T12:30:00Z"))
            .unwrap();
        assert_eq!(slot.due_at, at(due_at), "{cron}");
    }
    assert_eq!(
        schedule("  0  7 * *  mon-fri ", "UTC").cron(),
        "0 7 * * mon-fri"
    );
    assert_eq!(
        schedule("@daily", "europe/berlin").zone_name(),
        "Europe/Berlin"
    );
}

#[test]
fn expressions_that_are_wrong_or_never_due_are_refused() {
    let long = format!("0 7 {} * *", "1,".repeat(100));
    let wrong = [
        "",
        " ",
        "7",
        "0 7 * *",
        "0 0 7 * * 1-5",
        "0 0 7 * * * 2026",
        "60 7 * * *",
        "0 24 * * *",
        "0 7 0 * *",
        "0 7 32 * *",
        "0 7 * 13 *",
        "0 7 * * 8",
        "0 7 * * x",
        "@reboot",
        "@",
        "*/0 * * * *",
        "a b c d e",
        "0 7 * * 1-5;",
        "0 ٧ * * *",
        "-1 7 * * *",
        "5-1 7 * * *",
        "@daily @daily",
        long.as_str(),
    ];
    for cron in wrong {
        let error = Schedule::parse(cron, "Europe/Berlin").unwrap_err();
        assert!(
            matches!(error, ScheduleError::Cron { .. }),
            "{cron:?}: {error}"
        );
        assert!(
            error
                .to_string()
                .contains("\"0 7 * * 1-5\" is weekdays at 07:00"),
            "{error}"
        );
    }
    for cron in [
        "0 0 31 2 *",
        "0 0 30 2 *",
        "0 0 31 4,6,9,11 *",
        "0 0 31 2,4,6,9,11 *",
    ] {
        let error = Schedule::parse(cron, "Europe/Berlin").unwrap_err();
        assert!(
            matches!(error, ScheduleError::NeverDue { .. }),
            "{cron:?}: {error}"
        );
    }
}

#[test]
fn only_names_from_the_zone_database_are_zones() {
    for zone in [
        "",
        "Berlin",
        "Europe/Atlantis",
        "+02:00",
        "CET-1CEST",
        "Etc/Unknown",
        "../etc/passwd",
        "posix/Europe/Berlin",
        "right/UTC",
    ] {
        let error = Schedule::parse("0 7 * * *", zone).unwrap_err();
        assert!(
            matches!(error, ScheduleError::Zone { .. }),
            "{zone:?}: {error}"
        );
        assert!(error.to_string().contains("\"Europe/Berlin\""), "{error}");
    }
    assert_eq!(schedule("0 7 * * *", "UTC").zone_name(), "UTC");
}

#[test]
fn the_ends_of_the_calendar_are_no_trouble() {
    let daily = schedule("0 7 * * *", "Pacific/Apia");
    assert_eq!(daily.next_after(Timestamp::MAX), None);
    assert_eq!(
        daily.last_at_or_before(Timestamp::MIN, Timestamp::MIN),
        None
    );
    assert!(daily.next_after(Timestamp::UNIX_EPOCH).is_some());
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(cron in "\\PC{0,30}", fields in "[0-9*/,LW#?+@A-Z-]{1,4}( [0-9*/,LW#?+-]{1,4}){4}") {
        let _ = Schedule::parse(&cron, &cron);
        let _ = Schedule::parse(&fields, "UTC");
    }

    #[test]
    fn forward_and_backward_agree(
        zone in prop::sample::select(ZONES.to_vec()),
        cron in prop::sample::select(vec!["30 2 * * *", "0 0 * * *", "*/7 * * * *", "0 2 * * 0", "15,45 1-3 * * *", "0 0 L * *"]),
        second in 1_577_836_800_i64..2_145_916_800,
        nanosecond in 0..1_000_000_000_i32,
        is_near_change in any::<bool>(),
        minutes in -180_i64..180,
    ) {
        let schedule = schedule(cron, zone);
        let mut at = Timestamp::new(second, nanosecond).unwrap();
        if is_near_change && let Some(change) = schedule.zone().following(at).next() {
            at = change.timestamp() + minutes.minutes();
        }
        let next = schedule.next_after(at).unwrap();
        prop_assert!(next.due_at > at);
        prop_assert_eq!(schedule.last_at_or_before(next.due_at, at), Some(next));
        prop_assert_eq!(schedule.last_at_or_before(next.due_at - 1.nanosecond(), at), None);
        let last = schedule.last_at_or_before(at, Timestamp::UNIX_EPOCH).unwrap();
        prop_assert!(last.due_at <= at && last.local < next.local);
        prop_assert_eq!(schedule.next_after(last.due_at), Some(next));
    }
}
