//! What the server answers: the catcher accepts everything, a test says otherwise.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The answer to one step of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The usual positive reply.
    Accept,
    /// This reply; 421 also closes the connection (RFC 5321 §3.8).
    ///
    /// A code from 200 to 299 counts as acceptance, so the message is stored; every other code refuses.
    Reply {
        /// The reply code, three digits.
        code: u16,
        /// The text after the code, usually opening with an enhanced status code (RFC 3463) such as `5.1.1`. Line
        /// breaks make a multi-line reply.
        text: String,
    },
    /// Close the connection without a reply.
    Drop,
    /// Store the message, then close the connection without a reply: the sender cannot know the outcome.
    ///
    /// Before the end of the data there is nothing to store, and this is the same as `Drop`.
    AcceptThenDrop,
    /// Never answer; the connection ends when the client leaves or the session's idle time is over.
    Stall,
}

impl Verdict {
    /// A reply with this code and text.
    pub fn reply(code: u16, text: impl Into<String>) -> Self {
        Self::Reply {
            code,
            text: text.into(),
        }
    }
}

type OnConnect = Arc<dyn Fn() -> Verdict + Send + Sync>;
type OnAddress = Arc<dyn Fn(&str) -> Verdict + Send + Sync>;
type OnLogIn = Arc<dyn Fn(&str, &str) -> Verdict + Send + Sync>;
type OnDataEnd = Arc<dyn Fn(&[String]) -> Verdict + Send + Sync>;

/// The answers of a server; the default accepts everything.
///
/// Clones share their closures. A closure runs inside the session, so it must not block; to change answers while the
/// server runs, let the closure look at an atomic or a mutex of the test.
#[derive(Clone, Default)]
pub struct Script {
    connect: Option<OnConnect>,
    mail: Option<OnAddress>,
    rcpt: Option<OnAddress>,
    data_end: Option<OnDataEnd>,
    log_in: Option<OnLogIn>,
    pub(super) offer: Offer,
}

/// What the server offers and bears beside the usual.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Offer {
    pub(super) has_no_pipelining: bool,
    pub(super) has_chunking: bool,
    pub(super) connections: Option<usize>,
    pub(super) messages_per_connection: Option<usize>,
    pub(super) drip: Option<Duration>,
}

impl Script {
    /// Decides about a new connection, in place of the greeting.
    #[must_use]
    pub fn on_connect(mut self, decide: impl Fn() -> Verdict + Send + Sync + 'static) -> Self {
        self.connect = Some(Arc::new(decide));
        self
    }

    /// Decides about the sender of a message, given without angle brackets (empty for a bounce).
    #[must_use]
    pub fn on_mail(mut self, decide: impl Fn(&str) -> Verdict + Send + Sync + 'static) -> Self {
        self.mail = Some(Arc::new(decide));
        self
    }

    /// Decides about one recipient, given without angle brackets.
    #[must_use]
    pub fn on_rcpt(mut self, decide: impl Fn(&str) -> Verdict + Send + Sync + 'static) -> Self {
        self.rcpt = Some(Arc::new(decide));
        self
    }

    /// Decides about a complete message for these accepted recipients.
    #[must_use]
    pub fn on_data_end(
        mut self,
        decide: impl Fn(&[String]) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        self.data_end = Some(Arc::new(decide));
        self
    }

    /// Decides about a log-in by name and password (or token). Without it any will do.
    #[must_use]
    pub fn on_log_in(
        mut self,
        decide: impl Fn(&str, &str) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        self.log_in = Some(Arc::new(decide));
        self
    }

    /// Offers no PIPELINING; commands that come ahead of their replies are understood all the same.
    #[must_use]
    pub fn without_pipelining(mut self) -> Self {
        self.offer.has_no_pipelining = true;
        self
    }

    /// Offers CHUNKING (RFC 3030).
    #[must_use]
    pub fn with_chunking(mut self) -> Self {
        self.offer.has_chunking = true;
        self
    }

    /// Sends more connections than this away with 421 4.3.2.
    #[must_use]
    pub fn with_connections(mut self, most: usize) -> Self {
        self.offer.connections = Some(most);
        self
    }

    /// Ends a connection with 421 at the MAIL after this many messages.
    #[must_use]
    pub fn with_messages_per_connection(mut self, most: usize) -> Self {
        self.offer.messages_per_connection = Some(most);
        self
    }

    /// Says one octet at a time, with this pause before each.
    #[must_use]
    pub fn with_drip(mut self, pause: Duration) -> Self {
        self.offer.drip = Some(pause);
        self
    }

    pub(super) fn log_in(&self, user: &str, password: &str) -> Verdict {
        self.log_in
            .as_ref()
            .map_or(Verdict::Accept, |decide| decide(user, password))
    }

    pub(super) fn connect(&self) -> Verdict {
        self.connect
            .as_ref()
            .map_or(Verdict::Accept, |decide| decide())
    }

    pub(super) fn mail(&self, sender: &str) -> Verdict {
        self.mail
            .as_ref()
            .map_or(Verdict::Accept, |decide| decide(sender))
    }

    pub(super) fn rcpt(&self, recipient: &str) -> Verdict {
        self.rcpt
            .as_ref()
            .map_or(Verdict::Accept, |decide| decide(recipient))
    }

    pub(super) fn data_end(&self, recipients: &[String]) -> Verdict {
        self.data_end
            .as_ref()
            .map_or(Verdict::Accept, |decide| decide(recipients))
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut scripted = formatter.debug_struct("Script");
        scripted
            .field("on_connect", &self.connect.is_some())
            .field("on_mail", &self.mail.is_some());
        scripted
            .field("on_rcpt", &self.rcpt.is_some())
            .field("on_data_end", &self.data_end.is_some())
            .field("on_log_in", &self.log_in.is_some())
            .field("offer", &self.offer);
        scripted.finish()
    }
}
