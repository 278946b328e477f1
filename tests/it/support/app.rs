//! The program under test: everything real but the clock.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Client, Method};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tidings::app::App;
use tidings::clock::Clock;
use tidings::config::{Config, Sources};
use tidings::mail::captured::CapturedMail;
use tidings::mail::outbox::Outbox;
use tidings::mail::smtp_server::{Running, Script};
use tidings::usecases::access;
use tidings::usecases::digest::Composed;
use tidings::worker::{Stopper, deliver, tick};
use tidings::{http as edge, store};
use tokio::sync::oneshot;
use url::Url;

use super::cluster::Database;
use super::http::{Answer, Call, client};
use super::mail::{link, peer};
use super::process::PATIENCE;

/// Where readers reach the program: links in mails begin with this, whatever the port of the test.
pub(crate) const BASE_URL: &str = "https://news.europablatt.example";

/// How often a test looks whether something has happened.
const POLL: Duration = Duration::from_millis(20);

/// When every test starts: a Monday, 06:30 in Berlin.
const START: &str = "2026-01-05T05:30:00Z";

/// What a test wants to be different.
#[derive(Default)]
#[must_use]
pub(crate) struct Builder {
    environment: BTreeMap<String, String>,
    script: Script,
    relay_parameters: String,
    has_outbox_pages: bool,
}

impl Builder {
    /// Sets a variable of the environment, such as `TIDINGS__SIGNUP__MAX_MAILS_PER_DAY`.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// How the mail peer answers; otherwise it takes everything.
    pub(crate) fn script(mut self, script: Script) -> Self {
        self.script = script;
        self
    }

    /// How the mail peer is to be used, such as `per_second=20`. Rates go by the test's clock.
    pub(crate) fn relay(mut self, parameters: &str) -> Self {
        self.relay_parameters = format!("?{parameters}");
        self
    }

    /// Shows what the mail peer took at `/dev/outbox`, as the demo does.
    pub(crate) fn outbox_pages(mut self) -> Self {
        self.has_outbox_pages = true;
        self
    }

    /// Starts the program.
    pub(crate) async fn start(self) -> TestApp {
        let database = tokio::task::spawn_blocking(Database::migrated)
            .await
            .unwrap();
        let clock = Clock::fixed(START.parse().unwrap());
        let (smtp, outbox) = peer(self.script, clock.clone()).await;
        let mut environment = environment(&database, smtp.address(), &self.relay_parameters);
        environment.extend(self.environment);
        let sources = Sources {
            file: None,
            environment,
            overrides: Vec::new(),
        };
        let config = Config::load(&sources).unwrap().config;
        let base_url: Url = config.server.base_url.clone().unwrap();
        let build = move || App::new(config, clock, &base_url, None, false).unwrap();
        let mut app = tokio::task::spawn_blocking(build).await.unwrap();
        if self.has_outbox_pages {
            app.outbox = Some(outbox.clone());
        }
        let now = app.clock.now();
        let create_key =
            move |conn: &mut PgConnection| access::create_key(conn, now, "tests", [7; 32]);
        let (_, key) = app.db.transaction(create_key).await.unwrap();
        let (address, server) = Server::start(app.clone()).await;
        TestApp {
            app,
            outbox,
            smtp,
            address,
            client: client(),
            key,
            database_url: database.url().to_owned(),
            stopper: Stopper::new(),
            numbers: AtomicU32::new(1),
            _server: server,
        }
    }
}

