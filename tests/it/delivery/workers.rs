//! Several workers, and workers that are lost.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use tidings::domain::delivery::Delivery;
use tidings::domain::id::WorkerId;
use tidings::usecases::delivery as queue;

use super::{SECOND, delivery, edition_status, freeze};
use crate::support::TestApp;

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// What a worker of another process holds.
pub(super) struct Stranger {
    worker: WorkerId,
    batch: Vec<Delivery>,
}

/// Claims what is due for a worker of another process.
pub(super) async fn claim(app: &TestApp) -> Stranger {
    let (now, config) = (app.now(), app.app.config.clone());
    let worker = WorkerId::new(now);
    let batch = app
        .run(move |conn| queue::claim(conn, now, &config.delivery, worker))
        .await;
    Stranger { worker, batch }
}

/// Has the other worker take the last look at each of its mails; returns how many it may send.
pub(super) async fn begin(app: &TestApp, stranger: &Stranger) -> usize {
    let mut begun = 0;
    for row in &stranger.batch {
        let (now, config) = (app.now(), app.app.config.clone());
        let (worker, id) = (stranger.worker, row.id);
        let may_send = app
            .run(move |conn| queue::begin(conn, now, &config.delivery, &config.smtp, worker, id))
            .await;
        begun += usize::from(may_send);
    }
    begun
}

/// How long a claim lasts, and how long a conversation may take after it.
fn lease(app: &TestApp) -> SignedDuration {
    app.app.config.delivery.lease()
}

fn conversation(app: &TestApp) -> SignedDuration {
    let smtp = &app.app.config.smtp;
    SignedDuration::try_from(smtp.command_timeout() * 3 + smtp.data_timeout()).unwrap()
}

#[tokio::test]
async fn what_a_lost_worker_claimed_is_taken_over_after_its_lease() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    let stranger = claim(&app).await;
    assert_eq!(stranger.batch.len(), 2);
    app.advance(lease(&app) - SECOND);
    assert_eq!(app.deliver().await, 0);
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 2);
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(app.inbox(BOB).await.len(), 1);
    assert_eq!(begin(&app, &stranger).await, 0, "it came back too late");
    assert_eq!(edition_status(&app).await, "done");
}

#[tokio::test]
async fn a_slow_worker_keeps_its_mails_until_another_takes_them() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    let stranger = claim(&app).await;
    app.advance(lease(&app) * 2);
    assert_eq!(begin(&app, &stranger).await, 2);
    assert_eq!(app.deliver().await, 0, "they are under way");
    let sending = "SELECT 1 FROM deliveries WHERE status = 'sending'";
    assert_eq!(app.count(sending).await, 2);
}

#[tokio::test]
async fn what_a_lost_worker_was_sending_is_sent_once_more() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA]).await;
    let stranger = claim(&app).await;
    assert_eq!(begin(&app, &stranger).await, 1);
    app.advance(lease(&app) + conversation(&app) - SECOND);
    assert_eq!(app.deliver().await, 0, "its conversation may still go on");
    assert_eq!(delivery(&app, ADA).await["status"], "sending");
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 0, "nobody knows whether it arrived");
    assert_eq!(delivery(&app, ADA).await["status"], "unknown");
    app.advance(SECOND * 300);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(delivery(&app, ADA).await["status"], "sent");
    assert_eq!(edition_status(&app).await, "done");
}

#[tokio::test]
async fn two_workers_share_an_edition_without_doubles() {
    let app = TestApp::with()
        .env("TIDINGS__DELIVERY__BATCH_SIZE", "20")
        .start()
        .await;
    let readers: Vec<String> = (0..300).map(|n| format!("r{n}@example.org")).collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    freeze(&app, &readers).await;
    let (one, two) = tokio::join!(app.deliver(), app.deliver());
    assert_eq!(one + two, 300);
    assert!(one > 0 && two > 0, "{one} and {two}");
    let mails = app.outbox.list(None, None, usize::MAX);
    assert_eq!(mails.len(), 300);
    let recipients: BTreeSet<&str> = mails
        .iter()
        .map(|mail| mail.recipients[0].as_str())
        .collect();
    assert_eq!(recipients, readers.into_iter().collect());
    let sent = "SELECT 1 FROM deliveries WHERE status = 'sent' AND attempt_count = 1";
    assert_eq!(app.count(sent).await, 300);
    assert_eq!(edition_status(&app).await, "done");
}
