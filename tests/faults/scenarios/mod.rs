//! The faults that are injected here, by their number in the matrix of `docs/faults.md`.

mod database;
mod kills;
mod points;
mod readers;
mod relay;
mod replies;
mod server;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::checker::Bounds;
use crate::report::Outcome;
use crate::world::{Context, World};

/// A run of one scenario with one seed.
pub(crate) type Run = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One fault and how often it is injected.
pub(crate) struct Scenario {
    /// Its number in the matrix, and a word when there are several of one number.
    pub(crate) fault: &'static str,
    /// With how many seeds in the short form and in the full one.
    pub(crate) seeds: (usize, usize),
    /// What it does.
    pub(crate) run: fn(Arc<Context>, u64) -> Run,
}

macro_rules! scenarios {
    ($($fault:literal, $short:literal, $full:literal, $run:path;)*) => {
        /// All of them; the ones that take longest come first.
        pub(crate) const ALL: &[Scenario] = &[$(Scenario {
            fault: $fault,
            seeds: ($short, $full),
            run: |context, seed| Box::pin(async move { Box::pin($run(&context, $fault, seed)).await }),
        }),*];
    };
}

scenarios! {
    "F-1 points", 1, 1, points::all;
    "F-4", 1, 10, database::restarts;
    "F-1", 2, 50, kills::random;
    "F-16", 1, 3, replies::late;
    "F-24", 4, 8, kills::zombie;
    "F-19", 1, 3, relay::bad_password;
    "F-6", 1, 5, database::unknown_commits;
    "F-9", 1, 3, database::slow;
    "F-32", 1, 10, readers::unsubscribes;
    "F-33", 1, 3, readers::suppressions;
    "F-42", 1, 5, kills::rolling_restart;
    "F-23", 1, 5, readers::many_schedulers;
    "F-25", 1, 2, readers::clock;
    "F-3", 1, 2, server::resets;
    "F-10", 1, 3, server::exhaustion;
    "F-11", 1, 5, replies::closing;
    "F-12", 1, 3, replies::greylisting;
    "F-13", 1, 3, replies::refusals;
    "F-14", 1, 3, replies::dropped_data;
    "F-15", 1, 5, replies::retry_once;
    "F-15 hold", 1, 3, replies::hold;
    "F-17", 1, 3, relay::tarpit;
    "F-18", 1, 2, relay::bad_tls;
    "F-20", 1, 3, relay::connection_limit;
    "F-21", 1, 2, relay::rate_limit;
    "F-22", 1, 3, relay::messages_per_connection;
}

/// A server that only serves.
const SERVE: [&str; 5] = [
    "serve",
    "--listen",
    "127.0.0.1:0",
    "--no-scheduler",
    "--no-worker",
];

/// Checks the world and sums up; what a broken promise left behind is kept.
fn finish(
    context: &Context,
    mut world: World,
    fault: &str,
    kills: usize,
    bounds: &Bounds,
) -> Outcome {
    let verdict = world.verdict(bounds);
    let mut outcome = Outcome {
        fault: fault.to_owned(),
        seed: world.seed,
        kills,
        takeovers: std::mem::take(&mut world.takeovers),
        ..Outcome::default()
    }
    .number("peak_kib", world.facts.peak_kib);
    let is_broken = !verdict.violations.is_empty();
    outcome.verdict = verdict;
    if is_broken {
        let kept = world.keep();
        let note = format!("see {}", kept.display());
        outcome.failures.push(note);
    }
    std::fs::create_dir_all(&context.settings.results).unwrap();
    outcome
}

/// Stops workers as an operator does; they have nothing to do any more.
async fn stop(world: &mut World, workers: Vec<crate::program::Process>) {
    for mut worker in workers {
        world.weigh(&mut worker);
        worker.stop(Duration::from_mins(1)).await;
    }
}
