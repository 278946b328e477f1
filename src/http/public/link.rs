//! What links in mails open: each has a token, which its use case believes or not.

use actix_web::HttpRequest;
use jiff::Timestamp;

use crate::app::App;
use crate::domain::consent::Press;
use crate::domain::link_token::LinkKeys;
use crate::http::client;
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
    let (words, press) = (
        app.templates.words().clone(),
        client::press(request, app, token),
    );
    app.db
        .transaction(move |conn| work(conn, now, &keys, &words, &press))
        .await
}
