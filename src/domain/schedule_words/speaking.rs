//! A rhythm in English and in German words, which [`super::reading`] reads back as the same rhythm.

use std::collections::BTreeSet;

use super::{Days, Nth, Rhythm, Times};

/// English and German names of Monday to Sunday.
const WEEKDAYS: [(&str, &str); 7] = [
    ("Monday", "Montag"),
    ("Tuesday", "Dienstag"),
    ("Wednesday", "Mittwoch"),
    ("Thursday", "Donnerstag"),
    ("Friday", "Freitag"),
    ("Saturday", "Samstag"),
    ("Sunday", "Sonntag"),
];

/// English and German words for the first to the fifth.
const ORDINALS: [(&str, &str); 5] = [
    ("first", "ersten"),
    ("second", "zweiten"),
    ("third", "dritten"),
    ("fourth", "vierten"),
    ("fifth", "fünften"),
];

pub(super) fn words(rhythm: &Rhythm, is_german: bool) -> String {
    let (days, times) = (
        days(&rhythm.days, is_german),
        times(&rhythm.times, is_german),
    );
    match (&rhythm.days, &rhythm.times) {
        (Days::Every, Times::Hours { .. } | Times::Minutes { .. }) => times,
        (_, Times::At { .. }) => format!("{days} {times}"),
        (_, Times::Hours { .. } | Times::Minutes { .. }) => format!("{days}, {times}"),
    }
}

fn days(days: &Days, is_german: bool) -> String {
    let pick = |english: &str, german: &str| if is_german { german } else { english }.to_owned();
    match days {
        Days::Every => pick("daily", "täglich"),
        // German "werktags" has two readings, with and without Saturday; it is read but never written.
        Days::On(days) if days.iter().eq(&[1, 2, 3, 4, 5]) => {
            pick("weekdays", "montags bis freitags")
        }
        Days::On(days) if days.iter().eq(&[6, 7]) => pick("weekends", "am Wochenende"),
        Days::On(days) => {
            let names: Vec<String> = days.iter().map(|day| weekday(*day, is_german)).collect();
            format!("{} {}", pick("every", "jeden"), join(&names, is_german))
        }
        Days::Nth(nth, day) => {
            let (nth, day) = (ordinal(*nth, is_german), weekday(*day, is_german));
            if is_german {
                format!("am {nth} {day} im Monat")
            } else {
                format!("on the {nth} {day} of the month")
            }
        }
        Days::Dates(dates, is_last) => {
            let mut names: Vec<String> = dates
                .iter()
                .map(|date| numbered(*date, is_german))
                .collect();
            if *is_last {
                names.push(pick("last day", "letzten Tag"));
            }
            format!(
                "{} {}",
                pick("monthly on the", "monatlich am"),
                join(&names, is_german)
            )
        }
    }
}

fn times(times: &Times, is_german: bool) -> String {
    match times {
        Times::At { hours, minutes } => {
            let all: Vec<String> = clocks(hours, minutes).collect();
            let all = join(&all, is_german);
            if is_german {
                format!("um {all} Uhr")
            } else {
                format!("at {all}")
            }
        }
        Times::Hours { every, minute } => {
            let hours = match (every, is_german) {
                (1, false) => "every hour".to_owned(),
                (1, true) => "jede Stunde".to_owned(),
                (every, false) => format!("every {every} hours"),
                (every, true) => format!("alle {every} Stunden"),
            };
            match (minute, is_german) {
                (0, _) => hours,
                (minute, false) => format!("{hours} at minute {minute}"),
                (minute, true) => format!("{hours} zur Minute {minute}"),
            }
        }
        Times::Minutes { every } => match (every, is_german) {
            (1, false) => "every minute".to_owned(),
            (1, true) => "jede Minute".to_owned(),
            (every, false) => format!("every {every} minutes"),
            (every, true) => format!("alle {every} Minuten"),
        },
    }
}

fn clocks(hours: &BTreeSet<u8>, minutes: &BTreeSet<u8>) -> impl Iterator<Item = String> {
    hours.iter().flat_map(move |hour| {
        minutes
            .iter()
            .map(move |minute| format!("{hour:02}:{minute:02}"))
    })
}

fn weekday(day: u8, is_german: bool) -> String {
    let index = usize::from(day).saturating_sub(1);
    let (english, german) = WEEKDAYS.get(index).copied().unwrap_or_default();
    if is_german { german } else { english }.to_owned()
}

fn ordinal(nth: Nth, is_german: bool) -> String {
    let (english, german) = match nth {
        Nth::Last => ("last", "letzten"),
        Nth::Number(nth) => {
            let index = usize::from(nth).saturating_sub(1);
            ORDINALS.get(index).copied().unwrap_or_default()
        }
    };
    if is_german { german } else { english }.to_owned()
}

/// "1st", "22nd"; "1.", "22.".
fn numbered(number: u8, is_german: bool) -> String {
    if is_german {
        return format!("{number}.");
    }
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// "a", "a and b", "a, b and c".
fn join(names: &[String], is_german: bool) -> String {
    let and = if is_german { "und" } else { "and" };
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {and} {last}", others.join(", ")),
        None => String::new(),
    }
}
