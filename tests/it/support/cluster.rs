//! One private PostgreSQL for the whole test process, and a database of its own for each test.

use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use nix::sys::statvfs::statvfs;
use secrecy::ExposeSecret;
use tempfile::Builder;
use tidings::clock::Clock;
use tidings::embedded_postgres::{Cluster, Settings};
use tidings::usecases::access;

/// The database that every test starts with a copy of.
const TEMPLATE: &str = "tidings_template";

/// Stops the server and removes its files once our end of its standard input closes, which also happens when the
/// test process is killed. The server removes the file with its number as the last thing it does.
const GUARD: &str = r#"
read -r _
kill -INT "$1"
for _ in $(seq 100); do
    [ -e "$2/pg/postmaster.pid" ] || break
    sleep 0.1
done
[ -e "$2/pg/postmaster.pid" ] && kill -QUIT "$1" && sleep 1
rm -rf "$2"
"#;

/// How the folder's name begins.
const PREFIX: &str = "tidings-tests-";

/// Eight megabytes a test, for some hundred tests.
const ROOM_BYTES: u128 = 4 * 1024 * 1024 * 1024;

static CLUSTER: LazyLock<TestCluster> = LazyLock::new(TestCluster::start);

struct TestCluster {
    cluster: Cluster,
    /// Makes and drops databases, one at a time: PostgreSQL refuses to copy a database that is in use.
    maker: Mutex<PgConnection>,
    count: AtomicU32,
    /// Ends the server when this process ends, in whatever way; our end of its standard input lives as long as we do.
    _guard: Child,
}

impl TestCluster {
    fn start() -> Self {
        let folder = folder();
        // The server runs as another user when the tests run as root.
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        let extra = [
            ("max_connections", "300"),
            // Copies of the template go to the log as well; nobody replays it.
            ("wal_level", "minimal"),
            ("max_wal_senders", "0"),
            ("max_wal_size", "256MB"),
            ("autovacuum", "off"),
        ];
        let cluster = Cluster::start(&Settings {
            data_dir: folder.clone(),
            bin_dir: None,
            fast_unsafe: true,
            extra: extra
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        })
        .unwrap();
        let guard = guard(cluster.pid(), &folder);
        let mut maker = PgConnection::establish(&cluster.url_for("postgres")).unwrap();
        maker
            .batch_execute(&format!("CREATE DATABASE {TEMPLATE}"))
            .unwrap();
        let mut template = PgConnection::establish(&cluster.url_for(TEMPLATE)).unwrap();
        super::migrate(&mut template);
        Self {
            cluster,
            maker: Mutex::new(maker),
            count: AtomicU32::new(0),
            _guard: guard,
        }
    }

    fn run(&self, statement: &str) {
        // A test that failed while it held the lock has left the connection in order.
        let mut maker = self.maker.lock().unwrap_or_else(PoisonError::into_inner);
        maker.batch_execute(statement).unwrap();
    }

    fn create(&'static self, template: &str) -> Database {
        let name = format!("test_{}", self.count.fetch_add(1, Ordering::Relaxed));
        self.run(&format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Database {
            url: self.cluster.url_for(&name),
        }
    }
}

/// A folder in memory where the system has plenty of it, since a database is three hundred files and making them is
/// most of the work; otherwise among the temporary files.
fn folder() -> PathBuf {
    let memory = Path::new("/dev/shm");
    let is_roomy = statvfs(memory).is_ok_and(|system| {
        u128::from(system.blocks_available()) * u128::from(system.fragment_size()) >= ROOM_BYTES
    });
    let in_memory = is_roomy
        .then(|| Builder::new().prefix(PREFIX).tempdir_in(memory).ok())
        .flatten();
    in_memory
        .unwrap_or_else(|| Builder::new().prefix(PREFIX).tempdir().unwrap())
        .keep()
}

/// A process that outlives us by a moment, in a group of its own so that Ctrl-C does not reach it.
fn guard(server: i32, folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", GUARD, "guard", &server.to_string()])
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

/// A database that belongs to one test.
pub(crate) struct Database {
    url: String,
}

impl Database {
    /// A database with the schema of this version. Blocks for some milliseconds.
    pub(crate) fn migrated() -> Self {
        CLUSTER.create(TEMPLATE)
    }

    /// A database without anything in it.
    pub(crate) fn empty() -> Self {
        CLUSTER.create("template0")
    }

    /// Another database, into which a backup of this one is restored as `docs/operate.md` says.
    pub(crate) fn restored_elsewhere(&self) -> Self {
        let programs = CLUSTER.cluster.bin_dir();
        let dump = Command::new(programs.join("pg_dump"))
            .args(["--format=custom", "--dbname", &self.url])
            .output()
            .unwrap();
        assert!(
            dump.status.success(),
            "{}",
            String::from_utf8_lossy(&dump.stderr)
        );
        let restored = Self::empty();
        let mut restore = Command::new(programs.join("pg_restore"))
            .args(["--no-owner", "--exit-on-error", "--dbname", &restored.url])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        restore
            .stdin
            .take()
            .unwrap()
            .write_all(&dump.stdout)
            .unwrap();
        assert!(restore.wait().unwrap().success());
        restored
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }

    /// Runs a statement that gives no rows, and returns how many it changed.
    pub(crate) fn execute(&self, statement: &str) -> usize {
        diesel::sql_query(statement)
            .execute(&mut self.connect())
            .unwrap()
    }

    /// How many rows a `SELECT` gives.
    pub(crate) fn count(&self, select: &str) -> usize {
        // What a SELECT "changes" is what it gives.
        self.execute(select)
    }

    /// The text of an API key that opens its server.
    pub(crate) fn api_key(&self) -> String {
        let now = Clock::System.now();
        let made = access::create_key(&mut self.connect(), now, "tests", [7; 32]);
        made.unwrap().1.expose_secret().to_owned()
    }
}
