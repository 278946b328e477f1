//! How far an edition is, in one line: drawn over and over on a terminal, plain elsewhere.

use std::io::{IsTerminal as _, Write as _};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use super::failure::Failure;
use super::output;
use crate::app::App;
use crate::domain::id::EditionId;
use crate::domain::slug::Slug;
use crate::usecases::sending::{self, Error, Progress};

/// The shortest pause between two looks. Counting takes at most a twentieth of the time: it is work for the database
/// that sends.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);
const PAUSE_PER_LOOK: u32 = 19;
/// How often a line is written where nobody draws over it.
const LINE_EVERY: Duration = Duration::from_secs(10);
/// The bar in characters.
const BAR_CHARS: usize = 20;
/// Begins the line anew, and keeps the terminal from breaking it.
const REDRAW: &str = "\r\x1b[K\x1b[?7l";
const WRAP_AGAIN: &str = "\x1b[?7h";

/// Shows how far an edition is: once, or until it is closed.
pub(super) async fn show(
    app: &App,
    id: EditionId,
    is_watched: bool,
    as_json: bool,
) -> Result<(), Failure> {
    let mut screen = Screen::new(as_json);
    loop {
        let began = Instant::now();
        let (now, newsletter, progress) = look(app, id).await?;
        let took = began.elapsed();
        if !is_watched || progress.is_closed() {
            return screen.end(&newsletter, &progress);
        }
        screen.draw(now, &newsletter, &progress)?;
        let pause = SHORTEST_PAUSE.max(took * PAUSE_PER_LOOK);
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tokio::signal::ctrl_c() => {
                screen.leave();
                output::note("the edition goes on without a watcher; `tidings editions pause` stops it under way");
                return Ok(());
            }
        }
    }
}

async fn look(app: &App, id: EditionId) -> Result<(Timestamp, Slug, Progress), Failure> {
    let looked = app.db.transaction_now(move |conn, now| {
        let (newsletter, progress) = sending::progress(conn, now, id)?;
        Ok::<_, Error>((now, newsletter, progress))
    });
    Ok(looked.await?)
}

/// Where it is shown.
struct Screen {
    as_json: bool,
    is_terminal: bool,
    is_drawn: bool,
    last_line: Option<Instant>,
}

impl Screen {
    fn new(as_json: bool) -> Self {
        Self {
            as_json,
            is_terminal: std::io::stderr().is_terminal(),
            is_drawn: false,
            last_line: None,
        }
    }

    fn draw(
        &mut self,
        now: Timestamp,
        newsletter: &Slug,
        progress: &Progress,
    ) -> Result<(), Failure> {
        if self.as_json {
            return json(newsletter, progress);
        }
        if self.is_terminal {
            self.is_drawn = true;
            let bar = bar(now, progress);
            let mut stderr = std::io::stderr().lock();
            let _ = write!(stderr, "{REDRAW}{bar}{WRAP_AGAIN}").and_then(|()| stderr.flush());
        } else if self.last_line.is_none_or(|at| at.elapsed() >= LINE_EVERY) {
            self.last_line = Some(Instant::now());
            output::note(line(newsletter, progress));
        }
        Ok(())
    }

    /// Takes the bar away.
    fn leave(&self) {
        if self.is_drawn {
            let _ = write!(std::io::stderr().lock(), "\r\x1b[K");
        }
    }

    fn end(&self, newsletter: &Slug, progress: &Progress) -> Result<(), Failure> {
        self.leave();
        if self.as_json {
            return json(newsletter, progress);
        }
        output::line(line(newsletter, progress));
        Ok(())
    }
}

/// The same object as the API's, on one line.
fn json(newsletter: &Slug, progress: &Progress) -> Result<(), Failure> {
    let object = crate::http::progress_document(newsletter, progress);
    let text =
        serde_json::to_string(&object).map_err(|cause| Failure::Failed(cause.to_string()))?;
    output::line(text);
    Ok(())
}

/// Hundredths that are settled; 100 only when nothing is left.
fn percent(progress: &Progress) -> i64 {
    let (all, open) = (progress.tally.all(), progress.tally.open());
    (all - open)
        .saturating_mul(100)
        .checked_div(all)
        .unwrap_or(100)
}

/// The numbers that both forms share.
fn numbers(progress: &Progress) -> Vec<String> {
    let tally = progress.tally;
    let mut parts = vec![
        format!("{} sent", tally.sent),
        format!("{} waiting", tally.waiting + tally.sending),
        format!("{} retrying", tally.retrying),
        format!("{} failed", tally.failed),
    ];
    if tally.dropped > 0 {
        parts.push(format!("{} dropped", tally.dropped));
    }
    if let Some(rate) = progress.rate.filter(|_| !progress.is_closed()) {
        parts.push(format!("{rate:.1}/s"));
    }
    parts
}

/// A line to draw over: what moves, and how long it takes.
fn bar(now: Timestamp, progress: &Progress) -> String {
    let percent = percent(progress);
    let full = usize::try_from(percent).unwrap_or(0) * BAR_CHARS / 100;
    let mut parts = numbers(progress);
    parts.push(match progress.eta {
        Some(eta) => format!("ETA {}", short(eta.duration_since(now))),
        None => standing(progress).to_owned(),
    });
    if progress.is_late {
        parts.push("LATE".to_owned());
    }
    format!(
        "[{}{}] {percent:>3} %  {}",
        "#".repeat(full),
        "-".repeat(BAR_CHARS.saturating_sub(full)),
        parts.join(", ")
    )
}

/// A line that stays.
pub(super) fn line(newsletter: &Slug, progress: &Progress) -> String {
    let edition = &progress.edition;
    let mut parts = numbers(progress);
    if let Some(eta) = progress.eta {
        parts.push(format!("ETA {eta:.0}"));
    }
    if progress.is_all_paused && edition.status.is_open() {
        parts.push("all editions are paused".to_owned());
    }
    if let Some(deadline) = progress.send.deadline_at.filter(|_| progress.is_late) {
        parts.push(format!("late for {deadline:.0}"));
    }
    let reason = progress.send.reason.as_ref();
    format!(
        "{} {newsletter} {}: {} %, {}{}",
        edition.id,
        edition.status,
        percent(progress),
        parts.join(", "),
        reason.map_or_else(String::new, |reason| format!(" ({reason})"))
    )
}

/// Why nobody can tell when it ends.
fn standing(progress: &Progress) -> &'static str {
    use crate::domain::edition::EditionStatus;
    match progress.edition.status {
        EditionStatus::Delivering if progress.is_all_paused => "all editions are paused",
        EditionStatus::Delivering => "ETA unknown",
        other => other.as_str(),
    }
}

/// A duration as people say it: `45s`, `7m40s`, `2h05m`.
fn short(duration: SignedDuration) -> String {
    let seconds = duration.as_secs().max(0);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}s"),
        (0, _) => format!("{minutes}m{:02}s", seconds % 60),
        _ => format!("{hours}h{minutes:02}m"),
    }
}

#[cfg(test)]
#[path = "progress_tests.rs"]
mod tests;
