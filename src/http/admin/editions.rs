//! Editions and their mails over the admin API.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::web::{Data, Json, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::edition::{Edition, EditionKind, EditionStatus, SkipReason};
use crate::domain::edition_delivery::{EditionDelivery, EditionSend, UnknownPolicy};
use crate::domain::id::{DeliveryId, EditionId, RhythmId, SubscriberId, SubscriptionId};
use crate::domain::selection::Placement;
use crate::domain::slug::Slug;
use crate::http::dto::{Fields, Page, Paging, incomplete};
use crate::http::problem::Problem;
use crate::http::public::editions::MAIL_POLICY;
use crate::usecases::digest::addresses::{self, Due};
use crate::usecases::{digest, editions, mails};

/// An edition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditionAnswer {
    id: EditionId,
    newsletter: String,
    kind: EditionKind,
    /// The local date-time of the run.
    #[schema(value_type = String, example = "2026-01-05T07:00:00")]
    slot: jiff::civil::DateTime,
    due_at: Timestamp,
    /// Articles first seen from here...
    window_from: Timestamp,
    /// ...and before here.
    window_until: Timestamp,
    status: EditionStatus,
    /// Why it was skipped.
    skip_reason: Option<SkipReason>,
    /// Why it is held, paused or stopped.
    reason: Option<String>,
    /// Nothing of it is sent before; `null` when skipped, like what follows.
    not_before: Option<Timestamp>,
    /// By when its last mail should have left.
    deadline_at: Option<Timestamp>,
    /// When its first mail was taken in hand.
    started_at: Option<Timestamp>,
    /// What a lost reply leads to.
    unknown_policy: Option<UnknownPolicy>,
    subject: String,
    article_count: i32,
    recipient_count: i32,
    created_at: Timestamp,
    completed_at: Option<Timestamp>,
    /// Its page for readers; `null` when skipped.
    browser_url: Option<String>,
    /// For readers with this rhythm of their own; `null` for those who follow the newsletter's schedule.
    rhythm_id: Option<RhythmId>,
    /// 0 for the readers who had all before; further selections of the same slot, for readers who were away, have others.
    variant: i16,
    /// What the newsroom should know: why nothing was sent, that stories were shortened.
    warnings: Vec<String>,
    /// 1 is what was frozen first; each correction adds 1.
    content_version: i32,
}

/// One article of an edition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditionArticleAnswer {
    external_id: String,
    title: String,
    placement: Placement,
}

/// An edition with its articles and where its mails stand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditionDetailAnswer {
    #[serde(flatten)]
    edition: EditionAnswer,
    articles: Vec<EditionArticleAnswer>,
    /// How many mails stand where; "sent" means that the next mail server took it.
    deliveries: BTreeMap<&'static str, i64>,
}

/// One mail of an edition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryAnswer {
    /// Also the part of its Message-ID before the "@", without dashes.
    id: DeliveryId,
    subscription_id: SubscriptionId,
    /// `null` when the reader was erased.
    subscriber_id: Option<SubscriberId>,
    status: DeliveryStatus,
    /// When it is tried again.
    retry_at: Option<Timestamp>,
    attempt_count: i16,
    /// How often the answer was lost.
    unknown_count: i16,
    /// The mail server's last answer.
    reply_code: Option<i16>,
    reply_text: Option<String>,
    settled_at: Option<Timestamp>,
    /// The version of the content that it was begun with last; `null` when it has not begun.
    content_version: Option<i32>,
}

/// Which mails.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeliveryQuery {
    /// Only those in this status.
    #[param(value_type = Option<DeliveryStatus>)]
    status: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when absent.
    limit: Option<i64>,
}

/// To whom a test copy goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TestBody {
    to: String,
}

/// A queued test copy.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TestAnswer {
    delivery_id: DeliveryId,
}

/// An edition as the API shows it.
pub(super) fn edition_answer(
    app: &App,
    newsletter: &Slug,
    edition: &Edition,
    send: Option<&EditionSend>,
) -> EditionAnswer {
    let is_readable = edition.status != EditionStatus::Skipped;
    EditionAnswer {
        id: edition.id,
        newsletter: newsletter.to_string(),
        kind: edition.kind,
        slot: edition.slot,
        due_at: edition.due_at,
        window_from: edition.window_from,
        window_until: edition.window_until,
        status: edition.status,
        skip_reason: edition.skip_reason,
        reason: send.and_then(|send| send.reason.clone()),
        not_before: send.map(|send| send.not_before),
        deadline_at: send.and_then(|send| send.deadline_at),
        started_at: send.and_then(|send| send.started_at),
        unknown_policy: send.map(|send| send.unknown_policy),
        subject: edition.subject.clone(),
        article_count: edition.article_count,
        recipient_count: edition.recipient_count,
        created_at: edition.created_at,
        completed_at: edition.completed_at,
        browser_url: is_readable.then(|| app.site.edition_url(edition.id)),
        rhythm_id: edition.rhythm_id,
        variant: edition.variant,
        warnings: edition.warnings.clone(),
        content_version: edition.content_version,
    }
}

