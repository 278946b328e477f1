//! Several relays, of which some are down.

use super::*;

/// A server that takes connections and says nothing.
async fn silent_relay() -> (tokio::net::TcpListener, Relay) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, Relay::plain("127.0.0.1".to_owned(), port))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nine_dead_relays_do_not_hold_the_one_that_lives() {
    let server = Server::start(Script::default()).await;
    let mut relays = Vec::new();
    for _ in 0..9 {
        relays.push(dead_relay().await);
    }
    relays.insert(5, server.relay());
    let mailer = mailer(relays, 4);
    let start = Instant::now();
    assert_eq!(send_many(&mailer, 3, 3_000).await, 3_000);
    assert!(
        start.elapsed() < Duration::from_secs(5),
        "{:?}",
        start.elapsed()
    );
    let health = mailer.health();
    assert_eq!(health.iter().filter(|relay| relay.is_available).count(), 1);
    assert_eq!(mailer.capacity(), 4);
    assert_eq!(server.outbox.received_total(), 3_000);
}

#[tokio::test]
async fn a_relay_that_hangs_holds_nobody_for_long() {
    let server = Server::start(Script::default()).await;
    let (_listener, silent) = silent_relay().await;
    let mailer = mailer(vec![silent, server.relay()], 4);
    let start = Instant::now();
    for _ in 0..3 {
        let mut lane = bulk(&mailer).await;
        assert_eq!(lane.relay(), 1);
        assert!(is_accepted(&send(&mut lane, "ada@example.org").await));
        lane.park().await;
    }
    // Its connect timeout is ten seconds.
    assert!(
        start.elapsed() < Duration::from_secs(3),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test]
async fn lanes_are_spread_over_the_relays() {
    let (one, two) = (
        Server::start(Script::default()).await,
        Server::start(Script::default()).await,
    );
    let mailer = mailer(vec![one.relay(), two.relay()], 4);
    assert_eq!((mailer.relay_count(), mailer.capacity()), (2, 8));
    assert_eq!(mailer.relay(1).port, two.relay().port);
    let mut lanes = Vec::new();
    for _ in 0..6 {
        lanes.push(bulk(&mailer).await);
    }
    let on_second = lanes.iter().filter(|lane| lane.relay() == 1).count();
    assert_eq!(on_second, 3);
}

#[tokio::test]
async fn without_any_relay_callers_learn_why_and_when() {
    let dead = dead_relay().await;
    let mailer = mailer(vec![dead.clone()], 4);
    let nobody = mailer.lane(Urgency::Bulk).await.err().unwrap();
    assert_eq!((nobody.phase, nobody.reason.code()), (Phase::Connect, 0));
    assert!(
        nobody.reason.text().starts_with("cannot connect"),
        "{nobody:?}"
    );
    assert!(nobody.retry_in <= Duration::from_millis(1_250));
    let health = &mailer.health()[0];
    assert_eq!(health.name, format!("127.0.0.1:{}", dead.port));
    assert_eq!(
        (health.consecutive_failures, health.open_connections),
        (1, 0)
    );
    assert_eq!(mailer.capacity(), 1);
    // Nobody knocks before the time is over.
    let again = mailer.lane(Urgency::Express).await.err().unwrap();
    assert!(again.retry_in <= nobody.retry_in);
    assert_eq!(mailer.health()[0].consecutive_failures, 1);
}

#[tokio::test]
async fn a_relay_that_comes_back_is_found() {
    let ends = "S 554 5.3.2 no mail today\nclose";
    let opens = "S 220 mx\nC EHLO news.example\nS 250 mx";
    let peer = Peer::start(&[ends, opens]).await;
    let mailer = mailer(vec![peer.relay()], 4);
    let nobody = mailer.lane(Urgency::Bulk).await.err().unwrap();
    assert_eq!(nobody.reason, SmtpReply::new(554, "5.3.2 no mail today"));
    tokio::time::sleep(nobody.retry_in).await;
    drop(bulk(&mailer).await);
    let health = &mailer.health()[0];
    assert!(health.is_available && health.consecutive_failures == 0);
    assert!(health.last_error.is_some(), "it is remembered");
    drop(mailer);
    peer.rests().await;
}

#[tokio::test]
async fn a_mailer_without_relays_has_no_lane() {
    let mailer = mailer(Vec::new(), 4);
    assert_eq!(mailer.relay(0).port, 9);
    assert!(mailer.lane(Urgency::Bulk).await.is_err());
}

/// The relay `server` with this password.
fn with_password(server: &Server, password: &str) -> Relay {
    Relay {
        credentials: Some(("tidings".to_owned(), password.into())),
        ..server.relay()
    }
}

#[tokio::test]
async fn a_password_that_was_refused_is_read_again() {
    let knows = |user: &str, password: &str| {
        if (user, password) == ("tidings", "new") {
            Verdict::Accept
        } else {
            Verdict::Reply {
                code: 535,
                text: "5.7.8 no".to_owned(),
            }
        }
    };
    let server = Server::start(Script::default().on_log_in(knows)).await;
    let file = Arc::new(Mutex::new(vec![with_password(&server, "old")]));
    let source = Arc::clone(&file);
    let mailer = mailer(vec![with_password(&server, "old")], 2)
        .with_log_ins_from(Arc::new(move || Some(source.lock().unwrap().clone())));

    let refused = async || {
        mailer.forgive();
        mailer.lane(Urgency::Bulk).await.err().map(|it| it.phase)
    };
    assert_eq!(refused().await, Some(Phase::Auth));
    assert_eq!(refused().await, Some(Phase::Auth), "nothing was changed");
    let elsewhere = Relay {
        port: 9,
        ..with_password(&server, "new")
    };
    *file.lock().unwrap() = vec![elsewhere];
    assert_eq!(refused().await, Some(Phase::Auth), "that is another server");
    *file.lock().unwrap() = vec![with_password(&server, "new")];
    assert_eq!(refused().await, None);
}
