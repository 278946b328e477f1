//! The built program as a process of its own, in an environment that holds nothing but what a test puts there.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Client, Method};
use serde::de::DeserializeOwned;
use serde_json::json;
use tempfile::TempDir;
use tidings::clock::Clock;
use tidings::mail::outbox::Outbox;
use tidings::mail::smtp_server::{Running, Script};
use tokio::sync::{mpsc as channel, oneshot, watch};
use tokio::time::timeout;

use super::cluster::Database;
use super::http::{Call, client};
use super::mail::peer;

/// How long anything may take before a test gives up; only a failing test waits that long.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A mail server for processes, with the real time.
pub(crate) async fn mail_peer(script: Script) -> (Running, Outbox) {
    peer(script, Clock::System).await
}

/// A folder for files of the program; the private `PostgreSQL` may run as another user, who must get in.
pub(crate) fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}

/// A start of the program in the making.
#[must_use]
pub(crate) struct Tidings {
    command: Command,
    input: String,
    working_folder: TempDir,
}

impl Tidings {
    /// `tidings` with these arguments, in an empty folder, with nothing in its environment but `PATH`.
    pub(crate) fn new(arguments: &[&str]) -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one variable that a process of ours inherits"
        )]
        let path = std::env::var_os("PATH").unwrap_or_default();
        let working_folder = folder();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
        command
            .args(arguments)
            .env_clear()
            .env("PATH", path)
            .current_dir(working_folder.path());
        Self {
            command,
            input: String::new(),
            working_folder,
        }
    }

    /// `tidings serve` on a free port, with more arguments.
    pub(crate) fn serve(arguments: &[&str]) -> Self {
        Self::new(&[&["serve", "--listen", "127.0.0.1:0"], arguments].concat())
    }

    /// Sets a variable of its environment.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Uses this database.
    pub(crate) fn database(self, database: &Database) -> Self {
        self.env("DATABASE_URL", database.url())
            .env(
                "SECRET_KEY",
                "a key for tests only, longer than 32 characters",
            )
            .env("TIDINGS__DATABASE__POOL_SIZE", "4")
    }

    /// Sends mail there, and looks for mail to send twenty times a second.
    pub(crate) fn mail(self, relay: &Running) -> Self {
        self.env("SMTP_URL", &format!("smtp://{}", relay.address()))
            .env("MAIL_FROM", "newsletter@news.europablatt.example")
            .env("TIDINGS__DELIVERY__POLL_MILLISECONDS", "50")
    }

    /// What it reads from its standard input; otherwise that is empty.
    pub(crate) fn input(mut self, text: &str) -> Self {
        text.clone_into(&mut self.input);
        self
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Process {
        let mut child = self
            .command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let pid = Pid::from_raw(child.id().cast_signed());
        let mut input = child.stdin.take().unwrap();
        // A program that reads nothing may have closed it already.
        input.write_all(self.input.as_bytes()).ok();
        drop(input);
        let mut output = child.stdout.take().unwrap();
        let (tell_output, stdout) = oneshot::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).unwrap();
            tell_output.send(text).ok();
        });
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (tell_line, stderr) = channel::unbounded_channel();
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                tell_line.send(line).ok();
            }
        });
        let (tell_end, end) = watch::channel(None);
        let (tell_drop, end_for_drop) = mpsc::channel();
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            tell_end.send_replace(Some(status));
            tell_drop.send(()).ok();
        });
        Process {
            pid,
            stdout: Some(stdout),
            stderr,
            said: Vec::new(),
            end,
            end_for_drop,
            base: String::new(),
            client: client(),
            _working_folder: self.working_folder,
        }
    }

    /// Starts a server and waits until it answers.
    pub(crate) async fn up(self) -> Process {
        let mut process = self.start();
        let line = process.line("serving http://").await;
        let url = line.rsplit(' ').next().unwrap();
        url.trim_end_matches('/').clone_into(&mut process.base);
        process
    }

    /// Runs it to its end.
    pub(crate) async fn run(self) -> Ran {
        self.start().ended().await
    }
}

/// A process of the program; ends when it is dropped.
pub(crate) struct Process {
    pid: Pid,
    stdout: Option<oneshot::Receiver<String>>,
    stderr: channel::UnboundedReceiver<String>,
    said: Vec<String>,
    end: watch::Receiver<Option<ExitStatus>>,
    end_for_drop: mpsc::Receiver<()>,
    base: String,
    client: Client,
    _working_folder: TempDir,
}

