//! What a change of clocks does to the runs of a schedule, for people who read the next dates.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::schedule::{Schedule, Slot};

/// What is odd about a run because of the clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockChange {
    /// The first run after clocks went forward.
    Forward,
    /// The first run after clocks went back.
    Back,
    /// Clocks skip the time of the run: it comes when they have.
    Skipped,
    /// The time of the run comes twice: the first counts.
    Repeated,
}

impl ClockChange {
    /// What the clocks do to `slot`, when the run before it, or the present, was at `since`.
    #[must_use]
    pub fn of(schedule: &Schedule, since: Timestamp, slot: Slot) -> Option<Self> {
        let zone = schedule.zone();
        let ambiguous = zone.to_ambiguous_timestamp(slot.local);
        if ambiguous.is_ambiguous() {
            let is_skipped = zone.to_datetime(slot.due_at) != slot.local;
            return Some(if is_skipped {
                Self::Skipped
            } else {
                Self::Repeated
            });
        }
        last_change(zone, since, slot.due_at)
    }

    /// In words, with the time that clocks show at the run, such as "clocks go back: 07:00 CET".
    #[must_use]
    pub fn words(self, schedule: &Schedule, slot: Slot, is_german: bool) -> String {
        let shown = slot.due_at.to_zoned(schedule.zone().clone());
        let shown = shown.strftime("%H:%M %Z");
        let named = slot.local.strftime("%H:%M");
        match (self, is_german) {
            (Self::Forward, false) => format!("clocks go forward: {shown}"),
            (Self::Back, false) => format!("clocks go back: {shown}"),
            (Self::Skipped, false) => format!("clocks skip {named}: {shown}"),
            (Self::Repeated, false) => format!("{named} comes twice: the first, {shown}"),
            (Self::Forward, true) => format!("Uhren werden vorgestellt: {shown}"),
            (Self::Back, true) => format!("Uhren werden zurückgestellt: {shown}"),
            (Self::Skipped, true) => format!("{named} fällt aus: {shown}"),
            (Self::Repeated, true) => format!("{named} kommt zweimal: beim ersten Mal, {shown}"),
        }
    }
}

/// The last change of the offset between two instants. Changes of the name alone are none.
fn last_change(zone: &TimeZone, since: Timestamp, until: Timestamp) -> Option<ClockChange> {
    let changes = zone
        .following(since)
        .take_while(|change| change.timestamp() <= until);
    let mut offset = zone.to_offset(since);
    let mut found = None;
    for change in changes {
        match change.offset().seconds().cmp(&offset.seconds()) {
            std::cmp::Ordering::Greater => found = Some(ClockChange::Forward),
            std::cmp::Ordering::Less => found = Some(ClockChange::Back),
            std::cmp::Ordering::Equal => {}
        }
        offset = change.offset();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(cron: &str, zone: &str, from: &str, count: usize) -> Vec<Option<String>> {
        let schedule = Schedule::parse(cron, zone).unwrap();
        let mut since: Timestamp = from.parse().unwrap();
        let note = |slot: &Slot| {
            let change = ClockChange::of(&schedule, since, *slot);
            since = slot.due_at;
            change.map(|change| change.words(&schedule, *slot, false))
        };
        schedule
            .next_slots(from.parse().unwrap(), count)
            .iter()
            .map(note)
            .collect()
    }

    #[test]
    fn the_first_run_after_a_change_is_marked() {
        let seven = notes("0 7 * * *", "Europe/Berlin", "2026-10-23T12:00:00Z", 3);
        assert_eq!(
            seven,
            [None, Some("clocks go back: 07:00 CET".to_owned()), None]
        );
        let seven = notes("0 7 * * 1-5", "Europe/Berlin", "2026-03-26T12:00:00Z", 3);
        assert_eq!(
            seven,
            [None, Some("clocks go forward: 07:00 CEST".to_owned()), None]
        );
        // A weekly run that a whole summer lies between: what matters is the change nearest to it.
        let yearly = notes("0 7 1 12 *", "Europe/Berlin", "2026-02-01T12:00:00Z", 1);
        assert_eq!(yearly, [Some("clocks go back: 07:00 CET".to_owned())]);
    }

    #[test]
    fn runs_in_a_gap_or_a_repeated_hour_say_so() {
        let gap = notes("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", 2);
        assert_eq!(
            gap,
            [Some("clocks skip 02:30: 03:00 CEST".to_owned()), None]
        );
        let twice = notes("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2);
        let first = Some("02:30 comes twice: the first, 02:30 CEST".to_owned());
        assert_eq!(twice, [first, Some("clocks go back: 02:30 CET".to_owned())]);
    }

    #[test]
    fn a_zone_without_summer_time_is_never_marked() {
        assert_eq!(
            notes("0 7 * * *", "Asia/Kolkata", "2026-01-01T00:00:00Z", 300),
            vec![None; 300]
        );
    }
}
