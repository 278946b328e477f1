//! The form and its answers.
//!
//! Whatever we know about the address, the answer is the same, byte for byte. What differs is the mail.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};
use url::Url;

use super::boxes::{Kept, SignupBox};
use crate::app::App;
use crate::domain::consent::ConsentSource;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::http::page;
use crate::http::problem::{FieldError, Problem};
use crate::usecases::{newsletters, signup};

/// The longest source address that is kept, in bytes.
const MAX_SOURCE_BYTES: usize = 500;

/// What came in, from form or JSON, unchecked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Submission {
    email: String,
    #[serde(alias = "newsletter")]
    newsletters: Vec<String>,
    source: String,
    language: String,
    /// A field that people do not see and machines fill in.
    website: String,
    next: String,
}

#[derive(Serialize)]
struct FormValues {
    r#box: SignupBox,
}

/// `GET /subscribe`: the form on a page of its own.
pub(crate) async fn form(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let language = page::language(&request, None);
    let kept = Kept {
        chosen: vec![String::new()],
        ..Kept::default()
    };
    form_page(&app, StatusCode::OK, &language, kept).await
}

/// `POST /subscribe`: form-encoded or JSON.
pub(crate) async fn submit(
    app: Data<App>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let is_json = content_type(&request).starts_with("application/json");
    let submission = if is_json {
        read_json(&body)?
    } else {
        read_form(&request, &body)?
    };
    let wants_json = page::wants_json(&request);
    let language = language_of(&request, &submission);
    if !submission.website.is_empty() {
        // A machine learns nothing from a refusal that it did not get.
        return Ok(accepted(&app, &submission, &language, wants_json));
    }
    let door = if is_json {
        ConsentSource::Json
    } else {
        ConsentSource::Form
    };
    match parse(&submission, &language, door) {
        Ok(parsed) => {
            let (now, shared) = (app.clock.now(), app.clone());
            let work = app.db.transaction(move |conn| {
                signup::request(
                    conn,
                    now,
                    &shared.config.signup,
                    shared.templates.words(),
                    &parsed,
                )
            });
            match work.await {
                Ok(()) => Ok(accepted(&app, &submission, &language, wants_json)),
                Err(signup::Error::Store(cause)) => Err(signup::Error::Store(cause).into()),
                Err(error) if wants_json => Err(error.into()),
                Err(_) => back(&app, &submission, &language, "newsletter").await,
            }
        }
        Err(errors) if wants_json => Err(Problem::invalid(errors)),
        Err(errors) => {
            let is_address = errors.iter().any(|error| error.field == "email");
            back(
                &app,
                &submission,
                &language,
                if is_address { "address" } else { "newsletter" },
            )
            .await
        }
    }
}

/// `GET /subscribe/check-inbox`.
pub(crate) async fn check_inbox(
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values<'a> {
        sender: &'a str,
        lifetime_days: u16,
        again_url: String,
    }
    let values = Values {
        sender: app.identity.from.as_str(),
        lifetime_days: app.config.signup.confirmation_lifetime_days,
        again_url: "/subscribe".to_owned(),
    };
    page::render(
        &app,
        StatusCode::OK,
        "check_inbox",
        &page::language(&request, None),
        &values,
    )
}

fn content_type(request: &HttpRequest) -> &str {
    let value = request.headers().get(actix_web::http::header::CONTENT_TYPE);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn read_json(body: &Bytes) -> Result<Submission, Problem> {
    serde_json::from_slice(body).map_err(|cause| {
        let example = r#"{"email": "name@example.com", "newsletters": ["slug"]}"#;
        let status = if cause.is_data() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::BAD_REQUEST
        };
        Problem::new(
            status,
            "invalid_json",
            format!("{cause}; send an object like {example}"),
        )
    })
}

fn read_form(request: &HttpRequest, body: &Bytes) -> Result<Submission, Problem> {
    if !content_type(request).starts_with("application/x-www-form-urlencoded") {
        return Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send application/x-www-form-urlencoded or application/json",
        ));
    }
    let mut submission = Submission::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        if value.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid_utf8",
                "the form is not valid UTF-8",
            ));
        }
        match name.as_ref() {
            "email" => submission.email = value.into_owned(),
            "newsletter" | "newsletters" => submission.newsletters.push(value.into_owned()),
            "source" => submission.source = value.into_owned(),
            "language" => submission.language = value.into_owned(),
            "website" => submission.website = value.into_owned(),
            "next" => submission.next = value.into_owned(),
            // A site's form may hold fields of its own.
            _ => {}
        }
    }
    Ok(submission)
}

