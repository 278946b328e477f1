//! The pages of the mail catcher, for whoever tries the program out.

use serde_json::Value;

use crate::support::TestApp;

async fn with_mail() -> TestApp {
    let app = TestApp::with().outbox_pages().start().await;
    app.newsletter("morning").title("Morning").create().await;
    for name in ["ada", "ben"] {
        app.sign_up(&format!("{name}@example.org"), &["morning"])
            .await
            .expect(303);
        app.deliver().await;
    }
    app
}

#[tokio::test]
async fn the_list_shows_what_was_caught() {
    let app = TestApp::with().outbox_pages().start().await;
    let empty = app.get("/dev/outbox").await.expect(200).text();
    assert!(empty.contains("No message yet."));
    let app = with_mail().await;
    let list = app.get("/dev/outbox").await.expect(200).text();
    for part in [
        "ada@example.org",
        "ben@example.org",
        "Please confirm: Morning",
        "href=\"/dev/outbox/1\"",
        "href=\"/dev/outbox/2\"",
        "2026-01-05 05:30:00 UTC",
    ] {
        assert!(list.contains(part), "no {part} in {list}");
    }
    assert!(list.find("ben@example.org") < list.find("ada@example.org"));
    let path = "/dev/outbox?to=ada@example.org";
    let only = app.get(path).await.expect(200).text();
    assert!(only.contains("ada@example.org") && !only.contains("ben@example.org"));

    let json: Value = app.get("/dev/outbox.json").await.expect(200).json();
    let ids: Vec<_> = json.as_array().unwrap().iter().collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(
        (&ids[0]["id"], &ids[0]["to"]),
        (&2.into(), &"ben@example.org".into())
    );
    let before: Value = app
        .get("/dev/outbox.json?before=2")
        .await
        .expect(200)
        .json();
    assert_eq!(before.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_is_shown_in_a_sandbox() {
    let app = with_mail().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let page = app.get("/dev/outbox/1").await.expect(200).text();
    assert!(page.contains("<iframe class=\"mail\" sandbox src=\"/dev/outbox/1/html\""));
    assert!(!page.contains("<script") && !page.contains(" style="));
    for part in ["Please confirm: Morning", "Message-ID", "/confirm/"] {
        assert!(page.contains(part), "no {part}");
    }

    let html = app.get("/dev/outbox/1/html").await.expect(200);
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    let policy = html.header("content-security-policy");
    assert!(policy.starts_with("sandbox"), "{policy}");
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"));
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'self'"));
    assert_eq!(html.text(), mail.html().unwrap());

    let raw = app.get("/dev/outbox/1/raw").await.expect(200);
    assert_eq!(raw.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(raw.header("x-content-type-options"), "nosniff");
    assert_eq!(raw.text().as_bytes(), &mail.raw[..]);
    for path in [
        "/dev/outbox/3",
        "/dev/outbox/3/html",
        "/dev/outbox/3/raw",
        "/dev/outbox/x",
    ] {
        app.get(path).await.expect(404);
    }
}

#[tokio::test]
async fn there_is_no_outbox_when_mails_go_to_a_relay() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    for path in [
        "/dev/outbox",
        "/dev/outbox.json",
        "/dev/outbox/1",
        "/dev/outbox/1/html",
        "/dev/outbox/1/raw",
    ] {
        let answer = app.get(path).await.expect(404);
        assert!(!answer.text().contains("ada@example.org"));
    }
}
