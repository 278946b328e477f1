//! What any link changes.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{ADA, link_of_next_edition, press, state, with_reader};
use crate::support::TestApp;

const OF: &str = "/newsletters/morning";

fn saved<'a>(every: &'a str, format: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("action", "save"),
        ("every", every),
        ("weekday", "5"),
        ("hour", "18"),
        ("minute", "0"),
        ("zone", "Asia/Kolkata"),
        ("language", "de"),
        ("format", format),
    ]
}

async fn subscription(app: &TestApp) -> Value {
    let select = "SELECT s.status, s.language, s.is_text_only, s.paused_until, r.cron, r.zone, r.kind \
                    FROM subscriptions s LEFT JOIN rhythms r ON r.id = s.rhythm_id \
                    JOIN newsletters n ON n.id = s.newsletter_id WHERE n.slug = 'morning'";
    app.rows(select).await.remove(0)
}

async fn wordings(app: &TestApp) -> Vec<Value> {
    let select =
        "SELECT action, wording FROM consents WHERE source = 'preferences' ORDER BY wording";
    app.rows(select).await
}

#[tokio::test]
async fn rhythm_language_and_format_are_saved_and_recorded_once() {
    let (app, link) = with_reader().await;
    for _ in 0..2 {
        let page = press(&app, &link, OF, &saved("week", "text")).await;
        assert!(page.text().contains("Europe this morning"));
    }
    let row = subscription(&app).await;
    assert_eq!(
        (&row["cron"], &row["zone"]),
        (&json!("0 18 * * 5"), &json!("Asia/Kolkata"))
    );
    assert_eq!(
        (&row["language"], &row["is_text_only"]),
        (&json!("de"), &json!(true))
    );
    let expected = "Europe this morning | de | Text only | 0 18 * * 5 Asia/Kolkata";
    assert_eq!(
        wordings(&app).await,
        [json!({"action": "changed", "wording": expected})]
    );
    // The page, which speaks German now, shows what is saved.
    let page = app.get(&link).await.expect(200).text();
    for shown in [
        "<option value=\"week\" selected>",
        "<option value=\"5\" selected>",
        "<option value=\"18\" selected>",
        "value=\"Asia/Kolkata\"",
        "Ihre Newsletter",
    ] {
        assert!(page.contains(shown), "{shown} is not in {page}");
    }
    press(&app, &link, OF, &saved("newsletter", "html")).await;
    let row = subscription(&app).await;
    assert_eq!(
        (&row["cron"], &row["is_text_only"]),
        (&json!(null), &json!(false))
    );
    press(&app, &link, OF, &saved("publication", "html")).await;
    assert_eq!(subscription(&app).await["kind"], "as_published");
}

#[tokio::test]
async fn what_cannot_be_kept_is_said_and_changes_nothing() {
    let (app, link) = with_reader().await;
    let before = state(&app).await;
    let path = format!("{link}{OF}");
    let mut nowhere = saved("week", "html");
    nowhere[5].1 = "Europe/Atlantis";
    for fields in [
        nowhere,
        saved("sometimes", "html"),
        vec![("action", "pause"), ("until", "2026-01-05")],
        vec![("action", "pause"), ("until", "2027-02-01")],
        vec![("action", "pause"), ("until", "tomorrow")],
    ] {
        let page = app.post(&path, &fields).await.expect(422);
        assert!(page.text().contains("role=\"alert\""), "{fields:?}");
    }
    app.post(&path, &[("action", "explode")]).await.expect(400);
    for slug in ["nothing", "evening"] {
        let path = format!("{link}/newsletters/{slug}");
        app.post(&path, &[("action", "leave")]).await.expect(404);
    }
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn a_pause_ends_on_its_day_before_the_edition_of_that_day() {
    let (app, link) = with_reader().await;
    let fields = [("action", "pause"), ("until", "2026-01-08")];
    let page = press(&app, &link, OF, &fields).await;
    assert!(
        page.text()
            .contains("Until 8 January 2026 you get nothing.")
    );
    app.article("Ferry late").create().await;
    app.advance(SignedDuration::from_hours(2 * 24));
    app.run_due().await;
    app.deliver().await;
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(subscription(&app).await["status"], "paused");
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    app.deliver().await;
    let row = subscription(&app).await;
    assert_eq!(
        (&row["status"], &row["paused_until"]),
        (&json!("active"), &json!(null))
    );
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text().unwrap().contains("Ferry late"));
}

