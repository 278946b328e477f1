//! Hubs that push what feeds publish, and what becomes of wrong ones.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Sha256, Sha512};
use tidings::worker::feeds::fetch_due;
use url::Url;

use super::{NEW, OLD, World, item, rss};
use crate::support::Answer;
use crate::support::process::Tidings;

const LEASE: i64 = 864_000;

/// A site with a feed that names a hub on the same site, which answers 202.
async fn with_hub() -> (World, Value) {
    let world = World::start().await;
    world.site.answer("/hub", 202, "", "");
    let links = format!(
        "Link: <{}>; rel=\"hub\", <{}>; rel=self\r\n",
        world.site.url("/hub"),
        world.site.url("/topic")
    );
    world.site.answer("/feed", 200, &links, rss(&[]));
    let feed = world.add("/feed", &json!({})).await;
    world.fetch().await;
    (world, feed["id"].clone())
}

/// The fields of the last form that the hub got.
fn form(world: &World) -> BTreeMap<String, String> {
    let posted = world.site.posted();
    let form = posted.last().expect("the hub was not asked");
    url::form_urlencoded::parse(form.as_bytes())
        .into_owned()
        .collect()
}

fn callback(form: &BTreeMap<String, String>) -> String {
    Url::parse(&form["hub.callback"]).unwrap().path().to_owned()
}

/// Calls the callback with these parameters.
async fn call(world: &World, path: &str, parameters: &[(&str, &str)]) -> Answer {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish();
    let call = world.app.call(Method::GET, &format!("{path}?{query}"));
    call.header("accept", "application/json").send().await
}

fn confirmation<'a>(mode: &'a str, topic: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("hub.mode", mode),
        ("hub.topic", topic),
        ("hub.challenge", "a <challenge>"),
        ("hub.lease_seconds", "864000"),
    ]
}

