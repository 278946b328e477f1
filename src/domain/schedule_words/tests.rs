//! Words, cron expressions and words again.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::*;
use crate::domain::schedule::Schedule;

fn cron_of(words: &str) -> String {
    Rhythm::read(words)
        .unwrap_or_else(|error| panic!("{words}: {error}"))
        .rhythm
        .to_cron()
}

#[test]
fn what_people_say_becomes_cron() {
    let cases = [
        ("weekdays at 07:00", "0 7 * * 1-5"),
        ("Weekdays at 7", "0 7 * * 1-5"),
        ("daily at 7", "0 7 * * *"),
        ("every day at 7 am", "0 7 * * *"),
        ("daily at 7:30pm", "30 19 * * *"),
        ("daily at 7:30 pm", "30 19 * * *"),
        ("every day at noon and midnight", "0 0,12 * * *"),
        ("daily at 12 am", "0 0 * * *"),
        ("every Monday and Thursday at 18:30", "30 18 * * 1,4"),
        ("mon, wed, fri at 6", "0 6 * * 1,3,5"),
        ("Mondays at 9", "0 9 * * 1"),
        ("Monday to Friday at 7", "0 7 * * 1-5"),
        ("Mon-Fri at 7", "0 7 * * 1-5"),
        ("Friday to Monday at 7", "0 7 * * 1,5-7"),
        ("weekly on Sunday at 10", "0 10 * * 7"),
        ("weekends at 9", "0 9 * * 6,7"),
        ("first Friday of the month at 9", "0 9 * * 5#1"),
        ("on the last Monday of every month at 9", "0 9 * * 1#L"),
        ("monthly on the 1st at 06:00", "0 6 1 * *"),
        ("monthly on the 1st and 15th at 06:00", "0 6 1,15 * *"),
        ("last day of the month at 18", "0 18 L * *"),
        ("first day of the month at 18", "0 18 1 * *"),
        ("every hour", "0 * * * *"),
        ("hourly", "0 * * * *"),
        ("every 2 hours", "0 */2 * * *"),
        ("every hour at minute 30", "30 * * * *"),
        ("every 15 minutes", "*/15 * * * *"),
        ("weekdays, every hour", "0 * * * 1-5"),
        ("daily at 7 and 18", "0 7,18 * * *"),
        ("werktags um 7 Uhr", "0 7 * * 1-5"),
        ("täglich um 7.30 Uhr", "30 7 * * *"),
        ("jeden Tag um 18 Uhr", "0 18 * * *"),
        ("jeden Montag und Donnerstag um 18:30 Uhr", "30 18 * * 1,4"),
        ("montags bis freitags um 07:00 Uhr", "0 7 * * 1-5"),
        ("Mo, Mi und Fr um 6 Uhr", "0 6 * * 1,3,5"),
        ("am Wochenende um 9 Uhr", "0 9 * * 6,7"),
        ("am ersten Freitag im Monat um 9 Uhr", "0 9 * * 5#1"),
        ("monatlich am 1. um 06:00 Uhr", "0 6 1 * *"),
        ("monatlich am 1. und 15. um 6 Uhr", "0 6 1,15 * *"),
        ("monatlich am letzten Tag um 6 Uhr", "0 6 L * *"),
        ("stündlich", "0 * * * *"),
        ("alle 2 Stunden", "0 */2 * * *"),
        ("täglich um 7.", "0 7 * * *"),
    ];
    for (words, cron) in cases {
        assert_eq!(cron_of(words), cron, "{words}");
        Schedule::parse(cron, "UTC").unwrap_or_else(|error| panic!("{words}: {error}"));
    }
}

#[test]
fn the_zone_may_stand_anywhere() {
    for words in [
        "weekdays at 07:00 Europe/Berlin",
        "Europe/Berlin, weekdays at 07:00",
        "weekdays at 07:00 (Europe/Berlin)",
    ] {
        let zone = Rhythm::read(words).unwrap().zone;
        assert_eq!(zone.as_deref(), Some("Europe/Berlin"), "{words}");
    }
    assert_eq!(
        Rhythm::read("daily at 7 UTC").unwrap().zone.as_deref(),
        Some("UTC")
    );
    assert_eq!(Rhythm::read("daily at 7").unwrap().zone, None);
}

#[test]
fn what_is_not_understood_is_named_with_three_examples() {
    for (words, named) in [
        ("fortnightly at 7", "fortnightly"),
        ("weekdays at dawn", "dawn"),
        ("every other Monday at 7", "other"),
        ("weekdays at 25:00", "25:00"),
        ("daily at 7:5", "7:5"),
    ] {
        let error = Rhythm::read(words).unwrap_err();
        assert_eq!(
            error,
            RhythmError::UnknownWord {
                word: named.to_owned()
            }
        );
        assert!(error.to_string().contains(&format!("{named:?}")));
        assert_eq!(
            error.to_string().matches("Europe/Berlin\"").count(),
            3,
            "{error}"
        );
    }
}

#[test]
fn what_does_not_say_when_is_refused() {
    for (words, part) in [
        ("", "at what time"),
        ("weekdays", "at what time"),
        ("at 7", "on which days"),
        ("monthly at 7", "on which day of the month"),
        ("weekly at 7", "on which weekday"),
        ("every 2 days at 7", "no fixed days"),
        ("every 5 hours", "divide a day"),
        ("every 7 minutes", "divide an hour"),
        ("daily at 7:00 and 18:30", "same minutes"),
        ("weekdays and 1st at 7", "more than one kind of days"),
        ("daily at 7, every hour", "more than one kind of times"),
        ("monthly on the 32nd at 7", "day 32"),
        ("on the 6th Friday at 7", "five of each"),
        ("daily at 24", "hour 24"),
        ("daily at 13 pm", "1 to 12"),
        ("to Friday at 7", "after no weekday"),
        ("daily at 7 Europe/Berlin Europe/Paris", "two time zones"),
        ("every hour at minute 60", "minute 60"),
        ("every 2", "of what"),
        ("monday to", "in the middle"),
    ] {
        let error = Rhythm::read(words).unwrap_err();
        assert!(
            matches!(error, RhythmError::Unclear { .. }),
            "{words}: {error}"
        );
        assert!(error.to_string().contains(part), "{words}: {error}");
    }
}

