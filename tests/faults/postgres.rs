//! A real `PostgreSQL` on disk that flushes as in production, and that a test may stop in any way.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, User};
use tempfile::TempDir;

/// The database's superuser.
const USER: &str = "tidings";

/// Ends the server when our end of its standard input closes, which also happens when we are killed.
const GUARD: &str = r#"read -r _; kill -QUIT "$1"; sleep 1; rm -rf "$2""#;

/// How a server is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Sessions are ended, then everything is written.
    Fast,
    /// As after a crash: the log is replayed at the next start.
    Immediate,
}

/// A server.
pub(crate) struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    running: Mutex<Option<(Child, Child)>>,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("tidings-faults-")
            .tempdir()
            .unwrap();
        let postgres = Self {
            folder,
            programs: programs(),
            running: Mutex::new(None),
        };
        let path = postgres.folder.path();
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        if let Some(user) = account() {
            chown(path, Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        }
        let mut initdb = postgres.command("initdb");
        initdb.args([
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--username",
            USER,
            "-D",
        ]);
        let made = initdb.arg(path.join("pg")).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        postgres.up();
        postgres
    }

    /// Starts the server and waits until it takes connections.
    pub(crate) fn up(&self) {
        let path = self.folder.path();
        let log = fs::File::options()
            .create(true)
            .append(true)
            .open(path.join("log"))
            .unwrap();
        let mut server = self.command("postgres");
        server.arg("-D").arg(path.join("pg")).arg("-k").arg(path);
        for setting in [
            "listen_addresses=",
            "max_connections=200",
            "fsync=on",
            "shared_buffers=256MB",
        ] {
            server.args(["-c", setting]);
        }
        let child = server
            .stdout(Stdio::null())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard", &child.id().to_string()])
            .arg(path)
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        *self.running() = Some((child, guard.unwrap()));
        let begin = Instant::now();
        while let Err(error) = PgConnection::establish(&self.url("postgres")) {
            assert!(begin.elapsed() < Duration::from_mins(2), "{error}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the server and waits until it has ended.
    pub(crate) fn stop(&self, how: Stop) {
        let Some((mut child, mut guard)) = self.running().take() else {
            return;
        };
        // The guard first: it would take the folder with it.
        guard.kill().ok();
        guard.wait().ok();
        let signal = match how {
            Stop::Fast => Signal::SIGINT,
            Stop::Immediate => Signal::SIGQUIT,
        };
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        child.wait().unwrap();
    }

    /// The socket that it listens on.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.path().join(".s.PGSQL.5432")
    }

    /// The address of a database, through the socket.
    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://{USER}@{folder}/{database}")
    }

    /// The address of a database at this port, which a proxy has.
    pub(crate) fn url_at(port: u16, database: &str) -> String {
        format!("postgres://{USER}@127.0.0.1:{port}/{database}?sslmode=disable&gssencmode=disable")
    }

    /// Makes an empty database.
    pub(crate) fn create(&self, database: &str) {
        let mut connection = PgConnection::establish(&self.url("postgres")).unwrap();
        connection
            .batch_execute(&format!("CREATE DATABASE {database}"))
            .unwrap();
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<(Child, Child)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        if let Some(user) = account() {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command.current_dir(self.folder.path());
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop(Stop::Immediate);
    }
}

/// `PostgreSQL` refuses to run as root.
fn account() -> Option<User> {
    let named = |name| User::from_name(name).ok().flatten();
    nix::unistd::geteuid()
        .is_root()
        .then(|| named("postgres").or_else(|| named("nobody")).unwrap())
}

/// The newest installation.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let folders = versions.map(|version| version.path().join("bin"));
    let path = crate::settings::variable("PATH").unwrap_or_default();
    let named = crate::settings::variable("TIDINGS_PG_BIN");
    let searched = named.into_iter().map(PathBuf::from).chain(folders);
    searched
        .chain(path.split(':').map(PathBuf::from))
        .find(|folder: &PathBuf| Path::new(folder).join("initdb").exists())
        .expect("no PostgreSQL: `make setup-build` installs it")
}
