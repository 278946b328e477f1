//! A mail gateway opens every link of every mail before the reader sees it, some with a browser that runs scripts. Nobody is
//! confirmed by that, nobody unsubscribed, and the links still work for the person.

use std::collections::BTreeSet;

use reqwest::Method;

use super::Kind;
use crate::support::TestApp;
use crate::support::browser::{Browser, NEWS};

/// How many mails a usual run takes; `TIDINGS_GATEWAY_MAILS` asks for more.
const USUAL: usize = 20;

fn mails() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "no test of a behaviour is steered like this"
    )]
    let text = std::env::var("TIDINGS_GATEWAY_MAILS").ok();
    text.map_or(USUAL, |text| text.parse().unwrap())
}

/// Half of `count` sign up, and half get an edition; returns the addresses of both.
async fn fill(app: &TestApp, count: usize) -> (Vec<String>, Vec<String>) {
    app.newsletter("morning").create().await;
    let address = |kind: &str, number| format!("{kind}{number}@example.org");
    let new: Vec<String> = (0..count / 2)
        .map(|number| address("new", number))
        .collect();
    let old: Vec<String> = (0..count / 2)
        .map(|number| address("old", number))
        .collect();
    for reader in &old {
        app.reader(reader, "morning").await;
    }
    app.article("Bridge reopens").create().await;
    for reader in &new {
        app.sign_up(reader, &["morning"]).await.expect(303);
    }
    app.advance(jiff::SignedDuration::from_mins(30));
    assert_eq!(app.run_due().await.len(), 1);
    while app.deliver().await > 0 {}
    (new, old)
}

#[tokio::test]
async fn whoever_opens_every_link_confirms_and_ends_nothing() {
    // A thousand sign-ups in one instant are what these are against.
    let off = [
        "ALL_MAILS",
        "NEWSLETTER_MAILS",
        "DOMAIN_MAILS",
        "ALL_REQUESTS",
    ];
    let builder = TestApp::with()
        .env("BASE_URL", NEWS)
        .env("TIDINGS__ATTACK__AUTOMATIC", "false");
    let builder = off.iter().fold(builder, |builder, name| {
        builder.env(&format!("TIDINGS__LIMITS__{name}"), "off")
    });
    let app = builder.start().await;
    let count = mails();
    let (new, old) = fill(&app, count).await;
    let mut links = BTreeSet::new();
    for mail in app.outbox.list(None, None, usize::MAX) {
        let header = mail.header("List-Unsubscribe").unwrap_or_default();
        let header = header.split(['<', '>']).map(str::to_owned);
        let all = mail.links().into_iter().chain(header);
        links.extend(all.filter(|link| link.starts_with(NEWS)));
    }
    assert!(links.len() >= count, "{} links", links.len());
    let browser = Browser::start(Kind::USUAL, app.address(), "127.0.0.1:9").await;
    for link in &links {
        let path = link.strip_prefix(NEWS).unwrap();
        for method in [Method::GET, Method::HEAD] {
            let answer = app.call(method, path).send().await;
            assert_eq!(answer.status(), 200, "{link}");
        }
        browser.go(link).await;
        browser.until("document.readyState == 'complete'").await;
    }
    let state = "SELECT status, count(*) FROM subscriptions GROUP BY 1 ORDER BY 1";
    let half = count / 2;
    let untouched = |status: &str| serde_json::json!({"status": status, "count": half});
    assert_eq!(
        app.rows(state).await,
        [untouched("active"), untouched("pending")]
    );
    // It fetched the link that no person sees, so what it opened does not count.
    assert_eq!(app.count("SELECT 1 FROM signup_openings").await, 0);
    // The person comes after the gateway.
    for reader in new.iter().step_by(half.div_ceil(20)) {
        let mail = app.inbox(reader).await.pop().unwrap();
        app.confirm(&mail).await.expect(200);
    }
    let confirmed = "SELECT 1 FROM subscriptions WHERE status = 'active'";
    let clicks = half.div_ceil(half.div_ceil(20));
    assert_eq!(app.count(confirmed).await, half + clicks);
    let reader = old.last().unwrap();
    let mail = app.inbox(reader).await.pop().unwrap();
    let header = mail.header("List-Unsubscribe").unwrap();
    let link = header
        .split(['<', '>'])
        .find(|part| part.starts_with(NEWS))
        .unwrap();
    let one_click = [("List-Unsubscribe", "One-Click")];
    let path = link.strip_prefix(NEWS).unwrap();
    app.post(path, &one_click).await.expect(200);
    assert_eq!(app.count(confirmed).await, half + clicks - 1);
}
