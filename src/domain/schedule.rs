//! When a newsletter is due: a cron expression, read on the clocks of one time zone.
//!
//! The expression is evaluated on local clock time alone, and each local time is then looked up in the zone. So the
//! rules for days on which clocks change are ours: a time that the clocks skip is due at the first moment after
//! the gap, a time that comes twice is due the first time only, and a date that a zone left out has no slot.

use std::fmt;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Span, Timestamp};

use super::language::Language;
use super::schedule_words::{self, Rhythm, RhythmError};

/// Characters in a cron expression at most; every minute of a day, listed one by one, would not be a rhythm.
const CRON_MAX_CHARS: usize = 200;
/// A parsed expression must come round within this time: 29 February can be eight years away (1896 to 1904).
const RAREST_YEARS: i64 = 40;
/// Where the search for the first occurrence starts; any date would do.
const SOME_DAY: Date = jiff::civil::date(2000, 1, 1);

/// Which part of a schedule is wrong, with an example of a right one.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleError {
    /// Not five fields, or a field that cron does not know.
    #[error(
        "the cron expression {cron:?} is not valid: {reason}. Write minute, hour, day, month and weekday: \"0 7 * * 1-5\" is weekdays at 07:00"
    )]
    Cron {
        /// The expression as given, cut after 200 characters.
        cron: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The expression is well formed, but no such date exists, as with 31 February.
    #[error(
        "the cron expression {cron:?} never comes round, because there is no such date: \"0 7 * * 1-5\" is weekdays at 07:00"
    )]
    NeverDue {
        /// The expression as given.
        cron: String,
    },
    /// Words that do not say when.
    #[error(transparent)]
    Words(#[from] RhythmError),
    /// Words, or a cron expression, without the clocks that they mean.
    #[error(
        "the schedule names no time zone: add one such as Europe/Berlin, as in \"weekdays at 07:00 Europe/Berlin\""
    )]
    NoZone,
    /// Words that name another zone than the one beside them.
    #[error("the schedule names two time zones, {in_words} and {beside}: leave one out")]
    TwoZones {
        /// The one in the words.
        in_words: String,
        /// The other.
        beside: String,
    },
    /// Not a name from the IANA time zone database.
    #[error("there is no time zone {zone:?}: use a name such as \"Europe/Berlin\" or \"UTC\"")]
    Zone {
        /// The name as given, cut after 200 characters.
        zone: String,
    },
}

/// One run of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot {
    /// The local date and time that the cron expression names, even when clocks skip it.
    ///
    /// It names the slot: within one schedule no two slots share it, whatever the clocks do.
    pub local: DateTime,
    /// The instant at which the slot falls due.
    pub due_at: Timestamp,
}

/// A rhythm of sending: a cron expression of five fields, and the IANA time zone whose clocks it means.
#[derive(Clone)]
pub struct Schedule {
    cron: Cron,
    text: String,
    zone: TimeZone,
    zone_name: String,
}

impl Schedule {
    /// Reads a cron expression (five fields, or a nickname such as `@daily`) and the name of an IANA time zone.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] names the part that is wrong. Fields for seconds or years are refused, and so is an
    /// expression that does not come round within 40 years.
    pub fn parse(cron: &str, zone: &str) -> Result<Self, ScheduleError> {
        let text = cron.split_whitespace().collect::<Vec<_>>().join(" ");
        let parsed = parse_cron(&text)?;
        let zone_error = || ScheduleError::Zone {
            zone: zone.chars().take(CRON_MAX_CHARS).collect(),
        };
        let zone = TimeZone::get(zone.trim()).map_err(|_| zone_error())?;
        // `Etc/Unknown` is jiff's word for "no zone".
        let zone_name = zone
            .iana_name()
            .filter(|_| !zone.is_unknown())
            .ok_or_else(zone_error)?
            .to_owned();
        Ok(Self {
            cron: parsed,
            text,
            zone,
            zone_name,
        })
    }

