//! Newsletters over the admin API.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Json, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::approvals::{ApprovalInput, ApprovalSettingsAnswer};
use super::schedules::{TimingAnswer, TimingInput};
use crate::app::App;
use crate::domain::approval::ApprovalSettings;
use crate::domain::change::Change;
use crate::domain::choice::Choice;
use crate::domain::clock_change::ClockChange;
use crate::domain::id::NewsletterId;
use crate::domain::line::{Line, LineError};
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::schedule::{Schedule, Slot};
use crate::domain::slug::Slug;
use crate::domain::timing::Timing;
use crate::http::dto::{Fields, Page, Paging, incomplete};
use crate::http::problem::Problem;
use crate::usecases::newsletters::{self, Draft, Patch};

/// The longest title and sender name, in characters.
const MAX_TITLE_CHARS: usize = 100;
/// The longest promise and frequency, in characters.
const MAX_SENTENCE_CHARS: usize = 300;

/// When editions are made.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ScheduleBody {
    /// Five fields: minute, hour, day of month, month, day of week.
    #[schema(example = "0 7 * * 1-5")]
    cron: String,
    /// An IANA time zone.
    #[schema(example = "Europe/Berlin")]
    zone: String,
}

/// When editions are made: in words, or as a cron expression with its zone.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(
    untagged,
    expecting = "write a schedule in words, such as \"weekdays at 07:00 Europe/Berlin\", or as {\"cron\": \"0 7 * * 1-5\", \"zone\": \"Europe/Berlin\"}"
)]
pub(crate) enum ScheduleInput {
    /// In English or German, with the zone.
    #[schema(example = "weekdays at 07:00 Europe/Berlin")]
    Words(String),
    /// Cron and zone.
    Cron(ScheduleBody),
}

/// From whom mails come.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SenderBody {
    /// The name that inboxes show.
    name: String,
    /// The address.
    address: String,
}

/// A new newsletter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewsletterBody {
    /// Its name in addresses: a-z, 0-9 and hyphens. Cannot be changed.
    #[schema(example = "europa-kompakt")]
    slug: String,
    /// Its name for readers.
    title: String,
    /// One sentence: what a reader gets.
    #[serde(default)]
    promise: String,
    /// The rhythm in words, such as "weekdays at 7 am".
    #[serde(default)]
    frequency: String,
    /// A BCP 47 language tag; an article enters when it has the same.
    #[schema(example = "de")]
    language: String,
    sender: SenderBody,
    schedule: ScheduleInput,
    /// An article enters when it has one of these; none means all.
    #[serde(default)]
    topics: Vec<String>,
    /// Fewer articles than this make no edition.
    #[serde(default = "one")]
    min_articles: i32,
    /// At most this many in one edition.
    #[serde(default = "thirty")]
    max_articles: i32,
    /// By when scheduled editions should have been sent, on the clocks of the schedule's zone: sending begins in time
    /// for it. Without it sending begins at once.
    #[schema(example = "08:00")]
    deliver_by: Option<String>,
    /// Sites whose pages may hold its box, such as `https://www.example.org`, beside `server.allowed_sites`.
    #[serde(default)]
    sites: Vec<String>,
    /// How articles are chosen, beside topics and language.
    #[serde(default)]
    choice: Choice,
    #[serde(default)]
    timing: TimingInput,
    #[serde(default)]
    approval: ApprovalInput,
}

/// What changes; absent fields stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewsletterPatch {
    title: Option<String>,
    promise: Option<String>,
    frequency: Option<String>,
    language: Option<String>,
    sender: Option<SenderBody>,
    schedule: Option<ScheduleInput>,
    topics: Option<Vec<String>>,
    min_articles: Option<i32>,
    max_articles: Option<i32>,
    status: Option<NewsletterStatus>,
    /// `null` takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "08:00")]
    deliver_by: Change<String>,
    sites: Option<Vec<String>>,
    /// As a whole.
    choice: Option<Choice>,
    #[serde(default)]
    timing: TimingInput,
    #[serde(default)]
    approval: ApprovalInput,
}

