//! Hands messages to the relay: opens sessions, keeps open ones, and never opens more than allowed.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::message::Message;
use super::smtp_session::{SendOutcome, SmtpSession};
use crate::config::{Relay, Smtp};
use crate::domain::smtp_reply::SmtpReply;

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Smtp,
    relay: Relay,
    hello_name: String,
    limit: Arc<Semaphore>,
    parked: Mutex<Vec<SmtpSession>>,
}

/// A session that is one caller's until it is dropped or given back.
pub struct Lane {
    session: SmtpSession,
    shared: Arc<Shared>,
    /// Frees the place of this session when the lane ends, however it ends.
    _place: OwnedSemaphorePermit,
}

impl Mailer {
    /// A mailer that keeps at most `connections` sessions to `relay`.
    #[must_use]
    pub fn new(settings: Smtp, relay: Relay, hello_name: String, connections: usize) -> Self {
        let limit = Arc::new(Semaphore::new(connections.max(1)));
        let shared = Shared {
            settings,
            relay,
            hello_name,
            limit,
            parked: Mutex::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// A session, parked or new; waits while all are taken.
    ///
    /// # Errors
    /// Why the relay cannot be reached.
    pub async fn lane(&self) -> Result<Lane, SmtpReply> {
        let place = Arc::clone(&self.shared.limit)
            .acquire_owned()
            .await
            .map_err(|_| SmtpReply::new(0, "the mailer is closed"))?;
        let parked = self
            .shared
            .parked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let session = match parked {
            Some(session) => session,
            None => {
                SmtpSession::open(
                    &self.shared.settings,
                    &self.shared.relay,
                    &self.shared.hello_name,
                )
                .await?
            }
        };
        Ok(Lane {
            session,
            shared: Arc::clone(&self.shared),
            _place: place,
        })
    }

    /// Ends the sessions that nobody uses.
    pub async fn close_idle(&self) {
        let idle = std::mem::take(
            &mut *self
                .shared
                .parked
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        for session in idle {
            session.close().await;
        }
    }
}

impl Lane {
    /// Sends one message.
    pub async fn send(&mut self, message: &Message) -> SendOutcome {
        self.session.send(message).await
    }

    /// Whether another message can be sent.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.session.is_usable()
    }

    /// Gives the session back for others.
    pub fn park(self) {
        if self.session.is_usable() {
            self.shared
                .parked
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(self.session);
        }
    }
}
