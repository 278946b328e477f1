//! The sections `server`, `database`, `mail`, `publisher`, `templates` and `log`.

use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use url::Url;

use crate::domain::brand::{self, Brand, Logo};
use crate::domain::color::Color;
use crate::domain::email_address::EmailAddress;
use crate::domain::language::Language;
use crate::domain::network::Network;

/// How the server is reached and what it takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Server {
    pub listen: SocketAddr,
    #[serde(deserialize_with = "base_url")]
    pub base_url: Option<Url>,
    #[serde(deserialize_with = "origins")]
    pub allowed_sites: Vec<Url>,
    pub trusted_proxies: Vec<Network>,
    pub proxy_header: ProxyHeader,
    #[serde(deserialize_with = "connections")]
    pub max_connections: u32,
    pub max_connections_per_client: u32,
    #[serde(deserialize_with = "connections")]
    pub max_requests_per_connection: u32,
    #[serde(deserialize_with = "seconds")]
    pub keep_alive_seconds: u64,
    #[serde(deserialize_with = "seconds")]
    pub head_seconds: u64,
    #[serde(deserialize_with = "seconds")]
    pub body_seconds: u64,
    #[serde(deserialize_with = "seconds")]
    pub stall_seconds: u64,
    pub max_form_bytes: usize,
    pub max_json_bytes: usize,
    pub max_article_bytes: usize,
    pub drain_seconds: u64,
}

/// Which header our proxies write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ProxyHeader {
    /// `X-Forwarded-For`.
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

impl ProxyHeader {
    /// The header's name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Database {
    #[serde(deserialize_with = "database_url")]
    pub url: SecretString,
    pub pool_size: u32,
    pub pool_wait_seconds: u64,
    pub statement_timeout_seconds: u64,
    #[serde(deserialize_with = "path")]
    pub bin_dir: Option<PathBuf>,
}

impl Database {
    /// Whether a database is given; without one a private PostgreSQL is used.
    #[must_use]
    pub fn has_url(&self) -> bool {
        !self.url.expose_secret().is_empty()
    }
}

/// Who writes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Mail {
    pub from: EmailAddress,
    #[serde(deserialize_with = "address")]
    pub return_path: Option<EmailAddress>,
}

/// The publisher, as readers see it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Publisher {
    pub name: String,
    #[serde(default, deserialize_with = "language")]
    pub language: Option<Language>,
    pub home_url: String,
    pub postal_address: String,
    pub contact: String,
    pub imprint_url: String,
    #[serde(default)]
    pub imprint_text: String,
    pub privacy_url: String,
    #[serde(default)]
    pub informal: bool,
    #[serde(default = "no_accent", deserialize_with = "accent_color")]
    pub accent_color: Color,
    #[serde(default, deserialize_with = "logo_url")]
    pub logo_url: String,
    #[serde(default)]
    pub logo_alt: String,
    #[serde(default = "logo_width", deserialize_with = "checked_width")]
    pub logo_width: i32,
}

impl Publisher {
    /// How its mails look, unless a newsletter says otherwise.
    #[must_use]
    pub fn brand(&self) -> Brand {
        let alt = if self.logo_alt.is_empty() {
            &self.name
        } else {
            &self.logo_alt
        };
        let logo = (!self.logo_url.is_empty()).then(|| Logo {
            url: self.logo_url.clone(),
            alt: alt.clone(),
            width: self.logo_width,
        });
        let brand = Brand {
            logo,
            postal_address: self.postal_address.clone(),
            imprint_url: self.imprint_url.clone(),
            imprint_text: self.imprint_text.clone(),
            ..Brand::default()
        };
        brand.with_accent(self.accent_color)
    }
}

fn language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Language>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(D::Error::custom)
}

fn no_accent() -> Color {
    brand::DEFAULT_ACCENT
}

fn logo_width() -> i32 {
    brand::DEFAULT_LOGO_WIDTH
}

fn accent_color<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Color, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(no_accent());
    }
    let color = text.parse().map_err(D::Error::custom)?;
    brand::accent(color).map_err(D::Error::custom)
}

fn logo_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || web_url(&text).is_some() {
        return Ok(text);
    }
    Err(D::Error::custom(
        "must be a web address like https://www.example.org/logo.png",
    ))
}

fn checked_width<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    let width = i32::deserialize(deserializer)?;
    if (16..=brand::MAX_LOGO_WIDTH).contains(&width) {
        return Ok(width);
    }
    Err(D::Error::custom(format!(
        "must be 16 to {}",
        brand::MAX_LOGO_WIDTH
    )))
}

/// Looks in place of the built-in ones.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Templates {
    #[serde(deserialize_with = "path")]
    pub dir: Option<PathBuf>,
}

/// What is logged, and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Log {
    pub level: String,
    pub format: LogFormat,
}

/// How a line of the log looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one object a line.
    Json,
}

fn connections<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if (1..=1_000_000).contains(&number) {
        return Ok(number);
    }
    Err(D::Error::custom("must be 1 to 1000000"))
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = u64::deserialize(deserializer)?;
    if (1..=3600).contains(&number) {
        return Ok(number);
    }
    Err(D::Error::custom("must be 1 to 3600 seconds"))
}

fn base_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Ok(None);
    }
    web_url(&text)
        .filter(|url| url.path() == "/" && url.query().is_none())
        .map(Some)
        .ok_or_else(|| {
            D::Error::custom("must be an address without a path, like https://news.example.org")
        })
}

fn origins<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Url>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts
        .iter()
        .map(|text| {
            web_url(text)
                .filter(|url| url.path() == "/")
                .ok_or_else(|| {
                    D::Error::custom(format!(
                        "{text:?} must be an origin like https://www.example.org"
                    ))
                })
        })
        .collect()
}

fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "http" | "https") && url.host().is_some()).then_some(url)
}

fn database_url<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() || text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return Ok(text.into());
    }
    Err(D::Error::custom(
        "must look like postgres://user:password@host/database",
    ))
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

fn address<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EmailAddress>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Ok(None)
    } else {
        text.parse().map(Some).map_err(D::Error::custom)
    }
}
