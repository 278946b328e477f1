//! Consent: append-only evidence of who agreed to which wording, when and where.

use std::net::IpAddr;

use diesel::prelude::{Queryable, Selectable};
use jiff::Timestamp;

use super::consent_seal::{EvidenceKeys, Place};
use super::email_address::EmailAddress;
use super::fingerprint::fingerprint;
use super::id::{ConsentId, NewsletterId, SubscriptionId};
use super::language::Language;
use super::network::Network;
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

/// From what an action came, as far as the settings let that be kept. Does not show itself in logs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Witness {
    user_agent: Option<String>,
    client: Option<(IpAddr, AddressForm)>,
}

text_enum! {
    /// What is kept of a client's address.
    pub enum AddressForm {
        /// Nothing.
        None => "none",
        /// All of it.
        Full => "full",
        /// Its network: /24 of IPv4, /48 of IPv6.
        Truncated => "truncated",
        /// An HMAC of it, of its own for each subscription.
        KeyedHash => "keyed_hash",
    }
}

/// The most of a user agent that is kept, in characters.
const MAX_AGENT_CHARS: usize = 512;

impl Witness {
    /// What is kept of a client. Control characters of the user agent are left out, and what is too long is cut off.
    #[must_use]
    pub fn new(client: Option<IpAddr>, form: AddressForm, user_agent: Option<&str>) -> Self {
        let clean = |text: &str| -> String {
            let kept = text.chars().filter(|c| !c.is_control());
            kept.take(MAX_AGENT_CHARS).collect()
        };
        Self {
            user_agent: user_agent
                .map(|text| clean(text.trim()))
                .filter(|text| !text.is_empty()),
            client: client.map(|address| (address.to_canonical(), form)),
        }
    }

    pub(super) fn client_address(&self, keys: &EvidenceKeys, of: SubscriptionId) -> Option<String> {
        let (address, form) = self.client?;
        match form {
            AddressForm::None => None,
            AddressForm::Full => Some(address.to_string()),
            AddressForm::Truncated => Some(Network::truncated(address).to_string()),
            AddressForm::KeyedHash => Some(keys.client_mark(of, address)),
        }
    }
}

impl std::fmt::Debug for Witness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Witness").finish_non_exhaustive()
    }
}

/// A button that was pressed on the page behind a link.
#[derive(Debug, Clone)]
pub struct Press {
    /// The token of the link, not yet believed.
    pub token: String,
    /// From what it was pressed.
    pub witness: Witness,
}

/// Who writes evidence down: when, with which keys, and from what the action came.
#[derive(Debug, Clone, Copy)]
pub struct Scribe<'a> {
    /// When.
    pub now: Timestamp,
    /// Seals what is written.
    pub keys: &'a EvidenceKeys,
    /// From what the action came.
    pub witness: &'a Witness,
}

impl Scribe<'_> {
    /// A row for `subscription`, to be sealed when its place in the chain is known.
    #[must_use]
    pub fn note(
        &self,
        subscription: SubscriptionId,
        action: ConsentAction,
        source: ConsentSource,
        wording: &Wording,
        page_url: Option<String>,
    ) -> NewConsent {
        NewConsent {
            id: ConsentId::new(self.now),
            subscription_id: subscription,
            action,
            source,
            wording: wording.clone(),
            page_url,
            recorded_at: self.now,
            obtained_at: None,
            user_agent: self.witness.user_agent.clone(),
            client_address: self.witness.client_address(self.keys, subscription),
            begins: None,
        }
    }
}

/// A row that has no place in its chain yet.
#[derive(Debug, Clone)]
pub struct NewConsent {
    pub(super) id: ConsentId,
    pub(super) subscription_id: SubscriptionId,
    pub(super) action: ConsentAction,
    pub(super) source: ConsentSource,
    pub(super) wording: Wording,
    pub(super) page_url: Option<String>,
    pub(super) recorded_at: Timestamp,
    pub(super) obtained_at: Option<Timestamp>,
    pub(super) user_agent: Option<String>,
    pub(super) client_address: Option<String>,
    begins: Option<Place>,
}

