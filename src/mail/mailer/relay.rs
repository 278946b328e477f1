//! What we know of one relay: its sessions, how many it bears, and whether it can be used at all.
//!
//! No input or output here, and the time comes in as an argument.

use std::time::Duration;

use tokio::time::Instant;

use super::congestion::is_congestion;
use crate::config::Relay;
use crate::domain::smtp_reply::{Meaning, SmtpReply};
use crate::mail::smtp_session::{OpenFailure, Phase, SmtpSession};

/// How many connections to a relay that answers are opened at a time: hundreds at once overflow its accept queue.
const MOST_OPENING: usize = 4;
/// How long an attempt at a relay of which nothing is known may take before callers look at other relays, too.
pub(super) const UNPROVEN_PATIENCE: Duration = Duration::from_millis(500);
/// So many sessions may break off at their first message before the relay counts as broken.
const MOST_USELESS: u32 = 10;
/// The wait after a failure doubles from the first to the second of these.
const BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_mins(1);
/// A wrong password does not become right within seconds, and many servers lock an account after a few tries.
const AUTH_BACKOFF: Duration = Duration::from_secs(30);
/// How many accepted messages of each connection earn one connection more.
pub(super) const MESSAGES_PER_RAISE: u64 = 50;
/// The least time between two changes upwards.
const RAISE_PAUSE: Duration = Duration::from_secs(5);
/// Answers within this time after a cut are taken as its echo.
const CUT_PAUSE: Duration = Duration::from_secs(1);

/// A session that nobody uses.
pub(super) struct Parked {
    pub(super) session: SmtpSession,
    pub(super) opened_at: Instant,
    pub(super) idle_since: Instant,
}

pub(super) struct RelayState {
    /// Configured: `limit` never rises above it.
    most: usize,
    /// Connections that it seems to bear at present.
    limit: usize,
    pub(super) bulk_in_use: usize,
    pub(super) express_in_use: usize,
    pub(super) opening: usize,
    /// Lanes that will end their session because there are too many.
    pub(super) retiring: usize,
    pub(super) parked: Vec<Parked>,
    /// Since when the latest attempt to connect runs.
    opening_since: Option<Instant>,
    /// The last attempt to connect succeeded.
    is_proven: bool,
    failures: u32,
    /// Sessions in a row that ended before the server had answered for one message.
    useless: u32,
    retry_at: Option<Instant>,
    last_error: Option<(Phase, SmtpReply)>,
    /// Accepted messages since the last change of the limit.
    accepted: u64,
    raised_at: Option<Instant>,
    cut_at: Option<Instant>,
}

impl RelayState {
    pub(super) fn new(relay: &Relay, connections: usize) -> Self {
        let most = relay.connections.unwrap_or(connections).max(1);
        Self {
            most,
            limit: most,
            bulk_in_use: 0,
            express_in_use: 0,
            opening: 0,
            retiring: 0,
            parked: Vec::new(),
            opening_since: None,
            is_proven: false,
            failures: 0,
            useless: 0,
            retry_at: None,
            last_error: None,
            accepted: 0,
            raised_at: None,
            cut_at: None,
        }
    }

    /// Forgets that the relay failed or complained.
    pub(super) fn forgive(&mut self) {
        self.limit = self.most;
        self.failures = 0;
        self.retry_at = None;
        self.cut_at = None;
    }

    pub(super) fn limit(&self) -> usize {
        self.limit
    }

    /// Sessions that exist.
    pub(super) fn open(&self) -> usize {
        self.bulk_in_use + self.express_in_use + self.parked.len()
    }

    /// Whether there are more sessions than it bears, and more than will end for that reason.
    pub(super) fn is_crowded(&self) -> bool {
        self.open() > self.limit + self.retiring
    }

    /// Whether new connections may be opened without further ado.
    pub(super) fn is_available(&self) -> bool {
        self.retry_at.is_none()
    }

    /// How many lanes it can carry at present. A broken relay still has those that live.
    pub(super) fn places(&self) -> usize {
        if self.is_available() {
            self.limit
        } else {
            self.open().min(self.limit)
        }
    }

    pub(super) fn room(&self) -> usize {
        let used = self.bulk_in_use + self.express_in_use + self.opening;
        self.limit.saturating_sub(used)
    }