impl Process {
    /// Waits for a line of its standard error that holds `part`.
    pub(crate) async fn line(&mut self, part: &str) -> String {
        loop {
            let next = timeout(PATIENCE, self.stderr.recv()).await;
            let Ok(Some(line)) = next else {
                panic!("it never said {part:?}: {:#?}", self.said);
            };
            self.said.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    /// A request to it.
    pub(crate) fn call(&self, method: Method, path: &str) -> Call {
        Call(
            self.client
                .request(method, format!("{}{path}", self.address())),
        )
    }

    /// A request to its admin API; `path` comes after `/api/v1`.
    pub(crate) fn api(&self, key: &str, method: Method, path: &str) -> Call {
        self.call(method, &format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {key}"))
    }

    /// Makes the newsletter "morning", daily at 07:00 UTC, through the admin API.
    pub(crate) async fn newsletter(&self, key: &str) {
        let newsletter = json!({
            "slug": "morning", "title": "Europe this morning", "language": "en",
            "sender": { "name": "Europablatt", "address": "daily@news.europablatt.example" },
            "schedule": { "cron": "0 7 * * *", "zone": "UTC" },
        });
        let call = self.api(key, Method::POST, "/newsletters");
        call.json(&newsletter).send().await.expect(201);
    }

    /// Stores an article through the admin API.
    pub(crate) async fn article(&self, key: &str) {
        let article = json!({
            "url": "https://www.europablatt.example/ferry", "title": "The ferry leaves on time",
            "language": "en", "body_html": "<p>It left on time.</p>", "published_at": tidings::clock::Clock::System.now(),
        });
        let call = self.api(key, Method::PUT, "/articles/eb-1");
        call.json(&article).send().await.expect(201);
    }

    /// Adds a reader of "morning" through the admin API.
    pub(crate) async fn reader(&self, key: &str, address: &str) {
        let reader = json!({
            "address": address, "newsletters": ["morning"], "language": "en",
            "consent": { "source": "Ticked the box on a paper form", "obtained_at": "2026-01-05T05:00:00Z" },
        });
        let call = self.api(key, Method::POST, "/subscribers");
        call.json(&reader).send().await.expect(200);
    }

    /// Where it answers, without a slash at the end.
    pub(crate) fn address(&self) -> &str {
        assert!(!self.base.is_empty(), "only a server has an address");
        &self.base
    }

    /// Ends it without a word, as a power cut does.
    pub(crate) async fn cut_off(self) {
        self.signal(Signal::SIGKILL);
        let ran = self.ended().await;
        assert_eq!(
            ran.signal,
            Some(9),
            "it ended before it was killed: {}",
            ran.stderr
        );
    }

    /// Asks it to end, and waits until it has.
    pub(crate) async fn stop(self) -> Ran {
        self.signal(Signal::SIGTERM);
        self.ended().await
    }

    fn signal(&self, signal: Signal) {
        if self.end.borrow().is_none() {
            kill(self.pid, signal).ok();
        }
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(mut self) -> Ran {
        let end = timeout(PATIENCE, self.end.wait_for(Option::is_some)).await;
        let Ok(Ok(status)) = end.map(|end| end.map(|status| *status)) else {
            panic!("it does not end: {:#?}", self.said);
        };
        let status = status.unwrap();
        while let Ok(Some(line)) = timeout(PATIENCE, self.stderr.recv()).await {
            self.said.push(line);
        }
        let stdout = timeout(PATIENCE, self.stdout.take().unwrap()).await;
        Ran {
            code: status.code(),
            signal: status.signal(),
            stdout: stdout.unwrap().unwrap(),
            stderr: self.said.join("\n"),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Not killed at once: a private database would be left running.
        self.signal(Signal::SIGTERM);
        if self.end_for_drop.recv_timeout(PATIENCE).is_err() {
            self.signal(Signal::SIGKILL);
        }
    }
}

/// What a process left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    code: Option<i32>,
    signal: Option<i32>,
    /// What it wrote to its standard output.
    pub(crate) stdout: String,
    /// The lines of its standard error.
    pub(crate) stderr: String,
}

impl Ran {
    /// Stops the test unless the exit code is `code`; gives itself back to look further.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Stops the test unless each of `parts` is among the words on standard error.
    #[track_caller]
    pub(crate) fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in {self:#?}");
        }
        self
    }

    /// Stops the test unless standard error is one line.
    #[track_caller]
    pub(crate) fn in_one_line(self) -> Self {
        assert_eq!(self.stderr.lines().count(), 1, "{self:#?}");
        self
    }

    /// Standard output as JSON.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.stdout).unwrap_or_else(|cause| panic!("{cause}: {self:#?}"))
    }
}
