//! A publisher's own words: what wins, what is refused and why, and what becomes evidence of consent.

use std::fs;
use std::path::Path;

use crate::support::TestApp;
use crate::support::process::Tidings;

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[tokio::test]
async fn words_of_a_publisher_are_on_pages_in_mails_and_in_the_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let words = "form-submit = Count me in\nconfirmation-subject = Is it you? { $newsletter }\n";
    put(folder.path(), "locales/en/own.ftl", words);
    // A language that we do not have, with two texts of its own.
    let czech = "form-submit = Odebírat\ndate-long = { $day }. { $month } { $year }\n";
    put(folder.path(), "locales/cs/main.ftl", czech);
    let app = TestApp::with()
        .env("TIDINGS__TEMPLATES__DIR", folder.path().to_str().unwrap())
        .start()
        .await;
    app.newsletter("morning").title("Morning").create().await;
    let page = app.get("/n/morning").await.expect(200).text();
    assert!(page.contains("<button type=\"submit\">Count me in</button>"));
    let page = app.get("/n/morning?lang=cs").await.expect(200).text();
    assert!(page.contains("<html lang=\"cs\" dir=\"ltr\">"), "{page}");
    assert!(page.contains("<button type=\"submit\">Odebírat</button>"));
    assert!(page.contains("Get Morning by email"), "{page}");
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    assert_eq!(mail.subject(), "Is it you? Morning");
    let kept = "SELECT 1 FROM consents WHERE wording LIKE '%Count me in'";
    assert_eq!(app.count(kept).await, 1);
}

#[tokio::test]
async fn a_mistake_in_words_stops_the_start_in_one_line() {
    for (name, text, expected) in [
        (
            "locales/de/own.ftl",
            "privacy = Datenschutz\n\nform-sumbit = Los\n",
            "locales/de/own.ftl, line 3: there is no text form-sumbit",
        ),
        (
            "locales/de/own.ftl",
            "mail-privacy-line = Datenschutz\n",
            "locales/de/own.ftl, line 1: mail-privacy-line lacks the placeholder $url",
        ),
        (
            "locales/de/own.ftl",
            "privacy Datenschutz\n",
            "locales/de/own.ftl, line 1: syntax error: Expected a token starting with \"=\"",
        ),
        (
            "locales/deutsch/own.ftl",
            "privacy = Datenschutz\n",
            "locales/deutsch/own.ftl: the name of the folder is not a language tag",
        ),
        (
            "locales/DE/own.ftl",
            "privacy = Datenschutz\n",
            "locales/DE/own.ftl: the folder must be called de",
        ),
        (
            "locales/de/own.txt",
            "privacy = Datenschutz\n",
            "locales/de/own.txt: is no file of words",
        ),
        (
            "locales/own.ftl",
            "privacy = Datenschutz\n",
            "locales/own.ftl: words are in locales/<language tag>/<name>.ftl",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), name, text);
        let path = folder.path().to_str().unwrap();
        let ran = Tidings::new(&["templates", "check", path])
            .run()
            .await
            .expect(1);
        assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
        assert!(ran.stdout.starts_with(expected), "{ran:?}");
        Tidings::serve(&[])
            .env("TIDINGS__TEMPLATES__DIR", path)
            .env("DATABASE_URL", "postgres://tidings@127.0.0.1:1/tidings")
            .env(
                "SECRET_KEY",
                "a key for tests only, longer than 32 characters",
            )
            .run()
            .await
            .expect(1)
            .in_one_line()
            .says(&[expected]);
    }
}

#[tokio::test]
async fn what_is_exported_passes_and_a_language_with_gaps_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    Tidings::new(&["templates", "export", path])
        .run()
        .await
        .expect(0);
    let exported = fs::read_to_string(folder.path().join("locales/ar/main.ftl")).unwrap();
    assert!(exported.contains("form-submit = اشتراك"));
    Tidings::new(&["templates", "check", path])
        .run()
        .await
        .expect(0);
    put(
        folder.path(),
        "locales/cs/main.ftl",
        "form-submit = Odebírat\n",
    );
    let ran = Tidings::new(&["templates", "check", path])
        .run()
        .await
        .expect(0);
    assert!(ran.stderr.contains("warning: locales/cs: "), "{ran:?}");
    assert!(ran.stderr.contains("they are said in en"), "{ran:?}");
}
