//! From a host name to a session that may send: connection, greeting, EHLO, TLS, log-in.

use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::extensions::Extensions;
use super::outcome::{OpenFailure, Phase};
use super::tls::TlsContext;
use super::wire::{Lost, Wire};
use super::{SmtpSession, auth};
use crate::config::{Relay, Smtp, TlsMode};
use crate::domain::smtp_reply::SmtpReply;

/// How long one address of several is tried before the next: a host with a dead IPv6 address must not eat all the time.
const ADDRESS_PATIENCE: Duration = Duration::from_secs(5);

/// A way to a session, with the phase that it is in.
struct Opening<'a> {
    relay: &'a Relay,
    hello_name: &'a str,
    /// The limit of every single step; the one over all of them stands outside.
    wait: Duration,
    phase: &'a mut Phase,
}

/// Opens a session within the one time limit for everything.
pub(super) async fn open(
    settings: &Smtp,
    relay: &Relay,
    hello_name: &str,
    tls: Option<&TlsContext>,
) -> Result<SmtpSession, OpenFailure> {
    let wait = settings.connect_timeout();
    let mut phase = Phase::Connect;
    let opening = Opening {
        relay,
        hello_name,
        wait,
        phase: &mut phase,
    };
    let opened = match timeout(wait, opening.run(tls)).await {
        Ok(opened) => opened,
        Err(_) => Err(SmtpReply::new(
            0,
            &format!("no answer within {} seconds", wait.as_secs()),
        )),
    };
    let (wire, offers) = opened.map_err(|reply| OpenFailure { phase, reply })?;
    Ok(SmtpSession::new(settings, wire, offers))
}

impl Opening<'_> {
    async fn run(mut self, tls: Option<&TlsContext>) -> Result<(Wire, Extensions), SmtpReply> {
        let mut wire = Wire::new(self.connect().await?);
        if self.relay.tls == TlsMode::Implicit {
            wire = self.encrypt(wire, tls).await?;
            *self.phase = Phase::Connect;
        }
        let greeting = wire.reply(self.wait).await.map_err(|Lost(reply)| reply)?;
        if greeting != 220 {
            return Err(wire.kept(greeting));
        }
        let mut offers = self.hello(&mut wire).await?;
        if self.relay.tls == TlsMode::Required {
            *self.phase = Phase::Tls;
            if !offers.starttls {
                let text = "the mail server offers no STARTTLS, and no mail goes there without it";
                return Err(SmtpReply::new(0, text));
            }
            say(&mut wire, b"STARTTLS\r\n", 220, self.wait).await?;
            wire = self.encrypt(wire, tls).await?;
            // What was offered without TLS counts no more (RFC 3207 §4.2).
            offers = self.hello(&mut wire).await?;
        }
        if let Some((user, password)) = &self.relay.credentials {
            *self.phase = Phase::Auth;
            auth::log_in(&mut wire, self.relay, &offers, user, password, self.wait).await?;
        }
        Ok((wire, offers))
    }

    async fn connect(&self) -> Result<TcpStream, SmtpReply> {
        let failed =
            |cause: &std::io::Error| SmtpReply::new(0, &format!("cannot connect: {cause}"));
        let host = (self.relay.host.as_str(), self.relay.port);
        let mut addresses = lookup_host(host)
            .await
            .map_err(|cause| {
                SmtpReply::new(0, &format!("cannot find {}: {cause}", self.relay.host))
            })?
            .peekable();
        let mut reason = SmtpReply::new(0, "the host has no address");
        while let Some(address) = addresses.next() {
            let patience = if addresses.peek().is_some() {
                ADDRESS_PATIENCE.min(self.wait / 2)
            } else {
                self.wait
            };
            match timeout(patience, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => {
                    // Without it, the end of a message waits 40 ms for the acknowledgement of its start.
                    stream.set_nodelay(true).map_err(|cause| failed(&cause))?;
                    return Ok(stream);
                }
                Ok(Err(cause)) => reason = failed(&cause),
                Err(_) => reason = SmtpReply::new(0, "cannot connect: no answer"),
            }
        }
        Err(reason)
    }

    async fn encrypt(&mut self, wire: Wire, tls: Option<&TlsContext>) -> Result<Wire, SmtpReply> {
        *self.phase = Phase::Tls;
        match tls {
            Some(tls) => wire.encrypted(tls).await,
            None => wire.encrypted(&TlsContext::load(self.relay).await?).await,
        }
    }

    async fn hello(&mut self, wire: &mut Wire) -> Result<Extensions, SmtpReply> {
        *self.phase = Phase::Hello;
        let hello = format!("EHLO {}\r\n", self.hello_name);
        match exchange(wire, hello.as_bytes(), self.wait).await? {
            250 => Ok(Extensions::read(wire.text())),
            // A server from before 1995 (RFC 5321 §3.2).
            500..=504 => {
                let hello = format!("HELO {}\r\n", self.hello_name);
                say(wire, hello.as_bytes(), 250, self.wait).await?;
                Ok(Extensions::default())
            }
            code => Err(wire.kept(code)),
        }
    }
}

/// Says one command and reads its reply.
pub(super) async fn exchange(
    wire: &mut Wire,
    line: &[u8],
    wait: Duration,
) -> Result<u16, SmtpReply> {
    let written = wire.write([line, b"", b""], wait).await;
    written.map_err(|cut| cut.lost.0)?;
    wire.reply(wait).await.map_err(|Lost(reply)| reply)
}

async fn say(wire: &mut Wire, line: &[u8], wanted: u16, wait: Duration) -> Result<(), SmtpReply> {
    match exchange(wire, line, wait).await? {
        code if code == wanted => Ok(()),
        code => Err(wire.kept(code)),
    }
}
