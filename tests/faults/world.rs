//! One newsroom for one scenario: a database, a mail server, and processes of the program.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::time::sleep;

use crate::checker::{Ack, Bounds, Facts, Verdict, check};
use crate::postgres::Postgres;
use crate::program::{Process, Program};
use crate::settings::Settings;
use crate::sink::rules::{Phase, Rules};
use crate::sink::{Sink, ledger};
use crate::tables::{Claim, Database};

/// How many rows a worker has in `sending` at most.
pub(crate) const WINDOW: usize = 12;

/// How long a worker owns a chunk without a sign of life.
pub(crate) const LEASE: Duration = Duration::from_secs(3);

/// How often an unfinished edition is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How long an edition may take after the last fault is healed: a lease, the longest conversation (66 seconds here), a
/// copy, and much room for a slow machine.
pub(crate) const PATIENCE: Duration = Duration::from_mins(4);

/// What all worlds of a run share.
pub(crate) struct Context {
    /// What was asked for.
    pub(crate) settings: Settings,
    /// The server of all worlds but those that stop it.
    pub(crate) postgres: Arc<Postgres>,
}

/// See the module.
pub(crate) struct World {
    folder: TempDir,
    /// The mail server.
    pub(crate) sink: Sink,
    /// How its processes are started.
    pub(crate) program: Program,
    /// Its database.
    pub(crate) database: Database,
    /// The database's name.
    pub(crate) name: String,
    /// Decides what is left to chance.
    pub(crate) seed: u64,
    /// What clients and the run itself saw; the rest is added at the end.
    pub(crate) facts: Facts,
    leases: BTreeMap<i64, (i64, Instant)>,
    /// From the last sign of life of a worker until another one had its chunk, in milliseconds.
    pub(crate) takeovers: Vec<u64>,
}

/// One client signs up everybody, as fast as it can.
const OPEN_DOORS: [(&str, &str); 5] = [
    ("TIDINGS__ATTACK__AUTOMATIC", "false"),
    ("TIDINGS__LIMITS__ALL_MAILS", "off"),
    ("TIDINGS__LIMITS__ALL_REQUESTS", "off"),
    ("TIDINGS__LIMITS__DOMAIN_MAILS", "off"),
    ("TIDINGS__LIMITS__NEWSLETTER_MAILS", "off"),
];

