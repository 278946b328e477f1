//! How far a conversation came, and what that means for the message.

use std::fmt;

use crate::domain::smtp_reply::{Meaning, SmtpReply};

/// A step of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Looking the host up, connecting, and the greeting.
    Connect,
    /// STARTTLS and the TLS handshake.
    Tls,
    /// EHLO.
    Hello,
    /// AUTH.
    Auth,
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
            Self::Tls => "tls",
            Self::Hello => "hello",
            Self::Auth => "auth",
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
    /// It will never take it (5yz to the recipient, DATA or the message, or a message over its limit).
    Refused(Phase, SmtpReply),
    /// It never got so far: nothing was handed over, and the recipient had no part in it.
    NotSent(Phase, SmtpReply),
    /// The message was handed over and no answer came back.
    Unknown(SmtpReply),
}

/// Why there is no session. The reply has code 0 when no server said anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenFailure {
    /// How far it came.
    pub phase: Phase,
    /// What the server said, or what went wrong.
    pub reply: SmtpReply,
}

/// What a reply to `phase` means that was not the wanted one.
pub(super) fn of_reply(phase: Phase, reply: SmtpReply) -> SendOutcome {
    match phase {
        // 421 before the message is over: the server closes, whoever the recipient is.
        Phase::Mail | Phase::Rcpt | Phase::Data if reply.code() == 421 => {
            SendOutcome::NotSent(phase, reply)
        }
        Phase::Mail if is_size_refusal(&reply) => SendOutcome::Refused(phase, reply),
        // A sender that is refused says nothing about the recipient.
        Phase::Connect | Phase::Tls | Phase::Hello | Phase::Auth | Phase::Mail => {
            SendOutcome::NotSent(phase, reply)
        }
        Phase::Rcpt | Phase::Data | Phase::Message => match (reply.meaning(), reply.code()) {
            (Meaning::Refused, _) => SendOutcome::Refused(phase, reply),
            (Meaning::Accepted, _) if phase == Phase::Message => SendOutcome::Accepted(reply),
            (Meaning::Deferred, 400..=499) => SendOutcome::Deferred(phase, reply),
            // Neither yes nor no: nobody knows what the server did with a message that it had in full.
            _ if phase == Phase::Message => SendOutcome::Unknown(reply),
            _ => SendOutcome::NotSent(phase, reply),
        },
    }
}

/// The message itself is too large (RFC 1870 §6.1), which is no matter of the sender's address.
fn is_size_refusal(reply: &SmtpReply) -> bool {
    let is_enhanced = reply
        .enhanced()
        .is_some_and(|code| matches!((code.class, code.subject, code.detail), (5, 3 | 2, 4 | 3)));
    matches!(reply.code(), 552 | 523) || (reply.meaning() == Meaning::Refused && is_enhanced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_mean_what_the_table_says() {
        use Phase::{Data, Mail, Message, Rcpt};
        let cases = [
            (Mail, 421, "4.3.2 bye", "NotSent"),
            (Mail, 451, "4.3.0 later", "NotSent"),
            (Mail, 452, "4.3.1 no room", "NotSent"),
            (Mail, 550, "5.7.1 not this sender", "NotSent"),
            (Mail, 552, "5.3.4 too large", "Refused"),
            (Mail, 554, "5.3.4 too large", "Refused"),
            (Rcpt, 421, "4.3.2 bye", "NotSent"),
            (Rcpt, 450, "4.2.0 greylisted", "Deferred"),
            (Rcpt, 550, "5.1.1 unknown", "Refused"),
            (Data, 421, "4.3.2 bye", "NotSent"),
            (Data, 451, "4.3.0 later", "Deferred"),
            (Data, 554, "5.7.1 no", "Refused"),
            (Data, 250, "what?", "NotSent"),
            (Message, 250, "2.0.0 Ok", "Accepted"),
            (Message, 421, "4.3.2 bye", "Deferred"),
            (Message, 452, "4.3.1 later", "Deferred"),
            (Message, 554, "5.6.0 no", "Refused"),
            (Message, 354, "what?", "Unknown"),
        ];
        for (phase, code, text, expected) in cases {
            let outcome = of_reply(phase, SmtpReply::new(code, text));
            let name = format!("{outcome:?}");
            assert!(
                name.starts_with(expected),
                "{phase} {code} {text}: {outcome:?}"
            );
        }
    }
}
