//! What a simulation says is what is sent.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::subscriber::Subscriber;
use tidings::usecases::editions;

use super::TO_FIRST_SLOT;
use crate::support::TestApp;
use crate::support::numbers::Numbers;

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

async fn simulate(app: &TestApp, query: &str) -> Value {
    let path = format!("/newsletters/morning/simulate{query}");
    app.api(Method::GET, &path)
        .send()
        .await
        .expect(200)
        .record()
}

fn expected() -> [(&'static str, &'static str, Value); 10] {
    [
        ("Lead", "fits", json!("lead")),
        ("Second", "fits", json!("section")),
        ("Third", "over_maximum", json!("left_out")),
        ("Had", "before_mark", Value::Null),
        ("Elsewhere", "other_topic", Value::Null),
        ("Deutsch", "other_language", Value::Null),
        ("Secret", "embargoed", Value::Null),
        ("Gone", "expired", Value::Null),
        ("Wrong", "hidden", Value::Null),
        ("Old", "too_old", Value::Null),
    ]
}

/// One article for each reason.
async fn publish(app: &TestApp) {
    let now = app.now();
    app.article("Had").topics(&["city"]).create().await;
    app.advance(TO_FIRST_SLOT);
    app.run_due().await;
    let later = now + SignedDuration::from_hours(100);
    app.article("Lead").topics(&["city"]).create().await;
    app.article("Second")
        .topics(&["city"])
        .published_minutes_ago(1)
        .create()
        .await;
    app.article("Third")
        .topics(&["city"])
        .published_minutes_ago(2)
        .create()
        .await;
    app.article("Elsewhere").topics(&["sea"]).create().await;
    app.article("Deutsch")
        .topics(&["city"])
        .language("de")
        .create()
        .await;
    app.article("Secret")
        .topics(&["city"])
        .publish_at(later)
        .create()
        .await;
    app.article("Gone")
        .topics(&["city"])
        .expires_at(now)
        .create()
        .await;
    app.article("Wrong")
        .external_id("wrong")
        .topics(&["city"])
        .create()
        .await;
    app.api(Method::POST, "/articles/wrong/hide")
        .send()
        .await
        .expect(200);
    let old = app
        .article("Old")
        .topics(&["city"])
        .published_minutes_ago(60 * 24 * 90);
    old.create().await;
}

#[tokio::test]
async fn each_article_has_its_reason() {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .topics(&["city"])
        .articles(1, 2)
        .create()
        .await;
    publish(&app).await;
    let dumped = "SELECT count(*) FROM edition_deliveries UNION ALL SELECT count(*) FROM editions";
    let before = app.rows(dumped).await;
    let simulated = simulate(&app, "?at=2026-01-06T06:00:00Z").await;
    let verdicts: Vec<(String, String, Value)> = simulated["articles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |name: &str| one[name].as_str().unwrap().to_owned();
            (text("title"), text("verdict"), one["placement"].clone())
        })
        .collect();
    for (title, verdict, placement) in expected() {
        let expected = (title.to_owned(), verdict.to_owned(), placement);
        assert!(verdicts.contains(&expected), "{expected:?} in {verdicts:?}");
    }
    assert_eq!(verdicts.len(), 10);
    assert_eq!(simulated["subject"], "Lead");
    assert_eq!(app.rows(dumped).await, before, "nothing was written");
}

#[tokio::test]
async fn without_anything_new_it_says_so() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let simulated = simulate(&app, "").await;
    assert_eq!(simulated["skip_reason"], "no_articles");
    assert_eq!(simulated["subject"], Value::Null);
    let path = "/newsletters/morning/simulate?subscriber=00000000-0000-7000-8000-000000000000";
    app.api(Method::GET, path).send().await.expect(404);
    app.api(Method::GET, "/newsletters/unknown/simulate")
        .send()
        .await
        .expect(404);
}

fn instants() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "a long run is asked for from outside"
    )]
    let wanted = std::env::var("TIDINGS_INSTANTS").ok();
    wanted.map_or(USUAL, |wanted| wanted.parse().unwrap())
}

