//! Debian's Postfix as a private instance: its own folders and port, gone when its value is dropped or this process ends.
//!
//! The benchmark includes this file too, so it names nothing of its neighbours.

use std::fs::{self, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::unistd::{User, geteuid};
use tempfile::Builder;

/// Who may log in to a guarded instance. Made up for the time of one test.
const USER: &str = "newsroom";
const PASSWORD: &str = "correct-horse-battery";

/// Postfix's programs are where users usually do not look.
const PATH: &str = "/usr/sbin:/usr/bin:/sbin:/bin";

/// Stops the instance and removes its files once our end of its standard input closes, which also happens when this
/// process is killed.
const GUARD: &str = r#"
read -r _
postfix -c "$1/conf" stop || postfix -c "$1/conf" abort
rm -rf "$1"
"#;

/// The services that a server needs which takes mail and keeps or discards it. None of them in a chroot.
const SERVICES: &str = "
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
";

/// Settings of every instance. Without `in_flow_delay` at 0 the server slows its clients down once it takes mail
/// faster than it gets rid of it, and mail on hold never goes.
const COMMON: &str = "
compatibility_level = 3.6
queue_directory = FOLDER/queue
data_directory = FOLDER/data
maillog_file_prefixes = FOLDER
maillog_file = FOLDER/log
myhostname = localhost
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
alias_maps =
alias_database =
local_recipient_maps =
local_transport = error:nobody lives here
default_transport = discard:
in_flow_delay = 0
";

/// TLS and a log-in before anything else, and every mail stays in the queue.
const GUARDED: &str = "
smtpd_tls_chain_files = FOLDER/chain.pem
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1
smtpd_tls_received_header = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = cyrus
smtpd_sasl_path = smtpd
smtpd_sasl_local_domain = localhost
smtpd_sasl_authenticated_header = yes
cyrus_sasl_config_path = FOLDER/conf/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_data_restrictions = check_client_access static:HOLD
";

/// As a relay on the same machine: no TLS, no log-in, and mail is thrown away after it was in the queue on the disk.
const OPEN: &str = "
mynetworks = 127.0.0.0/8
smtpd_tls_security_level = none
smtpd_relay_restrictions = permit_mynetworks, reject
";

/// How Cyrus SASL, Postfix's library for log-ins, checks a password: in a file, without a service.
const SASL: &str = "
pwcheck_method: auxprop
auxprop_plugin: sasldb
sasldb_path: FOLDER/sasldb2
mech_list: PLAIN LOGIN
";

/// What an instance is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Wants TLS and a log-in, and holds every mail.
    Keep,
    /// Takes mail from this machine, queues it on the disk and throws it away.
    Discard,
}

/// A running instance.
pub(crate) struct Postfix {
    folder: PathBuf,
    port: u16,
    /// Stops the instance when our end of its standard input closes.
    guard: Child,
}

impl Postfix {
    /// Starts one with its files in a new folder below `parent`. `None` when we are not root: Postfix's master process
    /// refuses to run as anybody else.
    pub(crate) fn start(parent: &Path, purpose: Purpose) -> Option<Self> {
        if !geteuid().is_root() {
            return None;
        }
        let folder = Builder::new().prefix("tidings-postfix-").tempdir_in(parent);
        let folder = folder.unwrap().keep();
        fs::set_permissions(&folder, Permissions::from_mode(0o755)).unwrap();
        let guard = guard(&folder);
        let port = free_port();
        let instance = Self {
            folder,
            port,
            guard,
        };
        instance.write_files(purpose);
        instance.run(&["postfix", "start"], None);
        Some(instance)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from((Ipv4Addr::LOCALHOST, self.port))
    }

    /// `SMTP_URL` for an instance that wants TLS and a log-in.
    pub(crate) fn guarded_url(&self) -> String {
        let port = self.address().port();
        format!("smtp://{USER}:{PASSWORD}@localhost:{port}?tls=required")
    }

    /// The certificate to trust, as PEM.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("certificate.pem")
    }

    /// One JSON object a line for each mail in the queue.
    pub(crate) fn queue(&self) -> String {
        self.run(&["postqueue", "-j"], None)
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap()
    }

    fn write_files(&self, purpose: Purpose) {
        for name in ["conf", "conf/sasl", "queue", "data"] {
            fs::create_dir(self.folder.join(name)).unwrap();
        }
        let mut settings = COMMON.to_owned();
        settings.push_str(match purpose {
            Purpose::Keep => GUARDED,
            Purpose::Discard => OPEN,
        });
        let door = format!("127.0.0.1:{} inet n - n - - smtpd{SERVICES}", self.port);
        self.write("conf/main.cf", &settings);
        self.write("conf/master.cf", &door);
        self.own("data");
        if purpose == Purpose::Keep {
            self.write("conf/sasl/smtpd.conf", SASL);
            let file = self.folder.join("sasldb2");
            let arguments = ["saslpasswd2", "-p", "-c", "-u", "localhost", USER, "-f"];
            let arguments = [&arguments[..], &[file.to_str().unwrap()]].concat();
            self.run(&arguments, Some(PASSWORD));
            self.own("sasldb2");
            self.write_certificate();
        }
    }

    fn write_certificate(&self) {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        self.write("certificate.pem", &certificate);
        self.write("chain.pem", &format!("{key}{certificate}"));
    }

    fn write(&self, name: &str, text: &str) {
        let text = text.replace("FOLDER", self.folder.to_str().unwrap());
        fs::write(self.folder.join(name), text).unwrap();
    }

    /// Gives a file to the user that Postfix's processes run as.
    fn own(&self, name: &str) {
        let user = User::from_name("postfix").unwrap();
        let user = user.expect("a user `postfix`: run `.ci/setup test`");
        chown(self.folder.join(name), Some(user.uid.as_raw()), None).unwrap();
    }

    /// Runs one of Postfix's programs on this instance, or another program, and returns what it printed.
    fn run(&self, words: &[&str], input: Option<&str>) -> String {
        let said = self.folder.join("said");
        let mut command = Command::new(words[0]);
        command.env("PATH", PATH).current_dir("/");
        if words[0].starts_with("post") {
            command.arg("-c").arg(self.folder.join("conf"));
        }
        if let Some(input) = input {
            let file = self.folder.join("input");
            fs::write(&file, input).unwrap();
            command.stdin(fs::File::open(file).unwrap());
        } else {
            command.stdin(Stdio::null());
        }
        // Not a pipe: the server that `postfix start` leaves behind would keep it open.
        command.stderr(fs::File::create(&said).unwrap());
        let output = fs::File::create(self.folder.join("output")).unwrap();
        let status = command.args(&words[1..]).stdout(output).status();
        let status = status.unwrap_or_else(|cause| {
            panic!("{}: {cause}; `.ci/setup test` installs it", words[0]);
        });
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        assert!(
            status.success(),
            "{words:?} failed, {status}:\n{}{}",
            read("said"),
            read("log")
        );
        read("output")
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        self.guard.wait().ok();
    }
}

/// A process that outlives us by a moment, in a group of its own so that Ctrl-C does not reach it.
fn guard(folder: &Path) -> Child {
    Command::new("sh")
        .args(["-c", GUARD, "guard"])
        .arg(folder)
        .env("PATH", PATH)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
