//! Signing up: the same answer for everyone, a mail that fits, evidence of what was agreed to.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, link};

/// Longer than the time in which a repeated request causes no second mail.
const LATER: SignedDuration = SignedDuration::from_mins(11);

/// The doors through which a sign-up comes.
#[derive(Clone, Copy)]
enum Door {
    Form,
    Json,
}

async fn app_with_newsletters() -> TestApp {
    app_with_settings(&[]).await
}

async fn app_with_settings(environment: &[(&str, &str)]) -> TestApp {
    let builder = environment
        .iter()
        .fold(TestApp::with(), |builder, (name, value)| {
            builder.env(name, value)
        });
    let app = builder.start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.newsletter("central-asia")
        .title("Central Asia briefing")
        .create()
        .await;
    app
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

async fn post_json(app: &TestApp, body: &Value) -> Answer {
    app.call(Method::POST, "/subscribe").json(body).send().await
}

async fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    app.inbox(address)
        .await
        .iter()
        .map(|mail| mail.subject())
        .collect()
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
async fn a_new_reader_confirms_and_is_subscribed() {
    let app = app_with_newsletters().await;
    let answer = app
        .sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    assert_eq!(
        answer.header("location"),
        "https://news.europablatt.example/subscribe/check-inbox?lang=en"
    );
    assert!(
        app.get(answer.header("location"))
            .await
            .expect(200)
            .text()
            .contains("Check your inbox")
    );
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails.len(), 1);
    let page = app
        .get(&link(&mails[0], "/confirm/"))
        .await
        .expect(200)
        .text();
    assert!(
        page.contains("One click left") && page.contains("Europe this morning"),
        "{page}"
    );
    assert_eq!(
        app.rows("SELECT status FROM subscriptions").await,
        [json!({ "status": "pending" })]
    );
    let page = app.confirm(&mails[0]).await.expect(200).text();
    assert!(page.contains("You are subscribed"), "{page}");
    assert_eq!(
        app.rows("SELECT status FROM subscriptions").await,
        [json!({ "status": "active" })]
    );
    assert_eq!(app.deliver().await, 0);
}

#[tokio::test]
async fn a_second_signup_within_the_cooldown_sends_no_second_mail() {
    let app = app_with_newsletters().await;
    app.sign_up("ada@example.org", &["morning"]).await;
    app.sign_up("Ada@Example.org", &["morning"]).await;
    app.advance(SignedDuration::from_mins(9));
    app.sign_up("ada@example.org", &["morning"]).await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 1);
    app.advance(SignedDuration::from_mins(2));
    app.sign_up("ada@example.org", &["morning"]).await;
    app.deliver().await;
    assert_eq!(app.outbox.count(), 2);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 1);
}

#[tokio::test]
async fn the_link_of_the_first_mail_works_after_a_second_one() {
    let app = app_with_newsletters().await;
    app.sign_up("ada@example.org", &["morning"]).await;
    app.advance(LATER);
    app.sign_up("ada@example.org", &["morning"]).await;
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_ne!(link(&mails[0], "/confirm/"), link(&mails[1], "/confirm/"));
    assert!(
        app.confirm(&mails[0])
            .await
            .expect(200)
            .text()
            .contains("You are subscribed")
    );
    assert!(
        app.confirm(&mails[1])
            .await
            .expect(200)
            .text()
            .contains("You already get Europe this morning")
    );
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        1
    );
}

#[tokio::test]
async fn nobody_can_flood_a_mailbox_through_us() {
    let app = app_with_newsletters().await;
    for number in 0..6 {
        // By turns, so that the newsletters cannot be counted apart.
        let newsletter = if number % 2 == 0 {
            "morning"
        } else {
            "central-asia"
        };
        app.sign_up("ada@example.org", &[newsletter])
            .await
            .expect(303);
        app.advance(LATER);
    }
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 3);
    app.advance(SignedDuration::from_hours(24));
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    assert_eq!(app.inbox("ada@example.org").await.len(), 4);
}

