//! The newsroom makes and changes newsletters over the admin API.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

/// A newsletter as a newsroom sends it.
fn morning() -> Value {
    json!({
        "slug": "morning",
        "title": "Europe this morning",
        "promise": "What matters, in five minutes.",
        "frequency": "weekdays at 7 am",
        "language": "en",
        "sender": {"name": "Europablatt", "address": "daily@news.europablatt.example"},
        "schedule": {"cron": "0 7 * * 1-5", "zone": "Europe/Berlin"},
        "topics": ["politics", "energy"],
        "min_articles": 2,
        "max_articles": 9
    })
}

/// `value` with one member, perhaps one of an object in it, replaced; `pointer` is a JSON pointer.
fn with(mut value: Value, pointer: &str, member: impl Into<Value>) -> Value {
    *value.pointer_mut(pointer).unwrap() = member.into();
    value
}

#[tokio::test]
async fn a_newsletter_is_made_read_and_listed() {
    let app = TestApp::start().await;
    let answer = app
        .api(Method::POST, "/newsletters")
        .json(&morning())
        .send()
        .await
        .expect(201);
    assert_eq!(answer.header("location"), "/api/v1/newsletters/morning");
    let made = answer.record();
    for (name, wanted) in morning().as_object().unwrap() {
        assert_eq!(made[name], *wanted, "{name}");
    }
    assert_eq!(made["status"], "active");
    assert_eq!(made["next_due_at"], "2026-01-05T06:00:00Z");
    assert_eq!(made["created_at"], "2026-01-05T05:30:00Z");

    let read = app.api(Method::GET, "/newsletters/morning").send().await;
    assert_eq!(read.expect(200).record(), made);
    let list = app.api(Method::GET, "/newsletters").send().await;
    assert_eq!(
        list.expect(200).record(),
        json!({"items": [made], "next_cursor": null})
    );
}

#[tokio::test]
async fn what_is_left_out_has_a_default() {
    let app = TestApp::start().await;
    let mut body = morning();
    for name in [
        "promise",
        "frequency",
        "topics",
        "min_articles",
        "max_articles",
    ] {
        body.as_object_mut().unwrap().remove(name);
    }
    let made = app
        .api(Method::POST, "/newsletters")
        .json(&body)
        .send()
        .await
        .expect(201)
        .record();
    assert_eq!(
        (&made["promise"], &made["frequency"], &made["topics"]),
        (&json!(""), &json!(""), &json!([]))
    );
    assert_eq!(
        (&made["min_articles"], &made["max_articles"]),
        (&json!(1), &json!(30))
    );
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name() {
    let app = TestApp::start().await;
    let post = app.api(Method::POST, "/newsletters").json(&morning());
    let before = post.send().await.expect(201).record();
    app.advance(SignedDuration::from_mins(5));
    let change = json!({"title": "Europe at seven", "topics": []});
    let patch = app.api(Method::PATCH, "/newsletters/morning").json(&change);
    let after = patch.send().await.expect(200).record();
    let mut wanted = before;
    wanted["title"] = json!("Europe at seven");
    wanted["topics"] = json!([]);
    wanted["updated_at"] = json!("2026-01-05T05:35:00Z");
    assert_eq!(after, wanted);
    let read = app.api(Method::GET, "/newsletters/morning").send().await;
    assert_eq!(read.expect(200).record(), wanted);
}

#[tokio::test]
async fn a_new_schedule_counts_from_now_and_a_retired_newsletter_has_no_next_run() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let patch = async |change: Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning").json(&change);
        call.send().await.expect(200).record()["next_due_at"].clone()
    };
    let evening = json!({"schedule": {"cron": "30 18 * * *", "zone": "Europe/Lisbon"}});
    assert_eq!(patch(evening).await, "2026-01-05T18:30:00Z");
    assert_eq!(patch(json!({"status": "retired"})).await, Value::Null);
    app.advance(SignedDuration::from_hours(24));
    assert_eq!(
        patch(json!({"status": "active"})).await,
        "2026-01-06T18:30:00Z"
    );
}

