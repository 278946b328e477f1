//! What becomes of items.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use tidings::usecases::feeds::Counts;

use super::{NEW, OLD, World, item, rss};

#[tokio::test]
async fn new_items_become_articles_and_old_ones_do_not() {
    let world = World::start().await;
    let undated = "<item><guid>u</guid><title>When?</title><link>/u</link></item>".to_owned();
    let items = [
        item("b", "Bridge &amp; tram", NEW),
        item("a", "Last year", OLD),
        undated,
    ];
    world.site.serve("/feed", rss(&items));
    let feed = world
        .add(
            "/feed",
            &json!({ "section": "Harbour", "topics": ["news"] }),
        )
        .await;
    assert_eq!(
        (feed["status"].as_str(), feed["last_fetch_at"].is_null()),
        (Some("active"), true)
    );
    let counts = Counts {
        created: 1,
        irrelevant: 2,
        ..Counts::default()
    };
    assert_eq!(world.fetch().await, [counts]);
    let articles = world.articles().await;
    assert_eq!(articles.len(), 1);
    let article = &articles[0];
    assert_eq!(article["title"], "Bridge & tram");
    assert_eq!(article["url"], world.site.url("/b"));
    assert_eq!(article["section"], "Harbour");
    assert_eq!(article["topics"], json!(["news", "sea"]));
    assert_eq!(article["language"], "en");
    assert_eq!(article["standfirst"], "About Bridge & tram.");
    let path = format!("/feeds/{}/items", feed["id"].as_str().unwrap());
    let shown = world
        .app
        .api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record();
    let details: Vec<_> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["status"].clone(), it["detail"].clone()))
        .collect();
    for expected in [
        (json!("stored"), json!(null)),
        (
            json!("irrelevant"),
            json!("it is older than the connection of the feed"),
        ),
        (
            json!("irrelevant"),
            json!("it has no date that can be read"),
        ),
    ] {
        assert!(details.contains(&expected), "{expected:?}: {details:?}");
    }
}

#[tokio::test]
async fn an_edit_changes_the_article_and_makes_no_new_one() {
    let world = World::start().await;
    world.site.serve("/feed", rss(&[item("b", "Bridge", NEW)]));
    let feed = world.add("/feed", &json!({})).await;
    world.fetch().await;
    let before = world.articles().await;
    for (title, date, expected) in [
        ("Bridge", NEW, Counts::default()),
        (
            "Bridge closes",
            NEW,
            Counts {
                updated: 1,
                ..Counts::default()
            },
        ),
        // Even when the edit dates it back to before the connection.
        (
            "Bridge closes again",
            OLD,
            Counts {
                updated: 1,
                ..Counts::default()
            },
        ),
    ] {
        world.app.advance(SignedDuration::from_mins(17));
        world.site.serve("/feed", rss(&[item("b", title, date)]));
        assert_eq!(world.fetch().await, [expected], "{title}");
        let after = world.articles().await;
        assert_eq!(after.len(), 1);
        assert_eq!(after[0]["title"], title);
        assert_eq!(after[0]["first_seen_at"], before[0]["first_seen_at"]);
    }
    // Twice in one document, and gone from the next: still one article.
    world.app.advance(SignedDuration::from_mins(17));
    world.site.serve(
        "/feed",
        rss(&[item("b", "One", NEW), item("b", "Two", NEW)]),
    );
    world.fetch().await;
    world.app.advance(SignedDuration::from_mins(17));
    world.site.serve("/feed", rss(&[]));
    world.fetch().await;
    assert_eq!(world.articles().await[0]["title"], "One");
    // A feed that is forgotten leaves its articles.
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    world
        .app
        .api(Method::DELETE, &path)
        .send()
        .await
        .expect(204);
    assert_eq!(world.articles().await.len(), 1);
    assert_eq!(world.app.count("SELECT 1 FROM feed_items").await, 0);
}

#[tokio::test]
async fn two_feeds_may_give_their_items_the_same_ids() {
    let world = World::start().await;
    for path in ["/one", "/two"] {
        world.site.serve(path, rss(&[item("1", "Same title", NEW)]));
        world.add(path, &json!({})).await;
    }
    world.fetch().await;
    let slugs = world.app.rows("SELECT DISTINCT slug FROM articles").await;
    assert_eq!(slugs.len(), 2, "{slugs:?}");
}

#[tokio::test]
async fn an_item_that_lacks_a_language_waits_for_one() {
    let world = World::start().await;
    world.site.serve("/feed", rss(&[item("b", "Bridge", NEW)]));
    let feed = world.add("/feed", &json!({ "language": null })).await;
    assert_eq!(
        world.fetch().await,
        [Counts {
            pending: 1,
            ..Counts::default()
        }]
    );
    let detail = world
        .app
        .rows("SELECT detail FROM feed_items WHERE status = 'pending'")
        .await;
    assert_eq!(
        detail[0]["detail"],
        "neither the item nor the feed names a language, and the text is too short to tell it; set the feed's language"
    );
    let path = format!("/feeds/{}", feed["id"].as_str().unwrap());
    let change = world
        .app
        .api(Method::PATCH, &path)
        .json(&json!({ "language": "de" }));
    assert_eq!(change.send().await.expect(200).record()["language"], "de");
    assert_eq!(
        world.fetch().await,
        [Counts {
            created: 1,
            ..Counts::default()
        }]
    );
    assert_eq!(world.articles().await[0]["language"], "de");
}

#[tokio::test]
async fn one_bad_item_spoils_no_other() {
    let world = World::start().await;
    let huge = format!(
        "<item><guid>h</guid><title>Huge</title><link>/h</link><pubDate>{NEW}</pubDate><description>{}</description></item>",
        "&lt;p&gt;".repeat(500_000)
    );
    world.site.serve(
        "/feed",
        rss(&[item("a", "First", NEW), huge, item("c", "Third", NEW)]),
    );
    world.add("/feed", &json!({})).await;
    assert_eq!(
        world.fetch().await,
        [Counts {
            created: 2,
            pending: 1,
            ..Counts::default()
        }]
    );
    let titles: Vec<_> = world
        .articles()
        .await
        .iter()
        .map(|it| it["title"].clone())
        .collect();
    assert_eq!(titles, ["First", "Third"]);
}

#[tokio::test]
async fn a_digest_holds_what_came_by_a_feed() {
    let world = World::start().await;
    world.app.newsletter("morning").create().await;
    world.app.reader("ada@example.org", "morning").await;
    world
        .site
        .serve("/feed", rss(&[item("b", "Bridge reopens", NEW)]));
    world.add("/feed", &json!({})).await;
    world.fetch().await;
    world.app.advance(SignedDuration::from_mins(1));
    let run = world.app.api(Method::POST, "/newsletters/morning/editions");
    run.send().await.expect(201);
    world.app.deliver().await;
    let inbox = world.app.inbox("ada@example.org").await;
    let subject = inbox.last().unwrap().subject();
    assert!(subject.contains("Bridge reopens"), "{subject}");
}
