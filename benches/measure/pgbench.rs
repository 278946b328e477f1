//! pgbench, PostgreSQL's own load generator, as the reference.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// How a run of pgbench goes.
pub(super) struct Run<'a> {
    /// The folder of the program.
    pub(super) bin_dir: &'a Path,
    /// The database.
    pub(super) url: &'a str,
    /// The script.
    pub(super) script: &'a Path,
    /// Variables of the script, whole numbers.
    pub(super) variables: &'a [(&'a str, u64)],
    /// Clients at once.
    pub(super) clients: u32,
    /// How long.
    pub(super) seconds: u32,
    /// Transactions a second to start at random moments; as many as possible when `None`.
    pub(super) rate: Option<f64>,
}

/// What came out.
pub(super) struct Outcome {
    /// Transactions a second, connecting not counted.
    pub(super) per_second: f64,
    /// How long each took, from the moment it was due.
    pub(super) times: Vec<Duration>,
}

impl Run<'_> {
    /// Runs it and reads its report and its log of transactions.
    pub(super) fn run(&self) -> Outcome {
        let folder = super::folder();
        let mut command = Command::new(self.bin_dir.join("pgbench"));
        command
            .current_dir(folder.path())
            .args(["--no-vacuum", "--protocol=prepared", "--jobs=2", "--log"])
            .arg(format!("--client={}", self.clients))
            .arg(format!("--time={}", self.seconds))
            .arg("--file")
            .arg(self.script);
        for (name, value) in self.variables {
            command.arg(format!("--define={name}={value}"));
        }
        if let Some(rate) = self.rate {
            command.arg(format!("--rate={rate:.1}"));
        }
        let output = command.arg(self.url).output().unwrap_or_else(|cause| {
            panic!(
                "{}: {cause}; it is in Debian's package postgresql",
                self.bin_dir.join("pgbench").display()
            )
        });
        let report = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success(),
            "pgbench failed:\n{report}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Outcome {
            per_second: rate_of(&report),
            times: times(folder.path()),
        }
    }
}

fn rate_of(report: &str) -> f64 {
    let line = report.lines().find(|line| line.starts_with("tps = "));
    let number = line.and_then(|line| line.split(' ').nth(2));
    number.expect("a line with the rate").parse().unwrap()
}

/// A client's first transactions prepare its statements, which the program has done long before.
const WARMING_UP: u32 = 5;

/// One log for each thread, with a client, its transaction's number and the time in microseconds on each line.
fn times(folder: &Path) -> Vec<Duration> {
    let mut times = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        times.extend(text.lines().filter_map(time_of));
    }
    times
}

fn time_of(line: &str) -> Option<Duration> {
    let mut columns = line.split(' ').skip(1);
    let number: u32 = columns.next()?.parse().ok()?;
    let microseconds = columns.next()?.parse().ok()?;
    (number >= WARMING_UP).then(|| Duration::from_micros(microseconds))
}
