//! What a reader may do in place of leaving, and after it.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::{ADA, link_of_next_edition, state, status, with_reader};
use crate::support::{Answer, TestApp};

/// Presses a button that leads back to the page, and returns the page.
async fn press(app: &TestApp, link: &str, end: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = app.post(&format!("{link}{end}"), fields).await.expect(303);
    let page = app.get(answer.header("location")).await.expect(200);
    assert!(
        page.text().contains("role=\"status\"") || end == "/never",
        "{}",
        page.text()
    );
    page
}

async fn actions(app: &TestApp) -> Vec<Value> {
    let select = "SELECT action, source, wording FROM consents WHERE action IN ('changed', 'restored') ORDER BY recorded_at";
    app.rows(select).await
}

async fn reasons(app: &TestApp) -> Value {
    let answer = app.api(Method::GET, "/newsletters/morning/leave-reasons");
    answer.send().await.expect(200).json()
}

#[tokio::test]
async fn undo_brings_back_the_same_row_with_its_rhythm_and_mark() {
    let (app, link) = with_reader().await;
    press(&app, &link, "/instead", &[("choice", "weekly")]).await;
    let before = state(&app).await.0;
    app.post(&link, &[]).await.expect(200);
    app.article("Ferry late").create().await;
    app.advance(SignedDuration::from_hours(23));
    let page = app.get(&link).await.expect(200);
    assert!(page.text().contains("/undo"), "{}", page.text());
    press(&app, &link, "/undo", &[]).await;
    assert_eq!(state(&app).await.0, before);
    assert_eq!(actions(&app).await[1]["action"], "restored");
    // Again: there is nothing left to undo, and nothing changes.
    let answer = app.post(&format!("{link}/undo"), &[]).await.expect(303);
    assert!(answer.header("location").ends_with("done=too_late"));
    assert_eq!(state(&app).await.0, before);
    // What came while the reader was away is in the next edition, once.
    app.advance(SignedDuration::from_hours(7 * 24));
    app.run_due().await;
    app.deliver().await;
    let mails = app.inbox(ADA).await;
    let with_ferry = mails
        .iter()
        .filter(|mail| mail.text().unwrap().contains("Ferry late"));
    assert_eq!(with_ferry.count(), 1);
    assert!(
        !mails
            .last()
            .unwrap()
            .text()
            .unwrap()
            .contains("Bridge reopens")
    );
}

#[tokio::test]
async fn undo_makes_up_for_what_leaving_cancelled() {
    let (app, link) = with_reader().await;
    app.article("Ferry late").create().await;
    app.advance(SignedDuration::from_mins(30));
    assert_eq!(app.run_due().await.len(), 1);
    app.post(&link, &[("List-Unsubscribe", "One-Click")])
        .await
        .expect(200);
    assert_eq!(app.deliver().await, 0);
    press(&app, &link, "/undo", &[]).await;
    link_of_next_edition(&app).await;
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text().unwrap().contains("Ferry late"));
}

#[tokio::test]
async fn after_a_day_there_is_no_undo() {
    let (app, link) = with_reader().await;
    app.post(&link, &[]).await.expect(200);
    app.advance(SignedDuration::from_hours(24));
    let before = state(&app).await;
    let page = app.get(&link).await.expect(200);
    assert!(!page.text().contains("/undo") && page.text().contains("Subscribe again"));
    press(&app, &link, "/undo", &[]).await;
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn the_newsroom_s_unsubscribing_cannot_be_undone_by_an_old_mail() {
    let (app, link) = with_reader().await;
    let id = app.rows("SELECT id FROM subscribers").await.remove(0);
    let path = format!("/subscribers/{}/unsubscribe", id["id"].as_str().unwrap());
    let call = app.api(Method::POST, &path).json(&json!({}));
    call.send().await.expect(200);
    press(&app, &link, "/undo", &[]).await;
    assert_eq!(status(&app).await, "unsubscribed");
}

#[tokio::test]
async fn once_a_week_is_offered_where_it_comes_more_often_and_recorded() {
    let (app, link) = with_reader().await;
    let page = press(&app, &link, "/instead", &[("choice", "weekly")]).await;
    assert!(
        page.text()
            .contains("You now get Europe this morning once a week.")
    );
    assert!(
        !page.text().contains("Once a week instead"),
        "{}",
        page.text()
    );
    let rhythm = "SELECT r.cron, r.zone FROM subscriptions s JOIN rhythms r ON r.id = s.rhythm_id";
    assert_eq!(
        app.rows(rhythm).await,
        [json!({"cron": "0 7 * * 1", "zone": "Europe/Berlin"})]
    );
    let expected = json!({"action": "changed", "source": "unsubscribe_page",
                          "wording": "Europe this morning | Once a week instead"});
    assert_eq!(actions(&app).await, [expected]);
    // Pressed again, nothing changes.
    app.post(&format!("{link}/instead"), &[("choice", "weekly")])
        .await
        .expect(303);
    assert_eq!(actions(&app).await.len(), 1);
}

#[tokio::test]
async fn a_month_s_pause_ends_by_itself_and_nothing_is_lost() {
    let (app, link) = with_reader().await;
    let page = press(&app, &link, "/instead", &[("choice", "pause")]).await;
    assert!(
        page.text()
            .contains("Until 5 February 2026 you get nothing.")
    );
    assert_eq!(status(&app).await, "paused");
    app.article("Ferry late").create().await;
    app.advance(SignedDuration::from_hours(30 * 24));
    app.run_due().await;
    app.deliver().await;
    assert_eq!(app.inbox(ADA).await.len(), 1);
    app.article("Tram extended").create().await;
    app.advance(SignedDuration::from_hours(2 * 24));
    app.run_due().await;
    app.deliver().await;
    assert_eq!(status(&app).await, "active");
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), 2);
    assert!(mails[1].text().unwrap().contains("Tram extended"));
}

