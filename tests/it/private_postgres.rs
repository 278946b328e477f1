//! The private `PostgreSQL` with real servers: starting, finding again, refusing and stopping.

use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;
use tidings::embedded_postgres::{Cluster, DataDirLock, Error, Settings};

/// Set for a second copy of this test program that plays the process that crashes.
const HOLDER_FOLDER: &str = "TIDINGS_TEST_HOLDER_FOLDER";

/// A temporary folder with the given mode, whatever this machine's default is.
fn folder_with_mode(mode: u32) -> io::Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), Permissions::from_mode(mode))?;
    Ok(folder)
}

/// A folder that the server's user can get to.
fn open_folder() -> io::Result<TempDir> {
    folder_with_mode(0o755)
}

fn settings(data_dir: impl Into<PathBuf>) -> Settings {
    Settings {
        data_dir: data_dir.into(),
        fast_unsafe: true,
        ..Settings::default()
    }
}

fn is_running(pid: i32) -> bool {
    kill(Pid::from_raw(pid), None).is_ok()
}

fn accepts(cluster: &Cluster) -> bool {
    UnixStream::connect(cluster.socket_dir().join(".s.PGSQL.5432")).is_ok()
}

/// Another process that took the lock of `data_dir` and started its server, and the server's process id.
fn start_holder(data_dir: &Path) -> io::Result<(Child, i32)> {
    let mut holder = Command::new(std::env::current_exe()?)
        .args([
            "--exact",
            "private_postgres::holder",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(HOLDER_FOLDER, data_dir)
        .stdout(Stdio::piped())
        .spawn()?;
    let lines = BufReader::new(holder.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?).lines();
    let pid = lines
        .map_while(Result::ok)
        .find_map(|line| line.rsplit_once("server pid ")?.1.parse().ok());
    Ok((holder, pid.ok_or(io::ErrorKind::UnexpectedEof)?))
}

/// Does nothing in an ordinary run; see [`start_holder`].
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the only way to hand a folder to a copy of the test program"
)]
fn holder() {
    let Some(data_dir) = std::env::var_os(HOLDER_FOLDER).map(PathBuf::from) else {
        return;
    };
    let _lock = DataDirLock::acquire(&data_dir).unwrap();
    let cluster = Cluster::start(&settings(data_dir)).unwrap();
    println!("server pid {}", cluster.pid());
    // Until it is killed, and not for ever when it is forgotten.
    std::thread::park_timeout(Duration::from_mins(1));
}

#[test]
fn an_empty_folder_becomes_a_database_quickly_and_stops_cleanly() {
    let folder = open_folder().unwrap();
    let data_dir = folder.path().join("new/data");
    let began = Instant::now();
    // With everything flushed to disk, as in production.
    let cluster = Cluster::start(&Settings {
        fast_unsafe: false,
        ..settings(&data_dir)
    })
    .unwrap();
    // Takes 1 to 2 seconds; the bound leaves room for a machine that compiles at the same time.
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "{:?}",
        began.elapsed()
    );

    let canonical = fs::canonicalize(&data_dir).unwrap().join("pg");
    let host = canonical.to_str().unwrap().replace('/', "%2F");
    assert_eq!(cluster.url(), format!("postgres://tidings@{host}/tidings"));
    assert_eq!(
        cluster.url_for("a b"),
        format!("postgres://tidings@{host}/a%20b")
    );
    assert!(!cluster.was_attached());
    assert!(cluster.bin_dir().join("postgres").is_file());
    assert_eq!(
        fs::metadata(&canonical).unwrap().permissions().mode() & 0o777,
        0o700
    );

    let pid = cluster.pid();
    cluster.stop().unwrap();
    assert!(!is_running(pid));
    assert!(!canonical.join("postmaster.pid").exists());
}

