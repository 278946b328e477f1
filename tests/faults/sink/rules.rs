//! How the sink behaves at the moment; tests change it while conversations run.

use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::ServerConfig;

/// A step of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Phase {
    /// The greeting.
    Banner,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA.
    Data,
    /// In the middle of a message.
    Body,
    /// The final dot was read, nothing is kept yet.
    Dot,
    /// The message is kept, nothing is answered yet.
    Kept,
    /// 250 was written.
    Answered,
}

/// Encryption.
#[derive(Clone, Default)]
pub(crate) enum Tls {
    /// None is offered.
    #[default]
    None,
    /// STARTTLS.
    OnRequest(Arc<ServerConfig>),
    /// From the first byte.
    Implicit(Arc<ServerConfig>),
    /// STARTTLS is answered with 220 and then nothing more.
    Stall,
}

/// What a client meets first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Banner {
    /// 220.
    #[default]
    Greets,
    /// Nothing at all.
    Silent,
    /// One byte at a time, with this pause, without an end.
    Drips(Duration),
    /// Something that is no SMTP.
    Junk,
}

/// Everything that can be changed.
#[derive(Clone, Default)]
pub(crate) struct Rules {
    /// The greeting.
    pub(crate) banner: Banner,
    /// Encryption.
    pub(crate) tls: Tls,
    /// The password of AUTH, if it is asked for.
    pub(crate) password: Option<String>,
    /// The reply to a wrong password.
    pub(crate) auth_refusal: Option<&'static str>,
    /// This reply in this phase, in one of so many passes; 421 ends the connection.
    pub(crate) refusal: Option<(Phase, &'static str, u64)>,
    /// In this phase the connection waits so long in one of so many passes, so that a kill meets it there.
    pub(crate) stall: Option<(Phase, Duration, u64)>,
    /// Before each message is accepted.
    pub(crate) delay: Duration,
    /// More connections than this are greeted with 421.
    pub(crate) max_connections: Option<usize>,
    /// After so many messages of a connection MAIL is answered with 421.
    pub(crate) max_messages: Option<u32>,
    /// Messages a second; above it MAIL is answered with 454 4.7.0.
    pub(crate) max_rate: Option<f64>,
    /// Whether BDAT is offered.
    pub(crate) has_chunking: bool,
    /// What the kept mails of one in so many recipients meet instead of a reply, by `hash(seed, recipient)`.
    pub(crate) lost_one_in: Option<u64>,
}
