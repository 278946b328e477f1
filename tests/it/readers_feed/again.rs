//! Programs ask again and again: what they have is not sent once more, and what changed is.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;

use super::{ADA, DAY, confirm, edition, items, newsroom, retract, set_look, titles};
use crate::support::TestApp;

/// The status of an answer to a program that says what it has.
async fn asked_again(app: &TestApp, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut call = app.call(Method::GET, path);
    for (name, value) in headers {
        call = call.header(name, value);
    }
    let answer = call.send().await;
    assert_eq!(answer.text().is_empty(), answer.status() == 304, "{path}");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    answer.status()
}

#[tokio::test]
async fn what_a_program_has_is_not_sent_again() {
    let app = newsroom().await;
    let ada = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    edition(&app, &["Ferry"]).await;
    // Within the same second the date could not tell the next change.
    let fresh = app.get(&ada).await.expect(200);
    assert_eq!(fresh.header("last-modified"), "");
    app.advance(SignedDuration::from_mins(1));
    for path in [ada.clone(), ada.replace("atom.xml", "feed.json")] {
        let answer = app.get(&path).await.expect(200);
        let (tag, date) = (answer.header("etag"), answer.header("last-modified"));
        assert_eq!(date, "Wed, 07 Jan 2026 05:30:00 GMT");
        let (earlier, later) = (
            "Wed, 07 Jan 2026 05:29:59 GMT",
            "Wed, 07 Jan 2026 05:30:01 GMT",
        );
        for (expected, headers) in [
            (304, vec![("if-none-match", tag)]),
            (200, vec![("if-none-match", "\"other\"")]),
            (304, vec![("if-modified-since", date)]),
            (200, vec![("if-modified-since", earlier)]),
            (200, vec![("if-modified-since", later)]),
            // The tag knows better than the date.
            (
                200,
                vec![("if-none-match", "\"other\""), ("if-modified-since", date)],
            ),
            (
                304,
                vec![("if-none-match", tag), ("if-modified-since", earlier)],
            ),
        ] {
            assert_eq!(
                asked_again(&app, &path, &headers).await,
                expected,
                "{headers:?}"
            );
        }
        let known = app.call(Method::GET, &path).header("if-none-match", tag);
        let known = known.send().await.expect(304);
        assert_eq!(
            (known.header("etag"), known.header("last-modified")),
            (tag, date)
        );
        assert_eq!(known.header("x-robots-tag"), "noindex");
    }
}

/// Also when something is only taken away.
#[tokio::test]
async fn whatever_changes_is_seen_by_the_date_alone() {
    let app = newsroom().await;
    let ada = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Bridge"]).await;
    edition(&app, &["Ferry", "Tunnel"]).await;
    let changed = async |what: &str, before: &str, count: usize| {
        app.advance(SignedDuration::from_mins(1));
        let dates = [("if-modified-since", before)];
        assert_eq!(asked_again(&app, &ada, &dates).await, 200, "{what}");
        assert_eq!(titles(&app, &ada).await.len(), count, "{what}");
        let answer = app.get(&ada).await.expect(200);
        answer.header("last-modified").to_owned()
    };
    let before = changed("nothing was known", "", 2).await;
    retract(&app, "ferry").await;
    let before = changed("a correction", &before, 2).await;
    retract(&app, "bridge").await;
    let before = changed("everything taken back", &before, 1).await;
    let stop = format!(
        "UPDATE editions SET status = 'stopped', completed_at = '{}' WHERE subject = 'Tunnel'",
        app.now()
    );
    assert_eq!(app.execute(&stop).await, 1);
    let before = changed("an order to stop", &before, 0).await;
    let look = json!({ "readers_feed": true, "archive": "off" });
    set_look(&app, look).await;
    let before = changed("another look", &before, 0).await;
    edition(&app, &["Harbour"]).await;
    changed("an edition", &before, 1).await;
}

#[tokio::test]
async fn programs_see_that_an_edition_was_corrected() {
    let app = newsroom().await;
    let ada = confirm(&app, ADA).await.unwrap();
    edition(&app, &["Ferry", "Tunnel"]).await;
    let xml = app.get(&ada).await.expect(200).text();
    let (published, updated) = (
        "<published>2026-01-05T06:00:00Z</published>",
        "<updated>2026-01-05T06:00:00Z</updated>",
    );
    assert!(xml.contains(published), "{xml}");
    assert_eq!(xml.matches(updated).count(), 2, "of feed and entry: {xml}");

    app.advance(DAY);
    retract(&app, "ferry").await;
    let xml = app.get(&ada).await.expect(200).text();
    assert!(xml.contains(published), "{xml}");
    assert_eq!(xml.matches(updated).count(), 0, "{xml}");
    let corrected = "<updated>2026-01-07T05:30:00Z</updated>";
    assert_eq!(xml.matches(corrected).count(), 2, "{xml}");
    let item = items(&app, &ada).await.remove(0);
    assert_eq!(item["date_published"], "2026-01-05T06:00:00Z");
    assert_eq!(item["date_modified"], "2026-01-07T05:30:00Z");
    assert_eq!(item["title"], "Tunnel");
}
