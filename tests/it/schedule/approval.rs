//! An edition waits until a person has approved exactly what is sent.

use reqwest::Method;
use serde_json::{Value, json};

use super::{DAY, HOUR, MINUTE, TO_FIRST_SLOT, missed, pass, titles};
use crate::support::process::Tidings;
use crate::support::{Answer, TestApp, link};

/// "morning" needs approval within 30 minutes after its cut-off, which is 30 minutes before the slot; one reader, one
/// article, and the edition composed. Returns its id.
async fn waiting(app: &TestApp, overdue: &str) -> String {
    app.newsletter("morning").cut_off(30).create().await;
    let approval = json!({"mode": "needs_approval", "deadline_minutes": 30, "overdue": overdue,
                          "mail_to": ["desk@europablatt.example"]});
    let change = app.api(Method::PATCH, "/newsletters/morning");
    let changed = change
        .json(&json!({ "approval": approval }))
        .send()
        .await
        .expect(200)
        .record();
    assert_eq!(changed["approval"], approval);
    app.reader("ada@example.org", "morning").await;
    app.article("Bridge reopens").create().await;
    app.advance(DAY);
    let composed = app.run_due().await;
    let edition = composed.last().unwrap().edition.as_ref().unwrap();
    assert_eq!(edition.status.as_str(), "awaiting_approval");
    edition.id.to_string()
}

async fn standing(app: &TestApp, id: &str) -> Value {
    let call = app.api(Method::GET, &format!("/editions/{id}/approval"));
    call.send().await.expect(200).record()
}

async fn approve(app: &TestApp, id: &str, hash: &str) -> Answer {
    let call = app.api(Method::POST, &format!("/editions/{id}/approve"));
    call.json(&json!({ "hash": hash })).send().await
}

fn hash(standing: &Value) -> String {
    standing["hash"].as_str().unwrap().to_owned()
}

async fn status(app: &TestApp, id: &str) -> String {
    let rows = app
        .rows(&format!("SELECT status FROM editions WHERE id = '{id}'"))
        .await;
    rows[0]["status"].as_str().unwrap().to_owned()
}

/// Readers' mails only.
async fn readers_mails(app: &TestApp) -> usize {
    app.deliver().await;
    app.inbox("ada@example.org").await.len()
}

#[tokio::test]
async fn an_approved_edition_is_sent_at_its_slot_and_not_before() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    assert_eq!(readers_mails(&app).await, 0);
    let seen = standing(&app, &id).await;
    assert_eq!(
        (&seen["is_approved"], &seen["status"]),
        (&json!(false), &json!("awaiting_approval"))
    );
    let approved = approve(&app, &id, &hash(&seen)).await.expect(200).record();
    assert_eq!(
        (&approved["is_approved"], &approved["approved_by"]),
        (&json!(true), &json!("api"))
    );
    assert_eq!(pass(&app, MINUTE * 29).await, 0);
    assert_eq!(readers_mails(&app).await, 0);
    pass(&app, MINUTE).await;
    assert_eq!(status(&app, &id).await, "delivering");
    assert_eq!(readers_mails(&app).await, 1);
    // What is sent cannot be approved again.
    assert_eq!(
        approve(&app, &id, &hash(&seen)).await.problem(409).code,
        "not_waiting"
    );
}

#[tokio::test]
async fn an_approval_of_another_version_is_refused_with_both_hashes() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    let seen = hash(&standing(&app, &id).await);
    app.execute("UPDATE editions SET subject = 'Another'").await;
    let current = hash(&standing(&app, &id).await);
    assert_ne!(seen, current);
    let refused = approve(&app, &id, &seen).await;
    let body: Value = refused.json();
    assert_eq!(refused.problem(412).code, "changed");
    assert_eq!(body["versions"], json!({"seen": seen, "current": current}));
    for wrong in ["", "00", &"zz".repeat(32)] {
        assert_eq!(
            approve(&app, &id, wrong).await.problem(422).fields,
            ["hash"]
        );
    }
    approve(&app, &id, &current).await.expect(200);
}

