//! English and German words become a rhythm.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::lexicon::{Word, after_noon, before_noon, look_up};
use super::{Days, Nth, Reading, Rhythm, RhythmError, Times};

/// Words in a schedule at most.
const MAX_WORDS: usize = 60;
/// Characters of a word that are quoted in an error.
const QUOTED_CHARS: usize = 40;

pub(super) fn read(text: &str) -> Result<Reading, RhythmError> {
    let mut reader = Reader::default();
    let words =
        text.split(|char: char| char.is_whitespace() || matches!(char, ',' | ';' | '(' | ')'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    if words.len() > MAX_WORDS {
        return Err(unclear(format!("it has more than {MAX_WORDS} words")));
    }
    for word in words {
        reader.hear(word)?;
    }
    let zone = reader.zone.clone();
    Ok(Reading {
        rhythm: reader.finish()?,
        zone,
    })
}

fn unclear(what: impl Into<String>) -> RhythmError {
    RhythmError::Unclear { what: what.into() }
}

/// What was heard so far.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word that was heard or was not"
)]
struct Reader {
    zone: Option<String>,
    /// "every" was the last word that means something.
    is_every: bool,
    /// "every 2": a unit must follow.
    count: Option<u8>,
    /// "at", "um" was the last word: the dot of "um 7." ends a sentence.
    is_at: bool,
    /// "minute" was said: its number must follow.
    is_minute_next: bool,
    /// "to" was said after this weekday.
    range_from: Option<u8>,
    last_weekday: Option<u8>,
    is_daily: bool,
    is_weekly: bool,
    is_monthly: bool,
    weekdays: BTreeSet<u8>,
    /// Ordinals that wait for what they count; at the end they are dates.
    ordinals: Vec<Nth>,
    nths: Vec<(Nth, u8)>,
    dates: BTreeSet<u8>,
    has_last_day: bool,
    clocks: Vec<(u8, u8)>,
    /// The last word was a time, which "am" and "pm" may still move.
    is_bare: bool,
    every_hours: Option<u8>,
    every_minutes: Option<u8>,
    minute: Option<u8>,
}

impl Reader {
    fn hear(&mut self, word: &str) -> Result<(), RhythmError> {
        if word.contains('/') {
            return self.hear_zone(word);
        }
        // "Mon-Fri" and "Montag–Freitag" are three words.
        let range = word.split_once(['-', '–']);
        if let Some((first, last)) = range
            && !last.is_empty()
            && look_up(&first.to_lowercase()).is_some()
        {
            self.hear(first)?;
            self.hear("-")?;
            return self.hear(last);
        }
        let lower = word.to_lowercase();
        // "am" is German for "on" and English for "before noon": a number decides.
        let meaning = if lower == "am" && self.is_bare {
            Some(Word::Am)
        } else {
            look_up(&lower)
        };
        match meaning {
            Some(meaning) => self.take(meaning, word),
            None if TimeZone::get(word).is_ok() => self.hear_zone(word),
            None => Err(RhythmError::UnknownWord {
                word: word.chars().take(QUOTED_CHARS).collect(),
            }),
        }
    }

    fn hear_zone(&mut self, word: &str) -> Result<(), RhythmError> {
        if let Some(zone) = &self.zone {
            return Err(unclear(format!("it has two time zones, {zone} and {word}")));
        }
        self.zone = Some(word.trim_end_matches('.').to_owned());
        Ok(())
    }

