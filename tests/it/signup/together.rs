//! Sign-ups that come at the same time share a transaction, and nobody can tell.

use futures_util::future::join_all;
use serde_json::json;

use super::{app_with_newsletters, app_with_settings, post_json};

#[tokio::test]
async fn many_at_once_are_as_if_one_came_after_the_other() {
    let app = app_with_newsletters().await;
    app.reader("held@example.org", "morning").await;
    app.execute("INSERT INTO suppressions VALUES ('gone@example.org', 'complaint', now())")
        .await;
    let addresses: Vec<String> = (0..60)
        .map(|number| match number {
            7 => "held@example.org".to_owned(),
            8 => "gone@example.org".to_owned(),
            // Each of twenty others comes three times.
            _ => format!("reader{}@example.org", number % 20),
        })
        .collect();
    let bodies = addresses.iter().enumerate().map(|(number, address)| {
        let newsletter = if number == 9 { "no-such" } else { "morning" };
        json!({ "email": address, "newsletters": [newsletter], "language": "en" })
    });
    let bodies: Vec<_> = bodies.collect();
    let answers = join_all(bodies.iter().map(|body| post_json(&app, body))).await;
    for (number, answer) in answers.into_iter().enumerate() {
        let expected = if number == 9 { 422 } else { 202 };
        assert_eq!(answer.status(), expected, "{number}: {}", answer.text());
    }
    // The twenty, and who held it before.
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 21);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'pending'")
            .await,
        20
    );
    assert_eq!(
        app.count("SELECT 1 FROM consents WHERE action = 'requested'")
            .await,
        21
    );
    assert_eq!(app.deliver().await, 21);
    for number in 0..20 {
        let inbox = app.inbox(&format!("reader{number}@example.org")).await;
        assert_eq!(inbox.len(), 1, "{number}");
        app.confirm(&inbox[0]).await.expect(200);
    }
    let held = app.inbox("held@example.org").await;
    assert_eq!(held.len(), 1);
    assert!(
        held[0].subject().contains("already"),
        "{}",
        held[0].subject()
    );
    assert!(app.inbox("gone@example.org").await.is_empty());
}

#[tokio::test]
async fn who_comes_beyond_the_budget_leaves_nothing_behind() {
    let settings = [
        ("TIDINGS__LIMITS__NEWSLETTER_MAILS", "5/1h"),
        ("TIDINGS__ATTACK__AUTOMATIC", "false"),
    ];
    let app = app_with_settings(&settings).await;
    let addresses: Vec<String> = (0..12)
        .map(|number| format!("reader{number}@site{number}.example"))
        .collect();
    let calls = addresses
        .iter()
        .map(|address| app.sign_up(address, &["morning"]));
    for answer in join_all(calls).await {
        answer.expect(303);
    }
    for table in ["subscribers", "subscriptions", "signups", "consents"] {
        let rows = app.count(&format!("SELECT 1 FROM {table}")).await;
        assert_eq!(rows, 5, "{table}");
    }
    assert_eq!(app.deliver().await, 5);
}

#[tokio::test]
async fn one_that_fails_takes_no_other_with_it() {
    let app = app_with_newsletters().await;
    app.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN IF NEW.placement = 'unlucky' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$",
    )
    .await;
    app.execute(
        "CREATE TRIGGER fail BEFORE INSERT ON signups FOR EACH ROW EXECUTE FUNCTION fail()",
    )
    .await;
    let bodies: Vec<_> = (0..30)
        .map(|number| {
            let placement = if number % 10 == 3 {
                "unlucky"
            } else {
                "article"
            };
            json!({ "email": format!("reader{number}@example.org"), "newsletters": ["morning"],
                    "language": "en", "placement": placement })
        })
        .collect();
    let answers = join_all(bodies.iter().map(|body| post_json(&app, body))).await;
    for (number, answer) in answers.iter().enumerate() {
        let expected = if number % 10 == 3 { 500 } else { 202 };
        assert_eq!(answer.status(), expected, "{number}: {}", answer.text());
    }
    for table in [
        "subscribers",
        "subscriptions",
        "signups",
        "consents",
        "deliveries",
    ] {
        let rows = app.count(&format!("SELECT 1 FROM {table}")).await;
        assert_eq!(rows, 27, "{table}");
    }
}