fn delivery_answer(
    (delivery, subscriber_id): &(EditionDelivery, Option<SubscriberId>),
) -> DeliveryAnswer {
    DeliveryAnswer {
        id: delivery.id(),
        subscription_id: delivery.subscription_id,
        subscriber_id: *subscriber_id,
        status: delivery.status,
        retry_at: delivery.retry_at,
        attempt_count: delivery.attempt_count,
        unknown_count: delivery.unknown_count,
        reply_code: delivery.reply_code,
        reply_text: delivery.reply_text.clone(),
        settled_at: delivery.settled_at,
        content_version: (delivery.attempt_count > 0).then_some(delivery.content_version),
    }
}

fn parse_slug(slug: &str) -> Result<Slug, Problem> {
    slug.parse()
        .map_err(|_| editions::Error::NoNewsletter.into())
}

/// A newsletter's editions, newest first.
#[utoipa::path(get, path = "/newsletters/{slug}/editions", tag = "editions", params(("slug" = String, Path), Paging),
    responses((status = 200, body = Page<EditionAnswer>), (status = 404, body = Problem)))]
pub(crate) async fn list(
    app: Data<App>,
    slug: Path<String>,
    paging: Query<Paging>,
) -> Result<HttpResponse, Problem> {
    let (before, limit) = paging.read()?;
    let slug = parse_slug(&slug)?;
    let (newsletter, rows) = app
        .db
        .transaction(move |conn| editions::list(conn, &slug, before, limit))
        .await?;
    let item = |(edition, send): &(Edition, Option<EditionSend>)| {
        edition_answer(&app, &newsletter.slug, edition, send.as_ref())
    };
    Ok(HttpResponse::Ok().json(Page::new(rows, limit, |row| row.0.id.to_string(), item)))
}

/// Makes an edition now, whatever the schedule says: with the articles since the last one, to all readers.
/// With `choice.check_addresses` their addresses are asked first, which takes at most `digest.address_check_seconds`.
#[utoipa::path(post, path = "/newsletters/{slug}/editions", tag = "editions", params(("slug" = String, Path)),
    responses((status = 201, body = EditionAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn run_now(app: Data<App>, slug: Path<String>) -> Result<HttpResponse, Problem> {
    let slug = parse_slug(&slug)?;
    ask_addresses(&app, &slug).await;
    let now = app.db.now().await.map_err(digest::Error::from)?;
    app.db
        .transaction(move |conn| digest::advance_cut(conn, now))
        .await?;
    let (shared, wanted) = (app.clone(), slug.clone());
    let (edition, send) = app
        .db
        .transaction(move |conn| {
            let context = digest::Context::new(&shared.config, &shared.templates, &shared.site);
            digest::compose_now(conn, now, &wanted, &context)
        })
        .await?;
    let location = format!("/api/v1/editions/{}", edition.id);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(edition_answer(&app, &slug, &edition, send.as_ref())))
}

/// Asks the addresses of the articles that the edition may hold, if the newsletter wants that. What goes wrong is logged and holds
/// nothing up.
async fn ask_addresses(app: &Data<App>, slug: &Slug) {
    let (shared, due) = (app.clone(), Due::Now(slug.clone()));
    let wanted = app.db.transaction_now(move |conn, now| {
        let context = digest::Context::new(&shared.config, &shared.templates, &shared.site);
        addresses::unchecked(conn, now, &due, &context)
    });
    let asked = async {
        let wanted = wanted.await?;
        if wanted.is_empty() {
            return Ok(());
        }
        let findings = app.ask_addresses(wanted).await;
        app.db
            .transaction_now(move |conn, now| addresses::record(conn, now, findings))
            .await
    };
    if let Err(error) = asked.await {
        tracing::error!(newsletter = %slug, error = ?error, "addresses of articles could not be checked");
    }
}

/// One edition with its articles and counts.
#[utoipa::path(get, path = "/editions/{id}", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = EditionDetailAnswer), (status = 404, body = Problem)))]
pub(crate) async fn read(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let detail = app
        .db
        .transaction(move |conn| editions::find(conn, *id))
        .await?;
    Ok(HttpResponse::Ok().json(EditionDetailAnswer {
        edition: edition_answer(
            &app,
            &detail.newsletter.slug,
            &detail.edition,
            detail.send.as_ref(),
        ),
        articles: detail
            .articles
            .into_iter()
            .map(|(external_id, title, placement)| EditionArticleAnswer {
                external_id,
                title,
                placement,
            })
            .collect(),
        deliveries: detail
            .counts
            .into_iter()
            .map(|(status, count)| (status.as_str(), count))
            .collect(),
    }))
}

/// The HTML that readers see in the browser.
#[utoipa::path(get, path = "/editions/{id}/preview.html", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem)))]
pub(crate) async fn preview_html(
    app: Data<App>,
    id: Path<EditionId>,
) -> Result<HttpResponse, Problem> {
    let (_, content) = app
        .db
        .transaction(move |conn| editions::content(conn, *id))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY))
        .body(content.web_html))
}

