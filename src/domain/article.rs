//! An article: a stored item of the publisher.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::article_body::ArticleBody;
use super::id::ArticleId;
use super::language::Language;
use super::line::Line;
use super::slug::Slug;
use super::text_column::text_enum;

text_enum! {
    /// Whether an article may be shown and digested.
    pub enum ArticleStatus {
        /// It may.
        Visible => "visible",
        /// The newsroom took it back: no page, no digest from now on.
        Hidden => "hidden",
    }
}

text_enum! {
    /// How the language of an article is known; what comes later in this list is known better.
    #[derive(PartialOrd, Ord)]
    pub enum LanguageSource {
        /// Neither somebody said it nor could it be told from the text: it is the usual language of the newsroom.
        Default => "default",
        /// It was told from the text.
        Detected => "detected",
        /// The publisher said it: with the article, in its feed or page, or in the settings of the feed.
        Declared => "declared",
    }
}

/// What storing an article did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArticleChange {
    /// The article is new.
    Created,
    /// It was known and now differs.
    Updated,
    /// It was known and is the same.
    Unchanged,
}

/// A picture with what a reader must know about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Absolute address.
    pub url: String,
    /// What it shows, for those who do not see it; empty for decoration.
    pub alt: String,
    /// The line under it.
    pub caption: String,
    /// Who made it, such as an agency.
    pub credit: String,
}

/// What the publisher tells about an article; the server adds identity, slug and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArticleDraft {
    /// The publisher's own id: the same id is the same article.
    pub external_id: Line,
    /// Wanted name in addresses; made from the title when absent.
    pub slug: Option<Slug>,
    /// Where it can be read.
    pub url: String,
    /// Its language.
    pub language: Language,
    /// How that is known.
    pub language_source: LanguageSource,
    /// The section's name as readers see it; may be empty.
    pub section: String,
    /// Lower-case topics that newsletters choose by.
    pub topics: Vec<String>,
    /// Headline.
    pub title: Line,
    /// The sentence or two under the headline; may be empty.
    pub standfirst: String,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// The picture, if any.
    pub image: Option<Image>,
    /// The text.
    pub body: ArticleBody,
    /// When the publisher published it.
    pub published_at: Timestamp,
    /// Embargo: no page and no digest before.
    pub publish_at: Option<Timestamp>,
    /// Not in editions that are made after.
    pub expires_at: Option<Timestamp>,
    /// It leads.
    pub is_pinned: bool,
}

/// The moment at which an article is stored or shown again.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// Now.
    pub now: Timestamp,
    /// Up to when windows of editions may have been closed: nothing becomes available before.
    pub cut: Timestamp,
}

impl Arrival {
    fn earliest(self, embargo: Option<Timestamp>) -> Timestamp {
        let at = self.now.max(self.cut);
        embargo.map_or(at, |embargo| embargo.max(at))
    }
}

/// One article as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::articles)]
#[diesel(treat_none_as_null = true)]
#[expect(
    missing_docs,
    reason = "the columns of ArticleDraft and Image, see there"
)]
pub struct Article {
    pub id: ArticleId,
    pub external_id: Line,
    pub slug: Slug,
    pub url: String,
    pub language: Language,
    pub section: String,
    pub topics: Vec<String>,
    pub title: Line,
    pub standfirst: String,
    pub authors: Vec<String>,
    pub image_url: Option<String>,
    pub image_alt: String,
    pub image_caption: String,
    pub image_credit: String,
    pub body_html: String,
    /// Whole minutes, at least 1.
    pub reading_minutes: i32,
    pub status: ArticleStatus,
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub published_at: Timestamp,
    /// When it first reached this server; never changed by an edit.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub first_seen_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub publish_at: Option<Timestamp>,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub expires_at: Option<Timestamp>,
    pub is_pinned: bool,
    /// From when digests may have it; their windows are over this time.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub available_at: Timestamp,
    /// It was available before, and then hidden or under embargo again: some readers may have had it.
    pub is_back: bool,
    pub language_source: LanguageSource,
}

