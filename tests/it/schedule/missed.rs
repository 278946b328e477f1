//! Slots that passed while nothing ran (F-27): at most one edition makes up for them, each has a record, no article is lost.

use reqwest::Method;
use serde_json::Value;

use super::{DAY, HOUR, MINUTE, TO_FIRST_SLOT, missed, pass, records, titles};
use crate::support::TestApp;

/// A newsletter with a reader that has had its edition of Monday; then nothing runs until Thursday at `minutes` after 07:00,
/// with an article on each day.
async fn after_three_days(policy: &str, minutes: i32) -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning").misfire(policy).create().await;
    app.reader("ada@example.org", "morning").await;
    app.article("Monday").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.deliver().await;
    for title in ["Tuesday", "Wednesday", "Thursday"] {
        app.article(title).create().await;
        app.advance(DAY);
    }
    app.advance(MINUTE * minutes);
    app
}

const TUESDAY: &str = "2026-01-06T07:00:00";
const WEDNESDAY: &str = "2026-01-07T07:00:00";
const THURSDAY: &str = "2026-01-08T07:00:00";

#[tokio::test]
async fn by_default_one_edition_makes_up_however_late() {
    let app = after_three_days("send_within", 23 * 60).await;
    assert_eq!(pass(&app, MINUTE).await, 1);
    assert_eq!(pass(&app, MINUTE).await, 0);
    assert_eq!(
        titles(&app).await,
        [vec!["Monday"], vec!["Thursday", "Tuesday", "Wednesday"]]
    );
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 2);
    assert_eq!(
        missed(&app).await,
        records(&[
            (TUESDAY, "late", "merged", true),
            (WEDNESDAY, "late", "merged", true),
            (THURSDAY, "late", "sent_late", true),
        ])
    );
}

#[tokio::test]
async fn a_slot_that_is_noticed_at_once_is_not_missed() {
    let app = after_three_days("skip", 15).await;
    assert_eq!(pass(&app, jiff::SignedDuration::ZERO).await, 1);
    assert_eq!(
        missed(&app).await,
        records(&[
            (TUESDAY, "late", "merged", true),
            (WEDNESDAY, "late", "merged", true)
        ])
    );
}

#[tokio::test]
async fn within_its_time_it_is_sent_late_and_after_that_skipped() {
    let app = after_three_days("send_within:2h", 120).await;
    assert_eq!(pass(&app, jiff::SignedDuration::ZERO).await, 1);
    assert_eq!(
        missed(&app).await[2],
        records(&[(THURSDAY, "late", "sent_late", true)])[0]
    );

    let app = after_three_days("send_within:2h", 121).await;
    assert_eq!(pass(&app, jiff::SignedDuration::ZERO).await, 0);
    assert_eq!(app.deliver().await, 0);
    assert_eq!(
        missed(&app).await[2],
        records(&[(THURSDAY, "late", "skipped", false)])[0]
    );
}

/// Whatever the policy, the next edition has the articles of what was not sent.
#[tokio::test]
async fn nothing_is_lost_by_skipping_or_merging() {
    for (policy, outcome) in [("skip", "skipped"), ("merge_into_next", "merged")] {
        let app = after_three_days(policy, 120).await;
        assert_eq!(pass(&app, jiff::SignedDuration::ZERO).await, 0);
        let open: Vec<_> = [TUESDAY, WEDNESDAY, THURSDAY]
            .map(|slot| (slot, "late", outcome, false))
            .into();
        assert_eq!(missed(&app).await, records(&open), "{policy}");
        app.article("Friday").create().await;
        assert_eq!(pass(&app, HOUR * 22).await, 1);
        assert_eq!(
            titles(&app).await,
            [
                vec!["Monday"],
                vec!["Friday", "Thursday", "Tuesday", "Wednesday"]
            ]
        );
        // The records name the edition that took the articles over.
        let taken: Vec<_> = [TUESDAY, WEDNESDAY, THURSDAY]
            .map(|slot| (slot, "late", outcome, true))
            .into();
        assert_eq!(missed(&app).await, records(&taken), "{policy}");
        app.deliver().await;
        assert_eq!(app.inbox("ada@example.org").await.len(), 2);
    }
}

