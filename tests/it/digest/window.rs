//! Which articles enter an edition.

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde_json::json;
use tidings::usecases::articles;

use super::{TO_FIRST_SLOT, pass, titles};
use crate::support::TestApp;
use crate::support::numbers::Numbers;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Makes an article available at a time that its storing did not have.
async fn available(app: &TestApp, title: &str, at: &str) {
    let changed = app
        .execute(&format!(
            "UPDATE articles SET available_at = '{at}' WHERE title = '{title}'"
        ))
        .await;
    assert_eq!(changed, 1);
}

#[tokio::test]
async fn a_window_holds_its_first_instant_and_not_its_last() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for (title, at) in [
        ("Too early", "2026-01-04T05:59:59.999999Z"),
        ("First", "2026-01-04T06:00:00Z"),
        ("Last", "2026-01-05T05:59:59.999999Z"),
        ("Next", "2026-01-05T06:00:00Z"),
    ] {
        app.article(title).create().await;
        available(&app, title, at).await;
    }
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(titles(&app, "morning").await, [["First", "Last"]]);
    assert_eq!(pass(&app, DAY).await, 1);
    assert_eq!(
        titles(&app, "morning").await,
        [vec!["First", "Last"], vec!["Next"]]
    );
}

#[tokio::test]
async fn over_a_week_no_article_is_lost_and_none_comes_twice() {
    let app = TestApp::start().await;
    app.newsletter("hourly")
        .schedule("0 * * * *", "Europe/Berlin")
        .articles(2, 200)
        .create()
        .await;
    let end: Timestamp = "2026-01-12T05:30:00Z".parse().unwrap();
    let (mut numbers, mut stored) = (Numbers(7), 0);
    while app.now() < end {
        // Whole minutes, so that a tick often falls on a slot, and an article on either end of a window.
        let by = numbers.minutes_below(61);
        if numbers.below(4) == 0 {
            app.advance(by);
        } else {
            pass(&app, by).await;
        }
        for _ in 0..numbers.below(3) {
            stored += 1;
            let title = format!("Article {stored}");
            app.article(&title).create().await;
        }
    }
    app.article("Last but one").create().await;
    app.article("Last").create().await;
    pass(&app, SignedDuration::from_hours(1)).await;

    let mut came: Vec<String> = titles(&app, "hourly").await.concat();
    let count = came.len();
    came.sort();
    came.dedup();
    assert_eq!(came.len(), count, "an article came twice");
    assert_eq!(count, stored + 2, "an article was lost");
    assert!(stored > 200, "{stored}");
    let skipped = "SELECT 1 FROM editions WHERE skip_reason = 'too_few_articles'";
    assert!(app.count(skipped).await > 0);
}

#[tokio::test]
async fn an_edited_article_does_not_come_back() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.article("Bridge closed").external_id("b").create().await;
    app.article("Bridge reopens")
        .external_id("b")
        .create()
        .await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(titles(&app, "morning").await, [["Bridge reopens"]]);
    app.article("Bridge reopened")
        .external_id("b")
        .create()
        .await;
    app.article("Ferry late").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    assert_eq!(
        titles(&app, "morning").await,
        [["Bridge reopened"], ["Ferry late"]]
    );
    let subjects = app
        .rows("SELECT subject FROM editions ORDER BY due_at")
        .await;
    assert_eq!(
        subjects[0]["subject"], "Bridge reopens",
        "the first edition stays as it was frozen"
    );
}

#[tokio::test]
async fn a_hidden_article_does_not_enter() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.article("Kept").create().await;
    app.article("Taken back")
        .external_id("wrong")
        .create()
        .await;
    app.api(Method::POST, "/articles/wrong/hide")
        .send()
        .await
        .expect(200);
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(titles(&app, "morning").await, [["Kept"]]);
}

#[tokio::test]
async fn language_and_topics_choose() {
    let app = TestApp::start().await;
    app.newsletter("all").create().await;
    app.newsletter("climate")
        .topics(&["climate", "energy"])
        .create()
        .await;
    app.newsletter("klima")
        .language("de")
        .topics(&["climate"])
        .create()
        .await;
    for (title, language, topics) in [
        ("Glacier", "en", vec!["alps", "climate"]),
        ("Grid", "en", vec!["energy"]),
        ("Opera", "en", vec!["music"]),
        ("Gletscher", "de", vec!["climate"]),
        ("Oper", "de", vec!["music"]),
    ] {
        app.article(title)
            .language(language)
            .topics(&topics)
            .create()
            .await;
    }
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 3);
    assert_eq!(titles(&app, "all").await, [["Glacier", "Grid", "Opera"]]);
    assert_eq!(titles(&app, "climate").await, [["Glacier", "Grid"]]);
    assert_eq!(titles(&app, "klima").await, [["Gletscher"]]);
}

