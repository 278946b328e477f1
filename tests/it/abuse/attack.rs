//! An attack is noticed, told once, over by itself, and cleaned up after.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::usecases::attack::Change;
use tidings::worker::tick;

use super::{app_with, proof, sign_up_from, sign_up_with};
use crate::support::TestApp;

const SETTINGS: &[(&str, &str)] = &[
    ("CAPTCHA__MAX_NUMBER", "200"),
    ("ATTACK__ALERT_TO", "desk@europablatt.example"),
    ("ATTACK__AT_LEAST", "20"),
];

/// Bots, each with a network and an address of its own.
async fn bots(app: &TestApp, count: usize, mark: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for number in 0..count {
        let client = format!("198.{}.{}.9", 18 + number / 256, number % 256);
        let address = format!("bot{number}-{mark}@bots{}.example", number % 97);
        statuses.push(sign_up_from(app, &client, &address).await.status());
    }
    statuses
}

async fn status(app: &TestApp) -> Value {
    app.api(Method::GET, "/attack")
        .send()
        .await
        .expect(200)
        .json()
}

#[tokio::test]
async fn an_attack_is_noticed_and_people_still_get_in() {
    let app = app_with(SETTINGS).await;
    app.reader("known@example.org", "morning").await;
    let statuses = bots(&app, 60, "a").await;
    // Until the twentieth nobody could know.
    assert_eq!(
        statuses.iter().filter(|status| **status == 303).count(),
        20,
        "{statuses:?}"
    );
    assert!(statuses[20..].iter().all(|status| *status == 403));
    let seen = status(&app).await;
    assert_eq!(seen["is_under_attack"], true, "{seen}");
    assert_eq!(seen["attack"]["is_manual"], false);
    assert_eq!(seen["attack"]["seen"]["requests"], 20);
    assert_eq!(seen["attack"]["threshold"], 20);
    assert!(
        app.get("/readyz")
            .await
            .expect(200)
            .text()
            .contains("under attack")
    );
    let proof = proof(&app).await;
    let fields = [
        ("email", "ada@example.org"),
        ("newsletter", "morning"),
        ("altcha", &proof),
    ];
    sign_up_with(&app, "203.0.113.7", &fields).await.expect(303);
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 1);
    // The newsroom is told once.
    bots(&app, 30, "b").await;
    tick::guard_doors(&app.app).await.unwrap();
    app.deliver().await;
    let alerts = app.inbox("desk@europablatt.example").await;
    assert_eq!(alerts.len(), 1);
    assert_eq!(
        alerts[0].subject(),
        "Europablatt: sign-ups are under attack"
    );
    let text = alerts[0].text().unwrap();
    for part in [
        "there were 20 sign-ups",
        "tidings attack purge --dry-run",
        "/api/v1/attack",
    ] {
        assert!(
            text.replace('\n', " ").contains(part),
            "no {part} in {text}"
        );
    }
}

#[tokio::test]
async fn an_attack_is_over_when_it_has_been_calm_for_a_while() {
    let app = app_with(SETTINGS).await;
    bots(&app, 21, "a").await;
    app.advance(SignedDuration::from_mins(9));
    assert_eq!(tick::guard_doors(&app.app).await.unwrap(), Change::None);
    app.advance(SignedDuration::from_mins(2));
    // Half as many as make an attack keep one up.
    bots(&app, 10, "b").await;
    assert_eq!(tick::guard_doors(&app.app).await.unwrap(), Change::None);
    app.advance(SignedDuration::from_mins(29));
    tick::guard_doors(&app.app).await.unwrap();
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(403);
    app.advance(SignedDuration::from_mins(2));
    // The door knows by itself, whether or not anybody has looked since.
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(303);
    assert_eq!(status(&app).await["is_under_attack"], false);
    assert_eq!(tick::guard_doors(&app.app).await.unwrap(), Change::Ended);
    assert_eq!(tick::guard_doors(&app.app).await.unwrap(), Change::None);
    assert!(
        !app.get("/readyz")
            .await
            .expect(200)
            .text()
            .contains("attack")
    );
    // The next one is another one.
    bots(&app, 21, "c").await;
    assert_eq!(app.count("SELECT 1 FROM attacks").await, 2);
}

#[tokio::test]
async fn a_busy_day_is_no_attack() {
    let app = app_with(SETTINGS).await;
    // For days there were 30 in ten minutes, now and then.
    app.execute("INSERT INTO signup_minutes SELECT t, 30 FROM generate_series(TIMESTAMPTZ '2026-01-01', '2026-01-05', '4 hours') t")
        .await;
    let statuses = bots(&app, 60, "a").await;
    assert!(statuses.iter().all(|status| *status == 303));
    let seen = status(&app).await;
    assert_eq!(
        (&seen["seen"]["normal"], &seen["threshold"]),
        (&json!(30), &json!(150))
    );
    assert_eq!(seen["is_under_attack"], false);
}

