//! Whether the address of an article still leads to it, as it is looked at just before an edition is made.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};

use super::article::Article;
use super::id::ArticleId;
use super::text_column::text_enum;

/// An address is not asked again within this time.
pub const FRESH: SignedDuration = SignedDuration::from_mins(10);
/// So many addresses are asked for one newsletter, those of its newest articles.
pub const MAX_ASKED: usize = 200;
/// Characters of a reason that are kept.
const SHOWN_CHARS: usize = 300;
/// The last part of the path of a page for logging in, without hyphens, underscores and what comes after a dot.
const LOGINS: [&str; 8] = [
    "login",
    "signin",
    "logon",
    "wplogin",
    "anmelden",
    "anmeldung",
    "einloggen",
    "authorize",
];

text_enum! {
    /// What an address answered.
    pub enum AddressOutcome {
        /// There is something.
        Found => "found",
        /// It answered 404 or 410: a reader who follows the link finds nothing.
        Gone => "gone",
        /// Nobody knows: it wants a login, its server has a problem or cannot be reached, or the time was over.
        Unclear => "unclear",
    }
}

/// An address that is to be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedAddress {
    /// Of which article.
    pub article: ArticleId,
    /// The address.
    pub url: String,
}

/// What came of asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was asked.
    pub wanted: WantedAddress,
    /// What it answered.
    pub outcome: AddressOutcome,
    /// In words that follow "its address"; empty when it was found.
    pub detail: String,
}

impl Finding {
    /// From an answer: its HTTP status (RFC 9110 §15), and where redirects led, if there were any.
    #[must_use]
    pub fn answered(wanted: WantedAddress, status: u16, led_to: Option<&str>) -> Self {
        if let Some(login) = led_to.filter(|url| is_login(url)) {
            return Self::unclear(wanted, &format!("leads to a page for logging in ({login})"));
        }
        match status {
            200..=299 => Self {
                wanted,
                outcome: AddressOutcome::Found,
                detail: String::new(),
            },
            404 | 410 => Self {
                outcome: AddressOutcome::Gone,
                ..Self::unclear(wanted, &format!("answers {status}"))
            },
            _ => Self::unclear(wanted, &format!("answers {status}")),
        }
    }

    /// Nobody knows, and why.
    #[must_use]
    pub fn unclear(wanted: WantedAddress, why: &str) -> Self {
        Self {
            wanted,
            outcome: AddressOutcome::Unclear,
            detail: why.chars().take(SHOWN_CHARS).collect(),
        }
    }

    /// As it is stored.
    #[must_use]
    pub fn check(self, now: Timestamp) -> AddressCheck {
        AddressCheck {
            article_id: self.wanted.article,
            url: self.wanted.url,
            checked_at: now,
            outcome: self.outcome,
            detail: self.detail,
        }
    }
}

/// Whether an address looks like that of a page for logging in.
fn is_login(url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let last = path.trim_end_matches('/').rsplit('/').next();
    let name = last.unwrap_or_default().split('.').next();
    let name = name.unwrap_or_default().replace(['-', '_'], "");
    LOGINS.contains(&name.to_ascii_lowercase().as_str())
}

/// What an address answered when it was last asked, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::address_checks)]
#[diesel(primary_key(article_id))]
pub struct AddressCheck {
    /// Of which article.
    pub article_id: ArticleId,
    /// What was asked.
    pub url: String,
    /// When.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub checked_at: Timestamp,
    /// What it answered.
    pub outcome: AddressOutcome,
    /// In words that follow "its address"; empty when it was found.
    pub detail: String,
}

impl AddressCheck {
    /// Whether it says something about the article: not when that has another address since.
    #[must_use]
    pub fn is_of(&self, article: &Article) -> bool {
        self.article_id == article.id && self.url == article.url
    }

    /// Whether it is so new that nobody is asked again.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.checked_at) < FRESH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16, led_to: Option<&str>) -> AddressOutcome {
        let wanted = WantedAddress {
            article: ArticleId::from(uuid::Uuid::nil()),
            url: "https://www.europablatt.example/ferry".to_owned(),
        };
        Finding::answered(wanted, status, led_to).outcome
    }

    #[test]
    fn only_404_and_410_are_gone() {
        for status in 100..600 {
            let expected = match status {
                200..=299 => AddressOutcome::Found,
                404 | 410 => AddressOutcome::Gone,
                _ => AddressOutcome::Unclear,
            };
            assert_eq!(outcome(status, None), expected, "{status}");
        }
    }

    #[test]
    fn a_page_for_logging_in_tells_nothing_about_the_article() {
        for login in [
            "https://a.example/login",
            "https://a.example/wp-login.php?redirect_to=x",
            "https://id.a.example/Sign_In/",
            "https://a.example/konto/anmelden#form",
        ] {
            assert_eq!(
                outcome(200, Some(login)),
                AddressOutcome::Unclear,
                "{login}"
            );
            assert_eq!(
                outcome(404, Some(login)),
                AddressOutcome::Unclear,
                "{login}"
            );
        }
        for page in [
            "https://a.example/",
            "https://a.example/how-to-login-safely",
        ] {
            assert_eq!(outcome(200, Some(page)), AddressOutcome::Found, "{page}");
            assert_eq!(outcome(404, Some(page)), AddressOutcome::Gone, "{page}");
        }
    }
}
