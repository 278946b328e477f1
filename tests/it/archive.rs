//! Editions that were sent, for everybody: lists, pages, feeds, and what stays out of them.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{BASE_URL, TestApp};

/// A newsletter with `count` editions, one a day.
async fn newsroom(count: usize) -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this <morning>")
        .create()
        .await;
    app.reader("ada@example.org", "morning").await;
    for number in 0..count {
        app.article(&format!("Bridge & tunnel {number}"))
            .create()
            .await;
        // The newest leads.
        app.article(&format!("Ferry {number}"))
            .published_minutes_ago(5)
            .create()
            .await;
        app.advance(SignedDuration::from_hours(24));
        app.run_due().await;
    }
    app.deliver().await;
    app
}

async fn archive(app: &TestApp, mode: &str) {
    let put = app.api(Method::PUT, "/newsletters/morning/look");
    put.json(&json!({ "archive": mode }))
        .send()
        .await
        .expect(200);
}

/// The name of the newest edition, and its id.
async fn newest(app: &TestApp) -> (String, String) {
    let rows = app
        .rows("SELECT address, edition_id::text FROM edition_addresses ORDER BY edition_id DESC")
        .await;
    let text = |name: &str| rows[0][name].as_str().unwrap().to_owned();
    (text("address"), text("edition_id"))
}

#[tokio::test]
async fn an_edition_is_there_for_nobody_in_particular() {
    let app = newsroom(1).await;
    let (name, id) = newest(&app).await;
    assert_eq!(name, "2026-01-05-bridge-tunnel-0");
    let path = format!("/archive/morning/{name}");
    let answer = app.get(&path).await.expect(200);
    let html = answer.text();
    assert!(html.contains("Bridge &amp; tunnel 0") && html.contains("Ferry 0"));
    for secret in ["ada@", "/unsubscribe/", "noindex"] {
        assert!(!html.contains(secret), "{secret} in {html}");
    }
    assert!(!html.contains(|c| matches!(c, '\u{E000}'..='\u{F8FF}')));
    let canonical = format!("<link rel=\"canonical\" href=\"{BASE_URL}{path}\">");
    assert_eq!(html.matches(&canonical).count(), 1);
    assert!(html.contains("<meta property=\"og:title\" content=\""));
    assert!(html.contains("<meta property=\"og:locale\" content=\"en\">"));
    assert!(answer.header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.header("x-robots-tag"), "all");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");

    let tag = answer.header("etag").to_owned();
    let again = app.call(Method::GET, &path).header("if-none-match", &tag);
    let again = again.send().await.expect(304);
    assert_eq!(
        (again.text().as_str(), again.header("etag")),
        ("", tag.as_str())
    );
    for wrong in ["/archive/evening/", "/archive/morning/x"] {
        app.get(&format!("{wrong}{name}")).await.expect(404);
        app.get(&format!("{wrong}{id}")).await.expect(404);
    }
    // Where it stood once.
    let moved = app.get(&format!("/archive/morning/{id}")).await.expect(301);
    assert_eq!(moved.header("location"), format!("{BASE_URL}{path}"));
}

#[tokio::test]
async fn the_list_is_paged_from_the_newest() {
    let app = newsroom(23).await;
    let list = app.get("/archive").await.expect(200).text();
    assert!(
        list.contains(&format!(
            "<a href=\"{BASE_URL}/archive/morning\"><bdi>Europe this &lt;morning&gt;</bdi></a>"
        )),
        "{list}"
    );
    let home = app.get("/").await.expect(200).text();
    assert!(
        home.contains("href=\"/archive\">Read past editions</a>"),
        "{home}"
    );
    let first = app.get("/archive/morning").await.expect(200).text();
    assert_eq!(first.matches("<h2><a").count(), 20, "{first}");
    assert!(
        first.contains("tunnel 22") || first.contains("Ferry 22"),
        "{first}"
    );
    let (_, rest) = first
        .split_once("href=\"https://news.europablatt.example/archive/morning?before=")
        .unwrap();
    let older = format!(
        "/archive/morning?before={}",
        rest.split('"').next().unwrap()
    );
    let second = app.get(&older).await.expect(200).text();
    assert_eq!(second.matches("<h2><a").count(), 3, "{second}");
    assert!(
        !second.contains("rel=\"next\"") && second.contains("Newest editions"),
        "{second}"
    );
    let german = app.get("/archive/morning?lang=de").await.expect(200).text();
    assert!(
        german.contains("Ältere Ausgaben") && german.contains("<h2 lang=\"en\""),
        "{german}"
    );
    app.get("/archive/morning?before=x").await.expect(400);
}