/// A newsletter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewsletterAnswer {
    id: NewsletterId,
    slug: String,
    title: String,
    promise: String,
    frequency: String,
    language: String,
    sender: SenderBody,
    schedule: ScheduleBody,
    /// The schedule in words, in the language of the newsletter if that is German, else in English; the cron text where
    /// there are no words for it.
    #[schema(example = "montags bis freitags um 07:00 Uhr")]
    schedule_words: String,
    topics: Vec<String>,
    min_articles: i32,
    max_articles: i32,
    status: NewsletterStatus,
    /// The next slot; `null` for a retired newsletter.
    next_due_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// By when scheduled editions should have been sent; `null` when they are sent at once.
    deliver_by: Option<String>,
    sites: Vec<String>,
    choice: Choice,
    timing: TimingAnswer,
    approval: ApprovalSettingsAnswer,
    /// Since when it pauses; `null` while it does not.
    paused_at: Option<Timestamp>,
    pause_reason: Option<String>,
}

/// One run of a schedule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SlotAnswer {
    /// The local date-time, without zone.
    #[schema(value_type = String, example = "2026-03-27T07:00:00")]
    local: jiff::civil::DateTime,
    /// The same as an instant.
    due_at: Timestamp,
    /// What a change of clocks does to it; absent for almost all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "clocks go back: 07:00 CET")]
    note: Option<String>,
}

/// The next runs of a newsletter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NextAnswer {
    schedule: ScheduleBody,
    /// The schedule in words.
    schedule_words: String,
    slots: Vec<SlotAnswer>,
}

/// How many runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct NextQuery {
    /// 1 to 100; 5 when absent.
    count: Option<usize>,
}

fn one() -> i32 {
    1
}

fn thirty() -> i32 {
    30
}

impl From<&Newsletter> for NewsletterAnswer {
    fn from(newsletter: &Newsletter) -> Self {
        Self {
            id: newsletter.id,
            slug: newsletter.slug.to_string(),
            title: newsletter.title.as_str().to_owned(),
            promise: newsletter.promise.clone(),
            frequency: newsletter.frequency.clone(),
            language: newsletter.language.to_string(),
            sender: SenderBody {
                name: newsletter.sender_name.as_str().to_owned(),
                address: newsletter.sender_address.as_str().to_owned(),
            },
            schedule: ScheduleBody {
                cron: newsletter.schedule_cron.clone(),
                zone: newsletter.schedule_zone.clone(),
            },
            schedule_words: words(newsletter),
            topics: newsletter.topics.clone(),
            min_articles: newsletter.min_articles,
            max_articles: newsletter.max_articles,
            status: newsletter.status,
            next_due_at: newsletter.next_due_at,
            created_at: newsletter.created_at,
            updated_at: newsletter.updated_at,
            deliver_by: newsletter.deliver_by.as_ref().map(ToString::to_string),
            sites: newsletter.sites.iter().map(ToString::to_string).collect(),
            choice: newsletter.choice.clone(),
            timing: TimingAnswer::from(&newsletter.timing),
            approval: ApprovalSettingsAnswer::from(&newsletter.approval),
            paused_at: newsletter.timing.paused_at,
            pause_reason: newsletter.timing.pause_reason.clone(),
        }
    }
}

/// The rhythm in words; the cron text when the stored schedule no longer parses.
fn words(newsletter: &Newsletter) -> String {
    newsletter.schedule().map_or_else(
        |_| newsletter.schedule_cron.clone(),
        |schedule| schedule.words(&newsletter.language),
    )
}

/// The slots after `since`, with what clocks do to them.
fn slot_answers(
    newsletter: &Newsletter,
    mut since: Timestamp,
    slots: Vec<Slot>,
) -> Vec<SlotAnswer> {
    let schedule = newsletter.schedule().ok();
    let is_german = newsletter.language.primary() == "de";
    let answer = |slot: Slot| {
        let note = schedule.as_ref().and_then(|schedule| {
            let change = ClockChange::of(schedule, since, slot)?;
            Some(change.words(schedule, slot, is_german))
        });
        since = slot.due_at;
        SlotAnswer {
            local: slot.local,
            due_at: slot.due_at,
            note,
        }
    };
    slots.into_iter().map(answer).collect()
}

