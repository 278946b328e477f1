//! One message over an open session: the envelope, its replies, the message.

use super::outcome::of_reply;
use super::wire::{Cut, Lost};
use super::{Ahead, Envelope, Outgoing, Phase, SendOutcome, SmtpSession, State, write};

/// The largest message that goes out before its envelope is accepted, in octets: sent in vain when it is refused.
const MAX_CHUNK_BYTES: usize = 1_024 * 1_024;

/// How a transaction ended, and the state that it leaves behind.
type End = (SendOutcome, State);

/// What the server said to MAIL and RCPT together.
struct Heard {
    /// The first refusal.
    refusal: Option<SendOutcome>,
    /// Whether the recipient was accepted, so that the server would deliver what it is given.
    has_recipient: bool,
}

/// Why there will be no more replies.
enum Stop {
    /// The server said so.
    Said(SendOutcome),
    /// The connection broke in this phase, after this refusal.
    Lost(Option<SendOutcome>, Phase, Lost),
}

impl Stop {
    fn end(self) -> End {
        let outcome = match self {
            Self::Said(outcome) | Self::Lost(Some(outcome), ..) => outcome,
            Self::Lost(None, phase, Lost(reply)) => SendOutcome::NotSent(phase, reply),
        };
        (outcome, State::Over)
    }
}

impl SmtpSession {
    pub(super) async fn converse(
        &mut self,
        state: State,
        message: Outgoing<'_>,
        next: Option<&Envelope>,
    ) -> End {
        let is_eight_bit = !message.bytes.is_ascii();
        let mut needs_reset = state == State::NeedsReset;
        let mut is_ahead = false;
        if let Some(ahead) = self.ahead.take() {
            // A pipelined envelope that said nothing of 8BITMIME cannot take a message that needs it.
            let is_too_plain = is_eight_bit && self.offers.eight_bit && !ahead.is_eight_bit;
            is_ahead = ahead.envelope == *message.envelope && !is_too_plain;
            if !is_ahead {
                if let Err(Lost(reply)) = self.abandon().await {
                    return self.gone(reply);
                }
                needs_reset = true;
            }
        } else if self.wire.has_unasked().await {
            let lost = Lost::because("the mail server had closed the idle connection");
            return self.gone(lost.0);
        }
        let is_first = self.begun == 0;
        self.begun += 1;
        let opened = if is_ahead {
            self.data_answers(false).await
        } else if !self.offers.pipelining {
            self.open_step_by_step(needs_reset, message.envelope, is_eight_bit)
                .await
        } else if self.offers.chunking
            && is_first
            && next.is_none()
            && message.bytes.len() <= MAX_CHUNK_BYTES
        {
            return self.send_chunk(needs_reset, message, is_eight_bit).await;
        } else {
            self.open_at_once(needs_reset, message.envelope, is_eight_bit)
                .await
        };
        match opened {
            Ok(()) => {
                crate::fault::point("k7");
                self.send_data(message, next, is_eight_bit).await
            }
            Err(end) => end,
        }
    }

    fn gone(&mut self, reply: crate::domain::smtp_reply::SmtpReply) -> End {
        self.was_gone = true;
        (SendOutcome::NotSent(Phase::Mail, reply), State::Over)
    }

    /// Begins the write of an envelope in the buffer for it.
    fn start_head(&mut self, needs_reset: bool) {
        self.head.clear();
        if needs_reset {
            self.head.extend_from_slice(b"RSET\r\n");
        }
    }

    /// RSET where needed, MAIL, RCPT and DATA in one write (RFC 2920).
    async fn open_at_once(
        &mut self,
        needs_reset: bool,
        envelope: &Envelope,
        is_eight_bit: bool,
    ) -> Result<(), End> {
        self.start_head(needs_reset);
        write::envelope(&mut self.head, envelope, &self.offers, is_eight_bit);
        self.head.extend_from_slice(b"DATA\r\n");
        let written = self
            .wire
            .write([&self.head, b"", b""], self.command_timeout);
        if let Err(cut) = written.await {
            return Err(self.gone(cut.lost.0));
        }
        self.data_answers(needs_reset).await
    }

    /// The replies to an envelope with DATA. `Ok` says that the message may follow.
    async fn data_answers(&mut self, needs_reset: bool) -> Result<(), End> {
        let heard = match self.envelope_answers(needs_reset).await {
            Ok(heard) => heard,
            Err(stop) => return Err(stop.end()),
        };
        let code = match self.wire.reply(self.command_timeout).await {
            Ok(code) => code,
            Err(lost) => return Err(Stop::Lost(heard.refusal, Phase::Data, lost).end()),
        };
        match (code, heard.refusal) {
            (354, None) => Ok(()),
            (354, Some(refusal)) => {
                let state = self.leave_data(heard.has_recipient).await;
                Err((refusal, state))
            }
            (code, refusal) => {
                let outcome =
                    refusal.unwrap_or_else(|| of_reply(Phase::Data, self.wire.kept(code)));
                Err((outcome, after_refusal(code)))
            }
        }
    }

