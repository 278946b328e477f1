//! The built program as a process of its own.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// How often something that is not there yet is looked for.
pub(super) const POLL: Duration = Duration::from_millis(2);

/// One client signs up more readers than any client may, on a few connections, and as fast as it can.
pub(super) const OPEN_DOORS: [(&str, &str); 7] = [
    ("TIDINGS__LIMITS__ALL_REQUESTS", "off"),
    ("TIDINGS__LIMITS__ALL_MAILS", "off"),
    ("TIDINGS__LIMITS__DOMAIN_MAILS", "off"),
    ("TIDINGS__LIMITS__NEWSLETTER_MAILS", "off"),
    ("TIDINGS__ATTACK__AUTOMATIC", "false"),
    ("TIDINGS__SIGNUP__ANSWER_MILLISECONDS", "0"),
    ("TIDINGS__SERVER__MAX_REQUESTS_PER_CONNECTION", "1000000"),
];

/// A running `tidings serve`, stopped when dropped.
pub(super) struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts `tidings serve` in `folder` with these flags and variables, and does not wait for it.
    pub(super) fn start(folder: &Path, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        let address = free_address();
        let listen = address.to_string();
        let arguments = [&["serve", "--listen", &listen], flags].concat();
        let variables = [&OPEN_DOORS, variables].concat();
        Self {
            child: command(folder, &arguments, &variables).spawn().unwrap(),
            address,
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The number of its process.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the first 200 on `/healthz`.
    pub(super) fn wait(&mut self) {
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                panic!("tidings serve ended with {status}");
            }
            if let Ok(stream) = TcpStream::connect(self.address)
                && is_alive(stream)
            {
                return;
            }
            sleep(POLL);
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The memory that a process has at present, in MiB.
pub(super) fn resident_mib(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.unwrap().split_ascii_whitespace().nth(1).unwrap();
    kib.parse::<f64>().unwrap() / 1024.0
}

/// A running `tidings worker`, stopped when dropped.
pub(super) struct Worker(Child);

impl Worker {
    /// Starts it in `folder` with these variables, and does not wait for it.
    pub(super) fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        Self(command(folder, &["worker"], variables).spawn().unwrap())
    }

    /// The number of its process.
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        end(&mut self.0);
    }
}

/// `tidings` with nothing in its environment but these variables.
pub(super) fn command(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tidings"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LOG_LEVEL", "warn")
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn end(child: &mut Child) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
    kill(pid, Signal::SIGTERM).ok();
    child.wait().ok();
}

/// The program takes its port first and answers when it is ready, so this waits in its queue.
fn is_alive(mut stream: TcpStream) -> bool {
    let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let mut answer = String::new();
    stream.write_all(request).is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}

fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}
