//! F-28: a backup from before an edition was sent is restored, and the program started on it.

use reqwest::Method;
use tidings::mail::smtp_server::Script;

use crate::support::cluster::Database;
use crate::support::process::{PATIENCE, Tidings, mail_peer};

const READERS: [&str; 3] = ["ada@example.org", "bob@example.org", "eve@example.org"];

/// A database whose newsletter is due, with readers and an article.
async fn due(key: &mut String) -> Database {
    let database = Database::migrated();
    *key = database.api_key();
    let server = Tidings::serve(&["--no-scheduler", "--no-worker"]).database(&database);
    let server = server.up().await;
    server.newsletter(key).await;
    server.article(key).await;
    for reader in READERS {
        server.reader(key, reader).await;
    }
    server.stop().await.expect(0);
    for statement in [
        "UPDATE newsletters SET next_due_at = date_trunc('day', now(), 'UTC') - interval '17 hours'",
        "UPDATE articles SET available_at = date_trunc('day', now(), 'UTC') - interval '18 hours'",
    ] {
        assert_eq!(database.execute(statement), 1);
    }
    database
}

#[tokio::test]
async fn a_restored_backup_sends_nothing_until_somebody_has_looked() {
    let mut key = String::new();
    let database = due(&mut key).await;
    let (relay, outbox) = mail_peer(Script::default()).await;
    let backup = database.restored_elsewhere();
    let send = |database: &Database| {
        Tidings::new(&["editions", "run-due", "--deliver"])
            .database(database)
            .mail(&relay)
    };
    // The database that goes on is not held up, also when it is looked at again and again.
    for sent in [3, 3] {
        send(&database).run().await.expect(0);
        assert_eq!(outbox.count(), sent);
    }
    // The backup does not know of that edition: it makes it again, and keeps it.
    send(&backup).run().await.expect(0).says(&[
        "restored from a backup",
        "tidings sending resume",
        "newsletters due: 1",
    ]);
    let server = Tidings::serve(&[])
        .database(&backup)
        .mail(&relay)
        .up()
        .await;
    let status = server
        .api(&key, Method::GET, "/sending")
        .send()
        .await
        .expect(200)
        .record();
    assert_eq!(status["is_paused"], true, "{status}");
    assert_eq!(status["reason"], "this database was restored from a backup");
    // A confirmation goes on its way: when it is there, the worker has looked at editions as well.
    let submission = serde_json::json!({ "email": "new@example.org", "newsletters": ["morning"] });
    server
        .call(Method::POST, "/subscribe")
        .json(&submission)
        .send()
        .await
        .expect(202);
    assert_eq!(
        outbox.wait_for("new@example.org", 1, PATIENCE).await.len(),
        1
    );
    assert_eq!(outbox.count(), 4, "an edition was sent a second time");
    server.stop().await.expect(0);
    // Whoever has looked lets it go on; it is asked once, not at every start.
    Tidings::new(&["sending", "resume"])
        .database(&backup)
        .run()
        .await
        .expect(0);
    send(&backup).run().await.expect(0);
    for reader in READERS {
        assert_eq!(outbox.wait_for(reader, 2, PATIENCE).await.len(), 2);
    }
}
