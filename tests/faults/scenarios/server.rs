//! Clients of `tidings serve` that hang up, and more of them than it can serve.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::{Duration, Instant};

use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::database::reader;
use super::{SERVE, finish, stop};
use crate::chance::Chance;
use crate::checker::Bounds;
use crate::client::{Client, tokens};
use crate::report::Outcome;
use crate::sink::ledger;
use crate::sink::recipient::DOMAIN;
use crate::sink::rules::Rules;
use crate::world::{Context, World};

/// F-3: clients that hang up in the middle of their request, at any moment.
pub(super) async fn resets(context: &Context, fault: &str, seed: u64) -> Outcome {
    let count = context.settings.size.of(300, 10_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world.edition(&[("ok", 50)]).await;
    let mut server = world.program.start(&SERVE);
    let client = Client::of(&mut server).await;
    let mut chance = Chance::new(seed);
    for (_, token) in tokens(&world.database).iter().cycle().take(count) {
        hang_up(&client, token, &mut chance).await;
    }
    // Readers of whom nobody knows whether they left are told now: the same answer as before.
    for (id, token) in tokens(&world.database) {
        let status = client.unsubscribe(&token).await;
        assert_eq!(status, 200);
        world.acked(&id);
    }
    let is_open =
        "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()
                      AND state LIKE 'idle in transaction%'";
    let open = world.database.count(is_open);
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    let is_up = client.get("/readyz").await == 200;
    server.stop(Duration::from_mins(1)).await;
    // Whether one of the sign-ups got through is left to chance; if it did, there is one mail for all of them.
    world.facts.signups = with_mail(&world, vec![format!("rst-0000001@{DOMAIN}")]);
    let mut outcome = finish(context, world, fault, 0, &Bounds::default());
    outcome.demand(open == 0, "a session sat in a transaction after the resets");
    outcome.demand(is_up, "the server is not ready after the resets");
    outcome.number("resets", u64::try_from(count).unwrap())
}

/// Sends a part of a request, or all of it, waits a moment and resets the connection.
async fn hang_up(client: &Client, token: &str, chance: &mut Chance) {
    let (path, body) = if chance.below(4) == 0 {
        (
            format!("/unsubscribe/{token}"),
            "List-Unsubscribe=One-Click",
        )
    } else {
        (
            "/subscribe".to_owned(),
            "email=rst-0000001%40example.org&newsletters=morning",
        )
    };
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(client.address()).await else {
        return;
    };
    let cut = chance.below(request.len() * 2).min(request.len());
    stream.write_all(&request.as_bytes()[..cut]).await.ok();
    let moment = u64::try_from(chance.below(4_000)).unwrap();
    sleep(Duration::from_micros(moment)).await;
    stream.set_zero_linger().unwrap();
}

/// Those of these addresses that have mail.
fn with_mail(world: &World, mut addresses: Vec<String>) -> Vec<String> {
    let events = ledger::read(&world.ledger());
    let had_mail: BTreeSet<&str> = events
        .iter()
        .filter(|it| it.is_kept)
        .map(|it| it.rcpt.as_str())
        .collect();
    addresses.retain(|address| had_mail.contains(address.as_str()));
    addresses
}

/// What clients saw while every connection was taken.
#[derive(Default)]
struct Seen {
    turned_away: u64,
    slowest: Duration,
    was_dead: bool,
}

/// F-10: every connection waits for a lock; who asks then is told so, soon.
pub(super) async fn exhaustion(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (requests, rounds) = context.settings.size.of((60, 1), (500, 5));
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world.edition(&[("ok", 200)]).await;
    let few = world.program.with("TIDINGS__DATABASE__POOL_SIZE", "3");
    let mut server = few.start(&SERVE);
    let client = Client::of(&mut server).await;
    let mut clients = Seen::default();
    for round in 0..rounds {
        world
            .database
            .run("BEGIN; LOCK TABLE subscribers IN ACCESS EXCLUSIVE MODE");
        crowd(
            &client,
            round * requests..(round + 1) * requests,
            &mut clients,
        )
        .await;
        world.database.run("ROLLBACK");
        let begin = Instant::now();
        while client.get("/readyz").await != 200 && begin.elapsed() < Duration::from_secs(10) {
            sleep(Duration::from_millis(20)).await;
        }
        clients.was_dead |= begin.elapsed() > Duration::from_secs(2);
    }
    let workers = world.workers(1);
    world.done().await;
    stop(&mut world, workers).await;
    server.stop(Duration::from_mins(1)).await;
    world.facts.signups = with_mail(&world, (0..requests * rounds).map(reader).collect());
    let mut outcome = finish(context, world, fault, 0, &Bounds::default());
    outcome.demand(
        !clients.was_dead,
        "the server was not alive, or not ready again within two seconds",
    );
    outcome.demand(clients.turned_away > 0, "nobody was turned away");
    outcome.demand(
        clients.slowest < Duration::from_secs(4),
        &format!("somebody waited {:?} for a no", clients.slowest),
    );
    let slowest = u64::try_from(clients.slowest.as_millis()).unwrap();
    outcome
        .number("turned_away", clients.turned_away)
        .number("slowest_ms", slowest)
}

/// Many sign-ups at once, and a look whether the server is alive meanwhile.
async fn crowd(client: &Client, numbers: Range<usize>, clients: &mut Seen) {
    let mut asked = JoinSet::new();
    for address in numbers.map(reader) {
        let client = client.clone();
        asked.spawn(async move {
            let begin = Instant::now();
            (client.subscribe("morning", &address).await, begin.elapsed())
        });
    }
    sleep(Duration::from_millis(500)).await;
    let live = timeout(Duration::from_secs(1), client.get("/healthz")).await;
    clients.was_dead |= live != Ok(200);
    // Those that hold a connection wait for the lock; all others are turned away.
    while let Ok(Some(answer)) = timeout(Duration::from_secs(4), asked.join_next()).await {
        let (status, time) = answer.unwrap();
        if status == 503 {
            clients.turned_away += 1;
            clients.slowest = clients.slowest.max(time);
        }
    }
    asked.detach_all();
}
