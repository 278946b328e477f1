//! Mails that were begun and wait for a lane, by relay.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use tokio::sync::{Notify, mpsc};

use crate::domain::smtp_reply::SmtpReply;
use crate::usecases::delivery::{End, Ended, Job};

/// A mail that was begun.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) job: Job,
    pub(super) started_at: Timestamp,
}

impl Begun {
    pub(super) fn end(self, end: End) -> Ended {
        Ended {
            job: self.job,
            started_at: self.started_at,
            end,
        }
    }
}

#[derive(Debug, Default)]
struct Relay {
    begun: VecDeque<Begun>,
    lanes: usize,
}

#[derive(Debug, Default)]
struct State {
    relays: Vec<Relay>,
    /// Mails may come: it is worth opening a session.
    is_wanted: bool,
    /// No more will come.
    is_closed: bool,
    /// Why no session could be had the last time; forgotten when one is open.
    trouble: Option<SmtpReply>,
}

/// The tray between a desk and its lanes.
#[derive(Debug)]
pub(super) struct Tray {
    state: Mutex<State>,
    /// Rung for lanes: something is different.
    for_lanes: Notify,
    /// Rung for each relay's lanes, once for every mail.
    mails: Vec<Notify>,
    /// Rung for the desk: a lane opened or failed.
    pub(super) for_desk: Notify,
    ended: mpsc::UnboundedSender<Ended>,
}

impl Tray {
    pub(super) fn new(relays: usize, ended: mpsc::UnboundedSender<Ended>) -> Self {
        let state = State {
            relays: (0..relays.max(1)).map(|_| Relay::default()).collect(),
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            for_lanes: Notify::new(),
            mails: (0..relays.max(1)).map(|_| Notify::new()).collect(),
            for_desk: Notify::new(),
            ended,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Mails may come, or not for now.
    pub(super) fn want(&self, is_wanted: bool) {
        let mut state = self.state();
        if state.is_wanted != is_wanted {
            state.is_wanted = is_wanted;
            self.for_lanes.notify_waiters();
        }
    }

    /// No more will come: lanes end once the tray is empty.
    pub(super) fn close(&self) {
        self.state().is_closed = true;
        self.for_lanes.notify_waiters();
    }

    /// Open lanes of each relay.
    pub(super) fn lanes(&self) -> Vec<usize> {
        self.state()
            .relays
            .iter()
            .map(|relay| relay.lanes)
            .collect()
    }

    /// Whether there is a mail for every open lane that becomes free.
    pub(super) fn is_stocked(&self) -> bool {
        let state = self.state();
        let mut relays = state.relays.iter();
        relays.all(|relay| relay.begun.len() >= relay.lanes)
    }

    /// Why nothing can be sent: no lane is open, and the last try to open one failed.
    pub(super) fn trouble(&self) -> Option<SmtpReply> {
        let state = self.state();
        let has_lanes = state.relays.iter().any(|relay| relay.lanes > 0);
        state.trouble.clone().filter(|_| !has_lanes)
    }

    /// Waits until nothing is known to be in the way of sending.
    pub(super) async fn untroubled(&self) {
        loop {
            let rung = self.for_lanes.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            if self.trouble().is_none() || self.is_closed() {
                return;
            }
            rung.await;
        }
    }

    /// Puts mails down for the lanes of a relay.
    pub(super) fn put(&self, relay: usize, mails: Vec<Begun>) {
        let count = mails.len();
        {
            let mut state = self.state();
            match state.relays.get_mut(relay) {
                Some(tray) if tray.lanes > 0 => tray.begun.extend(mails),
                _ => self.withdraw(mails),
            }
        }
        if let Some(bell) = self.mails.get(relay) {
            (0..count).for_each(|_| bell.notify_one());
        }
    }

    fn withdraw(&self, mails: impl IntoIterator<Item = Begun>) {
        for mail in mails {
            self.end(mail, End::Untouched);
        }
    }

    /// Says how a mail ended.
    pub(super) fn end(&self, mail: Begun, end: End) {
        // The desk is there as long as mails are under way.
        drop(self.ended.send(mail.end(end)));
    }

    /// A lane was opened.
    pub(super) fn opened(&self, relay: usize) {
        let mut state = self.state();
        state.trouble = None;
        if let Some(relay) = state.relays.get_mut(relay) {
            relay.lanes += 1;
        }
        drop(state);
        self.for_lanes.notify_waiters();
        self.for_desk.notify_one();
    }

    /// Puts a mail back in front that a lane took and did not send.
    pub(super) fn put_back(&self, relay: usize, mail: Begun) {
        if let Some(tray) = self.state().relays.get_mut(relay) {
            tray.begun.push_front(mail);
        }
        if let Some(bell) = self.mails.get(relay) {
            bell.notify_one();
        }
    }

    /// A lane was closed; what waits for the relay is given back with its last lane.
    pub(super) fn closed(&self, relay: usize) {
        let mut state = self.state();
        if let Some(relay) = state.relays.get_mut(relay) {
            relay.lanes = relay.lanes.saturating_sub(1);
            if relay.lanes == 0 {
                self.withdraw(relay.begun.drain(..));
            }
        }
        drop(state);
        self.for_lanes.notify_waiters();
        self.for_desk.notify_one();
    }

    /// No session could be had.
    pub(super) fn failed(&self, reason: SmtpReply) {
        self.state().trouble = Some(reason);
        self.for_desk.notify_one();
    }

    /// The next mail for the relay, if there is one.
    pub(super) fn try_take(&self, relay: usize) -> Option<Begun> {
        self.state().relays.get_mut(relay)?.begun.pop_front()
    }

    /// The next mail for the relay; `None` when none will come, or none came for `patience`.
    pub(super) async fn take(&self, relay: usize, patience: std::time::Duration) -> Option<Begun> {
        let wait = async {
            let bell = self.mails.get(relay)?;
            loop {
                let (mail, change) = (bell.notified(), self.for_lanes.notified());
                tokio::pin!(mail, change);
                // Whatever happens from here on rings.
                mail.as_mut().enable();
                change.as_mut().enable();
                if let Some(mail) = self.try_take(relay) {
                    return Some(mail);
                }
                if self.state().is_closed {
                    return None;
                }
                tokio::select! { () = mail => {} () = change => {} }
            }
        };
        tokio::time::timeout(patience, wait).await.unwrap_or(None)
    }

    /// Waits until it is worth opening a session; `false` when it will not be any more.
    pub(super) async fn is_wanted(&self) -> bool {
        loop {
            let rung = self.for_lanes.notified();
            tokio::pin!(rung);
            rung.as_mut().enable();
            {
                let state = self.state();
                if state.is_closed {
                    return false;
                }
                if state.is_wanted {
                    return true;
                }
            }
            rung.await;
        }
    }

    /// Whether no more mails will come.
    pub(super) fn is_closed(&self) -> bool {
        self.state().is_closed
    }
}
