//! When editions are made: once per slot, whoever asks and whatever the clocks do.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;

use super::{TO_FIRST_SLOT, pass, titles};
use crate::support::TestApp;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn nothing_is_made_before_its_time_and_nothing_a_second_time() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.article("Bridge reopens").create().await;
    assert_eq!(pass(&app, SignedDuration::from_secs(30 * 60 - 1)).await, 0);
    assert_eq!(pass(&app, SignedDuration::from_secs(1)).await, 1);
    assert_eq!(pass(&app, SignedDuration::ZERO).await, 0);
    assert_eq!(pass(&app, HOUR).await, 0);
}

#[tokio::test]
async fn after_an_outage_one_edition_holds_everything() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Monday").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.deliver().await;
    for title in ["Tuesday", "Wednesday", "Thursday"] {
        app.article(title).create().await;
        app.advance(DAY);
    }
    // Two hours after Thursday's slot the server is back.
    assert_eq!(pass(&app, HOUR * 2).await, 1);
    assert_eq!(
        titles(&app, "morning").await,
        [vec!["Monday"], vec!["Thursday", "Tuesday", "Wednesday"]]
    );
    let newest =
        "SELECT slot, window_from, window_until FROM editions ORDER BY due_at DESC LIMIT 1";
    assert_eq!(
        app.rows(newest).await,
        [json!({
            "slot": "2026-01-08T07:00:00",
            "window_from": "2026-01-05T06:00:00+00:00",
            "window_until": "2026-01-08T06:00:00+00:00",
        })]
    );
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 2);
    // The next slot is Friday's.
    app.article("Friday").create().await;
    assert_eq!(pass(&app, HOUR * 21).await, 0);
    assert_eq!(pass(&app, HOUR).await, 1);
}

#[tokio::test]
async fn eight_schedulers_at_once_make_one_edition_per_slot() {
    let app = TestApp::start().await;
    for slug in ["morning", "noon", "evening"] {
        app.newsletter(slug).create().await;
        app.reader("ada@example.org", slug).await;
        app.reader("bob@example.org", slug).await;
    }
    for (day, by) in [TO_FIRST_SLOT, DAY, DAY].into_iter().enumerate() {
        app.article(&format!("Day {day}")).create().await;
        app.advance(by);
        tokio::join!(
            app.run_due(),
            app.run_due(),
            app.run_due(),
            app.run_due(),
            app.run_due(),
            app.run_due(),
            app.run_due(),
            app.run_due(),
        );
        // Whoever found a newsletter locked left it to the one that held it; nothing is due any more.
        assert_eq!(app.run_due().await.len(), 0);
        assert_eq!(app.deliver().await, 6);
    }
    assert_eq!(app.count("SELECT 1 FROM editions").await, 9);
    assert_eq!(
        app.count("SELECT DISTINCT newsletter_id, slot FROM editions")
            .await,
        9
    );
    assert_eq!(app.inbox("ada@example.org").await.len(), 9);
    assert_eq!(app.inbox("bob@example.org").await.len(), 9);
}

#[tokio::test]
async fn an_outage_before_the_first_edition_loses_nothing() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for title in ["Monday", "Tuesday", "Wednesday"] {
        app.article(title).create().await;
        app.advance(DAY);
    }
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(
        titles(&app, "morning").await,
        [["Monday", "Tuesday", "Wednesday"]]
    );
}

/// Runs a newsletter at 02:30 in Berlin from the evening before a change of clocks, hour by hour for three days;
/// returns slot and instant of its editions.
async fn around_a_change_of_clocks(evening_before: &str) -> Vec<(String, String)> {
    let app = TestApp::start().await;
    let start: Timestamp = evening_before.parse().unwrap();
    app.advance(start.duration_since(app.now()));
    app.newsletter("night")
        .schedule("30 2 * * *", "Europe/Berlin")
        .create()
        .await;
    for hour in 0..72 {
        app.article(&format!("Hour {hour}")).create().await;
        pass(&app, HOUR / 2).await;
        pass(&app, HOUR / 2).await;
    }
    let rows = app
        .rows("SELECT slot, due_at FROM editions WHERE status <> 'skipped' ORDER BY due_at")
        .await;
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| (text(&row["slot"]), text(&row["due_at"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected
        .iter()
        .map(|(slot, due)| ((*slot).to_owned(), (*due).to_owned()))
        .collect()
}

#[tokio::test]
async fn the_night_that_skips_the_slot_has_one_edition() {
    assert_eq!(
        around_a_change_of_clocks("2026-03-27T18:00:00Z").await,
        pairs(&[
            ("2026-03-28T02:30:00", "2026-03-28T01:30:00+00:00"),
            // 02:30 does not exist: the first moment after the gap is 03:00 in summer time.
            ("2026-03-29T02:30:00", "2026-03-29T01:00:00+00:00"),
            ("2026-03-30T02:30:00", "2026-03-30T00:30:00+00:00"),
        ])
    );
}

#[tokio::test]
async fn the_night_that_has_the_slot_twice_has_one_edition() {
    assert_eq!(
        around_a_change_of_clocks("2026-10-23T18:00:00Z").await,
        pairs(&[
            ("2026-10-24T02:30:00", "2026-10-24T00:30:00+00:00"),
            // 02:30 comes twice: the first time counts.
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00+00:00"),
            ("2026-10-26T02:30:00", "2026-10-26T01:30:00+00:00"),
        ])
    );
}

#[tokio::test]
async fn a_retired_newsletter_makes_no_edition() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Bridge reopens").create().await;
    app.api(Method::PATCH, "/newsletters/morning")
        .json(&json!({"status": "retired"}))
        .send()
        .await
        .expect(200);
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 0);
    assert_eq!(pass(&app, DAY).await, 0);
    app.api(Method::POST, "/newsletters/morning/editions")
        .send()
        .await
        .expect(409);
    assert_eq!(app.count("SELECT 1 FROM editions").await, 0);
}
