//! Several servers at once.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use tidings::usecases::feeds::{self, Fetched};
use tidings::worker::feeds::fetch_due;

use super::{NEW, World, item, rss};

#[tokio::test(flavor = "multi_thread")]
async fn no_feed_is_fetched_by_two_servers() {
    let world = World::start().await;
    for number in 0..24 {
        let path = format!("/feed{number}");
        world.site.serve(&path, rss(&[item("b", "Bridge", NEW)]));
        world.add(&path, &json!({})).await;
    }
    let app = &world.app.app;
    let looks = join_all((0..4).map(|_| fetch_due(app))).await;
    let looks: usize = looks.into_iter().map(|looks| looks.unwrap().len()).sum();
    assert_eq!(looks, 24);
    let asked = world.site.asked();
    assert_eq!(asked.len(), 24);
    assert_eq!(asked.into_iter().collect::<BTreeSet<_>>().len(), 24);
    assert_eq!(world.articles().await.len(), 24);
}

#[tokio::test]
async fn a_server_that_comes_back_too_late_changes_nothing() {
    let world = World::start().await;
    world.site.serve("/feed", rss(&[item("b", "Bridge", NEW)]));
    let feed = world.add("/feed", &json!({})).await;
    let settings = world.app.app.config.fetch.clone();
    let now = world.app.now();
    let lost = world
        .app
        .run(move |conn| feeds::claim_due(conn, now, &settings, 4))
        .await
        .pop()
        .unwrap();
    // Within the lease nobody else takes it; afterwards somebody does.
    assert!(fetch_due(&world.app.app).await.unwrap().is_empty());
    world.app.advance(SignedDuration::from_mins(3));
    assert_eq!(world.fetch().await.len(), 1);
    let before = world.feed(&feed["id"]).await;
    let pace = feeds::pace(&world.app.app.config.feeds, 0);
    let late = world.app.now();
    let recorded = world
        .app
        .run(move |conn| {
            feeds::record(
                conn,
                late,
                &lost,
                Fetched::Unchanged { moved_to: None },
                &pace,
                None,
            )
        })
        .await;
    assert_eq!(recorded, None);
    assert_eq!(world.feed(&feed["id"]).await, before);
}

/// Settings that change while a fetch is under way are not lost under what it writes down.
#[tokio::test]
async fn a_change_during_a_fetch_is_read_soon() {
    let world = World::start().await;
    world
        .site
        .answer("/feed", 200, "ETag: \"v1\"\r\n", rss(&[]));
    let feed = world.add("/feed", &json!({})).await;
    let settings = world.app.app.config.fetch.clone();
    let now = world.app.now();
    let claimed = world
        .app
        .run(move |conn| feeds::claim_due(conn, now, &settings, 4))
        .await
        .pop()
        .unwrap();
    world.app.advance(SignedDuration::from_secs(1));
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    let change = world
        .app
        .api(reqwest::Method::PATCH, &path)
        .json(&json!({ "section": "Harbour" }));
    change.send().await.expect(200);
    let pace = feeds::pace(&world.app.app.config.feeds, 0);
    let now = world.app.now();
    let fetched = Fetched::Unchanged { moved_to: None };
    world
        .app
        .run(move |conn| feeds::record(conn, now, &claimed, fetched, &pace, None))
        .await
        .unwrap();
    let after = world.feed(&feed["id"]).await;
    assert_eq!(after["section"], "Harbour");
    assert_eq!(world.fetch().await.len(), 1);
    assert!(!world.site.asked()[0].contains("if-none-match"));
}
