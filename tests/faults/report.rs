//! What came out of all scenarios: a table for people, a file for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use crate::checker::Verdict;

/// One scenario with one seed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outcome {
    /// Which fault of the matrix.
    pub(crate) fault: String,
    /// With which seed.
    pub(crate) seed: u64,
    /// How often a process was killed.
    pub(crate) kills: usize,
    /// What the checker found.
    pub(crate) verdict: Verdict,
    /// From the last sign of life of a worker until another one had its chunk, in milliseconds.
    pub(crate) takeovers: Vec<u64>,
    /// Further figures.
    pub(crate) numbers: BTreeMap<&'static str, u64>,
    /// What was promised beside the invariants and not kept.
    pub(crate) failures: Vec<String>,
    /// How long it took.
    pub(crate) seconds: u64,
    /// Why it could not run here.
    pub(crate) is_left_out: Option<String>,
}

impl Outcome {
    /// One that cannot run here.
    pub(crate) fn left_out(fault: &str, seed: u64, why: &str) -> Self {
        Self {
            fault: fault.to_owned(),
            seed,
            is_left_out: Some(why.to_owned()),
            ..Self::default()
        }
    }

    /// Notes a figure.
    #[must_use]
    pub(crate) fn number(mut self, name: &'static str, value: u64) -> Self {
        self.numbers.insert(name, value);
        self
    }

    /// Demands something beside the invariants.
    pub(crate) fn demand(&mut self, is_kept: bool, promise: &str) {
        if !is_kept {
            self.failures.push(promise.to_owned());
        }
    }

    /// Together with another one.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.kills += other.kills;
        self.verdict.messages += other.verdict.messages;
        self.verdict.lost += other.verdict.lost;
        self.verdict.duplicates += other.verdict.duplicates;
        self.verdict.duplicate_bound += other.verdict.duplicate_bound;
        self.verdict.violations.extend(other.verdict.violations);
        self.takeovers.extend(other.takeovers);
        self.numbers.extend(other.numbers);
        self.failures.extend(other.failures);
        self
    }

    /// Everything that went wrong, as lines.
    pub(crate) fn complaints(&self) -> Vec<String> {
        const SHOWN: usize = 12;
        let violations = self.verdict.violations.iter();
        let mut lines: Vec<String> = violations
            .map(|it| format!("{}: {}", it.invariant, it.evidence))
            .collect();
        let more = lines.len().saturating_sub(SHOWN);
        lines.truncate(SHOWN);
        if more > 0 {
            lines.push(format!("and {more} more"));
        }
        lines.extend(self.failures.iter().cloned());
        lines
    }
}

/// All seeds of one fault.
#[derive(Default)]
struct Sum {
    runs: usize,
    kills: usize,
    messages: usize,
    lost: usize,
    duplicates: usize,
    bound: usize,
    acks: usize,
    in_flight: usize,
    after_ack: usize,
    takeovers: Vec<u64>,
    numbers: BTreeMap<&'static str, u64>,
    seconds: u64,
    failed_seeds: Vec<u64>,
    left_out: Vec<String>,
}

impl Sum {
    fn add(&mut self, outcome: &Outcome) {
        let verdict = &outcome.verdict;
        if let Some(why) = &outcome.is_left_out {
            self.left_out.push(why.clone());
            return;
        }
        self.runs += 1;
        self.kills += outcome.kills;
        self.seconds = self.seconds.max(outcome.seconds);
        self.messages += verdict.messages;
        self.lost += verdict.lost;
        self.duplicates += verdict.duplicates;
        self.bound += verdict.duplicate_bound;
        self.acks += verdict.acks;
        self.in_flight += verdict.in_flight;
        self.after_ack += verdict.after_ack;
        self.takeovers.extend(&outcome.takeovers);
        self.takeovers.sort_unstable();
        for (name, value) in &outcome.numbers {
            let most = self.numbers.entry(name).or_default();
            *most = (*most).max(*value);
        }
        if !outcome.complaints().is_empty() {
            self.failed_seeds.push(outcome.seed);
        }
    }

    /// The value below which so many of a hundred lie.
    fn takeover(&self, percent: usize) -> Option<u64> {
        let last = self.takeovers.len().checked_sub(1)?;
        self.takeovers.get((last * percent).div_ceil(100)).copied()
    }
}

/// Sums up by fault and writes the table and the file.
pub(crate) fn report(outcomes: &[Outcome], folder: &Path, seconds: u64) -> String {
    let mut sums: BTreeMap<(usize, &str), Sum> = BTreeMap::new();
    for outcome in outcomes {
        let number = outcome
            .fault
            .trim_start_matches("F-")
            .split(' ')
            .next()
            .unwrap();
        let key = (number.parse().unwrap_or(0), outcome.fault.as_str());
        sums.entry(key).or_default().add(outcome);
    }
    let mut table = format!(
        "{:<14} {:>4} {:>4} {:>6} {:>9} {:>5} {:>5}/{:<6} {:>7} {:>9} {:>6}  {:<15} result\n",
        "fault",
        "runs",
        "s",
        "kills",
        "messages",
        "lost",
        "dup",
        "bound",
        "unsubs",
        "in flight",
        "after",
        "takeover ms"
    );
    let mut records = Vec::new();
    for ((_, fault), sum) in &sums {
        let takeover = match (sum.takeover(50), sum.takeover(99)) {
            (Some(half), Some(most)) => format!("{half}/{most}"),
            _ => "-".to_owned(),
        };
        let result = match (sum.failed_seeds.as_slice(), sum.left_out.first()) {
            ([], None) => "ok".to_owned(),
            ([], Some(why)) => format!("left out: {why}"),
            (seeds, _) => format!("FAILED with seeds {seeds:?}"),
        };
        writeln!(
            table,
            "{fault:<14} {:>4} {:>4} {:>6} {:>9} {:>5} {:>5}/{:<6} {:>7} {:>9} {:>6}  {takeover:<15} {result}",
            sum.runs, sum.seconds, sum.kills, sum.messages, sum.lost, sum.duplicates, sum.bound, sum.acks, sum.in_flight, sum.after_ack
        )
        .unwrap();
        records.push(json!({
            "fault": fault, "runs": sum.runs, "longest_seconds": sum.seconds, "kills": sum.kills, "messages": sum.messages, "lost": sum.lost,
            "duplicates": sum.duplicates, "duplicate_bound": sum.bound, "unsubscribes": sum.acks,
            "in_flight_at_unsubscribe": sum.in_flight, "mails_after_unsubscribe": sum.after_ack,
            "takeovers": sum.takeovers.len(), "takeover_p50_ms": sum.takeover(50), "takeover_p99_ms": sum.takeover(99),
            "most": sum.numbers, "failed_seeds": sum.failed_seeds, "left_out": sum.left_out,
        }));
    }
    std::fs::create_dir_all(folder).unwrap();
    let file = json!({ "seconds": seconds, "faults": records });
    std::fs::write(
        folder.join("results.json"),
        serde_json::to_vec_pretty(&file).unwrap(),
    )
    .unwrap();
    table
}
