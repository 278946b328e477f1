//! The scheduler: composes what is due, looks at deadlines and for attacks.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{Stop, addresses};
use crate::app::App;
use crate::domain::id::{EditionId, NewsletterId, RhythmId};
use crate::domain::rhythm::RhythmKind;
use crate::usecases::Connection;
use crate::usecases::approval::{self, Acted};
use crate::usecases::attack::{self, Change};
use crate::usecases::digest::addresses::Due;
use crate::usecases::digest::{self, Composed, Context};
use crate::usecases::{StoreError, canary, doors, rhythms, sending};

/// Looks for due newsletters until told to stop.
pub async fn run(app: App, mut stop: Stop) {
    let pause = Duration::from_secs(u64::from(app.config.digest.tick_seconds));
    while !stop.is_set() {
        if let Err(error) = run_due(&app).await {
            tracing::error!(error = ?error, "due newsletters could not be composed");
        }
        if let Err(error) = act_on_approvals(&app).await {
            tracing::error!(error = ?error, "approvals could not be looked at");
        }
        if let Err(error) = alert_late(&app).await {
            tracing::error!(error = ?error, "deadlines could not be looked at");
        }
        if let Err(error) = guard_doors(&app).await {
            tracing::error!(error = ?error, "attacks could not be looked for");
        }
        stop.sleep(pause).await;
    }
}

/// How many counted rows one pass forgets at most.
const FORGET: i64 = 5_000;

/// Looks whether an attack on the sign-up begins or is over, and forgets what is out of every window.
///
/// # Errors
/// Database errors.
pub async fn guard_doors(app: &App) -> Result<Change, attack::Error> {
    let shared = app.clone();
    let change = app
        .db
        .transaction_now(move |conn, now| attack::observe(conn, now, &shared.config.attack))
        .await?;
    app.db
        .transaction_now(|conn, now| doors::forget(conn, now, FORGET))
        .await
        .map_err(|error| attack::Error::Store(error.0))?;
    app.db
        .transaction_now(|conn, now| canary::forget(conn, now, FORGET))
        .await?;
    Ok(change)
}

/// Warns of editions that miss their deadline, once of each; returns how many.
///
/// # Errors
/// Database errors.
pub async fn alert_late(app: &App) -> Result<usize, sending::Error> {
    let late = app.db.transaction_now(sending::alert_late).await?;
    Ok(late.len())
}

/// Lets go what was approved and whose time has come, and acts on deadlines that nobody met; returns what it did.
///
/// # Errors
/// Database errors; what was done before stays.
pub async fn act_on_approvals(app: &App) -> Result<Vec<(EditionId, Acted)>, approval::Error> {
    let mut all = Vec::new();
    loop {
        let settings = app.config.digest.clone();
        let acted = app
            .db
            .transaction_now(move |conn, now| approval::act(conn, now, &settings))
            .await?;
        match acted {
            Some(one) => all.push(one),
            None => return Ok(all),
        }
    }
}

/// Lets subscriptions go on whose pause is over at `now`; returns how many.
///
/// # Errors
/// Database errors; those that go on already do so.
pub async fn end_pauses(app: &App, now: Timestamp) -> Result<usize, rhythms::Error> {
    let mut all = 0;
    loop {
        let (count, is_full) = app
            .db
            .transaction(move |conn| rhythms::resume_due(conn, now))
            .await?;
        all += count;
        if !is_full {
            return Ok(all);
        }
    }
}

/// What a pass over the due newsletters did.
#[derive(Debug, Default)]
pub struct Pass {
    /// What became of each, in the order of slots.
    pub composed: Vec<Composed>,
    /// Newsletters that could not be composed, and why; they stay due, and keep no other from its turn.
    pub failed: Vec<(NewsletterId, digest::Error)>,
}

