//! What the running program promises when it is killed, stopped, or started twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tidings::mail::outbox::Outbox;
use tidings::mail::smtp_server::{Script, Verdict};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::support::cluster::Database;
use crate::support::process::{PATIENCE, Ran, Tidings, mail_peer};

/// Yesterday at 07:00 UTC is a slot of "morning", and its article was there before.
const MAKE_DUE: [&str; 2] = [
    "UPDATE newsletters SET next_due_at = date_trunc('day', now(), 'UTC') - interval '17 hours'",
    "UPDATE articles SET available_at = date_trunc('day', now(), 'UTC') - interval '18 hours'",
];
const UNDER_WAY: &str =
    "SELECT 1 FROM edition_deliveries WHERE status IN ('claimed', 'sending', 'unknown')";

fn addresses(count: u32) -> Vec<String> {
    (1..=count)
        .map(|number| format!("reader-{number}@example.org"))
        .collect()
}

/// Waits until each address has a mail.
async fn everybody_has_mail(outbox: &Outbox, addresses: &[String]) {
    for address in addresses {
        let mails = outbox.wait_for(address, 1, PATIENCE).await;
        assert!(!mails.is_empty(), "{address} has no mail");
    }
}

/// A database with "morning", its readers and an article, and the newsletter due.
async fn due_newsletter(readers: &[String]) -> Database {
    let database = Database::migrated();
    let key = database.api_key();
    let server = Tidings::serve(&["--no-scheduler", "--no-worker"])
        .database(&database)
        .up()
        .await;
    server.newsletter(&key).await;
    server.article(&key).await;
    for reader in readers {
        server.reader(&key, reader).await;
    }
    server.stop().await.expect(0);
    for statement in MAKE_DUE {
        assert_eq!(database.execute(statement), 1);
    }
    database
}

fn run_due(database: &Database) -> Tidings {
    Tidings::new(&["editions", "run-due", "--json"]).database(database)
}

fn editions(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_killed_server_loses_no_mail_that_it_promised() {
    let database = Database::migrated();
    let key = database.api_key();
    // Turns the first connection away and lets the others wait, so that the kill finds mails put off, taken and new.
    let connections = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&connections);
    let script = Script::default().on_connect(move || {
        if counter.fetch_add(1, Ordering::SeqCst) == 0 {
            Verdict::reply(421, "4.3.2 Not now")
        } else {
            Verdict::Stall
        }
    });
    let (relay, outbox) = mail_peer(script).await;
    let lease = |tidings: Tidings| tidings.env("TIDINGS__DELIVERY__LEASE_SECONDS", "3");
    let server = lease(Tidings::serve(&[]).database(&database).mail(&relay));
    let server = server.up().await;
    server.newsletter(&key).await;
    let addresses = addresses(20);
    for address in &addresses {
        server
            .call(Method::POST, "/subscribe")
            .json(&json!({ "email": address, "newsletters": ["morning"] }))
            .send()
            .await
            .expect(202);
    }
    server.cut_off().await;
    assert_eq!(outbox.count(), 0);
    let waiting = "SELECT 1 FROM deliveries WHERE status IN ('queued', 'claimed', 'deferred')";
    assert_eq!(database.count(waiting), 20);

    let (relay, outbox) = mail_peer(Script::default()).await;
    // The pause that the 421 brought is over.
    database.execute("UPDATE deliveries SET due_at = now() WHERE status = 'deferred'");
    let server = lease(Tidings::serve(&[]).database(&database).mail(&relay));
    let server = server.up().await;
    everybody_has_mail(&outbox, &addresses).await;
    server.stop().await.expect(0);
    assert_eq!(outbox.count(), 20, "somebody got two mails");
    let sent = "SELECT 1 FROM deliveries WHERE status = 'sent'";
    assert_eq!(database.count(sent), 20);
}

#[tokio::test]
async fn a_server_that_is_stopped_ends_what_is_under_way_and_nobody_gets_two() {
    let addresses = addresses(300);
    let database = due_newsletter(&addresses).await;
    let (tell, mut accepted) = watch::channel(0);
    let script = Script::default().on_data_end(move |_| {
        tell.send_modify(|count| *count += 1);
        Verdict::Accept
    });
    let (relay, outbox) = mail_peer(script).await;
    let server = Tidings::serve(&[])
        .database(&database)
        .mail(&relay)
        .up()
        .await;
    let some = accepted.wait_for(|count| *count >= 20);
    timeout(PATIENCE, some).await.unwrap().unwrap();
    server
        .stop()
        .await
        .expect(0)
        .says(&["stopping, for at most 30 seconds"]);
    let before = outbox.count();
    assert!(before < 300, "it was stopped too late to show anything");
    assert_eq!(database.count(UNDER_WAY), 0);
    let sent = "SELECT 1 FROM edition_deliveries WHERE status = 'sent'";
    assert_eq!(database.count(sent), before);

    let server = Tidings::serve(&[])
        .database(&database)
        .mail(&relay)
        .up()
        .await;
    everybody_has_mail(&outbox, &addresses).await;
    server.stop().await.expect(0);
    assert_eq!(outbox.count(), 300, "somebody got two mails");
    assert_eq!(database.count(sent), 300);
}