#[tokio::test]
async fn a_change_of_content_or_audience_voids_an_approval() {
    let app = TestApp::start().await;
    app.newsletter("other").create().await;
    app.reader("bob@example.org", "other").await;
    let id = waiting(&app, "hold").await;
    for change in [
        "UPDATE editions SET web_html = web_html || ' ' WHERE status = 'awaiting_approval'"
            .to_owned(),
        format!(
            "INSERT INTO edition_deliveries (edition_id, subscription_id, attempt_count, unknown_count, status) \
             SELECT '{id}', id, 0, 0, 'queued' FROM subscriptions WHERE id NOT IN \
                    (SELECT subscription_id FROM edition_deliveries WHERE edition_id = '{id}')"
        ),
        format!(
            "DELETE FROM edition_deliveries d USING subscriptions s, newsletters n WHERE d.edition_id = '{id}' \
               AND s.id = d.subscription_id AND n.id = s.newsletter_id AND n.slug = 'other'"
        ),
    ] {
        let slot = json!({"not_before": app.now() + MINUTE * 30});
        let plan = app.api(Method::PATCH, &format!("/editions/{id}"));
        plan.json(&slot).send().await.expect(200);
        let seen = hash(&standing(&app, &id).await);
        approve(&app, &id, &seen).await.expect(200);
        app.deliver().await;
        let told = app.inbox("desk@europablatt.example").await.len();
        assert_eq!(app.execute(&change).await, 1);
        assert_eq!(standing(&app, &id).await["is_approved"], false, "{change}");
        // The time has come: nothing is sent, and the editors are asked anew with links that work.
        pass(&app, MINUTE * 30).await;
        assert_eq!(status(&app, &id).await, "awaiting_approval", "{change}");
        assert_eq!(readers_mails(&app).await, 0);
        assert_eq!(app.inbox("desk@europablatt.example").await.len(), told + 1);
    }
    let mails = app.inbox("desk@europablatt.example").await;
    assert_eq!(
        app.get(&link(&mails[0], "/editors/approve/"))
            .await
            .status(),
        404
    );
    app.post(&link(mails.last().unwrap(), "/editors/approve/"), &[])
        .await
        .expect(200);
    assert_eq!(readers_mails(&app).await, 1);
}

#[tokio::test]
async fn a_reader_who_leaves_is_taken_out_and_voids_nothing() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    let seen = hash(&standing(&app, &id).await);
    let ada = app.rows("SELECT id FROM subscribers").await[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let leave = app.api(Method::POST, &format!("/subscribers/{ada}/unsubscribe"));
    leave.json(&json!({})).send().await.expect(200);
    approve(&app, &id, &seen).await.expect(200);
    pass(&app, MINUTE * 30).await;
    assert_eq!(readers_mails(&app).await, 0);
}

/// The deadline is acted on once, however many schedulers look.
#[tokio::test]
async fn after_the_deadline_the_policy_decides_once() {
    for (overdue, wanted, mails) in [
        ("send_anyway", "delivering", 1),
        ("skip", "skipped", 0),
        ("hold", "held", 0),
    ] {
        let app = TestApp::start().await;
        let id = waiting(&app, overdue).await;
        pass(&app, MINUTE * 29).await;
        assert_eq!(status(&app, &id).await, "awaiting_approval", "{overdue}");
        app.advance(MINUTE);
        tokio::join!(app.run_due(), app.run_due(), app.run_due(), app.run_due());
        assert_eq!(status(&app, &id).await, wanted);
        assert_eq!(
            app.count("SELECT 1 FROM edition_approvals WHERE overdue_at = '2026-01-06T06:00:00Z'")
                .await,
            1
        );
        assert_eq!(readers_mails(&app).await, mails, "{overdue}");
        pass(&app, MINUTE).await;
        assert_eq!(
            app.count("SELECT 1 FROM edition_approvals WHERE overdue_at = '2026-01-06T06:00:00Z'")
                .await,
            1
        );
    }
}