/// The language that the form says, also if it is none of ours, else what the browser prefers of ours.
fn language_of(request: &HttpRequest, submission: &Submission) -> Language {
    submission
        .language
        .parse()
        .unwrap_or_else(|_| page::language(request, None))
}

fn parse(
    submission: &Submission,
    language: &Language,
    door: ConsentSource,
) -> Result<signup::Request, Vec<FieldError>> {
    let mut errors = Vec::new();
    let address = submission.email.parse();
    if let Err(cause) = &address {
        let detail = format!("{cause}; enter an address like name@example.com");
        errors.push(FieldError {
            field: "email".to_owned(),
            detail,
        });
    }
    let mut slugs: Vec<Slug> = Vec::new();
    for text in &submission.newsletters {
        match text.parse() {
            Ok(slug) => slugs.push(slug),
            Err(cause) => errors.push(FieldError {
                field: "newsletter".to_owned(),
                detail: format!("{cause}"),
            }),
        }
    }
    match address {
        Ok(address) if errors.is_empty() => Ok(signup::Request {
            address,
            newsletters: slugs,
            language: language.clone(),
            door,
            source_url: source(&submission.source),
        }),
        _ => Err(errors),
    }
}

/// The page of the box without query and fragment, which may hold what is none of our business.
fn source(text: &str) -> Option<String> {
    let mut url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https"))?;
    url.set_query(None);
    url.set_fragment(None);
    let has_user = !url.username().is_empty() || url.password().is_some();
    (!has_user && url.as_str().len() <= MAX_SOURCE_BYTES).then(|| url.to_string())
}

/// The one answer to every sign-up that was understood.
fn accepted(
    app: &App,
    submission: &Submission,
    language: &Language,
    wants_json: bool,
) -> HttpResponse {
    if wants_json {
        return HttpResponse::Accepted().json(serde_json::json!({ "status": "check_inbox" }));
    }
    let target = next(app, &submission.next).unwrap_or_else(|| {
        format!(
            "/subscribe/check-inbox?lang={}",
            app.templates.words().spoken(language)
        )
    });
    HttpResponse::SeeOther()
        .insert_header((LOCATION, target))
        .finish()
}

/// The page that the site wants to show, if its origin is one of `server.allowed_sites`.
fn next(app: &App, text: &str) -> Option<String> {
    let mut url = Url::parse(text).ok()?;
    let is_allowed = app
        .config
        .server
        .allowed_sites
        .iter()
        .any(|site| site.origin() == url.origin());
    if !is_allowed || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    url.query_pairs_mut()
        .append_pair("newsletter", "check-inbox");
    Some(url.to_string())
}

/// The form again, with what was typed and what is wrong.
async fn back(
    app: &Data<App>,
    submission: &Submission,
    language: &Language,
    error: &'static str,
) -> Result<HttpResponse, Problem> {
    let kept = Kept {
        address: submission.email.chars().take(320).collect(),
        chosen: submission.newsletters.clone(),
        error,
        source_url: source(&submission.source).unwrap_or_default(),
    };
    form_page(app, StatusCode::UNPROCESSABLE_ENTITY, language, kept).await
}

async fn form_page(
    app: &Data<App>,
    status: StatusCode,
    language: &Language,
    kept: Kept,
) -> Result<HttpResponse, Problem> {
    let chosen: Option<Slug> = kept.chosen.first().and_then(|text| text.parse().ok());
    let wanted = language.clone();
    let offers = app
        .db
        .transaction(
            move |conn| match newsletters::offers(conn, chosen.as_ref(), &wanted, &[]) {
                Err(newsletters::Error::NotFound) => newsletters::offers(conn, None, &wanted, &[]),
                result => result,
            },
        )
        .await?;
    let signup_box =
        SignupBox::new(app, &offers, language, offers.len(), kept).ok_or_else(|| {
            Problem::not_found(
                "no_newsletter",
                "there is no newsletter to subscribe to yet",
            )
        })?;
    page::render(
        app,
        status,
        "subscribe",
        &app.templates.words().spoken(language),
        &FormValues { r#box: signup_box },
    )
}
