//! The newsroom adds, finds and unsubscribes readers over the admin API.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

/// A reader of two newsletters as a newsroom adds her.
fn ada() -> Value {
    json!({
        "address": "Ada@example.org",
        "newsletters": ["morning", "evening"],
        "language": "en",
        "consent": {
            "source": "Ticked the box on the paper form at the summer fair",
            "obtained_at": "2025-08-01T10:00:00+02:00",
            "page_url": "https://www.europablatt.example/fair"
        }
    })
}

async fn newsroom() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.newsletter("evening").create().await;
    app
}

async fn add(app: &TestApp, body: &Value) -> Answer {
    app.api(Method::POST, "/subscribers")
        .json(body)
        .send()
        .await
}

/// Newsletter and result of an addition.
async fn results(app: &TestApp, body: &Value) -> Vec<(String, String)> {
    let answer = add(app, body).await.expect(200).record();
    let pair = |row: &Value| {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        (text("newsletter"), text("result"))
    };
    let mut all: Vec<_> = answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(pair)
        .collect();
    all.sort();
    all
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(newsletter, result): &(&str, &str)| ((*newsletter).into(), (*result).into());
    all.iter().map(owned).collect()
}

async fn find(app: &TestApp, address: &str) -> Value {
    let path = format!("/subscribers?address={address}");
    app.api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record()
}

fn statuses(reader: &Value) -> Vec<(&str, &str)> {
    let mut all: Vec<_> = reader["subscriptions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["newsletter"].as_str().unwrap(),
                row["status"].as_str().unwrap(),
            )
        })
        .collect();
    all.sort_unstable();
    all
}

#[tokio::test]
async fn an_added_reader_has_evidence_and_gets_the_next_edition_without_any_other_mail() {
    let app = newsroom().await;
    let added = pairs(&[("evening", "added"), ("morning", "added")]);
    assert_eq!(results(&app, &ada()).await, added);
    assert_eq!(app.deliver().await, 0);
    let reader = find(&app, "Ada@example.org").await;
    assert_eq!(reader["address"], "Ada@example.org");
    assert_eq!(reader["is_suppressed"], false);
    assert_eq!(
        statuses(&reader),
        [("evening", "active"), ("morning", "active")]
    );
    for subscription in reader["subscriptions"].as_array().unwrap() {
        assert_eq!(subscription["confirmed_at"], "2025-08-01T08:00:00Z");
    }
    let consents = reader["consents"].as_array().unwrap();
    assert_eq!(consents.len(), 2);
    for consent in consents {
        assert_eq!(consent["action"], "added");
        assert_eq!(consent["source"], "api");
        assert_eq!(consent["wording"], ada()["consent"]["source"]);
        assert_eq!(consent["page_url"], ada()["consent"]["page_url"]);
        assert_eq!(consent["language"], "en");
        assert_eq!(consent["recorded_at"], "2026-01-05T05:30:00Z");
        assert_eq!(consent["obtained_at"], "2025-08-01T08:00:00Z");
    }
    app.article("Bridge reopens").create().await;
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    app.deliver().await;
    assert_eq!(app.inbox("Ada@example.org").await.len(), 2);
}

#[tokio::test]
async fn a_reader_is_added_once_and_a_waiting_sign_up_is_completed() {
    let app = newsroom().await;
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let added = pairs(&[("evening", "added"), ("morning", "added")]);
    assert_eq!(results(&app, &ada()).await, added);
    let already = pairs(&[("evening", "already"), ("morning", "already")]);
    assert_eq!(results(&app, &ada()).await, already);
    let reader = find(&app, "ada@example.org").await;
    let added = reader["consents"].as_array().unwrap().iter();
    assert_eq!(added.filter(|row| row["action"] == "added").count(), 2);
    // The link that waits in the inbox does no harm.
    app.confirm(&mail).await.expect(200);
    let reader = find(&app, "ada@example.org").await;
    assert_eq!(
        statuses(&reader),
        [("evening", "active"), ("morning", "active")]
    );
}

#[tokio::test]
async fn who_left_is_never_brought_back() {
    let app = newsroom().await;
    add(&app, &ada()).await.expect(200);
    app.article("Bridge reopens").create().await;
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let left = mail.header("list-id").unwrap();
    app.post(&link(&mail, "/unsubscribe/"), &[])
        .await
        .expect(200);
    let before = find(&app, "ada@example.org").await;
    let wanted = if left.contains("morning") {
        pairs(&[("evening", "already"), ("morning", "left_before")])
    } else {
        pairs(&[("evening", "left_before"), ("morning", "already")])
    };
    assert_eq!(results(&app, &ada()).await, wanted);
    assert_eq!(find(&app, "ada@example.org").await, before);
}

#[tokio::test]
async fn a_suppressed_address_is_told_and_gets_nothing() {
    let app = newsroom().await;
    app.execute(
        "INSERT INTO suppressions (address_key, reason, created_at) \
         VALUES ('ada@example.org', 'complaint', '2026-01-01T00:00:00Z')",
    )
    .await;
    let suppressed = pairs(&[("evening", "suppressed"), ("morning", "suppressed")]);
    assert_eq!(results(&app, &ada()).await, suppressed);
    let reader = find(&app, "ada@example.org").await;
    assert_eq!(reader["is_suppressed"], true);
    assert_eq!(reader["subscriptions"], json!([]));
    assert_eq!(app.count("SELECT 1 FROM consents").await, 0);
    app.article("Bridge reopens").create().await;
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    assert_eq!(app.deliver().await, 0);
}

