//! One SMTP conversation, phase by phase, with a deadline on each.
//!
//! lettre's own `send` cannot tell "refused" from "perhaps delivered" and waits for ever for a silent server.
//! This session drives lettre's connection command by command, so that it always knows how far it got: before
//! the message was handed over nothing can have been sent, after it a missing answer means that nobody knows.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::ExposeSecret as _;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::message::Message;
use crate::config::{Relay, Smtp, TlsMode};
use crate::domain::smtp_reply::{Meaning, SmtpReply};

/// A step of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Connecting, greeting, TLS and log-in.
    Connect,
    /// MAIL FROM.
    Mail,
    /// RCPT TO.
    Rcpt,
    /// DATA, before the message.
    Data,
    /// The message and the answer to its final dot.
    Message,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "connect",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Message => "message",
        })
    }
}

/// What became of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SendOutcome {
    /// The next server took it.
    Accepted(SmtpReply),
    /// It did not take it now (4yz to the recipient, DATA or the message).
    Deferred(Phase, SmtpReply),
    /// It will never take it (5yz to the recipient, DATA or the message).
    Refused(Phase, SmtpReply),
    /// It never got so far: nothing was handed over, and the recipient had no part in it.
    NotSent(Phase, SmtpReply),
    /// The message was handed over and no answer came back.
    Unknown(SmtpReply),
}

/// An open session.
pub struct SmtpSession {
    connection: AsyncSmtpConnection,
    command_timeout: Duration,
    data_timeout: Duration,
    is_usable: bool,
}

/// Why a step went wrong: a reply, or none.
struct Failure {
    reply: SmtpReply,
    has_reply: bool,
}

impl SmtpSession {
    /// Connects, greets, and where the relay asks for it encrypts and logs in.
    ///
    /// # Errors
    /// What the server said, or what went wrong, as a reply with code 0 when there was none.
    pub async fn open(settings: &Smtp, relay: &Relay, hello_name: &str) -> Result<Self, SmtpReply> {
        let wait = settings.connect_timeout();
        let connection = step(wait, connect(relay, hello_name))
            .await
            .map_err(|failure| failure.reply)?;
        Ok(Self {
            connection,
            command_timeout: settings.command_timeout(),
            data_timeout: settings.data_timeout(),
            is_usable: true,
        })
    }

    /// Whether another message can be sent over it.
    #[must_use]
    pub fn is_usable(&self) -> bool {
        self.is_usable && !self.connection.has_broken()
    }

    /// Sends one message.
    pub async fn send(&mut self, message: &Message) -> SendOutcome {
        match self.converse(message).await {
            Ok(reply) => SendOutcome::Accepted(reply),
            Err((phase, failure)) => {
                let outcome = outcome(phase, &failure);
                self.recover(&failure).await;
                outcome
            }
        }
    }

