//! An edition is never so large that mail programs cut it off, and one that cannot be sent says why.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::{TO_FIRST_SLOT, pass, titles};
use crate::support::TestApp;
use crate::support::process::Tidings;

/// A newsletter of one reader, with so many articles.
async fn newsroom(app: &TestApp, count: usize, title: &str, standfirst: &str) {
    app.newsletter("morning").articles(1, 200).create().await;
    app.reader("ada@example.org", "morning").await;
    for number in 0..count {
        app.article(&format!("{number} {title}"))
            .standfirst(standfirst)
            .section(&format!("Section {}", number % 3))
            .image("https://www.europablatt.example/i.jpg", standfirst)
            .create()
            .await;
    }
}

async fn latest(app: &TestApp) -> Value {
    let list = app.api(Method::GET, "/newsletters/morning/editions");
    list.send().await.expect(200).json::<Value>()["items"][0].clone()
}

#[tokio::test]
async fn stories_of_a_large_edition_become_short() {
    let app = TestApp::start().await;
    newsroom(&app, 30, "Bridge", &"\"<&>'\" trams ".repeat(75)).await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    let edition = latest(&app).await;
    let warning = edition["warnings"][0].as_str().unwrap();
    assert!(
        warning.starts_with("the mail was over 81920 bytes: "),
        "{edition}"
    );
    assert!(
        warning.ends_with("stories were moved to \"in brief\""),
        "{edition}"
    );
    assert_eq!(
        edition["warnings"].as_array().unwrap().len(),
        1,
        "{edition}"
    );
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let html = mail.html().unwrap();
    assert!(html.len() < 80 * 1024, "{}", html.len());
    // Nothing is lost: what is no full story is a line.
    for number in 0..30 {
        assert!(html.contains(&format!(">{number} Bridge</a>")), "{number}");
    }
    let full = html.matches("<h3").count();
    assert!((1..11).contains(&full), "{full}");
    let places = app
        .rows("SELECT placement, count(*) AS n FROM edition_articles GROUP BY 1 ORDER BY 1")
        .await;
    assert_eq!(places[2], json!({ "placement": "section", "n": full }));
}

#[tokio::test]
async fn an_edition_that_stays_too_large_is_not_sent_and_loses_no_article() {
    let app = TestApp::start().await;
    newsroom(&app, 200, &"\"Bridge\" ".repeat(18), "").await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    let edition = latest(&app).await;
    assert_eq!(edition["status"], "skipped");
    assert_eq!(edition["skip_reason"], "too_large");
    let why = edition["warnings"][0].as_str().unwrap();
    assert!(
        why.contains("at most 102400 are sent") && why.contains("lower max_articles"),
        "{why}"
    );
    app.deliver().await;
    assert!(app.inbox("ada@example.org").await.is_empty());
    let ran = Tidings::new(&["editions", "list", "morning"])
        .env("DATABASE_URL", &app.database_url())
        .env(
            "SECRET_KEY",
            "a key for tests only, longer than 32 characters",
        )
        .run()
        .await
        .expect(0);
    assert!(
        ran.stdout.contains("skipped (too_large)") && ran.stdout.contains(why),
        "{ran:?}"
    );

    let patch = app.api(Method::PATCH, "/newsletters/morning");
    patch
        .json(&json!({ "max_articles": 10 }))
        .send()
        .await
        .expect(200);
    assert_eq!(pass(&app, SignedDuration::from_hours(24)).await, 1);
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    assert_eq!(
        titles(&app, "morning").await[1].len(),
        200,
        "ten shown, the others noted as left out"
    );
}
