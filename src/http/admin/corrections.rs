//! Corrections of editions over the admin API.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::correction::{
    CorrectionAction, CorrectionOutcome, MAX_NOTICE_CHARS, MAX_REASON_CHARS,
};
use crate::domain::edition::EditionStatus;
use crate::domain::id::{CorrectionId, EditionId};
use crate::domain::line::{Line, clean_text};
use crate::http::dto::Fields;
use crate::http::problem::Problem;
use crate::usecases::digest;
use crate::usecases::digest::corrections::{self, Corrected, Standing, Wish, Words};

/// The longest subject of a notice, in characters.
const MAX_SUBJECT_CHARS: usize = 150;

/// What is to be done with an article that stands in frozen editions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CorrectionBody {
    /// "retract": take it out and hide it. "replace": put `with` in its place and hide it.
    action: CorrectionAction,
    /// For "replace": the publisher's id of the article that takes its place. Absent, or the article itself: its text as it is
    /// stored now takes the place of what was frozen, and nothing is hidden.
    with: Option<String>,
    /// Why, for the newsroom; at most 500 characters. Readers do not see it.
    reason: String,
}

/// What readers are told.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoticeBody {
    /// Absent: one that names the story.
    subject: Option<String>,
    /// What was wrong and what is right; an empty line begins a paragraph. At most 4000 characters.
    text: String,
    /// Also to those of whom nobody knows whether they were sent what was wrong.
    #[serde(default)]
    with_unknown: bool,
}

/// What a correction did to one edition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectedEditionAnswer {
    id: EditionId,
    newsletter: String,
    /// "blocked": its mail cannot be made anew, for the reason in `detail`, and what was under way is paused with the old
    /// content. Mend the cause and correct once more.
    outcome: CorrectionOutcome,
    detail: Option<String>,
    status: EditionStatus,
    subject: String,
    /// The headline as readers got it.
    title: String,
    content_version: i32,
    /// Readers whose mail server accepted what was wrong.
    sent_before: i64,
    /// Readers of whom nobody knows yet, or ever will, whether it did.
    unknown_before: i64,
    /// Mails that have not begun: they hold what is right.
    waiting: i64,
}

/// A correction and its notices.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionAnswer {
    id: CorrectionId,
    /// The publisher's id of the article that was wrong.
    article: String,
    action: CorrectionAction,
    /// The publisher's id of what stands in its place.
    with: Option<String>,
    reason: String,
    created_at: Timestamp,
    /// Every edition that held it, also those that were sent long ago: their pages hold it no more.
    editions: Vec<CorrectedEditionAnswer>,
    /// Editions that tell readers.
    notices: Vec<EditionId>,
    /// How many readers they went to, or are to go to.
    told: i64,
}

/// Corrections of one article, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CorrectionsAnswer {
    items: Vec<CorrectionAnswer>,
}

impl From<&Corrected> for CorrectedEditionAnswer {
    fn from(corrected: &Corrected) -> Self {
        let (row, edition) = (&corrected.row, &corrected.edition);
        Self {
            id: edition.id,
            newsletter: corrected.newsletter.slug.to_string(),
            outcome: row.outcome,
            detail: row.detail.clone(),
            status: edition.status,
            subject: edition.subject.clone(),
            title: row.title.to_string(),
            content_version: edition.content_version,
            sent_before: corrected.reach.sent,
            unknown_before: corrected.reach.unknown,
            waiting: corrected.reach.waiting,
        }
    }
}

impl From<&Standing> for CorrectionAnswer {
    fn from(standing: &Standing) -> Self {
        let correction = &standing.correction;
        let replacement = standing.replacement.as_ref();
        Self {
            id: correction.id,
            article: standing.article.external_id.to_string(),
            action: correction.action,
            with: replacement.map(|article| article.external_id.to_string()),
            reason: correction.reason.clone(),
            created_at: correction.created_at,
            editions: standing.editions.iter().map(Into::into).collect(),
            notices: standing.notices.iter().map(|notice| notice.id).collect(),
            told: standing.told,
        }
    }
}

/// A correction as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(standing: &Standing) -> impl Serialize + use<> {
    CorrectionAnswer::from(standing)
}

