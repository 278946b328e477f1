//! How many of those who send the form become readers.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

async fn funnel(app: &TestApp, slug: &str, query: &str) -> Answer {
    let path = format!("/newsletters/{slug}/funnel{query}");
    app.api(Method::GET, &path).send().await
}

/// Signs up and has the mail delivered, and goes so far: 0 only that, 1 opens the page twice, 2 confirms, too.
async fn come(app: &TestApp, address: &str, newsletters: &[&str], far: u8) {
    app.sign_up(address, newsletters).await.expect(303);
    assert_eq!(app.deliver().await, 1);
    let mail = app.inbox(address).await.pop().unwrap();
    if far > 0 {
        let page = link(&mail, "/confirm/");
        let opened = app.count("SELECT 1 FROM signup_openings").await;
        app.get(&page).await.expect(200);
        app.until_count("SELECT 1 FROM signup_openings", opened + 1)
            .await;
        app.get(&page).await.expect(200);
    }
    if far > 1 {
        app.confirm(&mail).await.expect(200);
    }
}

fn counts(sent: i64, accepted: i64, opened: i64, confirmed: i64) -> Value {
    json!({"sent": sent, "accepted": accepted, "opened": opened, "confirmed": confirmed})
}

fn on(day: &str, mut counts: Value) -> Value {
    counts["day"] = json!(day);
    counts
}

#[tokio::test]
async fn signups_are_counted_once_at_each_stage_on_the_day_of_their_form() {
    let app = TestApp::start().await;
    for slug in ["evening", "morning"] {
        app.newsletter(slug).create().await;
    }
    come(&app, "ada@example.org", &["morning"], 2).await;
    come(&app, "ben@example.org", &["morning", "evening"], 1).await;
    come(&app, "cleo@example.org", &["morning"], 0).await;
    // Who has it already has nothing to confirm.
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    assert_eq!(app.deliver().await, 1);
    // Half past midnight in Berlin, where it is the next day.
    app.advance(SignedDuration::from_hours(18));
    app.sign_up("dan@example.org", &["morning"])
        .await
        .expect(303);
    let answer = funnel(&app, "morning", "?from=2026-01-04&to=2026-01-06").await;
    let expected = json!({
        "newsletter": "morning",
        "zone": "Europe/Berlin",
        "total": counts(4, 3, 2, 1),
        "days": [
            on("2026-01-04", counts(0, 0, 0, 0)),
            on("2026-01-05", counts(3, 3, 2, 1)),
            on("2026-01-06", counts(1, 0, 0, 0)),
        ],
    });
    assert_eq!(answer.expect(200).json::<Value>(), expected);
    let other = funnel(&app, "evening", "")
        .await
        .expect(200)
        .json::<Value>();
    assert_eq!(other["total"], counts(1, 1, 1, 0));
    let days = other["days"].as_array().unwrap();
    assert_eq!(days.len(), 30);
    assert_eq!(
        (&days[0]["day"], &days[29]["day"]),
        (&json!("2025-12-08"), &json!("2026-01-06"))
    );
}

#[tokio::test]
async fn whoever_confirmed_has_passed_every_stage() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await.pop().unwrap();
    // The button without the page, and a mail whose fate nobody knows.
    app.confirm(&mail).await.expect(200);
    app.execute("UPDATE deliveries SET status = 'unknown'")
        .await;
    app.execute("DELETE FROM signup_openings").await;
    let answer = funnel(&app, "morning", "").await.expect(200);
    assert_eq!(answer.json::<Value>()["total"], counts(1, 1, 1, 1));
}

#[tokio::test]
async fn days_that_are_none_are_told() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for (query, field, part) in [
        ("?from=yesterday", "from", "a day like 2026-01-05"),
        ("?to=2026-02-30", "to", "a day like 2026-01-05"),
        ("?from=2026-01-05&to=2026-01-04", "to", "before the first"),
        ("?from=2025-01-01&to=2026-01-02", "to", "at most 366"),
        (
            "?from=1969-12-31&to=1970-01-01",
            "from",
            "1970-01-01 or later",
        ),
    ] {
        let problem = funnel(&app, "morning", query).await.problem(422);
        assert_eq!(problem.fields, [field], "{query}");
        assert!(problem.detail.contains(part), "{query}: {}", problem.detail);
    }
    funnel(&app, "morning", "?days=3").await.problem(400);
    let problem = funnel(&app, "nothing", "").await.problem(404);
    assert_eq!(problem.code, "unknown_newsletter");
    let longest = funnel(&app, "morning", "?from=2025-01-01&to=2026-01-01").await;
    assert_eq!(
        longest.expect(200).json::<Value>()["total"],
        counts(0, 0, 0, 0)
    );
}