#[test]
fn a_second_start_keeps_the_cluster_and_dropping_stops_the_server() {
    let folder = open_folder().unwrap();
    let first = Cluster::start(&settings(folder.path())).unwrap();
    let note = folder.path().join("pg/global/pg_control");
    let identity = |bytes: Vec<u8>| bytes[..8].to_vec();
    let created = identity(fs::read(&note).unwrap());
    let first_pid = first.pid();
    drop(first);
    assert!(!is_running(first_pid));

    let second = Cluster::start(&settings(folder.path())).unwrap();
    assert_eq!(identity(fs::read(&note).unwrap()), created);
    assert!(accepts(&second));
    assert_ne!(second.pid(), first_pid);
}

#[test]
fn a_server_left_by_a_crash_is_used_again_and_stopped_by_the_next_holder_of_the_lock() {
    let folder = open_folder().unwrap();
    let (mut holder, pid) = start_holder(folder.path()).unwrap();
    let holder_pid = i32::try_from(holder.id()).ok();
    let refused = DataDirLock::acquire(folder.path());
    assert!(
        matches!(refused, Err(Error::InUse { pid }) if pid == holder_pid),
        "{refused:?}"
    );
    // A kill cannot be caught, so the holder has no chance to stop its server.
    holder.kill().unwrap();
    holder.wait().unwrap();
    assert!(is_running(pid), "the server must survive its holder");

    let visitor = Cluster::attach(folder.path()).unwrap().unwrap();
    assert_eq!((visitor.pid(), visitor.was_attached()), (pid, true));
    assert!(visitor.bin_dir().join("postgres").is_file());
    drop(visitor);
    let without_lock = Cluster::start(&settings(folder.path())).unwrap();
    assert_eq!(
        (without_lock.pid(), without_lock.was_attached()),
        (pid, true)
    );
    without_lock.stop().unwrap();
    assert!(
        is_running(pid),
        "neither a visitor nor a start without the lock may stop it"
    );

    let _lock = DataDirLock::acquire(folder.path()).unwrap();
    let adopted = Cluster::start(&settings(folder.path())).unwrap();
    assert_eq!((adopted.pid(), adopted.was_attached()), (pid, true));
    adopted.stop().unwrap();
    assert!(!folder.path().join("pg/postmaster.pid").exists());
    assert!(Cluster::attach(folder.path()).unwrap().is_none());
}

#[test]
fn a_killed_server_is_started_again() {
    let folder = open_folder().unwrap();
    let first = Cluster::start(&settings(folder.path())).unwrap();
    let killed = first.pid();
    kill(Pid::from_raw(killed), Signal::SIGKILL).unwrap();
    drop(first);
    let second = Cluster::start(&settings(folder.path())).unwrap();
    assert!(!second.was_attached() && second.pid() != killed && accepts(&second));
}

