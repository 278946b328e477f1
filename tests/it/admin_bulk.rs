//! Many articles in one request: NDJSON in, NDJSON out.

use std::fmt::Write as _;

use futures_util::StreamExt as _;
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::support::{Answer, TestApp};

const NDJSON: &str = "application/x-ndjson";

fn article(id: &str, title: &str) -> Value {
    json!({
        "external_id": id, "title": title, "language": "en", "published_at": "2026-01-05T05:00:00Z",
        "url": format!("https://www.europablatt.example/{id}"), "body_html": "<p>Text</p>",
    })
}

fn body(lines: &[String]) -> String {
    lines.iter().fold(String::new(), |mut body, line| {
        writeln!(body, "{line}").unwrap();
        body
    })
}

async fn post(app: &TestApp, body: &str) -> Answer {
    app.api(Method::POST, "/articles")
        .body(NDJSON, body)
        .send()
        .await
}

async fn post_keyed(app: &TestApp, key: &str, body: &str) -> Answer {
    let call = app.api(Method::POST, "/articles").body(NDJSON, body);
    call.header("idempotency-key", key).send().await
}

/// Number, status and code of the problem of each line.
fn rows(answer: &Answer) -> Vec<(u64, String, String)> {
    assert_eq!(answer.header("content-type"), NDJSON);
    let text = answer.text();
    let lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .map(|row| {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (
                row["line"].as_u64().unwrap(),
                word(&row["status"]),
                word(&row["error"]["code"]),
            )
        })
        .collect()
}

fn row(number: u64, status: &str, code: &str) -> (u64, String, String) {
    (number, status.to_owned(), code.to_owned())
}

#[tokio::test]
async fn each_line_is_answered_in_order_and_a_bad_one_spoils_no_other() {
    let app = TestApp::start().await;
    let mut wished = article("eb-4", "Wished");
    wished["slug"] = json!("bridge");
    let mut strange = article("eb-6", "Strange");
    strange["surprise"] = json!(1);
    let lines = [
        article("eb-1", "Bridge").to_string(),
        "{ broken".to_owned(),
        String::new(),
        "[1]".to_owned(),
        wished.to_string(),
        json!({ "external_id": "eb-5", "title": "", "language": "!", "url": "x", "published_at": "2026-01-05T05:00:00Z" }).to_string(),
        strange.to_string(),
        json!({ "title": "No id" }).to_string(),
        article("eb-1", "Bridge closes").to_string() + "\r",
        article("eb-1", "Bridge closes").to_string(),
        "x".repeat(app.app.config.server.max_article_bytes + 1),
    ];
    // The last line does not end.
    let text = body(&lines) + &article("eb-9", "Last").to_string();
    let answer = post(&app, &text).await.expect(200);
    let expected = [
        row(1, "created", ""),
        row(2, "error", "invalid_json"),
        row(4, "error", "invalid_json"),
        row(5, "error", "slug_taken"),
        row(6, "error", "invalid_fields"),
        row(7, "error", "invalid_fields"),
        row(8, "error", "invalid_fields"),
        row(9, "updated", ""),
        row(10, "unchanged", ""),
        row(11, "error", "too_large"),
        row(12, "created", ""),
    ];
    assert_eq!(rows(&answer), expected);
    let sixth: Value = serde_json::from_str(answer.text().lines().nth(4).unwrap()).unwrap();
    assert_eq!(sixth["external_id"], "eb-5");
    assert_eq!(sixth["error"]["errors"].as_array().unwrap().len(), 3);
    let titles = app
        .rows("SELECT title FROM articles ORDER BY external_id")
        .await;
    assert_eq!(
        titles,
        [
            json!({ "title": "Bridge closes" }),
            json!({ "title": "Last" })
        ]
    );
}

