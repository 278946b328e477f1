//! Who is told of a correction.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;
use tidings::mail::smtp_server::{Script, Verdict};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::{
    ADA, BOB, MINUTE, articles, compose, frozen, holds, last_mail, notify, retract, send_to_one,
    show,
};
use crate::support::TestApp;
use crate::support::snapshot::assert_snapshot;

/// How many mails go out before the clock has to be turned by a second.
const SHARE: usize = 20;

/// Waits for so many mails, and turns the clock whenever the worker stands still: what was refused has used up its share, too.
async fn arrive(app: &TestApp, arrivals: &mut UnboundedReceiver<()>, count: usize) {
    let mut turns = 0;
    for _ in 0..count {
        let patience = std::time::Duration::from_millis(500);
        while timeout(patience, arrivals.recv()).await.is_err() {
            turns += 1;
            assert!(turns <= 60, "the worker stands still");
            app.advance(jiff::SignedDuration::from_secs(1));
        }
    }
}

#[tokio::test]
async fn after_40_percent_no_mail_holds_it_and_exactly_those_40_percent_are_told() {
    let (tell, mut arrivals) = unbounded_channel();
    let script = Script::default().on_data_end(move |_| {
        tell.send(()).ok();
        Verdict::Accept
    });
    let relay = format!("per_second={}", 20 * SHARE);
    let app = TestApp::with().script(script).relay(&relay).start().await;
    app.newsletter("morning").create().await;
    let readers = 5 * SHARE;
    for number in 0..readers {
        app.reader(&format!("r{number}@example.org"), "morning")
            .await;
    }
    articles(&app, &["Bridge", "Ferry", "Harbour"]).await;
    app.advance(MINUTE * 30);
    compose(&app).await;
    let (begun, correction) = tokio::join!(app.deliver(), async {
        arrive(&app, &mut arrivals, 2 * SHARE).await;
        let correction = retract(&app, "ferry").await;
        // Now the mail server would take more.
        app.advance(jiff::SignedDuration::from_secs(1));
        correction
    });
    assert_eq!(begun, 2 * SHARE, "what was prepared before is given back");
    tokio::join!(
        app.deliver(),
        arrive(&app, &mut arrivals, readers - 2 * SHARE)
    );
    let mails = app.outbox.list(None, None, usize::MAX);
    let to = |mail: &tidings::mail::captured::CapturedMail| mail.recipients[0].clone();
    let everybody: BTreeSet<String> = mails.iter().map(|mail| to(mail)).collect();
    assert_eq!((mails.len(), everybody.len()), (readers, readers));
    let with_it = mails.iter().filter(|mail| holds(mail, "Ferry"));
    let had_it: BTreeSet<String> = with_it.map(|mail| to(mail)).collect();
    assert_eq!(had_it.len(), 2 * SHARE);

    let standing = show(&app, &correction).await;
    let edition = &standing["editions"][0];
    assert_eq!(
        (&edition["sent_before"], &edition["unknown_before"]),
        (&json!(40), &json!(0))
    );
    let told = notify(&app, &correction, json!({"text": "There was no ferry."})).await;
    assert_eq!(told.expect(201).record()["told"], 40);
    tokio::join!(app.deliver(), arrive(&app, &mut arrivals, 2 * SHARE));
    let mails = app.outbox.list(None, None, usize::MAX);
    let is_notice = |subject: String| subject.starts_with("Correction:");
    let notices = mails.iter().filter(|mail| is_notice(mail.subject()));
    let notices: Vec<String> = notices.map(|mail| to(mail)).collect();
    assert_eq!(notices.len(), 2 * SHARE);
    assert_eq!(notices.into_iter().collect::<BTreeSet<_>>(), had_it);
    // Who was told is not told again.
    let again = notify(&app, &correction, json!({"text": "There was no ferry."})).await;
    assert_eq!(again.problem(409).code, "nobody_to_tell");
}

