//! Readers with a rhythm of their own.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::subscriber::Subscriber;

use super::{got, pass};
use crate::support::TestApp;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

async fn set(app: &TestApp, reader: &Subscriber, rhythm: Value) -> Value {
    let path = format!("/subscribers/{}/subscriptions/morning/rhythm", reader.id);
    app.api(Method::PUT, &path)
        .json(&rhythm)
        .send()
        .await
        .expect(200)
        .record()
}

async fn start() -> (TestApp, Subscriber) {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let ada = app.reader(ADA, "morning").await;
    app.reader(BOB, "morning").await;
    (app, ada)
}

/// Turns the clock hour by hour, with everything that a server does.
async fn hours(app: &TestApp, count: usize) {
    for _ in 0..count {
        pass(app, HOUR).await;
        app.deliver().await;
    }
}

#[tokio::test]
async fn a_weekly_reader_gets_the_week_at_her_hour() {
    // Monday, 06:30 in Berlin.
    let (app, ada) = start().await;
    let answer = set(
        &app,
        &ada,
        json!({"every": "week", "days": ["wednesday"], "at": "20:00", "zone": "America/New_York"}),
    )
    .await;
    assert_eq!(answer["rhythm"]["cron"], "0 20 * * 3");
    assert_eq!(answer["rhythm"]["next_due_at"], "2026-01-08T01:00:00Z");
    for title in ["Mon", "Tue", "Wed"] {
        app.article(title).create().await;
        hours(&app, 24).await;
    }
    assert_eq!(got(&app, ADA).await, [["Mon", "Tue", "Wed"]]);
    app.article("Thu").create().await;
    hours(&app, 24 * 7).await;
    assert_eq!(
        got(&app, ADA).await,
        [vec!["Mon", "Tue", "Wed"], vec!["Thu"]]
    );
    assert_eq!(got(&app, BOB).await, [["Mon"], ["Tue"], ["Wed"], ["Thu"]]);
}

#[tokio::test]
async fn a_change_of_rhythm_loses_and_repeats_nothing() {
    let (app, ada) = start().await;
    app.article("One").create().await;
    hours(&app, 24).await;
    set(
        &app,
        &ada,
        json!({"every": "month", "day_of_month": 20, "at": "09:00", "zone": "Europe/Berlin"}),
    )
    .await;
    app.article("Two").create().await;
    hours(&app, 24).await;
    assert_eq!(got(&app, ADA).await, [["One"]]);
    set(
        &app,
        &ada,
        json!({"every": "weekday", "at": "12:00", "zone": "Asia/Kolkata"}),
    )
    .await;
    app.article("Three").create().await;
    hours(&app, 24).await;
    assert_eq!(got(&app, ADA).await, [vec!["One"], vec!["Three", "Two"]]);
    set(&app, &ada, json!({"every": "newsletter"})).await;
    app.article("Four").create().await;
    hours(&app, 24).await;
    assert_eq!(
        got(&app, ADA).await,
        [vec!["One"], vec!["Three", "Two"], vec!["Four"]]
    );
    assert_eq!(
        got(&app, BOB).await,
        [["One"], ["Two"], ["Three"], ["Four"]]
    );
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE sent_until IS NOT NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn as_soon_as_published_means_minutes_and_each_article_once() {
    let (app, ada) = start().await;
    set(&app, &ada, json!({"every": "publication"})).await;
    app.article("One").create().await;
    assert_eq!(
        pass(&app, SignedDuration::from_mins(4)).await,
        0,
        "it is often still corrected"
    );
    assert_eq!(
        pass(&app, SignedDuration::from_mins(2)).await,
        0,
        "Ada's first has no common mark"
    );
    app.deliver().await;
    assert_eq!(got(&app, ADA).await, [["One"]]);
    app.article("Two").create().await;
    assert_eq!(pass(&app, SignedDuration::from_mins(6)).await, 1);
    assert_eq!(pass(&app, SignedDuration::from_mins(6)).await, 0);
    hours(&app, 24).await;
    assert_eq!(got(&app, ADA).await, [["One"], ["Two"]]);
    assert_eq!(got(&app, BOB).await, [["One", "Two"]]);
}

#[tokio::test]
async fn readers_of_one_rhythm_share_one_edition() {
    let (app, ada) = start().await;
    let mut readers = vec![ada];
    for number in 0..5 {
        readers.push(
            app.reader(&format!("r{number}@example.org"), "morning")
                .await,
        );
    }
    for reader in &readers {
        set(
            &app,
            reader,
            json!({"every": "day", "at": "21:00", "zone": "Europe/Berlin"}),
        )
        .await;
    }
    app.article("One").create().await;
    hours(&app, 24).await;
    app.article("Two").create().await;
    hours(&app, 24).await;
    let own = "SELECT recipient_count FROM editions WHERE rhythm_id IS NOT NULL ORDER BY due_at";
    assert_eq!(
        app.rows(own).await,
        [json!({"recipient_count": 6}), json!({"recipient_count": 6})]
    );
    assert_eq!(app.count("SELECT 1 FROM rhythms").await, 1);
    assert_eq!(got(&app, "r3@example.org").await, [["One"], ["Two"]]);
}

#[tokio::test]
async fn a_rhythm_that_cannot_be_kept_is_refused_with_the_field() {
    let (app, ada) = start().await;
    let path = format!("/subscribers/{}/subscriptions/morning/rhythm", ada.id);
    let problem = async |body: Value| {
        let answer = app.api(Method::PUT, &path).json(&body).send().await;
        answer.problem(422).fields[0].clone()
    };
    assert_eq!(problem(json!({"every": "day", "zone": "UTC"})).await, "at");
    assert_eq!(
        problem(json!({"every": "day", "at": "07:00"})).await,
        "zone"
    );
    assert_eq!(
        problem(json!({"every": "day", "at": "07:00", "zone": "Mars/Base"})).await,
        "zone"
    );
    assert_eq!(
        problem(json!({"every": "week", "at": "07:00", "zone": "UTC"})).await,
        "days"
    );
    let month = json!({"every": "month", "day_of_month": 32, "at": "07:00", "zone": "UTC"});
    assert_eq!(problem(month).await, "day_of_month");
    let elsewhere = format!("/subscribers/{}/subscriptions/evening/pause", ada.id);
    app.api(Method::POST, &elsewhere).send().await.expect(404);
}
