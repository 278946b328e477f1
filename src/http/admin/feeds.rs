//! Feeds over the admin API.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::change::Change;
use crate::domain::feed::{Feed, FeedItemRow, FeedItemStatus, FeedStatus, NewFeed};
use crate::domain::hub_subscription::{HubState, HubSubscription};
use crate::domain::id::{ArticleId, FeedId};
use crate::domain::language::Language;
use crate::domain::line::{Line, clean_text};
use crate::http::dto::{Fields, Page, Paging, incomplete};
use crate::http::problem::Problem;
use crate::usecases::Connection;
use crate::usecases::feeds::{self, Patch};

/// The longest title or section, in characters.
const MAX_NAME_CHARS: usize = 200;
/// Items that are shown of one feed.
const SHOWN_ITEMS: i64 = 200;

/// A feed to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedRequest {
    /// Address of the RSS, Atom or JSON feed.
    url: String,
    /// What the newsroom calls it; the document's title when absent.
    #[serde(default)]
    title: String,
    /// The section of its articles; their first category when absent.
    #[serde(default)]
    section: String,
    /// Topics of its articles besides those made from their categories.
    #[serde(default)]
    topics: Vec<String>,
    /// A BCP 47 language tag, for feeds that name none.
    language: Option<String>,
}

/// Changes of a feed; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedPatch {
    url: Option<String>,
    title: Option<String>,
    section: Option<String>,
    topics: Option<Vec<String>>,
    /// `null` empties it.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    language: Change<String>,
    /// A paused feed is not looked at; `false` also revives one that is gone.
    is_paused: Option<bool>,
}

/// A feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedAnswer {
    id: FeedId,
    url: String,
    title: String,
    section: String,
    topics: Vec<String>,
    language: Option<String>,
    status: FeedStatus,
    /// Items from before this are irrelevant.
    connected_at: Timestamp,
    updated_at: Timestamp,
    next_fetch_at: Timestamp,
    /// Failures in a row; each doubles the pause.
    failures: i32,
    last_fetch_at: Option<Timestamp>,
    last_success_at: Option<Timestamp>,
    /// HTTP status of the last fetch; 304 when nothing was new.
    last_status: Option<i32>,
    /// Why the last fetch failed.
    last_error: Option<String>,
    /// The hub that pushes its news (`WebSub`), if it names one.
    hub: Option<HubAnswer>,
}

/// A hub that pushes the news of a feed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HubAnswer {
    url: String,
    /// The address of the feed as the feed says it.
    topic: String,
    state: HubState,
    /// Until when it pushes; it is asked again before.
    lease_ends_at: Option<Timestamp>,
    /// When it is asked next.
    next_request_at: Timestamp,
    last_push_at: Option<Timestamp>,
    /// What last went wrong.
    last_error: Option<String>,
}

impl HubAnswer {
    fn new(hub: HubSubscription, now: Timestamp) -> Self {
        Self {
            state: hub.state(now),
            url: hub.hub_url,
            topic: hub.topic,
            lease_ends_at: hub.lease_ends_at,
            next_request_at: hub.act_at,
            last_push_at: hub.last_push_at,
            last_error: hub.last_error,
        }
    }
}

impl FeedAnswer {
    fn new(feed: Feed, hub: Option<HubSubscription>, now: Timestamp) -> Self {
        Self {
            hub: hub.map(|hub| HubAnswer::new(hub, now)),
            id: feed.id,
            url: feed.url,
            title: feed.title,
            section: feed.section,
            topics: feed.topics,
            language: feed.language.map(|language| language.to_string()),
            status: feed.status,
            connected_at: feed.connected_at,
            updated_at: feed.updated_at,
            next_fetch_at: feed.next_fetch_at,
            failures: feed.failures,
            last_fetch_at: feed.last_fetch_at,
            last_success_at: feed.last_success_at,
            last_status: feed.last_status,
            last_error: feed.last_error,
        }
    }
}

/// What became of an item.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedItemAnswer {
    /// The publisher's id of it.
    identity: String,
    title: String,
    url: Option<String>,
    status: FeedItemStatus,
    /// Why it is pending or irrelevant.
    detail: Option<String>,
    published_at: Option<Timestamp>,
    /// The article that it became.
    article: Option<ArticleId>,
    first_seen_at: Timestamp,
    updated_at: Timestamp,
}

impl From<FeedItemRow> for FeedItemAnswer {
    fn from(row: FeedItemRow) -> Self {
        Self {
            identity: row.identity,
            title: row.title,
            url: row.url,
            status: row.status,
            detail: row.detail,
            published_at: row.published_at,
            article: row.article_id,
            first_seen_at: row.first_seen_at,
            updated_at: row.updated_at,
        }
    }
}

/// A feed as the API shows it, for others who speak JSON.
#[must_use]
pub fn document(
    feed: Feed,
    hub: Option<HubSubscription>,
    now: Timestamp,
) -> impl Serialize + use<> {
    FeedAnswer::new(feed, hub, now)
}

/// A feed with its hub.
fn with_hub(conn: &mut Connection, now: Timestamp, feed: Feed) -> Result<FeedAnswer, feeds::Error> {
    let hub = feeds::subscriptions_of(conn, &[feed.id])?.remove(&feed.id);
    Ok(FeedAnswer::new(feed, hub, now))
}

/// An address that may be fetched, as far as it can be told without asking.
fn address(app: &App, fields: &mut Fields, text: &str) -> Option<String> {
    let url = fields.web_address("url", text)?;
    let checked = Url::parse(&url).map_err(|cause| cause.to_string());
    match checked.and_then(|url| app.fetcher.check(&url).map_err(|cause| cause.to_string())) {
        Ok(()) => Some(url),
        Err(cause) => {
            fields.wrong("url", cause);
            None
        }
    }
}

