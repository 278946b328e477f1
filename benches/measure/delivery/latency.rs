//! How long a reader waits for the mail with the link, while an edition goes out and while nothing else does.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use diesel::{Connection as _, PgConnection};
use tokio::time::{interval, timeout};

use super::super::http::Connection;
use super::super::sink::{Settings, Sink};
use super::super::{Measurement, Subject, percentile_ms, time};
use super::database::is_done;
use super::newsroom::{Newsroom, Relay};

/// How many a second the sink takes, as a relay that has its limits.
const PER_SECOND: u32 = 2_000;
/// One sign-up each.
const PAUSE: Duration = Duration::from_millis(100);
const SIGN_UPS: u32 = 80;
/// As many while a million readers get an edition at full speed.
const SIGN_UPS_IN_A_MILLION: u32 = 200;
/// How long a confirmation may take.
const PATIENCE: Duration = Duration::from_mins(1);

const MEDIAN: Subject = Subject {
    name: "confirmation during an edition, p50",
    unit: "ms",
    reference: "the same with nothing else to send; from the answer to the sink's 250",
};
const P95: Subject = Subject {
    name: "confirmation during an edition, p95",
    unit: "ms",
    reference: "the same with nothing else to send",
};

const MEDIAN_IN_A_MILLION: Subject = Subject {
    name: "confirmation during a million, p50",
    unit: "ms",
    reference: "the same with nothing else to send; at full speed",
};
const P95_IN_A_MILLION: Subject = Subject {
    name: "confirmation during a million, p95",
    unit: "ms",
    reference: "the same with nothing else to send",
};

/// While an edition to `readers` goes out as fast as it can.
pub(super) fn in_a_million(newsroom: &mut Newsroom, readers: u32) -> Vec<Measurement> {
    let sink = Sink::start(Settings {
        noted: Some("signup-"),
        ..Settings::default()
    });
    let load = Load {
        readers,
        sign_ups: SIGN_UPS_IN_A_MILLION,
    };
    compare(
        newsroom,
        &sink,
        load,
        [MEDIAN_IN_A_MILLION, P95_IN_A_MILLION],
    )
}

/// What goes on.
#[derive(Clone, Copy)]
struct Load {
    readers: u32,
    sign_ups: u32,
}

/// `per_second` is what the program sends when nobody slows it down; an edition has to last as long as the sign-ups.
pub(super) fn measure(newsroom: &mut Newsroom, per_second: f64) -> Vec<Measurement> {
    let sink = Sink::start(Settings {
        per_second: Some(PER_SECOND),
        noted: Some("signup-"),
        ..Settings::default()
    });
    let seconds = PAUSE.as_secs_f64() * f64::from(SIGN_UPS);
    let rate = per_second.min(f64::from(PER_SECOND));
    let load = Load {
        readers: super::thousands(rate * seconds * 2.0),
        sign_ups: SIGN_UPS,
    };
    compare(newsroom, &sink, load, [MEDIAN, P95])
}

/// Sign-ups while nothing else goes out, and then during an edition.
fn compare(
    newsroom: &mut Newsroom,
    sink: &Sink,
    load: Load,
    [median, p95]: [Subject; 2],
) -> Vec<Measurement> {
    let copy = newsroom.copy(load.readers);
    let server = newsroom.serve(&copy.url, &[]);
    let relay = Relay::plain(sink.address());
    let worker = newsroom.work(&copy, &relay);
    let idle = sign_up(sink, server.address(), "idle", load.sign_ups);
    drop((worker, server));
    newsroom.compose(&copy, true);
    let server = newsroom.serve(&copy.url, &[]);
    let worker = newsroom.work(&copy, &relay);
    let before = sink.messages();
    sink.wait(before + 1);
    let (busy, taken) = time(|| sign_up(sink, server.address(), "busy", load.sign_ups));
    let sent = u32::try_from(sink.messages() - before).unwrap();
    let mut conn = PgConnection::establish(&copy.url).unwrap();
    let detail = format!(
        "{} sign-ups while {:.0} mails a second went out to {} readers{}",
        load.sign_ups,
        f64::from(sent) / taken.as_secs_f64(),
        load.readers,
        if is_done(&mut conn) {
            ", to their end"
        } else {
            ""
        }
    );
    drop((worker, server, conn));
    newsroom.give_back(&copy);
    let mut results = vec![
        median.result(
            vec![percentile_ms(50, busy.clone())],
            vec![percentile_ms(50, idle.clone())],
        ),
        p95.result(vec![percentile_ms(95, busy)], vec![percentile_ms(95, idle)]),
    ];
    for result in &mut results {
        result.detail.clone_from(&detail);
    }
    results
}

/// Signs up one new reader after the other and tells how long after its answer each had a mail.
fn sign_up(sink: &Sink, server: std::net::SocketAddr, name: &str, sign_ups: u32) -> Vec<Duration> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = Connection::open(server).await;
        let mut ticks = interval(PAUSE);
        let mut answered: HashMap<String, Instant> = HashMap::new();
        for number in 0..sign_ups {
            ticks.tick().await;
            let address = format!("signup-{name}-{number}@example.org");
            let body = format!(r#"{{"email":"{address}","newsletters":["morning"]}}"#);
            assert_eq!(connection.post_json("/subscribe", &body).await, 202);
            answered.insert(address, Instant::now());
        }
        let all = timeout(PATIENCE, async {
            loop {
                let noted = sink.noted();
                if answered.keys().all(|address| noted.contains_key(address)) {
                    return noted;
                }
                ticks.tick().await;
            }
        });
        let noted = all
            .await
            .expect("a confirmation did not come within a minute");
        let waits = answered
            .iter()
            .map(|(address, at)| noted[address].saturating_duration_since(*at));
        waits.collect()
    })
}
