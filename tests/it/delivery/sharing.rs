//! What editions, workers and relays share.

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use tidings::mail::smtp_server::{Script, Verdict};
use tidings::usecases::delivery::{Rate, allowance};

use super::{MINUTE, SECOND, delivery, edition_status, freeze};
use crate::support::TestApp;

const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// Ada's leaving begins before the edition is frozen and is committed after it: her transaction did not see the new row.
#[tokio::test]
async fn nobody_gets_an_edition_that_was_frozen_while_they_were_leaving() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    app.reader(ADA, "morning").await;
    app.reader(BOB, "morning").await;
    app.article("Bridge reopens").create().await;
    app.advance(MINUTE * 30);
    let url = app.database_url();
    let (leaving, left) = (std::sync::mpsc::channel(), tokio::sync::oneshot::channel());
    let ((commit, wait), (tell, told)) = (leaving, left);
    let reader = std::thread::spawn(move || {
        let mut conn = PgConnection::establish(&url).unwrap();
        let leave = |conn: &mut PgConnection| {
            sql_query(
                "UPDATE subscriptions SET status = 'unsubscribed', ended_at = now() WHERE subscriber_id = \
                 (SELECT id FROM subscribers WHERE address = 'ada@example.org')",
            )
            .execute(conn)?;
            tell.send(()).unwrap();
            wait.recv().unwrap();
            Ok::<_, diesel::result::Error>(())
        };
        conn.transaction(leave).unwrap();
    });
    told.await.unwrap();
    assert_eq!(
        app.run_due().await[0]
            .edition
            .as_ref()
            .unwrap()
            .recipient_count,
        2
    );
    assert_eq!(
        delivery(&app, ADA).await["status"],
        "queued",
        "the trigger did not see it"
    );
    let barrier = async {
        while app
            .count("SELECT 1 FROM edition_sends WHERE start_barrier <> '{}'")
            .await
            == 0
        {
            tokio::task::yield_now().await;
        }
        assert_eq!(
            app.smtp.accepted(),
            0,
            "nothing begins while she is leaving"
        );
        commit.send(()).unwrap();
    };
    let (sent, ()) = tokio::join!(app.deliver(), barrier);
    reader.join().unwrap();
    assert_eq!(sent, 1);
    assert!(app.inbox(ADA).await.is_empty());
    assert_eq!(app.inbox(BOB).await.len(), 1);
    assert_eq!(delivery(&app, ADA).await["status"], "cancelled");
    assert_eq!(edition_status(&app).await, "done");
}

#[tokio::test]
async fn editions_that_are_due_together_take_turns() {
    let app = TestApp::with()
        .env("TIDINGS__DELIVERY__BATCH_SIZE", "10")
        .env("TIDINGS__DELIVERY__CONNECTIONS", "2")
        .start()
        .await;
    for slug in ["morning", "evening"] {
        app.newsletter(slug).create().await;
        for number in 0..60 {
            app.reader(&format!("{slug}{number}@example.org"), slug)
                .await;
        }
    }
    app.article("Bridge reopens").create().await;
    app.advance(MINUTE * 30);
    assert_eq!(app.run_due().await.len(), 2);
    assert_eq!(app.deliver().await, 120);
    let mut mails = app.outbox.list(None, None, usize::MAX);
    mails.reverse();
    let early = mails.iter().take(60);
    let morning = early
        .filter(|mail| mail.recipients[0].starts_with("morning"))
        .count();
    assert!((20..=40).contains(&morning), "{morning} of the first 60");
}

#[tokio::test]
async fn all_workers_together_keep_the_rate_of_a_relay() {
    let app = TestApp::start().await;
    let rates = [Rate {
        unit: "minute",
        seconds: 60.0,
        count: 30.0,
    }];
    let ask = async |wanted: usize, is_express: bool| {
        let now = app.now();
        app.run(move |conn| {
            allowance(
                conn,
                now,
                "mail.example.org:587",
                &rates,
                wanted,
                is_express,
            )
        })
        .await
    };
    let mut allowed = 0;
    // Two workers, each asking for more than there is, every second for ten minutes.
    for _ in 0..600 {
        allowed += ask(50, false).await + ask(50, false).await;
        app.advance(SECOND);
    }
    assert!((299..=301).contains(&allowed), "{allowed} in ten minutes");
    // A confirmation never waits; an edition waits for what it took.
    assert_eq!(ask(3, true).await, 3);
    app.advance(SECOND * 5);
    assert_eq!(ask(50, false).await, 0);
    app.advance(SECOND * 5);
    assert_eq!(ask(50, false).await, 1);
}

#[tokio::test]
async fn refusals_for_reasons_of_policy_pause_the_edition_and_suppress_nobody() {
    let script =
        Script::default().on_rcpt(|_| Verdict::reply(550, "5.7.1 Message refused by policy"));
    let app = TestApp::with()
        .script(script)
        .env("TIDINGS__DELIVERY__CONNECTIONS", "1")
        .env("TIDINGS__DELIVERY__WINDOW", "20")
        .start()
        .await;
    let readers: Vec<String> = (0..100).map(|n| format!("r{n}@example.org")).collect();
    let readers: Vec<&str> = readers.iter().map(String::as_str).collect();
    freeze(&app, &readers).await;
    app.deliver().await;
    assert_eq!(edition_status(&app).await, "paused");
    let bounced = app
        .count("SELECT 1 FROM edition_deliveries WHERE status = 'bounced'")
        .await;
    assert!((20..=40).contains(&bounced), "{bounced} were tried");
    assert_eq!(
        app.count("SELECT 1 FROM edition_deliveries WHERE status = 'queued'")
            .await,
        100 - bounced
    );
    assert_eq!(app.count("SELECT 1 FROM suppressions").await, 0);
    let reasons = app.rows("SELECT reason FROM edition_sends").await;
    let reason = reasons[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("5.7.1 Message refused by policy"),
        "{reason}"
    );
    assert_eq!(app.deliver().await, 0, "it waits for somebody");
}

#[tokio::test]
async fn a_refused_sender_pauses_the_edition_and_costs_no_reader_an_attempt() {
    let script = Script::default().on_mail(|_| Verdict::reply(553, "5.7.1 Sender not allowed"));
    let app = TestApp::with().script(script).start().await;
    freeze(&app, &[ADA, BOB]).await;
    app.deliver().await;
    assert_eq!(edition_status(&app).await, "paused");
    for address in [ADA, BOB] {
        let row = delivery(&app, address).await;
        assert!(
            ["queued", "deferred"].contains(&row["status"].as_str().unwrap()),
            "{row}"
        );
        assert_eq!(row["attempt_count"], 0);
    }
    let reasons = app.rows("SELECT reason FROM edition_sends").await;
    let reason = reasons[0]["reason"].as_str().unwrap();
    assert!(
        reason.contains("refuses the sender: 553 5.7.1 Sender not allowed"),
        "{reason}"
    );
}
