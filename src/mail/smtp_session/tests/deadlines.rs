//! Silence and dripping end at the deadline of their phase.

use std::time::Instant;

use super::*;
use crate::mail::smtp_session::tests::outcomes::summary;

const ADA: &str = "ada@example.org";

fn one_second() -> Smtp {
    Smtp {
        connect_timeout_seconds: 1,
        command_timeout_seconds: 1,
        data_timeout_seconds: 1,
        ..settings()
    }
}

#[tokio::test]
async fn a_silent_server_is_left_in_every_phase() {
    let envelope = lines_to(ADA);
    let cases: &[(&[&str], &str)] = &[
        (&[], "not sent mail 0"),
        (&["S 250 a"], "not sent rcpt 0"),
        (&["S 250 a\nS 250 b"], "not sent data 0"),
        (&["S 250 a\nS 250 b\nS 354 c", BODY_LINES], "unknown 0"),
    ];
    for (parts, expected) in cases {
        let parts = [&[envelope.as_str()], *parts, &["wait"]].concat();
        let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
        let opened = SmtpSession::open(&one_second(), &peer.relay(), "news.example").await;
        let mut session = opened.map_err(|failure| format!("{failure:?}")).unwrap();
        let outcome = session.send(outgoing(&to(ADA)), None).await;
        assert_eq!(summary(&outcome), *expected);
        assert!(!session.is_usable());
    }
}

#[tokio::test]
async fn connecting_has_one_deadline_for_everything() {
    for (script, phase) in [
        ("wait", Phase::Connect),
        ("S 220-mx\nwait", Phase::Connect),
        ("S 220 mx\nC EHLO news.example\nwait", Phase::Hello),
    ] {
        let peer = Peer::start(&[script]).await;
        let opened = SmtpSession::open(&one_second(), &peer.relay(), "news.example").await;
        let failure = opened.err().unwrap();
        assert_eq!(
            (failure.phase, failure.reply.code()),
            (phase, 0),
            "{script}"
        );
        assert_eq!(failure.reply.text(), "no answer within 1 seconds");
    }
}

#[tokio::test]
async fn a_dripping_server_does_not_extend_the_deadline() {
    let drip = "D 250 a very long reply that takes its time";
    let envelope = lines_to(ADA);
    for (parts, expected) in [
        (vec![envelope.as_str(), drip], "not sent mail 0"),
        (
            vec![
                envelope.as_str(),
                "S 250 a\nS 250 b\nS 354 c",
                BODY_LINES,
                drip,
            ],
            "unknown 0",
        ),
    ] {
        let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
        let opened = SmtpSession::open(&one_second(), &peer.relay(), "news.example").await;
        let mut session = opened.map_err(|failure| format!("{failure:?}")).unwrap();
        let start = Instant::now();
        let outcome = session.send(outgoing(&to(ADA)), None).await;
        assert_eq!(summary(&outcome), expected);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }
}

#[tokio::test]
async fn a_server_that_stops_reading_is_left() {
    let envelope = lines_to(ADA);
    let parts = [envelope.as_str(), "S 250 a\nS 250 b\nS 354 c", "deaf"];
    let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
    let opened = SmtpSession::open(&one_second(), &peer.relay(), "news.example").await;
    let mut session = opened.map_err(|failure| format!("{failure:?}")).unwrap();
    let bytes = b"0123456789abcdef0123456789abcdef\r\n".repeat(1_000_000);
    let ada = to(ADA);
    let message = Outgoing {
        envelope: &ada,
        bytes: &bytes,
    };
    let outcome = session.send(message, None).await;
    assert_eq!(summary(&outcome), "not sent message 0");
    assert!(!session.is_usable());
}
