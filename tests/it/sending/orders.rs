//! Orders about one edition.

use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::smtp_server::{Script, Verdict};

use super::{
    DAY, MINUTE, SECOND, SHARE, everybody_has_it_once, freeze, order, parts, patch, progress,
    reader, throttled,
};
use crate::support::TestApp;

#[tokio::test]
async fn a_pause_under_way_begins_no_mail_more_and_after_it_everybody_gets_theirs_once() {
    let (app, mut arrivals) = throttled().await;
    let id = freeze(&app, 2 * SHARE).await;
    let why = json!({"reason": "the lead story is wrong"});
    let (begun, paused) = tokio::join!(app.deliver(), async {
        arrivals.wait(SHARE).await;
        let paused = order(&app, &id, "pause", why).await.expect(200).record();
        // Now the mail server would take more.
        app.advance(SECOND);
        paused
    });
    assert_eq!(begun, SHARE);
    assert_eq!(
        parts(&paused, &["status", "reason", "moved"]),
        json!({"status": "paused", "reason": "the lead story is wrong", "moved": 0})
    );
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 0);
    everybody_has_it_once(&app, SHARE);
    let still = progress(&app, &id).await;
    assert_eq!(
        parts(&still, &["sent", "waiting", "eta", "is_closed"]),
        json!({"sent": 20, "waiting": 20, "eta": null, "is_closed": false})
    );

    let resumed = order(&app, &id, "resume", Value::Null)
        .await
        .expect(200)
        .record();
    assert_eq!(
        parts(&resumed, &["status", "reason"]),
        json!({"status": "delivering", "reason": null})
    );
    assert_eq!(app.deliver().await, SHARE);
    everybody_has_it_once(&app, 2 * SHARE);
    assert_eq!(progress(&app, &id).await["status"], "done");
}

#[tokio::test]
async fn a_stop_under_way_cancels_the_others_and_closes_the_edition() {
    let (app, mut arrivals) = throttled().await;
    let id = freeze(&app, 2 * SHARE).await;
    let (begun, stopped) = tokio::join!(app.deliver(), async {
        arrivals.wait(SHARE).await;
        let stopped = order(&app, &id, "stop", Value::Null)
            .await
            .expect(200)
            .record();
        app.advance(SECOND);
        stopped
    });
    assert_eq!((begun, &stopped["status"]), (SHARE, &json!("stopped")));
    let closed = progress(&app, &id).await;
    assert_eq!(
        parts(
            &closed,
            &["status", "sent", "waiting", "dropped", "is_closed"]
        ),
        json!({"status": "stopped", "sent": 20, "waiting": 0, "dropped": 20, "is_closed": true})
    );
    assert!(closed["completed_at"].is_string());
    for verb in ["resume", "pause", "release", "resend"] {
        let refused = order(&app, &id, verb, Value::Null).await.problem(409);
        assert_eq!(refused.code, "wrong_status");
        assert!(
            refused.detail.contains("make a new edition"),
            "{}",
            refused.detail
        );
    }
    app.advance(DAY);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(app.count("SELECT 1 FROM delivery_claims").await, 0);
}

#[tokio::test]
async fn what_is_held_before_it_begins_waits_for_its_release_however_long() {
    let app = TestApp::start().await;
    let id = freeze(&app, 3).await;
    for _ in 0..2 {
        let held = order(&app, &id, "hold", Value::Null)
            .await
            .expect(200)
            .record();
        assert_eq!(held["status"], "held");
    }
    assert_eq!(app.deliver().await, 0);
    let refused = order(&app, &id, "resume", Value::Null).await.problem(409);
    assert!(
        refused.detail.contains("`release` begins it"),
        "{}",
        refused.detail
    );
    // Longer than a mail is tried: the time begins anew.
    app.advance(DAY * 3);
    assert_eq!(app.deliver().await, 0);
    for _ in 0..2 {
        order(&app, &id, "release", Value::Null).await.expect(200);
    }
    assert_eq!(app.deliver().await, 3);
    everybody_has_it_once(&app, 3);
    let refused = order(&app, &id, "hold", Value::Null).await.problem(409);
    assert_eq!(refused.code, "wrong_status");
}

