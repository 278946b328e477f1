//! Bodies, paths and headers that the admin API does not take, and lists that it cuts into pages.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

#[tokio::test]
async fn what_is_not_json_or_not_known_is_refused() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let patch = || app.api(Method::PATCH, "/newsletters/morning");
    let cases: [(&str, &str, u16, &str); 6] = [
        ("application/json", "{\"title\": ", 400, "invalid_json"),
        ("application/json", "", 400, "invalid_json"),
        ("application/json", "{\"title\": 7}", 422, "invalid_fields"),
        (
            "application/json",
            "{\"slug\": \"x\"}",
            422,
            "invalid_fields",
        ),
        (
            "application/json",
            "{\"status\": \"paused\"}",
            422,
            "invalid_fields",
        ),
        ("text/plain", "{}", 415, "unsupported_media_type"),
    ];
    for (content_type, body, status, code) in cases {
        let answer = patch().body(content_type, body).send().await;
        assert_eq!(answer.problem(status).code, code, "{body:?}");
    }
    let post = app.api(Method::POST, "/newsletters");
    let problem = post.json(&json!({"slug": "x"})).send().await.problem(422);
    assert!(problem.detail.contains("title"), "{}", problem.detail);
}

#[tokio::test]
async fn a_taken_slug_is_a_conflict() {
    let app = TestApp::start().await;
    let first = app.newsletter("morning").title("First").create().await;
    let body = json!({
        "slug": "morning", "title": "Second", "language": "en",
        "sender": {"name": "Desk", "address": "desk@example.org"},
        "schedule": {"cron": "0 7 * * *", "zone": "UTC"}
    });
    let post = app.api(Method::POST, "/newsletters").json(&body);
    let problem = post.send().await.problem(409);
    assert_eq!(problem.code, "slug_taken");
    let read = app.api(Method::GET, "/newsletters/morning").send().await;
    assert_eq!(read.expect(200).record()["title"], first.title.as_str());
}

#[tokio::test]
async fn unknown_things_are_problems_and_not_pages() {
    let app = TestApp::start().await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    let cases = [
        ("/newsletters/nothing".to_owned(), "unknown_newsletter"),
        (
            "/newsletters/Not%20a%20slug".to_owned(),
            "unknown_newsletter",
        ),
        ("/newsletters/nothing/next".to_owned(), "unknown_newsletter"),
        (
            "/newsletters/nothing/editions".to_owned(),
            "unknown_newsletter",
        ),
        ("/articles/nothing".to_owned(), "unknown_article"),
        (format!("/subscribers/{nobody}"), "unknown_subscriber"),
        (
            "/subscribers?address=nobody@example.org".to_owned(),
            "unknown_subscriber",
        ),
        (format!("/editions/{nobody}"), "unknown_edition"),
        (
            format!("/editions/{nobody}/preview.html"),
            "unknown_edition",
        ),
        (format!("/editions/{nobody}/preview.txt"), "unknown_edition"),
        (format!("/editions/{nobody}/deliveries"), "unknown_edition"),
        ("/editions/17".to_owned(), "unknown_path"),
        ("/nothing".to_owned(), "unknown_path"),
    ];
    for (path, code) in cases {
        // A browser's wish for HTML changes nothing below /api/.
        let get = app.api(Method::GET, &path).header("accept", "text/html");
        assert_eq!(get.send().await.problem(404).code, code, "{path}");
    }
    let delete = app.api(Method::DELETE, "/newsletters/morning");
    let problem = delete.send().await.problem(405);
    assert_eq!(problem.detail, "this address takes GET, HEAD, PATCH");
}

/// Follows `next_cursor` from page to page of two.
async fn walk(app: &TestApp, path: &str, name: &str) -> Vec<Vec<Value>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let url = format!("{path}?limit=2{cursor}");
        let page = app.api(Method::GET, &url).send().await.expect(200).record();
        let items = page["items"].as_array().unwrap();
        pages.push(items.iter().map(|item| item[name].clone()).collect());
        let Some(next) = page["next_cursor"].as_str() else {
            return pages;
        };
        cursor = format!("&cursor={next}");
    }
}

#[tokio::test]
async fn lists_come_in_pages() {
    let app = TestApp::start().await;
    for number in 1..=5 {
        app.newsletter(&format!("n-{number}")).create().await;
        let id = format!("a-{number}");
        app.article("Bridge reopens")
            .external_id(&id)
            .create()
            .await;
        app.advance(SignedDuration::from_secs(1));
    }
    assert_eq!(
        walk(&app, "/newsletters", "slug").await,
        [vec!["n-1", "n-2"], vec!["n-3", "n-4"], vec!["n-5"]]
    );
    assert_eq!(
        walk(&app, "/articles", "external_id").await,
        [vec!["a-5", "a-4"], vec!["a-3", "a-2"], vec!["a-1"]]
    );
    for limit in [1, 5, 200] {
        let path = format!("/articles?limit={limit}");
        let page = app
            .api(Method::GET, &path)
            .send()
            .await
            .expect(200)
            .record();
        assert_eq!(page["items"].as_array().unwrap().len(), limit.min(5));
        assert_eq!(page["next_cursor"].is_null(), limit >= 5, "{limit}");
    }
}

#[tokio::test]
async fn a_wrong_page_is_refused() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for list in ["/newsletters", "/articles", "/newsletters/morning/editions"] {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=201", "limit"),
            ("limit=-1", "limit"),
            ("cursor=nonsense", "cursor"),
        ] {
            let path = format!("{list}?{query}");
            let problem = app.api(Method::GET, &path).send().await.problem(422);
            assert_eq!(problem.fields, [field], "{path}");
        }
        for query in ["limit=ten", "page=2"] {
            let path = format!("{list}?{query}");
            let problem = app.api(Method::GET, &path).send().await.problem(400);
            assert_eq!(problem.code, "invalid_query", "{path}");
        }
    }
}

#[tokio::test]
async fn the_api_describes_itself_as_openapi_3_1() {
    let app = TestApp::start().await;
    let document: Value = app.get("/api/v1/openapi.json").await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    let paths = document["paths"].as_object().unwrap();
    let mut described = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for (path, operations) in paths {
        for (method, operation) in operations.as_object().unwrap() {
            let responses = operation["responses"].as_object().unwrap();
            assert!(!responses.is_empty(), "{method} {path}");
            assert!(
                responses.keys().any(|status| status.starts_with('2')),
                "{method} {path}"
            );
            for (status, response) in responses {
                let description = response["description"].as_str();
                assert!(
                    description.is_some_and(|text| !text.is_empty()),
                    "{status} of {method} {path}"
                );
            }
            let id = operation["operationId"].as_str().unwrap();
            assert!(ids.insert(id.to_owned()), "{id} twice");
            described.push((method.to_uppercase(), path.clone()));
        }
    }
    let mut routes: Vec<_> = tidings::http::routes::ADMIN
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    routes.sort();
    described.sort();
    assert_eq!(described, routes);
}
