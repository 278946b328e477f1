//! Who a message is from and for, as the conversation needs it.

/// SMTP envelope of one message with one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// The sender without angle brackets; empty is the null sender of reports (RFC 5321 §4.5.5).
    pub from: String,
    /// The recipient without angle brackets.
    pub to: String,
    /// Whether the next server must know SMTPUTF8 (RFC 6531).
    pub needs_smtputf8: bool,
    /// Octets of the message before dot-stuffing, for `SIZE=` (RFC 1870).
    pub size: usize,
}
