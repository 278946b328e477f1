//! `/sitemap.xml` (sitemaps.org): the archive's pages for search engines.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::cached;
use crate::app::App;
use crate::http::problem::Problem;
use crate::usecases::archive;

/// Editions of each newsletter; a site map may hold 50,000 addresses.
const PER_NEWSLETTER: i64 = 500;

/// Newsletters in it.
const NEWSLETTERS: usize = 90;

/// `/sitemap.xml`.
pub(crate) async fn site_map(
    app: Data<App>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (site, now) = (app.site.clone(), app.clock.now());
    let pages = app
        .db
        .transaction(move |conn| {
            let mut pages = vec![(format!("{}/archive", site.base_url()), None)];
            for newsletter in archive::shelves(conn)?.into_iter().take(NEWSLETTERS) {
                let slug = &newsletter.slug;
                let (_, listed) = archive::shelf(conn, now, slug, None, PER_NEWSLETTER)?;
                pages.push((site.archive_url(slug), None));
                pages.extend(listed.into_iter().map(|one| {
                    let date = one.edition.due_at.to_string();
                    (one.url(&site, slug), Some(date))
                }));
            }
            Ok::<_, archive::Error>(pages)
        })
        .await?;
    let xml = written(&pages).map_err(|cause| Problem::internal(&cause))?;
    Ok(cached(
        &request,
        "application/xml; charset=utf-8",
        xml,
        true,
    ))
}

fn written(pages: &[(String, Option<String>)]) -> std::io::Result<String> {
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.create_element("urlset")
        .with_attribute(("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9"))
        .write_inner_content(|xml| {
            for (address, date) in pages {
                xml.create_element("url").write_inner_content(|xml| {
                    xml.create_element("loc")
                        .write_text_content(BytesText::new(address))?;
                    if let Some(date) = date {
                        xml.create_element("lastmod")
                            .write_text_content(BytesText::new(date))?;
                    }
                    Ok(())
                })?;
            }
            Ok(())
        })?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}
