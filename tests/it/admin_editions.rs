//! The newsroom makes, looks at and tests editions over the admin API.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

/// A newsletter with three readers and two articles.
async fn newsroom() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    for name in ["ada", "ben", "cleo"] {
        app.reader(&format!("{name}@example.org"), "morning").await;
    }
    app.article("Bridge reopens")
        .external_id("eb-1")
        .image("https://www.europablatt.example/b.jpg", "A bridge")
        .create()
        .await;
    app.article("Ferry runs again")
        .external_id("eb-2")
        .create()
        .await;
    app.advance(SignedDuration::from_mins(1));
    app
}

async fn run_now(app: &TestApp) -> Answer {
    let path = "/newsletters/morning/editions";
    app.api(Method::POST, path).send().await
}

async fn get(app: &TestApp, path: &str) -> Answer {
    app.api(Method::GET, path).send().await
}

/// The path of a new edition.
async fn edition(app: &TestApp) -> String {
    let made = run_now(app).await.expect(201).record();
    format!("/editions/{}", made["id"].as_str().unwrap())
}

#[tokio::test]
async fn an_edition_is_made_now_and_goes_to_all_readers() {
    let app = newsroom().await;
    let answer = run_now(&app).await.expect(201);
    let made = answer.record();
    let path = format!("/editions/{}", made["id"].as_str().unwrap());
    assert_eq!(answer.header("location"), format!("/api/v1{path}"));
    assert_eq!(made["newsletter"], "morning");
    assert_eq!(made["kind"], "manual");
    assert_eq!(made["slot"], "2026-01-05T06:31:00");
    assert_eq!(made["due_at"], "2026-01-05T05:31:00Z");
    assert_eq!(made["window_until"], "2026-01-05T05:31:00Z");
    assert_eq!(made["status"], "delivering");
    assert_eq!(made["subject"], "Bridge reopens");
    assert_eq!(
        (&made["article_count"], &made["recipient_count"]),
        (&json!(2), &json!(3))
    );
    app.get(made["browser_url"].as_str().unwrap())
        .await
        .expect(200);

    assert_eq!(app.deliver().await, 3);
    let detail = get(&app, &path).await.expect(200).record();
    assert_eq!(detail["deliveries"], json!({"sent": 3}));
    let article = |id: &str, title: &str, placement: &str| json!({"external_id": id, "title": title, "placement": placement});
    let articles = json!([
        article("eb-1", "Bridge reopens", "lead"),
        article("eb-2", "Ferry runs again", "section")
    ]);
    assert_eq!(detail["articles"], articles);
    for (name, value) in made.as_object().unwrap() {
        if !["status", "started_at", "completed_at"].contains(&name.as_str()) {
            assert_eq!(detail[name], *value, "{name}");
        }
    }
}

#[tokio::test]
async fn without_anything_new_an_edition_is_skipped() {
    let app = newsroom().await;
    run_now(&app).await.expect(201);
    let problem = run_now(&app).await.problem(409);
    assert_eq!(problem.code, "slot_taken");
    app.advance(SignedDuration::from_mins(1));
    let skipped = run_now(&app).await.expect(201).record();
    assert_eq!(skipped["status"], "skipped");
    assert_eq!(skipped["skip_reason"], "no_articles");
    assert_eq!(skipped["browser_url"], Value::Null);
    assert_eq!(skipped["recipient_count"], 0);
    assert_eq!(app.deliver().await, 3);

    let id = skipped["id"].as_str().unwrap();
    for part in ["preview.html", "preview.txt"] {
        let problem = get(&app, &format!("/editions/{id}/{part}")).await;
        assert_eq!(problem.problem(409).code, "skipped");
    }
    let test = app.api(Method::POST, &format!("/editions/{id}/test"));
    let to = json!({"to": "desk@example.org"});
    assert_eq!(test.json(&to).send().await.problem(409).code, "skipped");
    app.get(&format!("/v/{id}")).await.expect(404);
}

#[tokio::test]
async fn a_retired_newsletter_makes_no_edition() {
    let app = newsroom().await;
    let retire = json!({"status": "retired"});
    let patch = app.api(Method::PATCH, "/newsletters/morning").json(&retire);
    patch.send().await.expect(200);
    assert_eq!(run_now(&app).await.problem(409).code, "retired");
    let unknown = app.api(Method::POST, "/newsletters/nothing/editions");
    assert_eq!(unknown.send().await.problem(404).code, "unknown_newsletter");
}

