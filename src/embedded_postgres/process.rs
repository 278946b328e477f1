//! Starts the server, waits until it answers and stops it.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;

use super::Settings;
use super::account::Account;
use super::error::{Error, IoContext};
use super::folder::Log;
use super::running::{self, ANSWER_PATIENCE, Answer, Live, ask};
use super::wire::{self, Session};

pub(super) const POLL_EVERY: Duration = Duration::from_millis(20);
/// How long to wait at most between two questions to a server that says it is starting.
const MAX_PAUSE: Duration = Duration::from_millis(250);
/// How long a new server may stay silent.
const START_PATIENCE: Duration = Duration::from_secs(30);
/// How long a server may take that says it is starting: replaying the log after a crash takes its time.
pub(super) const RECOVERY_PATIENCE: Duration = Duration::from_mins(5);
/// How long a killed server may keep its number until it is collected, and its sessions the shared memory.
const LEFTOVER_PATIENCE: Duration = Duration::from_secs(30);
/// How long a fast shutdown may take before sessions are cut without a checkpoint, and how long that may take:
/// the server itself kills its processes 5 seconds after SIGQUIT.
const FAST_STOP_PATIENCE: Duration = Duration::from_secs(10);
const IMMEDIATE_STOP_PATIENCE: Duration = Duration::from_secs(8);

/// Starts a server on `cluster` and waits until it answers.
pub(super) fn start(
    settings: &Settings,
    cluster: &Path,
    bin_dir: &Path,
    socket_dir: &Path,
    account: &Account,
) -> Result<Child, Error> {
    let leftover_deadline = Instant::now() + LEFTOVER_PATIENCE;
    loop {
        running::release_taken_number(cluster, socket_dir)?;
        let log = Log::open(&settings.data_dir)?;
        let mut command = server_command(settings, cluster, bin_dir, socket_dir, account);
        let output = || log.file.try_clone().doing("write", &log.path);
        command.stdout(output()?).stderr(output()?);
        // A group of its own, so that Ctrl-C reaches us alone and we can finish our work before the database goes.
        let child = command
            .process_group(0)
            .spawn()
            .doing("run", &bin_dir.join("postgres"))?;
        match wait_until_ready(child, socket_dir, &log) {
            Err(Error::Start { tail, .. })
                if is_leftover(&tail) && Instant::now() < leftover_deadline =>
            {
                sleep(POLL_EVERY * 10);
            }
            outcome => return outcome,
        }
    }
}

/// Whether the server refused because of what `kill -9` left of an earlier one, which goes away by itself: sessions that
/// still have to notice, or an ended process that the system has not collected yet.
fn is_leftover(tail: &str) -> bool {
    tail.contains("shared memory block")
        || (tail.contains("lock file") && tail.contains("already exists"))
}

fn server_command(
    settings: &Settings,
    cluster: &Path,
    bin_dir: &Path,
    socket_dir: &Path,
    account: &Account,
) -> Command {
    let mut command = account.command(&bin_dir.join("postgres"));
    command
        .arg("-D")
        .arg(cluster)
        .arg("-k")
        .arg(socket_dir)
        .arg("-p")
        .arg(wire::PORT.to_string());
    let mut options = vec![
        "listen_addresses=",
        "unix_socket_permissions=0700",
        "max_connections=100",
        "log_destination=stderr",
        "logging_collector=off",
        // Statements and error details carry readers' addresses, which do not belong into a log.
        "log_error_verbosity=terse",
        "log_min_error_statement=panic",
        "log_checkpoints=off",
    ];
    if settings.fast_unsafe {
        options.extend([
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
        ]);
    }
    for option in options {
        command.args(["-c", option]);
    }
    for (name, value) in &settings.extra {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
}

fn wait_until_ready(mut child: Child, socket_dir: &Path, log: &Log) -> Result<Child, Error> {
    let began = Instant::now();
    let mut patience = START_PATIENCE;
    let mut pause = POLL_EVERY;
    let fail = |reason| Error::Start {
        reason,
        log: log.path.clone(),
        tail: log.tail(),
    };
    while began.elapsed() < patience {
        if let Some(status) = child.try_wait().doing("watch", &log.path)? {
            return Err(fail(format!("it ended with {status}")));
        }
        match ask(socket_dir) {
            Ok(Answer::Ready) => return Ok(child),
            Ok(Answer::Changing) => {
                patience = RECOVERY_PATIENCE;
                // Each question is a line in the log, which should still show what the server is busy with.
                pause = MAX_PAUSE.min(pause + pause / 4);
            }
            Ok(Answer::Silent) => {}
            Err(error) => {
                stop_child(&mut child)?;
                return Err(error);
            }
        }
        sleep(pause);
    }
    stop_child(&mut child)?;
    Err(fail(format!(
        "no answer after {} seconds",
        began.elapsed().as_secs()
    )))
}

/// Creates `database` unless it exists.
pub(super) fn ensure_database(socket_dir: &Path, database: &str) -> Result<(), Error> {
    match Session::open(socket_dir, database, ANSWER_PATIENCE) {
        Ok(session) => {
            session.close();
            return Ok(());
        }
        Err(wire::Error::Refused { code, .. }) if code == wire::NO_SUCH_DATABASE => {}
        Err(error) => return Err(error.into()),
    }
    // Copying the template is the only statement here that does real work, hence the longer patience.
    let mut session = Session::open(socket_dir, "postgres", START_PATIENCE)?;
    match session.run(&format!(
        "CREATE DATABASE \"{}\"",
        database.replace('"', "\"\"")
    )) {
        Err(wire::Error::Refused { code, .. }) if code == wire::DUPLICATE_DATABASE => {}
        outcome => outcome?,
    }
    session.close();
    Ok(())
}

/// Stops a server we started: sessions are ended and everything is written; without a checkpoint after 10 seconds.
pub(super) fn stop_child(child: &mut Child) -> Result<(), Error> {
    let pid = i32::try_from(child.id()).unwrap_or_default();
    // An error here means that somebody else already collected the ended process.
    stop(pid, &mut || !matches!(child.try_wait(), Ok(None)))
}

/// Stops a server that an earlier process started, if it is still the one of this cluster.
pub(super) fn stop_adopted(cluster: &Path, live: &Live) -> Result<(), Error> {
    let is_same = running::read_pid_file(cluster)?.as_ref() == Some(live);
    if !is_same || !running::is_server(live.pid) || ask(&live.socket_dir)? != Answer::Ready {
        return Ok(());
    }
    stop(live.pid, &mut || has_ended(live.pid))
}

fn stop(pid: i32, has_ended: &mut dyn FnMut() -> bool) -> Result<(), Error> {
    for (signal, patience) in [
        (Signal::SIGINT, FAST_STOP_PATIENCE),
        (Signal::SIGQUIT, IMMEDIATE_STOP_PATIENCE),
    ] {
        if pid <= 1 || has_ended() {
            return Ok(());
        }
        match kill(Pid::from_raw(pid), signal) {
            Ok(()) => {}
            Err(Errno::ESRCH) => return Ok(()),
            Err(_) => return Err(Error::Stop { pid }),
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if has_ended() {
                return Ok(());
            }
            sleep(POLL_EVERY);
        }
        tracing::warn!(pid, %signal, "the private PostgreSQL did not stop in time");
    }
    Err(Error::Stop { pid })
}

fn has_ended(pid: i32) -> bool {
    // Ours after all when the handle was lost; then only we can collect it.
    match waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG)) {
        Ok(WaitStatus::StillAlive) => false,
        Ok(_) => true,
        Err(_) => !running::is_server(pid),
    }
}