#[tokio::test]
async fn feeds_and_the_site_map_name_the_editions() {
    let app = newsroom(2).await;
    let (name, id) = newest(&app).await;
    let page = format!("{BASE_URL}/archive/morning/{name}");
    let atom = app.get("/archive/morning/feed.atom").await.expect(200);
    assert_eq!(
        atom.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    let atom = atom.text();
    assert!(
        atom.contains("<title>Europe this &lt;morning&gt;</title>"),
        "{atom}"
    );
    assert_eq!(atom.matches("<entry>").count(), 2);
    assert!(
        atom.contains(&format!("<link rel=\"alternate\" href=\"{page}\"/>")),
        "{atom}"
    );
    assert!(
        atom.contains("<updated>2026-01-06T06:00:00Z</updated>"),
        "{atom}"
    );
    let feed: Value = app
        .get("/archive/morning/feed.json")
        .await
        .expect(200)
        .json();
    assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
    assert_eq!(feed["items"][0]["url"], page.as_str());
    // What a feed knows an edition by stays the same for ever, so that nobody sees it twice.
    let first = format!("{BASE_URL}/archive/morning/{id}");
    assert_eq!(feed["items"][0]["id"], first.as_str());
    assert!(atom.contains(&format!("<id>{first}</id>")), "{atom}");
    assert_eq!(feed["items"].as_array().unwrap().len(), 2);
    let map = app.get("/sitemap.xml").await.expect(200).text();
    assert!(map.contains(&format!("<loc>{page}</loc>")), "{map}");
    let robots = app.get("/robots.txt").await.expect(200).text();
    assert!(
        robots.contains("Allow: /archive\n")
            && robots.contains(&format!("Sitemap: {BASE_URL}/sitemap.xml"))
    );
}

#[tokio::test]
async fn an_unlisted_archive_is_in_no_list_and_off_is_nowhere() {
    let app = newsroom(1).await;
    let page = format!("/archive/morning/{}", newest(&app).await.0);
    archive(&app, "unlisted").await;
    let answer = app.get(&page).await.expect(200);
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    assert!(
        answer
            .text()
            .contains("<meta name=\"robots\" content=\"noindex\">")
    );
    for mode in ["unlisted", "off"] {
        archive(&app, mode).await;
        for path in ["", "/feed.atom", "/feed.json"] {
            app.get(&format!("/archive/morning{path}"))
                .await
                .expect(404);
        }
        assert!(
            app.get("/archive")
                .await
                .expect(200)
                .text()
                .contains("nothing to read")
        );
        assert!(
            !app.get("/sitemap.xml")
                .await
                .expect(200)
                .text()
                .contains("morning")
        );
    }
    app.get(&page).await.expect(404);
    archive(&app, "public").await;
    app.get(&page).await.expect(200);
}

#[tokio::test]
async fn what_was_not_sent_is_not_there() {
    let app = newsroom(1).await;
    let page = format!("/archive/morning/{}", newest(&app).await.0);
    for status in ["held", "stopped"] {
        app.execute(&format!("UPDATE editions SET status = '{status}'"))
            .await;
        app.get(&page).await.expect(404);
        let list = app.get("/archive/morning").await.expect(200).text();
        assert!(list.contains("No edition has been sent yet"), "{status}");
    }
    app.execute("UPDATE editions SET status = 'delivering'")
        .await;
    app.execute("UPDATE edition_sends SET not_before = not_before + interval '3 days'")
        .await;
    app.get(&page).await.expect(404);
    app.advance(SignedDuration::from_hours(72));
    app.get(&page).await.expect(200);
}

#[tokio::test]
async fn editions_of_one_day_and_subject_have_names_of_their_own() {
    let app = TestApp::start().await;
    let schedule = app.newsletter("morning").schedule("0 6,7,8,9 * * *", "UTC");
    schedule.create().await;
    app.reader("ada@example.org", "morning").await;
    for title in [
        "Grüße aus Köln",
        "Grüße aus Köln",
        "أوروبا اليوم",
        "Grüße aus Köln",
    ] {
        app.article(title).create().await;
        app.advance(SignedDuration::from_hours(1));
        app.run_due().await;
    }
    app.advance(SignedDuration::from_hours(24));
    let rows = app
        .rows("SELECT address FROM edition_addresses ORDER BY edition_id")
        .await;
    let names: Vec<&str> = rows
        .iter()
        .map(|row| row["address"].as_str().unwrap())
        .collect();
    let expected = [
        "2026-01-05-gruesse-aus-koeln",
        "2026-01-05-gruesse-aus-koeln-2",
        "2026-01-05-3",
        "2026-01-05-gruesse-aus-koeln-3",
    ];
    assert_eq!(names, expected);
    for name in names {
        let page = app
            .get(&format!("/archive/morning/{name}"))
            .await
            .expect(200);
        let canonical = format!("href=\"{BASE_URL}/archive/morning/{name}\">");
        assert!(page.text().contains(&canonical));
    }
    for wrong in [
        "2026-01-05-gruesse-aus-koeln-4",
        "2026-01-05-",
        "..",
        "%00",
        "2026-01-05-GRUESSE",
    ] {
        app.get(&format!("/archive/morning/{wrong}"))
            .await
            .expect(404);
    }
}

/// A selection for somebody who was away is not an edition of the newsletter for everybody.
#[tokio::test]
async fn what_was_made_for_a_few_is_in_no_list() {
    let app = newsroom(1).await;
    app.reader("bob@example.org", "morning").await;
    let ada = app.rows("SELECT id FROM subscribers WHERE address = 'ada@example.org'");
    let ada = ada.await[0]["id"].as_str().unwrap().to_owned();
    for (verb, title) in [("pause", "Meanwhile"), ("resume", "Together again")] {
        let path = format!("/subscribers/{ada}/subscriptions/morning/{verb}");
        app.api(Method::POST, &path).send().await.expect(200);
        app.article(title).create().await;
        app.advance(SignedDuration::from_hours(24));
        app.run_due().await;
    }
    app.deliver().await;
    assert_eq!(app.count("SELECT 1 FROM editions").await, 4);
    let html = app.get("/archive/morning").await.expect(200).text();
    assert_eq!(html.matches("/archive/morning/2026-").count(), 3, "{html}");
}
