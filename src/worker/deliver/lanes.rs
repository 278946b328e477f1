//! Lanes: each is one session to one relay at a time, and sends what was begun.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::Shared;
use super::tray::{Begun, Tray};
use crate::app::App;
use crate::domain::id::WorkerId;
use crate::mail::envelope::Envelope;
use crate::mail::mailer::{Lane, Urgency};
use crate::mail::smtp_session::{Outgoing, SendOutcome};
use crate::usecases::delivery::{End, WorkerRelay};

/// How long a session stays open without a mail to send.
const IDLE: Duration = Duration::from_secs(5);

/// How long what was begun waits for a session that is renewed.
const RENEWAL: Duration = Duration::from_secs(5);

/// Starts as many lanes as there may be sessions.
pub(super) fn start(shared: &Shared, tray: &Arc<Tray>, urgency: Urgency) -> JoinSet<()> {
    let count = match urgency {
        Urgency::Express => 1,
        Urgency::Bulk => shared.app.mailer.most_connections(),
    };
    let mut lanes = JoinSet::new();
    for _ in 0..count {
        lanes.spawn(serve(shared.clone(), Arc::clone(tray), urgency));
    }
    lanes
}

/// A lane's life: one session after the other. While it renews a session that is over it still counts as open, so that
/// what was begun waits for it instead of being given back.
async fn serve(shared: Shared, tray: Arc<Tray>, urgency: Urgency) {
    let mut renews: Option<usize> = None;
    while renews.is_some() || tray.is_wanted().await {
        let patience = renews.map_or(Duration::MAX, |_| RENEWAL);
        let opened = tokio::time::timeout(patience, shared.app.mailer.lane(urgency)).await;
        match opened {
            Ok(Ok(lane)) => {
                let relay = lane.relay();
                if renews != Some(relay) {
                    tray.opened(relay);
                    if let Some(other) = renews {
                        tray.closed(other);
                    }
                }
                renews = Some(relay);
                if send_all(&shared, &tray, lane).await == Left::Idle {
                    tray.closed(relay);
                    renews = None;
                }
            }
            Ok(Err(nobody)) => {
                tracing::warn!(
                    code = nobody.reason.code(), phase = %nobody.phase,
                    "the mail server cannot be reached"
                );
                tray.failed(nobody.reason);
                renews
                    .take()
                    .into_iter()
                    .for_each(|relay| tray.closed(relay));
                wait(&tray, nobody.retry_in).await;
            }
            Err(_) => renews
                .take()
                .into_iter()
                .for_each(|relay| tray.closed(relay)),
        }
    }
}

/// Waits, or until no more mails will come.
async fn wait(tray: &Tray, pause: Duration) {
    let closed = async {
        while tray.is_wanted().await && !tray.is_closed() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    drop(tokio::time::timeout(pause, closed).await);
}

/// A mail with its message.
struct Written {
    mail: Begun,
    envelope: Envelope,
    bytes: Vec<u8>,
}

/// Why a session was left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// It is over; there may be more to send.
    Over,
    /// Nothing came for a while.
    Idle,
}

/// Sends over one session until it is over or nothing comes. A mail that it took and did not send goes back to the tray.
async fn send_all(shared: &Shared, tray: &Tray, mut lane: Lane) -> Left {
    let relay = lane.relay();
    // Two buffers for all messages: while one is sent, the next is written.
    let mut spare = Vec::new();
    let mut ahead: Option<Written> = None;
    let left = loop {
        if !lane.is_usable() {
            if let Some(written) = ahead {
                tray.put_back(relay, written.mail);
            }
            break Left::Over;
        }
        let current = match ahead.take() {
            Some(written) => written,
            None => match tray.take(relay, IDLE).await {
                Some(mail) => write(mail, std::mem::take(&mut spare)),
                None => break Left::Idle,
            },
        };
        if !shared.fence.is_open() {
            tray.end(current.mail, End::Untouched);
            spare = current.bytes;
            continue;
        }
        ahead = if lane.may_pipeline() {
            let next = tray.try_take(relay);
            next.map(|mail| write(mail, std::mem::take(&mut spare)))
        } else {
            None
        };
        let message = Outgoing {
            envelope: &current.envelope,
            bytes: &current.bytes,
        };
        let next = ahead.as_ref().map(|written| &written.envelope);
        crate::fault::point("k6");
        let outcome = lane.send(message, next).await;
        crate::fault::point("k10");
        log(&current.mail, &outcome);
        spare = current.bytes;
        tray.end(current.mail, End::Sent(outcome));
    };
    lane.park().await;
    left
}

fn write(mail: Begun, mut bytes: Vec<u8>) -> Written {
    let envelope = mail.job.write(&mut bytes);
    Written {
        mail,
        envelope,
        bytes,
    }
}

fn log(mail: &Begun, outcome: &SendOutcome) {
    match outcome {
        SendOutcome::Accepted(_) => {
            tracing::debug!(delivery = %mail.job.key.delivery(), "sent");
        }
        SendOutcome::Deferred(phase, reply) | SendOutcome::NotSent(phase, reply) => {
            tracing::info!(delivery = %mail.job.key.delivery(), %phase, code = reply.code(), "deferred");
        }
        SendOutcome::Refused(phase, reply) => {
            tracing::info!(delivery = %mail.job.key.delivery(), %phase, code = reply.code(), "refused");
        }
        SendOutcome::Unknown(_) => {
            tracing::warn!(delivery = %mail.job.key.delivery(), "the reply to a mail was lost");
        }
    }
}

/// What this process knows of its relays.
pub(super) fn reports(app: &App, worker: WorkerId) -> Vec<WorkerRelay> {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let known = app.mailer.health().into_iter();
    known
        .map(|health| WorkerRelay {
            worker_id: worker,
            relay: health.name,
            is_available: health.is_available,
            connections: number(health.open_connections),
            connection_limit: number(health.limit),
            phase: health
                .last_error
                .as_ref()
                .map(|(phase, _)| phase.to_string()),
            reply_code: health
                .last_error
                .as_ref()
                .map(|(_, reply)| i32::from(reply.code())),
            reply_text: health.last_error.map(|(_, reply)| reply.text().to_owned()),
            seen_at: app.clock.now(),
        })
        .collect()
}
