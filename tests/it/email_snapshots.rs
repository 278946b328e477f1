//! How every e-mail looks, as files in `snapshots/`, and what must hold for all of them.

use jiff::SignedDuration;
use tidings::config::Publisher;
use tidings::domain::language::Language;
use tidings::i18n::Words;
use tidings::mail::already_subscribed::AlreadySubscribedEmail;
use tidings::mail::approval::ApprovalEmail;
use tidings::mail::attack::AttackEmail;
use tidings::mail::confirmation::ConfirmationEmail;
use tidings::mail::correction::CorrectionEmail;
use tidings::mail::digest::DigestEmail;
use tidings::mail::email::{Email, Rendered, render};
use tidings::mail::reader_link::{About, ReaderLinkEmail};
use tidings::mail::splice;
use tidings::templates::Templates;

use crate::support::TestApp;
use crate::support::snapshot::{assert_snapshot, wire};

/// All that we speak.
const LANGUAGES: [&str; 10] = [
    "ar",
    "de",
    "de-x-informal",
    "en",
    "es",
    "fr",
    "it",
    "nl",
    "pl",
    "pt",
];

/// Those whose looks are kept as files in full: one that runs from right to left among them.
const SHOWN: [&str; 3] = ["en", "de", "ar"];

#[test]
fn all_languages_are_tried() {
    let all: Vec<String> = Words::built_in()
        .languages()
        .iter()
        .map(Language::to_string)
        .collect();
    assert_eq!(all, LANGUAGES);
}

pub(crate) fn templates() -> Templates {
    Templates::new(&publisher()).unwrap()
}

pub(crate) fn publisher() -> Publisher {
    Publisher {
        language: None,
        name: "Europablatt".to_owned(),
        home_url: "https://www.europablatt.example/".to_owned(),
        postal_address: "Europablatt GmbH, Hafenstr. 7, 20459 Hamburg".to_owned(),
        contact: "leserservice@europablatt.example".to_owned(),
        imprint_url: "https://www.europablatt.example/imprint".to_owned(),
        privacy_url: "https://www.europablatt.example/privacy".to_owned(),
        imprint_text: String::new(),
        accent_color: "#0b4a82".parse().unwrap(),
        logo_url: String::new(),
        logo_alt: String::new(),
        logo_width: 180,
        informal: false,
    }
}

/// The sample as a reader gets it; the digest's markers are filled in.
fn sample<E: Email>(language: &str, change: impl Fn(E) -> E) -> Rendered {
    let language: Language = language.parse().unwrap();
    let frozen = render(&templates(), &change(E::sample(&language))).unwrap();
    let parts = splice::Parts {
        address: "anna@beispiel.example".to_owned(),
        subscribed_on: "3 January 2022".to_owned(),
        unsubscribe_url: "https://news.europablatt.example/unsubscribe/AZ3oT1kVcACSB5c0Qn1pXa5W"
            .to_owned(),
        preferences_url: "https://news.europablatt.example/preferences/BZ3oT1kVcACSB5c0Qn1pXa5W"
            .to_owned(),
        is_test: false,
    };
    Rendered {
        subject: frozen.subject,
        text: parts.fill(&frozen.text, false),
        html: parts.fill(&frozen.html, true),
    }
}

fn about(language: &str, about: About) -> Rendered {
    sample::<ReaderLinkEmail>(language, |email| ReaderLinkEmail { about, ..email })
}

/// Every e-mail with its name, in one language.
fn samples(language: &str) -> Vec<(String, Rendered)> {
    let all = [
        (
            "confirmation",
            sample::<ConfirmationEmail>(language, |email| email),
        ),
        (
            "already_subscribed",
            sample::<AlreadySubscribedEmail>(language, |email| email),
        ),
        ("approval", sample::<ApprovalEmail>(language, |email| email)),
        (
            "correction",
            sample::<CorrectionEmail>(language, |email| email),
        ),
        ("attack", sample::<AttackEmail>(language, |email| email)),
        (
            "reader_link",
            sample::<ReaderLinkEmail>(language, |email| email),
        ),
        ("reader_link_new", about(language, About::New)),
        ("reader_link_old", about(language, About::Old)),
        ("reader_link_taken", about(language, About::Taken)),
        ("digest", sample::<DigestEmail>(language, |email| email)),
        (
            "digest_for_browser",
            sample::<DigestEmail>(language, |email| DigestEmail {
                for_browser: true,
                ..email
            }),
        ),
    ];
    all.map(|(name, mail)| (format!("{name}_{language}"), mail))
        .into()
}

#[test]
fn each_email_looks_as_in_its_file() {
    for language in LANGUAGES {
        for (name, mail) in samples(language) {
            let is_shown = SHOWN.contains(&language);
            let text = format!("Subject: {}\n\n{}", mail.subject, mail.text);
            let is_read_most = ["confirmation_", "digest_"]
                .iter()
                .any(|it| name == format!("{it}{language}"));
            if is_shown || is_read_most {
                assert_snapshot(&format!("{name}_text"), &text);
            }
            if is_shown {
                assert_snapshot(&format!("{name}_html"), &mail.html);
            }
        }
    }
}

#[test]
fn lines_and_sizes_are_within_what_mail_programs_take() {
    for language in LANGUAGES {
        for (name, mail) in samples(language) {
            assert!(mail.html.len() < 100 * 1024, "{name}: {}", mail.html.len());
            assert!(!mail.subject.contains('\n') && !mail.subject.is_empty());
            // On the wire quoted-printable breaks lines; the browser's page has no such limit.
            for line in mail.text.lines() {
                let is_url = line.trim_start_matches(['*', ' ']).starts_with("https://")
                    || line.split(' ').any(|word| word.starts_with("https://"));
                assert!(line.chars().count() <= 72 || is_url, "{name}: {line}");
                assert_eq!(line, line.trim_end(), "{name}");
            }
            for part in [&mail.text, &mail.html, &mail.subject] {
                assert!(
                    !part.contains(|c: char| matches!(c, '\u{E000}'..='\u{F8FF}')),
                    "{name}"
                );
                assert!(!part.contains("{{") && !part.contains("{$"), "{name}");
            }
        }
    }
}

