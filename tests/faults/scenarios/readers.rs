//! Readers who leave while their mail is on its way, schedulers in a crowd, and clocks that are wrong.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{SERVE, finish, stop};
use crate::chance::Chance;
use crate::checker::{Ack, Bounds};
use crate::client::{Client, tokens};
use crate::report::Outcome;
use crate::sink::ledger::now_micros;
use crate::sink::rules::Rules;
use crate::world::{Context, PATIENCE, World};

/// How many readers leave at the same time.
const HANDS: usize = 6;

/// F-32: readers leave through HTTP, half of them just ahead of the send front.
pub(super) async fn unsubscribes(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, leaving, workers) = context
        .settings
        .size
        .of((1_500, 300, 2), (10_000, 2_000, 4));
    let mut world = World::new(context, fault, seed, slow_mail()).await;
    world.edition(&[("ok", messages)]).await;
    let mut server = world.program.start(&SERVE);
    let client = Client::of(&mut server).await;
    let workers = world.workers(workers);
    world.accepted(20).await;
    let left = leave(&mut world, &client, leaving).await;
    world.done().await;
    stop(&mut world, workers).await;
    server.stop(Duration::from_mins(1)).await;
    let mut outcome = finish(context, world, fault, 0, &strict());
    outcome.demand(
        outcome.verdict.acks == left,
        "an unsubscribe was not answered with 200",
    );
    let cancelled = outcome
        .verdict
        .states
        .get("cancelled")
        .copied()
        .unwrap_or_default();
    outcome.demand(cancelled > 0, "nobody left in time");
    let latest = outcome.verdict.latest_micros;
    outcome.number("latest_begin_after_ack_us", latest)
}

/// Lets so many readers leave while the edition is sent, some at once; how many asked.
async fn leave(world: &mut World, client: &Client, leaving: usize) -> usize {
    let mut tokens: BTreeMap<String, String> = tokens(&world.database).into_iter().collect();
    let mut chance = Chance::new(world.seed);
    let acks = Arc::new(Mutex::new(Vec::new()));
    let mut asking = JoinSet::new();
    let mut left = 0;
    while left < leaving && !world.look(&["done"]) {
        for id in next(world, &mut chance, &tokens) {
            let Some(token) = tokens.remove(&id) else {
                continue;
            };
            left += 1;
            let (client, acks) = (client.clone(), Arc::clone(&acks));
            asking.spawn(async move {
                if client.unsubscribe(&token).await == 200 {
                    let t = now_micros();
                    acks.lock().unwrap().push(Ack {
                        t,
                        subscription: id,
                    });
                }
            });
            if asking.len() >= HANDS {
                asking.join_next().await;
            }
        }
    }
    asking.join_all().await;
    world.facts.acks = std::mem::take(&mut *acks.lock().unwrap());
    left
}

fn slow_mail() -> Rules {
    Rules {
        delay: Duration::from_millis(6),
        ..Rules::default()
    }
}

/// No reply is lost here, so nothing is unknown.
fn strict() -> Bounds {
    Bounds {
        most_unknown: 0,
        ..Bounds::default()
    }
}

/// Who leaves now: some who are next, and some from anywhere.
fn next(world: &World, chance: &mut Chance, tokens: &BTreeMap<String, String>) -> Vec<String> {
    let mut ids = world.database.front();
    ids.retain(|_| chance.below(3) == 0);
    let anywhere = tokens.keys().nth(chance.below(tokens.len()));
    ids.extend(anywhere.cloned());
    ids
}

/// F-33: addresses are blocked while mails are under way.
pub(super) async fn suppressions(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, blocked) = context.settings.size.of((1_200, 200), (10_000, 2_000));
    let slow = Rules {
        delay: Duration::from_millis(6),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, slow).await;
    world.edition(&[("ok", messages)]).await;
    let workers = world.workers(2);
    world.accepted(20).await;
    let mut chance = Chance::new(seed);
    let mut done = 0;
    while done < blocked && !world.look(&["done"]) {
        let mut ids = world.database.front();
        ids.retain(|_| chance.below(4) == 0);
        for id in ids {
            world.database.suppress(&id);
            world.acked(&id);
            done += 1;
        }
    }
    world.done().await;
    stop(&mut world, workers).await;
    let outcome = finish(
        context,
        world,
        fault,
        0,
        &Bounds {
            most_unknown: 0,
            ..Bounds::default()
        },
    );
    outcome.number("suppressions", u64::try_from(done).unwrap())
}

/// F-23: several schedulers at once, and as many workers.
pub(super) async fn many_schedulers(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (newsletters, starts) = context.settings.size.of((3, 3), (20, 4));
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    for number in 0..newsletters {
        let slug = format!("letter-{number}");
        world.database.newsletter(&slug);
        world
            .database
            .readers_from(&slug, &[("ok", 100)], number * 100 + 1);
        let mut schedulers: Vec<_> = (0..starts)
            .map(|_| world.program.start(&["editions", "run-due"]))
            .collect();
        for scheduler in &mut schedulers {
            let status = scheduler.ended(Duration::from_mins(1)).await;
            assert!(status.success(), "{}", scheduler.said());
        }
    }
    let workers = world.workers(4);
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        editions: newsletters,
        most_unknown: 0,
        ..Bounds::default()
    };
    finish(context, world, fault, 0, &bounds)
        .number("starts", u64::try_from(newsletters * starts).unwrap())
}

/// Where Debian has libfaketime.
const FAKETIME: &str = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

/// F-25: workers whose clocks are hours and days wrong, in both directions; the database's is right.
pub(super) async fn clock(context: &Context, fault: &str, seed: u64) -> Outcome {
    if !Path::new(FAKETIME).exists() {
        return Outcome::left_out(fault, seed, "libfaketime is not installed");
    }
    let messages = context.settings.size.of(600, 3_000);
    let slow = Rules {
        delay: Duration::from_millis(4),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, slow).await;
    world.edition(&[("ok", messages)]).await;
    let skewed = world
        .program
        .with("LD_PRELOAD", FAKETIME)
        .with("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let mut workers = world.workers(1);
    for (round, skew) in ["-1h", "+1h", "-1d", "+1d"].into_iter().enumerate() {
        world
            .accepted(u64::try_from(messages * (round + 1) / 6).unwrap())
            .await;
        let skewed = skewed.with("FAKETIME", skew);
        skewed.run(&["editions", "run-due"]).await;
        workers.push(skewed.start(&["worker"]));
        sleep(Duration::from_millis(200)).await;
        world.look(&[]);
    }
    world.ended(&["done"], PATIENCE).await;
    stop(&mut world, workers).await;
    finish(
        context,
        world,
        fault,
        0,
        &Bounds {
            most_unknown: 0,
            ..Bounds::default()
        },
    )
}
