//! What the peer says, and what becomes of a mail then.

use serde_json::json;
use tidings::mail::smtp_server::{Script, Verdict};

use super::{
    DAY, HOUR, MINUTE, Peer, SECOND, delivery, edition_status, freeze, freeze_next, outcomes,
};
use crate::support::TestApp;

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// A program whose mail peer says this to the recipient Ada.
async fn with_peer_at_rcpt(peer: &Peer) -> TestApp {
    let peer = peer.clone();
    let at_rcpt = move |address: &str| match address {
        ADA => peer.verdict(),
        _ => Verdict::Accept,
    };
    TestApp::with()
        .script(Script::default().on_rcpt(at_rcpt))
        .start()
        .await
}

#[tokio::test]
async fn a_deferred_mail_is_tried_again_with_growing_pauses() {
    let peer = Peer::says(Verdict::reply(450, "4.2.0 Greylisted"));
    let app = with_peer_at_rcpt(&peer).await;
    freeze(&app, &[ADA]).await;
    for (attempt, minutes) in [(1, 1), (2, 5), (3, 15)] {
        assert_eq!(app.deliver().await, 1);
        let row = delivery(&app, ADA).await;
        assert_eq!(row["status"], "deferred");
        assert_eq!(row["attempt_count"], attempt);
        assert_eq!(row["due_in_seconds"], minutes * 60);
        assert_eq!(row["reply_code"], 450);
        app.advance(MINUTE * minutes - SECOND);
        assert_eq!(app.deliver().await, 0, "a second too early");
        app.advance(SECOND);
    }
    peer.now_says(Verdict::Accept);
    assert_eq!(app.deliver().await, 1);
    let row = delivery(&app, ADA).await;
    assert_eq!(row["status"], "sent");
    assert_eq!(row["attempt_count"], 4);
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(
        outcomes(&app).await,
        [
            "deferred at rcpt",
            "deferred at rcpt",
            "deferred at rcpt",
            "accepted at message"
        ]
    );
}

#[tokio::test]
async fn a_mail_that_is_deferred_for_too_long_is_given_up() {
    let peer = Peer::says(Verdict::reply(450, "4.2.0 Greylisted"));
    let app = with_peer_at_rcpt(&peer).await;
    freeze(&app, &[ADA]).await;
    let frozen_at = app.now();
    while delivery(&app, ADA).await["settled_at"].is_null() {
        assert!(app.now().duration_since(frozen_at) <= DAY);
        app.deliver().await;
        app.advance(MINUTE * 30);
    }
    assert_eq!(delivery(&app, ADA).await["status"], "expired");
    assert_eq!(edition_status(&app).await, "done");
    // The peer is well again, but yesterday's news stays where it is.
    peer.now_says(Verdict::Accept);
    app.advance(DAY);
    assert_eq!(app.deliver().await, 0);
    assert!(app.inbox(ADA).await.is_empty());
}

#[tokio::test]
async fn a_mailbox_that_does_not_exist_is_written_to_once() {
    let peer = Peer::says(Verdict::reply(550, "5.1.1 User unknown"));
    let app = with_peer_at_rcpt(&peer).await;
    freeze(&app, &[ADA, BOB]).await;
    assert_eq!(app.deliver().await, 2);
    let row = delivery(&app, ADA).await;
    assert_eq!(row["status"], "bounced");
    assert_eq!(row["reply_code"], 550);
    assert_eq!(row["reply_text"], "5.1.1 User unknown");
    assert_eq!(
        app.rows("SELECT address_key, reason FROM suppressions")
            .await,
        [json!({"address_key": ADA, "reason": "hard_bounce"})]
    );
    assert_eq!(edition_status(&app).await, "done");
    peer.now_says(Verdict::Accept);
    assert_eq!(freeze_next(&app).await, 1);
    app.deliver().await;
    assert!(app.inbox(ADA).await.is_empty());
    assert_eq!(app.inbox(BOB).await.len(), 2);
}

#[tokio::test]
async fn a_policy_refusal_says_nothing_about_the_mailbox() {
    let peer = Peer::says(Verdict::reply(550, "5.7.1 Message refused by policy"));
    let app = with_peer_at_rcpt(&peer).await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "bounced");
    assert_eq!(app.count("SELECT 1 FROM suppressions").await, 0);
    peer.now_says(Verdict::Accept);
    assert_eq!(freeze_next(&app).await, 1);
    app.deliver().await;
    assert_eq!(app.inbox(ADA).await.len(), 1);
}

#[tokio::test]
async fn a_peer_that_is_closed_costs_no_attempt() {
    let peer = Peer::says(Verdict::reply(421, "4.3.2 Service shutting down"));
    let door = peer.clone();
    let app = TestApp::with()
        .script(Script::default().on_connect(move || door.verdict()))
        .start()
        .await;
    freeze(&app, &[ADA, BOB]).await;
    app.deliver().await;
    for address in [ADA, BOB] {
        let row = delivery(&app, address).await;
        assert_eq!(row["status"], "queued");
        assert_eq!(row["attempt_count"], 0);
    }
    assert!(outcomes(&app).await.is_empty(), "nobody was written to");
    assert_eq!(
        app.rows("SELECT is_available, phase, reply_code, reply_text FROM worker_relays")
            .await,
        [json!({
            "is_available": false, "phase": "connect", "reply_code": 421,
            "reply_text": "4.3.2 Service shutting down",
        })],
        "an operator reads why"
    );
    peer.now_says(Verdict::Accept);
    app.advance(SECOND * 30);
    assert_eq!(app.deliver().await, 2);
    for address in [ADA, BOB] {
        assert_eq!(app.inbox(address).await.len(), 1);
        assert_eq!(delivery(&app, address).await["attempt_count"], 1);
    }
}

#[tokio::test]
async fn a_peer_that_closes_at_the_recipient_costs_no_attempt() {
    let peer = Peer::says(Verdict::reply(421, "4.7.0 Too many connections"));
    let app = with_peer_at_rcpt(&peer).await;
    freeze(&app, &[ADA]).await;
    // More often than a mail that counts attempts would have tried at this pace.
    for _ in 0..5 {
        assert_eq!(app.deliver().await, 1);
        let row = delivery(&app, ADA).await;
        assert_eq!(row["status"], "deferred");
        assert_eq!(row["attempt_count"], 0);
        assert_eq!(row["due_in_seconds"], 30);
        app.advance(SECOND * 30);
    }
    peer.now_says(Verdict::Accept);
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "sent");
    assert_eq!(
        outcomes(&app).await[4..],
        ["not_sent at rcpt", "accepted at message"]
    );
}

#[tokio::test]
async fn a_mail_for_a_peer_that_stays_away_expires() {
    let peer = Peer::says(Verdict::Drop);
    let door = peer.clone();
    let app = TestApp::with()
        .script(Script::default().on_connect(move || door.verdict()))
        .start()
        .await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    app.advance(HOUR * 23);
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "queued");
    peer.now_says(Verdict::Accept);
    app.advance(HOUR);
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "expired");
    assert!(app.inbox(ADA).await.is_empty());
    assert_eq!(edition_status(&app).await, "done");
}
