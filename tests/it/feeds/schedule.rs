//! When feeds are looked at, and what servers say to that.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use tidings::usecases::feeds::Counts;
use tidings::worker::feeds::fetch_due;

use super::{NEW, World, item, rss};

/// Minutes from now to the next look.
async fn pause(world: &World, id: &serde_json::Value) -> f64 {
    let next: Timestamp = world.feed(id).await["next_fetch_at"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    (next - world.app.now()).total(jiff::Unit::Minute).unwrap()
}

#[tokio::test]
async fn a_feed_that_has_not_changed_is_not_sent_again() {
    let world = World::start().await;
    let headers = "ETag: \"v1\"\r\nLast-Modified: Mon, 05 Jan 2026 05:30:00 GMT\r\n";
    world
        .site
        .answer("/feed", 200, headers, rss(&[item("b", "Bridge", NEW)]));
    let feed = world.add("/feed", &json!({})).await;
    world.fetch().await;
    // Not due yet.
    assert!(fetch_due(&world.app.app).await.unwrap().is_empty());
    let minutes = pause(&world, &feed["id"]).await;
    assert!((13.5..=16.5).contains(&minutes), "{minutes}");
    world.app.advance(SignedDuration::from_mins(17));
    world.site.answer("/feed", 304, "", "");
    assert_eq!(world.fetch().await, [Counts::default()]);
    let asked = world.site.asked();
    assert_eq!(asked.len(), 2);
    assert!(!asked[0].contains("if-none-match"), "{}", asked[0]);
    assert!(
        asked[1].contains("if-none-match: \"v1\"\r\n"),
        "{}",
        asked[1]
    );
    assert!(
        asked[1].contains("if-modified-since: mon, 05 jan 2026 05:30:00 gmt"),
        "{}",
        asked[1]
    );
    let feed = world.feed(&feed["id"]).await;
    assert_eq!(
        (feed["last_status"].as_i64(), feed["title"].as_str()),
        (Some(304), Some("Harbour"))
    );
}

#[tokio::test]
async fn failures_make_the_pauses_longer_and_a_success_ends_them() {
    let world = World::start().await;
    world.site.answer("/feed", 500, "", "");
    let feed = world.add("/feed", &json!({})).await;
    for expected in [30.0, 60.0, 120.0] {
        let error = world.fetch_fails().await;
        assert!(
            error.ends_with("answered 500 (the server has a problem)"),
            "{error}"
        );
        let minutes = pause(&world, &feed["id"]).await;
        assert!(
            (expected * 0.89..=expected * 1.11).contains(&minutes),
            "{expected}: {minutes}"
        );
        world.app.advance(SignedDuration::from_mins(140));
    }
    world.site.serve(
        "/feed",
        "<html><head><link rel='alternate' type='application/rss+xml' href='/rss'></head>",
    );
    let error = world.fetch_fails().await;
    assert!(
        error.contains("HTML page, not a feed; it names ") && error.ends_with("/rss"),
        "{error}"
    );
    let record = world.feed(&feed["id"]).await;
    assert_eq!(
        (record["failures"].as_i64(), record["last_error"].as_str()),
        (Some(4), Some(error.as_str()))
    );
    world.app.advance(SignedDuration::from_hours(25));
    world.site.serve("/feed", rss(&[]));
    world.fetch().await;
    let record = world.feed(&feed["id"]).await;
    assert_eq!(
        (record["failures"].as_i64(), record["last_error"].is_null()),
        (Some(0), true)
    );
}

#[tokio::test]
async fn the_server_s_wish_for_rest_is_kept() {
    let world = World::start().await;
    world
        .site
        .answer("/feed", 429, "Retry-After: 14400\r\n", "");
    let feed = world.add("/feed", &json!({})).await;
    world.fetch_fails().await;
    assert!((pause(&world, &feed["id"]).await - 240.0).abs() < 0.01);
}

#[tokio::test]
async fn what_is_gone_is_not_asked_for_until_somebody_says_so() {
    let world = World::start().await;
    world.site.answer("/feed", 410, "", "");
    let feed = world.add("/feed", &json!({})).await;
    world.fetch_fails().await;
    assert_eq!(world.feed(&feed["id"]).await["status"], "gone");
    world.app.advance(SignedDuration::from_hours(1000));
    assert!(fetch_due(&world.app.app).await.unwrap().is_empty());
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    let fetch = world
        .app
        .api(Method::POST, &format!("{path}/fetch"))
        .send()
        .await;
    assert_eq!(fetch.problem(409).code, "inactive");
    world.site.serve("/feed", rss(&[]));
    let revive = world
        .app
        .api(Method::PATCH, &path)
        .json(&json!({ "is_paused": false }));
    assert_eq!(revive.send().await.expect(200).record()["status"], "active");
    assert_eq!(world.fetch().await.len(), 1);
}

#[tokio::test]
async fn permanent_redirects_are_remembered_and_others_are_not() {
    let world = World::start().await;
    world.site.serve("/new", rss(&[]));
    for (status, expected) in [(302, "/old"), (301, "/new")] {
        world.site.answer("/old", status, "Location: /new\r\n", "");
        if status == 302 {
            world.add("/old", &json!({})).await;
        }
        world.fetch().await;
        let rows = world.app.rows("SELECT url FROM feeds").await;
        assert_eq!(rows[0]["url"], world.site.url(expected), "{status}");
        world.app.advance(SignedDuration::from_mins(17));
    }
    // A feed that moved to where another one is says so, and stays.
    world.site.answer("/third", 301, "Location: /new\r\n", "");
    let third = world.add("/third", &json!({})).await;
    world.fetch().await;
    let record = world.feed(&third["id"]).await;
    assert_eq!(record["url"], world.site.url("/third"));
    let error = record["last_error"].as_str().unwrap();
    assert!(error.contains("already; remove one"), "{error}");
}
