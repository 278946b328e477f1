//! Whoever changes the database without the secret is found out, and the row is named.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection as _;
use serde_json::json;
use tidings::domain::consent_chain::Fault;
use tidings::usecases::consents::Scope;

use super::{ADA, only, verify, verify_with, whole};
use crate::support::TestApp;
use crate::support::cluster::Database;
use crate::support::process::Tidings;

/// Ada gets "morning", left it and came back: a chain of three rows. Bo gets "morning" and "evening".
async fn with_chains() -> TestApp {
    let app = TestApp::start().await;
    for slug in ["morning", "evening"] {
        app.newsletter(slug).create().await;
    }
    let ada = app.reader(ADA, "morning").await;
    app.reader("bo@example.org", "morning").await;
    app.reader("bo@example.org", "evening").await;
    let path = format!("/subscribers/{}/unsubscribe", ada.id);
    app.advance(jiff::SignedDuration::from_mins(1));
    let leave = app.api(reqwest::Method::POST, &path).json(&json!({}));
    leave.send().await.expect(200);
    app.advance(jiff::SignedDuration::from_mins(1));
    app.sign_up(ADA, &["morning"]).await.expect(303);
    assert_eq!(whole(verify(&app).await), 5);
    app
}

/// The id of a row of Ada's.
async fn row(app: &TestApp, number: i32) -> String {
    let select = format!("SELECT id FROM consents WHERE address = '{ADA}' AND number = {number}");
    app.rows(&select).await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// Does what only somebody with the database can do.
async fn forge(app: &TestApp, statements: &str) {
    let script = format!("SET LOCAL session_replication_role = replica; {statements}");
    app.sql(move |conn| conn.batch_execute(&script)).await;
}

#[tokio::test]
async fn rows_are_refused_to_be_changed() {
    let app = with_chains().await;
    let changed = app
        .app
        .db
        .transaction(|conn| {
            let query = diesel::sql_query("UPDATE consents SET wording = 'x'");
            query.execute(conn).map_err(tidings::store::Error::from)
        })
        .await;
    assert!(changed.is_err());
}

#[tokio::test]
async fn one_byte_of_any_column_names_the_row() {
    let app = with_chains().await;
    let columns = app
        .rows(
            "SELECT column_name AS name, udt_name AS kind FROM information_schema.columns \
              WHERE table_name = 'consents' AND column_name NOT IN ('id', 'subscription_id', 'number')",
        )
        .await;
    assert!(columns.len() >= 14, "{columns:?}");
    let second = row(&app, 2).await;
    for column in &columns {
        let (name, kind) = (
            column["name"].as_str().unwrap(),
            column["kind"].as_str().unwrap(),
        );
        let other = match (name, kind) {
            // What another row may hold: the check of the table would not notice it.
            ("action", _) => "'restored'".to_owned(),
            (_, "text") => format!("coalesce(overlay({name} placing '#' from 1 for 1), '')"),
            (_, "timestamptz") => {
                format!("coalesce({name}, recorded_at) + interval '1 microsecond'")
            }
            (_, "bytea") => format!("set_byte({name}, 0, get_byte({name}, 0) # 1)"),
            (_, "int2") => format!("{name} # 1"),
            other => panic!("{other:?}"),
        };
        let before = format!("SELECT {name} AS value FROM consents WHERE id = '{second}'");
        let old = app.rows(&before).await;
        forge(&app, "CREATE TABLE kept AS SELECT * FROM consents").await;
        let change = format!("UPDATE consents SET {name} = {other} WHERE id = '{second}'");
        forge(&app, &change).await;
        assert_ne!(app.rows(&before).await, old, "{name}");
        let expected = if name == "key_id" {
            Fault::UnknownKey
        } else {
            Fault::Changed
        };
        let found = only(verify(&app).await);
        assert_eq!(found, (Some(second.clone()), 2, expected), "{name}");
        let back = format!(
            "UPDATE consents c SET {name} = k.{name} FROM kept k WHERE k.id = c.id; DROP TABLE kept"
        );
        forge(&app, &back).await;
        whole(verify(&app).await);
    }
}

#[tokio::test]
async fn when_a_consent_was_given_is_sealed() {
    let app = with_chains().await;
    let (first, second) = (row(&app, 1).await, row(&app, 2).await);
    let set = async |id: &str, to: &str| {
        let change = format!("UPDATE consents SET obtained_at = {to} WHERE id = '{id}'");
        forge(&app, &change).await;
        verify(&app).await
    };
    // Readers whom the newsroom added have it, and those who left do not.
    for to in ["NULL", "'2020-01-01'"] {
        assert_eq!(
            only(set(&first, to).await),
            (Some(first.clone()), 1, Fault::Changed)
        );
    }
    whole(set(&first, "recorded_at").await);
    let made_up = set(&second, "recorded_at").await;
    assert_eq!(only(made_up), (Some(second.clone()), 2, Fault::Changed));
}

#[tokio::test]
async fn the_identity_of_a_row_is_sealed_too() {
    let app = with_chains().await;
    let other = "00000000-0000-7000-8000-000000000001";
    let change = format!(
        "UPDATE consents SET id = '{other}' WHERE id = '{}'",
        row(&app, 1).await
    );
    forge(&app, &change).await;
    assert_eq!(
        only(verify(&app).await),
        (Some(other.to_owned()), 1, Fault::Changed)
    );
}

#[tokio::test]
async fn a_subscription_that_is_given_another_newsletter_shows() {
    let app = with_chains().await;
    forge(
        &app,
        "UPDATE subscriptions s SET newsletter_id = n.id FROM newsletters n, subscribers p \
          WHERE n.slug = 'evening' AND p.id = s.subscriber_id AND p.address = 'ada@example.org'",
    )
    .await;
    let (summary, findings) = verify(&app).await;
    assert_eq!(summary.findings, 4, "three rows and the end: {findings:#?}");
}

#[tokio::test]
async fn a_row_that_is_taken_away_is_missed() {
    let app = with_chains().await;
    let middle = format!("DELETE FROM consents WHERE id = '{}'", row(&app, 2).await);
    forge(&app, &middle).await;
    assert_eq!(only(verify(&app).await), (None, 2, Fault::Missing));
}

#[tokio::test]
async fn an_end_that_is_cut_off_is_missed() {
    let app = with_chains().await;
    let last = format!("DELETE FROM consents WHERE id = '{}'", row(&app, 3).await);
    forge(&app, &last).await;
    assert_eq!(only(verify(&app).await), (None, 3, Fault::CutOff));
    // Whoever also says that the chain was never longer cannot seal that.
    forge(
        &app,
        "UPDATE consent_heads h SET number = 2, hash = c.hash FROM consents c \
          WHERE c.subscription_id = h.subscription_id AND c.number = 2",
    )
    .await;
    let second = row(&app, 2).await;
    assert_eq!(
        only(verify(&app).await),
        (Some(second), 2, Fault::HeadChanged)
    );
    forge(&app, "DELETE FROM consent_heads WHERE number = 2").await;
    assert_eq!(only(verify(&app).await).2, Fault::HeadChanged);
}

#[tokio::test]
async fn readers_go_on_with_broken_chains_and_what_was_done_to_them_still_shows() {
    for done in [
        "DELETE FROM consent_heads",
        "DELETE FROM consents WHERE number = 3",
        "DELETE FROM consents WHERE number = 3; DELETE FROM consent_heads",
        "UPDATE consent_heads SET number = number - 1 WHERE number > 1",
    ] {
        let app = with_chains().await;
        forge(&app, done).await;
        let before = verify(&app).await.1.len();
        assert!(before > 0, "{done}");
        app.deliver().await;
        let mail = app.inbox(ADA).await.pop().unwrap();
        app.confirm(&mail).await.expect(200);
        let confirmed = app.count("SELECT 1 FROM consents WHERE source = 'confirm_page'");
        assert_eq!(confirmed.await, 1, "{done}");
        assert!(!verify(&app).await.1.is_empty(), "{done}");
    }
}

#[tokio::test]
async fn a_chain_that_is_deleted_whole_is_missed() {
    let app = with_chains().await;
    forge(
        &app,
        "DELETE FROM consents WHERE address = 'ada@example.org'; \
         DELETE FROM consent_heads h WHERE NOT EXISTS \
             (SELECT 1 FROM consents c WHERE c.subscription_id = h.subscription_id)",
    )
    .await;
    // A reader who only asked has perhaps left no evidence; Bo's subscriptions are active.
    whole(verify(&app).await);
    forge(&app, "DELETE FROM consents; DELETE FROM consent_heads").await;
    let (_, findings) = verify(&app).await;
    let faults: Vec<_> = findings
        .iter()
        .map(|finding| (finding.number, finding.fault))
        .collect();
    assert_eq!(faults, [(1, Fault::CutOff), (1, Fault::CutOff)]);
}

#[tokio::test]
async fn two_rows_that_change_places_are_both_named() {
    let app = with_chains().await;
    let (first, second, third) = (row(&app, 1).await, row(&app, 2).await, row(&app, 3).await);
    forge(
        &app,
        &format!(
            "UPDATE consents SET number = 9 WHERE id = '{second}'; UPDATE consents SET number = 2 WHERE id = '{third}'; \
             UPDATE consents SET number = 3 WHERE id = '{second}'"
        ),
    )
    .await;
    let (_, findings) = verify(&app).await;
    let told: Vec<_> = findings
        .iter()
        .map(|it| {
            (
                it.consent_id.unwrap().to_string(),
                it.number,
                it.fault,
                it.detail.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (third, 2, Fault::Moved, "the row was written as number 3"),
            (second, 3, Fault::Moved, "the row was written as number 2"),
        ]
    );
    assert_ne!(told[0].0, first);
}

#[tokio::test]
async fn a_forged_row_is_told_from_those_that_were_written() {
    let app = with_chains().await;
    // A copy of the newest row, at the end, that names the hash before it.
    forge(
        &app,
        "INSERT INTO consents SELECT '00000000-0000-7000-8000-000000000009', subscription_id, action, source, wording, \
                wording_version, language, page_url, recorded_at, number + 1, address, user_agent, client_address, \
                sealed_at, key_id, hash, hash FROM consents WHERE number = 3",
    )
    .await;
    let forged = Some("00000000-0000-7000-8000-000000000009".to_owned());
    assert_eq!(
        only(verify(&app).await),
        (forged.clone(), 4, Fault::Inserted)
    );
    // The same with an end that says so.
    forge(
        &app,
        "UPDATE consent_heads h SET number = 4 WHERE number = 3",
    )
    .await;
    let (_, findings) = verify(&app).await;
    let faults: Vec<_> = findings.iter().map(|it| (it.number, it.fault)).collect();
    assert_eq!(faults, [(4, Fault::HeadChanged), (4, Fault::Changed)]);
}

#[tokio::test]
async fn a_row_that_is_moved_to_another_reader_is_named_with_where_it_was() {
    let app = with_chains().await;
    let moved = row(&app, 3).await;
    let from = app
        .rows(&format!(
            "SELECT subscription_id AS id FROM consents WHERE id = '{moved}'"
        ))
        .await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    forge(
        &app,
        &format!(
            "UPDATE consents SET number = 2, subscription_id = (SELECT s.id FROM subscriptions s \
                 JOIN subscribers p ON p.id = s.subscriber_id JOIN newsletters n ON n.id = s.newsletter_id \
                 WHERE p.address = 'bo@example.org' AND n.slug = 'evening') WHERE id = '{moved}'"
        ),
    )
    .await;
    let (_, findings) = verify(&app).await;
    let [cut, found] = findings.as_slice() else {
        panic!("{findings:#?}");
    };
    assert_eq!(
        (cut.subscription_id.to_string(), cut.number, cut.fault),
        (from.clone(), 3, Fault::CutOff)
    );
    assert_eq!(found.consent_id.unwrap().to_string(), moved);
    assert_eq!((found.number, found.fault), (2, Fault::Moved));
    assert_eq!(
        found.detail,
        format!("the row was written as number 3 of subscription {from}")
    );
}

#[tokio::test]
async fn an_older_state_that_is_put_back_changes_the_digest_of_that_time() {
    let app = with_chains().await;
    let until = Some(app.now());
    let scope = Scope {
        until,
        ..Scope::default()
    };
    forge(
        &app,
        "CREATE TABLE old_rows AS SELECT * FROM consents; CREATE TABLE old_heads AS SELECT * FROM consent_heads",
    )
    .await;
    app.advance(jiff::SignedDuration::from_hours(1));
    app.reader("cy@example.org", "evening").await;
    let ada = app.rows("SELECT subscriber_id AS id FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
                         WHERE p.address = 'ada@example.org'").await;
    let path = format!(
        "/subscribers/{}/unsubscribe",
        ada[0]["id"].as_str().unwrap()
    );
    app.api(reqwest::Method::POST, &path)
        .json(&json!({}))
        .send()
        .await
        .expect(200);
    let printed = verify(&app).await.0.digest;
    let earlier = verify_with(&app, scope.clone()).await.0.digest;
    assert_ne!(printed, earlier, "what came later is part of it");
    let end = Some(app.now());
    forge(
        &app,
        "DELETE FROM consents c USING old_heads o WHERE c.subscription_id = o.subscription_id AND c.number > o.number; \
         UPDATE consent_heads h SET number = o.number, hash = o.hash, key_id = o.key_id, seal = o.seal \
           FROM old_heads o WHERE o.subscription_id = h.subscription_id",
    )
    .await;
    // The seals of then are right: only what was printed tells.
    let then = Scope {
        until: end,
        ..Scope::default()
    };
    let now = verify_with(&app, then).await;
    assert_ne!(now.0.digest, printed);
    whole(now);
    assert_eq!(verify_with(&app, scope).await.0.digest, earlier);
}

#[tokio::test]
async fn the_command_says_what_is_wrong_and_fails() {
    let database = Database::migrated();
    let verify = |arguments: &[&str]| {
        Tidings::new(&[&["consent", "verify"], arguments].concat()).database(&database)
    };
    let clean = verify(&[]).run().await.expect(0);
    assert!(
        clean
            .stdout
            .starts_with("0 rows of 0 subscriptions, 0 findings, digest e3b0c442"),
        "{clean:?}"
    );
    verify(&["--newsletter", "nowhere"])
        .run()
        .await
        .expect(5)
        .in_one_line()
        .says(&["error: there is no newsletter nowhere"]);
    let mut conn = database.connect();
    conn.batch_execute(
        "SET session_replication_role = replica; \
         INSERT INTO consents (id, subscription_id, action, source, wording, wording_version, language, recorded_at, \
                               number, address, key_id, hash) \
         VALUES ('00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000002', 'confirmed', 'form', 'x', \
                 'x', 'en', now(), 1, 'ada@example.org', 1, sha256('x'))",
    )
    .unwrap();
    let ran = verify(&[]).run().await.expect(1);
    assert!(
        ran.stdout.starts_with(
            "inserted row 00000000-0000-7000-8000-000000000001 subscription 00000000-0000-7000-8000-000000000002 \
             number 1: "
        ),
        "{ran:?}"
    );
    let ran = ran.says(&["error: the evidence of consent does not hold: 1 finding"]);
    assert_eq!(ran.stdout.lines().count(), 2);
    let ran = verify(&["--json"]).run().await.expect(1);
    let lines: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["fault"], "inserted");
    assert_eq!(lines[1]["findings"], 1);
}
