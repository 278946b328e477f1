//! From an item of a feed to an article: what a feed's settings add, and which items cannot become one yet.

use url::Url;

use super::{FeedItem, text};
use crate::domain::article::{ArticleDraft, Image};
use crate::domain::article_body::{ArticleBody, ArticleBodyError};
use crate::domain::fingerprint::fingerprint;
use crate::domain::id::FeedId;
use crate::domain::language::Language;
use crate::domain::language_detection::language_of;
use crate::domain::line::Line;
use crate::domain::slug::Slug;

/// Topics that are taken from one item.
const MAX_TOPICS: usize = 20;
/// Authors that are taken from one item.
const MAX_AUTHORS: usize = 10;

/// Octets of a text that may be a mere repetition of the summary.
const MAX_REPEATED: usize = 5_000;

/// What a feed's settings say of its articles.
#[derive(Debug, Clone)]
pub struct Defaults {
    /// The section of all its articles; empty: an article's first category.
    pub section: String,
    /// Topics that every article gets besides those made from its categories.
    pub topics: Vec<String>,
    /// The language where the feed names none.
    pub language: Option<Language>,
    /// The language that the document names.
    pub document_language: Option<String>,
    /// The language where nobody names one and the text does not tell it.
    pub usual_language: Option<Language>,
}

/// Why an item cannot be an article.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// There is nothing to lead readers to.
    #[error("the item has no link to a web page")]
    NoLink,
    /// There is nothing to show.
    #[error("the item has neither a title nor a text to make one of")]
    NoTitle,
    /// Newsletters choose by language.
    #[error(
        "neither the item nor the feed names a language, and the text is too short to tell it; set the feed's language"
    )]
    NoLanguage,
    /// There is no date.
    #[error("the item has no date")]
    Undated,
    /// The text cannot be cleaned.
    #[error("{0}")]
    Body(#[from] ArticleBodyError),
}

/// The publisher's id of an item's article: the same item of the same feed has the same, and no other feed's has it.
#[must_use]
pub fn external_id(feed: FeedId, identity: &str) -> String {
    format!("feed-{feed}-{}", fingerprint(identity.as_bytes(), 32))
}

/// A mark of everything that an item says: an item with the same mark need not be looked at again.
#[must_use]
pub fn mark(item: &FeedItem, defaults: &Defaults) -> String {
    let mut settings = format!(
        "{:?} {:?} {:?} {:?}",
        defaults.section, defaults.topics, defaults.language, defaults.document_language
    );
    if let Some(usual) = &defaults.usual_language {
        settings = format!("{settings} {usual}");
    }
    let item = serde_json::to_string(item).unwrap_or_default();
    fingerprint(format!("{settings} {item}").as_bytes(), 32)
}

/// The article that an item is, under this id.
///
/// # Errors
/// [`DraftError`].
pub fn draft(
    item: &FeedItem,
    defaults: &Defaults,
    external_id: &str,
) -> Result<ArticleDraft, DraftError> {
    let url = item.link.clone().ok_or(DraftError::NoLink)?;
    let title = Line::parse(&item.title, usize::MAX).map_err(|_| DraftError::NoTitle)?;
    let published_at = item.dated_at().ok_or(DraftError::Undated)?;
    // What relative addresses are relative to, in doubt the article's own page.
    let base = item.base.as_deref().unwrap_or(&url);
    let html = if repeats_summary(item) {
        ""
    } else {
        item.content_html.as_str()
    };
    let body = match Url::parse(base) {
        Ok(base) => ArticleBody::sanitise_at(html, &base)?,
        Err(_) => ArticleBody::sanitise(html)?,
    };
    let parts = (title.as_str(), item.summary.as_str(), &body);
    let told = language_of(
        language(item, defaults),
        parts,
        defaults.usual_language.as_ref(),
    );
    let (language, language_source) = told.ok_or(DraftError::NoLanguage)?;
    let section = match defaults.section.as_str() {
        "" => item.categories.first().cloned().unwrap_or_default(),
        section => section.to_owned(),
    };
    Ok(ArticleDraft {
        external_id: Line::parse(external_id, 200).map_err(|_| DraftError::NoLink)?,
        slug: None,
        url,
        language,
        language_source,
        section: text::one_line(&section),
        topics: topics(item, defaults),
        title,
        standfirst: item.summary.clone(),
        authors: item
            .authors
            .iter()
            .take(MAX_AUTHORS)
            .map(|author| text::one_line(author))
            .collect(),
        image: item.picture.as_ref().map(|picture| Image {
            url: picture.url.clone(),
            alt: picture.alt.clone(),
            caption: String::new(),
            credit: picture.credit.clone(),
        }),
        body,
        published_at,
        publish_at: None,
        expires_at: None,
        is_pinned: false,
    })
}

/// Whether the text says no more than the summary, so that readers would read it twice.
fn repeats_summary(item: &FeedItem) -> bool {
    let html = item.content_html.as_str();
    html.len() <= MAX_REPEATED
        && !html.contains("<img")
        && !item.summary.is_empty()
        && text::plain(html) == item.summary
}

/// The item's language, else the document's, else the setting; `de_DE` is meant as `de-DE`.
fn language(item: &FeedItem, defaults: &Defaults) -> Option<Language> {
    let read = |text: &String| text.trim().replace('_', "-").parse().ok();
    item.language
        .as_ref()
        .and_then(read)
        .or_else(|| defaults.document_language.as_ref().and_then(read))
        .or_else(|| defaults.language.clone())
}

/// Whether the text of an item is long enough to tell its language.
#[must_use]
pub fn tells_language(item: &FeedItem) -> bool {
    let body = ArticleBody::sanitise(&item.content_html).unwrap_or_default();
    language_of(None, (&item.title, &item.summary, &body), None).is_some()
}

/// The feed's topics, then the categories in the spelling of topics.
fn topics(item: &FeedItem, defaults: &Defaults) -> Vec<String> {
    let mut topics = defaults.topics.clone();
    for category in &item.categories {
        let topic = Slug::from_title(category).to_string();
        let is_nothing = topic == "untitled" && !category.eq_ignore_ascii_case("untitled");
        if topics.len() < MAX_TOPICS && !is_nothing && !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    topics
}
