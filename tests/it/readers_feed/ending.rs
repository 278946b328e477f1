//! Which links open a feed, and when it ends.

use reqwest::Method;
use serde_json::json;
use tidings::domain::link_token::Purpose;
use uuid::Uuid;

use super::{ADA, BOB, DAY, confirm, edition, mailed_link, newsroom, set_look, titles};
use crate::support::{TestApp, link};

/// Programs that read feeds stop asking; people see a page.
async fn is_over(app: &TestApp, feed: &str) {
    for name in ["atom.xml", "feed.json"] {
        let path = feed.replace("atom.xml", name);
        let page = app.get(&path).await.expect(410);
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(page.header("cache-control"), "private, no-store");
        let call = app.call(Method::GET, &path);
        let call = call.header("accept", "application/feed+json");
        let gone = call.send().await.problem(410);
        assert_eq!(gone.code, "subscription_ended");
    }
}

#[tokio::test]
async fn a_feed_opens_with_its_own_link_only() {
    let app = newsroom().await;
    let feed = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    let stop = link(app.inbox(ADA).await.last().unwrap(), "/unsubscribe/");
    let token = feed.split('/').nth(2).unwrap().to_owned();
    let (nobody, nonce) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let made_up = app.app.keys.issue(Purpose::ReadersFeed, nobody, nonce);
    let unknown = app.get("/feeds/nonsense/atom.xml").await.expect(404);
    let cut = &token[..token.len() - 1];
    let is_unknown = async |token: &str| {
        for name in ["atom.xml", "feed.json"] {
            let answer = app.get(&format!("/feeds/{token}/{name}")).await;
            assert_eq!(answer.fixed(), unknown.fixed(), "{token}");
        }
    };
    for wrong in [stop.rsplit('/').next().unwrap(), &made_up, cut, "%00"] {
        is_unknown(wrong).await;
    }
    // And it opens no other door.
    for path in [
        "/unsubscribe/TOKEN",
        "/confirm/TOKEN",
        "/preferences/TOKEN",
        "/preferences/TOKEN/export",
        "/preferences/TOKEN/erase",
        "/address/change/TOKEN",
        "/address/stop/TOKEN",
    ] {
        let path = path.replace("TOKEN", &token);
        app.get(&path).await.expect(404);
        let pressed = app.post(&path, &[]).await.status();
        assert!([404, 405].contains(&pressed), "{pressed} {path}");
    }
    let active = "SELECT 1 FROM subscriptions WHERE status = 'active'";
    assert_eq!(app.count(active).await, 1);

    // Off when nothing is said.
    set_look(&app, json!({})).await;
    is_unknown(&token).await;
    assert_eq!(confirm(&app, BOB).await, None);
    set_look(&app, json!({ "readers_feed": true })).await;
    app.get(&feed).await.expect(200);

    // Revoked.
    app.execute("UPDATE subscriptions SET link_nonce = gen_random_uuid()")
        .await;
    is_unknown(&token).await;
}

#[tokio::test]
async fn a_feed_ends_with_the_subscription() {
    let app = newsroom().await;
    let feed = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    let stop = link(app.inbox(ADA).await.last().unwrap(), "/unsubscribe/");
    app.get(&feed).await.expect(200);
    app.post(&stop, &[]).await.expect(200);
    is_over(&app, &feed).await;
    // Who asks for the newsletter again has it once they confirm.
    app.advance(DAY);
    app.sign_up(ADA, &["morning"]).await.expect(303);
    app.get(&feed).await.expect(410);
    app.advance(DAY);
    assert_eq!(confirm(&app, ADA).await, Some(feed.clone()));
    assert_eq!(titles(&app, &feed).await, ["Bridge"]);
}

#[tokio::test]
async fn a_feed_ends_where_nothing_may_be_sent_and_with_everything_of_its_reader() {
    let app = newsroom().await;
    let feed = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    let (xml, json) = (feed.clone(), feed.replace("atom.xml", "feed.json"));
    let suppress = "INSERT INTO suppressions VALUES ('ada@example.org', 'complaint', now())";
    app.execute(suppress).await;
    is_over(&app, &feed).await;
    app.execute("DELETE FROM suppressions").await;
    app.get(&xml).await.expect(200);

    let unknown = app.get("/feeds/nonsense/atom.xml").await.expect(404);
    let mailed = mailed_link(&app, ADA).await;
    app.post(&format!("{mailed}/erase"), &[]).await.expect(200);
    for path in [&xml, &json] {
        assert_eq!(app.get(path).await.fixed(), unknown.fixed());
    }
    // Whoever comes back is a new reader.
    app.advance(DAY);
    let new = confirm(&app, ADA).await.unwrap();
    assert_ne!(new, feed);
    assert_eq!(titles(&app, &new).await, Vec::<String>::new());
    assert_eq!(app.get(&xml).await.fixed(), unknown.fixed());
}

#[tokio::test]
async fn made_up_links_are_limited_and_true_ones_are_not() {
    let app = TestApp::with()
        .env("TIDINGS__SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .env("TIDINGS__LIMITS__CLIENT_UNKNOWN_LINKS", "2/1h")
        .start()
        .await;
    app.newsletter("morning").create().await;
    set_look(&app, json!({ "readers_feed": true })).await;
    let feed = confirm(&app, ADA).await.unwrap();
    let from = async |path: &str| {
        let call = app.call(Method::GET, path);
        call.header("x-forwarded-for", "203.0.113.7").send().await
    };
    for expected in [404, 404, 429] {
        from("/feeds/nonsense/feed.json").await.expect(expected);
    }
    from(&feed).await.expect(200);
}
