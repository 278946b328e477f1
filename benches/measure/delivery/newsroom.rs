//! A newsroom with readers on a private PostgreSQL that flushes to disk, and one edition of it.
//!
//! Only doors that stay: the HTTP API, the command line, inserts of readers and a look at `editions`.

use std::collections::HashSet;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;
use tidings::embedded_postgres::{Cluster, Settings};
use tokio::runtime::Runtime;

use super::super::program::{Program, Worker, command};
use super::database::{BARE_TABLE, insert_bare_rows, log_position, logged, run, wait_until_done};
use super::{SESSIONS, usage};

/// No session ends before the work does, as with `smtp-source -d` and the pools.
const LASTING: &str = "messages_per_connection=10000000&connection_age_seconds=86400";

const SECRET: &str = "a key for the benchmark, longer than 32 characters";
/// Articles of an edition, and the words under each headline; together they make a mail of 18 KB.
const ARTICLES: usize = 7;
const STANDFIRST: &str = "The council voted for the bridge after a long night, and the works begin in spring; \
    who lives nearby will have to take the ferry for eleven weeks, which the city pays for.";
/// The longest that anything but sending may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// The server, and databases with so many readers to make copies of.
pub(super) struct Newsroom {
    cluster: Cluster,
    folder: TempDir,
    key: String,
    runtime: Runtime,
    client: Client,
    /// How many readers the copies may have.
    seeds: HashSet<u32>,
    copies: u32,
}

/// A database with one newsletter and its readers, dropped when it is given back.
pub(super) struct Copy {
    name: String,
    pub(super) url: String,
    readers: u32,
}

/// What composing cost, beside the bare insertion of as many rows.
pub(super) struct Composed {
    pub(super) seconds: f64,
    pub(super) bare_seconds: f64,
    /// Octets of the log for each reader.
    pub(super) log: f64,
    pub(super) bare_log: f64,
}

/// What sending cost, for each mail.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cost {
    pub(super) sender_us: f64,
    pub(super) database_us: f64,
    /// Octets of the database's log.
    pub(super) log: f64,
    /// In MiB, of the process.
    pub(super) peak: f64,
    /// From the start of the process until the edition was done.
    pub(super) seconds: f64,
}

impl Newsroom {
    pub(super) fn open() -> Self {
        let folder = super::super::folder();
        let cluster = Cluster::start(&Settings {
            data_dir: folder.path().join("data"),
            ..Settings::default()
        })
        .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let mut newsroom = Self {
            cluster,
            folder,
            key: String::new(),
            runtime,
            client: {
                let _ = rustls::crypto::ring::default_provider().install_default();
                Client::new()
            },
            seeds: HashSet::new(),
            copies: 0,
        };
        newsroom.make("CREATE DATABASE seed");
        newsroom.fill();
        newsroom
    }

    /// A newsletter and its articles, as an editor makes them.
    fn fill(&mut self) {
        let url = self.cluster.url_for("seed");
        let server = self.serve(&url, &[]);
        let mut keys = command(
            self.folder.path(),
            &["keys", "create", "bench"],
            &variables(&url),
        );
        let output = keys.stdout(Stdio::piped()).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim().clone_into(&mut self.key);
        let newsletter = json!({
            "slug": "morning", "title": "The Morning", "promise": "All that matters.", "language": "en",
            "sender": { "name": "The Example", "address": "morning@news.example.org" },
            "schedule": { "cron": "0 7 * * *", "zone": "UTC" }, "min_articles": 1, "max_articles": 30,
        });
        self.call(&server, Method::POST, "/newsletters", &newsletter);
        for number in 1..=ARTICLES {
            let article = json!({
                "url": format!("https://www.example.org/news/{number}-the-bridge-over-the-river"),
                "title": format!("The bridge over the river, part {number}: what the council decided"),
                "language": "en", "section": (["Europe", "City", "Culture"][number % 3]),
                "standfirst": STANDFIRST, "body_html": "<p>It stands.</p>".repeat(30),
                "authors": ["Ada Example"], "published_at": tidings::clock::Clock::System.now(),
            });
            self.call(
                &server,
                Method::PUT,
                &format!("/articles/a-{number}"),
                &article,
            );
        }
    }

    /// A copy with so many readers.
    pub(super) fn copy(&mut self, readers: u32) -> Copy {
        let seed = format!("seed_{readers}");
        if self.seeds.insert(readers) {
            self.make(&format!("CREATE DATABASE {seed} TEMPLATE seed"));
            let statements = include_str!("../../readers.sql")
                .replace(":first", "1")
                .replace(":last", &readers.to_string());
            run(&self.cluster.url_for(&seed), &statements);
            run(&self.cluster.url_for(&seed), "VACUUM ANALYZE");
        }
        self.copies += 1;
        let name = format!("copy_{}", self.copies);
        self.make(&format!("CREATE DATABASE {name} TEMPLATE {seed}"));
        Copy {
            url: self.cluster.url_for(&name),
            name,
            readers,
        }
    }

    pub(super) fn give_back(&self, copy: &Copy) {
        self.make(&format!("DROP DATABASE {}", copy.name));
    }

