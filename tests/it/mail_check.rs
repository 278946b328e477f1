//! The mail linter over the program's own mails, and how the newsroom asks for it.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::Value;
use tidings::domain::language::Language;
use tidings::mail::already_subscribed::AlreadySubscribedEmail;
use tidings::mail::approval::ApprovalEmail;
use tidings::mail::confirmation::ConfirmationEmail;
use tidings::mail::digest::DigestEmail;
use tidings::mail::email::{Email, render};
use tidings::mail::lint::{self, Expected, Report};
use tidings::mail::message::{self, Content, Identity, Kind, Parts};
use tidings::mail::prepared;
use tidings::{i18n, mail::email::Rendered};

use crate::email_snapshots::templates;
use crate::support::process::Tidings;
use crate::support::{TestApp, link};

const POSTAL: &str = "Europablatt GmbH, Hafenstr. 7, 20459 Hamburg";

fn identity() -> Identity {
    Identity {
        from: "newsletter@news.europablatt.example".parse().unwrap(),
        return_path: "bounces@news.europablatt.example".parse().unwrap(),
        name: "Europablatt".to_owned(),
    }
}

fn expected() -> Expected {
    Expected {
        postal_address: POSTAL.to_owned(),
    }
}

/// The sample of a single mail, checked.
fn single<E: Email>(language: &Language) -> Report {
    let rendered = render(&templates(), &E::sample(language)).unwrap();
    let delivery = uuid::Uuid::from_u128(7);
    let parts = Parts {
        delivery: delivery.into(),
        boundary: delivery,
        date: "2026-01-05T06:00:00Z".parse().unwrap(),
        to: &"anna@beispiel.example".parse().unwrap(),
        language,
        content: &Content::from(&rendered),
        kind: &Kind::Single,
    };
    let message = message::build(&identity(), &parts).unwrap();
    lint::check(&message.bytes, &expected())
}

/// An edition of made-up content, checked as a reader gets it.
fn edition(language: &Language, frozen: &Rendered) -> Report {
    let kind = Kind::List {
        slug: "morning".to_owned(),
        sender_name: "Europablatt".to_owned(),
        sender_address: "morning@news.europablatt.example".parse().unwrap(),
        unsubscribe_url: String::new(),
        archive_url: "https://news.europablatt.example/v/1".to_owned(),
        is_test: false,
    };
    let edition = prepared::Edition {
        id: uuid::Uuid::from_u128(8).into(),
        date: "2026-01-05T06:00:00Z".parse().unwrap(),
        language,
        frozen,
        kind: &kind,
        unsubscribe_base: "https://news.europablatt.example/unsubscribe/".to_owned(),
        preferences_base: "https://news.europablatt.example/preferences/".to_owned(),
        is_text_only: false,
    };
    let reader = prepared::Reader {
        delivery: uuid::Uuid::from_u128(9).into(),
        address: "anna@beispiel.example".parse().unwrap(),
        subscribed_on: "3 January 2026".into(),
        unsubscribe_token: "AZ3oT1kVcACSB5c0Qn1pXa5W".to_owned(),
        preferences_token: "BZ3oT1kVcACSB5c0Qn1pXa5W".to_owned(),
    };
    let message = prepared::slow(&identity(), &edition, &reader).unwrap();
    lint::check(&message.bytes, &expected())
}

/// Every language that there are words for; one is written from right to left.
fn languages() -> Vec<Language> {
    i18n::Words::built_in().languages().to_vec()
}

#[test]
fn every_mail_passes_in_every_language() {
    for language in languages() {
        let digest = render(&templates(), &DigestEmail::sample(&language)).unwrap();
        for report in [
            single::<ConfirmationEmail>(&language),
            single::<AlreadySubscribedEmail>(&language),
            edition(&language, &digest),
        ] {
            assert_eq!(report.findings, [], "{language}");
        }
        // Its subject is that of the edition behind two more words: long, for editors.
        let approval = single::<ApprovalEmail>(&language);
        assert_eq!(approval.errors(), 0, "{language}: {approval:?}");
    }
}

