//! The scheduler: composes what is due, and looks at deadlines.

use std::sync::Arc;
use std::time::Duration;

use super::Stop;
use crate::app::App;
use crate::usecases::digest::{self, Composed, Context};
use crate::usecases::sending;

/// Looks for due newsletters until told to stop.
pub async fn run(app: App, mut stop: Stop) {
    let pause = Duration::from_secs(u64::from(app.config.digest.tick_seconds));
    while !stop.is_set() {
        match run_due(&app).await {
            Ok(_) => {}
            Err(error) => tracing::error!(error = ?error, "due newsletters could not be composed"),
        }
        if let Err(error) = alert_late(&app).await {
            tracing::error!(error = ?error, "deadlines could not be looked at");
        }
        stop.sleep(pause).await;
    }
}

/// Warns of editions that miss their deadline, once of each; returns how many.
///
/// # Errors
/// Database errors.
pub async fn alert_late(app: &App) -> Result<usize, sending::Error> {
    let late = app.db.transaction_now(sending::alert_late).await?;
    Ok(late.len())
}

/// One pass: composes every newsletter and every rhythm that is due, each in a transaction of its own, and returns what became
/// of each. Safe to run any number of times at once.
///
/// # Errors
/// The first failure; what was composed before it stays.
pub async fn run_due(app: &App) -> Result<Vec<Composed>, digest::Error> {
    let now = app.db.now().await?;
    app.db
        .transaction(move |conn| digest::advance_cut(conn, now))
        .await?;
    let mut all = Vec::new();
    while let Some(composed) = pass(app, move |conn, context| {
        digest::compose_next_due(conn, now, context)
    })
    .await?
    {
        crate::fault::point("k3");
        all.push(composed);
    }
    while let Some(composed) = pass(app, move |conn, context| {
        digest::compose_next_rhythm(conn, now, context)
    })
    .await?
    {
        all.push(composed);
    }
    let mut after = None;
    while let Some((rhythm, composed)) = pass(app, move |conn, context| {
        digest::compose_next_published(conn, now, after, context)
    })
    .await?
    {
        after = Some(rhythm);
        all.push(composed);
    }
    Ok(all)
}

/// One transaction of composing.
async fn pass<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&mut digest::Connection, &Context<'_>) -> Result<T, digest::Error>
    + Send
    + 'static,
) -> Result<T, digest::Error> {
    let shared = Arc::new(app.clone());
    app.db
        .transaction(move |conn| {
            let context = Context {
                settings: &shared.config.digest,
                publisher: &shared.config.publisher,
                templates: &shared.templates,
                site: &shared.site,
            };
            work(conn, &context)
        })
        .await
}