#[tokio::test]
async fn each_wrong_field_of_an_addition_is_named() {
    let app = newsroom().await;
    let cases = [
        ("/address", json!("ada"), "address"),
        (
            "/address",
            json!("ada@example.org\r\nBcc: eve@example.org"),
            "address",
        ),
        ("/language", json!("?"), "language"),
        ("/newsletters", json!([]), "newsletters"),
        ("/newsletters/1", json!("No Slug"), "newsletters[1]"),
        ("/newsletters/1", json!("nothing"), "newsletters"),
        ("/consent/source", json!(" "), "consent.source"),
        ("/consent/source", json!("a".repeat(1001)), "consent.source"),
        (
            "/consent/obtained_at",
            json!("2026-01-05T05:30:01Z"),
            "consent.obtained_at",
        ),
        (
            "/consent/page_url",
            json!("javascript:x"),
            "consent.page_url",
        ),
    ];
    for (pointer, value, field) in cases {
        let mut body = ada();
        *body.pointer_mut(pointer).unwrap() = value.clone();
        assert_eq!(
            add(&app, &body).await.problem(422).fields,
            [field],
            "{value}"
        );
    }
    let all = json!({
        "address": "", "newsletters": ["?"], "language": "",
        "consent": {"source": "", "obtained_at": "2030-01-01T00:00:00Z", "page_url": ""}
    });
    let mut fields = add(&app, &all).await.problem(422).fields;
    fields.sort();
    let wanted = [
        "address",
        "consent.obtained_at",
        "consent.page_url",
        "consent.source",
        "language",
        "newsletters[0]",
    ];
    assert_eq!(fields, wanted);
    let mut without = ada();
    without.as_object_mut().unwrap().remove("consent");
    let problem = add(&app, &without).await.problem(422);
    assert!(problem.detail.contains("consent"), "{}", problem.detail);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
}

#[tokio::test]
async fn a_retired_newsletter_takes_nobody() {
    let app = newsroom().await;
    let retire = json!({"status": "retired"});
    let patch = app.api(Method::PATCH, "/newsletters/evening").json(&retire);
    patch.send().await.expect(200);
    let problem = add(&app, &ada()).await.problem(422);
    assert_eq!(problem.fields, ["newsletters"]);
    assert_eq!(app.count("SELECT 1 FROM subscriptions").await, 0);
}

#[tokio::test]
async fn a_reader_is_found_by_address_and_by_id() {
    let app = newsroom().await;
    let added = add(&app, &ada()).await.expect(200).record();
    let by_address = find(&app, "ADA@EXAMPLE.ORG").await;
    assert_eq!(by_address["id"], added["id"]);
    let path = format!("/subscribers/{}", added["id"].as_str().unwrap());
    let by_id = app.api(Method::GET, &path).send().await;
    assert_eq!(by_id.expect(200).record(), by_address);
    let bad = app.api(Method::GET, "/subscribers?address=ada").send();
    assert_eq!(bad.await.problem(422).fields, ["address"]);
    let none = app.api(Method::GET, "/subscribers").send().await;
    assert_eq!(none.problem(400).code, "invalid_query");
}

#[tokio::test]
async fn the_newsroom_unsubscribes_from_one_newsletter_or_from_all() {
    let app = newsroom().await;
    let id = add(&app, &ada()).await.expect(200).record()["id"].clone();
    let path = format!("/subscribers/{}/unsubscribe", id.as_str().unwrap());
    app.advance(SignedDuration::from_mins(1));
    let unsubscribe = async |body: Value| app.api(Method::POST, &path).json(&body).send().await;
    let one = unsubscribe(json!({"newsletter": "morning"})).await;
    let one = one.expect(200).record();
    assert_eq!(
        statuses(&one),
        [("evening", "active"), ("morning", "unsubscribed")]
    );
    assert_eq!(one["consents"].as_array().unwrap().len(), 3);
    let all = unsubscribe(json!({})).await.expect(200).record();
    assert_eq!(
        statuses(&all),
        [("evening", "unsubscribed"), ("morning", "unsubscribed")]
    );
    let consents = all["consents"].as_array().unwrap();
    let withdrawn = consents.iter().filter(|row| row["action"] == "withdrawn");
    assert_eq!(withdrawn.count(), 2);
    // Again changes nothing, and adds no evidence.
    assert_eq!(unsubscribe(json!({})).await.expect(200).record(), all);
    let unknown = unsubscribe(json!({"newsletter": "nothing"})).await;
    assert_eq!(unknown.problem(422).fields, ["newsletter"]);
    let nobody = "/subscribers/00000000-0000-7000-8000-000000000000/unsubscribe";
    let problem = app.api(Method::POST, nobody).json(&json!({})).send().await;
    assert_eq!(problem.problem(404).code, "unknown_subscriber");
}