impl Article {
    /// A new article from what the publisher told.
    #[must_use]
    pub fn new(arrival: Arrival, slug: Slug, draft: &ArticleDraft) -> Self {
        let now = arrival.now;
        let mut article = Self {
            id: ArticleId::new(now),
            external_id: draft.external_id.clone(),
            slug,
            url: String::new(),
            language: draft.language.clone(),
            section: String::new(),
            topics: Vec::new(),
            title: draft.title.clone(),
            standfirst: String::new(),
            authors: Vec::new(),
            image_url: None,
            image_alt: String::new(),
            image_caption: String::new(),
            image_credit: String::new(),
            body_html: String::new(),
            reading_minutes: 1,
            status: ArticleStatus::Visible,
            published_at: draft.published_at,
            first_seen_at: now,
            updated_at: now,
            publish_at: None,
            expires_at: None,
            is_pinned: false,
            available_at: arrival.earliest(draft.publish_at),
            is_back: false,
            language_source: draft.language_source,
        };
        article.take(draft);
        article
    }

    /// This article after an edit: identity, slug, first-seen time and status stay, so that an edited article is not new
    /// and a hidden one stays hidden. The same text again changes nothing at all. An embargo that is moved moves when
    /// digests may have it, but never into a window that is closed.
    #[must_use]
    pub fn edited(&self, arrival: Arrival, draft: &ArticleDraft) -> Self {
        let mut after = self.clone();
        after.take(draft);
        if after.publish_at != self.publish_at {
            let was_available = self.available_at <= arrival.earliest(None);
            let is_embargoed = draft.publish_at.is_some_and(|at| at > arrival.now);
            if !was_available || is_embargoed {
                after.available_at = arrival.earliest(draft.publish_at);
                after.is_back |= was_available;
            }
        }
        if after != *self {
            after.updated_at = arrival.now;
        }
        after
    }

    /// This article hidden, or shown again. What was hidden comes into the next edition of those who did not have it.
    #[must_use]
    pub fn with_status(&self, arrival: Arrival, status: ArticleStatus) -> Self {
        let mut after = self.clone();
        if status != self.status {
            after.status = status;
            after.updated_at = arrival.now;
            let earliest = arrival.earliest(None);
            if status == ArticleStatus::Visible && self.available_at < earliest {
                after.available_at = earliest;
                after.is_back = true;
            }
        }
        after
    }

    fn take(&mut self, draft: &ArticleDraft) {
        self.url.clone_from(&draft.url);
        // An edit that knows less keeps what was known: nothing that was told from a text overrules a word of the publisher.
        if draft.language_source >= self.language_source {
            self.language = draft.language.clone();
            self.language_source = draft.language_source;
        }
        self.section.clone_from(&draft.section);
        self.topics.clone_from(&draft.topics);
        self.title = draft.title.clone();
        self.standfirst.clone_from(&draft.standfirst);
        self.authors.clone_from(&draft.authors);
        let image = draft.image.as_ref();
        self.image_url = image.map(|image| image.url.clone());
        self.image_alt = image.map(|image| image.alt.clone()).unwrap_or_default();
        self.image_caption = image.map(|image| image.caption.clone()).unwrap_or_default();
        self.image_credit = image.map(|image| image.credit.clone()).unwrap_or_default();
        draft.body.as_html().clone_into(&mut self.body_html);
        self.reading_minutes = i32::try_from(draft.body.reading_minutes()).unwrap_or(i32::MAX);
        self.published_at = draft.published_at;
        self.publish_at = draft.publish_at;
        self.expires_at = draft.expires_at;
        self.is_pinned = draft.is_pinned;
    }

    /// The picture, if there is one.
    #[must_use]
    pub fn image(&self) -> Option<Image> {
        self.image_url.as_ref().map(|url| Image {
            url: url.clone(),
            alt: self.image_alt.clone(),
            caption: self.image_caption.clone(),
            credit: self.image_credit.clone(),
        })
    }
}