#[tokio::test]
async fn a_confirmed_reader_is_told_at_most_once_a_day() {
    let app = app_with_newsletters().await;
    app.reader("ada@example.org", "morning").await;
    for hours in [0, 1, 22, 2] {
        app.advance(SignedDuration::from_hours(hours));
        app.sign_up("ada@example.org", &["morning"])
            .await
            .expect(303);
        app.deliver().await;
    }
    assert_eq!(
        subjects(&app, "ada@example.org").await,
        ["You already get Europe this morning"; 2]
    );
    assert_eq!(
        app.rows("SELECT status FROM subscriptions").await,
        [json!({ "status": "active" })]
    );
}

#[tokio::test]
async fn a_reader_of_one_newsletter_is_asked_about_the_other_only() {
    let app = app_with_newsletters().await;
    app.reader("ada@example.org", "morning").await;
    app.sign_up("ada@example.org", &["morning", "central-asia"])
        .await
        .expect(303);
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails[0].subject(), "Please confirm: Central Asia briefing");
    let text = format!("{} {}", mails[0].text().unwrap(), mails[0].html().unwrap());
    assert!(!text.contains("Europe this morning"), "{text}");
    app.confirm(&mails[0]).await.expect(200);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        2
    );
}

#[tokio::test]
async fn two_newsletters_are_confirmed_with_one_mail() {
    let app = app_with_newsletters().await;
    app.sign_up("ada@example.org", &["morning", "central-asia", "morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(
        subjects(&app, "ada@example.org").await,
        ["Please confirm: Europe this morning and 1 more"]
    );
    app.confirm(&mails[0]).await.expect(200);
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE status = 'active'")
            .await,
        2
    );
}

