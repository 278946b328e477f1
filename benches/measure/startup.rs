//! From nothing to the first answer: `tidings serve` with its private PostgreSQL, beside the bare server.

use std::fs::DirBuilder;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use nix::unistd::{User, geteuid};
use tidings::embedded_postgres::Cluster;

use super::program::{POLL, Program};
use super::{Measurement, Subject, time};

/// How often all are measured, in turn.
const ROUNDS: usize = 5;

const EMPTY: Subject = Subject {
    name: "start to first 200, empty folder",
    unit: "s",
    reference: "initdb, then pg_ctl start to the first query",
};
const EXISTING: Subject = Subject {
    name: "start to first 200, existing cluster",
    unit: "s",
    reference: "pg_ctl start to the first query",
};

pub(crate) fn measure() -> Vec<Measurement> {
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let folder = super::folder();
        let (empty, bin_dir) = serve(folder.path());
        let (existing, _) = serve(folder.path());
        let bare = Bare::new(folder.path(), bin_dir);
        let ((), bare_empty) = time(|| {
            bare.initdb();
            bare.start();
        });
        bare.stop();
        let ((), bare_existing) = time(|| bare.start());
        bare.stop();
        let round = [
            empty,
            existing,
            bare_empty.as_secs_f64(),
            bare_existing.as_secs_f64(),
        ];
        for (all, one) in times.iter_mut().zip(round) {
            all.push(one);
        }
    }
    let [empty, existing, bare_empty, bare_existing] = times;
    vec![
        EMPTY.result(empty, bare_empty),
        EXISTING.result(existing, bare_existing),
    ]
}

/// Seconds to the first 200, and the folder of the server's programs.
fn serve(folder: &Path) -> (f64, PathBuf) {
    let (program, taken) = time(|| {
        let mut program = Program::start(folder, &[], &[]);
        program.wait();
        program
    });
    let cluster = Cluster::attach(&folder.join("data")).unwrap().unwrap();
    let bin_dir = cluster.bin_dir().to_owned();
    drop(program);
    (taken.as_secs_f64(), bin_dir)
}

/// A server that somebody starts by hand, as the program starts its own.
struct Bare {
    folder: PathBuf,
    bin_dir: PathBuf,
    /// The ids of the user and the group to run as, when we are root.
    account: Option<(u32, u32)>,
}

impl Bare {
    fn new(parent: &Path, bin_dir: PathBuf) -> Self {
        let folder = parent.join("bare");
        DirBuilder::new().mode(0o700).create(&folder).unwrap();
        let account = geteuid().is_root().then(server_account);
        if let Some((user, group)) = account {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        Self {
            folder,
            bin_dir,
            account,
        }
    }

    fn initdb(&self) {
        let options = [
            "-U", "tidings", "-E", "UTF8", "--locale", "C.UTF-8", "-A", "trust",
        ];
        self.run("initdb", &options);
    }

    /// Starts the server and asks it something as soon as it lets us in.
    fn start(&self) {
        let socket = self.folder.to_str().unwrap();
        let options = format!("-k {socket} -c listen_addresses=");
        let log = self.folder.join("log");
        self.run(
            "pg_ctl",
            &["start", "-W", "-l", log.to_str().unwrap(), "-o", &options],
        );
        let url = format!("postgres://tidings@{}/postgres", socket.replace('/', "%2F"));
        let mut conn = loop {
            match PgConnection::establish(&url) {
                Ok(conn) => break conn,
                Err(_) => sleep(POLL),
            }
        };
        sql_query("SELECT 1").execute(&mut conn).unwrap();
    }

    fn stop(&self) {
        self.run("pg_ctl", &["stop", "-w", "-m", "fast"]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut command = Command::new(self.bin_dir.join(program));
        command
            .arg("-D")
            .arg(&self.folder)
            .args(arguments)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if let Some((user, group)) = self.account {
            command.gid(group).uid(user);
        }
        let status = command.status().unwrap();
        assert!(status.success(), "{program} failed: {status}");
    }
}

fn server_account() -> (u32, u32) {
    let found = ["postgres", "nobody"]
        .into_iter()
        .find_map(|name| User::from_name(name).unwrap());
    let user = found.expect("a user to run the server as");
    (user.uid.as_raw(), user.gid.as_raw())
}
