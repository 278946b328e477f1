//! `tidings schedule`: explains a schedule without a database, and lists the slots that were missed.

use clap::Subcommand;
use jiff::Timestamp;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::clock::Clock;
use crate::config::ConfigError;
use crate::domain::clock_change::ClockChange;
use crate::domain::language::Language;
use crate::domain::schedule::Schedule;
use crate::domain::slug::Slug;
use crate::usecases::pausing;

/// Verbs of `tidings schedule`.
#[derive(Debug, Subcommand)]
pub(super) enum ScheduleCommand {
    /// Print the next runs of a schedule
    Next {
        /// In words, such as "weekdays at 07:00 Europe/Berlin" or "werktags um 7 Uhr", or as a cron expression: minute,
        /// hour, day of month, month, day of week
        #[arg(value_name = "SCHEDULE")]
        schedule: String,
        /// IANA time zone, such as Europe/Berlin; not needed when the words name it
        #[arg(long)]
        zone: Option<String>,
        /// Runs after this instant, such as 2026-03-27T00:00:00Z; now when absent
        #[arg(long)]
        from: Option<Timestamp>,
        /// How many
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
        count: u16,
        /// The language of the words: de or en
        #[arg(long, default_value = "en")]
        language: Language,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// List the slots of which no edition was made in time, and what became of them, the last noticed first
    Missed {
        /// Only of this newsletter
        newsletter: Option<Slug>,
        /// How many
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        count: u16,
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(global: &Global, command: ScheduleCommand) -> Result<(), Failure> {
    match command {
        ScheduleCommand::Next {
            schedule,
            zone,
            from,
            count,
            language,
            json,
        } => next(&schedule, zone.as_deref(), from, count, &language, json),
        ScheduleCommand::Missed {
            newsletter,
            count,
            json,
        } => serve::with_app(global, async |app| {
            missed(app, newsletter, count, json).await
        }),
    }
}

async fn missed(
    app: &App,
    newsletter: Option<Slug>,
    count: u16,
    json: bool,
) -> Result<(), Failure> {
    let rows = app.db.transaction(move |conn| {
        pausing::missed(conn, newsletter.as_ref(), None, i64::from(count))
    });
    for row in rows.await? {
        if json {
            let object = serde_json::to_value(crate::http::missed_document(&row))
                .map_err(|cause| Failure::Failed(cause.to_string()))?;
            output::line(object);
            continue;
        }
        let (slug, slot) = &row;
        let edition = slot
            .edition_id
            .map_or_else(String::new, |id| format!(" in edition {id}"));
        output::line(format_args!(
            "{slug} {} {} {}{edition} (policy {}, noticed {})",
            slot.slot, slot.reason, slot.outcome, slot.policy, slot.noticed_at
        ));
    }
    Ok(())
}

fn next(
    schedule: &str,
    zone: Option<&str>,
    from: Option<Timestamp>,
    count: u16,
    language: &Language,
    json: bool,
) -> Result<(), Failure> {
    let schedule = Schedule::read(schedule, zone).map_err(|mistake| ConfigError {
        mistakes: vec![mistake.to_string()],
    })?;
    let mut since = from.unwrap_or_else(|| Clock::System.now());
    let slots = schedule.next_slots(since, usize::from(count));
    let is_german = language.primary() == "de";
    let noted: Vec<_> = slots
        .into_iter()
        .map(|slot| {
            let change = ClockChange::of(&schedule, since, slot);
            since = slot.due_at;
            (
                slot,
                change.map(|change| change.words(&schedule, slot, is_german)),
            )
        })
        .collect();
    if json {
        let slots: Vec<_> = noted
            .iter()
            .map(|(slot, note)| {
                let zone = schedule.zone_name();
                let mut value =
                    serde_json::json!({ "local": slot.local, "due_at": slot.due_at, "zone": zone });
                if let (Some(object), Some(note)) = (value.as_object_mut(), note) {
                    object.insert("note".to_owned(), note.as_str().into());
                }
                value
            })
            .collect();
        return output::json(&slots);
    }
    output::note(format_args!(
        "{} {} ({})",
        schedule.words(language),
        schedule.zone_name(),
        schedule.cron()
    ));
    for (slot, note) in noted {
        let zoned = slot.due_at.to_zoned(schedule.zone().clone());
        let note = note.map_or_else(String::new, |note| format!("  {note}"));
        output::line(format_args!(
            "{}  ({}){note}",
            zoned.strftime("%a %Y-%m-%d %H:%M %Z"),
            slot.due_at
        ));
    }
    Ok(())
}
