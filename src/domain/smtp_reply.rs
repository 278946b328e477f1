//! What a mail server answered: accepted, deferred or refused (RFC 5321 §4.2), and why (RFC 3463).

/// The longest reply text that is kept, in bytes.
const MAX_TEXT_BYTES: usize = 1024;

/// An enhanced status code such as 5.1.1 (RFC 3463).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EnhancedCode {
    /// 2, 4 or 5.
    pub class: u16,
    /// What it is about: 1 address, 2 mailbox, 7 policy...
    pub subject: u16,
    /// The detail within the subject.
    pub detail: u16,
}

/// What a reply means for the mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// 2yz.
    Accepted,
    /// 4yz, and everything that is not a code at all: try again later.
    Deferred,
    /// 5yz: never like this.
    Refused,
}

/// One reply of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpReply {
    code: u16,
    text: String,
}

impl SmtpReply {
    /// A reply with its lines joined; control characters become spaces, and the text is cut after 1 KiB, so
    /// that it can be shown and logged.
    #[must_use]
    pub fn new(code: u16, text: &str) -> Self {
        let mut clean = String::with_capacity(text.len().min(MAX_TEXT_BYTES));
        for character in text.trim().chars() {
            let character = if character.is_control() {
                ' '
            } else {
                character
            };
            if clean.len() + character.len_utf8() > MAX_TEXT_BYTES {
                break;
            }
            clean.push(character);
        }
        Self { code, text: clean }
    }

    /// The three-digit code.
    #[must_use]
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The text after the code.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the reply means, by its first digit.
    #[must_use]
    pub fn meaning(&self) -> Meaning {
        match self.code {
            200..=299 => Meaning::Accepted,
            500..=599 => Meaning::Refused,
            _ => Meaning::Deferred,
        }
    }

    /// The enhanced code at the start of the text, if there is one.
    #[must_use]
    pub fn enhanced(&self) -> Option<EnhancedCode> {
        let word = self.text.split_whitespace().next()?;
        let mut parts = word.split('.').map(|part| part.parse::<u16>().ok());
        let code = EnhancedCode {
            class: parts.next()??,
            subject: parts.next()??,
            detail: parts.next()??,
        };
        (parts.next().is_none() && matches!(code.class, 2 | 4 | 5)).then_some(code)
    }

    /// Whether it is refused for a reason of policy or security (5.7.x, RFC 3463 §3.8): that is about the sender, and says
    /// nothing about the mailbox.
    #[must_use]
    pub fn is_policy(&self) -> bool {
        self.meaning() == Meaning::Refused
            && self
                .enhanced()
                .is_some_and(|code| (code.class, code.subject) == (5, 7))
    }

    /// Whether the mailbox does not exist, so that nothing must be sent there again: 5.1.1, 5.1.2, 5.1.6,
    /// 5.1.10 and 5.2.1. A policy answer (5.7.x) says nothing about the mailbox, nor does a bare 550.
    #[must_use]
    pub fn is_hard_bounce(&self) -> bool {
        self.meaning() == Meaning::Refused
            && self.enhanced().is_some_and(|code| {
                matches!(
                    (code.class, code.subject, code.detail),
                    (5, 1, 1 | 2 | 6 | 10) | (5, 2, 1)
                )
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code, text, what it means, and whether the mailbox is gone.
    const REPLIES: [(u16, &str, Meaning, bool); 14] = [
        (250, "2.0.0 Ok: queued as 4F1", Meaning::Accepted, false),
        (
            421,
            "4.7.0 Try again later, closing connection",
            Meaning::Deferred,
            false,
        ),
        (
            432,
            "4.3.2 Concurrent connections limit exceeded",
            Meaning::Deferred,
            false,
        ),
        (
            450,
            "4.2.0 <ada@example.org>: Recipient address rejected: Greylisted",
            Meaning::Deferred,
            false,
        ),
        (452, "4.2.2 Over quota", Meaning::Deferred, false),
        (
            454,
            "Throttling failure: Maximum sending rate exceeded",
            Meaning::Deferred,
            false,
        ),
        (
            550,
            "5.1.1 <ada@example.org>: Recipient address rejected: User unknown",
            Meaning::Refused,
            true,
        ),
        (
            550,
            "5.1.10 RESOLVER.ADR.RecipientNotFound",
            Meaning::Refused,
            true,
        ),
        (
            550,
            "5.2.1 The email account that you tried to reach is disabled",
            Meaning::Refused,
            true,
        ),
        (
            550,
            "5.7.515 Access denied, sending domain does not meet the level",
            Meaning::Refused,
            false,
        ),
        (
            550,
            "5.7.26 This mail is unauthenticated",
            Meaning::Refused,
            false,
        ),
        (552, "5.2.2 Mailbox full", Meaning::Refused, false),
        (550, "No such user here", Meaning::Refused, false),
        (0, "", Meaning::Deferred, false),
    ];

    #[test]
    fn real_replies_are_understood() {
        for (code, text, meaning, hard) in REPLIES {
            let reply = SmtpReply::new(code, text);
            assert_eq!(
                (reply.meaning(), reply.is_hard_bounce()),
                (meaning, hard),
                "{code} {text}"
            );
        }
    }

    #[test]
    fn hostile_text_is_made_harmless() {
        let reply = SmtpReply::new(550, &format!("a\r\n\0b{}", "ü".repeat(2000)));
        assert!(reply.text().starts_with("a   b"));
        assert!(reply.text().len() <= 1024);
        assert!(!reply.text().contains(char::is_control));
    }
}