/// A feed whose hub has confirmed, and what the hub was told.
async fn subscribed() -> (World, Value, BTreeMap<String, String>) {
    let (world, feed) = with_hub().await;
    let form = form(&world);
    let topic = world.site.url("/topic");
    let answer = call(&world, &callback(&form), &confirmation("subscribe", &topic)).await;
    assert_eq!(answer.expect(200).text(), "a <challenge>");
    (world, feed, form)
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn sign(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    format!("sha256={}", hex(&mac.finalize().into_bytes()))
}

async fn push(world: &World, path: &str, signature: Option<&str>, body: &str) -> Answer {
    let mut call = world.app.call(Method::POST, path);
    call = call.header("accept", "application/json");
    if let Some(signature) = signature {
        call = call.header("x-hub-signature", signature);
    }
    call.body("application/rss+xml; charset=utf-8", body)
        .send()
        .await
}

#[tokio::test]
async fn a_hub_is_found_asked_and_confirmed() {
    let (world, feed) = with_hub().await;
    let record = world.feed(&feed).await;
    assert_eq!(record["hub"]["state"], "asked");
    let form = form(&world);
    assert_eq!(form["hub.mode"], "subscribe");
    assert_eq!(form["hub.topic"], world.site.url("/topic"));
    assert_eq!(form["hub.lease_seconds"], LEASE.to_string());
    assert_eq!(form["hub.secret"].len(), 32);
    // Neither the secret nor the address is in the database.
    let dump = world
        .app
        .rows("SELECT h::text AS row FROM hub_subscriptions h")
        .await;
    let token = callback(&form).rsplit('/').next().unwrap().to_owned();
    for hidden in [&form["hub.secret"], &token] {
        assert!(!dump[0].to_string().contains(hidden.as_str()), "{dump:?}");
    }
    let topic = world.site.url("/topic");
    let answer = call(&world, &callback(&form), &confirmation("subscribe", &topic)).await;
    let answer = answer.expect(200);
    assert_eq!(answer.text(), "a <challenge>");
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    let hub = world.feed(&feed).await["hub"].clone();
    assert_eq!(
        (&hub["state"], &hub["topic"]),
        (&json!("active"), &json!(topic))
    );
    let end: Timestamp = hub["lease_ends_at"].as_str().unwrap().parse().unwrap();
    let lease = end.duration_since(world.app.now());
    assert_eq!(lease, SignedDuration::from_secs(LEASE));
    // The next look finds the same hub and does not ask again.
    world.app.advance(SignedDuration::from_mins(20));
    world.fetch().await;
    assert_eq!(world.site.posted().len(), 1);
}

#[tokio::test]
async fn what_nobody_asked_for_is_not_confirmed_and_changes_nothing() {
    let (world, _) = with_hub().await;
    let right = callback(&form(&world));
    let topic = world.site.url("/topic");
    let dump = async || {
        world
            .app
            .rows("SELECT h::text AS row FROM hub_subscriptions h")
            .await
    };
    let before = dump().await;
    let other = world.site.url("/other");
    let wrong_token = format!("{}A", &right[..right.len() - 1]);
    let mut no_challenge = confirmation("subscribe", &topic);
    no_challenge.remove(2);
    let mut no_topic = confirmation("subscribe", &topic);
    no_topic.remove(1);
    for (path, parameters) in [
        (&right, confirmation("unsubscribe", &topic)),
        (&right, confirmation("subscribe", &other)),
        (&right, confirmation("publish", &topic)),
        (&right, no_challenge),
        (&right, no_topic),
        (&right, Vec::new()),
        (&wrong_token, confirmation("subscribe", &topic)),
        (
            &"/webhooks/websub/nothing".to_owned(),
            confirmation("subscribe", &topic),
        ),
    ] {
        let answer = call(&world, path, &parameters).await;
        assert_eq!(answer.problem(404).code, "not_asked", "{parameters:?}");
        assert_eq!(dump().await, before, "{parameters:?}");
    }
    // A day later it is too late.
    world.app.advance(SignedDuration::from_hours(25));
    call(&world, &right, &confirmation("subscribe", &topic))
        .await
        .problem(404);
}

#[tokio::test]
async fn a_push_becomes_articles_by_the_rules_of_feeds() {
    let (world, feed, form) = subscribed().await;
    let path = callback(&form);
    let body = rss(&[item("b", "Bridge", NEW), item("o", "Old", OLD)]);
    let signature = sign(&form["hub.secret"], &body);
    push(&world, &path, Some(&signature), &body)
        .await
        .expect(202);
    let titles = async || world.app.rows("SELECT title, language FROM articles").await;
    assert_eq!(
        titles().await,
        [json!({ "title": "Bridge", "language": "en" })]
    );
    let record = world.feed(&feed).await;
    assert_eq!(record["hub"]["last_push_at"], json!(world.app.now()));
    // The same in the next look is the same article, and looks go on.
    world.app.advance(SignedDuration::from_mins(20));
    world.site.serve("/feed", body.clone());
    let counts = world.fetch().await[0];
    assert_eq!((counts.created, counts.updated), (0, 0));
    // The feed does not name its hub any more: pushes end.
    push(&world, &path, Some(&signature), &body)
        .await
        .problem(410);
}

#[tokio::test]
async fn hubs_may_sign_with_other_hashes_and_repeat_what_came_too_fast() {
    let (world, _, form) = subscribed().await;
    let path = callback(&form);
    let body = rss(&[item("b", "Bridge", NEW)]);
    let mut mac = Hmac::<Sha512>::new_from_slice(form["hub.secret"].as_bytes()).unwrap();
    mac.update(body.as_bytes());
    let signature = format!("sha512={}", hex(&mac.finalize().into_bytes()));
    push(&world, &path, Some(&signature), &body)
        .await
        .expect(202);
    let fast = push(&world, &path, Some(&signature), &body).await;
    assert_eq!((fast.status(), fast.header("retry-after")), (429, "1"));
    world.app.advance(SignedDuration::from_secs(1));
    push(&world, &path, Some(&signature), &body)
        .await
        .expect(202);
    assert_eq!(world.articles().await.len(), 1);
}

#[tokio::test]
async fn a_push_without_the_right_signature_is_noted_and_not_read() {
    let (world, feed, form) = subscribed().await;
    let path = callback(&form);
    let body = rss(&[item("b", "Bridge", NEW)]);
    let of_other_body = sign(&form["hub.secret"], "other");
    let of_other_secret = sign("other", &body);
    for (signature, words) in [
        (None, "no X-Hub-Signature"),
        (Some("sha256=00"), "a wrong signature"),
        (Some(of_other_body.as_str()), "a wrong signature"),
        (Some(of_other_secret.as_str()), "a wrong signature"),
    ] {
        // Section 8: the sender is not told.
        push(&world, &path, signature, &body).await.expect(202);
        let error = world.feed(&feed).await["hub"]["last_error"].clone();
        let error = error.as_str().unwrap();
        assert!(error.contains(words), "{error}");
    }
    assert!(world.articles().await.is_empty());
    let broken = "<rss";
    let signature = sign(&form["hub.secret"], broken);
    push(&world, &path, Some(&signature), broken)
        .await
        .expect(202);
    let error = world.feed(&feed).await["hub"]["last_error"].clone();
    assert!(
        error.as_str().unwrap().contains("could not be read"),
        "{error}"
    );
    let limit = world.app.app.config.fetch.max_bytes;
    let large = push(&world, &path, None, &"x".repeat(limit + 1)).await;
    large.problem(413);
    let unknown = push(&world, "/webhooks/websub/nothing", None, &body).await;
    assert_eq!(unknown.problem(410).code, "not_subscribed");
}

#[tokio::test]
async fn a_ping_without_a_document_has_the_feed_looked_at() {
    let (world, _, form) = subscribed().await;
    world.site.serve("/feed", rss(&[item("b", "Bridge", NEW)]));
    assert!(fetch_due(&world.app.app).await.unwrap().is_empty());
    let signature = sign(&form["hub.secret"], "");
    push(&world, &callback(&form), Some(&signature), "")
        .await
        .expect(202);
    assert_eq!(world.fetch().await[0].created, 1);
}

#[tokio::test]
async fn a_lease_is_renewed_before_it_ends() {
    let (world, feed, first) = subscribed().await;
    world
        .app
        .advance(SignedDuration::from_secs(LEASE / 4 * 3 - 60));
    fetch_due(&world.app.app).await.unwrap();
    assert_eq!(world.site.posted().len(), 1);
    world.app.advance(SignedDuration::from_mins(2));
    fetch_due(&world.app.app).await.unwrap();
    assert_eq!(world.site.posted().len(), 2);
    assert_eq!(form(&world), first, "the same callback and secret");
    assert_eq!(world.feed(&feed).await["hub"]["state"], "active");
    let topic = world.site.url("/topic");
    call(
        &world,
        &callback(&first),
        &confirmation("subscribe", &topic),
    )
    .await
    .expect(200);
    let hub = world.feed(&feed).await["hub"].clone();
    let end: Timestamp = hub["lease_ends_at"].as_str().unwrap().parse().unwrap();
    let lease = end.duration_since(world.app.now());
    assert_eq!(lease, SignedDuration::from_secs(LEASE));
}

#[tokio::test]
async fn a_hub_that_cannot_be_asked_is_tried_again_later_and_looks_go_on() {
    let (world, feed) = with_hub().await;
    world.site.answer("/hub", 503, "", "");
    world.app.advance(SignedDuration::from_mins(20));
    world.fetch().await;
    let hub = world.feed(&feed).await["hub"].clone();
    let error = hub["last_error"].as_str().unwrap();
    assert!(error.contains("answered 503"), "{error}");
    assert_eq!(world.site.posted().len(), 2);
    world.fetch().await;
    assert_eq!(world.site.posted().len(), 2, "not at once");
    let denied = [
        ("hub.mode", "denied"),
        ("hub.topic", &world.site.url("/topic")),
        ("hub.reason", "too small"),
    ];
    call(&world, &callback(&form(&world)), &denied)
        .await
        .expect(200);
    let hub = world.feed(&feed).await["hub"].clone();
    assert_eq!(hub["last_error"], "the hub does not want to: too small");
    let list = Tidings::new(&["feeds", "list"]);
    let key = "a key for tests only, longer than 32 characters";
    let list = list
        .env("DATABASE_URL", &world.app.database_url())
        .env("SECRET_KEY", key);
    let listed = list.run().await.expect(0);
    assert!(
        listed
            .stdout
            .contains("/hub is to be asked: the hub does not want to"),
        "{listed:?}"
    );
}

#[tokio::test]
async fn a_feed_that_is_removed_leaves_its_hub() {
    let (world, feed, first) = subscribed().await;
    let path = format!("/feeds/{}", feed.as_str().unwrap());
    let remove = world.app.api(Method::DELETE, &path);
    remove.send().await.expect(204);
    fetch_due(&world.app.app).await.unwrap();
    let last = form(&world);
    assert_eq!(last["hub.mode"], "unsubscribe");
    assert_eq!(last["hub.callback"], first["hub.callback"]);
    let topic = world.site.url("/topic");
    call(
        &world,
        &callback(&last),
        &confirmation("unsubscribe", &topic),
    )
    .await
    .expect(200);
    assert_eq!(world.app.count("SELECT 1 FROM hub_subscriptions").await, 0);
    call(
        &world,
        &callback(&last),
        &confirmation("unsubscribe", &topic),
    )
    .await
    .problem(404);
}

#[tokio::test]
async fn hubs_are_named_in_documents_too_and_inner_ones_are_not_asked() {
    let world = World::start().await;
    world.site.answer("/hub", 202, "", "");
    let (hub, topic) = (world.site.url("/hub"), world.site.url("/x"));
    let documents = [
        (
            "/atom",
            format!("<feed xmlns='http://www.w3.org/2005/Atom'><link rel='hub' href='{hub}'/><link rel='self' href='{topic}'/></feed>"),
        ),
        (
            "/rss",
            format!("<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><atom:link rel='hub' href='{hub}'/><atom:link rel='self' href='{topic}'/></channel></rss>"),
        ),
        (
            "/json",
            json!({
                "version": "https://jsonfeed.org/version/1.1", "title": "x", "feed_url": topic, "items": [],
                "hubs": [{ "type": "WebSub", "url": hub }],
            })
            .to_string(),
        ),
        (
            "/inner",
            "<feed xmlns='http://www.w3.org/2005/Atom'><link rel='hub' href='http://10.0.0.1/'/></feed>".to_owned(),
        ),
    ];
    for (path, document) in documents {
        world.site.serve(path, document);
        world.add(path, &json!({})).await;
    }
    world.fetch().await;
    let posted = world.site.posted();
    assert_eq!(posted.len(), 3, "{posted:?}");
    let rows = world
        .app
        .rows("SELECT DISTINCT topic FROM hub_subscriptions")
        .await;
    assert_eq!(rows, [json!({ "topic": topic })]);
}
