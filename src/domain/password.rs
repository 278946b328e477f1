//! Admin passwords: argon2id, as PHC strings.

use argon2::password_hash::phc::PasswordHash as PhcHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use secrecy::{ExposeSecret as _, SecretString};

/// Memory in KiB, passes and lanes: the OWASP minimum for argon2id (ASVS 5.0, appendix C).
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Shortest and longest password, in characters (ASVS 5.0, 6.2.1 and 6.2.9).
pub const MIN_CHARS: usize = 12;
/// See [`MIN_CHARS`].
pub const MAX_CHARS: usize = 256;

/// Why a password is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too short or too long.
    #[error("a password has {MIN_CHARS} to {MAX_CHARS} characters")]
    Length,
    /// The hash function failed, which only a broken build can cause.
    #[error("the password cannot be hashed")]
    Hash,
}

/// The stored form of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(***)")
    }
}

impl PasswordHash {
    /// Hashes a password that a person chose, with `salt` from the operating system.
    ///
    /// # Errors
    /// When the password is too short or too long.
    pub fn new(password: &SecretString, salt: [u8; 16]) -> Result<Self, PasswordError> {
        let length = password.expose_secret().chars().count();
        if !(MIN_CHARS..=MAX_CHARS).contains(&length) {
            return Err(PasswordError::Length);
        }
        let hash = hasher()?
            .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
            .map_err(|_| PasswordError::Hash)?;
        Ok(Self(hash.to_string()))
    }

    /// The PHC string for the database.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `password` is the one. A stored text that is no PHC string matches nothing.
    #[must_use]
    pub fn matches(&self, password: &SecretString) -> bool {
        let Ok(parsed) = PhcHash::new(&self.0) else {
            return false;
        };
        Argon2::default()
            .verify_password(password.expose_secret().as_bytes(), &parsed)
            .is_ok()
    }
}

impl From<String> for PasswordHash {
    fn from(stored: String) -> Self {
        Self(stored)
    }
}

fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| PasswordError::Hash)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_argon2id_and_checked() {
        let password = SecretString::from("correct horse battery");
        let hash = PasswordHash::new(&password, [3; 16]).unwrap();
        assert!(
            hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{}",
            hash.as_str()
        );
        assert!(hash.matches(&password));
        assert!(!hash.matches(&SecretString::from("correct horse batter")));
        assert_eq!(
            PasswordHash::new(&SecretString::from("short"), [3; 16]),
            Err(PasswordError::Length)
        );
    }
}
