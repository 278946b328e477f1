//! What an e-mail is here: a struct whose fields its templates name.

use serde::Serialize;

use crate::domain::language::Language;
use crate::domain::newsletter::Newsletter;
use crate::domain::site::Site;
use crate::templates::{TemplateError, Templates};

/// An e-mail with its own folder in `templates/email/`.
pub trait Email: Serialize {
    /// The folder.
    const NAME: &'static str;

    /// The language of its words.
    fn language(&self) -> &Language;

    /// Made-up content, for snapshots and for checking templates at start.
    fn sample(language: &Language) -> Self
    where
        Self: Sized;
}

/// A rendered e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// Renders the three templates of an e-mail.
///
/// # Errors
/// When a template names something that the e-mail does not hold.
pub fn render<E: Email>(templates: &Templates, email: &E) -> Result<Rendered, TemplateError> {
    let part = |file: &str| {
        templates.render(
            &format!("email/{}/{file}", E::NAME),
            email.language(),
            email,
        )
    };
    Ok(Rendered {
        subject: part("subject.txt")?.trim().to_owned(),
        text: part("body.txt")?,
        html: part("body.html")?,
    })
}

/// A newsletter as mails show it.
#[derive(Debug, Clone, Serialize)]
pub struct NewsletterLine {
    /// Its name in addresses.
    pub slug: String,
    /// Its name for readers.
    pub title: String,
    /// What a reader gets.
    pub promise: String,
    /// The rhythm in words; may be empty.
    pub frequency: String,
    /// Where it is ordered.
    pub signup_url: String,
}

impl NewsletterLine {
    /// The line for `newsletter`.
    #[must_use]
    pub fn new(newsletter: &Newsletter, site: &Site) -> Self {
        Self {
            slug: newsletter.slug.to_string(),
            title: newsletter.title.as_str().to_owned(),
            promise: newsletter.promise.clone(),
            frequency: newsletter.frequency.clone(),
            signup_url: site.newsletter_url(&newsletter.slug),
        }
    }

    /// A made-up newsletter.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            slug: "europa-kompakt".to_owned(),
            title: "Europa kompakt".to_owned(),
            promise: "Das Wichtigste aus Europa, in fünf Minuten gelesen.".to_owned(),
            frequency: "werktags um 7 Uhr".to_owned(),
            signup_url: "https://news.europablatt.example/n/europa-kompakt".to_owned(),
        }
    }
}
