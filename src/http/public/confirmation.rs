//! The page behind the link of a confirmation mail. Looking changes nothing; the button confirms.

use actix_web::http::header::LOCATION;
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;

use super::boxes::NewsletterView;
use super::link;
use crate::app::App;
use crate::domain::consent::Presser;
use crate::domain::id::SignupId;
use crate::http::client;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::confirmation::{self, Client, Confirmed, LinkState, Pressed, Shown};
use crate::usecases::doors::{self, Answer};

#[derive(Serialize)]
struct Values {
    masked_address: String,
    newsletters: Vec<ConfirmedView>,
    action_url: String,
    resend_url: Option<String>,
    again_url: String,
}

#[derive(Serialize)]
struct ConfirmedView {
    #[serde(flatten)]
    newsletter: NewsletterView,
    next: Option<NextView>,
    latest_url: Option<String>,
    /// The reader's own feed; only in the answer to the button.
    feed_url: Option<String>,
}

#[derive(Serialize)]
struct NextView {
    date: String,
    time: String,
    zone: String,
}

/// Whether the page answers a look or the button.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    Look,
    Button,
}

/// `GET /confirm/{token}`.
pub(crate) async fn show(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (now, shared, text) = (app.clock.now(), app.clone(), token.clone());
    let client = client::limited_network(&request, &app.config.server);
    let result = app
        .db
        .transaction(move |conn| {
            confirmation::show(conn, now, &shared.config, &shared.keys, &text, client)
        })
        .await;
    if let Ok(Shown {
        first_seen: Some(signup),
        ..
    }) = &result
        && is_looked_at(&request)
    {
        note_opening(&app, *signup, client);
    }
    answer(&app, &request, &token, result, Asked::Look).await
}

/// Whether somebody gets to see the page: browsers say when they only fetch a page beforehand.
fn is_looked_at(request: &HttpRequest) -> bool {
    request.method() == Method::GET && !request.headers().contains_key("sec-purpose")
}

/// Notes it beside the answer, which does not wait for it and does not fail with it.
fn note_opening(app: &Data<App>, signup: SignupId, client: Client) {
    let (now, shared) = (app.clock.now(), app.clone());
    actix_web::rt::spawn(async move {
        let keys = shared.keys.clone();
        let noted = shared
            .db
            .statement(move |conn, _| confirmation::note_opening(conn, now, &keys, signup, client))
            .await;
        if let Err(error) = noted {
            tracing::warn!(error = ?error, "an opened page could not be counted");
        }
    });
}

/// `POST /confirm/{token}`.
pub(crate) async fn confirm(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let (now, shared) = (app.clock.now(), app.clone());
    let press = Pressed {
        link: client::press(&request, &app, &token),
        by: presser(&body),
        client: client::limited_network(&request, &app.config.server),
    };
    let before = app
        .db
        .transaction(move |conn| {
            let (config, keys) = (&shared.config, &shared.keys);
            let words = shared.templates.words();
            let before = confirmation::state(conn, now, keys, &press.link.token)?;
            confirmation::confirm(conn, now, config, keys, words, &press)
                .map(|shown| (before, shown))
        })
        .await;
    match before {
        Ok((LinkState::Ready, shown)) => {
            answer(&app, &request, &token, Ok(shown), Asked::Button).await
        }
        Ok((_, shown)) => answer(&app, &request, &token, Ok(shown), Asked::Look).await,
        Err(error) => answer(&app, &request, &token, Err(error), Asked::Look).await,
    }
}

/// Who pressed the button, as the page's script says with the form. Whatever else is sent, such as nothing, is a person.
fn presser(body: &[u8]) -> Presser {
    let is_script =
        url::form_urlencoded::parse(body).any(|(name, value)| name == "by" && value == "script");
    if is_script {
        Presser::Script
    } else {
        Presser::Reader
    }
}

/// `POST /confirm/{token}/resend`: a new link for one that came too late.
pub(crate) async fn resend(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (now, shared) = (app.clock.now(), app.clone());
    let client = client::limited_network(&request, &app.config.server);
    let limits = app.config.limits.on_resend(client);
    let answer = app
        .db
        .statement_then(
            move |conn| {
                doors::take(conn, now, limits).map_err(|error| confirmation::Error::Store(error.0))
            },
            move |conn, answer| {
                if answer == Answer::Pass {
                    confirmation::resend(conn, now, &shared.config, &shared.keys, &token, client)?;
                }
                Ok::<_, confirmation::Error>(answer)
            },
        )
        .await?;
    if let Answer::Later { seconds } = answer {
        return Err(Problem::too_many(seconds));
    }
    let language = page::language(&request, None);
    let target = format!("/subscribe/check-inbox?lang={language}");
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, target))
        .finish())
}

async fn answer(
    app: &App,
    request: &HttpRequest,
    token: &str,
    result: Result<Shown, confirmation::Error>,
    asked: Asked,
) -> Result<HttpResponse, Problem> {
    let shown = match result {
        Ok(shown) => shown,
        Err(confirmation::Error::UnknownLink) => {
            return link::unknown(app, request).await;
        }
        Err(error) => return Err(error.into()),
    };
    let (status, name) = match (shown.state, asked) {
        (LinkState::Ready, _) if shown.is_automatic => (StatusCode::OK, "confirm_auto"),
        (LinkState::Ready, _) => (StatusCode::OK, "confirm"),
        (LinkState::Confirmed, Asked::Button) => (StatusCode::OK, "confirmed"),
        (LinkState::Confirmed, Asked::Look) => (StatusCode::OK, "already_confirmed"),
        (LinkState::Expired, _) => (StatusCode::GONE, "link_expired"),
        (LinkState::Ended, _) => (StatusCode::GONE, "newsletter_ended"),
    };
    let action_url = format!("/confirm/{token}");
    let values = Values {
        masked_address: shown.address.masked(),
        newsletters: shown
            .newsletters
            .iter()
            .map(|confirmed| view(app, confirmed))
            .collect(),
        resend_url: shown
            .can_be_sent_again
            .then(|| format!("{action_url}/resend")),
        action_url,
        again_url: "/subscribe".to_owned(),
    };
    page::render(
        app,
        status,
        name,
        &page::language(request, Some(&shown.language)),
        &values,
    )
}

fn view(app: &App, confirmed: &Confirmed) -> ConfirmedView {
    let newsletter = &confirmed.newsletter;
    let next = newsletter
        .next_due_at
        .and_then(|at| at.in_tz(&newsletter.schedule_zone).ok());
    ConfirmedView {
        newsletter: NewsletterView::new(newsletter, &app.site),
        next: next.map(|zoned| NextView {
            date: zoned.date().to_string(),
            time: zoned.strftime("%H:%M").to_string(),
            zone: newsletter.schedule_zone.clone(),
        }),
        latest_url: confirmed.latest.map(|id| app.site.edition_url(id)),
        feed_url: confirmed
            .feed_token
            .as_deref()
            .map(|token| app.site.readers_feed_url(token)),
    }
}
