//! The fault matrix: the built program, killed, cut off and lied to, and a checker that reads what is left behind.
//! `docs/faults.md` says what it proves and how to read it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where its preparation fails; clippy knows that of test functions, not of their support"
)]

mod chance;
mod checker;
mod client;
mod postgres;
mod program;
mod proxy;
mod report;
mod scenarios;
mod settings;
mod sink;
mod tables;
mod world;

use std::sync::Arc;
use std::time::Instant;

use report::Outcome;
use settings::{Settings, Size};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use world::Context;

/// How many scenarios run at once: most of their time is waiting for leases and timeouts to run out.
const AT_ONCE: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 6)]
async fn no_fault_of_the_matrix_breaks_a_promise() {
    let begin = Instant::now();
    let settings = Settings::of_process();
    let folder = settings.results.clone();
    let postgres = tokio::task::block_in_place(postgres::Postgres::start);
    let context = Arc::new(Context {
        settings,
        postgres: Arc::new(postgres),
    });
    let outcomes = run(&context).await;
    let table = report::report(&outcomes, &folder, begin.elapsed().as_secs());
    eprintln!("\n{table}\n{} seconds", begin.elapsed().as_secs());
    let failed: Vec<&Outcome> = outcomes
        .iter()
        .filter(|it| !it.complaints().is_empty())
        .collect();
    for outcome in &failed {
        eprintln!(
            "\n{} with TIDINGS_FAULT_SEED={}:",
            outcome.fault, outcome.seed
        );
        for line in outcome.complaints() {
            eprintln!("  {line}");
        }
    }
    assert!(failed.is_empty(), "{} runs broke a promise", failed.len());
}

/// Runs everything that was asked for, some of it at once.
async fn run(context: &Arc<Context>) -> Vec<Outcome> {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut runs = JoinSet::new();
    for scenario in scenarios::ALL {
        let settings = &context.settings;
        if !settings.wants(scenario.fault) {
            continue;
        }
        let count = settings.size.of(scenario.seeds.0, scenario.seeds.1);
        for seed in settings.seeds(count) {
            let (context, places) = (Arc::clone(context), Arc::clone(&places));
            let (fault, run) = (scenario.fault, scenario.run);
            runs.spawn(async move {
                let place = places.acquire_owned().await.unwrap();
                let begin = Instant::now();
                let is_full = context.settings.size == Size::Full;
                // A panic is a finding too, and must not end the others.
                let mut outcome =
                    tokio::spawn(run(context, seed))
                        .await
                        .unwrap_or_else(|panicked| Outcome {
                            failures: vec![format!("stopped: {panicked}")],
                            fault: fault.to_owned(),
                            seed,
                            ..Outcome::default()
                        });
                outcome.seconds = begin.elapsed().as_secs();
                let result = if outcome.complaints().is_empty() {
                    "ok"
                } else {
                    "FAILED"
                };
                if is_full || result != "ok" {
                    eprintln!(
                        "{fault} seed {seed}: {result} after {} s",
                        begin.elapsed().as_secs()
                    );
                }
                drop(place);
                outcome
            });
        }
    }
    runs.join_all().await
}
