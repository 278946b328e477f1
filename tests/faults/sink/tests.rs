//! The sink against a client that says exactly what a test writes.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::Sink;
use super::ledger::{Event, read};
use super::rules::Rules;

/// Sends everything at once and gives all answers until the sink ends the conversation.
async fn say(rules: Rules, lines: &[&str]) -> (Vec<String>, Vec<Event>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let sink = Sink::start(&path, 1, rules).await;
    let mut stream = TcpStream::connect(sink.address()).await.unwrap();
    stream
        .write_all((lines.join("\r\n") + "\r\n").as_bytes())
        .await
        .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.ok();
    let codes = text
        .lines()
        .filter(|line| line.as_bytes()[3] == b' ')
        .map(|line| line[..3].to_owned());
    (codes.collect(), read(&path))
}

fn mail(to: &str) -> Vec<String> {
    let lines = [
        "MAIL FROM:<a@b.example>",
        &format!("RCPT TO:<{to}>"),
        "DATA",
        "Message-ID: <1@x>",
        "",
        "..two",
        ".",
    ];
    lines.map(ToOwned::to_owned).into()
}

async fn send(rules: Rules, recipients: &[&str]) -> (Vec<String>, Vec<Event>) {
    let mut lines = vec!["EHLO x".to_owned()];
    lines.extend(recipients.iter().flat_map(|to| mail(to)));
    lines.push("QUIT".to_owned());
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    say(rules, &lines).await
}

#[tokio::test]
async fn what_is_acknowledged_is_in_the_ledger() {
    let (codes, events) = send(
        Rules::default(),
        &["ok-0000001@example.org", "ok-0000002@example.org"],
    )
    .await;
    assert_eq!(
        codes,
        [
            "220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"
        ]
    );
    let kept: Vec<&Event> = events.iter().filter(|event| event.is_kept).collect();
    assert_eq!(kept.len(), 2);
    assert_eq!(
        (kept[0].msgid.as_str(), kept[1].rcpt.as_str()),
        ("<1@x>", "ok-0000002@example.org")
    );
    assert!(kept[0].t_mail > 0 && kept[0].t >= kept[0].t_mail && !kept[0].wall.is_empty());
}

#[tokio::test]
async fn a_lost_reply_is_in_the_ledger_too() {
    let (codes, events) = send(Rules::default(), &["drop-dot-0000001@example.org"]).await;
    assert!(codes.len() < 6, "{codes:?}");
    let lost = events.iter().find(|event| event.phase == "lost").unwrap();
    assert!(lost.is_kept && lost.reply.is_empty());
}

#[tokio::test]
async fn the_local_part_decides() {
    for (to, codes) in [
        ("r550-511-0000001@example.org", "550 503"),
        ("greylist3-0000001@example.org", "451 503"),
        ("t421-0000001@example.org", "421"),
        ("d451-0000001@example.org", "250 354 451 221"),
    ] {
        let (said, events) = send(Rules::default(), &[to]).await;
        assert!(said[3..].join(" ").starts_with(codes), "{to}: {said:?}");
        assert!(!events.iter().any(|event| event.is_kept), "{to}");
    }
}

#[tokio::test]
async fn chunks_and_passwords_are_understood() {
    let rules = Rules {
        has_chunking: true,
        password: Some("b".to_owned()),
        ..Rules::default()
    };
    let lines = [
        "EHLO x",
        "AUTH PLAIN AGEAYg==",
        "AUTH PLAIN AGEAYw==",
        "MAIL FROM:<a@b.example>",
        "RCPT TO:<ok-0000001@example.org>",
        "BDAT 3",
        "a",
        "BDAT 1 LAST",
        "bQUIT",
    ];
    let (codes, events) = say(rules, &lines).await;
    assert_eq!(
        codes,
        [
            "220", "250", "235", "535", "250", "250", "250", "250", "221"
        ]
    );
    assert_eq!(
        events.iter().filter(|event| event.phase == "auth").count(),
        2
    );
}
