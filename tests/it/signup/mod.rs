//! Signing up: the same answer for everyone, a mail that fits, evidence of what was agreed to.

mod answers;
mod dialects;
mod evidence;
mod refusals;
mod together;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

/// Longer than the time in which a repeated request causes no second mail.
const LATER: SignedDuration = SignedDuration::from_mins(11);

async fn app_with_newsletters() -> TestApp {
    app_with_settings(&[]).await
}

async fn app_with_settings(environment: &[(&str, &str)]) -> TestApp {
    let builder = environment
        .iter()
        .fold(TestApp::with(), |builder, (name, value)| {
            builder.env(name, value)
        });
    let app = builder.start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.newsletter("central-asia")
        .title("Central Asia briefing")
        .create()
        .await;
    app
}

async fn post_json(app: &TestApp, body: &Value) -> Answer {
    app.call(Method::POST, "/subscribe").json(body).send().await
}

async fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    app.inbox(address)
        .await
        .iter()
        .map(|mail| mail.subject())
        .collect()
}

#[tokio::test]
async fn a_new_reader_confirms_and_is_subscribed() {
    let app = app_with_newsletters().await;
    let answer = app
        .sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    assert_eq!(answer.header("location"), "/subscribe/check-inbox?lang=en");
    assert!(
        app.get(answer.header("location"))
            .await
            .expect(200)
            .text()
            .contains("Check your inbox")
    );
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails.len(), 1);
    let page = app
        .get(&link(&mails[0], "/confirm/"))
        .await
        .expect(200)
        .text();
    assert!(
        page.contains("One click left") && page.contains("Europe this morning"),
        "{page}"
    );
    assert_eq!(
        app.rows("SELECT status FROM subscriptions").await,
        [json!({ "status": "pending" })]
    );
    let page = app.confirm(&mails[0]).await.expect(200).text();
    assert!(page.contains("You are subscribed"), "{page}");
    assert_eq!(
        app.rows("SELECT status FROM subscriptions").await,
        [json!({ "status": "active" })]
    );
    assert_eq!(app.deliver().await, 0);
}

#[tokio::test]
async fn a_second_signup_within_the_cooldown_sends_no_second_mail() {
    let app = app_with_newsletters().await;
    app.sign_up("ada@example.org", &["morning"]).await;
    app.sign_up("Ada@Example.org", &["morning"]).await;
    app.advance(SignedDuration::from_mins(9));
    app.sign_up("ada@example.org", &["morning"]).await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 1);
    app.advance(SignedDuration::from_mins(2));
    app.sign_up("ada@example.org", &["morning"]).await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 2);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 1);
}

#[tokio::test]
async fn the_link_of_the_first_mail_works_after_a_second_one() {
    let app = app_with_newsletters().await;
    app.sign_up("ada@example.org", &["morning"]).await;
    app.advance(LATER);
    app.sign_up("ada@example.org", &["morning"]).await;
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_ne!(link(&mails[0], "/confirm/"), link(&mails[1], "/confirm/"));
    assert!(
        app.confirm(&mails[0])
            .await
            .expect(200)
            .text()
            .contains("You are subscribed")
    );
    assert!(
        app.confirm(&mails[1])
            .await
            .expect(200)
            .text()
            .contains("You already get Europe this morning")
    );
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        1
    );
}

#[tokio::test]
async fn nobody_can_flood_a_mailbox_through_us() {
    let app = app_with_newsletters().await;
    for number in 0..6 {
        // By turns, so that the newsletters cannot be counted apart.
        let newsletter = if number % 2 == 0 {
            "morning"
        } else {
            "central-asia"
        };
        app.sign_up("ada@example.org", &[newsletter])
            .await
            .expect(303);
        app.advance(LATER);
    }
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 3);
    app.advance(SignedDuration::from_hours(24));
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 4);
}

#[tokio::test]
async fn a_confirmed_reader_is_told_at_most_once_a_day() {
    let app = app_with_newsletters().await;
    app.reader("ada@example.org", "morning").await;
    for hours in [0, 1, 22, 2] {
        app.advance(SignedDuration::from_hours(hours));
        app.sign_up("ada@example.org", &["morning"])
            .await
            .expect(303);
        app.deliver().await;
    }
    assert_eq!(
        subjects(&app, "ada@example.org").await,
        ["You already get Europe this morning"; 2]
    );
    assert_eq!(
        app.rows("SELECT status FROM subscriptions").await,
        [json!({ "status": "active" })]
    );
}

#[tokio::test]
async fn a_reader_of_one_newsletter_is_asked_about_the_other_only() {
    let app = app_with_newsletters().await;
    app.reader("ada@example.org", "morning").await;
    app.sign_up("ada@example.org", &["morning", "central-asia"])
        .await
        .expect(303);
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails[0].subject(), "Please confirm: Central Asia briefing");
    let text = format!("{} {}", mails[0].text().unwrap(), mails[0].html().unwrap());
    assert!(!text.contains("Europe this morning"), "{text}");
    app.confirm(&mails[0]).await.expect(200);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        2
    );
}

#[tokio::test]
async fn two_newsletters_are_confirmed_with_one_mail() {
    let app = app_with_newsletters().await;
    app.sign_up("ada@example.org", &["morning", "central-asia", "morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(
        subjects(&app, "ada@example.org").await,
        ["Please confirm: Europe this morning and 1 more"]
    );
    app.confirm(&mails[0]).await.expect(200);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        2
    );
}
