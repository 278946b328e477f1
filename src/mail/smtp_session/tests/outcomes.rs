//! What each way to fail means: the table of `Phase` and `SendOutcome`, pipelined and not.

use super::*;

const ADA: &str = "ada@example.org";

/// Name and phase of an outcome, and its code.
pub(super) fn summary(outcome: &SendOutcome) -> String {
    match outcome {
        SendOutcome::Accepted(reply) => format!("accepted {}", reply.code()),
        SendOutcome::Unknown(reply) => format!("unknown {}", reply.code()),
        SendOutcome::Deferred(phase, reply) => format!("deferred {phase} {}", reply.code()),
        SendOutcome::Refused(phase, reply) => format!("refused {phase} {}", reply.code()),
        SendOutcome::NotSent(phase, reply) => format!("not sent {phase} {}", reply.code()),
    }
}

/// Sends one message into this script; returns what came of it and whether the session goes on.
async fn send(offer: &str, parts: &[&str]) -> (String, bool) {
    let peer = Peer::start(&[&script(offer, parts)]).await;
    let mut session = open(&peer).await;
    let ada = to(ADA);
    let outcome = session.send(outgoing(&ada), None).await;
    let result = (summary(&outcome), session.is_usable());
    drop(session);
    peer.rests().await;
    result
}

/// Replies to MAIL, RCPT, DATA and the dot, or how the connection ends; what comes of it.
const CASES: &[(&[&str], &str, bool)] = &[
    (
        &["S 250 a", "S 250 b", "S 354 c", "S 250 d"],
        "accepted 250",
        true,
    ),
    (
        &["S 250-a\nS 250 a", "S 251 b", "S 354 c", "S 250 d"],
        "accepted 250",
        true,
    ),
    // MAIL
    (&["close"], "not sent mail 0", false),
    (&["reset"], "not sent mail 0", false),
    (&["S 421 4.3.2 bye\nclose"], "not sent mail 421", false),
    (
        &["S 451 4.3.0 x", "S 503 x", "S 503 x"],
        "not sent mail 451",
        true,
    ),
    (
        &["S 550 5.7.1 x", "S 503 x", "S 503 x"],
        "not sent mail 550",
        true,
    ),
    (
        &["S 552 5.3.4 x", "S 503 x", "S 503 x"],
        "refused mail 552",
        true,
    ),
    (&["S what?"], "not sent mail 0", false),
    // RCPT
    (&["S 250 a", "close"], "not sent rcpt 0", false),
    (
        &["S 250 a", "S 421 4.3.2 bye\nclose"],
        "not sent rcpt 421",
        false,
    ),
    (
        &["S 250 a", "S 450 4.2.0 x", "S 503 x"],
        "deferred rcpt 450",
        true,
    ),
    (
        &["S 250 a", "S 550 5.1.1 x", "S 503 x"],
        "refused rcpt 550",
        true,
    ),
    // DATA
    (&["S 250 a", "S 250 b", "close"], "not sent data 0", false),
    (
        &["S 250 a", "S 250 b", "S 421 4.3.2 bye\nclose"],
        "not sent data 421",
        false,
    ),
    (
        &["S 250 a", "S 250 b", "S 451 4.3.0 x"],
        "deferred data 451",
        true,
    ),
    (
        &["S 250 a", "S 250 b", "S 554 5.7.1 x"],
        "refused data 554",
        true,
    ),
    // The dot
    (
        &["S 250 a", "S 250 b", "S 354 c", "close"],
        "unknown 0",
        false,
    ),
    (
        &["S 250 a", "S 250 b", "S 354 c", "reset"],
        "unknown 0",
        false,
    ),
    (
        &["S 250 a", "S 250 b", "S 354 c", "S 250-half\nclose"],
        "unknown 0",
        false,
    ),
    (
        &["S 250 a", "S 250 b", "S 354 c", "S junk"],
        "unknown 0",
        false,
    ),
    (
        &["S 250 a", "S 250 b", "S 354 c", "S 421 4.3.2 bye\nclose"],
        "deferred message 421",
        false,
    ),
    (
        &["S 250 a", "S 250 b", "S 354 c", "S 452 4.3.1 x"],
        "deferred message 452",
        true,
    ),
    (
        &["S 250 a", "S 250 b", "S 354 c", "S 554 5.6.0 x"],
        "refused message 554",
        true,
    ),
];

