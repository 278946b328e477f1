//! The switches for all editions over the admin API, and everything that is being sent on one page.

use actix_web::HttpResponse;
use actix_web::web::Data;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::sending::{ProgressAnswer, ReasonBody};
use crate::app::App;
use crate::domain::id::WorkerId;
use crate::http::dto::OptionalJson;
use crate::http::problem::Problem;
use crate::usecases::sending::{self, Control, Status, WorkerRelay};

/// The switches for all editions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ControlAnswer {
    /// No mail of any edition is begun; single mails, such as confirmations, go on.
    is_paused: bool,
    /// New editions wait for a release.
    holds_new: bool,
    reason: Option<String>,
    /// When a switch was last turned.
    changed_at: Timestamp,
}

impl From<Control> for ControlAnswer {
    fn from(control: Control) -> Self {
        Self {
            is_paused: control.is_paused,
            holds_new: control.holds_new,
            reason: control.reason,
            changed_at: control.changed_at,
        }
    }
}

/// What one worker last heard of one mail server.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RelayAnswer {
    /// Host and port.
    relay: String,
    worker: WorkerId,
    /// Whether it takes mails at present.
    is_available: bool,
    connections: i32,
    /// The most that it bears at present.
    connection_limit: i32,
    /// Where the last failure happened, what was answered and why.
    phase: Option<String>,
    reply_code: Option<i32>,
    reply_text: Option<String>,
    seen_at: Timestamp,
}

impl From<WorkerRelay> for RelayAnswer {
    fn from(relay: WorkerRelay) -> Self {
        Self {
            relay: relay.relay,
            worker: relay.worker_id,
            is_available: relay.is_available,
            connections: relay.connections,
            connection_limit: relay.connection_limit,
            phase: relay.phase,
            reply_code: relay.reply_code,
            reply_text: relay.reply_text,
            seen_at: relay.seen_at,
        }
    }
}

/// Everything that is being sent, and why not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SendingAnswer {
    #[serde(flatten)]
    control: ControlAnswer,
    /// Mail servers as workers know them; none when no worker runs.
    relays: Vec<RelayAnswer>,
    /// The editions that are open, oldest first.
    editions: Vec<ProgressAnswer>,
    /// How long the oldest single mail has been due.
    singles_late_seconds: i64,
}

impl From<Status> for SendingAnswer {
    fn from(status: Status) -> Self {
        Self {
            control: status.control.into(),
            relays: status.relays.into_iter().map(RelayAnswer::from).collect(),
            editions: status
                .editions
                .iter()
                .map(|(newsletter, progress)| ProgressAnswer::new(newsletter, progress))
                .collect(),
            singles_late_seconds: status.singles_late.as_secs(),
        }
    }
}

/// What is being sent, as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(status: Status) -> impl Serialize + use<> {
    SendingAnswer::from(status)
}

/// The switches, as the API shows them.
#[must_use]
pub fn control_document(control: Control) -> impl Serialize + use<> {
    ControlAnswer::from(control)
}

/// What is being sent, and why not: switches, mail servers, open editions.
#[utoipa::path(get, path = "/sending", tag = "sending", responses((status = 200, body = SendingAnswer)))]
pub(crate) async fn status(app: Data<App>) -> Result<HttpResponse, Problem> {
    let status = app.db.transaction_now(sending::status).await?;
    Ok(HttpResponse::Ok().json(SendingAnswer::from(status)))
}

/// Begins no mail of any edition until sending is resumed; single mails, such as confirmations, go on.
#[utoipa::path(post, path = "/sending/pause", tag = "sending", request_body = Option<ReasonBody>,
    responses((status = 200, body = ControlAnswer)))]
pub(crate) async fn pause(
    app: Data<App>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.read()?;
    let control = app
        .db
        .transaction_now(move |conn, now| sending::pause_all(conn, now, reason.as_deref()))
        .await?;
    Ok(HttpResponse::Ok().json(ControlAnswer::from(control)))
}

/// Lets editions go on; one that is paused by itself stays so.
#[utoipa::path(post, path = "/sending/resume", tag = "sending", responses((status = 200, body = ControlAnswer)))]
pub(crate) async fn resume(app: Data<App>) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let control = app
        .db
        .transaction_now(move |conn, now| sending::resume_all(conn, now, &shared.config.digest))
        .await?;
    Ok(HttpResponse::Ok().json(ControlAnswer::from(control)))
}

/// Has editions that are composed from now on wait, each for its own release.
#[utoipa::path(post, path = "/sending/hold", tag = "sending", request_body = Option<ReasonBody>,
    responses((status = 200, body = ControlAnswer)))]
pub(crate) async fn hold(
    app: Data<App>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.read()?;
    let control = app
        .db
        .transaction_now(move |conn, now| sending::hold_new(conn, now, reason.as_deref()))
        .await?;
    Ok(HttpResponse::Ok().json(ControlAnswer::from(control)))
}

/// Has editions that are composed from now on begin by themselves; those that wait go on waiting.
#[utoipa::path(post, path = "/sending/release", tag = "sending", responses((status = 200, body = ControlAnswer)))]
pub(crate) async fn release(app: Data<App>) -> Result<HttpResponse, Problem> {
    let control = app.db.transaction_now(sending::release_new).await?;
    Ok(HttpResponse::Ok().json(ControlAnswer::from(control)))
}
