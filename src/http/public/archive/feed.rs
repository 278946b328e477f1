//! The newest editions of a newsletter as Atom (RFC 4287) and JSON Feed 1.1.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{cached, parse_slug};
use crate::app::App;
use crate::domain::newsletter::Newsletter;
use crate::http::problem::Problem;
use crate::usecases::archive::{self, Listed};

/// Editions in a feed.
const ENTRIES: i64 = 30;

type Xml = Writer<Vec<u8>>;

/// `/archive/{newsletter}/feed.atom`.
pub(crate) async fn atom(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (newsletter, listed) = newest(&app, &slug).await?;
    let xml = atom_of(&app, &newsletter, &listed).map_err(|cause| Problem::internal(&cause))?;
    let kind = "application/atom+xml; charset=utf-8";
    Ok(cached(&request, kind, xml, true))
}

/// `/archive/{newsletter}/feed.json`.
pub(crate) async fn json(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (newsletter, listed) = newest(&app, &slug).await?;
    let url = app.site.archive_url(&newsletter.slug);
    let items = listed.iter().map(|one| {
        let page = one.url(&app.site, &newsletter.slug);
        serde_json::json!({
            "id": one.first_url(&app.site, &newsletter.slug), "url": page, "title": one.edition.subject, "summary": one.preheader,
            "content_text": content(one), "date_published": one.edition.due_at,
        })
    });
    let feed = serde_json::json!({
        "version": "https://jsonfeed.org/version/1.1", "title": newsletter.title.as_str(),
        "description": newsletter.promise, "home_page_url": url, "feed_url": format!("{url}/feed.json"),
        "language": newsletter.language, "authors": [{ "name": app.config.publisher.name }],
        "items": items.collect::<Vec<_>>(),
    });
    let kind = "application/feed+json; charset=utf-8";
    Ok(cached(&request, kind, feed.to_string(), true))
}

async fn newest(app: &App, slug: &str) -> Result<(Newsletter, Vec<Listed>), Problem> {
    let (slug, now) = (parse_slug(slug)?, app.clock.now());
    let shelf = app
        .db
        .transaction(move |conn| archive::shelf(conn, now, &slug, None, ENTRIES));
    Ok(shelf.await?)
}

/// What a reader of feeds sees without opening the page.
fn content(one: &Listed) -> String {
    format!("{} · {}", one.edition.subject, one.preheader)
}

fn text(xml: &mut Xml, name: &str, content: &str) -> std::io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(content))?;
    Ok(())
}

fn link(xml: &mut Xml, relation: &str, address: &str) -> std::io::Result<()> {
    xml.create_element("link")
        .with_attribute(("rel", relation))
        .with_attribute(("href", address))
        .write_empty()?;
    Ok(())
}

fn atom_of(app: &App, newsletter: &Newsletter, listed: &[Listed]) -> std::io::Result<String> {
    let url = app.site.archive_url(&newsletter.slug);
    let updated = listed
        .first()
        .map_or(newsletter.created_at, |newest| newest.edition.due_at);
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.create_element("feed")
        .with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
        .with_attribute(("xml:lang", newsletter.language.as_str()))
        .write_inner_content(|xml| {
            text(xml, "id", &url)?;
            text(xml, "title", newsletter.title.as_str())?;
            text(xml, "subtitle", &newsletter.promise)?;
            text(xml, "updated", &updated.to_string())?;
            link(xml, "self", &format!("{url}/feed.atom"))?;
            link(xml, "alternate", &url)?;
            xml.create_element("author")
                .write_inner_content(|xml| text(xml, "name", &app.config.publisher.name))?;
            for one in listed {
                let page = one.url(&app.site, &newsletter.slug);
                xml.create_element("entry").write_inner_content(|xml| {
                    // It must never change (RFC 4287 §4.2.6), whatever becomes of the address.
                    text(xml, "id", &one.first_url(&app.site, &newsletter.slug))?;
                    text(xml, "title", &one.edition.subject)?;
                    text(xml, "summary", &one.preheader)?;
                    text(xml, "published", &one.edition.due_at.to_string())?;
                    text(xml, "updated", &one.edition.due_at.to_string())?;
                    link(xml, "alternate", &page)
                })?;
            }
            Ok(())
        })?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}
