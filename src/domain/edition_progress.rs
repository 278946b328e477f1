//! How far an edition is: derived from its rows, never counted along, so that it cannot disagree with them.

use jiff::{SignedDuration, Timestamp};

use super::deadline::duration;
use super::edition::{Edition, EditionStatus};
use super::edition_delivery::{EditionSend, Tally};

/// The pace is that of the last minute...
pub const PACE_WINDOW: SignedDuration = SignedDuration::from_mins(1);
/// ...or of a shorter time since the start, but of no less than a second.
const SHORTEST_SECONDS: f64 = 1.0;

/// What is known of an edition that is being sent.
#[derive(Debug, Clone)]
pub struct Progress {
    /// The edition.
    pub edition: Edition,
    /// How it is sent.
    pub send: EditionSend,
    /// How many mails stand where.
    pub tally: Tally,
    /// Whether all editions are paused.
    pub is_all_paused: bool,
    /// Mails a second in the last minute; `None` when there was none.
    pub rate: Option<f64>,
    /// When the last mail leaves if it goes on like this; `None` while it does not go on, or nobody can tell.
    pub eta: Option<Timestamp>,
    /// The deadline was missed, or will be.
    pub is_late: bool,
}

/// How fast editions are.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pace {
    /// Mails of this edition that were accepted within [`PACE_WINDOW`].
    pub sent_lately: i64,
    /// Mails a second of editions before it.
    pub measured: Option<f64>,
}

impl Progress {
    /// Puts together what is known at `now`.
    #[must_use]
    pub fn new(
        now: Timestamp,
        edition: Edition,
        send: EditionSend,
        tally: Tally,
        pace: Pace,
        is_all_paused: bool,
    ) -> Self {
        let rate = rate(now, &send, pace.sent_lately);
        let is_open = edition.status.is_open();
        // What it would be if somebody let it go on now: what is paused is not late yet.
        let forecast = rate
            .or(pace.measured)
            .and_then(|rate| duration(tally.open(), rate))
            .and_then(|takes| now.max(send.not_before).checked_add(takes).ok())
            .filter(|_| is_open);
        let goes_on = edition.status == EditionStatus::Delivering && !is_all_paused;
        let end = match edition.completed_at {
            Some(at) => Some(at),
            None if tally.open() > 0 => Some(forecast.unwrap_or_else(|| now.max(send.not_before))),
            None => None,
        };
        Self {
            is_late: send
                .deadline_at
                .zip(end)
                .is_some_and(|(deadline, end)| end > deadline),
            eta: forecast.filter(|_| goes_on),
            edition,
            send,
            tally,
            is_all_paused,
            rate,
        }
    }

    /// Nothing of it moves any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        !self.edition.status.is_open() && self.tally.open() == 0
    }

    /// The settled part of it, from 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        let float = |count: i64| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        let all = self.tally.all();
        if all == 0 {
            1.0
        } else {
            float(all - self.tally.open()) / float(all)
        }
    }
}

fn rate(now: Timestamp, send: &EditionSend, sent_lately: i64) -> Option<f64> {
    let started_at = send.started_at?;
    let elapsed = now.duration_since(started_at).min(PACE_WINDOW);
    let count = f64::from(u32::try_from(sent_lately).unwrap_or(u32::MAX));
    (sent_lately > 0).then(|| count / elapsed.as_secs_f64().max(SHORTEST_SECONDS))
}

#[cfg(test)]
#[path = "edition_progress_tests.rs"]
mod tests;
