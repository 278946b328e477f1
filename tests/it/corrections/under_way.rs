//! What corrections do to editions.

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    ADA, BOB, DAY, MINUTE, articles, compose, correct, edition, frozen, holds, last_mail, retract,
    send_to_one, show,
};
use crate::support::TestApp;

#[tokio::test]
async fn a_retracted_article_is_in_no_mail_page_or_digest_after_that() {
    let app = TestApp::start().await;
    let id = frozen(&app, &["Bridge", "Ferry", "Harbour"]).await;
    let (first, second) = send_to_one(&app).await;
    assert!(holds(&*last_mail(&app, first).await, "Ferry"));
    let correction = retract(&app, "ferry").await;
    let corrected = &correction["editions"][0];
    assert_eq!(
        (
            &corrected["outcome"],
            &corrected["sent_before"],
            &corrected["waiting"],
            &corrected["title"]
        ),
        (&json!("corrected"), &json!(1), &json!(1), &json!("Ferry"))
    );
    app.advance(MINUTE);
    assert_eq!(app.deliver().await, 1);
    let mail = last_mail(&app, second).await;
    assert!(!holds(&mail, "Ferry"));
    assert!(holds(&mail, "Bridge") && holds(&mail, "Harbour"));
    let page = app.get(&format!("/v/{id}")).await.expect(200).text();
    assert!(page.contains("Bridge") && !page.contains("Ferry"));
    let shown = edition(&app, &id).await;
    assert_eq!(
        (&shown["content_version"], &shown["article_count"]),
        (&json!(2), &json!(2))
    );
    let versions = app
        .rows("SELECT version, html LIKE '%Ferry%' AS has FROM edition_contents")
        .await;
    assert_eq!(versions, [json!({"version": 1, "has": true})]);
    let sent = app
        .rows("SELECT content_version AS version, status FROM edition_deliveries ORDER BY 1")
        .await;
    let row = |version: i32| json!({"version": version, "status": "sent"});
    assert_eq!(sent, [row(1), row(2)]);
    // It is hidden, so no later digest has it.
    articles(&app, &["Island"]).await;
    app.advance(DAY);
    compose(&app).await;
    app.deliver().await;
    for reader in [ADA, BOB] {
        let mail = last_mail(&app, reader).await;
        assert!(holds(&mail, "Island") && !holds(&mail, "Ferry"));
    }
}

#[tokio::test]
async fn a_correction_lets_no_other_edit_in() {
    let app = TestApp::start().await;
    frozen(&app, &["Bridge", "Ferry", "Harbour"]).await;
    let edits = [
        ("bridge", "Bridge, half a thought"),
        ("ferry", "Ferry, put right"),
    ];
    for (id, title) in edits {
        app.article(title).external_id(id).create().await;
    }
    let body = json!({"action": "replace", "reason": "a wrong number"});
    let correction = correct(&app, "ferry", body).await.expect(201).record();
    assert_eq!(correction["with"], "ferry");
    app.deliver().await;
    let mail = last_mail(&app, ADA).await;
    assert!(holds(&mail, "Ferry, put right"));
    assert!(holds(&mail, "Bridge") && !holds(&mail, "half a thought"));
    let visible = app.api(Method::GET, "/articles/ferry").send().await;
    assert_eq!(visible.expect(200).record()["status"], "visible");
}

#[tokio::test]
async fn what_took_the_place_is_in_nobody_s_next_edition_twice() {
    let app = TestApp::start().await;
    frozen(&app, &["Bridge", "Ferry"]).await;
    let (first, second) = send_to_one(&app).await;
    articles(&app, &["Island"]).await;
    let body = json!({"action": "replace", "with": "island", "reason": "the wrong story"});
    correct(&app, "ferry", body).await.expect(201);
    app.advance(MINUTE);
    app.deliver().await;
    let mail = last_mail(&app, second).await;
    assert!(holds(&mail, "Island") && !holds(&mail, "Ferry"));
    articles(&app, &["Lighthouse"]).await;
    app.advance(DAY);
    app.run_due().await;
    app.deliver().await;
    let (had_wrong, had_right) = (last_mail(&app, first).await, last_mail(&app, second).await);
    assert!(holds(&had_wrong, "Lighthouse") && holds(&had_wrong, "Island"));
    assert!(holds(&had_right, "Lighthouse") && !holds(&had_right, "Island"));
}

#[tokio::test]
async fn an_edition_that_falls_below_its_minimum_stops_and_what_is_left_is_for_the_next_one() {
    let app = TestApp::start().await;
    app.newsletter("morning").articles(2, 20).create().await;
    app.reader(ADA, "morning").await;
    articles(&app, &["Bridge", "Ferry"]).await;
    app.advance(MINUTE * 30);
    let id = compose(&app).await;
    let correction = retract(&app, "ferry").await;
    let stopped = &correction["editions"][0];
    assert_eq!(
        (&stopped["outcome"], &stopped["status"]),
        (&json!("stopped"), &json!("stopped"))
    );
    assert_eq!(
        stopped["detail"],
        "a correction left 1 articles, and at least 2 are sent"
    );
    assert_eq!(app.deliver().await, 0);
    articles(&app, &["Island"]).await;
    app.advance(DAY);
    app.run_due().await;
    assert_eq!(app.deliver().await, 1);
    let mail = last_mail(&app, ADA).await;
    assert!(holds(&mail, "Bridge") && holds(&mail, "Island") && !holds(&mail, "Ferry"));
    assert_eq!(edition(&app, &id).await["status"], "stopped");
}

