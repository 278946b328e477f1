//! The desk settles what ended and begins what may follow.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Shared;
use super::feed::{self, Batch};
use super::lanes;
use super::tray::{Begun, Tray};
use super::turn::{self, Answer, Request};
use crate::domain::id::ClaimId;
use crate::domain::smtp_reply::SmtpReply;
use crate::mail::mailer::Urgency;
use crate::usecases::delivery::{self, Claim, Ended, Error, Job, Key};
use crate::worker::Stop;

/// How long to wait after a turn that the database refused.
const TROUBLE: Duration = Duration::from_millis(200);
/// How soon to look again whether rates allow more: sooner than the smallest burst is filled.
const RATE_PAUSE: Duration = Duration::from_millis(25);
/// How long outcomes wait for more of them.
const LINGER: Duration = Duration::from_millis(20);
/// How long to rest when nothing rings.
const REST: Duration = Duration::from_secs(1);
/// Turns under way at a time: while the disk is flushed for one, the next is filled.
const MOST_TURNS: usize = 2;

/// When a desk closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// When it is told to.
    UntilStopped,
    /// When nothing is due, or nothing can be sent.
    UntilNothingIsDue,
}

/// A chunk of which mails are in hand.
struct Open {
    claim: Claim,
    /// Mails that are not settled.
    left: usize,
}

type Taken = (Request, Result<Answer, Error>);

/// See the module.
pub(super) struct Desk {
    shared: Shared,
    urgency: Urgency,
    mode: Mode,
    window: usize,
    tray: Arc<Tray>,
    ended: mpsc::UnboundedReceiver<Ended>,
    turns: JoinSet<Taken>,
    /// Claimed and not begun.
    ready: VecDeque<Job>,
    open: HashMap<ClaimId, Open>,
    /// Chunks without mails in hand.
    to_close: Vec<Claim>,
    /// Ended and not yet written.
    to_settle: Vec<Ended>,
    /// Begun, or about to be, and not yet settled; a place that is handed on counts once.
    under_way: usize,
    begun: usize,
    /// Since when there is something for a turn, but too little to hurry.
    waits_since: Option<Instant>,
    /// No turn before: rates allow nothing more, or the database is in trouble.
    not_before: Option<Instant>,
}

impl Desk {
    pub(super) fn new(shared: Shared, urgency: Urgency, mode: Mode) -> Self {
        let settings = &shared.app.config.delivery;
        let window = match urgency {
            Urgency::Express => settings.express_window,
            Urgency::Bulk => settings
                .window
                .saturating_sub(settings.express_window)
                .max(1),
        };
        let (sender, ended) = mpsc::unbounded_channel();
        let tray = Tray::new(shared.app.mailer.relay_count(), sender);
        Self {
            window: usize::try_from(window).unwrap_or(1),
            tray: Arc::new(tray),
            ended,
            turns: JoinSet::new(),
            shared,
            urgency,
            mode,
            ready: VecDeque::new(),
            open: HashMap::new(),
            to_close: Vec::new(),
            to_settle: Vec::new(),
            under_way: 0,
            begun: 0,
            waits_since: None,
            not_before: None,
        }
    }

    /// Works until the mode says so; returns how many mails were begun.
    pub(super) async fn work(mut self, mut stop: Stop) -> usize {
        let (sender, mut batches) = mpsc::channel(1);
        let (shared, tray) = (self.shared.clone(), Arc::clone(&self.tray));
        let feeder = feed::run(shared, self.urgency, self.mode, sender, tray, stop.clone());
        let feeder = tokio::spawn(feeder);
        let mut lanes = lanes::start(&self.shared, &self.tray, self.urgency);
        loop {
            self.collect(&mut batches);
            let is_fed = !(batches.is_closed() && batches.is_empty());
            let trouble = self.tray.trouble();
            if let Some(reason) = &trouble {
                self.put_off(reason).await;
            }
            if stop.is_set() || trouble.is_some() {
                self.give_back();
            }
            // In trouble the lanes go on trying, at the pace that their relay's pauses allow.
            self.tray.want(!self.ready.is_empty() || trouble.is_some());
            self.take_turns(stop.is_set());
            if self.is_clear() {
                let gives_up = trouble.is_some() && self.mode == Mode::UntilNothingIsDue;
                if stop.is_set() || !is_fed || gives_up {
                    break;
                }
                self.shared.idle.notify_one();
            }
            self.rest(&mut batches, is_fed, &mut stop).await;
        }
        self.tray.close();
        batches.close();
        drop(feeder.await);
        // A batch that the feed had in hand at the end.
        while let Ok(batch) = batches.try_recv() {
            self.take(batch);
        }
        self.give_back();
        self.take_turns(true);
        while let Some(taken) = self.turns.join_next().await {
            self.taken(taken);
        }
        while lanes.join_next().await.is_some() {}
        self.shared.idle.notify_one();
        self.begun
    }

