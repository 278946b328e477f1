//! The newest editions of a newsletter as Atom (RFC 4287) and JSON Feed 1.1.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{cached, parse_slug};
use crate::app::App;
use crate::domain::newsletter::Newsletter;
use crate::http::problem::Problem;
use crate::usecases::archive::{self, Listed};

/// Editions in a feed.
pub(crate) const ENTRIES: i64 = 30;

pub(crate) const ATOM: &str = "application/atom+xml; charset=utf-8";

pub(crate) const JSON: &str = "application/feed+json; charset=utf-8";

type Xml = Writer<Vec<u8>>;

/// `/archive/{newsletter}/feed.atom`.
pub(crate) async fn atom(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (newsletter, listed) = newest(&app, &slug).await?;
    let xml = Channel::of_all(&app, &newsletter, &listed).atom();
    let xml = xml.map_err(|cause| Problem::internal(&cause))?;
    Ok(cached(&request, ATOM, xml, true))
}

/// `/archive/{newsletter}/feed.json`.
pub(crate) async fn json(
    app: Data<App>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (newsletter, listed) = newest(&app, &slug).await?;
    let feed = Channel::of_all(&app, &newsletter, &listed).json();
    Ok(cached(&request, JSON, feed.to_string(), true))
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

/// An edition as a feed shows it.
pub(crate) struct Entry {
    /// Never changes (RFC 4287 §4.2.6), whatever becomes of the address.
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) listed: Listed,
}

/// A feed, whoever it is for.
pub(crate) struct Channel<'a> {
    pub(crate) newsletter: &'a Newsletter,
    pub(crate) publisher: &'a str,
    pub(crate) id: String,
    /// The page that it is the feed of.
    pub(crate) home: String,
    pub(crate) atom_url: String,
    pub(crate) json_url: String,
    pub(crate) entries: Vec<Entry>,
}

impl<'a> Channel<'a> {
    fn of_all(app: &'a App, newsletter: &'a Newsletter, listed: &[Listed]) -> Self {
        let home = app.site.archive_url(&newsletter.slug);
        let entries = listed.iter().map(|one| Entry {
            id: one.first_url(&app.site, &newsletter.slug),
            url: one.url(&app.site, &newsletter.slug),
            listed: one.clone(),
        });
        Self {
            newsletter,
            publisher: &app.config.publisher.name,
            id: home.clone(),
            atom_url: format!("{home}/feed.atom"),
            json_url: format!("{home}/feed.json"),
            home,
            entries: entries.collect(),
        }
    }

    /// JSON Feed 1.1.
    pub(crate) fn json(&self) -> serde_json::Value {
        let items = self.entries.iter().map(|entry| {
            let one = &entry.listed;
            serde_json::json!({
                "id": entry.id, "url": entry.url, "title": one.edition.subject, "summary": one.preheader,
                "content_text": content(one), "date_published": one.edition.due_at, "date_modified": entry.updated_at(),
            })
        });
        serde_json::json!({
            "version": "https://jsonfeed.org/version/1.1", "title": self.newsletter.title.as_str(),
            "description": self.newsletter.promise, "home_page_url": self.home, "feed_url": self.json_url,
            "language": self.newsletter.language, "authors": [{ "name": self.publisher }],
            "items": items.collect::<Vec<_>>(),
        })
    }

    /// Atom (RFC 4287).
    pub(crate) fn atom(&self) -> std::io::Result<String> {
        let newsletter = self.newsletter;
        let newest = self.entries.iter().map(Entry::updated_at).max();
        let updated = newest.unwrap_or(newsletter.created_at);
        let mut xml = Writer::new(Vec::new());
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        xml.create_element("feed")
            .with_attribute(("xmlns", "http://www.w3.org/2005/Atom"))
            .with_attribute(("xml:lang", newsletter.language.as_str()))
            .write_inner_content(|xml| {
                text(xml, "id", &self.id)?;
                text(xml, "title", newsletter.title.as_str())?;
                text(xml, "subtitle", &newsletter.promise)?;
                text(xml, "updated", &updated.to_string())?;
                link(xml, "self", &self.atom_url)?;
                link(xml, "alternate", &self.home)?;
                xml.create_element("author")
                    .write_inner_content(|xml| text(xml, "name", self.publisher))?;
                for entry in &self.entries {
                    entry.write(xml)?;
                }
                Ok(())
            })?;
        Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
    }
}

impl Entry {
    /// When readers should look again (RFC 4287 §4.2.15): it was corrected.
    fn updated_at(&self) -> Timestamp {
        let due_at = self.listed.edition.due_at;
        self.listed.corrected_at.map_or(due_at, |at| at.max(due_at))
    }

    fn write(&self, xml: &mut Xml) -> std::io::Result<()> {
        let one = &self.listed;
        xml.create_element("entry").write_inner_content(|xml| {
            text(xml, "id", &self.id)?;
            text(xml, "title", &one.edition.subject)?;
            text(xml, "summary", &one.preheader)?;
            text(xml, "published", &one.edition.due_at.to_string())?;
            text(xml, "updated", &self.updated_at().to_string())?;
            link(xml, "alternate", &self.url)
        })?;
        Ok(())
    }
}
