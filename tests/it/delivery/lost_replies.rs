//! Connections that end in the middle: before the message is handed over nothing was sent; after it nobody knows.

use tidings::mail::smtp_server::{Script, Verdict};

use super::{DAY, MINUTE, Peer, SECOND, delivery, edition_status, freeze, outcomes};
use crate::support::TestApp;

const ADA: &str = "ada@example.org";

/// How long after a lost reply a mail is sent once more, in seconds: the default of the setting.
const UNKNOWN_RETRY: i32 = 300;

async fn with_peer_at_data_end(peer: &Peer) -> TestApp {
    let peer = peer.clone();
    TestApp::with()
        .script(Script::default().on_data_end(move |_| peer.verdict()))
        .start()
        .await
}

#[tokio::test]
async fn a_connection_lost_before_the_message_is_no_attempt() {
    let peer = Peer::says(Verdict::Drop);
    let at_rcpt = peer.clone();
    let app = TestApp::with()
        .script(Script::default().on_rcpt(move |_| at_rcpt.verdict()))
        .start()
        .await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    let row = delivery(&app, ADA).await;
    assert_eq!(row["status"], "deferred");
    assert_eq!(row["attempt_count"], 0);
    assert_eq!(row["due_in_seconds"], 30);
    assert_eq!(outcomes(&app).await, ["not_sent at rcpt"]);
    peer.now_says(Verdict::Accept);
    app.advance(SECOND * 30);
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "sent");
    assert_eq!(app.inbox(ADA).await.len(), 1);
}

#[tokio::test]
async fn after_a_lost_reply_one_identical_copy_follows_and_no_third() {
    let peer = Peer::says(Verdict::AcceptThenDrop);
    let app = with_peer_at_data_end(&peer).await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    let row = delivery(&app, ADA).await;
    assert_eq!(row["status"], "unknown");
    assert_eq!(row["unknown_count"], 1);
    assert_eq!(edition_status(&app).await, "delivering");
    app.advance(SECOND * (UNKNOWN_RETRY - 1));
    assert_eq!(app.deliver().await, 0, "a second too early");
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 1);
    let row = delivery(&app, ADA).await;
    assert_eq!(row["status"], "unknown");
    assert_eq!(row["unknown_count"], 2);
    assert_eq!(edition_status(&app).await, "done");
    peer.now_says(Verdict::Accept);
    for _ in 0..48 {
        app.advance(MINUTE * 30);
        assert_eq!(app.deliver().await, 0);
    }
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[0].header("Message-ID").is_some());
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    assert_eq!(mails[0].raw, mails[1].raw);
}

#[tokio::test]
async fn a_copy_that_is_accepted_settles_the_mail() {
    let peer = Peer::says(Verdict::AcceptThenDrop);
    let app = with_peer_at_data_end(&peer).await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    peer.now_says(Verdict::Accept);
    app.advance(SECOND * UNKNOWN_RETRY);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(delivery(&app, ADA).await["status"], "sent");
    assert_eq!(edition_status(&app).await, "done");
    app.advance(DAY);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(app.inbox(ADA).await.len(), 2);
    assert_eq!(
        outcomes(&app).await,
        ["unknown at message", "accepted at message"]
    );
}

#[tokio::test]
async fn after_a_lost_reply_no_copy_goes_to_a_reader_who_left() {
    let peer = Peer::says(Verdict::AcceptThenDrop);
    let app = with_peer_at_data_end(&peer).await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    let mail = app.inbox(ADA).await[0].clone();
    let link = crate::support::link(&mail, "/unsubscribe/");
    app.post(&link, &[]).await.expect(200);
    peer.now_says(Verdict::Accept);
    app.advance(SECOND * UNKNOWN_RETRY);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(edition_status(&app).await, "done");
}

#[tokio::test]
async fn a_mail_stays_the_same_over_deferrals() {
    let peer = Peer::says(Verdict::AcceptThenDrop);
    let app = with_peer_at_data_end(&peer).await;
    freeze(&app, &[ADA]).await;
    app.deliver().await;
    peer.now_says(Verdict::reply(451, "4.3.0 Try again"));
    app.advance(SECOND * UNKNOWN_RETRY);
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "deferred");
    // What an edition holds was frozen: neither an edit nor a new name of the newsletter changes a retry.
    app.article("Another headline")
        .external_id("eb-1")
        .create()
        .await;
    peer.now_says(Verdict::Accept);
    app.advance(MINUTE * 5);
    app.deliver().await;
    assert_eq!(delivery(&app, ADA).await["status"], "sent");
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].raw, mails[1].raw);
}
