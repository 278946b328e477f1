//! What stops a mail that is queued already.

use reqwest::Method;
use serde_json::{Value, json};

use super::{SECOND, delivery, edition_status, freeze, freeze_next};
use crate::support::{TestApp, link};

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// The link to leave, from the newest mail to Ada.
async fn unsubscribe_link(app: &TestApp) -> String {
    link(app.inbox(ADA).await.last().unwrap(), "/unsubscribe/")
}

/// Delivers what is queued: Bob gets his second mail, Ada does not.
async fn only_bob_gets_the_second_mail(app: &TestApp, status: &str) {
    assert_eq!(delivery(app, ADA).await["status"], status);
    app.deliver().await;
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(app.inbox(BOB).await.len(), 2);
    let open = "SELECT 1 FROM editions WHERE status <> 'done'";
    assert_eq!(app.count(open).await, 0);
}

#[tokio::test]
async fn leaving_by_link_stops_the_edition_that_is_queued() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    app.deliver().await;
    assert_eq!(freeze_next(&app).await, 2);
    app.post(&unsubscribe_link(&app).await, &[])
        .await
        .expect(200);
    only_bob_gets_the_second_mail(&app, "cancelled").await;
}

#[tokio::test]
async fn leaving_by_the_newsroom_stops_the_edition_that_is_queued() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    app.deliver().await;
    assert_eq!(freeze_next(&app).await, 2);
    let reader: Value = app
        .api(Method::GET, "/subscribers?address=ada@example.org")
        .send()
        .await
        .expect(200)
        .json();
    let id = reader["id"].as_str().unwrap();
    app.api(Method::POST, &format!("/subscribers/{id}/unsubscribe"))
        .json(&json!({"newsletter": "morning"}))
        .send()
        .await
        .expect(200);
    only_bob_gets_the_second_mail(&app, "cancelled").await;
}

#[tokio::test]
async fn a_suppression_stops_the_edition_that_is_queued() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    app.deliver().await;
    assert_eq!(freeze_next(&app).await, 2);
    app.execute(&format!(
        "INSERT INTO suppressions VALUES ('{ADA}', 'complaint', '{}')",
        app.now()
    ))
    .await;
    only_bob_gets_the_second_mail(&app, "suppressed").await;
}

#[tokio::test]
async fn leaving_stops_a_mail_that_a_worker_has_claimed() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    app.deliver().await;
    freeze_next(&app).await;
    let stranger = super::workers::claim(&app).await;
    app.post(&unsubscribe_link(&app).await, &[])
        .await
        .expect(200);
    let begun = super::workers::begin(&app, &stranger).await;
    assert_eq!(begun, 1, "only Bob's mail may begin");
    assert_eq!(delivery(&app, ADA).await["status"], "cancelled");
    assert_eq!(delivery(&app, BOB).await["status"], "sending");
}

#[tokio::test]
async fn pausing_stops_a_mail_and_leaves_the_others() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    app.execute(
        "UPDATE subscriptions SET status = 'paused' WHERE subscriber_id = \
         (SELECT id FROM subscribers WHERE address = 'ada@example.org')",
    )
    .await;
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 1);
    assert!(app.inbox(ADA).await.is_empty());
    assert_eq!(app.inbox(BOB).await.len(), 1);
    assert_eq!(edition_status(&app).await, "done");
}
