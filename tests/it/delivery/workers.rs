//! Several workers, and workers that are lost.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use tidings::domain::id::{ClaimId, WorkerId};
use tidings::usecases::delivery::{self as queue, Chunk, Context, Fed, Key, PreparedEditions};

use super::{SECOND, delivery, edition_status, freeze};
use crate::support::TestApp;

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// What a worker of another process holds.
pub(super) struct Stranger {
    worker: WorkerId,
    chunk: Chunk,
}

impl Stranger {
    fn keys(&self) -> Vec<Key> {
        self.chunk.jobs.iter().map(|job| job.key).collect()
    }
}

/// Claims what is due for a worker of another process.
pub(super) async fn claim(app: &TestApp) -> Stranger {
    let worker = WorkerId::new(app.now());
    let chunk = claim_as(app, worker).await;
    Stranger { worker, chunk }
}

async fn claim_as(app: &TestApp, worker: WorkerId) -> Chunk {
    let (now, parts) = (app.now(), app.app.clone());
    let fed = app
        .run(move |conn| {
            let editions = PreparedEditions::default();
            let context = Context {
                templates: &parts.templates,
                keys: &parts.keys,
                site: &parts.site,
                identity: &parts.identity,
                signup: &parts.config.signup,
                editions: &editions,
            };
            queue::next_chunk(conn, now, &context, &parts.config.delivery, worker)
        })
        .await;
    let Fed::Chunk(chunk) = fed else {
        panic!("nothing was due");
    };
    chunk
}

/// Has the other worker begin all its mails; returns how many it may send.
pub(super) async fn begin(app: &TestApp, stranger: &Stranger) -> usize {
    let (now, config) = (app.now(), app.app.config.clone());
    let (worker, keys) = (stranger.worker, stranger.keys());
    let begun = app
        .run(move |conn| {
            let conversation = config.smtp.longest_conversation();
            queue::begin(conn, now, &config.delivery, conversation, worker, &keys)
        })
        .await;
    begun.len()
}

/// Has the other worker write down what became of its mails, whatever has happened to the edition meanwhile; returns how
/// many were no longer its own.
pub(super) async fn settle(
    app: &TestApp,
    stranger: Stranger,
    mut end: impl FnMut(usize) -> queue::End,
) -> usize {
    let (now, config) = (app.now(), app.app.config.clone());
    let (worker, claim) = (stranger.worker, stranger.chunk.claim);
    let jobs = stranger.chunk.jobs.into_iter().enumerate();
    let ended: Vec<queue::Ended> = jobs
        .map(|(index, job)| queue::Ended {
            job,
            started_at: now,
            end: end(index),
        })
        .collect();
    app.run(move |conn| {
        let lost = queue::settle(conn, now, &config.delivery, worker, &ended)?;
        queue::close_chunk(conn, now, worker, &claim)?;
        Ok::<_, queue::Error>(lost)
    })
    .await
}

/// How long a claim lasts, and how long a conversation may take after it.
fn lease(app: &TestApp) -> SignedDuration {
    app.app.config.delivery.lease()
}

fn conversation(app: &TestApp) -> SignedDuration {
    app.app.config.smtp.longest_conversation()
}

#[tokio::test]
async fn what_a_lost_worker_claimed_is_taken_over_after_its_lease() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    let stranger = claim(&app).await;
    assert_eq!(stranger.chunk.jobs.len(), 2);
    app.advance(lease(&app) - SECOND);
    assert_eq!(app.deliver().await, 0);
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 2);
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(app.inbox(BOB).await.len(), 1);
    assert_eq!(begin(&app, &stranger).await, 0, "it came back too late");
    assert_eq!(edition_status(&app).await, "done");
}

/// The answer to the commit of a claim was lost: the worker lives and knows nothing of it.
#[tokio::test]
async fn a_claim_that_its_worker_does_not_know_of_is_taken_over() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    let stranger = claim(&app).await;
    let claims = stranger.chunk.claim.id;
    let beat = async |chunks: Vec<ClaimId>| {
        let (now, config, worker) = (app.now(), app.app.config.clone(), stranger.worker);
        app.run(move |conn| {
            queue::heartbeat(conn, now, &config.delivery, worker, &chunks, Vec::new())
        })
        .await;
    };
    app.advance(lease(&app) - SECOND);
    beat(vec![claims]).await;
    app.advance(lease(&app) - SECOND);
    assert_eq!(app.deliver().await, 0, "it is known and held");
    beat(Vec::new()).await;
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 2);
}

