//! The reader's page: what comes, how often, in which form.
//!
//! Every button is a form of its own that is sent by POST and leads back to the page, so it works without script, by keyboard,
//! and loading the page again does nothing again.

pub(crate) mod address;
pub(crate) mod data;
mod form;
mod view;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::{Deserialize, Serialize};

use super::link;
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::slug::Slug;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::preferences::{self, Shown};
use form::{Done, Mistake, SubscriptionForm};

/// The token in the links of test copies.
const TEST_TOKEN: &str = "test";

/// The end of the address to which a button leads.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    done: Option<Done>,
    #[serde(default)]
    of: String,
}

/// The form that asks for the link.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct AskForm {
    #[serde(default)]
    email: String,
}

#[derive(Serialize)]
struct AskValues {
    address: String,
    is_wrong: bool,
    has_expired: bool,
}

/// `GET /preferences`: the form that asks for the link.
pub(crate) async fn ask(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let language = page::language(&request, None);
    ask_page(&app, StatusCode::OK, &language, String::new(), false)
}

/// `POST /preferences`: the same answer for every address; the mail goes to readers only.
pub(crate) async fn send_link(
    app: Data<App>,
    form: Form<AskForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let language = page::language(&request, None);
    let typed = form.into_inner().email;
    let Ok(address) = typed.parse() else {
        let kept = typed.chars().take(320).collect();
        return ask_page(
            &app,
            StatusCode::UNPROCESSABLE_ENTITY,
            &language,
            kept,
            false,
        );
    };
    let (now, shared, spoken) = (app.clock.now(), app.clone(), language.clone());
    app.db
        .transaction(move |conn| {
            preferences::ask_for_link(conn, now, &shared.config.signup, &address, &spoken)
        })
        .await?;
    Ok(see_other(format!("/preferences/sent?lang={language}")))
}

/// `GET /preferences/sent`.
pub(crate) async fn sent(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values<'a> {
        sender: &'a str,
    }
    let values = Values {
        sender: app.identity.from.as_str(),
    };
    let language = page::language(&request, None);
    page::render(&app, StatusCode::OK, "preferences_sent", &language, &values)
}

/// `GET /preferences/{token}`.
pub(crate) async fn show(
    app: Data<App>,
    token: Path<String>,
    after: Query<After>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if token.as_str() == TEST_TOKEN {
        let language = page::language(&request, None);
        let nothing = page::Nothing {};
        return page::render(&app, StatusCode::OK, "test_link", &language, &nothing);
    }
    match link::follow(&app, &token, preferences::show).await {
        Ok(shown) => {
            let after = after.into_inner();
            let said = view::Said::done(&shown, after.done, &after.of);
            answer(&app, &request, &token, StatusCode::OK, &shown, said)
        }
        Err(error) => refused(&app, &request, error).await,
    }
}

/// `POST /preferences/{token}/newsletters/{slug}`: one button of one newsletter.
pub(crate) async fn change(
    app: Data<App>,
    path: Path<(String, String)>,
    form: Form<SubscriptionForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (token, slug) = path.into_inner();
    let slug: Slug = slug
        .parse()
        .map_err(|_| Problem::from(preferences::Error::UnknownNewsletter))?;
    let (change, done) = match form.parse() {
        Ok(parsed) => parsed,
        Err(mistake) => return mistaken(&app, &request, &token, mistake).await,
    };
    let of = slug.clone();
    let work = link::press(
        &app,
        &request,
        &token,
        move |conn, now, keys, words, press| {
            preferences::change(conn, now, keys, words, press, &of, &change)
        },
    );
    match work.await {
        Ok(_) => Ok(back(&token, done, slug.as_str())),
        Err(preferences::Error::PauseDate) => {
            mistaken(&app, &request, &token, Mistake::PauseDate).await
        }
        Err(error) => refused(&app, &request, error).await,
    }
}

/// `POST /preferences/{token}/stop`: everything ends.
pub(crate) async fn stop(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    match link::press(&app, &request, &token, preferences::stop_all).await {
        Ok(()) => Ok(back(&token, Done::All, "")),
        Err(error) => refused(&app, &request, error).await,
    }
}

/// The page again, with what is wrong.
async fn mistaken(
    app: &Data<App>,
    request: &HttpRequest,
    token: &str,
    mistake: Mistake,
) -> Result<HttpResponse, Problem> {
    match link::follow(app, token, preferences::show).await {
        Ok(shown) => {
            let said = view::Said::wrong(mistake);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            answer(app, request, token, status, &shown, said)
        }
        Err(error) => refused(app, request, error).await,
    }
}

fn answer(
    app: &App,
    request: &HttpRequest,
    token: &str,
    status: StatusCode,
    shown: &Shown,
    said: view::Said,
) -> Result<HttpResponse, Problem> {
    let language = page::language(request, Some(&shown.access.language));
    let values = view::Values::new(app, token, shown, &language, said);
    page::render(app, status, "preferences", &language, &values)
}

fn ask_page(
    app: &App,
    status: StatusCode,
    language: &Language,
    address: String,
    has_expired: bool,
) -> Result<HttpResponse, Problem> {
    let values = AskValues {
        address,
        is_wrong: status == StatusCode::UNPROCESSABLE_ENTITY,
        has_expired,
    };
    page::render(app, status, "preferences_ask", language, &values)
}

/// A page in place of one that the link does not open.
async fn refused(
    app: &App,
    request: &HttpRequest,
    error: preferences::Error,
) -> Result<HttpResponse, Problem> {
    let language = page::language(request, None);
    match error {
        preferences::Error::UnknownLink => link::unknown(app, request).await,
        // What to do about either is the same: have a new link mailed.
        preferences::Error::LinkExpired => {
            ask_page(app, StatusCode::GONE, &language, String::new(), true)
        }
        preferences::Error::NeedsMailedLink => {
            ask_page(app, StatusCode::FORBIDDEN, &language, String::new(), false)
        }
        preferences::Error::UnknownNewsletter
        | preferences::Error::PauseDate
        | preferences::Error::AddressTaken
        | preferences::Error::Store(_) => Err(error.into()),
    }
}

fn back(token: &str, done: Done, of: &str) -> HttpResponse {
    let done = done.as_str();
    see_other(format!("/preferences/{token}?done={done}&of={of}"))
}

fn see_other(target: String) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, target))
        .finish()
}
