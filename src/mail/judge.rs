//! What the linter says about the mail of an edition, as a reader who does not exist would get it.

use jiff::Timestamp;

use super::email::Rendered;
use super::lint::{self, Expected, Finding, Report, Severity};
use super::message::{Identity, Kind, MessageError};
use super::prepared;
use crate::domain::id::{DeliveryId, EditionId};
use crate::domain::newsletter::Newsletter;
use crate::domain::site::Site;

/// The mail of an edition and what is around it.
pub struct Judged<'a> {
    /// Which edition.
    pub id: EditionId,
    /// When it is due.
    pub date: Timestamp,
    /// Of which newsletter.
    pub newsletter: &'a Newsletter,
    /// The public address.
    pub site: &'a Site,
    /// From whom.
    pub identity: &'a Identity,
    /// What must stand in its footer; empty when none is set.
    pub postal_address: &'a str,
    /// The date of the order in words.
    pub subscribed_on: String,
    /// With markers for what differs per reader.
    pub frozen: &'a Rendered,
}

/// Checks the mail.
///
/// # Errors
/// When a header cannot be formed.
pub fn report(judged: &Judged<'_>) -> Result<Report, MessageError> {
    let newsletter = judged.newsletter;
    let kind = Kind::List {
        slug: newsletter.slug.to_string(),
        sender_name: newsletter.sender_name.as_str().to_owned(),
        sender_address: newsletter.sender_address.clone(),
        unsubscribe_url: String::new(),
        archive_url: judged.site.edition_url(judged.id),
        is_test: false,
    };
    let mail = prepared::Edition {
        id: judged.id,
        date: judged.date,
        language: &newsletter.language,
        frozen: judged.frozen,
        kind: &kind,
        unsubscribe_base: judged.site.unsubscribe_url(""),
        preferences_base: judged.site.preferences_url(""),
        is_text_only: false,
    };
    let address = "reader@tidings.invalid".parse();
    let nobody = prepared::Reader {
        delivery: DeliveryId::from(judged.id.as_uuid()),
        address: address.map_err(|cause| MessageError::new(&cause))?,
        subscribed_on: judged.subscribed_on.clone().into(),
        unsubscribe_token: "check".to_owned(),
        preferences_token: "check".to_owned(),
    };
    let message = prepared::slow(judged.identity, &mail, &nobody)?;
    let expected = Expected {
        postal_address: judged.postal_address.to_owned(),
    };
    Ok(lint::check(&message.bytes, &expected))
}

/// A finding as one line: rule, severity, what was found and how to mend it.
#[must_use]
pub fn told(finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let (rule, detail, mend) = (finding.rule, &finding.detail, finding.mend);
    format!("{rule} ({severity}): {detail}. To mend it: {mend}")
}
