//! Who gets which session, decided under one lock and without waiting.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::relay::{Parked, RelayState, UNPROVEN_PATIENCE};
use super::{Lane, NoRelay, Urgency};
use crate::config::Relay;
use crate::domain::smtp_reply::SmtpReply;
use crate::mail::smtp_session::Phase;

/// A session that was picked for somebody.
pub(super) struct Grant {
    pub(super) relay: usize,
    pub(super) urgency: Urgency,
    pub(super) parked: Parked,
}

/// The end at which a caller waits.
pub(super) type Caller = oneshot::Sender<Result<Lane, NoRelay>>;

/// What is to be done after the lock is released.
pub(super) enum Action {
    /// Give a caller a session.
    Grant(Caller, Grant),
    /// Tell a caller that there is none.
    TurnAway(Caller, NoRelay),
    /// Open a connection to this relay.
    Open(usize),
    /// End a session that is too old, or one too many.
    Close(Parked),
}

pub(super) struct Pool {
    pub(super) relays: Vec<RelayState>,
    /// Until when a parked session of each relay may be used: its age and its messages.
    pub(super) bounds: Vec<Bounds>,
    express: VecDeque<Caller>,
    bulk: VecDeque<Caller>,
}

/// After how much a session is renewed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) age: Duration,
    pub(super) messages: u64,
}

impl Bounds {
    pub(super) fn of(relay: &Relay) -> Self {
        Self {
            age: relay.connection_age,
            messages: u64::from(relay.messages_per_connection).max(1),
        }
    }

    pub(super) fn are_reached(self, opened_at: Instant, messages: u64, now: Instant) -> bool {
        messages >= self.messages || now.duration_since(opened_at) >= self.age
    }
}

impl Pool {
    pub(super) fn new(relays: Vec<RelayState>, bounds: Vec<Bounds>) -> Self {
        Self {
            relays,
            bounds,
            express: VecDeque::new(),
            bulk: VecDeque::new(),
        }
    }

    pub(super) fn wait(&mut self, urgency: Urgency, caller: Caller) {
        match urgency {
            Urgency::Express => self.express.push_back(caller),
            Urgency::Bulk => self.bulk.push_back(caller),
        }
    }

    /// All connections that may be had at present.
    pub(super) fn capacity(&self) -> usize {
        self.relays.iter().map(RelayState::places).sum()
    }

    /// How many more bulk lanes there may be. One place is kept for express callers where there are two at least.
    fn bulk_room(&self) -> usize {
        let places = self.capacity();
        let for_express = usize::from(places >= 2);
        let used: usize = self.relays.iter().map(|relay| relay.bulk_in_use).sum();
        places.saturating_sub(for_express).saturating_sub(used)
    }

    /// Serves the callers as far as that goes, express ones first.
    pub(super) fn serve(&mut self, now: Instant) -> Vec<Action> {
        self.express.retain(|caller| !caller.is_closed());
        self.bulk.retain(|caller| !caller.is_closed());
        let mut actions = Vec::new();
        self.close_unwanted(now, &mut actions);
        while let Some(urgency) = self.next_caller() {
            let Some((relay, parked)) = self.take_parked() else {
                break;
            };
            let (callers, state) = match urgency {
                Urgency::Express => (&mut self.express, self.relays.get_mut(relay)),
                Urgency::Bulk => (&mut self.bulk, self.relays.get_mut(relay)),
            };
            if let (Some(caller), Some(state)) = (callers.pop_front(), state) {
                *in_use(state, urgency) += 1;
                let grant = Grant {
                    relay,
                    urgency,
                    parked,
                };
                actions.push(Action::Grant(caller, grant));
            }
        }
        self.open_more(now, &mut actions);
        self.turn_away(now, &mut actions);
        actions
    }

    /// Whose turn it is, if anybody may have a session at all.
    fn next_caller(&self) -> Option<Urgency> {
        if !self.express.is_empty() {
            Some(Urgency::Express)
        } else if !self.bulk.is_empty() && self.bulk_room() > 0 {
            Some(Urgency::Bulk)
        } else {
            None
        }
    }

