//! Dates as feeds write them: RFC 822 and 3339 with every mistake that is common.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// Months by the beginning of their names in English, German, French, Spanish, Italian, Dutch and Polish.
const MONTHS: [&[&str]; 12] = [
    &["jan", "jän", "ene", "gen", "sty"],
    &["feb", "fév", "fev", "lut"],
    &["mar", "mär", "mrz", "maa"],
    &["apr", "avr", "abr", "kwi"],
    &["may", "mai", "mag", "mei", "maj"],
    &["jun", "juin", "giu", "cze"],
    &["jul", "juil", "lug", "lip"],
    &["aug", "aoû", "aou", "ago", "sie"],
    &["sep", "set", "wrz"],
    &["oct", "okt", "ott", "paź"],
    &["nov", "lis"],
    &["dec", "dez", "déc", "dic", "gru"],
];

/// Names of zones in minutes from UTC: those of RFC 822, and those that European and other newsrooms write.
const ZONES: [(&str, i32); 27] = [
    ("UT", 0),
    ("UTC", 0),
    ("GMT", 0),
    ("Z", 0),
    ("WET", 0),
    ("BST", 60),
    ("IST", 60),
    ("WEST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("MET", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("MEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AEST", 600),
    ("JST", 540),
];

/// The instant that a text means; without a zone it is taken as UTC, without a time as midnight.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if text.is_empty() || text.len() > 100 {
        return None;
    }
    iso(text).or_else(|| words(text)).filter(|at| {
        // Before there were feeds, or where a year has five digits: a mistake, not a date.
        (1990..2200).contains(&Offset::UTC.to_datetime(*at).year())
    })
}

/// RFC 3339 and ISO 8601: `2026-01-05T06:30:00+01:00`, `2026-01-05 06:30`, `2026-01-05`, `2026-01`.
fn iso(text: &str) -> Option<Timestamp> {
    let (date, rest) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?.trim()),
        None => (text, ""),
    };
    let mut parts = date.split('-');
    let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
    let month = parts.next().map_or(Some(1), |month| month.parse().ok())?;
    let day = parts.next().map_or(Some(1), |day| day.parse().ok())?;
    if parts.next().is_some() {
        return None;
    }
    let end = rest.find(['+', '-', 'Z', 'z', ' ']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(end)?;
    let time = if clock.is_empty() {
        Time::midnight()
    } else {
        time(clock)?
    };
    at(Date::new(year, month, day).ok()?, time, zone.trim())
}

/// RFC 822 and looser: `Mon, 05 Jan 2026 06:30:00 +0100`, `January 5, 2026 6:30 AM EST`, `Mo, 5. Januar 2026 06:30`.
fn words(text: &str) -> Option<Timestamp> {
    let mut day = None;
    let mut month = None;
    let mut year = None;
    let mut clock = None;
    let mut hours = 0_i8;
    let mut zone = "";
    for word in text
        .split([' ', ',', '\t', '\n', '(', ')'])
        .filter(|word| !word.is_empty())
    {
        let number = word.trim_end_matches(['.', 't', 'h', 's', 'r', 'n', 'd']);
        if word.contains(':') {
            clock = Some(time(word)?);
        } else if word.starts_with(['+', '-']) && clock.is_some() {
            zone = word;
        } else if let Ok(number) = number.parse::<i16>() {
            match number {
                1..=31 if day.is_none() => day = i8::try_from(number).ok(),
                0..=99 if year.is_none() => {
                    year = Some(if number < 70 {
                        2000 + number
                    } else {
                        1900 + number
                    });
                }
                _ if year.is_none() => year = Some(number),
                _ => return None,
            }
        } else if word.eq_ignore_ascii_case("am") && clock.is_some_and(|clock| clock.hour() == 12) {
            hours = -12;
        } else if word.eq_ignore_ascii_case("pm") && clock.is_some_and(|clock| clock.hour() < 12) {
            hours = 12;
        } else if month.is_none() && month_of(word).is_some() {
            month = month_of(word);
        } else if clock.is_some()
            && ZONES
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case(word))
        {
            zone = word;
        }
    }
    let clock = clock.unwrap_or(Time::midnight());
    let clock = Time::new(clock.hour() + hours, clock.minute(), clock.second(), 0).ok()?;
    at(Date::new(year?, month?, day?).ok()?, clock, zone)
}

