//! The feed claims ahead of the desk, so that the desk never waits for the next mails.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::Shared;
use super::desk::Mode;
use super::tray::Tray;
use crate::mail::mailer::Urgency;
use crate::usecases::delivery::{self, Chunk, Claim, Context, Error, Fed, Job};
use crate::worker::Stop;

/// How soon to look again for an edition that is about to begin.
const SOON: std::time::Duration = std::time::Duration::from_millis(20);

/// Mails in hand.
#[derive(Debug)]
pub(super) struct Batch {
    /// The chunk that they are of; single mails are of none.
    pub(super) claim: Option<Claim>,
    pub(super) jobs: Vec<Job>,
}

/// Feeds batches until told to stop, or until nothing is due.
pub(super) async fn run(
    shared: Shared,
    urgency: Urgency,
    mode: Mode,
    batches: mpsc::Sender<Batch>,
    tray: Arc<Tray>,
    mut stop: Stop,
) {
    let poll = shared.app.config.delivery.poll();
    while !stop.is_set() {
        // One batch waits for the desk at most: what is in hand longer than needed is late when this worker is lost.
        let Ok(place) = batches.reserve().await else {
            return;
        };
        if mode == Mode::UntilStopped {
            // Others may have a way out: what this worker cannot send it does not take.
            tray.untroubled().await;
        }
        let fed = match urgency {
            Urgency::Express => singles(&shared).await,
            Urgency::Bulk => chunk(&shared).await,
        };
        match fed {
            Ok(Fed::Chunk(Chunk { claim, jobs })) => {
                shared.chunks().insert(claim.id);
                crate::fault::point("k4");
                place.send(Batch {
                    claim: Some(claim),
                    jobs,
                });
            }
            Ok(Fed::Singles(jobs)) => place.send(Batch { claim: None, jobs }),
            Ok(Fed::NotYet) => {
                drop(place);
                stop.sleep(SOON).await;
            }
            Ok(Fed::Nothing) => {
                drop(place);
                if mode == Mode::UntilNothingIsDue {
                    return;
                }
                stop.sleep(poll).await;
            }
            Err(error) => {
                drop(place);
                tracing::error!(error = ?error, "mails could not be claimed");
                if mode == Mode::UntilNothingIsDue {
                    return;
                }
                stop.sleep(poll).await;
            }
        }
    }
}

async fn chunk(shared: &Shared) -> Result<Fed, Error> {
    let shared = shared.clone();
    let db = shared.app.sending_db.clone();
    db.transaction_now(move |conn, now| {
        let settings = &shared.app.config.delivery;
        delivery::next_chunk(conn, now, &context(&shared), settings, shared.worker)
    })
    .await
}

async fn singles(shared: &Shared) -> Result<Fed, Error> {
    let shared = shared.clone();
    let db = shared.app.sending_db.clone();
    let jobs = db
        .transaction_now(move |conn, now| {
            let settings = &shared.app.config.delivery;
            let limit = usize::try_from(settings.express_window).unwrap_or(1) * 2;
            delivery::next_singles(conn, now, &context(&shared), settings, shared.worker, limit)
        })
        .await?;
    Ok(if jobs.is_empty() {
        Fed::Nothing
    } else {
        Fed::Singles(jobs)
    })
}

fn context(shared: &Shared) -> Context<'_> {
    let app = &shared.app;
    Context {
        templates: &app.templates,
        keys: &app.keys,
        site: &app.site,
        identity: &app.identity,
        signup: &app.config.signup,
        editions: &shared.editions,
    }
}
