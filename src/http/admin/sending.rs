//! Steering what is sent over the admin API, one edition at a time.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::editions::{EditionAnswer, edition_answer};
use crate::app::App;
use crate::domain::change::Change;
use crate::domain::edition::EditionStatus;
use crate::domain::edition_delivery::UnknownPolicy;
use crate::domain::id::EditionId;
use crate::domain::line::Line;
use crate::domain::slug::Slug;
use crate::http::dto::OptionalJson;
use crate::http::problem::Problem;
use crate::usecases::sending::{self, Ordered, Progress, Wishes};

/// The longest reason, in characters.
const MAX_REASON_CHARS: usize = 300;

/// Why something is ordered; may be left out, with the body.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonBody {
    /// One line for those who come later.
    #[schema(example = "the lead story is wrong")]
    reason: Option<String>,
}

impl ReasonBody {
    pub(super) fn read(self) -> Result<Option<String>, Problem> {
        let line = self
            .reason
            .map(|text| Line::parse(&text, MAX_REASON_CHARS))
            .transpose()
            .map_err(|cause| Problem::invalid_field("reason", cause.to_string()))?;
        Ok(line.map(|line| line.as_str().to_owned()))
    }
}

/// Who gets it once more; may be left out, with the body.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResendBody {
    /// Also those of whom nobody knows whether they got it; they may get it twice.
    #[serde(default)]
    unknown: bool,
}

/// How an edition is to be sent; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EditionPatch {
    /// Nothing is sent before. Only while nothing was sent.
    not_before: Option<Timestamp>,
    /// By when the last mail should have left; `null` takes it away. Without `not_before` the start is reckoned from it,
    /// from the number of readers and from how fast editions were before.
    #[serde(default)]
    #[schema(value_type = Option<Timestamp>)]
    deadline_at: Change<Timestamp>,
    /// What a lost reply leads to.
    unknown_policy: Option<UnknownPolicy>,
}

/// An edition after an order.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderAnswer {
    #[serde(flatten)]
    edition: EditionAnswer,
    /// How many mails the order moved: those that are sent again, or that count as sent now.
    moved: usize,
}

/// How far an edition is. All counts together are `recipients`, at every moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProgressAnswer {
    edition: EditionId,
    newsletter: String,
    status: EditionStatus,
    /// Why it is held, paused or stopped.
    reason: Option<String>,
    recipients: i32,
    /// Accepted by the next mail server.
    sent: i64,
    /// Not begun.
    waiting: i64,
    /// Under way at this moment.
    sending: i64,
    /// Tried again later.
    retrying: i64,
    /// Refused for good, given up, or of unknown fate.
    failed: i64,
    /// Not wanted any more, not to be written to, or stopped.
    dropped: i64,
    /// Mails a second in the last minute.
    rate_per_second: Option<f64>,
    /// When the last mail leaves if it goes on like this; `null` while it does not go on, or nobody can tell.
    eta: Option<Timestamp>,
    /// The deadline was missed, or will be.
    is_late: bool,
    /// Nothing of it moves any more.
    is_closed: bool,
    not_before: Timestamp,
    deadline_at: Option<Timestamp>,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    unknown_policy: UnknownPolicy,
}

impl ProgressAnswer {
    pub(super) fn new(newsletter: &Slug, progress: &Progress) -> Self {
        let (edition, send, tally) = (&progress.edition, &progress.send, progress.tally);
        Self {
            edition: edition.id,
            newsletter: newsletter.to_string(),
            status: edition.status,
            reason: send.reason.clone(),
            recipients: edition.recipient_count,
            sent: tally.sent,
            waiting: tally.waiting,
            sending: tally.sending,
            retrying: tally.retrying,
            failed: tally.failed,
            dropped: tally.dropped,
            rate_per_second: progress.rate,
            eta: progress.eta,
            is_late: progress.is_late,
            is_closed: progress.is_closed(),
            not_before: send.not_before,
            deadline_at: send.deadline_at,
            started_at: send.started_at,
            completed_at: edition.completed_at,
            unknown_policy: send.unknown_policy,
        }
    }
}

/// How far an edition is, as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(newsletter: &Slug, progress: &Progress) -> impl Serialize + use<> {
    ProgressAnswer::new(newsletter, progress)
}

