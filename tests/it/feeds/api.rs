//! The admin API of feeds.

use reqwest::Method;
use serde_json::{Value, json};

use super::World;

#[tokio::test]
async fn a_feed_is_added_read_changed_and_removed() {
    let world = World::start().await;
    let feed = world
        .add("/feed", &json!({ "title": "Harbour", "topics": ["sea"] }))
        .await;
    assert_eq!(feed["url"], world.site.url("/feed"));
    assert_eq!(
        (feed["title"].as_str(), feed["failures"].as_i64()),
        (Some("Harbour"), Some(0))
    );
    assert_eq!(feed["next_fetch_at"], feed["connected_at"]);
    assert_eq!(world.feed(&feed["id"]).await, feed);
    let list = world
        .app
        .api(Method::GET, "/feeds")
        .send()
        .await
        .expect(200)
        .record();
    assert_eq!(list["items"], json!([feed]));
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    let change = json!({ "title": "Port", "topics": [], "language": null, "is_paused": true });
    let changed = world
        .app
        .api(Method::PATCH, &path)
        .json(&change)
        .send()
        .await
        .expect(200)
        .record();
    assert_eq!(
        (changed["title"].as_str(), changed["status"].as_str()),
        (Some("Port"), Some("paused"))
    );
    assert_eq!(
        (&changed["topics"], &changed["language"]),
        (&json!([]), &Value::Null)
    );
    assert!(world.fetch().await.is_empty());
}

#[tokio::test]
async fn an_address_is_one_feed_and_a_removed_feed_is_none() {
    let world = World::start().await;
    let feed = world.add("/feed", &json!({})).await;
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    let again = world
        .app
        .api(Method::POST, "/feeds")
        .json(&json!({ "url": world.site.url("/feed") }));
    let problem = again.send().await.problem(409);
    assert_eq!(problem.code, "url_taken");
    let id = feed["id"].as_str().unwrap();
    assert!(problem.detail.contains(id), "{}", problem.detail);
    let remove = world.app.api(Method::DELETE, &path).send().await;
    remove.expect(204);
    for (method, path) in [
        (Method::GET, path.clone()),
        (Method::DELETE, path.clone()),
        (Method::GET, format!("{path}/items")),
        (Method::POST, format!("{path}/fetch")),
    ] {
        let answer = world.app.api(method, &path).send().await;
        assert_eq!(answer.problem(404).code, "unknown_feed");
    }
}

#[tokio::test]
async fn wrong_fields_are_named_and_inner_addresses_are_refused() {
    let world = World::start().await;
    let own = world.site.url("/x");
    let refused = |url: &str, detail: &'static str| (json!({ "url": url }), "url", detail);
    let cases = [
        refused("no address", "must be a web address"),
        refused("ftp://example.org/feed", "must be a web address"),
        refused("http://127.0.0.1/feed", "port 80 is not allowed"),
        refused(
            "http://169.254.169.254/",
            "link-local, where clouds keep secrets",
        ),
        refused("http://[::1]/feed", "this machine"),
        refused("https://example.org:8443/feed", "only 80 and 443"),
        refused("https://u:p@example.org/feed", "user name or password"),
        (
            json!({ "url": own, "language": "!" }),
            "language",
            "language tag",
        ),
        (
            json!({ "url": own, "topics": ["Big Sea"] }),
            "topics[0]",
            "lower-case",
        ),
        (
            json!({ "url": own, "title": "x".repeat(201) }),
            "title",
            "at most 200",
        ),
    ];
    for (body, field, detail) in cases {
        let call = world.app.api(Method::POST, "/feeds").json(&body);
        let problem = call.send().await.problem(422);
        assert_eq!(problem.fields, [field], "{body}");
        assert!(problem.detail.contains(detail), "{}", problem.detail);
    }
    assert_eq!(world.app.count("SELECT 1 FROM feeds").await, 0);
}