    /// A session of the relay with the most room.
    fn take_parked(&mut self) -> Option<(usize, Parked)> {
        let with_parked = self.relays.iter_mut().enumerate();
        let (index, relay) = with_parked
            .filter(|(_, relay)| !relay.parked.is_empty())
            .max_by_key(|(index, relay)| (relay.room(), std::cmp::Reverse(*index)))?;
        Some((index, relay.parked.pop()?))
    }

    fn close_unwanted(&mut self, now: Instant, actions: &mut Vec<Action>) {
        for (relay, bounds) in self.relays.iter_mut().zip(&self.bounds) {
            let is_old = |parked: &mut Parked| {
                bounds.are_reached(parked.opened_at, parked.session.begun(), now)
            };
            actions.extend(relay.parked.extract_if(.., is_old).map(Action::Close));
            while relay.is_crowded()
                && let Some(parked) = relay.parked.pop()
            {
                actions.push(Action::Close(parked));
            }
        }
    }

    /// Begins as many connections as there are callers for, on the relays with the most room.
    fn open_more(&mut self, now: Instant, actions: &mut Vec<Action>) {
        let wanted = self.express.len() + self.bulk.len().min(self.bulk_room());
        if self.express.is_empty() && self.bulk.is_empty() {
            return;
        }
        // A relay that failed is tried beside, so that nobody has to wait for it.
        for (index, relay) in self.relays.iter_mut().enumerate() {
            if relay.is_trial_due(now) {
                relay.begin_opening(now);
                actions.push(Action::Open(index));
            }
        }
        let is_only_relay = self.relays.len() == 1;
        let mut promised: usize = self
            .relays
            .iter()
            .map(|relay| relay.promised(now, is_only_relay))
            .sum();
        while promised < wanted {
            let candidates = self.relays.iter_mut().enumerate();
            let best = candidates
                .filter(|(_, relay)| relay.may_open())
                .max_by_key(|(index, relay)| (relay.room(), std::cmp::Reverse(*index)));
            let Some((index, relay)) = best else { break };
            relay.begin_opening(now);
            promised += 1;
            actions.push(Action::Open(index));
        }
    }

    /// Tells the callers that wait for nothing.
    fn turn_away(&mut self, now: Instant, actions: &mut Vec<Action>) {
        let has_hope = self
            .relays
            .iter()
            .any(|relay| relay.is_available() || relay.opening > 0);
        if has_hope {
            return;
        }
        let nobody = self.no_relay(now);
        for caller in self.express.drain(..).chain(self.bulk.drain(..)) {
            actions.push(Action::TurnAway(caller, nobody.clone()));
        }
    }

    /// The relay that may come back first speaks for all.
    fn no_relay(&self, now: Instant) -> NoRelay {
        let first = self
            .relays
            .iter()
            .min_by_key(|relay| relay.retry_in(now).unwrap_or_default());
        let error = first.and_then(RelayState::last_error).cloned();
        let (phase, reason) =
            error.unwrap_or_else(|| (Phase::Connect, SmtpReply::new(0, "there is no mail server")));
        NoRelay {
            reason,
            phase,
            retry_in: first
                .and_then(|relay| relay.retry_in(now))
                .unwrap_or_default(),
        }
    }

    /// When a waiting caller should look again: nothing tells it that time has passed.
    pub(super) fn look_again_in(&self, now: Instant) -> Option<Duration> {
        let is_unsure = self.relays.len() > 1 && self.relays.iter().any(|relay| relay.opening > 0);
        let retries = self
            .relays
            .iter()
            .filter(|relay| relay.opening == 0)
            .filter_map(|relay| relay.retry_in(now));
        retries
            .chain(is_unsure.then_some(UNPROVEN_PATIENCE))
            .min()
            .map(|wait| wait.max(Duration::from_millis(1)))
    }
}

/// The counter of the lanes of one kind.
pub(super) fn in_use(relay: &mut RelayState, urgency: Urgency) -> &mut usize {
    match urgency {
        Urgency::Bulk => &mut relay.bulk_in_use,
        Urgency::Express => &mut relay.express_in_use,
    }
}
