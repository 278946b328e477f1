//! By every door a row is added to the chain, with what the settings let be kept of the client.

use reqwest::Method;
use serde_json::{Value, json};

use super::{ADA, verify, whole};
use crate::support::{TestApp, link};

const MINUTE: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);
const AGENT: &str = "Testfox/1.0 (a machine of our own)";

/// Behind a proxy that is believed, so that tests choose where clients are.
async fn app_with(settings: &[(&str, &str)]) -> TestApp {
    let mut builder = TestApp::with()
        .env("TIDINGS__SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .env("TIDINGS__SIGNUP__MAX_MAILS_PER_DAY", "100");
    for (name, value) in settings {
        builder = builder.env(name, value);
    }
    let app = builder.start().await;
    app.newsletter("morning").create().await;
    app.newsletter("evening").create().await;
    app
}

/// Presses a button from the client at `address`.
async fn press(app: &TestApp, path: &str, fields: &[(&str, &str)], address: &str, status: u16) {
    app.call(Method::POST, path)
        .header("user-agent", AGENT)
        .header("x-forwarded-for", address)
        .form(fields)
        .send()
        .await
        .expect(status);
}

async fn rows(app: &TestApp) -> Vec<Value> {
    app.rows(
        "SELECT source, action, number, user_agent, client_address, address FROM consents \
          ORDER BY recorded_at, id, number",
    )
    .await
}

/// Ada signs up by form and JSON, confirms both, and gets an edition of "morning"; returns the links at its end.
async fn signed_up(app: &TestApp) -> (String, String) {
    let form = [("email", ADA), ("newsletter", "morning")];
    press(app, "/subscribe", &form, "203.0.113.7", 303).await;
    app.call(Method::POST, "/subscribe")
        .header("user-agent", AGENT)
        .header("x-forwarded-for", "203.0.113.8")
        .json(&json!({"email": ADA, "newsletters": ["evening"]}))
        .send()
        .await
        .expect(202);
    app.deliver().await;
    for mail in app.inbox(ADA).await {
        app.advance(MINUTE);
        press(app, &link(&mail, "/confirm/"), &[], "203.0.113.9", 200).await;
    }
    app.article("Bridge reopens").create().await;
    app.advance(MINUTE);
    let run = app.api(Method::POST, "/newsletters/morning/editions");
    run.send().await.expect(201);
    app.deliver().await;
    let mail = app.inbox(ADA).await.pop().unwrap();
    (link(&mail, "/unsubscribe/"), link(&mail, "/preferences/"))
}

/// The newsroom adds Bo to two newsletters and ends both.
async fn added_and_ended(app: &TestApp) {
    app.api(Method::POST, "/subscribers")
        .json(&json!({
            "address": "bo@example.org", "newsletters": ["morning", "evening"], "language": "en",
            "consent": {"source": "paper", "obtained_at": app.now()}
        }))
        .send()
        .await
        .expect(200);
    let found = app
        .rows("SELECT id FROM subscribers WHERE address = 'bo@example.org'")
        .await;
    let path = format!(
        "/subscribers/{}/unsubscribe",
        found[0]["id"].as_str().unwrap()
    );
    let leave = app.api(Method::POST, &path).json(&json!({}));
    leave.send().await.expect(200);
}

/// Where a button leads, its fields, and the status of the answer.
type Step<'a> = (String, &'a [(&'a str, &'a str)], u16);

