//! What readers do by themselves, in a browser: by keyboard where that is the question, and every page on the way is accessible.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};

use super::pages::faults;
use super::{ENTER, Kind, TAB};
use crate::support::browser::{Browser, NEWS};
use crate::support::{TestApp, link};

const ADA: &str = "ada@example.org";
const DOWN: char = '\u{e015}';
const HOME: char = '\u{e011}';

/// Ada gets "morning", and has one edition of it; there is "evening", too.
async fn start() -> (TestApp, Browser) {
    let app = TestApp::with()
        .env("BASE_URL", NEWS)
        .env("TIDINGS__SIGNUP__MAX_MAILS_PER_DAY", "100")
        .start()
        .await;
    app.newsletter("morning")
        .title("Morning Post")
        .create()
        .await;
    app.newsletter("evening")
        .title("Evening Post")
        .create()
        .await;
    app.reader(ADA, "morning").await;
    app.article("Bridge reopens").create().await;
    app.advance(SignedDuration::from_secs(1));
    let run = app.api(Method::POST, "/newsletters/morning/editions");
    run.send().await.expect(201);
    app.deliver().await;
    let browser = Browser::start(Kind::USUAL, app.address(), "127.0.0.1:9").await;
    (app, browser)
}

/// A link of the newest mail.
async fn newest(app: &TestApp, address: &str, part: &str) -> String {
    link(app.inbox(address).await.last().unwrap(), part)
}

/// Waits for the page that follows what `leave` does, and looks whether it is accessible; returns its heading.
async fn next(browser: &Browser, leave: impl AsyncFnOnce()) -> String {
    browser.run("window.isLeft = true").await;
    leave().await;
    browser
        .until("!window.isLeft && document.readyState == 'complete'")
        .await;
    arrived(browser).await
}

async fn open(browser: &Browser, url: &str) -> String {
    browser.go(url).await;
    arrived(browser).await
}

async fn arrived(browser: &Browser) -> String {
    let heading = browser.find("main h1").await.text().await.unwrap();
    let found = faults(browser).await;
    assert!(found.is_empty(), "{heading}: {found:#?}");
    heading
}

/// Presses Tab until this has the focus.
async fn tab_to(browser: &Browser, selector: &str) {
    let there = format!("return document.activeElement.matches({selector:?})");
    for _ in 0..80 {
        if browser.run(&there).await == json!(true) {
            return;
        }
        browser.press(TAB).await;
    }
    panic!("the Tab key does not come to {selector}");
}

/// Goes to a button with the keyboard, presses it, and returns what the next page says was done.
async fn press(browser: &Browser, button: &str) -> String {
    tab_to(browser, button).await;
    next(browser, async || browser.press(ENTER).await).await;
    said(browser).await
}

async fn said(browser: &Browser) -> String {
    let said = browser.find("[role=status]").await;
    said.text().await.unwrap()
}

/// Goes to a list with the keyboard, to its beginning, and down until it says `value`.
async fn choose(browser: &Browser, list: &str, value: &str) {
    tab_to(browser, list).await;
    browser.press(HOME).await;
    let chosen = "return document.activeElement.value";
    for _ in 0..40 {
        if browser.run(chosen).await == json!(value) {
            return;
        }
        browser.press(DOWN).await;
    }
    panic!("{list} does not come to {value}");
}

/// One column of Ada's subscription to "morning".
async fn of_morning(app: &TestApp, column: &str) -> Value {
    let select = format!(
        "SELECT {column} AS it FROM subscriptions s JOIN newsletters n ON n.id = s.newsletter_id \
           LEFT JOIN rhythms r ON r.id = s.rhythm_id WHERE n.slug = 'morning'"
    );
    app.rows(&select).await[0]["it"].clone()
}

fn is_weekly(cron: &Value) -> bool {
    let fields: Vec<&str> = cron.as_str().unwrap().split(' ').collect();
    fields[2..4] == ["*", "*"] && fields[4].parse::<u8>().is_ok()
}

const SAVE: &str = "section[aria-labelledby=of-morning] details .act button";

