//! Hands messages to the relays: opens sessions, keeps open ones, and never opens more than a relay bears.
//!
//! - **Places.** A relay has as many as `connections` says, or fewer while it complains of too many connections: each
//!   complaint halves what is open, 50 accepted messages on every connection earn one more (AIMD). Of all places together
//!   one is kept for express callers, where there are two at least.
//! - **Breaker.** A relay that cannot be opened is left alone for a second, then twice as long, up to a minute; then one
//!   trial runs beside the others. Nobody waits for a trial while another relay works.
//! - **Connections are opened in the background**, and whoever waits longest gets the first session that is free. So one
//!   relay that hangs does not hold the callers that it was opened for.
//! - Time is monotonic (`tokio::time::Instant`): a clock that is set moves nothing here.

mod congestion;
mod lane;
mod log_in;
mod pool;
mod relay;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

pub use self::lane::Lane;
use self::log_in::LogIns;
pub use self::log_in::Reread;
use self::pool::{Action, Bounds, Pool, in_use};
use self::relay::{Parked, RelayState};
use super::smtp_session::{OpenFailure, Phase, SmtpSession, TlsContext};
use crate::config::{Relay, Smtp, TlsMode};
use crate::domain::smtp_reply::SmtpReply;

/// Whether somebody is waiting for this mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// An edition: many mails, and nobody looks at the clock.
    Bulk,
    /// A confirmation: somebody sits in front of it.
    Express,
}

/// No relay can be used now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoRelay {
    /// What the relay said that may come back first, or what went wrong with it (code 0).
    pub reason: SmtpReply,
    /// How far the connection to it came.
    pub phase: Phase,
    /// When it is tried again.
    pub retry_in: Duration,
}

/// How a relay does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayHealth {
    /// `host:port`, without credentials.
    pub name: String,
    /// Whether connections may be opened; else it is waited until `retry_in` is over.
    pub is_available: bool,
    /// Sessions that exist, used or not.
    pub open_connections: usize,
    /// The most that there may be now.
    pub limit: usize,
    /// The last complaint, which may be long over.
    pub last_error: Option<(Phase, SmtpReply)>,
    /// Failed attempts to connect since the last that succeeded.
    pub consecutive_failures: u32,
    /// How long it is left alone.
    pub retry_in: Option<Duration>,
}

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Smtp,
    relays: Vec<Relay>,
    log_ins: LogIns,
    /// Of relays that do not say otherwise.
    connections: usize,
    hello_name: String,
    tls: Vec<Mutex<Option<TlsContext>>>,
    pool: Mutex<Pool>,
    /// Counts the times when a relay turned out to have more sessions than it bears, so that lanes look at the pool only
    /// after that and not for each message.
    crowding: AtomicU64,
}

impl Mailer {
    /// A mailer that keeps at most `connections` sessions to each relay that does not say otherwise.
    #[must_use]
    pub fn new(settings: Smtp, relays: Vec<Relay>, hello_name: String, connections: usize) -> Self {
        let states = relays
            .iter()
            .map(|relay| RelayState::new(relay, connections));
        let bounds = relays.iter().map(Bounds::of);
        let pool = Pool::new(states.collect(), bounds.collect());
        let shared = Shared {
            settings,
            connections,
            hello_name,
            tls: relays.iter().map(|_| Mutex::default()).collect(),
            log_ins: LogIns::new(&relays),
            relays,
            pool: Mutex::new(pool),
            crowding: AtomicU64::new(0),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Has names and passwords read again with `source` after a relay refused them.
    #[must_use]
    pub fn with_log_ins_from(self, source: Reread) -> Self {
        self.shared.log_ins.read_again_with(source);
        self
    }

    /// Forgets what relays failed at and complained of, so that they are tried again at once: their pauses are counted by
    /// the clock of this machine, and whoever turns the clock of the program turns them, too.
    pub fn forgive(&self) {
        for relay in &mut self.shared.pool().relays {
            relay.forgive();
        }
    }

    /// How many relays there are, usable or not.
    #[must_use]
    pub fn relay_count(&self) -> usize {
        self.shared.relays.len()
    }

    /// The settings of one relay; an index from outside gives the last.
    #[must_use]
    pub fn relay(&self, index: usize) -> &Relay {
        let relays = &self.shared.relays;
        relays.get(index).or(relays.last()).unwrap_or(&NOWHERE)
    }

    /// The most bulk sessions that there may ever be, as the settings say.
    #[must_use]
    pub fn most_connections(&self) -> usize {
        let connections = self.shared.connections;
        let relays = self.shared.relays.iter();
        relays
            .map(|relay| relay.connections.unwrap_or(connections).max(1))
            .sum()
    }

    /// The most sessions that all relays together may have now, those that are down not counted; at least 1.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shared.pool().capacity().max(1)
    }

    /// A session, parked or new; waits while all that could be had are taken.
    ///
    /// Must be called within a tokio runtime, which opens the connections.
    ///
    /// # Errors
    /// When no relay can be used now.
    pub async fn lane(&self, urgency: Urgency) -> Result<Lane, NoRelay> {
        let (sender, mut receiver) = oneshot::channel();
        self.shared.pool().wait(urgency, sender);
        loop {
            Shared::serve(&self.shared);
            let look_again = self.shared.pool().look_again_in(Instant::now());
            let answer = match look_again {
                Some(wait) => match timeout(wait, &mut receiver).await {
                    Ok(answer) => answer,
                    Err(_) => continue,
                },
                None => (&mut receiver).await,
            };
            return match answer {
                Ok(answer) => answer,
                Err(_) => Err(NoRelay {
                    reason: SmtpReply::new(0, "the mailer is closed"),
                    phase: Phase::Connect,
                    retry_in: Duration::ZERO,
                }),
            };
        }
    }

    /// How each relay does, in the order of the settings.
    #[must_use]
    pub fn health(&self) -> Vec<RelayHealth> {
        let now = Instant::now();
        let pool = self.shared.pool();
        let relays = pool.relays.iter().zip(&self.shared.relays);
        relays
            .map(|(state, relay)| RelayHealth {
                name: relay.name(),
                is_available: state.is_available(),
                open_connections: state.open(),
                limit: state.limit(),
                last_error: state.last_error().cloned(),
                consecutive_failures: state.failures(),
                retry_in: state.retry_in(now),
            })
            .collect()
    }

    /// Ends the sessions that nobody uses.
    pub async fn close_idle(&self) {
        let mut farewells = JoinSet::new();
        {
            let mut pool = self.shared.pool();
            for relay in &mut pool.relays {
                for parked in relay.parked.drain(..) {
                    farewells.spawn(parked.session.close());
                }
            }
        }
        while farewells.join_next().await.is_some() {}
    }
}

impl Shared {
    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks what can be done for whom, and does it.
    fn serve(shared: &Arc<Self>) {
        let actions = shared.pool().serve(Instant::now());
        for action in actions {
            match action {
                // Where the caller has gone, the lane comes back and gives its session to the next.
                Action::Grant(caller, grant) => {
                    drop(caller.send(Ok(Lane::new(Arc::clone(shared), grant))));
                }
                Action::TurnAway(caller, nobody) => drop(caller.send(Err(nobody))),
                Action::Open(relay) => {
                    let shared = Arc::clone(shared);
                    tokio::spawn(async move { Self::open(&shared, relay).await });
                }
                Action::Close(parked) => {
                    tokio::spawn(parked.session.close());
                }
            }
        }
    }

