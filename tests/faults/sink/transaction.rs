//! One message, from MAIL FROM to the reply to its last dot.

use std::io::Result;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::sleep;

use super::content;
use super::ledger::{Event, now_micros};
use super::recipient::{Behaviour, behaviour, hash};
use super::rules::Phase;
use super::session::{FOR_EVER, Session, over};

impl Session {
    pub(super) fn forget(&mut self) {
        self.rcpt.clear();
        self.mailfrom.clear();
        self.chunks.clear();
        self.t_mail = 0;
    }

    pub(super) async fn mail(&mut self, line: &str) -> Result<()> {
        self.forget();
        self.t_mail = now_micros();
        self.mailfrom = path(line);
        let rules = self.rules();
        let reply = if let Some(refusal) = self.reach(Phase::Mail).await {
            refusal
        } else if rules.max_messages.is_some_and(|most| self.messages >= most) {
            "421 4.3.2 Enough for one connection"
        } else if rules
            .max_rate
            .is_some_and(|rate| !self.state.is_within(rate))
        {
            "454 4.7.0 Throttling failure: Maximum sending rate exceeded"
        } else {
            "250 2.1.0 Ok"
        };
        self.note("mail", reply);
        if !reply.starts_with('2') {
            self.forget();
        }
        self.answer(reply).await
    }

    pub(super) async fn rcpt(&mut self, line: &str) -> Result<()> {
        if self.t_mail == 0 {
            self.wire.say("503 5.5.1 MAIL first");
            return Ok(());
        }
        let address = path(line);
        self.rcpt.clone_from(&address);
        let reply = match self.reach(Phase::Rcpt).await {
            Some(refusal) => refusal,
            None => match behaviour(&address) {
                Behaviour::AtRcpt(reply, times)
                    if self.state.tries_before(&address, Phase::Rcpt) < times =>
                {
                    reply
                }
                _ => "250 2.1.5 Ok",
            },
        };
        self.note("rcpt", reply);
        if !reply.starts_with('2') {
            self.rcpt.clear();
        }
        self.answer(reply).await
    }

    pub(super) async fn data(&mut self) -> Result<()> {
        if self.rcpt.is_empty() {
            self.wire.say("503 5.5.1 No valid recipients");
            return Ok(());
        }
        if let Some(refusal) = self.reach(Phase::Data).await {
            self.note("data", refusal);
            return self.answer(refusal).await;
        }
        self.wire.say("354 Go on");
        self.wire.flush().await?;
        let mut message = Vec::new();
        let mut is_first = true;
        loop {
            let start = message.len();
            self.wire.raw_line(&mut message).await?;
            if message[start..] == *b".\r\n" {
                message.truncate(start);
                break;
            }
            if message[start] == b'.' {
                message.remove(start);
            }
            if std::mem::take(&mut is_first) {
                self.in_the_middle().await?;
            }
        }
        self.message(&message).await
    }

    /// After the first line of a message.
    async fn in_the_middle(&mut self) -> Result<()> {
        let refusal = self.reach(Phase::Body).await;
        let is_dropped = behaviour(&self.rcpt) == Behaviour::DropData
            && self.state.tries_before(&self.rcpt, Phase::Body) == 0;
        if is_dropped || refusal.is_some() {
            self.note("body", "");
            return over();
        }
        Ok(())
    }

    pub(super) async fn chunk(&mut self, line: &str) -> Result<()> {
        let mut words = line.split(' ').skip(1);
        let size = words.next().and_then(|size| size.parse().ok()).unwrap_or(0);
        let is_last = words
            .next()
            .is_some_and(|word| word.eq_ignore_ascii_case("LAST"));
        let bytes = self.wire.exactly(size).await?;
        if self.rcpt.is_empty() {
            self.wire.say("503 5.5.1 No valid recipients");
            return Ok(());
        }
        if self.chunks.is_empty() {
            self.in_the_middle().await?;
        }
        self.chunks.extend(bytes);
        if is_last {
            let message = std::mem::take(&mut self.chunks);
            return self.message(&message).await;
        }
        self.wire.say("250 2.0.0 Ok");
        Ok(())
    }

    /// The whole message is here.
    async fn message(&mut self, bytes: &[u8]) -> Result<()> {
        let rules = self.rules();
        let behaviour = behaviour(&self.rcpt);
        let refusal = self.reach(Phase::Dot).await;
        let at_dot = match behaviour {
            Behaviour::AtDot(reply) if self.state.tries_before(&self.rcpt, Phase::Dot) == 0 => {
                Some(reply)
            }
            _ => refusal,
        };
        if let Some(reply) = at_dot {
            self.note("message", reply);
            self.forget();
            return self.answer(reply).await;
        }
        sleep(rules.delay).await;
        let before = self.state.tries_before(&self.rcpt, Phase::Kept);
        let loss = match behaviour {
            Behaviour::DropDot(times) if before < times => Some(Duration::ZERO),
            Behaviour::HangDot if before == 0 => Some(FOR_EVER),
            _ => rules
                .lost_one_in
                .filter(|one_in| before == 0 && hash(self.state.seed, &self.rcpt, *one_in) == 0)
                .map(|_| Duration::ZERO),
        };
        self.keep(bytes, loss.is_some()).await;
        self.reach(Phase::Kept).await;
        if let Some(silence) = loss {
            sleep(silence).await;
            return over();
        }
        if let Behaviour::Slow(seconds) = behaviour {
            sleep(Duration::from_secs(seconds)).await;
        }
        self.messages += 1;
        self.forget();
        self.wire.say("250 2.0.0 Ok: kept");
        // Counted when it is on its way: a kill that waits for this must not come before it.
        self.wire.flush().await?;
        self.reach(Phase::Answered).await;
        Ok(())
    }

    /// From here on the reader has it.
    async fn keep(&self, bytes: &[u8], is_lost: bool) {
        let seen = content::look(bytes);
        let (phase, reply) = if is_lost {
            ("lost", "")
        } else {
            ("message", "250 2.0.0 Ok: kept")
        };
        let event = Event {
            msgid: seen.msgid,
            sha256: format!("{:x}", HexHash(bytes)),
            is_kept: true,
            addresses: seen.addresses,
            tokens: seen.tokens,
            ..self.event(phase, reply)
        };
        self.state.ledger.keep(event).await;
    }
}

struct HexHash<'a>(&'a [u8]);

impl std::fmt::LowerHex for HexHash<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Sha256::digest(self.0)
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// What stands between the angle brackets.
fn path(line: &str) -> String {
    let inside = line
        .split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(path, _)| path.to_owned()).unwrap_or_default()
}