    /// Composes an edition for all readers, and inserts as many bare rows, in turn the one or the other first.
    pub(super) fn compose(&self, copy: &Copy, bare_first: bool) -> Composed {
        let mut conn = PgConnection::establish(&copy.url).unwrap();
        conn.batch_execute(BARE_TABLE).unwrap();
        let bare =
            |conn: &mut PgConnection| logged(conn, |conn| insert_bare_rows(conn, copy.readers));
        let first = bare_first.then(|| bare(&mut conn));
        let server = self.serve(&copy.url, &[]);
        let path = "/newsletters/morning/editions";
        let (seconds, log) = logged(&mut conn, |_| {
            let edition = self.call(&server, Method::POST, path, &json!({}));
            assert_eq!(edition["status"], "delivering", "{edition}");
        });
        drop(server);
        let (bare_seconds, bare_log) = first.unwrap_or_else(|| bare(&mut conn));
        let readers = f64::from(copy.readers);
        Composed {
            seconds,
            bare_seconds,
            log: log / readers,
            bare_log: bare_log / readers,
        }
    }

    /// Composes what is due, as cron does it.
    pub(super) fn run_due(&self, copy: &Copy) -> Child {
        let variables = variables(&copy.url);
        let mut due = command(self.folder.path(), &["editions", "run-due"], &variables);
        due.stdout(Stdio::null()).spawn().unwrap()
    }

    /// Sends what is queued with a worker of its own.
    pub(super) fn send(&self, copy: &Copy, relay: &Relay) -> Cost {
        let mut conn = PgConnection::establish(&copy.url).unwrap();
        let server = u32::try_from(self.cluster.pid()).unwrap();
        conn.batch_execute("CHECKPOINT").unwrap();
        let database_before = usage::cpu_us(server);
        let log_before = log_position(&mut conn);
        let began = Instant::now();
        let worker = self.work(copy, relay);
        wait_until_done(&mut conn, copy.readers);
        let seconds = began.elapsed().as_secs_f64();
        let mails = f64::from(copy.readers);
        Cost {
            sender_us: usage::cpu_us(worker.id()) / mails,
            database_us: (usage::cpu_us(server) - database_before) / mails,
            log: (log_position(&mut conn) - log_before) / mails,
            peak: usage::peak_mib(worker.id()),
            seconds,
        }
    }

    /// A worker that sends to `relay`.
    pub(super) fn work(&self, copy: &Copy, relay: &Relay) -> Worker {
        // One is kept for single mails and sends nothing of an edition.
        let sessions = (SESSIONS + 1).to_string();
        let mut variables = variables(&copy.url);
        variables.push(("SMTP_URL", &relay.url));
        variables.push(("TIDINGS__DELIVERY__CONNECTIONS", &sessions));
        if let Some(file) = &relay.certificate {
            variables.push(("SSL_CERT_FILE", file.to_str().unwrap()));
        }
        Worker::start(self.folder.path(), &variables)
    }

    /// A server that neither composes by itself nor sends.
    pub(super) fn serve(&self, url: &str, more: &[(&str, &str)]) -> Program {
        let variables = [&variables(url)[..], more].concat();
        let flags = ["--no-scheduler", "--no-worker"];
        let mut server = Program::start(self.folder.path(), &flags, &variables);
        server.wait();
        server
    }

    /// A relay whose certificate is this one.
    pub(super) fn relay_with_tls(&self, port: u16, certificate: &str) -> Relay {
        let file = self.folder.path().join("relay.pem");
        fs::write(&file, certificate).unwrap();
        Relay {
            url: format!("smtp://localhost:{port}?tls=required&{LASTING}"),
            certificate: Some(file),
        }
    }

    fn make(&self, statement: &str) {
        run(&self.cluster.url(), statement);
    }

    /// A call of the admin API that has to work.
    fn call(&self, server: &Program, method: Method, path: &str, body: &Value) -> Value {
        let url = format!("http://{}/api/v1{path}", server.address());
        let request = self.client.request(method, url).bearer_auth(&self.key);
        self.runtime.block_on(async {
            let answer = request.json(body).timeout(PATIENCE).send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            assert!(status.is_success(), "{path}: {status} {text}");
            serde_json::from_str(&text).unwrap()
        })
    }
}

/// Where mails go.
pub(super) struct Relay {
    url: String,
    certificate: Option<PathBuf>,
}

impl Relay {
    /// One without TLS.
    pub(super) fn plain(address: SocketAddr) -> Self {
        Self {
            url: format!("smtp://{address}?{LASTING}"),
            certificate: None,
        }
    }
}

/// What every process of the program needs. A million rows take longer than a statement usually may.
fn variables(url: &str) -> Vec<(&str, &str)> {
    vec![
        ("DATABASE_URL", url),
        ("SECRET_KEY", SECRET),
        ("MAIL_FROM", "newsletter@news.example.org"),
        ("BASE_URL", "https://news.example.org"),
        ("TIDINGS__DATABASE__STATEMENT_TIMEOUT_SECONDS", "300"),
    ]
}
