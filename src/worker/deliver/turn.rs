//! One turn of a desk: what it asks of the database, and what comes of it.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Shared;
use crate::app::App;
use crate::mail::mailer::Urgency;
use crate::usecases::Connection;
use crate::usecases::delivery::{self, Claim, Ended, Error, Job, Key, Rate};

/// What a turn asks of the database.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) to_settle: Vec<Ended>,
    /// Chunks without mails in hand.
    pub(super) to_close: Vec<Claim>,
    /// Mails to begin, for each relay.
    pub(super) to_begin: Vec<(usize, Vec<Job>)>,
    /// How many of those that begin take the place of one that ended.
    pub(super) handed_on: usize,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Answer {
    /// When the database looked at its clock.
    pub(super) at: Timestamp,
    /// What may be sent, and how many the rates of each relay allowed it.
    pub(super) begun: HashSet<Key>,
    pub(super) allowed: Vec<usize>,
}

impl Request {
    fn keys(&self) -> Vec<(usize, Vec<Key>)> {
        let relays = self.to_begin.iter();
        relays
            .map(|(relay, jobs)| (*relay, jobs.iter().map(|job| job.key).collect()))
            .collect()
    }

    /// Whether it is of the kind that nearly all are: accepted mails and fresh ones of editions, and no rate to keep.
    fn is_plain(&self, app: &App) -> bool {
        let is_rated = |(relay, _): &(usize, Vec<Job>)| !rates(app, *relay).is_empty();
        self.to_close.is_empty()
            && self.to_settle.iter().all(Ended::is_plain)
            && self
                .to_begin
                .iter()
                .flat_map(|(_, jobs)| jobs)
                .all(Job::is_of_edition)
            && !self.to_begin.iter().any(is_rated)
    }
}

/// Takes a turn. The request comes back, whatever came of it.
pub(super) async fn take(
    shared: Shared,
    urgency: Urgency,
    request: Request,
) -> (Request, Result<Answer, Error>) {
    let keys = request.keys();
    let request = std::sync::Arc::new(request);
    let asked = std::sync::Arc::clone(&request);
    let db = shared.app.sending_db.clone();
    let answer = if request.is_plain(&shared.app) {
        let begin: Vec<Key> = keys.iter().flat_map(|(_, keys)| keys).copied().collect();
        let worker = shared.worker;
        let turned = db
            .statement(move |conn, now| {
                let turned = delivery::turn(conn, now, worker, &asked.to_settle, &begin);
                crate::fault::point("k11");
                turned
            })
            .await;
        turned.map(|turned| Answer {
            at: turned.at,
            allowed: keys.iter().map(|(_, keys)| keys.len()).collect(),
            begun: turned.begun,
        })
    } else {
        db.transaction_now(move |conn, now| {
            let answer = step_by_step(conn, now, &shared, urgency, &asked, &keys)?;
            crate::fault::point("k11");
            Ok(answer)
        })
        .await
    };
    // The closure has ended, and with it the other hold on the request.
    let request = std::sync::Arc::into_inner(request).unwrap_or_default();
    (request, answer)
}

fn step_by_step(
    conn: &mut Connection,
    now: Timestamp,
    shared: &Shared,
    urgency: Urgency,
    request: &Request,
    keys: &[(usize, Vec<Key>)],
) -> Result<Answer, Error> {
    let (app, worker) = (&shared.app, shared.worker);
    let settings = &app.config.delivery;
    let lost = delivery::settle(conn, now, settings, worker, &request.to_settle)?;
    if lost > 0 {
        tracing::warn!(
            lost,
            "mails were settled by somebody else while they were sent"
        );
    }
    for claim in &request.to_close {
        delivery::close_chunk(conn, now, worker, claim)?;
    }
    let conversation = app.config.smtp.longest_conversation();
    let mut answer = Answer {
        at: now,
        begun: HashSet::new(),
        allowed: Vec::with_capacity(keys.len()),
    };
    for (relay, keys) in keys {
        let rates = rates(app, *relay);
        let name = app.mailer.relay(*relay).name();
        let is_express = urgency == Urgency::Express;
        let allowed = if rates.is_empty() {
            keys.len()
        } else {
            // What may not be sent anyway must use up no rate.
            let sendable = delivery::sendable(conn, now, worker, keys)?;
            let wanted = keys.iter().filter(|key| sendable.contains(*key)).count();
            let tokens = delivery::allowance(conn, now, &name, &rates, wanted, is_express)?;
            let beyond = keys
                .iter()
                .enumerate()
                .filter(|(_, key)| sendable.contains(*key))
                .nth(tokens);
            beyond.map_or(keys.len(), |(index, _)| index)
        };
        let keys = keys.get(..allowed).unwrap_or(keys);
        answer.allowed.push(allowed);
        let begun = delivery::begin(conn, now, settings, conversation, worker, keys)?;
        answer.begun.extend(begun);
    }
    Ok(answer)
}

fn rates(app: &App, relay: usize) -> Vec<Rate> {
    let rates = &app.mailer.relay(relay).rates;
    let all = [
        ("second", 1.0, rates.per_second),
        ("minute", 60.0, rates.per_minute),
        ("hour", 3_600.0, rates.per_hour),
        ("day", 86_400.0, rates.per_day),
    ];
    let set = all.into_iter().filter_map(|(unit, seconds, count)| {
        Some(Rate {
            unit,
            seconds,
            count: f64::from(count?),
        })
    });
    set.collect()
}
