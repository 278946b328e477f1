//! A session that is one caller's, with what its relay learns from it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::congestion::is_congestion;
use super::pool::{Bounds, Grant};
use super::relay::{MESSAGES_PER_RAISE, Parked};
use super::{Shared, Urgency};
use crate::domain::smtp_reply::SmtpReply;
use crate::mail::envelope::Envelope;
use crate::mail::smtp_session::{OpenFailure, Outgoing, Phase, SendOutcome, SmtpSession};

/// How long a session may lie before its end is no surprise.
const FRESH: Duration = Duration::from_secs(1);

/// A session that is one caller's until it is dropped or given back.
pub struct Lane {
    shared: Arc<Shared>,
    relay: usize,
    urgency: Urgency,
    bounds: Bounds,
    /// `None` once it is lost and could not be opened again.
    session: Option<SmtpSession>,
    opened_at: Instant,
    /// It was parked for a while, so the server may have ended it.
    has_idled: bool,
    /// The server answered for a message over it, so that it is of use.
    has_served: bool,
    /// Accepted messages that the relay was not yet told of.
    accepted: u64,
    /// It counts among those that end because there are too many.
    is_retiring: AtomicBool,
    /// The state of `Shared::crowding` that it looked at.
    crowding_seen: AtomicU64,
}

impl Lane {
    pub(super) fn new(shared: Arc<Shared>, grant: Grant) -> Self {
        let bounds = shared.pool().bounds.get(grant.relay).copied();
        Self {
            bounds: bounds.unwrap_or(Bounds {
                age: Duration::ZERO,
                messages: 1,
            }),
            shared,
            relay: grant.relay,
            urgency: grant.urgency,
            has_idled: grant.parked.idle_since.elapsed() > FRESH,
            has_served: grant.parked.session.begun() > 0,
            opened_at: grant.parked.opened_at,
            session: Some(grant.parked.session),
            accepted: 0,
            is_retiring: AtomicBool::new(false),
            crowding_seen: AtomicU64::new(0),
        }
    }

    /// The index of its relay.
    #[must_use]
    pub fn relay(&self) -> usize {
        self.relay
    }

    /// Sends one message, and tells the relay's limit and breaker what came of it. See [`SmtpSession::send`] for `next`,
    /// which is left out when this is the session's last message.
    ///
    /// When a session that was used or parked before turns out to have ended, the message takes a new one to the same
    /// relay, once: to be sent away while idle is no failure.
    pub async fn send(&mut self, message: Outgoing<'_>, next: Option<&Envelope>) -> SendOutcome {
        let next = next.filter(|_| self.may_pipeline());
        let Some(session) = &mut self.session else {
            let reply = SmtpReply::new(0, "the session is over");
            return SendOutcome::NotSent(Phase::Mail, reply);
        };
        let is_reused = self.has_idled || session.begun() > 0;
        let mut outcome = session.send(message, next).await;
        if is_reused && session.was_gone() {
            self.heed(&outcome);
            outcome = match self.reopen().await {
                Ok(mut session) => {
                    let outcome = session.send(message, next).await;
                    self.session = Some(session);
                    outcome
                }
                Err(failure) => SendOutcome::NotSent(failure.phase, failure.reply),
            };
        }
        self.learn(&outcome);
        outcome
    }

