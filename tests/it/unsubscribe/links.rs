//! Which links lead out, and for how long.

use reqwest::Method;
use serde_json::json;
use tidings::domain::link_token::{LinkKeys, Purpose};
use uuid::Uuid;

use super::{ADA, link_of_next_edition, state, status, with_reader};
use crate::support::{TestApp, link};

/// The part of a link that is signed.
fn token(link: &str) -> &str {
    link.rsplit('/').next().unwrap()
}

/// The same token with one letter changed, at a place where every bit counts.
fn forged(token: &str) -> String {
    let letter = if token.ends_with('A') { 'B' } else { 'A' };
    let (head, _) = token.split_at(token.len() - 1);
    format!("{head}{letter}")
}

#[tokio::test]
async fn every_link_that_is_not_ours_gets_the_same_page() {
    let (app, link) = with_reader().await;
    app.sign_up("bob@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mail = app.inbox("bob@example.org").await[0].clone();
    let confirm_link = crate::support::link(&mail, "/confirm/");
    let before = state(&app).await;
    // Well formed, but of a row that never was.
    let unknown = app
        .app
        .keys
        .issue(Purpose::Unsubscribe, Uuid::from_u128(7), Uuid::from_u128(8));
    let expected = app
        .get(&format!("/unsubscribe/{unknown}"))
        .await
        .expect(404)
        .fixed();
    let text = String::from_utf8_lossy(&expected.2).into_owned();
    assert!(text.contains("We do not know this link"), "{text}");
    let ours = token(&link);
    let row = app
        .rows("SELECT id, link_nonce FROM subscriptions WHERE status = 'active'")
        .await
        .remove(0);
    let uuid = |name: &str| row[name].as_str().unwrap().parse().unwrap();
    let other_purpose = app
        .app
        .keys
        .issue(Purpose::Confirm, uuid("id"), uuid("link_nonce"));
    for wrong in [
        &other_purpose,
        "garbage",
        "%F0%9F%98%80",
        &ours[..ours.len() - 1],
        &forged(ours),
        &format!("{ours}A"),
        token(&confirm_link),
    ] {
        let path = format!("/unsubscribe/{wrong}");
        assert_eq!(app.get(&path).await.fixed(), expected, "{wrong}");
        assert_eq!(app.post(&path, &[]).await.fixed(), expected, "{wrong}");
        let one_click = app.post(&path, &[("List-Unsubscribe", "One-Click")]);
        assert_eq!(one_click.await.status(), 404, "{wrong}");
    }
    let path = format!("/confirm/{ours}");
    app.get(&path).await.expect(404);
    app.post(&path, &[]).await.expect(404);
    app.post(&format!("{path}/resend"), &[]).await.expect(404);
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn the_link_of_a_test_copy_changes_nothing() {
    let (app, _) = with_reader().await;
    let edition = app.rows("SELECT id FROM editions").await.remove(0);
    let id = edition["id"].as_str().unwrap();
    app.api(Method::POST, &format!("/editions/{id}/test"))
        .json(&json!({"to": "desk@europablatt.example"}))
        .send()
        .await
        .expect(202);
    app.deliver().await;
    let copy = app.inbox("desk@europablatt.example").await[0].clone();
    let link = link(&copy, "/unsubscribe/");
    let before = state(&app).await;
    for answer in [
        app.get(&link).await,
        app.post(&link, &[]).await,
        app.post(&link, &[("List-Unsubscribe", "One-Click")]).await,
    ] {
        let page = answer.expect(200);
        assert!(page.text().contains("This link comes from a test copy"));
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn an_old_link_still_works_after_coming_back() {
    let (app, old) = with_reader().await;
    app.post(&old, &[]).await.expect(200);
    app.sign_up(ADA, &["morning"]).await.expect(303);
    app.deliver().await;
    let mail = app.inbox(ADA).await.last().unwrap().clone();
    app.confirm(&mail).await.expect(200);
    assert_eq!(status(&app).await, "active");
    let new = link_of_next_edition(&app).await;
    app.post(&old, &[]).await.expect(200);
    assert_eq!(status(&app).await, "unsubscribed");
    let page = app.get(&new).await.expect(200);
    assert!(page.text().contains("You have already unsubscribed"));
}

#[tokio::test]
async fn a_link_outlives_the_key_that_signed_it() {
    let old_key = "the key of last year; just as long as the new one";
    for (previous, expected) in [(old_key, 200), ("", 404)] {
        let app = TestApp::with()
            .env("TIDINGS__LINKS__PREVIOUS_SECRET_KEYS", previous)
            .start()
            .await;
        app.newsletter("morning").create().await;
        app.reader(ADA, "morning").await;
        let row = app
            .rows("SELECT id, link_nonce FROM subscriptions")
            .await
            .remove(0);
        let uuid = |name: &str| row[name].as_str().unwrap().parse().unwrap();
        let token = LinkKeys::new(&old_key.to_owned().into(), &[]).issue(
            Purpose::Unsubscribe,
            uuid("id"),
            uuid("link_nonce"),
        );
        app.post(&format!("/unsubscribe/{token}"), &[])
            .await
            .expect(expected);
        let is_out = status(&app).await == "unsubscribed";
        assert_eq!(is_out, expected == 200);
    }
}