    fn take(&mut self, meaning: Word, word: &str) -> Result<(), RhythmError> {
        let is_every = std::mem::take(&mut self.is_every);
        let is_at = std::mem::take(&mut self.is_at);
        let is_bare = std::mem::take(&mut self.is_bare);
        if let (Some(count), false) = (self.count, matches!(meaning, Word::Hour | Word::Minute)) {
            return Err(unclear(format!(
                "\"every {count} {word}\" has no fixed days; say on which weekdays or dates instead"
            )));
        }
        match meaning {
            Word::Filler => self.is_every = is_every,
            Word::At => self.is_at = true,
            Word::Every => self.is_every = true,
            Word::Daily => self.is_daily = true,
            Word::Day if !self.ordinals.is_empty() => self.ordinals_are_dates()?,
            Word::Day if is_every => self.is_daily = true,
            Word::Day => {
                return Err(unclear(
                    "a \"day\" is named, but not which: say \"every day\" or \"1st\"",
                ));
            }
            Word::Workdays => self.weekdays.extend(1..=5),
            Word::Weekend => self.weekdays.extend(6..=7),
            Word::Weekday(day) => self.take_weekday(day)?,
            Word::Weekly => self.is_weekly = true,
            Word::Monthly => self.is_monthly = true,
            Word::Ordinal(number) if is_at => self.take_number(number, false)?,
            Word::Ordinal(number) => self.ordinals.push(Nth::Number(number)),
            Word::Last => self.ordinals.push(Nth::Last),
            Word::Until => {
                let from = self.last_weekday.take();
                self.range_from =
                    Some(from.ok_or_else(|| unclear(format!("{word:?} stands after no weekday")))?);
            }
            Word::Hourly => self.every_hours = Some(1),
            Word::Hour => self.take_hours(is_every)?,
            Word::Minute => self.take_minutes(is_every),
            Word::Number(number) => self.take_number(number, is_every)?,
            Word::Clock(hour, minute) => {
                self.clocks.push((hour, minute));
                self.is_bare = true;
            }
            Word::Am => self.move_last(before_noon, is_bare)?,
            Word::Pm => self.move_last(after_noon, is_bare)?,
        }
        Ok(())
    }

    fn take_weekday(&mut self, day: u8) -> Result<(), RhythmError> {
        if let Some(from) = self.range_from.take() {
            // "Friday to Monday" goes over the end of the week.
            let until = if day < from { day + 7 } else { day };
            self.weekdays
                .extend((from..=until).map(|day| (day - 1) % 7 + 1));
            return Ok(());
        }
        for nth in std::mem::take(&mut self.ordinals) {
            if matches!(nth, Nth::Number(number) if !(1..=5).contains(&number)) {
                return Err(unclear("a month has at most five of each weekday"));
            }
            self.nths.push((nth, day));
        }
        if self.nths.last().is_none_or(|(_, last)| *last != day) {
            self.weekdays.insert(day);
        }
        self.last_weekday = Some(day);
        Ok(())
    }

    fn take_hours(&mut self, is_every: bool) -> Result<(), RhythmError> {
        match self.count.take() {
            Some(count) => self.every_hours = Some(count),
            None if is_every => self.every_hours = Some(1),
            None => return Err(unclear("say \"every hour\" or \"every 2 hours\"")),
        }
        Ok(())
    }

    fn take_minutes(&mut self, is_every: bool) {
        match self.count.take() {
            Some(count) => self.every_minutes = Some(count),
            None if is_every => self.every_minutes = Some(1),
            None => self.is_minute_next = true,
        }
    }

    fn take_number(&mut self, number: u8, is_every: bool) -> Result<(), RhythmError> {
        if is_every {
            self.count = Some(number);
        } else if std::mem::take(&mut self.is_minute_next) {
            if number > 59 {
                return Err(unclear(format!("an hour has no minute {number}")));
            }
            self.minute = Some(number);
        } else if number < 24 {
            self.clocks.push((number, 0));
            self.is_bare = true;
        } else {
            return Err(unclear(format!("a day has no hour {number}")));
        }
        Ok(())
    }

    fn move_last(&mut self, half: fn(u8) -> Option<u8>, is_bare: bool) -> Result<(), RhythmError> {
        let last = if is_bare { self.clocks.pop() } else { None };
        let moved = last.and_then(|(hour, minute)| Some((half(hour)?, minute)));
        self.clocks.push(
            moved.ok_or_else(|| unclear("\"am\" and \"pm\" stand after an hour from 1 to 12"))?,
        );
        Ok(())
    }

