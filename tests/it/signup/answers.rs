//! What a visitor sees is the same for every address; what differs is the mail.

use reqwest::Method;
use serde_json::json;

use super::{LATER, app_with_newsletters, app_with_settings, post_json, subjects};
use crate::support::{Answer, TestApp};

/// The doors through which a sign-up comes.
#[derive(Clone, Copy)]
enum Door {
    Form,
    Json,
}

async fn sign_up_by(app: &TestApp, door: Door, address: &str) -> Answer {
    match door {
        Door::Form => app.sign_up(address, &["morning"]).await,
        Door::Json => {
            post_json(
                app,
                &json!({ "email": address, "newsletters": ["morning"] }),
            )
            .await
        }
    }
}

/// Five addresses that we know differently well, by name.
async fn five_states(app: &TestApp, mark: &str) -> [(&'static str, String); 5] {
    let states = ["new", "pending", "confirmed", "unsubscribed", "suppressed"].map(|state| {
        let address = format!("{state}-{mark}@example.org");
        (state, address)
    });
    app.sign_up(&states[1].1, &["morning"]).await.expect(303);
    app.reader(&states[2].1, "morning").await;
    let left = app.reader(&states[3].1, "morning").await;
    let path = format!("/subscribers/{}/unsubscribe", left.id);
    app.api(Method::POST, &path)
        .json(&json!({}))
        .send()
        .await
        .expect(200);
    app.reader(&states[4].1, "morning").await;
    let suppress = format!(
        "INSERT INTO suppressions VALUES ('{}', 'complaint', now())",
        states[4].1
    );
    assert_eq!(app.execute(&suppress).await, 1);
    app.deliver().await;
    app.advance(LATER);
    states
}

#[tokio::test]
async fn the_answer_tells_nothing_about_the_address() {
    let app = app_with_newsletters().await;
    for (door, mark, status) in [(Door::Form, "form", 303), (Door::Json, "json", 202)] {
        let mut first = None;
        for (state, address) in five_states(&app, mark).await {
            let answer = sign_up_by(&app, door, &address).await.expect(status);
            assert!(
                !answer.text().contains("example.org")
                    && !answer.header("location").contains("example.org")
            );
            let first = first.get_or_insert_with(|| answer.fixed());
            assert_eq!(answer.fixed(), *first, "{state} by {mark}");
        }
    }
}

#[tokio::test]
async fn what_differs_is_the_mail() {
    let app = app_with_newsletters().await;
    for (door, mark) in [(Door::Form, "form"), (Door::Json, "json")] {
        for (state, address) in five_states(&app, mark).await {
            let before = app.inbox(&address).await.len();
            sign_up_by(&app, door, &address).await;
            app.deliver().await;
            let new = subjects(&app, &address).await.split_off(before);
            let expected: &[&str] = match state {
                "suppressed" => &[],
                "confirmed" => &["You already get Europe this morning"],
                _ => &["Please confirm: Europe this morning"],
            };
            assert_eq!(new, expected, "{state} by {mark}");
        }
    }
}

#[tokio::test]
async fn a_reader_is_sent_back_to_allowed_sites_only() {
    let sites = "https://www.europablatt.example,https://beta.europablatt.example:8443";
    let app = app_with_settings(&[("TIDINGS__SERVER__ALLOWED_SITES", sites)]).await;
    let inbox = "/subscribe/check-inbox?lang=en";
    for (next, expected) in [
        (
            "https://www.europablatt.example/a",
            "https://www.europablatt.example/a?newsletter=check-inbox",
        ),
        (
            "https://www.europablatt.example/?p=1#top",
            "https://www.europablatt.example/?p=1&newsletter=check-inbox#top",
        ),
        (
            "https://beta.europablatt.example:8443/",
            "https://beta.europablatt.example:8443/?newsletter=check-inbox",
        ),
        ("", inbox),
        ("/thanks", inbox),
        ("//www.europablatt.example/a", inbox),
        ("http://www.europablatt.example/a", inbox),
        ("https://www.europablatt.example:444/a", inbox),
        ("https://beta.europablatt.example/", inbox),
        ("https://europablatt.example/", inbox),
        ("https://www.europablatt.example.evil.example/", inbox),
        ("https://www.europablatt.example@evil.example/", inbox),
        ("https://eve:x@www.europablatt.example/", inbox),
        (
            "https://evil.example/#https://www.europablatt.example",
            inbox,
        ),
        ("javascript:alert(1)", inbox),
    ] {
        let fields = [
            ("email", "ada@example.org"),
            ("language", "en"),
            ("newsletter", "morning"),
            ("next", next),
        ];
        let answer = app.post("/subscribe", &fields).await.expect(303);
        assert_eq!(answer.header("location"), expected, "{next:?}");
    }
}

/// Where a form that orders these newsletters leads.
async fn led_to(app: &TestApp, next: &str, newsletters: &[&str], trap: &str) -> String {
    let mut fields = vec![
        ("email", "ada@example.org"),
        ("language", "en"),
        ("next", next),
        ("website", trap),
    ];
    fields.extend(newsletters.iter().map(|slug| ("newsletter", *slug)));
    let answer = app.post("/subscribe", &fields).await.expect(303);
    answer.header("location").to_owned()
}

const INBOX: &str = "/subscribe/check-inbox?lang=en";

#[tokio::test]
async fn the_sites_of_a_newsletter_are_returned_to() {
    let app = app_with_settings(&[]).await;
    app.newsletter("sea")
        .sites(&["https://www.seeblatt.example", "https://zürich.example"])
        .create()
        .await;
    for (next, expected) in [
        (
            "https://www.seeblatt.example/a?b=1",
            "https://www.seeblatt.example/a?b=1&newsletter=check-inbox",
        ),
        (
            "HTTPS://WWW.Seeblatt.example:443/a",
            "https://www.seeblatt.example/a?newsletter=check-inbox",
        ),
        (
            "https://zürich.example/danke",
            "https://xn--zrich-kva.example/danke?newsletter=check-inbox",
        ),
        (
            "https://xn--zrich-kva.example/danke",
            "https://xn--zrich-kva.example/danke?newsletter=check-inbox",
        ),
        // Read as browsers read it, and written so that nobody can read it otherwise.
        (
            "https:\\\\www.seeblatt.example\\@evil.example/",
            "https://www.seeblatt.example/@evil.example/?newsletter=check-inbox",
        ),
        ("https://evil.example/", INBOX),
        ("https://evil.example\\@www.seeblatt.example/", INBOX),
        ("https://www.seeblatt.example@evil.example/", INBOX),
        ("https://www.seeblatt.example:x@evil.example/", INBOX),
        ("https://eve@www.seeblatt.example/", INBOX),
        ("https://www.seeblatt.example.evil.example/", INBOX),
        ("https://evil.example/https://www.seeblatt.example/", INBOX),
        ("//evil.example/", INBOX),
        ("//www.seeblatt.example/a", INBOX),
        ("\\\\evil.example/", INBOX),
        ("/\\evil.example/", INBOX),
        ("///www.seeblatt.example/", INBOX),
        ("http://www.seeblatt.example/a", INBOX),
        ("https://www.seeblatt.example:8443/a", INBOX),
        ("https://seeblatt.example/", INBOX),
        ("https://zurich.example/", INBOX),
        ("https://z\u{fc}rich.example.evil.example/", INBOX),
        // A Cyrillic letter that looks like a Latin one.
        ("https://www.seebl\u{430}tt.example/", INBOX),
        ("https://www.seeblatt.example%2eevil.example/", INBOX),
        ("javascript://www.seeblatt.example/%0aalert(1)", INBOX),
        ("data:text/html,https://www.seeblatt.example", INBOX),
    ] {
        let led = led_to(&app, next, &["sea"], "").await;
        assert_eq!(led, expected, "{next:?}");
        // A machine that fell into the trap is led to the same place.
        assert_eq!(
            led_to(&app, next, &["sea"], "x").await,
            expected,
            "{next:?}"
        );
    }
}

#[tokio::test]
async fn all_newsletters_of_a_form_must_have_the_site() {
    let settings = [("TIDINGS__SERVER__ALLOWED_SITES", "https://all.example")];
    let app = app_with_settings(&settings).await;
    let (both, sea) = ("https://both.example", "https://sea.example");
    app.newsletter("sea").sites(&[both, sea]).create().await;
    app.newsletter("land").sites(&[both]).create().await;
    for (site, newsletters, is_allowed) in [
        (both, &["sea", "land"][..], true),
        (both, &["sea", "sea"], true),
        (sea, &["sea"], true),
        (sea, &["sea", "land"], false),
        (sea, &["land"], false),
        // A newsletter without sites is ordered from anywhere and leads nowhere.
        (both, &["morning"], false),
        (both, &["sea", "morning"], false),
        ("https://all.example", &["sea", "morning"], true),
    ] {
        let led = led_to(&app, &format!("{site}/"), newsletters, "").await;
        let there = format!("{site}/?newsletter=check-inbox");
        let expected = if is_allowed { &there } else { INBOX };
        assert_eq!(led, expected, "{site} {newsletters:?}");
    }
    // What is no newsletter leads a machine nowhere.
    for newsletters in [&["nothing"][..], &["sea", "No Slug"], &[]] {
        let led = led_to(&app, &format!("{sea}/"), newsletters, "x").await;
        assert_eq!(led, INBOX, "{newsletters:?}");
    }
}
