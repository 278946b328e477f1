//! What machines do and people do not: they get the answer of a success, and nothing is written. And throw-away addresses.

use reqwest::Method;
use serde_json::json;

use super::{app_with, sign_up_with};
use crate::support::TestApp;

const CLIENT: &str = "203.0.113.7";

async fn is_untouched(app: &TestApp) -> bool {
    for table in [
        "subscribers",
        "subscriptions",
        "signups",
        "consents",
        "deliveries",
        "limit_hits",
        "signup_minutes",
    ] {
        if app.count(&format!("SELECT 1 FROM {table}")).await > 0 {
            return false;
        }
    }
    true
}

#[tokio::test]
async fn a_machine_is_answered_as_people_are() {
    let app = app_with(&[]).await;
    let mut seen = Vec::new();
    for (field, value) in [
        ("website", "https://spam.example/"),
        ("elapsed", "999"),
        ("elapsed", "0"),
    ] {
        let fields = [
            ("email", "ada@example.org"),
            ("newsletter", "morning"),
            (field, value),
        ];
        seen.push(
            sign_up_with(&app, CLIENT, &fields)
                .await
                .expect(303)
                .fixed(),
        );
    }
    for body in [json!({ "website": "x" }), json!({ "elapsed": 20 })] {
        let mut body = body;
        body["email"] = json!("ada@example.org");
        body["newsletters"] = json!(["morning"]);
        app.call(Method::POST, "/subscribe")
            .json(&body)
            .send()
            .await
            .expect(202);
    }
    assert!(is_untouched(&app).await);
    // A person; a person without scripts; a person with a strange script.
    for (address, elapsed) in [
        ("a@example.org", "1000"),
        ("b@example.org", ""),
        ("c@example.org", "NaN"),
    ] {
        let fields = [
            ("email", address),
            ("newsletter", "morning"),
            ("elapsed", elapsed),
        ];
        seen.push(
            sign_up_with(&app, CLIENT, &fields)
                .await
                .expect(303)
                .fixed(),
        );
    }
    assert!(seen.iter().all(|answer| *answer == seen[0]), "{seen:?}");
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 3);
}

#[tokio::test]
async fn the_form_has_a_field_for_the_script_and_the_snippet_loads_none() {
    let app = app_with(&[]).await;
    let page = app.get("/n/morning").await.expect(200);
    assert!(
        page.text().contains("name=\"elapsed\" value=\"\"")
            && page.text().contains("/box.js\" defer")
    );
    assert!(
        page.header("content-security-policy")
            .contains("script-src 'self'")
    );
    let snippet = app.get("/embed/morning.html").await.expect(200).text();
    let (form, _) = snippet.split_once("<!-- 2.").unwrap();
    assert!(form.contains("name=\"elapsed\"") && !form.contains("<script"));
    let plain = app.get("/subscribe/check-inbox").await.expect(200);
    assert!(
        !plain
            .header("content-security-policy")
            .contains("script-src")
    );
}

#[tokio::test]
async fn a_throw_away_address_is_asked_about_once() {
    let app = app_with(&[]).await;
    let fields = [
        ("email", "x@sub.mailinator.com"),
        ("newsletter", "morning"),
        ("language", "en"),
    ];
    let page = sign_up_with(&app, CLIENT, &fields).await.expect(422).text();
    assert!(
        page.contains("works for some minutes only")
            && page.contains("name=\"disposable_ok\" value=\"yes\""),
        "{page}"
    );
    assert!(is_untouched(&app).await);
    let mut again = fields.to_vec();
    again.push(("disposable_ok", "yes"));
    sign_up_with(&app, CLIENT, &again).await.expect(303);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 1);
    let body = json!({ "email": "y@yopmail.com", "newsletters": ["morning"] });
    let problem = app
        .call(Method::POST, "/subscribe")
        .json(&body)
        .send()
        .await
        .expect(422)
        .text();
    assert!(problem.contains("disposable_ok"), "{problem}");
}

#[tokio::test]
async fn a_throw_away_address_can_be_refused_or_welcome() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "# ours\nthrown.example\n!yopmail.com\n").unwrap();
    let path = file.path().to_str().unwrap();
    let list = ("SIGNUP__DISPOSABLE_DOMAINS_PATH", path);
    let blocked = app_with(&[list, ("SIGNUP__DISPOSABLE_DOMAINS", "block")]).await;
    let sign_up = async |app: &TestApp, address: &str| {
        let fields = [
            ("email", address),
            ("newsletter", "morning"),
            ("disposable_ok", "yes"),
        ];
        sign_up_with(app, CLIENT, &fields).await
    };
    sign_up(&blocked, "x@thrown.example").await.expect(422);
    sign_up(&blocked, "x@mailinator.com").await.expect(422);
    sign_up(&blocked, "x@yopmail.com").await.expect(303);
    let welcome = app_with(&[("SIGNUP__DISPOSABLE_DOMAINS", "allow")]).await;
    let fields = [("email", "x@mailinator.com"), ("newsletter", "morning")];
    sign_up_with(&welcome, CLIENT, &fields).await.expect(303);
}