#[tokio::test]
async fn many_pauses_end_in_one_pass() {
    let (app, _) = with_reader().await;
    app.execute("INSERT INTO subscribers SELECT gen_random_uuid(), n || '@example.net', n || '@example.net', 'en', now() \
                   FROM generate_series(1, 1200) n").await;
    app.execute("INSERT INTO subscriptions (id, subscriber_id, newsletter_id, status, language, link_nonce, requested_at, \
                                            confirmed_at, paused_until) \
                 SELECT gen_random_uuid(), s.id, n.id, 'paused', 'en', gen_random_uuid(), now(), now(), \
                        '2026-01-06T00:00:00Z' FROM subscribers s, newsletters n \
                  WHERE s.address LIKE '%@example.net' AND n.slug = 'evening'").await;
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'paused'")
            .await,
        0
    );
}

#[tokio::test]
async fn resume_leave_and_join_are_buttons_and_joining_needs_no_second_mail() {
    let (app, link) = with_reader().await;
    press(
        &app,
        &link,
        OF,
        &[("action", "pause"), ("until", "2026-02-01")],
    )
    .await;
    press(&app, &link, OF, &[("action", "resume")]).await;
    assert_eq!(subscription(&app).await["status"], "active");
    let evening = "/newsletters/evening";
    let page = press(&app, &link, evening, &[("action", "join")]).await;
    assert!(page.text().contains("You now get evening."));
    press(&app, &link, evening, &[("action", "join")]).await;
    press(&app, &link, OF, &[("action", "leave")]).await;
    let select = "SELECT n.slug, s.status FROM subscriptions s JOIN newsletters n ON n.id = s.newsletter_id ORDER BY 1";
    let expected = [
        json!({"slug": "evening", "status": "active"}),
        json!({"slug": "morning", "status": "unsubscribed"}),
    ];
    assert_eq!(app.rows(select).await, expected);
    let told = wordings(&app).await;
    assert_eq!(told.len(), 4, "{told:?}");
    let joined = json!({"action": "confirmed", "wording": "evening | Get this, too"});
    assert!(told.contains(&joined), "{told:?}");
    assert_eq!(app.deliver().await, 0);
    // The link of the newsletter that was left goes on working.
    press(&app, &link, "/stop", &[]).await;
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status <> 'unsubscribed'")
            .await,
        0
    );
}

#[tokio::test]
async fn whoever_joins_again_begins_like_a_new_reader() {
    let (app, link) = with_reader().await;
    press(&app, &link, OF, &[("action", "leave")]).await;
    app.article("While away").create().await;
    app.advance(SignedDuration::from_hours(48));
    app.run_due().await;
    press(&app, &link, OF, &[("action", "join")]).await;
    let mark = app.rows("SELECT sent_until FROM subscriptions").await;
    assert_eq!(mark, [json!({"sent_until": null})]);
}

#[tokio::test]
async fn text_only_is_a_mail_with_one_part() {
    let (app, link) = with_reader().await;
    app.reader("ben@example.org", "morning").await;
    let mut fields = saved("newsletter", "text");
    fields[6].1 = "en";
    press(&app, &link, OF, &fields).await;
    link_of_next_edition(&app).await;
    let (ada, ben) = (app.inbox(ADA).await, app.inbox("ben@example.org").await);
    let (ada, ben) = (ada.last().unwrap(), ben.last().unwrap());
    assert!(ada.header("Content-Type").unwrap().contains("text/plain"));
    assert_eq!(ada.html(), None);
    assert!(
        ben.header("Content-Type")
            .unwrap()
            .contains("multipart/alternative")
    );
    assert!(ben.html().is_some());
    let body = |mail: &tidings::mail::captured::CapturedMail| {
        let text = mail.text().unwrap().replace("\r\n", "\n");
        let lines = text
            .lines()
            .filter(|line| !line.contains("https://news.europablatt.example/"));
        let lines: Vec<_> = lines
            .filter(|line| !line.contains("@example.org"))
            .collect();
        lines.join("\n").trim_end().to_owned()
    };
    assert_eq!(body(ada), body(ben));
    assert!(
        ada.header("List-Unsubscribe")
            .unwrap()
            .contains("/unsubscribe/")
    );
}
