//! `cargo bench`: what has to be fast, each beside a reference that is measured in the same run.
//!
//! Absolute figures belong to one machine; the ratios can be compared. `cargo bench -- sign-ups` runs only the
//! measurements whose group has that word in its name. The results are printed as a table and written to
//! `bench/results.json` in the folder that Cargo builds in. The whole run takes about ten minutes; `cargo bench -- million`
//! adds an edition to a million readers, and runs nothing else.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark stops where its preparation fails, and prints its results"
)]

mod measure;

use std::fs;
use std::path::Path;

use measure::{Measurement, delivery, render, signup, startup};

/// A group of measurements: its name, and what runs it.
type Group = (&'static str, fn() -> Vec<Measurement>);

const GROUPS: [Group; 6] = [
    ("delivery", delivery::measure),
    ("rhythms", delivery::rhythms::measure),
    (ON_DEMAND, delivery::million),
    ("sign-ups", signup::measure),
    ("render", render::measure),
    ("start-up", startup::measure),
];

/// A group that takes long and runs only when its whole name is asked for.
const ON_DEMAND: &str = "million";

fn main() {
    // Cargo passes `--bench`; words without dashes are filters.
    let filters: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_wanted = |name: &str| match name {
        ON_DEMAND => filters.iter().any(|filter| filter == name),
        _ => filters.is_empty() || filters.iter().any(|filter| name.contains(filter)),
    };
    let mut results = Vec::new();
    for (name, run) in GROUPS {
        if is_wanted(name) {
            println!("measuring {name}");
            results.extend(run());
        }
    }
    print_table(&results);
    // Cargo's own folder for this program's files is `tmp` in the folder that it builds in.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let folder = target.join("bench");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("results.json");
    fs::write(&file, serde_json::to_vec_pretty(&results).unwrap()).unwrap();
    println!("\nwritten to {}", file.display());
}

fn print_table(results: &[Measurement]) {
    println!(
        "\n{:<36} {:>10} {:<9} {:>10} {:>6} {:>6}  reference",
        "what", "value", "unit", "reference", "ratio", "rounds"
    );
    for result in results {
        println!(
            "{:<36} {:>10.2} {:<9} {:>10.2} {:>6.2} {:>6}  {}",
            result.name,
            result.value,
            result.unit,
            result.reference_value,
            result.ratio,
            result.rounds,
            result.reference
        );
    }
}
