//! A reader's own feed: what they were sent, behind a signed link.
//!
//! Whatever is no such link is 404, whyever. A reader who has left gets 410, at which programs that read feeds stop asking
//! (RFC 9110 §15.5.11); only who holds a true link can see the difference. Only the reader's own program may keep the answer,
//! and it has to ask each time, so that what ended or was taken back is not shown from a store.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use jiff::SignedDuration;

use super::archive::feed::{ATOM, Channel, ENTRIES, Entry, JSON};
use super::conditional::{self, Rules};
use super::doors;
use crate::app::App;
use crate::domain::look::Archive;
use crate::http::problem::Problem;
use crate::usecases::archive::{self, OwnFeed};

/// As long as a change is no older than this, another may bear the same second in `Last-Modified` (RFC 9110 §8.8.2.2).
const SAME_SECOND: SignedDuration = SignedDuration::from_secs(2);

/// `/feeds/{token}/atom.xml`.
pub(crate) async fn atom(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let feed = find(&app, &token, &request).await?;
    let xml = channel(&app, &feed, &token).atom();
    let xml = xml.map_err(|cause| Problem::internal(&cause))?;
    Ok(answer(&app, &request, &feed, ATOM, xml))
}

/// `/feeds/{token}/feed.json`.
pub(crate) async fn json(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let feed = find(&app, &token, &request).await?;
    let json = channel(&app, &feed, &token).json().to_string();
    Ok(answer(&app, &request, &feed, JSON, json))
}

async fn find(app: &App, token: &str, request: &HttpRequest) -> Result<OwnFeed, Problem> {
    let (keys, token) = (app.keys.clone(), token.to_owned());
    let found = app
        .db
        .transaction(move |conn| archive::of_reader(conn, &keys, &token, ENTRIES))
        .await;
    if matches!(found, Err(archive::Error::UnknownLink)) {
        doors::try_unknown_link(app, request).await?;
    }
    Ok(found?)
}

fn answer(
    app: &App,
    request: &HttpRequest,
    feed: &OwnFeed,
    kind: &str,
    body: String,
) -> HttpResponse {
    let is_over = app.clock.now().duration_since(feed.changed_at) >= SAME_SECOND;
    let rules = Rules {
        keeping: "private, no-cache",
        robots: "noindex",
        changed_at: Some(feed.changed_at).filter(|_| is_over),
    };
    conditional::answer(request, kind, body, &rules)
}

fn channel<'a>(app: &'a App, feed: &'a OwnFeed, token: &str) -> Channel<'a> {
    let slug = &feed.newsletter.slug;
    let entries = feed.listed.iter().map(|one| {
        let page = app.site.edition_url(one.edition.id);
        Entry {
            url: match feed.archive {
                Archive::Public | Archive::Unlisted => one.url(&app.site, slug),
                Archive::Off => page.clone(),
            },
            id: page,
            listed: one.clone(),
        }
    });
    let atom_url = app.site.readers_feed_url(token);
    Channel {
        newsletter: &feed.newsletter,
        publisher: &app.config.publisher.name,
        id: format!("urn:uuid:{}", feed.subscription),
        home: app.site.newsletter_url(slug),
        json_url: atom_url.replace("/atom.xml", "/feed.json"),
        atom_url,
        entries: entries.collect(),
    }
}