impl From<corrections::Error> for Problem {
    fn from(error: corrections::Error) -> Self {
        let detail = error.to_string();
        match error {
            corrections::Error::NoArticle => Self::not_found("unknown_article", detail),
            corrections::Error::NotFound => Self::not_found("unknown_correction", detail),
            corrections::Error::Replacement { .. } => Self::invalid_field("with", detail),
            corrections::Error::NobodyToTell => Self::conflict("nobody_to_tell", detail),
            corrections::Error::Template(cause) => cause.into(),
            corrections::Error::Digest(cause) => cause.into(),
            corrections::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

/// Takes an article out of every frozen edition, or replaces it there. No mail begins with what was wrong from the answer on;
/// an edition that falls below its newsletter's minimum is stopped.
#[utoipa::path(post, path = "/articles/{external_id}/corrections", tag = "corrections",
    params(("external_id" = String, Path)), request_body = CorrectionBody,
    responses((status = 201, body = CorrectionAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn correct(
    app: Data<App>,
    external_id: Path<String>,
    body: Json<CorrectionBody>,
) -> Result<HttpResponse, Problem> {
    let body = body.into_inner();
    let mut fields = Fields::default();
    let reason = clean_text(&body.reason);
    check_length(&mut fields, "reason", &reason, MAX_REASON_CHARS);
    let wish = match (body.action, body.with) {
        (CorrectionAction::Retract, with) => {
            if with.is_some() {
                fields.wrong("with", "only \"replace\" puts something in its place");
            }
            Wish::Retract
        }
        (CorrectionAction::Replace, None) => Wish::Refresh,
        (CorrectionAction::Replace, Some(with)) => Wish::Replace(with),
    };
    fields.finish()?;
    let shared = app.clone();
    let standing = app
        .db
        .transaction_now(move |conn, now| {
            let context = context(&shared);
            corrections::correct(conn, now, &external_id, &wish, &reason, &context)
        })
        .await?;
    Ok(created(&standing))
}

/// The newest corrections of one article, at most 50.
#[utoipa::path(get, path = "/articles/{external_id}/corrections", tag = "corrections",
    params(("external_id" = String, Path)),
    responses((status = 200, body = CorrectionsAnswer), (status = 404, body = Problem)))]
pub(crate) async fn list(
    app: Data<App>,
    external_id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let found = app
        .db
        .transaction(move |conn| corrections::of_article(conn, &external_id))
        .await?;
    let items = found.iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(CorrectionsAnswer { items }))
}

/// One correction: what it did, whom it came too late for, and who was told.
#[utoipa::path(get, path = "/corrections/{id}", tag = "corrections", params(("id" = CorrectionId, Path)),
    responses((status = 200, body = CorrectionAnswer), (status = 404, body = Problem)))]
pub(crate) async fn read(app: Data<App>, id: Path<CorrectionId>) -> Result<HttpResponse, Problem> {
    let standing = app
        .db
        .transaction(move |conn| corrections::show(conn, *id))
        .await?;
    Ok(HttpResponse::Ok().json(CorrectionAnswer::from(&standing)))
}

/// Sends a notice to exactly those readers whose mails show that they were sent what was wrong. Who was told is not told again,
/// so it can be repeated for mails whose fate was open at first.
#[utoipa::path(post, path = "/corrections/{id}/notice", tag = "corrections", params(("id" = CorrectionId, Path)),
    request_body = NoticeBody,
    responses((status = 201, body = CorrectionAnswer), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 422, body = Problem)))]
pub(crate) async fn notify(
    app: Data<App>,
    id: Path<CorrectionId>,
    body: Json<NoticeBody>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let text = clean_text(&body.text);
    check_length(&mut fields, "text", &text, MAX_NOTICE_CHARS);
    let subject = body.subject.as_deref();
    let subject = subject.and_then(|subject| {
        let line = Line::parse(subject, MAX_SUBJECT_CHARS);
        line.map_err(|cause| fields.wrong("subject", cause)).ok()
    });
    fields.finish()?;
    let (words, with_unknown) = (Words { subject, text }, body.with_unknown);
    let shared = app.clone();
    let standing = app
        .db
        .transaction_now(move |conn, now| {
            let context = context(&shared);
            corrections::notify(conn, now, *id, &words, with_unknown, &context)
        })
        .await?;
    Ok(created(&standing))
}

fn check_length(fields: &mut Fields, field: &str, text: &str, max: usize) {
    let actual = text.chars().count();
    if actual == 0 {
        fields.wrong(field, "the text is empty");
    } else if actual > max {
        fields.wrong(
            field,
            format_args!("the text has {actual} characters, at most {max} are allowed"),
        );
    }
}

fn context(app: &App) -> digest::Context<'_> {
    digest::Context::new(&app.config, &app.templates, &app.site)
}

fn created(standing: &Standing) -> HttpResponse {
    let location = format!("/api/v1/corrections/{}", standing.correction.id);
    HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(CorrectionAnswer::from(standing))
}
