//! The mailer against real servers. Limits and waits that go by time are in `limits`.

mod limits;
mod relays;
mod sessions;

use std::pin::Pin;
use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::mail::envelope::Envelope;
use crate::mail::outbox::Outbox;
use crate::mail::scripted_peer::{Peer, settings};
use crate::mail::smtp_server::{Now, Running, Script, SmtpServer, Verdict};
use crate::mail::smtp_session::{Outgoing, SendOutcome};

const BODY: &[u8] = b"Subject: x\r\n\r\nhi\r\n";

struct Server {
    running: Running,
    outbox: Outbox,
}

impl Server {
    async fn start(script: Script) -> Self {
        let outbox = Outbox::new(10_000, 100_000_000);
        let now: Now = Arc::new(|| Timestamp::UNIX_EPOCH);
        let address = ([127, 0, 0, 1], 0).into();
        let running = SmtpServer::start(address, outbox.clone(), script, now).await;
        Self {
            running: running.unwrap(),
            outbox,
        }
    }

    fn relay(&self) -> Relay {
        Relay::plain("127.0.0.1".to_owned(), self.running.address().port())
    }
}

fn mailer(relays: Vec<Relay>, connections: usize) -> Mailer {
    Mailer::new(settings(), relays, "news.example".to_owned(), connections)
}

/// A port at which nobody listens.
async fn dead_relay() -> Relay {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    Relay::plain(
        "127.0.0.1".to_owned(),
        listener.local_addr().unwrap().port(),
    )
}

fn to(address: &str) -> Envelope {
    Envelope {
        from: "bounce@news.example".to_owned(),
        to: address.to_owned(),
        needs_smtputf8: false,
        size: BODY.len(),
    }
}

async fn bulk(mailer: &Mailer) -> Lane {
    match mailer.lane(Urgency::Bulk).await {
        Ok(lane) => lane,
        Err(nobody) => panic!("{nobody:?}"),
    }
}

async fn send(lane: &mut Lane, address: &str) -> SendOutcome {
    let envelope = to(address);
    let message = Outgoing {
        envelope: &envelope,
        bytes: BODY,
    };
    lane.send(message, None).await
}

/// Whether a caller gets nothing, although there was time for it.
async fn still_waits(caller: Pin<&mut impl Future>) -> bool {
    tokio::time::timeout(Duration::from_millis(50), caller)
        .await
        .is_err()
}

fn is_accepted(outcome: &SendOutcome) -> bool {
    matches!(outcome, SendOutcome::Accepted(_))
}

/// Sends `count` mails over as many lanes as there are, each envelope ahead of its message. Says how many were accepted.
async fn send_many(mailer: &Mailer, lanes: usize, count: usize) -> usize {
    let senders = (0..lanes).map(|sender| {
        let mailer = mailer.clone();
        tokio::spawn(async move {
            let envelopes: Vec<_> = (0..count / lanes)
                .map(|number| to(&format!("reader{sender}-{number}@example.org")))
                .collect();
            let mut accepted = 0;
            let mut number = 0;
            while let Some(envelope) = envelopes.get(number) {
                let mut lane = bulk(&mailer).await;
                let mut envelope = Some(envelope);
                while let Some(this) = envelope {
                    let next = envelopes.get(number + 1);
                    let message = Outgoing {
                        envelope: this,
                        bytes: BODY,
                    };
                    let outcome = lane.send(message, next).await;
                    if is_accepted(&outcome) {
                        accepted += 1;
                        number += 1;
                    }
                    envelope = envelopes.get(number).filter(|_| lane.is_usable());
                }
                lane.park().await;
            }
            accepted
        })
    });
    let mut accepted = 0;
    for sender in senders.collect::<Vec<_>>() {
        accepted += sender.await.unwrap();
    }
    accepted
}
