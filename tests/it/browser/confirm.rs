//! The page behind the link of a confirmation mail: the button, and the script that presses it.

use serde_json::json;

use super::pages::{NARROW, faults};
use super::{ENTER, Kind};
use crate::support::browser::{Browser, NEWS};
use crate::support::{TestApp, link};

const ADA: &str = "ada@example.org";

/// No page of another site takes part.
const NOWHERE: &str = "127.0.0.1:9";

/// Whoever looks at the page is for the test to say, and what waits can be seen. What the page said is kept for the next one.
const WATCHED: &str = "
    let isSeen = false;
    Object.defineProperty(document, 'visibilityState', { get: () => (isSeen ? 'visible' : 'hidden') });
    window.look = (isLooking) => {
        isSeen = isLooking;
        document.dispatchEvent(new Event('visibilitychange'));
    };
    window.waiting = new Map();
    const [set, clear] = [window.setTimeout, window.clearTimeout];
    window.setTimeout = (work, after) => {
        const id = set(work, after);
        window.waiting.set(id, after);
        return id;
    };
    window.clearTimeout = (id) => {
        window.waiting.delete(id);
        clear(id);
    };";

const NOTE: &str = "
    addEventListener('DOMContentLoaded', () => {
        const note = document.querySelector('[data-counting]');
        if (note) sessionStorage.setItem('note', note.checkVisibility() ? note.textContent : 'hidden');
    });";

/// The program in this mode with a sign-up; returns the links of its mail, for people and for machines.
async fn in_mode(mode: &str) -> (TestApp, String, String) {
    let app = TestApp::with()
        .env("BASE_URL", NEWS)
        .env("TIDINGS__CONFIRM__MODE", mode)
        .start()
        .await;
    app.newsletter("morning").create().await;
    app.sign_up(ADA, &["morning"]).await.expect(303);
    assert_eq!(app.deliver().await, 1);
    let mail = app.inbox(ADA).await.pop().unwrap();
    let (confirm, hidden) = (link(&mail, "/confirm/"), link(&mail, "/mail/"));
    (app, confirm, hidden)
}

async fn browser(app: &TestApp, has_scripts: bool) -> Browser {
    let kind = Kind {
        has_scripts,
        ..Kind::USUAL
    };
    Browser::start(kind, app.address(), NOWHERE).await
}

/// The words at the button that was pressed, once one was.
async fn evidence(app: &TestApp) -> Option<String> {
    let rows = app
        .rows("SELECT wording FROM consents WHERE action = 'confirmed'")
        .await;
    let row = rows.first()?;
    let status = app.rows("SELECT status FROM subscriptions").await;
    assert_eq!(status, [json!({"status": "active"})]);
    Some(row["wording"].as_str().unwrap().to_owned())
}

async fn heading(browser: &Browser) -> String {
    browser.find("main h1").await.text().await.unwrap()
}

async fn confirmed(browser: &Browser) {
    browser
        .until("document.querySelector('main h1').textContent == 'You are subscribed'")
        .await;
}

const BY_SCRIPT: &str = "This page does it by itself after you have looked at it for 3 seconds.";
const BY_READER: &str = "Yes, subscribe me";

#[tokio::test]
async fn whoever_looks_for_three_seconds_is_confirmed_and_was_told_so() {
    let (app, link, _) = in_mode("auto").await;
    let browser = browser(&app, true).await;
    browser.prepare(NOTE).await;
    browser.go(&link).await;
    confirmed(&browser).await;
    let said = browser.run("return sessionStorage.getItem('note')").await;
    assert!(said.as_str().unwrap().starts_with(BY_SCRIPT), "{said}");
    assert!(evidence(&app).await.unwrap().contains(BY_SCRIPT));
}

#[tokio::test]
async fn a_page_that_nobody_sees_waits_and_begins_anew_when_it_is_seen() {
    let (app, link, _) = in_mode("auto").await;
    let browser = browser(&app, true).await;
    browser.prepare(WATCHED).await;
    browser.go(&link).await;
    let waiting = async || browser.run("return Array.from(waiting.values())").await;
    assert_eq!(heading(&browser).await, "One click left");
    // The script has run: it said what it does. Nothing waits for a time, so nothing can come.
    browser
        .until("document.querySelector('[data-counting]').checkVisibility()")
        .await;
    assert_eq!(waiting().await, json!([]));
    browser.run("look(true)").await;
    assert_eq!(waiting().await, json!([3000]));
    browser.run("look(false)").await;
    assert_eq!(waiting().await, json!([]));
    assert_eq!(evidence(&app).await, None);
    browser.run("look(true)").await;
    confirmed(&browser).await;
    assert!(evidence(&app).await.unwrap().contains(BY_SCRIPT));
}

