//! Text of the newsroom and of its content system never becomes a header or another recipient.

use std::sync::Arc;

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use tidings::mail::captured::CapturedMail;

use crate::support::TestApp;

const EVIL: &str = "\r\nBcc: eve@example.org\r\nX-Evil: yes\r\n\r\n<b>\u{0}\u{7}\n.\r\n";

/// The header names of a message, lower case, in their order; stops at anything that is not clean on the wire.
#[track_caller]
fn header_names(mail: &CapturedMail) -> Vec<String> {
    let raw = std::str::from_utf8(&mail.raw).expect("headers and QP parts are ASCII");
    assert!(raw.is_ascii());
    let rest = raw.replace("\r\n", "");
    let stray: Vec<char> = rest
        .chars()
        .filter(|c| c.is_control() && *c != '\t')
        .collect();
    assert!(stray.is_empty(), "{stray:?}");
    let (head, _) = raw.split_once("\r\n\r\n").unwrap();
    let mut names = Vec::new();
    for line in head.split("\r\n") {
        assert!(line.len() <= 998, "{line}");
        if line.starts_with([' ', '\t']) {
            continue;
        }
        let (name, _) = line.split_once(':').unwrap_or_else(|| panic!("{line}"));
        names.push(name.to_lowercase());
    }
    names
}

/// Stops unless the only recipient is `address` and no text became a header.
#[track_caller]
fn is_clean(mail: &Arc<CapturedMail>, address: &str) {
    let names = header_names(mail);
    for name in ["bcc", "cc", "x-evil"] {
        assert!(!names.contains(&name.to_owned()), "{names:?}");
    }
    for name in ["from", "to", "subject", "date", "message-id"] {
        let count = names.iter().filter(|found| *found == name).count();
        assert_eq!(count, 1, "{name} in {names:?}");
    }
    assert_eq!(mail.recipients, [address]);
    assert_eq!(mail.header("to").as_deref(), Some(address));
}

#[tokio::test]
async fn line_breaks_in_titles_and_names_stay_within_their_header() {
    let app = TestApp::start().await;
    let newsletter = json!({
        "slug": "morning", "title": format!("Europe{EVIL}"), "promise": format!("All{EVIL}"),
        "frequency": format!("daily{EVIL}"), "language": "en",
        "sender": {"name": format!("Desk{EVIL}"), "address": "desk@news.europablatt.example"},
        "schedule": {"cron": "0 7 * * *", "zone": "Europe/Berlin"}
    });
    let post = app.api(Method::POST, "/newsletters").json(&newsletter);
    let made = post.send().await.expect(201).record();
    let title = "Europe Bcc: eve@example.org X-Evil: yes <b> .";
    assert_eq!(made["title"], title);

    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let confirmation = app.inbox("ada@example.org").await[0].clone();
    is_clean(&confirmation, "ada@example.org");
    assert_eq!(confirmation.subject(), format!("Please confirm: {title}"));
    assert!(!confirmation.html().unwrap().contains("<b>"));
    app.confirm(&confirmation).await.expect(200);

    let article = json!({
        "url": "https://www.europablatt.example/x", "title": format!("Bridge{EVIL}"), "language": "en",
        "standfirst": format!("Open{EVIL}"), "section": format!("News{EVIL}"),
        "authors": [format!("Ada{EVIL}")], "body_html": "<p>x</p>",
        "published_at": "2026-01-05T05:00:00Z"
    });
    let put = app.api(Method::PUT, "/articles/eb-1").json(&article);
    put.send().await.expect(201);
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    assert_eq!(app.deliver().await, 1);
    let digest = app.inbox("ada@example.org").await[1].clone();
    is_clean(&digest, "ada@example.org");
    assert_eq!(
        digest.subject(),
        "Bridge Bcc: eve@example.org X-Evil: yes <b> ."
    );
    assert_eq!(
        digest.from(),
        "Desk Bcc: eve@example.org X-Evil: yes <b> . <desk@news.europablatt.example>"
    );
    assert!(app.inbox("eve@example.org").await.is_empty());
}

#[tokio::test]
async fn long_titles_in_many_scripts_arrive_whole() {
    let app = TestApp::start().await;
    let titles = [
        "Ü".repeat(200),
        "🌍👩‍👩‍👧‍👦".repeat(24),
        "新聞".repeat(100),
        "خبر ".repeat(49) + "خبر",
        "x".repeat(200),
        "Über \"Europa\", <a@b.example>; (ja)".to_owned(),
    ];
    for (number, title) in titles.iter().enumerate() {
        let slug = format!("n-{number}");
        app.newsletter(&slug)
            .topics(&[slug.as_str()])
            .create()
            .await;
        app.reader("ada@example.org", &slug).await;
        app.article(title).topics(&[slug.as_str()]).create().await;
    }
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    app.deliver().await;
    let mails = app.inbox("ada@example.org").await;
    let mut subjects: Vec<String> = mails.iter().map(|mail| mail.subject()).collect();
    let mut wanted = titles.to_vec();
    subjects.sort();
    wanted.sort();
    assert_eq!(subjects, wanted);
    for mail in &mails {
        is_clean(mail, "ada@example.org");
        let raw = String::from_utf8_lossy(&mail.raw);
        let words = raw.split([' ', '\r']).filter(|it| it.starts_with("=?"));
        assert!(words.into_iter().all(|word| word.len() <= 75));
    }
}
