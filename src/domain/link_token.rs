//! Purpose-bound signed tokens for the links in mails.
//!
//! A token is `key id (1 byte) | row id (16) | MAC (16)` in base64url: 44 characters. The MAC is the first half
//! of HMAC-SHA-256 over purpose, row id and the row's nonce, so that
//! - a token of one purpose opens no other door,
//! - a stolen database without the key yields no working link,
//! - a new nonce revokes the links of one row, and
//! - a retried mail holds the same link, byte for byte.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::consent_seal::EvidenceKeys;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Confirms a sign-up.
    Confirm,
    /// Confirms nothing: the link that only machines follow.
    Canary,
    /// Ends a subscription.
    Unsubscribe,
    /// Shows and changes what a reader gets; in every newsletter, so it may have been forwarded.
    Preferences,
    /// The same and everything else about a reader; mailed on request.
    AllPreferences,
    /// Moves a reader to the address to which it was mailed.
    ChangeAddress,
    /// Keeps a reader at the address to which it was mailed.
    StopAddressChange,
    /// Shows a reader's own feed.
    ReadersFeed,
    /// Shows an edition to an editor.
    LookAtEdition,
    /// Approves an edition.
    ApproveEdition,
    /// Keeps an edition back.
    HoldEdition,
    /// The address that a hub calls.
    HubCallback,
    /// What a hub signs with.
    HubSecret,
}

impl Purpose {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Confirm => b"confirm",
            Self::Canary => b"canary",
            Self::Unsubscribe => b"unsubscribe",
            Self::Preferences => b"preferences",
            Self::AllPreferences => b"all preferences",
            Self::ChangeAddress => b"change address",
            Self::StopAddressChange => b"stop address change",
            Self::ReadersFeed => b"readers feed",
            Self::LookAtEdition => b"look at edition",
            Self::ApproveEdition => b"approve edition",
            Self::HoldEdition => b"hold edition",
            Self::HubCallback => b"hub callback",
            Self::HubSecret => b"hub secret",
        }
    }
}

/// A token as it came in: well-formed, not yet believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UncheckedToken {
    key_id: u8,
    /// The row that it claims to be about.
    pub id: Uuid,
    mac: [u8; 16],
}

impl UncheckedToken {
    /// Reads a token from a link; `None` when it is cut off or otherwise not a token.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (key_id, rest) = bytes.split_first()?;
        let (id, mac) = rest.split_at_checked(16)?;
        Some(Self {
            key_id: *key_id,
            id: Uuid::from_slice(id).ok()?,
            mac: mac.try_into().ok()?,
        })
    }
}

#[derive(Clone)]
struct Key {
    id: u8,
    bytes: [u8; 32],
}

/// The key that signs new links, and older ones that still open theirs.
#[derive(Clone)]
pub struct LinkKeys {
    current: Key,
    previous: Vec<Key>,
    evidence: EvidenceKeys,
}

impl std::fmt::Debug for LinkKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LinkKeys").finish_non_exhaustive()
    }
}

impl LinkKeys {
    /// Keys derived from the server's secret and from those that it replaced.
    #[must_use]
    pub fn new(secret: &SecretString, previous: &[SecretString]) -> Self {
        Self {
            current: Key::derive(secret),
            previous: previous.iter().map(Key::derive).collect(),
            evidence: EvidenceKeys::new(std::iter::once(secret).chain(previous)),
        }
    }

    /// Keys of their own, from the same secrets, that seal evidence of consent.
    #[must_use]
    pub fn evidence(&self) -> &EvidenceKeys {
        &self.evidence
    }

    /// The token for a link of `purpose` to the row `id`.
    #[must_use]
    pub fn issue(&self, purpose: Purpose, id: Uuid, nonce: Uuid) -> String {
        let mut bytes = Vec::with_capacity(33);
        bytes.push(self.current.id);
        bytes.extend_from_slice(id.as_bytes());
        bytes.extend_from_slice(&self.current.mac(purpose, id, nonce));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Secrets of 128 bits in hexadecimal, the current one first: for a system that signs what it sends us. Older ones go on
    /// being right until that system got the new one.
    #[must_use]
    pub fn secrets(&self, purpose: Purpose, id: Uuid, nonce: Uuid) -> Vec<String> {
        let keys = std::iter::once(&self.current).chain(&self.previous);
        keys.map(|key| {
            let mac = key.mac(purpose, id, nonce);
            format!("{:032x}", u128::from_be_bytes(mac))
        })
        .collect()
    }

    /// What is kept of the address of a reader who had everything deleted: an HMAC, so that without the key nobody can try
    /// out addresses on it. `address_key` is the case-folded address.
    #[must_use]
    pub fn erasure_mark(&self, address_key: &str) -> Vec<u8> {
        self.current.erasure_mark(address_key)
    }

    /// [`LinkKeys::erasure_mark`] by every key: marks outlive a change of it.
    #[must_use]
    pub fn erasure_marks(&self, address_key: &str) -> Vec<Vec<u8>> {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .map(|key| key.erasure_mark(address_key))
            .collect()
    }

    /// Whether `token` was issued for `purpose` and the row with this `nonce`. Takes the same time for every
    /// wrong MAC.
    #[must_use]
    pub fn verify(&self, purpose: Purpose, token: &UncheckedToken, nonce: Uuid) -> bool {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .filter(|key| key.id == token.key_id)
            .any(|key| key.mac(purpose, token.id, nonce).ct_eq(&token.mac).into())
    }
}

impl LinkKeys {
    /// The HMAC-SHA-256 of a text that is no link, as 64 hexadecimal digits. `label` says what the text is, so that one
    /// signature never stands for another thing.
    #[must_use]
    pub fn sign(&self, label: &str, text: &str) -> String {
        self.current.sign(label, text)
    }

