//! Bodies that are too large, of the wrong type, broken, or not what was asked for.

use reqwest::Method;
use serde_json::{Value, json};

use super::World;
use super::access::is_problem;
use crate::support::TestApp;

/// Each route that reads JSON, with a body that is right.
fn bodies(world: &World) -> Vec<(Method, String, Value)> {
    let mut bodies = bodies_of_the_newsroom(world);
    bodies.extend(bodies_of_feeds(&world.feed));
    bodies.extend(bodies_of_sending(&world.edition));
    bodies
}

fn bodies_of_the_newsroom(World { subscriber, .. }: &World) -> Vec<(Method, String, Value)> {
    vec![
        (
            Method::POST,
            "/newsletters".to_owned(),
            json!({
                "slug": "evening", "title": "Evening", "language": "en",
                "sender": { "name": "Europablatt", "address": "evening@news.europablatt.example" },
                "schedule": { "cron": "0 18 * * *", "zone": "Europe/Berlin" },
            }),
        ),
        (
            Method::PATCH,
            "/newsletters/morning".to_owned(),
            json!({ "title": "Good morning" }),
        ),
        (
            Method::PUT,
            "/newsletters/morning/look".to_owned(),
            json!({ "subject_pattern": "{newsletter}: {lead}" }),
        ),
        (
            Method::PUT,
            "/articles/eb-9".to_owned(),
            json!({
                "url": "https://www.europablatt.example/x", "title": "X", "language": "en",
                "published_at": "2026-01-05T05:00:00Z",
            }),
        ),
        (
            Method::POST,
            "/subscribers".to_owned(),
            json!({
                "address": "zoe@example.org", "newsletters": ["morning"], "language": "en",
                "consent": { "source": "Paper form", "obtained_at": "2026-01-05T05:00:00Z" },
            }),
        ),
        (
            Method::POST,
            format!("/subscribers/{subscriber}/unsubscribe"),
            json!({ "newsletter": "morning" }),
        ),
    ]
}

fn bodies_of_feeds(feed: &str) -> Vec<(Method, String, Value)> {
    vec![
        (
            Method::POST,
            "/feeds".to_owned(),
            json!({ "url": "https://www.europablatt.example/more" }),
        ),
        (
            Method::PATCH,
            format!("/feeds/{feed}"),
            json!({ "section": "Harbour" }),
        ),
    ]
}

fn bodies_of_sending(edition: &str) -> Vec<(Method, String, Value)> {
    vec![
        (
            Method::POST,
            format!("/editions/{edition}/test"),
            json!({ "to": "editor@europablatt.example" }),
        ),
        (
            Method::PATCH,
            format!("/editions/{edition}"),
            json!({ "unknown_policy": "hold" }),
        ),
        (
            Method::POST,
            format!("/editions/{edition}/resend"),
            json!({ "unknown": true }),
        ),
        (
            Method::POST,
            "/sending/pause".to_owned(),
            json!({ "reason": "the mail server is moved" }),
        ),
        (
            Method::POST,
            "/sending/hold".to_owned(),
            json!({ "reason": "somebody looks at each" }),
        ),
    ]
}

#[tokio::test]
async fn broken_json_and_unknown_fields_change_nothing() {
    let world = World::make().await;
    let bodies = bodies(&world);
    let before = world.dump().await;
    for (method, path, right) in &bodies {
        let api = || world.app.api(method.clone(), path);
        let text = right.to_string();
        let as_text = api().body("text/plain", text.clone()).send().await;
        is_problem(&as_text, 415, "unsupported_media_type");
        let cut = &text[..text.len() - 1];
        let broken = api().body("application/json", cut).send().await;
        is_problem(&broken, 400, "invalid_json");
        let mut more = right.clone();
        more["surprise"] = json!(1);
        let unknown = api().json(&more).send().await;
        is_problem(&unknown, 422, "invalid_fields");
        assert!(unknown.text().contains("surprise"), "{}", unknown.text());
        let list = api().json(&json!(["no object"])).send().await;
        assert_eq!(list.status(), 422, "{path}: {}", list.text());
    }
    world
        .unchanged_since(&before, "a request that cannot be read")
        .await;
    for (method, path, right) in &bodies {
        let answer = world.app.api(method.clone(), path).json(right).send().await;
        assert!(answer.status() < 300, "{path}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_body_is_taken_up_to_its_limit_only() {
    let world = World::make().await;
    let limits = &world.app.app.config.server;
    assert!(limits.max_form_bytes < limits.max_json_bytes);
    assert!(limits.max_json_bytes < limits.max_article_bytes);
    let filled = |body: &Value, bytes: usize| {
        let mut text = body.to_string();
        text.push_str(&" ".repeat(bytes - text.len()));
        text
    };
    for (method, path, right) in bodies(&world) {
        let limit = if path.starts_with("/articles/") {
            limits.max_article_bytes
        } else {
            limits.max_json_bytes
        };
        let send = async |bytes: usize| {
            let call = world.app.api(method.clone(), &path);
            call.body("application/json", filled(&right, bytes))
                .send()
                .await
        };
        let refused = send(limit + 1).await;
        assert_eq!(refused.status(), 413, "{path} with {} bytes", limit + 1);
        is_problem(&refused, 413, "too_large");
        let taken = send(limit).await;
        assert!(taken.status() < 300, "{path}: {}", taken.text());
    }
}

#[tokio::test]
async fn the_form_is_read_up_to_its_limit_only() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let limit = app.app.config.server.max_form_bytes;
    let fields = "email=ada%40example.org&newsletter=morning&website=&more=";
    for (bytes, status) in [(limit, 303), (limit + 1, 413)] {
        let form = format!("{fields}{}", "x".repeat(bytes - fields.len()));
        let call = app.call(Method::POST, "/subscribe");
        let answer = call
            .body("application/x-www-form-urlencoded", form)
            .send()
            .await;
        assert_eq!(answer.status(), status, "{bytes}: {}", answer.text());
    }
    let json = json!({ "email": "ada@example.org", "newsletters": ["morning"] }).to_string();
    for (bytes, status) in [(limit, 202), (limit + 1, 413)] {
        let body = format!("{json}{}", " ".repeat(bytes - json.len()));
        let call = app.call(Method::POST, "/subscribe");
        let answer = call.body("application/json", body).send().await;
        assert_eq!(answer.status(), status, "{bytes}: {}", answer.text());
    }
}