    fn ordinals_are_dates(&mut self) -> Result<(), RhythmError> {
        for nth in std::mem::take(&mut self.ordinals) {
            match nth {
                Nth::Last => self.has_last_day = true,
                Nth::Number(date) if (1..=31).contains(&date) => {
                    self.dates.insert(date);
                }
                Nth::Number(date) => return Err(unclear(format!("no month has a day {date}"))),
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Rhythm, RhythmError> {
        if let Some(count) = self.count {
            return Err(unclear(format!("\"every {count}\" of what")));
        }
        if self.is_minute_next || self.range_from.is_some() {
            return Err(unclear("it ends in the middle"));
        }
        self.ordinals_are_dates()?;
        let times = self.times()?;
        Ok(Rhythm {
            days: self.days(&times)?,
            times,
        })
    }

    fn days(&self, times: &Times) -> Result<Days, RhythmError> {
        let has_dates = !self.dates.is_empty() || self.has_last_day;
        let kinds = [
            self.is_daily,
            !self.weekdays.is_empty(),
            !self.nths.is_empty(),
            has_dates,
        ];
        if kinds.iter().filter(|is_said| **is_said).count() > 1 || self.nths.len() > 1 {
            return Err(unclear(
                "it says more than one kind of days; make it one rhythm",
            ));
        }
        if self.is_monthly && !has_dates && self.nths.is_empty() {
            return Err(unclear(
                "say on which day of the month, such as \"on the 1st\"",
            ));
        }
        if self.is_weekly && self.weekdays.is_empty() {
            return Err(unclear("say on which weekday"));
        }
        if let Some((nth, day)) = self.nths.first() {
            return Ok(Days::Nth(*nth, *day));
        }
        if has_dates {
            return Ok(Days::Dates(self.dates.clone(), self.has_last_day));
        }
        match (self.weekdays.len(), self.is_daily, times) {
            (0, true, _) | (7, _, _) | (0, false, Times::Hours { .. } | Times::Minutes { .. }) => {
                Ok(Days::Every)
            }
            (0, false, Times::At { .. }) => Err(unclear("it does not say on which days")),
            _ => Ok(Days::On(self.weekdays.clone())),
        }
    }

    fn times(&self) -> Result<Times, RhythmError> {
        let kinds = [
            !self.clocks.is_empty(),
            self.every_hours.is_some(),
            self.every_minutes.is_some(),
        ];
        if kinds.iter().filter(|is_said| **is_said).count() > 1
            || (self.minute.is_some() && self.every_hours.is_none())
        {
            return Err(unclear("it says more than one kind of times"));
        }
        let divides =
            |every: &u8, whole: u8| *every < whole && whole.checked_rem(*every) == Some(0);
        if let Some(every) = self.every_hours {
            let every = Some(every).filter(|every| divides(every, 24));
            let every =
                every.ok_or_else(|| unclear("hours must divide a day: 1, 2, 3, 4, 6, 8 or 12"))?;
            let minute = self.minute.unwrap_or(0);
            return Ok(Times::Hours { every, minute });
        }
        if let Some(every) = self.every_minutes {
            let every = Some(every).filter(|every| divides(every, 60));
            let every = every.ok_or_else(|| {
                unclear("minutes must divide an hour, such as 5, 10, 15, 20 or 30")
            })?;
            return Ok(Times::Minutes { every });
        }
        let hours: BTreeSet<u8> = self.clocks.iter().map(|(hour, _)| *hour).collect();
        let minutes: BTreeSet<u8> = self.clocks.iter().map(|(_, minute)| *minute).collect();
        let said: BTreeSet<(u8, u8)> = self.clocks.iter().copied().collect();
        if said.is_empty() {
            return Err(unclear("it does not say at what time"));
        }
        if hours.len() * minutes.len() != said.len() {
            return Err(unclear(
                "its times do not fit into one schedule: all of them must have the same minutes, such as 07:30 and 18:30",
            ));
        }
        Ok(Times::At { hours, minutes })
    }
}