/// A name that may be empty, as one clean line.
fn name(fields: &mut Fields, field: &str, text: &str) -> String {
    if clean_text(text).trim().is_empty() {
        return String::new();
    }
    Line::parse(text, MAX_NAME_CHARS)
        .map_err(|cause| fields.wrong(field, cause))
        .map_or_else(|()| String::new(), |line| line.as_str().to_owned())
}

/// All feeds, newest first.
#[utoipa::path(get, path = "/feeds", tag = "feeds", params(Paging),
    responses((status = 200, body = Page<FeedAnswer>), (status = 401, body = Problem)))]
pub(crate) async fn list(app: Data<App>, paging: Query<Paging>) -> Result<HttpResponse, Problem> {
    let (before, limit) = paging.read()?;
    let read = move |conn: &mut _, now| {
        let rows = feeds::list(conn, before, limit)?;
        let ids: Vec<FeedId> = rows.iter().map(|row| row.id).collect();
        Ok::<_, feeds::Error>((rows, feeds::subscriptions_of(conn, &ids)?, now))
    };
    let (rows, hubs, now) = app.db.transaction_now(read).await?;
    let page = Page::new(
        rows,
        limit,
        |row| row.id.to_string(),
        |row| FeedAnswer::new(row.clone(), hubs.get(&row.id).cloned(), now),
    );
    Ok(HttpResponse::Ok().json(page))
}

/// Adds a feed; it is fetched at once. Items that are older than this are never digested.
#[utoipa::path(post, path = "/feeds", tag = "feeds", request_body = FeedRequest,
    responses((status = 201, body = FeedAnswer), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add(app: Data<App>, body: Json<FeedRequest>) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let url = address(&app, &mut fields, &body.url);
    let title = name(&mut fields, "title", &body.title);
    let section = name(&mut fields, "section", &body.section);
    let topics = fields.topics(&body.topics);
    let language: Option<Language> = fields.parse_optional("language", body.language.as_deref());
    fields.finish()?;
    let new = NewFeed {
        url: url.ok_or_else(incomplete)?,
        title,
        section,
        topics,
        language,
    };
    let feed = app
        .db
        .transaction_now(move |conn, now| {
            let feed = feeds::add(conn, now, new)?;
            with_hub(conn, now, feed)
        })
        .await?;
    Ok(HttpResponse::Created().json(feed))
}

/// One feed.
#[utoipa::path(get, path = "/feeds/{feed}", tag = "feeds", params(("feed" = FeedId, Path)),
    responses((status = 200, body = FeedAnswer), (status = 404, body = Problem)))]
pub(crate) async fn read(app: Data<App>, id: Path<FeedId>) -> Result<HttpResponse, Problem> {
    let feed = app
        .db
        .transaction_now(move |conn, now| {
            let feed = feeds::find(conn, id.into_inner())?;
            with_hub(conn, now, feed)
        })
        .await?;
    Ok(HttpResponse::Ok().json(feed))
}

/// Changes a feed; it is fetched at once, and items that waited for a setting are tried again.
#[utoipa::path(patch, path = "/feeds/{feed}", tag = "feeds", params(("feed" = FeedId, Path)), request_body = FeedPatch,
    responses((status = 200, body = FeedAnswer), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn change(
    app: Data<App>,
    id: Path<FeedId>,
    body: Json<FeedPatch>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let body = body.into_inner();
    let patch = Patch {
        url: body.url.and_then(|url| address(&app, &mut fields, &url)),
        title: body.title.map(|title| name(&mut fields, "title", &title)),
        section: body
            .section
            .map(|section| name(&mut fields, "section", &section)),
        topics: body.topics.map(|topics| fields.topics(&topics)),
        language: body
            .language
            .and_then(|language| fields.parse("language", &language)),
        is_paused: body.is_paused,
    };
    fields.finish()?;
    let id = id.into_inner();
    let feed = app
        .db
        .transaction_now(move |conn, now| {
            let feed = feeds::change(conn, now, id, patch)?;
            with_hub(conn, now, feed)
        })
        .await?;
    Ok(HttpResponse::Ok().json(feed))
}

/// Forgets a feed; its articles stay, and its hub is told.
#[utoipa::path(delete, path = "/feeds/{feed}", tag = "feeds", params(("feed" = FeedId, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(crate) async fn remove(app: Data<App>, id: Path<FeedId>) -> Result<HttpResponse, Problem> {
    app.db
        .transaction_now(move |conn, now| feeds::remove(conn, now, id.into_inner()))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What became of the last 200 items, newest first.
#[utoipa::path(get, path = "/feeds/{feed}/items", tag = "feeds", params(("feed" = FeedId, Path)),
    responses((status = 200, body = Page<FeedItemAnswer>), (status = 404, body = Problem)))]
pub(crate) async fn items(app: Data<App>, id: Path<FeedId>) -> Result<HttpResponse, Problem> {
    let rows = app
        .db
        .transaction(move |conn| feeds::items(conn, id.into_inner(), SHOWN_ITEMS))
        .await?;
    let items = rows.into_iter().map(FeedItemAnswer::from).collect();
    Ok(HttpResponse::Ok().json(Page {
        items,
        next_cursor: None,
    }))
}

/// Has a feed fetched within seconds, whatever its schedule says.
#[utoipa::path(post, path = "/feeds/{feed}/fetch", tag = "feeds", params(("feed" = FeedId, Path)),
    responses((status = 202, body = FeedAnswer), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn fetch(app: Data<App>, id: Path<FeedId>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let feed = app
        .db
        .transaction_now(move |conn, now| {
            let feed = feeds::request(conn, now, id)?;
            with_hub(conn, now, feed)
        })
        .await?;
    Ok(HttpResponse::Accepted().json(feed))
}