    async fn open(shared: &Arc<Self>, relay: usize) {
        let result = shared.connect(relay).await;
        let now = Instant::now();
        {
            let mut pool = shared.pool();
            let Some(state) = pool.relays.get_mut(relay) else {
                return;
            };
            state.opening = state.opening.saturating_sub(1);
            match result {
                Ok(session) => {
                    state.opened();
                    state.parked.push(Parked {
                        session,
                        opened_at: now,
                        idle_since: now,
                    });
                }
                Err(failure) => {
                    let others = state.open();
                    shared.failed(relay, state, &failure, others);
                }
            }
            shared.note_crowd(state);
        }
        Self::serve(shared);
    }

    /// A new session to this relay.
    async fn connect(&self, index: usize) -> Result<SmtpSession, OpenFailure> {
        let current = self.log_ins.current(index).await;
        let (Some(relay), Some(kept)) = (current.as_deref(), self.tls.get(index)) else {
            let reply = SmtpReply::new(0, "there is no such mail server");
            return Err(OpenFailure {
                phase: Phase::Connect,
                reply,
            });
        };
        let known = kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let tls = match (relay.tls, known) {
            (TlsMode::None, _) => None,
            (_, Some(known)) => Some(known),
            (_, None) => {
                let loaded = TlsContext::load(relay).await;
                Some(loaded.map_err(|reply| OpenFailure {
                    phase: Phase::Tls,
                    reply,
                })?)
            }
        };
        let opened =
            SmtpSession::open_with(&self.settings, relay, &self.hello_name, tls.as_ref()).await;
        if matches!(&opened, Err(failure) if failure.phase == Phase::Auth) {
            self.log_ins.refused(index);
        }
        // After a failure the authorities are read anew: a certificate may have been renewed under our feet.
        let is_tls_failure = matches!(&opened, Err(failure) if failure.phase == Phase::Tls);
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = tls.filter(|_| !is_tls_failure);
        opened
    }

    /// Notes that a connection to a relay was of no use while it had this many `others`.
    fn failed(&self, index: usize, state: &mut RelayState, failure: &OpenFailure, others: usize) {
        state.failed(failure, others, Instant::now(), jitter());
        self.note_crowd(state);
        if let Some(relay) = self.relays.get(index) {
            // Later replies may hold an address: of a reader, or the name that we log in with.
            let reason = match failure.phase {
                Phase::Connect | Phase::Tls | Phase::Hello => failure.reply.text(),
                _ => "",
            };
            tracing::warn!(
                relay = relay.name(),
                phase = %failure.phase,
                code = failure.reply.code(),
                reason,
                limit = state.limit(),
                "a mail server could not be used"
            );
        }
    }

    fn note_crowd(&self, state: &RelayState) {
        if state.is_crowded() {
            self.crowding.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Takes back a place, with its session where that is still of use.
    fn give_back(shared: &Arc<Self>, relay: usize, urgency: Urgency, parked: Option<Parked>) {
        {
            let mut pool = shared.pool();
            if let Some(state) = pool.relays.get_mut(relay) {
                let count = in_use(state, urgency);
                *count = count.saturating_sub(1);
                state.parked.extend(parked);
            }
        }
        Self::serve(shared);
    }
}

/// Where a mailer without relays sends to: port 9 discards, or nobody answers.
static NOWHERE: LazyLock<Relay> = LazyLock::new(|| Relay::plain("127.0.0.1".to_owned(), 9));

/// From 0 to 1. Without it, all processes that lost a relay together would come back together.
fn jitter() -> f64 {
    let random = getrandom::u32().unwrap_or(u32::MAX / 2);
    f64::from(random) / f64::from(u32::MAX)
}
