//! A mail server that stalls, does not prove who it is, does not know us, or has limits.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{finish, stop};
use crate::checker::Bounds;
use crate::report::Outcome;
use crate::sink::ledger::{self, Event};
use crate::sink::rules::{Banner, Phase, Rules, Tls};
use crate::sink::{Certificate, Certificates};
use crate::world::{Context, World};

/// The right password.
const PASSWORD: &str = "correct-horse";

/// No reply may be lost here, so nothing is unknown.
fn strict() -> Bounds {
    Bounds {
        most_unknown: 0,
        ..Bounds::default()
    }
}

/// Waits until the sink has turned away so many more connections.
async fn connections(world: &World, count: usize) {
    let begin = Instant::now();
    let seen = |events: Vec<Event>| {
        events
            .iter()
            .filter(|event| event.phase == "connect")
            .count()
    };
    let wanted = seen(ledger::read(&world.ledger())) + count;
    while seen(ledger::read(&world.ledger())) < wanted && begin.elapsed() < Duration::from_secs(8) {
        sleep(Duration::from_millis(50)).await;
    }
}

/// Waits for the end, and lets go of an edition that was paused because the relay refused everything.
async fn done_after_resume(world: &mut World) -> bool {
    world
        .ended(&["done", "paused", "held"], crate::world::PATIENCE)
        .await;
    let was_paused = !world.look(&["done"]);
    if was_paused {
        for edition in world.database.editions().unwrap() {
            world
                .program
                .run(&["editions", "resume", &edition.id])
                .await;
        }
        world.done().await;
    }
    was_paused
}

/// F-17: every connection is tarpitted, in several ways one after the other.
pub(super) async fn tarpit(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(200, 2_000);
    let mut world = World::new(context, fault, seed, Rules::default()).await;
    world.edition(&[("ok", messages)]).await;
    world.sink.change(|rules| rules.banner = Banner::Silent);
    let workers = world.workers(1);
    for banner in [
        Banner::Silent,
        Banner::Drips(Duration::from_millis(300)),
        Banner::Junk,
    ] {
        world.sink.change(|rules| rules.banner = banner);
        connections(&world, 2).await;
    }
    world.sink.change(|rules| rules.banner = Banner::Greets);
    let begin = Instant::now();
    done_after_resume(&mut world).await;
    let time = begin.elapsed();
    stop(&mut world, workers).await;
    finish(context, world, fault, 0, &strict()).number(
        "healed_to_done_ms",
        u64::try_from(time.as_millis()).unwrap(),
    )
}

/// F-18: a relay without the right certificate gets neither a mail nor a password.
pub(super) async fn bad_tls(context: &Context, fault: &str, seed: u64) -> Outcome {
    let certificates = Certificates::new();
    let rules = Rules {
        password: Some(PASSWORD.to_owned()),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, rules).await;
    let authority = certificates.write_authority(&world.folder());
    let port = world.sink.address().port();
    // STARTTLS and TLS from the first byte take turns.
    let (url, tls): (_, fn(_) -> Tls) = if seed.is_multiple_of(2) {
        (
            format!("smtps://tidings:{PASSWORD}@localhost:{port}"),
            Tls::Implicit,
        )
    } else {
        (
            format!("smtp://tidings:{PASSWORD}@localhost:{port}?tls=required"),
            Tls::OnRequest,
        )
    };
    world.program = world
        .program
        .with("SMTP_URL", &url)
        .with("SSL_CERT_FILE", authority.to_str().unwrap());
    world.edition(&[("ok", 60)]).await;
    // It meets a server without TLS first.
    let workers = world.workers(1);
    let bad = [
        Certificate::Expired,
        Certificate::WrongHost,
        Certificate::SelfSigned,
    ];
    let bad = bad.map(|kind| tls(certificates.server(kind)));
    for tls in bad.into_iter().chain([Tls::None, Tls::Stall]) {
        world.sink.change(|rules| rules.tls = tls);
        connections(&world, context.settings.size.of(1, 3)).await;
    }
    let before = ledger::read(&world.ledger());
    let told = before
        .iter()
        .filter(|event| ["auth", "mail", "rcpt"].contains(&event.phase.as_str()))
        .count();
    world
        .sink
        .change(|rules| rules.tls = tls(certificates.server(Certificate::Good)));
    done_after_resume(&mut world).await;
    stop(&mut world, workers).await;
    let plain = ledger::read(&world.ledger())
        .iter()
        .filter(|event| event.phase != "connect" && !event.is_secure)
        .count();
    let mut outcome = finish(context, world, fault, 0, &strict());
    outcome.demand(
        told == 0,
        &format!("{told} words to a relay that had not proved who it is"),
    );
    outcome.demand(plain == 0, &format!("{plain} words in plain text"));
    outcome
}

