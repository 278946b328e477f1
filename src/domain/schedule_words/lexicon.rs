//! The words of schedules, English and German, and what each means.

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Nothing: "at", "um", "the".
    Filler,
    /// "at", "um": a time follows.
    At,
    /// "every", "jeden", "alle".
    Every,
    /// "daily".
    Daily,
    /// "day": of the month after an ordinal, every day after "every".
    Day,
    /// Monday to Friday.
    Workdays,
    /// Saturday and Sunday.
    Weekend,
    /// 1 (Monday) to 7.
    Weekday(u8),
    /// "weekly": a weekday must be there.
    Weekly,
    /// "monthly", "month": a date or an ordinal must be there.
    Monthly,
    /// "1st", "first", "1.".
    Ordinal(u8),
    /// "last".
    Last,
    /// "to", "bis".
    Until,
    /// "hourly".
    Hourly,
    /// "hours".
    Hour,
    /// "minutes".
    Minute,
    /// A bare number.
    Number(u8),
    /// A time of day.
    Clock(u8, u8),
    /// Before noon.
    Am,
    /// After noon.
    Pm,
}

/// Spellings and meaning, without those of weekdays.
const WORDS: &[(&[&str], Word)] = &[
    (
        &[
            "on",
            "the",
            "of",
            "in",
            "and",
            "und",
            "&",
            "a",
            "o'clock",
            "uhr",
            "am",
            "im",
            "den",
            "der",
            "des",
            "dem",
            "jeweils",
            "zone",
            "time",
            "clock",
            "zur",
            "o’clock",
        ],
        Word::Filler,
    ),
    (&["at", "um", "gegen"], Word::At),
    (
        &["every", "each", "jeden", "jede", "jedes", "jeder", "alle"],
        Word::Every,
    ),
    (&["daily", "everyday", "täglich", "taeglich"], Word::Daily),
    (&["day", "days", "tag", "tage", "tags"], Word::Day),
    (
        &[
            "weekday",
            "weekdays",
            "workday",
            "workdays",
            "werktag",
            "werktags",
            "werktage",
            "werktäglich",
            "wochentag",
            "wochentags",
        ],
        Word::Workdays,
    ),
    (
        &[
            "weekend",
            "weekends",
            "wochenende",
            "wochenenden",
            "wochenends",
        ],
        Word::Weekend,
    ),
    (
        &["weekly", "week", "wöchentlich", "woechentlich", "woche"],
        Word::Weekly,
    ),
    (
        &["monthly", "month", "months", "monatlich", "monat", "monats"],
        Word::Monthly,
    ),
    (&["first", "erste", "ersten", "erster"], Word::Ordinal(1)),
    (
        &["second", "zweite", "zweiten", "zweiter"],
        Word::Ordinal(2),
    ),
    (&["third", "dritte", "dritten", "dritter"], Word::Ordinal(3)),
    (
        &["fourth", "vierte", "vierten", "vierter"],
        Word::Ordinal(4),
    ),
    (
        &["fifth", "fünfte", "fünften", "fünfter", "fuenften"],
        Word::Ordinal(5),
    ),
    (&["last", "letzte", "letzten", "letzter"], Word::Last),
    (
        &["to", "through", "until", "till", "bis", "-", "–"],
        Word::Until,
    ),
    (&["hourly", "stündlich", "stuendlich"], Word::Hourly),
    (&["hour", "hours", "stunde", "stunden"], Word::Hour),
    (&["minute", "minutes", "minuten"], Word::Minute),
    (&["noon", "midday", "mittags", "mittag"], Word::Clock(12, 0)),
    (&["midnight", "mitternacht"], Word::Clock(0, 0)),
    (&["a.m", "vormittags", "morgens", "früh"], Word::Am),
    (&["pm", "p.m", "nachmittags", "abends"], Word::Pm),
];

/// Spellings of Monday to Sunday; plurals and "-s" of habit are cut off before.
const WEEKDAYS: [&[&str]; 7] = [
    &["monday", "mon", "montag", "mo"],
    &["tuesday", "tue", "tues", "dienstag", "di"],
    &["wednesday", "wed", "mittwoch", "mi"],
    &["thursday", "thu", "thur", "thurs", "donnerstag", "do"],
    &["friday", "fri", "freitag", "fr"],
    &["saturday", "sat", "samstag", "sonnabend", "sa"],
    &["sunday", "sun", "sonntag", "so"],
];

/// What `word` means; in lower case, without commas around it. `None` when it means nothing here.
pub(super) fn look_up(word: &str) -> Option<Word> {
    if word.starts_with(|first: char| first.is_ascii_digit()) {
        return number(word);
    }
    let word = word.trim_end_matches('.');
    weekday(word).map(Word::Weekday).or_else(|| {
        let found = WORDS
            .iter()
            .find(|(spellings, _)| spellings.contains(&word));
        found.map(|(_, meaning)| *meaning)
    })
}

fn weekday(word: &str) -> Option<u8> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    let is_it = |spellings: &&[&str]| spellings.contains(&word) || spellings.contains(&singular);
    let index = WEEKDAYS.iter().position(is_it)?;
    u8::try_from(index + 1).ok()
}

/// "7", "07:30", "7.30", "7h", "7am", "1st", "1.".
fn number(word: &str) -> Option<Word> {
    let digits = word.trim_end_matches(|char: char| !char.is_ascii_digit());
    let rest = word.strip_prefix(digits)?;
    if let Some((hour, minute)) = digits.split_once([':', '.']) {
        let hour: u8 = hour.parse().ok()?;
        let minute: u8 = minute.parse().ok().filter(|_| minute.len() == 2)?;
        let hour = match rest {
            "" | "h" | "uhr" | "." => hour,
            _ => half_of_day(hour, rest)?,
        };
        return (hour < 24 && minute < 60).then_some(Word::Clock(hour, minute));
    }
    let number: u8 = digits.parse().ok()?;
    match rest {
        "" => Some(Word::Number(number)),
        "." | "st" | "nd" | "rd" | "th" => Some(Word::Ordinal(number)),
        "h" | "uhr" => (number < 24).then_some(Word::Clock(number, 0)),
        _ => Some(Word::Clock(half_of_day(number, rest)?, 0)),
    }
}

fn half_of_day(hour: u8, half: &str) -> Option<u8> {
    match half.trim_end_matches('.') {
        "am" | "a.m" => before_noon(hour),
        "pm" | "p.m" => after_noon(hour),
        _ => None,
    }
}

/// The hour of 1 to 12 before noon; 12 am is midnight.
pub(super) fn before_noon(hour: u8) -> Option<u8> {
    (1..=12).contains(&hour).then_some(hour % 12)
}

/// The hour of 1 to 12 after noon; 12 pm is noon.
pub(super) fn after_noon(hour: u8) -> Option<u8> {
    (1..=12).contains(&hour).then_some(hour % 12 + 12)
}
