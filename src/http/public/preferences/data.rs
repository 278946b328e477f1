//! What is held about a reader: as a file, or deleted.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use super::refused;
use crate::app::App;
use crate::domain::consent_seal::hex;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::NewsletterId;
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::public::link;
use crate::usecases::preferences::{self, Held};

#[derive(Serialize)]
struct EraseValues {
    address: String,
    action_url: String,
    back_url: String,
    is_done: bool,
}

/// `GET /preferences/{token}/export`: everything as JSON.
pub(crate) async fn export(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let held = match link::follow(&app, &token, preferences::export).await {
        Ok(held) => held,
        Err(error) => return refused(&app, &request, error).await,
    };
    let body = serde_json::to_string_pretty(&file(now, &held)).unwrap_or_default();
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((
            CONTENT_DISPOSITION,
            "attachment; filename=\"newsletters.json\"",
        ))
        .body(body))
}

/// `GET /preferences/{token}/erase`: asks first.
pub(crate) async fn ask_erase(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let result = link::follow(&app, &token, preferences::look_at_erasing).await;
    erase_page(&app, &request, &token, result, false).await
}

/// `POST /preferences/{token}/erase`.
pub(crate) async fn erase(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let result = link::follow(&app, &token, preferences::erase).await;
    erase_page(&app, &request, &token, result, true).await
}

async fn erase_page(
    app: &App,
    request: &HttpRequest,
    token: &str,
    result: Result<preferences::Access, preferences::Error>,
    is_done: bool,
) -> Result<HttpResponse, Problem> {
    let access = match result {
        Ok(access) => access,
        Err(error) => return refused(app, request, error).await,
    };
    let back_url = format!("/preferences/{token}");
    let values = EraseValues {
        address: access.subscriber.address.as_str().to_owned(),
        action_url: format!("{back_url}/erase"),
        back_url,
        is_done,
    };
    let language = page::language(request, Some(&access.language));
    page::render(app, StatusCode::OK, "erase", &language, &values)
}

/// The file: names as in the admin API, times in RFC 3339 and UTC.
fn file(now: Timestamp, held: &Held) -> Value {
    let reader = &held.access.subscriber;
    json!({
        "exported_at": now,
        "subscriber": {
            "address": reader.address.as_str(),
            "language": reader.language.to_string(),
            "created_at": reader.created_at,
            "is_suppressed": held.access.is_suppressed,
        },
        "subscriptions": subscriptions(held),
        "signups": signups(held),
        "consents": consents(held),
        "editions": held.editions.iter().map(|it| json!({
            "newsletter": it.newsletter,
            "subject": it.subject,
            "due_at": it.due_at.to_jiff(),
            "status": it.status,
            "settled_at": it.settled_at.map(jiff_diesel::Timestamp::to_jiff),
            "reply_text": it.reply_text,
        })).collect::<Vec<_>>(),
        "mails": held.mails.iter().map(|it| json!({
            "kind": it.kind,
            "created_at": it.created_at.to_jiff(),
            "status": it.status,
            "settled_at": it.settled_at.map(jiff_diesel::Timestamp::to_jiff),
            "reply_text": it.reply_text,
        })).collect::<Vec<_>>(),
        "links": held.links.iter().map(|it| json!({
            "kind": it.kind,
            "language": it.language.to_string(),
            "new_address": it.new_address.as_ref().map(EmailAddress::as_str),
            "created_at": it.created_at,
            "expires_at": it.expires_at,
            "used_at": it.used_at,
            "stopped_at": it.stopped_at,
        })).collect::<Vec<_>>(),
    })
}

fn subscriptions(held: &Held) -> Vec<Value> {
    let rows = held.subscriptions.iter();
    rows.map(|(row, newsletter)| {
        let own = held
            .rhythms
            .iter()
            .find(|rhythm| Some(rhythm.id) == row.rhythm_id);
        json!({
            "newsletter": newsletter.slug.to_string(),
            "title": newsletter.title.as_str(),
            "status": row.status,
            "language": row.language.to_string(),
            "is_text_only": row.is_text_only,
            "requested_at": row.requested_at,
            "confirmed_at": row.confirmed_at,
            "ended_at": row.ended_at,
            "paused_until": row.paused_until,
            "sent_until": row.sent_until,
            "rhythm": own.map(|it| json!({"kind": it.kind, "cron": it.cron, "zone": it.zone})),
        })
    })
    .collect()
}

fn signups(held: &Held) -> Vec<Value> {
    let slug = |id: &NewsletterId| {
        let found = held.asked.iter().find(|newsletter| newsletter.id == *id);
        found.map(|newsletter| newsletter.slug.to_string())
    };
    let rows = held.signups.iter();
    rows.map(|it| {
        json!({
            "newsletters": it.newsletter_ids.iter().filter_map(slug).collect::<Vec<_>>(),
            "language": it.language.to_string(),
            "source_url": it.source_url,
            "requested_at": it.requested_at,
            "opened_at": held.openings.iter().find(|(id, _)| *id == it.id).map(|(_, at)| at),
            "confirmed_at": it.confirmed_at,
        })
    })
    .collect()
}

fn consents(held: &Held) -> Vec<Value> {
    let rows = held.consents.iter();
    rows.map(|it| {
        let of = held
            .subscriptions
            .iter()
            .find(|(row, _)| row.id == it.subscription_id);
        json!({
            "newsletter": of.map(|(_, newsletter)| newsletter.slug.to_string()),
            "action": it.action,
            "source": it.source,
            "wording": it.wording,
            "wording_version": it.wording_version,
            "language": it.language.to_string(),
            "page_url": it.page_url,
            "address": it.address,
            "user_agent": it.user_agent,
            "client_address": it.client_address,
            "recorded_at": it.recorded_at,
            "obtained_at": it.obtained_at,
            "number": it.number,
            "hash": hex(&it.hash),
        })
    })
    .collect()
}
