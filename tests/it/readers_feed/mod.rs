//! A reader's own feed: what is in it, who sees it, and when it ends.

mod again;
mod ending;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{BASE_URL, TestApp, link};

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// "morning", whose readers have feeds.
async fn newsroom() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    set_look(&app, json!({ "readers_feed": true })).await;
    app
}

async fn set_look(app: &TestApp, look: Value) {
    let put = app.api(Method::PUT, "/newsletters/morning/look");
    let kept: Value = put.json(&look).send().await.expect(200).json();
    let expected = look.get("readers_feed").unwrap_or(&Value::Bool(false));
    assert_eq!(&kept["readers_feed"], expected);
}

/// Where the page says that the feed is.
fn feed_in(page: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("href=\"{BASE_URL}/feeds/"))?;
    Some(format!("/feeds/{}", rest.split('"').next().unwrap()))
}

/// Signs up and confirms; only the answer to the button names the feed, where there is one.
async fn confirm(app: &TestApp, address: &str) -> Option<String> {
    app.sign_up(address, &["morning"]).await.expect(303);
    app.deliver().await;
    let link = link(app.inbox(address).await.last().unwrap(), "/confirm/");
    let look = app.get(&link).await.expect(200).text();
    assert!(!look.contains("/feeds/"), "{look}");
    let page = app.post(&link, &[]).await.expect(200).text();
    for method in [Method::GET, Method::POST] {
        let again = app.call(method, &link).send().await.expect(200).text();
        assert!(!again.contains("/feeds/"), "{again}");
    }
    feed_in(&page)
}

/// Sends an edition with these articles; the id of each is its title in lower case.
async fn edition(app: &TestApp, titles: &[&str]) {
    for title in titles {
        let id = title.to_lowercase();
        app.article(title).external_id(&id).create().await;
    }
    app.advance(DAY);
    app.run_due().await;
    app.deliver().await;
}

async fn items(app: &TestApp, feed: &str) -> Vec<Value> {
    let path = feed.replace("atom.xml", "feed.json");
    let feed: Value = app.get(&path).await.expect(200).json();
    assert_eq!(feed["feed_url"], format!("{BASE_URL}{path}"));
    feed["items"].as_array().unwrap().clone()
}

async fn titles(app: &TestApp, feed: &str) -> Vec<String> {
    let items = items(app, feed).await;
    let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
    items.iter().map(title).collect()
}

/// The link to all preferences, mailed to this address.
async fn mailed_link(app: &TestApp, address: &str) -> String {
    app.post("/preferences", &[("email", address)])
        .await
        .expect(303);
    app.deliver().await;
    link(app.inbox(address).await.last().unwrap(), "/preferences/")
}

