//! Mails that were under way when their edition was stopped: whatever a worker writes of them later, none waits for ever.

use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::smtp_reply::SmtpReply;
use tidings::mail::smtp_session::{Phase, SendOutcome};
use tidings::usecases::delivery::End;

use super::workers::{begin, claim, settle};
use super::{DAY, MINUTE, edition_status, freeze};
use crate::support::TestApp;

const READERS: [&str; 4] = [
    "ada@example.org",
    "bob@example.org",
    "cleo@example.org",
    "dora@example.org",
];

async fn progress(app: &TestApp, id: &str) -> Value {
    let path = format!("/editions/{id}/progress");
    app.api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record()
}

async fn stop(app: &TestApp, id: &str) -> Value {
    let path = format!("/editions/{id}/stop");
    app.api(Method::POST, &path)
        .send()
        .await
        .expect(200)
        .record()
}

async fn edition(app: &TestApp) -> String {
    let rows = app.rows("SELECT id FROM editions").await;
    rows[0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_a_worker_writes_after_the_stop_is_final() {
    let app = TestApp::start().await;
    freeze(&app, &READERS).await;
    let id = edition(&app).await;
    let stranger = claim(&app).await;
    assert_eq!(begin(&app, &stranger).await, 4);
    let stopped = stop(&app, &id).await;
    assert_eq!(
        (&stopped["status"], &stopped["completed_at"]),
        (&json!("stopped"), &Value::Null)
    );
    app.deliver().await;
    let under_way = progress(&app, &id).await;
    assert_eq!(
        (&under_way["sending"], &under_way["is_closed"]),
        (&json!(4), &json!(false))
    );

    let lost = settle(&app, stranger, |index| match index {
        0 => End::Sent(SendOutcome::Accepted(SmtpReply::new(250, "2.0.0 Ok"))),
        1 => End::Sent(SendOutcome::Deferred(
            Phase::Rcpt,
            SmtpReply::new(450, "4.2.0 Greylisted"),
        )),
        2 => End::Sent(SendOutcome::Unknown(SmtpReply::new(0, "lost"))),
        _ => End::Untouched,
    })
    .await;
    assert_eq!(lost, 0, "it was all its own to write");
    app.deliver().await;
    let rows = app
        .rows("SELECT status, retry_at, claim_id FROM edition_deliveries ORDER BY subscription_id")
        .await;
    let row = |status: &str| json!({"status": status, "retry_at": null, "claim_id": null});
    assert_eq!(
        rows,
        [
            row("sent"),
            row("cancelled"),
            row("unknown"),
            row("cancelled")
        ]
    );
    let closed = progress(&app, &id).await;
    assert_eq!(closed["is_closed"], true);
    assert!(closed["completed_at"].is_string());
    assert_eq!(app.count("SELECT 1 FROM delivery_claims").await, 0);
    app.advance(DAY);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(edition_status(&app).await, "stopped");
}

#[tokio::test]
async fn what_a_lost_worker_was_sending_gets_no_copy_after_the_stop() {
    let app = TestApp::start().await;
    freeze(&app, &READERS).await;
    let id = edition(&app).await;
    let stranger = claim(&app).await;
    assert_eq!(begin(&app, &stranger).await, 4);
    stop(&app, &id).await;
    app.advance(app.app.config.delivery.lease() + app.app.config.smtp.longest_conversation());
    app.deliver().await;
    app.advance(MINUTE);
    assert_eq!(app.deliver().await, 0);
    let closed = progress(&app, &id).await;
    assert_eq!(
        (&closed["failed"], &closed["is_closed"]),
        (&json!(4), &json!(true))
    );
}

#[tokio::test]
async fn what_a_worker_prepared_before_a_correction_never_begins() {
    let app = TestApp::start().await;
    freeze(&app, &READERS).await;
    app.article("Ferry late")
        .external_id("ferry")
        .create()
        .await;
    let stranger = claim(&app).await;
    let article = app.rows("SELECT external_id FROM articles WHERE title = 'Bridge reopens'");
    let wrong = article.await[0]["external_id"].as_str().unwrap().to_owned();
    let path = format!("/articles/{wrong}/corrections");
    let body = json!({"action": "replace", "with": "ferry", "reason": "the wrong story"});
    let call = app.api(Method::POST, &path).json(&body);
    call.send().await.expect(201);
    assert_eq!(begin(&app, &stranger).await, 0);
    assert_eq!(
        settle(&app, stranger, |_| End::Untouched).await,
        4,
        "none was begun"
    );
    assert_eq!(app.deliver().await, 4);
    for reader in READERS {
        let mails = app.inbox(reader).await;
        assert_eq!(mails.len(), 1);
        assert!(mails[0].text().unwrap().contains("Ferry late"));
    }
}
