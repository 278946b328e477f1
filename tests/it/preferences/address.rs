//! A reader moves to another address.

use serde_json::json;
use tidings::mail::smtp_server::{Script, Verdict};

use super::{ADA, mailed_link, press, with_reader};
use crate::support::{TestApp, link};

const NEW: &str = "ada@new.example";

async fn ask(app: &TestApp, mailed: &str, address: &str) {
    press(app, mailed, "/address", &[("email", address)]).await;
    app.deliver().await;
}

async fn addresses(app: &TestApp) -> Vec<String> {
    let rows = app
        .rows("SELECT address FROM subscribers ORDER BY id")
        .await;
    rows.iter()
        .map(|row| row["address"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_new_mailbox_decides_and_everything_stays() {
    let (app, limited) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    let before = app.rows("SELECT * FROM subscriptions").await;
    ask(&app, &mailed, NEW).await;
    assert_eq!(addresses(&app).await, [ADA]);
    let told = app.inbox(ADA).await.last().unwrap().clone();
    assert_eq!(told.subject(), "Your address is to change");
    assert!(!told.text().unwrap().contains(NEW));
    let change = link(&app.inbox(NEW).await[0], "/address/change/");
    let page = app.get(&change).await.expect(200).text();
    assert!(page.contains("Yes, change it") && !page.contains(NEW));
    assert_eq!(addresses(&app).await, [ADA]);
    for _ in 0..2 {
        let page = app.post(&change, &[]).await.expect(200).text();
        assert!(page.contains("Your address has changed"), "{page}");
    }
    assert_eq!(addresses(&app).await, [NEW]);
    assert_eq!(app.rows("SELECT * FROM subscriptions").await, before);
    // The old mailbox cannot stop it any more, and its mailed link has ended; old newsletters still lead here.
    let stop = link(&told, "/address/stop/");
    let page = app.post(&stop, &[]).await.expect(200).text();
    assert!(page.contains("Your address has changed"));
    app.get(&mailed).await.expect(410);
    app.get(&limited).await.expect(200);
    app.article("Ferry late").create().await;
    app.advance(jiff::SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    let mails = app.inbox(NEW).await;
    let text = mails.last().unwrap().text().unwrap();
    assert!(
        text.contains("Ferry late") && !text.contains("Bridge reopens"),
        "{text}"
    );
}

#[tokio::test]
async fn the_old_mailbox_can_stop_it() {
    let (app, _) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    ask(&app, &mailed, NEW).await;
    let stop = link(app.inbox(ADA).await.last().unwrap(), "/address/stop/");
    app.get(&stop).await.expect(200);
    let change = link(&app.inbox(NEW).await[0], "/address/change/");
    let page = app.post(&stop, &[]).await.expect(200).text();
    assert!(page.contains("The change was stopped"));
    let page = app.post(&change, &[]).await.expect(200).text();
    assert!(page.contains("The change was stopped"));
    assert_eq!(addresses(&app).await, [ADA]);
}

#[tokio::test]
async fn whatever_is_known_about_the_new_address_the_page_says_the_same() {
    let (app, _) = with_reader().await;
    app.reader("ben@example.org", "morning").await;
    app.execute("INSERT INTO suppressions VALUES ('never@example.org', 'manual', now())")
        .await;
    let mut answers = Vec::new();
    let mut mailed = mailed_link(&app, ADA).await;
    for (address, subject) in [
        (NEW, Some("Please confirm your new address")),
        (
            "ben@example.org",
            Some("This address already gets newsletters"),
        ),
        ("never@example.org", None),
    ] {
        let before = app.inbox(address).await.len();
        let answer = app
            .post(&format!("{mailed}/address"), &[("email", address)])
            .await
            .expect(303);
        let token = mailed.rsplit('/').next().unwrap().to_owned();
        answers.push(answer.header("location").replace(&token, ""));
        app.deliver().await;
        let mails = app.inbox(address).await;
        let got = mails.get(before).map(|mail| mail.subject());
        assert_eq!(got.as_deref(), subject, "{address}");
        // Past the cool-down, and a day of its own for each.
        app.advance(jiff::SignedDuration::from_hours(25));
        mailed = mailed_link(&app, ADA).await;
    }
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(addresses(&app).await, [ADA, "ben@example.org"]);
}

#[tokio::test]
async fn an_address_that_became_another_reader_s_is_not_taken_from_them() {
    let (app, _) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    ask(&app, &mailed, NEW).await;
    let change = link(&app.inbox(NEW).await[0], "/address/change/");
    app.reader(NEW, "morning").await;
    let page = app.post(&change, &[]).await.expect(409).text();
    assert!(page.contains("This address cannot be used"), "{page}");
    assert_eq!(addresses(&app).await, [ADA, NEW]);
}

#[tokio::test]
async fn a_change_is_recorded_without_either_address() {
    let (app, _) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    ask(&app, &mailed, NEW).await;
    let change = link(&app.inbox(NEW).await[0], "/address/change/");
    app.post(&change, &[]).await.expect(200);
    let select = "SELECT action, wording FROM consents WHERE source = 'preferences'";
    let expected = json!({"action": "changed", "wording": "Yes, change it"});
    assert_eq!(app.rows(select).await, [expected]);
    mails_go_to_the_new_address(&app).await;
}

/// What is sent from now on goes to the new address.
async fn mails_go_to_the_new_address(app: &TestApp) {
    let before = app.inbox(ADA).await.len();
    app.article("Tram extended").create().await;
    app.advance(jiff::SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    assert_eq!(app.inbox(ADA).await.len(), before);
    assert!(!app.inbox(NEW).await.is_empty());
}

#[tokio::test]
async fn a_new_mailbox_that_does_not_exist_says_nothing_about_the_old_one() {
    let at_rcpt = |address: &str| match address {
        NEW => Verdict::reply(550, "5.1.1 No such user"),
        _ => Verdict::Accept,
    };
    let app = TestApp::with()
        .script(Script::default().on_rcpt(at_rcpt))
        .start()
        .await;
    app.newsletter("morning").create().await;
    app.reader(ADA, "morning").await;
    let mailed = mailed_link(&app, ADA).await;
    ask(&app, &mailed, NEW).await;
    let status = "SELECT status FROM deliveries WHERE kind = 'address_new'";
    assert_eq!(app.rows(status).await, [json!({"status": "bounced"})]);
    assert_eq!(app.count("SELECT 1 FROM suppressions").await, 0);
}
