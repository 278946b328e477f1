//! The language of articles that name none: told from their text, and said how it is known, whatever way they come in.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::TestApp;
use crate::support::site::Site;

const GERMAN: &str = "<p>Die alte Brücke über den Hafen ist wieder offen. Die erste Bahn fuhr um sechs Uhr morgens, und niemand \
                      an Bord musste stehen.</p>";

fn article(language: &Value, html: &str) -> Value {
    json!({
        "title": "Brücke offen", "language": language, "published_at": "2026-01-05T05:00:00Z",
        "url": "https://www.europablatt.example/bruecke", "body_html": html,
    })
}

async fn put(app: &TestApp, id: &str, body: &Value, status: u16) -> (Value, Value) {
    let call = app.api(Method::PUT, &format!("/articles/{id}")).json(body);
    known(&call.send().await.expect(status).record())
}

/// The language and how it is known.
fn known(record: &Value) -> (Value, Value) {
    (
        record["language"].clone(),
        record["language_source"].clone(),
    )
}

fn told(language: &str, source: &str) -> (Value, Value) {
    (json!(language), json!(source))
}

#[tokio::test]
async fn the_text_tells_the_language_and_a_declaration_is_better() {
    let app = TestApp::start().await;
    let silent = article(&Value::Null, GERMAN);
    assert_eq!(
        put(&app, "eb-1", &silent, 201).await,
        told("de", "detected")
    );
    assert_eq!(
        put(&app, "eb-1", &silent, 200).await,
        told("de", "detected")
    );
    let mut absent = silent.clone();
    absent.as_object_mut().unwrap().remove("language");
    assert_eq!(
        put(&app, "eb-2", &absent, 201).await,
        told("de", "detected")
    );
    // An edit says that it is Swiss German: so it stays, also when a later edit says nothing.
    let swiss = article(&json!("de-CH"), GERMAN);
    assert_eq!(
        put(&app, "eb-1", &swiss, 200).await,
        told("de-CH", "declared")
    );
    assert_eq!(
        put(&app, "eb-1", &silent, 200).await,
        told("de-CH", "declared")
    );
    let french = article(&json!("fr"), GERMAN);
    assert_eq!(
        put(&app, "eb-1", &french, 200).await,
        told("fr", "declared")
    );
}

#[tokio::test]
async fn a_text_that_tells_nothing_has_the_language_of_the_newsroom_or_is_refused() {
    let short = article(&Value::Null, "<p>Kurz.</p>");
    let app = TestApp::start().await;
    let call = app.api(Method::PUT, "/articles/eb-1").json(&short);
    let problem = call.send().await.problem(422);
    assert_eq!(problem.fields, ["language"]);
    assert!(
        problem.detail.contains("publisher.language"),
        "{}",
        problem.detail
    );
    let app = TestApp::with().env("TIDINGS__PUBLISHER__LANGUAGE", "nl");
    let app = app.start().await;
    assert_eq!(put(&app, "eb-1", &short, 201).await, told("nl", "default"));
    let long = article(&Value::Null, GERMAN);
    assert_eq!(put(&app, "eb-1", &long, 200).await, told("de", "detected"));
    // A text that was cut does not make it less known.
    assert_eq!(put(&app, "eb-1", &short, 200).await, told("de", "detected"));
}

#[tokio::test]
async fn each_line_of_many_says_what_was_told() {
    let app = TestApp::start().await;
    let line = |id: &str, language: Value| {
        let mut row = article(&language, GERMAN);
        row["external_id"] = json!(id);
        row.to_string()
    };
    let body = format!(
        "{}\n{}\n",
        line("a", Value::Null),
        line("b", json!("de-AT"))
    );
    let call = app
        .api(Method::POST, "/articles")
        .body("application/x-ndjson", body);
    let answer = call.send().await.expect(200).text();
    let rows: Vec<Value> = answer
        .lines()
        .map(|row| serde_json::from_str(row).unwrap())
        .collect();
    assert_eq!(known(&rows[0]), told("de", "detected"));
    assert_eq!(known(&rows[1]), (Value::Null, Value::Null));
    let languages = app
        .rows("SELECT language FROM articles ORDER BY external_id")
        .await;
    assert_eq!(
        languages,
        [json!({ "language": "de" }), json!({ "language": "de-AT" })]
    );
}

#[tokio::test]
async fn a_post_of_ghost_has_the_language_of_its_text_before_that_of_the_settings() {
    let secret = "a secret of the newsroom";
    let app = TestApp::with().env("TIDINGS__WEBHOOKS__GHOST_SECRET", secret);
    let app = app
        .env("TIDINGS__WEBHOOKS__GHOST_LANGUAGE", "en")
        .start()
        .await;
    for (id, html, expected) in [
        ("1", GERMAN, told("de", "detected")),
        ("2", "<p>Kurz.</p>", told("en", "default")),
    ] {
        let body = json!({ "post": { "current": {
            "id": id, "title": "Brücke", "status": "published", "url": "https://hafenbote.example/b/", "html": html,
            "published_at": "2026-01-05T05:00:00.000Z",
        }, "previous": { "status": "draft" } } });
        let (body, time) = (body.to_string(), app.now().as_millisecond());
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{body}{time}").as_bytes());
        let hex = mac
            .finalize()
            .into_bytes()
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        let call = app
            .call(Method::POST, "/webhooks/ghost")
            .header("x-ghost-signature", format!("sha256={hex}, t={time}"));
        call.body("application/json", body).send().await.expect(204);
        let read = app.api(Method::GET, &format!("/articles/ghost-{id}"));
        assert_eq!(known(&read.send().await.expect(200).record()), expected);
    }
}

#[tokio::test]
async fn feeds_and_pages_without_a_language_tell_it_too() {
    let site = Site::start().await;
    let app = TestApp::with().env("TIDINGS__FETCH__ALLOWED_PRIVATE_HOSTS", &site.host());
    let app = app.start().await;
    let item = format!(
        "<rss version='2.0'><channel><item><guid>b</guid><title>Brücke</title><link>/b</link>\
         <pubDate>Mon, 05 Jan 2026 06:31:00 +0100</pubDate><description><![CDATA[{GERMAN}]]></description></item></channel></rss>"
    );
    site.serve("/feed", item);
    let add = app
        .api(Method::POST, "/feeds")
        .json(&json!({ "url": site.url("/feed") }));
    let feed = add.send().await.expect(201).record();
    tidings::worker::feeds::fetch_due(&app.app).await.unwrap();
    let read = async || {
        let rows = app
            .rows("SELECT language, language_source FROM articles")
            .await;
        known(&rows[0])
    };
    assert_eq!(read().await, told("de", "detected"));
    // The setting of a feed is a word of the newsroom.
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    let change = app
        .api(Method::PATCH, &path)
        .json(&json!({ "language": "de-AT" }));
    change.send().await.expect(200);
    tidings::worker::feeds::fetch_due(&app.app).await.unwrap();
    assert_eq!(read().await, told("de-AT", "declared"));
    let page =
        format!("<!doctype html><title>Brücke</title><article><h1>Brücke</h1>{GERMAN}</article>");
    site.serve("/page", page);
    let store = app.api(Method::POST, "/articles:from-url");
    let store = store.json(&json!({ "url": site.url("/page") }));
    let made = store.send().await.expect(201).record();
    assert_eq!(known(&made), told("de", "detected"));
}
