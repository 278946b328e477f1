//! What links in mails open: each has a token, which its use case believes or not.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use serde::Serialize;

use super::doors;
use crate::app::App;
use crate::domain::consent::Press;
use crate::domain::link_token::LinkKeys;
use crate::http::problem::Problem;
use crate::http::{client, page};
use crate::i18n::Words;
use crate::usecases::{Connection, StoreError};

/// Runs `work` in a transaction with the link's token, such as to show what is behind it.
///
/// # Errors
/// Those of `work`, and when there is no connection.
pub(super) async fn follow<T, E>(
    app: &App,
    token: &str,
    work: impl FnOnce(&mut Connection, Timestamp, &LinkKeys, &str) -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (now, keys, token) = (app.clock.now(), app.keys.clone(), token.to_owned());
    app.db
        .transaction(move |conn| work(conn, now, &keys, &token))
        .await
}

/// Runs `work` in a transaction with a button that was pressed on the page behind the link, which leaves evidence.
///
/// # Errors
/// As [`follow`].
pub(super) async fn press<T, E>(
    app: &App,
    request: &HttpRequest,
    token: &str,
    work: impl FnOnce(&mut Connection, Timestamp, &LinkKeys, &Words, &Press) -> Result<T, E>
    + Send
    + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StoreError> + Send + 'static,
{
    let (now, keys) = (app.clock.now(), app.keys.clone());
    let words = app.templates.words().clone();
    let press = client::press(request, app, token);
    app.db
        .transaction(move |conn| work(conn, now, &keys, &words, &press))
        .await
}

/// The answer to a link that is none of ours: a page, or 429 for a client that tries many.
///
/// # Errors
/// As [`doors::try_unknown_link`].
pub(super) async fn unknown(app: &App, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    doors::try_unknown_link(app, request).await?;
    unknown_page(app, request)
}

/// The page alone.
///
/// # Errors
/// When its template is wrong.
pub(super) fn unknown_page(app: &App, request: &HttpRequest) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values {
        again_url: &'static str,
    }
    let values = Values {
        again_url: "/subscribe",
    };
    let language = page::language(request, None);
    page::render(
        app,
        StatusCode::NOT_FOUND,
        "link_unknown",
        &language,
        &values,
    )
}