#[test]
fn a_stale_pid_file_leads_to_no_stranger_and_stops_no_start() {
    let folder = open_folder().unwrap();
    drop(Cluster::start(&settings(folder.path())).unwrap());
    let cluster = fs::canonicalize(folder.path()).unwrap().join("pg");
    let mut stranger = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
    let (pid, place) = (stranger.id(), cluster.display());
    let stale = format!("{pid}\n{place}\n1789000000\n5432\n{place}\n\n  1  1\nready   \n");
    for lock in ["postmaster.pid", ".s.PGSQL.5432.lock"] {
        fs::write(cluster.join(lock), &stale).unwrap();
    }
    assert!(Cluster::attach(folder.path()).unwrap().is_none());
    let server = Cluster::start(&settings(folder.path())).unwrap();
    assert!(!server.was_attached() && accepts(&server));
    assert!(
        stranger.try_wait().unwrap().is_none(),
        "the stranger must be left alone"
    );
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn a_long_path_gets_a_short_socket_folder_that_later_processes_find() {
    let folder = open_folder().unwrap();
    let data_dir = folder.path().join("a long name, with a comma ".repeat(5));
    let cluster = Cluster::start(&settings(&data_dir)).unwrap();
    let socket_dir = cluster.socket_dir().to_owned();
    assert!(
        socket_dir.starts_with("/tmp") && accepts(&cluster),
        "{}",
        socket_dir.display()
    );
    assert_eq!(
        fs::metadata(&socket_dir).unwrap().permissions().mode() & 0o777,
        0o700
    );
    let visitor = Cluster::attach(&data_dir).unwrap().unwrap();
    assert_eq!(visitor.url(), cluster.url());
    drop(visitor);
    cluster.stop().unwrap();
    assert!(!socket_dir.exists());

    // Somebody else may have taken the name in between.
    fs::create_dir(&socket_dir).unwrap();
    fs::set_permissions(&socket_dir, Permissions::from_mode(0o755)).unwrap();
    let refused = Cluster::start(&settings(&data_dir));
    fs::remove_dir(&socket_dir).unwrap();
    assert!(
        matches!(refused, Err(Error::SocketDirTaken(_))),
        "{refused:?}"
    );
}

#[test]
fn a_cluster_of_another_major_version_is_left_alone() {
    let folder = open_folder().unwrap();
    let cluster = folder.path().join("pg");
    fs::create_dir(&cluster).unwrap();
    fs::write(cluster.join("PG_VERSION"), "99\n").unwrap();
    let error = Cluster::start(&settings(folder.path())).unwrap_err();
    assert!(
        matches!(error, Error::WrongMajor { wanted: 99, .. }),
        "{error:?}"
    );
    assert!(error.to_string().contains("postgresql-99"), "{error}");
    assert_eq!(
        fs::read_to_string(cluster.join("PG_VERSION")).unwrap(),
        "99\n"
    );
}

#[test]
fn a_folder_with_other_files_is_left_alone() {
    let folder = open_folder().unwrap();
    let cluster = folder.path().join("pg");
    fs::create_dir(&cluster).unwrap();
    fs::write(cluster.join("holiday.jpg"), "").unwrap();
    let error = Cluster::start(&settings(folder.path())).unwrap_err();
    assert!(matches!(error, Error::NotACluster(_)), "{error:?}");
}

#[test]
fn root_is_told_which_folder_is_closed_to_the_server() {
    let closed = folder_with_mode(0o700).unwrap();
    let data_dir = closed.path().join("data");
    let started = Cluster::start(&settings(&data_dir));
    if geteuid().is_root() {
        let error = started.unwrap_err();
        let named = fs::canonicalize(closed.path()).unwrap();
        assert!(
            matches!(&error, Error::NotReachable { folder, .. } if *folder == named),
            "{error:?}"
        );
        assert!(
            error.to_string().contains("--data-dir /var/lib/tidings"),
            "{error}"
        );
    } else {
        assert!(accepts(&started.unwrap()));
    }
}

#[test]
fn a_closed_data_folder_of_our_own_is_opened_for_the_server_alone() {
    let data_dir = folder_with_mode(0o700).unwrap();
    let cluster = Cluster::start(&settings(data_dir.path())).unwrap();
    assert!(accepts(&cluster));
    let mode = fs::metadata(data_dir.path()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, if geteuid().is_root() { 0o710 } else { 0o700 });
}

#[test]
fn missing_programs_are_explained() {
    let folder = open_folder().unwrap();
    let settings = Settings {
        bin_dir: Some(folder.path().join("nowhere")),
        ..settings(folder.path())
    };
    let error = Cluster::start(&settings).unwrap_err().to_string();
    for hint in [
        "nowhere",
        "PostgreSQL 14 or newer",
        "apt-get install postgresql",
        "DATABASE_URL",
        "TIDINGS_PG_BIN",
    ] {
        assert!(error.contains(hint), "{error}");
    }
}

#[test]
fn a_server_that_does_not_start_shows_the_end_of_its_log() {
    let folder = open_folder().unwrap();
    let extra = vec![("max_connections".to_owned(), "many".to_owned())];
    let error = Cluster::start(&Settings {
        extra,
        ..settings(folder.path())
    })
    .unwrap_err();
    assert!(error.to_string().contains("max_connections"), "{error}");
    assert!(matches!(error, Error::Start { .. }), "{error:?}");
}
