//! A person approves an edition before it is sent: of what, until when, and what happens otherwise.

use std::fmt;
use std::str::FromStr;

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::email_address::EmailAddress;
use super::id::EditionId;
use super::text_column::text_enum;

/// The longest time to approve, in minutes: a week.
pub const MAX_DEADLINE_MINUTES: i32 = 10_080;
/// Digits of a fingerprint that people see.
const SHOWN_DIGITS: usize = 16;
/// Editors who are told at most.
pub const MAX_EDITORS: usize = 20;

text_enum! {
    /// Whether somebody has to approve the editions of a newsletter.
    pub enum ApprovalMode {
        /// They are sent by themselves.
        Auto => "auto",
        /// Each waits for a person.
        NeedsApproval => "needs_approval",
    }
}

text_enum! {
    /// What happens to an edition that nobody approved in time.
    pub enum Overdue {
        /// It is sent.
        SendAnyway => "send_anyway",
        /// It is not sent; its articles are for the next edition.
        Skip => "skip",
        /// It waits for somebody, however long.
        Hold => "hold",
    }
}

/// A part of a newsletter's row.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::newsletters)]
pub struct ApprovalSettings {
    /// Whether somebody has to approve.
    pub approval: ApprovalMode,
    /// Until how many minutes after composing; 1 to a week.
    pub approval_deadline_minutes: i32,
    /// What happens after that.
    pub approval_overdue: Overdue,
    /// Addresses of editors who are told.
    pub approval_mail_to: Vec<EmailAddress>,
}

impl Default for ApprovalSettings {
    fn default() -> Self {
        Self {
            approval: ApprovalMode::Auto,
            approval_deadline_minutes: 60,
            approval_overdue: Overdue::Hold,
            approval_mail_to: Vec::new(),
        }
    }
}

impl ApprovalSettings {
    /// Until when an edition of `now` must be approved.
    #[must_use]
    pub fn deadline(&self, now: Timestamp) -> Timestamp {
        let minutes = SignedDuration::from_mins(i64::from(self.approval_deadline_minutes));
        now.saturating_add(minutes).unwrap_or(now)
    }
}

/// What changes of it; `None` stays.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the fields of ApprovalSettings, see there")]
pub struct ApprovalPatch {
    pub approval: Option<ApprovalMode>,
    pub approval_deadline_minutes: Option<i32>,
    pub approval_overdue: Option<Overdue>,
    pub approval_mail_to: Option<Vec<EmailAddress>>,
}

impl ApprovalPatch {
    /// `before` with the changes.
    #[must_use]
    pub fn apply(self, before: ApprovalSettings) -> ApprovalSettings {
        ApprovalSettings {
            approval: self.approval.unwrap_or(before.approval),
            approval_deadline_minutes: self
                .approval_deadline_minutes
                .unwrap_or(before.approval_deadline_minutes),
            approval_overdue: self.approval_overdue.unwrap_or(before.approval_overdue),
            approval_mail_to: self.approval_mail_to.unwrap_or(before.approval_mail_to),
        }
    }
}

impl Approval {
    /// The same request once more, about what is there now, with as much time as before.
    #[must_use]
    pub fn anew(self, now: Timestamp, current: &Fingerprint) -> Self {
        let time: SignedDuration = self.deadline_at.duration_since(self.requested_at);
        Self {
            nonce: Uuid::new_v4(),
            fingerprint: current.as_bytes().to_vec(),
            requested_at: now,
            deadline_at: now.saturating_add(time).unwrap_or(now),
            approved_at: None,
            approved_by: None,
            approved_fingerprint: None,
            overdue_at: None,
            ..self
        }
    }
}

/// SHA-256 over the frozen content of an edition and its audience; 64 hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Fingerprint([u8; 32]);

/// A text that is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be the 64 hexadecimal digits of `hash` in the answer of GET /editions/ID/approval")]
pub struct FingerprintError;

impl Fingerprint {
    /// From what the database keeps; `None` unless it is 32 bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The first sixteen digits, for people: enough to tell two versions apart.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(SHOWN_DIGITS).collect()
    }

    /// What the database keeps.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Fingerprint {
    type Err = FingerprintError;

    fn from_str(text: &str) -> Result<Self, FingerprintError> {
        if text.len() != 64 || !text.is_ascii() {
            return Err(FingerprintError);
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let digits = text.get(2 * index..2 * index + 2).ok_or(FingerprintError)?;
            if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return Err(FingerprintError);
            }
            *byte = u8::from_str_radix(digits, 16).map_err(|_| FingerprintError)?;
        }
        Ok(Self(bytes))
    }
}

/// How the approval of an edition stands, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::edition_approvals)]
#[diesel(treat_none_as_null = true)]
pub struct Approval {
    /// Of which edition.
    pub edition_id: EditionId,
    /// Of the links in mails to editors.
    pub nonce: Uuid,
    /// Of what editors were told.
    pub fingerprint: Vec<u8>,
    /// When they were told.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub requested_at: Timestamp,
    /// Until when somebody must have approved.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub deadline_at: Timestamp,
    /// What happens after that.
    pub overdue: Overdue,
    /// Who was told.
    pub mail_to: Vec<EmailAddress>,
    /// When it was approved.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub approved_at: Option<Timestamp>,
    /// By whom: an address, or the door.
    pub approved_by: Option<String>,
    /// Of what.
    pub approved_fingerprint: Option<Vec<u8>>,
    /// When the deadline was acted on.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub overdue_at: Option<Timestamp>,
}

impl Approval {
    /// Whether what is there now was approved.
    #[must_use]
    pub fn covers(&self, current: &Fingerprint) -> bool {
        self.approved_fingerprint.as_deref() == Some(current.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_64_hexadecimal_digits() {
        let text = "00ff".repeat(16);
        let fingerprint: Fingerprint = text.parse().unwrap();
        assert_eq!(fingerprint.to_string(), text);
        assert_eq!(text.to_uppercase().parse(), Ok(fingerprint.clone()));
        assert_eq!(
            Fingerprint::from_bytes(fingerprint.as_bytes()),
            Some(fingerprint)
        );
        for wrong in [
            "",
            "00",
            &"+f".repeat(32),
            &"0g".repeat(32),
            &"ä".repeat(32),
            &"00".repeat(33),
        ] {
            assert_eq!(
                wrong.parse::<Fingerprint>(),
                Err(FingerprintError),
                "{wrong}"
            );
        }
        assert_eq!(Fingerprint::from_bytes(&[0; 31]), None);
    }
}
