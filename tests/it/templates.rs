//! A publisher's own templates: what replaces what, what is refused and why, and that a wrong one sends nothing.

use std::fs;
use std::path::Path;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::Value;
use tidings::mail::trial;
use tidings::templates::Templates;
use tidings::usecases::appearance;

use crate::email_snapshots::publisher;
use crate::support::TestApp;
use crate::support::process::Tidings;

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What is wrong with a folder that holds one file.
fn mistakes(name: &str, text: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), name, text);
    appearance::mistakes(&publisher(), Some(folder.path()))
}

fn built_in(name: &str) -> String {
    let all = Templates::built_in_of_mails();
    all.into_iter().find(|(known, _)| known == name).unwrap().1
}

#[test]
fn the_built_in_templates_are_right() {
    assert_eq!(
        appearance::mistakes(&publisher(), None),
        Vec::<String>::new()
    );
}

/// A file, its text, and a part of what is said about it.
type Case = (&'static str, String, &'static str);

fn wrong_words() -> Vec<Case> {
    let digest = "email/digest/body.html";
    let changed =
        |name: &'static str, from: &str, to: &str| (name, built_in(name).replace(from, to));
    let endless =
        "{% for x in range(100000) %}{% for y in range(100000) %}.{% endfor %}{% endfor %}";
    let text = "email/digest/body.txt";
    let long = format!(
        "{}{{% for x in range(9000) %}}{}{{% endfor %}}",
        built_in(text),
        "x".repeat(500)
    );
    let (_, nonsense) = changed(digest, "edition.preheader", "edition.nonsense");
    let lead = changed("email/partials/lead.html", "article.url", "article.link");
    let open = changed(digest, "{% endfor %}", "");
    let no_text = "{{ t(\"no-such-text\") }}".to_owned();
    vec![
        (
            digest,
            nonsense,
            "`edition.nonsense` is undefined (from email/digest/body.html:8)",
        ),
        (
            lead.0,
            lead.1,
            "email/partials/lead.html, line 6: undefined value",
        ),
        (open.0, open.1, "email/digest/body.html, line "),
        (
            "email/digest/subject.txt",
            no_text,
            "there is no text \"no-such-text\"",
        ),
        (text, endless.to_owned(), "email/digest/body.txt, line 1: "),
        (text, long, "writes more than"),
        (
            "email/nonsense.html",
            "x".to_owned(),
            "email/nonsense.html: replaces no built-in template",
        ),
        (
            "page/confirm.html",
            "{% if %}".to_owned(),
            "page/confirm.html, line 1: syntax error",
        ),
    ]
}

fn wrong_looks() -> Vec<Case> {
    let changed = |name: &'static str, from: &str, to: &str, expected: &'static str| {
        (name, built_in(name).replace(from, to), expected)
    };
    vec![
        changed(
            "email/partials/layout.html",
            " lang=\"{{ language }}\"",
            "",
            "language: <html> lacks lang or dir",
        ),
        changed(
            "email/partials/button.html",
            "#ffffff",
            "#777777",
            "contrast: #777777 on #0b4a82",
        ),
        changed(
            "email/confirmation/body.html",
            "h1",
            "h2",
            "email/confirmation in de: headings",
        ),
    ]
}

#[test]
fn a_mistake_is_told_with_file_line_and_reason() {
    for (name, text, expected) in wrong_words().into_iter().chain(wrong_looks()) {
        let found = mistakes(name, &text);
        assert!(
            found.iter().any(|it| it.contains(expected)),
            "{expected}: {found:#?}"
        );
    }
    let empty = tempfile::tempdir().unwrap();
    let found = appearance::mistakes(&publisher(), Some(empty.path()));
    assert!(
        found[0].contains("there is no template in this folder"),
        "{found:?}"
    );
}

