//! The page that presses its button by itself, where the settings want it. What its script does is tested in a browser.

use reqwest::Method;
use serde_json::json;

use super::{ADA, sign_up, state, statuses};
use crate::support::{Answer, TestApp, link};

const BY_SCRIPT: [(&str, &str); 1] = [("by", "script")];

/// The program in this mode with a sign-up of Ada; returns the link of her mail.
pub(super) async fn in_mode(mode: &str) -> (TestApp, String) {
    let app = TestApp::with()
        .env("TIDINGS__CONFIRM__MODE", mode)
        .start()
        .await;
    app.newsletter("morning")
        .title("Europe this morning")
        .create()
        .await;
    let mail = sign_up(&app).await;
    let link = link(&mail, "/confirm/");
    (app, link)
}

/// Whether a page has the script that presses its button.
pub(super) fn presses_itself(page: &Answer) -> bool {
    let has_script = page.text().contains("/confirm.js\" defer");
    let policy = page.header("content-security-policy");
    assert_eq!(policy.contains("script-src 'self'"), has_script, "{policy}");
    assert!(
        page.text().contains("Yes, subscribe me"),
        "there is always a button"
    );
    has_script
}

#[tokio::test]
async fn looking_confirms_nothing_in_either_mode() {
    for (mode, has_script) in [("button", false), ("auto", true)] {
        let (app, link) = in_mode(mode).await;
        let before = state(&app).await;
        for _ in 0..2 {
            let page = app.get(&link).await.expect(200);
            assert_eq!(presses_itself(&page), has_script, "{mode}");
            app.call(Method::HEAD, &link).send().await.expect(200);
        }
        assert_eq!(state(&app).await, before, "{mode}");
    }
}

#[tokio::test]
async fn what_the_script_presses_is_told_apart_from_what_a_person_does() {
    let wording = "SELECT wording FROM consents WHERE action = 'confirmed'";
    for (fields, expected) in [
        (
            &BY_SCRIPT[..],
            "This page does it by itself after you have looked at it for 3 seconds.",
        ),
        (&[("by", "")][..], "Yes, subscribe me"),
        (&[][..], "Yes, subscribe me"),
    ] {
        let (app, link) = in_mode("auto").await;
        let page = app.post(&link, fields).await.expect(200);
        assert!(page.text().contains("You are subscribed"));
        assert_eq!(statuses(&app).await, ["active"]);
        let rows = app.rows(wording).await;
        let told = rows[0]["wording"].as_str().unwrap();
        assert!(
            told.starts_with("One click left | Europe this morning | ") && told.contains(expected),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_script_presses_nothing_where_readers_are_to() {
    let (app, link) = in_mode("button").await;
    let before = state(&app).await;
    let page = app.post(&link, &BY_SCRIPT).await.expect(200);
    assert!(!presses_itself(&page));
    assert_eq!(state(&app).await, before);
    app.post(&link, &[]).await.expect(200);
    assert_eq!(statuses(&app).await, ["active"]);
    let addresses = app.rows("SELECT address FROM subscribers").await;
    assert_eq!(addresses, [json!({ "address": ADA })]);
}
