//! The page that does the proof of work, while there is an attack.

use super::asked_to_confirm;
use crate::support::TestApp;
use crate::support::browser::{Browser, Kind};

const ANNA: &str = "anna@beispiel.example";

async fn attacked() -> TestApp {
    let app = TestApp::with()
        .env("TIDINGS__SIGNUP__MIN_FILL_MILLISECONDS", "0")
        .env("TIDINGS__CAPTCHA__REQUIRED", "always")
        .env("TIDINGS__CAPTCHA__MAX_NUMBER", "5000")
        .env("TIDINGS__PUBLISHER__CONTACT", "desk@europablatt.example")
        .start()
        .await;
    app.newsletter("morning").create().await;
    app
}

#[tokio::test]
async fn the_browser_does_the_proof_and_sends_the_form_again() {
    let app = attacked().await;
    let browser = Browser::start(Kind::USUAL, app.address(), "127.0.0.1:9").await;
    // Scripts may hash on pages from the same machine, as on those that came by HTTPS.
    let page = format!("http://{}/n/morning?lang=en", app.address());
    browser.go(&page).await;
    browser.type_into("input[type=email]", ANNA).await;
    browser.click("button[type=submit]").await;
    browser
        .until("document.querySelector('h1').textContent == 'Check your inbox'")
        .await;
    asked_to_confirm(&app, ANNA).await;
}

#[tokio::test]
async fn without_scripts_the_page_says_whom_to_ask() {
    let app = attacked().await;
    let kind = Kind {
        has_scripts: false,
        ..Kind::USUAL
    };
    let browser = Browser::start(kind, app.address(), "127.0.0.1:9").await;
    browser
        .go(&format!("http://{}/n/morning?lang=en", app.address()))
        .await;
    browser.type_into("input[type=email]", ANNA).await;
    browser.click("button[type=submit]").await;
    let told = browser.find("noscript p").await.text().await.unwrap();
    assert!(told.contains("desk@europablatt.example"), "{told}");
    assert_eq!(app.count("SELECT 1 FROM signups").await, 0);
}