    /// Ends a message that must not be sent although the server waits for it. Without a recipient a lone dot does
    /// (RFC 2920 §3.1); with one that dot would deliver an empty mail, so the connection has to go.
    async fn leave_data(&mut self, has_recipient: bool) -> State {
        if has_recipient {
            return State::Over;
        }
        let wait = self.command_timeout;
        if self.wire.write([b".\r\n", b"", b""], wait).await.is_err() {
            return State::Over;
        }
        match self.wire.reply(wait).await {
            Ok(421) | Err(_) => State::Over,
            Ok(_) => State::NeedsReset,
        }
    }

    /// The replies to RSET where it was sent, MAIL and RCPT.
    async fn envelope_answers(&mut self, needs_reset: bool) -> Result<Heard, Stop> {
        let mut heard = Heard {
            refusal: None,
            has_recipient: false,
        };
        let steps = [
            (needs_reset, Phase::Mail),
            (true, Phase::Mail),
            (true, Phase::Rcpt),
        ];
        for (index, (is_sent, phase)) in steps.into_iter().enumerate() {
            if !is_sent {
                continue;
            }
            match self.wire.reply(self.command_timeout).await {
                Ok(200..=299) => heard.has_recipient = phase == Phase::Rcpt,
                Ok(code) => {
                    let is_over = after_refusal(code) == State::Over;
                    // A server that refuses RSET shows with the next command what is wrong.
                    if index > 0 || is_over {
                        self.was_gone |= code == 421 && phase == Phase::Mail;
                        let outcome = of_reply(phase, self.wire.kept(code));
                        let refusal = heard.refusal.take().unwrap_or(outcome);
                        if is_over {
                            return Err(Stop::Said(refusal));
                        }
                        heard.refusal = Some(refusal);
                    }
                }
                Err(lost) => {
                    self.was_gone |= phase == Phase::Mail;
                    return Err(Stop::Lost(heard.refusal, phase, lost));
                }
            }
        }
        Ok(heard)
    }

    /// One command, one reply: for servers without PIPELINING.
    async fn open_step_by_step(
        &mut self,
        needs_reset: bool,
        envelope: &Envelope,
        is_eight_bit: bool,
    ) -> Result<(), End> {
        if needs_reset {
            self.head.clear();
            self.head.extend_from_slice(b"RSET\r\n");
            let code = self.ask(Phase::Mail).await?;
            if code == 421 {
                let reply = self.wire.kept(code);
                return Err(self.gone(reply));
            }
        }
        for phase in [Phase::Mail, Phase::Rcpt, Phase::Data] {
            self.head.clear();
            match phase {
                Phase::Mail => write::mail(&mut self.head, envelope, &self.offers, is_eight_bit),
                Phase::Rcpt => write::rcpt(&mut self.head, envelope),
                _ => self.head.extend_from_slice(b"DATA\r\n"),
            }
            let code = self.ask(phase).await?;
            let is_wanted = match phase {
                Phase::Data => code == 354,
                _ => (200..300).contains(&code),
            };
            if !is_wanted {
                self.was_gone = code == 421 && phase == Phase::Mail;
                let outcome = of_reply(phase, self.wire.kept(code));
                return Err((outcome, after_refusal(code)));
            }
        }
        Ok(())
    }

    async fn ask(&mut self, phase: Phase) -> Result<u16, End> {
        let wait = self.command_timeout;
        let lost = match self.wire.write([&self.head, b"", b""], wait).await {
            Ok(()) => match self.wire.reply(wait).await {
                Ok(code) => return Ok(code),
                Err(lost) => lost,
            },
            Err(cut) => cut.lost,
        };
        self.was_gone = phase == Phase::Mail;
        Err((SendOutcome::NotSent(phase, lost.0), State::Over))
    }

