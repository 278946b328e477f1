//! The request to confirm a sign-up: bare, because courts accept nothing but the request in it.

use serde::Serialize;

use super::email::{Email, NewsletterLine};
use crate::domain::language::Language;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct ConfirmationEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// To whom it goes: the only thing in it that the visitor typed.
    pub address: String,
    /// What is confirmed.
    pub newsletters: Vec<NewsletterLine>,
    /// The one link for people.
    pub confirm_url: String,
    /// A link that only machines follow, which open every link of a mail: in the HTML part, where nobody sees or hears it.
    pub hidden_url: String,
    /// The last civil date on which the link works, as 2022-01-20.
    pub expires_on: String,
    /// How long the link works, in days.
    pub lifetime_days: u16,
    /// The host name on which the form was sent.
    pub site: String,
}

impl Email for ConfirmationEmail {
    const NAME: &'static str = "confirmation";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        Self {
            language: language.clone(),
            address: "anna@beispiel.example".to_owned(),
            newsletters: vec![NewsletterLine::sample()],
            confirm_url: "https://news.europablatt.example/confirm/AZ3oT1kVcACSB5c0Qn1pXa5Wq2XH0dJrYbKs8mT4vL9e"
                .to_owned(),
            hidden_url: "https://news.europablatt.example/mail/AZ3oT1kVcACSB5c0Qn1pXa5Wq2XH0dJrYbKs8mT4vL9f"
                .to_owned(),
            expires_on: "2022-01-20".to_owned(),
            lifetime_days: 7,
            site: "europablatt.example".to_owned(),
        }
    }
}
