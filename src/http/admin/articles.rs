//! Articles over the admin API.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::article::{Article, ArticleDraft, ArticleStatus, Image, LanguageSource};
use crate::domain::article_body::ArticleBody;
use crate::domain::id::ArticleId;
use crate::domain::language::Language;
use crate::domain::language_detection::language_of;
use crate::domain::line::{Line, clean_text};
use crate::domain::slug::Slug;
use crate::http::dto::{ArticleJson, Fields, Page, Paging, incomplete};
use crate::http::problem::Problem;
use crate::usecases::articles::{self, Change};

/// The longest publisher's id, in characters.
pub(super) const MAX_ID_CHARS: usize = 200;
/// The longest title, in characters.
const MAX_TITLE_CHARS: usize = 200;
/// What to do about an article without a language.
const UNTOLD: &str =
    "the text is too short to tell its language; name it, or set publisher.language for all";
/// The longest standfirst, caption or alternative text, in characters.
const MAX_TEXT_CHARS: usize = 1000;

/// A picture.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageBody {
    /// Absolute address.
    url: String,
    /// What it shows; empty for decoration.
    #[serde(default)]
    alt: String,
    #[serde(default)]
    caption: String,
    /// Who made it.
    #[serde(default)]
    credit: String,
}

/// An article as the publisher tells it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleRequest {
    /// Where it can be read.
    url: String,
    title: String,
    /// The sentence or two under the headline.
    #[serde(default)]
    standfirst: String,
    /// HTML; what is not text, lists, links, quotes or pictures is removed.
    #[serde(default)]
    body_html: String,
    /// A BCP 47 language tag; told from the text when absent, else `publisher.language` of the settings.
    language: Option<String>,
    /// The section's name as readers see it.
    #[serde(default)]
    section: String,
    /// Lower-case topics that newsletters choose by.
    #[serde(default)]
    topics: Vec<String>,
    #[serde(default)]
    authors: Vec<String>,
    image: Option<ImageBody>,
    /// RFC 3339.
    published_at: Timestamp,
    /// Embargo: no page and no digest before.
    publish_at: Option<Timestamp>,
    /// Not in editions that are made after.
    expires_at: Option<Timestamp>,
    /// It leads.
    #[serde(default)]
    is_pinned: bool,
    /// Its name in addresses of this server; made from the title when absent.
    slug: Option<String>,
}

/// A stored article.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ArticleAnswer {
    id: ArticleId,
    external_id: String,
    slug: String,
    url: String,
    title: String,
    standfirst: String,
    language: String,
    /// How it is known: somebody declared it, it was told from the text, or it is the newsroom's usual one.
    language_source: LanguageSource,
    section: String,
    topics: Vec<String>,
    authors: Vec<String>,
    image: Option<ImageBody>,
    /// Minutes, at least 1.
    reading_minutes: i32,
    status: ArticleStatus,
    published_at: Timestamp,
    publish_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    is_pinned: bool,
    /// When it first came.
    first_seen_at: Timestamp,
    /// From when digests may have it; they go by this time.
    available_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Article> for ArticleAnswer {
    fn from(article: &Article) -> Self {
        let image = article.image();
        Self {
            id: article.id,
            external_id: article.external_id.as_str().to_owned(),
            slug: article.slug.to_string(),
            url: article.url.clone(),
            title: article.title.as_str().to_owned(),
            standfirst: article.standfirst.clone(),
            language: article.language.to_string(),
            language_source: article.language_source,
            section: article.section.clone(),
            topics: article.topics.clone(),
            authors: article.authors.clone(),
            image: image.map(|it| ImageBody {
                url: it.url,
                alt: it.alt,
                caption: it.caption,
                credit: it.credit,
            }),
            reading_minutes: article.reading_minutes,
            status: article.status,
            published_at: article.published_at,
            publish_at: article.publish_at,
            expires_at: article.expires_at,
            is_pinned: article.is_pinned,
            first_seen_at: article.first_seen_at,
            available_at: article.available_at,
            updated_at: article.updated_at,
        }
    }
}

/// The article that a request tells of.
pub(super) fn draft(
    external_id: &str,
    body: &ArticleRequest,
    usual: Option<&Language>,
) -> Result<ArticleDraft, Problem> {
    let mut fields = Fields::default();
    let id = Line::parse(external_id, MAX_ID_CHARS)
        .map_err(|cause| fields.wrong("external_id", cause))
        .ok();
    let title = Line::parse(&body.title, MAX_TITLE_CHARS)
        .map_err(|cause| fields.wrong("title", cause))
        .ok();
    let url = fields.web_address("url", &body.url);
    let declared = fields.parse_optional("language", body.language.as_deref());
    let slug: Option<Slug> = fields.parse_optional("slug", body.slug.as_deref());
    let text = ArticleBody::sanitise(&body.body_html)
        .map_err(|cause| fields.wrong("body_html", cause))
        .ok();
    let topics = fields.topics(&body.topics);
    let image = body.image.as_ref().and_then(|image| {
        Some(Image {
            url: fields.web_address("image.url", &image.url)?,
            alt: one_line(&mut fields, "image.alt", &image.alt),
            caption: one_line(&mut fields, "image.caption", &image.caption),
            credit: one_line(&mut fields, "image.credit", &image.credit),
        })
    });
    let standfirst = one_line(&mut fields, "standfirst", &body.standfirst);
    let section = one_line(&mut fields, "section", &body.section);
    let authors: Vec<Line> = fields.parse_all("authors", &body.authors);
    if let (Some(from), Some(until)) = (body.publish_at, body.expires_at)
        && until <= from
    {
        fields.wrong("expires_at", "must be after publish_at");
    }
    let told = match (declared, &title, &text) {
        (None, Some(title), Some(text)) if body.language.is_none() => {
            tell(&mut fields, (title.as_str(), &standfirst, text), usual)
        }
        (declared, ..) => declared.map(|language| (language, LanguageSource::Declared)),
    };
    fields.finish()?;
    let (language, language_source) = told.ok_or_else(incomplete)?;
    Ok(ArticleDraft {
        external_id: id.ok_or_else(incomplete)?,
        slug,
        url: url.ok_or_else(incomplete)?,
        language,
        language_source,
        section,
        topics,
        title: title.ok_or_else(incomplete)?,
        standfirst,
        authors: authors
            .iter()
            .map(|author| author.as_str().to_owned())
            .collect(),
        image,
        body: text.ok_or_else(incomplete)?,
        published_at: body.published_at,
        publish_at: body.publish_at,
        expires_at: body.expires_at,
        is_pinned: body.is_pinned,
    })
}