fn month_of(word: &str) -> Option<i8> {
    let word = word.to_lowercase();
    let index = MONTHS
        .iter()
        .position(|names| names.iter().any(|name| word.starts_with(name)))?;
    i8::try_from(index + 1).ok()
}

/// `06:30`, `6:30:00`, `06:30:00.123`; a leap second and 24:00 become what they are near to.
fn time(clock: &str) -> Option<Time> {
    let mut parts = clock.split(':');
    let hour: i8 = parts.next()?.parse().ok()?;
    let minute = parts.next()?.parse().ok()?;
    let second = parts.next().unwrap_or("0");
    let second = second.split(['.', ',']).next()?.parse::<i8>().ok()?.min(59);
    Time::new(if hour == 24 { 0 } else { hour }, minute, second, 0).ok()
}

fn at(date: Date, time: Time, zone: &str) -> Option<Timestamp> {
    let minutes = offset(zone)?;
    let offset = Offset::from_seconds(minutes * 60).ok()?;
    offset.to_timestamp(DateTime::from_parts(date, time)).ok()
}

/// Minutes from UTC: `+01:00`, `+0100`, `+01`, `-5:30`, `GMT`, or nothing.
fn offset(zone: &str) -> Option<i32> {
    if zone.is_empty() {
        return Some(0);
    }
    if let Some((_, minutes)) = ZONES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(zone))
    {
        return Some(*minutes);
    }
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None => digits.split_at_checked(digits.len().min(2))?,
    };
    let minutes: i32 = if minutes.is_empty() {
        0
    } else {
        minutes.parse().ok()?
    };
    let hours: i32 = hours.parse().ok()?;
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_feeds_write_is_understood() {
        for text in [
            "2026-01-05T06:30:00+01:00",
            "2026-01-05T05:30:00Z",
            "2026-01-05T05:30:00.123Z",
            "2026-01-05T06:30:00+0100",
            "2026-01-05T06:30+01",
            "2026-01-05 05:30:00",
            "2026-01-05 05:30:00 UTC",
            "2026-01-05t05:30:00z",
            "Mon, 05 Jan 2026 06:30:00 +0100",
            "Mon, 5 Jan 2026 05:30:00 GMT",
            "05 Jan 26 05:30 UT",
            "Monday, 05 January 2026 05:30:00 Z",
            "Tue, 05 Jan 2026 05:30:00 GMT",
            "Mon, 05 Jan 2026 06:30:00 CET",
            "Mo, 05 Jän 2026 06:30:00 MEZ",
            "Mon, 05 Jan 2026 00:30:00 EST",
            "January 5, 2026 12:30 AM EST",
            "lun., 05 janv. 2026 06:30:00 +0100",
            "Mon Jan 05 05:30:00 2026",
            "Mon, 05 Jan 2026 05:30:00",
            "Mon,  05 Jan 2026\n 05:30:00 +0000",
            "Mon, 05 Jan 2026 05:30:00 GMT+0000",
        ] {
            let at = parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(at.to_string().get(..16), Some("2026-01-05T05:30"), "{text}");
        }
        assert_eq!(
            parse("2026-01-05").unwrap().to_string(),
            "2026-01-05T00:00:00Z"
        );
        assert_eq!(
            parse("5. März 2026").unwrap().to_string(),
            "2026-03-05T00:00:00Z"
        );
        assert_eq!(
            parse("Jan 5, 2026 6:30 PM").unwrap().to_string(),
            "2026-01-05T18:30:00Z"
        );
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "0000-00-00",
            "2026-13-05",
            "2026-02-30T00:00:00Z",
            "1767591000",
            "Mon, 05 2026 05:30:00",
            "2026-01-05T25:00:00Z",
            "99999-01-01",
            "2026-01-05T05:30:00+99:00",
            "1970-01-01T00:00:00Z",
            "+",
            "-",
            ":",
            "ä:ä",
            "2026-01-05Tä",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
