//! Rhythms as cron expressions of five fields, and back where people would say the same.

use std::collections::BTreeSet;

use super::{Days, Nth, Rhythm, Times};

/// Names of weekdays in cron, Monday first.
const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

pub(super) fn write(rhythm: &Rhythm) -> String {
    let (minute, hour) = match &rhythm.times {
        Times::At { hours, minutes } => (list(minutes), list(hours)),
        Times::Hours { every: 1, minute } => (minute.to_string(), "*".to_owned()),
        Times::Hours { every, minute } => (minute.to_string(), format!("*/{every}")),
        Times::Minutes { every: 1 } => ("*".to_owned(), "*".to_owned()),
        Times::Minutes { every } => (format!("*/{every}"), "*".to_owned()),
    };
    let (date, weekday) = match &rhythm.days {
        Days::Every => ("*".to_owned(), "*".to_owned()),
        Days::On(days) => ("*".to_owned(), list(days)),
        Days::Nth(Nth::Number(nth), day) => ("*".to_owned(), format!("{day}#{nth}")),
        Days::Nth(Nth::Last, day) => ("*".to_owned(), format!("{day}#L")),
        Days::Dates(dates, false) => (list(dates), "*".to_owned()),
        Days::Dates(dates, true) if dates.is_empty() => ("L".to_owned(), "*".to_owned()),
        Days::Dates(dates, true) => (format!("{},L", list(dates)), "*".to_owned()),
    };
    format!("{minute} {hour} {date} * {weekday}")
}

/// "1-5", "0,30", "1,3-5".
fn list(numbers: &BTreeSet<u8>) -> String {
    let mut runs: Vec<(u8, u8)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *number => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let run = |(first, last): &(u8, u8)| match last - first {
        0 => first.to_string(),
        1 => format!("{first},{last}"),
        _ => format!("{first}-{last}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

pub(super) fn parse(text: &str) -> Option<Rhythm> {
    let text = match text.trim() {
        "@hourly" => "0 * * * *",
        "@daily" | "@midnight" => "0 0 * * *",
        "@weekly" => "0 0 * * 7",
        "@monthly" => "0 0 1 * *",
        other => other,
    };
    let lower = text.to_ascii_lowercase();
    let mut fields = lower.split_whitespace();
    let mut field = || fields.next();
    let (minute, hour, date, month, weekday) = (field()?, field()?, field()?, field()?, field()?);
    if field().is_some() || month != "*" {
        return None;
    }
    Some(Rhythm {
        days: days(date, weekday)?,
        times: times(minute, hour)?,
    })
}

fn times(minute: &str, hour: &str) -> Option<Times> {
    let step = |field: &str| field.strip_prefix("*/")?.parse::<u8>().ok();
    if hour == "*" {
        let every = if minute == "*" { Some(1) } else { step(minute) };
        if let Some(every) = every {
            return (every < 60 && 60_u8.checked_rem(every) == Some(0))
                .then_some(Times::Minutes { every });
        }
    }
    let minutes = numbers(minute, 0, 59)?;
    let every = if hour == "*" { Some(1) } else { step(hour) };
    if let Some(every) = every {
        let only = minutes.first().filter(|_| minutes.len() == 1)?;
        return (every < 24 && 24_u8.checked_rem(every) == Some(0)).then_some(Times::Hours {
            every,
            minute: *only,
        });
    }
    let hours = numbers(hour, 0, 23)?;
    Some(Times::At { hours, minutes })
}

fn days(date: &str, weekday: &str) -> Option<Days> {
    match (date, weekday) {
        ("*", "*") => Some(Days::Every),
        ("*", weekday) => on(weekday),
        (date, "*") => {
            let (mut dates, mut is_last) = (BTreeSet::new(), false);
            for part in date.split(',') {
                if part == "l" {
                    is_last = true;
                } else {
                    dates.extend(numbers(part, 1, 31)?);
                }
            }
            Some(Days::Dates(dates, is_last))
        }
        _ => None,
    }
}

fn on(field: &str) -> Option<Days> {
    if let Some((day, nth)) = field.split_once('#') {
        let nth = match nth {
            "l" => Nth::Last,
            nth => Nth::Number(nth.parse().ok().filter(|nth| (1..=5).contains(nth))?),
        };
        return Some(Days::Nth(nth, weekday(day)?));
    }
    if let Some(day) = field.strip_suffix('l').filter(|day| day.len() == 1) {
        return Some(Days::Nth(Nth::Last, weekday(day)?));
    }
    let mut days = BTreeSet::new();
    for part in field.split(',') {
        match part.split_once('-') {
            None => {
                days.insert(weekday(part)?);
            }
            // A week of cron may begin with Sunday as 0.
            Some(("0" | "sun", last)) => {
                days.insert(7);
                days.extend(1..=weekday(last)?);
            }
            Some((first, last)) => days.extend(weekday(first)?..=weekday(last)?),
        }
    }
    match days.len() {
        0 => None,
        7 => Some(Days::Every),
        _ => Some(Days::On(days)),
    }
}

/// 1 (Monday) to 7; cron also calls Sunday 0.
fn weekday(text: &str) -> Option<u8> {
    if let Some(index) = NAMES.iter().position(|name| *name == text) {
        return u8::try_from(index + 1).ok();
    }
    let number: u8 = text.parse().ok().filter(|number| *number <= 7)?;
    Some(if number == 0 { 7 } else { number })
}

/// Numbers and ranges between commas.
fn numbers(field: &str, min: u8, max: u8) -> Option<BTreeSet<u8>> {
    let mut all = BTreeSet::new();
    for part in field.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u8, u8) = (first.parse().ok()?, last.parse().ok()?);
        if first < min || last > max || first > last {
            return None;
        }
        all.extend(first..=last);
    }
    Some(all)
}
