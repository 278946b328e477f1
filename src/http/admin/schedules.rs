//! Pauses of newsletters and missed slots over the admin API, and how a newsletter's timing is written in JSON.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::newsletters::NewsletterAnswer;
use super::sending::ReasonBody;
use crate::app::App;
use crate::domain::id::EditionId;
use crate::domain::missed_slot::{MissedOutcome, MissedReason, MissedSlot};
use crate::domain::slug::Slug;
use crate::domain::timing::{MAX_CUT_OFF_MINUTES, Timing, TimingPatch};
use crate::http::dto::{Fields, OptionalJson, Page, Paging};
use crate::http::problem::Problem;
use crate::usecases::pausing;

/// When editions are composed and sent, beside the schedule; absent members stay as they are, or have their default in a
/// new newsletter.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimingInput {
    /// So many minutes before its slot an edition is composed, with the articles first seen until then; 0 to 1440. It is
    /// sent at the slot. What comes later is in the next edition.
    #[schema(example = 30)]
    cut_off_minutes: Option<i32>,
    /// What becomes of a slot that was missed: `skip`, `merge_into_next`, `send_within` (until the next slot is due) or
    /// such as `send_within:90m`.
    #[schema(example = "send_within:90m")]
    misfire: Option<String>,
}

/// When editions are composed and sent, beside the schedule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TimingAnswer {
    cut_off_minutes: i32,
    #[schema(example = "send_within")]
    misfire: String,
}

impl From<&Timing> for TimingAnswer {
    fn from(timing: &Timing) -> Self {
        Self {
            cut_off_minutes: timing.cut_off_minutes,
            misfire: timing.misfire.to_string(),
        }
    }
}

impl TimingInput {
    pub(super) fn read(&self, fields: &mut Fields) -> TimingPatch {
        let range = 0..=MAX_CUT_OFF_MINUTES;
        if self
            .cut_off_minutes
            .is_some_and(|minutes| !range.contains(&minutes))
        {
            fields.wrong(
                "timing.cut_off_minutes",
                format_args!("must be 0 to {MAX_CUT_OFF_MINUTES} minutes"),
            );
        }
        TimingPatch {
            cut_off_minutes: self.cut_off_minutes,
            misfire: fields.parse_optional("timing.misfire", self.misfire.as_deref()),
        }
    }
}

/// A newsletter after its pause began or ended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PauseAnswer {
    #[serde(flatten)]
    newsletter: NewsletterAnswer,
    /// Editions that were composed and not begun: they are held now, until somebody releases or stops them.
    held: Vec<EditionId>,
}

/// A slot of which no edition was made in time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MissedAnswer {
    newsletter: String,
    /// The local date-time, without zone.
    #[schema(value_type = String, example = "2026-03-27T07:00:00")]
    slot: jiff::civil::DateTime,
    due_at: Timestamp,
    reason: MissedReason,
    /// The policy that was in force.
    policy: String,
    outcome: MissedOutcome,
    /// The edition that has its articles; `null` until there is one.
    edition: Option<EditionId>,
    noticed_at: Timestamp,
}

impl MissedAnswer {
    fn new((newsletter, missed): &(Slug, MissedSlot)) -> Self {
        Self {
            newsletter: newsletter.to_string(),
            slot: missed.slot,
            due_at: missed.due_at,
            reason: missed.reason,
            policy: missed.policy.to_string(),
            outcome: missed.outcome,
            edition: missed.edition_id,
            noticed_at: missed.noticed_at,
        }
    }
}

/// A missed slot as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(missed: &(Slug, MissedSlot)) -> impl Serialize + use<> {
    MissedAnswer::new(missed)
}

/// Which missed slots.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MissedQuery {
    /// Only of this newsletter, by its slug.
    newsletter: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 200; 50 when absent.
    limit: Option<i64>,
}

fn parse_slug(slug: &str) -> Result<Slug, Problem> {
    slug.parse().map_err(|_| pausing::Error::NotFound.into())
}

/// Makes no more editions by schedule until the newsletter is resumed; composed editions of which nothing was sent are
/// held. Slots that pass are recorded as missed.
#[utoipa::path(post, path = "/newsletters/{slug}/pause", tag = "newsletters", params(("slug" = String, Path)),
    request_body = Option<ReasonBody>,
    responses((status = 200, body = PauseAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn pause(
    app: Data<App>,
    slug: Path<String>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let (slug, reason) = (parse_slug(&slug)?, body.0.read()?);
    let (newsletter, held) = app
        .db
        .transaction_now(move |conn, now| pausing::pause(conn, now, &slug, reason.as_deref()))
        .await?;
    let newsletter = NewsletterAnswer::from(&newsletter);
    Ok(HttpResponse::Ok().json(PauseAnswer { newsletter, held }))
}

/// Ends a pause. Nothing is sent for the past; the next slot takes what came in since the last edition.
#[utoipa::path(post, path = "/newsletters/{slug}/resume", tag = "newsletters", params(("slug" = String, Path)),
    responses((status = 200, body = NewsletterAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn resume(app: Data<App>, slug: Path<String>) -> Result<HttpResponse, Problem> {
    let slug = parse_slug(&slug)?;
    let newsletter = app
        .db
        .transaction_now(move |conn, now| pausing::resume(conn, now, &slug))
        .await?;
    Ok(HttpResponse::Ok().json(NewsletterAnswer::from(&newsletter)))
}

/// Slots of which no edition was made in time, and what became of them; the last noticed first.
#[utoipa::path(get, path = "/missed-slots", tag = "newsletters", params(MissedQuery),
    responses((status = 200, body = Page<MissedAnswer>), (status = 404, body = Problem)))]
pub(crate) async fn missed(
    app: Data<App>,
    query: Query<MissedQuery>,
) -> Result<HttpResponse, Problem> {
    let newsletter = query.newsletter.as_deref().map(parse_slug).transpose()?;
    let (before, limit) = Paging::new(query.cursor.clone(), query.limit).read()?;
    let rows = app
        .db
        .transaction(move |conn| pausing::missed(conn, newsletter.as_ref(), before, limit))
        .await?;
    Ok(HttpResponse::Ok().json(Page::new(
        rows,
        limit,
        |(_, missed)| missed.id.to_string(),
        MissedAnswer::new,
    )))
}
