//! The publisher's articles come in over the admin API.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// An article as a publisher sends it.
fn bridge() -> Value {
    json!({
        "url": "https://www.europablatt.example/bridge",
        "title": "Bridge reopens",
        "standfirst": "After two years of work.",
        "body_html": "<p>The first tram crossed at <em>six</em>.</p>",
        "language": "en",
        "section": "Transport",
        "topics": ["transport"],
        "authors": ["Ada Example"],
        "image": {
            "url": "https://www.europablatt.example/bridge.jpg",
            "alt": "A tram on a bridge", "caption": "Six in the morning", "credit": "Europablatt"
        },
        "published_at": "2026-01-05T06:00:00+01:00"
    })
}

async fn put(app: &TestApp, id: &str, body: &Value) -> Answer {
    let path = format!("/articles/{id}");
    app.api(Method::PUT, &path).json(body).send().await
}

#[tokio::test]
async fn the_same_article_twice_is_stored_once() {
    let app = TestApp::start().await;
    let first = put(&app, "eb-1", &bridge()).await.expect(201).record();
    assert_eq!(first["external_id"], "eb-1");
    assert_eq!(first["slug"], "bridge-reopens");
    assert_eq!(first["status"], "visible");
    assert_eq!(first["reading_minutes"], 1);
    assert_eq!(first["published_at"], "2026-01-05T05:00:00Z");
    assert_eq!(first["first_seen_at"], "2026-01-05T05:30:00Z");
    for name in ["title", "standfirst", "topics", "authors", "image", "url"] {
        assert_eq!(first[name], bridge()[name], "{name}");
    }
    app.advance(SignedDuration::from_hours(1));
    let again = put(&app, "eb-1", &bridge()).await.expect(200).record();
    assert_eq!(again, first);
    let read = app.api(Method::GET, "/articles/eb-1").send().await;
    assert_eq!(read.expect(200).record(), first);
    assert_eq!(app.count("SELECT 1 FROM articles").await, 1);
}

