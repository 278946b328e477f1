//! Export and erasure.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ADA, link_of_next_edition, mailed_link, press, with_reader};
use crate::support::{TestApp, link};

/// The tables in which `text` stands anywhere, in any column.
async fn tables_with(app: &TestApp, text: &str) -> Vec<String> {
    let select = "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
    let mut found = Vec::new();
    for table in app.rows(select).await {
        let name = table["name"].as_str().unwrap();
        let rows = app
            .rows(&format!("SELECT t::text AS row FROM {name} t"))
            .await;
        let has = |row: &Value| row["row"].as_str().unwrap().to_lowercase().contains(text);
        if rows.iter().any(has) {
            found.push(name.to_owned());
        }
    }
    found
}

/// Ada with something of hers in every table that can hold it; returns the mailed link.
async fn with_traces() -> (TestApp, String) {
    let (app, _) = with_reader().await;
    app.post(
        "/subscribe",
        &[
            ("email", "Ada@Example.org"),
            ("newsletter", "evening"),
            ("language", "en"),
            ("source", "https://www.europablatt.example/ferry?x=1"),
        ],
    )
    .await
    .expect(303);
    app.deliver().await;
    let confirmation = app.inbox("Ada@Example.org").await;
    app.confirm(confirmation.last().unwrap()).await.expect(200);
    let mailed = mailed_link(&app, ADA).await;
    press(&app, &mailed, "/address", &[("email", "ada@new.example")]).await;
    app.deliver().await;
    // Another reader wanted to move to this address.
    app.advance(jiff::SignedDuration::from_hours(2));
    app.reader("ben@example.org", "morning").await;
    let other = mailed_link(&app, "ben@example.org").await;
    press(&app, &other, "/address", &[("email", ADA)]).await;
    // Somebody in the newsroom sent a copy there.
    let sent = app
        .rows("SELECT id FROM editions WHERE status <> 'skipped'")
        .await;
    let test = format!("/editions/{}/test", sent[0]["id"].as_str().unwrap());
    let call = app
        .api(Method::POST, &test)
        .json(&json!({"to": "Ada@example.org"}));
    call.send().await.expect(202);
    app.deliver().await;
    // What servers said repeats the address.
    app.execute("UPDATE edition_deliveries SET reply_text = '250 2.1.5 <ada@example.org> ok'")
        .await;
    app.execute(
        "UPDATE deliveries d SET reply_text = '250 2.1.5 <ada@example.org> ok' FROM subscribers s \
          WHERE s.address_key = 'ada@example.org' AND d.status = 'sent' \
            AND (d.subscriber_id = s.id OR lower(d.test_address) = s.address_key \
                 OR d.reader_link_id IN (SELECT id FROM reader_links WHERE new_address_key = s.address_key))",
    )
    .await;
    app.execute("INSERT INTO edition_attempts SELECT edition_id, subscription_id, 1, 'deferred', 'rcpt', 450, \
                 'try later, ada@example.org', now() FROM edition_deliveries")
        .await;
    (app, mailed)
}

#[tokio::test]
async fn the_export_holds_everything() {
    let (app, mailed) = with_traces().await;
    let answer = app.get(&format!("{mailed}/export")).await.expect(200);
    assert!(
        answer
            .header("content-disposition")
            .starts_with("attachment")
    );
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let file = answer.record();
    assert_eq!(file["subscriber"]["address"], ADA);
    assert_eq!(file["subscriptions"].as_array().unwrap().len(), 2);
    assert_eq!(
        file["signups"][0]["source_url"],
        "https://www.europablatt.example/ferry"
    );
    assert_eq!(file["signups"][0]["newsletters"], json!(["evening"]));
    let consents = file["consents"].as_array().unwrap();
    let mut actions: Vec<&str> = consents
        .iter()
        .map(|it| it["action"].as_str().unwrap())
        .collect();
    actions.sort_unstable();
    assert_eq!(actions, ["added", "confirmed", "requested"]);
    assert_eq!(file["editions"][0]["status"], "sent");
    assert!(
        file["editions"][0]["subject"]
            .as_str()
            .unwrap()
            .contains("Bridge reopens")
    );
    let kinds: Vec<&Value> = file["mails"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["kind"])
        .collect();
    for kind in [
        "confirmation",
        "preferences_link",
        "address_old",
        "address_new",
        "address_taken",
    ] {
        assert!(kinds.contains(&&json!(kind)), "{kind} is not in {kinds:?}");
    }
    assert_eq!(file["links"].as_array().unwrap().len(), 3);
    assert!(!answer.text().contains("ben@example.org"));
}

