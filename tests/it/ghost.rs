//! Posts of Ghost, pushed by its webhooks.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::{Answer, TestApp};

const SECRET: &str = "a secret of the newsroom";

async fn start() -> TestApp {
    let app = TestApp::with()
        .env("TIDINGS__WEBHOOKS__GHOST_SECRET", SECRET)
        .env("TIDINGS__WEBHOOKS__GHOST_LANGUAGE", "de");
    app.start().await
}

/// Sends a body as Ghost signs it, with this secret.
async fn push_with(app: &TestApp, secret: &str, body: &Value) -> Answer {
    let (body, time) = (body.to_string(), app.now().as_millisecond());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{body}{time}").as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex = digest
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    app.call(Method::POST, "/webhooks/ghost")
        .header("x-ghost-signature", format!("sha256={hex}, t={time}"))
        .header("accept", "application/json")
        .body("application/json", body)
        .send()
        .await
}

async fn push(app: &TestApp, body: &Value) {
    push_with(app, SECRET, body).await.expect(204);
}

fn post(title: &str) -> Value {
    json!({
        "id": "65a1", "title": title, "status": "published", "url": "https://hafenbote.example/faehre/",
        "html": "<p>Die Fähre legt ab.</p>", "custom_excerpt": "Nach drei Wochen.",
        "feature_image": "https://hafenbote.example/faehre.jpg", "feature_image_alt": "Die Fähre",
        "published_at": "2026-01-05T05:00:00.000Z",
        "authors": [{ "name": "Grete Muster" }],
        "tags": [{ "name": "Stadt & Hafen", "visibility": "public" }, { "name": "#secret", "visibility": "internal" }],
    })
}

async fn article(app: &TestApp) -> Value {
    app.api(Method::GET, "/articles/ghost-65a1")
        .send()
        .await
        .expect(200)
        .record()
}

#[tokio::test]
async fn a_published_post_is_an_article_at_once() {
    let app = start().await;
    push(
        &app,
        &json!({ "post": { "current": post("Fähre fährt"), "previous": { "status": "draft" } } }),
    )
    .await;
    let made = article(&app).await;
    assert_eq!(
        (made["title"].as_str(), made["language"].as_str()),
        (Some("Fähre fährt"), Some("de"))
    );
    assert_eq!(made["topics"], json!(["stadt-hafen"]));
    assert_eq!(made["authors"], json!(["Grete Muster"]));
    assert_eq!(made["image"]["alt"], "Die Fähre");
    assert_eq!(made["standfirst"], "Nach drei Wochen.");
    push(&app, &json!({ "post": { "current": post("Fähre steht"), "previous": { "title": "Fähre fährt" } } })).await;
    let edited = article(&app).await;
    assert_eq!(
        (&edited["title"], &edited["id"]),
        (&json!("Fähre steht"), &made["id"])
    );
    assert_eq!(edited["first_seen_at"], made["first_seen_at"]);
}

#[tokio::test]
async fn a_post_that_is_taken_back_is_hidden_until_it_is_published_again() {
    let app = start().await;
    let published =
        json!({ "post": { "current": post("Fähre"), "previous": { "status": "draft" } } });
    push(&app, &published).await;
    let mut draft = post("Fähre");
    draft["status"] = json!("draft");
    push(
        &app,
        &json!({ "post": { "current": draft, "previous": { "status": "published" } } }),
    )
    .await;
    assert_eq!(article(&app).await["status"], "hidden");
    push(&app, &published).await;
    assert_eq!(article(&app).await["status"], "visible");
    push(
        &app,
        &json!({ "post": { "current": {}, "previous": { "id": "65a1" } } }),
    )
    .await;
    assert_eq!(article(&app).await["status"], "hidden");
    // A mere edit does not bring back what the newsroom hid.
    push(
        &app,
        &json!({ "post": { "current": post("Fähre 2"), "previous": { "title": "Fähre" } } }),
    )
    .await;
    assert_eq!(article(&app).await["status"], "hidden");
    push(
        &app,
        &json!({ "post": { "current": {}, "previous": { "id": "never-seen" } } }),
    )
    .await;
}

#[tokio::test]
async fn what_ghost_did_not_sign_is_refused() {
    let app = start().await;
    let body = json!({ "post": { "current": post("Fähre") } });
    let wrong = push_with(&app, "another secret", &body).await.problem(403);
    assert_eq!(wrong.code, "wrong_signature");
    let bare = app
        .call(Method::POST, "/webhooks/ghost")
        .header("accept", "application/json")
        .json(&body);
    assert!(
        bare.send()
            .await
            .problem(403)
            .detail
            .contains("X-Ghost-Signature must be")
    );
    for (body, detail) in [
        (json!({ "member": {} }), "\"post\" is missing"),
        (
            json!({ "post": { "current": { "title": "x" } } }),
            "\"post.current.id\" is missing",
        ),
        (
            json!({ "post": { "current": { "id": "1", "status": "published" } } }),
            "no link",
        ),
    ] {
        let problem = push_with(&app, SECRET, &body).await.problem(422);
        assert!(problem.detail.contains(detail), "{}", problem.detail);
    }
    assert_eq!(app.count("SELECT 1 FROM articles").await, 0);
    let closed = TestApp::start().await;
    assert_eq!(
        push_with(&closed, SECRET, &body).await.problem(404).code,
        "unknown_path"
    );
}
