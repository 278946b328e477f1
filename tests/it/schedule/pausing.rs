//! A newsletter pauses and goes on.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, TO_FIRST_SLOT, missed, pass, records, titles};
use crate::support::TestApp;
use crate::support::cluster::Database;
use crate::support::process::Tidings;

async fn order(app: &TestApp, verb: &str, body: &Value) -> Value {
    let call = app.api(Method::POST, &format!("/newsletters/morning/{verb}"));
    call.json(body).send().await.expect(200).record()
}

#[tokio::test]
async fn a_pause_makes_no_edition_and_its_end_sends_nothing_for_the_past() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    let paused = order(&app, "pause", &json!({"reason": "summer break"})).await;
    assert_eq!(paused["paused_at"], "2026-01-05T05:30:00Z");
    assert_eq!(paused["pause_reason"], "summer break");
    assert_eq!(paused["held"], json!([]));
    for title in ["Monday", "Tuesday", "Wednesday"] {
        app.article(title).create().await;
        assert_eq!(pass(&app, DAY).await, 0);
    }
    // Readers may sign up all the while.
    app.reader("bob@example.org", "morning").await;
    let resumed = order(&app, "resume", &json!({})).await;
    assert_eq!(
        (&resumed["paused_at"], &resumed["pause_reason"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(resumed["next_due_at"], "2026-01-08T06:00:00Z");
    assert_eq!(pass(&app, jiff::SignedDuration::ZERO).await, 0);
    assert_eq!(app.deliver().await, 0);
    let slots = [
        "2026-01-05T07:00:00",
        "2026-01-06T07:00:00",
        "2026-01-07T07:00:00",
    ];
    let open: Vec<_> = slots.map(|slot| (slot, "paused", "skipped", false)).into();
    assert_eq!(missed(&app).await, records(&open));
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(titles(&app).await, [["Monday", "Tuesday", "Wednesday"]]);
    assert_eq!(app.deliver().await, 2);
    let taken: Vec<_> = slots.map(|slot| (slot, "paused", "skipped", true)).into();
    assert_eq!(missed(&app).await, records(&taken));
}

/// No scheduler ran during the pause: its end records what passed.
#[tokio::test]
async fn slots_of_a_pause_are_recorded_also_when_nothing_ran() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    order(&app, "pause", &json!({})).await;
    app.advance(DAY * 2);
    order(&app, "resume", &json!({})).await;
    assert_eq!(missed(&app).await.len(), 2);
    // Given again it changes nothing.
    order(&app, "resume", &json!({})).await;
    assert_eq!(missed(&app).await.len(), 2);
}

#[tokio::test]
async fn what_was_composed_and_not_begun_is_held() {
    let app = TestApp::start().await;
    app.newsletter("morning").cut_off(20).create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Monday").create().await;
    assert_eq!(pass(&app, MINUTE * 10).await, 1);
    let held = order(&app, "pause", &json!({})).await["held"].clone();
    let id = held[0].as_str().unwrap().to_owned();
    assert_eq!(pass(&app, HOUR).await, 0);
    assert_eq!(app.deliver().await, 0);
    order(&app, "resume", &json!({})).await;
    assert_eq!(app.deliver().await, 0);
    app.api(Method::POST, &format!("/editions/{id}/release"))
        .send()
        .await
        .expect(200);
    assert_eq!(app.deliver().await, 1);
}

#[tokio::test]
async fn a_pause_while_the_cut_off_is_over_keeps_schedulers_from_turning_in_circles() {
    let app = TestApp::start().await;
    app.newsletter("morning").cut_off(60).create().await;
    order(&app, "pause", &json!({})).await;
    assert_eq!(app.run_due().await.len(), 0);
    assert_eq!(pass(&app, MINUTE * 29).await, 0);
    assert_eq!(missed(&app).await.len(), 0);
    app.advance(MINUTE);
    assert_eq!(app.run_due().await[0].missed, 1);
}

#[tokio::test]
async fn only_a_newsletter_that_goes_on_can_pause() {
    let app = TestApp::start().await;
    for verb in ["pause", "resume"] {
        let call = app.api(Method::POST, &format!("/newsletters/nothing/{verb}"));
        assert_eq!(call.send().await.problem(404).code, "unknown_newsletter");
    }
    app.newsletter("morning").create().await;
    let retire = json!({"status": "retired"});
    app.api(Method::PATCH, "/newsletters/morning")
        .json(&retire)
        .send()
        .await
        .expect(200);
    for verb in ["pause", "resume"] {
        let call = app.api(Method::POST, &format!("/newsletters/morning/{verb}"));
        assert_eq!(call.send().await.problem(409).code, "retired");
    }
}

#[tokio::test]
async fn the_command_line_pauses_resumes_and_lists() {
    let database = Database::migrated();
    let key = database.api_key();
    let server = Tidings::serve(&["--no-scheduler", "--no-worker"])
        .database(&database)
        .up()
        .await;
    server.newsletter(&key).await;
    server.stop().await.expect(0);
    let run = async |arguments: &[&str]| Tidings::new(arguments).database(&database).run().await;
    let paused = run(&[
        "newsletters",
        "pause",
        "morning",
        "--reason",
        "summer break",
    ])
    .await
    .expect(0);
    assert!(
        paused.stdout.starts_with("morning pauses since ")
            && paused.stdout.contains("(summer break)")
    );
    database.execute("UPDATE newsletters SET next_due_at = date_trunc('day', now(), 'UTC') - interval '17 hours'");
    let resumed = run(&["newsletters", "resume", "morning"]).await.expect(0);
    assert!(
        resumed.stdout.starts_with("morning goes on, next slot "),
        "{resumed:?}"
    );
    let listed = run(&["schedule", "missed", "morning"]).await.expect(0);
    assert!(
        listed
            .stdout
            .contains("paused skipped (policy send_within, noticed "),
        "{listed:?}"
    );
    let listed = run(&["schedule", "missed", "--json", "--count", "1"])
        .await
        .expect(0);
    assert_eq!(listed.json::<Value>()["newsletter"], "morning");
    run(&["schedule", "missed", "nothing"])
        .await
        .expect(5)
        .says(&["there is no such newsletter"]);
    run(&["newsletters", "pause", "nothing"])
        .await
        .expect(5)
        .says(&["there is no such newsletter"]);
}