/// The direct children of the body, as their start tags.
fn children(html: &str) -> Vec<&str> {
    let (_, body) = html.split_once("<body").unwrap();
    let (_, mut rest) = body.split_once('>').unwrap();
    let mut depth = 0;
    let mut children = Vec::new();
    while let Some((_, markup)) = rest.split_once('<') {
        let (tag, after) = if let Some(comment) = markup.strip_prefix("!--") {
            ("!", comment.split_once("-->").unwrap().1)
        } else {
            markup.split_once('>').unwrap()
        };
        let name = tag.split([' ', '\n']).next().unwrap();
        if name == "/body" {
            break;
        } else if name.starts_with('/') {
            depth -= 1;
        } else if !["!", "br", "img", "meta", "hr"].contains(&name) {
            if depth == 0 {
                children.push(tag);
            }
            depth += 1;
        }
        rest = after;
    }
    assert_eq!(depth, 0);
    children
}

#[test]
fn language_and_direction_are_on_the_root_and_on_each_child_of_the_body() {
    for language in LANGUAGES {
        let dir = if language == "ar" { "rtl" } else { "ltr" };
        let marks = format!("lang=\"{language}\" dir=\"{dir}\"");
        for (name, mail) in samples(language) {
            let (_, root) = mail.html.split_once("<html ").unwrap();
            assert!(root.starts_with(&marks), "{name}");
            let children = children(&mail.html);
            let expected = if name.contains("browser") { 1 } else { 2 };
            assert_eq!(children.len(), expected, "{name}: {children:?}");
            for child in children {
                assert!(child.contains(&marks), "{name}: {child}");
            }
        }
    }
}

#[test]
fn a_right_to_left_language_turns_the_mail_around() {
    let mail = sample::<DigestEmail>("ar", |email| email);
    for tag in children(&mail.html) {
        assert!(tag.contains("lang=\"ar\" dir=\"rtl\""), "{tag}");
    }
    assert!(mail.html.contains("direction:rtl"));
}

/// No Latin name pulls along what stands after it, in the HTML as in the text.
#[test]
fn addresses_and_names_keep_their_direction_in_arabic() {
    let mail = sample::<DigestEmail>("ar", |email| email);
    assert!(
        mail.html
            .contains("<span dir=\"ltr\">anna@beispiel.example</span>.")
    );
    assert!(mail.html.contains("«\u{2068}Europa kompakt\u{2069}»"));
    assert!(mail.text.contains("«\u{2068}Europa kompakt\u{2069}»"));
    let mail = sample::<ConfirmationEmail>("ar", |email| email);
    assert!(
        mail.html
            .contains("<strong dir=\"auto\">Europa kompakt</strong>")
    );
    assert!(mail.text.contains("\u{2068}anna@beispiel.example\u{2069}."));
    for mail in [&mail.text, &mail.html] {
        assert_eq!(
            mail.matches('\u{2068}').count(),
            mail.matches('\u{2069}').count()
        );
    }
}

fn hrefs(html: &str) -> Vec<String> {
    html.split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"))
        .collect()
}

#[test]
fn the_confirmation_has_one_link_for_people_one_for_machines_and_no_picture() {
    for language in LANGUAGES {
        let mail = sample::<ConfirmationEmail>(language, |email| email);
        let email = ConfirmationEmail::sample(&language.parse().unwrap());
        let (url, hidden) = (email.confirm_url, email.hidden_url);
        assert_eq!(hrefs(&mail.html), [hidden.as_str(), url.as_str()]);
        assert!(mail.text.contains(&url) && !mail.text.contains(&hidden));
        for part in ["<img", "<script", "background=", "url("] {
            assert!(!mail.html.contains(part), "{part}");
        }
    }
}

#[test]
fn every_link_of_a_digest_is_in_its_text_too() {
    for language in LANGUAGES {
        let mail = sample::<DigestEmail>(language, |email| email);
        let links = hrefs(&mail.html);
        assert!(links.len() > 8, "{links:?}");
        for link in links {
            assert!(mail.text.contains(&link), "{link} is not in {}", mail.text);
        }
    }
}

#[tokio::test]
async fn a_confirmation_goes_over_the_wire_as_in_its_file() {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Grüße aus Europa")
        .frequency("every day at 7")
        .create()
        .await;
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    assert_snapshot("wire_confirmation", &wire(&mail));
}

#[tokio::test]
async fn a_digest_goes_over_the_wire_as_in_its_file() {
    let app = TestApp::start().await;
    app.newsletter("morgen")
        .title("Europa am Morgen")
        .language("de")
        .frequency("täglich um 7 Uhr")
        .create()
        .await;
    app.reader("ada@example.org", "morgen").await;
    app.article("Brücke über die Oder wieder offen")
        .language("de")
        .section("Verkehr")
        .standfirst("Nach zwei Jahren fährt die erste Straßenbahn.")
        .authors(&["Mara Beispiel"])
        .image("https://www.europablatt.example/oder.jpg", "Eine Brücke")
        .create()
        .await;
    app.article("Fähre fährt wieder")
        .language("de")
        .section("Verkehr")
        .create()
        .await;
    app.advance(SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    assert_snapshot("wire_digest", &wire(&mail));
}