impl NewConsent {
    /// Says that the subscription was made in the same transaction, so that nobody need ask for its chain.
    #[must_use]
    pub fn beginning(self, newsletter: NewsletterId, address: &EmailAddress) -> Self {
        let place = Place::first(self.subscription_id, newsletter, address.as_str());
        Self {
            begins: Some(place),
            ..self
        }
    }

    /// Says that the consent was given at `at`, and is only written down now.
    #[must_use]
    pub fn obtained(self, at: Timestamp) -> Self {
        Self {
            obtained_at: Some(at),
            ..self
        }
    }

    /// Of which subscription.
    #[must_use]
    pub fn subscription_id(&self) -> SubscriptionId {
        self.subscription_id
    }

    /// Its place, if it is known to be the first of its chain.
    #[must_use]
    pub fn place(&self) -> Option<&Place> {
        self.begins.as_ref()
    }
}

/// One row of evidence as the program wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::consents)]
pub struct Consent {
    /// Its identity.
    pub id: ConsentId,
    /// Whose consent to what.
    pub subscription_id: SubscriptionId,
    /// Which one of the subscription, from 1.
    pub number: i32,
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
    /// The reader's address at that time.
    pub address: String,
    /// The program that the client says it is.
    pub user_agent: Option<String>,
    /// Where the client was: an address, a network or an HMAC.
    pub client_address: Option<String>,
    /// When it was done.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub recorded_at: Timestamp,
    /// When the consent was given, if that was before, elsewhere.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub obtained_at: Option<Timestamp>,
    /// Its seal: see [`super::consent_seal`].
    pub hash: Vec<u8>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_one_clean_line() {
        let agent = |text: &str| Witness::new(None, AddressForm::None, Some(text)).user_agent;
        assert_eq!(
            agent(" Fire\u{0}fox\r\n/1.0\u{85} ").as_deref(),
            Some("Firefox/1.0")
        );
        assert_eq!(agent(" \t "), None);
        assert_eq!(agent(&"é".repeat(600)).unwrap().chars().count(), 512);
    }

    #[test]
    fn as_much_is_kept_of_an_address_as_the_setting_says() {
        let keys = EvidenceKeys::new([&"0123456789abcdef0123456789abcdef".into()]);
        let of = SubscriptionId::from(uuid::Uuid::from_u128(1));
        let other = SubscriptionId::from(uuid::Uuid::from_u128(2));
        let kept = |address: &str, form, of| {
            Witness::new(address.parse().ok(), form, None).client_address(&keys, of)
        };
        for (address, full, truncated) in [
            ("203.0.113.7", "203.0.113.7", "203.0.113.0/24"),
            ("::ffff:203.0.113.7", "203.0.113.7", "203.0.113.0/24"),
            ("2001:db8:1:2::3", "2001:db8:1:2::3", "2001:db8:1::/48"),
        ] {
            assert_eq!(kept(address, AddressForm::None, of), None);
            assert_eq!(kept(address, AddressForm::Full, of).unwrap(), full);
            assert_eq!(
                kept(address, AddressForm::Truncated, of).unwrap(),
                truncated
            );
        }
        let mark = kept("203.0.113.7", AddressForm::KeyedHash, of).unwrap();
        assert_eq!(
            kept("::ffff:203.0.113.7", AddressForm::KeyedHash, of).unwrap(),
            mark
        );
        assert_ne!(
            kept("203.0.113.8", AddressForm::KeyedHash, of).unwrap(),
            mark
        );
        assert_ne!(
            kept("203.0.113.7", AddressForm::KeyedHash, other).unwrap(),
            mark
        );
        assert!(!mark.contains("203"), "{mark}");
    }
}
