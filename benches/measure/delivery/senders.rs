//! Other senders, each into the same sink over as many connections.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use lettre::address::Envelope;
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use tokio::task::JoinSet;

use super::super::sink::Sink;
use super::{SESSIONS, usage};

/// What one sender did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent {
    pub(super) per_second: f64,
    /// User and system time of one mail, where it is known.
    pub(super) cpu_us: f64,
    /// The same for the sink's side.
    pub(super) sink_us: f64,
}

/// Whether a sender gets a whole message, or makes it of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Raw,
    Build,
}

/// The senders that are here, and the message they send.
pub(super) struct Senders {
    message: Vec<u8>,
    file: PathBuf,
    has_smtp_source: bool,
    node: Option<PathBuf>,
    python: Option<PathBuf>,
}

impl Senders {
    /// Looks what is here, and installs what npm and pip have into the folder that Cargo builds in.
    pub(super) fn find(message: Vec<u8>) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("senders");
        fs::create_dir_all(&folder).unwrap();
        let file = folder.join("message.eml");
        fs::write(&file, &message).unwrap();
        let has_smtp_source = smtp_source().arg("-?").output().is_ok();
        if !has_smtp_source {
            leave_out("smtp-source", "it is in Debian's package postfix");
        }
        Self {
            message,
            file,
            has_smtp_source,
            node: nodemailer(&folder),
            python: aiosmtplib(&folder),
        }
    }

    pub(super) fn has_smtp_source(&self) -> bool {
        self.has_smtp_source
    }

    /// Postfix's load generator, which sends the same message again and again.
    pub(super) fn smtp_source(&self, address: SocketAddr, mails: u32) -> Option<f64> {
        if !self.has_smtp_source {
            return None;
        }
        let before = usage::ended_children_us();
        // The length is that of the body; its header has about 230 octets.
        let length = self.message.len().saturating_sub(230).to_string();
        let (sessions, mails_text) = (SESSIONS.to_string(), mails.to_string());
        let mut command = smtp_source();
        command.args(["-d", "-s", &sessions, "-l", &length, "-m", &mails_text]);
        command.args(["-f", "newsletter@news.example.org"]);
        command.args(["-t", "reader@example.org"]);
        run(command.arg(format!("inet:{address}")));
        Some((usage::ended_children_us() - before) / f64::from(mails))
    }

    pub(super) fn smtp_source_into(&self, sink: &Sink, mails: u32) -> Option<Sent> {
        sink.reset();
        let before = usage::own_us();
        let cpu_us = self.smtp_source(sink.address(), mails)?;
        let sink_us = (usage::own_us() - before) / f64::from(mails);
        let sent = sent(sink, mails, cpu_us);
        let (size, wanted) = (sink.taken().size(), length(&self.message));
        let is_same = (size / wanted - 1.0).abs() < 0.02;
        assert!(
            is_same,
            "smtp-source sends {size} octets instead of {wanted}"
        );
        Some(Sent { sink_us, ..sent })
    }

    pub(super) fn nodemailer(&self, sink: &Sink, mails: u32, what: What) -> Option<Sent> {
        let modules = self.node.as_ref()?;
        let mut command = Command::new("node");
        command.arg(script("nodemailer.cjs"));
        command.env("NODE_PATH", modules);
        Some(self.script(command, sink, mails, what))
    }

    pub(super) fn aiosmtplib(&self, sink: &Sink, mails: u32, what: What) -> Option<Sent> {
        let mut command = Command::new(self.python.as_ref()?);
        command.arg(script("aiosmtplib_pool.py"));
        Some(self.script(command, sink, mails, what))
    }

    fn script(&self, mut command: Command, sink: &Sink, mails: u32, what: What) -> Sent {
        sink.reset();
        let before = usage::ended_children_us();
        let numbers = [u32::from(sink.address().port()), mails, SESSIONS];
        command.args(numbers.map(|number| number.to_string()));
        command.arg(match what {
            What::Raw => "raw",
            What::Build => "build",
        });
        run(command.arg(&self.file));
        let cpu_us = (usage::ended_children_us() - before) / f64::from(mails);
        sent(sink, mails, cpu_us)
    }

    /// lettre's own transport with its pool, on all cores.
    pub(super) fn lettre(&self, sink: &Sink, mails: u32, what: What) -> Sent {
        sink.reset();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1");
        let pool = PoolConfig::new().max_size(SESSIONS);
        let address = sink.address();
        runtime.block_on(async {
            let transport = builder.port(address.port()).pool_config(pool).build();
            let message: Arc<[u8]> = self.message.clone().into();
            let next = Arc::new(AtomicU32::new(0));
            let mut tasks = JoinSet::new();
            for _ in 0..SESSIONS {
                let (transport, message, next) = (transport.clone(), message.clone(), next.clone());
                tasks.spawn(async move {
                    loop {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= mails {
                            return;
                        }
                        one(&transport, &message, number, what).await;
                    }
                });
            }
            tasks.join_all().await;
        });
        sent(sink, mails, f64::NAN)
    }
}

