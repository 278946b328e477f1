//! The same on the command line.

use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{MINUTE, freeze, parts, progress, sending};
use crate::support::TestApp;
use crate::support::process::{Ran, Tidings};
use crate::support::snapshot::assert_snapshot;

const NOTHING: &str = "019b8c7e-7ab0-7000-8000-000000000001";

/// Runs the program beside the one under test, on the same database.
async fn tidings(app: &TestApp, arguments: &[&str]) -> Ran {
    let url = &app.app.config.database.url;
    Tidings::new(arguments)
        .env("DATABASE_URL", url.expose_secret())
        .env(
            "SECRET_KEY",
            "a key for tests only, longer than 32 characters",
        )
        .env("LOG_LEVEL", "warn")
        .run()
        .await
}

/// Runs it and writes down what was typed and what it said; words for people begin with `!`.
async fn recorded(app: &TestApp, seen: &mut String, arguments: &[&str]) -> Ran {
    let ran = tidings(app, arguments).await.expect(0);
    let words = ran.stderr.lines().map(|line| format!("! {line}\n"));
    let words: String = words.collect();
    let typed = arguments.join(" ");
    seen.extend(["$ tidings ", &typed, "\n", &ran.stdout, &words]);
    ran
}

#[tokio::test]
async fn an_edition_is_steered_and_watched() {
    let app = TestApp::start().await;
    let id = freeze(&app, 3).await;
    let mut seen = String::new();
    recorded(&app, &mut seen, &["editions", "list", "morning"]).await;
    recorded(&app, &mut seen, &["editions", "hold", "latest:morning"]).await;
    recorded(&app, &mut seen, &["editions", "release", &id]).await;
    let why = ["--reason", "the lead story is wrong"];
    recorded(
        &app,
        &mut seen,
        &["editions", "pause", "latest:morning", why[0], why[1]],
    )
    .await;
    assert_eq!(app.deliver().await, 0);
    recorded(&app, &mut seen, &["editions", "progress", "latest:morning"]).await;
    recorded(&app, &mut seen, &["sending", "status"]).await;
    recorded(&app, &mut seen, &["editions", "resume", "latest:morning"]).await;
    app.deliver().await;
    recorded(
        &app,
        &mut seen,
        &["editions", "progress", "latest:morning", "--watch"],
    )
    .await;
    recorded(
        &app,
        &mut seen,
        &["editions", "resend", "latest:morning", "--unknown"],
    )
    .await;
    recorded(&app, &mut seen, &["editions", "settle", "latest:morning"]).await;
    recorded(&app, &mut seen, &["editions", "list", "morning"]).await;
    let mut seen = seen
        .replace(&id, "EDITION")
        .replace(&app.smtp.address().to_string(), "RELAY");
    for row in app.rows("SELECT worker_id FROM worker_relays").await {
        seen = seen.replace(row["worker_id"].as_str().unwrap(), "WORKER");
    }
    assert_snapshot("commands_editions", &seen);
    // The pace of the last minute is by the clock, and the other program's is the real one.
    app.advance(MINUTE * 2);
    let object = recorded(
        &app,
        &mut seen,
        &["editions", "progress", &id, "--watch", "--json"],
    )
    .await;
    assert_eq!(object.json::<Value>(), progress(&app, &id).await);
}

#[tokio::test]
async fn everything_is_paused_and_held_and_goes_on() {
    let app = TestApp::start().await;
    freeze(&app, 2).await;
    let mut seen = String::new();
    for arguments in [
        &["sending", "pause", "--reason", "the mail server is moved"][..],
        &["sending", "hold"],
        &["sending", "resume"],
        &["sending", "release"],
    ] {
        recorded(&app, &mut seen, arguments).await;
    }
    assert_snapshot("commands_sending", &seen);
    let paused = tidings(&app, &["sending", "pause", "--json"]).await;
    let paused: Value = paused.expect(0).json();
    assert_eq!(
        parts(&paused, &["is_paused", "holds_new", "reason"]),
        json!({"is_paused": true, "holds_new": false, "reason": null})
    );
    assert_eq!(app.deliver().await, 0);
    app.advance(MINUTE);
    let status = tidings(&app, &["sending", "status", "--json"]).await;
    assert_eq!(status.expect(0).json::<Value>(), sending(&app).await);
}

#[tokio::test]
async fn an_exit_code_says_what_was_wrong() {
    let app = TestApp::start().await;
    let id = freeze(&app, 1).await;
    for (arguments, code, words) in [
        (
            &["editions", "pause", NOTHING][..],
            5,
            "there is no such edition",
        ),
        (
            &["editions", "stop", "latest:evening"],
            5,
            "there is no such newsletter",
        ),
        (
            &["editions", "list", "evening"],
            5,
            "there is no such newsletter",
        ),
        (
            &["editions", "progress", NOTHING, "--watch"],
            5,
            "there is no such edition",
        ),
        (
            &["editions", "resend", "latest:morning"],
            0,
            "0 mails are sent again",
        ),
        (&["editions", "stop", &id, "--reason", "a mistake"], 0, ""),
        (
            &["editions", "resume", &id],
            6,
            "the edition is stopped, and only one that is paused can be resumed",
        ),
        (&["editions", "pause", "morning"], 2, "latest:SLUG"),
        (&["editions", "pause"], 2, "Usage"),
        (&["editions", "hold", &id, "--reason", ""], 2, "--reason"),
    ] {
        tidings(&app, arguments).await.expect(code).says(&[words]);
    }
}
