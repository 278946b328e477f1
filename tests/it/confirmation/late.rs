//! Links that come too late, and links that were never ours.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ADA, DAY, sign_up, state, statuses, with_signup};
use crate::support::{TestApp, link};

/// Ends Ada's subscriptions as the newsroom does.
async fn unsubscribe(app: &TestApp) {
    let reader: Value = app
        .api(Method::GET, "/subscribers?address=ada@example.org")
        .send()
        .await
        .expect(200)
        .json();
    let path = format!(
        "/subscribers/{}/unsubscribe",
        reader["id"].as_str().unwrap()
    );
    app.api(Method::POST, &path)
        .json(&json!({}))
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn a_link_works_until_the_last_second_of_its_week() {
    let (app, mail) = with_signup().await;
    app.advance(DAY * 7 - SignedDuration::from_secs(1));
    app.confirm(&mail).await.expect(200);
    assert_eq!(statuses(&app).await, ["active"]);
}

#[tokio::test]
async fn after_a_week_a_new_link_comes_without_typing() {
    let (app, mail) = with_signup().await;
    let old = link(&mail, "/confirm/");
    app.advance(DAY * 7);
    let before = state(&app).await;
    for answer in [app.get(&old).await, app.post(&old, &[]).await] {
        let page = answer.expect(410);
        assert!(page.text().contains("This link has expired"));
        let (_, token) = old.rsplit_once('/').unwrap();
        let action = format!("action=\"/confirm/{token}/resend\"");
        assert!(page.text().contains(&action), "{}", page.text());
    }
    assert_eq!(state(&app).await, before);

    app.post(&format!("{old}/resend"), &[]).await.expect(303);
    // Pressing again at once sends nothing more.
    app.post(&format!("{old}/resend"), &[]).await.expect(303);
    assert_eq!(app.deliver().await, 1);
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 2);
    assert_ne!(link(&mails[1], "/confirm/"), old);
    app.confirm(&mails[1]).await.expect(200);
    assert_eq!(statuses(&app).await, ["active"]);
    let page = app.get(&old).await.expect(200);
    assert!(page.text().contains("You already get Europe this morning"));
}

#[tokio::test]
async fn a_link_that_works_is_not_sent_anew() {
    let (app, mail) = with_signup().await;
    app.advance(DAY);
    let resend = format!("{}/resend", link(&mail, "/confirm/"));
    app.post(&resend, &[]).await.expect(303);
    assert_eq!(app.deliver().await, 0);
}

#[tokio::test]
async fn unknown_links_get_one_and_the_same_page() {
    let (app, mail) = with_signup().await;
    let ours = link(&mail, "/confirm/");
    let token = ours.rsplit('/').next().unwrap();
    let before = state(&app).await;
    let expected = app.get("/confirm/garbage").await.expect(404).fixed();
    let other_ending = if token.ends_with('A') { "B" } else { "A" };
    let (head, _) = token.split_at(token.len() - 1);
    for wrong in [head, &format!("{head}{other_ending}"), "test"] {
        let path = format!("/confirm/{wrong}");
        assert_eq!(app.get(&path).await.fixed(), expected, "{wrong}");
        assert_eq!(app.post(&path, &[]).await.fixed(), expected, "{wrong}");
        app.post(&format!("{path}/resend"), &[]).await.expect(404);
    }
    let path = format!("/unsubscribe/{token}");
    app.get(&path).await.expect(404);
    app.post(&path, &[]).await.expect(404);
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn a_newsletter_that_has_ended_cannot_be_confirmed() {
    let (app, mail) = with_signup().await;
    app.api(Method::PATCH, "/newsletters/morning")
        .json(&json!({"status": "retired"}))
        .send()
        .await
        .expect(200);
    let before = state(&app).await;
    for answer in [
        app.get(&link(&mail, "/confirm/")).await,
        app.confirm(&mail).await,
    ] {
        let page = answer.expect(410);
        assert!(page.text().contains("Europe this morning has ended"));
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn a_used_link_does_not_bring_back_a_reader_who_left() {
    let (app, mail) = with_signup().await;
    app.confirm(&mail).await.expect(200);
    unsubscribe(&app).await;
    let link = link(&mail, "/confirm/");
    app.get(&link).await.expect(410);
    app.confirm(&mail).await.expect(410);
    assert_eq!(statuses(&app).await, ["unsubscribed"]);
    app.post(&format!("{link}/resend"), &[]).await.expect(303);
    assert_eq!(app.deliver().await, 0);

    // Neither does it confirm a request that came after it: that has a link of its own.
    app.advance(DAY);
    let new = sign_up(&app).await;
    app.confirm(&mail).await.expect(410);
    assert_eq!(statuses(&app).await, ["pending"]);
    app.confirm(&new).await.expect(200);
    assert_eq!(statuses(&app).await, ["active"]);
}

#[tokio::test]
async fn an_unused_link_does_not_bring_back_a_reader_who_left() {
    let (app, mail) = with_signup().await;
    unsubscribe(&app).await;
    app.confirm(&mail).await.expect(410);
    assert_eq!(statuses(&app).await, ["unsubscribed"]);
}
