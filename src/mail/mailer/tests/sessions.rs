//! Renewing sessions before their relay does, and bearing that it was faster.

use super::*;

const HELLO: &str = "S 220 mx\nC EHLO news.example\nS 250-mx\nS 250 PIPELINING";
const MAIL: &str = "C MAIL FROM:<bounce@news.example>\nC RCPT TO:<ada@example.org>\nC DATA";
const SENT: &str = "S 250 a\nS 250 b\nS 354 c\nC Subject: x\nC \nC hi\nC .\nS 250 d";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_are_renewed_before_the_limit_of_the_server() {
    for messages_per_connection in [20, 21] {
        // With 21 the server is faster than we are, and the message takes a new session without anybody noticing.
        let server = Server::start(Script::default().with_messages_per_connection(20)).await;
        let relay = Relay {
            messages_per_connection,
            ..server.relay()
        };
        let mailer = mailer(vec![relay], 4);
        assert_eq!(send_many(&mailer, 3, 300).await, 300);
        let mails = server.outbox.list(None, None, 1_000);
        let mut readers: Vec<_> = mails
            .iter()
            .map(|mail| mail.recipients[0].clone())
            .collect();
        readers.sort();
        readers.dedup();
        assert_eq!((mails.len(), readers.len()), (300, 300), "each once");
        assert_eq!(mailer.health()[0].consecutive_failures, 0);
    }
}

#[tokio::test]
async fn the_last_message_of_a_session_has_no_envelope_behind_it() {
    let server = Server::start(Script::default()).await;
    let relay = Relay {
        messages_per_connection: 2,
        ..server.relay()
    };
    let mailer = mailer(vec![relay], 2);
    let mut lane = bulk(&mailer).await;
    assert!(lane.may_pipeline() && lane.is_usable());
    assert!(is_accepted(&send(&mut lane, "ada@example.org").await));
    assert!(!lane.may_pipeline() && lane.is_usable());
    let (bob, eve) = (to("bob@example.org"), to("eve@example.org"));
    let message = Outgoing {
        envelope: &bob,
        bytes: BODY,
    };
    // Asked for all the same, it is left out.
    assert!(is_accepted(&lane.send(message, Some(&eve)).await));
    assert!(!lane.is_usable());
    lane.park().await;
    assert_eq!(mailer.health()[0].open_connections, 0);
}

#[tokio::test]
async fn an_old_session_is_not_used_again() {
    let server = Server::start(Script::default()).await;
    let relay = Relay {
        connection_age: Duration::ZERO,
        ..server.relay()
    };
    let mailer = mailer(vec![relay], 2);
    let none = tokio::time::timeout(Duration::from_millis(200), mailer.lane(Urgency::Bulk)).await;
    assert!(
        none.is_err(),
        "a session that is born too old is given to nobody"
    );
}

#[tokio::test]
async fn a_session_that_ended_while_idle_is_replaced_without_notice() {
    for end in ["S 421 4.4.2 idle too long\nclose", "close", "reset"] {
        // The end is seen before, or only with the envelope.
        for gone in [end.to_owned(), format!("{MAIL}\n{end}")] {
            let first = [HELLO, MAIL, SENT, &gone].join("\n");
            let second = [HELLO, MAIL, SENT].join("\n");
            let peer = Peer::start(&[&first, &second]).await;
            let mailer = mailer(vec![peer.relay()], 2);
            let mut lane = bulk(&mailer).await;
            assert!(is_accepted(&send(&mut lane, "ada@example.org").await));
            lane.park().await;
            let mut lane = bulk(&mailer).await;
            let outcome = send(&mut lane, "ada@example.org").await;
            assert!(is_accepted(&outcome), "{gone}: {outcome:?}");
            drop((lane, mailer));
            peer.rests().await;
        }
    }
}

#[tokio::test]
async fn a_new_session_that_ends_at_once_is_reported() {
    let ends = [HELLO, MAIL, "S 421 4.3.2 bye\nclose"].join("\n");
    let peer = Peer::start(&[&ends]).await;
    let mailer = mailer(vec![peer.relay()], 2);
    let mut lane = bulk(&mailer).await;
    let outcome = send(&mut lane, "ada@example.org").await;
    assert_eq!(
        outcome,
        SendOutcome::NotSent(Phase::Mail, SmtpReply::new(421, "4.3.2 bye"))
    );
    assert!(!lane.is_usable());
    lane.park().await;
    let health = &mailer.health()[0];
    assert!(!health.is_available && health.consecutive_failures == 1);
    peer.rests().await;
}

#[tokio::test]
async fn a_lane_that_is_dropped_frees_its_place_and_keeps_a_sound_session() {
    let server = Server::start(Script::default()).await;
    let mailer = mailer(vec![server.relay()], 1);
    for _ in 0..3 {
        let mut lane = bulk(&mailer).await;
        assert!(is_accepted(&send(&mut lane, "ada@example.org").await));
        drop(lane);
        assert_eq!(mailer.health()[0].open_connections, 1);
    }
    // A caller that leaves while it waits loses nothing either.
    let held = bulk(&mailer).await;
    {
        let waiting = mailer.lane(Urgency::Bulk);
        tokio::pin!(waiting);
        assert!(still_waits(waiting.as_mut()).await);
        drop(held);
    }
    let mut lane = bulk(&mailer).await;
    assert!(is_accepted(&send(&mut lane, "ada@example.org").await));
    lane.park().await;
    mailer.close_idle().await;
    assert_eq!(mailer.health()[0].open_connections, 0);
    assert_eq!(server.outbox.count(), 4);
}