#[tokio::test]
async fn the_page_that_presses_its_button_is_accessible_in_every_language() {
    let (app, link, _) = in_mode("auto").await;
    for is_dark in [false, true] {
        let kind = Kind {
            phone_width: Some(NARROW),
            is_dark,
            ..Kind::USUAL
        };
        let browser = Browser::start(kind, app.address(), NOWHERE).await;
        browser.prepare(WATCHED).await;
        for language in app.app.templates.words().languages() {
            browser.go(&format!("{link}?lang={language}")).await;
            browser
                .until("document.querySelector('[data-counting]').checkVisibility()")
                .await;
            let found = faults(&browser).await;
            assert!(found.is_empty(), "{language}: {found:#?}");
            let width = browser.run("return document.scrollingElement.scrollWidth");
            assert_eq!(width.await, json!(NARROW), "{language}");
        }
    }
}

#[tokio::test]
async fn the_reader_can_stop_it_and_press_the_button() {
    let (app, link, _) = in_mode("auto").await;
    let browser = browser(&app, true).await;
    browser.prepare(WATCHED).await;
    browser.go(&link).await;
    browser.click("[data-stop]").await;
    browser
        .until("document.activeElement.type == 'submit'")
        .await;
    let hidden = "return ['[data-stop]', '[data-counting]'].map((one) => document.querySelector(one).checkVisibility())";
    assert_eq!(browser.run(hidden).await, json!([false, false]));
    browser.run("look(true)").await;
    assert_eq!(browser.run("return waiting.size").await, json!(0));
    browser.press(ENTER).await;
    confirmed(&browser).await;
    assert!(evidence(&app).await.unwrap().ends_with(BY_READER));
}

#[tokio::test]
async fn the_button_works_in_both_modes_without_any_script() {
    for mode in ["button", "auto"] {
        let (app, link, _) = in_mode(mode).await;
        let browser = browser(&app, false).await;
        browser.go(&link).await;
        assert_eq!(heading(&browser).await, "One click left");
        for part in ["[data-counting]", "[data-stop]"] {
            let shown = browser.shown(part).await;
            assert!(!shown, "{part} in mode {mode}");
        }
        browser.click("form.act button").await;
        app.until_count("SELECT 1 FROM consents WHERE action = 'confirmed'", 1)
            .await;
        assert!(evidence(&app).await.unwrap().ends_with(BY_READER), "{mode}");
    }
}

#[tokio::test]
async fn in_the_mode_of_the_button_the_page_has_no_script() {
    let (app, link, _) = in_mode("button").await;
    let browser = browser(&app, true).await;
    browser.prepare(WATCHED).await;
    browser.go(&link).await;
    browser.run("look(true)").await;
    let found = browser.run("return [document.scripts.length, waiting.size]");
    assert_eq!(found.await, json!([0, 0]));
    browser.click("form.act button").await;
    confirmed(&browser).await;
    assert!(evidence(&app).await.unwrap().ends_with(BY_READER));
}

#[tokio::test]
async fn a_machine_with_a_browser_confirms_nothing_and_the_person_behind_it_can() {
    let (app, link, hidden) = in_mode("auto").await;
    let browser = browser(&app, true).await;
    browser.prepare(WATCHED).await;
    // It opens the page first, then the link that no person sees, and waits as long as it likes.
    browser.go(&link).await;
    browser
        .until("document.querySelector('[data-counting]').checkVisibility()")
        .await;
    app.get(&hidden).await.expect(200);
    browser.run("look(true)").await;
    browser
        .until("!document.querySelector('[data-counting]')")
        .await;
    assert_eq!(heading(&browser).await, "One click left");
    assert_eq!(evidence(&app).await, None);
    for _ in 0..2 {
        let found = browser.run("return [document.scripts.length, waiting.size]");
        assert_eq!(found.await, json!([0, 0]));
        browser.go(&link).await;
        browser.run("look(true)").await;
    }
    browser.click("form.act button").await;
    confirmed(&browser).await;
    assert!(evidence(&app).await.unwrap().ends_with(BY_READER));
}
