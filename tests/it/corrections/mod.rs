//! An article is taken out of editions under way, or replaced in them, and exactly those readers are told who were sent it.

mod command;
mod notices;
mod under_way;

use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::captured::CapturedMail;

use crate::support::{Answer, TestApp};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

async fn correct(app: &TestApp, article: &str, body: Value) -> Answer {
    let path = format!("/articles/{article}/corrections");
    app.api(Method::POST, &path).json(&body).send().await
}

async fn retract(app: &TestApp, article: &str) -> Value {
    let body = json!({"action": "retract", "reason": "the source was wrong"});
    correct(app, article, body).await.expect(201).record()
}

async fn notify(app: &TestApp, correction: &Value, body: Value) -> Answer {
    let id = correction["id"].as_str().unwrap();
    let path = format!("/corrections/{id}/notice");
    app.api(Method::POST, &path).json(&body).send().await
}

async fn show(app: &TestApp, correction: &Value) -> Value {
    let id = correction["id"].as_str().unwrap();
    let path = format!("/corrections/{id}");
    app.api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record()
}

/// Articles with these titles; the id of each is its title in lower case.
async fn articles(app: &TestApp, titles: &[&str]) {
    for title in titles {
        let id = title.to_lowercase();
        app.article(title).external_id(&id).create().await;
    }
}

/// Composes what is due, which is one edition; returns its id.
async fn compose(app: &TestApp) -> String {
    let composed = app.run_due().await;
    assert_eq!(composed.len(), 1);
    composed[0].edition.as_ref().unwrap().id.to_string()
}

/// "morning" with Ada and Bob, these articles, and its first edition, of which nothing was sent.
async fn frozen(app: &TestApp, titles: &[&str]) -> String {
    app.newsletter("morning").create().await;
    app.reader(ADA, "morning").await;
    app.reader(BOB, "morning").await;
    articles(app, titles).await;
    app.advance(MINUTE * 30);
    compose(app).await
}

/// Sends the edition to one of the two readers only, whichever comes first; returns who had it, and who waits.
async fn send_to_one(app: &TestApp) -> (&'static str, &'static str) {
    let waiting = "SELECT subscription_id FROM edition_deliveries ORDER BY subscription_id";
    let rows = app.rows(waiting).await;
    let last = rows[1]["subscription_id"].as_str().unwrap();
    app.execute(&format!(
        "UPDATE edition_deliveries SET status = 'deferred', retry_at = '{}' WHERE subscription_id = '{last}'",
        app.now() + MINUTE
    ))
    .await;
    assert_eq!(app.deliver().await, 1);
    let ada_had_it = !app.inbox(ADA).await.is_empty();
    if ada_had_it { (ADA, BOB) } else { (BOB, ADA) }
}

fn holds(mail: &CapturedMail, title: &str) -> bool {
    let in_text = mail.text().unwrap().contains(title);
    assert_eq!(in_text, mail.html().unwrap().contains(title), "{title}");
    in_text
}

async fn last_mail(app: &TestApp, address: &str) -> Arc<CapturedMail> {
    app.inbox(address).await.pop().unwrap()
}

async fn edition(app: &TestApp, id: &str) -> Value {
    let path = format!("/editions/{id}");
    app.api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record()
}
