//! What is not taken, and how that is said.

use reqwest::Method;
use serde_json::{Value, json};

use super::{app_with_newsletters, post_json};
use crate::support::TestApp;

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// The answer, the type and the bytes of bodies that nobody can make sense of.
const UNREADABLE: &[(u16, &str, &[u8])] = &[
    (400, FORM, b"email=ada%FF%40example.org&newsletter=morning"),
    (400, FORM, b"email=ada\xFF@example.org&newsletter=morning"),
    (
        400,
        JSON,
        b"{\"email\": \"ada\xFF@example.org\", \"newsletters\": [\"morning\"]}",
    ),
    (400, JSON, b"{\"email\": "),
    (400, JSON, b""),
    (
        415,
        "text/plain",
        b"email=ada%40example.org&newsletter=morning",
    ),
    (415, "multipart/form-data; boundary=x", b"--x--"),
    (
        422,
        JSON,
        br#"{"email": "ada@example.org", "newsletters": ["morning"], "vip": true}"#,
    ),
    (422, JSON, br#"{"email": 7, "newsletters": ["morning"]}"#),
    (
        422,
        JSON,
        br#"{"email": "ada@example.org", "newsletters": "morning"}"#,
    ),
];

#[tokio::test]
async fn an_unknown_newsletter_brings_the_form_back() {
    let app = app_with_newsletters().await;
    for slugs in [
        &["evening"][..],
        &["morning", "evening"],
        &["Not a slug!"],
        &[],
    ] {
        let answer = app.sign_up("ada@example.org", slugs).await.expect(422);
        let page = answer.text();
        assert!(
            page.contains("<title>Error: ") && page.contains("Choose at least one newsletter"),
            "{page}"
        );
        assert!(
            page.contains(r#"name="email" value="ada@example.org""#),
            "{page}"
        );
        let json = post_json(
            &app,
            &json!({ "email": "ada@example.org", "newsletters": slugs }),
        )
        .await
        .expect(422);
        assert_eq!(json.header("content-type"), "application/problem+json");
        assert_eq!(
            json.json::<Value>()["errors"][0]["field"],
            "newsletter",
            "{slugs:?}"
        );
    }
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
}

#[tokio::test]
async fn an_ended_newsletter_is_not_offered() {
    let app = app_with_newsletters().await;
    app.api(Method::PATCH, "/newsletters/central-asia")
        .json(&json!({ "status": "retired" }))
        .send()
        .await
        .expect(200);
    let page = app
        .sign_up("ada@example.org", &["central-asia"])
        .await
        .expect(422)
        .text();
    assert!(!page.contains("Central Asia briefing"), "{page}");
    assert_eq!(app.count("SELECT 1 FROM deliveries").await, 0);
}

#[tokio::test]
async fn a_wrong_address_brings_the_form_back_with_what_was_typed() {
    let app = app_with_newsletters().await;
    let long = format!("{}@example.org", "a".repeat(288));
    assert_eq!(long.len(), 300);
    let (two_lines, folded) = (
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nSubject: Free money",
    );
    for address in [
        &long,
        two_lines,
        folded,
        "",
        "ada",
        "ada@example",
        "ada@example.org, eve@example.org",
        "<b>@x.org",
    ] {
        let page = app.sign_up(address, &["morning"]).await.expect(422).text();
        assert!(page.contains("<title>Error: "), "{page}");
        assert!(
            page.contains("Enter your email address, like name@example.com"),
            "{page}"
        );
        let json = post_json(
            &app,
            &json!({ "email": address, "newsletters": ["morning"] }),
        )
        .await
        .expect(422);
        assert_eq!(
            json.json::<Value>()["errors"][0]["field"],
            "email",
            "{address:?}"
        );
    }
    let page = app.sign_up("ada@example", &["morning"]).await.text();
    assert!(
        page.contains(r#"value="ada@example""#) && page.contains(r#"value="morning""#),
        "{page}"
    );
    let page = app
        .sign_up(r#""><script>alert(1)</script>"#, &["morning"])
        .await
        .text();
    assert!(
        !page.contains("<script>") && page.contains("&lt;script&gt;"),
        "{page}"
    );
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
    assert_eq!(app.count("SELECT 1 FROM deliveries").await, 0);
}

/// Sends a body as a program does, and stops the test unless it is refused with `status`.
async fn refused(app: &TestApp, status: u16, content_type: &str, body: &[u8]) {
    let call = app
        .call(Method::POST, "/subscribe")
        .header("accept", "application/json");
    let answer = call.body(content_type, body).send().await;
    let shown: String = String::from_utf8_lossy(body).chars().take(70).collect();
    assert_eq!(
        answer.status(),
        status,
        "{content_type} {shown}: {}",
        answer.text()
    );
    assert_eq!(
        answer.header("content-type"),
        "application/problem+json",
        "{content_type} {shown}"
    );
    assert_eq!(answer.json::<Value>()["status"], status);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    let app = app_with_newsletters().await;
    for (status, content_type, body) in UNREADABLE {
        refused(&app, *status, content_type, body).await;
    }
}

#[tokio::test]
async fn too_much_is_refused() {
    let app = app_with_newsletters().await;
    let source = "x".repeat(17_000);
    let form = format!("email=ada%40example.org&newsletter=morning&source={source}");
    refused(&app, 413, FORM, form.as_bytes()).await;
    let body = json!({ "email": "ada@example.org", "newsletters": ["morning"], "source": source });
    refused(&app, 413, JSON, body.to_string().as_bytes()).await;
}

#[tokio::test]
async fn readers_see_a_page_where_programs_see_a_problem() {
    let app = app_with_newsletters().await;
    for (status, text) in [(400, "email=%FF".to_owned()), (413, "x".repeat(17_000))] {
        let call = app
            .call(Method::POST, "/subscribe")
            .header("accept", "text/html");
        let answer = call.body(FORM, text).send().await.expect(status);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.text().contains("<h1"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_machine_in_the_trap_learns_nothing_and_leaves_nothing() {
    let app = app_with_newsletters().await;
    let person = app
        .sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    let fields = [
        ("email", "bot@example.org"),
        ("language", "en"),
        ("newsletter", "morning"),
        ("website", "https://spam.example"),
    ];
    let machine = app.post("/subscribe", &fields).await;
    assert_eq!(machine.fixed(), person.fixed());
    let person = post_json(
        &app,
        &json!({ "email": "ada@example.org", "newsletters": ["morning"] }),
    )
    .await
    .expect(202);
    let trapped = json!({ "email": "bot@example.org", "newsletters": ["morning"], "website": "x" });
    assert_eq!(post_json(&app, &trapped).await.fixed(), person.fixed());
    assert_eq!(
        app.rows("SELECT address FROM subscribers").await,
        [json!({ "address": "ada@example.org" })]
    );
    assert_eq!(app.deliver().await, 1);
}