    /// Whether nothing is in hand.
    fn is_clear(&self) -> bool {
        self.ready.is_empty()
            && self.under_way == 0
            && self.to_settle.is_empty()
            && self.to_close.is_empty()
            && self.turns.is_empty()
    }

    fn collect(&mut self, batches: &mut mpsc::Receiver<Batch>) {
        while let Ok(ended) = self.ended.try_recv() {
            self.to_settle.push(ended);
        }
        if self.ready.len() < self.window
            && let Ok(batch) = batches.try_recv()
        {
            self.take(batch);
        }
    }

    fn take(&mut self, batch: Batch) {
        if let Some(claim) = batch.claim {
            if batch.jobs.is_empty() {
                self.to_close.push(claim);
            } else {
                let left = batch.jobs.len();
                self.open.insert(claim.id, Open { claim, left });
            }
        }
        self.ready.extend(batch.jobs);
    }

    /// Puts single mails off that cannot be sent, with the reason; chunks are only given back.
    async fn put_off(&mut self, reason: &SmtpReply) {
        let singles = self.ready.iter().filter_map(|job| match job.key {
            Key::Single(id) => Some(id),
            Key::Edition { .. } => None,
        });
        let ids: Vec<_> = singles.collect();
        if ids.is_empty() {
            return;
        }
        let (worker, reason) = (self.shared.worker, reason.clone());
        let db = &self.shared.app.sending_db;
        let written = db
            .transaction_now(move |conn, now| delivery::put_off(conn, now, worker, &ids, &reason))
            .await;
        if let Err(error) = written {
            tracing::warn!(error = ?error, "single mails wait until their lease ends");
        }
    }

    /// Lets go of what was claimed and not begun.
    fn give_back(&mut self) {
        let ready = std::mem::take(&mut self.ready);
        for job in ready {
            self.done(&job.key);
        }
    }

    /// One mail of a chunk is no longer in hand.
    fn done(&mut self, key: &Key) {
        let Key::Edition { claim, .. } = key else {
            return;
        };
        let Some(open) = self.open.get_mut(claim) else {
            return;
        };
        open.left = open.left.saturating_sub(1);
        if open.left == 0
            && let Some(open) = self.open.remove(claim)
        {
            self.to_close.push(open.claim);
        }
    }

    /// Starts turns as long as there is enough for one: a good part of the window, or for the first anything at all where a
    /// lane may run dry or something has waited for a while. A turn is a flush of the disk, which the mail server may need
    /// as well, so many small ones would be slower for both.
    fn take_turns(&mut self, is_stopping: bool) {
        if self.not_before.is_some_and(|at| Instant::now() < at) {
            return;
        }
        while self.turns.len() < MOST_TURNS {
            let room = if is_stopping || !self.shared.fence.is_open() {
                0
            } else {
                self.room()
            };
            let size = room.max(self.to_settle.len());
            if size == 0 && (self.to_close.is_empty() || !self.turns.is_empty()) {
                self.waits_since = None;
                return;
            }
            let since = *self.waits_since.get_or_insert_with(Instant::now);
            let is_urgent = self.turns.is_empty()
                && (is_stopping || since.elapsed() >= LINGER || !self.tray.is_stocked());
            if size < self.window / 4 && !is_urgent {
                return;
            }
            self.waits_since = None;
            let before = self.under_way;
            let to_begin = self.shares(room);
            let handed_on = self.to_settle.len().min(self.under_way - before);
            self.under_way -= handed_on;
            let request = Request {
                to_begin,
                to_settle: std::mem::take(&mut self.to_settle),
                to_close: std::mem::take(&mut self.to_close),
                handed_on,
            };
            let turn = turn::take(self.shared.clone(), self.urgency, request);
            self.turns.spawn(turn);
        }
    }

