//! Loops: one composes what is due, one delivers what is queued, one fetches feeds.
//!
//! Every pass asks the database what there is to do now, takes no other input, and may run on any number of
//! machines at once. An error of one item is logged with its id and the loop goes on; a loop that panics is
//! started again.

mod addresses;
pub mod deliver;
pub mod feeds;
pub mod tick;

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

/// Which loops to run.
#[derive(Debug, Clone, Copy)]
pub struct Loops {
    /// Composes due newsletters.
    pub scheduler: bool,
    /// Delivers mails and moves what lost workers left.
    pub delivery: bool,
    /// Fetches feeds that are due.
    pub feeds: bool,
}

/// Tells loops to stop.
#[derive(Debug, Clone)]
pub struct Stop(pub(in crate::worker) watch::Receiver<bool>);

impl Stop {
    /// Whether it is time to stop.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for `pause`, or shorter when it is time to stop.
    pub async fn sleep(&mut self, pause: Duration) {
        if !self.is_set() {
            drop(tokio::time::timeout(pause, self.0.changed()).await);
        }
    }
}

/// The other end of a [`Stop`], for callers that run a pass by themselves.
#[derive(Debug)]
pub struct Stopper(watch::Sender<bool>);

impl Stopper {
    /// A stop that is not set.
    #[must_use]
    pub fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// What the pass looks at.
    #[must_use]
    pub fn stop(&self) -> Stop {
        Stop(self.0.subscribe())
    }

    /// Sets it.
    pub fn set(&self) {
        self.0.send_replace(true);
    }
}

impl Default for Stopper {
    fn default() -> Self {
        Self::new()
    }
}

/// Running loops.
pub struct Running {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts loops.
#[must_use]
pub fn start(app: &App, loops: Loops) -> Running {
    let (stop, receiver) = watch::channel(false);
    let receiver = Stop(receiver);
    let mut tasks = Vec::new();
    if loops.scheduler {
        let app = app.clone();
        tasks.push(keep_running("scheduler", receiver.clone(), move |stop| {
            tick::run(app.clone(), stop)
        }));
    }
    if loops.delivery {
        let app = app.clone();
        tasks.push(keep_running("delivery", receiver.clone(), move |stop| {
            deliver::run(app.clone(), stop)
        }));
    }
    if loops.feeds {
        let app = app.clone();
        tasks.push(keep_running("feeds", receiver, move |stop| {
            feeds::run(app.clone(), stop)
        }));
    }
    Running { stop, tasks }
}

impl Running {
    /// Stops the loops after what they have under way, for at most `patience`. Returns whether all ended.
    pub async fn stop(self, patience: Duration) -> bool {
        self.stop.send_replace(true);
        let all = async {
            for task in self.tasks {
                drop(task.await);
            }
        };
        tokio::time::timeout(patience, all).await.is_ok()
    }
}

/// Runs a loop until it ends by itself; a panic is logged and the loop started again after a second.
fn keep_running<F, W>(name: &'static str, stop: Stop, work: F) -> JoinHandle<()>
where
    F: Fn(Stop) -> W + Send + 'static,
    W: Future<Output = ()> + Send + 'static,
{
    tokio::spawn(async move {
        let mut stop = stop;
        while !stop.is_set() {
            match tokio::spawn(work(stop.clone())).await {
                Ok(()) => break,
                Err(panicked) => {
                    tracing::error!(name, error = %panicked, "a loop panicked and is started again");
                    stop.sleep(Duration::from_secs(1)).await;
                }
            }
        }
    })
}