/// F-19: the password is changed at the mail server in the middle of an edition, and then in the file that names it; later
/// the server knows nobody for a while. No restart, and no reader pays for it.
pub(super) async fn bad_password(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(400, 3_000);
    let rules = Rules {
        password: Some(PASSWORD.to_owned()),
        max_messages: Some(20),
        delay: Duration::from_millis(5),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, rules).await;
    let file = world.folder().join("smtp_url");
    let port = world.sink.address().port();
    let write = |password: &str| {
        let url = format!("smtp://tidings:{password}@localhost:{port}?tls=none\n");
        std::fs::write(&file, url).unwrap();
    };
    write(PASSWORD);
    let program = world.program.with("SMTP_URL", "");
    world.program = program.with("SMTP_URL_FILE", file.to_str().unwrap());
    world.edition(&[("ok", messages)]).await;
    let workers = world.workers(1);
    let changes = [
        ("535 5.7.8 Wrong password", "another"),
        ("454 4.7.0 Temporary authentication failure", "third"),
    ];
    for (refusal, password) in changes {
        world.accepted(world.sink.count(Phase::Kept) + 50).await;
        world.sink.change(|rules| {
            rules.password = Some(password.to_owned());
            rules.auth_refusal = Some(refusal);
        });
        connections(&world, context.settings.size.of(2, 4)).await;
        write(password);
    }
    let was_paused = done_after_resume(&mut world).await;
    stop(&mut world, workers).await;
    let mut outcome = finish(context, world, fault, 0, &strict());
    outcome.demand(!was_paused, "the edition waited for somebody to resume it");
    outcome
}

/// F-20: three connections are allowed, eight are wanted.
pub(super) async fn connection_limit(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(600, 6_000);
    let rules = Rules {
        max_connections: Some(3),
        delay: Duration::from_millis(5),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, rules).await;
    world.program = world.program.with("TIDINGS__DELIVERY__CONNECTIONS", "8");
    world.edition(&[("ok", messages)]).await;
    let workers = world.workers(1);
    world.accepted(u64::try_from(messages / 2).unwrap()).await;
    let turned_away = |world: &World| {
        let events = ledger::read(&world.ledger());
        let connects = events
            .iter()
            .filter(|event| event.phase == "connect")
            .count();
        u64::try_from(connects).unwrap()
    };
    let half = turned_away(&world);
    done_after_resume(&mut world).await;
    let all = turned_away(&world);
    let most_open = u64::try_from(world.sink.most_open()).unwrap();
    stop(&mut world, workers).await;
    let mut outcome = finish(context, world, fault, 0, &strict());
    outcome.demand(
        all - half <= 50,
        &format!(
            "{} connections for the second half: it does not settle",
            all - half
        ),
    );
    outcome
        .number("most_open", most_open)
        .number("connections_first_half", half)
        .number("connections_second_half", all - half)
}

/// F-21: more than so many messages a second are put off.
pub(super) async fn rate_limit(context: &Context, fault: &str, seed: u64) -> Outcome {
    let (messages, rate) = context.settings.size.of((400, 40.0), (6_000, 50.0));
    let rules = Rules {
        max_rate: Some(rate),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, rules).await;
    world.edition(&[("ok", messages)]).await;
    let workers = world.workers(1);
    let begin = Instant::now();
    while !world.look(&["done"]) && begin.elapsed() < crate::world::PATIENCE {
        world.database.hurry();
        sleep(Duration::from_millis(500)).await;
    }
    stop(&mut world, workers).await;
    let put_off = ledger::read(&world.ledger())
        .iter()
        .filter(|event| event.reply.starts_with("454"))
        .count();
    let outcome = finish(context, world, fault, 0, &strict());
    outcome.number("put_off", u64::try_from(put_off).unwrap())
}

/// F-22: connections end after a number of messages that nobody announced.
pub(super) async fn messages_per_connection(context: &Context, fault: &str, seed: u64) -> Outcome {
    let messages = context.settings.size.of(1_000, 20_000);
    let rules = Rules {
        max_messages: Some(20),
        ..Rules::default()
    };
    let mut world = World::new(context, fault, seed, rules).await;
    world.edition(&[("ok", messages)]).await;
    let workers = world.workers(2);
    done_after_resume(&mut world).await;
    stop(&mut world, workers).await;
    finish(context, world, fault, 0, &strict())
}