#[tokio::test]
async fn the_page_of_preferences_needs_no_mouse() {
    let (app, browser) = start().await;
    let heading = open(&browser, &newest(&app, ADA, "/preferences/").await).await;
    assert_eq!(heading, "Your newsletters");
    let active = "SELECT 1 FROM subscriptions WHERE status = 'active'";

    let told = press(&browser, "form[action$='/newsletters/evening'] button").await;
    assert!(told.contains("Evening Post"), "{told}");
    assert_eq!(app.count(active).await, 2);
    let leave = "section[aria-labelledby=of-evening] input[value=leave] + button";
    let told = press(&browser, leave).await;
    assert!(told.contains("Evening Post"), "{told}");
    assert_eq!(app.count(active).await, 1);

    choose(&browser, "#every-morning", "week").await;
    let told = press(&browser, SAVE).await;
    assert!(told.contains("Morning Post"), "{told}");
    let cron = of_morning(&app, "r.cron").await;
    assert!(is_weekly(&cron), "{cron}");

    choose(&browser, "#language-morning", "de").await;
    press(&browser, SAVE).await;
    assert_eq!(of_morning(&app, "s.language").await, "de");

    tab_to(&browser, "#html-morning").await;
    browser.press(DOWN).await;
    press(&browser, SAVE).await;
    assert_eq!(of_morning(&app, "s.is_text_only").await, json!(true));

    press(
        &browser,
        "section[aria-labelledby=of-morning] details .other",
    )
    .await;
    assert_eq!(of_morning(&app, "s.status").await, "paused");
    press(&browser, "input[value=resume] + button").await;
    assert_eq!(of_morning(&app, "s.status").await, "active");
}

#[tokio::test]
async fn whoever_leaves_is_shown_other_ways_and_can_come_back_and_say_why() {
    let (app, browser) = start().await;
    let url = newest(&app, ADA, "/unsubscribe/").await;
    let heading = open(&browser, &url).await;
    assert!(heading.contains("Morning Post"), "{heading}");
    let told = press(&browser, "input[value=weekly] + button").await;
    assert!(told.contains("Morning Post"), "{told}");
    let cron = of_morning(&app, "r.cron").await;
    assert!(is_weekly(&cron), "{cron}");
    press(&browser, "input[value=pause] + button").await;
    assert_eq!(of_morning(&app, "s.status").await, "paused");

    tab_to(&browser, "form.act button").await;
    next(&browser, async || browser.press(ENTER).await).await;
    assert_eq!(of_morning(&app, "s.status").await, "unsubscribed");
    press(&browser, "form[action$='/undo'] button").await;
    assert_ne!(of_morning(&app, "s.status").await, "unsubscribed");

    tab_to(&browser, "form.act button").await;
    next(&browser, async || browser.press(ENTER).await).await;
    tab_to(&browser, "#why-too_many").await;
    browser.press(' ').await;
    press(&browser, "form[action$='/reason'] button").await;
    let reasons = app.rows("SELECT reason, readers FROM leave_reasons").await;
    assert_eq!(reasons, [json!({"reason": "too_many", "readers": 1})]);
    assert_eq!(of_morning(&app, "s.status").await, "unsubscribed");
    open(&browser, &url).await;
}

/// Asks for a link in the browser, and opens the one that comes.
async fn open_mailed(app: &TestApp, browser: &Browser, address: &str) {
    open(browser, &format!("{NEWS}/preferences")).await;
    browser.type_into("#email", address).await;
    next(browser, async || browser.click("main form button").await).await;
    assert_eq!(app.deliver().await, 1);
    open(browser, &newest(app, address, "/preferences/").await).await;
}

#[tokio::test]
async fn mailed_links_move_hand_over_and_erase() {
    let (app, browser) = start().await;
    open_mailed(&app, &browser, ADA).await;
    let new = "ada@new.example";
    browser.type_into("#email", new).await;
    let change = "form[action$='/address'] button";
    next(&browser, async || browser.click(change).await).await;
    assert!(!said(&browser).await.is_empty());
    assert_eq!(app.deliver().await, 2);
    open(&browser, &newest(&app, ADA, "/address/stop/").await).await;
    open(&browser, &newest(&app, new, "/address/change/").await).await;
    next(&browser, async || browser.click("form.act button").await).await;
    let addresses = app.rows("SELECT address FROM subscribers").await;
    assert_eq!(addresses, [json!({ "address": new })]);

    app.advance(SignedDuration::from_hours(1));
    open_mailed(&app, &browser, new).await;
    let export = browser.find("a[href$='/export']").await;
    let export = export.attr("href").await.unwrap().unwrap();
    let file: Value = app.get(&export).await.expect(200).json();
    assert_eq!(file["subscriber"]["address"], new);
    let erase = "a[href$='/erase']";
    next(&browser, async || browser.click(erase).await).await;
    next(&browser, async || browser.click("form.act button").await).await;
    for table in ["subscribers", "subscriptions", "consents", "signups"] {
        assert_eq!(
            app.count(&format!("SELECT 1 FROM {table}")).await,
            0,
            "{table}"
        );
    }
}