/// A newsroom with an edition that one reader got.
async fn newsroom() -> TestApp {
    let app = TestApp::start().await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.reader("ada@example.org", "morning").await;
    app.article("Bridge reopens")
        .standfirst("Trams cross the river again.")
        .image("https://www.europablatt.example/oder.jpg", "A bridge")
        .create()
        .await;
    app.article("Ferry runs again").create().await;
    app.advance(SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    app
}

#[tokio::test]
async fn mails_pass_as_they_arrive() {
    let app = newsroom().await;
    app.sign_up("ben@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    for address in ["ada@example.org", "ben@example.org"] {
        let mail = app.inbox(address).await[0].clone();
        assert_eq!(
            lint::check(&mail.raw, &expected()).findings,
            [],
            "{address}"
        );
    }
}

#[tokio::test]
async fn the_api_says_what_is_wrong_with_an_edition() {
    let app = newsroom().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let page = link(&mail, "/v/");
    let id = page.rsplit('/').next().unwrap();
    let path = format!("/editions/{id}/check");
    let answer: Value = app.api(Method::GET, &path).send().await.expect(200).json();
    assert_eq!(
        (&answer["errors"], &answer["warnings"]),
        (&0.into(), &0.into()),
        "{answer}"
    );
    assert!(answer["html_bytes"].as_u64().unwrap() > 5_000);

    app.execute("UPDATE editions SET html = replace(html, 'color:#16191d', 'color:#999999')")
        .await;
    let answer: Value = app.api(Method::GET, &path).send().await.expect(200).json();
    let finding = &answer["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["severity"]),
        (&"contrast".into(), &"error".into())
    );
    assert!(
        finding["mend"].as_str().unwrap().contains("4.5:1"),
        "{answer}"
    );

    let database = app.database_url();
    let check = |flags: &'static [&'static str]| {
        let mut arguments = vec!["editions", "check", "latest:morning"];
        arguments.extend(flags);
        Tidings::new(&arguments)
            .env("DATABASE_URL", &database)
            .env(
                "SECRET_KEY",
                "a key for tests only, longer than 32 characters",
            )
            .env("BASE_URL", crate::support::BASE_URL)
    };
    let ran = check(&[]).run().await.expect(1);
    assert!(
        ran.stdout
            .contains("error contrast: #999999 on #ffffff has 2.8:1"),
        "{ran:?}"
    );
    let ran = check(&["--json"]).run().await.expect(1);
    let report: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["findings"][0]["rule"], "contrast");
}

#[tokio::test]
async fn a_file_is_checked_without_a_database() {
    let app = newsroom().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("good.eml");
    std::fs::write(&file, &mail.raw).unwrap();
    let path = file.to_str().unwrap();
    let ran = Tidings::new(&["mail", "check", path, "--postal-address", POSTAL])
        .run()
        .await
        .expect(0);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("0 warnings; HTML "), "{ran:?}");

    let raw = String::from_utf8(mail.raw.to_vec()).unwrap();
    let changed = raw.replace("Precedence: bulk\r\n", "");
    std::fs::write(&file, changed).unwrap();
    let ran = Tidings::new(&["mail", "check", path]).run().await.expect(0);
    assert!(ran.stdout.starts_with("warning precedence: "), "{ran:?}");

    std::fs::write(&file, raw.replace("=One-Click", "=Yes")).unwrap();
    let ran = Tidings::new(&["mail", "check", path]).run().await.expect(1);
    assert!(
        ran.stdout.starts_with("error list-unsubscribe-post: "),
        "{ran:?}"
    );
    assert!(ran.stderr.contains("1 errors, 0 warnings"), "{ran:?}");

    Tidings::new(&["mail", "check", "/does/not/exist"])
        .run()
        .await
        .expect(5)
        .in_one_line()
        .says(&["cannot read /does/not/exist"]);
}

/// What the linter finds is kept with the edition, for all who look at it before it goes.
#[tokio::test]
async fn findings_are_kept_with_the_edition() {
    let app = TestApp::start().await;
    app.newsletter("morning").title("Morning").create().await;
    let approval =
        serde_json::json!({"approval": {"mode": "needs_approval", "mail_to": ["ed@example.org"]}});
    let patch = app
        .api(Method::PATCH, "/newsletters/morning")
        .json(&approval);
    patch.send().await.expect(200);
    app.reader("ada@example.org", "morning").await;
    app.article(&"Bridge reopens after years ".repeat(4))
        .create()
        .await;
    app.advance(SignedDuration::from_mins(30));
    app.run_due().await;
    let list = app.api(Method::GET, "/newsletters/morning/editions");
    let list: Value = list.send().await.expect(200).json();
    let id = list["items"][0]["id"].as_str().unwrap().to_owned();
    let one = app.api(Method::GET, &format!("/editions/{id}"));
    let one: Value = one.send().await.expect(200).json();
    let warnings = one["warnings"].as_array().unwrap();
    let found = warnings[0].as_str().unwrap();
    assert!(
        found.starts_with("subject-length (warning): the subject has 107 characters. To mend it: "),
        "{one}"
    );
    app.deliver().await;
    let mail = app.inbox("ed@example.org").await[0].clone();
    let page = app.get(&link(&mail, "/editors/approve/")).await;
    let html = page.expect(200).text();
    assert!(html.contains("1 remark about its mail"), "{html}");
    assert!(html.contains("<li>subject-length (warning): "), "{html}");
}
