//! Finds a server that is already running, for example one that outlived a crashed process.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

use super::error::{Error, IoContext};
use super::process::{POLL_EVERY, RECOVERY_PATIENCE};
use super::wire::{self, Session};

/// How long to wait for one answer on the socket.
pub(super) const ANSWER_PATIENCE: Duration = Duration::from_secs(5);
/// How long a server found running may be between two states, such as stopping, before a new one is tried.
const CHANGE_PATIENCE: Duration = Duration::from_secs(10);
/// A server found through the `postmaster.pid` it keeps in its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Live {
    pub(super) pid: i32,
    pub(super) socket_dir: PathBuf,
}

/// What a socket says about the server behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Ready,
    Changing,
    Silent,
}

/// Finds the running server of `cluster`, waiting while it is starting or stopping.
pub(super) fn find_live(cluster: &Path) -> Result<Option<Live>, Error> {
    let mut deadline = Instant::now() + CHANGE_PATIENCE;
    let end = Instant::now() + RECOVERY_PATIENCE;
    loop {
        let Some(live) = read_pid_file(cluster)?.filter(|live| is_server(live.pid)) else {
            return Ok(None);
        };
        match ask(&live.socket_dir)? {
            Answer::Ready => return Ok(Some(live)),
            Answer::Changing if Instant::now() < end => deadline = Instant::now() + CHANGE_PATIENCE,
            Answer::Changing | Answer::Silent => {}
        }
        if Instant::now() > deadline {
            // The number of a dead server may belong to another process by now; PostgreSQL itself decides that well.
            return Ok(None);
        }
        sleep(POLL_EVERY);
    }
}

/// Reads whom the cluster names as its server, alive or not.
pub(super) fn read_pid_file(cluster: &Path) -> Result<Option<Live>, Error> {
    let path = cluster.join("postmaster.pid");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(parse_pid_file(&text, cluster)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(error).doing("read", &path),
    }
}

/// Lines: pid, data folder, start time, port, socket folder, ...; a copied cluster names the original's folder.
fn parse_pid_file(text: &str, cluster: &Path) -> Option<Live> {
    let mut lines = text.lines();
    let pid = lines.next()?.trim().parse().ok().filter(|pid| *pid > 1)?;
    let is_same = lines.next().map(Path::new) == Some(cluster);
    let socket_dir = PathBuf::from(lines.nth(2)?);
    (is_same && socket_dir.is_absolute()).then_some(Live { pid, socket_dir })
}

/// Whether a process of this number lives and, where the system tells, is a `postgres`.
pub(super) fn is_server(pid: i32) -> bool {
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(stat) => is_living_postgres(&stat),
        Err(_) => !matches!(kill(Pid::from_raw(pid), None), Err(Errno::ESRCH)),
    }
}

/// Reads `4711 (postgres) S 1 ...` of Linux' proc(5). An ended process keeps its number as `Z` until its parent collects
/// it, which the first process of a container may do late or never.
fn is_living_postgres(stat: &str) -> bool {
    stat.rsplit_once(") ")
        .is_some_and(|(name, state)| name.ends_with("(postgres") && !state.starts_with(['Z', 'X']))
}

/// Lets a new server start although the number of a dead one is taken: by an ended process that nobody collected, or by
/// another program after a restart of the machine or container.
///
/// PostgreSQL takes any living process of its own user for the server, except its parent, so its two lock files get our
/// number, which is the parent of the coming server. Removing them would also skip its check for leftover shared memory.
pub(super) fn release_taken_number(cluster: &Path, socket_dir: &Path) -> Result<(), Error> {
    let socket_lock = socket_dir.join(format!(".s.PGSQL.{}.lock", wire::PORT));
    for path in [cluster.join("postmaster.pid"), socket_lock] {
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let Some((first, rest)) = text.split_once('\n') else {
            continue;
        };
        if first
            .trim()
            .parse()
            .is_ok_and(|pid| pid > 1 && !is_server(pid))
        {
            fs::write(&path, format!("{}\n{rest}", std::process::id())).doing("write", &path)?;
        }
    }
    Ok(())
}

/// Asks the server behind a socket how it is; an error means that it runs but does not want us.
pub(super) fn ask(socket_dir: &Path) -> Result<Answer, Error> {
    match Session::open(socket_dir, "postgres", ANSWER_PATIENCE) {
        Ok(session) => {
            session.close();
            Ok(Answer::Ready)
        }
        Err(wire::Error::Io(_)) => Ok(Answer::Silent),
        Err(wire::Error::Refused { code, .. }) if code == wire::CANNOT_CONNECT_NOW => {
            Ok(Answer::Changing)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PID_FILE: &str =
        "4711\n/srv/tidings/pg\n1789000000\n5432\n/srv/tidings/pg\n\n  20003  6\nready   \n";

    #[test]
    fn the_pid_file_names_process_and_socket() {
        let live = parse_pid_file(PID_FILE, Path::new("/srv/tidings/pg"));
        assert_eq!(
            live,
            Some(Live {
                pid: 4711,
                socket_dir: "/srv/tidings/pg".into()
            })
        );
    }

    #[test]
    fn a_copied_cut_or_foreign_pid_file_names_nobody() {
        let cluster = Path::new("/srv/tidings/pg");
        assert_eq!(parse_pid_file(PID_FILE, Path::new("/backup/pg")), None);
        for text in [
            "",
            "4711\n",
            "-12\n/srv/tidings/pg\n1\n5432\n/x\n",
            "4711\n/srv/tidings/pg\n1\n5432\n\n",
            "1\n",
        ] {
            assert_eq!(parse_pid_file(text, cluster), None, "{text:?}");
        }
    }

    #[test]
    fn a_number_that_now_belongs_to_another_program_is_no_server() {
        let ourselves = i32::try_from(std::process::id()).unwrap();
        assert!(!is_server(ourselves));
    }

    #[test]
    fn an_ended_process_that_nobody_collected_is_no_server() {
        for (stat, is_living) in [
            ("4711 (postgres) S 1 4711", true),
            ("4711 (postgres) Z 1 4711", false),
            ("4711 (tidings) S 1 4711", false),
            ("4711 (a) (postgres) R 1 4711", true),
            ("", false),
        ] {
            assert_eq!(is_living_postgres(stat), is_living, "{stat}");
        }
    }
}
