//! A correction: an article was taken out of editions after they were frozen, or replaced in them.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::id::{ArticleId, CorrectionId, EditionId};
use super::line::Line;
use super::text_column::text_enum;

/// The longest reason, in characters: it is for the newsroom.
pub const MAX_REASON_CHARS: usize = 500;

/// The longest text of a notice, in characters.
pub const MAX_NOTICE_CHARS: usize = 4_000;

text_enum! {
    /// What happens to the article.
    pub enum CorrectionAction {
        /// It is taken out, hidden, and nothing stands in its place.
        Retract => "retract",
        /// Another article stands in its place, or the article itself as it is now.
        Replace => "replace",
    }
}

text_enum! {
    /// What a correction did to an edition.
    pub enum CorrectionOutcome {
        /// Mails that had not begun hold the new content.
        Corrected => "corrected",
        /// Too little was left: no more mails of it are sent.
        Stopped => "stopped",
        /// The mail cannot be made anew; what was under way is paused, with the old content.
        Blocked => "blocked",
    }
}

/// What was done, and why.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::corrections)]
pub struct Correction {
    /// Its identity.
    pub id: CorrectionId,
    /// The article that was wrong.
    pub article_id: ArticleId,
    /// What happened to it.
    pub action: CorrectionAction,
    /// What stands in its place; the article itself: its newer text.
    pub replacement_id: Option<ArticleId>,
    /// Why, for the newsroom.
    pub reason: String,
    /// When.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}

/// What a correction did to one edition.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::correction_editions)]
pub struct CorrectedEdition {
    /// Of which correction.
    pub correction_id: CorrectionId,
    /// Which edition.
    pub edition_id: EditionId,
    /// Readers who were sent a version from this one...
    pub from_version: i32,
    /// ...and before this one have what was wrong.
    pub until_version: i32,
    /// The headline as readers got it.
    pub title: Line,
    /// What was done.
    pub outcome: CorrectionOutcome,
    /// Why it was stopped or blocked.
    pub detail: Option<String>,
}

/// Where the mails of a corrected edition stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// Accepted by the next server with what was wrong.
    pub sent: i64,
    /// Begun with what was wrong; whether it was accepted is not known yet, or never will be.
    pub unknown: i64,
    /// Not begun: they are sent as they are now, if the edition is.
    pub waiting: i64,
}
