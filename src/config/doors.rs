//! The sections `limits`, `captcha` and `attack`: what keeps machines from signing up readers.

use jiff::SignedDuration;
use serde::{Deserialize, Deserializer, de::Error as _};

use crate::domain::allowance::{Allowance, Limit};
use crate::domain::attack::Rules;
use crate::domain::email_address::EmailAddress;
use crate::domain::mailbox;
use crate::domain::network::Network;

/// How many may come, and how many mails may go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Limits {
    pub client_requests: Allowance,
    pub all_requests: Allowance,
    pub client_unknown_links: Allowance,
    pub client_resends: Allowance,
    pub client_mails: Allowance,
    pub domain_mails: Allowance,
    pub free_mail_domain_mails: Allowance,
    pub newsletter_mails: Allowance,
    pub all_mails: Allowance,
}

impl Limits {
    /// What a request to sign up takes a share of.
    #[must_use]
    pub fn on_request(&self, client: Option<Network>) -> Vec<Limit> {
        let of_client =
            client.and_then(|client| self.client_requests.of("request", &client.to_string()));
        let of_all = self.all_requests.of("requests", "");
        of_client.into_iter().chain(of_all).collect()
    }

    /// What a link takes a share of that nobody knows.
    #[must_use]
    pub fn on_unknown_link(&self, client: Option<Network>) -> Vec<Limit> {
        client
            .and_then(|client| self.client_unknown_links.of("link", &client.to_string()))
            .into_iter()
            .collect()
    }

    /// What asking for a link once more takes a share of.
    #[must_use]
    pub fn on_resend(&self, client: Option<Network>) -> Vec<Limit> {
        client
            .and_then(|client| self.client_resends.of("resend", &client.to_string()))
            .into_iter()
            .collect()
    }

    /// What a mail to a stranger takes a share of: its mailbox, `a_day` of all spellings and newsletters, the client that asked,
    /// and what is shared with others: its domain, each of the newsletters, and everything. What is shared holds once for those
    /// who bring a proof of work and once for those who do not, so that machines use nothing up that people need.
    #[must_use]
    pub fn on_mail(
        &self,
        address: &EmailAddress,
        a_day: u32,
        newsletters: impl Iterator<Item = String>,
        client: Option<Network>,
        is_proven: bool,
    ) -> Vec<Limit> {
        let domain = mailbox::registered_domain(address);
        let of_domain = if mailbox::is_free_mail(address) {
            self.free_mail_domain_mails
        } else {
            self.domain_mails
        };
        let of_mailbox = Allowance::a_day(a_day).of("mailbox", &mailbox::mailbox(address));
        let of_client = client.and_then(|client| self.client_mails.of("mail", &client.to_string()));
        let [domains, papers] = if is_proven {
            ["proven-domain", "proven-newsletter"]
        } else {
            ["domain", "newsletter"]
        };
        let mut limits: Vec<Limit> = [
            of_mailbox,
            of_client,
            of_domain.of(domains, domain),
            self.all_mails(is_proven),
        ]
        .into_iter()
        .flatten()
        .collect();
        limits.extend(newsletters.filter_map(|id| self.newsletter_mails.of(papers, &id)));
        limits
    }

    /// What all mails take a share of.
    #[must_use]
    pub fn all_mails(&self, is_proven: bool) -> Option<Limit> {
        let kind = if is_proven { "proven-mails" } else { "mails" };
        self.all_mails.of(kind, "")
    }
}

/// The proof of work.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Captcha {
    pub required: Requirement,
    #[serde(deserialize_with = "max_number")]
    pub max_number: u32,
    #[serde(deserialize_with = "minutes")]
    pub lifetime_minutes: u32,
}

impl Captcha {
    /// How long a riddle is good for.
    #[must_use]
    pub fn lifetime(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.lifetime_minutes))
    }
}

/// When a sign-up needs a proof of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// While there is an attack.
    UnderAttack,
    /// Always.
    Always,
    /// Never; an attack is noticed and told all the same.
    Never,
}

/// What is taken for an attack.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Attack {
    pub automatic: bool,
    #[serde(deserialize_with = "minutes")]
    pub window_minutes: u32,
    pub at_least: u32,
    pub times_normal: u32,
    #[serde(deserialize_with = "percent")]
    pub unconfirmed_percent: u32,
    #[serde(deserialize_with = "minutes")]
    pub calm_minutes: u32,
    #[serde(deserialize_with = "addresses")]
    pub alert_to: Vec<EmailAddress>,
}

impl Attack {
    /// From when on it is an attack.
    #[must_use]
    pub fn rules(&self) -> Rules {
        Rules {
            at_least: self.at_least.max(1),
            times_normal: self.times_normal,
            unconfirmed_percent: self.unconfirmed_percent,
        }
    }

    /// Over how long sign-ups are counted.
    #[must_use]
    pub fn window(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.window_minutes))
    }

    /// How long it must have been calm.
    #[must_use]
    pub fn calm(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.calm_minutes))
    }
}

fn max_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(deserializer, 10_000_000, "must be 1 to 10000000 hashes")
}

fn minutes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(deserializer, 1440, "must be 1 to 1440 minutes")
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    bounded(deserializer, 100, "must be 1 to 100")
}

fn bounded<'de, D: Deserializer<'de>>(
    deserializer: D,
    most: u32,
    advice: &str,
) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if (1..=most).contains(&number) {
        Ok(number)
    } else {
        Err(D::Error::custom(advice))
    }
}

fn addresses<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<EmailAddress>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    texts
        .iter()
        .map(|text| {
            text.parse()
                .map_err(|cause| D::Error::custom(format!("{text:?}: {cause}")))
        })
        .collect()
}
