//! What other sites are given: the script, the frame, what fits a page, and who may read answers.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha384};

use crate::support::TestApp;

const SITE: &str = "https://www.site.example";

/// The largest script, as it is sent.
const MAX_GZIP_BYTES: usize = 3 * 1024;

/// The value of an attribute in some HTML.
fn attribute(html: &str, name: &str) -> String {
    let after = html.split(&format!("{name}=\"")).nth(1).unwrap();
    after.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_script_is_small_in_every_language() {
    let app = TestApp::start().await;
    let words = app.app.templates.words();
    for language in words.languages() {
        let script = app.get(&format!("/embed/v1.js?lang={language}")).await;
        let script = script.expect(200).text();
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(script.as_bytes()).unwrap();
        let size = packed.finish().unwrap().len();
        assert!(size < MAX_GZIP_BYTES, "{language}: {size} bytes");
        let heading = words.plain(language, "inbox-heading");
        let heading = serde_json::to_string(&heading).unwrap();
        assert!(script.contains(&heading), "{language}");
    }
}

#[tokio::test]
async fn a_pasted_script_is_that_of_its_mark_and_kept_for_ever() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let snippet = app
        .get("/embed/morning.html?lang=de")
        .await
        .expect(200)
        .text();
    let script = snippet.split("<script ").nth(1).unwrap();
    let answer = app.get(&attribute(script, "src")).await.expect(200);
    let digest = STANDARD.encode(Sha384::digest(answer.text()));
    assert_eq!(attribute(script, "integrity"), format!("sha384-{digest}"));
    assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
    assert!(answer.header("Cache-Control").ends_with("immutable"));
    let other = app
        .get("/embed/v1.0123456789abcdef.js?lang=de")
        .await
        .expect(200);
    assert_eq!(other.header("Cache-Control"), "no-cache");
    // The one without a mark is asked about again, and not sent twice.
    let today = app.get("/embed/v1.js?lang=de").await.expect(200);
    let known = app.call(Method::GET, "/embed/v1.js?lang=de");
    let known = known
        .header("If-None-Match", today.header("ETag"))
        .send()
        .await;
    assert_eq!(known.expect(304).text(), "");
    // Of a language that we do not speak, and of nonsense, it is English.
    for lang in ["tlh", "%3Cscript%3E", ""] {
        let text = app
            .get(&format!("/embed/v1.js?lang={lang}"))
            .await
            .expect(200)
            .text();
        assert!(text.contains("\"en\""), "{lang}");
    }
}

#[tokio::test]
async fn only_listed_sites_may_read_answers_and_frame_the_box() {
    let app = TestApp::with()
        .env("TIDINGS__SERVER__ALLOWED_SITES", "https://global.example")
        .start()
        .await;
    app.newsletter("morning").sites(&[SITE]).create().await;
    for (origin, is_listed) in [
        (SITE, true),
        ("https://global.example", true),
        ("https://www.site.example:8443", false),
        ("http://www.site.example", false),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let call = app
            .call(Method::POST, "/subscribe")
            .header("Origin", origin);
        let call = call.header("Accept", "application/json");
        let form = [
            ("email", "anna@beispiel.example"),
            ("newsletter", "morning"),
        ];
        let answer = call.form(&form).send().await;
        let expected = if is_listed { origin } else { "" };
        assert_eq!(
            answer.header("Access-Control-Allow-Origin"),
            expected,
            "{origin}"
        );
        assert!(answer.header("Vary").contains("Origin"));
        let call = app
            .call(Method::OPTIONS, "/subscribe")
            .header("Origin", origin);
        let call = call.header("Access-Control-Request-Method", "POST");
        let before = call.send().await.expect(204);
        assert_eq!(
            before.header("Access-Control-Allow-Origin"),
            expected,
            "{origin}"
        );
        assert_eq!(before.header("Access-Control-Allow-Credentials"), "");
    }
    let frame = app.get("/embed/morning").await.expect(200);
    let policy = frame.header("Content-Security-Policy").to_owned();
    let ancestors = format!("frame-ancestors 'self' https://global.example {SITE}");
    assert!(policy.ends_with(&ancestors), "{policy}");
    // Nothing else may be framed or read from there.
    let page = app
        .call(Method::GET, "/n/morning")
        .header("Origin", SITE)
        .send()
        .await;
    assert_eq!(page.header("Access-Control-Allow-Origin"), "");
    assert!(
        page.header("Content-Security-Policy")
            .contains("frame-ancestors 'none'")
    );
}

#[tokio::test]
async fn the_newsletters_that_fit_an_article_are_suggested() {
    let app = TestApp::start().await;
    for (slug, language, topics) in [
        ("all", "en", &[][..]),
        ("asia", "en", &["central-asia"]),
        ("sport", "en", &["sport"]),
        ("kompakt", "de", &[]),
    ] {
        app.newsletter(slug)
            .language(language)
            .topics(topics)
            .create()
            .await;
    }
    let article = app
        .article("Passes reopen")
        .topics(&["central-asia"])
        .create()
        .await;
    let suggest = async |url: &str| {
        let query: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        let answer = app
            .get(&format!("/embed/suggest?url={query}"))
            .await
            .expect(200);
        assert_eq!(answer.header("Access-Control-Allow-Origin"), "*");
        let answer: Value = answer.json();
        let slugs = answer["newsletters"].as_array().unwrap().iter();
        let slugs: Vec<Value> = slugs.map(|one| one["slug"].clone()).collect();
        (answer["is_known"].clone(), slugs)
    };
    let known = suggest(&format!("{}?utm_source=x#top", article.url)).await;
    assert_eq!(known, (json!(true), vec![json!("asia"), json!("all")]));
    let (is_known, slugs) = suggest("https://europablatt.example/unknown").await;
    assert_eq!((is_known, slugs.len()), (json!(false), 3));
    let wrong = app.get("/embed/suggest?url=javascript:1").await;
    assert_eq!(wrong.status(), 422);
}

#[tokio::test]
async fn wrong_sites_are_told() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let change = async |sites: Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning");
        call.json(&json!({ "sites": sites })).send().await
    };
    let problem = change(json!(["https://a.example", "https://b.example/path"])).await;
    assert_eq!(problem.problem(422).fields, ["sites[1]"]);
    let many: Vec<String> = (0..51)
        .map(|number| format!("https://s{number}.example"))
        .collect();
    assert_eq!(change(json!(many)).await.problem(422).fields, ["sites"]);
    let changed = change(json!(["https://A.example/", "http://localhost:8080"])).await;
    let sites = changed.expect(200).record()["sites"].clone();
    assert_eq!(sites, json!(["https://a.example", "http://localhost:8080"]));
}
