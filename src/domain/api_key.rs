//! API keys: an identifier and a 256-bit secret, shown once, kept only as SHA-256.
//!
//! Not argon2: its work protects secrets that people choose. 256 random bits cannot be guessed whatever the
//! hash, and an API call should not cost 60 ms of CPU.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use super::id::ApiKeyId;

/// What every key starts with, so that a key in the wrong place is recognised by secret scanners.
const PREFIX: &str = "tidings_";

/// One key as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::api_keys)]
pub struct ApiKey {
    /// Its identity, also part of the key's text.
    pub id: ApiKeyId,
    /// What it is for, in the words of who made it.
    pub name: String,
    /// SHA-256 of the secret half.
    pub secret_sha256: Vec<u8>,
    /// When it was made.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When it stopped working, if it has.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub revoked_at: Option<Timestamp>,
}

/// A key as a caller shows it.
#[derive(Debug)]
pub struct PresentedKey {
    /// Which key it claims to be.
    pub id: ApiKeyId,
    secret: SecretString,
}

impl ApiKey {
    /// A new key and its text, which is shown once. `secret` is 32 bytes from the operating system.
    #[must_use]
    pub fn new(now: Timestamp, name: &str, secret: [u8; 32]) -> (Self, SecretString) {
        let id = ApiKeyId::new(now);
        let mut bytes = id.as_uuid().as_bytes().to_vec();
        bytes.extend_from_slice(&secret);
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
        let secret_sha256 = hash(&URL_SAFE_NO_PAD.encode(secret));
        let key = Self {
            id,
            name: name.to_owned(),
            secret_sha256,
            created_at: now,
            revoked_at: None,
        };
        (key, text.into())
    }

    /// Whether `presented` is this key and it still works. Takes the same time for every wrong secret.
    #[must_use]
    pub fn accepts(&self, presented: &PresentedKey) -> bool {
        let same: bool = hash(presented.secret.expose_secret())
            .ct_eq(&self.secret_sha256)
            .into();
        same && self.revoked_at.is_none() && self.id == presented.id
    }
}

impl PresentedKey {
    /// Reads the text after `Bearer `; `None` when it is not a key of this server at all.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?;
        let (id, secret) = bytes.split_at_checked(16)?;
        if secret.len() != 32 {
            return None;
        }
        let id = ApiKeyId::from(Uuid::from_slice(id).ok()?);
        Some(Self {
            id,
            secret: URL_SAFE_NO_PAD.encode(secret).into(),
        })
    }
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_is_accepted() {
        let now = "2026-01-05T05:30:00Z".parse().unwrap();
        let (mut key, text) = ApiKey::new(now, "cms", [7; 32]);
        let presented = PresentedKey::parse(text.expose_secret()).unwrap();
        assert!(key.accepts(&presented));
        let (_, other) = ApiKey::new(now, "cms", [8; 32]);
        assert!(!key.accepts(&PresentedKey::parse(other.expose_secret()).unwrap()));
        assert!(PresentedKey::parse(&text.expose_secret()[..60]).is_none());
        assert!(PresentedKey::parse("Bearer").is_none());
        key.revoked_at = Some(now);
        assert!(!key.accepts(&presented));
    }
}
