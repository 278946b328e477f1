//! An edition as a mail and as a page.

use serde::Serialize;

use super::email::{Email, NewsletterLine};
use super::splice;
use crate::domain::article::Article;
use crate::domain::brand::Brand;
use crate::domain::language::Language;
use crate::domain::selection::Selection;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct DigestEmail {
    /// The language of its words.
    #[serde(skip)]
    pub language: Language,
    /// Of which newsletter.
    pub newsletter: NewsletterLine,
    /// How it looks.
    pub brand: Brand,
    /// Which edition.
    pub edition: EditionLine,
    /// The top story.
    pub lead: Option<ArticleBlock>,
    /// Stories under headings.
    pub sections: Vec<SectionBlock>,
    /// Short items.
    pub brief: Vec<ArticleBlock>,
    /// The publisher's site as a host name.
    pub site_label: String,
    /// Whether this is the page for nobody in particular.
    pub for_browser: bool,
    /// What differs per reader; markers that [`splice`] fills.
    pub reader: ReaderMarkers,
}

/// Which edition.
#[derive(Debug, Clone, Serialize)]
pub struct EditionLine {
    /// The subject of the mail.
    pub subject: String,
    /// What inboxes show behind the subject.
    pub preheader: String,
    /// The civil date in the newsletter's zone, as 2022-01-13.
    pub date: String,
    /// The page of this edition.
    pub browser_url: String,
    /// How many stories.
    pub article_count: usize,
    /// All reading times together.
    pub reading_minutes: i32,
}

/// Stories under one heading.
#[derive(Debug, Clone, Serialize)]
pub struct SectionBlock {
    /// The heading.
    pub title: String,
    /// The stories.
    pub articles: Vec<ArticleBlock>,
}

/// One story.
#[derive(Debug, Clone, Serialize)]
pub struct ArticleBlock {
    /// Headline.
    pub title: String,
    /// Where it can be read.
    pub url: String,
    /// A sentence or two; may be empty.
    pub standfirst: String,
    /// The section's name; may be empty.
    pub section: String,
    /// The picture.
    pub image: Option<ImageBlock>,
    /// The authors; may be empty.
    pub byline: String,
    /// Minutes, at least 1.
    pub reading_minutes: i32,
    /// The language of the story.
    pub language: String,
}

/// The picture of a story.
#[derive(Debug, Clone, Serialize)]
pub struct ImageBlock {
    /// Absolute address.
    pub url: String,
    /// What it shows; may be empty.
    pub alt: String,
}

/// Markers in place of what differs per reader.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderMarkers {
    address: String,
    subscribed_on: String,
    unsubscribe_url: String,
    preferences_url: String,
    test_open: String,
    test_close: String,
}

impl Default for ReaderMarkers {
    fn default() -> Self {
        Self {
            address: splice::marker("address"),
            subscribed_on: splice::marker("subscribed_on"),
            unsubscribe_url: splice::marker("unsubscribe_url"),
            preferences_url: splice::marker("preferences_url"),
            test_open: splice::marker("test"),
            test_close: splice::marker("/test"),
        }
    }
}

impl From<&Article> for ArticleBlock {
    fn from(article: &Article) -> Self {
        Self {
            title: article.title.as_str().to_owned(),
            url: article.url.clone(),
            standfirst: article.standfirst.clone(),
            section: article.section.clone(),
            image: article.image().map(|image| ImageBlock {
                url: image.url,
                alt: image.alt,
            }),
            byline: article.authors.join(", "),
            reading_minutes: article.reading_minutes,
            language: article.language.to_string(),
        }
    }
}

/// The longest preheader, in characters: what the inboxes of telephones show.
const PREHEADER_CHARS: usize = 100;

/// The titles after the first as one line of at most 100 characters, never cut within a title unless the first
/// of them is longer.
#[must_use]
pub fn preheader(selection: &Selection) -> String {
    let mut line = String::new();
    for article in selection.shown().skip(1) {
        let title = article.title.as_str();
        let joined = if line.is_empty() {
            title.to_owned()
        } else {
            format!("{line} · {title}")
        };
        if joined.chars().count() > PREHEADER_CHARS {
            break;
        }
        line = joined;
    }
    if line.is_empty() {
        let first = selection.shown().nth(1).or(selection.lead.as_ref());
        let text = first.map(|article| {
            if article.standfirst.is_empty() {
                article.title.as_str()
            } else {
                article.standfirst.as_str()
            }
        });
        line = cut(text.unwrap_or_default());
    }
    line
}

/// At most 100 characters, cut at a word with an ellipsis.
pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= PREHEADER_CHARS {
        return text.to_owned();
    }
    let head: String = text.chars().take(PREHEADER_CHARS - 1).collect();
    let at_word = head
        .rsplit_once(' ')
        .map_or(head.as_str(), |(start, _)| start);
    format!("{at_word}…")
}

