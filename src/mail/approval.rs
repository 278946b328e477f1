//! The request to an editor to approve an edition.

use serde::Serialize;

use super::email::{Email, NewsletterLine};
use crate::domain::language::Language;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct ApprovalEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// To whom it goes.
    pub address: String,
    /// Of which newsletter.
    pub newsletter: NewsletterLine,
    /// The subject of the edition.
    pub subject: String,
    /// How many stories.
    pub article_count: i32,
    /// To how many readers.
    pub recipient_count: i32,
    /// The civil date in the newsletter's zone on which it is sent, as 2022-01-20.
    pub send_date: String,
    /// The local time, as 07:00.
    pub send_time: String,
    /// The civil date of the deadline.
    pub deadline_date: String,
    /// Its local time.
    pub deadline_time: String,
    /// The zone of both.
    pub zone: String,
    /// `send_anyway`, `skip` or `hold`: what happens after the deadline.
    pub overdue: String,
    /// The first digits of the hash.
    pub hash: String,
    /// Shows the edition.
    pub look_url: String,
    /// The page with the button that keeps it back.
    pub hold_url: String,
    /// The page with the button that lets it go.
    pub approve_url: String,
}

impl Email for ApprovalEmail {
    const NAME: &'static str = "approval";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        let url = |action: &str| {
            format!(
                "https://news.europablatt.example/editors/{action}/AZ3oT1kVcACSB5c0Qn1pXa5Wq2XH0dJrYbKs8mT4vL9e"
            )
        };
        Self {
            language: language.clone(),
            address: "redaktion@beispiel.example".to_owned(),
            newsletter: NewsletterLine::sample(),
            subject: "Abzug beginnt: „Wir gehen“ & was folgt".to_owned(),
            article_count: 12,
            recipient_count: 4986,
            send_date: "2022-01-13".to_owned(),
            send_time: "07:00".to_owned(),
            deadline_date: "2022-01-13".to_owned(),
            deadline_time: "06:45".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            overdue: "hold".to_owned(),
            hash: "4d967a30111bf29f".to_owned(),
            look_url: url("look"),
            hold_url: url("hold"),
            approve_url: url("approve"),
        }
    }
}
