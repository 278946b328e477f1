//! The proof of work: asked for while there is an attack, good once.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::{app_with, proof, sign_up_from, sign_up_with, solve};
use crate::support::TestApp;

/// Easy enough for a test.
const EASY: (&str, &str) = ("CAPTCHA__MAX_NUMBER", "200");

async fn under_attack() -> TestApp {
    let app = app_with(&[EASY]).await;
    app.api(Method::POST, "/attack/begin")
        .send()
        .await
        .expect(200);
    app
}

#[tokio::test]
async fn a_riddle_looks_as_the_widget_wants_it() {
    let app = app_with(&[]).await;
    for path in ["/captcha/altcha", "/api/public/captcha/altcha"] {
        let answer = app.get(path).await.expect(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        let riddle: Value = answer.json();
        assert_eq!(riddle["algorithm"], "SHA-256");
        assert_eq!(riddle["maxnumber"], 100_000);
        assert_eq!(riddle["challenge"].as_str().unwrap().len(), 64);
        assert_eq!(riddle["signature"].as_str().unwrap().len(), 64);
        assert_eq!(riddle.as_object().unwrap().len(), 5);
    }
    assert_ne!(
        app.get("/captcha/altcha").await.text(),
        app.get("/captcha/altcha").await.text()
    );
}

#[tokio::test]
async fn without_an_attack_nobody_needs_a_proof() {
    let app = app_with(&[EASY]).await;
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(303);
    // One that is sent all the same, or twice, does no harm.
    let proof = proof(&app).await;
    for address in ["bob@example.org", "eve@example.org"] {
        let fields = [
            ("email", address),
            ("newsletter", "morning"),
            ("altcha", &proof),
        ];
        sign_up_with(&app, "203.0.113.7", &fields).await.expect(303);
    }
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 3);
}

#[tokio::test]
async fn under_attack_a_program_needs_a_proof_and_each_is_good_once() {
    let app = under_attack().await;
    let post = async |address: &str, altcha: &str| {
        let body = json!({ "email": address, "newsletters": ["morning"], "altcha": altcha });
        app.call(Method::POST, "/subscribe")
            .json(&body)
            .send()
            .await
    };
    let refused = post("ada@example.org", "").await.expect(403);
    let problem: Value = refused.json();
    assert_eq!(problem["code"], "proof_of_work_needed");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("/captcha/altcha")
    );
    post("ada@example.org", "bm90aGluZw==").await.expect(403);
    let first = proof(&app).await;
    post("ada@example.org", &first).await.expect(202);
    post("bob@example.org", &first).await.expect(403);
    let late = proof(&app).await;
    app.advance(SignedDuration::from_mins(10));
    post("bob@example.org", &late).await.expect(403);
    post("bob@example.org", &proof(&app).await)
        .await
        .expect(202);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 2);
}

#[tokio::test]
async fn one_proof_at_many_servers_at_once_is_good_once() {
    let app = under_attack().await;
    let proof = proof(&app).await;
    let posts = (0..12).map(|number| {
        let body = json!({ "email": format!("r{number}@example.org"), "newsletters": ["morning"], "altcha": proof });
        app.call(Method::POST, "/subscribe").json(&body).send()
    });
    let answers = futures_util::future::join_all(posts).await;
    let taken = answers
        .iter()
        .filter(|answer| answer.status() == 202)
        .count();
    assert_eq!(taken, 1);
    assert!(
        answers
            .iter()
            .all(|answer| [202, 403].contains(&answer.status()))
    );
}

#[tokio::test]
async fn a_form_gets_a_page_that_goes_on_by_itself() {
    let app = under_attack().await;
    let fields = [
        ("email", "ada@example.org"),
        ("newsletter", "morning"),
        ("language", "de"),
        ("source", "https://www.europablatt.example/a\"b"),
    ];
    let page = sign_up_with(&app, "203.0.113.7", &fields).await.expect(403);
    let html = page.text();
    assert!(
        html.contains("<html lang=\"de\"") && html.contains("Einen Augenblick"),
        "{html}"
    );
    assert!(html.contains("leserservice@europablatt.example"), "{html}");
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("script-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    let (_, script) = html.split_once("<script src=\"").unwrap();
    let script = app.get(script.split('"').next().unwrap()).await.expect(200);
    assert_eq!(
        script.header("content-type"),
        "text/javascript; charset=utf-8"
    );
    assert_eq!(html.matches("<script").count(), 1);
    // What the script does: solve the riddle of the page, and send its fields.
    let (_, riddle) = html.split_once("data-challenge=\"").unwrap();
    let riddle = riddle
        .split('"')
        .next()
        .unwrap()
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&#x2f;", "/");
    let proof = solve(&serde_json::from_str(&riddle).unwrap());
    for (name, value) in [
        ("email", "ada@example.org"),
        ("newsletter", "morning"),
        ("language", "de"),
    ] {
        let field = format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        assert!(html.contains(&field), "no {field} in {html}");
    }
    let mut again = fields.to_vec();
    again.push(("altcha", &proof));
    sign_up_with(&app, "203.0.113.7", &again).await.expect(303);
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
}

#[tokio::test]
async fn a_proof_can_be_needed_always_or_never() {
    let app = app_with(&[EASY, ("CAPTCHA__REQUIRED", "always")]).await;
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(403);
    let proof = proof(&app).await;
    let fields = [
        ("email", "ada@example.org"),
        ("newsletter", "morning"),
        ("altcha", &proof),
    ];
    sign_up_with(&app, "203.0.113.7", &fields).await.expect(303);
    let app = app_with(&[EASY, ("CAPTCHA__REQUIRED", "never")]).await;
    app.api(Method::POST, "/attack/begin")
        .send()
        .await
        .expect(200);
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(303);
}
