//! The reader's page: what its two links open, and what its buttons do.

mod address;
mod changes;
mod data;
mod intents;

use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

const ADA: &str = "ada@example.org";

/// Ada gets "morning", and one edition of it; returns the link at its end.
async fn with_reader() -> (TestApp, String) {
    let app = TestApp::with()
        .env("TIDINGS__SIGNUP__MAX_MAILS_PER_DAY", "100")
        .start()
        .await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.newsletter("evening").create().await;
    app.reader(ADA, "morning").await;
    let link = link_of_next_edition(&app).await;
    (app, link)
}

async fn link_of_next_edition(app: &TestApp) -> String {
    app.article("Bridge reopens").create().await;
    app.advance(jiff::SignedDuration::from_secs(1));
    let run = app.api(reqwest::Method::POST, "/newsletters/morning/editions");
    run.send().await.expect(201);
    app.deliver().await;
    link(app.inbox(ADA).await.last().unwrap(), "/preferences/")
}

/// The link that is mailed on request.
async fn mailed_link(app: &TestApp, address: &str) -> String {
    app.post("/preferences", &[("email", address)])
        .await
        .expect(303);
    app.deliver().await;
    link(app.inbox(address).await.last().unwrap(), "/preferences/")
}

/// Presses a button that leads back to the page, and returns the page, which says what was done.
async fn press(app: &TestApp, link: &str, end: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = app.post(&format!("{link}{end}"), fields).await.expect(303);
    let page = app.get(answer.header("location")).await.expect(200);
    assert!(page.text().contains("role=\"status\""), "{}", page.text());
    page
}

/// Every row that knows something about readers.
async fn state(app: &TestApp) -> Vec<Value> {
    let mut all = Vec::new();
    for table in [
        "subscribers",
        "subscriptions",
        "consents",
        "reader_links",
        "deliveries",
    ] {
        all.extend(
            app.rows(&format!("SELECT * FROM {table} ORDER BY id"))
                .await,
        );
    }
    all
}

#[tokio::test]
async fn asking_for_the_link_gets_the_same_answer_for_every_address() {
    let (app, _) = with_reader().await;
    app.sign_up("pending@example.org", &["morning"])
        .await
        .expect(303);
    app.reader("gone@example.org", "morning").await;
    app.execute(
        "UPDATE subscriptions SET status = 'unsubscribed' WHERE subscriber_id = \
                 (SELECT id FROM subscribers WHERE address = 'gone@example.org')",
    )
    .await;
    app.reader("never@example.org", "morning").await;
    app.execute("INSERT INTO suppressions VALUES ('never@example.org', 'manual', now())")
        .await;
    app.deliver().await;
    let mut answers = Vec::new();
    for (address, mails) in [
        (ADA, 1),
        ("stranger@example.org", 0),
        ("pending@example.org", 1),
        ("gone@example.org", 1),
        ("never@example.org", 0),
    ] {
        let before = app.inbox(address).await.len();
        let answer = app.post("/preferences", &[("email", address)]).await;
        answers.push((answer.status(), answer.fixed()));
        app.deliver().await;
        assert_eq!(app.inbox(address).await.len() - before, mails, "{address}");
    }
    assert_eq!(answers[0].0, 303);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(
        app.count("SELECT 1 FROM subscribers WHERE address LIKE 'stranger%'")
            .await,
        0
    );
    let wrong = app.post("/preferences", &[("email", "nobody")]).await;
    let page = wrong.expect(422).text();
    assert!(
        page.contains("aria-invalid") && page.contains("value=\"nobody\""),
        "{page}"
    );
}

#[tokio::test]
async fn strangers_cannot_flood_a_mailbox_with_links() {
    let app = TestApp::with()
        .env("TIDINGS__SIGNUP__MAX_MAILS_PER_DAY", "3")
        .start()
        .await;
    app.newsletter("morning").create().await;
    app.reader(ADA, "morning").await;
    for _ in 0..8 {
        app.post("/preferences", &[("email", ADA)])
            .await
            .expect(303);
        app.deliver().await;
    }
    assert_eq!(app.inbox(ADA).await.len(), 1, "within the cool-down");
    for _ in 0..8 {
        app.advance(jiff::SignedDuration::from_hours(2));
        app.post("/preferences", &[("email", ADA)])
            .await
            .expect(303);
        app.sign_up(ADA, &["morning"]).await.expect(303);
        app.deliver().await;
    }
    assert_eq!(app.inbox(ADA).await.len(), 3, "of whatever kind");
}

