//! Attacks on the sign-up over the admin API.

use actix_web::HttpResponse;
use actix_web::web::Data;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::sending::ReasonBody;
use crate::app::App;
use crate::http::dto::OptionalJson;
use crate::http::problem::Problem;
use crate::usecases::attack::{self, Attack, Figures, Status, Window};

/// What is seen of sign-ups.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FiguresAnswer {
    /// Requests to sign up in the window, also those that were refused.
    requests: i64,
    /// Requests in a usual window in which there were any.
    normal: i64,
    /// Mails that sign-ups in the window caused.
    asked: i64,
    /// How many of those were confirmed.
    confirmed: i64,
}

impl From<Figures> for FiguresAnswer {
    fn from(figures: Figures) -> Self {
        Self {
            requests: figures.requests,
            normal: figures.normal,
            asked: figures.asked,
            confirmed: figures.confirmed,
        }
    }
}

/// An attack on the sign-up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttackAnswer {
    began_at: Timestamp,
    /// When the rate was last high.
    high_at: Timestamp,
    ended_at: Option<Timestamp>,
    /// Declared by a person, who has to end it.
    is_manual: bool,
    reason: Option<String>,
    window_minutes: i32,
    threshold: i64,
    /// What was seen when it began.
    seen: FiguresAnswer,
}

impl From<Attack> for AttackAnswer {
    fn from(attack: Attack) -> Self {
        Self {
            began_at: attack.began_at,
            high_at: attack.high_at,
            ended_at: attack.ended_at,
            is_manual: attack.is_manual,
            reason: attack.reason,
            window_minutes: attack.window_minutes,
            threshold: attack.threshold,
            seen: attack.figures.into(),
        }
    }
}

/// Whether sign-ups are under attack, and why that is thought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttackStatus {
    is_under_attack: bool,
    /// The attack that is on, or the last one.
    attack: Option<AttackAnswer>,
    /// What is seen at present.
    seen: FiguresAnswer,
    /// From how many requests in the window on it would be an attack.
    threshold: i64,
}

impl From<Status> for AttackStatus {
    fn from(status: Status) -> Self {
        Self {
            is_under_attack: status.is_on,
            attack: status.attack.map(AttackAnswer::from),
            seen: status.figures.into(),
            threshold: status.threshold,
        }
    }
}

/// Whom to remove; without times those who came with the last attack.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PurgeBody {
    /// Readers who were not known before.
    since: Option<Timestamp>,
    /// And who asked until then.
    until: Option<Timestamp>,
    /// Only count.
    dry_run: bool,
}

/// What was removed, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PurgeAnswer {
    since: Timestamp,
    until: Timestamp,
    is_dry_run: bool,
    /// How many readers.
    subscribers: i64,
}

/// What a purge did, as the API shows it, for others who speak JSON.
#[must_use]
pub fn purge_document(
    window: Window,
    is_dry_run: bool,
    subscribers: i64,
) -> impl Serialize + use<> {
    PurgeAnswer {
        since: window.since,
        until: window.until,
        is_dry_run,
        subscribers,
    }
}

/// How things stand, as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(status: Status) -> impl Serialize + use<> {
    AttackStatus::from(status)
}

/// Whether sign-ups are under attack, and why that is thought.
#[utoipa::path(get, path = "/attack", tag = "attack", responses((status = 200, body = AttackStatus)))]
pub(crate) async fn status(app: Data<App>) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let status = app
        .db
        .transaction_now(move |conn, now| attack::status(conn, now, &shared.config.attack))
        .await?;
    Ok(HttpResponse::Ok().json(AttackStatus::from(status)))
}

/// Declares an attack: each sign-up needs a proof of work until somebody ends it.
#[utoipa::path(post, path = "/attack/begin", tag = "attack", request_body = Option<ReasonBody>,
    responses((status = 200, body = AttackStatus)))]
pub(crate) async fn begin(
    app: Data<App>,
    body: OptionalJson<ReasonBody>,
) -> Result<HttpResponse, Problem> {
    let reason = body.0.read()?;
    let shared = app.clone();
    let status = app
        .db
        .transaction_now(move |conn, now| {
            attack::begin(conn, now, &shared.config.attack, reason.as_deref())
        })
        .await?;
    Ok(HttpResponse::Ok().json(AttackStatus::from(status)))
}

/// Ends an attack. If it goes on, it is noticed again.
#[utoipa::path(post, path = "/attack/end", tag = "attack", responses((status = 200, body = AttackStatus)))]
pub(crate) async fn end(app: Data<App>) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let status = app
        .db
        .transaction_now(move |conn, now| attack::end(conn, now, &shared.config.attack))
        .await?;
    Ok(HttpResponse::Ok().json(AttackStatus::from(status)))
}

/// Removes readers who came with an attack and never confirmed. Those who confirmed, and those whom we knew before, stay.
#[utoipa::path(post, path = "/attack/purge", tag = "attack", request_body = Option<PurgeBody>,
    responses((status = 200, body = PurgeAnswer)))]
pub(crate) async fn purge(
    app: Data<App>,
    body: OptionalJson<PurgeBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.0;
    let (window, subscribers) = run_purge(&app, body.since, body.until, body.dry_run).await?;
    Ok(HttpResponse::Ok().json(purge_document(window, body.dry_run, subscribers)))
}

/// Removes in steps, so that no lock is held for long, or counts.
///
/// # Errors
/// [`attack::Error`]; what was removed before stays removed.
pub async fn run_purge(
    app: &App,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    is_dry_run: bool,
) -> Result<(Window, i64), attack::Error> {
    let shared = app.clone();
    let window = app
        .db
        .transaction_now(move |conn, now| {
            attack::window(conn, now, &shared.config.attack, since, until)
        })
        .await?;
    if is_dry_run {
        let count = app
            .db
            .transaction(move |conn| attack::count(conn, window))
            .await?;
        return Ok((window, count));
    }
    let mut removed: i64 = 0;
    loop {
        let step = app
            .db
            .transaction(move |conn| attack::purge(conn, window))
            .await?;
        if step == 0 {
            break;
        }
        removed = removed.saturating_add(i64::try_from(step).unwrap_or(i64::MAX));
    }
    app.db
        .transaction_now(move |conn, now| attack::note_purge(conn, now, window, removed))
        .await?;
    Ok((window, removed))
}
