//! The cut-off of articles and the time of sending are two things.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, pass, titles};
use crate::support::TestApp;

#[tokio::test]
async fn an_edition_is_composed_at_the_cut_off_and_sent_at_the_slot() {
    let app = TestApp::start().await;
    app.newsletter("morning").cut_off(20).create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Before").create().await;
    assert_eq!(
        pass(&app, MINUTE * 10 - jiff::SignedDuration::from_secs(1)).await,
        0
    );
    assert_eq!(pass(&app, jiff::SignedDuration::from_secs(1)).await, 1);
    app.article("After").create().await;
    assert_eq!(app.deliver().await, 0, "nothing is sent before the slot");
    // A reader who comes between cut-off and slot is not in the frozen edition.
    app.reader("bob@example.org", "morning").await;
    assert_eq!(pass(&app, MINUTE * 19).await, 0);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(pass(&app, MINUTE).await, 0);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    assert_eq!(pass(&app, DAY - MINUTE * 20).await, 1);
    assert_eq!(titles(&app).await, [["Before"], ["After"]]);
    let windows = "SELECT slot, due_at, window_until FROM editions ORDER BY slot LIMIT 1";
    assert_eq!(
        app.rows(windows).await,
        [
            json!({"slot": "2026-01-05T07:00:00", "due_at": "2026-01-05T06:00:00+00:00",
                "window_until": "2026-01-05T05:40:00+00:00"})
        ]
    );
}

/// With a cut-off that is longer than the rhythm several editions wait for their slots at once, and still every article
/// is in exactly one.
#[tokio::test]
async fn windows_join_also_when_the_cut_off_is_longer_than_the_rhythm() {
    let app = TestApp::start().await;
    app.newsletter("hourly")
        .schedule("0 * * * *", "UTC")
        .cut_off(150)
        .create()
        .await;
    for number in 0..12 {
        app.article(&format!("Article {number:02}")).create().await;
        pass(&app, MINUTE * 30).await;
    }
    pass(&app, HOUR).await;
    let mut came = titles(&app).await.concat();
    let all = came.len();
    came.sort();
    came.dedup();
    assert_eq!((came.len(), all), (12, 12));
    let torn = "SELECT 1 FROM (SELECT window_until, lead(window_from) OVER (ORDER BY due_at) AS next FROM editions \
                 WHERE status <> 'skipped') w WHERE next <> window_until";
    assert_eq!(app.count(torn).await, 0);
    assert_eq!(app.count("SELECT 1 FROM missed_slots").await, 0);
    let wrong = "SELECT 1 FROM editions WHERE due_at - window_until <> interval '150 minutes'";
    assert_eq!(app.count(wrong).await, 0);
}

#[tokio::test]
async fn an_edition_made_by_hand_has_everything_up_to_now() {
    let app = TestApp::start().await;
    app.newsletter("morning").cut_off(60).create().await;
    app.reader("ada@example.org", "morning").await;
    app.advance(HOUR);
    app.article("Just now").create().await;
    app.advance(MINUTE);
    app.api(Method::POST, "/newsletters/morning/editions")
        .send()
        .await
        .expect(201);
    assert_eq!(titles(&app).await, [["Just now"]]);
    assert_eq!(app.deliver().await, 1);
}

#[tokio::test]
async fn the_cut_off_and_the_policy_are_settings_of_a_newsletter() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let timing =
        |minutes: i32, misfire: &str| json!({"cut_off_minutes": minutes, "misfire": misfire});
    let patch = async |timing: Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning");
        call.json(&json!({ "timing": timing })).send().await
    };
    let read = app.api(Method::GET, "/newsletters/morning");
    let read = read.send().await.expect(200).record();
    assert_eq!(read["timing"], timing(0, "send_within"));
    let day = patch(json!({"cut_off_minutes": 1440})).await;
    assert_eq!(
        day.expect(200).record()["timing"],
        timing(1440, "send_within")
    );
    let two = patch(json!({"misfire": "send_within:2h"})).await;
    let wanted = timing(1440, "send_within:120m");
    assert_eq!(two.expect(200).record()["timing"], wanted);
    for (body, field) in [
        (json!({"cut_off_minutes": 1441}), "timing.cut_off_minutes"),
        (json!({"cut_off_minutes": -1}), "timing.cut_off_minutes"),
        (json!({"misfire": "later"}), "timing.misfire"),
        (json!({"misfire": "send_within:0m"}), "timing.misfire"),
    ] {
        assert_eq!(
            patch(body.clone()).await.problem(422).fields,
            [field],
            "{body}"
        );
    }
    patch(json!({"cutoff": 1})).await.problem(422);
    let read = app.api(Method::GET, "/newsletters/morning");
    assert_eq!(read.send().await.expect(200).record()["timing"], wanted);
}

#[tokio::test]
async fn a_new_newsletter_can_have_its_timing_and_approval_at_once() {
    let app = TestApp::start().await;
    let (timing, approval) = (
        json!({"cut_off_minutes": 45, "misfire": "merge_into_next"}),
        json!({"mode": "needs_approval", "deadline_minutes": 30, "overdue": "skip",
               "mail_to": ["desk@europablatt.example"]}),
    );
    let mut body = json!({
        "slug": "morning", "title": "Morning", "language": "en", "schedule": "daily at 7 Europe/Berlin",
        "sender": {"name": "Europablatt", "address": "daily@news.europablatt.example"},
        "timing": timing, "approval": approval,
    });
    let post = app.api(Method::POST, "/newsletters").json(&body);
    let made = post.send().await.expect(201).record();
    assert_eq!((&made["timing"], &made["approval"]), (&timing, &approval));
    body["slug"] = json!("other");
    body["timing"]["cut_off_minutes"] = json!(1441);
    body["approval"]["deadline_minutes"] = json!(0);
    let post = app.api(Method::POST, "/newsletters").json(&body);
    let mut fields = post.send().await.problem(422).fields;
    fields.sort();
    assert_eq!(
        fields,
        ["approval.deadline_minutes", "timing.cut_off_minutes"]
    );
    assert_eq!(app.count("SELECT 1 FROM newsletters").await, 1);
}