#[tokio::test]
async fn with_nothing_to_send_the_record_says_so() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT + HOUR).await, 0);
    assert_eq!(
        missed(&app).await,
        records(&[("2026-01-05T07:00:00", "late", "empty", false)])
    );
}

/// F-25: clocks that go back make no slot a second time, and none that was served is missed.
#[tokio::test]
async fn a_clock_that_jumps_makes_no_slot_twice() {
    let app = TestApp::start().await;
    app.newsletter("hourly")
        .schedule("0 * * * *", "UTC")
        .create()
        .await;
    for (number, jump) in [
        (1, HOUR * 2),
        (2, -HOUR),
        (3, DAY),
        (4, -DAY),
        (5, HOUR * 25),
    ] {
        app.article(&format!("Article {number}")).create().await;
        pass(&app, jump).await;
    }
    assert_eq!(
        app.count("SELECT 1 FROM editions GROUP BY newsletter_id, slot HAVING count(*) > 1")
            .await,
        0
    );
    let both = "SELECT 1 FROM editions e JOIN missed_slots m USING (newsletter_id, slot) WHERE m.outcome <> 'sent_late'";
    assert_eq!(app.count(both).await, 0);
    let mut came = titles(&app).await.concat();
    let all = came.len();
    came.sort();
    came.dedup();
    assert_eq!(came.len(), all, "an article came twice");
}

#[tokio::test]
async fn missed_slots_are_listed_page_by_page() {
    let app = after_three_days("skip", 120).await;
    app.newsletter("evening")
        .schedule("0 18 * * *", "UTC")
        .create()
        .await;
    pass(&app, jiff::SignedDuration::ZERO).await;
    let list = async |query: &str| {
        let call = app.api(Method::GET, &format!("/missed-slots{query}"));
        call.send().await.expect(200).record()
    };
    let all = list("").await;
    let slots = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["slot"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(slots(&all), [THURSDAY, WEDNESDAY, TUESDAY]);
    let first = &all["items"][0];
    for (name, wanted) in [
        ("newsletter", "morning"),
        ("due_at", "2026-01-08T06:00:00Z"),
        ("reason", "late"),
        ("policy", "skip"),
        ("outcome", "skipped"),
        ("noticed_at", "2026-01-08T08:00:00Z"),
    ] {
        assert_eq!(first[name], wanted);
    }
    assert_eq!(first["edition"], Value::Null);
    let page = list("?newsletter=morning&limit=2").await;
    assert_eq!(slots(&page), [THURSDAY, WEDNESDAY]);
    let cursor = page["next_cursor"].as_str().unwrap();
    let page = list(&format!("?newsletter=morning&limit=2&cursor={cursor}")).await;
    assert_eq!(
        (slots(&page), &page["next_cursor"]),
        (vec![TUESDAY.to_owned()], &Value::Null)
    );
    assert_eq!(
        slots(&list("?newsletter=evening").await),
        Vec::<String>::new()
    );
    app.api(Method::GET, "/missed-slots?newsletter=nothing")
        .send()
        .await
        .problem(404);
}

/// A new schedule counts from now: the slot of the old one that nobody had served yet is not passed over in silence.
#[tokio::test]
async fn a_new_schedule_leaves_a_record_of_what_the_old_one_had_missed() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.article("Monday").create().await;
    app.advance(TO_FIRST_SLOT + MINUTE);
    let evening = serde_json::json!({"schedule": "daily at 18:00 Europe/Berlin"});
    let patch = app
        .api(Method::PATCH, "/newsletters/morning")
        .json(&evening);
    patch.send().await.expect(200);
    let monday = "2026-01-05T07:00:00";
    assert_eq!(
        missed(&app).await,
        records(&[(monday, "late", "skipped", false)])
    );
    assert_eq!(pass(&app, HOUR * 11).await, 1);
    assert_eq!(titles(&app).await, [["Monday"]]);
    assert_eq!(
        missed(&app).await,
        records(&[(monday, "late", "skipped", true)])
    );
}
