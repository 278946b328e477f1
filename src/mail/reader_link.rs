//! A link that a reader asked for: to all preferences, or about a change of address.

use serde::Serialize;

use super::email::Email;
use crate::domain::language::Language;

/// What such a mail is about; the templates choose their words by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// All preferences.
    Preferences,
    /// To the new address: confirm the change.
    New,
    /// To the old address: a change was asked for.
    Old,
    /// To a reader whose address another reader wanted.
    Taken,
}

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderLinkEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// What it is about.
    pub about: About,
    /// To whom it goes.
    pub address: String,
    /// The new address, masked, of a change; may be empty.
    pub new_address: String,
    /// The one link.
    pub url: String,
    /// The last civil date on which it works, as 2022-01-20.
    pub expires_on: String,
}

impl Email for ReaderLinkEmail {
    const NAME: &'static str = "reader_link";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        Self {
            language: language.clone(),
            about: About::Preferences,
            address: "anna@beispiel.example".to_owned(),
            new_address: "an…@neu.example".to_owned(),
            url: "https://news.europablatt.example/preferences/AZ3oT1kVcACSB5c0Qn1pXa5Wq2XH0dJrYbKs8mT4vL9e"
                .to_owned(),
            expires_on: "2022-01-20".to_owned(),
        }
    }
}