    /// The message, its dot and the next envelope in one write; then the reply to the dot.
    async fn send_data(
        &mut self,
        message: Outgoing<'_>,
        next: Option<&Envelope>,
        is_eight_bit: bool,
    ) -> End {
        // A message with SMTPUTF8 is likely to need 8BITMIME as well, which only its bytes can tell.
        let next = next.filter(|envelope| {
            self.offers.pipelining
                && !write::needs_smtputf8(envelope)
                && self.refusal_of(envelope, 0).is_none()
        });
        self.tail.clear();
        self.tail
            .extend_from_slice(write::missing_end(message.bytes));
        self.tail.extend_from_slice(b".\r\n");
        let end_bytes = self.tail.len();
        if let Some(envelope) = next {
            // What the next message holds is not known; where this one has octets over 127 it is likely to have them, too,
            // and 8BITMIME promises no more than that there may be some.
            write::envelope(&mut self.tail, envelope, &self.offers, is_eight_bit);
            self.tail.extend_from_slice(b"DATA\r\n");
        }
        let body = write::stuffed(message.bytes, &mut self.stuffed);
        let handed_over = body.len() + end_bytes;
        crate::fault::point("k8");
        let written = self
            .wire
            .write([body, &self.tail, b""], self.command_timeout)
            .await;
        crate::fault::point("k9");
        let is_whole = written.is_ok();
        match written {
            Err(Cut { handed, lost }) if handed < handed_over => {
                return (SendOutcome::NotSent(Phase::Message, lost.0), State::Over);
            }
            // The dot is out; the reply to it may be there, although the next envelope found no taker.
            Ok(()) | Err(_) => {}
        }
        let code = match self.wire.reply(self.data_timeout).await {
            Ok(code) => code,
            Err(Lost(reply)) => return (SendOutcome::Unknown(reply), State::Over),
        };
        let outcome = of_reply(Phase::Message, self.wire.kept(code));
        if !is_whole || after_refusal(code) == State::Over && !(200..300).contains(&code) {
            return (outcome, State::Over);
        }
        self.ahead = next.cloned().map(|envelope| Ahead {
            envelope,
            is_eight_bit,
        });
        (outcome, State::Ready)
    }

    /// The envelope and the message in one write (RFC 3030).
    async fn send_chunk(
        &mut self,
        needs_reset: bool,
        message: Outgoing<'_>,
        is_eight_bit: bool,
    ) -> End {
        let end = write::missing_end(message.bytes);
        self.start_head(needs_reset);
        write::envelope(&mut self.head, message.envelope, &self.offers, is_eight_bit);
        write::chunk(&mut self.head, message.bytes.len() + end.len());
        let parts = [&self.head, message.bytes, end];
        let total: usize = parts.iter().map(|part| part.len()).sum();
        match self.wire.write(parts, self.command_timeout).await {
            Err(Cut { handed, lost }) if handed < total => {
                return (SendOutcome::NotSent(Phase::Message, lost.0), State::Over);
            }
            Ok(()) | Err(_) => {}
        }
        let heard = match self.envelope_answers(needs_reset).await {
            Ok(heard) => heard,
            Err(Stop::Lost(None, _, Lost(reply))) => {
                // The message is out; that the envelope was not answered says nothing about it.
                self.was_gone = false;
                return (SendOutcome::Unknown(reply), State::Over);
            }
            Err(stop) => return stop.end(),
        };
        // The reply to BDAT comes whether or not the envelope was accepted.
        let wait = match heard.refusal {
            None => self.data_timeout,
            Some(_) => self.command_timeout,
        };
        let code = match self.wire.reply(wait).await {
            Ok(code) => code,
            Err(Lost(reply)) => {
                let outcome = heard.refusal.unwrap_or(SendOutcome::Unknown(reply));
                return (outcome, State::Over);
            }
        };
        let is_accepted = (200..300).contains(&code);
        let outcome = match heard.refusal {
            Some(refusal) if !(is_accepted && heard.has_recipient) => refusal,
            _ => of_reply(Phase::Message, self.wire.kept(code)),
        };
        let state = if is_accepted {
            State::Ready
        } else {
            after_refusal(code)
        };
        (outcome, state)
    }

    /// Gives up the pipelined envelope whose replies are outstanding.
    ///
    /// # Errors
    /// When that takes the connection with it.
    pub(super) async fn abandon(&mut self) -> Result<(), Lost> {
        let lost = || {
            Lost::because(
                "the connection was given up together with an envelope that nobody wanted",
            )
        };
        let heard = match self.envelope_answers(false).await {
            Ok(heard) => heard,
            Err(Stop::Lost(_, _, lost)) => return Err(lost),
            Err(Stop::Said(_)) => return Err(lost()),
        };
        let code = self.wire.reply(self.command_timeout).await?;
        let state = match code {
            354 => self.leave_data(heard.has_recipient).await,
            code => after_refusal(code),
        };
        if state == State::Over {
            Err(lost())
        } else {
            Ok(())
        }
    }
}

/// What a reply that was not wanted leaves behind. 421 ends the connection; neither yes nor no means that the two sides no
/// longer speak of the same thing.
fn after_refusal(code: u16) -> State {
    match code {
        421 => State::Over,
        400..=599 => State::NeedsReset,
        _ => State::Over,
    }
}