#[tokio::test]
async fn every_reply_means_the_same_pipelined_or_not() {
    for (replies, expected, is_usable) in CASES {
        let mut pipelined = vec![lines_to(ADA)];
        let mut stepwise = Vec::new();
        let envelope = lines_to(ADA).replacen('>', "> SIZE=18", 1);
        let commands: Vec<&str> = envelope.lines().collect();
        for (index, reply) in replies.iter().enumerate() {
            if index < 3 {
                // Without PIPELINING nobody says RCPT after a refused MAIL.
                let is_over = index > 0 && replies[..index].iter().any(|reply| !is_positive(reply));
                if !is_over {
                    stepwise.push(commands[index].to_owned());
                    stepwise.push((*reply).to_owned());
                }
            } else {
                pipelined.push(BODY_LINES.to_owned());
                stepwise.push(BODY_LINES.to_owned());
                stepwise.push((*reply).to_owned());
            }
            pipelined.push((*reply).to_owned());
        }
        for (offer, parts) in [(PIPELINING, pipelined), (STEPWISE, stepwise)] {
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let result = send(offer, &parts).await;
            assert_eq!(
                result,
                ((*expected).to_owned(), *is_usable),
                "{offer} {replies:?}"
            );
        }
    }
}

fn is_positive(reply: &str) -> bool {
    reply.starts_with("S 2") || reply.starts_with("S 3")
}

#[tokio::test]
async fn a_message_that_breaks_off_before_its_dot_was_not_sent() {
    let envelope = lines_to(ADA);
    let script = script(
        PIPELINING,
        &[&envelope, "S 250 a\nS 250 b\nS 354 c", "reset"],
    );
    let peer = Peer::start(&[&script]).await;
    let mut session = open(&peer).await;
    // More than the kernel keeps: the end cannot have been handed over when the connection breaks.
    let bytes = b"0123456789abcdef0123456789abcdef\r\n".repeat(1_000_000);
    let ada = Envelope { size: 0, ..to(ADA) };
    let message = Outgoing {
        envelope: &ada,
        bytes: &bytes,
    };
    let outcome = session.send(message, None).await;
    assert_eq!(summary(&outcome), "not sent message 0");
    assert!(!session.is_usable());
}

#[tokio::test]
async fn limits_and_letters_are_checked_without_asking() {
    let peer = Peer::start(&[&script("S 250 SIZE 10", &["wait"])]).await;
    let mut session = open(&peer).await;
    let cases = [
        (to(ADA), "refused mail 552"),
        (
            Envelope {
                size: 0,
                ..to("zoë@example.org")
            },
            "refused rcpt 550",
        ),
        (
            to("a@b.example>\r\nRCPT TO:<c@d.example"),
            "refused rcpt 553",
        ),
        (to(""), "refused rcpt 553"),
        (
            Envelope {
                from: "a\r\nb".to_owned(),
                ..to(ADA)
            },
            "not sent mail 553",
        ),
    ];
    for (envelope, expected) in cases {
        let message = Outgoing {
            envelope: &envelope,
            bytes: b"x\r\n",
        };
        let outcome = session.send(message, None).await;
        assert_eq!(summary(&outcome), expected);
        assert!(session.is_usable());
    }
    drop(session);
    assert_eq!(peer.rests().await, [""], "nothing was said");
}

