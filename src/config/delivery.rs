//! The sections `links`, `signup`, `digest` and `delivery`.

use std::time::Duration;

use jiff::SignedDuration;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::domain::disposable::DomainList;
use crate::domain::edition_delivery::UnknownPolicy;
use crate::domain::link_token::LinkKeys;

/// The shortest secret key, in characters.
const MIN_KEY_CHARS: usize = 32;

/// What signs the links in mails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Links {
    #[serde(deserialize_with = "secret")]
    pub secret_key: SecretString,
    #[serde(deserialize_with = "secrets")]
    pub previous_secret_keys: Vec<SecretString>,
}

impl Links {
    /// The key, if one is set.
    #[must_use]
    pub fn key(&self) -> Option<&SecretString> {
        (!self.secret_key.expose_secret().is_empty()).then_some(&self.secret_key)
    }

    /// The keys that sign and check links.
    #[must_use]
    pub fn keys(&self) -> LinkKeys {
        LinkKeys::new(&self.secret_key, &self.previous_secret_keys)
    }
}

/// Sign-up.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Signup {
    #[serde(deserialize_with = "days")]
    pub confirmation_lifetime_days: u16,
    pub confirmation_cooldown_minutes: u32,
    pub max_mails_per_day: u32,
    pub min_fill_milliseconds: u32,
    pub answer_milliseconds: u32,
    pub disposable_domains: Disposable,
    #[serde(deserialize_with = "domains_file")]
    pub disposable_domains_path: DomainList,
}

/// What becomes of addresses at domains that give mailboxes for some minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposable {
    /// They are like any other.
    Allow,
    /// The form comes back once with a hint; who sends it again means it.
    Warn,
    /// They are refused.
    Block,
}

impl Signup {
    /// How long a confirmation link works.
    #[must_use]
    pub fn confirmation_lifetime(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.confirmation_lifetime_days))
    }

    /// Whether an address to which sign-ups caused `mails` mails within 24 hours had its share.
    #[must_use]
    pub fn is_reached(&self, mails: usize) -> bool {
        u32::try_from(mails).unwrap_or(u32::MAX) >= self.max_mails_per_day
    }

    /// How long the same request causes no second mail.
    #[must_use]
    pub fn confirmation_cooldown(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.confirmation_cooldown_minutes))
    }
}

/// Composing editions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Digest {
    #[serde(deserialize_with = "at_least_one")]
    pub tick_seconds: u32,
    pub first_window_hours: u32,
    pub as_published_pause_minutes: u32,
    #[serde(deserialize_with = "at_least_one")]
    pub catch_up_days: u32,
    pub on_time_minutes: u32,
    #[serde(deserialize_with = "at_least_one")]
    pub address_check_seconds: u32,
    #[serde(deserialize_with = "at_least_one")]
    pub give_up_after_hours: u32,
    pub unknown_policy: UnknownPolicy,
}

impl Digest {
    /// How far back the first edition looks.
    #[must_use]
    pub fn first_window(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.first_window_hours))
    }

    /// How long a new article rests before it goes to readers who want everything as soon as it is published.
    #[must_use]
    pub fn as_published_pause(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.as_published_pause_minutes))
    }

    /// How far back a reader who was away is caught up with.
    #[must_use]
    pub fn catch_up(&self) -> SignedDuration {
        SignedDuration::from_hours(24 * i64::from(self.catch_up_days))
    }

    /// Up to which delay a slot counts as in time.
    #[must_use]
    pub fn on_time(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.on_time_minutes))
    }

    /// How long a digest is tried.
    #[must_use]
    pub fn give_up_after(&self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.give_up_after_hours))
    }
}

/// Sending.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Delivery {
    #[serde(deserialize_with = "at_least_one")]
    pub connections: u32,
    #[serde(deserialize_with = "at_least_one")]
    pub batch_size: u32,
    #[serde(deserialize_with = "window")]
    pub window: u32,
    #[serde(deserialize_with = "express_window")]
    pub express_window: u32,
    #[serde(deserialize_with = "lease")]
    pub lease_seconds: u32,
    #[serde(deserialize_with = "at_least_one")]
    pub poll_milliseconds: u32,
    #[serde(deserialize_with = "at_least_one")]
    pub sweep_seconds: u32,
    pub unknown_retry_seconds: u32,
}

impl Delivery {
    /// How often to look for what lost workers left.
    #[must_use]
    pub fn sweep(&self) -> Duration {
        Duration::from_secs(u64::from(self.sweep_seconds))
    }

    /// How long a claim lasts.
    #[must_use]
    pub fn lease(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.lease_seconds))
    }

    /// How often a worker says that it lives: a sixth of the lease, so that it may miss some.
    #[must_use]
    pub fn heartbeat(&self) -> Duration {
        Duration::from_secs(u64::from(self.lease_seconds)) / 6
    }

    /// How long after its last word a worker may begin mails, by its own clock: two thirds of the lease, so that it stops
    /// well before another takes over.
    #[must_use]
    pub fn trust(&self) -> Duration {
        Duration::from_secs(u64::from(self.lease_seconds)) * 2 / 3
    }

    /// How often an idle worker looks.
    #[must_use]
    pub fn poll(&self) -> Duration {
        Duration::from_millis(u64::from(self.poll_milliseconds))
    }

    /// How long after a lost reply the mail is sent once more.
    #[must_use]
    pub fn unknown_retry(&self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.unknown_retry_seconds))
    }
}

fn checked_key<E: serde::de::Error>(text: String) -> Result<SecretString, E> {
    if text.is_empty() || text.chars().count() >= MIN_KEY_CHARS {
        return Ok(text.into());
    }
    Err(E::custom(format!(
        "must have at least {MIN_KEY_CHARS} characters, for example from `openssl rand -base64 32`"
    )))
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    checked_key(String::deserialize(deserializer)?)
}

fn secrets<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SecretString>, D::Error> {
    Vec::<String>::deserialize(deserializer)?
        .into_iter()
        .map(checked_key)
        .collect()
}

fn domains_file<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DomainList, D::Error> {
    let path = String::deserialize(deserializer)?;
    if path.is_empty() {
        return Ok(DomainList::default());
    }
    let text = std::fs::read_to_string(&path)
        .map_err(|cause| D::Error::custom(format!("{path} cannot be read: {cause}")))?;
    DomainList::parse(&text).map_err(|cause| D::Error::custom(format!("{path}: {cause}")))
}

fn at_least_one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if number == 0 {
        Err(D::Error::custom("must be at least 1"))
    } else {
        Ok(number)
    }
}

fn window<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(
        deserializer,
        2,
        100,
        "must be 2 to 100: so many mails may reach a reader twice when the program is killed",
    )
}

fn express_window<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(deserializer, 1, 50, "must be 1 to 50")
}

fn lease<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(deserializer, 3, 3600, "must be 3 to 3600 seconds")
}

fn bounded<'de, D: Deserializer<'de>>(
    deserializer: D,
    least: u32,
    most: u32,
    advice: &str,
) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if (least..=most).contains(&number) {
        Ok(number)
    } else {
        Err(D::Error::custom(advice))
    }
}

fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u16::deserialize(deserializer)?;
    if (1..=60).contains(&number) {
        Ok(number)
    } else {
        Err(D::Error::custom("must be 1 to 60 days"))
    }
}
