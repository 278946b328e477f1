//! Who agreed to which wording, when, and on which page.

use jiff::SignedDuration;
use serde_json::json;

use super::{LATER, app_with_newsletters, post_json};

#[tokio::test]
async fn both_steps_leave_evidence() {
    const QUERY: &str = "SELECT action, source, wording, language, page_url, recorded_at, \
         wording_version = left(encode(sha256(convert_to(wording, 'UTF8')), 'hex'), 12) AS is_version \
         FROM consents ORDER BY recorded_at";
    let app = app_with_newsletters().await;
    let page = "https://www.europablatt.example/bridge-reopens";
    let source = format!("{page}?utm_source=x&token=secret#comments");
    let fields = [
        ("email", "ada@example.org"),
        ("newsletter", "morning"),
        ("language", "de-AT"),
        ("source", source.as_str()),
    ];
    app.post("/subscribe", &fields).await.expect(303);
    app.deliver().await;
    app.advance(LATER);
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails[0].subject(), "Bitte bestätigen: Europe this morning");
    app.confirm(&mails[0]).await.expect(200);
    let rows = app.rows(QUERY).await;
    assert_eq!(
        rows,
        [
            json!({
                "action": "requested", "source": "form", "language": "de", "page_url": page, "is_version": true,
                "recorded_at": "2026-01-05T05:30:00+00:00",
                "wording": "Europe this morning als Newsletter | Kostenlos und jederzeit abbestellbar. Zuerst senden \
                            wir Ihnen eine E-Mail, mit der Sie die Anmeldung bestätigen. | Wir messen nicht, ob Sie \
                            unsere E-Mails öffnen. | Abonnieren",
            }),
            json!({
                "action": "confirmed", "source": "confirm_page", "language": "de", "page_url": "/confirm",
                "is_version": true, "recorded_at": "2026-01-05T05:41:00+00:00",
                "wording": "Noch ein Klick | Europe this morning | Ja, ich möchte den Newsletter",
            }),
        ]
    );
}

#[tokio::test]
async fn the_evidence_says_by_which_door_a_request_came() {
    let app = app_with_newsletters().await;
    let body = json!({
        "email": "ada@example.org", "newsletters": ["morning", "central-asia"], "language": "en",
        "source": "https://www.europablatt.example/a?b",
    });
    post_json(&app, &body).await.expect(202);
    app.advance(SignedDuration::from_mins(1));
    // The button pressed twice is one request and one piece of evidence.
    post_json(&app, &body).await.expect(202);
    let rows = app
        .rows("SELECT source, page_url, language FROM consents")
        .await;
    let expected = json!({ "source": "json", "page_url": "https://www.europablatt.example/a", "language": "en" });
    assert_eq!(rows, [expected.clone(), expected]);
}

#[tokio::test]
async fn the_page_of_the_box_is_kept_only_if_it_is_a_web_address() {
    let app = app_with_newsletters().await;
    let long = format!("https://www.europablatt.example/{}", "a".repeat(500));
    let sources = [
        "",
        "not a page",
        "javascript:alert(1)",
        "https://eve:secret@www.europablatt.example/",
        &long,
    ];
    for (number, source) in sources.iter().enumerate() {
        let address = format!("ada{number}@example.org");
        let fields = [
            ("email", address.as_str()),
            ("newsletter", "morning"),
            ("source", source),
        ];
        app.post("/subscribe", &fields).await.expect(303);
    }
    assert_eq!(
        app.count("SELECT 1 FROM consents WHERE page_url IS NULL")
            .await,
        sources.len()
    );
}
