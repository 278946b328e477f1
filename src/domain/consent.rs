//! Consent: append-only evidence of who agreed to which wording, when and where.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::fingerprint::fingerprint;
use super::id::{ConsentId, SubscriptionId};
use super::language::Language;
use super::text_column::text_enum;

text_enum! {
    /// What the person did.
    pub enum ConsentAction {
        /// Sent the form.
        Requested => "requested",
        /// Pressed the button behind the link in the mail.
        Confirmed => "confirmed",
        /// Left.
        Withdrawn => "withdrawn",
        /// Was added by the newsroom, which holds the consent.
        Added => "added",
        /// Changed what comes, how or how often; the wording says what.
        Changed => "changed",
        /// Took back having left.
        Restored => "restored",
    }
}

text_enum! {
    /// By which door the action came.
    pub enum ConsentSource {
        /// The HTML form.
        Form => "form",
        /// The form as JSON.
        Json => "json",
        /// The page behind the confirmation link.
        ConfirmPage => "confirm_page",
        /// The page behind the unsubscribe link.
        UnsubscribePage => "unsubscribe_page",
        /// The reader's page of preferences.
        Preferences => "preferences",
        /// The mail client's button (RFC 8058).
        OneClick => "one_click",
        /// The admin API; the wording says what the caller told about the origin.
        Api => "api",
        /// Made-up readers of the demo.
        Demo => "demo",
    }
}

/// Who pressed the button of a confirmation page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presser {
    /// A person.
    Reader,
    /// The page itself, after it had said so and been looked at.
    Script,
}

/// The text that stood at the button when it was pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wording {
    /// The exact text.
    pub text: String,
    /// Its language.
    pub language: Language,
}

impl Wording {
    /// The first 12 hexadecimal digits of the text's SHA-256: two texts that differ have different versions.
    #[must_use]
    pub fn version(&self) -> String {
        fingerprint(self.text.as_bytes(), 12)
    }
}

/// One row of evidence as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::consents)]
#[diesel(treat_none_as_default_value = false)]
pub struct Consent {
    /// Its identity.
    pub id: ConsentId,
    /// Whose consent to what.
    pub subscription_id: SubscriptionId,
    /// What the person did.
    pub action: ConsentAction,
    /// By which door.
    pub source: ConsentSource,
    /// The exact text at the button.
    pub wording: String,
    /// See [`Wording::version`].
    pub wording_version: String,
    /// The language of the text.
    pub language: Language,
    /// The page on which the button stood, without query string or token.
    pub page_url: Option<String>,
    /// When it was done.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub recorded_at: Timestamp,
}

impl Consent {
    /// A new row for `subscription_id`.
    #[must_use]
    pub fn new(
        now: Timestamp,
        subscription_id: SubscriptionId,
        action: ConsentAction,
        source: ConsentSource,
        wording: &Wording,
        page_url: Option<String>,
    ) -> Self {
        Self {
            id: ConsentId::new(now),
            subscription_id,
            action,
            source,
            wording: wording.text.clone(),
            wording_version: wording.version(),
            language: wording.language.clone(),
            page_url,
            recorded_at: now,
        }
    }
}