#[tokio::test]
async fn export_check_and_start_go_together() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let ran = Tidings::new(&["templates", "export", path])
        .run()
        .await
        .expect(0);
    assert!(ran.stderr.contains("templates are in"), "{ran:?}");
    assert!(folder.path().join("email/partials/layout.html").is_file());
    Tidings::new(&["templates", "export", path])
        .run()
        .await
        .expect(6)
        .in_one_line()
        .says(&["is there already"]);
    Tidings::new(&["templates", "check", path])
        .run()
        .await
        .expect(0);
    let shown = folder.path().join("shown");
    let to = shown.to_str().unwrap();
    Tidings::new(&["templates", "preview", to, "--templates", path])
        .run()
        .await
        .expect(0);
    let page = fs::read_to_string(shown.join("digest-30.ar.html")).unwrap();
    assert!(page.contains("dir=\"rtl\"") && !page.contains('\u{E000}'));
    assert_eq!(
        (page.matches("<h3").count(), page.matches("<li").count()),
        (11, 18)
    );
    let layout = built_in("email/partials/layout.html");
    put(
        folder.path(),
        "email/partials/layout.html",
        &layout.replace("{{ language }}", "{{ tongue }}"),
    );
    let ran = Tidings::new(&["templates", "check", path])
        .run()
        .await
        .expect(1);
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    assert!(
        ran.stdout
            .starts_with("email/partials/layout.html, line 2: undefined value"),
        "{ran:?}"
    );
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
        .says(&["email/partials/layout.html, line 2"]);
}

/// A newsroom with a reader and an article, and these templates.
async fn newsroom(folder: &Path) -> TestApp {
    let app = TestApp::with()
        .env("TIDINGS__TEMPLATES__DIR", folder.to_str().unwrap())
        .start()
        .await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.reader("ada@example.org", "morning").await;
    app.article("Bridge reopens").create().await;
    app.article("Ferry runs again").create().await;
    app
}

