//! An edition from the editor's call to the last 250: how fast, and what it costs, each beside another sender, a bare
//! insertion or itself.
//!
//! `TIDINGS_BENCH_ROUNDS` and `TIDINGS_BENCH_READERS` set how often and how much. Without the second the number of
//! readers is what the program sends in some seconds, so that a round is long enough and the whole run is not too long.

mod database;
mod latency;
mod newsroom;
pub(crate) mod rhythms;
mod senders;
mod table;
mod usage;

use std::thread::sleep;
use std::time::{Duration, Instant};

use super::postfix::{Postfix, Purpose};
use super::program::POLL;
use super::sink::{Settings, Sink, Taken};
use super::{Measurement, Subject, time};
use newsroom::{Composed, Cost, Newsroom, Relay};
use senders::{Senders, What, leave_out};
use table::Table;

/// Connections of every sender.
const SESSIONS: u32 = 16;
/// How often everything is measured, in turn.
const ROUNDS: u32 = 5;
/// How long an edition should take to send.
const SECONDS: f64 = 6.0;
/// The bounds of an edition whose size is not set.
const READERS: [f64; 2] = [2_000.0, 100_000.0];
/// Readers of the editions that are only composed.
const COMPOSED: u32 = 100_000;
/// Mails that the slow senders send.
const FEW: u32 = 800;
/// Mails through a real mail server, which takes about a thousand a second: so many that starting and ending count little.
const RELAYED: u32 = 8_000;

pub(crate) fn measure() -> Vec<Measurement> {
    let mut contest = Contest::open();
    let rounds = setting("TIDINGS_BENCH_ROUNDS").unwrap_or(ROUNDS);
    let postfix = contest.postfix();
    for round in 0..rounds {
        println!("round {} of {rounds}", round + 1);
        contest.editions(round);
        contest.compositions(round);
        contest.references();
        if let Some(postfix) = &postfix {
            contest.relayed(postfix);
        }
    }
    drop(postfix);
    let mut results = contest.results();
    results.extend(latency::measure(&mut contest.newsroom, contest.per_second));
    results
}

/// Ten times as many readers as usual: whether anything grows with them. Long, so only on demand.
pub(crate) fn million() -> Vec<Measurement> {
    let mut contest = Contest::open();
    contest.readers = setting("TIDINGS_BENCH_READERS").unwrap_or(1_000_000);
    println!("{}", contest.detail());
    let sizes = [contest.readers, contest.readers / 10];
    let [large, small] = sizes.map(|readers| contest.edition(readers, true));
    contest.compared_with_smaller(&large, &small);
    contest.composed(table::COMPOSE_MILLION, &large.composed);
    let mut results = contest.results();
    results.extend(latency::in_a_million(
        &mut contest.newsroom,
        contest.readers,
    ));
    results
}

/// A number from the environment.
fn setting(name: &str) -> Option<u32> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a setting of the benchmark itself"
    )]
    let text = std::env::var(name).ok()?;
    Some(text.parse().expect("a whole number"))
}

/// A round number of mails.
fn thousands(mails: f64) -> u32 {
    let bounded = (mails / 1000.0).round().clamp(1.0, 10_000.0);
    (1..=10_000)
        .find(|thousand| f64::from(*thousand) >= bounded)
        .unwrap_or(10_000)
        * 1000
}

/// One edition, from the call to the last 250.
struct Edition {
    composed: Composed,
    cost: Cost,
    taken: Taken,
    /// Time of the sink for each mail, and of us who wait.
    sink_us: f64,
}

struct Contest {
    newsroom: Newsroom,
    sink: Sink,
    sink_with_tls: Sink,
    senders: Senders,
    readers: u32,
    /// What the program sends a second.
    per_second: f64,
    /// Octets of a mail.
    size: f64,
    table: Table,
}

impl Contest {
    fn open() -> Self {
        let mut newsroom = Newsroom::open();
        let sink = Sink::start(Settings::default());
        let relay = Relay::plain(sink.address());
        // Also warms everything up.
        let first = edition(&mut newsroom, &sink, &relay, 2_000, true);
        let per_second = first.taken.per_second();
        let [least, most] = READERS;
        let wanted = thousands((per_second * SECONDS).clamp(least, most));
        let contest = Self {
            newsroom,
            sink_with_tls: Sink::start(Settings {
                tls: true,
                ..Settings::default()
            }),
            senders: Senders::find(sink.sample()),
            sink,
            readers: setting("TIDINGS_BENCH_READERS").unwrap_or(wanted),
            per_second,
            size: first.taken.size(),
            table: Table::default(),
        };
        println!("{}", contest.detail());
        contest
    }

    fn detail(&self) -> String {
        format!(
            "{} readers, {:.0} octets a mail, {SESSIONS} connections",
            self.readers, self.size
        )
    }

    fn results(&mut self) -> Vec<Measurement> {
        let mut results = self.table.results();
        for result in &mut results {
            result.detail = self.detail();
        }
        results
    }

    /// An instance that takes mail from this machine, when this machine can have one.
    fn postfix(&self) -> Option<Postfix> {
        if !self.senders.has_smtp_source() {
            return None;
        }
        let postfix = Postfix::start(std::path::Path::new("/var/tmp"), Purpose::Discard);
        if postfix.is_none() {
            leave_out("a relay with Postfix", "it runs only as root");
        }
        postfix
    }

