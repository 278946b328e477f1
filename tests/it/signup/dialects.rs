//! Forms and clients that were made for other systems.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::TestApp;

const ANNA: &str = "anna@beispiel.example";

/// The one mail, which asks `address` to confirm these newsletters.
async fn asked(app: &TestApp, address: &str, slugs: &[&str]) {
    assert_eq!(app.deliver().await, 1);
    let mails = app.inbox(address).await;
    assert_eq!(mails.len(), 1);
    let rows = app
        .rows("SELECT n.slug FROM signups s JOIN newsletters n ON n.id = ANY (s.newsletter_ids) ORDER BY 1")
        .await;
    let found: Vec<&str> = rows
        .iter()
        .map(|row| row["slug"].as_str().unwrap())
        .collect();
    assert_eq!(found, slugs);
}

async fn start() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.newsletter("weekend").create().await;
    app
}

async fn uuid(app: &TestApp, slug: &str) -> String {
    let select = format!("SELECT id FROM newsletters WHERE slug = '{slug}'");
    app.rows(&select).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn each_form_works_with_another_action() {
    for (path, form) in [
        (
            "/subscribe/mailchimp?u=1&newsletter=morning",
            &[("EMAIL", ANNA), ("b_1_2", "")][..],
        ),
        (
            "/subscribe/buttondown",
            &[("email", ANNA), ("tag", "morning"), ("embed", "1")],
        ),
        (
            "/subscribe/kit?newsletter=morning",
            &[("email_address", ANNA), ("fields[first_name]", "Anna")],
        ),
        (
            "/subscribe/mailerlite?newsletter=morning",
            &[("fields[email]", ANNA)],
        ),
        (
            "/subscribe/newspack",
            &[("npe", ANNA), ("email", ""), ("lists[]", "morning")],
        ),
        (
            "/subscription/form",
            &[
                ("email", ANNA),
                ("name", "Anna"),
                ("l", "morning"),
                ("nonce", ""),
            ],
        ),
    ] {
        let app = start().await;
        let answer = app.post(path, form).await.expect(303);
        assert!(
            answer
                .header("location")
                .starts_with("/subscribe/check-inbox"),
            "{path}"
        );
        asked(&app, ANNA, &["morning"]).await;
    }
}

#[tokio::test]
async fn their_traps_are_traps_and_their_mistakes_are_told() {
    let app = start().await;
    for (path, form) in [
        (
            "/subscribe/mailchimp?newsletter=morning",
            &[("EMAIL", ANNA), ("b_1_2", "x")][..],
        ),
        (
            "/subscribe/newspack",
            &[("npe", ANNA), ("email", "x"), ("lists[]", "morning")],
        ),
        (
            "/subscription/form",
            &[("email", ANNA), ("l", "morning"), ("nonce", "x")],
        ),
    ] {
        app.post(path, form).await.expect(303);
    }
    let trap = json!({"email": ANNA, "newsletters": ["morning"], "honeypot": "x"});
    let ghost = app.call(Method::POST, "/members/api/send-magic-link/");
    assert_eq!(
        ghost.json(&trap).send().await.expect(201).json::<Value>(),
        json!({})
    );
    assert_eq!(app.count("SELECT 1 FROM signups").await, 0);
    let wrong = app.post(
        "/subscribe/kit?newsletter=morning",
        &[("email_address", "anna")],
    );
    wrong.await.expect(422);
    let unknown = app.post(
        "/subscribe/kit?newsletter=nothing",
        &[("email_address", ANNA)],
    );
    unknown.await.expect(422);
    app.post("/subscribe/pigeon", &[("email", ANNA)])
        .await
        .expect(404);
    let json = app
        .call(Method::POST, "/subscribe/kit")
        .json(&json!({"email": ANNA}));
    assert_eq!(json.send().await.status(), 415);
}

#[tokio::test]
async fn clients_of_listmonk_find_what_they_know() {
    let app = start().await;
    let lists: Value = app.get("/api/public/lists").await.expect(200).json();
    let ids = [uuid(&app, "morning").await, uuid(&app, "weekend").await];
    // Both were made at the same instant, so either may be first.
    let listed = lists.as_array().unwrap();
    assert_eq!(listed.len(), 2);
    for (id, name) in ids.iter().zip(["morning", "weekend"]) {
        assert!(listed.contains(&json!({ "uuid": id, "name": name })));
    }
    let subscribe = async |body: Value| {
        let call = app.call(Method::POST, "/api/public/subscription");
        call.json(&body).send().await
    };
    let body = json!({"email": ANNA, "name": "Anna", "list_uuids": ids});
    let done = subscribe(body.clone()).await.expect(200);
    assert_eq!(done.json::<Value>(), json!({"data": {"has_optin": true}}));
    asked(&app, ANNA, &["morning", "weekend"]).await;
    // The same for somebody who is known, whatever the standing.
    app.confirm(&app.inbox(ANNA).await[0]).await.expect(200);
    app.advance(jiff::SignedDuration::from_hours(1));
    let known = subscribe(body).await.expect(200);
    assert_eq!(known.text(), done.text());
    let form = [("email", "bob@beispiel.example"), ("l", ids[1].as_str())];
    app.post("/api/public/subscription", &form)
        .await
        .expect(200);
    for wrong in [
        json!({"email": "anna", "list_uuids": ids}),
        json!({"email": ANNA, "list_uuids": []}),
        json!({"email": ANNA, "list_uuids": ["019b8c7e-7ab0-7000-8000-000000000001"]}),
    ] {
        let refused = subscribe(wrong.clone()).await.expect(400).json::<Value>();
        assert!(!refused["message"].as_str().unwrap().is_empty(), "{wrong}");
    }
}

#[tokio::test]
async fn forms_of_ghost_get_what_they_expect() {
    let app = start().await;
    let body =
        json!({"email": ANNA, "emailType": "subscribe", "newsletters": [{"name": "weekend"}]});
    let call = app.call(Method::POST, "/members/api/send-magic-link/");
    call.json(&body).send().await.expect(201);
    asked(&app, ANNA, &["weekend"]).await;
}

#[tokio::test]
async fn a_newsletter_that_lists_its_sites_is_ordered_from_no_other() {
    let app = TestApp::with()
        .env("TIDINGS__SERVER__ALLOWED_SITES", "https://global.example")
        .start()
        .await;
    app.newsletter("morning")
        .sites(&["https://www.site.example"])
        .create()
        .await;
    app.newsletter("weekend").create().await;
    let order = async |slug: &str, origin: &str| {
        let call = app
            .call(Method::POST, "/subscribe")
            .header("Origin", origin);
        let form = [
            ("email", ANNA),
            ("newsletter", slug),
            ("placement", "article-end"),
        ];
        call.form(&form).send().await.status()
    };
    assert_eq!(order("morning", "https://evil.example").await, 403);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
    // A browser that hides where it comes from, and a newsletter without a list, are not refused.
    for (slug, origin) in [
        ("morning", "https://www.site.example"),
        ("morning", "https://global.example"),
        ("morning", "https://news.europablatt.example"),
        ("morning", "null"),
        ("weekend", "https://evil.example"),
    ] {
        assert_eq!(order(slug, origin).await, 303, "{slug} on {origin}");
    }
    assert!(
        app.count("SELECT 1 FROM signups WHERE placement = 'article-end'")
            .await
            > 0
    );
}

#[tokio::test]
async fn the_newsroom_sees_from_which_pages_readers_came() {
    let app = start().await;
    let page = "https://www.site.example/a";
    for (number, place) in ["article-end", "article-end", "header", ""]
        .iter()
        .enumerate()
    {
        let address = format!("r{number}@beispiel.example");
        let mut form = vec![("email", address.as_str()), ("newsletter", "morning")];
        form.extend([
            ("placement", *place),
            ("source", "https://www.site.example/a?utm=1"),
        ]);
        app.post("/subscribe", &form).await.expect(303);
    }
    app.deliver().await;
    for reader in ["r0@beispiel.example", "r2@beispiel.example"] {
        app.confirm(&app.inbox(reader).await[0]).await.expect(200);
    }
    let sources = async |query: &str| {
        let path = format!("/newsletters/morning/sources{query}");
        app.api(Method::GET, &path).send().await
    };
    let found = sources("").await.expect(200).json::<Value>();
    let row = |place: &str, asked: i64, confirmed: i64| json!({"source_url": page, "placement": place, "asked": asked, "confirmed": confirmed});
    let expected = [row("header", 1, 1), row("", 1, 0)];
    let expected = [&[row("article-end", 2, 1)], &expected[..]].concat();
    assert_eq!(found, json!({"days": 30, "items": expected}));
    app.advance(jiff::SignedDuration::from_hours(48));
    let later = sources("?days=1").await.expect(200).json::<Value>();
    assert_eq!(later["items"], json!([]));
    assert_eq!(sources("?days=0").await.problem(422).fields, ["days"]);
}
