//! Readers of five rhythms in three languages: fifteen selections, each frozen once, beside one for all.

use std::thread::sleep;
use std::time::Instant;

use diesel::sql_types::BigInt;
use diesel::{Connection as _, PgConnection, QueryableByName, RunQueryDsl, sql_query};

use super::super::program::POLL;
use super::super::{Measurement, Subject};
use super::database::run;
use super::newsroom::Newsroom;
use super::usage;

const READERS: u32 = 100_000;
const ROUNDS: u32 = 5;
/// Three languages, five rhythms.
const SELECTIONS: i64 = 15;

const TIME: Subject = Subject {
    name: "15 selections for 100,000",
    unit: "s",
    reference: "one selection for as many; with the start of the process here and not there",
};
const MEMORY: Subject = Subject {
    name: "peak memory of composing them",
    unit: "MiB",
    reference: "the same for a tenth of the readers",
};

/// `editions run-due` over all of them.
pub(crate) fn measure() -> Vec<Measurement> {
    let mut newsroom = Newsroom::open();
    let rounds = super::setting("TIDINGS_BENCH_ROUNDS").unwrap_or(ROUNDS);
    let (mut times, mut single, mut peaks, mut small) = (vec![], vec![], vec![], vec![]);
    for round in 0..rounds {
        let copy = newsroom.copy(READERS);
        single.push(newsroom.compose(&copy, round.is_multiple_of(2)).seconds);
        newsroom.give_back(&copy);
        let (seconds, peak) = compose(&mut newsroom, READERS);
        times.push(seconds);
        peaks.push(peak);
        small.push(compose(&mut newsroom, READERS / 10).1);
    }
    let mut results = vec![TIME.result(times, single), MEMORY.result(peaks, small)];
    for result in &mut results {
        result.detail = format!("{SELECTIONS} editions were rendered, one for each selection");
    }
    results
}

/// How long it takes, in seconds, and how much memory, in MiB.
fn compose(newsroom: &mut Newsroom, readers: u32) -> (f64, f64) {
    let copy = newsroom.copy(readers);
    let statements = include_str!("../../rhythms.sql");
    let (statements, vacuum) = statements.split_once("VACUUM").unwrap();
    run(&copy.url, statements);
    run(&copy.url, &format!("VACUUM{vacuum}"));
    let began = Instant::now();
    let mut process = newsroom.run_due(&copy);
    let mut peak = 0.0;
    let status = loop {
        if let Some(status) = process.try_wait().unwrap() {
            break status;
        }
        // It may end between the two.
        peak = usage::peak_of(process.id()).unwrap_or(peak);
        sleep(POLL);
    };
    let seconds = began.elapsed().as_secs_f64();
    assert!(status.success(), "{status}");
    let mut conn = PgConnection::establish(&copy.url).unwrap();
    let count = |conn: &mut PgConnection, from: &str| {
        #[derive(QueryableByName)]
        struct Count {
            #[diesel(sql_type = BigInt)]
            rows: i64,
        }
        let query = sql_query(format!("SELECT count(*) AS rows FROM {from}"));
        query.get_result::<Count>(conn).unwrap().rows
    };
    let made = "editions WHERE status = 'delivering' AND recipient_count > 0";
    assert_eq!(count(&mut conn, made), SELECTIONS, "each selection once");
    assert_eq!(count(&mut conn, "edition_deliveries"), i64::from(readers));
    drop(conn);
    newsroom.give_back(&copy);
    (seconds, peak)
}