#[tokio::test]
async fn a_skipped_edition_leaves_its_articles_to_the_next() {
    let app = TestApp::start().await;
    waiting(&app, "skip").await;
    pass(&app, MINUTE * 30).await;
    assert_eq!(titles(&app).await, Vec::<Vec<String>>::new());
    app.article("Ferry").create().await;
    pass(&app, DAY - MINUTE * 30).await;
    assert_eq!(titles(&app).await, [["Bridge reopens", "Ferry"]]);
    assert_eq!(
        missed(&app).await.len(),
        1,
        "only the Monday before there was anything"
    );
}

#[tokio::test]
async fn who_had_a_selection_of_their_own_gets_nothing_twice_when_the_others_is_skipped() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let ada = app.reader("ada@example.org", "morning").await;
    app.reader("bob@example.org", "morning").await;
    let turn = async |verb: &str| {
        let path = format!("/subscribers/{}/subscriptions/morning/{verb}", ada.id);
        app.api(Method::POST, &path).send().await.expect(200);
    };
    let day = async |title: &str| {
        app.article(title).create().await;
        app.advance(DAY);
        app.run_due().await;
    };
    day("Zero").await;
    app.deliver().await;
    turn("pause").await;
    day("One").await;
    app.deliver().await;
    turn("resume").await;
    let approval = async |mode: &str| {
        let body = json!({ "approval": {"mode": mode, "deadline_minutes": 30, "overdue": "skip"} });
        let call = app.api(Method::PATCH, "/newsletters/morning");
        call.json(&body).send().await.expect(200);
    };
    approval("needs_approval").await;
    day("Two").await;
    // Ada's has both stories; Bob's waits in vain.
    let select = "SELECT id FROM editions WHERE status = 'awaiting_approval' AND variant > 0";
    let own = app.rows(select).await;
    assert_eq!(own.len(), 1);
    let own = own[0]["id"].as_str().unwrap().to_owned();
    let seen = hash(&standing(&app, &own).await);
    approve(&app, &own, &seen).await.expect(200);
    app.deliver().await;
    pass(&app, MINUTE * 30).await;
    approval("auto").await;
    day("Three").await;
    app.deliver().await;
    let got = async |address: &str| {
        let mails = app.inbox(address).await;
        let titles = ["Zero", "One", "Two", "Three"];
        let texts = mails.iter().map(|mail| mail.text().unwrap());
        let held = |text: String| {
            titles
                .into_iter()
                .filter(|title| text.contains(*title))
                .collect()
        };
        texts.map(held).collect::<Vec<Vec<&str>>>()
    };
    assert_eq!(
        got("ada@example.org").await,
        [vec!["Zero"], vec!["One", "Two"], vec!["Three"]]
    );
    assert_eq!(
        got("bob@example.org").await,
        [vec!["Zero"], vec!["One"], vec!["Two", "Three"]]
    );
}

#[tokio::test]
async fn one_that_was_held_too_late_can_still_be_approved() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    pass(&app, HOUR).await;
    assert_eq!(status(&app, &id).await, "held");
    // Releasing does not get round the approval.
    let release = app.api(Method::POST, &format!("/editions/{id}/release"));
    release.send().await.expect(200);
    assert_eq!(status(&app, &id).await, "awaiting_approval");
    assert_eq!(readers_mails(&app).await, 0);
    let seen = hash(&standing(&app, &id).await);
    approve(&app, &id, &seen).await.expect(200);
    assert_eq!(readers_mails(&app).await, 1);
}