#[tokio::test]
async fn an_unknown_newsletter_brings_the_form_back() {
    let app = app_with_newsletters().await;
    for slugs in [
        &["evening"][..],
        &["morning", "evening"],
        &["Not a slug!"],
        &[],
    ] {
        let answer = app.sign_up("ada@example.org", slugs).await.expect(422);
        let page = answer.text();
        assert!(
            page.contains("<title>Error: ") && page.contains("Choose at least one newsletter"),
            "{page}"
        );
        assert!(
            page.contains(r#"name="email" value="ada@example.org""#),
            "{page}"
        );
        let json = post_json(
            &app,
            &json!({ "email": "ada@example.org", "newsletters": slugs }),
        )
        .await
        .expect(422);
        assert_eq!(json.header("content-type"), "application/problem+json");
        assert_eq!(
            json.json::<Value>()["errors"][0]["field"],
            "newsletter",
            "{slugs:?}"
        );
    }
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
}

#[tokio::test]
async fn an_ended_newsletter_is_not_offered() {
    let app = app_with_newsletters().await;
    app.api(Method::PATCH, "/newsletters/central-asia")
        .json(&json!({ "status": "retired" }))
        .send()
        .await
        .expect(200);
    let page = app
        .sign_up("ada@example.org", &["central-asia"])
        .await
        .expect(422)
        .text();
    assert!(!page.contains("Central Asia briefing"), "{page}");
    assert_eq!(app.count("SELECT 1 FROM deliveries").await, 0);
}

#[tokio::test]
async fn a_wrong_address_brings_the_form_back_with_what_was_typed() {
    let app = app_with_newsletters().await;
    let long = format!("{}@example.org", "a".repeat(288));
    assert_eq!(long.len(), 300);
    let (two_lines, folded) = (
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nSubject: Free money",
    );
    for address in [
        &long,
        two_lines,
        folded,
        "",
        "ada",
        "ada@example",
        "ada@example.org, eve@example.org",
        "<b>@x.org",
    ] {
        let page = app.sign_up(address, &["morning"]).await.expect(422).text();
        assert!(page.contains("<title>Error: "), "{page}");
        assert!(
            page.contains("Enter your email address, like name@example.com"),
            "{page}"
        );
        let json = post_json(
            &app,
            &json!({ "email": address, "newsletters": ["morning"] }),
        )
        .await
        .expect(422);
        assert_eq!(
            json.json::<Value>()["errors"][0]["field"],
            "email",
            "{address:?}"
        );
    }
    let page = app.sign_up("ada@example", &["morning"]).await.text();
    assert!(
        page.contains(r#"value="ada@example""#) && page.contains(r#"value="morning""#),
        "{page}"
    );
    let page = app
        .sign_up(r#""><script>alert(1)</script>"#, &["morning"])
        .await
        .text();
    assert!(
        !page.contains("<script") && page.contains("&lt;script&gt;"),
        "{page}"
    );
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
    assert_eq!(app.count("SELECT 1 FROM deliveries").await, 0);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused() {
    const FORM: &str = "application/x-www-form-urlencoded";
    const JSON: &str = "application/json";
    let app = app_with_newsletters().await;
    let large = format!(
        "email=ada%40example.org&newsletter=morning&source={}",
        "x".repeat(17_000)
    );
    let large_json = json!({ "email": "ada@example.org", "newsletters": ["morning"], "source": "x".repeat(17_000) });
    let valid = json!({ "email": "ada@example.org", "newsletters": ["morning"] }).to_string();
    let cases: Vec<(u16, &str, Vec<u8>)> = vec![
        (
            400,
            FORM,
            b"email=ada%FF%40example.org&newsletter=morning".to_vec(),
        ),
        (
            400,
            FORM,
            b"email=ada\xFF@example.org&newsletter=morning".to_vec(),
        ),
        (
            400,
            JSON,
            b"{\"email\": \"ada\xFF@example.org\", \"newsletters\": [\"morning\"]}".to_vec(),
        ),
        (400, JSON, b"{\"email\": ".to_vec()),
        (400, JSON, Vec::new()),
        (413, FORM, large.into_bytes()),
        (413, JSON, large_json.to_string().into_bytes()),
        (
            415,
            "text/plain",
            b"email=ada%40example.org&newsletter=morning".to_vec(),
        ),
        (
            415,
            "multipart/form-data; boundary=x",
            valid.clone().into_bytes(),
        ),
        (
            422,
            JSON,
            json!({ "email": "ada@example.org", "newsletters": ["morning"], "vip": true })
                .to_string()
                .into(),
        ),
        (
            422,
            JSON,
            json!({ "email": 7, "newsletters": ["morning"] })
                .to_string()
                .into(),
        ),
        (
            422,
            JSON,
            json!({ "email": "ada@example.org", "newsletters": "morning" })
                .to_string()
                .into(),
        ),
    ];
    for (status, content_type, body) in cases {
        let shown = String::from_utf8_lossy(&body)
            .chars()
            .take(70)
            .collect::<String>();
        let call = app
            .call(Method::POST, "/subscribe")
            .header("accept", "application/json");
        let answer = call.body(content_type, body).send().await;
        assert_eq!(
            answer.status(),
            status,
            "{content_type} {shown}: {}",
            answer.text()
        );
        assert_eq!(
            answer.header("content-type"),
            "application/problem+json",
            "{content_type} {shown}"
        );
        assert_eq!(answer.json::<Value>()["status"], status);
    }
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
}

#[tokio::test]
async fn readers_see_a_page_where_programs_see_a_problem() {
    let app = app_with_newsletters().await;
    for (status, text) in [(400, "email=%FF".to_owned()), (413, "x".repeat(17_000))] {
        let call = app
            .call(Method::POST, "/subscribe")
            .header("accept", "text/html");
        let answer = call
            .body("application/x-www-form-urlencoded", text)
            .send()
            .await
            .expect(status);
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.text().contains("<h1"), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_machine_in_the_trap_learns_nothing_and_leaves_nothing() {
    let app = app_with_newsletters().await;
    let person = app
        .sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    let fields = [
        ("email", "bot@example.org"),
        ("language", "en"),
        ("newsletter", "morning"),
        ("website", "https://spam.example"),
    ];
    let machine = app.post("/subscribe", &fields).await;
    assert_eq!(machine.fixed(), person.fixed());
    let person = post_json(
        &app,
        &json!({ "email": "ada@example.org", "newsletters": ["morning"] }),
    )
    .await
    .expect(202);
    let trapped = json!({ "email": "bot@example.org", "newsletters": ["morning"], "website": "x" });
    assert_eq!(post_json(&app, &trapped).await.fixed(), person.fixed());
    assert_eq!(
        app.rows("SELECT address FROM subscribers").await,
        [json!({ "address": "ada@example.org" })]
    );
    assert_eq!(app.deliver().await, 1);
}

#[tokio::test]
async fn a_reader_is_sent_back_to_allowed_sites_only() {
    let sites = "https://www.europablatt.example,https://beta.europablatt.example:8443";
    let app = app_with_settings(&[("TIDINGS__SERVER__ALLOWED_SITES", sites)]).await;
    let inbox = "https://news.europablatt.example/subscribe/check-inbox?lang=en";
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

#[tokio::test]
async fn both_steps_leave_evidence() {
    const QUERY: &str = "SELECT action, source, wording, language, page_url, recorded_at, \
         wording_version = left(encode(sha256(convert_to(wording, 'UTF8')), 'hex'), 12) AS is_version \
         FROM consents ORDER BY recorded_at";
    let app = app_with_newsletters().await;
    let page = "https://www.europablatt.example/bridge-reopens";
    let source = format!("{page}?utm_source=x&token=secret#comments");
    let fields = [
        ("email", "ada@example.org"),
        ("newsletter", "morning"),
        ("language", "de-AT"),
        ("source", source.as_str()),
    ];
    app.post("/subscribe", &fields).await.expect(303);
    app.deliver().await;
    app.advance(LATER);
    let mails = app.inbox("ada@example.org").await;
    assert_eq!(mails[0].subject(), "Bitte bestätigen: Europe this morning");
    app.confirm(&mails[0]).await.expect(200);
    let rows = app.rows(QUERY).await;
    assert_eq!(
        rows,
        [
            json!({
                "action": "requested", "source": "form", "language": "de", "page_url": page, "is_version": true,
                "recorded_at": "2026-01-05T05:30:00+00:00",
                "wording": "Europe this morning als Newsletter | Kostenlos und jederzeit abbestellbar. Zuerst senden \
                            wir Ihnen eine E-Mail, mit der Sie die Anmeldung bestätigen. | Wir messen nicht, ob Sie \
                            unsere E-Mails öffnen. | Abonnieren",
            }),
            json!({
                "action": "confirmed", "source": "confirm_page", "language": "de", "page_url": "/confirm",
                "is_version": true, "recorded_at": "2026-01-05T05:41:00+00:00",
                "wording": "Noch ein Klick | Europe this morning | Ja, ich möchte den Newsletter",
            }),
        ]
    );
}

#[tokio::test]
async fn the_evidence_says_by_which_door_a_request_came() {
    let app = app_with_newsletters().await;
    let body = json!({
        "email": "ada@example.org", "newsletters": ["morning", "central-asia"], "language": "en",
        "source": "https://www.europablatt.example/a?b",
    });
    post_json(&app, &body).await.expect(202);
    app.advance(SignedDuration::from_mins(1));
    // The button pressed twice is one request and one piece of evidence.
    post_json(&app, &body).await.expect(202);
    let rows = app
        .rows("SELECT source, page_url, language FROM consents")
        .await;
    let expected = json!({ "source": "json", "page_url": "https://www.europablatt.example/a", "language": "en" });
    assert_eq!(rows, [expected.clone(), expected]);
}

#[tokio::test]
async fn the_page_of_the_box_is_kept_only_if_it_is_a_web_address() {
    let app = app_with_newsletters().await;
    let long = format!("https://www.europablatt.example/{}", "a".repeat(500));
    let sources = [
        "",
        "not a page",
        "javascript:alert(1)",
        "https://eve:secret@www.europablatt.example/",
        &long,
    ];
    for (number, source) in sources.iter().enumerate() {
        let address = format!("ada{number}@example.org");
        let fields = [
            ("email", address.as_str()),
            ("newsletter", "morning"),
            ("source", source),
        ];
        app.post("/subscribe", &fields).await.expect(303);
    }
    assert_eq!(
        app.count("SELECT 1 FROM consents WHERE page_url IS NULL")
            .await,
        sources.len()
    );
}
