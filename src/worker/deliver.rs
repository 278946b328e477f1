//! Delivery: claim, prepare, begin, send, record, several mails at a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::Stop;
use crate::app::App;
use crate::domain::id::WorkerId;
use crate::mail::mailer::Urgency;
use crate::mail::smtp_session::{Outgoing, SendOutcome};
use crate::usecases::delivery::{self, Context, Error, Prepared};

/// How long to wait before an outcome that could not be written is written again.
const WRITE_PAUSE: Duration = Duration::from_millis(500);
/// How often an outcome is written before the row is left to the sweep.
const WRITE_TRIES: u32 = 20;

/// Delivers until told to stop; what was claimed and not begun is given back then.
pub async fn run(app: App, mut stop: Stop) {
    let worker = WorkerId::new(app.clock.now());
    while !stop.is_set() {
        match pass(&app, worker, &stop).await {
            // There may be more: look again at once.
            Ok(count) if count > 0 => continue,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(error = ?error, "deliveries could not be read or written");
            }
        }
        stop.sleep(app.config.delivery.poll()).await;
    }
    if let Err(error) = app
        .db
        .transaction(move |conn| delivery::release(conn, worker))
        .await
    {
        tracing::warn!(error = ?error, "claimed mails wait until their lease ends");
    }
    app.mailer.close_idle().await;
}

/// Delivers everything that is due now, then returns how many mails were taken in hand. For tests, the demo and
/// one-shot commands.
///
/// # Errors
/// Database errors.
pub async fn drain(app: &App, stop: &Stop) -> Result<usize, Error> {
    let worker = WorkerId::new(app.clock.now());
    let mut all = 0;
    loop {
        let count = pass(app, worker, stop).await?;
        if count == 0 {
            return Ok(all);
        }
        all += count;
    }
}

/// One pass: sweeps, claims a batch, sends it. Returns how many mails it claimed.
async fn pass(app: &App, worker: WorkerId, stop: &Stop) -> Result<usize, Error> {
    let now = app.db.now().await?;
    let shared = app.clone();
    let prepared = app
        .db
        .transaction(move |conn| -> Result<_, Error> {
            let settings = &shared.config.delivery;
            let swept = delivery::sweep(conn, now, settings)?;
            let batch = delivery::claim(conn, now, settings, worker)?;
            let claimed = batch.len();
            let context = Context {
                templates: &shared.templates,
                keys: &shared.keys,
                site: &shared.site,
                identity: &shared.identity,
                signup: &shared.config.signup,
            };
            let prepared = delivery::prepare(conn, now, &context, worker, batch)?;
            Ok((swept, claimed, prepared))
        })
        .await?;
    let (swept, claimed, prepared) = prepared;
    if swept != delivery::Swept::default() {
        tracing::warn!(?swept, "mails of lost workers were moved on");
    }
    send_batch(app, worker, prepared, stop).await?;
    if claimed > 0 {
        // Closes an edition as soon as its last mail is settled, not a poll later.
        let settings = app.config.clone();
        let now = app.db.now().await?;
        app.db
            .transaction(move |conn| delivery::sweep(conn, now, &settings.delivery))
            .await?;
    }
    Ok(claimed)
}

async fn send_batch(
    app: &App,
    worker: WorkerId,
    batch: Vec<Prepared>,
    stop: &Stop,
) -> Result<(), Error> {
    let lanes = usize::try_from(app.config.delivery.connections)
        .unwrap_or(1)
        .min(batch.len());
    // Taken from the end, so the first of the batch comes last in the list.
    let queue: Vec<Prepared> = batch.into_iter().rev().collect();
    let queue = Arc::new(Mutex::new(queue));
    let working = Arc::new(AtomicUsize::new(lanes));
    let mut tasks = JoinSet::new();
    for _ in 0..lanes {
        let (app, queue, stop) = (app.clone(), Arc::clone(&queue), stop.clone());
        let working = Arc::clone(&working);
        tasks
            .spawn(async move { Box::pin(send_from(&app, worker, &queue, &working, &stop)).await });
    }
    let mut outcome = Ok(());
    while let Some(result) = tasks.join_next().await {
        match result {
            Ok(Ok(())) => {}
            // The other tasks go on: to leave now would break off conversations of which nobody knows the end.
            Ok(Err(error)) => outcome = Err(error),
            Err(panicked) => tracing::error!(error = %panicked, "a sending task panicked"),
        }
    }
    // A stop, or a relay that cannot be reached, leaves mails that nobody began.
    let left: Vec<_> = queue
        .lock()
        .await
        .drain(..)
        .map(|prepared| prepared.id)
        .collect();
    if !left.is_empty() && stop.is_set() {
        app.db
            .transaction(move |conn| delivery::release(conn, worker))
            .await?;
    }
    outcome
}

