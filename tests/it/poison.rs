//! Hostile articles: each is refused with a reason, or shown harmlessly, or left out with a reason; the edition goes.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::lint::{self, Expected};

use crate::support::TestApp;

/// Texts that people have broken newsletters with.
const TEXTS: &[(&str, &str)] = &[
    ("override", "abc\u{202E}gnp.exe"),
    ("isolates", "\u{2066}\u{2067}\u{2068}open for ever"),
    ("marks", "\u{200F}\u{200E}\u{61C}marks"),
    ("zero width", "z\u{200B}e\u{200B}r\u{200B}o\u{FEFF}"),
    ("nul", "a\0b\u{1}\u{7F}\u{85}c"),
    (
        "line breaks",
        "one\r\ntwo\u{2028}three\u{2029}four\u{B}five",
    ),
    ("header", "Title\r\nBcc: all@example.org\r\n\r\n<p>body"),
    ("encoded word", "=?utf-8?q?hidden=0D=0ABcc:_x?="),
    (
        "template",
        "{{ 7 * 7 }} {% for x in range(9) %}x{% endfor %} {# c #}",
    ),
    (
        "marker",
        "\u{E000}unsubscribe_url\u{E001}\u{E000}address\u{E001}",
    ),
    ("plane 16 private use", "\u{10FFFD}\u{F0000}x"),
    (
        "script",
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
    ),
    ("attribute", "\" onmouseover=\"alert(1)\" x='"),
    ("close", "</title></style></td></table></body></html>"),
    ("comment", "<!-- --!> <![endif]--> <!--[if mso]>"),
    ("cdata", "]]> <![CDATA[ x"),
    ("entity", "&amp;lt; &#0; &#x202E; &nbsp; &"),
    ("css", "expression(alert(1)); background:url(javascript:x)"),
    ("dot", ".\n.\r\n.\r\nQUIT"),
    ("from", "From here\nFrom there"),
    ("rtl", "مرحبا (hello) 123 שלום"),
    ("persian", "می\u{200C}خواهم"),
    ("family", "👨\u{200D}👩\u{200D}👧\u{200D}👦 family"),
    ("flags", "🇩🇪🇪🇺🏴󠁧󠁢󠁳󠁣󠁴󠁿"),
    ("noncharacter", "a\u{FFFE}b\u{FFFF}c\u{FDD0}"),
    ("soft hyphen", "Donau\u{AD}dampf\u{AD}schiff"),
    ("cjk", "日本語のとても長い見出しには空白がない"),
    ("sql", "'; DROP TABLE editions; --"),
    ("format", "%s%n%x {0} ${jndi:ldap://x} $(id)"),
    ("quotes", "„deutsch“ «français» \"english\" ‚einfach‘"),
    ("backslashes", "\\u202e \\x00 \\N{NULL} C:\\new\\table"),
    ("spaces", "\u{3000}\u{2003}a\u{A0}\u{202F}b\u{1680}"),
    ("tags", "\u{E0041}\u{E0042}\u{E007F}invisible tags"),
    ("variation", "a\u{FE0F}\u{FE0F}\u{FE0F}\u{180B}b"),
    ("interlinear", "\u{FFF9}a\u{FFFA}b\u{FFFB}"),
];

/// Those, and some that are long.
fn texts() -> Vec<(&'static str, String)> {
    let mut texts: Vec<(&str, String)> = TEXTS
        .iter()
        .map(|(name, text)| (*name, (*text).to_owned()))
        .collect();
    texts.extend([
        (
            "marks piled up",
            format!("Z{}", "\u{301}\u{323}".repeat(99)),
        ),
        (
            "zero width flood",
            format!("a{}b", "\u{200B}".repeat(50_000)),
        ),
        ("joiner flood", format!("a{}b", "\u{200D}".repeat(50_000))),
        ("emoji flood", "👩🏽\u{200D}🚀".repeat(49)),
        ("long word", "x".repeat(200)),
        ("long title", "long ".repeat(20_000)),
        ("only spaces", " \u{200B}\u{2028} ".to_owned()),
        ("empty", String::new()),
        ("many opens", "<div>".repeat(40)),
    ]);
    texts
}

