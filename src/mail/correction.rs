//! The notice to readers who were sent what was wrong.

use serde::Serialize;

use super::digest::{EditionLine, ReaderMarkers, cut};
use super::email::{Email, NewsletterLine, render};
use super::freeze::{Frozen, Material};
use crate::domain::brand::Brand;
use crate::domain::language::Language;
use crate::templates::TemplateError;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// Of which newsletter.
    pub newsletter: NewsletterLine,
    /// How it looks.
    pub brand: Brand,
    /// Its own subject, preheader, date and page.
    pub edition: EditionLine,
    /// The headline of the story as readers got it.
    pub title: String,
    /// The language of the story.
    pub title_language: String,
    /// The civil date of the edition that held it, as 2022-01-13.
    pub sent_on: String,
    /// What the newsroom says, by paragraphs.
    pub paragraphs: Vec<String>,
    /// The story that stands in its place, or the story as it is now.
    pub instead: Option<Instead>,
    /// Whether this is the page for nobody in particular.
    pub for_browser: bool,
    /// What differs per reader.
    pub reader: ReaderMarkers,
}

/// What readers may read instead.
#[derive(Debug, Clone, Serialize)]
pub struct Instead {
    /// The headline.
    pub title: String,
    /// Where it can be read.
    pub url: String,
}

/// What a notice says.
#[derive(Debug, Clone)]
pub struct Notice {
    /// One line; `None`: one that names the story.
    pub subject: Option<String>,
    /// The headline of the story as readers got it.
    pub title: String,
    /// The language of the story.
    pub title_language: Language,
    /// When the edition that held it was sent, in the newsletter's zone.
    pub sent_on: jiff::civil::Date,
    /// Paragraphs with an empty line between them.
    pub text: String,
    /// What readers may read instead.
    pub instead: Option<Instead>,
}

/// Renders a notice.
///
/// # Errors
/// When a template fails.
pub fn freeze(material: &Material<'_>, notice: &Notice) -> Result<Frozen, TemplateError> {
    let newsletter = material.newsletter;
    let paragraphs: Vec<String> = notice.text.split("\n\n").map(str::to_owned).collect();
    let preheader = cut(&notice.text.replace('\n', " "));
    let email = CorrectionEmail {
        language: newsletter.language.clone(),
        newsletter: NewsletterLine::new(newsletter, material.site),
        brand: material.look.over(&material.publisher.brand()),
        edition: EditionLine {
            subject: notice.subject.clone().unwrap_or_default(),
            preheader: preheader.clone(),
            date: material.date.to_string(),
            browser_url: material.site.edition_url(material.id),
            article_count: 0,
            reading_minutes: 0,
        },
        title: notice.title.clone(),
        title_language: notice.title_language.to_string(),
        sent_on: notice.sent_on.to_string(),
        paragraphs,
        instead: notice.instead.clone(),
        for_browser: false,
        reader: ReaderMarkers::default(),
    };
    let mail = render(material.templates, &email)?;
    let page = render(
        material.templates,
        &CorrectionEmail {
            for_browser: true,
            ..email
        },
    )?;
    Ok(Frozen::new(preheader, mail, page.html))
}

impl Email for CorrectionEmail {
    const NAME: &'static str = "correction";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        Self {
            language: language.clone(),
            newsletter: NewsletterLine::sample(),
            brand: Brand {
                postal_address: "Europablatt GmbH, Hafenstr. 7, 20459 Hamburg".to_owned(),
                imprint_url: "https://www.europablatt.example/imprint".to_owned(),
                ..Brand::default()
            },
            edition: EditionLine {
                subject: String::new(),
                preheader: "Die Zahl der Verbände war falsch: Es sind drei und nicht dreizehn."
                    .to_owned(),
                date: "2022-01-13".to_owned(),
                browser_url:
                    "https://news.europablatt.example/v/017e5a2c-9f00-7000-8000-000000000001"
                        .to_owned(),
                article_count: 0,
                reading_minutes: 0,
            },
            title: "Abzug beginnt: „Wir gehen“ & was folgt".to_owned(),
            title_language: "de".to_owned(),
            sent_on: "2022-01-12".to_owned(),
            paragraphs: vec![
                "Die Zahl der Verbände war falsch: Es sind drei und nicht dreizehn.".to_owned(),
                "Wir bitten um Entschuldigung.".to_owned(),
            ],
            instead: Some(Instead {
                title: "Abzug beginnt: Drei Verbände gehen".to_owned(),
                url: "https://europablatt.example/a/4711".to_owned(),
            }),
            for_browser: false,
            reader: ReaderMarkers::default(),
        }
    }
}