#[tokio::test]
async fn after_erasing_no_table_holds_the_address() {
    let (app, mailed) = with_traces().await;
    assert!(tables_with(&app, "ada@example.org").await.len() >= 4);
    app.article("Ferry late").create().await;
    app.advance(jiff::SignedDuration::from_hours(24));
    app.run_due().await;
    let before = app.count("SELECT 1 FROM subscribers").await;
    let page = app.get(&format!("{mailed}/erase")).await.expect(200).text();
    assert!(page.contains("Delete everything?") && page.contains(ADA));
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, before);
    let page = app
        .post(&format!("{mailed}/erase"), &[])
        .await
        .expect(200)
        .text();
    assert!(
        page.contains("Everything is deleted") && !page.contains(ADA),
        "{page}"
    );
    for text in ["ada@example.org", "ada@new.example"] {
        assert_eq!(tables_with(&app, text).await, Vec::<String>::new());
    }
    // What was queued is not sent, to nobody else is anything lost, and the links lead nowhere.
    app.deliver().await;
    assert!(
        app.inbox(ADA)
            .await
            .iter()
            .all(|mail| !mail.text().unwrap().contains("Ferry late"))
    );
    let ben = app.inbox("ben@example.org").await;
    assert!(ben.last().unwrap().text().unwrap().contains("Ferry late"));
    app.get(&mailed).await.expect(404);
    app.post(&format!("{mailed}/erase"), &[]).await.expect(404);
    // The ledger still counts the mails that went out.
    assert!(
        app.count(
            "SELECT 1 FROM edition_deliveries WHERE status = 'sent' \
               AND subscription_id NOT IN (SELECT id FROM subscriptions)"
        )
        .await
            > 0
    );
}

#[tokio::test]
async fn nobody_but_the_reader_brings_an_erased_address_back() {
    let (app, mailed) = with_traces().await;
    app.post(&format!("{mailed}/erase"), &[]).await.expect(200);
    let erasures = "SELECT 1 FROM erasures";
    assert_eq!(app.count(erasures).await, 1);
    let body = json!({"address": "ADA@example.org", "newsletters": ["morning"], "language": "en",
                      "consent": {"source": "fair", "obtained_at": "2026-01-01T00:00:00Z"}});
    let add = async || {
        let call = app.api(Method::POST, "/subscribers").json(&body);
        call.send().await.expect(200).json::<Value>()
    };
    let answer = add().await;
    assert_eq!(answer["results"][0]["result"], "erased");
    assert_eq!(answer["id"], json!(null));
    assert_eq!(
        tables_with(&app, "ada@example.org").await,
        Vec::<String>::new()
    );
    // The form asks for a confirmation, which is the reader's own word.
    let seen = app.inbox(ADA).await.len();
    app.sign_up(ADA, &["morning"]).await.expect(303);
    app.deliver().await;
    assert_eq!(
        add().await["results"][0]["result"],
        "erased",
        "a request is not enough"
    );
    assert_eq!(app.count(erasures).await, 1);
    let mails = app.inbox(ADA).await;
    assert_eq!(mails.len(), seen + 1);
    app.confirm(mails.last().unwrap()).await.expect(200);
    assert_eq!(app.count(erasures).await, 0);
    assert_eq!(add().await["results"][0]["result"], "already");
}

#[tokio::test]
async fn never_again_outlives_the_erasure_and_the_change_of_the_key() {
    let (app, _) = with_reader().await;
    let mailed = mailed_link(&app, ADA).await;
    app.execute("INSERT INTO suppressions VALUES ('ada@example.org', 'complaint', now())")
        .await;
    app.post(&format!("{mailed}/erase"), &[]).await.expect(200);
    assert_eq!(
        tables_with(&app, "ada@example.org").await,
        Vec::<String>::new()
    );
    app.sign_up(ADA, &["morning"]).await.expect(303);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 0);
    let old = tidings::domain::link_token::LinkKeys::new(&"x".repeat(40).into(), &[]);
    let new = tidings::domain::link_token::LinkKeys::new(
        &"y".repeat(40).into(),
        &["x".repeat(40).into()],
    );
    let mark = old.erasure_mark("ada@example.org");
    assert!(new.erasure_marks("ada@example.org").contains(&mark));
    assert_ne!(new.erasure_mark("ada@example.org"), mark);
}

#[tokio::test]
async fn the_link_of_a_newsletter_neither_exports_nor_erases() {
    let (app, limited) = with_reader().await;
    for end in ["/export", "/erase"] {
        app.get(&format!("{limited}{end}")).await.expect(403);
    }
    app.post(&format!("{limited}/erase"), &[]).await.expect(403);
    assert_eq!(app.count("SELECT 1 FROM subscribers").await, 1);
    link_of_next_edition(&app).await;
    let stop = link(app.inbox(ADA).await.last().unwrap(), "/unsubscribe/");
    app.post(&stop, &[]).await.expect(200);
}
