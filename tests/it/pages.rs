//! The pages that readers see, in each language: what all of them have in common, and how a language is chosen.

use jiff::SignedDuration;
use reqwest::Method;

use tidings::domain::language::Language;

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
    let dir = if language == "ar" { "rtl" } else { "ltr" };
    let root = format!("<html lang=\"{language}\" dir=\"{dir}\">");
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
        title.contains(heading)
            && title
                .replace(['\u{2068}', '\u{2069}'], "")
                .ends_with(" – Europablatt"),
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

/// The words of any language, from its file.
fn words_of(language: &Language) -> Words {
    let all = tidings::i18n::Words::built_in();
    let mut arguments = fluent_bundle::FluentArgs::new();
    arguments.set("newsletter", "Morning");
    let said = |key: &str| -> &'static str {
        let text = all.text(language, key, &arguments);
        assert!(!text.is_empty() && text != key, "{key} in {language}");
        text.leak()
    };
    Words {
        language: language.to_string().leak(),
        form: said("form-heading"),
        choose: said("form-heading-generic"),
        directory: said("directory-heading"),
        inbox: said("inbox-heading"),
        confirm: said("confirm-heading"),
        confirmed: said("confirmed-heading"),
        already: said("already-confirmed-one"),
        expired: said("expired-heading"),
        unknown: said("unknown-heading"),
        ended: said("ended-heading-one"),
        unsubscribe: said("unsubscribe-heading"),
        unsubscribed: said("unsubscribed-heading"),
        already_unsubscribed: said("already-unsubscribed-heading"),
        test_link: said("test-link-heading"),
        problem: said("problem-not-found"),
    }
}

/// English and German as they are written here, the others as they are in their files.
fn all_words() -> Vec<Words> {
    let all = tidings::i18n::Words::built_in();
    let others = all.languages().iter();
    let others = others.filter(|it| !["en", "de"].contains(&it.as_str()));
    let others: Vec<Words> = others.map(words_of).collect();
    assert_eq!(others.len(), 8);
    [ENGLISH, GERMAN].into_iter().chain(others).collect()
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
    for words in all_words() {
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
    for words in all_words() {
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
        ("", "fi,da;q=0.9,de;q=0.1", "de"),
        ("", "fr,it;q=0.9,de;q=0.1", "fr"),
        ("", "fr;q=0.3,it;q=0.9,pl;q=0.95", "pl"),
        ("", "pt-BR,en;q=0.9", "pt"),
        ("", "ar-MA,fr;q=0.9", "ar"),
        // A browser does not decide that readers are addressed informally; a link may.
        ("", "de-x-informal,en;q=0.9", "en"),
        ("?lang=de-x-informal", "en", "de-x-informal"),
        ("", "fi,ja", "en"),
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
    // A newsletter in a language that we do not speak leaves it to the browser.
    app.newsletter("aamu").language("fi").create().await;
    let call = app.call(Method::GET, "/n/aamu");
    let html = call.header("accept-language", "nl").send().await.text();
    assert!(html.contains("<html lang=\"nl\""), "{html}");
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
async fn the_newsroom_says_whether_readers_are_addressed_informally() {
    let page = async |app: &TestApp, path: &str, header: &str| {
        let call = app.call(Method::GET, path);
        call.header("accept-language", header).send().await.text()
    };
    let app = TestApp::start().await;
    let du = app
        .newsletter("du")
        .title("Morgen")
        .language("de-x-informal");
    du.create().await;
    let html = page(&app, "/n/du", "de").await;
    assert!(html.contains("<html lang=\"de-x-informal\" dir=\"ltr\">"));
    assert!(html.contains("mit der du die Anmeldung bestätigst"));
    let html = page(&app, "/subscribe/check-inbox", "de-AT").await;
    assert!(html.contains("Sehen Sie in Ihr Postfach"), "{html}");
    let fields = [
        ("email", "ada@example.org"),
        ("newsletter", "du"),
        ("language", "de-x-informal"),
    ];
    app.post("/subscribe", &fields).await.expect(303);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    assert!(mail.text().unwrap().contains("Bestätige deine Anmeldung"));
    // Articles are in German, however readers are addressed.
    app.post(&link(&mail, "/confirm/"), &[]).await.expect(200);
    app.article("Brücke wieder offen")
        .language("de")
        .create()
        .await;
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    app.deliver().await;
    let digest = app.inbox("ada@example.org").await[1].clone();
    let html = digest.html().unwrap();
    assert!(html.contains("Brücke wieder offen") && html.contains("Warum bekommst du"));
    assert!(!html.contains("lang=\"de\""), "{html}");

    let app = TestApp::with()
        .env("TIDINGS__PUBLISHER__INFORMAL", "true")
        .start()
        .await;
    for (header, expected) in [
        ("de-AT", "Sieh in dein Postfach"),
        ("en", "Check your inbox"),
    ] {
        let html = page(&app, "/subscribe/check-inbox", header).await;
        assert!(html.contains(expected), "{html}");
    }
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