#[tokio::test]
async fn two_schedulers_at_once_make_one_edition() {
    let addresses = addresses(2);
    let database = due_newsletter(&addresses).await;
    let (one, other) = (run_due(&database).start(), run_due(&database).start());
    let ran = [one.ended().await.expect(0), other.ended().await.expect(0)];
    let made: Vec<Value> = ran.iter().flat_map(editions).collect();
    assert_eq!(made.len(), 1, "{ran:#?}");
    assert_eq!(made[0]["newsletter"], "morning");
    assert_eq!(made[0]["status"], "delivering");
    assert_eq!(made[0]["skip_reason"], Value::Null);
    assert_eq!(
        (&made[0]["articles"], &made[0]["recipients"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(database.count("SELECT 1 FROM editions"), 1);
    assert_eq!(database.count("SELECT 1 FROM edition_deliveries"), 2);

    let again = run_due(&database).run().await.expect(0);
    assert_eq!(again.stdout, "");
    assert!(again.stderr.contains("newsletters due: 0"), "{again:?}");
}

#[tokio::test]
async fn run_due_can_deliver_before_it_ends() {
    let addresses = addresses(3);
    let database = due_newsletter(&addresses).await;
    let (relay, outbox) = mail_peer(Script::default()).await;
    Tidings::new(&["editions", "run-due", "--deliver"])
        .database(&database)
        .mail(&relay)
        .run()
        .await
        .expect(0)
        .says(&["newsletters due: 1", "3 mails were taken in hand"]);
    assert_eq!(outbox.count(), 3);
}

#[tokio::test]
async fn without_its_scheduler_a_server_composes_nothing_and_run_due_does() {
    let addresses = addresses(1);
    let database = due_newsletter(&addresses).await;
    let (relay, outbox) = mail_peer(Script::default()).await;
    let server = Tidings::serve(&["--no-scheduler"])
        .database(&database)
        .env("TIDINGS__DIGEST__TICK_SECONDS", "1")
        .mail(&relay)
        .up()
        .await;
    // A scheduler looks at once when it starts, long before a new reader's mail is out.
    let submission = json!({ "email": "new@example.org", "newsletters": ["morning"] });
    server
        .call(Method::POST, "/subscribe")
        .json(&submission)
        .send()
        .await
        .expect(202);
    everybody_has_mail(&outbox, &["new@example.org".to_owned()]).await;
    assert_eq!(database.count("SELECT 1 FROM editions"), 0);

    let ran = run_due(&database).run().await.expect(0);
    assert_eq!(editions(&ran).len(), 1);
    everybody_has_mail(&outbox, &addresses).await;
    server.stop().await.expect(0);

    let made_by_server = due_newsletter(&addresses).await;
    let server = Tidings::serve(&[])
        .database(&made_by_server)
        .mail(&relay)
        .up()
        .await;
    let mails = outbox.wait_for(&addresses[0], 2, PATIENCE).await;
    assert_eq!(mails.len(), 2);
    server.stop().await.expect(0);
}

#[tokio::test]
async fn a_worker_delivers_what_a_server_without_one_queued() {
    let database = Database::migrated();
    let key = database.api_key();
    let (relay, outbox) = mail_peer(Script::default()).await;
    let server = Tidings::serve(&["--no-worker"])
        .database(&database)
        .mail(&relay)
        .up()
        .await;
    server.newsletter(&key).await;
    let submission = json!({ "email": "ada@example.org", "newsletters": ["morning"] });
    server
        .call(Method::POST, "/subscribe")
        .json(&submission)
        .send()
        .await
        .expect(202);
    server.stop().await.expect(0);
    assert_eq!(
        database.count("SELECT 1 FROM deliveries WHERE status = 'queued'"),
        1
    );
    assert_eq!(outbox.count(), 0);
    let mut worker = Tidings::new(&["worker"])
        .database(&database)
        .mail(&relay)
        .start();
    worker.line("delivering; Ctrl-C stops").await;
    everybody_has_mail(&outbox, &["ada@example.org".to_owned()]).await;
    worker.stop().await.expect(0);
    assert_eq!(
        database.count("SELECT 1 FROM deliveries WHERE status = 'sent'"),
        1
    );
}
