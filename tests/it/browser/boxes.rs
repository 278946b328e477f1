//! Forms, with and without their script, and the element.

use super::{ENTER, Kind, STRICT, TAB, asked_to_confirm, browser, serve, snippet, start};
use crate::support::browser::{NEWS, SITE};

const ANNA: &str = "anna@beispiel.example";

#[tokio::test]
async fn a_form_and_its_script_work_under_a_strict_policy() {
    let (app, site) = start().await;
    let body = format!("{}{}", snippet(&app, 1).await, snippet(&app, 2).await);
    serve(&site, "/article?utm=1", STRICT, &body);
    let browser = browser(&app, &site, Kind::USUAL).await;
    browser.go(&format!("{SITE}/article?utm=1")).await;
    browser
        .until("document.querySelector('form').noValidate")
        .await;
    // A browser's own check takes this.
    browser
        .type_into("input[type=email]", "anna@beispiel")
        .await;
    browser.click("button[type=submit]").await;
    browser
        .until("document.activeElement.getAttribute('aria-invalid') == 'true'")
        .await;
    let told = browser.find("[data-error]").await.text().await.unwrap();
    assert_eq!(told, "Enter your email address, like name@example.com");
    browser.type_into("input[type=email]", ".example").await;
    browser.click("button[type=submit]").await;
    browser
        .until("document.activeElement.tagName == 'H2'")
        .await;
    let done = browser.find(".nl-done h2").await.text().await.unwrap();
    assert_eq!(done, "Check your inbox");
    assert_eq!(browser.url().await, format!("{SITE}/article?utm=1"));
    let stored =
        browser.run("return [document.cookie, localStorage.length, sessionStorage.length]");
    assert_eq!(stored.await, serde_json::json!(["", 0, 0]));
    assert_eq!(
        asked_to_confirm(&app, ANNA).await,
        format!("{SITE}/article")
    );
    // Wrong address? The form is there again, with what was typed.
    browser.click(".again").await;
    let kept = browser.run("return document.querySelector('input[type=email]').value");
    assert_eq!(kept.await, ANNA);
}

#[tokio::test]
async fn a_form_works_without_any_script() {
    let (app, site) = start().await;
    let body = format!("{}{}", snippet(&app, 1).await, snippet(&app, 2).await);
    serve(&site, "/article", STRICT, &body);
    let kind = Kind {
        has_scripts: false,
        ..Kind::USUAL
    };
    let browser = browser(&app, &site, kind).await;
    browser.go(&format!("{SITE}/article")).await;
    browser.type_into("input[type=email]", ANNA).await;
    browser.click("button[type=submit]").await;
    let heading = browser.find("main h1").await.text().await.unwrap();
    assert_eq!(heading, "Check your inbox");
    let url = browser.url().await;
    assert!(
        url.starts_with(&format!("{NEWS}/subscribe/check-inbox")),
        "{url}"
    );
    asked_to_confirm(&app, ANNA).await;
}

#[tokio::test]
async fn where_a_script_may_not_ask_the_form_is_sent_as_without_it_and_once() {
    let (app, site) = start().await;
    app.execute("UPDATE newsletters SET sites = '{}'").await;
    let body = format!("{}{}", snippet(&app, 1).await, snippet(&app, 2).await);
    serve(&site, "/article", STRICT, &body);
    let browser = browser(&app, &site, Kind::USUAL).await;
    browser.go(&format!("{SITE}/article")).await;
    browser
        .until("document.querySelector('form').noValidate")
        .await;
    browser.type_into("input[type=email]", ANNA).await;
    browser.click("button[type=submit]").await;
    let heading = browser.find("main h1").await.text().await.unwrap();
    assert_eq!(heading, "Check your inbox");
    assert_eq!(
        asked_to_confirm(&app, ANNA).await,
        format!("{SITE}/article")
    );
}

#[tokio::test]
async fn the_element_looks_like_itself_on_a_hostile_page_and_needs_no_mouse() {
    let (app, site) = start().await;
    let hostile = "* { background: hotpink !important; text-transform: uppercase !important; display: inline !important } \
                   button { display: none !important }";
    site.answer("/style.css", 200, "Content-Type: text/css\r\n", hostile);
    let body = format!("{}{}", snippet(&app, 2).await, snippet(&app, 3).await);
    serve(&site, "/article", STRICT, &body);
    let browser = browser(&app, &site, Kind::USUAL).await;
    browser.go(&format!("{SITE}/article")).await;
    browser
        .until("document.querySelector('newsletter-signup').shadowRoot")
        .await;
    let button = "getComputedStyle(document.querySelector('newsletter-signup').shadowRoot.querySelector('button'))";
    let script = format!("return [{button}.backgroundColor, {button}.display]");
    assert_eq!(
        browser.run(&script).await,
        serde_json::json!(["rgb(11, 74, 130)", "block"])
    );
    browser.press(TAB).await;
    let focused = "document.activeElement.shadowRoot.activeElement";
    browser.until(&format!("{focused}.type == 'email'")).await;
    for letter in ANNA.chars() {
        browser.press(letter).await;
    }
    browser.press(ENTER).await;
    browser.until(&format!("{focused}.tagName == 'H2'")).await;
    assert_eq!(
        asked_to_confirm(&app, ANNA).await,
        format!("{SITE}/article")
    );
}
