//! What stands before requests of strangers: limits, and the riddle while there is an attack.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::ACCESS_CONTROL_ALLOW_ORIGIN;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tokio::time::Instant;

use crate::app::App;
use crate::domain::language::Language;
use crate::domain::proof::Challenge;
use crate::http::problem::Problem;
use crate::http::{client, page};
use crate::usecases::doors::{self, Answer};
use crate::usecases::{StoreError, attack};

/// Where the riddle is had.
const CHALLENGE_PATH: &str = "/captcha/altcha";

/// `GET /captcha/altcha`, and where listmonk has it: a riddle, as the ALTCHA widget wants it. Nothing is kept of it, and pages of
/// any site may fetch it.
pub(crate) async fn challenge(app: Data<App>) -> Result<HttpResponse, Problem> {
    let challenge = new_challenge(&app)?;
    Ok(HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .json(challenge))
}

fn new_challenge(app: &App) -> Result<Challenge, Problem> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|cause| Problem::internal(&cause))?;
    let settings = &app.config.captcha;
    Ok(Challenge::new(
        &app.keys,
        random,
        settings.max_number,
        app.clock.now(),
        settings.lifetime(),
    ))
}

/// A link that does not exist takes a share of the client's limit; beyond it, the answer is 429 and not 404.
pub(super) async fn try_unknown_link(app: &App, request: &HttpRequest) -> Result<(), Problem> {
    let now = app.clock.now();
    let limits = app
        .config
        .limits
        .on_unknown_link(client::limited_network(request, &app.config.server));
    if limits.is_empty() {
        return Ok(());
    }
    let answer = app
        .db
        .statement(move |conn, _| doors::take(conn, now, limits))
        .await?;
    match answer {
        Answer::Later { seconds } => Err(Problem::too_many(seconds)),
        Answer::Pass | Answer::ProofNeeded => Ok(()),
    }
}

/// Looks whether an attack began. A failure is logged: it is none of the visitor's business.
pub(super) async fn look_for_attack(app: &App) {
    let (now, shared) = (app.clock.now(), app.clone());
    let looked = app
        .db
        .transaction(move |conn| attack::observe(conn, now, &shared.config.attack))
        .await;
    if let Err(error) = looked {
        tracing::warn!(error = ?error, "attacks could not be looked for");
    }
}

/// What a form held, for the page that sends it again.
#[derive(Debug, Serialize)]
pub(super) struct Field {
    /// Its name.
    pub(super) name: &'static str,
    /// Its value.
    pub(super) value: String,
}

/// Asks for a proof of work: programs by a problem, browsers with a page that does it and sends the form again.
pub(super) fn ask_for_proof(
    app: &App,
    wants_json: bool,
    language: &Language,
    fields: Vec<Field>,
) -> Result<HttpResponse, Problem> {
    #[derive(Serialize)]
    struct Values<'a> {
        fields: Vec<Field>,
        challenge: String,
        action_url: &'static str,
        again_url: &'static str,
        sender: &'a str,
    }
    if wants_json {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "proof_of_work_needed",
            format!(
                "sign-ups need a proof of work at present: solve the challenge of GET {CHALLENGE_PATH} (ALTCHA), \
                 and send the payload as \"altcha\""
            ),
        ));
    }
    let challenge = serde_json::to_string(&new_challenge(app)?);
    let values = Values {
        fields,
        challenge: challenge.map_err(|cause| Problem::internal(&cause))?,
        action_url: "/subscribe",
        again_url: "/subscribe",
        sender: app.identity.from.as_str(),
    };
    page::render(app, StatusCode::FORBIDDEN, "proof", language, &values)
}

/// Waits until a multiple of the time that `signup.answer_milliseconds` says has passed since `began`: how long the work took
/// depends on what is known of the address.
pub(super) async fn wait_for_beat(app: &App, began: Instant) {
    let beat = Duration::from_millis(u64::from(app.config.signup.answer_milliseconds));
    if beat.is_zero() {
        return;
    }
    let beats = began.elapsed().as_nanos() / beat.as_nanos() + 1;
    let wait = beat.saturating_mul(u32::try_from(beats).unwrap_or(u32::MAX));
    tokio::time::sleep_until(began + wait).await;
}

impl From<StoreError> for Problem {
    fn from(cause: StoreError) -> Self {
        Self::from_store(&cause)
    }
}