impl Fields {
    fn title(&mut self, field: &str, text: &str) -> Option<Line> {
        Line::parse(text, MAX_TITLE_CHARS)
            .map_err(|cause| self.wrong(field, cause))
            .ok()
    }

    /// One line that may be empty.
    fn sentence(&mut self, field: &str, text: &str) -> Option<String> {
        match Line::parse(text, MAX_SENTENCE_CHARS) {
            Ok(line) => Some(line.as_str().to_owned()),
            Err(LineError::Empty) => Some(String::new()),
            Err(cause) => {
                self.wrong(field, cause);
                None
            }
        }
    }

    fn choice(&mut self, choice: &Choice) {
        for (field, mistake) in choice.mistakes() {
            self.wrong(&format!("choice.{field}"), mistake);
        }
    }

    fn schedule(&mut self, input: &ScheduleInput) -> Option<Schedule> {
        let read = match input {
            ScheduleInput::Words(words) => Schedule::read(words, None),
            ScheduleInput::Cron(body) => Schedule::parse(&body.cron, &body.zone),
        };
        read.map_err(|cause| self.wrong("schedule", cause)).ok()
    }
}

fn draft(body: &NewsletterBody) -> Result<Draft, Problem> {
    let mut fields = Fields::default();
    let slug = fields.parse("slug", &body.slug);
    let title = fields.title("title", &body.title);
    let language = fields.parse("language", &body.language);
    let sender_name = fields.title("sender.name", &body.sender.name);
    let sender_address = fields.parse("sender.address", &body.sender.address);
    let schedule = fields.schedule(&body.schedule);
    let topics = fields.topics(&body.topics);
    let promise = fields.sentence("promise", &body.promise);
    let frequency = fields.sentence("frequency", &body.frequency);
    let deliver_by = fields.parse_optional("deliver_by", body.deliver_by.as_deref());
    let sites = fields.sites(&body.sites);
    fields.choice(&body.choice);
    let timing = body.timing.read(&mut fields).apply(Timing::default());
    let approval = body
        .approval
        .read(&mut fields)
        .apply(ApprovalSettings::default());
    fields.finish()?;
    Ok(Draft {
        slug: slug.ok_or_else(incomplete)?,
        title: title.ok_or_else(incomplete)?,
        promise: promise.ok_or_else(incomplete)?,
        frequency: frequency.ok_or_else(incomplete)?,
        language: language.ok_or_else(incomplete)?,
        sender_name: sender_name.ok_or_else(incomplete)?,
        sender_address: sender_address.ok_or_else(incomplete)?,
        schedule: schedule.ok_or_else(incomplete)?,
        topics,
        min_articles: body.min_articles,
        max_articles: body.max_articles,
        deliver_by,
        sites,
        choice: body.choice.clone(),
        timing,
        approval,
    })
}

fn patch(body: &NewsletterPatch) -> Result<Patch, Problem> {
    let mut fields = Fields::default();
    let patch = Patch {
        title: body
            .title
            .as_deref()
            .and_then(|text| fields.title("title", text)),
        promise: body
            .promise
            .as_deref()
            .and_then(|text| fields.sentence("promise", text)),
        frequency: body
            .frequency
            .as_deref()
            .and_then(|text| fields.sentence("frequency", text)),
        language: fields.parse_optional("language", body.language.as_deref()),
        sender_name: body
            .sender
            .as_ref()
            .and_then(|sender| fields.title("sender.name", &sender.name)),
        sender_address: body
            .sender
            .as_ref()
            .and_then(|sender| fields.parse("sender.address", &sender.address)),
        schedule: body
            .schedule
            .as_ref()
            .and_then(|schedule| fields.schedule(schedule)),
        topics: body.topics.as_deref().map(|topics| fields.topics(topics)),
        min_articles: body.min_articles,
        max_articles: body.max_articles,
        status: body.status,
        deliver_by: body
            .deliver_by
            .clone()
            .and_then(|text| fields.parse("deliver_by", &text)),
        sites: body.sites.as_deref().map(|sites| fields.sites(sites)),
        choice: body.choice.clone(),
        timing: body.timing.read(&mut fields),
        approval: body.approval.read(&mut fields),
    };
    if let Some(choice) = &patch.choice {
        fields.choice(choice);
    }
    fields.finish()?;
    Ok(patch)
}