#[tokio::test]
async fn every_door_adds_to_a_chain_that_is_whole() {
    let app = app_with(&[("TIDINGS__CONSENT__CLIENT_ADDRESS", "full")]).await;
    let (leave, settings) = signed_up(&app).await;
    let morning = format!("{settings}/newsletters/morning");
    let steps: [Step<'_>; 9] = [
        (leave.clone(), &[("List-Unsubscribe", "One-Click")], 200),
        (format!("{leave}/undo"), &[], 303),
        (format!("{leave}/instead"), &[("choice", "pause")], 303),
        (morning.clone(), &[("action", "resume")], 303),
        (leave.clone(), &[], 200),
        (morning, &[("action", "join")], 303),
        (format!("{leave}/all"), &[], 303),
        (format!("{leave}/undo"), &[], 303),
        (format!("{settings}/stop"), &[], 303),
    ];
    for (number, (path, fields, status)) in steps.into_iter().enumerate() {
        app.advance(MINUTE);
        press(
            &app,
            &path,
            fields,
            &format!("203.0.113.{}", 20 + number),
            status,
        )
        .await;
    }
    app.advance(MINUTE);
    added_and_ended(&app).await;

    let rows = rows(&app).await;
    assert_eq!(
        whole(verify(&app).await),
        u64::try_from(rows.len()).unwrap()
    );
    let doors = |source: &str| -> Vec<&Value> {
        rows.iter().filter(|row| row["source"] == source).collect()
    };
    for (source, count) in [
        ("form", 1),
        ("json", 1),
        ("confirm_page", 2),
        ("one_click", 1),
        // One undone, one pause, one left, two of everything and both back.
        ("unsubscribe_page", 7),
        ("preferences", 4),
        ("api", 4),
    ] {
        assert_eq!(doors(source).len(), count, "{source} in {rows:#?}");
    }
    for row in &rows {
        let is_own = row["source"] != "api";
        assert_eq!(row["user_agent"] == AGENT, is_own, "{row}");
        let client = row["client_address"].as_str().unwrap();
        assert_eq!(client.starts_with("203.0.113."), is_own, "{row}");
        assert_eq!(row["address"] == ADA, is_own, "{row}");
    }
    assert_eq!(doors("form")[0]["client_address"], "203.0.113.7");
    assert_eq!(doors("one_click")[0]["client_address"], "203.0.113.20");
}

#[tokio::test]
async fn dialects_of_other_systems_leave_the_same_evidence() {
    let app = app_with(&[("TIDINGS__CONSENT__CLIENT_ADDRESS", "truncated")]).await;
    let body = json!({"email": ADA, "list_uuids": [
        app.rows("SELECT id FROM newsletters WHERE slug = 'morning'").await[0]["id"]
    ]});
    app.call(Method::POST, "/api/public/subscription")
        .header("user-agent", AGENT)
        .header("x-forwarded-for", "2001:db8:7:8::9")
        .json(&body)
        .send()
        .await
        .expect(200);
    let rows = rows(&app).await;
    assert_eq!(rows[0]["user_agent"], AGENT);
    assert_eq!(rows[0]["client_address"], "2001:db8:7::/48");
    assert_eq!(whole(verify(&app).await), 1);
}

#[tokio::test]
async fn what_may_not_be_kept_is_not() {
    let off = [
        ("TIDINGS__CONSENT__CLIENT_ADDRESS", "none"),
        ("TIDINGS__CONSENT__USER_AGENT", "false"),
    ];
    let form = [("email", ADA), ("newsletter", "morning")];
    let app = app_with(&off).await;
    press(&app, "/subscribe", &form, "203.0.113.7", 303).await;
    let row = rows(&app).await.remove(0);
    assert_eq!(
        (&row["user_agent"], &row["client_address"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(whole(verify(&app).await), 1);
}

#[tokio::test]
async fn by_default_the_same_client_can_be_told_and_not_be_read() {
    let app = app_with(&[]).await;
    let both = [("email", ADA), ("newsletter", "morning")];
    press(&app, "/subscribe", &both, "203.0.113.7", 303).await;
    app.deliver().await;
    app.advance(jiff::SignedDuration::from_mins(1));
    let mail = app.inbox(ADA).await.pop().unwrap();
    press(&app, &link(&mail, "/confirm/"), &[], "203.0.113.7", 200).await;
    app.advance(MINUTE);
    let other = [("email", "bo@example.org"), ("newsletter", "morning")];
    press(&app, "/subscribe", &other, "203.0.113.7", 303).await;
    let rows = rows(&app).await;
    let marks: Vec<&str> = rows
        .iter()
        .map(|row| row["client_address"].as_str().unwrap())
        .collect();
    assert_eq!(marks[0], marks[1]);
    assert_ne!(marks[0], marks[2], "readers have nothing in common");
    assert!(
        marks
            .iter()
            .all(|mark| mark.starts_with("hmac:") && !mark.contains("203.0"))
    );
    assert_eq!(whole(verify(&app).await), 3);
}

#[tokio::test]
async fn an_unknown_form_of_address_is_refused_with_the_known_ones() {
    let ran = crate::support::process::Tidings::new(&["config", "show"])
        .env("TIDINGS__CONSENT__CLIENT_ADDRESS", "half")
        .run()
        .await
        .expect(3);
    ran.says(&[
        "consent.client_address: ",
        "`none`",
        "`full`",
        "`truncated`",
        "`keyed_hash`",
    ]);
}
