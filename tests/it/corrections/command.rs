//! The same on the command line.

use secrecy::ExposeSecret;
use serde_json::Value;

use super::{frozen, holds, last_mail, send_to_one};
use crate::support::TestApp;
use crate::support::process::{Ran, Tidings};

async fn tidings(app: &TestApp, arguments: &[&str]) -> Ran {
    let url = &app.app.config.database.url;
    let key = "a key for tests only, longer than 32 characters";
    Tidings::new(arguments)
        .env("DATABASE_URL", url.expose_secret())
        .env("SECRET_KEY", key)
        .env("LOG_LEVEL", "error")
        .run()
        .await
}

#[tokio::test]
async fn an_article_is_taken_out_and_readers_are_told() {
    let app = TestApp::start().await;
    frozen(&app, &["Bridge", "Ferry"]).await;
    let (first, second) = send_to_one(&app).await;
    let why = ["--reason", "the source was wrong"];
    let retracted = ["corrections", "retract", "ferry", why[0], why[1], "--json"];
    let retracted = tidings(&app, &retracted).await.expect(0);
    let correction: Value = serde_json::from_str(&retracted.stdout).unwrap();
    assert_eq!(correction["editions"][0]["waiting"], 1);
    let id = correction["id"].as_str().unwrap();
    app.advance(super::MINUTE);
    app.deliver().await;
    assert!(!holds(&*last_mail(&app, second).await, "Ferry"));
    let text = ["--text", "There was no ferry."];
    let told = ["corrections", "notify", id, text[0], text[1]];
    let told = tidings(&app, &told).await.expect(0);
    assert!(
        told.stdout.ends_with("1 readers told in 1 notices\n"),
        "{}",
        told.stdout
    );
    assert!(
        told.stdout
            .contains("1 were sent what was wrong, of 0 nobody knows, 0 wait")
    );
    // The clock of the program is that of the machine, which is later.
    app.execute("UPDATE edition_sends SET not_before = '2026-01-01T00:00:00Z'")
        .await;
    app.deliver().await;
    assert_eq!(last_mail(&app, first).await.subject(), "Correction: Ferry");
    let again = tidings(&app, &["corrections", "notify", id, text[0], text[1]]).await;
    assert!(again.expect(6).stderr.contains("there is nobody to tell"));
    let nothing = tidings(&app, &["corrections", "retract", "nothing", why[0], why[1]]).await;
    nothing.expect(5);
    let shown = tidings(&app, &["corrections", "show", id]).await.expect(0);
    assert!(
        shown
            .stdout
            .starts_with(&format!("correction {id}: retract ferry\n"))
    );
}
