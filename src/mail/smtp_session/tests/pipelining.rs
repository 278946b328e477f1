//! Envelopes that go out behind the message before them.

use super::*;

const OK: &str = "S 250 a\nS 250 b\nS 354 c";

#[tokio::test]
async fn the_next_envelope_goes_out_behind_the_dot() {
    let (ada, bob, eve) = (
        lines_to("ada@example.org"),
        lines_to("bob@example.org"),
        lines_to("eve@example.org"),
    );
    // The second envelope is expected before the first dot is answered.
    let parts = [
        &ada,
        OK,
        BODY_LINES,
        &bob,
        "S 250 first",
        OK,
        BODY_LINES,
        &eve,
        "S 250 second",
        // Refused, while the message before it was taken.
        "S 250 a\nS 550 5.1.1 x\nS 503 x",
        "C RSET",
        &ada,
        "S 250 r",
        OK,
        BODY_LINES,
        "S 250 third",
        "C QUIT",
        "S 221 bye",
    ];
    let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
    let mut session = open(&peer).await;
    let (ada, bob, eve) = (
        to("ada@example.org"),
        to("bob@example.org"),
        to("eve@example.org"),
    );
    let first = session.send(outgoing(&ada), Some(&bob)).await;
    assert_eq!(first, SendOutcome::Accepted(SmtpReply::new(250, "first")));
    assert!(session.has_envelope_ahead());
    let second = session.send(outgoing(&bob), Some(&eve)).await;
    assert_eq!(second, SendOutcome::Accepted(SmtpReply::new(250, "second")));
    let refused = session.send(outgoing(&eve), None).await;
    assert_eq!(
        refused,
        SendOutcome::Refused(Phase::Rcpt, SmtpReply::new(550, "5.1.1 x"))
    );
    let third = session.send(outgoing(&ada), None).await;
    assert_eq!(third, SendOutcome::Accepted(SmtpReply::new(250, "third")));
    session.close().await;
    assert_eq!(peer.rests().await, [""]);
}

#[tokio::test]
async fn a_refused_message_leaves_the_next_envelope_alone() {
    let (ada, bob) = (lines_to("ada@example.org"), lines_to("bob@example.org"));
    let parts = [
        &ada,
        OK,
        BODY_LINES,
        &bob,
        "S 451 4.3.0 later",
        OK,
        BODY_LINES,
        "S 250 d",
    ];
    let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
    let mut session = open(&peer).await;
    let (ada, bob) = (to("ada@example.org"), to("bob@example.org"));
    let first = session.send(outgoing(&ada), Some(&bob)).await;
    assert_eq!(
        first,
        SendOutcome::Deferred(Phase::Message, SmtpReply::new(451, "4.3.0 later"))
    );
    let second = session.send(outgoing(&bob), None).await;
    assert!(matches!(second, SendOutcome::Accepted(_)), "{second:?}");
}

#[tokio::test]
async fn without_the_offer_nothing_goes_ahead() {
    let envelope = "C MAIL FROM:<bounce@news.example> SIZE=18\nS 250 a\nC RCPT TO:<ada@example.org>\nS 250 b\nC DATA\nS 354 c";
    let parts = [envelope, BODY_LINES, "S 250 d"];
    let peer = Peer::start(&[&script(STEPWISE, &parts)]).await;
    let mut session = open(&peer).await;
    let (ada, bob) = (to("ada@example.org"), to("bob@example.org"));
    let sent = session.send(outgoing(&ada), Some(&bob)).await;
    assert!(matches!(sent, SendOutcome::Accepted(_)), "{sent:?}");
    assert!(!session.has_envelope_ahead());
    drop(session);
    assert_eq!(peer.rests().await, [""]);
}

#[tokio::test]
async fn an_envelope_that_is_not_followed_never_gets_a_dot() {
    let (ada, bob, eve) = (
        lines_to("ada@example.org"),
        lines_to("bob@example.org"),
        lines_to("eve@example.org"),
    );
    let start = [&ada, OK, BODY_LINES, &bob, "S 250 first"];
    let cases: &[(&str, bool)] = &[
        // The server waits for a message to bob: only the end of the connection prevents one.
        (OK, false),
        ("S 250 a\nS 550 5.1.1 x\nS 503 x\nC RSET", true),
        (
            "S 250 a\nS 550 5.1.1 x\nS 354 x\nC .\nS 554 x\nC RSET",
            true,
        ),
        ("S 550 5.7.1 a\nS 503 x\nS 503 x\nC RSET", true),
        ("S 421 4.3.2 bye\nclose", false),
    ];
    for (abandoned, goes_on) in cases {
        let mut parts = start.to_vec();
        parts.push(abandoned);
        if *goes_on {
            parts.extend([&eve, "S 250 r", OK, BODY_LINES, "S 250 second"]);
        }
        let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
        let mut session = open(&peer).await;
        let (ada, bob, eve) = (
            to("ada@example.org"),
            to("bob@example.org"),
            to("eve@example.org"),
        );
        let first = session.send(outgoing(&ada), Some(&bob)).await;
        assert!(matches!(first, SendOutcome::Accepted(_)), "{first:?}");
        let second = session.send(outgoing(&eve), None).await;
        if *goes_on {
            assert!(matches!(second, SendOutcome::Accepted(_)), "{second:?}");
        } else {
            assert!(
                matches!(second, SendOutcome::NotSent(Phase::Mail, _)),
                "{second:?}"
            );
            assert!(session.was_gone() && !session.is_usable());
        }
        drop(session);
        assert_eq!(peer.rests().await, [""], "{abandoned}");
    }
}

#[tokio::test]
async fn a_farewell_gives_the_envelope_up_first() {
    let (ada, bob) = (lines_to("ada@example.org"), lines_to("bob@example.org"));
    for (abandoned, rest) in [
        (OK, ""),
        ("S 250 a\nS 550 5.1.1 x\nS 503 x\nC QUIT\nS 221 bye", ""),
    ] {
        let parts = [&ada, OK, BODY_LINES, &bob, "S 250 first", abandoned];
        let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
        let mut session = open(&peer).await;
        let (ada, bob) = (to("ada@example.org"), to("bob@example.org"));
        session.send(outgoing(&ada), Some(&bob)).await;
        session.close().await;
        assert_eq!(peer.rests().await, [rest]);
    }
}

#[tokio::test]
async fn what_nobody_asked_for_ends_an_idle_session() {
    for idle in ["S 421 4.4.2 idle for too long", "close", "reset"] {
        let ada = lines_to("ada@example.org");
        let parts = [&ada, OK, BODY_LINES, "S 250 first", idle];
        let peer = Peer::start(&[&script(PIPELINING, &parts)]).await;
        let mut session = open(&peer).await;
        let ada = to("ada@example.org");
        session.send(outgoing(&ada), None).await;
        while !session.wire.has_unasked().await {
            tokio::task::yield_now().await;
        }
        let outcome = session.send(outgoing(&ada), None).await;
        assert!(
            matches!(outcome, SendOutcome::NotSent(Phase::Mail, _)),
            "{idle}"
        );
        assert!(session.was_gone() && !session.is_usable(), "{idle}");
    }
}
