//! The box on a publisher's page, and the pages of readers, in Chromium.

mod boxes;
mod confirm;
mod frames;
mod gateway;
mod pages;
mod proof;
mod readers;

use crate::support::TestApp;
use crate::support::browser::{Browser, Kind, NEWS, SITE};
use crate::support::site::Site;

/// Keys, as `WebDriver` (W3C, 17.4.2) writes them.
const TAB: char = '\u{e004}';
const ENTER: char = '\u{e007}';

/// What a careful publisher lets a page do.
const STRICT: &str = "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src http://news.europablatt.example; \
                      connect-src http://news.europablatt.example; form-action http://news.europablatt.example; \
                      frame-src http://news.europablatt.example\r\n";

/// "morning" and a publisher's site, which may hold its box.
async fn start() -> (TestApp, Site) {
    let app = TestApp::with()
        .env("BASE_URL", NEWS)
        // A steered browser is as quick as the machines that are to be kept out.
        .env("TIDINGS__SIGNUP__MIN_FILL_MILLISECONDS", "0")
        .start()
        .await;
    app.newsletter("morning")
        .title("Morning Post")
        .sites(&[SITE])
        .create()
        .await;
    (app, Site::start().await)
}

async fn browser(app: &TestApp, site: &Site, kind: Kind) -> Browser {
    Browser::start(kind, app.address(), &site.host()).await
}

/// One of the four things to paste, by its number.
async fn snippet(app: &TestApp, number: usize) -> String {
    let all = app.get("/embed/morning.html?lang=en").await;
    let all = all.expect(200).text();
    let mut parts = all.split("<!-- ").skip(number);
    let part = parts.next().unwrap().split_once("-->").unwrap().1;
    part.trim().to_owned()
}

/// A page with `body` under this policy.
fn serve(site: &Site, path: &str, policy: &str, body: &str) {
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Article</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body><h1>Article</h1>{body}</body></html>"
    );
    let headers = format!("Content-Type: text/html; charset=utf-8\r\n{policy}");
    site.answer(path, 200, &headers, html);
}

/// The one confirmation mail, to this address, and the page on which it was ordered.
async fn asked_to_confirm(app: &TestApp, address: &str) -> String {
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox(address).await.len(), 1);
    let rows = app.rows("SELECT source_url FROM signups").await;
    assert_eq!(rows.len(), 1);
    rows[0]["source_url"]
        .as_str()
        .unwrap_or_default()
        .to_owned()
}
