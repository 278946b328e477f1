//! Processes of the built program.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::sleep;

/// How often something is looked at that tells nobody when it changes.
const LOOK: Duration = Duration::from_millis(10);

/// How processes of one world are started.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    /// The executable.
    pub(crate) path: PathBuf,
    /// What it writes goes here, a file for each process.
    pub(crate) folder: PathBuf,
    /// Its environment, but for `PATH`.
    pub(crate) environment: BTreeMap<String, String>,
}

static STARTS: AtomicU32 = AtomicU32::new(0);

impl Program {
    /// With another value in its environment.
    #[must_use]
    pub(crate) fn with(&self, name: &str, value: &str) -> Self {
        let mut program = self.clone();
        program
            .environment
            .insert(name.to_owned(), value.to_owned());
        program
    }

    /// Starts it.
    pub(crate) fn start(&self, arguments: &[&str]) -> Process {
        let number = STARTS.fetch_add(1, Ordering::SeqCst);
        let log = self.folder.join(format!("{number}-{}.log", arguments[0]));
        let file = File::create(&log).unwrap();
        let child = Command::new(&self.path)
            .args(arguments)
            .env_clear()
            .env(
                "PATH",
                crate::settings::variable("PATH").unwrap_or_default(),
            )
            .envs(&self.environment)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Process {
            child,
            log,
            peak_kib: 0,
        }
    }

    /// Runs it to its end, which must be a good one; gives what it wrote.
    pub(crate) async fn run(&self, arguments: &[&str]) -> String {
        let mut process = self.start(arguments);
        let status = process.ended(Duration::from_mins(2)).await;
        assert!(
            status.success(),
            "{arguments:?}: {status}: {}",
            process.said()
        );
        process.said()
    }
}

/// A process; killed when it is dropped.
pub(crate) struct Process {
    child: Child,
    log: PathBuf,
    peak_kib: u64,
}

impl Process {
    /// Its number.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What it has written until now.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Waits until it has written this; gives the line.
    pub(crate) async fn says(&mut self, part: &str) -> String {
        let begin = Instant::now();
        loop {
            let said = self.said();
            if let Some(line) = said.lines().find(|line| line.contains(part)) {
                return line.to_owned();
            }
            let is_over = self.has_ended().is_some() || begin.elapsed() > Duration::from_mins(1);
            assert!(!is_over, "it never said {part:?}: {said}");
            sleep(LOOK).await;
        }
    }

    /// Sends it a signal, if it is still there.
    pub(crate) fn signal(&mut self, signal: Signal) {
        self.peak();
        if self.has_ended().is_none() {
            kill(Pid::from_raw(self.pid().cast_signed()), signal).unwrap();
        }
    }

    /// Kills it as a power cut does, and waits until it is gone.
    pub(crate) fn cut_off(&mut self) {
        self.signal(Signal::SIGKILL);
        self.child.wait().unwrap();
    }

    /// Asks it to end; how long that took, and whether it ended well.
    pub(crate) async fn stop(&mut self, patience: Duration) -> (Duration, bool) {
        let begin = Instant::now();
        self.signal(Signal::SIGTERM);
        let status = self.ended(patience).await;
        (begin.elapsed(), status.success())
    }

    /// How it ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self, patience: Duration) -> ExitStatus {
        let begin = Instant::now();
        loop {
            if let Some(status) = self.has_ended() {
                return status;
            }
            assert!(
                begin.elapsed() < patience,
                "it does not end: {}",
                self.said()
            );
            self.peak();
            sleep(LOOK).await;
        }
    }

    /// The most memory that it took, in KiB.
    pub(crate) fn peak(&mut self) -> u64 {
        let status = fs::read_to_string(
            Path::new("/proc")
                .join(self.pid().to_string())
                .join("status"),
        );
        let peak = status.unwrap_or_default().lines().find_map(|line| {
            let value = line.strip_prefix("VmHWM:")?;
            value.split_whitespace().next()?.parse().ok()
        });
        self.peak_kib = self.peak_kib.max(peak.unwrap_or_default());
        self.peak_kib
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
