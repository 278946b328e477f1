//! The pages behind the links of mails to editors. Looking changes nothing; the buttons act.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::editions::MAIL_POLICY;
use crate::app::App;
use crate::domain::edition::EditionStatus;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::approval::{self, Action, Error, Standing};

#[derive(Serialize, Default)]
struct Values {
    state: &'static str,
    newsletter: String,
    subject: String,
    readers: i32,
    hash: String,
    /// What the newsroom should know before it decides.
    warnings: Vec<String>,
    action_url: String,
}

/// `GET /editors/look/{token}`: the edition as readers will see it.
pub(crate) async fn look(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let keys = app.keys.clone();
    let found = app
        .db
        .transaction(move |conn| approval::look(conn, &keys, &token))
        .await;
    match found {
        Ok(content) => Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY))
            .body(content.web_html)),
        Err(error) => refused(&app, &request, error),
    }
}

/// `GET /editors/approve/{token}`.
pub(crate) async fn show_approve(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    show(&app, token.into_inner(), &request, Action::Approve).await
}

/// `POST /editors/approve/{token}`.
pub(crate) async fn approve(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    press(&app, token.into_inner(), &request, Action::Approve).await
}

/// `GET /editors/hold/{token}`.
pub(crate) async fn show_hold(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    show(&app, token.into_inner(), &request, Action::Hold).await
}

/// `POST /editors/hold/{token}`.
pub(crate) async fn hold(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    press(&app, token.into_inner(), &request, Action::Hold).await
}

async fn show(
    app: &App,
    token: String,
    request: &HttpRequest,
    action: Action,
) -> Result<HttpResponse, Problem> {
    let keys = app.keys.clone();
    let verb = match action {
        Action::Approve => "approve",
        Action::Hold => "hold",
    };
    let action_url = format!("/editors/{verb}/{token}");
    let shown = app
        .db
        .transaction(move |conn| approval::show_link(conn, &keys, &token, action))
        .await;
    let standing = match shown {
        Ok(standing) => standing,
        Err(error) => return refused(app, request, error),
    };
    let state = match (standing.edition.status, action) {
        (EditionStatus::AwaitingApproval, _)
            if standing.is_approved() && action == Action::Approve =>
        {
            "approved"
        }
        (EditionStatus::AwaitingApproval, Action::Hold) => "hold",
        (EditionStatus::Held, Action::Hold) => "held",
        (EditionStatus::AwaitingApproval | EditionStatus::Held, Action::Approve) => {
            let told = standing.approval.fingerprint.as_slice();
            if told == standing.current.as_bytes() {
                "approve"
            } else {
                "changed"
            }
        }
        _ => "closed",
    };
    answer(app, request, StatusCode::OK, state, &standing, action_url)
}

async fn press(
    app: &App,
    token: String,
    request: &HttpRequest,
    action: Action,
) -> Result<HttpResponse, Problem> {
    let (keys, settings) = (app.keys.clone(), app.config.digest.clone());
    let pressed = app
        .db
        .transaction_now(move |conn, now| {
            approval::press(conn, now, &keys, &token, action, &settings)
        })
        .await;
    let state = match action {
        Action::Approve => "approved",
        Action::Hold => "held",
    };
    match pressed {
        Ok(standing) => answer(
            app,
            request,
            StatusCode::OK,
            state,
            &standing,
            String::new(),
        ),
        Err(error) => refused(app, request, error),
    }
}

fn answer(
    app: &App,
    request: &HttpRequest,
    status: StatusCode,
    state: &'static str,
    standing: &Standing,
    action_url: String,
) -> Result<HttpResponse, Problem> {
    let values = Values {
        state,
        newsletter: standing.newsletter.title.as_str().to_owned(),
        subject: standing.edition.subject.clone(),
        readers: standing.edition.recipient_count,
        hash: standing.current.short(),
        warnings: standing.edition.warnings.clone(),
        action_url,
    };
    let language = page::language(request, Some(&standing.newsletter.language));
    page::render(app, status, "edition_review", &language, &values)
}

/// A page that says why nothing was done.
fn refused(app: &App, request: &HttpRequest, error: Error) -> Result<HttpResponse, Problem> {
    let (status, state) = match error {
        Error::UnknownLink | Error::NotFound => (StatusCode::NOT_FOUND, "unknown"),
        Error::Changed { .. } => (StatusCode::PRECONDITION_FAILED, "changed"),
        Error::NotWaiting(_) | Error::WrongStatus(_) => (StatusCode::CONFLICT, "closed"),
        Error::Store(_) => return Err(error.into()),
    };
    let values = Values {
        state,
        ..Values::default()
    };
    let language = page::language(request, None);
    page::render(app, status, "edition_review", &language, &values)
}
