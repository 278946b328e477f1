//! Delivery: what is due is claimed, begun, sent and settled, by any number of workers at once and without a leader.
//!
//! ```text
//!  feed ──chunks──> desk ──begun mails──> lanes ──outcomes──> desk
//!                     └── one transaction a turn: settle what ended, begin what may follow
//! ```
//!
//! - The feed claims chunks ahead of time, so that the desk never waits for one.
//! - The desk is the only one that writes: at each turn it settles what the lanes have ended and begins what may
//!   follow, in one transaction and with one flush of the disk, while the lanes go on with what was begun before. It
//!   never has more mails under way than its window: so many can be doubled when the process is lost, and never more.
//! - A lane is one session to one relay. It takes mails that were begun, and nothing else.
//!
//! Single mails have a desk, a window and a connection of their own, so no edition can hold them up.

mod desk;
mod feed;
mod fence;
mod lanes;
mod tray;
mod turn;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::Stop;
use crate::app::App;
use crate::domain::id::{ClaimId, WorkerId};
use crate::mail::mailer::Urgency;
use crate::usecases::delivery::{self, Error, PreparedEditions, Swept};

use desk::Desk;
use fence::Fence;

/// What all parts of a worker share.
#[derive(Clone)]
struct Shared {
    app: App,
    worker: WorkerId,
    fence: Arc<Fence>,
    editions: Arc<PreparedEditions>,
    /// The chunks that this worker knows to hold.
    chunks: Arc<Mutex<HashSet<ClaimId>>>,
    /// Rung when a desk has nothing more to do: an edition may be complete.
    idle: Arc<Notify>,
}

impl Shared {
    fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            worker: WorkerId::new(app.clock.now()),
            fence: Arc::new(Fence::new(app.config.delivery.trust())),
            editions: Arc::default(),
            chunks: Arc::default(),
            idle: Arc::default(),
        }
    }

    fn chunks(&self) -> MutexGuard<'_, HashSet<ClaimId>> {
        self.chunks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Delivers until told to stop; what was claimed and not begun is given back then.
pub async fn run(app: App, mut stop: Stop) {
    let shared = Shared::new(&app);
    while !stop.is_set() {
        match beat(&shared).await {
            Ok(()) => break,
            Err(error) => {
                tracing::error!(error = ?error, "the database cannot be reached; nothing is sent");
            }
        }
        stop.sleep(Duration::from_secs(1)).await;
    }
    let (closed, closing) = tokio::sync::watch::channel(false);
    let mut helpers = JoinSet::new();
    helpers.spawn(keep_alive(shared.clone(), Stop(closing.clone())));
    helpers.spawn(keep_swept(shared.clone(), Stop(closing)));
    let desks = [Urgency::Express, Urgency::Bulk].map(|urgency| {
        let desk = Desk::new(shared.clone(), urgency, desk::Mode::UntilStopped);
        tokio::spawn(desk.work(stop.clone()))
    });
    for desk in desks {
        if let Err(panicked) = desk.await {
            tracing::error!(error = %panicked, "a desk panicked");
        }
    }
    closed.send_replace(true);
    while helpers.join_next().await.is_some() {}
    release(&shared).await;
    app.mailer.close_idle().await;
}

/// Delivers everything that is due now, then returns how many mails were begun. For tests, the demo and one-shot
/// commands.
///
/// # Errors
/// Database errors.
pub async fn drain(app: &App, stop: &Stop) -> Result<usize, Error> {
    let shared = Shared::new(app);
    beat(&shared).await?;
    sweep(&shared).await?;
    let (closed, closing) = tokio::sync::watch::channel(false);
    let alive = tokio::spawn(keep_alive(shared.clone(), Stop(closing)));
    let mut begun = 0;
    // Single mails first: somebody waits for them.
    for urgency in [Urgency::Express, Urgency::Bulk] {
        let desk = Desk::new(shared.clone(), urgency, desk::Mode::UntilNothingIsDue);
        begun += desk.work(stop.clone()).await;
    }
    closed.send_replace(true);
    drop(alive.await);
    sweep(&shared).await?;
    release(&shared).await;
    // What was known of the relays can be read for as long as a lease lasts.
    beat(&shared).await?;
    Ok(begun)
}

/// Gives back the single mails that were claimed and not begun.
async fn release(shared: &Shared) {
    let worker = shared.worker;
    let db = &shared.app.sending_db;
    if let Err(error) = db
        .transaction(move |conn| delivery::release(conn, worker))
        .await
    {
        tracing::warn!(error = ?error, "claimed mails wait until their lease ends");
    }
}

/// Says that this worker lives; only then its lanes may begin mails for a while longer.
async fn beat(shared: &Shared) -> Result<(), Error> {
    let began = tokio::time::Instant::now();
    let (app, worker) = (shared.app.clone(), shared.worker);
    let relays = lanes::reports(&app, worker);
    let chunks: Vec<ClaimId> = shared.chunks().iter().copied().collect();
    shared
        .app
        .sending_db
        .transaction_now(move |conn, now| {
            delivery::heartbeat(conn, now, &app.config.delivery, worker, &chunks, relays)
        })
        .await?;
    shared.fence.extend(began);
    Ok(())
}

async fn keep_alive(shared: Shared, mut stop: Stop) {
    let pause = shared.app.config.delivery.heartbeat();
    while !stop.is_set() {
        stop.sleep(pause).await;
        if let Err(error) = beat(&shared).await {
            tracing::warn!(error = ?error, "a heartbeat could not be written");
        }
    }
}

async fn sweep(shared: &Shared) -> Result<(), Error> {
    let app = shared.app.clone();
    let swept = shared
        .app
        .sending_db
        .transaction_now(move |conn, now| {
            let conversation = app.config.smtp.longest_conversation();
            delivery::sweep(conn, now, &app.config.delivery, conversation)
        })
        .await?;
    if swept != Swept::default() {
        tracing::warn!(?swept, "mails of lost workers were moved on");
    }
    Ok(())
}

async fn keep_swept(shared: Shared, mut stop: Stop) {
    let pause = shared.app.config.delivery.sweep();
    while !stop.is_set() {
        if let Err(error) = sweep(&shared).await {
            tracing::warn!(error = ?error, "what lost workers left could not be looked for");
        }
        tokio::select! {
            () = stop.sleep(pause) => {}
            // A moment later, so that one pass serves several editions that end together.
            () = shared.idle.notified() => stop.sleep(Duration::from_millis(100)).await,
        }
    }
}
