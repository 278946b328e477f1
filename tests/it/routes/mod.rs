//! Every route, from the tables that register them: what holds for all of them.

mod access;
mod input;

use std::collections::BTreeSet;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::link_token::Purpose;
use tidings::http::routes::{ADMIN, PUBLIC};

use crate::support::process::Tidings;
use crate::support::{Answer, TestApp, link};

/// What is noted when somebody looks, and changes nothing that a reader gets: whether the page of a confirmation mail was opened,
/// which the newsroom's funnel counts, and for ten minutes which machine fetched the link that no person sees, so that it neither
/// counts there nor presses a button. Both are tables of their own just so that no other may be written.
const NOTES_OF_LOOKING: [&str; 2] = ["scanner_marks", "signup_openings"];

/// A server that has something behind each of its addresses.
pub(crate) struct World {
    pub(crate) app: TestApp,
    article: String,
    correction: String,
    edition: String,
    /// Its name in the archive.
    archived: String,
    subscriber: String,
    feed: String,
    /// Tokens of sign-ups that wait, that were confirmed, and that waited too long.
    confirm: [String; 3],
    /// Token of the link that no person sees, of the same mail as the first of them.
    hidden: String,
    /// Tokens of a subscription and of one that ended.
    unsubscribe: [String; 2],
    /// Tokens of the preferences: of a newsletter, and mailed on request.
    preferences: [String; 2],
    /// Tokens of a change of address: to change, and to stop.
    address: [String; 2],
    /// Of feeds of readers' own: one of a reader, one of a reader who left.
    feeds: [String; 2],
    /// Of the mail to an editor: look, approve, hold.
    editors: [String; 3],
    style: String,
    mail: u64,
    /// Token of the address that the hub of a feed calls, which was asked to.
    hub: String,
}

/// What comes after `part` in a link of the newest mail to `address`.
async fn token(app: &TestApp, address: &str, part: &str) -> String {
    let mails = app.inbox(address).await;
    let link = link(mails.last().unwrap(), part);
    link.rsplit('/').next().unwrap().to_owned()
}

async fn name_in_archive(app: &TestApp, edition: &str) -> String {
    let address = format!("SELECT address FROM edition_addresses WHERE edition_id = '{edition}'");
    let rows = app.rows(&address).await;
    rows[0]["address"].as_str().unwrap().to_owned()
}

/// Tokens of the feeds of ada and gone.
async fn feeds(app: &TestApp) -> [String; 2] {
    let look = app.api(Method::PUT, "/newsletters/morning/look");
    let look = look.json(&json!({ "readers_feed": true }));
    look.send().await.expect(200);
    let rows = app.rows(
        "SELECT s.id::text, s.link_nonce::text FROM subscriptions s JOIN subscribers r ON r.id = s.subscriber_id \
         WHERE r.address IN ('ada@example.org', 'gone@example.org') ORDER BY r.address",
    );
    let rows = rows.await;
    let uuid = |row: &Value, name: &str| row[name].as_str().unwrap().parse().unwrap();
    let token = |row| {
        let (id, nonce) = (uuid(row, "id"), uuid(row, "link_nonce"));
        app.app.keys.issue(Purpose::ReadersFeed, id, nonce)
    };
    let tokens: Vec<String> = rows.iter().map(token).collect();
    tokens.try_into().unwrap()
}

/// An edition of "morning" that an editor approved by mail, and the tokens of that mail.
async fn approved(app: &TestApp) -> (String, [String; 3]) {
    let approval = async |settings: Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning");
        call.json(&json!({ "approval": settings }))
            .send()
            .await
            .expect(200);
    };
    approval(json!({"mode": "needs_approval", "mail_to": ["desk@europablatt.example"]})).await;
    let run = app.api(Method::POST, "/newsletters/morning/editions");
    let edition = run.send().await.expect(201).json::<Value>();
    app.deliver().await;
    approval(json!({"mode": "auto"})).await;
    let mut tokens = Vec::new();
    for verb in ["look", "approve", "hold"] {
        tokens.push(
            token(
                app,
                "desk@europablatt.example",
                &format!("/editors/{verb}/"),
            )
            .await,
        );
    }
    app.post(&format!("/editors/approve/{}", tokens[1]), &[])
        .await
        .expect(200);
    (
        edition["id"].as_str().unwrap().to_owned(),
        tokens.try_into().unwrap(),
    )
}

