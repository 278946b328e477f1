//! An edition: one dated instance of a newsletter, its window and its frozen content.

use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::{Timestamp, civil};

use super::id::{EditionId, NewsletterId, RhythmId};
use super::slug::Slug;
use super::text_column::text_enum;

text_enum! {
    /// What made the edition.
    pub enum EditionKind {
        /// The newsletter's schedule.
        Scheduled => "scheduled",
        /// A person, over the API or the CLI.
        Manual => "manual",
        /// It tells readers of an edition what was wrong in it.
        Correction => "correction",
    }
}

text_enum! {
    /// Where an edition stands.
    pub enum EditionStatus {
        /// Composed, and waiting for a person to approve it, or approved and waiting for its time; nothing was sent.
        AwaitingApproval => "awaiting_approval",
        /// Deliveries are waiting or under way.
        Delivering => "delivering",
        /// Composed, and waiting for somebody to release it; nothing was sent.
        Held => "held",
        /// Stopped under way until somebody resumes it.
        Paused => "paused",
        /// Stopped for good; what was not sent is cancelled.
        Stopped => "stopped",
        /// Every delivery is settled.
        Done => "done",
        /// Nothing was sent, for the reason in `skip_reason`.
        Skipped => "skipped",
    }
}

impl EditionStatus {
    /// Whether mails of it may still be sent, now or after a release.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(
            self,
            Self::AwaitingApproval | Self::Delivering | Self::Held | Self::Paused
        )
    }
}

text_enum! {
    /// Why an edition was skipped.
    pub enum SkipReason {
        /// No article of the window fits the newsletter.
        NoArticles => "no_articles",
        /// Fewer articles than the newsletter's minimum; they stay for the next edition.
        TooFewArticles => "too_few_articles",
        /// Nobody approved it in time; its articles stay for the next edition.
        NotApproved => "not_approved",
        /// The mail became too large for mail programs; the articles stay for the next edition.
        TooLarge => "too_large",
        /// A template failed; the articles stay for the next edition.
        TemplateError => "template_error",
    }
}

/// How a person names an edition: by its id, or as the newest of a newsletter, `latest:SLUG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditionName {
    /// By its id.
    Id(EditionId),
    /// The newest one of this newsletter that was not skipped.
    Latest(Slug),
}

/// A text that names no edition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write the id of an edition, or latest:SLUG for the newest one of a newsletter")]
pub struct EditionNameError;

impl std::str::FromStr for EditionName {
    type Err = EditionNameError;

    fn from_str(text: &str) -> Result<Self, EditionNameError> {
        match text.strip_prefix("latest:") {
            Some(slug) => slug.parse().map(Self::Latest).map_err(|_| EditionNameError),
            None => text.parse().map(Self::Id).map_err(|_| EditionNameError),
        }
    }
}

/// The half-open span of first-seen time that an edition covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant in it.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

/// An edition without its frozen bytes, for lists and decisions.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::editions)]
pub struct Edition {
    /// Its identity.
    pub id: EditionId,
    /// Of which newsletter.
    pub newsletter_id: NewsletterId,
    /// Scheduled or manual.
    pub kind: EditionKind,
    /// The local date-time that makes it unique for its newsletter.
    #[diesel(deserialize_as = jiff_diesel::DateTime)]
    pub slot: civil::DateTime,
    /// The slot as an instant.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub due_at: Timestamp,
    /// Start of the window, inclusive.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub window_from: Timestamp,
    /// End of the window, exclusive.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub window_until: Timestamp,
    /// Where it stands.
    pub status: EditionStatus,
    /// Set exactly when it was skipped.
    pub skip_reason: Option<SkipReason>,
    /// The subject of its mails; empty when skipped.
    pub subject: String,
    /// How many articles it holds.
    pub article_count: i32,
    /// How many deliveries were made for it.
    pub recipient_count: i32,
    /// When it was composed.
    #[diesel(deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When its last delivery was settled.
    #[diesel(deserialize_as = jiff_diesel::NullableTimestamp)]
    pub completed_at: Option<Timestamp>,
    /// For readers with this rhythm of their own; `None` for those who follow the newsletter's schedule.
    pub rhythm_id: Option<RhythmId>,
    /// 0 for the readers who had the edition before; each further selection of the same slot, for readers who were away,
    /// has a number of its own.
    pub variant: i16,
    /// What the newsroom should know: why nothing was sent, that stories were shortened.
    pub warnings: Vec<String>,
    /// 1 is what was frozen first; each correction adds 1.
    pub content_version: i32,
}

/// The frozen content of an edition.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = crate::schema::editions)]
pub struct FrozenContent {
    /// The subject.
    pub subject: String,
    /// The HTML part, with markers for what differs per reader.
    pub html: String,
    /// The plain-text part, with the same markers.
    pub plain: String,
    /// The page at `/v/{edition}`: for nobody in particular, without markers. Empty when everything in it was taken back.
    pub web_html: String,
}

/// Frozen content that takes the place of another.
#[derive(Debug, Clone, Default, AsChangeset)]
#[diesel(table_name = crate::schema::editions)]
#[expect(missing_docs, reason = "the same fields as Edition and FrozenContent")]
pub struct NewContent {
    pub subject: String,
    pub preheader: String,
    pub html: String,
    pub plain: String,
    pub web_html: String,
    pub content_sha256: Vec<u8>,
    pub article_count: i32,
    pub warnings: Vec<String>,
}

/// A new edition row.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = crate::schema::editions)]
#[expect(missing_docs, reason = "the same fields as Edition and FrozenContent")]
pub struct NewEdition {
    pub id: EditionId,
    pub newsletter_id: NewsletterId,
    pub kind: EditionKind,
    #[diesel(serialize_as = jiff_diesel::DateTime)]
    pub slot: civil::DateTime,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub due_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub window_from: Timestamp,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub window_until: Timestamp,
    pub status: EditionStatus,
    pub skip_reason: Option<SkipReason>,
    pub subject: String,
    pub preheader: String,
    pub html: String,
    pub plain: String,
    pub web_html: String,
    pub content_sha256: Vec<u8>,
    pub article_count: i32,
    pub recipient_count: i32,
    #[diesel(serialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp)]
    pub completed_at: Option<Timestamp>,
    pub rhythm_id: Option<RhythmId>,
    pub variant: i16,
    pub warnings: Vec<String>,
}
