//! F-1 at each point of `src/fault.rs`: exhaustive where `kills::random` is unbiased.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{finish, stop};
use crate::chance::Chance;
use crate::checker::Bounds;
use crate::program::{Process, Program};
use crate::report::Outcome;
use crate::sink::rules::Rules;
use crate::world::{Context, World};

/// Points while an edition is made.
const MAKING: [&str; 3] = ["k1", "k2", "k3"];
/// Points of a worker.
const SENDING: [&str; 13] = [
    "k4", "k5", "k6", "k7", "k8", "k9", "k10", "k11", "k12", "k13", "k14", "k15", "k16",
];
/// Points at which, with a window of one, nothing can be on the way: no copy follows a kill there.
const CLEAN: [&str; 5] = ["k5", "k6", "k7", "k8", "k12"];

/// Every point so many times.
pub(super) async fn all(context: &Context, fault: &str, seed: u64) -> Outcome {
    let Some(path) = context.settings.points.clone() else {
        let why = "needs a build with --features fault-points in TIDINGS_FAULTS_POINTS";
        return Outcome::left_out(fault, seed, why);
    };
    let kills = context.settings.size.of(2, 20);
    let mut sum = making(context, fault, seed, &path, kills).await;
    // A few at once: most of the time is waiting for leases.
    for points in SENDING.chunks(4) {
        let mut runs = Vec::new();
        for point in points {
            runs.push(Box::pin(sending(
                context,
                fault,
                seed,
                &path,
                (point, kills),
            )));
        }
        for outcome in futures_util::future::join_all(runs).await {
            sum = sum.and(outcome);
        }
    }
    sum
}

/// Kills while editions are made: the next start makes the same one.
async fn making(
    context: &Context,
    fault: &str,
    seed: u64,
    path: &std::path::Path,
    kills: usize,
) -> Outcome {
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    let armed = Program {
        path: path.to_owned(),
        ..world.program.clone()
    };
    let mut killed = 0;
    let mut missed = Vec::new();
    for point in MAKING {
        for kill in 0..kills {
            let slug = format!("{point}-{kill}");
            world.database.newsletter(&slug);
            world
                .database
                .readers_from(&slug, &[("ok", 20)], killed * 20 + 1);
            let mut run = armed
                .with("TIDINGS_KILL_AT", &format!("{point}:1"))
                .start(&["editions", "run-due"]);
            let was_killed = !run.ended(Duration::from_mins(1)).await.success();
            world.program.run(&["editions", "run-due"]).await;
            killed += 1;
            if !was_killed {
                missed.push(point);
                break;
            }
        }
    }
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        editions: killed,
        ..Bounds::default()
    };
    let outcome = finish(context, world, fault, killed - missed.len(), &bounds);
    noted(outcome, &missed)
}

/// Kills of workers at one point.
async fn sending(
    context: &Context,
    fault: &str,
    seed: u64,
    path: &std::path::Path,
    (point, kills): (&str, usize),
) -> Outcome {
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world.edition(&[("ok", kills * 60 + 100)]).await;
    let armed = Program {
        path: path.to_owned(),
        ..world.program.clone()
    }
    .with("TIDINGS__DELIVERY__CONNECTIONS", "1")
    .with("TIDINGS__DELIVERY__BATCH_SIZE", "25")
    .with("TIDINGS__DELIVERY__WINDOW", "2")
    .with("TIDINGS__DELIVERY__EXPRESS_WINDOW", "1");
    let mut chance = Chance::new(seed ^ u64::try_from(point.len()).unwrap());
    let mut killed = 0;
    for _ in 0..kills {
        let pass = 1 + chance.below(if point.len() == 2 && point > "k4" {
            20
        } else {
            2
        });
        let mut worker = armed
            .with("TIDINGS_KILL_AT", &format!("{point}:{pass}"))
            .start(&["worker"]);
        if point == "k16" {
            sleep(Duration::from_millis(500)).await;
            worker.stop(Duration::from_mins(1)).await;
        }
        killed += usize::from(was_killed(&mut world, &mut worker).await);
    }
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    let per_kill = usize::from(!CLEAN.contains(&point));
    // A window of two has one place for editions.
    let bounds = Bounds {
        extra_copies: killed * per_kill,
        most_unknown: killed,
        ..Bounds::default()
    };
    let missed = if killed == 0 { vec![point] } else { Vec::new() };
    noted(finish(context, world, fault, killed, &bounds), &missed)
}

/// Waits until the worker has met its point; nothing of it may be left of the edition.
async fn was_killed(world: &mut World, worker: &mut Process) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if worker.has_ended().is_some() {
            return true;
        }
        if world.look(&["done"]) {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    worker.stop(Duration::from_mins(1)).await;
    false
}

fn noted(mut outcome: Outcome, missed: &[&str]) -> Outcome {
    outcome.demand(
        missed.is_empty(),
        &format!("points that nothing passes: {missed:?}"),
    );
    outcome
}