impl DigestEmail {
    /// The blocks of a selection: lead, sections, brief; `language` is that of the mail around them.
    #[must_use]
    pub fn blocks(
        selection: &Selection,
        language: &Language,
    ) -> (Option<ArticleBlock>, Vec<SectionBlock>, Vec<ArticleBlock>) {
        // A German story in a mail that says "du" is in the language of the mail.
        let block = |article: &Article| {
            let block = ArticleBlock::from(article);
            if language.is_private() && article.language == language.without_private_use() {
                return ArticleBlock {
                    language: language.to_string(),
                    ..block
                };
            }
            block
        };
        let sections = selection
            .sections
            .iter()
            .map(|(title, articles)| SectionBlock {
                title: title.clone(),
                articles: articles.iter().map(block).collect(),
            })
            .collect();
        let brief = selection.brief.iter().map(block).collect();
        (selection.lead.as_ref().map(block), sections, brief)
    }
}

impl Email for DigestEmail {
    const NAME: &'static str = "digest";

    fn language(&self) -> &Language {
        &self.language
    }

    fn sample(language: &Language) -> Self {
        let story = |title: &str, section: &str, with_image: bool| ArticleBlock {
            title: title.to_owned(),
            url: "https://europablatt.example/a/4711".to_owned(),
            standfirst: "Innerhalb von zehn Tagen sollen die Verbände das Land verlassen."
                .to_owned(),
            section: section.to_owned(),
            image: with_image.then(|| ImageBlock {
                url: "https://europablatt.example/i/lead.jpg".to_owned(),
                alt: "Lastwagen vor einer Bergkette".to_owned(),
            }),
            byline: "Mara Beispiel".to_owned(),
            reading_minutes: 4,
            language: "de".to_owned(),
        };
        Self {
            language: language.clone(),
            newsletter: NewsletterLine::sample(),
            brand: Brand {
                postal_address: "Europablatt GmbH, Hafenstr. 7, 20459 Hamburg".to_owned(),
                imprint_url: "https://www.europablatt.example/imprint".to_owned(),
                ..Brand::default()
            },
            edition: EditionLine {
                subject: "Abzug beginnt: „Wir gehen“ & was folgt".to_owned(),
                preheader: "Neue Flächen für Windkraft · Häfen erwarten volle Terminals".to_owned(),
                date: "2022-01-13".to_owned(),
                browser_url:
                    "https://news.europablatt.example/v/017e5a2c-9f00-7000-8000-000000000000"
                        .to_owned(),
                article_count: 3,
                reading_minutes: 12,
            },
            lead: Some(story(
                "Abzug beginnt: „Wir gehen“ & was folgt",
                "Zentralasien",
                true,
            )),
            sections: vec![SectionBlock {
                title: "Energie und Klima".to_owned(),
                articles: vec![story(
                    "Neue Flächen für Windkraft",
                    "Energie und Klima",
                    true,
                )],
            }],
            brief: vec![story("Häfen erwarten volle Terminals", "Wirtschaft", false)],
            site_label: "europablatt.example".to_owned(),
            for_browser: false,
            reader: ReaderMarkers::default(),
        }
    }
}

impl DigestEmail {
    /// The made-up edition with so many stories: the lead, up to eleven in sections, the rest in brief.
    #[must_use]
    pub fn sample_of(language: &Language, stories: usize) -> Self {
        let sample = Self::sample(language);
        let others = sample.sections.iter().flat_map(|section| &section.articles);
        let others: Vec<_> = others.chain(&sample.brief).cloned().collect();
        let mut rest = others.into_iter().cycle().take(stories.saturating_sub(1));
        let titles = ["Energie und Klima", "Politik in Europa", "Kultur"];
        let full = rest.by_ref().take(SAMPLE_FULL.min(stories / 2 + 1));
        let mut sections: Vec<SectionBlock> = Vec::new();
        for (index, article) in full.enumerate() {
            let title = titles.get(index / 3).copied().unwrap_or("Wirtschaft");
            match sections.last_mut() {
                Some(section) if section.title == title => section.articles.push(article),
                _ => sections.push(SectionBlock {
                    title: title.to_owned(),
                    articles: vec![article],
                }),
            }
        }
        Self {
            brief: rest.collect(),
            sections,
            edition: EditionLine {
                article_count: stories,
                reading_minutes: i32::try_from(stories * 4).unwrap_or(i32::MAX),
                ..sample.edition.clone()
            },
            ..sample
        }
    }
}

/// Full stories below the lead of a made-up edition.
const SAMPLE_FULL: usize = 11;
