//! What a measurement is, and what several of them need.

pub(crate) mod delivery;
pub(crate) mod render;
pub(crate) mod signup;
pub(crate) mod startup;

mod http;
mod pgbench;
#[expect(dead_code, reason = "what only the tests look at")]
#[path = "../../tests/it/support/postfix.rs"]
mod postfix;
mod program;
mod script;
mod sink;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use serde::Serialize;
use tempfile::TempDir;

/// One line of the results.
#[derive(Debug, Serialize)]
pub(crate) struct Measurement {
    /// What was measured.
    pub(crate) name: &'static str,
    /// The median over the rounds.
    pub(crate) value: f64,
    /// The unit of both values.
    pub(crate) unit: &'static str,
    /// What it is compared with.
    pub(crate) reference: &'static str,
    /// The reference's median over the same rounds.
    pub(crate) reference_value: f64,
    /// `value` divided by `reference_value`: for rates more is better, for times less.
    pub(crate) ratio: f64,
    /// How often both were measured, in turn.
    pub(crate) rounds: usize,
    /// What the figures depend on, where that is decided in the run itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) detail: String,
}

/// What is measured, in words.
#[derive(Debug, Clone, Copy)]
struct Subject {
    name: &'static str,
    unit: &'static str,
    reference: &'static str,
}

impl Subject {
    /// The medians of what the rounds gave.
    fn result(self, values: Vec<f64>, reference_values: Vec<f64>) -> Measurement {
        let rounds = values.len();
        let (value, reference_value) = (median(values), median(reference_values));
        Measurement {
            name: self.name,
            value,
            unit: self.unit,
            reference: self.reference,
            reference_value,
            ratio: value / reference_value,
            rounds,
            detail: String::new(),
        }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

/// The time that 99 of 100 stay below, in milliseconds.
fn p99_ms(times: Vec<Duration>) -> f64 {
    percentile_ms(99, times)
}

/// The time that so many of 100 stay below, in milliseconds.
fn percentile_ms(percent: usize, mut times: Vec<Duration>) -> f64 {
    times.sort_unstable();
    let index = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times[index].as_secs_f64() * 1000.0
}

/// How long `work` takes.
fn time<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = Instant::now();
    let result = work();
    (result, began.elapsed())
}

/// A folder that a database server of another user can reach. In `/var/tmp`, which is on a disk: `/tmp` may be in
/// memory, where flushing costs nothing.
fn folder() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("tidings-bench-")
        .tempdir_in("/var/tmp")
        .unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    folder
}
