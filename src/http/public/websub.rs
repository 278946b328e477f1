//! What `WebSub` hubs call: to ask back whether we want what they were asked for, and to push news.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;
use url::Url;

use super::ghost::read;
use crate::app::App;
use crate::domain::hub_subscription::{HubSubscription, HubWish, Verification};
use crate::domain::link_token::Purpose;
use crate::domain::webhook::check_hub;
use crate::feed::{self, Context, Document};
use crate::http::problem::Problem;
use crate::usecases::feeds::{self, Call, Pushed};

/// The longest challenge that is repeated, in characters.
const MAX_CHALLENGE: usize = 1_000;

/// The parameters of sections 5.2 and 5.3.
#[derive(Debug, Deserialize)]
pub(crate) struct HubQuery {
    #[serde(rename = "hub.mode")]
    mode: Option<String>,
    #[serde(rename = "hub.topic")]
    topic: Option<String>,
    #[serde(rename = "hub.challenge")]
    challenge: Option<String>,
    #[serde(rename = "hub.lease_seconds")]
    lease_seconds: Option<String>,
    #[serde(rename = "hub.reason")]
    reason: Option<String>,
}

impl HubQuery {
    fn call(&self) -> Option<Call> {
        let topic = self.topic.clone()?;
        let wish = match self.mode.as_deref()? {
            "denied" => {
                let reason = self.reason.clone().unwrap_or_default();
                return Some(Call::Denial { topic, reason });
            }
            "subscribe" => HubWish::Subscribe,
            "unsubscribe" => HubWish::Unsubscribe,
            _ => return None,
        };
        self.challenge()?;
        let seconds = self.lease_seconds.as_ref();
        Some(Call::Verification(Verification {
            wish,
            topic,
            lease_seconds: seconds.and_then(|text| text.parse().ok()),
        }))
    }

    fn challenge(&self) -> Option<&str> {
        let challenge = self.challenge.as_deref()?;
        let is_sane = !challenge.is_empty() && challenge.len() <= MAX_CHALLENGE;
        is_sane.then_some(challenge)
    }
}

fn not_asked() -> Problem {
    Problem::from(feeds::Error::NotAsked)
}

/// A hub asks whether it is really us that asked. The standard wants a GET here, so this one does change something: only what
/// was asked for within a day, and only at an address that nobody can guess.
pub(crate) async fn verify(
    app: Data<App>,
    token: Path<String>,
    query: Query<HubQuery>,
) -> Result<HttpResponse, Problem> {
    let call = query.call().ok_or_else(not_asked)?;
    let keys = app.keys.clone();
    let answer = move |conn: &mut _, now| {
        let row = feeds::called_subscription(conn, &keys, &token)?;
        feeds::answer_hub(conn, now, row.id, &call)
    };
    app.db.transaction_now(answer).await?;
    let challenge = query.challenge().unwrap_or_default().to_owned();
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(challenge))
}

/// A hub pushes a document. What is not signed with our secret is answered like everything else (section 8) and not read.
pub(crate) async fn receive(
    app: Data<App>,
    request: HttpRequest,
    token: Path<String>,
    mut payload: Payload,
) -> Result<HttpResponse, Problem> {
    let keys = app.keys.clone();
    let found = app
        .db
        .transaction_now(move |conn, now| {
            let row = feeds::called_subscription(conn, &keys, &token)?;
            Ok::<_, feeds::Error>((row, now))
        })
        .await;
    let (row, now) = match found {
        // So a hub knows that it need not come again (section 7).
        Err(feeds::Error::NotAsked) => return Err(gone()),
        other => other?,
    };
    let body = read(&mut payload, app.config.fetch.max_bytes).await?;
    let header = request.headers().get("x-hub-signature");
    let header = header.and_then(|value| value.to_str().ok());
    let secrets = app
        .keys
        .secrets(Purpose::HubSecret, row.id.as_uuid(), row.nonce);
    if let Err(cause) = check_hub(&secrets, header.unwrap_or_default(), &body) {
        return note(&app, &row, cause.to_string()).await;
    }
    if !row.takes_push(now) {
        let busy = (RETRY_AFTER, "1");
        return Ok(HttpResponse::TooManyRequests().insert_header(busy).finish());
    }
    if body.is_empty() {
        let id = row.id;
        let ping = move |conn: &mut _, now| feeds::take_ping(conn, now, id);
        app.db.transaction_now(ping).await?;
        return Ok(HttpResponse::Accepted().finish());
    }
    match parse(&request, &row, body).await {
        Ok(document) => take(&app, &row, document).await,
        Err(cause) => note(&app, &row, format!("a push could not be read: {cause}")).await,
    }
}

async fn take(
    app: &App,
    row: &HubSubscription,
    document: Document,
) -> Result<HttpResponse, Problem> {
    let (id, usual) = (row.id, app.config.publisher.language.clone());
    let work = move |conn: &mut _, now| feeds::take_push(conn, now, id, &document, usual.as_ref());
    match app.db.transaction_now(work).await {
        Err(feeds::Error::NotAsked) => return Err(gone()),
        Err(error) => return Err(error.into()),
        Ok(Pushed::Ignored) => {}
        Ok(Pushed::Taken(counts)) => {
            tracing::info!(hub = %id, created = counts.created, updated = counts.updated, "a hub pushed a feed");
        }
    }
    Ok(HttpResponse::Accepted().finish())
}

/// Notes what was wrong; the hub is not told, because whoever tries signatures must not learn which one was right.
async fn note(app: &App, row: &HubSubscription, error: String) -> Result<HttpResponse, Problem> {
    let id = row.id;
    tracing::warn!(hub = %id, "a push was not taken");
    app.db
        .transaction(move |conn| feeds::note_hub_error(conn, id, &error))
        .await?;
    Ok(HttpResponse::Accepted().finish())
}

async fn parse(
    request: &HttpRequest,
    row: &HubSubscription,
    body: Vec<u8>,
) -> Result<Document, String> {
    let kind = request.headers().get(CONTENT_TYPE);
    let kind = kind
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let charset = kind
        .split(';')
        .filter_map(|parameter| parameter.trim().split_once('='))
        .find(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .map(|(_, value)| value.trim_matches('"').to_owned());
    let topic = Url::parse(&row.topic).ok();
    let work = move || {
        let context = Context {
            base: topic.as_ref(),
            charset: charset.as_deref(),
        };
        feed::parse(&body, context).map_err(|cause| cause.to_string())
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panicked) => Err(Problem::internal(&panicked).detail),
    }
}

fn gone() -> Problem {
    Problem::new(
        StatusCode::GONE,
        "not_subscribed",
        "nobody here is subscribed to that any more",
    )
}
