//! Lost replies when the operator wants to decide.

use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::smtp_server::{Script, Verdict};

use super::{DAY, freeze, order, parts, patch, progress, reader};
use crate::support::{Changing, TestApp};

/// An edition to two readers, of whom one's reply was lost; copies wait for the operator.
async fn with_a_lost_reply() -> (TestApp, Changing, String) {
    let peer = Changing::says(Verdict::AcceptThenDrop);
    let at_end = peer.clone();
    let script = Script::default().on_data_end(move |recipients| {
        if recipients[0] == reader(1) {
            at_end.verdict()
        } else {
            Verdict::Accept
        }
    });
    let app = TestApp::with().script(script).start().await;
    let id = freeze(&app, 2).await;
    let planned = patch(&app, &id, json!({"unknown_policy": "hold"})).await;
    assert_eq!(planned.expect(200).record()["unknown_policy"], "hold");
    app.deliver().await;
    peer.now_says(Verdict::Accept);
    app.advance(DAY);
    assert_eq!(app.deliver().await, 0, "no copy goes by itself");
    assert_eq!(app.inbox(&reader(1)).await.len(), 1);
    let path = format!("/editions/{id}/deliveries?status=unknown");
    let listed = app
        .api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
    assert_eq!(listed["items"][0]["retry_at"], Value::Null);
    let done = progress(&app, &id).await;
    assert_eq!(
        parts(&done, &["status", "sent", "failed"]),
        json!({"status": "done", "sent": 1, "failed": 1})
    );
    (app, peer, id)
}

#[tokio::test]
async fn the_operator_has_it_sent_once_more() {
    let (app, _peer, id) = with_a_lost_reply().await;
    let plain = order(&app, &id, "resend", Value::Null)
        .await
        .expect(200)
        .record();
    assert_eq!(plain["moved"], 0, "only when it is asked for");
    let again = order(&app, &id, "resend", json!({"unknown": true})).await;
    assert_eq!(again.expect(200).record()["moved"], 1);
    assert_eq!(app.deliver().await, 1);
    let mails = app.inbox(&reader(1)).await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].raw, mails[1].raw);
    assert_eq!(progress(&app, &id).await["sent"], 2);
}

#[tokio::test]
async fn the_operator_counts_it_as_sent() {
    let (app, _peer, id) = with_a_lost_reply().await;
    for moved in [1, 0] {
        let settled = order(&app, &id, "settle-unknown", Value::Null).await;
        let settled = settled.expect(200).record();
        assert_eq!(
            parts(&settled, &["status", "moved"]),
            json!({"status": "done", "moved": moved})
        );
    }
    assert_eq!(progress(&app, &id).await["sent"], 2);
    app.advance(DAY);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(app.inbox(&reader(1)).await.len(), 1);
}