#[tokio::test]
async fn the_next_runs_keep_local_time_when_the_clocks_change() {
    let app = TestApp::start().await;
    app.newsletter("seven")
        .schedule("0 7 28-30 3 *", "Europe/Berlin")
        .create()
        .await;
    app.newsletter("gap")
        .schedule("30 2 28-30 3 *", "Europe/Berlin")
        .create()
        .await;
    app.newsletter("twice")
        .schedule("30 2 24-26 10 *", "Europe/Berlin")
        .create()
        .await;
    let slots = async |slug: &str| {
        let path = format!("/newsletters/{slug}/next?count=3");
        let answer = app.api(Method::GET, &path).send().await.expect(200);
        let slots = answer.record()["slots"].as_array().unwrap().clone();
        let pair = |slot: &Value| {
            let text = |name: &str| slot[name].as_str().unwrap().to_owned();
            (text("local"), text("due_at"))
        };
        slots.iter().map(pair).collect::<Vec<_>>()
    };
    let pairs = |all: [(&str, &str); 3]| all.map(|(local, due)| (local.into(), due.into()));
    assert_eq!(
        slots("seven").await,
        pairs([
            ("2026-03-28T07:00:00", "2026-03-28T06:00:00Z"),
            ("2026-03-29T07:00:00", "2026-03-29T05:00:00Z"),
            ("2026-03-30T07:00:00", "2026-03-30T05:00:00Z"),
        ])
    );
    // 02:30 does not exist on 29 March: the run comes when the clocks have jumped to 03:00.
    assert_eq!(
        slots("gap").await,
        pairs([
            ("2026-03-28T02:30:00", "2026-03-28T01:30:00Z"),
            ("2026-03-29T02:30:00", "2026-03-29T01:00:00Z"),
            ("2026-03-30T02:30:00", "2026-03-30T00:30:00Z"),
        ])
    );
    // 02:30 comes twice on 25 October: the run is at the first.
    assert_eq!(
        slots("twice").await,
        pairs([
            ("2026-10-24T02:30:00", "2026-10-24T00:30:00Z"),
            ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
            ("2026-10-26T02:30:00", "2026-10-26T01:30:00Z"),
        ])
    );
}

#[tokio::test]
async fn one_to_a_hundred_next_runs_are_told() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for (query, wanted) in [("", 5), ("?count=1", 1), ("?count=100", 100)] {
        let path = format!("/newsletters/morning/next{query}");
        let answer = app.api(Method::GET, &path).send().await.expect(200);
        assert_eq!(answer.record()["slots"].as_array().unwrap().len(), wanted);
    }
    for count in ["0", "101"] {
        let path = format!("/newsletters/morning/next?count={count}");
        let problem = app.api(Method::GET, &path).send().await.problem(422);
        assert_eq!(problem.fields, ["count"]);
    }
    let path = "/newsletters/morning/next?count=many";
    let problem = app.api(Method::GET, path).send().await.problem(400);
    assert_eq!(problem.code, "invalid_query");
}

#[tokio::test]
async fn each_wrong_field_is_named() {
    let app = TestApp::start().await;
    let cases = [
        ("/slug", json!("Über uns"), "slug"),
        ("/slug", json!(""), "slug"),
        ("/slug", json!("a".repeat(81)), "slug"),
        ("/title", json!(""), "title"),
        ("/title", json!("\u{202E}\r\n\u{0}"), "title"),
        ("/title", json!("a".repeat(101)), "title"),
        ("/title", json!("ä".repeat(300)), "title"),
        ("/promise", json!("a".repeat(301)), "promise"),
        ("/frequency", json!("a".repeat(301)), "frequency"),
        ("/language", json!("not a language"), "language"),
        ("/sender/name", json!("a".repeat(300)), "sender.name"),
        ("/sender/name", json!(" \t "), "sender.name"),
        ("/sender/address", json!("daily"), "sender.address"),
        (
            "/sender/address",
            json!("daily@example.org\r\nBcc: eve@example.org"),
            "sender.address",
        ),
        ("/schedule/cron", json!("0 7 * *"), "schedule"),
        ("/schedule/cron", json!("0 7 31 2 *"), "schedule"),
        ("/schedule/cron", json!("61 7 * * *"), "schedule"),
        ("/schedule/zone", json!("Europe/Berlim"), "schedule"),
        ("/schedule/zone", json!(""), "schedule"),
        ("/topics/1", json!("Politics!"), "topics[1]"),
        ("/min_articles", json!(0), "min_articles"),
        ("/min_articles", json!(10), "min_articles"),
        ("/max_articles", json!(201), "min_articles"),
        ("/max_articles", json!(-1), "min_articles"),
    ];
    for (pointer, value, field) in cases {
        let body = with(morning(), pointer, value.clone());
        let post = app.api(Method::POST, "/newsletters").json(&body);
        let problem = post.send().await.problem(422);
        assert_eq!(problem.code, "invalid_fields", "{value}");
        assert_eq!(problem.fields, [field], "{value}");
        assert!(problem.detail.starts_with(field), "{}", problem.detail);
    }
    assert_eq!(app.count("SELECT 1 FROM newsletters").await, 0);
}