async fn one(
    transport: &AsyncSmtpTransport<Tokio1Executor>,
    message: &[u8],
    number: u32,
    what: What,
) {
    let (from, to) = (
        "newsletter@news.example.org",
        format!("reader-{number}@example.org"),
    );
    match what {
        What::Raw => {
            let envelope =
                Envelope::new(Some(from.parse().unwrap()), vec![to.parse().unwrap()]).unwrap();
            transport.send_raw(&envelope, message).await.unwrap();
        }
        What::Build => {
            let line = "The council voted for the bridge after a long night of talks.\n";
            let parts = MultiPart::alternative_plain_html(
                line.repeat(message.len() / 3 / line.len()),
                line.repeat(message.len() * 2 / 3 / line.len()),
            );
            let mail = Message::builder()
                .from(from.parse().unwrap())
                .to(to.parse().unwrap())
                .subject("The Morning")
                .multipart(parts)
                .unwrap();
            transport.send(mail).await.unwrap();
        }
    }
}

fn sent(sink: &Sink, mails: u32, cpu_us: f64) -> Sent {
    let taken = sink.taken();
    assert_eq!(taken.messages, u64::from(mails), "mails are missing");
    Sent {
        per_second: taken.per_second(),
        cpu_us,
        sink_us: f64::NAN,
    }
}

fn length(message: &[u8]) -> f64 {
    f64::from(u32::try_from(message.len()).unwrap())
}

fn smtp_source() -> Command {
    let mut command = Command::new("smtp-source");
    command.env("PATH", "/usr/sbin:/usr/local/sbin:/usr/bin:/bin");
    command
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("benches/senders")
        .join(name)
}

/// The folder with nodemailer in it.
fn nodemailer(folder: &Path) -> Option<PathBuf> {
    let modules = folder.join("node_modules");
    if !modules.join("nodemailer").exists() {
        let mut npm = Command::new("npm");
        npm.args([
            "install",
            "--no-audit",
            "--no-fund",
            "--ignore-scripts",
            "--prefix",
        ]);
        npm.arg(folder).arg("nodemailer@7");
        if !succeeds(&mut npm) {
            leave_out("nodemailer", "npm is missing or cannot install it");
            return None;
        }
    }
    Some(modules)
}

/// A Python that has aiosmtplib.
fn aiosmtplib(folder: &Path) -> Option<PathBuf> {
    let python = folder.join("python/bin/python");
    let has_it = |python: &Path| succeeds(Command::new(python).args(["-c", "import aiosmtplib"]));
    if !has_it(&python) {
        let mut make = Command::new("python3");
        make.args(["-m", "venv"]).arg(folder.join("python"));
        let mut pip = Command::new(&python);
        pip.args(["-m", "pip", "install", "--quiet", "aiosmtplib"]);
        if !succeeds(&mut make) || !succeeds(&mut pip) {
            leave_out(
                "aiosmtplib",
                "python3, its venv or pip is missing or cannot install it",
            );
            return None;
        }
    }
    Some(python)
}

pub(super) fn leave_out(what: &str, why: &str) {
    println!("leaving out {what}: {why}");
}

fn succeeds(command: &mut Command) -> bool {
    let quiet = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn run(command: &mut Command) {
    let output = command.stdin(Stdio::null()).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed:\n{errors}");
}
