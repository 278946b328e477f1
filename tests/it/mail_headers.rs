//! The headers of the mails as they arrive (RFC 2369, 2919, 3834, 5322, 8058), by kind of mail.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::SignedDuration;
use tidings::mail::captured::CapturedMail;

use crate::support::{TestApp, link};

/// A confirmation, an answer to a second sign-up, and two digests, one of them to another reader.
async fn mails(app: &TestApp) -> [Arc<CapturedMail>; 4] {
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    let confirmation = app.inbox("ada@example.org").await[0].clone();
    app.confirm(&confirmation).await.expect(200);
    app.sign_up("ada@example.org", &["morning"])
        .await
        .expect(303);
    app.deliver().await;
    app.reader("ben@example.org", "morning").await;
    app.article("Bridge reopens").create().await;
    app.advance(SignedDuration::from_hours(1));
    app.run_due().await;
    app.deliver().await;
    let ada = app.inbox("ada@example.org").await;
    let ben = app.inbox("ben@example.org").await;
    assert_eq!((ada.len(), ben.len()), (3, 1));
    [confirmation, ada[1].clone(), ada[2].clone(), ben[0].clone()]
}

fn values(mail: &CapturedMail, name: &str) -> Vec<String> {
    mail.headers()
        .into_iter()
        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().to_owned())
        .collect()
}

/// The message as text: all of it is ASCII.
fn raw(mail: &CapturedMail) -> &str {
    assert!(mail.raw.is_ascii());
    std::str::from_utf8(&mail.raw).unwrap()
}

#[tokio::test]
async fn only_digests_carry_list_headers() {
    let app = TestApp::start().await;
    let [confirmation, already, digest, other] = mails(&app).await;
    for mail in [&confirmation, &already] {
        for (name, value) in mail.headers() {
            assert!(!name.to_lowercase().starts_with("list-"), "{name}: {value}");
        }
        assert!(values(mail, "precedence").is_empty());
    }
    for mail in [&digest, &other] {
        let stop = link(mail, "/unsubscribe/");
        assert!(stop.starts_with("https://"));
        assert_eq!(values(mail, "list-unsubscribe"), [format!("<{stop}>")]);
        // Byte for byte, as RFC 8058 section 3.1 wants it.
        let post = "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
        assert_eq!(raw(mail).matches(post).count(), 1);
        assert_eq!(
            values(mail, "list-id"),
            ["<morning.news.europablatt.example>"]
        );
        assert_eq!(values(mail, "precedence"), ["bulk"]);
        let archive = format!("<{}>", link(mail, "/v/"));
        assert_eq!(values(mail, "list-archive"), [archive]);
    }
    assert_ne!(
        values(&digest, "list-unsubscribe"),
        values(&other, "list-unsubscribe")
    );
}

#[tokio::test]
async fn looking_at_the_list_unsubscribe_address_changes_nothing() {
    let app = TestApp::start().await;
    let [_, _, digest, _] = mails(&app).await;
    let stop = link(&digest, "/unsubscribe/");
    let active = "SELECT 1 FROM subscriptions WHERE status = 'active'";
    let page = app.get(&stop).await.expect(200).text();
    assert!(
        page.contains("<button type=\"submit\">Unsubscribe</button>"),
        "{page}"
    );
    app.call(reqwest::Method::HEAD, &stop)
        .send()
        .await
        .expect(200);
    assert_eq!(app.count(active).await, 2);
    app.post(&stop, &[]).await.expect(200);
    assert_eq!(app.count(active).await, 1);
}

#[tokio::test]
async fn a_new_title_leaves_the_list_id_as_it_was() {
    let app = TestApp::start().await;
    let [_, _, before, _] = mails(&app).await;
    let title = serde_json::json!({"title": "Something else"});
    let patch = app.api(reqwest::Method::PATCH, "/newsletters/morning");
    patch.json(&title).send().await.expect(200);
    app.article("Ferry runs again").create().await;
    app.advance(SignedDuration::from_hours(24));
    app.run_due().await;
    app.deliver().await;
    let after = app.inbox("ada@example.org").await[3].clone();
    assert!(after.text().unwrap().contains("SOMETHING ELSE"));
    assert_eq!(values(&after, "list-id"), values(&before, "list-id"));
}

#[tokio::test]
async fn each_mail_has_the_headers_of_rfc_5322_once_and_one_recipient() {
    let app = TestApp::start().await;
    let mut ids = HashSet::new();
    for (mail, reader) in mails(&app).await.iter().zip(["ada", "ada", "ada", "ben"]) {
        let address = format!("{reader}@example.org");
        for name in [
            "date",
            "from",
            "message-id",
            "subject",
            "to",
            "mime-version",
            "content-type",
            "content-language",
        ] {
            assert_eq!(values(mail, name).len(), 1, "{name}");
        }
        for name in ["cc", "bcc", "sender", "reply-to", "return-path"] {
            assert!(values(mail, name).is_empty(), "{name}");
        }
        assert_eq!(values(mail, "to"), [address.as_str()]);
        assert_eq!(mail.recipients, [address]);
        assert_eq!(values(mail, "auto-submitted"), ["auto-generated"]);
        let head = raw(mail).split("\r\n\r\n").next().unwrap();
        let date = head.split("\r\n").find(|line| line.starts_with("Date: "));
        let (_, zone) = date.unwrap().rsplit_once(' ').unwrap();
        assert_eq!(zone, "+0000");

        let id = values(mail, "message-id").remove(0);
        let (left, right) = id.trim_matches(['<', '>']).split_once('@').unwrap();
        assert_eq!(right, "news.europablatt.example");
        assert_eq!(left.len(), 32);
        assert!(left.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert!(ids.insert(id.clone()), "{id} twice");
    }
}

#[tokio::test]
async fn both_parts_are_quoted_printable_with_the_text_first_and_short_lines() {
    let app = TestApp::start().await;
    for mail in mails(&app).await {
        let raw = raw(&mail);
        assert!(raw.split("\r\n").all(|line| line.len() <= 998));
        let (head, body) = raw.split_once("\r\n\r\n").unwrap();
        let kind = values(&mail, "content-type").remove(0);
        assert!(kind.starts_with("multipart/alternative"), "{kind}");
        let (_, boundary) = head.split_once("boundary=\"").unwrap();
        let boundary = boundary.split('"').next().unwrap();
        let parts: Vec<&str> = body.split(&format!("--{boundary}")).collect();
        let [preamble, plain, html, end] = parts.as_slice() else {
            panic!("{} parts", parts.len())
        };
        assert_eq!((*preamble, end.trim()), ("", "--"));
        for (part, kind) in [(plain, "text/plain"), (html, "text/html")] {
            let (head, body) = part.split_once("\r\n\r\n").unwrap();
            let head = head.to_lowercase();
            assert!(head.contains(&format!("content-type: {kind}; charset=utf-8")));
            assert!(head.contains("content-transfer-encoding: quoted-printable"));
            assert!(body.split("\r\n").all(|line| line.len() <= 76));
        }
    }
}