#[tokio::test]
async fn a_change_with_wrong_fields_changes_nothing() {
    let app = TestApp::start().await;
    let post = app.api(Method::POST, "/newsletters").json(&morning());
    let before = post.send().await.expect(201).record();
    app.advance(SignedDuration::from_mins(5));
    let cases = [
        (json!({"title": "a".repeat(300)}), "title"),
        (json!({"promise": "a".repeat(301)}), "promise"),
        (json!({"language": "?"}), "language"),
        (
            json!({"title": "New", "schedule": {"cron": "x", "zone": "UTC"}}),
            "schedule",
        ),
        (
            json!({"sender": {"name": "Desk", "address": "@"}}),
            "sender.address",
        ),
        (json!({"topics": ["a b"]}), "topics[0]"),
        (json!({"max_articles": 1}), "min_articles"),
    ];
    for (change, field) in cases {
        let patch = app.api(Method::PATCH, "/newsletters/morning").json(&change);
        assert_eq!(patch.send().await.problem(422).fields, [field], "{change}");
    }
    let read = app.api(Method::GET, "/newsletters/morning").send().await;
    assert_eq!(read.expect(200).record(), before);
}

#[tokio::test]
async fn all_wrong_fields_are_told_at_once() {
    let app = TestApp::start().await;
    let body = json!({
        "slug": "No Slug", "title": "", "language": "", "topics": ["ok", "Not ok"],
        "promise": "a".repeat(301),
        "sender": {"name": "", "address": ""},
        "schedule": {"cron": "", "zone": "UTC"}
    });
    let post = app.api(Method::POST, "/newsletters").json(&body);
    let problem = post.send().await.problem(422);
    let mut fields = problem.fields;
    fields.sort();
    let wanted = [
        "language",
        "promise",
        "schedule",
        "sender.address",
        "sender.name",
        "slug",
        "title",
        "topics[1]",
    ];
    assert_eq!(fields, wanted);
    assert_eq!(problem.detail, "8 fields are wrong, see errors");
}

#[tokio::test]
async fn a_schedule_is_taken_in_words_and_shown_in_the_language_of_the_newsletter() {
    let app = TestApp::start().await;
    let body = with(morning(), "/schedule", "weekdays at 07:00 Europe/Berlin");
    let post = app.api(Method::POST, "/newsletters").json(&body);
    let made = post.send().await.expect(201).record();
    let berlin = json!({"cron": "0 7 * * 1-5", "zone": "Europe/Berlin"});
    assert_eq!(made["schedule"], berlin);
    assert_eq!(made["schedule_words"], "weekdays at 07:00");
    let patch = async |change: Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning").json(&change);
        call.send().await.expect(200).record()
    };
    let friday = "am ersten Freitag im Monat um 9 Uhr Europe/Vienna";
    let changed = patch(json!({"schedule": friday, "language": "de"})).await;
    let vienna = json!({"cron": "0 9 * * 5#1", "zone": "Europe/Vienna"});
    assert_eq!(changed["schedule"], vienna);
    let words = changed["schedule_words"].as_str().unwrap();
    assert_eq!(words, "am ersten Freitag im Monat um 09:00 Uhr");
    // What was shown can be sent back.
    let again = patch(json!({"schedule": format!("{words} Europe/Vienna")})).await;
    assert_eq!(again["schedule"], vienna);
    let get = app.api(Method::GET, "/newsletters/morning/next");
    let next = get.send().await.expect(200).record();
    assert_eq!(next["schedule_words"], words);
    let slots = next["slots"].as_array().unwrap().iter();
    let notes: Vec<_> = slots.filter_map(|slot| slot["note"].as_str()).collect();
    assert_eq!(notes, ["Uhren werden vorgestellt: 09:00 CEST"]);
}

#[tokio::test]
async fn words_that_say_no_schedule_are_explained() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for (words, part) in [
        ("fortnightly at 7 UTC", "\"fortnightly\""),
        ("weekdays at 7", "no time zone"),
    ] {
        let wrong = json!({ "schedule": words });
        let patch = app.api(Method::PATCH, "/newsletters/morning").json(&wrong);
        let problem = patch.send().await.problem(422);
        assert_eq!(problem.fields, ["schedule"]);
        assert!(problem.detail.contains(part), "{}", problem.detail);
    }
    let neither = json!({"schedule": 7});
    let patch = app
        .api(Method::PATCH, "/newsletters/morning")
        .json(&neither);
    let detail = patch.send().await.problem(422).detail;
    assert!(
        detail.contains("weekdays at 07:00 Europe/Berlin"),
        "{detail}"
    );
}
