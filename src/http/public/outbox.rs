//! The mail catcher's inbox, when it runs: what would have been sent, for whoever tries the program out.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::editions::MAIL_POLICY;
use crate::app::{App, CapturedMail, Outbox};
use crate::http::page;
use crate::http::problem::Problem;

/// How many messages a page lists.
const PAGE: usize = 50;

/// Which messages to list.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Filter {
    to: Option<String>,
    before: Option<u64>,
}

#[derive(Serialize)]
struct Line {
    id: u64,
    to: String,
    from: String,
    subject: String,
    received_at: String,
    size_bytes: usize,
    url: String,
}

impl From<&Arc<CapturedMail>> for Line {
    fn from(mail: &Arc<CapturedMail>) -> Self {
        Self {
            id: mail.id,
            to: mail.recipients.join(", "),
            from: mail.from(),
            subject: mail.subject(),
            received_at: mail
                .received_at
                .strftime("%Y-%m-%d %H:%M:%S UTC")
                .to_string(),
            size_bytes: mail.raw.len(),
            url: format!("/dev/outbox/{}", mail.id),
        }
    }
}

/// The caught mails, for people at this machine only: they hold working links.
fn catcher<'a>(app: &'a App, request: &HttpRequest) -> Result<&'a Outbox, Problem> {
    let is_local = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    app.outbox.as_ref().filter(|_| is_local).ok_or_else(|| {
        let detail = "the mail catcher is shown on its own machine, and only while no mail server is set (smtp.url)";
        Problem::not_found("no_mail_catcher", detail)
    })
}

fn find(app: &App, request: &HttpRequest, id: u64) -> Result<Arc<CapturedMail>, Problem> {
    catcher(app, request)?
        .find(id)
        .ok_or_else(|| Problem::not_found("unknown_message", "there is no such message any more"))
}

/// `/dev/outbox`.
pub(crate) async fn list(
    app: Data<App>,
    filter: Query<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values {
        messages: Vec<Line>,
        next_url: Option<String>,
    }
    let found = catcher(&app, &request)?.list(filter.to.as_deref(), filter.before, PAGE);
    let next_url = match found.last() {
        Some(last) if found.len() == PAGE => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("before", &last.id.to_string());
            query.extend_pairs(filter.to.iter().map(|to| ("to", to)));
            Some(format!("/dev/outbox?{}", query.finish()))
        }
        _ => None,
    };
    let values = Values {
        messages: found.iter().map(Line::from).collect(),
        next_url,
    };
    page::render(&app, StatusCode::OK, "outbox", &page::english(), &values)
}

/// `/dev/outbox.json`, newest first; `?to=` and `?before=` as on the page.
pub(crate) async fn list_json(
    app: Data<App>,
    filter: Query<Filter>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = catcher(&app, &request)?.list(filter.to.as_deref(), filter.before, PAGE);
    Ok(HttpResponse::Ok().json(found.iter().map(Line::from).collect::<Vec<_>>()))
}

/// `/dev/outbox/{id}`.
pub(crate) async fn message(
    app: Data<App>,
    id: Path<u64>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Header {
        name: String,
        value: String,
    }
    #[derive(Serialize)]
    struct Message {
        #[serde(flatten)]
        line: Line,
        headers: Vec<Header>,
        text: String,
        html_url: Option<String>,
        raw_url: String,
        links: Vec<String>,
    }
    #[derive(Serialize)]
    struct Values {
        message: Message,
    }
    let mail = find(&app, &request, *id)?;
    let message = Message {
        line: Line::from(&mail),
        headers: mail
            .headers()
            .into_iter()
            .map(|(name, value)| Header { name, value })
            .collect(),
        text: mail.text().unwrap_or_default(),
        html_url: mail.html().map(|_| format!("/dev/outbox/{id}/html")),
        raw_url: format!("/dev/outbox/{id}/raw"),
        links: mail.links(),
    };
    page::render(
        &app,
        StatusCode::OK,
        "outbox_message",
        &page::english(),
        &Values { message },
    )
}

/// `/dev/outbox/{id}/html`: the HTML part, for the sandboxed frame.
pub(crate) async fn html(
    app: Data<App>,
    id: Path<u64>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let html = find(&app, &request, *id)?
        .html()
        .ok_or_else(|| Problem::not_found("no_html", "the message has no HTML part"))?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((
            CONTENT_SECURITY_POLICY,
            format!("{MAIL_POLICY}; frame-ancestors 'self'"),
        ))
        .body(html))
}

/// `/dev/outbox/{id}/raw`: the bytes as they came.
pub(crate) async fn raw(
    app: Data<App>,
    id: Path<u64>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mail = find(&app, &request, *id)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(mail.raw.to_vec()))
}
