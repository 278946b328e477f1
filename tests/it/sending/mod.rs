//! The newsroom steers what is sent, over the API and on the command line, while the real worker sends.

mod command;
mod deadlines;
mod orders;
mod switches;
mod unknown;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::smtp_server::{Script, Verdict};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::support::{Answer, TestApp};

const SECOND: SignedDuration = SignedDuration::from_secs(1);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// How many mails go out before the clock has to be turned by a second.
const SHARE: usize = 20;

/// A program that may send [`SHARE`] mails a second by the test's clock, and what tells of each that arrived. So a worker
/// stands still under way, exactly where a test wants it.
async fn throttled() -> (TestApp, Arrivals) {
    let (tell, arrivals) = unbounded_channel();
    let script = Script::default().on_data_end(move |_| {
        tell.send(()).ok();
        Verdict::Accept
    });
    // A twentieth of a rate may go at once.
    let relay = format!("per_second={}", 20 * SHARE);
    let app = TestApp::with().script(script).relay(&relay).start().await;
    (app, Arrivals(arrivals))
}

struct Arrivals(UnboundedReceiver<()>);

impl Arrivals {
    /// Waits for so many more mails.
    async fn wait(&mut self, count: usize) {
        for _ in 0..count {
            self.0.recv().await.unwrap();
        }
    }
}

/// Makes the newsletter "morning" with `count` readers and freezes its first edition; returns its id.
async fn freeze(app: &TestApp, count: usize) -> String {
    app.newsletter("morning").create().await;
    for number in 0..count {
        app.reader(&reader(number), "morning").await;
    }
    app.article("Bridge reopens").create().await;
    app.advance(MINUTE * 30);
    compose(app).await
}

fn reader(number: usize) -> String {
    format!("r{number}@example.org")
}

/// Composes what is due, which is one edition.
async fn compose(app: &TestApp) -> String {
    let composed = app.run_due().await;
    assert_eq!(composed.len(), 1);
    composed[0].edition.as_ref().unwrap().id.to_string()
}

/// Gives an order; `body` is left out when it is null.
async fn order(app: &TestApp, id: &str, verb: &str, body: Value) -> Answer {
    let call = app.api(Method::POST, &format!("/editions/{id}/{verb}"));
    let call = if body.is_null() {
        call
    } else {
        call.json(&body)
    };
    call.send().await
}

async fn switch(app: &TestApp, verb: &str, body: Value) -> Value {
    let call = app.api(Method::POST, &format!("/sending/{verb}"));
    let call = if body.is_null() {
        call
    } else {
        call.json(&body)
    };
    call.send().await.expect(200).record()
}

async fn sending(app: &TestApp) -> Value {
    let answer = app.api(Method::GET, "/sending").send().await;
    answer.expect(200).record()
}

async fn patch(app: &TestApp, id: &str, body: Value) -> Answer {
    let call = app.api(Method::PATCH, &format!("/editions/{id}"));
    call.json(&body).send().await
}

/// How far an edition is. Whatever happens, everybody is counted once.
async fn progress(app: &TestApp, id: &str) -> Value {
    let path = format!("/editions/{id}/progress");
    let progress = app
        .api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record();
    let parts = [
        "sent", "waiting", "sending", "retrying", "failed", "dropped",
    ];
    let sum: i64 = parts
        .iter()
        .map(|part| progress[*part].as_i64().unwrap())
        .sum();
    assert_eq!(progress["recipients"], sum, "{progress}");
    progress
}

/// Everybody has the edition, and nobody has it twice.
fn everybody_has_it_once(app: &TestApp, count: usize) {
    let mails = app.outbox.list(None, None, usize::MAX);
    let recipients: BTreeSet<String> = mails
        .iter()
        .map(|mail| mail.recipients[0].clone())
        .collect();
    assert_eq!((mails.len(), recipients.len()), (count, count));
}

/// These parts of an answer.
fn parts(answer: &Value, names: &[&str]) -> Value {
    let picked = names
        .iter()
        .map(|name| ((*name).to_owned(), answer[*name].clone()));
    Value::Object(picked.collect())
}

#[tokio::test]
async fn progress_counts_everybody_once_at_every_moment() {
    let (app, mut arrivals) = throttled().await;
    let id = freeze(&app, 2 * SHARE).await;
    let before = progress(&app, &id).await;
    assert_eq!(
        parts(
            &before,
            &[
                "status",
                "waiting",
                "sent",
                "rate_per_second",
                "eta",
                "is_closed"
            ]
        ),
        json!({"status": "delivering", "waiting": 40, "sent": 0, "rate_per_second": null, "eta": null,
               "is_closed": false})
    );
    let (begun, under_way) = tokio::join!(app.deliver(), async {
        arrivals.wait(SHARE).await;
        let under_way = progress(&app, &id).await;
        app.advance(SECOND);
        under_way
    });
    assert_eq!(begun, 2 * SHARE);
    assert_eq!(under_way["waiting"], 20);
    assert_eq!(
        under_way["sent"].as_i64().unwrap() + under_way["sending"].as_i64().unwrap(),
        20
    );
    let after = progress(&app, &id).await;
    assert_eq!(
        parts(
            &after,
            &[
                "status",
                "waiting",
                "sent",
                "is_closed",
                "is_late",
                "started_at"
            ]
        ),
        json!({"status": "done", "waiting": 0, "sent": 40, "is_closed": true, "is_late": false,
               "started_at": "2026-01-05T06:00:00Z"})
    );
}