fn addresses() -> Vec<&'static str> {
    vec![
        "javascript:alert(1)",
        "data:text/html,<script>x</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//other.example/x",
        "/relative",
        "https://",
        "ht tps://x.example/",
        "mailto:a@example.org",
    ]
}

fn article(title: &str) -> Value {
    json!({
        "url": "https://www.europablatt.example/a", "title": title, "language": "en", "section": "Europe",
        "published_at": "2026-01-05T05:00:00Z", "body_html": "<p>Text</p>",
    })
}

/// Tries to store; whether it was taken. A refusal says which field is wrong, and nothing is a failure of ours.
async fn store(app: &TestApp, id: &str, body: &Value) -> bool {
    let answer = app.api(Method::PUT, &format!("/articles/{id}")).json(body);
    let answer = answer.send().await;
    match answer.status() {
        201 => true,
        400 | 413 | 422 => {
            let problem: Value = answer.json();
            assert!(
                problem["detail"]
                    .as_str()
                    .is_some_and(|detail| !detail.is_empty()),
                "{problem}"
            );
            false
        }
        other => panic!("{other} for {id}: {}", answer.text()),
    }
}

/// Sends an edition with what is stored and checks the mail of its reader.
async fn send(app: &TestApp) -> std::sync::Arc<tidings::mail::captured::CapturedMail> {
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await.last().unwrap().clone();
    let report = lint::check(&mail.raw, &Expected::default());
    assert_eq!(report.errors(), 0, "{:#?}", report.findings);
    mail
}

async fn newsroom() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning").articles(1, 200).create().await;
    app.reader("ada@example.org", "morning").await;
    app
}

#[tokio::test]
async fn hostile_texts_are_refused_or_harmless_in_every_field() {
    let app = newsroom().await;
    let (mut taken, mut tried) = (0, 0);
    for (index, (_, text)) in texts().into_iter().enumerate() {
        let mut bodies = vec![("title", article(&text))];
        for field in ["standfirst", "section", "body_html"] {
            let mut body = article("Harmless");
            body[field] = text.clone().into();
            bodies.push((field, body));
        }
        let mut body = article("Harmless");
        body["authors"] = json!([text]);
        bodies.push(("authors", body));
        let mut body = article("Harmless");
        body["image"] =
            json!({ "url": "https://www.europablatt.example/i.jpg", "alt": text, "caption": text });
        bodies.push(("image", body));
        for (field, body) in bodies {
            tried += 1;
            taken += usize::from(store(&app, &format!("p-{index}-{field}"), &body).await);
        }
    }
    assert!(
        tried > 250 && taken > 200 && taken < tried,
        "{taken} of {tried}"
    );
    let mail = send(&app).await;
    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    for part in [&html, &text] {
        // What was typed is shown as it was typed: no template ran over it.
        assert!(!part.contains("49 xxxxxxxxx"));
        assert!(!part.contains(|c: char| {
            matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E000}'..='\u{F8FF}' | '\0')
        }));
    }
    for (name, _) in mail.headers() {
        assert!(!name.eq_ignore_ascii_case("bcc"), "a title became a header");
    }
    assert!(!html.contains("<script") && !html.contains("<img src=x"));
    assert_eq!(
        app.count("SELECT 1 FROM editions WHERE status = 'done'")
            .await,
        1
    );
}

#[tokio::test]
async fn each_hostile_title_alone_makes_a_mail_that_passes() {
    let app = newsroom().await;
    for (index, (name, text)) in texts().into_iter().enumerate() {
        if !store(&app, &format!("t-{index}"), &article(&text)).await {
            continue;
        }
        store(&app, &format!("u-{index}"), &article("Ferry runs again")).await;
        let mail = send(&app).await;
        assert!(!mail.subject().is_empty(), "{name}");
        assert_eq!(mail.recipients, ["ada@example.org"], "{name}");
    }
}