    /// Reads a schedule as people write it: in words ("weekdays at 07:00 Europe/Berlin", "werktags um 7 Uhr"), or as a
    /// cron expression. The zone may stand in the words or in `zone`.
    ///
    /// # Errors
    ///
    /// [`ScheduleError`] names the word or the part that is wrong, and says what would be right.
    pub fn read(text: &str, zone: Option<&str>) -> Result<Self, ScheduleError> {
        if schedule_words::is_cron(text) {
            return Self::parse(text, zone.ok_or(ScheduleError::NoZone)?);
        }
        let reading = Rhythm::read(text)?;
        let zone = match (reading.zone, zone) {
            (Some(in_words), Some(beside)) if !in_words.eq_ignore_ascii_case(beside.trim()) => {
                let beside = beside.chars().take(CRON_MAX_CHARS).collect();
                return Err(ScheduleError::TwoZones { in_words, beside });
            }
            (Some(zone), _) => zone,
            (None, Some(zone)) => zone.to_owned(),
            (None, None) => return Err(ScheduleError::NoZone),
        };
        Self::parse(&reading.rhythm.to_cron(), &zone)
    }

    /// The rhythm in words, without the zone: German for `de`, English for every other language; the cron text where
    /// there are no words for it.
    #[must_use]
    pub fn words(&self, language: &Language) -> String {
        Rhythm::from_cron(&self.text).map_or_else(
            || self.text.clone(),
            |rhythm| rhythm.words(language.primary()),
        )
    }

    /// The cron expression as given, with single spaces.
    #[must_use]
    pub fn cron(&self) -> &str {
        &self.text
    }

    /// The IANA name of the time zone, in its official spelling.
    #[must_use]
    pub fn zone_name(&self) -> &str {
        &self.zone_name
    }

    /// The time zone, for showing instants on its clocks.
    #[must_use]
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The first slot that is due strictly after `after`; `None` only near the end of the calendar.
    ///
    /// When several local times fall due at one instant, because clocks skipped them, the first of them is the slot.
    #[must_use]
    pub fn next_after(&self, after: Timestamp) -> Option<Slot> {
        // A later local time is never due earlier, so nothing at or before this one can be due after `after`.
        let mut local = whole_second(self.zone.to_datetime(after))?;
        loop {
            local = self.cron.find_next_occurrence(&local, false).ok()?;
            if let Some(slot) = self.slot_at(local).filter(|slot| slot.due_at > after) {
                return Some(slot);
            }
        }
    }

    /// The next `count` slots that are due strictly after `after`, in order.
    #[must_use]
    pub fn next_slots(&self, after: Timestamp, count: usize) -> Vec<Slot> {
        std::iter::successors(self.next_after(after), |slot| self.next_after(slot.due_at))
            .take(count)
            .collect()
    }

    /// The slots due strictly after `after` and at or before `until`, in order; the latest `limit` of them.
    #[must_use]
    pub fn slots_between(&self, after: Timestamp, until: Timestamp, limit: usize) -> Vec<Slot> {
        let mut slots = std::collections::VecDeque::new();
        let all =
            std::iter::successors(self.next_after(after), |slot| self.next_after(slot.due_at));
        for slot in all.take_while(|slot| slot.due_at <= until) {
            if slots.len() == limit {
                slots.pop_front();
            }
            slots.push_back(slot);
        }
        slots.into()
    }

    /// The latest slot due at or before `at` and strictly after `not_before`.
    ///
    /// It is the same slot that [`next_after`](Self::next_after) gives, so its `local` can be compared.
    #[must_use]
    pub fn last_at_or_before(&self, at: Timestamp, not_before: Timestamp) -> Option<Slot> {
        let mut local = whole_second(self.latest_local(at)?)?;
        let mut is_first = true;
        loop {
            local = self.cron.find_previous_occurrence(&local, is_first).ok()?;
            is_first = false;
            let Some(slot) = self.slot_at(local).filter(|slot| slot.due_at <= at) else {
                continue;
            };
            if slot.due_at <= not_before {
                return None;
            }
            // Several local times can be due at this instant; going forward finds the first of them.
            let just_before = slot
                .due_at
                .checked_sub(SignedDuration::from_nanos(1))
                .ok()?;
            return self.next_after(just_before);
        }
    }