/// The language of an article that names none.
fn tell(
    fields: &mut Fields,
    parts: (&str, &str, &ArticleBody),
    usual: Option<&Language>,
) -> Option<(Language, LanguageSource)> {
    let told = language_of(None, parts, usual);
    if told.is_none() {
        fields.wrong("language", UNTOLD);
    }
    told
}

/// A text that may be empty, as one clean line.
fn one_line(fields: &mut Fields, field: &str, text: &str) -> String {
    if clean_text(text).trim().is_empty() {
        return String::new();
    }
    match Line::parse(text, MAX_TEXT_CHARS) {
        Ok(line) => line.as_str().to_owned(),
        Err(cause) => {
            fields.wrong(field, cause);
            String::new()
        }
    }
}

/// All articles, newest first.
#[utoipa::path(get, path = "/articles", tag = "articles", params(Paging),
    responses((status = 200, body = Page<ArticleAnswer>), (status = 401, body = Problem)))]
pub(crate) async fn list(app: Data<App>, paging: Query<Paging>) -> Result<HttpResponse, Problem> {
    let (before, limit) = paging.read()?;
    let rows = app
        .db
        .transaction(move |conn| articles::list(conn, before, limit))
        .await?;
    Ok(HttpResponse::Ok().json(Page::new(
        rows,
        limit,
        |row| row.id.to_string(),
        |row| ArticleAnswer::from(row),
    )))
}

/// One article by the publisher's id.
#[utoipa::path(get, path = "/articles/{external_id}", tag = "articles", params(("external_id" = String, Path)),
    responses((status = 200, body = ArticleAnswer), (status = 404, body = Problem)))]
pub(crate) async fn read(
    app: Data<App>,
    external_id: Path<String>,
) -> Result<HttpResponse, Problem> {
    let article = app
        .db
        .transaction(move |conn| articles::find(conn, &external_id))
        .await?;
    Ok(HttpResponse::Ok().json(ArticleAnswer::from(&article)))
}

/// Stores an article under the publisher's id. The same again changes nothing, and an edit is not a new article.
#[utoipa::path(put, path = "/articles/{external_id}", tag = "articles", params(("external_id" = String, Path)),
    request_body = ArticleRequest,
    responses((status = 200, description = "known before", body = ArticleAnswer),
        (status = 201, description = "new", body = ArticleAnswer), (status = 409, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn put(
    app: Data<App>,
    external_id: Path<String>,
    body: ArticleJson<ArticleRequest>,
) -> Result<HttpResponse, Problem> {
    let (draft, now) = (
        draft(
            &external_id,
            &body.0,
            app.config.publisher.language.as_ref(),
        )?,
        app.db.now().await.map_err(articles::Error::from)?,
    );
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

/// Takes an article back: no page and no digest from now on. Editions that are frozen keep it.
#[utoipa::path(post, path = "/articles/{external_id}/hide", tag = "articles", params(("external_id" = String, Path)),
    responses((status = 200, body = ArticleAnswer), (status = 404, body = Problem)))]
pub(crate) async fn hide(
    app: Data<App>,
    external_id: Path<String>,
) -> Result<HttpResponse, Problem> {
    set_status(&app, external_id.into_inner(), ArticleStatus::Hidden).await
}

/// Shows a hidden article again.
#[utoipa::path(post, path = "/articles/{external_id}/show", tag = "articles", params(("external_id" = String, Path)),
    responses((status = 200, body = ArticleAnswer), (status = 404, body = Problem)))]
pub(crate) async fn show(
    app: Data<App>,
    external_id: Path<String>,
) -> Result<HttpResponse, Problem> {
    set_status(&app, external_id.into_inner(), ArticleStatus::Visible).await
}

async fn set_status(
    app: &App,
    external_id: String,
    status: ArticleStatus,
) -> Result<HttpResponse, Problem> {
    let article = app
        .db
        .transaction_now(move |conn, now| articles::set_status(conn, now, &external_id, status))
        .await?;
    Ok(HttpResponse::Ok().json(ArticleAnswer::from(&article)))
}
