//! A newsletter looks as its newsroom says, without a template being touched.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::lint::{self, Expected};

use crate::support::TestApp;

const LOOK: &str = "/newsletters/morning/look";

/// What the next edition of "morning" looks like to its one reader.
async fn next_mail(app: &TestApp) -> std::sync::Arc<tidings::mail::captured::CapturedMail> {
    app.article("Bridge reopens").create().await;
    app.article("Ferry runs again").create().await;
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    app.deliver().await;
    app.inbox("ada@example.org").await.last().unwrap().clone()
}

async fn newsroom() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.reader("ada@example.org", "morning").await;
    app
}

#[tokio::test]
async fn a_look_is_in_the_next_mail_and_its_page() {
    let app = newsroom().await;
    let look = json!({
        "subject_pattern": "{newsletter}, {date}: {lead} ({count})",
        "accent_color": "#7a0019",
        "logo": { "url": "https://www.europablatt.example/logo.png", "alt": "Europablatt", "width": 200 },
        "postal_address": "Morgenblatt AG, Bahnhofstr. 1, 8001 Zürich",
        "imprint_url": "https://www.morgenblatt.example/impressum",
        "imprint_text": "Verantwortlich: Mara Beispiel",
    });
    let put = app.api(Method::PUT, LOOK).json(&look).send().await;
    let saved: Value = put.expect(200).json();
    assert_eq!(saved["archive"], "public");
    let read: Value = app.api(Method::GET, LOOK).send().await.expect(200).json();
    assert_eq!(read, saved);
    let mail = next_mail(&app).await;
    let subject = mail.subject();
    assert!(
        subject.starts_with("Europe this morning, 5 January 2026: "),
        "{subject}"
    );
    assert!(subject.ends_with(" (2)"), "{subject}");
    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    for part in [&html, &text] {
        assert!(
            part.contains("Morgenblatt AG, Bahnhofstr. 1, 8001 Zürich"),
            "{part}"
        );
        assert!(
            part.contains("https://www.morgenblatt.example/impressum"),
            "{part}"
        );
        assert!(part.contains("Verantwortlich: Mara Beispiel"), "{part}");
        assert!(!part.contains("Hafenstr."), "{part}");
    }
    assert!(html.contains("border-top:3px solid #7a0019") && !html.contains("#0b4a82"));
    assert!(html.contains("width=\"200\" alt=\"Europablatt\""));
    let expected = Expected {
        postal_address: "Morgenblatt AG, Bahnhofstr. 1, 8001 Zürich".to_owned(),
    };
    let findings = lint::check(&mail.raw, &expected).findings;
    assert!(
        findings.iter().all(|it| it.rule == "subject-length"),
        "{findings:?}"
    );
    let page = app.rows("SELECT web_html FROM editions").await;
    assert!(page[0]["web_html"].as_str().unwrap().contains("#7a0019"));
}

#[tokio::test]
async fn an_empty_look_is_the_publishers() {
    let app = newsroom().await;
    app.api(Method::PUT, LOOK)
        .json(&json!({}))
        .send()
        .await
        .expect(200);
    let mail = next_mail(&app).await;
    assert!(["Bridge reopens", "Ferry runs again"].contains(&mail.subject().as_str()));
    assert!(mail.html().unwrap().contains("Hafenstr. 7"));
}

#[tokio::test]
async fn what_is_wrong_with_a_look_is_said_and_nothing_is_saved() {
    let app = newsroom().await;
    for (body, field, detail) in [
        (
            json!({ "subject_pattern": "{headline}" }),
            "subject_pattern",
            "there is no {headline}; use {lead}",
        ),
        (
            json!({ "subject_pattern": "{lead" }),
            "subject_pattern",
            "a brace is open",
        ),
        (
            json!({ "accent_color": "orange" }),
            "accent_color",
            "#rrggbb",
        ),
        (
            json!({ "accent_color": "#ff8800" }),
            "accent_color",
            "The nearest colour that has it is #",
        ),
        (
            json!({ "imprint_url": "javascript:x()" }),
            "imprint_url",
            "must be a web address",
        ),
        (
            json!({ "logo": { "url": "https://x.example/l.png", "alt": " " } }),
            "logo.alt",
            "say what the logo says",
        ),
        (
            json!({ "logo": { "url": "https://x.example/l.png", "alt": "X", "width": 600 } }),
            "logo.width",
            "must be 16 to 552",
        ),
    ] {
        let answer = app.api(Method::PUT, LOOK).json(&body).send().await;
        let problem: Value = answer.expect(422).json();
        let error = &problem["errors"][0];
        assert_eq!(error["field"], field, "{problem}");
        assert!(
            error["detail"].as_str().unwrap().contains(detail),
            "{problem}"
        );
    }
    assert_eq!(app.count("SELECT 1 FROM newsletter_looks").await, 0);
    app.api(Method::GET, "/newsletters/evening/look")
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn the_publishers_brand_is_in_every_mail() {
    let app = TestApp::with()
        .env("TIDINGS__PUBLISHER__ACCENT_COLOR", "#1d6f42")
        .env(
            "TIDINGS__PUBLISHER__LOGO_URL",
            "https://www.europablatt.example/logo.png",
        )
        .start()
        .await;
    app.newsletter("morning").create().await;
    app.sign_up("ben@example.org", &["morning"])
        .await
        .expect(303);
    app.reader("ada@example.org", "morning").await;
    let digest = next_mail(&app).await;
    assert!(digest.html().unwrap().contains("alt=\"Europablatt\""));
    let confirmation = app.inbox("ben@example.org").await[0].clone();
    for mail in [&digest, &confirmation] {
        let html = mail.html().unwrap();
        assert!(
            html.contains("bgcolor=\"#1d6f42\"") && !html.contains("#0b4a82"),
            "{html}"
        );
        assert_eq!(lint::check(&mail.raw, &Expected::default()).errors(), 0);
    }
}

#[tokio::test]
async fn the_preheader_of_one_story_says_something_else_and_is_short() {
    let app = newsroom().await;
    let promise = json!({ "promise": "Politics, business and culture. ".repeat(9) });
    let patch = app.api(Method::PATCH, "/newsletters/morning");
    patch.json(&promise).send().await.expect(200);
    app.article("Bridge reopens").create().await;
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    let rows = app.rows("SELECT preheader FROM editions").await;
    let line = rows[0]["preheader"].as_str().unwrap();
    assert!(
        line.starts_with("Politics, business") && line.chars().count() <= 100,
        "{line}"
    );
    app.execute("UPDATE newsletters SET promise = ''").await;
    app.article("Ferry runs again").create().await;
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    let rows = app
        .rows("SELECT preheader FROM editions ORDER BY id DESC")
        .await;
    assert_eq!(rows[0]["preheader"], "Europe this morning · 6 January 2026");
}
