//! The link of a confirmation mail.

mod automatic;
mod late;
mod machines;

use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::captured::CapturedMail;

use crate::support::{TestApp, link};

const ADA: &str = "ada@example.org";
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// The program with the newsletter "morning", for which Ada has signed up; returns her confirmation mail.
async fn with_signup() -> (TestApp, Arc<CapturedMail>) {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    let mail = sign_up(&app).await;
    (app, mail)
}

/// Signs Ada up for "morning" and returns the mail that this causes.
async fn sign_up(app: &TestApp) -> Arc<CapturedMail> {
    app.sign_up(ADA, &["morning"]).await.expect(303);
    assert_eq!(app.deliver().await, 1);
    app.inbox(ADA).await.last().unwrap().clone()
}

/// Everything that confirming could change.
async fn state(app: &TestApp) -> (Vec<Value>, Vec<Value>, Vec<Value>, Vec<Value>) {
    (
        app.rows("SELECT * FROM subscriptions ORDER BY id").await,
        app.rows("SELECT * FROM consents ORDER BY id").await,
        app.rows("SELECT * FROM signups ORDER BY id").await,
        app.rows("SELECT * FROM deliveries ORDER BY id").await,
    )
}

/// Where each subscription stands, in the order of the newsletters' slugs.
async fn statuses(app: &TestApp) -> Vec<String> {
    let rows = app
        .rows("SELECT s.status FROM subscriptions s JOIN newsletters n ON n.id = s.newsletter_id ORDER BY n.slug")
        .await;
    rows.iter()
        .map(|row| row["status"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn looking_changes_nothing() {
    let (app, mail) = with_signup().await;
    let link = link(&mail, "/confirm/");
    let before = state(&app).await;
    for _ in 0..3 {
        let page = app.get(&link).await.expect(200);
        assert!(page.text().contains("One click left"));
        assert!(!page.text().contains(ADA), "the page masks the address");
        app.call(Method::HEAD, &link).send().await.expect(200);
    }
    assert_eq!(state(&app).await, before);
    assert_eq!(statuses(&app).await, ["pending"]);
}

#[tokio::test]
async fn the_button_confirms_and_leaves_evidence() {
    let (app, mail) = with_signup().await;
    app.advance(SignedDuration::from_mins(5));
    let page = app.confirm(&mail).await.expect(200);
    assert!(page.text().contains("You are subscribed"));
    assert_eq!(
        app.rows("SELECT status, confirmed_at FROM subscriptions")
            .await,
        [json!({"status": "active", "confirmed_at": "2026-01-05T05:35:00+00:00"})]
    );
    assert_eq!(
        app.rows("SELECT action, source, wording, page_url, recorded_at FROM consents ORDER BY recorded_at")
            .await[1..],
        [json!({
            "action": "confirmed", "source": "confirm_page", "page_url": "/confirm",
            "wording": "One click left | Europe this morning | Yes, subscribe me",
            "recorded_at": "2026-01-05T05:35:00+00:00",
        })]
    );
}

#[tokio::test]
async fn confirming_again_is_fine_and_changes_nothing() {
    let (app, mail) = with_signup().await;
    app.confirm(&mail).await.expect(200);
    let before = state(&app).await;
    app.advance(DAY * 30);
    for answer in [
        app.confirm(&mail).await,
        app.get(&link(&mail, "/confirm/")).await,
    ] {
        let page = answer.expect(200);
        assert!(page.text().contains("You already get Europe this morning"));
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn one_link_confirms_two_newsletters() {
    let app = TestApp::start().await;
    for (slug, title) in [
        ("climate", "Climate now"),
        ("morning", "Europe this morning"),
    ] {
        app.newsletter(slug).title(title).create().await;
    }
    app.sign_up(ADA, &["morning", "climate"]).await.expect(303);
    app.deliver().await;
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 1);
    let page = app.get(&link(&mails[0], "/confirm/")).await.expect(200);
    for title in ["Climate now", "Europe this morning"] {
        assert!(page.text().contains(title), "{title}");
    }
    let page = app.confirm(&mails[0]).await.expect(200);
    for title in ["Climate now", "Europe this morning"] {
        assert!(page.text().contains(title), "{title}");
    }
    assert_eq!(statuses(&app).await, ["active", "active"]);
    let evidence = "SELECT DISTINCT subscription_id FROM consents WHERE action = 'confirmed'";
    assert_eq!(app.count(evidence).await, 2);
}

#[tokio::test]
async fn the_page_says_when_the_next_edition_comes_on_local_clocks() {
    let app = TestApp::start().await;
    app.newsletter("morgen").language("de").create().await;
    // 18:30 in New York is half past midnight of the next day in Berlin.
    app.newsletter("abend")
        .language("de")
        .schedule("30 18 * * *", "America/New_York")
        .create()
        .await;
    for (slug, expected) in [
        ("morgen", "Montag, 5. Januar 2026 um 7 Uhr"),
        ("abend", "Montag, 5. Januar 2026 um 18:30 Uhr"),
    ] {
        let address = format!("{slug}@example.org");
        let fields = [
            ("email", address.as_str()),
            ("language", "de"),
            ("newsletter", slug),
        ];
        app.post("/subscribe", &fields).await.expect(303);
        app.deliver().await;
        let mail = app.inbox(&address).await[0].clone();
        let text = app.confirm(&mail).await.expect(200).text();
        assert!(text.contains(expected), "{expected} in {text}");
    }
}
