//! A database that is stopped, cut off, slow or busy.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{SERVE, finish, stop};
use crate::chance::Chance;
use crate::checker::Bounds;
use crate::client::Client;
use crate::postgres::{Postgres, Stop};
use crate::proxy::{COMMITTED, Proxy, Toxics, Upstream};
use crate::report::Outcome;
use crate::sink::ledger::{self, now_micros};
use crate::sink::recipient::DOMAIN;
use crate::sink::rules::Rules;
use crate::world::{Context, WINDOW, World};

/// How soon a worker must stop beginning mails once the database is gone.
const SOON: Duration = Duration::from_secs(2);

/// F-4: restarts of the database, in order and as after a crash, and an outage, under mails and sign-ups.
pub(super) async fn restarts(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, rounds, outage) = context.settings.size.of(
        (600, 3, Duration::from_secs(5)),
        (3_000, 5, Duration::from_secs(30)),
    );
    let postgres = Arc::new(tokio::task::block_in_place(Postgres::start));
    let mut world = World::on(context, &postgres, fault, seed, slow_mail(5)).await;
    world.edition(&[("ok", messages)]).await;
    let mut server = world.program.start(&SERVE);
    let client = Client::of(&mut server).await;
    let workers = world.workers(2);
    let mut chance = Chance::new(seed);
    let mut outages = Vec::new();
    let (mut refused, mut slowest) = (0, Duration::ZERO);
    for round in 0..rounds {
        world
            .accepted(u64::try_from(messages * (round + 1) / (rounds + 2)).unwrap())
            .await;
        let how = *chance.pick(&[Stop::Fast, Stop::Immediate]);
        tokio::task::block_in_place(|| postgres.stop(how));
        let gone = now_micros();
        refused += usize::from(client.subscribe("morning", &reader(90_000 + round)).await == 503);
        sleep(if round == 0 {
            outage
        } else {
            SOON + Duration::from_millis(500)
        })
        .await;
        outages.push((gone, now_micros()));
        tokio::task::block_in_place(|| postgres.up());
        slowest = slowest.max(signs_up(&mut world, &client, &reader(round)).await);
    }
    world.done().await;
    wait_for_signups(&world).await;
    stop(&mut world, workers).await;
    server.stop(Duration::from_mins(1)).await;
    let late = begun_within(&world, &outages);
    let bounds = Bounds {
        extra_copies: rounds * 2 * WINDOW,
        ..Bounds::default()
    };
    let mut outcome = finish(context, world, fault, 0, &bounds);
    outcome.demand(
        late == 0,
        &format!("{late} mails begun two seconds after the database was lost"),
    );
    outcome.demand(
        refused == rounds,
        &format!("503 for {refused} of {rounds} sign-ups without a database"),
    );
    outcome.demand(
        slowest < Duration::from_secs(5),
        &format!("the server needed {slowest:?} to recover"),
    );
    outcome.number("restarts", u64::try_from(rounds).unwrap())
}

/// Mails that were begun without a database, later than is allowed.
fn begun_within(world: &World, outages: &[(u64, u64)]) -> usize {
    let soon = u64::try_from(SOON.as_micros()).unwrap();
    let is_late = |t: u64| {
        outages
            .iter()
            .any(|(gone, back)| t > gone + soon && t < *back)
    };
    let events = ledger::read(&world.ledger());
    events
        .iter()
        .filter(|event| event.phase == "mail" && is_late(event.t))
        .count()
}

/// A sink that takes so many milliseconds for a mail.
fn slow_mail(millis: u64) -> Rules {
    Rules {
        delay: Duration::from_millis(millis),
        ..Rules::default()
    }
}

pub(super) fn reader(number: usize) -> String {
    format!("new-{number:07}@{DOMAIN}")
}

/// Signs up as soon as the server lets it; how long that took.
async fn signs_up(world: &mut World, client: &Client, address: &str) -> Duration {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(20) {
        if client.subscribe("morning", address).await == 202 {
            world.facts.signups.push(address.to_owned());
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    begin.elapsed()
}

/// Waits until each acknowledged sign-up has its mail.
async fn wait_for_signups(world: &World) {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_mins(2) {
        let events = ledger::read(&world.ledger());
        let has_mail = |address: &String| {
            events
                .iter()
                .any(|event| event.is_kept && event.rcpt == *address)
        };
        if world.facts.signups.iter().all(has_mail) {
            return;
        }
        sleep(Duration::from_millis(200)).await;
    }
}

/// A world whose programs reach the database through a line with faults.
async fn through_proxy(context: &Context, fault: &str, seed: u64) -> (World, Proxy) {
    let mut world = World::new(
        context,
        fault,
        seed,
        Rules {
            delay: Duration::from_millis(2),
            ..Rules::default()
        },
    )
    .await;
    let proxy = Proxy::start(Upstream::Unix(context.postgres.socket())).await;
    let url = Postgres::url_at(proxy.address().port(), &world.name);
    world.program = world.program.with("DATABASE_URL", &url);
    (world, proxy)
}

/// F-6: the answer to COMMIT is swallowed: was it committed?
pub(super) async fn unknown_commits(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, one_in) = context.settings.size.of((800, 12), (6_000, 8));
    let (mut world, proxy) = through_proxy(context, fault, seed).await;
    world.edition(&[("ok", messages)]).await;
    proxy.set(Toxics {
        cut_on: Some((COMMITTED.to_vec(), one_in)),
        ..Toxics::default()
    });
    let workers = world.workers(2);
    world
        .accepted(u64::try_from(messages * 9 / 10).unwrap())
        .await;
    proxy.set(Toxics::default());
    let cuts = proxy.cuts();
    world.done().await;
    stop(&mut world, workers).await;
    let outcome = finish(context, world, fault, 0, &Bounds::default());
    outcome.number("unknown_commits", cuts)
}

/// F-9: half a second and 20 KB/s, then nothing at all, then all is well.
pub(super) async fn slow(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, time) = context.settings.size.of(
        (400, Duration::from_secs(8)),
        (2_000, Duration::from_mins(2)),
    );
    let (mut world, proxy) = through_proxy(context, fault, seed).await;
    world.edition(&[("ok", messages)]).await;
    let workers = world.workers(2);
    world.accepted(u64::try_from(messages / 10).unwrap()).await;
    proxy.set(Toxics {
        latency: Duration::from_millis(500),
        bandwidth: Some(20_000),
        ..Toxics::default()
    });
    sleep(time).await;
    proxy.set(Toxics {
        is_black_hole: true,
        ..Toxics::default()
    });
    sleep(time / 2).await;
    proxy.set(Toxics::default());
    proxy.cut_all();
    world.done().await;
    stop(&mut world, workers).await;
    let bounds = Bounds {
        extra_copies: 2 * 2 * WINDOW,
        ..Bounds::default()
    };
    finish(context, world, fault, 0, &bounds)
}