#[tokio::test]
async fn after_a_refusal_the_next_message_brings_the_reset() {
    let (ada, bob) = (lines_to(ADA), lines_to("bob@example.org"));
    for refused in [
        "S 250 a\nS 550 5.1.1 x\nS 503 x",
        // 354 without a recipient: a lone dot, and whatever it is answered (RFC 2920 §3.1).
        "S 250 a\nS 550 5.1.1 x\nS 354 x\nC .\nS 554 x",
        "S 250 a\nS 550 5.1.1 x\nS 354 x\nC .\nS 250 x",
    ] {
        let parts = [
            &ada,
            refused,
            "C RSET",
            &bob,
            "S 250 r\nS 250 a\nS 250 b\nS 354 c",
            BODY_LINES,
            "S 250 d",
        ];
        let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
        let mut session = open(&peer).await;
        let outcome = session.send(outgoing(&to(ADA)), None).await;
        assert_eq!(summary(&outcome), "refused rcpt 550", "{refused}");
        let outcome = session.send(outgoing(&to("bob@example.org")), None).await;
        assert_eq!(summary(&outcome), "accepted 250", "{refused}");
        drop(session);
        peer.rests().await;
    }
}

#[tokio::test]
async fn a_server_that_takes_the_recipient_of_a_refused_sender_gets_no_dot() {
    let ada = lines_to(ADA);
    let parts = [ada.as_str(), "S 550 5.7.1 x\nS 250 b\nS 354 c"];
    let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
    let mut session = open(&peer).await;
    let outcome = session.send(outgoing(&to(ADA)), None).await;
    assert_eq!(summary(&outcome), "not sent mail 550");
    assert!(!session.is_usable());
    drop(session);
    assert_eq!(peer.rests().await, [""]);
}

#[tokio::test]
async fn a_session_whose_message_was_dropped_half_way_is_over() {
    let peer = Peer::start(&[&script(PIPELINING, &["wait"])]).await;
    let mut session = open(&peer).await;
    {
        let ada = to(ADA);
        let sending = session.send(outgoing(&ada), None);
        tokio::select! {
            biased;
            _ = sending => panic!("nobody answered"),
            () = tokio::task::yield_now() => {}
        }
    }
    assert!(!session.is_usable());
}

#[tokio::test]
async fn chunks_are_judged_like_messages() {
    let offer = "S 250-PIPELINING\nS 250 CHUNKING";
    let envelope = "C MAIL FROM:<bounce@news.example>\nC RCPT TO:<ada@example.org>\nC BDAT 18 LAST\n\
                    C Subject: x\nC \nC hi";
    let cases: &[(&str, &str, bool)] = &[
        ("S 250 a\nS 250 b\nS 250 c", "accepted 250", true),
        ("S 250 a\nS 550 5.1.1 x\nS 503 x", "refused rcpt 550", true),
        ("S 250 a\nS 450 4.2.0 x\nS 554 x", "deferred rcpt 450", true),
        ("S 550 5.7.1 x\nS 503 x\nS 503 x", "not sent mail 550", true),
        ("S 421 4.3.2 x\nclose", "not sent mail 421", false),
        ("S 250 a\nS 421 4.3.2 x\nclose", "not sent rcpt 421", false),
        ("S 250 a\nS 550 5.1.1 x\nclose", "refused rcpt 550", false),
        (
            "S 250 a\nS 250 b\nS 421 4.3.2 x\nclose",
            "deferred message 421",
            false,
        ),
        (
            "S 250 a\nS 250 b\nS 554 5.6.0 x",
            "refused message 554",
            true,
        ),
        ("S 250 a\nS 250 b\nclose", "unknown 0", false),
        ("S 250 a\nclose", "unknown 0", false),
        ("close", "unknown 0", false),
    ];
    for (replies, expected, is_usable) in cases {
        let result = send(offer, &[envelope, replies]).await;
        assert_eq!(result, ((*expected).to_owned(), *is_usable), "{replies}");
    }
}
