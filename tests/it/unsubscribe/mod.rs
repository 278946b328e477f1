//! The way out: the page, the mail client's button, and links that lead nowhere.

mod choices;
mod links;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestApp, link};

const ADA: &str = "ada@example.org";

/// The program with the reader Ada, who has got one edition of "morning"; returns the link of her mail.
async fn with_reader() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.reader(ADA, "morning").await;
    let link = link_of_next_edition(&app).await;
    (app, link)
}

/// Sends an edition to Ada and returns the link to leave.
async fn link_of_next_edition(app: &TestApp) -> String {
    app.article("Bridge reopens").create().await;
    // An edition ends before the instant at which it is made.
    app.advance(jiff::SignedDuration::from_secs(1));
    app.api(Method::POST, "/newsletters/morning/editions")
        .send()
        .await
        .expect(201);
    app.deliver().await;
    link(app.inbox(ADA).await.last().unwrap(), "/unsubscribe/")
}

/// Everything that leaving could change.
async fn state(app: &TestApp) -> (Vec<Value>, Vec<Value>, Vec<Value>) {
    (
        app.rows("SELECT * FROM subscriptions ORDER BY id").await,
        app.rows("SELECT * FROM consents ORDER BY id").await,
        app.rows("SELECT * FROM edition_deliveries ORDER BY edition_id")
            .await,
    )
}

async fn status(app: &TestApp) -> String {
    let rows = app.rows("SELECT status FROM subscriptions").await;
    assert_eq!(rows.len(), 1);
    rows[0]["status"].as_str().unwrap().to_owned()
}

/// The door by which the consent was withdrawn.
async fn withdrawals(app: &TestApp) -> Vec<Value> {
    app.rows("SELECT source, wording, page_url FROM consents WHERE action = 'withdrawn'")
        .await
}

#[tokio::test]
async fn looking_changes_nothing() {
    let (app, link) = with_reader().await;
    let before = state(&app).await;
    for _ in 0..3 {
        let page = app.get(&link).await.expect(200);
        assert!(
            page.text()
                .contains("Unsubscribe from Europe this morning?")
        );
        app.call(Method::HEAD, &link).send().await.expect(200);
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn the_button_of_the_page_ends_the_subscription_and_says_so() {
    let (app, link) = with_reader().await;
    let page = app.post(&link, &[]).await.expect(200);
    assert!(
        page.text()
            .contains("You no longer get Europe this morning")
    );
    assert_eq!(page.header("set-cookie"), "");
    assert_eq!(status(&app).await, "unsubscribed");
    assert_eq!(
        withdrawals(&app).await,
        [json!({
            "source": "unsubscribe_page",
            "wording": "Unsubscribe from Europe this morning? | Unsubscribe",
            "page_url": "/unsubscribe",
        })]
    );
}

#[tokio::test]
async fn the_mail_client_s_button_works_in_both_encodings() {
    let boundary = "----b";
    let multipart = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--{boundary}--\r\n"
    );
    for (content_type, body) in [
        (
            "application/x-www-form-urlencoded".to_owned(),
            "List-Unsubscribe=One-Click".to_owned(),
        ),
        (
            format!("multipart/form-data; boundary={boundary}"),
            multipart,
        ),
    ] {
        let (app, link) = with_reader().await;
        let mail = app.inbox(ADA).await[0].clone();
        assert_eq!(
            mail.header("List-Unsubscribe").unwrap().trim(),
            format!("<{link}>")
        );
        assert_eq!(
            mail.header("List-Unsubscribe-Post").unwrap().trim(),
            "List-Unsubscribe=One-Click"
        );
        let answer = app
            .call(Method::POST, &link)
            .body(&content_type, body)
            .send()
            .await
            .expect(200);
        assert_eq!(answer.header("location"), "");
        assert_eq!(answer.header("set-cookie"), "");
        assert_eq!(answer.text(), "unsubscribed\n");
        assert_eq!(status(&app).await, "unsubscribed", "{content_type}");
        assert_eq!(withdrawals(&app).await[0]["source"], "one_click");
    }
}

#[tokio::test]
async fn a_second_time_is_fine_and_leaves_one_record() {
    let (app, link) = with_reader().await;
    app.post(&link, &[]).await.expect(200);
    let before = state(&app).await;
    app.advance(jiff::SignedDuration::from_hours(1));
    app.post(&link, &[]).await.expect(200);
    app.post(&link, &[("List-Unsubscribe", "One-Click")])
        .await
        .expect(200);
    let page = app.get(&link).await.expect(200);
    assert!(page.text().contains("You have already unsubscribed"));
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn leaving_one_newsletter_keeps_the_others() {
    let (app, link) = with_reader().await;
    app.newsletter("evening").create().await;
    app.reader(ADA, "evening").await;
    app.post(&link, &[]).await.expect(200);
    let kept = "SELECT n.slug FROM subscriptions s JOIN newsletters n ON n.id = s.newsletter_id \
                 WHERE s.status = 'active'";
    assert_eq!(app.rows(kept).await, [json!({"slug": "evening"})]);
}

#[tokio::test]
async fn it_is_effective_for_what_is_queued() {
    let (app, link) = with_reader().await;
    app.article("Ferry late").create().await;
    app.advance(jiff::SignedDuration::from_mins(30));
    assert_eq!(app.run_due().await.len(), 1);
    app.post(&link, &[("List-Unsubscribe", "One-Click")])
        .await
        .expect(200);
    assert_eq!(
        app.rows("SELECT status FROM edition_deliveries ORDER BY edition_id")
            .await,
        [json!({"status": "sent"}), json!({"status": "cancelled"})]
    );
    assert_eq!(app.deliver().await, 0);
    assert_eq!(app.inbox(ADA).await.len(), 1);
}