    /// Whether `signature` is that of `text`. Takes the same time for every wrong one.
    #[must_use]
    pub fn is_signed(&self, label: &str, text: &str, signature: &str) -> bool {
        std::iter::once(&self.current)
            .chain(&self.previous)
            .any(|key| {
                let right = key.sign(label, text);
                right.as_bytes().ct_eq(signature.as_bytes()).into()
            })
    }
}

impl Key {
    fn sign(&self, label: &str, text: &str) -> String {
        // HMAC takes a key of any length, so this cannot fail; an empty signature would match no text of 64 digits.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.bytes) else {
            return String::new();
        };
        mac.update(label.as_bytes());
        mac.update(&[0]);
        mac.update(text.as_bytes());
        let full = mac.finalize().into_bytes();
        full.iter().fold(String::new(), |mut text, byte| {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn derive(secret: &SecretString) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"tidings link key v1\0");
        hash.update(secret.expose_secret().as_bytes());
        let bytes: [u8; 32] = hash.finalize().into();
        let id = Sha256::digest(bytes).first().copied().unwrap_or_default();
        Self { id, bytes }
    }

    fn erasure_mark(&self, address_key: &str) -> Vec<u8> {
        // HMAC takes a key of any length, so this cannot fail; an empty mark is refused by its table.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.bytes) else {
            return Vec::new();
        };
        mac.update(b"erased address\0");
        mac.update(address_key.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn mac(&self, purpose: Purpose, id: Uuid, nonce: Uuid) -> [u8; 16] {
        // HMAC takes a key of any length, so this cannot fail; an empty MAC would match nothing.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.bytes) else {
            return [0; 16];
        };
        mac.update(purpose.label());
        mac.update(&[0]);
        mac.update(id.as_bytes());
        mac.update(nonce.as_bytes());
        let full = mac.finalize().into_bytes();
        let mut half = [0; 16];
        half.iter_mut()
            .zip(full)
            .for_each(|(target, byte)| *target = byte);
        half
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(secret: &str, previous: &[&str]) -> LinkKeys {
        let previous: Vec<_> = previous
            .iter()
            .map(|text| SecretString::from(*text))
            .collect();
        LinkKeys::new(&SecretString::from(secret), &previous)
    }

    #[test]
    fn a_token_opens_only_its_own_door() {
        let keys = keys("secret", &[]);
        let (id, nonce) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let text = keys.issue(Purpose::Confirm, id, nonce);
        assert_eq!(text.len(), 44);
        let token = UncheckedToken::parse(&text).unwrap();
        assert_eq!(token.id, id);
        assert!(keys.verify(Purpose::Confirm, &token, nonce));
        assert!(!keys.verify(Purpose::Unsubscribe, &token, nonce));
        assert!(!keys.verify(Purpose::Confirm, &token, Uuid::from_u128(3)));
    }

    #[test]
    fn links_survive_a_change_of_the_key() {
        let old = keys("old", &[]);
        let text = old.issue(Purpose::Unsubscribe, Uuid::from_u128(7), Uuid::from_u128(8));
        let token = UncheckedToken::parse(&text).unwrap();
        assert!(keys("new", &["old"]).verify(Purpose::Unsubscribe, &token, Uuid::from_u128(8)));
        assert!(!keys("new", &[]).verify(Purpose::Unsubscribe, &token, Uuid::from_u128(8)));
    }

    proptest! {
        #[test]
        fn no_other_text_is_a_valid_token(text in "[A-Za-z0-9_-]{0,60}", flip in 0_usize..264) {
            let keys = keys("secret", &[]);
            let (id, nonce) = (Uuid::from_u128(1), Uuid::from_u128(2));
            if let Some(token) = UncheckedToken::parse(&text) {
                prop_assert!(!keys.verify(Purpose::Confirm, &token, nonce));
            }
            let mut bytes = URL_SAFE_NO_PAD.decode(keys.issue(Purpose::Confirm, id, nonce)).unwrap();
            bytes[flip / 8] ^= 1 << (flip % 8);
            let token = UncheckedToken::parse(&URL_SAFE_NO_PAD.encode(&bytes)).unwrap();
            prop_assert!(token.id != id || !keys.verify(Purpose::Confirm, &token, nonce));
        }
    }
}
