//! Who gets an edition, and what everybody may see of it.

use serde_json::json;

use super::{TO_FIRST_SLOT, pass};
use crate::support::TestApp;

#[tokio::test]
async fn a_due_newsletter_becomes_one_edition_and_one_mail_per_reader() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.newsletter("other")
        .schedule("0 9 * * *", "Europe/Berlin")
        .create()
        .await;
    for address in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        app.reader(address, "morning").await;
    }
    app.reader("mia@example.org", "other").await;
    app.article("Bridge reopens").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(
        app.rows("SELECT kind, slot, status, article_count, recipient_count FROM editions")
            .await,
        [json!({
            "kind": "scheduled", "slot": "2026-01-05T07:00:00", "status": "delivering",
            "article_count": 1, "recipient_count": 3,
        })]
    );
    assert_eq!(app.deliver().await, 3);
    for address in ["ada@example.org", "bob@example.org", "eve@example.org"] {
        let mails = app.inbox(address).await;
        assert_eq!(mails.len(), 1, "{address}");
        assert_eq!(mails[0].subject(), "Bridge reopens");
        assert_eq!(mails[0].recipients, [address]);
    }
    assert!(app.inbox("mia@example.org").await.is_empty());
}

#[tokio::test]
async fn a_mail_of_an_edition_is_found_by_its_message_id() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Bridge reopens").create().await;
    pass(&app, TO_FIRST_SLOT).await;
    app.deliver().await;
    let edition = app.rows("SELECT id::text AS id FROM editions").await;
    let path = format!(
        "/editions/{}/deliveries",
        edition[0]["id"].as_str().unwrap()
    );
    let listed = app
        .api(reqwest::Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record();
    let id = listed["items"][0]["id"].as_str().unwrap().replace('-', "");
    let mail = app.inbox("ada@example.org").await[0].clone();
    let message_id = mail.header("message-id").unwrap();
    assert!(
        message_id.starts_with(&format!("<{id}@")),
        "{message_id} and {id}"
    );
}

#[tokio::test]
async fn only_active_readers_get_an_edition() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.sign_up("pending@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    for address in [
        "paused@example.org",
        "gone@example.org",
        "suppressed@example.org",
        "ada@example.org",
    ] {
        app.reader(address, "morning").await;
    }
    for (status, address) in [
        ("paused", "paused@example.org"),
        ("unsubscribed", "gone@example.org"),
    ] {
        let changed = app
            .execute(&format!(
                "UPDATE subscriptions s SET status = '{status}' FROM subscribers p \
                  WHERE p.id = s.subscriber_id AND p.address = '{address}'"
            ))
            .await;
        assert_eq!(changed, 1);
    }
    app.execute(
        "INSERT INTO suppressions SELECT address_key, 'complaint', created_at FROM subscribers \
          WHERE address = 'suppressed@example.org'",
    )
    .await;
    app.article("Bridge reopens").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    assert_eq!(
        app.outbox.received_total(),
        2,
        "the confirmation mail and one digest"
    );
}

#[tokio::test]
async fn who_confirms_after_the_freeze_begins_with_the_next_edition() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    app.sign_up("late@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mail = app.inbox("late@example.org").await[0].clone();
    app.article("Monday").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.confirm(&mail).await.expect(200);
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    assert_eq!(app.inbox("late@example.org").await.len(), 1);
    app.article("Tuesday").create().await;
    assert_eq!(pass(&app, jiff::SignedDuration::from_hours(24)).await, 1);
    app.deliver().await;
    let mails = app.inbox("late@example.org").await;
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[1].subject(), "Tuesday");
}

#[tokio::test]
async fn the_edition_in_the_browser_names_no_reader() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for address in ["ada@example.org", "bob@example.org"] {
        app.reader(address, "morning").await;
    }
    app.article("Bridge reopens").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let page = app
        .get(&crate::support::link(&mail, "/v/"))
        .await
        .expect(200);
    let text = page.text();
    assert!(text.contains("Bridge reopens"));
    for secret in [
        "ada@example.org",
        "bob@example.org",
        "/unsubscribe/",
        "/confirm/",
    ] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    assert!(
        !text.contains(['\u{E000}', '\u{E001}']),
        "a marker stayed in {text}"
    );
}
