//! The archive: editions that were sent, for everybody, as lists, pages, feeds and a site map.

pub(super) mod feed;
mod site_map;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::web::{Data, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::civil;
use serde::{Deserialize, Serialize};

use super::boxes::NewsletterView;
use super::conditional::{self, Rules};
use super::editions::MAIL_POLICY;
use crate::app::App;
use crate::domain::id::EditionId;
use crate::domain::look::Archive;
use crate::domain::slug::Slug;
use crate::http::page;
use crate::http::problem::Problem;
use crate::templates::escape_html;
use crate::usecases::archive::{self, Key, Listed, Page};

pub(crate) use feed::{atom, json};
pub(crate) use site_map::site_map;

/// Editions on one page of a list.
const PER_PAGE: usize = 20;

/// How long others may keep an answer without asking again.
const CACHE: &str = "public, max-age=300";

const HTML: &str = "text/html; charset=utf-8";

/// Where a page of a list begins.
#[derive(Debug, Deserialize)]
pub(crate) struct Position {
    before: Option<EditionId>,
}

#[derive(Serialize)]
struct Shelves {
    newsletters: Vec<ShelfLine>,
    canonical_url: String,
}

#[derive(Serialize)]
struct ShelfLine {
    #[serde(flatten)]
    newsletter: NewsletterView,
    archive_url: String,
}

#[derive(Serialize)]
struct Shelf {
    newsletter: NewsletterView,
    editions: Vec<EditionLine>,
    older_url: Option<String>,
    is_first: bool,
    canonical_url: String,
    atom_url: String,
    json_url: String,
    all_url: String,
    /// The language of the headlines, where it is not that of the page.
    content_language: String,
}

#[derive(Serialize)]
struct EditionLine {
    subject: String,
    preheader: String,
    date: civil::Date,
    url: String,
}

/// `/archive`: every newsletter with a public archive.
pub(crate) async fn shelves(app: Data<App>, request: HttpRequest) -> Result<HttpResponse, Problem> {
    let language = page::language(&request, None);
    let all = app.db.transaction(archive::shelves).await?;
    let newsletters = all.iter().map(|newsletter| ShelfLine {
        newsletter: NewsletterView::new(newsletter, &app.site),
        archive_url: app.site.archive_url(&newsletter.slug),
    });
    let values = Shelves {
        newsletters: newsletters.collect(),
        canonical_url: format!("{}/archive", app.site.base_url()),
    };
    let html = page::html(&app, "archive", &language, &values)?;
    Ok(cached(&request, HTML, html, true))
}

/// `/archive/{newsletter}`: a page of its editions, newest first.
pub(crate) async fn shelf(
    app: Data<App>,
    slug: Path<String>,
    position: Query<Position>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (slug, now, before) = (parse_slug(&slug)?, app.clock.now(), position.before);
    // One more than fit says whether there is another page: nothing is counted.
    let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
    let (newsletter, mut listed) = app
        .db
        .transaction(move |conn| archive::shelf(conn, now, &slug, before, limit))
        .await?;
    let has_more = listed.len() > PER_PAGE;
    listed.truncate(PER_PAGE);
    let language = page::language(&request, Some(&newsletter.language));
    let url = app.site.archive_url(&newsletter.slug);
    let older = listed
        .last()
        .filter(|_| has_more)
        .map(|last| last.edition.id);
    let values = Shelf {
        newsletter: NewsletterView::new(&newsletter, &app.site),
        editions: listed
            .iter()
            .map(|one| EditionLine {
                subject: one.edition.subject.clone(),
                preheader: one.preheader.clone(),
                date: one.edition.slot.date(),
                url: one.url(&app.site, &newsletter.slug),
            })
            .collect(),
        older_url: older.map(|id| format!("{url}?before={id}")),
        is_first: before.is_none(),
        canonical_url: before.map_or_else(|| url.clone(), |id| format!("{url}?before={id}")),
        atom_url: format!("{url}/feed.atom"),
        json_url: format!("{url}/feed.json"),
        all_url: format!("{}/archive", app.site.base_url()),
        content_language: newsletter.language.to_string(),
    };
    let html = page::html(&app, "archive_newsletter", &language, &values)?;
    Ok(cached(&request, HTML, html, true))
}

/// `/archive/{newsletter}/{edition}`: the edition for nobody in particular. By its id, which was its name once, it has moved.
pub(crate) async fn edition(
    app: Data<App>,
    path: Path<(String, String)>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (slug, name) = path.into_inner();
    let (slug, now) = (parse_slug(&slug)?, app.clock.now());
    let key = match name.parse::<EditionId>() {
        Ok(id) => Key::Id(id),
        Err(_) => Key::Address(name.parse().map_err(|_| archive::Error::NotFound)?),
    };
    let (is_by_id, asked) = (matches!(key, Key::Id(_)), slug.clone());
    let page = app
        .db
        .transaction(move |conn| archive::edition(conn, now, &asked, &key))
        .await?;
    if is_by_id && page.listed.address.is_some() {
        return Ok(HttpResponse::MovedPermanently()
            .insert_header((LOCATION, page.listed.url(&app.site, &slug)))
            .insert_header((CACHE_CONTROL, CACHE))
            .insert_header(("x-robots-tag", "all"))
            .finish());
    }
    let html = with_tags(&page.html, &tags(&app, &page));
    let mut answer = cached(&request, HTML, html, page.archive == Archive::Public);
    let policy = actix_web::http::header::HeaderValue::from_static(MAIL_POLICY);
    answer.headers_mut().insert(CONTENT_SECURITY_POLICY, policy);
    Ok(answer)
}

/// What others show of a link to the page, and which address it has.
fn tags(app: &App, page: &Page) -> String {
    let Listed {
        edition, preheader, ..
    } = &page.listed;
    let url = page.listed.url(&app.site, &page.newsletter.slug);
    let published = edition.due_at.to_string();
    let mut tags = format!("<link rel=\"canonical\" href=\"{}\">\n", escape_html(&url));
    for (property, content) in [
        ("og:type", "article"),
        ("og:title", &edition.subject),
        ("og:description", preheader),
        ("og:url", &url),
        ("og:site_name", &app.config.publisher.name),
        (
            "og:locale",
            &page
                .newsletter
                .language
                .without_private_use()
                .as_str()
                .replace('-', "_"),
        ),
        ("article:published_time", &published),
    ] {
        let content = escape_html(content);
        tags.extend([
            "<meta property=\"",
            property,
            "\" content=\"",
            &content,
            "\">\n",
        ]);
    }
    if page.archive != Archive::Public {
        tags.push_str("<meta name=\"robots\" content=\"noindex\">\n");
    }
    tags
}

/// The page, frozen for `/v/{edition}` and for no search engine, with the tags of the archive.
fn with_tags(html: &str, tags: &str) -> String {
    let open = html.replacen("<meta name=\"robots\" content=\"noindex\">", "", 1);
    open.replacen("</head>", &format!("{tags}</head>"), 1)
}

/// An answer that others may keep, and that is not sent again to those who have it.
fn cached(request: &HttpRequest, kind: &str, body: String, is_indexed: bool) -> HttpResponse {
    let rules = Rules {
        keeping: CACHE,
        // Everything else here says "noindex".
        robots: if is_indexed { "all" } else { "noindex" },
        changed_at: None,
    };
    conditional::answer(request, kind, body, &rules)
}

fn parse_slug(slug: &str) -> Result<Slug, Problem> {
    slug.parse().map_err(|_| archive::Error::NotFound.into())
}
