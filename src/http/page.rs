//! Pages for readers: rendering, language, and pages in place of problems.

use std::collections::HashMap;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT, ACCEPT_LANGUAGE, ALLOW, CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, HttpResponse};
use serde::Serialize;

use super::headers::FORM_POLICY;
use super::problem::Problem;
use crate::app::App;
use crate::domain::language::Language;

/// The address of the style sheet; the mark changes with its content, so that it may be kept for ever.
#[must_use]
pub(super) fn css_url() -> String {
    format!(
        "/assets/{}/tidings.css",
        super::public::assets::mark("tidings.css")
    )
}

/// Pages that have a script.
const FORM_PAGES: [&str; 5] = [
    "article",
    "confirm_auto",
    "newsletter",
    "proof",
    "subscribe",
];

/// The address of a script, like that of the style sheet.
fn script_url(name: &str) -> String {
    format!("/assets/{}/{name}", super::public::assets::mark(name))
}

/// Renders `page/{name}.html`.
pub(super) fn render(
    app: &App,
    status: StatusCode,
    name: &str,
    language: &Language,
    values: &impl Serialize,
) -> Result<HttpResponse, Problem> {
    let html = html(app, name, language, values)?;
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
    if FORM_PAGES.contains(&name) {
        answer.insert_header((CONTENT_SECURITY_POLICY, FORM_POLICY));
    }
    Ok(answer.body(html))
}

/// The text of `page/{name}.html`.
pub(super) fn html(
    app: &App,
    name: &str,
    language: &Language,
    values: &impl Serialize,
) -> Result<String, Problem> {
    #[derive(Serialize)]
    struct Page<'a, T> {
        css_url: String,
        box_script_url: String,
        proof_script_url: String,
        confirm_script_url: String,
        #[serde(flatten)]
        values: &'a T,
    }
    let page = Page {
        css_url: css_url(),
        box_script_url: script_url("box.js"),
        proof_script_url: script_url("proof.js"),
        confirm_script_url: script_url("confirm.js"),
        values,
    };
    Ok(app
        .templates
        .render(&format!("page/{name}.html"), language, &page)?)
}

/// A page without values of its own.
#[derive(Debug, Serialize)]
pub(super) struct Nothing {}

/// The language of a page: `?lang=`, else `known` (that of the reader or the newsletter), else what the browser
/// prefers, else English.
///
/// Whether readers are addressed informally is the newsroom's choice and never the browser's: by the language of the
/// newsletter, and by `publisher.informal` where a page is about none.
pub(super) fn language(request: &HttpRequest, known: Option<&Language>) -> Language {
    let Some(app) = request.app_data::<Data<App>>() else {
        return english();
    };
    let available = app.templates.words().languages();
    let wishes: Vec<Language> = asked(request.query_string())
        .into_iter()
        .chain(known.cloned())
        .collect();
    if let Some(found) = Language::best_match(available, &wishes) {
        return found;
    }
    let mut preferred = request
        .headers()
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map(Language::from_accept_header)
        .unwrap_or_default();
    preferred.retain(|language| !language.is_private());
    let found = Language::best_match(available, &preferred).unwrap_or_else(english);
    let informal = found.informal();
    informal
        .filter(|it| app.config.publisher.informal && available.contains(it))
        .unwrap_or(found)
}

fn asked(query: &str) -> Option<Language> {
    let pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).collect();
    pairs.get("lang")?.parse().ok()
}

/// English, in which there is always a text.
pub(super) fn english() -> Language {
    Language::english()
}

/// Whether the client wants JSON and not a page.
pub(super) fn wants_json(request: &HttpRequest) -> bool {
    let header = |name| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let accept = header(ACCEPT);
    (accept.contains("json") && !accept.contains("text/html"))
        || header(CONTENT_TYPE).starts_with("application/json")
}

/// Shows readers a page where a handler answered with a problem. Programs keep the problem. What the framework refuses
/// before a handler sees it, such as a form that is too large, becomes a problem like any other.
pub(super) async fn instead_of_problems<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let response = next.call(request).await?;
    let is_for_programs =
        response.request().path().starts_with("/api/") || wants_json(response.request());
    let told = response.response().extensions().get::<Problem>().cloned();
    let refused = (told.is_none() && response.response().error().is_some())
        .then(|| Problem::of_framework(response.status()));
    if let (Some(problem), true) = (&refused, is_for_programs) {
        let answer = problem.answer();
        return Ok(response.into_response(answer).map_into_right_body());
    }
    let (Some(problem), false) = (told.or(refused), is_for_programs) else {
        return Ok(response.map_into_left_body());
    };
    let Some(app) = response.request().app_data::<Data<App>>().cloned() else {
        return Ok(response.map_into_left_body());
    };
    let language = language(response.request(), None);
    match problem_page(&app, &problem, &language) {
        Ok(mut page) => {
            // What the status says to the browser stays.
            for name in [ALLOW, RETRY_AFTER] {
                if let Some(value) = response.headers().get(&name) {
                    page.headers_mut().insert(name, value.clone());
                }
            }
            Ok(response.into_response(page).map_into_right_body())
        }
        Err(_) => Ok(response.map_into_left_body()),
    }
}

fn problem_page(
    app: &App,
    problem: &Problem,
    language: &Language,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values {
        status: u16,
        heading: String,
        detail: String,
    }
    let status = problem.status();
    let key = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => {
            "problem-not-found"
        }
        StatusCode::PAYLOAD_TOO_LARGE => "problem-too-large",
        StatusCode::TOO_MANY_REQUESTS => "problem-too-many",
        StatusCode::SERVICE_UNAVAILABLE => "problem-unavailable",
        other if other.is_client_error() => "problem-invalid",
        _ => "problem-internal",
    };
    let words = app.templates.words();
    let heading = words.plain(language, key);
    let detail = words.plain(language, &format!("{key}-detail"));
    let values = Values {
        status: status.as_u16(),
        heading,
        detail,
    };
    render(app, status, "problem", language, &values)
}
