//! Who gets in, and what is answered where there is nothing.

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::Value;
use tidings::http::routes::ADMIN;
use tidings::usecases::access;

use super::World;
use crate::support::{Answer, TestApp};

/// Stops the test unless the answer is a problem (RFC 9457) with this status and code.
#[track_caller]
pub(super) fn is_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem: Value = answer.json();
    assert_eq!(problem["status"], status, "{problem}");
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["type"], "about:blank");
    assert!(!problem["title"].as_str().unwrap().is_empty());
    assert!(!problem["detail"].as_str().unwrap().is_empty());
}

/// Stops the test unless the answer is a page for readers with this status.
#[track_caller]
fn is_page(answer: &Answer, status: u16) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert!(answer.text().contains("<h1"), "{}", answer.text());
}

async fn revoked_key(app: &TestApp) -> String {
    let now = app.now();
    let make = move |conn: &mut _| {
        let (id, text) = access::create_key(conn, now, "revoked", [8; 32])?;
        access::revoke_key(conn, now, id)?;
        Ok::<_, access::Error>(text)
    };
    app.run(make).await.expose_secret().to_owned()
}

#[tokio::test]
async fn the_api_opens_to_a_working_key_only() {
    let world = World::make().await;
    let app = &world.app;
    let (right, revoked) = (app.api_key(), revoked_key(app).await);
    let wrong = format!("Bearer {}AAAAA", &right[..right.len() - 5]);
    let headers = [
        String::new(),
        wrong,
        format!("Bearer {revoked}"),
        format!("Basic {right}"),
        right.to_owned(),
        "Bearer tidings_".to_owned(),
        "Bearer \u{e9}".to_owned(),
    ];
    let before = world.dump().await;
    for (method, pattern) in ADMIN {
        let path = format!("/api/v1{}", world.admin(pattern));
        for header in &headers {
            let mut call = app.call(method.parse().unwrap(), &path);
            if !header.is_empty() {
                call = call.header("authorization", header);
            }
            let answer = call.send().await;
            is_problem(&answer, 401, "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
    }
    world
        .unchanged_since(&before, "a request without a working key")
        .await;
    app.api(Method::GET, "/newsletters")
        .send()
        .await
        .expect(200);
}

#[tokio::test]
async fn where_there_is_nothing_a_reader_sees_a_page_and_a_program_a_problem() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for path in [
        "/nothing",
        "/n/nothing",
        "/articles/nothing",
        "/v/nothing",
        "/assets/x/y",
    ] {
        let page = app.call(Method::GET, path).header("accept", "text/html");
        is_page(&page.send().await, 404);
        let program = app
            .call(Method::GET, path)
            .header("accept", "application/json");
        let answer = program.send().await;
        let code = answer.json::<Value>()["code"].as_str().unwrap().to_owned();
        is_problem(&answer, 404, &code);
    }
    let unknown = app.api(Method::GET, "/nothing").send().await;
    is_problem(&unknown, 404, "unknown_path");
    let html = app
        .api(Method::GET, "/editions/nothing")
        .header("accept", "text/html");
    is_problem(&html.send().await, 404, "unknown_path");
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let app = TestApp::start().await;
    for (method, path, allow) in [
        (Method::DELETE, "/subscribe", "GET, HEAD, POST"),
        (Method::POST, "/robots.txt", "GET, HEAD"),
        (Method::GET, "/confirm/x/resend", "POST"),
    ] {
        let page = app.call(method.clone(), path).header("accept", "text/html");
        let page = page.send().await;
        is_page(&page, 405);
        assert_eq!(page.header("allow"), allow, "{path}");
        let program = app.call(method, path).header("accept", "application/json");
        let program = program.send().await;
        is_problem(&program, 405, "method_not_allowed");
        assert_eq!(program.header("allow"), allow, "{path}");
    }
    let answer = app.api(Method::DELETE, "/newsletters/morning").send().await;
    is_problem(&answer, 405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "GET, HEAD, PATCH");
}

#[tokio::test]
async fn a_server_is_ready_only_with_its_own_schema() {
    let app = TestApp::start().await;
    let ready = async |status: u16| {
        app.get("/healthz").await.expect(200);
        let json = app
            .call(Method::GET, "/readyz")
            .header("accept", "application/json");
        json.send().await.expect(status)
    };
    assert_eq!(ready(200).await.text(), "ready\n");
    let newest = "version = (SELECT max(version) FROM __diesel_schema_migrations)";
    let rename =
        format!("UPDATE __diesel_schema_migrations SET version = '99990101000000' WHERE {newest}");
    let behind = format!("DELETE FROM __diesel_schema_migrations WHERE {newest}");
    assert_eq!(app.execute(&behind).await, 1);
    let answer = ready(503).await;
    is_problem(&answer, 503, "wrong_schema");
    assert!(
        answer.text().contains("lacks 1 migrations"),
        "{}",
        answer.text()
    );
    assert_eq!(app.execute(&rename).await, 1);
    is_problem(&ready(503).await, 503, "wrong_schema");
}
