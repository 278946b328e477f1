//! The newsroom deletes everything about a reader, and nobody but the reader comes back.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

const ADA: &str = "ada@example.org";

/// Ada, confirmed, who opened the page of her mail.
async fn with_ada() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.sign_up(ADA, &["morning"]).await.expect(303);
    app.deliver().await;
    let mail = app.inbox(ADA).await.pop().unwrap();
    app.confirm(&mail).await.expect(200);
    let rows = app.rows("SELECT id FROM subscribers").await;
    (app, rows[0]["id"].as_str().unwrap().to_owned())
}

async fn erase(app: &TestApp, id: &str, body: &Value) -> Answer {
    let path = format!("/subscribers/{id}/erase");
    app.api(Method::POST, &path).json(body).send().await
}

async fn add(app: &TestApp) -> Answer {
    let body = json!({
        "address": "Ada@Example.org", "newsletters": ["morning"], "language": "en",
        "consent": {"source": "A list from another system", "obtained_at": "2025-12-01T09:00:00Z"},
    });
    let call = app.api(Method::POST, "/subscribers").json(&body);
    call.send().await.expect(200)
}

/// Every table that names a reader.
async fn rows_of_readers(app: &TestApp) -> usize {
    let mut rows = 0;
    for table in [
        "subscribers",
        "subscriptions",
        "consents",
        "signups",
        "signup_openings",
        "deliveries",
        "attempts",
        "reader_links",
    ] {
        rows += app.count(&format!("SELECT 1 FROM {table}")).await;
    }
    rows
}

#[tokio::test]
async fn erasing_over_the_api_leaves_what_the_readers_own_page_leaves() {
    let (app, id) = with_ada().await;
    assert!(rows_of_readers(&app).await >= 7);
    let body = json!({"confirm_address": "ADA@example.org"});
    let answer = erase(&app, &id, &body).await.expect(204);
    assert_eq!(answer.text(), "");
    assert_eq!(rows_of_readers(&app).await, 0);
    assert_eq!(app.count("SELECT 1 FROM erasures").await, 1);
    let marks = app.rows("SELECT mark, reason FROM erasures").await;
    // Again: a client that lost the answer is told the same.
    erase(&app, &id, &body).await.expect(204);
    assert_eq!(app.rows("SELECT mark, reason FROM erasures").await, marks);
    let read = app.api(Method::GET, &format!("/subscribers/{id}"));
    read.send().await.problem(404);
}

#[tokio::test]
async fn nobody_is_erased_by_mistake() {
    let (app, id) = with_ada().await;
    app.reader("ben@example.org", "morning").await;
    let before = rows_of_readers(&app).await;
    let ben = json!({"confirm_address": "ben@example.org"});
    let problem = erase(&app, &id, &ben).await.problem(422);
    assert_eq!(problem.fields, ["confirm_address"]);
    assert!(problem.detail.contains("nothing was deleted"));
    let none = json!({"confirm_address": "ada"});
    assert_eq!(
        erase(&app, &id, &none).await.problem(422).fields,
        ["confirm_address"]
    );
    erase(&app, &id, &json!({})).await.problem(422);
    erase(&app, &id, &json!({"confirm_address": ADA, "force": true}))
        .await
        .problem(422);
    let unknown = "01920000-0000-7000-8000-000000000000";
    let ada = json!({"confirm_address": ADA});
    let problem = erase(&app, unknown, &ada).await.problem(404);
    assert_eq!(problem.code, "unknown_subscriber");
    let path = format!("/api/v1/subscribers/{id}/erase");
    app.call(Method::POST, &path)
        .json(&ada)
        .send()
        .await
        .problem(401);
    assert_eq!(rows_of_readers(&app).await, before);
    assert_eq!(app.count("SELECT 1 FROM erasures").await, 0);
}

#[tokio::test]
async fn only_the_reader_brings_an_erased_address_back() {
    let (app, id) = with_ada().await;
    erase(&app, &id, &json!({"confirm_address": ADA}))
        .await
        .expect(204);
    let refused = json!({"id": null, "results": [{"newsletter": "morning", "result": "erased"}]});
    assert_eq!(add(&app).await.json::<Value>(), refused);
    assert_eq!(rows_of_readers(&app).await, 0);
    app.sign_up(ADA, &["morning"]).await.expect(303);
    app.deliver().await;
    // A sign-up may be anybody's.
    assert_eq!(
        add(&app).await.json::<Value>()["results"],
        refused["results"]
    );
    let mail = app.inbox(ADA).await.pop().unwrap();
    assert!(mail.subject().starts_with("Please confirm"));
    app.post(&link(&mail, "/confirm/"), &[]).await.expect(200);
    assert_eq!(
        add(&app).await.json::<Value>()["results"][0]["result"],
        "already"
    );
    assert_eq!(app.count("SELECT 1 FROM erasures").await, 0);
    // The old id is nobody's any more, and its reader is not erased by it.
    erase(&app, &id, &json!({"confirm_address": ADA}))
        .await
        .problem(404);
}

#[tokio::test]
async fn what_is_never_written_to_stays_so_after_erasing() {
    let (app, id) = with_ada().await;
    app.execute("INSERT INTO suppressions VALUES ('ada@example.org', 'complaint', now())")
        .await;
    erase(&app, &id, &json!({"confirm_address": ADA}))
        .await
        .expect(204);
    let answer = add(&app).await.json::<Value>();
    assert_eq!(answer["results"][0]["result"], "suppressed");
    assert_eq!(answer["id"], Value::Null);
    app.sign_up(ADA, &["morning"]).await.expect(303);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(rows_of_readers(&app).await, 0);
}