#[tokio::test]
async fn answers_come_while_the_body_still_does() {
    let app = TestApp::start().await;
    let (tell, told) = mpsc::unbounded_channel::<Result<String, std::io::Error>>();
    let body = futures_util::stream::unfold(told, |mut told| async {
        told.recv().await.map(|part| (part, told))
    });
    let second = article("eb-2", "Two").to_string();
    let (begin, end) = second.split_at(10);
    tell.send(Ok(format!("{}\n{begin}", article("eb-1", "One"))))
        .unwrap();
    let call = app.api(Method::POST, "/articles").stream(NDJSON, body);
    let mut answers = call.begin().await;
    let first = answers.next().await.unwrap().unwrap();
    assert!(first.starts_with(b"{\"line\":1,"), "{first:?}");
    assert_eq!(app.count("SELECT 1 FROM articles").await, 1);
    tell.send(Ok(end.to_owned())).unwrap();
    drop(tell);
    let last = answers.next().await.unwrap().unwrap();
    let expected = b"{\"line\":2,\"external_id\":\"eb-2\",\"status\":\"created\"";
    assert!(last.starts_with(expected), "{last:?}");
    assert!(answers.next().await.is_none());
}

#[tokio::test]
async fn thousands_of_articles_of_one_title_have_slugs_of_their_own() {
    let app = TestApp::start().await;
    let lines: Vec<String> = (0..2_000)
        .map(|number| article(&format!("eb-{number}"), "Same").to_string())
        .collect();
    let answer = post(&app, &body(&lines)).await.expect(200);
    let rows = rows(&answer);
    assert_eq!(rows.len(), 2_000);
    assert!(rows.iter().all(|(_, status, _)| status == "created"));
    assert_eq!(app.count("SELECT DISTINCT slug FROM articles").await, 2_000);
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer_for_a_day() {
    let app = TestApp::start().await;
    let text = body(&[article("eb-1", "One").to_string(), "broken".to_owned()]);
    let first = post_keyed(&app, "import-1", &text).await.expect(200);
    assert_eq!(
        rows(&first),
        [row(1, "created", ""), row(2, "error", "invalid_json")]
    );
    assert_eq!(first.header("idempotency-replayed"), "");
    let again = post_keyed(&app, "import-1", &text).await.expect(200);
    assert_eq!(
        (again.header("idempotency-replayed"), again.text()),
        ("true", first.text())
    );
    let other = post_keyed(
        &app,
        "import-1",
        &body(&[article("eb-2", "Two").to_string()]),
    )
    .await;
    assert_eq!(other.problem(422).code, "idempotency_key_reused");
    assert_eq!(app.count("SELECT 1 FROM articles").await, 1);
    app.advance(SignedDuration::from_hours(25));
    let later = post_keyed(&app, "import-1", &text).await.expect(200);
    assert_eq!(rows(&later)[0], row(1, "unchanged", ""));
    // One that is under way, and one that was lost with its server.
    app.execute("UPDATE idempotency_keys SET answer = NULL")
        .await;
    assert_eq!(
        post_keyed(&app, "import-1", &text).await.problem(409).code,
        "under_way"
    );
    app.advance(SignedDuration::from_mins(11));
    post_keyed(&app, "import-1", &text).await.expect(200);
    for key in ["", "with space", &"x".repeat(256)] {
        let problem = post_keyed(&app, key, &text).await.problem(422);
        assert_eq!(problem.fields, ["Idempotency-Key"], "{key}");
    }
}

#[tokio::test]
async fn what_is_no_ndjson_is_refused_and_no_line_is_no_answer() {
    let app = TestApp::start().await;
    let text = article("eb-1", "One").to_string();
    for kind in ["application/json", "text/plain"] {
        let call = app.api(Method::POST, "/articles").body(kind, text.clone());
        assert_eq!(
            call.send().await.problem(415).code,
            "unsupported_media_type"
        );
    }
    for nothing in ["", "\n \n\r\n"] {
        assert_eq!(post(&app, nothing).await.expect(200).text(), "");
        assert_eq!(
            post_keyed(&app, "nothing", nothing).await.status(),
            if nothing.is_empty() { 200 } else { 422 }
        );
    }
    let large = "\n".repeat(16 * 1024 * 1024 + 1);
    assert_eq!(
        post_keyed(&app, "large", &large).await.problem(413).code,
        "too_large"
    );
    assert_eq!(app.count("SELECT 1 FROM articles").await, 0);
}