fn environment(
    database: &Database,
    mail_peer: SocketAddr,
    parameters: &str,
) -> BTreeMap<String, String> {
    let smtp_url = format!("smtp://{mail_peer}{parameters}");
    [
        ("DATABASE_URL", database.url()),
        (
            "SECRET_KEY",
            "a key for tests only, longer than 32 characters",
        ),
        ("BASE_URL", BASE_URL),
        ("MAIL_FROM", "newsletter@news.europablatt.example"),
        ("SMTP_URL", &smtp_url),
        ("TIDINGS__DATABASE__POOL_SIZE", "4"),
        ("TIDINGS__PUBLISHER__NAME", "Europablatt"),
        (
            "TIDINGS__PUBLISHER__HOME_URL",
            "https://www.europablatt.example/",
        ),
        (
            "TIDINGS__PUBLISHER__POSTAL_ADDRESS",
            "Europablatt GmbH, Hafenstr. 7, 20459 Hamburg",
        ),
        (
            "TIDINGS__PUBLISHER__CONTACT",
            "leserservice@europablatt.example",
        ),
        (
            "TIDINGS__PUBLISHER__IMPRINT_URL",
            "https://www.europablatt.example/imprint",
        ),
        (
            "TIDINGS__PUBLISHER__PRIVACY_URL",
            "https://www.europablatt.example/privacy",
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

/// The HTTP server on threads of its own, so that it can be stopped when a test ends in whatever way.
struct Server {
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    async fn start(app: App) -> (SocketAddr, Self) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (tell, told) = oneshot::channel();
        let serve = move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let server = edge::server(&app, listener).unwrap();
                tell.send(server.handle()).ok();
                server.await.unwrap();
            });
        };
        let thread = std::thread::spawn(serve);
        (
            address,
            Self {
                handle: told.await.unwrap(),
                thread: Some(thread),
            },
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The command is given by the call; the future would only wait for its end, as joining the thread does.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// The program with a database of its own, a mail peer and a clock that stands still.
pub(crate) struct TestApp {
    /// The program's parts, for what no door leads to.
    pub(crate) app: App,
    /// Everything that the mail peer took.
    pub(crate) outbox: Outbox,
    /// The mail peer.
    pub(crate) smtp: Running,
    address: SocketAddr,
    client: Client,
    key: SecretString,
    database_url: String,
    stopper: Stopper,
    numbers: AtomicU32,
    _server: Server,
}

impl TestApp {
    /// The program with the usual settings.
    pub(crate) async fn start() -> Self {
        Self::with().start().await
    }

    /// The program with other settings.
    pub(crate) fn with() -> Builder {
        Builder::default()
    }

    /// Where its database is, for connections beside the program's.
    pub(crate) fn database_url(&self) -> String {
        self.database_url.clone()
    }

    /// Where the program listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The present instant.
    pub(crate) fn now(&self) -> Timestamp {
        self.app.clock.now()
    }

    /// Turns the clock, also that by which relays are left alone; nothing else happens.
    pub(crate) fn advance(&self, by: SignedDuration) {
        self.app.clock.advance(by);
        self.app.mailer.forgive();
    }

    /// A number that this test has not had yet, from 1.
    pub(super) fn next_number(&self) -> u32 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// A request to a path, or to a link of a mail.
    pub(crate) fn call(&self, method: Method, path_or_link: &str) -> Call {
        let path = path_or_link
            .strip_prefix(self.app.site.base_url())
            .unwrap_or(path_or_link);
        assert!(
            path.starts_with('/'),
            "{path_or_link} does not lead to the program"
        );
        Call(
            self.client
                .request(method, format!("http://{}{path}", self.address)),
        )
    }

    /// Looks at a path or at a link of a mail.
    pub(crate) async fn get(&self, path_or_link: &str) -> Answer {
        self.call(Method::GET, path_or_link).send().await
    }

    /// Sends a form to a path or to a link of a mail.
    pub(crate) async fn post(&self, path_or_link: &str, fields: &[(&str, &str)]) -> Answer {
        self.call(Method::POST, path_or_link)
            .form(fields)
            .send()
            .await
    }

    /// Sends the form under an article as an English browser does.
    pub(crate) async fn sign_up(&self, address: &str, newsletters: &[&str]) -> Answer {
        let mut fields = vec![("email", address), ("language", "en")];
        fields.extend(newsletters.iter().map(|slug| ("newsletter", *slug)));
        self.post("/subscribe", &fields).await
    }

    /// Presses the button behind the link of a confirmation mail.
    pub(crate) async fn confirm(&self, mail: &CapturedMail) -> Answer {
        self.post(&link(mail, "/confirm/"), &[]).await
    }

    /// A request to the admin API with a working key; `path` comes after `/api/v1`.
    pub(crate) fn api(&self, method: Method, path: &str) -> Call {
        let bearer = format!("Bearer {}", self.api_key());
        self.call(method, &format!("/api/v1{path}"))
            .header("authorization", bearer)
    }

    /// The text of the key that [`TestApp::api`] uses.
    pub(crate) fn api_key(&self) -> &str {
        self.key.expose_secret()
    }

    /// Sends every mail that is due now and returns how many were taken in hand.
    pub(crate) async fn deliver(&self) -> usize {
        deliver::drain(&self.app, &self.stopper.stop())
            .await
            .unwrap()
    }

    /// Composes every newsletter that is due now.
    pub(crate) async fn run_due(&self) -> Vec<Composed> {
        let pass = tick::run_due(&self.app).await.unwrap();
        tick::act_on_approvals(&self.app).await.unwrap();
        assert!(pass.failed.is_empty(), "{:?}", pass.failed);
        pass.composed
    }

    /// The mails that came to `address`, oldest first.
    #[expect(
        clippy::unused_async,
        reason = "reads like everything else that a test asks the program"
    )]
    pub(crate) async fn inbox(&self, address: &str) -> Vec<Arc<CapturedMail>> {
        let mut mails = self.outbox.list(Some(address), None, usize::MAX);
        mails.reverse();
        mails
    }

    /// Runs a use case in a transaction, and stops the test when it fails.
    pub(crate) async fn run<T, E>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> Result<T, E> + Send + 'static,
    ) -> T
    where
        T: Send + 'static,
        E: From<store::Error> + Debug + Send + 'static,
    {
        self.app.db.transaction(work).await.unwrap()
    }

    /// Works on rows directly.
    pub(crate) async fn sql<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut PgConnection) -> QueryResult<T> + Send + 'static,
    ) -> T {
        self.run(|conn| work(conn).map_err(store::Error::from))
            .await
    }

    /// Runs a statement that gives no rows, and returns how many it changed.
    pub(crate) async fn execute(&self, statement: &str) -> usize {
        let query = diesel::sql_query(statement);
        self.sql(move |conn| query.execute(conn)).await
    }

    /// The rows of a `SELECT`, as objects of their columns; times look like `2026-01-05T05:30:00+00:00`.
    pub(crate) async fn rows(&self, select: &str) -> Vec<Value> {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            json: String,
        }
        let query = diesel::sql_query(format!(
            "SELECT row_to_json(t)::text AS json FROM ({select}) t"
        ));
        let rows: Vec<Row> = self.sql(move |conn| query.load(conn)).await;
        rows.iter()
            .map(|row| serde_json::from_str(&row.json).unwrap())
            .collect()
    }

    /// How many rows a `SELECT` gives.
    pub(crate) async fn count(&self, select: &str) -> usize {
        self.rows(select).await.len()
    }

    /// Waits until a `SELECT` gives so many rows: what is written beside an answer comes soon after it.
    pub(crate) async fn until_count(&self, select: &str, count: usize) {
        let there = async {
            while self.count(select).await != count {
                tokio::time::sleep(POLL).await;
            }
        };
        let there = tokio::time::timeout(PATIENCE, there).await;
        assert!(there.is_ok(), "never {count} rows: {select}");
    }
}