    /// The slot of a local time that the expression names; `None` when the zone left the whole date out.
    fn slot_at(&self, local: DateTime) -> Option<Slot> {
        let ambiguous = self.zone.to_ambiguous_timestamp(local);
        let due_at = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(local).ok()?,
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(local).ok()?,
            AmbiguousOffset::Gap { before, after } => {
                // Samoa had no 30 December 2011: clocks went from the 29th to the 31st.
                let first_of_day = local.date().to_zoned(self.zone.clone()).ok()?;
                if first_of_day.date() != local.date() {
                    return None;
                }
                // With the new offset a skipped time lies before the gap's end; the next change of clocks is that end.
                self.zone
                    .following(after.to_timestamp(local).ok()?)
                    .next()
                    .map_or_else(
                        || before.to_timestamp(local).ok(),
                        |change| Some(change.timestamp()),
                    )?
            }
        };
        Some(Slot { local, due_at })
    }

    /// The latest local time that any clock of the zone has shown by `at`: in the second pass of an hour that comes
    /// twice, that is the end of the first pass.
    fn latest_local(&self, at: Timestamp) -> Option<DateTime> {
        let local = self.zone.to_datetime(at);
        match self.zone.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Fold { before, after } if self.zone.to_offset(at) == after => {
                let repeated = i64::from(before.seconds()) - i64::from(after.seconds());
                local.checked_add(SignedDuration::from_secs(repeated)).ok()
            }
            AmbiguousOffset::Fold { .. }
            | AmbiguousOffset::Unambiguous { .. }
            | AmbiguousOffset::Gap { .. } => Some(local),
        }
    }
}

/// Two schedules are equal when expression and zone are spelt alike.
impl PartialEq for Schedule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.zone_name == other.zone_name
    }
}

impl Eq for Schedule {}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({:?} in {})", self.text, self.zone_name)
    }
}

/// Parses an expression whose white space is already single spaces, and makes sure that it comes round.
fn parse_cron(text: &str) -> Result<Cron, ScheduleError> {
    let refused = |reason: String| ScheduleError::Cron {
        cron: text.chars().take(CRON_MAX_CHARS).collect(),
        reason,
    };
    if text.len() > CRON_MAX_CHARS || !text.is_ascii() {
        return Err(refused(format!(
            "it must be at most {CRON_MAX_CHARS} plain characters"
        )));
    }
    let fields = text.split(' ').count();
    if fields != 5 && !text.starts_with('@') {
        return Err(refused(format!("it has {fields} fields instead of 5")));
    }
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    let cron = parser
        .parse(text)
        .map_err(|error| refused(reason(&error)))?;
    let start = SOME_DAY.to_datetime(jiff::civil::Time::midnight());
    let horizon = start.saturating_add(Span::new().years(RAREST_YEARS));
    match cron.find_next_occurrence(&start, true) {
        Ok(first) if first <= horizon => Ok(cron),
        Ok(_) | Err(_) => Err(ScheduleError::NeverDue {
            cron: text.to_owned(),
        }),
    }
}

/// The parser's own words without its class names and full stops.
fn reason(error: &CronError) -> String {
    let words = match error {
        CronError::EmptyPattern => "it is empty",
        CronError::InvalidPattern(words)
        | CronError::IllegalCharacters(words)
        | CronError::ComponentError(words) => words,
        CronError::InvalidDate | CronError::InvalidTime | CronError::TimeSearchLimitExceeded => {
            "it names no date"
        }
    };
    words.trim_end_matches('.').to_owned()
}

/// Cron knows no fractions of a second.
fn whole_second(local: DateTime) -> Option<DateTime> {
    local.with().subsec_nanosecond(0).build().ok()
}

#[cfg(test)]
#[path = "schedule_oracle_tests.rs"]
mod oracle_tests;

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