#[tokio::test]
async fn looking_changes_nothing_and_the_link_of_a_newsletter_shows_no_address() {
    let (app, link) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    assert_ne!(link, mailed);
    let before = state(&app).await;
    let page = app.get(&link).await.expect(200);
    let text = page.text();
    assert!(
        !text.contains(ADA) && text.contains("a•••@e•••.org"),
        "{text}"
    );
    assert!(!text.contains("/address") && !text.contains("/export") && !text.contains("/erase"));
    assert_eq!(page.header("cache-control"), "private, no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    let page = app.get(&mailed).await.expect(200).text();
    assert!(page.contains(ADA) && page.contains("/address"), "{page}");
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn a_mailed_link_works_for_a_week_and_that_of_a_newsletter_for_ever() {
    let (app, link) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    app.advance(jiff::SignedDuration::from_hours(7 * 24 - 1));
    app.get(&mailed).await.expect(200);
    app.advance(jiff::SignedDuration::from_hours(1));
    let page = app.get(&mailed).await.expect(410).text();
    assert!(page.contains("This link has expired") && page.contains("action=\"/preferences"));
    let fields = [("action", "join")];
    let path = format!("{mailed}/newsletters/evening");
    app.post(&path, &fields).await.expect(410);
    app.get(&link).await.expect(200);
}

#[tokio::test]
async fn a_token_opens_only_its_own_door() {
    let (app, link) = with_reader().await;
    let mail = app.inbox(ADA).await.last().unwrap().clone();
    let token = |link: &str| link.rsplit('/').next().unwrap().to_owned();
    let limited = token(&link);
    let unsubscribe = token(&crate::support::link(&mail, "/unsubscribe/"));
    let mailed = token(&mailed_link(&app, ADA).await);
    let before = state(&app).await;
    for (path, wrong) in [
        ("/preferences/", &unsubscribe),
        ("/unsubscribe/", &limited),
        ("/unsubscribe/", &mailed),
        ("/confirm/", &limited),
        ("/address/change/", &mailed),
        ("/address/stop/", &limited),
    ] {
        app.get(&format!("{path}{wrong}")).await.expect(404);
        app.post(&format!("{path}{wrong}"), &[]).await;
    }
    let path = format!("/preferences/{limited}/address");
    app.post(&path, &[("email", "eve@example.org")])
        .await
        .expect(403);
    app.deliver().await;
    assert_eq!(app.inbox("eve@example.org").await.len(), 0);
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn thirty_newsletters_are_thirty_sections_with_headings_and_named_buttons() {
    let (app, link) = with_reader().await;
    for number in 0..30 {
        let slug = format!("letter-{number}");
        app.newsletter(&slug).create().await;
        if number % 2 == 0 {
            app.reader(ADA, &slug).await;
        }
    }
    let page = app.get(&link).await.expect(200).text();
    assert_eq!(page.matches("<section class=\"nl sub\"").count(), 32);
    assert!(
        !page.contains("<script") && !page.contains(" src="),
        "{page}"
    );
    for (button, name) in [
        ("Unsubscribe", "Europe this morning"),
        ("Get this, too", "evening"),
    ] {
        let named = format!("{button}<span class=\"vh\">: {name}</span></button>");
        assert!(page.contains(&named), "{named}");
    }
    // Each label belongs to one field.
    let labels: Vec<&str> = page.split("<label").skip(1).collect();
    for label in labels {
        let id = label
            .split("for=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
    assert!(page.len() < 200_000, "{}", page.len());
}

#[tokio::test]
async fn a_suppressed_reader_joins_nothing() {
    let (app, link) = with_reader().await;
    app.execute("INSERT INTO suppressions VALUES ('ada@example.org', 'hard_bounce', now())")
        .await;
    let page = app.get(&link).await.expect(200).text();
    assert!(!page.contains("value=\"join\""), "{page}");
    let path = format!("{link}/newsletters/evening");
    app.post(&path, &[("action", "join")]).await.expect(404);
    let rows = app.rows("SELECT count(*) AS n FROM subscriptions").await;
    assert_eq!(rows, [json!({"n": 1})]);
}