fn parse_slug(slug: &str) -> Result<Slug, Problem> {
    slug.parse()
        .map_err(|_| newsletters::Error::NotFound.into())
}

/// All newsletters, oldest first.
#[utoipa::path(get, path = "/newsletters", tag = "newsletters", params(Paging),
    responses((status = 200, body = Page<NewsletterAnswer>), (status = 401, body = Problem)))]
pub(crate) async fn list(app: Data<App>, paging: Query<Paging>) -> Result<HttpResponse, Problem> {
    let (after, limit) = paging.read()?;
    let rows = app
        .db
        .transaction(move |conn| newsletters::list(conn, after, limit))
        .await?;
    Ok(HttpResponse::Ok().json(Page::new(
        rows,
        limit,
        |row| row.id.to_string(),
        |row| NewsletterAnswer::from(row),
    )))
}

/// Makes a newsletter.
#[utoipa::path(post, path = "/newsletters", tag = "newsletters", request_body = NewsletterBody,
    responses((status = 201, body = NewsletterAnswer), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn create(
    app: Data<App>,
    body: Json<NewsletterBody>,
) -> Result<HttpResponse, Problem> {
    let (draft, now) = (draft(&body)?, app.clock.now());
    let newsletter = app
        .db
        .transaction(move |conn| newsletters::create(conn, now, &draft))
        .await?;
    let location = format!("/api/v1/newsletters/{}", newsletter.slug);
    Ok(HttpResponse::Created()
        .insert_header((LOCATION, location))
        .json(NewsletterAnswer::from(&newsletter)))
}

/// One newsletter.
#[utoipa::path(get, path = "/newsletters/{slug}", tag = "newsletters", params(("slug" = String, Path)),
    responses((status = 200, body = NewsletterAnswer), (status = 404, body = Problem)))]
pub(crate) async fn read(app: Data<App>, slug: Path<String>) -> Result<HttpResponse, Problem> {
    let slug = parse_slug(&slug)?;
    let newsletter = app
        .db
        .transaction(move |conn| newsletters::find(conn, &slug))
        .await?;
    Ok(HttpResponse::Ok().json(NewsletterAnswer::from(&newsletter)))
}

/// Changes a newsletter; absent fields stay.
#[utoipa::path(patch, path = "/newsletters/{slug}", tag = "newsletters", params(("slug" = String, Path)),
    request_body = NewsletterPatch,
    responses((status = 200, body = NewsletterAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn change(
    app: Data<App>,
    slug: Path<String>,
    body: Json<NewsletterPatch>,
) -> Result<HttpResponse, Problem> {
    let (slug, patch, now) = (parse_slug(&slug)?, patch(&body)?, app.clock.now());
    let newsletter = app
        .db
        .transaction(move |conn| newsletters::change(conn, now, &slug, patch))
        .await?;
    Ok(HttpResponse::Ok().json(NewsletterAnswer::from(&newsletter)))
}

/// The next runs of a newsletter.
#[utoipa::path(get, path = "/newsletters/{slug}/next", tag = "newsletters", params(("slug" = String, Path), NextQuery),
    responses((status = 200, body = NextAnswer), (status = 404, body = Problem)))]
pub(crate) async fn next(
    app: Data<App>,
    slug: Path<String>,
    query: Query<NextQuery>,
) -> Result<HttpResponse, Problem> {
    let count = query.count.unwrap_or(5);
    if !(1..=100).contains(&count) {
        return Err(Problem::invalid_field("count", "must be 1 to 100"));
    }
    let (slug, now) = (parse_slug(&slug)?, app.clock.now());
    let (newsletter, slots) = app
        .db
        .transaction(move |conn| newsletters::next_slots(conn, now, &slug, count))
        .await?;
    Ok(HttpResponse::Ok().json(NextAnswer {
        schedule_words: words(&newsletter),
        slots: slot_answers(&newsletter, now, slots),
        schedule: ScheduleBody {
            cron: newsletter.schedule_cron,
            zone: newsletter.schedule_zone,
        },
    }))
}
