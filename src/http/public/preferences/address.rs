//! The change of a reader's address: asked for with a mailed link, confirmed from the new mailbox, stopped from the old one.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::form::{Done, Mistake};
use super::{AskForm, back, mistaken, refused};
use crate::app::App;
use crate::domain::link_token::Purpose;
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::public::link;
use crate::usecases::preferences::{self, ChangeState, ShownChange};

#[derive(Serialize)]
struct Values {
    state: &'static str,
    is_stop: bool,
    address: String,
    action_url: String,
}

/// `POST /preferences/{token}/address`: the same answer, whatever is known about the new address.
pub(crate) async fn ask(
    app: Data<App>,
    token: Path<String>,
    form: Form<AskForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Ok(address) = form.into_inner().email.parse() else {
        return mistaken(&app, &request, &token, Mistake::Address).await;
    };
    let config = app.config.clone();
    let work = link::follow(&app, &token, move |conn, now, keys, token| {
        preferences::ask_for_change(conn, now, &config.signup, keys, token, &address)
    });
    match work.await {
        Ok(()) => Ok(back(&token, Done::Address, "")),
        Err(error) => refused(&app, &request, error).await,
    }
}

/// `GET /address/change/{token}`.
pub(crate) async fn show_change(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    look(&app, &request, Purpose::ChangeAddress, &token).await
}

/// `GET /address/stop/{token}`.
pub(crate) async fn show_stop(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    look(&app, &request, Purpose::StopAddressChange, &token).await
}

/// `POST /address/change/{token}`: from the new mailbox.
pub(crate) async fn change(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    match link::press(&app, &request, &token, preferences::confirm_change).await {
        // Somebody came in between: looking says so.
        Err(preferences::Error::AddressTaken) => {
            look(&app, &request, Purpose::ChangeAddress, &token).await
        }
        result => answer(&app, &request, Purpose::ChangeAddress, &token, result).await,
    }
}

/// `POST /address/stop/{token}`: from the old mailbox.
pub(crate) async fn stop(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let result = link::follow(&app, &token, preferences::stop_change).await;
    answer(&app, &request, Purpose::StopAddressChange, &token, result).await
}

async fn look(
    app: &Data<App>,
    request: &HttpRequest,
    purpose: Purpose,
    token: &str,
) -> Result<HttpResponse, Problem> {
    let work = link::follow(app, token, move |conn, now, keys, token| {
        preferences::look_at(conn, now, keys, purpose, token)
    });
    answer(app, request, purpose, token, work.await).await
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    purpose: Purpose,
    token: &str,
    result: Result<ShownChange, preferences::Error>,
) -> Result<HttpResponse, Problem> {
    let shown = match result {
        Ok(shown) => shown,
        Err(error) => return refused(app, request, error).await,
    };
    let (state, status) = match shown.state {
        ChangeState::Ready => ("ready", StatusCode::OK),
        ChangeState::Done => ("done", StatusCode::OK),
        ChangeState::Stopped => ("stopped", StatusCode::OK),
        ChangeState::Expired => ("expired", StatusCode::GONE),
        ChangeState::Taken => ("taken", StatusCode::CONFLICT),
    };
    let is_stop = purpose == Purpose::StopAddressChange;
    let action = if is_stop { "stop" } else { "change" };
    let values = Values {
        state,
        is_stop,
        // Mails are forwarded, so the pages behind them show no whole address.
        address: shown.new_address.masked(),
        action_url: format!("/address/{action}/{token}"),
    };
    let language = page::language(request, Some(&shown.language));
    page::render(app, status, "address_change", &language, &values)
}
