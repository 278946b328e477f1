//! Articles from the addresses of their pages.

use std::fs;
use std::path::Path;

use reqwest::Method;
use serde_json::{Value, json};

use super::World;
use crate::support::Answer;
use crate::support::process::Tidings;

fn page(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    fs::read(folder.join(name)).unwrap()
}

async fn store(world: &World, body: &Value) -> Answer {
    world
        .app
        .api(Method::POST, "/articles:from-url")
        .json(body)
        .send()
        .await
}

#[tokio::test]
async fn a_page_becomes_an_article_and_stays_the_same_one() {
    let world = World::start().await;
    world
        .site
        .serve("/today?from=start", page("page-json-ld.html"));
    let body = json!({ "url": world.site.url("/today?from=start"), "topics": ["news"] });
    let made = store(&world, &body).await.expect(201).record();
    assert_eq!(made["title"], "Bridge reopens after two years");
    assert_eq!(made["url"], world.site.url("/bridge"));
    assert_eq!(made["language"], "en");
    assert_eq!(made["section"], "Transport");
    assert_eq!(
        made["topics"],
        json!(["news", "transport", "trams", "bridges"])
    );
    assert_eq!(made["authors"], json!(["Ada Example", "Jo Lens"]));
    assert_eq!(made["image"]["url"], world.site.url("/img/bridge.jpg"));
    assert_eq!(made["published_at"], "2026-01-05T05:30:00Z");
    let html = world.app.rows("SELECT body_html FROM articles").await;
    let html = html[0]["body_html"].as_str().unwrap();
    assert!(html.contains("first tram crossed"), "{html}");
    assert!(!html.contains("Imprint"), "{html}");
    // Another address of the same page.
    world.site.serve("/bridge", page("page-json-ld.html"));
    let body = json!({ "url": world.site.url("/bridge"), "topics": ["news"] });
    let again = store(&world, &body).await.expect(200).record();
    assert_eq!(again["id"], made["id"]);
    let mut own = body.clone();
    own["external_id"] = json!("cms-1");
    let other = store(&world, &own).await.expect(201).record();
    assert_eq!(other["external_id"], "cms-1");
}

#[tokio::test]
async fn what_a_page_lacks_is_named() {
    let world = World::start().await;
    world
        .site
        .serve("/bare", "<!doctype html><title>Bare</title><p>Text");
    let bare = json!({ "url": world.site.url("/bare") });
    let problem = store(&world, &bare).await.problem(422);
    assert_eq!(problem.fields, ["language"]);
    let with = json!({ "url": world.site.url("/bare"), "language": "en" });
    let made = store(&world, &with).await.expect(201).record();
    assert_eq!(made["published_at"], made["first_seen_at"]);
    world.site.serve("/empty", "<html><body></body></html>");
    let refused = [
        (world.site.url("/empty"), 422, "it has no title"),
        (world.site.url("/missing"), 502, "answered 404"),
        ("http://10.0.0.1/".to_owned(), 422, "a private network"),
        ("nonsense".to_owned(), 422, "must be a web address"),
    ];
    for (url, status, detail) in refused {
        let problem = store(&world, &json!({ "url": url })).await.problem(status);
        assert!(problem.detail.contains(detail), "{url}: {}", problem.detail);
    }
}

#[tokio::test]
async fn a_page_is_shown_without_a_database() {
    let html = String::from_utf8(page("page-open-graph.html")).unwrap();
    let shown = Tidings::new(&["feeds", "page", "-"]).input(&html);
    let shown = shown.run().await.expect(0);
    let begin = "2026-01-05T05:30:00Z  Bridge & tram  [picture; ";
    assert!(shown.stdout.starts_with(begin), "{shown:?}");
    assert!(
        shown
            .stdout
            .ends_with("\nThe old bridge carries trams again.\n")
    );
    let none = Tidings::new(&["feeds", "page", "-"]).input("words");
    let none = none.run().await.expect(1);
    none.in_one_line()
        .says(&["no article can be found in the page"]);
}
