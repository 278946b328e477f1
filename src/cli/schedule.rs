//! `tidings schedule`: explains a schedule without a database.

use clap::Subcommand;
use jiff::Timestamp;

use super::failure::Failure;
use super::output;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::domain::schedule::Schedule;

/// Verbs of `tidings schedule`.
#[derive(Debug, Subcommand)]
pub(super) enum ScheduleCommand {
    /// Print the next runs of a cron expression
    Next {
        /// Five fields: minute, hour, day of month, month, day of week
        #[arg(value_name = "CRON")]
        cron: String,
        /// IANA time zone, such as Europe/Berlin
        #[arg(long)]
        zone: String,
        /// Runs after this instant, such as 2026-03-27T00:00:00Z; now when absent
        #[arg(long)]
        from: Option<Timestamp>,
        /// How many
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
        count: u16,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: &ScheduleCommand) -> Result<(), Failure> {
    let ScheduleCommand::Next {
        cron,
        zone,
        from,
        count,
        json,
    } = command;
    let schedule = Schedule::parse(cron, zone).map_err(|mistake| ConfigError {
        mistakes: vec![mistake.to_string()],
    })?;
    let from = from.unwrap_or_else(|| Clock::System.now());
    let slots = schedule.next_slots(from, usize::from(*count));
    if *json {
        let slots: Vec<_> = slots
            .iter()
            .map(|slot| serde_json::json!({ "local": slot.local, "due_at": slot.due_at, "zone": zone }))
            .collect();
        return output::json(&slots);
    }
    for slot in slots {
        let zoned = slot.due_at.to_zoned(schedule.zone().clone());
        output::line(format_args!(
            "{}  ({})",
            zoned.strftime("%a %Y-%m-%d %H:%M %Z"),
            slot.due_at
        ));
    }
    Ok(())
}
