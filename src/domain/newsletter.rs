//! A newsletter: a recurring product with a title, a sender, a language and a schedule.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::approval::ApprovalSettings;
use super::choice::Choice;
use super::deadline::DeliverBy;
use super::email_address::EmailAddress;
use super::id::NewsletterId;
use super::language::Language;
use super::line::Line;
use super::schedule::{Schedule, ScheduleError};
use super::site_origin::SiteOrigin;
use super::slug::Slug;
use super::text_column::text_enum;
use super::timing::Timing;

text_enum! {
    /// Whether a newsletter takes subscribers and sends editions.
    pub enum NewsletterStatus {
        /// It does.
        Active => "active",
        /// It has ended: no sign-up, no edition; its subscriptions stay as evidence.
        Retired => "retired",
    }
}

/// One newsletter as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::newsletters)]
#[diesel(treat_none_as_null = true)]
pub struct Newsletter {
    /// Its identity.
    pub id: NewsletterId,
    /// Its name in addresses; unique.
    pub slug: Slug,
    /// Its name for readers.
    pub title: Line,
    /// One sentence under the title of the box: what a reader gets.
    pub promise: String,
    /// The rhythm in words, such as "weekdays at 7 am"; may be empty.
    pub frequency: String,
    /// The language of its mails.
    pub language: Language,
    /// The name in `From`.
    pub sender_name: Line,
    /// The address in `From`.
    pub sender_address: EmailAddress,
    /// The cron expression, five fields.
    pub schedule_cron: String,
    /// The IANA zone of the cron expression.
    pub schedule_zone: String,
    /// An article enters when it has one of these topics; empty lets all in.
    pub topics: Vec<String>,
    /// Fewer articles than this make no edition; at least 1.
    pub min_articles: i32,
    /// At most this many articles in one edition.
    pub max_articles: i32,
    /// Sites whose pages may hold its box, beside those of the settings.
    pub sites: Vec<SiteOrigin>,
    /// Active or retired.
    pub status: NewsletterStatus,
    /// The instant of the next slot; `None` while nothing is scheduled.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub next_due_at: Option<Timestamp>,
    /// When it was made.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
    /// When a setting was last changed.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    /// By when scheduled editions should have been sent, on the clocks of the schedule's zone.
    pub deliver_by: Option<DeliverBy>,
    /// How articles are chosen, beside topics and language.
    pub choice: Choice,
    /// When editions are composed and sent, beside the schedule.
    #[diesel(embed)]
    pub timing: Timing,
    /// Who approves its editions.
    #[diesel(embed)]
    pub approval: ApprovalSettings,
}

impl Newsletter {
    /// The schedule of its slots.
    ///
    /// # Errors
    /// When the stored texts no longer parse, for example after a zone was dropped from the zone database.
    pub fn schedule(&self) -> Result<Schedule, ScheduleError> {
        Schedule::parse(&self.schedule_cron, &self.schedule_zone)
    }
}
