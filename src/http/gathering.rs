//! Work that comes at the same time is done together: whoever comes while a turn runs waits for the next one and shares it.
//!
//! A commit waits for the disk, and a statement for its way to the database and back. What a turn does once for all who wait
//! costs each of them a part of it, and nobody waits for company: alone, one is served at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use crate::usecases::StoreError;

/// At most so many share a turn: what they lock is free again soon.
const MOST: usize = 128;

/// Turns that run at once, so that one which waits for a lock does not keep everybody.
const LANES: usize = 2;

/// At most so many wait; others wait for their place among them.
const PLACES: usize = 1_024;

/// The end at which jobs come in. Its threads end with the last of its copies.
pub(super) struct Gathering<J, O> {
    queue: mpsc::Sender<Waiting<J, O>>,
    wait: Duration,
}

struct Waiting<J, O> {
    job: J,
    answer: oneshot::Sender<O>,
    /// Set by whoever is first: the turn that begins, or the one who gives up waiting for it.
    is_decided: Arc<AtomicBool>,
}

impl<J, O> Clone for Gathering<J, O> {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            wait: self.wait,
        }
    }
}

impl<J: Send + 'static, O: Send + 'static> Gathering<J, O> {
    /// Starts the threads, which have `name`. `work` gets 1 to [`MOST`] jobs, blocks as it likes, and returns an outcome for
    /// each of them in their order. `wait` is how long a job waits for its turn to begin.
    ///
    /// # Errors
    /// When no thread can be had.
    pub(super) fn open(
        name: &str,
        wait: Duration,
        work: impl Fn(Vec<J>) -> Vec<O> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let (queue, jobs) = mpsc::channel(PLACES);
        let (jobs, work) = (Arc::new(Mutex::new(jobs)), Arc::new(work));
        for _ in 0..LANES {
            let (jobs, work) = (Arc::clone(&jobs), Arc::clone(&work));
            thread::Builder::new()
                .name(name.to_owned())
                .spawn(move || {
                    while let Some(waiting) = next_turn(&jobs) {
                        turn(waiting, &*work);
                    }
                })?;
        }
        Ok(Self { queue, wait })
    }

    /// Has a job done. One whose turn does not begin in time is not done at all.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the turn did not begin in time, [`StoreError::Query`] when it panicked.
    pub(super) async fn take(&self, job: J) -> Result<O, StoreError> {
        let deadline = Instant::now() + self.wait;
        let place = timeout_at(deadline, self.queue.reserve()).await;
        let place = place.map_err(|cause| StoreError::Unavailable(Box::new(cause)))?;
        let place = place.map_err(|cause| StoreError::Query(Box::new(cause)))?;
        let (answer, mut answered) = oneshot::channel();
        let is_decided = Arc::new(AtomicBool::new(false));
        place.send(Waiting {
            job,
            answer,
            is_decided: Arc::clone(&is_decided),
        });
        let outcome = match timeout_at(deadline, &mut answered).await {
            Ok(outcome) => outcome,
            Err(late) if !is_decided.swap(true, Ordering::AcqRel) => {
                return Err(StoreError::Unavailable(Box::new(late)));
            }
            // It has begun: what becomes of it is worth waiting for.
            Err(_) => answered.await,
        };
        outcome.map_err(|cause| StoreError::Query(Box::new(cause)))
    }
}

/// Whoever waits by now, once there is anybody; nothing when nobody can come any more.
fn next_turn<T>(jobs: &Mutex<mpsc::Receiver<T>>) -> Option<Vec<T>> {
    let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let mut waiting = vec![jobs.blocking_recv()?];
    while waiting.len() < MOST {
        let Ok(next) = jobs.try_recv() else { break };
        waiting.push(next);
    }
    Some(waiting)
}