    /// How many mails may begin. What ended hands its place on in the very transaction in which that is written; a place that
    /// nobody takes over is free only after it. So no more than a window is ever `sending`.
    fn room(&self) -> usize {
        let has_lanes = self.tray.lanes().iter().any(|lanes| *lanes > 0);
        let places = self.window.saturating_sub(self.under_way) + self.to_settle.len();
        if has_lanes {
            places.min(self.ready.len())
        } else {
            0
        }
    }

    /// The next mails, shared by the open lanes of the relays.
    fn shares(&mut self, room: usize) -> Vec<(usize, Vec<Job>)> {
        let lanes = self.tray.lanes();
        let all: usize = lanes.iter().sum();
        let mut left = room;
        let mut shares = Vec::new();
        for (relay, open) in lanes.into_iter().enumerate().filter(|(_, open)| *open > 0) {
            let share = (room * open).div_ceil(all).min(left).min(self.ready.len());
            if share > 0 {
                shares.push((relay, self.ready.drain(..share).collect()));
                left -= share;
                self.under_way += share;
            }
        }
        shares
    }

    fn taken(&mut self, taken: Result<Taken, tokio::task::JoinError>) {
        match taken {
            Ok((request, Ok(answer))) => {
                crate::fault::point("k12");
                let freed = request.to_settle.len().saturating_sub(request.handed_on);
                self.under_way = self.under_way.saturating_sub(freed);
                for ended in &request.to_settle {
                    self.done(&ended.job.key);
                }
                for claim in &request.to_close {
                    self.shared.chunks().remove(&claim.id);
                }
                self.distribute(request.to_begin, &answer);
            }
            Ok((request, Err(error))) => {
                tracing::error!(error = ?error, "outcomes could not be written; trying again");
                self.under_way += request.handed_on;
                self.to_settle.extend(request.to_settle);
                self.to_close.extend(request.to_close);
                for (_, jobs) in request.to_begin.into_iter().rev() {
                    self.under_way = self.under_way.saturating_sub(jobs.len());
                    jobs.into_iter()
                        .rev()
                        .for_each(|job| self.ready.push_front(job));
                }
                self.not_before = Some(Instant::now() + TROUBLE);
            }
            Err(panicked) => tracing::error!(error = %panicked, "a turn panicked"),
        }
    }

    /// Hands what was begun to the lanes. What was asked for and not begun is not wanted any more, or not ours.
    fn distribute(&mut self, asked: Vec<(usize, Vec<Job>)>, answer: &Answer) {
        for ((relay, jobs), allowed) in asked.into_iter().zip(&answer.allowed) {
            if *allowed < jobs.len() {
                self.not_before = Some(Instant::now() + RATE_PAUSE);
            }
            let mut mails = Vec::with_capacity(jobs.len());
            for (index, job) in jobs.into_iter().enumerate() {
                if index < *allowed && answer.begun.contains(&job.key) {
                    mails.push(Begun {
                        job,
                        started_at: answer.at,
                    });
                    continue;
                }
                self.under_way = self.under_way.saturating_sub(1);
                if index < *allowed {
                    self.done(&job.key);
                } else {
                    self.ready.push_back(job);
                }
            }
            crate::fault::point("k5");
            self.begun += mails.len();
            self.tray.put(relay, mails);
        }
    }

    /// Waits until there may be something to do.
    async fn rest(&mut self, batches: &mut mpsc::Receiver<Batch>, is_fed: bool, stop: &mut Stop) {
        let (has_room, is_stopping) = (self.ready.len() < self.window, stop.is_set());
        let lingers = self.waits_since.filter(|_| self.turns.is_empty());
        let wake_at = self.not_before.or(lingers.map(|since| since + LINGER));
        let pause = wake_at.map_or(REST, |at| at.saturating_duration_since(Instant::now()));
        tokio::select! {
            Some(taken) = self.turns.join_next() => self.taken(taken),
            // With all turns under way nothing can be done about what ends; it is collected when one comes back.
            Some(ended) = self.ended.recv(), if self.turns.len() < MOST_TURNS => self.to_settle.push(ended),
            batch = batches.recv(), if is_fed && has_room => {
                if let Some(batch) = batch {
                    self.take(batch);
                }
            }
            () = self.tray.for_desk.notified() => {}
            () = stop.sleep(pause), if !is_stopping => {}
            () = tokio::time::sleep(pause), if is_stopping => {}
        }
        if self.not_before.is_some_and(|at| at <= Instant::now()) {
            self.not_before = None;
        }
    }
}
