//! An article from the address of its page, for publishers without a feed.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Json};
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;

use super::articles::{ArticleAnswer, MAX_ID_CHARS};
use crate::app::App;
use crate::domain::fingerprint::fingerprint;
use crate::domain::language::Language;
use crate::domain::line::Line;
use crate::feed::{self, Context, Defaults, FeedItem};
use crate::fetch;
use crate::http::dto::{Fields, incomplete};
use crate::http::problem::Problem;
use crate::usecases::articles::{self, Change};

/// A page, and what it does not say itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageRequest {
    /// Where the article can be read.
    url: String,
    /// Your own id of it; made from the page's canonical address when absent.
    external_id: Option<String>,
    /// A BCP 47 language tag, for pages that name none.
    language: Option<String>,
    /// The section's name; the page's own when absent.
    #[serde(default)]
    section: String,
    /// Topics besides those made from the page's section and keywords.
    #[serde(default)]
    topics: Vec<String>,
}

/// Fetches a page and stores the article in it, by its JSON-LD, Open Graph and text. The same page again changes the same
/// article. A page without a date counts as published now.
#[utoipa::path(post, path = "/articles:from-url", tag = "articles", request_body = PageRequest,
    responses((status = 200, description = "known before", body = ArticleAnswer),
        (status = 201, description = "new", body = ArticleAnswer), (status = 422, body = Problem),
        (status = 502, description = "the page could not be fetched", body = Problem)))]
pub(crate) async fn from_url(
    app: Data<App>,
    body: Json<PageRequest>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let url = fields
        .web_address("url", &body.url)
        .and_then(|url| Url::parse(&url).ok());
    let id = body.external_id.as_ref().and_then(|id| {
        Line::parse(id, MAX_ID_CHARS)
            .map_err(|cause| fields.wrong("external_id", cause))
            .ok()
    });
    let language: Option<Language> = fields.parse_optional("language", body.language.as_deref());
    let topics = fields.topics(&body.topics);
    fields.finish()?;
    let url = url.ok_or_else(incomplete)?;
    let mut item = read(&app, url).await?;
    let now = app.db.now().await.map_err(articles::Error::from)?;
    if item.dated_at().is_none() {
        item.published_at = Some(now);
    }
    let id = id.map_or_else(
        || format!("url-{}", fingerprint(item.identity.as_bytes(), 32)),
        |id| id.as_str().to_owned(),
    );
    let defaults = Defaults {
        section: body.section.clone(),
        topics,
        language,
        document_language: None,
        usual_language: app.config.publisher.language.clone(),
    };
    let draft = feed::draft(&item, &defaults, &id).map_err(|cause| {
        let field = if cause == feed::DraftError::NoLanguage {
            "language"
        } else {
            "url"
        };
        Problem::invalid_field(field, cause.to_string())
    })?;
    let (article, change) = app
        .db
        .transaction(move |conn| articles::put(conn, now, &draft))
        .await?;
    let mut answer = match change {
        Change::Created => HttpResponse::Created(),
        Change::Updated | Change::Unchanged => HttpResponse::Ok(),
    };
    Ok(answer.json(ArticleAnswer::from(&article)))
}

/// Fetches a page, outside of any transaction, and finds its article.
async fn read(app: &App, url: Url) -> Result<FeedItem, Problem> {
    let request = fetch::Request {
        url,
        etag: None,
        last_modified: None,
    };
    let answer = app.fetcher.get(&request).await.map_err(|cause| {
        if cause.is_refusal() {
            return Problem::invalid_field("url", cause.to_string());
        }
        Problem::new(StatusCode::BAD_GATEWAY, "not_fetched", cause.to_string())
    })?;
    let work = move || {
        let context = Context {
            base: Some(&answer.url),
            charset: answer.charset.as_deref(),
        };
        feed::parse_page(&answer.body.unwrap_or_default(), context)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(found) => found.map_err(|cause| Problem::invalid_field("url", cause.to_string())),
        Err(panicked) => Err(Problem::internal(&panicked)),
    }
}
