//! The pages that readers see, in each language: what all of them have in common, and how a language is chosen.

use jiff::SignedDuration;
use reqwest::Method;

use crate::support::{Answer, TestApp, link};

/// Stops unless `answer` is a page in `language` whose heading is `heading`, made as all our pages are.
#[track_caller]
fn is_page(answer: &Answer, status: u16, language: &str, heading: &str) {
    assert_eq!(answer.status(), status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(answer.header("x-robots-tag"), "noindex");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"));
    let html = answer.text();
    let root = format!("<html lang=\"{language}\" dir=\"ltr\">");
    assert_eq!(html.matches("<html").count(), 1);
    assert!(html.contains(&root), "no {root} in {html}");
    assert!(html.contains("<meta name=\"robots\" content=\"noindex\">"));
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    let (_, rest) = html.split_once("<h1").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    assert_eq!(rest.split("</h1>").next().unwrap(), heading);
    let (_, rest) = html.split_once("<title>").unwrap();
    let title = rest.split("</title>").next().unwrap();
    assert!(
        title.contains(heading) && title.ends_with(" – Europablatt"),
        "{title}"
    );
    // Pages with the form load one script of ours; the policy lets no page run another.
    let foreign = html.replacen(
        "<script src=\"/assets/",
        "",
        usize::from(policy.contains("script-src 'self';")),
    );
    for banned in ["<script", "<style", " style=", " onclick=", "javascript:"] {
        assert!(!foreign.contains(banned), "{banned} in {html}");
    }
    for form in html.split("<form").skip(1) {
        let tag = form.split('>').next().unwrap();
        assert!(tag.contains("method=\"post\""), "{tag}");
    }
}

/// The words of one language.
struct Words {
    language: &'static str,
    form: &'static str,
    choose: &'static str,
    directory: &'static str,
    inbox: &'static str,
    confirm: &'static str,
    confirmed: &'static str,
    already: &'static str,
    expired: &'static str,
    unknown: &'static str,
    ended: &'static str,
    unsubscribe: &'static str,
    unsubscribed: &'static str,
    already_unsubscribed: &'static str,
    test_link: &'static str,
    problem: &'static str,
}

const ENGLISH: Words = Words {
    language: "en",
    form: "Get Morning by email",
    choose: "Subscribe to our newsletters",
    directory: "Newsletters",
    inbox: "Check your inbox",
    confirm: "One click left",
    confirmed: "You are subscribed",
    already: "You already get Morning",
    expired: "This link has expired",
    unknown: "We do not know this link",
    ended: "Morning has ended",
    unsubscribe: "Unsubscribe from Morning?",
    unsubscribed: "You no longer get Morning",
    already_unsubscribed: "You have already unsubscribed",
    test_link: "This link comes from a test copy",
    problem: "This page does not exist",
};

const GERMAN: Words = Words {
    language: "de",
    form: "Morning als Newsletter",
    choose: "Newsletter abonnieren",
    directory: "Newsletter",
    inbox: "Sehen Sie in Ihr Postfach",
    confirm: "Noch ein Klick",
    confirmed: "Sie sind angemeldet",
    already: "Sie bekommen Morning schon",
    expired: "Dieser Link ist abgelaufen",
    unknown: "Diesen Link kennen wir nicht",
    ended: "Morning gibt es nicht mehr",
    unsubscribe: "Morning abbestellen?",
    unsubscribed: "Sie bekommen Morning nicht mehr",
    already_unsubscribed: "Sie haben diesen Newsletter schon abbestellt",
    test_link: "Dieser Link stammt aus einer Testausgabe",
    problem: "Diese Seite gibt es nicht",
};

/// Signs up in the language of `words` and gives the link of the confirmation mail.
async fn confirm_link(app: &TestApp, address: &str, words: &Words) -> String {
    let fields = [
        ("email", address),
        ("newsletter", "morning"),
        ("language", words.language),
    ];
    app.post("/subscribe", &fields).await.expect(303);
    app.deliver().await;
    link(app.inbox(address).await.last().unwrap(), "/confirm/")
}

#[tokio::test]
async fn pages_that_need_no_link_are_whole_in_each_language() {
    let app = TestApp::start().await;
    app.newsletter("morning").title("Morning").create().await;
    for words in [ENGLISH, GERMAN] {
        let language = words.language;
        let get = async |path: &str| app.get(&format!("{path}?lang={language}")).await;
        is_page(&get("/").await, 200, language, words.directory);
        is_page(&get("/n/morning").await, 200, language, words.form);
        is_page(&get("/subscribe").await, 200, language, words.choose);
        let inbox = get("/subscribe/check-inbox").await;
        is_page(&inbox, 200, language, words.inbox);
        for path in ["/nothing", "/n/nothing", "/articles/nothing"] {
            is_page(&get(path).await, 404, language, words.problem);
        }
        for path in ["/confirm/nonsense", "/unsubscribe/nonsense"] {
            is_page(&get(path).await, 404, language, words.unknown);
        }
        is_page(
            &get("/unsubscribe/test").await,
            200,
            language,
            words.test_link,
        );
        let fields = [
            ("email", "not an address"),
            ("newsletter", "morning"),
            ("language", language),
        ];
        let back = app.post("/subscribe", &fields).await;
        is_page(&back, back.status(), language, words.form);
        assert!((400..500).contains(&back.status()));
        assert!(back.text().contains("value=\"not an address\""));
    }
}

#[tokio::test]
async fn pages_behind_links_of_mails_speak_the_readers_language() {
    for words in [ENGLISH, GERMAN] {
        let language = words.language;
        let app = TestApp::start().await;
        app.newsletter("morning").title("Morning").create().await;
        let confirm = confirm_link(&app, "ada@example.org", &words).await;
        let late = confirm_link(&app, "ben@example.org", &words).await;
        is_page(&app.get(&confirm).await, 200, language, words.confirm);
        let confirmed = app.post(&confirm, &[]).await;
        is_page(&confirmed, 200, language, words.confirmed);
        is_page(&app.get(&confirm).await, 200, language, words.already);

        app.article("Bridge reopens").create().await;
        app.advance(SignedDuration::from_hours(1));
        app.run_due().await;
        app.deliver().await;
        let digest = app.inbox("ada@example.org").await[1].clone();
        let stop = link(&digest, "/unsubscribe/");
        is_page(&app.get(&stop).await, 200, language, words.unsubscribe);
        let stopped = app.post(&stop, &[]).await;
        is_page(&stopped, 200, language, words.unsubscribed);
        let again = app.get(&stop).await;
        is_page(&again, 200, language, words.already_unsubscribed);

        app.advance(SignedDuration::from_hours(24 * 8));
        is_page(&app.get(&late).await, 410, language, words.expired);
        let waiting = confirm_link(&app, "cleo@example.org", &words).await;
        let retire = serde_json::json!({"status": "retired"});
        let patch = app.api(Method::PATCH, "/newsletters/morning").json(&retire);
        patch.send().await.expect(200);
        is_page(&app.get(&waiting).await, 410, language, words.ended);
    }
}

#[tokio::test]
async fn the_address_beats_the_browser_and_the_browser_beats_english() {
    let app = TestApp::start().await;
    app.newsletter("morning").title("Morning").create().await;
    let cases = [
        ("", "", "en"),
        ("?lang=de", "", "de"),
        ("?lang=de", "en", "de"),
        ("?lang=en", "de-AT,de;q=0.9", "en"),
        ("?lang=xx", "de", "de"),
        ("?lang=%00", "de", "de"),
        ("?lang=de-CH", "en", "de"),
        ("", "de", "de"),
        ("", "de-AT", "de"),
        ("", "en;q=0.5,de;q=0.8", "de"),
        ("", "de;q=0.5,en;q=0.8", "en"),
        ("", "de;q=0,en;q=0.1", "en"),
        ("", "fr,it;q=0.9,de;q=0.1", "de"),
        ("", "fr,ja", "en"),
        ("", "*", "en"),
        ("", ";;;q=,", "en"),
    ];
    for (query, header, wanted) in cases {
        let mut call = app.call(Method::GET, &format!("/subscribe/check-inbox{query}"));
        if !header.is_empty() {
            call = call.header("accept-language", header);
        }
        let html = call.send().await.expect(200).text();
        let root = format!("<html lang=\"{wanted}\"");
        assert!(html.contains(&root), "{query} {header}: not {wanted}");
    }
    // A page about a newsletter speaks the newsletter's language before the browser's.
    app.newsletter("morgen").language("de").create().await;
    let call = app
        .call(Method::GET, "/n/morgen")
        .header("accept-language", "en");
    assert!(
        call.send()
            .await
            .expect(200)
            .text()
            .contains("<html lang=\"de\"")
    );
}

#[tokio::test]
async fn problems_are_german_pages_for_germans_and_json_for_programs() {
    let app = TestApp::start().await;
    app.newsletter("morning").title("Morning").create().await;
    let german = |method: Method, path: &str| {
        app.call(method, path)
            .header("accept-language", "de")
            .header("accept", "text/html,*/*;q=0.8")
    };
    let missing = german(Method::GET, "/nothing").send().await;
    is_page(&missing, 404, "de", "Diese Seite gibt es nicht");
    assert!(missing.text().contains("Fehler 404"));
    let method = german(Method::DELETE, "/subscribe").send().await;
    is_page(&method, 405, "de", "Diese Seite gibt es nicht");
    let kind = german(Method::POST, "/subscribe").body("text/plain", "x");
    is_page(&kind.send().await, 415, "de", "Das konnten wir nicht lesen");
    let large = german(Method::POST, "/subscribe")
        .body("application/x-www-form-urlencoded", vec![b'a'; 20_000]);
    is_page(&large.send().await, 413, "de", "Das war zu viel");

    let program = app
        .call(Method::GET, "/nothing")
        .header("accept", "application/json");
    assert_eq!(program.send().await.problem(404).code, "unknown_path");
    let program = app
        .call(Method::POST, "/subscribe")
        .body("application/json", vec![b'a'; 20_000]);
    assert_eq!(program.send().await.problem(413).code, "too_large");
}
