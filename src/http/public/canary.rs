//! The link of a mail that no person sees. Whoever fetches it gets an ordinary page.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};

use super::link;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::{client, page};
use crate::usecases::canary::{self, Error};

/// `GET /mail/{token}`.
pub(crate) async fn fetched(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (now, shared) = (app.clock.now(), app.clone());
    let network = client::limited_network(&request, &app.config.server);
    let fetched = app
        .db
        .transaction(move |conn| canary::fetched(conn, now, &shared.keys, &token, network))
        .await;
    match fetched {
        Ok(language) => page::render(
            &app,
            StatusCode::OK,
            "hidden_link",
            &page::language(&request, Some(&language)),
            &page::Nothing {},
        ),
        Err(Error::UnknownLink) => link::unknown(&app, &request).await,
        Err(error) => Err(error.into()),
    }
}
