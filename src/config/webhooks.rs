//! The section `webhooks`.

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::domain::language::Language;

/// What other systems push to us.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Webhooks {
    #[serde(deserialize_with = "secret")]
    pub ghost_secret: SecretString,
    pub ghost_language: Language,
}

/// Empty, or long enough that nobody guesses it.
fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || text.len() >= 16 {
        return Ok(text.into());
    }
    Err(D::Error::custom(
        "must have at least 16 characters, for example from `openssl rand -hex 24`",
    ))
}
