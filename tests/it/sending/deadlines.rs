//! "In inboxes by": when sending begins, and what is said when it cannot be in time.

use reqwest::Method;
use serde_json::{Value, json};
use tidings::worker::tick;

use super::{DAY, MINUTE, SECOND, compose, freeze, order, parts, patch, progress};
use crate::support::TestApp;

/// A newsletter whose first edition went to 600 readers in so many seconds, and that wants to be read by eight.
async fn with_a_rate(seconds: u32) -> TestApp {
    let app = TestApp::start().await;
    freeze(&app, 1).await;
    assert_eq!(app.deliver().await, 1);
    app.execute(&format!(
        "UPDATE editions SET recipient_count = 600, completed_at = \
         (SELECT started_at FROM edition_sends WHERE edition_id = id) + interval '{seconds} seconds'"
    ))
    .await;
    let by_eight = json!({"deliver_by": "08:00"});
    let call = app
        .api(Method::PATCH, "/newsletters/morning")
        .json(&by_eight);
    assert_eq!(
        call.send().await.expect(200).record()["deliver_by"],
        "08:00"
    );
    app
}

/// Composes tomorrow's edition, at 07:00 in Berlin.
async fn tomorrow(app: &TestApp) -> String {
    app.article("Ferry late").create().await;
    app.advance(DAY);
    compose(app).await
}

#[tokio::test]
async fn sending_begins_so_that_the_last_mail_leaves_in_time() {
    // One reader takes ten minutes, and the margin is a minute.
    let app = with_a_rate(360_000).await;
    let id = tomorrow(&app).await;
    let planned = progress(&app, &id).await;
    assert_eq!(
        parts(&planned, &["not_before", "deadline_at", "eta", "is_late"]),
        json!({"not_before": "2026-01-06T06:49:00Z", "deadline_at": "2026-01-06T07:00:00Z",
               "eta": "2026-01-06T06:59:00Z", "is_late": false})
    );
    app.advance(MINUTE * 49 - SECOND);
    assert_eq!(app.deliver().await, 0, "a second too early");
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(tick::alert_late(&app.app).await.unwrap(), 0);
    assert_eq!(progress(&app, &id).await["is_late"], false);
}

#[tokio::test]
async fn what_cannot_be_in_time_begins_at_once_and_is_told_once() {
    // One reader takes two hours.
    let app = with_a_rate(4_320_000).await;
    let id = tomorrow(&app).await;
    let planned = progress(&app, &id).await;
    assert_eq!(
        parts(&planned, &["not_before", "eta", "is_late"]),
        json!({"not_before": "2026-01-06T06:00:00Z", "eta": "2026-01-06T08:00:00Z", "is_late": true})
    );
    assert_eq!(tick::alert_late(&app.app).await.unwrap(), 1);
    assert_eq!(tick::alert_late(&app.app).await.unwrap(), 0);
    // Another deadline is another promise.
    let sooner = json!({"deadline_at": "2026-01-06T06:30:00Z"});
    let answer = patch(&app, &id, sooner).await.expect(200).record();
    assert_eq!(answer["is_late"], true);
    assert_eq!(tick::alert_late(&app.app).await.unwrap(), 1);
    assert_eq!(app.deliver().await, 1);
}

#[tokio::test]
async fn a_pause_that_lasts_too_long_is_told() {
    let app = with_a_rate(360_000).await;
    let id = tomorrow(&app).await;
    order(&app, &id, "pause", Value::Null).await.expect(200);
    app.advance(MINUTE * 50);
    assert_eq!(tick::alert_late(&app.app).await.unwrap(), 0);
    app.advance(MINUTE);
    assert_eq!(tick::alert_late(&app.app).await.unwrap(), 1);
}

#[tokio::test]
async fn without_a_rate_or_made_by_hand_it_begins_at_once() {
    let app = TestApp::start().await;
    app.newsletter("morning").deliver_by("08:00").create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Bridge reopens").create().await;
    app.advance(MINUTE * 30);
    let id = compose(&app).await;
    let planned = progress(&app, &id).await;
    assert_eq!(
        parts(&planned, &["not_before", "deadline_at", "is_late"]),
        json!({"not_before": "2026-01-05T06:00:00Z", "deadline_at": "2026-01-05T07:00:00Z", "is_late": false})
    );
    assert_eq!(app.deliver().await, 1);
    app.article("Ferry late").create().await;
    app.advance(MINUTE);
    let made = app.api(Method::POST, "/newsletters/morning/editions");
    let made = made.send().await.expect(201).record();
    assert_eq!(
        parts(&made, &["not_before", "deadline_at"]),
        json!({"not_before": "2026-01-05T06:01:00Z", "deadline_at": null})
    );
}

#[tokio::test]
async fn an_edition_is_planned_by_hand() {
    let app = TestApp::start().await;
    let id = freeze(&app, 2).await;
    let later =
        json!({"not_before": "2026-01-08T06:00:00Z", "deadline_at": "2026-01-08T07:00:00+01:00"});
    let planned = patch(&app, &id, later).await.expect(200).record();
    assert_eq!(
        parts(&planned, &["not_before", "deadline_at"]),
        json!({"not_before": "2026-01-08T06:00:00Z", "deadline_at": "2026-01-08T06:00:00Z"})
    );
    // Later than mails are tried: the time counts from the start.
    app.advance(DAY * 3 - SECOND);
    assert_eq!(app.deliver().await, 0);
    let none = patch(&app, &id, json!({"deadline_at": null})).await;
    assert_eq!(
        parts(&none.expect(200).record(), &["not_before", "deadline_at"]),
        json!({"not_before": "2026-01-08T06:00:00Z", "deadline_at": null})
    );
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 2);
    let refused = patch(&app, &id, json!({"deadline_at": "2026-01-09T06:00:00Z"})).await;
    assert_eq!(refused.problem(409).code, "wrong_status");
    for wrong in [
        json!({"not_before": "tomorrow"}),
        json!({"not_before": "2026-01-08T06:00:00"}),
        json!({"unknown_policy": "never"}),
        json!({"start": "2026-01-08T06:00:00Z"}),
    ] {
        let refused = patch(&app, &id, wrong).await.problem(422);
        assert_eq!(refused.code, "invalid_fields");
    }
}

#[tokio::test]
async fn a_newsletter_is_wanted_by_a_time_of_day_or_at_once() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let change = async |body: Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning").json(&body);
        call.send().await
    };
    let by = async |body: Value| change(body).await.expect(200).record()["deliver_by"].clone();
    assert_eq!(by(json!({"title": "Morning"})).await, Value::Null);
    assert_eq!(by(json!({"deliver_by": "08:00"})).await, "08:00");
    assert_eq!(by(json!({"title": "Good morning"})).await, "08:00");
    assert_eq!(by(json!({"deliver_by": null})).await, Value::Null);
    for wrong in ["8:00", "24:00", "08:00 CET", ""] {
        let refused = change(json!({"deliver_by": wrong})).await;
        assert_eq!(refused.problem(422).fields, ["deliver_by"], "{wrong}");
    }
}