/// The tokens to the preferences of `address`, and to a change of that address that waits.
async fn preferences(app: &TestApp, address: &str) -> ([String; 2], [String; 2]) {
    let limited = token(app, address, "/preferences/").await;
    app.post("/preferences", &[("email", address)])
        .await
        .expect(303);
    app.deliver().await;
    let mailed = token(app, address, "/preferences/").await;
    let new = "moved@example.org";
    app.post(&format!("/preferences/{mailed}/address"), &[("email", new)])
        .await
        .expect(303);
    app.deliver().await;
    let change = token(app, new, "/address/change/").await;
    let stop = token(app, address, "/address/stop/").await;
    ([limited, mailed], [change, stop])
}

async fn feed(app: &TestApp) -> String {
    let body = json!({ "url": "https://www.europablatt.example/feed", "language": "en" });
    let feed = app.api(Method::POST, "/feeds").json(&body).send().await;
    let feed = feed.expect(201).json::<Value>();
    feed["id"].as_str().unwrap().to_owned()
}

async fn correction(app: &TestApp) -> String {
    let body = json!({ "action": "replace", "reason": "a wrong number" });
    let correction = app.api(Method::POST, "/articles/eb-1/corrections");
    let correction = correction.json(&body).send().await.expect(201);
    correction.json::<Value>()["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The token of a subscription at a hub, which was asked and has not confirmed.
async fn asked_hub(app: &TestApp) -> String {
    let insert = "INSERT INTO hub_subscriptions (id, feed_id, hub_url, topic, nonce, wish, asked_at, act_at, failures, created_at) \
         SELECT gen_random_uuid(), id, 'https://hub.europablatt.example/', url, gen_random_uuid(), 'subscribe', \
                connected_at, connected_at + interval '10 years', 1, connected_at FROM feeds";
    assert_eq!(app.execute(insert).await, 1);
    let row = app.rows("SELECT id, nonce FROM hub_subscriptions").await;
    let part = |name: &str| row[0][name].as_str().unwrap().parse().unwrap();
    let keys = &app.app.keys;
    keys.issue(Purpose::HubCallback, part("id"), part("nonce"))
}

/// Something waits in the queue, so that a request which sends or cancels would show.
async fn fill_queue(app: &TestApp) {
    app.sign_up("next@example.org", &["morning"])
        .await
        .expect(303);
    app.article("The bridge reopens").create().await;
    app.advance(SignedDuration::from_mins(1));
    let run = app.api(Method::POST, "/newsletters/morning/editions");
    run.send().await.expect(201);
}

impl World {
    pub(crate) async fn make() -> Self {
        let app = TestApp::with().outbox_pages().start().await;
        app.newsletter("morning").create().await;
        for address in ["late@example.org", "used@example.org"] {
            app.sign_up(address, &["morning"]).await.expect(303);
        }
        app.reader("gone@example.org", "morning").await;
        app.deliver().await;
        let used = app.inbox("used@example.org").await;
        app.confirm(&used[0]).await.expect(200);
        let confirmed = token(&app, "used@example.org", "/confirm/").await;
        app.advance(SignedDuration::from_hours(8 * 24));
        app.sign_up("new@example.org", &["morning"])
            .await
            .expect(303);
        let subscriber = app
            .reader("ada@example.org", "morning")
            .await
            .id
            .to_string();
        let article = app.article("The ferry leaves on time").create().await;
        app.advance(SignedDuration::from_mins(1));
        let (edition, editors) = approved(&app).await;
        app.deliver().await;
        let gone = token(&app, "gone@example.org", "/unsubscribe/").await;
        let unsubscribe = token(&app, "ada@example.org", "/unsubscribe/").await;
        app.post(&format!("/unsubscribe/{gone}"), &[])
            .await
            .expect(200);
        let (preferences, address) = preferences(&app, "ada@example.org").await;
        fill_queue(&app).await;
        let (feed, correction) = (feed(&app).await, correction(&app).await);
        let hub = asked_hub(&app).await;
        let page = app.get("/").await.expect(200).text();
        let (_, style) = page.split_once("/assets/").unwrap();
        Self {
            article: article.slug.to_string(),
            correction,
            archived: name_in_archive(&app, &edition).await,
            edition,
            editors,
            subscriber,
            feed,
            confirm: [
                token(&app, "new@example.org", "/confirm/").await,
                confirmed,
                token(&app, "late@example.org", "/confirm/").await,
            ],
            hidden: token(&app, "new@example.org", "/mail/").await,
            unsubscribe: [unsubscribe, gone],
            preferences,
            address,
            feeds: feeds(&app).await,
            style: style.split('"').next().unwrap().to_owned(),
            hub,
            mail: app.inbox("ada@example.org").await[0].id,
            app,
        }
    }

    /// Addresses that exist, for a pattern of the public table.
    fn public(&self, pattern: &str) -> Vec<String> {
        let each = |name: &str, values: &[String]| {
            let put_in = |value| pattern.replace(name, value);
            values.iter().map(|value| put_in(value)).collect()
        };
        let mail = self.mail.to_string();
        match pattern {
            "/n/{slug}" | "/embed/{slug}.html" | "/embed/{slug}" => {
                each("{slug}", &["morning".to_owned()])
            }
            "/subscribe/{dialect}" => each("{dialect}", &["kit".to_owned()]),
            "/embed/v1.{mark}.js" => each("{mark}", &["0123456789abcdef".to_owned()]),
            "/embed/suggest" => vec![format!("{pattern}?url=https://www.europablatt.example/a")],
            "/articles/{slug}" => each("{slug}", std::slice::from_ref(&self.article)),
            "/v/{edition}" => each("{edition}", std::slice::from_ref(&self.edition)),
            _ if pattern.starts_with("/archive/") => {
                let path = pattern.replace("{newsletter}", "morning");
                vec![path.replace("{edition}", &self.archived)]
            }
            _ if pattern.starts_with("/confirm/") => each("{token}", &self.confirm),
            "/mail/{token}" => each("{token}", std::slice::from_ref(&self.hidden)),
            _ if pattern.starts_with("/unsubscribe/") => each("{token}", &self.unsubscribe),
            // The link of a newsletter does not open these.
            "/preferences/{token}/export" | "/preferences/{token}/erase" => {
                each("{token}", &self.preferences[1..])
            }
            _ if pattern.starts_with("/preferences/{token}") => {
                let pattern = pattern.replace("{slug}", "morning");
                let put_in = |value: &String| pattern.replace("{token}", value);
                self.preferences.iter().map(put_in).collect()
            }
            "/address/change/{token}" => each("{token}", &self.address[..1]),
            "/address/stop/{token}" => each("{token}", &self.address[1..]),
            _ if pattern.starts_with("/feeds/") => each("{token}", &self.feeds),
            "/editors/look/{token}" => each("{token}", &self.editors[..1]),
            "/editors/approve/{token}" => each("{token}", &self.editors[1..2]),
            "/editors/hold/{token}" => each("{token}", &self.editors[2..]),
            "/assets/{mark}/{name}" => each("{mark}/{name}", std::slice::from_ref(&self.style)),
            "/demo/images/{name}" => each("{name}", &["kasachstan.jpg".to_owned()]),
            "/webhooks/websub/{token}" => each("{token}", std::slice::from_ref(&self.hub)),
            _ if pattern.starts_with("/dev/outbox/") => each("{id}", &[mail]),
            _ => each("{}", &[String::new()]),
        }
    }

    /// An address that exists, for a pattern of the table of the admin API.
    fn admin(&self, pattern: &str) -> String {
        let id = if pattern.starts_with("/subscribers") {
            &self.subscriber
        } else if pattern.starts_with("/corrections") {
            &self.correction
        } else {
            &self.edition
        };
        let path = pattern
            .replace("{slug}", "morning")
            .replace("{external_id}", "eb-1")
            .replace("{feed}", &self.feed)
            .replace("{id}", id);
        if path == "/subscribers" {
            "/subscribers?address=ada@example.org".to_owned()
        } else {
            path
        }
    }

    /// Every address of every table, with the method that its table names, below the root.
    pub(crate) fn all(&self) -> Vec<(&'static str, String)> {
        let public = PUBLIC.iter().flat_map(|(method, pattern)| {
            let paths = self.public(pattern);
            paths.into_iter().map(move |path| (*method, path))
        });
        let admin = ADMIN
            .iter()
            .map(|(method, pattern)| (*method, format!("/api/v1{}", self.admin(pattern))));
        let all: Vec<_> = public
            .chain(admin)
            .chain(["/api/v1/openapi.json", "/api/docs/"].map(|path| ("GET", path.to_owned())))
            .collect();
        for (_, path) in &all {
            assert!(!path.contains('{'), "this test has no value for {path}");
        }
        all
    }

    pub(crate) async fn ask(&self, method: Method, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.app.api_key());
        let call = self.app.call(method, path).header("authorization", bearer);
        call.send().await
    }

    /// Every row of every table but [`NOTES_OF_LOOKING`].
    async fn dump(&self) -> Vec<(String, Vec<Value>)> {
        let select =
            "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1";
        let mut dump = Vec::new();
        for table in self.app.rows(select).await {
            let name = table["name"].as_str().unwrap().to_owned();
            if NOTES_OF_LOOKING.contains(&name.as_str()) {
                continue;
            }
            let select = format!("SELECT t::text AS row FROM {name} t ORDER BY 1");
            dump.push((name, self.app.rows(&select).await));
        }
        dump
    }

    /// Stops the test if a row differs from `before`.
    async fn unchanged_since(&self, before: &[(String, Vec<Value>)], what: &str) {
        for ((name, rows), (_, earlier)) in self.dump().await.iter().zip(before) {
            assert_eq!(rows, earlier, "{what} changed {name}");
        }
    }
}

#[tokio::test]
async fn looking_changes_nothing() {
    let world = World::make().await;
    let before = world.dump().await;
    assert!(before.len() > 12 && before.iter().filter(|(_, rows)| !rows.is_empty()).count() > 9);
    let all = world.all();
    let readable: BTreeSet<_> = all.iter().filter(|(method, _)| *method == "GET").collect();
    for (_, path) in &all {
        let is_readable = readable.contains(&("GET", path.clone()));
        let expected = match path.as_str() {
            _ if !is_readable => 405,
            // Only the demo has pictures.
            path if path.starts_with("/demo/") => 404,
            // The one GET that may change something, because the standard of WebSub wants it so: a hub confirms what it was
            // asked for within a day, at an address that nobody can guess, with the right mode and topic. Without them, as
            // here, it is like an address that does not exist; `feeds::websub` plays all wrong ones.
            path if path.starts_with("/webhooks/websub/") => 404,
            // An old link says so, and still is an answer.
            path if path.ends_with(&world.confirm[2]) => 410,
            // So does the feed of a reader who left.
            path if path.contains(&world.feeds[1]) => 410,
            _ => 200,
        };
        let got = world.ask(Method::GET, path).await;
        assert_eq!(got.status(), expected, "GET {path}: {}", got.text());
        // Swagger UI is a library that knows GET only.
        if path != "/api/docs/" {
            let head = world.ask(Method::HEAD, path).await;
            assert_eq!(head.status(), expected, "HEAD {path}");
            assert_eq!(head.text(), "", "HEAD {path}");
            assert_eq!(head.header("content-type"), got.header("content-type"));
        }
        world.unchanged_since(&before, path).await;
    }
}

#[tokio::test]
async fn the_api_document_names_the_routes_that_there_are() {
    let app = TestApp::start().await;
    let document = app.get("/api/v1/openapi.json").await.expect(200);
    let document: Value = document.json();
    let methods = [
        "get", "put", "post", "delete", "options", "head", "patch", "trace",
    ];
    let mut found = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            if methods.contains(&method.as_str()) {
                found.insert((method.to_uppercase(), path.clone()));
            }
        }
    }
    let table: BTreeSet<_> = ADMIN
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(found, table);
    assert_eq!(document["servers"], json!([{ "url": "/api/v1" }]));
    let printed = Tidings::new(&["openapi"]).run().await.expect(0);
    assert_eq!(printed.json::<Value>(), document);
}

