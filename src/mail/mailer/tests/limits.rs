//! How many sessions there are: places, express callers, and servers that bear fewer than we want.

use std::sync::atomic::AtomicUsize;

use super::*;

#[tokio::test]
async fn express_callers_have_a_place_and_go_first() {
    let server = Server::start(Script::default()).await;
    let mailer = mailer(vec![server.relay()], 3);
    assert_eq!(mailer.capacity(), 3);
    let (first, second) = (bulk(&mailer).await, bulk(&mailer).await);
    let third = mailer.lane(Urgency::Bulk);
    tokio::pin!(third);
    assert!(still_waits(third.as_mut()).await, "the last place is kept");
    let express = mailer.lane(Urgency::Express).await.ok().unwrap();
    let waiting = mailer.lane(Urgency::Express);
    tokio::pin!(waiting);
    assert!(still_waits(waiting.as_mut()).await);
    first.park().await;
    let overtaking = waiting.await.ok().unwrap();
    assert!(still_waits(third.as_mut()).await, "overtaken");
    express.park().await;
    assert!(third.await.is_ok());
    drop((second, overtaking));
}

#[tokio::test]
async fn a_relay_with_one_place_shares_it() {
    let server = Server::start(Script::default()).await;
    let relay = Relay {
        connections: Some(1),
        ..server.relay()
    };
    let mailer = mailer(vec![relay], 8);
    assert_eq!(mailer.capacity(), 1);
    let held = bulk(&mailer).await;
    let (next, express) = (mailer.lane(Urgency::Bulk), mailer.lane(Urgency::Express));
    tokio::pin!(next, express);
    assert!(still_waits(next.as_mut()).await && still_waits(express.as_mut()).await);
    held.park().await;
    assert!(still_waits(next.as_mut()).await);
    let express = express.await.ok().unwrap();
    express.park().await;
    assert!(next.await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_limit_of_the_server_is_found_and_nothing_is_lost() {
    let server = Server::start(Script::default().with_connections(3)).await;
    let mailer = mailer(vec![server.relay()], 10);
    assert_eq!(send_many(&mailer, 10, 3_000).await, 3_000);
    let health = &mailer.health()[0];
    assert!(health.limit <= 3 && health.is_available, "{health:?}");
    assert!(health.open_connections <= 3, "{health:?}");
    assert_eq!(server.outbox.received_total(), 3_000);
    assert_eq!(health.last_error.as_ref().unwrap().1.code(), 421);
}

#[tokio::test]
async fn complaints_in_a_session_halve_what_is_open() {
    let count = Arc::new(AtomicUsize::new(0));
    let mails = Arc::clone(&count);
    let script = Script::default().on_mail(move |_| {
        if mails.fetch_add(1, Ordering::Relaxed) == 4 {
            return crate::mail::smtp_server::Verdict::reply(421, "4.7.0 Too many connections");
        }
        crate::mail::smtp_server::Verdict::Accept
    });
    let server = Server::start(script).await;
    let mailer = mailer(vec![server.relay()], 5);
    let mut lanes = Vec::new();
    for _ in 0..4 {
        let mut lane = bulk(&mailer).await;
        assert!(is_accepted(&send(&mut lane, "ada@example.org").await));
        lanes.push(lane);
    }
    // The fifth mail is told so; its session was used before, so it takes another, and nobody is told anything.
    assert!(is_accepted(&send(&mut lanes[0], "ada@example.org").await));
    assert_eq!(mailer.health()[0].limit, 2);
    let going_on = lanes.iter().filter(|lane| lane.is_usable()).count();
    assert_eq!(going_on, 2, "as many end as there are too many");
    for lane in lanes {
        lane.park().await;
    }
    assert_eq!(mailer.health()[0].open_connections, 2);
}

fn failure(phase: Phase, code: u16) -> OpenFailure {
    OpenFailure {
        phase,
        reply: SmtpReply::new(code, "x"),
    }
}

#[test]
fn waits_double_up_to_a_minute() {
    let relay = Relay::plain("127.0.0.1".to_owned(), 9);
    let mut state = RelayState::new(&relay, 4);
    let now = Instant::now();
    let mut waits = Vec::new();
    for _ in 0..8 {
        state.failed(&failure(Phase::Connect, 0), 0, now, 0.0);
        waits.push(state.retry_in(now).unwrap().as_secs());
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    assert!(!state.is_trial_due(now) && !state.may_open());
    let later = now + Duration::from_mins(1);
    assert!(state.is_trial_due(later));
    state.begin_opening(later);
    assert!(!state.is_trial_due(later), "one trial at a time");
    state.opened();
    assert!(state.is_available() && state.failures() == 0);

    state.failed(&failure(Phase::Auth, 535), 0, now, 0.0);
    assert_eq!(state.retry_in(now).unwrap().as_secs(), 30);
    let mut state = RelayState::new(&relay, 4);
    state.failed(&failure(Phase::Auth, 454), 0, now, 1.0);
    assert_eq!(state.retry_in(now).unwrap().as_millis(), 1_250);
}

#[test]
fn the_limit_rises_slowly_to_what_is_configured() {
    let relay = Relay::plain("127.0.0.1".to_owned(), 9);
    let mut state = RelayState::new(&relay, 4);
    let mut now = Instant::now();
    state.bulk_in_use = 4;
    state.congested(Phase::Mail, &SmtpReply::new(421, "4.7.0 x"), now);
    assert_eq!(state.limit(), 2);
    state.congested(Phase::Mail, &SmtpReply::new(421, "4.7.0 x"), now);
    assert_eq!(state.limit(), 2, "an echo");
    assert!(
        !state.prospers(50, now) && !state.prospers(50, now),
        "too early"
    );
    now += Duration::from_secs(5);
    assert!(state.prospers(50, now));
    assert_eq!(state.limit(), 3);
    for _ in 0..10 {
        assert!(!state.prospers(50, now));
    }
    for _ in 0..10 {
        now += Duration::from_secs(5);
        state.prospers(50, now);
    }
    assert_eq!(state.limit(), 4, "as configured");
    state.congested(Phase::Mail, &SmtpReply::new(432, "4.3.2 x"), now);
    now += Duration::from_mins(1);
    assert!(!state.prospers(49, now), "of two connections");
    assert!(!state.prospers(50, now) && state.prospers(1, now));
}