async fn retract(app: &TestApp, article: &str) -> String {
    let call = app.api(Method::POST, &format!("/articles/{article}/corrections"));
    let body = json!({"action": "retract", "reason": "the source was wrong"});
    let correction: Value = call.json(&body).send().await.expect(201).json();
    correction["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn readers_see_what_they_were_sent_and_no_more() {
    let app = newsroom().await;
    let ada = confirm(&app, ADA).await.unwrap();
    assert_eq!(titles(&app, &ada).await, Vec::<String>::new());
    edition(&app, &["Bridge"]).await;
    let bob = confirm(&app, BOB).await.unwrap();
    edition(&app, &["Ferry"]).await;
    assert_eq!(titles(&app, &ada).await, ["Ferry", "Bridge"]);
    assert_eq!(titles(&app, &bob).await, ["Ferry"]);

    // What a mail server did not take, or may not have taken, was not sent.
    for status in ["bounced", "unknown", "cancelled"] {
        let settle = format!(
            "UPDATE edition_deliveries SET status = '{status}' WHERE subscription_id = \
             (SELECT s.id FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber_id WHERE r.address = '{BOB}')"
        );
        assert_eq!(app.execute(&settle).await, 1);
        assert_eq!(titles(&app, &bob).await, Vec::<String>::new(), "{status}");
    }
    // Only the newest.
    for number in 0..30 {
        app.article(&format!("Harbour {number}")).create().await;
        app.advance(DAY);
        app.run_due().await;
        app.deliver().await;
    }
    let all = titles(&app, &ada).await;
    assert_eq!(
        (all.len(), all[0].as_str(), all[29].as_str()),
        (30, "Harbour 29", "Harbour 0")
    );
}

#[tokio::test]
async fn the_feed_is_for_no_other_eyes_and_says_nothing_of_its_reader() {
    let app = newsroom().await;
    let ada = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    let stop = link(app.inbox(ADA).await.last().unwrap(), "/unsubscribe/");
    let own = ada.split('/').nth(2).unwrap();
    for (name, kind) in [
        ("atom.xml", "application/atom+xml; charset=utf-8"),
        ("feed.json", "application/feed+json; charset=utf-8"),
    ] {
        let answer = app.get(&format!("/feeds/{own}/{name}")).await.expect(200);
        for (header, value) in [
            ("content-type", kind),
            ("cache-control", "private, no-cache"),
            ("referrer-policy", "no-referrer"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(answer.header(header), value, "{header} of {name}");
        }
        let text = answer.text().replace(own, "");
        for secret in [
            "ada@",
            "/unsubscribe/",
            "/confirm/",
            stop.rsplit('/').next().unwrap(),
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    let xml = app.get(&ada).await.expect(200).text();
    let link = format!("<link rel=\"self\" href=\"{BASE_URL}{ada}\"/>");
    assert!(xml.contains(&link), "{xml}");

    // The pages are those for everybody, wherever they are.
    let first = items(&app, &ada).await.remove(0);
    for (archive, page) in [
        ("public", "/archive/morning/2026-01-05-bridge"),
        ("unlisted", "/archive/morning/2026-01-05-bridge"),
        ("off", "/v/"),
    ] {
        let look = json!({ "readers_feed": true, "archive": archive });
        set_look(&app, look).await;
        let item = items(&app, &ada).await.remove(0);
        let url = item["url"].as_str().unwrap();
        assert!(url.starts_with(&format!("{BASE_URL}{page}")), "{url}");
        app.get(url).await.expect(200);
        assert_eq!(item["id"], first["id"], "nobody sees an edition twice");
    }
}

#[tokio::test]
async fn editions_are_shown_as_they_are_now() {
    let app = newsroom().await;
    let ada = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    let bob = confirm(&app, BOB).await.unwrap();
    edition(&app, &["Ferry", "Tunnel"]).await;
    let before = titles(&app, &ada).await;
    let lead = before[0].to_lowercase();
    let other = if lead == "ferry" { "Tunnel" } else { "Ferry" };

    // Corrected, and wholly taken back.
    app.advance(SignedDuration::from_mins(1));
    retract(&app, &lead).await;
    assert_eq!(titles(&app, &ada).await, [other, "Bridge"]);
    let correction = retract(&app, "bridge").await;
    assert_eq!(titles(&app, &ada).await, [other]);

    // Who was sent it is told, in the feed too; nobody else is.
    let notice = app.api(Method::POST, &format!("/corrections/{correction}/notice"));
    let words = json!({"subject": "No bridge", "text": "There is no bridge."});
    notice.json(&words).send().await.expect(201);
    assert_eq!(titles(&app, &ada).await, [other], "not before it is sent");
    app.deliver().await;
    assert_eq!(titles(&app, &ada).await, ["No bridge", other]);
    assert_eq!(titles(&app, &bob).await, [other]);
    let told = items(&app, &ada).await.remove(0);
    app.get(told["url"].as_str().unwrap()).await.expect(200);

    app.execute("UPDATE editions SET status = 'stopped' WHERE kind = 'correction'")
        .await;
    assert_eq!(titles(&app, &ada).await, [other]);
}

#[tokio::test]
async fn readers_find_their_feed_among_their_preferences() {
    let app = newsroom().await;
    app.newsletter("evening").create().await;
    let feed = confirm(&app, ADA).await.unwrap();
    app.reader(ADA, "evening").await;
    edition(&app, &["Bridge"]).await;
    let of_newsletter = link(app.inbox(ADA).await.last().unwrap(), "/preferences/");
    let mailed = mailed_link(&app, ADA).await;
    let page = app.get(&mailed).await.expect(200).text();
    assert_eq!(page.matches("/feeds/").count(), 1, "\"evening\" has none");
    assert_eq!(feed_in(&page), Some(feed));
    // Whoever was forwarded one newsletter does not read all that come.
    let ask = ">morning as a feed, for you alone: email me my link</a>";
    let page = app.get(&of_newsletter).await.expect(200).text();
    assert!(!page.contains("/feeds/"), "{page}");
    assert_eq!(page.matches(ask).count(), 1, "{page}");
    let german = app.get(&format!("{mailed}?lang=de")).await.expect(200);
    assert!(german.text().contains("als Feed, nur für Sie (Atom)</a>"));

    let suppress = "INSERT INTO suppressions VALUES ('ada@example.org', 'manual', now())";
    app.execute(suppress).await;
    let none = async || {
        for link in [&mailed, &of_newsletter] {
            let page = app.get(link).await.expect(200).text();
            assert!(!page.contains("/feeds/") && !page.contains(ask), "{page}");
        }
    };
    none().await;
    app.execute("DELETE FROM suppressions").await;
    set_look(&app, json!({})).await;
    none().await;
}

#[tokio::test]
async fn a_pause_brings_nothing_and_what_was_missed_comes_later() {
    let app = newsroom().await;
    let feed = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    let settings = link(app.inbox(ADA).await.last().unwrap(), "/preferences/");
    let press = async |fields: &[(&str, &str)]| {
        let path = format!("{settings}/newsletters/morning");
        app.post(&path, fields).await.expect(303);
    };
    press(&[("action", "pause"), ("until", "2026-02-01")]).await;
    edition(&app, &["Ferry"]).await;
    assert_eq!(titles(&app, &feed).await, ["Bridge"]);
    press(&[("action", "resume")]).await;
    edition(&app, &["Tunnel"]).await;
    let mails = app.inbox(ADA).await;
    let all = titles(&app, &feed).await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        mails.last().unwrap().header("subject"),
        Some(all[0].clone())
    );

    // In a rhythm of one's own: a selection that stands in no archive.
    press(&[
        ("action", "save"),
        ("every", "day"),
        ("weekday", "1"),
        ("hour", "18"),
        ("minute", "0"),
        ("zone", "Europe/Berlin"),
        ("language", "en"),
        ("format", "html"),
    ])
    .await;
    edition(&app, &["Harbour"]).await;
    assert_eq!(titles(&app, &feed).await[0], "Harbour");
    let own = "SELECT 1 FROM editions WHERE subject = 'Harbour' AND rhythm_id IS NOT NULL AND status = 'done'";
    assert_eq!(app.count(own).await, 1);
    let page = items(&app, &feed).await.remove(0);
    app.get(page["url"].as_str().unwrap()).await.expect(200);
}