fn order_answer(app: &App, ordered: &Ordered) -> HttpResponse {
    let (edition, send) = (&ordered.edition, Some(&ordered.send));
    HttpResponse::Ok().json(OrderAnswer {
        edition: edition_answer(app, &ordered.newsletter, edition, send),
        moved: ordered.moved,
    })
}

/// Begins no more mails of the edition until it is resumed; those under way end.
#[utoipa::path(post, path = "/editions/{id}/pause", tag = "editions", params(("id" = EditionId, Path)),
    request_body = Option<ReasonBody>,
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn pause(
    app: Data<App>,
    id: Path<EditionId>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.read()?;
    let ordered = app
        .db
        .transaction(move |conn| sending::pause(conn, *id, reason.as_deref()))
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Lets a paused edition go on.
#[utoipa::path(post, path = "/editions/{id}/resume", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn resume(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let ordered = app
        .db
        .transaction_now(move |conn, now| sending::resume(conn, now, *id, &shared.config.digest))
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Keeps an edition of which nothing was sent from beginning until it is released.
#[utoipa::path(post, path = "/editions/{id}/hold", tag = "editions", params(("id" = EditionId, Path)),
    request_body = Option<ReasonBody>,
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn hold(
    app: Data<App>,
    id: Path<EditionId>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.read()?;
    let ordered = app
        .db
        .transaction(move |conn| sending::hold(conn, *id, reason.as_deref()))
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Begins a held edition.
#[utoipa::path(post, path = "/editions/{id}/release", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn release(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let ordered = app
        .db
        .transaction_now(move |conn, now| sending::release(conn, now, *id, &shared.config.digest))
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Ends the edition for good: what was not begun is never sent. It is complete when what is under way has ended.
#[utoipa::path(post, path = "/editions/{id}/stop", tag = "editions", params(("id" = EditionId, Path)),
    request_body = Option<ReasonBody>,
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn stop(
    app: Data<App>,
    id: Path<EditionId>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.read()?;
    let ordered = app
        .db
        .transaction_now(move |conn, now| sending::stop(conn, now, *id, reason.as_deref()))
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Sends the edition once more to those whose mail failed and who still want it.
#[utoipa::path(post, path = "/editions/{id}/resend", tag = "editions", params(("id" = EditionId, Path)),
    request_body = Option<ResendBody>,
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn resend(
    app: Data<App>,
    id: Path<EditionId>,
    body: OptionalJson<ResendBody>,
) -> Result<HttpResponse, Problem> {
    let (shared, unknown) = (app.clone(), body.0.unknown);
    let ordered = app
        .db
        .transaction_now(move |conn, now| {
            sending::resend(conn, now, *id, unknown, &shared.config.digest)
        })
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Counts the mails whose reply was lost, and that are not sent once more, as sent.
#[utoipa::path(post, path = "/editions/{id}/settle-unknown", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = OrderAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn settle_unknown(
    app: Data<App>,
    id: Path<EditionId>,
) -> Result<HttpResponse, Problem> {
    let ordered = app
        .db
        .transaction_now(move |conn, now| sending::settle_unknown(conn, now, *id))
        .await?;
    Ok(order_answer(&app, &ordered))
}

/// Plans when the edition is sent, and decides what a lost reply leads to. The answer says whether it will be in time.
#[utoipa::path(patch, path = "/editions/{id}", tag = "editions", params(("id" = EditionId, Path)),
    request_body = EditionPatch,
    responses((status = 200, body = ProgressAnswer), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(crate) async fn plan(
    app: Data<App>,
    id: Path<EditionId>,
    body: Json<EditionPatch>,
) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let wishes = Wishes {
        not_before: body.not_before,
        deadline_at: body.deadline_at,
        unknown_policy: body.unknown_policy,
    };
    let (newsletter, progress) = app
        .db
        .transaction_now(move |conn, now| {
            sending::plan(conn, now, *id, wishes, &shared.config.digest)
        })
        .await?;
    Ok(HttpResponse::Ok().json(ProgressAnswer::new(&newsletter, &progress)))
}

/// How far the edition is: counted at each call, so ask every second at most.
#[utoipa::path(get, path = "/editions/{id}/progress", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = ProgressAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn progress(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let (newsletter, progress) = app
        .db
        .transaction_now(move |conn, now| sending::progress(conn, now, *id))
        .await?;
    Ok(HttpResponse::Ok().json(ProgressAnswer::new(&newsletter, &progress)))
}
