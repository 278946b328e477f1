//! The switches for all editions.

use serde_json::{Value, json};

use super::{
    DAY, MINUTE, SECOND, SHARE, compose, everybody_has_it_once, freeze, order, parts, progress,
    sending, switch, throttled,
};
use crate::support::TestApp;

#[tokio::test]
async fn a_pause_of_everything_lets_confirmations_through() {
    let (app, mut arrivals) = throttled().await;
    let id = freeze(&app, 2 * SHARE).await;
    let (begun, ()) = tokio::join!(app.deliver(), async {
        arrivals.wait(SHARE).await;
        let why = json!({"reason": "the mail server is moved"});
        let paused = switch(&app, "pause", why).await;
        assert_eq!(
            parts(&paused, &["is_paused", "holds_new", "reason"]),
            json!({"is_paused": true, "holds_new": false, "reason": "the mail server is moved"})
        );
        app.advance(SECOND);
    });
    assert_eq!(begun, SHARE);
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.advance(MINUTE);
    let status = sending(&app).await;
    assert_eq!(status["singles_late_seconds"], 60);
    let open = &status["editions"][0];
    assert_eq!(
        parts(open, &["edition", "status", "sent", "waiting", "eta"]),
        json!({"edition": id, "status": "delivering", "sent": 20, "waiting": 20, "eta": null})
    );
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    let status = sending(&app).await;
    assert_eq!(status["singles_late_seconds"], 0);
    let relay = &status["relays"][0];
    assert_eq!(relay["relay"], app.smtp.address().to_string());
    assert_eq!(relay["is_available"], true);

    let resumed = switch(&app, "resume", Value::Null).await;
    assert_eq!(
        parts(&resumed, &["is_paused", "reason"]),
        json!({"is_paused": false, "reason": null})
    );
    app.advance(MINUTE);
    assert_eq!(app.deliver().await, SHARE);
    everybody_has_it_once(&app, 2 * SHARE + 1);
    assert_eq!(sending(&app).await["editions"], json!([]));
}

#[tokio::test]
async fn what_waited_for_all_to_be_resumed_is_not_given_up() {
    let app = TestApp::start().await;
    let id = freeze(&app, 2).await;
    switch(&app, "pause", Value::Null).await;
    app.advance(DAY * 2);
    assert_eq!(app.deliver().await, 0);
    switch(&app, "resume", Value::Null).await;
    assert_eq!(app.deliver().await, 2);
    assert_eq!(progress(&app, &id).await["sent"], 2);
}

#[tokio::test]
async fn new_editions_wait_until_each_is_released() {
    let app = TestApp::start().await;
    let first = freeze(&app, 2).await;
    let held = switch(&app, "hold", json!({"reason": "somebody looks at each"})).await;
    assert_eq!(held["holds_new"], true);
    assert_eq!(app.deliver().await, 2, "what was there goes on");
    app.article("Ferry late").create().await;
    app.advance(DAY);
    let second = compose(&app).await;
    assert_eq!(app.deliver().await, 0);
    let waiting = progress(&app, &second).await;
    assert_eq!(waiting["status"], "held");
    assert!(waiting["reason"].is_string());
    switch(&app, "release", Value::Null).await;
    assert_eq!(app.deliver().await, 0, "it is about those to come");
    order(&app, &second, "release", Value::Null)
        .await
        .expect(200);
    assert_eq!(app.deliver().await, 2);
    app.article("Tunnel closes").create().await;
    app.advance(DAY);
    compose(&app).await;
    assert_eq!(app.deliver().await, 2);
    assert_eq!(progress(&app, &first).await["status"], "done");
}

#[tokio::test]
async fn a_switch_turned_twice_keeps_its_reason_and_one_off_leaves_the_other_s() {
    let app = TestApp::start().await;
    let first = switch(&app, "pause", json!({"reason": "first"})).await;
    app.advance(MINUTE);
    assert_eq!(
        switch(&app, "pause", json!({"reason": "second"})).await,
        first
    );
    switch(&app, "hold", Value::Null).await;
    let one = switch(&app, "resume", Value::Null).await;
    assert_eq!(
        parts(&one, &["is_paused", "holds_new", "reason"]),
        json!({"is_paused": false, "holds_new": true, "reason": "first"})
    );
    let none = switch(&app, "release", Value::Null).await;
    assert_eq!(none["reason"], Value::Null);
}
