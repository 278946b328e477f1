//! The same at the size of an attack: `TIDINGS_BOTS` says how many bots come (10000 and 100000 are worth a look), and
//! `TIDINGS_SAMPLES` how often each state of an address is timed (2000).

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{app_with, proof, sign_up_from, sign_up_with};
use crate::support::TestApp;
use crate::support::numbers::{Numbers, setting};

/// How many bots are at the door at once.
const AT_ONCE: usize = 32;

/// The last answer on a connection says so, and would differ from the others.
const MANY_REQUESTS: (&str, &str) = ("SERVER__MAX_REQUESTS_PER_CONNECTION", "1000000");

fn bots() -> u64 {
    setting("TIDINGS_BOTS").unwrap_or(200)
}

async fn mails(app: &TestApp) -> usize {
    app.deliver().await;
    app.outbox.count()
}

#[tokio::test]
async fn one_client_causes_no_more_mails_than_one_client_may() {
    let app = app_with(&[("ATTACK__AUTOMATIC", "false")]).await;
    let count = bots();
    let statuses: Vec<u16> = stream::iter(0..count)
        .map(|number| {
            let app = &app;
            async move {
                let address = format!("b{number}@bots{}.example", number % 50);
                sign_up_from(app, &format!("203.0.113.{}", number % 250), &address)
                    .await
                    .status()
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let taken = statuses.iter().filter(|status| **status == 303).count();
    assert_eq!(taken, 60);
    assert!(statuses.iter().all(|status| [303, 429].contains(status)));
    let sent = mails(&app).await;
    println!("{count} bots of one network: {taken} taken, {sent} mails");
    assert_eq!(sent, 20);
}

/// A person: gets the riddle, solves it, sends the form. How long the answer took.
async fn person(app: &TestApp, number: u64) -> Duration {
    let proof = proof(app).await;
    let address = format!("reader{number}@readers.example");
    let fields = [
        ("email", address.as_str()),
        ("newsletter", "morning"),
        ("altcha", &proof),
    ];
    let client = format!("192.{}.{}.1", number / 250, number % 250);
    let sent = Instant::now();
    sign_up_with(app, &client, &fields).await.expect(303);
    sent.elapsed()
}

/// Bots, each with a network of its own; what they were answered.
async fn flood(app: &TestApp, numbers: std::ops::Range<u64>) -> Vec<u16> {
    stream::iter(numbers)
        .map(|number| async move {
            let client = format!(
                "{}.{}.{}.9",
                11 + number / 65_536,
                number / 256 % 256,
                number % 256
            );
            let address = format!("first.last{number}@free{}.example", number % 1_000);
            sign_up_from(app, &client, &address).await.status()
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await
}

#[tokio::test]
async fn a_flood_from_everywhere_stays_within_the_budget_and_people_get_in() {
    let app = app_with(&[("CAPTCHA__MAX_NUMBER", "300")]).await;
    let count = bots();
    let people = 10.min(count / 20);
    let mut times = Vec::new();
    let began = Instant::now();
    for round in 0..people {
        let share = count / people;
        let flood = flood(&app, round * share..(round + 1) * share);
        // While the flood is on, and not after it.
        let (statuses, time) = tokio::join!(flood, async {
            tokio::time::sleep(Duration::from_millis(200)).await;
            person(&app, round).await
        });
        assert!(
            statuses.iter().all(|status| [303, 403].contains(status)),
            "{statuses:?}"
        );
        times.push(time);
        app.advance(SignedDuration::from_secs(2));
    }
    let took = began.elapsed();
    let sent = mails(&app).await;
    for number in 0..people {
        assert_eq!(
            app.inbox(&format!("reader{number}@readers.example"))
                .await
                .len(),
            1,
            "reader {number}"
        );
    }
    let grown = app.count("SELECT 1 FROM subscribers").await;
    times.sort_unstable();
    println!(
        "{count} bots of as many networks in {took:?}: {sent} mails, {grown} subscribers; people's sign-ups: median {:?}, longest {:?}",
        times[times.len() / 2],
        times.last().unwrap()
    );
    // At most a minute went by on the program's clock, and people's proofs open a budget of their own.
    assert!(sent <= 60 + usize::try_from(people).unwrap(), "{sent}");
    assert!(u64::try_from(grown).unwrap() <= count);
    let purged: Value = app
        .api(Method::POST, "/attack/purge")
        .json(&json!({}))
        .send()
        .await
        .expect(200)
        .json();
    // Nobody has confirmed yet, so people who came with the bots go with them; a purge is for when it is over.
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0, "{purged}");
}

#[tokio::test]
async fn one_victim_gets_three_mails_whatever_is_tried() {
    let app = app_with(&[
        ("ATTACK__AUTOMATIC", "false"),
        ("LIMITS__ALL_REQUESTS", "off"),
        ("LIMITS__ALL_MAILS", "off"),
        ("LIMITS__DOMAIN_MAILS", "off"),
        MANY_REQUESTS,
    ])
    .await;
    for number in 0..50 {
        app.newsletter(&format!("n{number}")).create().await;
    }
    let count = (bots() / 10).max(50);
    let answers: Vec<_> = stream::iter(0..count)
        .map(|number| {
            let app = &app;
            async move {
                let dotted = ["victim", "v.ictim", "vi.ctim", "vict.im", "VICTIM"];
                let name = Numbers(number).pick(&dotted).to_string();
                let domain = if number % 3 == 0 {
                    "gmail.com"
                } else {
                    "googlemail.com"
                };
                let address = format!("{name}+{number}@{domain}");
                let newsletter = format!("n{}", number % 50);
                let client = format!("11.{}.{}.9", number / 250, number % 250);
                let fields = [
                    ("email", address.as_str()),
                    ("newsletter", &newsletter),
                    ("language", "en"),
                ];
                sign_up_with(app, &client, &fields)
                    .await
                    .expect(303)
                    .fixed()
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let sent = mails(&app).await;
    println!("{count} sign-ups of one mailbox: {sent} mails");
    assert_eq!(sent, 3);
}

const STATES: [&str; 6] = [
    "new",
    "pending",
    "confirmed",
    "unsubscribed",
    "suppressed",
    "full",
];

/// Addresses of each state, `samples` of each.
async fn known(app: &TestApp, samples: u64) {
    let prepare = |state: &'static str| {
        stream::iter(0..samples).map(move |number| async move {
            let address = format!("{state}{number}@example.org");
            sign_up_from(app, "203.0.113.7", &address).await.expect(303);
        })
    };
    for state in &STATES[1..] {
        prepare(state)
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<()>>()
            .await;
    }
    for statement in [
        "UPDATE subscriptions s SET status = 'active', confirmed_at = requested_at FROM subscribers p \
          WHERE p.id = s.subscriber_id AND p.address LIKE 'confirmed%'",
        "UPDATE subscriptions s SET status = 'unsubscribed', confirmed_at = requested_at, ended_at = requested_at \
           FROM subscribers p WHERE p.id = s.subscriber_id AND p.address LIKE 'unsubscribed%'",
        "INSERT INTO suppressions SELECT address_key, 'complaint', created_at FROM subscribers \
          WHERE address LIKE 'suppressed%'",
    ] {
        app.execute(statement).await;
    }
    app.advance(SignedDuration::from_hours(25));
    // Mailboxes that had their share today.
    for _ in 0..3 {
        prepare("full")
            .buffer_unordered(AT_ONCE)
            .collect::<Vec<()>>()
            .await;
        app.advance(SignedDuration::from_mins(11));
    }
}

#[tokio::test]
async fn the_time_of_an_answer_tells_nothing_about_the_address() {
    let samples = setting("TIDINGS_SAMPLES").unwrap_or(20);
    let limits = [
        "CLIENT_REQUESTS",
        "ALL_REQUESTS",
        "CLIENT_MAILS",
        "DOMAIN_MAILS",
        "NEWSLETTER_MAILS",
        "ALL_MAILS",
    ];
    let limits = limits.map(|name| format!("LIMITS__{name}"));
    let mut settings: Vec<(&str, &str)> =
        limits.iter().map(|name| (name.as_str(), "off")).collect();
    settings.push(("ATTACK__AUTOMATIC", "false"));
    settings.push(MANY_REQUESTS);
    let app = app_with(&settings).await;
    known(&app, samples).await;
    let mut times: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut first = None;
    for number in 0..samples {
        for state in STATES {
            let address = format!("{state}{number}@example.org");
            let began = Instant::now();
            let answer = sign_up_from(&app, "203.0.113.7", &address)
                .await
                .expect(303);
            times.entry(state).or_default().push(began.elapsed());
            assert_eq!(
                answer.fixed(),
                *first.get_or_insert_with(|| answer.fixed()),
                "{state}"
            );
        }
    }
    let medians: Vec<(&str, Duration)> = times
        .iter_mut()
        .map(|(state, times)| {
            times.sort_unstable();
            (*state, times[times.len() / 2])
        })
        .collect();
    let (least, most) = (
        medians.iter().map(|it| it.1).min().unwrap(),
        medians.iter().map(|it| it.1).max().unwrap(),
    );
    let spread = most.saturating_sub(least);
    println!(
        "{samples} samples of each state: {medians:?}; largest difference of medians {spread:?}"
    );
    // A few samples on a busy machine say nothing about two milliseconds.
    assert!(
        samples < 500 || spread < Duration::from_millis(2),
        "{medians:?}"
    );
}