/// One pass: composes every newsletter that is due, each in a transaction of its own, in the order of slots, then the rhythms
/// of readers, and returns what became of each. Those for which addresses of articles are asked come last, so that nobody else
/// waits for that. One that fails is logged and left to the next pass. Safe to run any number of times at once.
///
/// # Errors
/// When the database cannot be reached; what was composed before stays.
pub async fn run_due(app: &App) -> Result<Pass, digest::Error> {
    let now = app.db.now().await?;
    // Before anything is composed, so that the edition of the day on which a pause ends is for its reader, too.
    if let Err(error) = end_pauses(app, now).await {
        tracing::error!(error = ?error, "pauses could not be ended");
    }
    app.db
        .transaction(move |conn| digest::advance_cut(conn, now))
        .await?;
    let mut pass = Pass::default();
    run_newsletters(app, now, &mut pass).await?;
    for kind in RhythmKind::ALL {
        run_rhythms(app, now, *kind, &mut pass).await?;
    }
    Ok(pass)
}

async fn run_newsletters(app: &App, now: Timestamp, pass: &mut Pass) -> Result<(), digest::Error> {
    loop {
        let due = app
            .db
            .transaction(move |conn| digest::due(conn, now))
            .await?;
        let split = addresses::split(app, now, due, Due::Newsletter).await;
        let mut has_moved = compose_newsletters(app, now, split.at_once, pass).await?;
        if !split.waiting.is_empty() {
            addresses::ask(app, split.wanted).await;
            has_moved |= compose_newsletters(app, now, split.waiting, pass).await?;
        }
        // With a cut-off a newsletter may be due for its next slot right after this one.
        if !has_moved {
            return Ok(());
        }
    }
}

/// Composes newsletters that are due, in this order; returns whether any has moved to its next slot.
async fn compose_newsletters(
    app: &App,
    now: Timestamp,
    due: Vec<NewsletterId>,
    pass: &mut Pass,
) -> Result<bool, digest::Error> {
    let mut has_moved = false;
    for id in due {
        if pass.failed.iter().any(|(failed, _)| *failed == id) {
            continue;
        }
        let composed = transact(app, move |conn, context| {
            digest::compose_due(conn, now, id, context)
        });
        match composed.await {
            Ok(None) => {}
            Ok(Some(composed)) => {
                crate::fault::point("k3");
                has_moved = true;
                pass.composed.push(composed);
            }
            Err(error @ digest::Error::Store(StoreError::Unavailable(_))) => return Err(error),
            Err(error) => {
                tracing::error!(newsletter = %id, error = ?error, "a due newsletter could not be composed");
                pass.failed.push((id, error));
            }
        }
    }
    Ok(has_moved)
}

/// The rhythms that are due, or those that go by publication and for which there is something.
async fn run_rhythms(
    app: &App,
    now: Timestamp,
    kind: RhythmKind,
    pass: &mut Pass,
) -> Result<(), digest::Error> {
    let due = app
        .db
        .transaction(move |conn| digest::due_rhythms(conn, now, kind))
        .await?;
    let split = addresses::split(app, now, due, Due::Rhythm).await;
    compose_rhythms(app, now, kind, split.at_once, pass).await?;
    if !split.waiting.is_empty() {
        addresses::ask(app, split.wanted).await;
        compose_rhythms(app, now, kind, split.waiting, pass).await?;
    }
    Ok(())
}

async fn compose_rhythms(
    app: &App,
    now: Timestamp,
    kind: RhythmKind,
    due: Vec<RhythmId>,
    pass: &mut Pass,
) -> Result<(), digest::Error> {
    for id in due {
        let composed = transact(app, move |conn, context| match kind {
            RhythmKind::Scheduled => digest::compose_scheduled(conn, now, id, context),
            RhythmKind::AsPublished => digest::compose_published(conn, now, id, context),
        });
        match composed.await {
            Ok(composed) => pass.composed.extend(composed),
            Err(error @ digest::Error::Store(StoreError::Unavailable(_))) => return Err(error),
            Err(error) => {
                tracing::error!(rhythm = %id, error = ?error, "a rhythm could not be composed; it stays due");
            }
        }
    }
    Ok(())
}

/// One transaction of composing.
pub(super) async fn transact<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&mut Connection, &Context<'_>) -> Result<T, digest::Error> + Send + 'static,
) -> Result<T, digest::Error> {
    let shared = Arc::new(app.clone());
    app.db
        .transaction(move |conn| {
            let context = Context::new(&shared.config, &shared.templates, &shared.site);
            work(conn, &context)
        })
        .await
}
