//! Where sign-ups are taken: those that wait at the same time share a transaction.

use std::cell::OnceCell;
use std::time::Duration;

use jiff::Timestamp;

use crate::app::App;
use crate::http::gathering::Gathering;
use crate::usecases::StoreError;
use crate::usecases::doors::{self, Answer, Entry, Visitor};
use crate::usecases::signup::{self, Asked, Request};

/// A sign-up and who brings it.
pub(super) struct Job {
    pub(super) visitor: Visitor,
    pub(super) request: Request,
}

/// What became of one.
pub(super) struct Outcome {
    /// As in [`Entry`].
    pub(super) is_alarming: bool,
    /// What the door answered, and whether what went through it was taken.
    pub(super) result: Result<Answer, signup::Error>,
}

/// The desk, which all threads of the server share.
#[derive(Clone)]
pub(in crate::http) struct SignupDesk(Gathering<Job, Outcome>);

impl SignupDesk {
    /// Opens the desk.
    ///
    /// # Errors
    /// When no thread can be had.
    pub(in crate::http) fn open(app: &App) -> std::io::Result<Self> {
        let wait = Duration::from_secs(app.config.database.pool_wait_seconds.max(1));
        let app = app.clone();
        Gathering::open("tidings-signups", wait, move |jobs| take(&app, &jobs)).map(Self)
    }

    /// Through the door, and if it is open the sign-up.
    ///
    /// # Errors
    /// As [`Gathering::take`].
    pub(super) async fn take(&self, job: Job) -> Result<Outcome, StoreError> {
        self.0.take(job).await
    }
}

fn take(app: &App, jobs: &[Job]) -> Vec<Outcome> {
    let now = app.clock.now();
    let entries = OnceCell::new();
    let visitors: Vec<&Visitor> = jobs.iter().map(|job| &job.visitor).collect();
    // Those who share the turn all wait for a lock, and some have waited for the turn before.
    let patience = Duration::from_secs(app.config.database.pool_wait_seconds.max(1)) / 2;
    let taken = app.db.run_both(
        Some(patience),
        |conn| {
            let found = doors::enter(conn, now, &app.config, &visitors).map_err(|error| error.0)?;
            entries.get_or_init(|| found);
            Ok(())
        },
        |conn, ()| {
            let passed = passed(jobs, entries.get());
            signup::request_all(
                conn,
                now,
                &app.config,
                app.templates.words(),
                &app.keys,
                &passed,
            )
        },
    );
    let entries = entries.into_inner();
    let results = match taken {
        Ok(results) => results,
        Err(error) if entries.is_none() || matches!(error, StoreError::Unavailable(_)) => {
            return jobs.iter().map(|_| failed(error.repeated())).collect();
        }
        Err(error) if error.is_timeout() => {
            tracing::warn!(error = ?error, "sign-ups waited too long for the database");
            let busy = || StoreError::Unavailable(error.to_string().into());
            return jobs.iter().map(|_| failed(busy())).collect();
        }
        Err(error) => {
            // One of them may be to blame: each for itself.
            tracing::warn!(error = ?error, "sign-ups that came together are taken one by one");
            let passed = passed(jobs, entries.as_ref()).into_iter();
            passed.map(|asked| alone(app, now, asked)).collect()
        }
    };
    let mut results = results.into_iter();
    let entries = entries.unwrap_or_default().into_iter();
    entries
        .map(|entry| Outcome {
            is_alarming: entry.is_alarming,
            result: match entry.answer {
                Answer::Pass => results.next().unwrap_or(Ok(())).map(|()| Answer::Pass),
                answer => Ok(answer),
            },
        })
        .collect()
}

/// The requests of those whom the door let through.
fn passed<'a>(jobs: &'a [Job], entries: Option<&Vec<Entry>>) -> Vec<Asked<'a>> {
    let entries = entries.into_iter().flatten();
    jobs.iter()
        .zip(entries)
        .filter(|(_, entry)| entry.answer == Answer::Pass)
        .map(|(job, entry)| Asked {
            request: &job.request,
            is_proven: entry.is_proven,
        })
        .collect()
}

fn alone(app: &App, now: Timestamp, asked: Asked<'_>) -> Result<(), signup::Error> {
    let taken = app.db.run(|conn| {
        let words = app.templates.words();
        signup::request_all(conn, now, &app.config, words, &app.keys, &[asked])
    });
    taken?.pop().unwrap_or(Ok(()))
}

fn failed(error: StoreError) -> Outcome {
    Outcome {
        is_alarming: false,
        result: Err(error.into()),
    }
}