/// At each of many instants: what was simulated for a reader is the content of the edition that this reader gets.
#[tokio::test]
async fn a_simulation_equals_the_real_run() {
    let app = TestApp::start().await;
    app.newsletter("morning").articles(1, 8).create().await;
    let ada = app.reader(ADA, "morning").await;
    let bob = app.reader(BOB, "morning").await;
    let (mut numbers, mut mails, mut differed) = (Numbers(11), 0, 0);
    let instants = instants();
    for number in 0..instants {
        let minutes = 1 + i64::try_from(numbers.below(2_000)).unwrap();
        app.advance(SignedDuration::from_mins(minutes));
        happen(&app, &mut numbers, number, &ada).await;
        let foretold = [foretold(&app, &ada).await, foretold(&app, &bob).await];
        let made = app
            .api(Method::POST, "/newsletters/morning/editions")
            .send()
            .await;
        assert!([201, 409].contains(&made.status()), "{}", made.status());
        for (reader, foretold) in [&ada, &bob].into_iter().zip(&foretold) {
            let sent = sent(&app, reader).await;
            assert_eq!(&sent, foretold, "instant {number}");
            mails += usize::from(sent.is_some());
        }
        differed += usize::from(foretold[0] != foretold[1]);
        app.execute("UPDATE edition_deliveries SET status = 'sent', settled_at = now() WHERE status = 'queued'").await;
    }
    if instants > USUAL {
        println!(
            "{instants} instants, {mails} mails, {differed} times two readers got different ones"
        );
    }
    assert!(mails > instants / 2, "{mails}");
    assert!(differed > instants / 50, "{differed}");
}

/// How many instants a usual run looks at; `TIDINGS_INSTANTS` asks for more.
const USUAL: usize = 120;

/// Some of what happens in a newsroom.
async fn happen(app: &TestApp, numbers: &mut Numbers, number: usize, ada: &Subscriber) {
    for index in 0..numbers.below(4) {
        let article = app.article(&format!("Article {number}.{index}"));
        let article = if numbers.below(5) == 0 {
            article.publish_at(app.now() + numbers.minutes_below(3_000))
        } else {
            article
        };
        let external_id = format!("x-{}", numbers.below(400));
        article.external_id(&external_id).create().await;
    }
    let verb = ["hide", "show"][usize::try_from(numbers.below(2)).unwrap()];
    let path = format!("/articles/x-{}/{verb}", numbers.below(400));
    app.api(Method::POST, &path).send().await;
    if numbers.below(6) == 0 {
        for verb in ["pause", "resume"] {
            let path = format!("/subscribers/{}/subscriptions/morning/{verb}", ada.id);
            app.api(Method::POST, &path).send().await.expect(200);
            if verb == "pause" {
                app.advance(SignedDuration::from_mins(1));
                app.article(&format!("Meanwhile {number}")).create().await;
                app.api(Method::POST, "/newsletters/morning/editions")
                    .send()
                    .await;
                app.execute("UPDATE edition_deliveries SET status = 'sent', settled_at = now() WHERE status = 'queued'").await;
                app.advance(SignedDuration::from_mins(1));
            }
        }
    }
}

/// The subject and the text that a reader would get now.
async fn foretold(app: &TestApp, reader: &Subscriber) -> Option<(String, String)> {
    let simulated = simulate(app, &format!("?subscriber={}", reader.id)).await;
    let subject = simulated["subject"].as_str()?.to_owned();
    let text = simulated["text"].as_str().unwrap();
    let text = text.replace(reader.address.as_str(), "[address]");
    Some((
        subject,
        text.replace("00000000-0000-0000-0000-000000000000", "[id]"),
    ))
}

/// The same of the mail that is queued for the reader.
async fn sent(app: &TestApp, reader: &Subscriber) -> Option<(String, String)> {
    let rows = app
        .rows(&format!(
            "SELECT e.id::text AS id, e.subject FROM edition_deliveries d JOIN subscriptions s ON s.id = d.subscription_id \
               JOIN editions e ON e.id = d.edition_id WHERE s.subscriber_id = '{}' AND d.status = 'queued'",
            reader.id
        ))
        .await;
    assert!(rows.len() <= 1, "two mails at once: {rows:?}");
    let row = rows.first()?;
    let id = row["id"].as_str().unwrap().to_owned();
    let edition = id.parse().unwrap();
    let text = app
        .run(move |conn| editions::preview_text(conn, edition))
        .await;
    Some((
        row["subject"].as_str().unwrap().to_owned(),
        text.replace(&id, "[id]"),
    ))
}
