//! The whole way of a reader: the box under an article, two clicks, an edition, the way out.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::article::Article;
use tidings::mail::smtp_server::{Script, Verdict};

use crate::support::{TestApp, link};

/// From the start of a test to the first slot, 07:00 in Berlin.
const TO_SLOT: SignedDuration = SignedDuration::from_mins(30);

/// A newsletter for Europe, an article that enters it and one that does not.
async fn publish(app: &TestApp) -> Article {
    app.newsletter("morning")
        .title("Europe this morning")
        .frequency("weekdays at 7 am")
        .schedule("0 7 * * 1-5", "Europe/Berlin")
        .language("en")
        .topics(&["europe"])
        .articles(1, 5)
        .create()
        .await;
    app.article("Goals of the weekend")
        .topics(&["sport"])
        .create()
        .await;
    app.article("Bridge over the Inn reopens")
        .external_id("bridge")
        .language("en")
        .section("Austria")
        .topics(&["europe"])
        .standfirst("Trains cross it again after two years.")
        .authors(&["Mira Lang"])
        .body("<p>The first train was late.</p>")
        .image(
            "https://www.europablatt.example/bridge.jpg",
            "A steel bridge",
        )
        .published_minutes_ago(90)
        .create()
        .await
}

#[tokio::test]
async fn a_reader_signs_up_reads_and_leaves() {
    let app = TestApp::start().await;
    let bridge = publish(&app).await;
    let page = app
        .get(&format!("/articles/{}", bridge.slug))
        .await
        .expect(200)
        .text();
    assert!(
        page.contains(r#"action="/subscribe""#) && page.contains(r#"value="morning""#),
        "{page}"
    );
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    app.confirm(&app.inbox("ada@example.org").await[0])
        .await
        .expect(200);

    app.advance(TO_SLOT);
    assert_eq!(app.run_due().await.len(), 1);
    assert!(app.run_due().await.is_empty(), "a slot is composed once");
    app.deliver().await;
    let digest = app.inbox("ada@example.org").await.pop().unwrap();
    let text = digest.text().unwrap();
    assert!(
        text.contains("Bridge over the Inn reopens") && !text.contains("Goals of the weekend"),
        "{text}"
    );

    let way_out = link(&digest, "/unsubscribe/");
    app.get(&way_out).await.expect(200);
    app.post(&way_out, &[("List-Unsubscribe", "One-Click")])
        .await
        .expect(200);
    app.advance(SignedDuration::from_hours(24));
    app.article("Night train to Riga")
        .topics(&["europe"])
        .create()
        .await;
    app.run_due().await;
    app.deliver().await;
    assert_eq!(
        app.inbox("ada@example.org").await.len(),
        2,
        "nothing comes after the way out"
    );
}

#[tokio::test]
async fn a_deferred_mail_comes_later() {
    let script = Script::default().on_rcpt(|address| {
        if address.starts_with("full") {
            Verdict::reply(452, "4.2.2 Mailbox full")
        } else {
            Verdict::Accept
        }
    });
    let app = TestApp::with().script(script).outbox_pages().start().await;
    app.newsletter("morning").create().await;
    app.reader("full@example.org", "morning").await;
    app.reader("ada@example.org", "morning").await;
    app.article("Night train to Riga").create().await;
    app.advance(TO_SLOT);
    app.run_due().await;
    assert_eq!(app.deliver().await, 2);
    assert_eq!(app.smtp.accepted(), 1);
    let left = app
        .rows("SELECT status, reply_code FROM edition_deliveries WHERE status <> 'sent'")
        .await;
    assert_eq!(left, [json!({ "status": "deferred", "reply_code": 452 })]);
    assert!(
        app.get("/dev/outbox")
            .await
            .expect(200)
            .text()
            .contains("ada@example.org")
    );
    let answer = app
        .api(Method::GET, "/newsletters/morning")
        .send()
        .await
        .expect(200);
    assert_eq!(answer.json::<Value>()["slug"], "morning");
    app.call(Method::GET, "/api/v1/newsletters")
        .send()
        .await
        .expect(401);
}