#[track_caller]
fn is_guarded(path: &str, answer: &Answer) {
    // Search engines may come to the archive only.
    let is_archive = path.starts_with("/archive") || path == "/sitemap.xml";
    let robots = if is_archive && answer.status() < 400 {
        "all"
    } else {
        "noindex"
    };
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
    assert!(!policy.contains("unsafe-eval"), "{path}: {policy}");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-robots-tag", robots),
        (
            "strict-transport-security",
            "max-age=31536000; includeSubDomains",
        ),
    ] {
        assert_eq!(answer.header(name), value, "{name} of {path}");
    }
    assert!(!answer.header("x-request-id").is_empty(), "{path}");
    assert!(!answer.header("cache-control").is_empty(), "{path}");
    assert_eq!(answer.header("set-cookie"), "", "{path}");
    assert_eq!(answer.header("server"), "", "{path}");
}

#[tokio::test]
async fn every_answer_has_the_headers_of_security_and_privacy() {
    let world = World::make().await;
    let mut methods = BTreeSet::new();
    for (method, path) in world.all() {
        methods.insert(method);
        let method: Method = method.parse().unwrap();
        is_guarded(&path, &world.ask(method, &path).await);
        is_guarded(&path, &world.app.call(Method::DELETE, &path).send().await);
    }
    assert_eq!(methods.len(), 5, "{methods:?}");
    for path in [
        "/nothing",
        "/api/v1/nothing",
        "/api/nothing",
        "/subscribe/../x",
    ] {
        is_guarded(path, &world.app.get(path).await);
    }
}

#[tokio::test]
async fn no_page_of_one_reader_is_kept_by_anybody() {
    let world = World::make().await;
    let tokens = world
        .confirm
        .iter()
        .chain([&world.hidden])
        .chain(&world.unsubscribe)
        .chain(&world.preferences)
        .chain(&world.address)
        .chain(&world.editors)
        .chain(&world.feeds);
    let paths = world.all().into_iter().map(|(_, path)| path);
    let private = |path: &String| {
        tokens.clone().any(|token| path.contains(token))
            || path.starts_with("/api/v1/subscribers")
            || path.starts_with("/dev/")
    };
    let mut count = 0;
    for path in paths.filter(private) {
        let answer = world.ask(Method::GET, &path).await;
        // Programs that read feeds keep what they have, and ask whether it still is so.
        let is_feed = path.starts_with("/feeds/") && answer.status() == 200;
        let keeping = if is_feed {
            "private, no-cache"
        } else {
            "private, no-store"
        };
        assert_eq!(answer.header("cache-control"), keeping, "{path}");
        count += 1;
    }
    assert!(count > 12, "{count}");
}
