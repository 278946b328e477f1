//! The box in a frame.

use super::{Kind, STRICT, asked_to_confirm, browser, serve, snippet, start};
use crate::support::browser::SITE;

#[tokio::test]
async fn a_frame_has_the_right_height_and_works_on_a_listed_site_only() {
    let (app, site) = start().await;
    let body = format!("{}{}", snippet(&app, 2).await, snippet(&app, 4).await);
    // The style attribute of the snippet is a matter of looks.
    serve(&site, "/article", STRICT, &body);
    let browser = browser(&app, &site, Kind::USUAL).await;
    browser.go(&format!("{SITE}/article")).await;
    browser
        .until("parseInt(document.querySelector('iframe').style.height) > 100")
        .await;
    let outside = browser.run("return parseInt(document.querySelector('iframe').style.height)");
    let outside = outside.await;
    browser.enter_frame().await;
    let inside = browser
        .run("return document.documentElement.offsetHeight")
        .await;
    assert_eq!(inside, outside);
    browser
        .type_into("input[type=email]", "anna@beispiel.example")
        .await;
    browser.click("button[type=submit]").await;
    browser
        .until("document.activeElement.tagName == 'H2'")
        .await;
    asked_to_confirm(&app, "anna@beispiel.example").await;
    browser.leave_frame().await;

    app.execute("UPDATE newsletters SET sites = '{https://other.example}'")
        .await;
    browser.go(&format!("{SITE}/article")).await;
    browser.enter_frame().await;
    browser.until("location.protocol == 'chrome-error:'").await;
}