/// Sends over one session until the batch is empty, the session cannot be had, or it is time to stop.
async fn send_from(
    app: &App,
    worker: WorkerId,
    queue: &Mutex<Vec<Prepared>>,
    working: &AtomicUsize,
    stop: &Stop,
) -> Result<(), Error> {
    let mut lane = None;
    while !stop.is_set() {
        let mut open = match lane.take() {
            Some(open) => open,
            None => match app.mailer.lane(Urgency::Bulk).await {
                Ok(open) => open,
                Err(nobody) => {
                    let reason = nobody.reason;
                    tracing::warn!(
                        phase = %nobody.phase,
                        code = reason.code(),
                        "the mail server cannot be reached"
                    );
                    // A relay may allow fewer sessions than we want; the others go on with the batch.
                    if working.fetch_sub(1, Ordering::AcqRel) > 1 {
                        return Ok(());
                    }
                    return put_off(app, worker, queue, reason).await;
                }
            },
        };
        let Some(prepared) = queue.lock().await.pop() else {
            open.park().await;
            break;
        };
        if begin(app, worker, &prepared).await? {
            let started_at = app.db.now().await?;
            let message = Outgoing {
                envelope: &prepared.message.envelope,
                bytes: &prepared.message.bytes,
            };
            let outcome = open.send(message, None).await;
            record(app, worker, prepared, started_at, outcome).await?;
        }
        if open.is_usable() {
            lane = Some(open);
        }
    }
    if let Some(open) = lane {
        open.park().await;
    }
    Ok(())
}

async fn begin(app: &App, worker: WorkerId, prepared: &Prepared) -> Result<bool, Error> {
    let now = app.db.now().await?;
    let (config, id) = (app.config.clone(), prepared.id);
    app.db
        .transaction(move |conn| {
            delivery::begin(conn, now, &config.delivery, &config.smtp, worker, id)
        })
        .await
}

/// Writes an outcome, again and again for a while: the mail is out, and forgetting it would send it twice.
async fn record(
    app: &App,
    worker: WorkerId,
    prepared: Prepared,
    started_at: jiff::Timestamp,
    outcome: SendOutcome,
) -> Result<(), Error> {
    let work = Arc::new((prepared, outcome));
    let mut tries = 0;
    loop {
        let shared = Arc::clone(&work);
        let written = match app.db.now().await {
            Ok(now) => {
                app.db
                    .transaction(move |conn| {
                        delivery::record(conn, now, worker, &shared.0, started_at, &shared.1)
                    })
                    .await
            }
            Err(error) => Err(error.into()),
        };
        match written {
            Ok(is_ours) => {
                log(&work.0, &work.1, is_ours);
                return Ok(());
            }
            Err(error) if tries < WRITE_TRIES => {
                tracing::warn!(delivery = %work.0.id, error = ?error, "an outcome could not be written; trying again");
                tries += 1;
                tokio::time::sleep(WRITE_PAUSE).await;
            }
            Err(error) => return Err(error),
        }
    }
}

fn log(prepared: &Prepared, outcome: &SendOutcome, is_ours: bool) {
    let id = prepared.id;
    if !is_ours {
        tracing::warn!(delivery = %id, "the lease ran out while a mail was sent; its outcome was not written");
    }
    match outcome {
        SendOutcome::Accepted(_) => tracing::debug!(delivery = %id, kind = %prepared.kind, "sent"),
        SendOutcome::Deferred(phase, reply) | SendOutcome::NotSent(phase, reply) => {
            tracing::info!(delivery = %id, %phase, code = reply.code(), "deferred");
        }
        SendOutcome::Refused(phase, reply) => {
            tracing::info!(delivery = %id, %phase, code = reply.code(), "refused");
        }
        SendOutcome::Unknown(_) => tracing::warn!(delivery = %id, "the reply to a mail was lost"),
    }
}

async fn put_off(
    app: &App,
    worker: WorkerId,
    queue: &Mutex<Vec<Prepared>>,
    reason: crate::domain::smtp_reply::SmtpReply,
) -> Result<(), Error> {
    let ids: Vec<_> = queue
        .lock()
        .await
        .drain(..)
        .map(|prepared| prepared.id)
        .collect();
    let now = app.db.now().await?;
    app.db
        .transaction(move |conn| delivery::put_off(conn, now, worker, &ids, &reason))
        .await
}
