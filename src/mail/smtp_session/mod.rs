//! One SMTP conversation (RFC 5321), our own from the socket up, with a deadline on each phase.
//!
//! It always knows how far it got: before the last octet of a message was handed over nothing can have been sent, after
//! it a missing answer means that nobody knows. That is what [`SendOutcome`] says, and what "exactly once" rests on.
//!
//! # Round trips
//!
//! Where the server offers PIPELINING (RFC 2920), MAIL, RCPT and DATA go out in one write, and the envelope of the next
//! message goes out behind the dot of this one. A running session then costs one write, one read and one round trip per
//! message. Without the offer each command waits for its reply.
//!
//! CHUNKING (RFC 3030) puts the message into the same write as its envelope and so saves the wait for 354. It is used for
//! one case only, the first message of a session with none behind it, such as a confirmation mail over a new session. On
//! loopback (18 KB, 1 and 10 sessions) BDAT in a running session was as fast as the pipelined envelope, within noise, both
//! being about twice as fast as DATA alone; so it wins only where no envelope is pipelined. And on a session that has idled
//! it would be worse: when the server has silently left, nobody could say any more whether a message was taken.
//!
//! # Buffers
//!
//! The body is written from where it lies, in one vectored write with its dot and the next envelope. It is copied only
//! when a line of it begins with a dot.

mod auth;
mod connect;
mod extensions;
mod outcome;
mod reply;
mod tls;
mod transaction;
mod wire;
mod write;

#[cfg(test)]
mod tests;

use std::time::Duration;

use tokio::time::timeout;

use self::extensions::{Extensions, Size};
pub use self::outcome::{OpenFailure, Phase, SendOutcome};
pub(super) use self::tls::TlsContext;
use self::wire::Wire;
use super::envelope::Envelope;
use crate::config::{Relay, Smtp};
use crate::domain::smtp_reply::SmtpReply;

/// How long a farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// One message to send.
#[derive(Debug, Clone, Copy)]
pub struct Outgoing<'a> {
    /// From whom and to whom.
    pub envelope: &'a Envelope,
    /// The message: lines that end with CRLF, not dot-stuffed.
    pub bytes: &'a [u8],
}

/// An open session.
pub struct SmtpSession {
    wire: Wire,
    offers: Extensions,
    command_timeout: Duration,
    data_timeout: Duration,
    state: State,
    /// The envelope that went out behind the last message and whose replies nobody read yet.
    ahead: Option<Ahead>,
    /// How many messages were begun.
    begun: u64,
    /// The last message failed because the connection had ended before it.
    was_gone: bool,
    /// Commands before a message, what follows it, and its dot-stuffed copy: buffers that are used again.
    head: Vec<u8>,
    tail: Vec<u8>,
    stuffed: Vec<u8>,
}

struct Ahead {
    envelope: Envelope,
    /// Whether it announced 8BITMIME where that is offered.
    is_eight_bit: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No transaction is open.
    Ready,
    /// An envelope was refused and may still be open at the server: RSET comes first.
    NeedsReset,
    /// Nothing more can be sent. So it is also while a message is under way: whoever drops that future has lost count.
    Over,
}

impl SmtpSession {
    /// Connects, greets, and where the relay asks for it encrypts and logs in, all within the connect timeout.
    ///
    /// # Errors
    /// How far it came, and what the server said or what went wrong.
    pub async fn open(
        settings: &Smtp,
        relay: &Relay,
        hello_name: &str,
    ) -> Result<Self, OpenFailure> {
        connect::open(settings, relay, hello_name, None).await
    }

    /// The same with what an earlier session to this relay loaded.
    pub(super) async fn open_with(
        settings: &Smtp,
        relay: &Relay,
        hello_name: &str,
        tls: Option<&TlsContext>,
    ) -> Result<Self, OpenFailure> {
        connect::open(settings, relay, hello_name, tls).await
    }

    fn new(settings: &Smtp, wire: Wire, offers: Extensions) -> Self {
        Self {
            wire,
            offers,
            command_timeout: settings.command_timeout(),
            data_timeout: settings.data_timeout(),
            state: State::Ready,
            ahead: None,
            begun: 0,
            was_gone: false,
            head: Vec::new(),
            tail: Vec::new(),
            stuffed: Vec::new(),
        }
    }

    /// Sends one message.
    ///
    /// With `next`, and a server that offers PIPELINING, the next envelope goes out in the same write behind this
    /// message's dot; the following `send` should then be for that envelope. If it is for another one, the pipelined one
    /// is given up: with RSET where the server refused it, else by dropping the connection, since a dot would send an
    /// empty mail.
    pub async fn send(&mut self, message: Outgoing<'_>, next: Option<&Envelope>) -> SendOutcome {
        self.was_gone = false;
        if let Some(refusal) = self.refusal_of(message.envelope, message.bytes.len()) {
            return refusal;
        }
        if self.state == State::Over {
            let reply = SmtpReply::new(0, "the session is over");
            return SendOutcome::NotSent(Phase::Mail, reply);
        }
        let state = std::mem::replace(&mut self.state, State::Over);
        let (outcome, state) = self.converse(state, message, next).await;
        self.state = state;
        outcome
    }

    /// Whether another message can be sent over it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.state != State::Over
    }

    /// Whether an envelope is under way that its message must follow.
    pub(super) fn has_envelope_ahead(&self) -> bool {
        self.ahead.is_some()
    }

    /// Whether the last `send` found the connection ended before its envelope was looked at: another session may take
    /// the message as if nothing had happened.
    pub(super) fn was_gone(&self) -> bool {
        self.was_gone
    }

    /// How many messages were begun.
    pub(super) fn begun(&self) -> u64 {
        self.begun
    }

    /// Says goodbye, for at most two seconds. A pipelined envelope that will not follow is given up first.
    pub async fn close(mut self) {
        if self.is_usable() {
            drop(timeout(FAREWELL, self.farewell()).await);
        }
    }

    async fn farewell(&mut self) {
        if self.ahead.take().is_some() && self.abandon().await.is_err() {
            return;
        }
        drop(connect::exchange(&mut self.wire, b"QUIT\r\n", FAREWELL).await);
    }

    /// Why this message is refused without asking the server.
    fn refusal_of(&self, envelope: &Envelope, size_bytes: usize) -> Option<SendOutcome> {
        let refused =
            |phase, code, text: &str| Some(SendOutcome::Refused(phase, SmtpReply::new(code, text)));
        // Addresses are checked before; but a line break here would let one command become two.
        if envelope.from.contains(char::is_control) {
            let reply = SmtpReply::new(553, "5.1.7 the sender holds control characters");
            return Some(SendOutcome::NotSent(Phase::Mail, reply));
        }
        if envelope.to.is_empty() || envelope.to.contains(char::is_control) {
            let text = "5.1.3 the recipient is empty or holds control characters";
            return refused(Phase::Rcpt, 553, text);
        }
        let size_bytes = size_bytes.max(envelope.size);
        if matches!(self.offers.size, Size::AtMost(limit) if size_bytes > limit) {
            let text = "5.3.4 the message is larger than the mail server takes (RFC 1870)";
            return refused(Phase::Mail, 552, text);
        }
        if write::needs_smtputf8(envelope) && !self.offers.smtputf8 {
            let text =
                "5.6.7 the mail server does not take addresses with non-ASCII letters (RFC 6531)";
            return refused(Phase::Rcpt, 550, text);
        }
        None
    }
}