    async fn converse(&mut self, message: &Message) -> Result<SmtpReply, (Phase, Failure)> {
        let mut parameters = Vec::new();
        if message.needs_smtputf8 {
            if !self
                .connection
                .server_info()
                .supports_feature(Extension::SmtpUtfEight)
            {
                let text = "5.6.7 the mail server does not take addresses with non-ASCII letters (RFC 6531)";
                return Err((
                    Phase::Rcpt,
                    Failure {
                        reply: SmtpReply::new(550, text),
                        has_reply: true,
                    },
                ));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        let wait = self.command_timeout;
        let mail = Mail::new(message.envelope.from().cloned(), parameters);
        step(wait, self.connection.command(mail))
            .await
            .map_err(|failure| (Phase::Mail, failure))?;
        for recipient in message.envelope.to() {
            let rcpt = Rcpt::new(recipient.clone(), Vec::new());
            step(wait, self.connection.command(rcpt))
                .await
                .map_err(|failure| (Phase::Rcpt, failure))?;
        }
        step(wait, self.connection.command(Data))
            .await
            .map_err(|failure| (Phase::Data, failure))?;
        let answer = step(self.data_timeout, self.connection.message(&message.bytes)).await;
        answer
            .map(|response| reply_of(&response))
            .map_err(|failure| (Phase::Message, failure))
    }

    /// After a reply the session goes on with RSET; without one, or after 421, it is over.
    async fn recover(&mut self, failure: &Failure) {
        self.is_usable = failure.has_reply
            && failure.reply.code() != 421
            && step(self.command_timeout, self.connection.command(Rset))
                .await
                .is_ok();
    }

    /// Says goodbye, for at most two seconds.
    pub async fn close(mut self) {
        if self.is_usable() {
            let goodbye = self.connection.command(Quit);
            drop(timeout(Duration::from_secs(2), goodbye).await);
        }
    }
}

/// What a failure in `phase` means.
fn outcome(phase: Phase, failure: &Failure) -> SendOutcome {
    let reply = failure.reply.clone();
    match (phase, failure.has_reply) {
        (Phase::Message, false) => SendOutcome::Unknown(reply),
        // A sender that is refused, or a connection that is lost, says nothing about the recipient.
        (Phase::Connect | Phase::Mail, _) | (_, false) => SendOutcome::NotSent(phase, reply),
        // 421 before the message: the server closes, whoever the recipient is.
        (Phase::Rcpt | Phase::Data, true) if reply.code() == 421 => {
            SendOutcome::NotSent(phase, reply)
        }
        (_, true) => match reply.meaning() {
            Meaning::Refused => SendOutcome::Refused(phase, reply),
            Meaning::Deferred | Meaning::Accepted => SendOutcome::Deferred(phase, reply),
        },
    }
}

async fn connect(
    relay: &Relay,
    hello_name: &str,
) -> Result<AsyncSmtpConnection, lettre::transport::smtp::Error> {
    let hello = ClientId::Domain(hello_name.to_owned());
    let tls = || TlsParameters::new(relay.host.clone());
    let server = (relay.host.as_str(), relay.port);
    let mut connection = match relay.tls {
        TlsMode::Implicit => {
            AsyncSmtpConnection::connect_tokio1(server, None, &hello, Some(tls()?), None).await?
        }
        TlsMode::None | TlsMode::Required => match TcpStream::connect(server).await {
            Ok(stream) => {
                // Without it, body and final dot wait for each other 40 ms in every message.
                let _ = stream.set_nodelay(true);
                AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await?
            }
            // lettre makes its own error of the same cause.
            Err(_) => AsyncSmtpConnection::connect_tokio1(server, None, &hello, None, None).await?,
        },
    };
    if relay.tls == TlsMode::Required {
        connection.starttls(tls()?, &hello).await?;
    }
    if let Some((user, password)) = &relay.credentials {
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        connection
            .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
            .await?;
    }
    Ok(connection)
}

async fn step<T>(
    wait: Duration,
    work: impl Future<Output = Result<T, lettre::transport::smtp::Error>>,
) -> Result<T, Failure> {
    match timeout(wait, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failure_of(&error)),
        Err(_) => {
            let text = format!("no answer within {} seconds", wait.as_secs());
            Err(Failure {
                reply: SmtpReply::new(0, &text),
                has_reply: false,
            })
        }
    }
}

/// lettre makes an error of a negative reply: its code is the status, its text the source.
fn failure_of(error: &lettre::transport::smtp::Error) -> Failure {
    match error.status() {
        Some(code) => {
            let text = std::error::Error::source(error)
                .map(ToString::to_string)
                .unwrap_or_default();
            Failure {
                reply: SmtpReply::new(u16::from(code), &text),
                has_reply: true,
            }
        }
        None => Failure {
            reply: SmtpReply::new(0, &chain(error)),
            has_reply: false,
        },
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

fn reply_of(response: &Response) -> SmtpReply {
    let text: Vec<&str> = response.message().collect();
    SmtpReply::new(u16::from(response.code()), &text.join(" "))
}