#[tokio::test]
async fn without_articles_there_is_no_mail_and_a_record_of_why() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader("ada@example.org", "morning").await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(
        app.rows("SELECT status, skip_reason, completed_at IS NOT NULL AS closed FROM editions")
            .await,
        [json!({"status": "skipped", "skip_reason": "no_articles", "closed": true})]
    );
    assert_eq!(app.deliver().await, 0);
    assert_eq!(app.count("SELECT 1 FROM edition_deliveries").await, 0);
}

#[tokio::test]
async fn too_few_articles_wait_for_the_next_edition() {
    let app = TestApp::start().await;
    app.newsletter("morning").articles(3, 20).create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("One").create().await;
    app.article("Two").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(
        app.rows("SELECT status, skip_reason FROM editions").await,
        [json!({"status": "skipped", "skip_reason": "too_few_articles"})]
    );
    assert_eq!(app.deliver().await, 0);
    // Two days and a second skipped slot later they are still not lost.
    assert_eq!(pass(&app, DAY).await, 1);
    app.article("Three").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    let all = titles(&app, "morning").await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[2], ["One", "Three", "Two"]);
    assert_eq!(app.deliver().await, 1);
}

#[tokio::test]
async fn what_does_not_fit_is_written_down_and_does_not_come_back() {
    let app = TestApp::start().await;
    app.newsletter("morning").articles(1, 2).create().await;
    for (title, minutes) in [("Newest", 1), ("Newer", 2), ("Old", 3), ("Oldest", 4)] {
        app.article(title)
            .published_minutes_ago(minutes)
            .create()
            .await;
    }
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    let placed = "SELECT a.title, x.placement FROM edition_articles x JOIN articles a ON a.id = x.article_id \
                   ORDER BY x.position";
    assert_eq!(
        app.rows(placed).await,
        [
            json!({"title": "Newest", "placement": "lead"}),
            json!({"title": "Newer", "placement": "section"}),
            json!({"title": "Old", "placement": "left_out"}),
            json!({"title": "Oldest", "placement": "left_out"}),
        ]
    );
    app.article("Tomorrow").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    assert_eq!(titles(&app, "morning").await[1], ["Tomorrow"]);
}

/// Its transaction has read the clock and is still open when the window closes: it waits, or the article comes next.
#[tokio::test]
async fn an_article_whose_storing_takes_long_is_in_no_closed_window() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.article("In time").create().await;
    let slow = app.article("Slow").draft();
    let (began, stored) = (app.now(), std::sync::mpsc::channel());
    let (commit, committed) = std::sync::mpsc::channel::<()>();
    let db = app.app.db.clone();
    let writer = tokio::spawn(async move {
        db.transaction(move |conn| {
            articles::put(conn, began, &slow)?;
            stored.0.send(()).unwrap();
            committed.recv().unwrap();
            Ok::<_, articles::Error>(())
        })
        .await
        .unwrap();
    });
    tokio::task::spawn_blocking(move || stored.1.recv())
        .await
        .unwrap()
        .unwrap();
    app.advance(TO_FIRST_SLOT);
    let shared = app.app.clone();
    let tick = tokio::spawn(async move { tidings::worker::tick::run_due(&shared).await.unwrap() });
    // The scheduler waits for the writer, and only for it.
    let waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%digest_cut%'";
    while app.count(waits).await == 0 {
        assert!(
            !tick.is_finished(),
            "the window was closed over the head of the writer"
        );
        tokio::task::yield_now().await;
    }
    commit.send(()).unwrap();
    writer.await.unwrap();
    assert_eq!(tick.await.unwrap().composed.len(), 1);
    assert_eq!(titles(&app, "morning").await, [["In time", "Slow"]]);

    // Whoever read the clock before, and begins only after the window is closed, is in the next one.
    let late = app.article("Late").draft();
    app.run(move |conn| articles::put(conn, began, &late)).await;
    assert_eq!(pass(&app, DAY).await, 1);
    assert_eq!(titles(&app, "morning").await[1], ["Late"]);
}
