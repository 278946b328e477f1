//! A schedule in words: "weekdays at 07:00", "every Monday and Thursday at 18:30", "am ersten Freitag im Monat um 9 Uhr".
//!
//! Words and cron expressions meet in a [`Rhythm`], which holds what both can say. Words of every rhythm are read back as
//! the same rhythm, in English and in German, so a schedule can be shown, edited and shown again without changing.
//! A cron expression that says more than people do, such as `0 7 1-10 1,7 *`, stays cron text.

mod cron;
mod lexicon;
mod reading;
mod speaking;

use std::collections::BTreeSet;

/// Where words of a schedule are not understood. Every message names what is wrong and gives three examples.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RhythmError {
    /// A word that means nothing here.
    #[error("the schedule has a word that is not understood: {word:?}. {EXAMPLES}")]
    UnknownWord {
        /// The word as written, cut after 40 characters.
        word: String,
    },
    /// Known words that do not say when.
    #[error("the schedule is not clear: {what}. {EXAMPLES}")]
    Unclear {
        /// What is missing, or said twice.
        what: String,
    },
}

/// What errors offer instead.
const EXAMPLES: &str = "Write for example \"weekdays at 07:00 Europe/Berlin\", \"every Monday and Thursday at 18:30 \
                        Europe/Berlin\" or \"first Friday of the month at 9 Europe/Berlin\"";

/// When something happens again and again, as people say it. Reckoned on local clocks, without a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rhythm {
    days: Days,
    times: Times,
}

/// On which days. Weekdays are 1 (Monday) to 7 (Sunday), as in ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Days {
    /// Every day.
    Every,
    /// On some weekdays; never all seven.
    On(BTreeSet<u8>),
    /// On one weekday of each month: the first to the fifth, or the last.
    Nth(Nth, u8),
    /// On dates of each month, 1 to 31, and perhaps on its last day.
    Dates(BTreeSet<u8>, bool),
}

/// Which of the same weekdays in a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nth {
    /// 1 to 5.
    Number(u8),
    /// The last, whichever number it has.
    Last,
}

/// At which times of such a day.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Times {
    /// At each of the hours, at each of the minutes.
    At {
        /// 0 to 23.
        hours: BTreeSet<u8>,
        /// 0 to 59.
        minutes: BTreeSet<u8>,
    },
    /// Every so many hours from midnight, a divisor of 24, at one minute.
    Hours {
        /// 1 to 12.
        every: u8,
        /// 0 to 59.
        minute: u8,
    },
    /// Every so many minutes, a divisor of 60.
    Minutes {
        /// 1 to 30.
        every: u8,
    },
}

/// Words that were read: the rhythm, and the zone if they named one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// When.
    pub rhythm: Rhythm,
    /// The IANA zone as written.
    pub zone: Option<String>,
}

impl Rhythm {
    /// Reads English or German words; the zone may stand anywhere in them.
    ///
    /// # Errors
    /// [`RhythmError`] names the first word that is not understood, or what is missing.
    pub fn read(words: &str) -> Result<Reading, RhythmError> {
        reading::read(words)
    }

    /// The rhythm of a cron expression; `None` for one that says more than people do.
    #[must_use]
    pub fn from_cron(text: &str) -> Option<Self> {
        cron::parse(text)
    }

    /// The cron expression, five fields.
    #[must_use]
    pub fn to_cron(&self) -> String {
        cron::write(self)
    }

    /// In words: German for `de`, English for every other language.
    #[must_use]
    pub fn words(&self, language: &str) -> String {
        speaking::words(self, language == "de")
    }
}

/// Whether a text is meant as a cron expression and not as words: it has a star, begins with `@`, or is five fields of
/// which the first two are numbers.
#[must_use]
pub fn is_cron(text: &str) -> bool {
    let is_field = |field: &&str| {
        field
            .chars()
            .all(|char| char.is_ascii_digit() || matches!(char, '*' | '/' | ',' | '-'))
    };
    let fields: Vec<&str> = text.split_whitespace().collect();
    text.trim_start().starts_with('@')
        || fields.iter().any(|field| field.contains('*'))
        || fields.len() == 5
            && fields
                .iter()
                .take(2)
                .filter(|field| is_field(field))
                .count()
                == 2
}

#[cfg(test)]
mod tests;
