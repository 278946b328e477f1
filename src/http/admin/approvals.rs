//! Approval of editions over the admin API, and how a newsletter's approval is written in JSON.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::approval::{
    ApprovalMode, ApprovalPatch, ApprovalSettings, Fingerprint, MAX_DEADLINE_MINUTES, MAX_EDITORS,
    Overdue,
};
use crate::domain::edition::EditionStatus;
use crate::domain::id::EditionId;
use crate::http::dto::{Fields, incomplete};
use crate::http::problem::Problem;
use crate::usecases::approval::{self, Standing};

/// Who approves editions; absent members stay as they are, or have their default in a new newsletter.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApprovalInput {
    /// `auto` or `needs_approval`.
    mode: Option<ApprovalMode>,
    /// Until how many minutes after composing an edition must be approved; 1 to 10080.
    #[schema(example = 60)]
    deadline_minutes: Option<i32>,
    /// What happens after that.
    overdue: Option<Overdue>,
    /// Addresses of editors who get a mail with links to look, approve and hold; at most 20.
    mail_to: Option<Vec<String>>,
}

/// Who approves editions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalSettingsAnswer {
    mode: ApprovalMode,
    deadline_minutes: i32,
    overdue: Overdue,
    mail_to: Vec<String>,
}

impl From<&ApprovalSettings> for ApprovalSettingsAnswer {
    fn from(settings: &ApprovalSettings) -> Self {
        let addresses = settings.approval_mail_to.iter();
        Self {
            mode: settings.approval,
            deadline_minutes: settings.approval_deadline_minutes,
            overdue: settings.approval_overdue,
            mail_to: addresses
                .map(|address| address.as_str().to_owned())
                .collect(),
        }
    }
}

impl ApprovalInput {
    pub(super) fn read(&self, fields: &mut Fields) -> ApprovalPatch {
        let range = 1..=MAX_DEADLINE_MINUTES;
        if self
            .deadline_minutes
            .is_some_and(|minutes| !range.contains(&minutes))
        {
            fields.wrong(
                "approval.deadline_minutes",
                format_args!("must be 1 to {MAX_DEADLINE_MINUTES} minutes"),
            );
        }
        if self
            .mail_to
            .as_ref()
            .is_some_and(|all| all.len() > MAX_EDITORS)
        {
            fields.wrong(
                "approval.mail_to",
                format_args!("must be at most {MAX_EDITORS} addresses"),
            );
        }
        let mail_to = self.mail_to.as_deref();
        ApprovalPatch {
            approval: self.mode,
            approval_deadline_minutes: self.deadline_minutes,
            approval_overdue: self.overdue,
            approval_mail_to: mail_to.map(|all| fields.parse_all("approval.mail_to", all)),
        }
    }
}

/// What somebody approves.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveBody {
    /// `hash` of the answer that the editor saw.
    hash: String,
}

/// How the approval of an edition stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalAnswer {
    edition: EditionId,
    newsletter: String,
    status: EditionStatus,
    subject: String,
    article_count: i32,
    recipient_count: i32,
    /// SHA-256 over content and audience as they are now: what an approval is of.
    hash: String,
    /// Whether that was approved; a change makes it false again.
    is_approved: bool,
    approved_at: Option<Timestamp>,
    /// The address of the editor, or `api`, or `cli`.
    approved_by: Option<String>,
    requested_at: Timestamp,
    /// Until when it must be approved...
    deadline_at: Timestamp,
    /// ...or this happens.
    overdue: Overdue,
    /// Nothing is sent before; `null` when it was skipped.
    not_before: Option<Timestamp>,
}

impl ApprovalAnswer {
    fn new(standing: &Standing) -> Self {
        let (edition, approval) = (&standing.edition, &standing.approval);
        Self {
            edition: edition.id,
            newsletter: standing.newsletter.slug.to_string(),
            status: edition.status,
            subject: edition.subject.clone(),
            article_count: edition.article_count,
            recipient_count: edition.recipient_count,
            hash: standing.current.to_string(),
            is_approved: standing.is_approved(),
            approved_at: approval.approved_at,
            approved_by: approval.approved_by.clone(),
            requested_at: approval.requested_at,
            deadline_at: approval.deadline_at,
            overdue: approval.overdue,
            not_before: standing.send.as_ref().map(|send| send.not_before),
        }
    }
}

/// How an approval stands, as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(standing: &Standing) -> impl Serialize + use<> {
    ApprovalAnswer::new(standing)
}

/// How the approval of an edition stands, with the hash that an approval must name.
#[utoipa::path(get, path = "/editions/{id}/approval", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = ApprovalAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn approval(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let standing = app
        .db
        .transaction(move |conn| approval::show(conn, *id))
        .await?;
    Ok(HttpResponse::Ok().json(ApprovalAnswer::new(&standing)))
}

/// Approves the content and the audience with this hash. The edition is sent when its time comes, or at once when that is
/// over. Whatever changes until then makes the approval void. 412 with both hashes when it has changed already.
#[utoipa::path(post, path = "/editions/{id}/approve", tag = "editions", params(("id" = EditionId, Path)),
    request_body = ApproveBody,
    responses((status = 200, body = ApprovalAnswer), (status = 404, body = Problem), (status = 409, body = Problem),
              (status = 412, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn approve(
    app: Data<App>,
    id: Path<EditionId>,
    body: Json<ApproveBody>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let seen: Option<Fingerprint> = fields.parse("hash", &body.hash);
    fields.finish()?;
    let (seen, settings) = (seen.ok_or_else(incomplete)?, app.config.digest.clone());
    let standing = app
        .db
        .transaction_now(move |conn, now| {
            approval::approve(conn, now, *id, &seen, "api", &settings)
        })
        .await?;
    Ok(HttpResponse::Ok().json(ApprovalAnswer::new(&standing)))
}
