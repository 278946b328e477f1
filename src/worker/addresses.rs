//! Asks the addresses of articles before editions are made: read in one transaction, asked outside of any, recorded in another.

use jiff::Timestamp;

use super::tick::transact;
use crate::app::App;
use crate::domain::address_check::WantedAddress;
use crate::usecases::digest;
use crate::usecases::digest::addresses::{self, Due};

/// What is due, by whether something must be asked first.
pub(super) struct Split<I> {
    pub(super) at_once: Vec<I>,
    pub(super) waiting: Vec<I>,
    /// What must be asked for those that wait.
    pub(super) wanted: Vec<WantedAddress>,
}

/// Finds out what must be asked for whom. Where that fails, nothing is asked: a check never holds a newsletter up.
pub(super) async fn split<I: Copy>(
    app: &App,
    now: Timestamp,
    all: Vec<I>,
    due: impl Fn(I) -> Due,
) -> Split<I> {
    let mut split = Split {
        at_once: Vec::new(),
        waiting: Vec::new(),
        wanted: Vec::new(),
    };
    for id in all {
        let one = due(id);
        let wanted = transact(app, move |conn, context| {
            addresses::unchecked(conn, now, &one, context)
        });
        match wanted.await {
            Ok(wanted) if wanted.is_empty() => split.at_once.push(id),
            Ok(wanted) => {
                split.waiting.push(id);
                split.wanted.extend(wanted);
            }
            Err(error) => {
                failed(&error);
                split.at_once.push(id);
            }
        }
    }
    // Newsletters share articles, and the time is for all of them.
    split
        .wanted
        .sort_by_key(|wanted| std::cmp::Reverse(wanted.article));
    split.wanted.dedup();
    split
}

/// Asks, and stores what was answered.
pub(super) async fn ask(app: &App, wanted: Vec<WantedAddress>) {
    let findings = app.ask_addresses(wanted).await;
    let recorded = app
        .db
        .transaction_now(move |conn, now| addresses::record(conn, now, findings));
    if let Err(error) = recorded.await {
        failed(&error);
    }
}

fn failed(error: &digest::Error) {
    tracing::error!(error = ?error, "addresses of articles could not be checked; editions are made all the same");
}