    fn edition(&mut self, readers: u32, bare_first: bool) -> Edition {
        let relay = Relay::plain(self.sink.address());
        edition(&mut self.newsroom, &self.sink, &relay, readers, bare_first)
    }

    /// The program against itself and Postfix's load generator.
    fn editions(&mut self, round: u32) {
        let bare_first = round.is_multiple_of(2);
        let plain = self.edition(self.readers, bare_first);
        let mails = self.readers.max(20_000);
        if let Some(other) = self.senders.smtp_source_into(&self.sink, mails) {
            let rate = plain.taken.per_second();
            self.table.add(table::SEND, rate, other.per_second);
            self.table
                .add(table::CPU, plain.cost.sender_us, other.cpu_us);
            self.table.add(table::SINK, plain.sink_us, other.sink_us);
        }
        let small = self.edition(self.readers / 10, bare_first);
        let address = self.sink_with_tls.address();
        let certificate = self.sink_with_tls.certificate().unwrap();
        let relay = self.newsroom.relay_with_tls(address.port(), certificate);
        let sink = &self.sink_with_tls;
        let tls = edition(&mut self.newsroom, sink, &relay, self.readers, !bare_first);
        let rate = plain.taken.per_second();
        self.table.add(table::TLS, tls.taken.per_second(), rate);
        self.table
            .add(table::TLS_CPU, tls.cost.sender_us, plain.cost.sender_us);
        self.table.add(
            table::DATABASE,
            plain.cost.database_us,
            plain.cost.sender_us,
        );
        self.table
            .add(table::SEND_LOG, plain.cost.log, plain.composed.bare_log);
        self.compared_with_smaller(&plain, &small);
        self.per_second = rate;
    }

    /// Many readers, also when the program sends so slowly that the editions it sends are small.
    fn compositions(&mut self, round: u32) {
        let copy = self.newsroom.copy(COMPOSED);
        let composed = self.newsroom.compose(&copy, round.is_multiple_of(2));
        self.newsroom.give_back(&copy);
        self.composed(table::COMPOSE, &composed);
    }

    fn composed(&mut self, subject: Subject, composed: &Composed) {
        let (ours, bare) = (composed.seconds, composed.bare_seconds);
        self.table.add(subject, ours, bare);
        self.table
            .add(table::COMPOSE_LOG, composed.log, composed.bare_log);
    }

    fn compared_with_smaller(&mut self, large: &Edition, small: &Edition) {
        let each = |edition: &Edition| 1e6 / edition.taken.per_second();
        self.table.add(table::GROWTH, each(large), each(small));
        self.table
            .add(table::MEMORY, large.cost.peak, small.cost.peak);
    }

    /// Other libraries, which are slow enough to need few mails: rates are compared.
    fn references(&mut self) {
        let (senders, sink, ours) = (&self.senders, &self.sink, self.per_second);
        for (what, subjects) in [(What::Raw, table::RAW), (What::Build, table::BUILD)] {
            let rates = [
                Some(senders.lettre(sink, FEW, what)),
                senders.nodemailer(sink, FEW, what),
                senders.aiosmtplib(sink, FEW, what),
            ];
            for (subject, sent) in subjects.into_iter().zip(rates) {
                if let Some(sent) = sent {
                    self.table.add(subject, ours, sent.per_second);
                }
            }
        }
    }

    /// Through a real mail server with its queue on the disk.
    fn relayed(&mut self, postfix: &Postfix) {
        let relay = Relay::plain(postfix.address());
        let copy = self.newsroom.copy(RELAYED);
        self.newsroom.compose(&copy, true);
        let cost = self.newsroom.send(&copy, &relay);
        self.newsroom.give_back(&copy);
        wait_until_empty(postfix);
        let (_, taken) = time(|| self.senders.smtp_source(postfix.address(), RELAYED));
        wait_until_empty(postfix);
        let mails = f64::from(RELAYED);
        self.table.add(
            table::RELAYED,
            mails / cost.seconds,
            mails / taken.as_secs_f64(),
        );
    }
}

/// Composes an edition in a database of its own and sends it into `sink`.
fn edition(
    newsroom: &mut Newsroom,
    sink: &Sink,
    relay: &Relay,
    readers: u32,
    bare_first: bool,
) -> Edition {
    let copy = newsroom.copy(readers);
    let composed = newsroom.compose(&copy, bare_first);
    sink.reset();
    let before = usage::own_us();
    let cost = newsroom.send(&copy, relay);
    let sink_us = (usage::own_us() - before) / f64::from(readers);
    let taken = sink.taken();
    newsroom.give_back(&copy);
    assert_eq!(taken.messages, u64::from(readers), "mails are missing");
    assert_eq!(taken.duplicates, 0, "somebody got two mails");
    Edition {
        composed,
        cost,
        taken,
        sink_us,
    }
}

/// Neither sender pays for what the other left in the queue.
fn wait_until_empty(postfix: &Postfix) {
    let began = Instant::now();
    while !postfix.queue().is_empty() {
        assert!(
            began.elapsed() < Duration::from_mins(2),
            "Postfix does not get rid of its mails"
        );
        sleep(POLL * 50);
    }
}
