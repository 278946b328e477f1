//! Replies that are no, not now, late, or never come.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{finish, stop};
use crate::checker::Bounds;
use crate::report::Outcome;
use crate::sink::rules::{Phase, Rules};
use crate::world::{Context, PATIENCE, World};

fn strict() -> Bounds {
    Bounds {
        most_unknown: 0,
        ..Bounds::default()
    }
}

/// Waits for the end while what was put off is tried again soon.
async fn hurried(world: &mut World) {
    let begin = Instant::now();
    while !world.look(&["done"]) && begin.elapsed() < PATIENCE {
        world.database.hurry();
        sleep(Duration::from_millis(300)).await;
    }
}

/// F-11: 421 in each phase in turn, in one of ten passes.
pub(super) async fn closing(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(600, 6_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world
        .edition(&[
            ("ok", messages),
            ("t421", messages / 50),
            ("d421", messages / 50),
        ])
        .await;
    let workers = world.workers(1);
    let phases = [
        Phase::Banner,
        Phase::Mail,
        Phase::Rcpt,
        Phase::Data,
        Phase::Dot,
    ];
    for (round, phase) in phases.into_iter().enumerate() {
        world
            .sink
            .change(|rules| rules.refusal = Some((phase, "421 4.3.2 Service shutting down", 10)));
        let wanted = u64::try_from(messages * (round + 1) / 7).unwrap();
        let begin = Instant::now();
        while world.sink.count(Phase::Kept) < wanted && begin.elapsed() < Duration::from_secs(30) {
            world.database.hurry();
            sleep(Duration::from_millis(200)).await;
        }
    }
    world.sink.change(|rules| rules.refusal = None);
    hurried(&mut world).await;
    stop(&mut world, workers).await;
    finish(context, world, fault, 0, &strict())
}

/// F-12: not now, for a while or for ever; others do not wait.
pub(super) async fn greylisting(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(500, 10_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    let tenth = messages / 10;
    world
        .edition(&[
            ("ok", messages),
            ("greylist3", tenth),
            ("t450", 20),
            ("t452", 20),
            ("d451", 20),
            ("never4", 10),
        ])
        .await;
    let workers = world.workers(1);
    world.accepted(u64::try_from(messages).unwrap()).await;
    let begin = Instant::now();
    let all = u64::try_from(messages + tenth + 60).unwrap();
    while world.sink.count(Phase::Kept) < all && begin.elapsed() < PATIENCE {
        world.database.hurry();
        sleep(Duration::from_millis(300)).await;
    }
    world.database.expire_in(Duration::ZERO);
    world.database.hurry();
    world.done().await;
    stop(&mut world, workers).await;
    finish(
        context,
        world,
        fault,
        0,
        &strict().end("never4", &["expired"]),
    )
}

/// F-13: no, for good. Too few policy refusals to hold the edition.
pub(super) async fn refusals(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(600, 10_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    let unknown = messages / 50;
    world
        .edition(&[
            ("ok", messages),
            ("r550-511", unknown),
            ("r552", 10),
            ("r550-571", 3),
        ])
        .await;
    let workers = world.workers(1);
    let begin = Instant::now();
    while !world.look(&["done", "paused"]) && begin.elapsed() < PATIENCE {
        world.database.hurry();
        sleep(Duration::from_millis(300)).await;
    }
    stop(&mut world, workers).await;
    let suppressed = world
        .database
        .count("SELECT count(*) AS count FROM suppressions");
    let bounds = strict()
        .end("r550-511", &["bounced"])
        .end("r552", &["bounced", "expired"])
        .end("r550-571", &["bounced"]);
    let mut outcome = finish(context, world, fault, 0, &bounds);
    let wanted = u64::try_from(unknown).unwrap();
    outcome.demand(
        suppressed == wanted,
        &format!("{suppressed} addresses suppressed, not {wanted}"),
    );
    outcome
}

/// F-14: the connection ends in the middle of a message.
pub(super) async fn dropped_data(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(600, 6_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world
        .edition(&[("ok", messages), ("drop-data", messages / 10)])
        .await;
    let workers = world.workers(1);
    hurried(&mut world).await;
    stop(&mut world, workers).await;
    // A short message is out with its dot before the connection ends, so the program cannot know better; but nobody
    // gets two.
    let bounds = Bounds {
        most_unknown: messages / 10,
        ..Bounds::default()
    };
    finish(context, world, fault, 0, &bounds)
}

/// F-15: the message is kept and the reply lost; one identical copy follows.
pub(super) async fn retry_once(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(600, 5_000);
    let lost = messages / 10;
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world
        .edition(&[("ok", messages), ("drop-dot", lost), ("drop-dots", 10)])
        .await;
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        most_unknown: lost + 2 * 10,
        ..Bounds::default()
    }
    .end("drop-dots", &["unknown"]);
    let mut outcome = finish(context, world, fault, 0, &bounds);
    let copies = outcome.verdict.duplicates;
    outcome.demand(
        copies == lost + 10,
        &format!("{copies} copies for {} lost replies", lost + 10),
    );
    outcome
}

/// F-15 with the policy that leaves the decision to the operator.
pub(super) async fn hold(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(300, 3_000);
    let lost = messages / 10;
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world.edition(&[("ok", messages), ("drop-dot", lost)]).await;
    world.database.unknown_policy("hold");
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        holds_unknown: true,
        most_unknown: lost,
        ..Bounds::default()
    };
    let mut outcome = finish(
        context,
        world,
        fault,
        0,
        &bounds.end("drop-dot", &["unknown"]),
    );
    let copies = outcome.verdict.duplicates;
    outcome.demand(
        copies == 0,
        &format!("{copies} copies although the operator was to decide"),
    );
    outcome
}

/// F-16: a reply that is late, and one that never comes.
pub(super) async fn late(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(200, 2_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world
        .edition(&[
            ("ok", messages),
            ("slow250-5", 2),
            ("slow250-55", 1),
            ("hang-dot", 1),
        ])
        .await;
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        most_unknown: 1,
        ..Bounds::default()
    };
    let mut outcome = finish(context, world, fault, 0, &bounds);
    let copies = outcome.verdict.duplicates;
    outcome.demand(copies == 1, &format!("{copies} copies for one lost reply"));
    outcome
}
