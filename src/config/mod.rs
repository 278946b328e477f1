//! Settings as types; the only reader of the environment.
//!
//! `default.toml` is built in and names every key: what is not in it is a mistake, reported with its key and
//! where it came from. All mistakes are reported at once, because nobody likes to start a server ten times to
//! find ten typing errors.

mod source;
mod tree;

pub mod confirm;
pub mod consent;
pub mod delivery;
pub mod doors;
pub mod fetch;
pub mod server;
pub mod smtp;
pub mod webhooks;

use std::sync::Arc;

use serde::Deserialize;

pub use confirm::{Confirm, ConfirmMode};
pub use consent::Consent;
pub use delivery::{Delivery, Digest, Disposable, Links, Signup};
pub use doors::{Attack, Captcha, Limits, Requirement};
pub use fetch::{AllowedHost, Feeds, Fetch};
pub use server::{Database, Log, LogFormat, Mail, ProxyHeader, Publisher, Server, Templates};
pub use smtp::{AuthMechanism, Rates, Relay, Smtp, TlsMode};
pub use source::{Override, Sources};
pub use tree::ShownValue;
pub use webhooks::Webhooks;

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "one section each, documented on its type")]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub smtp: Smtp,
    pub mail: Mail,
    pub publisher: Publisher,
    pub links: Links,
    pub signup: Signup,
    pub confirm: Confirm,
    pub consent: Consent,
    pub limits: Limits,
    pub captcha: Captcha,
    pub attack: Attack,
    pub templates: Templates,
    pub digest: Digest,
    pub delivery: Delivery,
    pub fetch: Fetch,
    pub feeds: Feeds,
    pub webhooks: Webhooks,
    pub log: Log,
    #[serde(skip)]
    origin: Origin,
}

/// What the settings were read from. It holds passwords, so it does not show itself.
#[derive(Clone, Default)]
struct Origin(Option<Arc<Sources>>);

impl std::fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Origin")
    }
}

/// One or more settings are wrong.
#[derive(Debug, thiserror::Error)]
#[error("{}", mistakes.join("\n"))]
pub struct ConfigError {
    /// Each names its key, where the value came from, and how to mend it.
    pub mistakes: Vec<String>,
}

/// Settings together with where each came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// Every key with its value, secrets masked, and its source; in the order of `default.toml`.
    pub shown: Vec<ShownValue>,
}

impl Config {
    /// Reads the built-in defaults, the file and the environment of `sources`, in this order.
    ///
    /// # Errors
    /// Every mistake at once.
    pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
        let tree = tree::Tree::merge(sources);
        let (mut config, shown) = tree.into_config()?;
        config.origin = Origin(Some(Arc::new(sources.clone())));
        let mistakes = config.contradictions();
        if mistakes.is_empty() {
            Ok(Loaded { config, shown })
        } else {
            Err(ConfigError { mistakes })
        }
    }

    /// A way to read the relays once more from where these settings came from, for passwords that change while the
    /// program runs. What is wrong there now is logged.
    pub fn relays_again(&self) -> impl Fn() -> Option<Vec<Relay>> + Send + Sync + 'static {
        let Origin(sources) = self.origin.clone();
        move || match Self::load(sources.as_deref()?) {
            Ok(loaded) => Some(loaded.config.smtp.relays),
            Err(error) => {
                let mistakes = error.mistakes.join("; ");
                tracing::warn!(
                    mistakes,
                    "the settings cannot be read again; the old password is tried"
                );
                None
            }
        }
    }

    /// Settings that are well-formed one by one but do not go together.
    fn contradictions(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if !self.smtp.relays.is_empty() && self.mail.from.domain() == "tidings.invalid" {
            mistakes.push(
                "mail.from: must be set when smtp.url is, for example MAIL_FROM=newsletter@news.example.org"
                    .to_owned(),
            );
        }
        if self.database.has_url() && self.links.key().is_none() {
            mistakes.push(
                "links.secret_key: must be set when database.url is: SECRET_KEY with at least 32 characters, \
                 for example from `openssl rand -base64 32`"
                    .to_owned(),
            );
        }
        if self.delivery.express_window >= self.delivery.window {
            mistakes.push(format!(
                "delivery.express_window: must be less than delivery.window, which is {}: it is a part of it",
                self.delivery.window
            ));
        }
        mistakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes_of(environment: &[(&str, &str)]) -> Vec<String> {
        let pairs = environment.iter();
        let sources = Sources {
            file: None,
            environment: pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            overrides: Vec::new(),
        };
        Config::load(&sources)
            .err()
            .map_or_else(Vec::new, |error| error.mistakes)
    }

    #[test]
    fn a_page_is_confirmed_by_its_reader_or_by_itself() {
        let mode = "TIDINGS__CONFIRM__MODE";
        assert!(mistakes_of(&[(mode, "auto")]).is_empty());
        let mistakes = mistakes_of(&[(mode, "link")]);
        assert_eq!(mistakes.len(), 1);
        let told = &mistakes[0];
        assert!(
            told.starts_with("confirm.mode: ") && told.contains("`button` or `auto`"),
            "{told}"
        );
    }

    #[test]
    fn single_mails_have_a_part_of_the_window_and_never_all() {
        let express = "TIDINGS__DELIVERY__EXPRESS_WINDOW";
        let window = "TIDINGS__DELIVERY__WINDOW";
        assert!(mistakes_of(&[(window, "12"), (express, "2")]).is_empty());
        let mistakes = mistakes_of(&[(window, "10")]);
        assert_eq!(mistakes.len(), 1);
        assert!(
            mistakes[0].starts_with("delivery.express_window: must be less than"),
            "{mistakes:?}"
        );
        assert!(
            mistakes_of(&[(window, "101")])[0].starts_with("delivery.window: must be 2 to 100")
        );
    }
}
