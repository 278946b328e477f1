//! What may happen to a reader leaves whole chains: changes of address, erasure, purges, two requests at once, an older schema.

use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _};
use diesel_migrations::{FileBasedMigrations, MigrationHarness as _};
use reqwest::Method;
use serde_json::json;
use tidings::domain::consent::{ConsentAction, ConsentSource, Scribe, Witness, Wording};
use tidings::domain::consent_chain::Fault;
use tidings::domain::id::SubscriptionId;
use tidings::store::{self, consents, subscriptions};
use tidings::usecases::consents as evidence;

use super::{ADA, verify, whole};
use crate::support::cluster::Database;
use crate::support::{KEY, TestApp, link, migrate, try_to_migrate};

async fn with_ada() -> TestApp {
    let app = TestApp::with()
        .env("TIDINGS__SIGNUP__MAX_MAILS_PER_DAY", "100")
        .start()
        .await;
    for slug in ["morning", "evening"] {
        app.newsletter(slug).create().await;
    }
    app.reader(ADA, "morning").await;
    app
}

async fn mailed_link(app: &TestApp) -> String {
    app.post("/preferences", &[("email", ADA)])
        .await
        .expect(303);
    app.deliver().await;
    link(app.inbox(ADA).await.last().unwrap(), "/preferences/")
}

#[tokio::test]
async fn a_reader_who_moves_takes_the_evidence_along() {
    let app = with_ada().await;
    let settings = mailed_link(&app).await;
    let new = [("email", "lovelace@example.org")];
    app.post(&format!("{settings}/address"), &new)
        .await
        .expect(303);
    app.deliver().await;
    app.advance(jiff::SignedDuration::from_mins(1));
    let mail = app.inbox("lovelace@example.org").await.pop().unwrap();
    app.post(&link(&mail, "/address/change/"), &[])
        .await
        .expect(200);
    let rows = app
        .rows("SELECT address, action FROM consents ORDER BY number")
        .await;
    assert_eq!(
        rows,
        [
            json!({"address": ADA, "action": "added"}),
            json!({"address": "lovelace@example.org", "action": "changed"}),
        ]
    );
    assert_eq!(whole(verify(&app).await), 2);
}

#[tokio::test]
async fn an_erased_reader_leaves_the_chains_of_others_whole() {
    let app = with_ada().await;
    app.reader(ADA, "evening").await;
    app.reader("bo@example.org", "morning").await;
    let settings = mailed_link(&app).await;
    app.post(&format!("{settings}/erase"), &[])
        .await
        .expect(200);
    assert_eq!(app.count("SELECT 1 FROM consent_heads").await, 1);
    assert_eq!(whole(verify(&app).await), 1);
}

#[tokio::test]
async fn a_purge_takes_whole_chains() {
    let app = with_ada().await;
    app.advance(jiff::SignedDuration::from_hours(1));
    let since = app.now();
    for number in 0..3 {
        let address = format!("r{number}@example.com");
        app.sign_up(&address, &["morning"]).await.expect(303);
    }
    assert_eq!(whole(verify(&app).await), 4);
    let purged = app.api(Method::POST, "/attack/purge");
    let purged = purged.json(&json!({"since": since, "until": app.now()}));
    let answer: serde_json::Value = purged.send().await.expect(200).json();
    assert_eq!(answer["subscribers"], 3);
    assert_eq!(whole(verify(&app).await), 1);
    assert_eq!(app.count("SELECT 1 FROM consent_heads").await, 1);
}

/// Adds a row as a use case does.
fn add(
    conn: &mut PgConnection,
    app: &tidings::app::App,
    id: SubscriptionId,
) -> Result<(), store::Error> {
    let wording = Wording {
        text: "Pause".to_owned(),
        language: "en".parse().unwrap(),
    };
    let scribe = Scribe {
        now: app.clock.now(),
        keys: app.keys.evidence(),
        witness: &Witness::default(),
    };
    let (action, source) = (ConsentAction::Changed, ConsentSource::Preferences);
    let note = scribe.note(id, action, source, &wording, None);
    consents::insert(conn, scribe.keys, vec![note])
}

