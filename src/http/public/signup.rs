//! The form and its answers.
//!
//! Whatever we know about the address, the answer is the same, byte for byte. What differs is the mail.

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tokio::time::Instant;
use url::Url;

use super::boxes::{Kept, SignupBox};
use super::doors;
use super::signup_desk::{Job, SignupDesk};
use super::submission::{Submission, is_json};
use crate::app::App;
use crate::config::Disposable;
use crate::domain::consent::{ConsentSource, Witness};
use crate::domain::language::Language;
use crate::domain::line::Line;
use crate::domain::network::Network;
use crate::domain::proof::Proof;
use crate::domain::site_origin::SiteOrigin;
use crate::domain::slug::Slug;
use crate::http::problem::{FieldError, Problem};
use crate::http::{client, cors, page};
use crate::usecases::doors::{Answer, Visitor};
use crate::usecases::{newsletters, signup};

/// The longest name of a placement, in characters; a longer one is not kept.
const MAX_PLACEMENT_CHARS: usize = 60;

/// The longest source address that is kept, in bytes.
const MAX_SOURCE_BYTES: usize = 500;

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
    let submission = Submission::read(&request, &body)?;
    take(&app, &request, submission).await
}

/// Takes what came in through any door for sign-ups: the same checks and the same answers.
pub(super) async fn take(
    app: &Data<App>,
    request: &HttpRequest,
    submission: Submission,
) -> Result<HttpResponse, Problem> {
    let began = Instant::now();
    let desk: &Data<SignupDesk> = request
        .app_data()
        .ok_or_else(|| Problem::internal(&std::io::Error::other("no desk takes sign-ups")))?;
    let visit = Visit {
        desk: desk.clone(),
        language: language_of(request, &submission),
        wants_json: submission.wants_json || page::wants_json(request),
        client: client::limited_network(request, &app.config.server),
        witness: client::witness(request, app),
        door: if is_json(request) {
            ConsentSource::Json
        } else {
            ConsentSource::Form
        },
        origin: cors::foreign_origin(app, request),
    };
    let answer = answer(app, &submission, &visit).await;
    doors::wait_for_beat(app, began).await;
    answer
}

/// Who sends the form, and how.
struct Visit {
    desk: Data<SignupDesk>,
    language: Language,
    wants_json: bool,
    client: Option<Network>,
    witness: Witness,
    door: ConsentSource,
    /// The site of the page, if it is another than this and the browser says so.
    origin: Option<SiteOrigin>,
}

/// The same checks for a form and for JSON, cheap ones first.
async fn answer(
    app: &Data<App>,
    submission: &Submission,
    visit: &Visit,
) -> Result<HttpResponse, Problem> {
    let settings = &app.config.signup;
    let least = u64::from(settings.min_fill_milliseconds);
    let is_hasty = submission.elapsed.is_some_and(|elapsed| elapsed < least);
    if !submission.website.is_empty() || is_hasty {
        // A machine learns nothing from a refusal that it did not get.
        return Ok(accepted(app, submission, visit).await);
    }
    let parsed = match parse(submission, visit) {
        Ok(parsed) => parsed,
        Err(errors) if visit.wants_json => return Err(Problem::invalid(errors)),
        Err(errors) => {
            let is_address = errors.iter().any(|error| error.field == "email");
            let error = if is_address { "address" } else { "newsletter" };
            return back(app, submission, visit, error).await;
        }
    };
    if settings.disposable_domains_path.has(&parsed.address) {
        match settings.disposable_domains {
            Disposable::Block => return disposable(app, submission, visit, "blocked").await,
            Disposable::Warn if !submission.disposable_ok => {
                return disposable(app, submission, visit, "disposable").await;
            }
            Disposable::Warn | Disposable::Allow => {}
        }
    }
    let proof = Proof::check(&submission.altcha, &app.keys, app.clock.now());
    let result = sign_up(app, &visit.desk, parsed, proof).await;
    match result {
        Ok(Answer::Later { seconds }) => Err(Problem::too_many(seconds)),
        Ok(Answer::ProofNeeded) => {
            let fields = submission.fields();
            let language = app.templates.words().spoken(&visit.language);
            doors::ask_for_proof(app, visit.wants_json, &language, fields)
        }
        Ok(Answer::Pass) | Err(signup::Error::Withheld) => {
            Ok(accepted(app, submission, visit).await)
        }
        Err(error @ (signup::Error::Store(_) | signup::Error::OtherSite { .. })) => {
            Err(error.into())
        }
        Err(error) if visit.wants_json => Err(error.into()),
        Err(_) => back(app, submission, visit, "newsletter").await,
    }
}