#[tokio::test]
async fn readers_who_confirm_are_no_attack() {
    let app = app_with(SETTINGS).await;
    for number in 0..30 {
        let address = format!("r{number}@example.org");
        sign_up_from(&app, &format!("198.18.{number}.1"), &address)
            .await
            .expect(303);
        app.deliver().await;
        let mails = app.inbox(&address).await;
        if number % 2 == 0 {
            app.confirm(&mails[0]).await.expect(200);
        }
    }
    assert_eq!(status(&app).await["is_under_attack"], false);
}

#[tokio::test]
async fn a_declared_attack_lasts_until_somebody_ends_it() {
    let app = app_with(SETTINGS).await;
    let begin = app
        .api(Method::POST, "/attack/begin")
        .json(&json!({ "reason": "a test" }));
    assert_eq!(
        begin.send().await.expect(200).json::<Value>()["attack"]["reason"],
        "a test"
    );
    app.advance(SignedDuration::from_hours(48));
    assert_eq!(tick::guard_doors(&app.app).await.unwrap(), Change::None);
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(403);
    let ended = app
        .api(Method::POST, "/attack/end")
        .send()
        .await
        .expect(200)
        .json::<Value>();
    assert_eq!(ended["is_under_attack"], false);
    sign_up_from(&app, "203.0.113.7", "ada@example.org")
        .await
        .expect(303);
}

/// One of each kind around an attack.
async fn crowd(app: &TestApp) {
    app.reader("confirmed@example.org", "morning").await;
    sign_up_from(app, "203.0.113.7", "asked-before@example.org")
        .await
        .expect(303);
    app.advance(SignedDuration::from_hours(2));
    bots(app, 30, "a").await;
    let proof = proof(app).await;
    let fields = [
        ("email", "confirms@example.org"),
        ("newsletter", "morning"),
        ("altcha", &proof),
    ];
    sign_up_with(app, "203.0.113.7", &fields).await.expect(303);
    app.deliver().await;
    let mails = app.inbox("confirms@example.org").await;
    app.confirm(&mails[0]).await.expect(200);
}

async fn purge(app: &TestApp, body: &Value) -> Value {
    let call = app.api(Method::POST, "/attack/purge");
    call.json(body).send().await.expect(200).json()
}

#[tokio::test]
async fn one_call_removes_who_came_with_the_attack_and_nobody_else() {
    let app = app_with(SETTINGS).await;
    crowd(&app).await;
    let before = app.count("SELECT 1 FROM subscribers").await;
    assert_eq!(before, 23);
    let counted = purge(&app, &json!({ "dry_run": true })).await;
    assert_eq!(
        (&counted["subscribers"], &counted["is_dry_run"]),
        (&json!(20), &json!(true))
    );
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, before);
    let removed = purge(&app, &json!({})).await;
    assert_eq!(
        (&removed["subscribers"], &removed["is_dry_run"]),
        (&json!(20), &json!(false))
    );
    let left = app.rows("SELECT address FROM subscribers ORDER BY 1").await;
    let left: Vec<_> = left
        .iter()
        .map(|row| row["address"].as_str().unwrap())
        .collect();
    assert_eq!(
        left,
        [
            "asked-before@example.org",
            "confirmed@example.org",
            "confirms@example.org"
        ]
    );
    assert_eq!(
        app.count("SELECT 1 FROM consents WHERE action = 'confirmed'")
            .await,
        1
    );
    assert_eq!(app.count("SELECT 1 FROM signups").await, 2);
    assert_eq!(
        app.count("SELECT 1 FROM purges WHERE subscribers = 20")
            .await,
        1
    );
    assert_eq!(purge(&app, &json!({})).await["subscribers"], 0);
    // Those who asked before still can confirm.
    let mails = app.inbox("asked-before@example.org").await;
    app.confirm(&mails[0]).await.expect(200);
}

#[tokio::test]
async fn a_purge_stops_mails_and_leaves_those_under_way() {
    let app = app_with(SETTINGS).await;
    bots(&app, 20, "a").await;
    app.execute(
        "UPDATE deliveries SET status = 'sending', owner = id, lease_until = '2030-01-01' WHERE id = \
         (SELECT id FROM deliveries WHERE kind = 'confirmation' ORDER BY id LIMIT 1)",
    )
    .await;
    assert_eq!(purge(&app, &json!({})).await["subscribers"], 19);
    assert_eq!(
        app.count("SELECT 1 FROM deliveries WHERE kind = 'confirmation'")
            .await,
        1
    );
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 1);
}

#[tokio::test]
async fn a_purge_needs_a_window() {
    let app = app_with(SETTINGS).await;
    let ask = async |body: Value| {
        app.api(Method::POST, "/attack/purge")
            .json(&body)
            .send()
            .await
    };
    let problem = ask(json!({})).await.expect(422).text();
    assert!(problem.contains("say since when"), "{problem}");
    ask(json!({ "since": "2026-01-05T05:00:00Z", "until": "2026-01-05T04:00:00Z" }))
        .await
        .expect(422);
    ask(json!({ "since": "2026-01-05T05:00:00Z", "dry_run": true }))
        .await
        .expect(200);
    ask(json!({ "sinse": "2026-01-05T05:00:00Z" }))
        .await
        .expect(422);
}