async fn only_subscription(app: &TestApp) -> SubscriptionId {
    let rows = app.rows("SELECT id FROM subscriptions").await;
    rows[0]["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn two_requests_at_once_make_one_chain() {
    let app = with_ada().await;
    let id = only_subscription(&app).await;
    let writers = (0..8).map(|_| {
        let app = app.app.clone();
        tokio::spawn(async move {
            let shared = app.clone();
            let work = move |conn: &mut PgConnection| {
                subscriptions::lock(conn, id)?;
                add(conn, &shared, id)
            };
            app.db.transaction(work).await
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap().unwrap();
    }
    assert_eq!(whole(verify(&app).await), 9);
}

#[tokio::test]
async fn whoever_forgets_the_lock_cannot_fork_the_chain() {
    let app = with_ada().await;
    let id = only_subscription(&app).await;
    let (shared, other) = (app.app.clone(), app.app.clone());
    let refused = app
        .run(move |conn| {
            add(conn, &shared, id)?;
            // Another connection, which does not see the first row yet, waits for its number and then may not have it.
            let second = std::thread::spawn(move || other.db.run(|conn| add(conn, &other, id)));
            Ok::<_, store::Error>(second)
        })
        .await;
    let result = tokio::task::spawn_blocking(|| refused.join().unwrap())
        .await
        .unwrap();
    // Either it saw the first row, or it was refused; two rows with one number there are not.
    if let Err(error) = result {
        assert!(
            matches!(&error, store::Error::Duplicate { constraint } if constraint == "consents_subscription_number_key"),
            "{error:?}"
        );
    }
    whole(verify(&app).await);
}

#[derive(QueryableByName)]
struct Sealed {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    number: i32,
    #[diesel(sql_type = diesel::sql_types::Text)]
    wording: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    address: String,
    #[diesel(sql_type = diesel::sql_types::Text)]
    since: String,
}

/// A database before there were seals, with evidence: more than is sealed at a time.
fn old_database() -> Database {
    let database = Database::migrated();
    let mut conn = database.connect();
    let source = FileBasedMigrations::from_path("migrations").unwrap();
    loop {
        let undone = conn.revert_last_migration(source.clone()).unwrap();
        if undone.to_string() == "20261126000100" {
            break;
        }
    }
    conn.batch_execute(
        "INSERT INTO newsletters (id, slug, title, promise, frequency, language, sender_name, sender_address, \
                                  schedule_cron, schedule_zone, topics, min_articles, max_articles, status, created_at, updated_at, choice) \
         VALUES ('00000000-0000-7000-8000-00000000000a', 'morning', 'Morning', '', '', 'en', 'M', 'm@example.org', '0 7 * * *', \
                 'UTC', '{}', 1, 20, 'active', '2025-01-01Z', '2025-01-01Z', '{}'); \
         INSERT INTO subscribers (id, address, address_key, language, created_at) \
         SELECT ('00000000-0000-7000-8000-0001' || lpad(n::text, 8, '0'))::uuid, n || '@example.org', n || '@example.org', 'en', \
                '2025-01-01Z' FROM generate_series(1, 900) n; \
         INSERT INTO subscriptions (id, subscriber_id, newsletter_id, status, language, link_nonce, requested_at, confirmed_at) \
         SELECT ('00000000-0000-7000-8000-0002' || lpad(n::text, 8, '0'))::uuid, \
                ('00000000-0000-7000-8000-0001' || lpad(n::text, 8, '0'))::uuid, \
                '00000000-0000-7000-8000-00000000000a', 'active', 'en', gen_random_uuid(), '2025-01-01Z', '2025-01-01Z' \
           FROM generate_series(1, 900) n; \
         INSERT INTO consents (id, subscription_id, action, source, wording, wording_version, language, recorded_at) \
         SELECT gen_random_uuid(), ('00000000-0000-7000-8000-0002' || lpad(n::text, 8, '0'))::uuid, 'requested', 'form', \
                'step ' || k, 'v', 'en', timestamptz '2025-01-01Z' + (5 - k) * interval '1 minute' \
           FROM generate_series(1, 900) n, generate_series(1, 3) k",
    )
    .unwrap();
    database
}

#[test]
fn rows_from_before_are_sealed_with_the_migration_and_say_so() {
    let database = old_database();
    let mut conn = database.connect();
    // The SQL alone refuses to leave unsealed rows behind.
    let source = FileBasedMigrations::from_path("migrations").unwrap();
    conn.run_next_migration(source.clone()).unwrap();
    conn.run_next_migration(source).unwrap_err();
    let ran = migrate(&mut conn);
    assert_eq!(
        ran.first().map(String::as_str),
        Some("2026-11-26-000101_seal_consents")
    );
    let rows: Vec<Sealed> = diesel::sql_query(
        "SELECT number, wording, address, sealed_at::text AS since FROM consents \
          WHERE subscription_id = '00000000-0000-7000-8000-000200000001' ORDER BY number",
    )
    .load(&mut conn)
    .unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.number, row.wording.as_str()))
        .collect();
    assert_eq!(told, [(1, "step 3"), (2, "step 2"), (3, "step 1")]);
    assert!(
        rows.iter()
            .all(|row| row.address == "1@example.org" && row.since.starts_with("2026-01-05 0"))
    );
    let keys = tidings::domain::link_token::LinkKeys::new(&KEY.into(), &[]);
    let verify = |conn: &mut PgConnection| {
        use diesel::Connection as _;
        let mut findings = Vec::new();
        let summary = conn.transaction(|conn| {
            let scope = evidence::Scope::default();
            evidence::verify(conn, &keys, &scope, |finding| findings.push(finding))
                .map_err(|_| diesel::result::Error::RollbackTransaction)
        });
        (summary.unwrap(), findings)
    };
    let (summary, findings) = verify(&mut conn);
    assert_eq!(findings, []);
    assert_eq!((summary.subscriptions, summary.rows), (900, 2700));
    // Nobody can put in a row later and have it sealed.
    conn.batch_execute(
        "SET session_replication_role = replica; \
         UPDATE consents SET wording = 'I agree to everything' WHERE number = 2 AND address = '7@example.org'",
    )
    .unwrap();
    assert_eq!(try_to_migrate(&mut conn).unwrap(), [""; 0]);
    let (_, findings) = verify(&mut conn);
    let faults: Vec<_> = findings.iter().map(|it| (it.number, it.fault)).collect();
    assert_eq!(faults, [(2, Fault::Changed)]);
}
