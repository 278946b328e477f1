//! The way out: a page with one button, and the mail client's button (RFC 8058), at one address.
//!
//! No login, no cookie, no redirect, no second question. GET never ends anything, because scanners open links.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use serde::Serialize;

use super::boxes::NewsletterView;
use super::doors;
use crate::app::App;
use crate::domain::consent::ConsentSource;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::unsubscribe::{self, Shown};

/// The token in the links of test copies.
const TEST_TOKEN: &str = "test";

#[derive(Serialize)]
struct Values {
    newsletter: NewsletterView,
    action_url: String,
}

/// `GET /unsubscribe/{token}`.
pub(crate) async fn show(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if token.as_str() == TEST_TOKEN {
        return page::render(
            &app,
            StatusCode::OK,
            "test_link",
            &page::language(&request, None),
            &page::Nothing {},
        );
    }
    let (keys, text) = (app.keys.clone(), token.clone());
    let result = app
        .db
        .transaction(move |conn| unsubscribe::show(conn, &keys, &text))
        .await;
    let shown = match result {
        Ok(shown) => shown,
        Err(error) => {
            doors::try_unknown_link(&app, &request).await?;
            return unknown(&app, &request, error);
        }
    };
    let name = if shown.was_unsubscribed() {
        "already_unsubscribed"
    } else {
        "unsubscribe"
    };
    answer(&app, &request, &token, &shown, name)
}

/// `POST /unsubscribe/{token}`: from the page, or from a mail client with `List-Unsubscribe=One-Click`.
pub(crate) async fn submit(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let is_one_click = is_one_click(&request, body).await;
    if token.as_str() == TEST_TOKEN {
        return page::render(
            &app,
            StatusCode::OK,
            "test_link",
            &page::language(&request, None),
            &page::Nothing {},
        );
    }
    let door = if is_one_click {
        ConsentSource::OneClick
    } else {
        ConsentSource::UnsubscribePage
    };
    let (now, keys, text) = (app.clock.now(), app.keys.clone(), token.clone());
    let words = app.templates.words().clone();
    let result = app
        .db
        .transaction(move |conn| unsubscribe::one(conn, now, &keys, &words, &text, door))
        .await;
    match result {
        Ok(_) if is_one_click => Ok(HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("unsubscribed\n")),
        Ok(shown) => answer(&app, &request, &token, &shown, "unsubscribed"),
        // A mailbox provider speaks for many readers from one network: it is never told to come later.
        Err(error) if is_one_click => unknown(&app, &request, error),
        Err(error) => {
            doors::try_unknown_link(&app, &request).await?;
            unknown(&app, &request, error)
        }
    }
}

/// Whether the body says `List-Unsubscribe=One-Click`, in either of the two encodings that RFC 8058 allows.
async fn is_one_click(request: &HttpRequest, body: Bytes) -> bool {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !content_type.starts_with("multipart/form-data") {
        return url::form_urlencoded::parse(&body)
            .any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    }
    let whole =
        futures_util::stream::once(async move { Ok::<_, actix_web::error::PayloadError>(body) });
    let mut parts = Multipart::new(request.headers(), whole);
    while let Some(Ok(mut part)) = parts.next().await {
        let is_named = part.name() == Some("List-Unsubscribe");
        let mut value = Vec::new();
        while let Some(Ok(chunk)) = part.next().await {
            value.extend_from_slice(&chunk);
        }
        if is_named && value == b"One-Click" {
            return true;
        }
    }
    false
}

fn answer(
    app: &App,
    request: &HttpRequest,
    token: &str,
    shown: &Shown,
    name: &str,
) -> Result<HttpResponse, Problem> {
    let values = Values {
        newsletter: NewsletterView::new(&shown.newsletter, &app.site),
        action_url: format!("/unsubscribe/{token}"),
    };
    let language = page::language(request, Some(&shown.subscription.language));
    page::render(app, StatusCode::OK, name, &language, &values)
}

fn unknown(
    app: &App,
    request: &HttpRequest,
    error: unsubscribe::Error,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Unknown {
        again_url: String,
    }
    match error {
        unsubscribe::Error::UnknownLink => {
            let values = Unknown {
                again_url: "/subscribe".to_owned(),
            };
            page::render(
                app,
                StatusCode::NOT_FOUND,
                "link_unknown",
                &page::language(request, None),
                &values,
            )
        }
        unsubscribe::Error::Store(_) => Err(error.into()),
    }
}
