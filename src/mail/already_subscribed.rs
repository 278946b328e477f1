//! The answer by mail to a sign-up for something that the reader already gets, so that the page need not say it.

use serde::Serialize;

use super::email::{Email, NewsletterLine};
use crate::domain::language::Language;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct AlreadySubscribedEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// To whom it goes.
    pub address: String,
    /// What the reader already gets.
    pub newsletters: Vec<Held>,
}

/// A newsletter that the reader gets, with the way out.
#[derive(Debug, Clone, Serialize)]
pub struct Held {
    /// The newsletter.
    #[serde(flatten)]
    pub newsletter: NewsletterLine,
    /// Ends this subscription.
    pub unsubscribe_url: String,
}

impl Email for AlreadySubscribedEmail {
    const NAME: &'static str = "already_subscribed";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        Self {
            language: language.clone(),
            address: "anna@beispiel.example".to_owned(),
            newsletters: vec![Held {
                newsletter: NewsletterLine::sample(),
                unsubscribe_url:
                    "https://news.europablatt.example/unsubscribe/AZ3oT1kVcACSB5c0Qn1pXa5Wq2XH0dJrYbKs8mT4vL9e"
                        .to_owned(),
            }],
        }
    }
}