#[tokio::test]
async fn addresses_that_are_none_of_the_web_are_refused() {
    let app = newsroom().await;
    for (index, address) in addresses().into_iter().enumerate() {
        let mut body = article("Bridge");
        body["url"] = address.into();
        assert!(
            !store(&app, &format!("a-{index}"), &body).await,
            "{address}"
        );
        let mut body = article("Bridge");
        body["image"] = json!({ "url": address });
        assert!(
            !store(&app, &format!("b-{index}"), &body).await,
            "{address}"
        );
        // In a text it is only taken out.
        let mut body = article("Bridge");
        body["body_html"] =
            format!("<p><a href=\"{address}\">x</a><img src=\"{address}\"></p>").into();
        assert!(store(&app, &format!("c-{index}"), &body).await, "{address}");
    }
    let bodies = app.rows("SELECT body_html FROM articles").await;
    for row in bodies {
        let html = row["body_html"].as_str().unwrap();
        assert!(
            !html.contains("script:") && !html.contains("data:") && !html.contains("file:"),
            "{html}"
        );
    }
}

#[tokio::test]
async fn bytes_that_are_no_json_and_bodies_without_end_are_refused() {
    let app = newsroom().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let huge = json!({ "title": "x".repeat(2 * 1024 * 1024) }).to_string();
    for (name, body) in [
        ("lone surrogate", br#"{"title": "\ud800"}"#.to_vec()),
        ("invalid UTF-8", b"{\"title\": \"\xff\xfe\"}".to_vec()),
        ("deep", deep.into_bytes()),
        ("huge", huge.into_bytes()),
        ("nul", b"{\"title\": \"a\0b\"}".to_vec()),
    ] {
        let call = app.api(Method::PUT, "/articles/x");
        let answer = call.body("application/json", body).send().await;
        assert!(
            matches!(answer.status(), 400 | 413 | 422),
            "{name}: {}",
            answer.status()
        );
    }
    let mut nested = article("Nested");
    nested["body_html"] = "<div><b>".repeat(50_000).into();
    store(&app, "nested", &nested).await;
    let mut links = article("Links");
    links["body_html"] = "<a href=\"https://x.example/\">x</a> "
        .repeat(10_000)
        .into();
    store(&app, "links", &links).await;
    store(&app, "good", &article("Bridge reopens")).await;
    send(&app).await;
}

#[tokio::test]
async fn a_row_that_no_door_let_in_is_left_out_and_the_edition_goes() {
    let app = newsroom().await;
    for id in ["bad-url", "bad-image", "bad-text", "long", "good"] {
        assert!(store(&app, id, &article(&format!("Story {id}"))).await);
    }
    for (id, set) in [
        ("bad-url", "url = 'javascript:alert(1)'"),
        ("bad-image", "image_url = 'data:image/png;base64,AA=='"),
        ("bad-text", "standfirst = U&'a\\202Eb'"),
        ("long", "standfirst = repeat('x', 1000000)"),
    ] {
        let update = format!("UPDATE articles SET {set} WHERE external_id = '{id}'");
        assert_eq!(app.execute(&update).await, 1);
    }
    let mail = send(&app).await;
    let html = mail.html().unwrap();
    assert!(
        html.contains("Story good") && html.matches("Story ").count() < 8,
        "{html}"
    );
    let list = app.api(Method::GET, "/newsletters/morning/editions");
    let edition = list.send().await.expect(200).json::<Value>()["items"][0].clone();
    let warnings = edition["warnings"].to_string();
    for (id, why) in [
        ("bad-url", "its address is no web address"),
        ("bad-image", "the address of its picture is no web address"),
        ("bad-text", "a text of it holds control"),
        ("long", "a text of it is too long"),
    ] {
        assert!(
            warnings.contains(&format!("article {id} was left out: {why}")),
            "{warnings}"
        );
    }
    assert_eq!(edition["article_count"], 1);
}