#[tokio::test]
async fn what_has_begun_can_be_paused_and_not_held() {
    let (app, mut arrivals) = throttled().await;
    let id = freeze(&app, 2 * SHARE).await;
    let (_, (held, planned)) = tokio::join!(app.deliver(), async {
        arrivals.wait(SHARE).await;
        let held = order(&app, &id, "hold", Value::Null).await;
        let later = json!({"not_before": "2026-01-05T09:00:00Z"});
        let planned = patch(&app, &id, later).await;
        app.advance(SECOND);
        (held, planned)
    });
    for refused in [held, planned] {
        let refused = refused.problem(409);
        assert_eq!(refused.code, "begun");
        assert!(refused.detail.contains("`pause`"), "{}", refused.detail);
    }
    everybody_has_it_once(&app, 2 * SHARE);
}

#[tokio::test]
async fn an_order_may_be_given_twice_and_the_first_reason_stays() {
    let app = TestApp::start().await;
    let id = freeze(&app, 1).await;
    let first = order(&app, &id, "pause", json!({"reason": "first"})).await;
    let first = first.expect(200).record();
    let second = order(&app, &id, "pause", json!({"reason": "second"})).await;
    assert_eq!(second.expect(200).record(), first);
    assert_eq!(first["reason"], "first");
    for _ in 0..2 {
        let stopped = order(&app, &id, "stop", Value::Null)
            .await
            .expect(200)
            .record();
        assert_eq!(stopped["status"], "stopped");
    }
}

#[tokio::test]
async fn a_resend_goes_to_those_whose_mail_failed_and_to_nobody_else() {
    let peer = crate::support::Changing::says(Verdict::reply(552, "5.2.2 Mailbox full"));
    let at_rcpt = peer.clone();
    let script = Script::default().on_rcpt(move |address| {
        if address.starts_with("r1@") || address.starts_with("r2@") {
            at_rcpt.verdict()
        } else {
            Verdict::Accept
        }
    });
    let app = TestApp::with().script(script).start().await;
    let id = freeze(&app, 4).await;
    assert_eq!(app.deliver().await, 4);
    let done = progress(&app, &id).await;
    assert_eq!(
        parts(&done, &["status", "sent", "failed"]),
        json!({"status": "done", "sent": 2, "failed": 2})
    );
    // One of them leaves meanwhile: nobody writes to them again.
    app.execute(
        "UPDATE subscriptions SET status = 'paused' WHERE subscriber_id = \
         (SELECT id FROM subscribers WHERE address = 'r2@example.org')",
    )
    .await;
    app.advance(DAY * 2);
    peer.now_says(Verdict::Accept);
    let again = order(&app, &id, "resend", Value::Null)
        .await
        .expect(200)
        .record();
    assert_eq!(
        parts(&again, &["status", "moved", "completed_at"]),
        json!({"status": "delivering", "moved": 1, "completed_at": null})
    );
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox(&reader(1)).await.len(), 1);
    assert!(app.inbox(&reader(2)).await.is_empty());
    let done = progress(&app, &id).await;
    assert_eq!(
        parts(&done, &["status", "sent", "failed"]),
        json!({"status": "done", "sent": 3, "failed": 1})
    );
    // Nothing is left to send, so nothing changes.
    let nothing = order(&app, &id, "resend", Value::Null)
        .await
        .expect(200)
        .record();
    assert_eq!(
        parts(&nothing, &["status", "moved", "completed_at"]),
        json!({"status": "done", "moved": 0, "completed_at": done["completed_at"]})
    );
}

#[tokio::test]
async fn orders_to_nothing_and_to_what_was_skipped_are_refused() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.advance(MINUTE * 30);
    let skipped = super::compose(&app).await;
    let nothing = "019b8c7e-7ab0-7000-8000-000000000001";
    for verb in [
        "pause",
        "resume",
        "hold",
        "release",
        "stop",
        "resend",
        "settle-unknown",
    ] {
        let unknown = order(&app, nothing, verb, Value::Null).await.problem(404);
        assert_eq!(unknown.code, "unknown_edition");
        let refused = order(&app, &skipped, verb, Value::Null).await.problem(409);
        assert_eq!(refused.code, "wrong_status", "{verb}");
    }
    for (id, status, code) in [
        (nothing, 404, "unknown_edition"),
        (&skipped, 409, "skipped"),
    ] {
        let path = format!("/editions/{id}/progress");
        let answer = app.api(Method::GET, &path).send().await;
        assert_eq!(answer.problem(status).code, code);
    }
    let long = json!({"reason": "x".repeat(301)});
    let refused = order(&app, &skipped, "pause", long).await.problem(422);
    assert_eq!(refused.fields, ["reason"]);
}