#[test]
fn cron_is_said_in_both_languages() {
    for (cron, english, german) in [
        (
            "0 7 * * 1-5",
            "weekdays at 07:00",
            "montags bis freitags um 07:00 Uhr",
        ),
        (
            "0 7 * * mon-fri",
            "weekdays at 07:00",
            "montags bis freitags um 07:00 Uhr",
        ),
        ("0 7 * * *", "daily at 07:00", "täglich um 07:00 Uhr"),
        ("@daily", "daily at 00:00", "täglich um 00:00 Uhr"),
        (
            "30 18 * * 1,4",
            "every Monday and Thursday at 18:30",
            "jeden Montag und Donnerstag um 18:30 Uhr",
        ),
        (
            "0 9 * * fri#1",
            "on the first Friday of the month at 09:00",
            "am ersten Freitag im Monat um 09:00 Uhr",
        ),
        (
            "0 6 1,15,L * *",
            "monthly on the 1st, 15th and last day at 06:00",
            "monatlich am 1., 15. und letzten Tag um 06:00 Uhr",
        ),
        ("0 * * * *", "every hour", "jede Stunde"),
        (
            "15 */6 * * *",
            "every 6 hours at minute 15",
            "alle 6 Stunden zur Minute 15",
        ),
        (
            "0 9 * * 0,6",
            "weekends at 09:00",
            "am Wochenende um 09:00 Uhr",
        ),
    ] {
        let rhythm = Rhythm::from_cron(cron).unwrap();
        assert_eq!(rhythm.words("en"), english);
        assert_eq!(rhythm.words("de"), german);
    }
    for cron in [
        "0 7 1-10 1,7 *",
        "0 7 1 * 1",
        "*/7 * * * *",
        "@yearly",
        "0-5 */2 * * *",
        "x",
    ] {
        assert_eq!(Rhythm::from_cron(cron), None, "{cron}");
    }
}

#[test]
fn cron_and_words_are_told_apart() {
    for cron in [
        "0 7 * * 1-5",
        "@daily",
        "0 7 * *",
        "0 7 1 1 mon",
        "61 7 * * *",
    ] {
        assert!(is_cron(cron), "{cron}");
    }
    for words in [
        "weekdays at 07:00",
        "7 Uhr täglich",
        "Mo Mi Fr um 6",
        "",
        "7 am every day please",
    ] {
        assert!(!is_cron(words), "{words}");
    }
}

fn days() -> impl Strategy<Value = Days> {
    let nth = prop_oneof![(1_u8..=5).prop_map(Nth::Number), Just(Nth::Last)];
    let set = |all: Vec<u8>, size: std::ops::Range<usize>| {
        subsequence(all, size).prop_map(|some| some.into_iter().collect::<BTreeSet<u8>>())
    };
    prop_oneof![
        Just(Days::Every),
        set((1..=7).collect(), 1..7).prop_map(Days::On),
        (nth, 1_u8..=7).prop_map(|(nth, day)| Days::Nth(nth, day)),
        (set((1..=31).collect(), 1..6), any::<bool>())
            .prop_map(|(dates, is_last)| Days::Dates(dates, is_last)),
        Just(Days::Dates(BTreeSet::new(), true)),
    ]
}

fn times() -> impl Strategy<Value = Times> {
    let set = |all: Vec<u8>| {
        subsequence(all, 1..4).prop_map(|some| some.into_iter().collect::<BTreeSet<u8>>())
    };
    prop_oneof![
        (set((0..24).collect()), set((0..60).collect()))
            .prop_map(|(hours, minutes)| Times::At { hours, minutes }),
        (select(vec![1_u8, 2, 3, 4, 6, 8, 12]), 0_u8..60)
            .prop_map(|(every, minute)| Times::Hours { every, minute }),
        select(vec![1_u8, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30])
            .prop_map(|every| Times::Minutes { every }),
    ]
}

proptest! {
    /// Words to cron to words is stable, in both languages, and the scheduler takes the cron expression.
    #[test]
    fn every_rhythm_survives_both_ways(days in days(), times in times()) {
        let rhythm = Rhythm { days, times };
        let cron = rhythm.to_cron();
        prop_assert!(Schedule::parse(&cron, "Europe/Berlin").is_ok() || cron.contains("#5") , "{}", cron);
        let back = Rhythm::from_cron(&cron);
        prop_assert_eq!(back.as_ref(), Some(&rhythm), "{}", cron);
        for language in ["en", "de"] {
            let words = rhythm.words(language);
            let read = Rhythm::read(&words).map_err(|error| TestCaseError::fail(format!("{words}: {error}")))?;
            prop_assert_eq!(&read.rhythm, &rhythm, "{}", words);
            prop_assert_eq!(read.rhythm.to_cron(), cron.clone());
            prop_assert_eq!(read.rhythm.words(language), words);
        }
    }

    #[test]
    fn no_text_breaks_the_reader(text in "\\PC{0,60}") {
        let _ = Rhythm::read(&text);
        let _ = Rhythm::from_cron(&text);
    }
}
