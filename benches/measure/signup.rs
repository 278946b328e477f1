//! Sign-ups of new addresses over HTTP, each durable before it is answered, beside pgbench with the same statements.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, QueryDsl, RunQueryDsl};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tidings::domain::consent_seal::EvidenceKeys;
use tidings::embedded_postgres::{Cluster, Settings};
use tidings::schema::deliveries;
use tidings::store::migrations::{self, Seals};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::http::Connection;
use super::pgbench::{Outcome, Run};
use super::program::{Program, resident_mib};
use super::{Measurement, Subject, p99_ms, script};

/// Readers at once.
const CLIENTS: u32 = 128;
/// Connections of pgbench: more than these make it no faster, and the server takes a hundred.
const PGBENCH_CLIENTS: u32 = 64;
/// How often both are measured, in turn.
const ROUNDS: u64 = 7;
/// How often both are measured at half of the rate.
const PACED_ROUNDS: u64 = 3;
/// How long one measurement takes.
const SECONDS: u32 = 4;
/// No run gets so far in the numbers of its readers.
const NUMBERS: u64 = 10_000_000;

const RATE: Subject = Subject {
    name: "sign-ups",
    unit: "1/s",
    reference: "pgbench, 64 clients, the same statements on the same server",
};
const P99: Subject = Subject {
    name: "sign-up p99, 128 clients at once",
    unit: "ms",
    reference: "pgbench in the same runs",
};
const BESIDE_IDLE: Subject = Subject {
    name: "sign-ups beside 10,000 idle connections",
    unit: "1/s",
    reference: "the same without them, in turn",
};
const IDLE_MEMORY: Subject = Subject {
    name: "server with 10,000 idle connections",
    unit: "MiB",
    reference: "its memory before they came",
};
const PACED_P99: Subject = Subject {
    name: "sign-up p99 at half of that rate",
    unit: "ms",
    reference: "pgbench --rate with as many a second",
};

/// Connections that have sent one request and stay.
const IDLE: usize = 10_000;
/// How often sign-ups are measured beside them, and without.
const IDLE_ROUNDS: u64 = 5;

/// Files that this process may open.
const FILES: u64 = 12_000;

/// Seats for the idle ones, who are not sent away while the measurement lasts.
const PATIENCE: [(&str, &str); 2] = [
    ("TIDINGS__SERVER__MAX_CONNECTIONS", "12000"),
    ("TIDINGS__SERVER__KEEP_ALIVE_SECONDS", "600"),
];