#[tokio::test]
async fn a_file_replaces_a_built_in_one_and_the_others_stay() {
    let folder = tempfile::tempdir().unwrap();
    put(
        folder.path(),
        "email/digest/subject.txt",
        "Fresh: {{ edition.subject }}",
    );
    let app = newsroom(folder.path()).await;
    app.advance(SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    let mail = app.inbox("ada@example.org").await[0].clone();
    assert!(mail.subject().starts_with("Fresh: "), "{}", mail.subject());
    assert!(mail.html().unwrap().contains("Why do you get this email?"));
}

#[tokio::test]
async fn a_template_that_fails_only_with_real_content_sends_nothing_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    // The sample has a lead with a picture; this article has none.
    let lead = built_in("email/partials/lead.html");
    let wrong = lead.replace(
        "{% if article.section %}",
        "{{ article.image.url|length }}{% if article.section %}",
    );
    put(folder.path(), "email/partials/lead.html", &wrong);
    let app = newsroom(folder.path()).await;
    app.advance(SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    assert!(app.inbox("ada@example.org").await.is_empty());
    let list = app.api(Method::GET, "/newsletters/morning/editions");
    let edition = list.send().await.expect(200).json::<Value>()["items"][0].clone();
    assert_eq!(
        (&edition["status"], &edition["skip_reason"]),
        (&"skipped".into(), &"template_error".into())
    );
    let why = edition["warnings"][0].as_str().unwrap();
    assert!(
        why.starts_with("email/partials/lead.html, line 8: "),
        "{why}"
    );
    assert_eq!(app.count("SELECT 1 FROM edition_deliveries").await, 0);
}

#[tokio::test]
async fn a_mail_may_be_written_in_mjml() {
    let folder = tempfile::tempdir().unwrap();
    let mjml = r#"<mjml lang="{{ language }}" dir="{{ dir }}">
<mj-head><mj-title>{{ edition.subject }}</mj-title><mj-preview>{{ edition.preheader }}</mj-preview></mj-head>
<mj-body>
<mj-section><mj-column>
<mj-text><h1>{{ newsletter.title }}</h1></mj-text>
{% if lead %}<mj-text><h2><a href="{{ lead.url }}" style="color:#16191d">{{ lead.title }}</a></h2></mj-text>{% endif %}
{% for section in sections %}{% for article in section.articles %}<mj-text><a href="{{ article.url }}" style="color:#16191d">{{ article.title }}</a></mj-text>{% endfor %}{% endfor %}
{% for article in brief %}<mj-text><a href="{{ article.url }}" style="color:#16191d">{{ article.title }}</a></mj-text>{% endfor %}
<mj-text>{{ t("digest-why") }} {{ reader.address }} <a href="{{ reader.unsubscribe_url }}" style="color:#16191d">{{ t("digest-unsubscribe", newsletter=newsletter.title) }}</a> {{ brand.postal_address }}</mj-text>
</mj-column></mj-section>
</mj-body>
</mjml>"#;
    put(folder.path(), "email/digest/body.mjml", mjml);
    let found = appearance::mistakes(&publisher(), Some(folder.path()));
    assert_eq!(found, Vec::<String>::new());
    let app = newsroom(folder.path()).await;
    app.advance(SignedDuration::from_mins(30));
    app.run_due().await;
    app.deliver().await;
    let html = app.inbox("ada@example.org").await[0].html().unwrap();
    assert!(
        html.contains("Bridge reopens")
            && html.contains("role=\"presentation\"")
            && !html.contains("<mj-"),
        "{html}"
    );
    let broken = mistakes("email/digest/body.mjml", &mjml.replace("</mj-section>", ""));
    assert!(
        broken[0].starts_with("email/digest/body.mjml: is not valid MJML: "),
        "{broken:?}"
    );
}

/// Wrong versions of a template: what people and editors do to files.
fn mutants(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    for (from, to) in [
        ("{% endif %}", ""),
        ("{% endfor %}", ""),
        ("{% endblock %}", ""),
        ("}}", "}"),
        ("{{ ", "{{ nonsense."),
        ("t(\"", "t(\"no-"),
        (" alt=\"", " data-alt=\""),
        (" lang=\"", " data-lang=\""),
        ("h1", "h4"),
        ("#16191d", "#cccccc"),
        ("#ffffff", "#0b4a82"),
        (" role=\"presentation\"", ""),
        ("href=\"{{", "href=\"javascript:{{"),
        ("</a>", "</a><script>x()</script>"),
        ("display:none", "display:block"),
        ("reader.address", "newsletter.title"),
        ("reader.unsubscribe_url", "newsletter.signup_url"),
        ("| ", "|nonsense "),
    ] {
        if text.contains(from) {
            all.push(text.replacen(from, to, 1));
            all.push(text.replace(from, to));
        }
    }
    // A file that was cut off.
    for part in 1..4 {
        let at = (0..=text.len() * part / 4)
            .rev()
            .find(|at| text.is_char_boundary(*at));
        all.push(text[..at.unwrap()].to_owned());
    }
    all.push(format!("{text}{{% for x in range(1000000) %}}{{% for y in range(1000) %}}{{% endfor %}}{{% endfor %}}"));
    all
}

#[test]
fn every_mutant_is_refused_or_makes_mails_that_pass() {
    let (mut refused, mut passed) = (0, 0);
    // Words do not change what is wrong with a template; the direction may.
    let languages = ["de", "ar"].map(|tag| tag.parse().unwrap());
    for (name, text) in Templates::built_in_of_mails() {
        for mutant in mutants(&text) {
            let started = std::time::Instant::now();
            let wrong = match Templates::with_texts(&publisher(), [(name.clone(), mutant)]) {
                Ok(templates) => trial::mistakes_in(&templates, &languages),
                Err(cause) => vec![cause.told()],
            };
            assert!(started.elapsed().as_secs() < 60, "{name} took long");
            for mistake in &wrong {
                assert!(
                    mistake.contains("email/") || mistake.contains("syntax"),
                    "{name}: {mistake}"
                );
            }
            // What passes went through the linter, every mail in both languages.
            if wrong.is_empty() {
                passed += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(
        refused + passed > 100 && refused > 3 * passed,
        "{refused} refused, {passed} passed"
    );
}