    /// Whether one more connection may be begun now.
    pub(super) fn may_open(&self) -> bool {
        let most_opening = if self.is_proven { MOST_OPENING } else { 1 };
        self.is_available()
            && self.opening < most_opening
            && self.open() + self.opening < self.limit
    }

    /// Whether the wait after a failure is over and the single trial may begin.
    pub(super) fn is_trial_due(&self, now: Instant) -> bool {
        self.opening == 0 && self.retry_at.is_some_and(|at| at <= now)
    }

    /// Connections under way that a caller can count on.
    pub(super) fn promised(&self, now: Instant, is_only_relay: bool) -> usize {
        let is_hanging = self
            .opening_since
            .is_some_and(|since| now.duration_since(since) >= UNPROVEN_PATIENCE);
        let is_promise = self.is_available() && (self.is_proven || is_only_relay || !is_hanging);
        if is_promise { self.opening } else { 0 }
    }

    pub(super) fn begin_opening(&mut self, now: Instant) {
        self.opening += 1;
        self.opening_since = Some(now);
    }

    pub(super) fn opened(&mut self) {
        self.is_proven = true;
        self.failures = 0;
        self.retry_at = None;
    }

    /// The server answered for a message.
    pub(super) fn served(&mut self) {
        self.useless = 0;
    }

    /// Counts a session that broke off at its first message; says whether that happens too often to be the message's
    /// doing.
    pub(super) fn is_often_useless(&mut self) -> bool {
        self.useless = self.useless.saturating_add(1);
        self.useless >= MOST_USELESS
    }

    /// A connection could not be opened, or ended before it was of any use, while there were this many `others`.
    pub(super) fn failed(
        &mut self,
        failure: &OpenFailure,
        others: usize,
        now: Instant,
        jitter: f64,
    ) {
        self.last_error = Some((failure.phase, failure.reply.clone()));
        let is_refusal = is_congestion(&failure.reply) || failure.reply.code() == 421;
        if is_refusal && others > 0 {
            // It serves the sessions that it has and wants no more: no failure, but its limit.
            return self.cut(others, now);
        }
        self.is_proven = false;
        self.failures = self.failures.saturating_add(1);
        let doublings = self.failures.saturating_sub(1).min(6);
        let mut wait = BACKOFF.saturating_mul(1 << doublings);
        if failure.phase == Phase::Auth && failure.reply.meaning() == Meaning::Refused {
            wait = wait.max(AUTH_BACKOFF);
        }
        let wait = wait.mul_f64(1.0 + jitter / 4.0).min(MAX_BACKOFF);
        self.retry_at = now.checked_add(wait);
    }

    /// An open session was told that there are too many.
    pub(super) fn congested(&mut self, phase: Phase, reply: &SmtpReply, now: Instant) {
        self.last_error = Some((phase, reply.clone()));
        let is_echo = self
            .cut_at
            .is_some_and(|at| now.duration_since(at) < CUT_PAUSE);
        if !is_echo {
            self.cut(self.open() / 2, now);
        }
    }

    fn cut(&mut self, limit: usize, now: Instant) {
        self.limit = self.limit.min(limit.max(1));
        self.cut_at = Some(now);
        self.accepted = 0;
    }

    /// So many messages more were accepted. After [`MESSAGES_PER_RAISE`] for each connection one more is tried; says
    /// whether that is now.
    pub(super) fn prospers(&mut self, accepted: u64, now: Instant) -> bool {
        self.accepted = self.accepted.saturating_add(accepted);
        let connections = u64::try_from(self.limit).unwrap_or(u64::MAX);
        let price = MESSAGES_PER_RAISE.saturating_mul(connections);
        let rests = |at: Option<Instant>| at.is_some_and(|at| now.duration_since(at) < RAISE_PAUSE);
        let is_due = self.limit < self.most
            && self.accepted >= price
            && !rests(self.raised_at)
            && !rests(self.cut_at);
        if is_due {
            self.limit += 1;
            self.accepted = 0;
            self.raised_at = Some(now);
        }
        is_due
    }

    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    pub(super) fn last_error(&self) -> Option<&(Phase, SmtpReply)> {
        self.last_error.as_ref()
    }

    pub(super) fn retry_in(&self, now: Instant) -> Option<Duration> {
        self.retry_at.map(|at| at.saturating_duration_since(now))
    }
}
