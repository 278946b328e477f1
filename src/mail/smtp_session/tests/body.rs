//! What arrives is what was sent, whatever lines it has.

use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::mail::outbox::Outbox;
use crate::mail::smtp_server::{Now, Running, Script, SmtpServer};

struct Server {
    running: Running,
    outbox: Outbox,
}

async fn start(script: Script) -> Server {
    let outbox = Outbox::new(1_000, 100_000_000);
    let now: Now = Arc::new(|| Timestamp::UNIX_EPOCH);
    let address = ([127, 0, 0, 1], 0).into();
    let running = SmtpServer::start(address, outbox.clone(), script, now).await;
    Server {
        running: running.unwrap(),
        outbox,
    }
}

async fn session(server: &Server) -> SmtpSession {
    let relay = Relay::plain("127.0.0.1".to_owned(), server.running.address().port());
    match SmtpSession::open(&settings(), &relay, "news.example").await {
        Ok(session) => session,
        Err(failure) => panic!("{failure:?}"),
    }
}

/// Sends these bodies one after another; what the server has then.
fn round_trip(script: Script, bodies: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let server = start(script).await;
        let mut session = session(&server).await;
        let envelopes: Vec<_> = (0..=bodies.len())
            .map(|number| to(&format!("reader{number}@example.org")))
            .collect();
        for (index, bytes) in bodies.iter().enumerate() {
            let message = Outgoing {
                envelope: &envelopes[index],
                bytes,
            };
            let next = (index + 1 < bodies.len()).then(|| &envelopes[index + 1]);
            let outcome = session.send(message, next).await;
            assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
        }
        session.close().await;
        let newest_first = server.outbox.list(None, None, 1_000);
        newest_first
            .into_iter()
            .rev()
            .map(|mail| mail.raw.to_vec())
            .collect()
    })
}

fn lines() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(r"\.{0,3}|[a-z. ]{0,12}|\.\r|[a\.]\n", 0..12)
        .prop_map(|lines| {
            lines
                .iter()
                .fold(String::new(), |all, line| all + line + "\r\n")
        })
        .prop_map(String::into_bytes)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_arrive_as_they_are(bodies in prop::collection::vec(lines(), 1..4)) {
        prop_assert_eq!(&round_trip(Script::default(), &bodies), &bodies, "DATA, pipelined");
        prop_assert_eq!(&round_trip(Script::default().without_pipelining(), &bodies), &bodies, "DATA, step by step");
        let first = &bodies[..1];
        prop_assert_eq!(&round_trip(Script::default().with_chunking(), first), first, "BDAT");
    }
}

#[tokio::test]
async fn a_large_message_arrives_whole() {
    let server = start(Script::default()).await;
    let mut session = session(&server).await;
    let bytes = b".a line of some length that begins with a dot\r\n".repeat(100_000);
    let ada = Envelope {
        size: bytes.len(),
        ..to("ada@example.org")
    };
    for _ in 0..2 {
        let message = Outgoing {
            envelope: &ada,
            bytes: &bytes,
        };
        let outcome = session.send(message, None).await;
        assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
    }
    let mails = server.outbox.list(None, None, 10);
    assert!(mails.iter().all(|mail| mail.raw[..] == bytes[..]));
    assert_eq!(mails.len(), 2);
    assert!(session.stuffed.capacity() > 0);
}

#[tokio::test]
async fn a_message_without_a_last_line_break_gets_one() {
    for script in [Script::default(), Script::default().with_chunking()] {
        let server = start(script).await;
        let mut session = session(&server).await;
        let ada = to("ada@example.org");
        let message = Outgoing {
            envelope: &ada,
            bytes: b"Subject: x\r\n\r\nend",
        };
        session.send(message, None).await;
        let mails = server.outbox.list(None, None, 10);
        assert_eq!(mails[0].raw[..], b"Subject: x\r\n\r\nend\r\n"[..]);
    }
}

#[tokio::test]
async fn octets_over_127_are_announced_or_not_sent() {
    let server = start(Script::default()).await;
    let (ada, bob) = (to("ada@example.org"), to("bob@example.org"));
    let message = |envelope, bytes| Outgoing { envelope, bytes };
    let mut session = session(&server).await;
    let sent = session
        .send(message(&ada, "ü\r\n".as_bytes()), Some(&bob))
        .await;
    assert!(matches!(sent, SendOutcome::Accepted(_)), "{sent:?}");
    let sent = session.send(message(&bob, "ä\r\n".as_bytes()), None).await;
    assert!(matches!(sent, SendOutcome::Accepted(_)), "{sent:?}");
    // An envelope that promised seven bits.
    session.send(message(&ada, b"u\r\n"), Some(&bob)).await;
    let sent = session.send(message(&bob, "ö\r\n".as_bytes()), None).await;
    assert!(
        matches!(sent, SendOutcome::NotSent(Phase::Mail, _)),
        "{sent:?}"
    );
    assert!(session.was_gone());
    assert_eq!(server.outbox.count(), 3);
}