    /// Whether another message can be sent over it: the session stands, and is not to be ended by its count of
    /// messages, its age, or because the relay bears fewer. An envelope that is under way is always to be followed.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.session.as_ref().is_some_and(|session| {
            session.is_usable() && (session.has_envelope_ahead() || !self.must_end(session.begun()))
        })
    }

    /// Whether an envelope may follow the message that is sent next; not when that is the session's last.
    #[must_use]
    pub fn may_pipeline(&self) -> bool {
        self.session
            .as_ref()
            .is_some_and(|session| !self.must_end(session.begun().saturating_add(1)))
    }

    /// Gives the session back for others, or ends it when it is not wanted any more.
    pub async fn park(mut self) {
        let is_wanted = self.is_usable();
        if let Some(session) = self
            .session
            .take_if(|session| session.is_usable() && (!is_wanted || session.has_envelope_ahead()))
        {
            session.close().await;
        }
    }

    /// Whether the session is to be ended after `messages`.
    fn must_end(&self, messages: u64) -> bool {
        self.bounds
            .are_reached(self.opened_at, messages, Instant::now())
            || self.retires()
    }

    /// Whether it ends because its relay has more sessions than it bears. As many do as there are too many, no more.
    fn retires(&self) -> bool {
        if self.is_retiring.load(Ordering::Relaxed) {
            return true;
        }
        let crowding = self.shared.crowding.load(Ordering::Relaxed);
        if self.crowding_seen.swap(crowding, Ordering::Relaxed) == crowding {
            return false;
        }
        let mut pool = self.shared.pool();
        let Some(state) = pool.relays.get_mut(self.relay) else {
            return true;
        };
        let is_one_too_many = state.is_crowded();
        if is_one_too_many {
            state.retiring += 1;
            self.is_retiring.store(true, Ordering::Relaxed);
        }
        is_one_too_many
    }

    async fn reopen(&mut self) -> Result<SmtpSession, OpenFailure> {
        self.session = None;
        self.has_idled = false;
        self.has_served = false;
        let opened = self.shared.connect(self.relay).await;
        self.opened_at = Instant::now();
        let mut pool = self.shared.pool();
        if let Some(state) = pool.relays.get_mut(self.relay) {
            match &opened {
                Ok(_) => state.opened(),
                Err(failure) => {
                    let others = state.open().saturating_sub(1);
                    self.shared.failed(self.relay, state, failure, others);
                }
            }
        }
        opened
    }

    /// Heeds a complaint of too many connections that nobody else will hear of.
    fn heed(&self, outcome: &SendOutcome) {
        if let SendOutcome::NotSent(phase, reply) = outcome
            && is_congestion(reply)
            && let Some(state) = self.shared.pool().relays.get_mut(self.relay)
        {
            state.congested(*phase, reply, Instant::now());
            self.shared.note_crowd(state);
        }
    }

    /// Tells the relay of the messages that it was not told of.
    fn prosper(&mut self) {
        let accepted = std::mem::take(&mut self.accepted);
        let mut pool = self.shared.pool();
        let state = pool.relays.get_mut(self.relay);
        let is_raised = state.is_some_and(|state| state.prospers(accepted, Instant::now()));
        drop(pool);
        if is_raised {
            Shared::serve(&self.shared);
        }
    }

    fn learn(&mut self, outcome: &SendOutcome) {
        let (phase, reply) = match outcome {
            SendOutcome::Accepted(_) => {
                self.accepted += 1;
                if !self.has_served {
                    self.has_served = true;
                    if let Some(state) = self.shared.pool().relays.get_mut(self.relay) {
                        state.served();
                    }
                }
                if self.accepted >= MESSAGES_PER_RAISE {
                    self.prosper();
                }
                return;
            }
            SendOutcome::Unknown(reply) => (Phase::Message, reply),
            SendOutcome::NotSent(phase, reply)
            | SendOutcome::Deferred(phase, reply)
            | SendOutcome::Refused(phase, reply) => (*phase, reply),
        };
        let is_usable = self.session.as_ref().is_some_and(SmtpSession::is_usable);
        let mut pool = self.shared.pool();
        let Some(state) = pool.relays.get_mut(self.relay) else {
            return;
        };
        let is_useless = !is_usable && !self.has_served && self.session.is_some();
        if is_useless && (phase == Phase::Mail || state.is_often_useless()) {
            // A relay that greets and then hangs up is as good as none.
            let failure = OpenFailure {
                phase,
                reply: reply.clone(),
            };
            let others = state.open().saturating_sub(1);
            self.shared.failed(self.relay, state, &failure, others);
        } else if is_congestion(reply) {
            state.congested(phase, reply, Instant::now());
            self.shared.note_crowd(state);
        }
        if is_usable {
            state.served();
            self.has_served = true;
        }
    }
}

impl Drop for Lane {
    /// The place becomes free however the lane ends; so does a session that is in order.
    fn drop(&mut self) {
        if self.accepted > 0 {
            self.prosper();
        }
        let is_retiring = *self.is_retiring.get_mut();
        if is_retiring && let Some(state) = self.shared.pool().relays.get_mut(self.relay) {
            state.retiring = state.retiring.saturating_sub(1);
        }
        let session = self
            .session
            .take()
            .filter(|session| session.is_usable() && !session.has_envelope_ahead() && !is_retiring);
        let parked = session.map(|session| Parked {
            session,
            opened_at: self.opened_at,
            idle_since: Instant::now(),
        });
        Shared::give_back(&self.shared, self.relay, self.urgency, parked);
    }
}