#[tokio::test]
async fn a_worker_whose_lease_is_over_begins_nothing() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    let stranger = claim(&app).await;
    app.advance(lease(&app) - SECOND);
    assert_eq!(begin(&app, &stranger).await, 2);
    let sending = "SELECT 1 FROM edition_deliveries WHERE status = 'sending'";
    assert_eq!(app.count(sending).await, 2);
    app.advance(SECOND);
    assert_eq!(
        begin(&app, &stranger).await,
        0,
        "nobody took over yet, but may at any moment"
    );
    assert_eq!(app.deliver().await, 0, "they are under way");
}

/// A worker gives a mail back after its claim was lost: the reader is then in two claims, and one worker may get both.
#[tokio::test]
async fn a_reader_in_two_claims_is_begun_once() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA, BOB]).await;
    let mut late = claim(&app).await;
    let waiting = late.chunk.jobs.pop();
    assert!(waiting.is_some(), "one of the two waits");
    assert_eq!(begin(&app, &late).await, 1);
    app.advance(lease(&app));
    sweep(&app).await;
    assert_eq!(settle(&app, late, |_| queue::End::Untouched).await, 0);

    let worker = WorkerId::new(app.now());
    let chunks = [claim_as(&app, worker).await, claim_as(&app, worker).await];
    let keys: Vec<Key> = chunks
        .iter()
        .flat_map(|chunk| &chunk.jobs)
        .map(|job| job.key)
        .collect();
    assert_eq!(keys.len(), 3, "the reader is in both");
    let now = app.now();
    let turned = app
        .run(move |conn| queue::turn(conn, Some(now), worker, &[], &keys))
        .await;
    assert_eq!(turned.begun.len(), 2, "each reader once");
}

/// A turn is slow to commit, and the lease ends meanwhile: the claim is not given up before what is begun can be seen.
#[tokio::test]
async fn a_claim_is_not_lost_while_mails_are_begun_under_it() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA]).await;
    let slow = claim(&app).await;
    let (now, late, parts) = (app.now(), app.now() + lease(&app), app.app.clone());
    let (worker, keys) = (slow.worker, slow.keys());
    let freed = app
        .run(move |conn| {
            queue::turn(conn, Some(now), worker, &[], &keys)?;
            parts.db.run(|other| {
                let conversation = parts.config.smtp.longest_conversation();
                queue::sweep(other, late, &parts.config.delivery, conversation)
            })
        })
        .await;
    assert_eq!(freed.freed, 0);
    app.advance(lease(&app));
    sweep(&app).await;
    let held = "SELECT 1 FROM delivery_claims WHERE lost_at IS NOT NULL";
    assert_eq!(app.count(held).await, 1, "somebody settles it later");
}

async fn sweep(app: &TestApp) {
    let (now, config) = (app.now(), app.app.config.clone());
    app.run(move |conn| {
        let conversation = config.smtp.longest_conversation();
        queue::sweep(conn, now, &config.delivery, conversation)
    })
    .await;
}

#[tokio::test]
async fn what_a_lost_worker_was_sending_is_sent_once_more() {
    let app = TestApp::start().await;
    freeze(&app, &[ADA]).await;
    let stranger = claim(&app).await;
    assert_eq!(begin(&app, &stranger).await, 1);
    app.advance(lease(&app) + conversation(&app) - SECOND);
    assert_eq!(app.deliver().await, 0, "its conversation may still go on");
    assert_eq!(delivery(&app, ADA).await["status"], "sending");
    app.advance(SECOND);
    assert_eq!(app.deliver().await, 0, "nobody knows whether it arrived");
    assert_eq!(delivery(&app, ADA).await["status"], "unknown");
    app.advance(SECOND * 300);
    assert_eq!(app.deliver().await, 1);
    assert_eq!(app.inbox(ADA).await.len(), 1);
    assert_eq!(delivery(&app, ADA).await["status"], "sent");
    assert_eq!(edition_status(&app).await, "done");
}

#[tokio::test]
async fn two_workers_share_an_edition_without_doubles() {
    let app = TestApp::with()
        .env("TIDINGS__DELIVERY__BATCH_SIZE", "20")
        .start()
        .await;
    let readers: Vec<String> = (0..300).map(|n| format!("r{n}@example.org")).collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    freeze(&app, &readers).await;
    let (one, two) = tokio::join!(app.deliver(), app.deliver());
    assert_eq!(one + two, 300);
    assert!(one > 0 && two > 0, "{one} and {two}");
    let mails = app.outbox.list(None, None, usize::MAX);
    assert_eq!(mails.len(), 300);
    let recipients: BTreeSet<&str> = mails
        .iter()
        .map(|mail| mail.recipients[0].as_str())
        .collect();
    assert_eq!(recipients, readers.into_iter().collect());
    let sent = "SELECT 1 FROM edition_deliveries WHERE status = 'sent' AND attempt_count = 1";
    assert_eq!(app.count(sent).await, 300);
    assert_eq!(edition_status(&app).await, "done");
}
