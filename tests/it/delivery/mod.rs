//! The way of queued mails to the mail peer.

mod lost_replies;
mod refusals;
mod sharing;
mod stopped;
mod stopping;
mod workers;

use jiff::SignedDuration;
use serde_json::Value;
use tidings::mail::smtp_server::Verdict;

use crate::support::{Changing as Peer, TestApp};

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Makes the newsletter "morning" with these readers and freezes its first edition.
async fn freeze(app: &TestApp, readers: &[&str]) {
    app.newsletter("morning").create().await;
    for address in readers {
        app.reader(address, "morning").await;
    }
    app.article("Bridge reopens").create().await;
    app.advance(MINUTE * 30);
    assert_eq!(app.run_due().await.len(), 1);
}

/// Freezes the edition of the next day and returns how many readers it is for.
async fn freeze_next(app: &TestApp) -> i32 {
    app.article("Ferry late").create().await;
    app.advance(DAY);
    app.run_due().await;
    let readers = app
        .rows(
            "SELECT sum(recipient_count)::int AS readers FROM editions WHERE slot = (SELECT max(slot) FROM editions)",
        )
        .await;
    i32::try_from(readers[0]["readers"].as_i64().unwrap()).unwrap()
}

/// The newest delivery to a reader.
async fn delivery(app: &TestApp, address: &str) -> Value {
    app.rows(&format!(
        "SELECT d.status, d.attempt_count, d.unknown_count, d.reply_code, d.reply_text, d.settled_at, \
                extract(epoch FROM d.retry_at - '{now}')::int AS due_in_seconds \
           FROM edition_deliveries d JOIN editions e ON e.id = d.edition_id \
           JOIN subscriptions s ON s.id = d.subscription_id JOIN subscribers p ON p.id = s.subscriber_id \
          WHERE p.address = '{address}' ORDER BY e.created_at DESC LIMIT 1",
        now = app.now()
    ))
    .await
    .remove(0)
}

/// What came of all tries, in their order; of those that were accepted the ledger itself is the evidence.
async fn outcomes(app: &TestApp) -> Vec<String> {
    let rows = app
        .rows(
            "SELECT outcome, phase FROM ( \
                 SELECT outcome, phase, finished_at, number FROM edition_attempts UNION ALL \
                 SELECT 'accepted', 'message', settled_at, 1000 FROM edition_deliveries WHERE status = 'sent') all_of_them \
              ORDER BY finished_at, number",
        )
        .await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| format!("{} at {}", text(&row["outcome"]), text(&row["phase"])))
        .collect()
}

/// The status of the only edition.
async fn edition_status(app: &TestApp) -> String {
    let rows = app.rows("SELECT status FROM editions").await;
    assert_eq!(rows.len(), 1);
    rows[0]["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_confirmation_does_not_wait_behind_an_edition() {
    let app = TestApp::with()
        .env("TIDINGS__DELIVERY__CONNECTIONS", "1")
        .start()
        .await;
    let readers: Vec<String> = (0..20).map(|n| format!("r{n}@example.org")).collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    freeze(&app, &readers).await;
    app.advance(MINUTE);
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    assert_eq!(app.deliver().await, 21);
    assert_eq!(app.inbox("ada@example.org").await[0].id, 1);
}

#[tokio::test]
async fn an_edition_is_done_when_its_last_mail_is_settled() {
    let peer = Peer::says(Verdict::reply(450, "4.2.0 Greylisted"));
    let slow = peer.clone();
    let app = TestApp::with()
        .script(
            tidings::mail::smtp_server::Script::default().on_rcpt(move |address| {
                if address == "bob@example.org" {
                    slow.verdict()
                } else {
                    Verdict::Accept
                }
            }),
        )
        .start()
        .await;
    freeze(&app, &["ada@example.org", "bob@example.org"]).await;
    assert_eq!(edition_status(&app).await, "delivering");
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    assert_eq!(edition_status(&app).await, "delivering");
    peer.now_says(Verdict::Accept);
    app.advance(MINUTE);
    app.deliver().await;
    assert_eq!(app.inbox("bob@example.org").await.len(), 1);
    let closed = "SELECT 1 FROM editions WHERE status = 'done' AND completed_at = ";
    assert_eq!(app.count(&format!("{closed}'{}'", app.now())).await, 1);
}
