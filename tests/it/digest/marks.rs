//! Readers who were away, whose mail failed, or who came back get exactly what they have not had.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use tidings::domain::subscriber::Subscriber;

use super::{TO_FIRST_SLOT, got, pass};
use crate::support::TestApp;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

async fn turn(app: &TestApp, reader: &Subscriber, verb: &str) {
    let path = format!("/subscribers/{}/subscriptions/morning/{verb}", reader.id);
    app.api(Method::POST, &path).send().await.expect(200);
}

/// A day later: one more article, the edition, its mails.
async fn day(app: &TestApp, title: &str) {
    app.article(title).create().await;
    assert_eq!(pass(app, DAY).await, 1);
    app.deliver().await;
}

async fn start() -> (TestApp, Subscriber) {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let ada = app.reader(ADA, "morning").await;
    app.reader(BOB, "morning").await;
    app.article("Zero").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.deliver().await;
    (app, ada)
}

#[tokio::test]
async fn who_pauses_gets_after_it_what_came_meanwhile() {
    let (app, ada) = start().await;
    turn(&app, &ada, "pause").await;
    day(&app, "One").await;
    day(&app, "Two").await;
    turn(&app, &ada, "resume").await;
    day(&app, "Three").await;
    day(&app, "Four").await;
    assert_eq!(
        got(&app, ADA).await,
        [vec!["Zero"], vec!["One", "Three", "Two"], vec!["Four"]]
    );
    let bob = [["Zero"], ["One"], ["Two"], ["Three"], ["Four"]];
    assert_eq!(got(&app, BOB).await, bob);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE sent_until IS NOT NULL")
            .await,
        0
    );
    assert_eq!(
        app.count("SELECT 1 FROM editions").await,
        6,
        "one more for what only Ada had to get"
    );
}

#[tokio::test]
async fn a_mail_that_a_pause_stopped_is_made_up_for() {
    let (app, ada) = start().await;
    app.article("One").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    turn(&app, &ada, "pause").await;
    app.deliver().await;
    turn(&app, &ada, "resume").await;
    day(&app, "Two").await;
    assert_eq!(got(&app, ADA).await, [vec!["Zero"], vec!["One", "Two"]]);
    assert_eq!(
        app.count("SELECT 1 FROM missed_deliveries WHERE made_up_in IS NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn a_mail_that_was_given_up_is_made_up_for_once() {
    let (app, _) = start().await;
    app.article("One").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    let given_up = app
        .execute(
            "UPDATE edition_deliveries d SET status = 'expired', settled_at = now() FROM subscriptions s \
               JOIN subscribers p ON p.id = s.subscriber_id \
              WHERE s.id = d.subscription_id AND d.status = 'queued' AND p.address = 'ada@example.org'",
        )
        .await;
    assert_eq!(given_up, 1);
    app.deliver().await;
    let edition = app
        .rows("SELECT id::text AS id FROM editions ORDER BY due_at DESC LIMIT 1")
        .await;
    day(&app, "Two").await;
    assert_eq!(got(&app, ADA).await, [vec!["Zero"], vec!["One", "Two"]]);
    // The operator sends the old edition again: not to her, who has it by now.
    let path = format!("/editions/{}/resend", edition[0]["id"].as_str().unwrap());
    app.api(Method::POST, &path).send().await.expect(200);
    assert_eq!(app.deliver().await, 0);
    day(&app, "Three").await;
    assert_eq!(got(&app, ADA).await[2], ["Three"]);
}

#[tokio::test]
async fn who_leaves_and_comes_back_begins_like_a_new_reader() {
    let (app, ada) = start().await;
    let path = format!("/subscribers/{}/unsubscribe", ada.id);
    app.article("One").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    app.api(Method::POST, &path)
        .json(&json!({}))
        .send()
        .await
        .expect(200);
    app.deliver().await;
    day(&app, "Two").await;
    app.sign_up(ADA, &["morning"]).await.expect(303);
    app.deliver().await;
    let mail = app.inbox(ADA).await.last().unwrap().clone();
    app.confirm(&mail).await;
    day(&app, "Three").await;
    assert_eq!(got(&app, ADA).await, [["Zero"], ["Three"]]);
}

#[tokio::test]
async fn an_article_that_is_shown_again_comes_to_those_who_have_not_had_it() {
    let (app, ada) = start().await;
    turn(&app, &ada, "pause").await;
    app.article("One").external_id("one").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    app.deliver().await;
    app.api(Method::POST, "/articles/one/hide")
        .send()
        .await
        .expect(200);
    turn(&app, &ada, "resume").await;
    day(&app, "Two").await;
    app.api(Method::POST, "/articles/one/show")
        .send()
        .await
        .expect(200);
    day(&app, "Three").await;
    assert_eq!(
        got(&app, ADA).await,
        [vec!["Zero"], vec!["Two"], vec!["One", "Three"]]
    );
    assert_eq!(
        got(&app, BOB).await,
        [["Zero"], ["One"], ["Two"], ["Three"]]
    );
}

#[tokio::test]
async fn too_few_articles_stay_due_for_each_reader() {
    let app = TestApp::start().await;
    app.newsletter("morning").articles(2, 20).create().await;
    let ada = app.reader(ADA, "morning").await;
    app.reader(BOB, "morning").await;
    app.article("A").create().await;
    app.article("B").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.deliver().await;
    turn(&app, &ada, "pause").await;
    app.article("C").create().await;
    app.article("D").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    app.deliver().await;
    turn(&app, &ada, "resume").await;
    // One article is too few for Bob, and with the two that she missed enough for Ada.
    app.article("E").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    app.deliver().await;
    app.article("F").create().await;
    app.article("G").create().await;
    assert_eq!(pass(&app, DAY).await, 1);
    app.deliver().await;
    assert_eq!(
        got(&app, ADA).await,
        [vec!["A", "B"], vec!["C", "D", "E"], vec!["F", "G"]]
    );
    assert_eq!(
        got(&app, BOB).await,
        [vec!["A", "B"], vec!["C", "D"], vec!["E", "F", "G"]]
    );
}