#[tokio::test]
async fn the_links_of_the_mail_look_hold_and_approve_and_only_buttons_act() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    app.deliver().await;
    let mail = app.inbox("desk@europablatt.example").await.pop().unwrap();
    let [look, hold, approve] =
        ["look", "hold", "approve"].map(|verb| link(&mail, &format!("/editors/{verb}/")));
    assert!(
        app.get(&look)
            .await
            .expect(200)
            .text()
            .contains("Bridge reopens")
    );
    for url in [&hold, &approve] {
        app.get(url).await.expect(200);
    }
    assert_eq!(status(&app, &id).await, "awaiting_approval");
    // A token opens its own door only.
    let token = look.rsplit('/').next().unwrap();
    assert_eq!(
        app.post(&format!("/editors/approve/{token}"), &[])
            .await
            .status(),
        404
    );
    app.post(&hold, &[]).await.expect(200);
    assert_eq!(status(&app, &id).await, "held");
    app.post(&approve, &[]).await.expect(200);
    let standing = standing(&app, &id).await;
    assert_eq!(standing["approved_by"], "desk@europablatt.example");
    pass(&app, TO_FIRST_SLOT).await;
    assert_eq!(readers_mails(&app).await, 1);
    // Too late: the page says so.
    assert_eq!(app.post(&hold, &[]).await.status(), 409);
}

#[tokio::test]
async fn readers_see_nothing_of_an_edition_that_waits() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    app.get(&format!("/v/{id}")).await.expect(404);
    let answer = app.get("/n/morning").await.expect(200);
    assert!(!answer.text().contains(&id));
}

#[tokio::test]
async fn wrong_settings_of_approval_are_told() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    for (body, field) in [
        (json!({"deadline_minutes": 0}), "approval.deadline_minutes"),
        (
            json!({"deadline_minutes": 10081}),
            "approval.deadline_minutes",
        ),
        (json!({"mail_to": ["desk"]}), "approval.mail_to[0]"),
        (
            json!({"mail_to": vec!["desk@example.org"; 21]}),
            "approval.mail_to",
        ),
    ] {
        let patch = app
            .api(Method::PATCH, "/newsletters/morning")
            .json(&json!({ "approval": body }));
        assert_eq!(patch.send().await.problem(422).fields, [field], "{body}");
    }
}

#[tokio::test]
async fn a_pause_of_the_newsletter_keeps_back_what_was_approved() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    let seen = hash(&standing(&app, &id).await);
    approve(&app, &id, &seen).await.expect(200);
    let pause = app.api(Method::POST, "/newsletters/morning/pause");
    let paused = pause.send().await.expect(200).record();
    assert_eq!(paused["held"], json!([id]));
    pass(&app, HOUR).await;
    assert_eq!(readers_mails(&app).await, 0);
    let release = app.api(Method::POST, &format!("/editions/{id}/release"));
    release.send().await.expect(200);
    assert_eq!(readers_mails(&app).await, 1);
}

#[tokio::test]
async fn the_command_line_shows_and_approves() {
    let app = TestApp::start().await;
    let id = waiting(&app, "hold").await;
    let url = app.database_url();
    let run = async |arguments: &[&str]| {
        let key = "a key for tests only, longer than 32 characters";
        let program = Tidings::new(&[&["editions"], arguments].concat());
        program
            .env("DATABASE_URL", &url)
            .env("SECRET_KEY", key)
            .run()
            .await
    };
    let shown = run(&["approval", "latest:morning", "--json"]).await;
    let shown = shown.expect(0).json::<Value>();
    assert_eq!(shown["edition"], id);
    let (seen, other) = (hash(&shown), "00".repeat(32));
    let refused = run(&["approve", &id, "--hash", &other]).await.expect(6);
    refused.says(&["the edition has changed", &other, &seen]);
    run(&["approve", &id, "--hash", "00"])
        .await
        .expect(2)
        .says(&["64 hexadecimal digits"]);
    let approved = run(&["approve", &id, "--hash", &seen]).await.expect(0);
    assert!(approved.stdout.contains("approved by cli"), "{approved:?}");
    assert_eq!(status(&app, &id).await, "delivering");
    run(&["approve", &id, "--hash", &seen])
        .await
        .expect(6)
        .says(&["nothing to approve"]);
}
