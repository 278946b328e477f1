//! The sample page of an article with its sign-up box, and the box as a snippet.

use tidings::domain::article_body::ArticleBody;
use tidings::usecases::demo;

use crate::support::TestApp;

#[tokio::test]
async fn an_article_page_shows_the_story() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let body = serde_json::json!({
        "url": "https://www.europablatt.example/b", "title": "Bridge reopens", "language": "en",
        "standfirst": "After two years of work.", "section": "Transport",
        "authors": ["Ada Example", "Ben Example"],
        "body_html": "<p>First paragraph.</p><p>Second &amp; last.</p>",
        "image": {"url": "https://www.europablatt.example/b.jpg", "alt": "A tram on a bridge",
            "caption": "Six in the morning", "credit": "Mara Beispiel"},
        // 01:30 of the next day in Berlin, where the newsletter is at home.
        "published_at": "2026-01-04T23:30:00-01:00"
    });
    let put = app.api(reqwest::Method::PUT, "/articles/eb-1").json(&body);
    put.send().await.expect(201);
    let html = app.get("/articles/bridge-reopens").await.expect(200).text();
    for part in [
        "<html lang=\"en\" dir=\"ltr\">",
        "<title>Bridge reopens – Europablatt</title>",
        "<h1>Bridge reopens</h1>",
        "Transport</p>",
        "After two years of work.</p>",
        "By Ada Example, Ben Example",
        "<time dir=\"auto\" datetime=\"2026-01-05\">5 January 2026</time>",
        "src=\"https://www.europablatt.example/b.jpg\" alt=\"A tram on a bridge\"",
        "Six in the morning",
        "<span class=\"credit\">Mara Beispiel</span>",
        "<p>First paragraph.</p><p>Second &amp; last.</p>",
    ] {
        assert!(html.contains(part), "no {part} in {html}");
    }
    assert_eq!(html.matches("<h1").count(), 1);
    // One script, of ours; without it the page is the same.
    assert_eq!(html.matches("<script").count(), 1);
    assert!(html.contains("<script src=\"/assets/") && !html.contains(" style="));
}

#[tokio::test]
async fn the_box_offers_what_fits_first_and_one_other_unticked() {
    let app = TestApp::start().await;
    app.newsletter("everything")
        .title("Everything")
        .create()
        .await;
    app.newsletter("german")
        .title("Alles")
        .language("de")
        .topics(&["energy"])
        .create()
        .await;
    app.newsletter("energy")
        .title("Energy Weekly")
        .topics(&["energy"])
        .create()
        .await;
    app.article("Wind parks grow")
        .topics(&["energy"])
        .create()
        .await;
    let html = app
        .get("/articles/wind-parks-grow")
        .await
        .expect(200)
        .text();
    let (_, form) = html.split_once("<form data-newsletter-form").unwrap();
    assert!(form.contains("Get Energy Weekly by email"));
    assert!(form.contains("<input type=\"hidden\" name=\"newsletter\" value=\"energy\">"));
    assert_eq!(form.matches("type=\"checkbox\"").count(), 1, "{form}");
    assert!(form.contains("value=\"everything\"") && form.contains("Also Everything"));
    assert!(!form.contains("checked") && !form.contains("Alles"));
    assert!(form.contains("/articles/wind-parks-grow\">"), "{form}");

    // What the box sends is what it says.
    let fields = [("email", "ada@example.org"), ("newsletter", "energy")];
    app.post("/subscribe", &fields).await.expect(303);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    assert_eq!(mail.subject(), "Please confirm: Energy Weekly");
}

#[tokio::test]
async fn a_page_in_another_language_says_which_part_is_in_which() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.article("Brücke offen").language("de").create().await;
    let own = app.get("/articles/bruecke-offen").await.expect(200).text();
    assert!(own.contains("<html lang=\"de\"") && own.contains("<article>"));
    let path = "/articles/bruecke-offen?lang=en";
    let english = app.get(path).await.expect(200).text();
    assert!(english.contains("<html lang=\"en\""));
    assert!(english.contains("<article lang=\"de\" dir=\"auto\">"));
    assert!(english.contains("<section class=\"nl\" aria-labelledby=\"nl-heading\" lang=\"en\""));
}

#[tokio::test]
async fn the_box_can_be_copied_as_a_snippet() {
    let app = TestApp::start().await;
    app.newsletter("morning").title("Morning").create().await;
    let answer = app.get("/embed/morning.html").await.expect(200);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    let all = answer.text();
    let (snippet, others) = all.split_once("<!-- 2.").unwrap();
    for part in ["<script src=", "<newsletter-signup ", "<iframe src="] {
        assert_eq!(others.matches(part).count(), 1, "{part} in {others}");
    }
    assert_eq!(snippet.matches("<form").count(), 1);
    let action = "method=\"post\" action=\"https://news.europablatt.example/subscribe\"";
    assert!(snippet.contains(action), "{snippet}");
    for part in [
        "type=\"email\"",
        "name=\"newsletter\" value=\"morning\"",
        "type=\"submit\"",
        "name=\"website\"",
    ] {
        assert!(snippet.contains(part), "no {part} in {snippet}");
    }
    for part in ["<html", "<script", "<style", "style=", "<link", "{{"] {
        assert!(!snippet.contains(part), "{part} in {snippet}");
    }
    let german = app.get("/embed/morning.html?lang=de").await.expect(200);
    assert!(german.text().contains("Morning als Newsletter"));
    app.get("/embed/nothing.html").await.expect(404);
}

#[tokio::test]
async fn every_page_of_the_demo_opens() {
    let app = TestApp::start().await;
    let (now, site, keys) = (app.now(), app.app.site.clone(), app.app.keys.clone());
    let filled = app
        .run(move |conn| demo::fill(conn, now, &keys, &site))
        .await;
    assert_eq!((filled.newsletters, filled.readers), (3, 300));
    let rows = app
        .rows("SELECT slug, title, language, body_html FROM articles ORDER BY slug")
        .await;
    assert_eq!(rows.len(), filled.articles);
    for row in &rows {
        let text = |name: &str| row[name].as_str().unwrap();
        let page = app.get(&format!("/articles/{}", text("slug"))).await;
        let html = page.expect(200).text();
        let root = format!("<html lang=\"{}\"", text("language"));
        assert!(html.contains(&root), "{}", text("slug"));
        let title = tidings::templates::escape_html(text("title"));
        assert!(html.contains(&format!("<h1>{title}</h1>")), "{title}");
        assert!(html.contains(text("body_html")), "{title}");
        assert!(html.contains("<figcaption>") == html.contains("<figure>"));
        assert!(html.contains("data-newsletter-form"), "{title}");
    }
    for path in ["/", "/subscribe", "/n/europa-kompakt", "/n/europe-in-brief"] {
        app.get(path).await.expect(200);
    }
    let again_at = app.now();
    let (site, keys) = (app.app.site.clone(), app.app.keys.clone());
    let again = app
        .run(move |conn| demo::fill(conn, again_at, &keys, &site))
        .await;
    assert_eq!(again, demo::Filled::default());
}

/// The text between the tags, with single spaces.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, markup)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = markup.split_once('>').unwrap().1;
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_articles_of_the_demo_lose_no_word_when_they_are_cleaned() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/config/demo/articles");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        let cleaned = ArticleBody::sanitise(&source).unwrap();
        assert_eq!(words(cleaned.as_html()), words(&source), "{path:?}");
        assert!(words(&source).len() > 200, "{path:?}");
        count += 1;
    }
    assert_eq!(count, 15);
}