#[tokio::test]
async fn an_edition_of_which_nothing_is_left_has_no_page_and_is_never_sent_again() {
    let app = TestApp::start().await;
    let id = frozen(&app, &["Ferry"]).await;
    app.deliver().await;
    assert_eq!(edition(&app, &id).await["status"], "done");
    let archived = format!("/archive/morning/{id}");
    let moved = app.get(&archived).await.expect(301);
    let archived = moved.header("location").to_owned();
    app.get(&archived).await.expect(200);
    let correction = retract(&app, "ferry").await;
    assert_eq!(correction["editions"][0]["sent_before"], 2);
    app.get(&format!("/v/{id}")).await.expect(404);
    app.get(&archived).await.expect(404);
    let again = app.api(Method::POST, &format!("/editions/{id}/resend"));
    assert_eq!(again.send().await.problem(409).code, "wrong_status");
}

#[tokio::test]
async fn editors_are_asked_anew_about_a_corrected_edition() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let approval = json!({"mode": "needs_approval", "mail_to": ["desk@europablatt.example"]});
    let change = app.api(Method::PATCH, "/newsletters/morning");
    let change = change.json(&json!({ "approval": approval }));
    change.send().await.expect(200);
    app.reader(ADA, "morning").await;
    articles(&app, &["Bridge", "Ferry"]).await;
    app.advance(MINUTE * 30);
    let id = compose(&app).await;
    let standing = async || {
        let call = app.api(Method::GET, &format!("/editions/{id}/approval"));
        call.send().await.expect(200).record()
    };
    let approve = async |hash: &Value| {
        let call = app.api(Method::POST, &format!("/editions/{id}/approve"));
        call.json(&json!({ "hash": hash })).send().await
    };
    let seen = standing().await["hash"].clone();
    app.advance(MINUTE);
    retract(&app, "ferry").await;
    assert_eq!(approve(&seen).await.problem(412).code, "changed");
    app.deliver().await;
    assert_eq!(app.inbox("desk@europablatt.example").await.len(), 1);
    let seen = standing().await["hash"].clone();
    approve(&seen).await.expect(200);
    app.deliver().await;
    assert!(!holds(&*last_mail(&app, ADA).await, "Ferry"));
}

#[tokio::test]
async fn an_edition_that_cannot_be_made_anew_is_paused() {
    let app = TestApp::start().await;
    let id = frozen(&app, &["Ferry"]).await;
    articles(&app, &["Island"]).await;
    // As after a restore of a database that others wrote to.
    app.execute("UPDATE articles SET url = 'javascript:1' WHERE external_id = 'island'")
        .await;
    let body = json!({"action": "replace", "with": "island", "reason": "the wrong story"});
    let correction = correct(&app, "ferry", body).await.expect(201).record();
    let blocked = &correction["editions"][0];
    assert_eq!(
        (&blocked["outcome"], &blocked["status"]),
        (&json!("blocked"), &json!("paused"))
    );
    let detail = blocked["detail"].as_str().unwrap();
    assert!(detail.contains("is no web address"), "{detail}");
    assert_eq!(app.deliver().await, 0);
    // Mended, it is corrected and goes on.
    let url = "https://europablatt.example/island";
    app.execute(&format!(
        "UPDATE articles SET url = '{url}' WHERE external_id = 'island'"
    ))
    .await;
    let body = json!({"action": "replace", "with": "island", "reason": "once more"});
    let correction = correct(&app, "ferry", body).await.expect(201).record();
    assert_eq!(correction["editions"][0]["outcome"], "corrected");
    let resume = app.api(Method::POST, &format!("/editions/{id}/resume"));
    resume.send().await.expect(200);
    assert_eq!(app.deliver().await, 2);
    let mail = last_mail(&app, ADA).await;
    assert!(holds(&mail, "Island") && !holds(&mail, "Ferry"));
    assert_eq!(show(&app, &correction).await["editions"][0]["waiting"], 0);
}

#[tokio::test]
async fn wrong_corrections_change_nothing_and_say_why() {
    let app = TestApp::start().await;
    frozen(&app, &["Bridge", "Ferry", "Harbour"]).await;
    let hide = app.api(Method::POST, "/articles/harbour/hide");
    hide.send().await.expect(200);
    let wrong = |body: Value| correct(&app, "ferry", body);
    let why = "the wrong story";
    let with_in_retract = json!({"action": "retract", "with": "bridge", "reason": why});
    let hidden = json!({"action": "replace", "with": "harbour", "reason": why});
    let unknown = json!({"action": "replace", "with": "nothing", "reason": why});
    for body in [with_in_retract, hidden, unknown] {
        let problem = wrong(body.clone()).await.problem(422);
        assert_eq!(problem.fields, ["with"], "{body}");
    }
    for reason in [String::new(), "x".repeat(501)] {
        let body = json!({"action": "retract", "reason": reason});
        assert_eq!(wrong(body).await.problem(422).fields, ["reason"]);
    }
    let body = json!({"action": "retract", "reason": why});
    let problem = correct(&app, "nothing", body).await.problem(404);
    assert_eq!(problem.code, "unknown_article");
    assert_eq!(app.count("SELECT 1 FROM corrections").await, 0);
    assert_eq!(
        app.count("SELECT 1 FROM editions WHERE content_version > 1")
            .await,
        0
    );
    let visible = app.api(Method::GET, "/articles/ferry").send().await;
    assert_eq!(visible.expect(200).record()["status"], "visible");
}