#[tokio::test]
async fn stopping_everything_and_undoing_it_are_one_press_each() {
    let (app, link) = with_reader().await;
    app.newsletter("evening").create().await;
    app.newsletter("noon").create().await;
    app.reader(ADA, "evening").await;
    app.reader(ADA, "noon").await;
    let active = "SELECT 1 FROM subscriptions WHERE status = 'active'";
    let page = press(&app, &link, "/all", &[]).await;
    assert!(page.text().contains("You no longer get any newsletter."));
    assert_eq!(app.count(active).await, 0);
    press(&app, &link, "/undo", &[]).await;
    assert_eq!(app.count(active).await, 3);
}

#[tokio::test]
async fn a_reason_is_counted_once_and_says_nothing_about_the_reader() {
    let (app, link) = with_reader().await;
    // Nobody who still gets it has a reason to give.
    app.post(&format!("{link}/reason"), &[("reason", "other")])
        .await
        .expect(303);
    app.post(&link, &[]).await.expect(200);
    for _ in 0..2 {
        press(&app, &link, "/reason", &[("reason", "too_many")]).await;
    }
    app.post(&format!("{link}/reason"), &[("reason", "rubbish")])
        .await
        .expect(400);
    app.post(&format!("{link}/reason"), &[]).await.expect(303);
    let answer = reasons(&app).await;
    let of = |name: &str| {
        let all = answer["reasons"].as_array().unwrap();
        all.iter().find(|it| it["reason"] == name).unwrap()["total"].clone()
    };
    assert_eq!(of("too_many"), 1);
    assert_eq!(of("other"), 0);
    let rows = app.rows("SELECT * FROM leave_reasons").await;
    assert_eq!(rows.len(), 1);
    let mut columns: Vec<_> = rows[0].as_object().unwrap().keys().cloned().collect();
    columns.sort();
    assert_eq!(columns, ["day", "newsletter_id", "readers", "reason"]);
    // Back and gone again: one reason more.
    app.post(&format!("{link}/undo"), &[]).await.expect(303);
    app.post(&link, &[]).await.expect(200);
    press(&app, &link, "/reason", &[("reason", "too_many")]).await;
    assert_eq!(reasons(&app).await["reasons"][0]["total"], 2);
}

#[tokio::test]
async fn whoever_did_not_sign_up_is_never_written_to_again() {
    let (app, link) = with_reader().await;
    app.newsletter("evening").create().await;
    // A confirmation waits in the mailbox meanwhile.
    app.sign_up(ADA, &["evening"]).await.expect(303);
    app.deliver().await;
    let confirmation = app.inbox(ADA).await.last().unwrap().clone();
    // Before leaving it is no button of the page, and does nothing.
    app.post(&format!("{link}/never"), &[]).await.expect(303);
    assert_eq!(app.count("SELECT 1 FROM suppressions").await, 0);
    app.post(&link, &[]).await.expect(200);
    let page = press(&app, &link, "/reason", &[("reason", "not_signed_up")]).await;
    assert!(page.text().contains("Never write to this address"));
    let page = press(&app, &link, "/never", &[]).await;
    assert!(
        page.text()
            .contains("We never write to this address again.")
    );
    assert!(!page.text().contains("/undo"));
    // Every way in.
    let mails = app.inbox(ADA).await.len();
    app.confirm(&confirmation).await.expect(410);
    let confirm_link = crate::support::link(&confirmation, "/confirm/");
    app.post(&format!("{confirm_link}/resend"), &[])
        .await
        .expect(303);
    app.post(&format!("{link}/undo"), &[]).await.expect(303);
    app.sign_up("Ada@Example.org", &["morning"])
        .await
        .expect(303);
    let body = json!({"address": ADA, "newsletters": ["morning"], "language": "en",
                      "consent": {"source": "fair", "obtained_at": "2026-01-01T00:00:00Z"}});
    let added: Value = app
        .api(Method::POST, "/subscribers")
        .json(&body)
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(added["results"][0]["result"], "suppressed");
    app.deliver().await;
    assert_eq!(app.inbox(ADA).await.len(), mails);
    let open = "SELECT 1 FROM subscriptions WHERE status <> 'unsubscribed'";
    assert_eq!(app.count(open).await, 0);
}

#[tokio::test]
async fn choices_are_made_by_post_and_only_with_a_link_of_ours() {
    let (app, link) = with_reader().await;
    let before = state(&app).await;
    for end in ["/instead", "/all", "/undo", "/reason", "/never"] {
        app.get(&format!("{link}{end}")).await.expect(405);
        let fields = [("choice", "pause"), ("reason", "other")];
        let wrong = format!("/unsubscribe/AAAA{end}");
        app.post(&wrong, &fields).await.expect(404);
    }
    app.get(&format!("{link}?done=all")).await.expect(200);
    assert_eq!(state(&app).await, before);
}