#[tokio::test]
async fn editions_are_listed_newest_first_in_pages() {
    let app = newsroom().await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let made = run_now(&app).await.expect(201).record();
        ids.insert(0, made["id"].clone());
        app.advance(SignedDuration::from_mins(1));
    }
    let mut seen = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/newsletters/morning/editions?limit=2{cursor}");
        let page = get(&app, &path).await.expect(200).record();
        let items = page["items"].as_array().unwrap();
        assert!((1..=2).contains(&items.len()));
        seen.extend(items.iter().map(|item| item["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(seen, ids);
}

#[tokio::test]
async fn a_preview_holds_nothing_of_a_reader() {
    let app = newsroom().await;
    let path = edition(&app).await;
    let html = get(&app, &format!("{path}/preview.html")).await.expect(200);
    assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
    assert!(
        html.header("content-security-policy")
            .starts_with("sandbox")
    );
    let text = get(&app, &format!("{path}/preview.txt")).await.expect(200);
    assert_eq!(text.header("content-type"), "text/plain; charset=utf-8");
    for part in [html.text(), text.text()] {
        assert!(part.contains("Bridge reopens") && part.contains("Ferry runs again"));
        for hidden in ["@example.org", "/unsubscribe/", "[Test]", "Test:"] {
            assert!(!part.contains(hidden), "{hidden}: {part}");
        }
        let private = |c: char| matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}');
        assert!(!part.contains(private), "{part:?}");
    }
    // The links lead to the preferences and out.
    for (mark, count) in [("[address]", 1), ("[date]", 1), ("[link]", 2)] {
        assert_eq!(text.text().matches(mark).count(), count, "{mark}");
    }
    let page = app.get(&path.replace("/editions/", "/v/")).await;
    assert_eq!(page.expect(200).text(), html.text());
}

#[tokio::test]
async fn a_test_copy_is_marked_counts_nowhere_and_its_link_does_nothing() {
    let app = newsroom().await;
    let path = edition(&app).await;
    app.deliver().await;
    let before = get(&app, &path).await.expect(200).record();
    // The address of a reader, so that a working link would have somebody to unsubscribe.
    let to = json!({"to": "ada@example.org"});
    let call = app.api(Method::POST, &format!("{path}/test")).json(&to);
    let queued = call.send().await.expect(202).record();
    assert!(queued["delivery_id"].is_string());
    assert_eq!(app.deliver().await, 1);
    let inbox = app.inbox("ada@example.org").await;
    let [real, test] = inbox.as_slice() else {
        panic!("{} mails", inbox.len())
    };
    assert_eq!(test.subject(), "[Test] Bridge reopens");
    assert_eq!(test.header("x-tidings-test").as_deref(), Some("yes"));
    let line = "Test: this copy went only to you.";
    assert!(test.html().unwrap().contains(line));
    assert!(test.text().unwrap().contains(line));
    assert_eq!(real.subject(), "Bridge reopens");
    assert_eq!(real.header("x-tidings-test"), None);
    assert!(!real.html().unwrap().contains(line) && !real.text().unwrap().contains(line));

    let stop = link(test, "/unsubscribe/");
    assert_ne!(stop, link(real, "/unsubscribe/"));
    for answer in [
        app.get(&stop).await,
        app.post(&stop, &[]).await,
        app.post(&stop, &[("List-Unsubscribe", "One-Click")]).await,
    ] {
        assert!(
            answer
                .expect(200)
                .text()
                .contains("This link comes from a test copy")
        );
    }
    let active = "SELECT 1 FROM subscriptions WHERE status = 'active'";
    assert_eq!(app.count(active).await, 3);
    let after = get(&app, &path).await.expect(200).record();
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_test_copy_needs_a_mail_address() {
    let app = newsroom().await;
    let path = edition(&app).await;
    for to in ["", "desk", "desk@example.org\r\nBcc: eve@example.org"] {
        let call = app.api(Method::POST, &format!("{path}/test"));
        let problem = call.json(&json!({"to": to})).send().await.problem(422);
        assert_eq!(problem.fields, ["to"]);
    }
    let tests = "SELECT 1 FROM deliveries WHERE kind = 'test'";
    assert_eq!(app.count(tests).await, 0);
}

#[tokio::test]
async fn the_mails_of_an_edition_are_listed_by_status_in_pages() {
    let app = newsroom().await;
    for name in ["dora", "emil"] {
        app.reader(&format!("{name}@example.org"), "morning").await;
    }
    let path = edition(&app).await;
    let list = async |query: &str| {
        let answer = get(&app, &format!("{path}/deliveries{query}")).await;
        answer.expect(200).record()
    };
    let queued = list("?status=queued&limit=2").await;
    assert_eq!(queued["items"].as_array().unwrap().len(), 2);
    let mut ids: Vec<Value> = Vec::new();
    let mut query = "?status=queued&limit=2".to_owned();
    loop {
        let page = list(&query).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.iter().all(|item| item["status"] == "queued"));
        ids.extend(items.iter().map(|item| item["id"].clone()));
        let Some(next) = page["next_cursor"].as_str() else {
            break;
        };
        query = format!("?status=queued&limit=2&cursor={next}");
    }
    let distinct: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (5, 5));
    assert_eq!(list("?status=sent").await["items"], json!([]));

    app.deliver().await;
    assert_eq!(list("?status=queued").await["items"], json!([]));
    let sent = list("?status=sent").await;
    let sent = sent["items"].as_array().unwrap();
    assert_eq!(sent.len(), 5);
    for mail in sent {
        assert_eq!(mail["attempt_count"], 1);
        assert_eq!(mail["settled_at"], "2026-01-05T05:31:00Z");
        assert!(mail["subscriber_id"].is_string());
    }
    // No address of a reader is in the list.
    assert!(!list("").await.to_string().contains('@'));
    for (query, field) in [
        ("?status=lost", "status"),
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?cursor=x", "cursor"),
    ] {
        let answer = get(&app, &format!("{path}/deliveries{query}")).await;
        assert_eq!(answer.problem(422).fields, [field]);
    }
}
