//! The alert to the newsroom that sign-ups are under attack.

use serde::Serialize;

use super::email::Email;
use crate::domain::language::Language;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct AttackEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// To whom it goes.
    pub address: String,
    /// How many asked in the window.
    pub requests: i64,
    /// How long the window is.
    pub window_minutes: i32,
    /// How many ask in a usual one.
    pub normal: i64,
    /// From how many on it is an attack.
    pub threshold: i64,
    /// How many mails were sent because of them.
    pub asked: i64,
    /// How many of those were confirmed.
    pub confirmed: i64,
    /// The command that shows how things stand.
    pub status_command: String,
    /// The same over the API.
    pub status_url: String,
    /// The command that counts what the attack left.
    pub purge_command: String,
    /// The same over the API.
    pub purge_url: String,
}

/// The commands and calls that the mail names.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    /// The server's address, without a slash at its end.
    pub base_url: &'a str,
}

impl Calls<'_> {
    /// Looks.
    #[must_use]
    pub fn status(&self) -> (String, String) {
        let url = format!("GET {}/api/v1/attack", self.base_url);
        ("tidings attack status".to_owned(), url)
    }

    /// Counts what a purge would remove.
    #[must_use]
    pub fn purge(&self) -> (String, String) {
        let url = format!("POST {}/api/v1/attack/purge", self.base_url);
        ("tidings attack purge --dry-run".to_owned(), url)
    }
}

impl Email for AttackEmail {
    const NAME: &'static str = "attack";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        let calls = Calls {
            base_url: "https://news.europablatt.example",
        };
        let (status_command, status_url) = calls.status();
        let (purge_command, purge_url) = calls.purge();
        Self {
            language: language.clone(),
            address: "redaktion@beispiel.example".to_owned(),
            requests: 412,
            window_minutes: 10,
            normal: 3,
            threshold: 40,
            asked: 60,
            confirmed: 1,
            status_command,
            status_url,
            purge_command,
            purge_url,
        }
    }
}
