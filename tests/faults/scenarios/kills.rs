//! Workers that are killed, frozen, and stopped in order.

use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use tokio::time::sleep;

use super::{finish, stop};
use crate::chance::Chance;
use crate::checker::Bounds;
use crate::report::Outcome;
use crate::sink::rules::{Phase, Rules};
use crate::world::{Context, LEASE, WINDOW, World};

/// Where in a conversation a kill is aimed at.
const PHASES: [Phase; 6] = [
    Phase::Mail,
    Phase::Rcpt,
    Phase::Body,
    Phase::Dot,
    Phase::Kept,
    Phase::Answered,
];

fn slow_enough() -> Rules {
    Rules {
        delay: Duration::from_millis(3),
        ..Rules::default()
    }
}

/// F-1: `kill -9`, half of them when all conversations are in one phase, half of them at any time.
pub(super) async fn random(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, kills) = context.settings.size.of((1_500, 10), (4_000, 20));
    let mut world = World::new(context, fault, seed, slow_enough()).await;
    world.edition(&[("ok", messages)]).await;
    let mut workers = world.workers(2);
    let mut chance = Chance::new(seed);
    // What dead workers had under way comes late, so the kills end before the rest does.
    let last = messages - messages / 10 - kills * WINDOW;
    for kill in 0..kills {
        let progress = (last * kill) / kills + chance.below(last / kills);
        world.accepted(u64::try_from(progress + 1).unwrap()).await;
        if kill % 2 == 0 {
            aim(&world, &mut chance).await;
        } else {
            sleep(Duration::from_micros(
                u64::try_from(chance.below(20_000)).unwrap(),
            ))
            .await;
        }
        let victim = chance.below(workers.len());
        world.weigh(&mut workers[victim]);
        workers[victim].cut_off();
        world.sink.change(|rules| rules.stall = None);
        workers[victim] = world.worker();
        world.look(&[]);
    }
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        extra_copies: kills * WINDOW,
        ..Bounds::default()
    };
    finish(context, world, fault, kills, &bounds)
}

/// Returns when a conversation is in some phase, and all others wait there too.
async fn aim(world: &World, chance: &mut Chance) {
    let phase = *chance.pick(&PHASES);
    world
        .sink
        .change(|rules| rules.stall = Some((phase, Duration::from_millis(100), 1)));
    let passes = world.sink.count(phase) + 1 + u64::try_from(chance.below(8)).unwrap();
    // At the end of an edition there may not be so many; then it is a kill at any time.
    world
        .sink
        .reaches(phase, passes, Duration::from_secs(2))
        .await;
}

/// F-24: a worker sleeps until its lease is over, and wakes up in the middle of its work.
pub(super) async fn zombie(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, stops, pause) = context
        .settings
        .size
        .of((1_000, 2, LEASE * 3), (4_000, 4, Duration::from_secs(100)));
    let mut world = World::new(context, fault, seed, slow_enough()).await;
    world.edition(&[("ok", messages)]).await;
    let mut chance = Chance::new(seed);
    let mut workers = world.workers(2);
    for round in 0..stops {
        let progress = messages * (round + 1) / (stops * 3) + chance.below(50);
        world.accepted(u64::try_from(progress).unwrap()).await;
        let sleeper = chance.below(workers.len());
        workers[sleeper].signal(Signal::SIGSTOP);
        let begin = Instant::now();
        while begin.elapsed() < pause {
            world.look(&[]);
            sleep(Duration::from_millis(200)).await;
        }
        workers[sleeper].signal(Signal::SIGCONT);
    }
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        // One on each connection: the conversation that was under way. The rest of the window is fenced off.
        extra_copies: stops * 4,
        ..Bounds::default()
    };
    finish(context, world, fault, 0, &bounds)
}

/// F-42: workers are replaced one after the other, and nobody notices.
pub(super) async fn rolling_restart(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, restarts) = context.settings.size.of((1_000, 6), (6_000, 20));
    let mut world = World::new(context, fault, seed, slow_enough()).await;
    world.edition(&[("ok", messages)]).await;
    let mut chance = Chance::new(seed);
    let mut workers = world.workers(2);
    let (mut longest, mut all_well) = (Duration::ZERO, true);
    for round in 0..restarts {
        let progress =
            messages * (round + 1) / (restarts + 1) - chance.below(messages / restarts / 2);
        world.accepted(u64::try_from(progress).unwrap()).await;
        let mut old = std::mem::replace(&mut workers[round % 2], world.worker());
        world.weigh(&mut old);
        let (time, is_well) = old.stop(Duration::from_mins(1)).await;
        (longest, all_well) = (longest.max(time), all_well && is_well);
    }
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        most_unknown: 0,
        ..Bounds::default()
    };
    let mut outcome = finish(context, world, fault, 0, &bounds);
    outcome.demand(
        longest <= Duration::from_secs(30),
        &format!("a drain took {longest:?}"),
    );
    outcome.demand(all_well, "a worker that was asked to stop ended badly");
    outcome
        .number("restarts", u64::try_from(restarts).unwrap())
        .number(
            "longest_drain_ms",
            u64::try_from(longest.as_millis()).unwrap(),
        )
}