/// A newsletter to sign up for, and what the script calls.
const NEWSLETTER: &str = "
    INSERT INTO newsletters (id, slug, title, promise, frequency, language, sender_name, sender_address, schedule_cron,
        schedule_zone, topics, min_articles, max_articles, status, next_due_at, created_at, updated_at, choice)
    VALUES ('00000000-0000-7000-8000-000000000000', 'morning', 'Morning', 'All that matters.',
        'weekdays at 7', 'en', 'The Example', 'morning@news.example.org', '0 7 * * 1-5', 'Europe/Berlin', '{}', 1, 30,
        'active', '2100-01-01', '2026-01-05', '2026-01-05', '{}');
    CREATE FUNCTION bench_id(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
        $$ SELECT overlay('01a20000-0000-7000-8000-000000000000' PLACING lpad(to_hex(n), 12, '0') FROM 25)::uuid $$;
    CREATE FUNCTION bench_address(n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS
        $$ SELECT 'reader-' || n || '@example.org' $$;
    CREATE FUNCTION bench_addresses(n bigint) RETURNS text[] LANGUAGE sql IMMUTABLE AS
        $$ SELECT ARRAY[bench_address(n)] $$;
    CREATE FUNCTION bench_mark(n bigint) RETURNS bytea[] LANGUAGE sql IMMUTABLE AS
        $$ SELECT ARRAY[sha256(int8send(n))] $$;
    CREATE FUNCTION bench_hash(n bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(int8send(n)) $$;
    CREATE FUNCTION bench_keys(n bigint) RETURNS text[] LANGUAGE sql IMMUTABLE AS
        $$ SELECT ARRAY['mailbox:' || md5(n::text)] $$;";

pub(crate) fn measure() -> Vec<Measurement> {
    let folder = super::folder();
    let cluster = Cluster::start(&Settings {
        data_dir: folder.path().join("data"),
        ..Settings::default()
    })
    .unwrap();
    let contest = Contest::new(&cluster, folder.path());
    script::check(&contest.url, &contest.script);
    contest.post(1);
    contest.pgbench(0, 2, None);
    let mut results = contest.at_full_rate();
    let half = results[0].value / 2.0;
    results.push(contest.at(half));
    results.extend(contest.beside_idle());
    contest.check_rows();
    results
}

/// The program and pgbench, each on a database of its own.
struct Contest {
    runtime: Runtime,
    program: Program,
    /// The program's database.
    url: String,
    /// pgbench's database.
    other_url: String,
    bin_dir: PathBuf,
    script: PathBuf,
    /// The number of the next reader.
    next: Arc<AtomicU64>,
}

impl Contest {
    fn new(cluster: &Cluster, folder: &Path) -> Self {
        let (url, other_url) = (database(cluster, "program"), database(cluster, "pgbench"));
        let mut variables = vec![
            ("DATABASE_URL", url.as_str()),
            (
                "SECRET_KEY",
                "a key for the benchmark, longer than 32 characters",
            ),
        ];
        variables.extend(PATIENCE);
        let flags = ["--no-scheduler", "--no-worker"];
        let mut program = Program::start(folder, &flags, &variables);
        program.wait();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        Self {
            runtime,
            program,
            url,
            other_url,
            bin_dir: cluster.bin_dir().to_owned(),
            script: Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/signup.sql"),
            next: Arc::new(AtomicU64::new(0)),
        }
    }

    fn at_full_rate(&self) -> Vec<Measurement> {
        let (mut rates, mut p99s) = (Vec::new(), Vec::new());
        let (mut other_rates, mut other_p99s) = (Vec::new(), Vec::new());
        for round in 1..=ROUNDS {
            let ours = self.post(SECONDS);
            let other = self.pgbench(round, SECONDS, None);
            rates.push(ours.per_second);
            p99s.push(p99_ms(ours.times));
            other_rates.push(other.per_second);
            other_p99s.push(p99_ms(other.times));
        }
        vec![
            RATE.result(rates, other_rates),
            P99.result(p99s, other_p99s),
        ]
    }

    fn at(&self, rate: f64) -> Measurement {
        let (mut p99s, mut other_p99s) = (Vec::new(), Vec::new());
        for round in 1..=PACED_ROUNDS {
            p99s.push(p99_ms(self.post_at(rate)));
            let other = self.pgbench(ROUNDS + round, SECONDS, Some(rate));
            other_p99s.push(p99_ms(other.times));
        }
        PACED_P99.result(p99s, other_p99s)
    }

    /// Signs up as many readers as the program takes.
    fn post(&self, seconds: u32) -> Outcome {
        checkpoint(&self.url);
        let (address, next) = (self.program.address(), Arc::clone(&self.next));
        self.runtime.block_on(async move {
            let connections = connect(address).await;
            let began = Instant::now();
            let end = began + Duration::from_secs(seconds.into());
            let mut clients = JoinSet::new();
            for mut connection in connections {
                let next = Arc::clone(&next);
                clients.spawn(async move {
                    let mut times = Vec::new();
                    while Instant::now() < end {
                        let asked = Instant::now();
                        sign_up(&mut connection, &next).await;
                        times.push(asked.elapsed());
                    }
                    times
                });
            }
            let times = clients.join_all().await.concat();
            let count = u32::try_from(times.len()).unwrap();
            Outcome {
                per_second: f64::from(count) / began.elapsed().as_secs_f64(),
                times,
            }
        })
    }

    /// Signs up readers that come at random moments, `rate` a second, and tells how long after its moment each had
    /// its answer.
    fn post_at(&self, rate: f64) -> Vec<Duration> {
        checkpoint(&self.url);
        let (address, next) = (self.program.address(), Arc::clone(&self.next));
        let moments = Arc::new(moments(rate));
        let turn = Arc::new(AtomicUsize::new(0));
        self.runtime.block_on(async move {
            let connections = connect(address).await;
            let began = Instant::now();
            let mut clients = JoinSet::new();
            for mut connection in connections {
                let (next, moments, turn) = (next.clone(), moments.clone(), turn.clone());
                clients.spawn(async move {
                    let mut times = Vec::new();
                    while let Some(moment) = moments.get(turn.fetch_add(1, Ordering::Relaxed)) {
                        let due = began + *moment;
                        tokio::time::sleep_until(due).await;
                        sign_up(&mut connection, &next).await;
                        times.push(due.elapsed());
                    }
                    times
                });
            }
            clients.join_all().await.concat()
        })
    }

    /// Alone and beside idle connections, in turn; and what those cost the server.
    fn beside_idle(&self) -> Vec<Measurement> {
        let (mut rates, mut other_rates) = (Vec::new(), Vec::new());
        let (mut memory, mut other_memory) = (Vec::new(), Vec::new());
        for _ in 0..IDLE_ROUNDS {
            other_rates.push(self.post(SECONDS).per_second);
            other_memory.push(resident_mib(self.program.id()));
            let mut idle = self.runtime.block_on(idle(self.program.address()));
            memory.push(resident_mib(self.program.id()));
            rates.push(self.post(SECONDS).per_second);
            // They were there all the time, and are served.
            self.runtime.block_on(ask_all(&mut idle));
        }
        vec![
            BESIDE_IDLE.result(rates, other_rates),
            IDLE_MEMORY.result(memory, other_memory),
        ]
    }

    fn pgbench(&self, round: u64, seconds: u32, rate: Option<f64>) -> Outcome {
        checkpoint(&self.other_url);
        Run {
            bin_dir: &self.bin_dir,
            url: &self.other_url,
            script: &self.script,
            variables: &[
                ("step", round * NUMBERS),
                ("clients", PGBENCH_CLIENTS.into()),
            ],
            clients: PGBENCH_CLIENTS,
            seconds,
            rate,
        }
        .run()
    }

    /// Every sign-up that was answered is in the database.
    fn check_rows(&self) {
        let mut conn = PgConnection::establish(&self.url).unwrap();
        let rows: i64 = deliveries::table.count().get_result(&mut conn).unwrap();
        let answered = self.next.load(Ordering::Relaxed);
        assert_eq!(u64::try_from(rows).unwrap(), answered, "sign-ups were lost");
    }
}

/// A new database with the schema and one newsletter.
fn database(cluster: &Cluster, name: &str) -> String {
    let mut maker = PgConnection::establish(&cluster.url()).unwrap();
    maker
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .unwrap();
    let url = cluster.url_for(name);
    let mut conn = PgConnection::establish(&url).unwrap();
    // A new database holds no evidence that had to be sealed.
    let seals = Seals {
        keys: &EvidenceKeys::new([]),
        now: jiff::Timestamp::UNIX_EPOCH,
    };
    migrations::run(&mut conn, seals).unwrap();
    conn.batch_execute(NEWSLETTER).unwrap();
    url
}

/// Neither side pays for what the other has written.
fn checkpoint(url: &str) {
    let mut conn = PgConnection::establish(url).unwrap();
    conn.batch_execute("CHECKPOINT").unwrap();
}

async fn connect(address: SocketAddr) -> Vec<Connection> {
    let mut connections = Vec::new();
    for _ in 0..CLIENTS {
        connections.push(Connection::open(address).await);
    }
    connections
}

async fn idle(address: SocketAddr) -> Vec<Connection> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    setrlimit(Resource::RLIMIT_NOFILE, hard.min(FILES), hard).unwrap();
    let mut connections = Vec::with_capacity(IDLE);
    for _ in 0..IDLE {
        let mut connection = Connection::open(address).await;
        // At once: a connection that asks for nothing is closed soon.
        assert_eq!(connection.get("/healthz").await, 200);
        connections.push(connection);
    }
    connections
}

async fn ask_all(connections: &mut [Connection]) {
    for connection in connections {
        assert_eq!(connection.get("/healthz").await, 200);
    }
}

async fn sign_up(connection: &mut Connection, next: &AtomicU64) {
    let number = next.fetch_add(1, Ordering::Relaxed);
    let body = format!(r#"{{"email":"reader-{number}@example.org","newsletters":["morning"]}}"#);
    let status = connection.post_json("/subscribe", &body).await;
    assert_eq!(status, 202, "a sign-up was not taken");
}

/// The moments of a Poisson process, as pgbench draws them.
fn moments(rate: f64) -> Vec<Duration> {
    let mut moment = 0.0;
    let mut moments = Vec::new();
    while moment < f64::from(SECONDS) {
        moments.push(Duration::from_secs_f64(moment));
        let chance = (f64::from(getrandom::u32().unwrap()) + 1.0) / 4_294_967_296.0;
        moment -= chance.ln() / rate;
    }
    moments
}