/// Hands the sign-up in at the desk.
async fn sign_up(
    app: &Data<App>,
    desk: &SignupDesk,
    request: signup::Request,
    proof: Option<Proof>,
) -> Result<Answer, signup::Error> {
    let visitor = Visitor {
        client: request.client,
        proof,
    };
    let outcome = desk.take(Job { visitor, request }).await?;
    if outcome.is_alarming {
        doors::look_for_attack(app).await;
    }
    outcome.result
}

/// The address is one for some minutes.
async fn disposable(
    app: &Data<App>,
    submission: &Submission,
    visit: &Visit,
    error: &'static str,
) -> Result<HttpResponse, Problem> {
    if !visit.wants_json {
        return back(app, submission, visit, error).await;
    }
    let detail = if error == "blocked" {
        "this address works for some minutes only; use one that lasts"
    } else {
        "this looks like an address that works for some minutes only; send \"disposable_ok\": true if it is meant"
    };
    Err(Problem::invalid_field("email", detail))
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

/// The language that the form says, also if it is none of ours, else what the browser prefers of ours.
fn language_of(request: &HttpRequest, submission: &Submission) -> Language {
    submission
        .language
        .parse()
        .unwrap_or_else(|_| page::language(request, None))
}

fn parse(submission: &Submission, visit: &Visit) -> Result<signup::Request, Vec<FieldError>> {
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
            language: visit.language.clone(),
            door: visit.door,
            source_url: source(&submission.source),
            client: visit.client,
            witness: visit.witness.clone(),
            origin: visit.origin.clone(),
            placement: placement(&submission.placement),
        }),
        _ => Err(errors),
    }
}

/// A short name for where the box stood, as one clean line.
fn placement(text: &str) -> String {
    Line::parse(text, MAX_PLACEMENT_CHARS).map_or_else(|_| String::new(), String::from)
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
async fn accepted(app: &App, submission: &Submission, visit: &Visit) -> HttpResponse {
    if visit.wants_json {
        return HttpResponse::Accepted().json(serde_json::json!({ "status": "check_inbox" }));
    }
    let target = next(app, submission).await.unwrap_or_else(|| {
        format!(
            "/subscribe/check-inbox?lang={}",
            app.templates.words().spoken(&visit.language)
        )
    });
    HttpResponse::SeeOther()
        .insert_header((LOCATION, target))
        .finish()
}

/// The page that the site wants to show, if it is on a site of the settings or on one of every newsletter that was chosen. What
/// is known of the address plays no part.
async fn next(app: &App, submission: &Submission) -> Option<String> {
    let mut url = Url::parse(&submission.next).ok()?;
    let origin = SiteOrigin::of(&url)?;
    if !cors::is_of_settings(app, &origin) {
        let slugs = submission
            .newsletters
            .iter()
            .map(|text| text.parse::<Slug>());
        let slugs: Vec<Slug> = slugs.collect::<Result<_, _>>().ok()?;
        let asked = app
            .db
            .transaction(move |conn| newsletters::all_have_site(conn, &slugs, &origin))
            .await;
        // Without the database there is no sign-up either.
        asked.ok().filter(|is_allowed| *is_allowed)?;
    }
    // As it was understood here, not as it was written: a browser may read the text in another way.
    url.query_pairs_mut()
        .append_pair("newsletter", "check-inbox");
    Some(url.to_string())
}

/// The form again, with what was typed and what is wrong.
async fn back(
    app: &Data<App>,
    submission: &Submission,
    visit: &Visit,
    error: &'static str,
) -> Result<HttpResponse, Problem> {
    let kept = Kept {
        address: submission.email.chars().take(320).collect(),
        chosen: submission.newsletters.clone(),
        error,
        source_url: source(&submission.source).unwrap_or_default(),
    };
    form_page(app, StatusCode::UNPROCESSABLE_ENTITY, &visit.language, kept).await
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