#[tokio::test]
async fn a_notice_reads_well_and_moves_no_mark() {
    let app = TestApp::start().await;
    frozen(&app, &["Bridge", "Ferry"]).await;
    let (first, second) = send_to_one(&app).await;
    let correction = retract(&app, "ferry").await;
    app.advance(MINUTE);
    app.deliver().await;
    let text = "There was no ferry on Monday, and nobody was hurt.\n\nWe are sorry.";
    let told = notify(&app, &correction, json!({ "text": text })).await;
    let told = told.expect(201).record();
    assert_eq!(told["told"], 1);
    assert_eq!(app.deliver().await, 1);
    let mail = last_mail(&app, first).await;
    assert_eq!(mail.subject(), "Correction: Ferry");
    let unsubscribe = mail.header("List-Unsubscribe").unwrap();
    assert!(unsubscribe.contains("/unsubscribe/"));
    let token = unsubscribe.split("/unsubscribe/").nth(1).unwrap();
    let token = token.trim_end_matches('>');
    let edition = told["notices"][0].as_str().unwrap();
    let preferences = crate::support::link(&mail, "/preferences/");
    let of_preferences = preferences.rsplit('/').next().unwrap();
    let text = mail.text().unwrap().replace(token, "[token]");
    let text = text.replace(of_preferences, "[token]");
    let text = text
        .replace(edition, "[edition]")
        .replace(first, "[address]");
    assert_snapshot("correction_notice", &text);
    // Its page names nobody, and the next edition has what came since the last one.
    let page = app.get(&format!("/v/{edition}")).await.expect(200).text();
    assert!(page.contains("There was no ferry") && !page.contains(first));
    assert_eq!(app.inbox(second).await.len(), 1);
    articles(&app, &["Island"]).await;
    app.advance(super::DAY);
    compose(&app).await;
    app.deliver().await;
    for reader in [ADA, BOB] {
        let mail = last_mail(&app, reader).await;
        assert!(holds(&mail, "Island") && !holds(&mail, "Bridge"));
    }
}

#[tokio::test]
async fn who_has_left_is_not_told_and_of_whom_nobody_knows_only_on_demand() {
    let app = TestApp::start().await;
    frozen(&app, &["Bridge", "Ferry"]).await;
    app.deliver().await;
    let lost = "UPDATE edition_deliveries SET status = 'unknown', unknown_count = 1 WHERE subscription_id = \
                (SELECT s.id FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id WHERE p.address = 'bob@example.org')";
    app.execute(lost).await;
    let gone = "UPDATE subscriptions SET status = 'unsubscribed' WHERE subscriber_id = \
                (SELECT id FROM subscribers WHERE address = 'ada@example.org')";
    app.execute(gone).await;
    let correction = retract(&app, "ferry").await;
    let reach = &correction["editions"][0];
    assert_eq!(
        (&reach["sent_before"], &reach["unknown_before"]),
        (&json!(1), &json!(1))
    );
    let nobody = notify(&app, &correction, json!({"text": "No ferry."})).await;
    assert_eq!(nobody.problem(409).code, "nobody_to_tell");
    assert_eq!(
        app.count("SELECT 1 FROM editions WHERE kind = 'correction'")
            .await,
        0
    );
    let with_unknown =
        json!({"text": "No ferry.", "with_unknown": true, "subject": "There was no ferry"});
    let told = notify(&app, &correction, with_unknown).await.expect(201);
    assert_eq!(told.record()["told"], 1);
    app.deliver().await;
    assert_eq!(last_mail(&app, BOB).await.subject(), "There was no ferry");
    assert_eq!(app.inbox(ADA).await.len(), 1);
}

#[tokio::test]
async fn wrong_notices_are_told() {
    let app = TestApp::start().await;
    frozen(&app, &["Ferry", "Bridge"]).await;
    let correction = retract(&app, "ferry").await;
    for (body, field) in [
        (json!({"text": " \n "}), "text"),
        (json!({"text": "x".repeat(4001)}), "text"),
        (
            json!({"text": "No ferry.", "subject": "x".repeat(151)}),
            "subject",
        ),
    ] {
        let problem = notify(&app, &correction, body).await.problem(422);
        assert_eq!(problem.fields, [field]);
    }
    let nothing = "/corrections/019b8c7e-7ab0-7000-8000-000000000001";
    let missing = app.api(Method::GET, nothing).send().await;
    assert_eq!(missing.problem(404).code, "unknown_correction");
}