fn turn<J, O>(waiting: Vec<Waiting<J, O>>, work: &impl Fn(Vec<J>) -> Vec<O>) {
    let (jobs, answers): (Vec<J>, Vec<_>) = waiting
        .into_iter()
        .filter(|waiting| !waiting.is_decided.swap(true, Ordering::AcqRel))
        .map(|waiting| (waiting.job, waiting.answer))
        .unzip();
    if jobs.is_empty() {
        return;
    }
    // The panic is in the log by now; those who waited learn of it by the end of their channel.
    let outcomes = catch_unwind(AssertUnwindSafe(|| work(jobs))).unwrap_or_default();
    for (answer, outcome) in answers.into_iter().zip(outcomes) {
        // Whoever hung up is not told.
        let _ = answer.send(outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::sync::mpsc::channel;

    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    #[tokio::test(flavor = "multi_thread")]
    async fn those_who_come_during_a_turn_share_the_next() {
        let (go, gone) = channel::<()>();
        let (gone, begun) = (Mutex::new(gone), Arc::new(AtomicUsize::new(0)));
        let turns = Arc::clone(&begun);
        let gathering = Gathering::open("test", WAIT, move |jobs: Vec<usize>| {
            turns.fetch_add(1, Ordering::Relaxed);
            gone.lock().unwrap().recv().unwrap();
            let together = jobs.len();
            jobs.into_iter().map(|job| (job, together)).collect()
        })
        .unwrap();
        let ask = |job: usize| {
            let gathering = gathering.clone();
            tokio::spawn(async move { gathering.take(job).await.unwrap() })
        };
        let mut busy = Vec::new();
        for lane in 0..LANES {
            busy.push(ask(lane));
            while begun.load(Ordering::Relaxed) <= lane {
                tokio::task::yield_now().await;
            }
        }
        let late: Vec<_> = (10..20).map(ask).collect();
        while gathering.queue.capacity() > PLACES - late.len() {
            tokio::task::yield_now().await;
        }
        for _ in 0..=LANES {
            go.send(()).unwrap();
        }
        for (lane, task) in busy.into_iter().enumerate() {
            assert_eq!(task.await.unwrap(), (lane, 1));
        }
        for (job, task) in (10..).zip(late) {
            assert_eq!(task.await.unwrap(), (job, 10));
        }
    }

    #[tokio::test]
    async fn who_waits_too_long_is_told_so_and_not_served_later() {
        let (go, gone) = channel::<()>();
        let (gone, served) = (Mutex::new(gone), Arc::new(Mutex::new(Vec::new())));
        let seen = Arc::clone(&served);
        let wait = Duration::from_millis(200);
        let gathering = Gathering::open("test", wait, move |jobs: Vec<usize>| {
            seen.lock().unwrap().extend(jobs.iter().copied());
            gone.lock().unwrap().recv().unwrap();
            jobs
        })
        .unwrap();
        let ask = |job: usize| {
            let gathering = gathering.clone();
            tokio::spawn(async move { gathering.take(job).await })
        };
        let mut busy = Vec::new();
        for lane in 0..LANES {
            busy.push(ask(lane));
            while served.lock().unwrap().len() <= lane {
                tokio::task::yield_now().await;
            }
        }
        let late = ask(9).await.unwrap();
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
        for _ in 0..LANES {
            go.send(()).unwrap();
        }
        // Those whose turn had begun are served, however long it took.
        for (lane, task) in busy.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), lane);
        }
        go.send(()).unwrap();
        let next = ask(10).await.unwrap();
        assert_eq!(next.unwrap(), 10);
        assert!(!served.lock().unwrap().contains(&9));
    }

    #[tokio::test]
    async fn a_turn_that_panics_fails_its_own_and_no_other() {
        let gathering = Gathering::open("test", WAIT, |jobs: Vec<u32>| {
            assert!(!jobs.contains(&13), "an unlucky number");
            jobs
        })
        .unwrap();
        for _ in 0..2 * LANES {
            assert!(matches!(
                gathering.take(13).await,
                Err(StoreError::Query(_))
            ));
        }
        assert_eq!(gathering.take(14).await.unwrap(), 14);
    }
}
