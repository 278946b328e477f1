//! Feeds as sources of articles: what a publisher's site offers, and what readers get of it.

mod api;
mod claims;
mod command;
mod items;
mod pages;
mod schedule;
mod websub;
mod wordpress;

use reqwest::Method;
use serde_json::{Value, json};
use tidings::usecases::feeds::Counts;
use tidings::worker::feeds::{Look, fetch_due};

use crate::support::TestApp;
use crate::support::site::Site;

/// A program that may fetch from a site.
struct World {
    app: TestApp,
    site: Site,
}

impl World {
    async fn start() -> Self {
        let site = Site::start().await;
        let app = TestApp::with().env("TIDINGS__FETCH__ALLOWED_PRIVATE_HOSTS", &site.host());
        Self {
            app: app.start().await,
            site,
        }
    }

    /// Adds a feed and returns its record.
    async fn add(&self, path: &str, more: &Value) -> Value {
        let mut body = json!({ "url": self.site.url(path), "language": "en" });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.app
            .api(Method::POST, "/feeds")
            .json(&body)
            .send()
            .await
            .expect(201)
            .record()
    }

    async fn feed(&self, id: &Value) -> Value {
        let path = format!("/feeds/{}", id.as_str().unwrap());
        self.app
            .api(Method::GET, &path)
            .send()
            .await
            .expect(200)
            .record()
    }

    /// Fetches what is due; each must have been read.
    async fn fetch(&self) -> Vec<Counts> {
        let looks = fetch_due(&self.app.app).await.unwrap();
        looks.into_iter().map(|look| look.result.unwrap()).collect()
    }

    /// Fetches what is due; the one feed must fail, and says why.
    async fn fetch_fails(&self) -> String {
        let mut looks: Vec<Look> = fetch_due(&self.app.app).await.unwrap();
        assert_eq!(looks.len(), 1);
        looks.pop().unwrap().result.unwrap_err()
    }

    async fn articles(&self) -> Vec<Value> {
        self.app.rows("SELECT title, url, section, topics, language, standfirst, image_url, first_seen_at FROM articles ORDER BY title").await
    }
}

/// An item of RSS.
fn item(guid: &str, title: &str, date: &str) -> String {
    format!(
        "<item><guid isPermaLink=\"false\">{guid}</guid><title>{title}</title><link>/{guid}</link>\
         <pubDate>{date}</pubDate><category>Sea</category><description>About {title}.</description></item>"
    )
}

fn rss(items: &[String]) -> String {
    format!(
        "<rss version=\"2.0\"><channel><title>Harbour</title>{}</channel></rss>",
        items.concat()
    )
}

/// After the start of every test, and before it.
const NEW: &str = "Mon, 05 Jan 2026 06:31:00 +0100";
const OLD: &str = "Mon, 05 Jan 2026 06:29:00 +0100";