#[tokio::test]
async fn an_edited_article_keeps_its_address_and_is_not_new() {
    let app = TestApp::start().await;
    let before = put(&app, "eb-1", &bridge()).await.expect(201).record();
    app.advance(SignedDuration::from_hours(1));
    let mut edit = bridge();
    edit["title"] = json!("Bridge closes again");
    edit["slug"] = json!("another-slug");
    edit["image"] = Value::Null;
    let after = put(&app, "eb-1", &edit).await.expect(200).record();
    assert_eq!(after["title"], "Bridge closes again");
    assert_eq!(after["image"], Value::Null);
    for name in ["id", "slug", "first_seen_at", "status"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(after["updated_at"], "2026-01-05T06:30:00Z");
}

#[tokio::test]
async fn a_slug_is_taken_once_and_made_up_when_none_is_wished() {
    let app = TestApp::start().await;
    let mut wished = bridge();
    wished["slug"] = json!("the-bridge");
    assert_eq!(
        put(&app, "eb-1", &wished).await.expect(201).record()["slug"],
        "the-bridge"
    );
    let problem = put(&app, "eb-2", &wished).await.problem(409);
    assert_eq!(problem.code, "slug_taken");
    // Without a wish, articles of one title have different addresses.
    put(&app, "eb-3", &bridge()).await.expect(201);
    let other = put(&app, "eb-4", &bridge()).await.expect(201).record();
    let slug = other["slug"].as_str().unwrap();
    assert!(slug.starts_with("bridge-reopens-"), "{slug}");
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let app = TestApp::start().await;
    let long = json!("a".repeat(1001));
    let cases = [
        ("/url", json!("javascript:alert(1)"), "url"),
        ("/url", json!("bridge.html"), "url"),
        ("/title", json!("\u{200B}\n"), "title"),
        ("/title", json!("a".repeat(300)), "title"),
        ("/standfirst", long.clone(), "standfirst"),
        ("/section", long.clone(), "section"),
        ("/language", json!("english please"), "language"),
        ("/topics/0", json!("Transport"), "topics[0]"),
        ("/authors/0", json!(""), "authors[0]"),
        ("/image/url", json!("data:image/png;base64,AA"), "image.url"),
        ("/image/alt", long.clone(), "image.alt"),
        ("/image/caption", long.clone(), "image.caption"),
        ("/image/credit", long, "image.credit"),
        ("/body_html", json!("<p>".repeat(400_000)), "body_html"),
        ("/body_html", json!("<em>".repeat(300)), "body_html"),
    ];
    for (pointer, value, field) in cases {
        let mut body = bridge();
        *body.pointer_mut(pointer).unwrap() = value;
        let problem = put(&app, "eb-1", &body).await.problem(422);
        assert_eq!(problem.fields, [field]);
    }
    let mut body = bridge();
    body["slug"] = json!("Not A Slug");
    assert_eq!(put(&app, "eb-1", &body).await.problem(422).fields, ["slug"]);
    let id = "x".repeat(201);
    let problem = put(&app, &id, &bridge()).await.problem(422);
    assert_eq!(problem.fields, ["external_id"]);
    assert_eq!(app.count("SELECT 1 FROM articles").await, 0);
}

#[tokio::test]
async fn all_wrong_fields_are_told_at_once() {
    let app = TestApp::start().await;
    let body = json!({
        "url": "", "title": "", "language": "", "topics": ["ok", "Not ok"], "authors": ["Ada", ""],
        "image": {"url": "no"}, "slug": "-", "published_at": "2026-01-05T05:00:00Z"
    });
    let mut fields = put(&app, "%20", &body).await.problem(422).fields;
    fields.sort();
    let wanted = [
        "authors[1]",
        "external_id",
        "image.url",
        "language",
        "slug",
        "title",
        "topics[1]",
        "url",
    ];
    assert_eq!(fields, wanted);
}

#[tokio::test]
async fn an_id_may_hold_what_publishers_put_into_ids() {
    let app = TestApp::start().await;
    for (path, id) in [
        ("2026%2F01%2Fbridge", "2026/01/bridge"),
        ("br%C3%BCcke%201", "brücke 1"),
    ] {
        let made = put(&app, path, &bridge()).await.expect(201).record();
        assert_eq!(made["external_id"], id);
        let read = app.api(Method::GET, &format!("/articles/{path}")).send();
        assert_eq!(read.await.expect(200).record(), made);
    }
}

#[tokio::test]
async fn hostile_html_is_cleaned() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let mut body = bridge();
    body["body_html"] = json!(
        "<p onclick=\"steal()\" style=\"color:red\">Safe <a href=\"javascript:steal()\">words</a></p>\
         <script>steal()</script><img src=x onerror=steal()><iframe src=\"https://evil.example\"></iframe>\
         <form action=\"https://evil.example\"><input name=q></form><style>p{}</style>\
         <svg onload=steal()><p>kept\u{E000}unsubscribe_url\u{E001}</p></svg><h1>Head</h1>"
    );
    body["title"] = json!("<script>steal()</script> & \"more\"");
    let made = put(&app, "eb-1", &body).await.expect(201).record();
    let path = format!("/articles/{}", made["slug"].as_str().unwrap());
    let page = app.get(&path).await.expect(200).text();
    for evil in [
        "steal()\"",
        "onclick",
        "onerror",
        "onload",
        "javascript:",
        "<script>",
        "<iframe",
        "<svg",
        "<style",
        "style=",
        "evil.example",
        "\u{E000}",
    ] {
        assert!(!page.contains(evil), "{evil}: {page}");
    }
    assert!(page.contains("Safe") && page.contains("words") && page.contains("Head"));
    assert!(page.contains("&lt;script&gt;steal()&lt;/script&gt; &amp; &quot;more&quot;"));
    assert_eq!(page.matches("<h1").count(), 1);
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_and_a_quarter_is_too_large() {
    let app = TestApp::start().await;
    let mut body = bridge();
    body["body_html"] = json!("a ".repeat(660_000));
    let problem = put(&app, "eb-1", &body).await.problem(413);
    assert_eq!(problem.code, "too_large");
    body["body_html"] = json!("a ".repeat(500_000));
    put(&app, "eb-1", &body).await.expect(201);
}

#[tokio::test]
async fn a_hidden_article_has_no_page_and_no_digest() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    put(&app, "eb-1", &bridge()).await.expect(201);
    app.get("/articles/bridge-reopens").await.expect(200);
    let hide = || app.api(Method::POST, "/articles/eb-1/hide").send();
    assert_eq!(hide().await.expect(200).record()["status"], "hidden");
    hide().await.expect(200);
    app.get("/articles/bridge-reopens").await.expect(404);

    // An edit does not bring it back.
    let mut edit = bridge();
    edit["title"] = json!("Bridge reopens at last");
    let edited = put(&app, "eb-1", &edit).await.expect(200).record();
    assert_eq!(edited["status"], "hidden");
    app.advance(SignedDuration::from_hours(1));
    let composed = app.run_due().await;
    let edition = composed[0].edition.as_ref().unwrap();
    assert_eq!(edition.article_count, 0);
    assert_eq!(app.deliver().await, 0);

    let show = app.api(Method::POST, "/articles/eb-1/show").send().await;
    assert_eq!(show.expect(200).record()["status"], "visible");
    app.get("/articles/bridge-reopens").await.expect(200);
    for verb in ["hide", "show"] {
        let path = format!("/articles/unknown/{verb}");
        let problem = app.api(Method::POST, &path).send().await.problem(404);
        assert_eq!(problem.code, "unknown_article");
    }
}