/// The plain-text part, with the words "address", "date" and "link" where a reader's own go.
#[utoipa::path(get, path = "/editions/{id}/preview.txt", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = Problem)))]
pub(crate) async fn preview_text(
    app: Data<App>,
    id: Path<EditionId>,
) -> Result<HttpResponse, Problem> {
    let text = app
        .db
        .transaction(move |conn| editions::preview_text(conn, *id))
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/plain; charset=utf-8"))
        .body(text))
}

/// One thing that is wrong with a mail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FindingAnswer {
    /// The rule's name, which never changes.
    #[schema(example = "contrast")]
    rule: &'static str,
    /// "error": must be mended; "warning": may stay.
    #[schema(value_type = String, example = "error")]
    severity: mails::Severity,
    /// What was found, and where.
    detail: String,
    /// How to mend it.
    mend: &'static str,
}

/// What is wrong with the mail of an edition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckAnswer {
    errors: usize,
    warnings: usize,
    /// Bytes of the HTML part; Gmail cuts off at about 102,000.
    html_bytes: usize,
    /// Bytes of the whole message.
    message_bytes: usize,
    findings: Vec<FindingAnswer>,
}

impl From<mails::Report> for CheckAnswer {
    fn from(report: mails::Report) -> Self {
        Self {
            errors: report.errors(),
            warnings: report.warnings(),
            html_bytes: report.html_bytes,
            message_bytes: report.message_bytes,
            findings: report
                .findings
                .into_iter()
                .map(|finding| FindingAnswer {
                    rule: finding.rule,
                    severity: finding.severity,
                    detail: finding.detail,
                    mend: finding.mend,
                })
                .collect(),
        }
    }
}

/// Checks the mail against standards, mail programs and accessibility, as `tidings mail check` does.
#[utoipa::path(get, path = "/editions/{id}/check", tag = "editions", params(("id" = EditionId, Path)),
    responses((status = 200, body = CheckAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn check(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let shared = app.clone();
    let report = app
        .db
        .transaction(move |conn| {
            let context = editions::CheckContext {
                identity: &shared.identity,
                site: &shared.site,
                publisher: &shared.config.publisher,
                words: shared.templates.words(),
            };
            editions::check(conn, *id, &context)
        })
        .await?;
    Ok(HttpResponse::Ok().json(CheckAnswer::from(report)))
}

/// Sends a copy to one address. It is marked, counts nowhere, and its links do nothing.
#[utoipa::path(post, path = "/editions/{id}/test", tag = "editions", params(("id" = EditionId, Path)),
    request_body = TestBody,
    responses((status = 202, body = TestAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn send_test(
    app: Data<App>,
    id: Path<EditionId>,
    body: Json<TestBody>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let address = fields.parse("to", &body.to);
    fields.finish()?;
    let (address, now) = (address.ok_or_else(incomplete)?, app.clock.now());
    let delivery_id = app
        .db
        .transaction(move |conn| editions::send_test(conn, now, *id, address))
        .await?;
    Ok(HttpResponse::Accepted().json(TestAnswer { delivery_id }))
}

/// The mails of an edition, perhaps only those in one status.
#[utoipa::path(get, path = "/editions/{id}/deliveries", tag = "editions",
    params(("id" = EditionId, Path), DeliveryQuery),
    responses((status = 200, body = Page<DeliveryAnswer>), (status = 404, body = Problem)))]
pub(crate) async fn deliveries(
    app: Data<App>,
    id: Path<EditionId>,
    query: Query<DeliveryQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let status: Option<DeliveryStatus> = fields.parse_optional("status", query.status.as_deref());
    fields.finish()?;
    let paging = Paging::new(query.cursor.clone(), query.limit);
    let (after, limit) = paging.read()?;
    let rows = app
        .db
        .transaction(move |conn| editions::deliveries_of(conn, *id, status, after, limit))
        .await?;
    Ok(HttpResponse::Ok().json(Page::new(
        rows,
        limit,
        |(row, _)| row.subscription_id.to_string(),
        delivery_answer,
    )))
}