fn with_open_doors(settings: &[(&str, String)]) -> BTreeMap<String, String> {
    let open = OPEN_DOORS.map(|(name, value)| (name, value.to_owned()));
    let all = settings.iter().chain(&open);
    all.map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

impl World {
    /// An empty newsroom.
    pub(crate) async fn new(context: &Context, fault: &str, seed: u64, rules: Rules) -> Self {
        Self::on(context, &context.postgres, fault, seed, rules).await
    }

    /// The same, on another server.
    pub(crate) async fn on(
        context: &Context,
        postgres: &Postgres,
        fault: &str,
        seed: u64,
        rules: Rules,
    ) -> Self {
        let unique = uuid::Uuid::new_v4().simple();
        let name = format!(
            "{}_{seed}_{unique}",
            fault.replace(['-', ' '], "_").to_lowercase()
        );
        let name = name.chars().take(60).collect::<String>();
        postgres.create(&name);
        let folder = tempfile::Builder::new()
            .prefix("tidings-world-")
            .tempdir()
            .unwrap();
        let sink = Sink::start(&folder.path().join("ledger.jsonl"), seed, rules).await;
        let url = postgres.url(&name);
        let settings = [
            ("DATABASE_URL", url.clone()),
            ("SECRET_KEY", SECRET.to_owned()),
            ("SMTP_URL", format!("smtp://{}", sink.address())),
            (
                "MAIL_FROM",
                "newsletter@news.europablatt.example".to_owned(),
            ),
            ("BASE_URL", "http://news.europablatt.example".to_owned()),
            ("TIDINGS__DATABASE__POOL_SIZE", "6".to_owned()),
            ("TIDINGS__SMTP__CONNECT_TIMEOUT_SECONDS", "2".to_owned()),
            ("TIDINGS__SMTP__COMMAND_TIMEOUT_SECONDS", "2".to_owned()),
            ("TIDINGS__SMTP__DATA_TIMEOUT_SECONDS", "60".to_owned()),
            ("TIDINGS__DELIVERY__CONNECTIONS", "4".to_owned()),
            ("TIDINGS__DELIVERY__WINDOW", WINDOW.to_string()),
            ("TIDINGS__DELIVERY__EXPRESS_WINDOW", "2".to_owned()),
            ("TIDINGS__DELIVERY__BATCH_SIZE", "200".to_owned()),
            ("TIDINGS__DELIVERY__SWEEP_SECONDS", "1".to_owned()),
            (
                "TIDINGS__DELIVERY__LEASE_SECONDS",
                LEASE.as_secs().to_string(),
            ),
            ("TIDINGS__DELIVERY__POLL_MILLISECONDS", "50".to_owned()),
            ("TIDINGS__DELIVERY__UNKNOWN_RETRY_SECONDS", "1".to_owned()),
        ];
        let program = Program {
            path: context.settings.program.clone(),
            folder: folder.path().to_owned(),
            environment: with_open_doors(&settings),
        };
        program.run(&["migrate"]).await;
        Self {
            folder,
            sink,
            program,
            database: Database::new(url),
            name,
            seed,
            facts: Facts::default(),
            leases: BTreeMap::new(),
            takeovers: Vec::new(),
        }
    }

    /// Makes the newsletter "morning" with these readers, and its edition.
    pub(crate) async fn edition(&self, words: &[(&str, usize)]) {
        self.database.newsletter("morning");
        self.database.readers("morning", words);
        self.program.run(&["editions", "run-due"]).await;
    }

    /// Starts a worker; it may take a moment until it sends.
    pub(crate) fn worker(&self) -> Process {
        self.program.start(&["worker"])
    }

    /// Some workers.
    pub(crate) fn workers(&self, count: usize) -> Vec<Process> {
        (0..count).map(|_| self.worker()).collect()
    }

    /// Waits until the sink has accepted so many mails in all.
    pub(crate) async fn accepted(&self, count: u64) {
        let is_there = self.sink.reaches(Phase::Kept, count, PATIENCE).await;
        assert!(
            is_there,
            "only {} mails were kept, not {count}",
            self.sink.count(Phase::Kept)
        );
    }

    /// One look: accounts, leases, and whether all editions have ended in one of these states.
    pub(crate) fn look(&mut self, ends: &[&str]) -> bool {
        self.watch_leases();
        let imbalances = self.database.imbalances();
        self.facts.imbalances.extend(imbalances);
        let editions = self.database.editions();
        editions.is_ok_and(|all| {
            !all.is_empty() && all.iter().all(|it| ends.contains(&it.status.as_str()))
        })
    }

    /// Waits until all editions are done. If that takes too long the checker says what is open.
    pub(crate) async fn done(&mut self) {
        self.ended(&["done"], PATIENCE).await;
    }

    /// Waits until all editions have ended in one of these states; whether they have in time.
    pub(crate) async fn ended(&mut self, ends: &[&str], patience: Duration) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if self.look(ends) {
                return true;
            }
            sleep(LOOK).await;
        }
        false
    }

    /// Looks who has which chunk. A chunk whose lease has run out is a dead worker's; when its number is gone, another
    /// worker has it.
    fn watch_leases(&mut self) {
        let claims = self.database.claims();
        let now = Instant::now();
        let is_there = |id: &i64| claims.iter().any(|claim| claim.id == *id);
        let gone: Vec<i64> = self
            .leases
            .keys()
            .filter(|id| !is_there(id))
            .copied()
            .collect();
        for id in gone {
            if let Some((left, renewed)) = self.leases.remove(&id)
                && left < 0
            {
                self.takeovers
                    .push(u64::try_from((now - renewed).as_millis()).unwrap());
            }
        }
        for Claim { id, left_millis } in claims {
            let (left, renewed) = self.leases.entry(id).or_insert((left_millis, now));
            if left_millis > *left {
                *renewed = now;
            }
            *left = left_millis;
        }
    }

    /// Notes that the client has read the server's word.
    pub(crate) fn acked(&mut self, subscription: &str) {
        self.facts.acks.push(Ack {
            t: ledger::now_micros(),
            subscription: subscription.to_owned(),
        });
    }

    /// Notes the memory of a process, for the last time.
    pub(crate) fn weigh(&mut self, process: &mut Process) {
        self.facts.peak_kib = self.facts.peak_kib.max(process.peak());
    }

    /// Hands everything to the checker.
    pub(crate) fn verdict(&mut self, bounds: &Bounds) -> Verdict {
        self.facts.events = ledger::read(&self.ledger());
        self.facts.rows = self.database.ledger();
        self.facts.editions = self.database.editions().unwrap();
        self.facts.idle_transactions = self.database.idle_transactions();
        check(&self.facts, bounds)
    }

    /// The ledger's file.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger.jsonl")
    }

    /// A folder for other files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// Keeps its files for a look at them; gives the folder.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// What signs links.
pub(crate) const SECRET: &str = "a key for tests only, longer than 32 characters";
