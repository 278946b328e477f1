//! Machines that open every link of a mail: the link that no person sees gives them away.

use jiff::SignedDuration;
use reqwest::Method;
use tidings::domain::network::Network;
use tidings::usecases::confirmation;
use tidings::worker::tick;

use super::automatic::presses_itself;
use super::{ADA, state, statuses};
use crate::support::{Answer, TestApp, link};

/// A gateway's network, and a reader's.
const GATEWAY: &str = "203.0.113.7";
const HOME: &str = "198.51.100.20";

const BY_SCRIPT: [(&str, &str); 1] = [("by", "script")];

/// What a mail holds: the link for people and the one for machines.
struct Links {
    confirm: String,
    hidden: String,
}

/// The program behind a proxy, with pages that press their button.
async fn app() -> TestApp {
    let app = TestApp::with()
        .env("TIDINGS__SERVER__TRUSTED_PROXIES", "127.0.0.1")
        .env("TIDINGS__CONFIRM__MODE", "auto")
        .start()
        .await;
    app.newsletter("morning").create().await;
    app
}

async fn sign_up(app: &TestApp, address: &str) -> Links {
    app.sign_up(address, &["morning"]).await.expect(303);
    assert_eq!(app.deliver().await, 1);
    let mail = app.inbox(address).await.pop().unwrap();
    Links {
        confirm: link(&mail, "/confirm/"),
        hidden: link(&mail, "/mail/"),
    }
}

async fn ask(app: &TestApp, method: Method, link: &str, from: &str) -> Answer {
    let call = app.call(method, link).header("x-forwarded-for", from);
    call.send().await
}

async fn look(app: &TestApp, links: &Links, from: &str) -> Answer {
    ask(app, Method::GET, &links.confirm, from)
        .await
        .expect(200)
}

async fn press(app: &TestApp, links: &Links, from: &str, fields: &[(&str, &str)]) -> Answer {
    let call = app.call(Method::POST, &links.confirm);
    let call = call.header("x-forwarded-for", from).form(fields);
    call.send().await.expect(200)
}

#[tokio::test]
async fn the_hidden_link_is_for_nobody_and_its_page_for_everybody() {
    let app = app().await;
    let links = sign_up(&app, ADA).await;
    let mail = app.inbox(ADA).await.pop().unwrap();
    let (html, text) = (mail.html().unwrap(), mail.text().unwrap());
    let (before, after) = html.split_once(&links.hidden).unwrap();
    assert!(before.ends_with("<div aria-hidden=\"true\" style=\"display:none;max-height:0;overflow:hidden;mso-hide:all;\"><a href=\""));
    assert!(after.starts_with("\" tabindex=\"-1\" style=\"display:none;mso-hide:all;\">"));
    assert!(
        !before.contains(&links.confirm),
        "machines come to it first"
    );
    assert!(!text.contains("/mail/"));
    let before = state(&app).await;
    for method in [Method::GET, Method::HEAD] {
        let page = ask(&app, method, &links.hidden, GATEWAY).await.expect(200);
        assert_eq!(page.header("cache-control"), "private, no-store");
        assert_eq!(page.header("x-robots-tag"), "noindex");
    }
    let page = app.get(&links.hidden).await.expect(200).text();
    assert!(page.contains("There is nothing to do here") && !page.contains("<form"));
    assert_eq!(state(&app).await, before);
}

#[tokio::test]
async fn neither_link_opens_the_door_of_the_other() {
    let app = app().await;
    let links = sign_up(&app, ADA).await;
    let swapped = links.hidden.replace("/mail/", "/confirm/");
    app.get(&swapped).await.expect(404);
    app.post(&swapped, &[]).await.expect(404);
    app.get(&links.confirm.replace("/confirm/", "/mail/"))
        .await
        .expect(404);
    app.post(&links.hidden, &[]).await.expect(405);
    assert_eq!(statuses(&app).await, ["pending"]);
    assert_eq!(app.count("SELECT 1 FROM scanner_marks").await, 0);
}

#[tokio::test]
async fn a_machine_presses_no_button_and_a_person_always_can() {
    let app = app().await;
    let ada = sign_up(&app, ADA).await;
    let ben = sign_up(&app, "ben@example.org").await;
    assert!(presses_itself(&look(&app, &ada, GATEWAY).await));
    ask(&app, Method::HEAD, &ada.hidden, GATEWAY)
        .await
        .expect(200);
    // Its network for every sign-up, and every network for this sign-up: gateways come from several.
    for (links, from, expected) in [
        (&ada, GATEWAY, false),
        (&ben, "203.0.113.250", false),
        (&ada, HOME, false),
        (&ben, HOME, true),
    ] {
        let page = look(&app, links, from).await;
        assert_eq!(presses_itself(&page), expected, "{from}");
    }
    // It got the page with the script before it came to the hidden link.
    for (links, from) in [(&ada, GATEWAY), (&ben, GATEWAY), (&ada, HOME)] {
        let page = press(&app, links, from, &BY_SCRIPT).await;
        assert!(!presses_itself(&page));
    }
    assert_eq!(statuses(&app).await, ["pending", "pending"]);
    let page = press(&app, &ada, GATEWAY, &[("by", "")]).await;
    assert!(page.text().contains("You are subscribed"));
    let page = press(&app, &ben, HOME, &BY_SCRIPT).await;
    assert!(page.text().contains("You are subscribed"));
}

#[tokio::test]
async fn a_mark_lasts_for_ten_minutes_and_names_no_network() {
    let app = app().await;
    let links = sign_up(&app, ADA).await;
    ask(&app, Method::GET, &links.hidden, GATEWAY)
        .await
        .expect(200);
    let marks = app.rows("SELECT key FROM scanner_marks").await;
    assert_eq!(marks.len(), 2);
    let shown = format!("{marks:?}");
    assert!(!shown.contains("203.0.113"), "{shown}");
    app.advance(SignedDuration::from_secs(599));
    assert!(!presses_itself(&look(&app, &links, GATEWAY).await));
    app.advance(SignedDuration::from_secs(1));
    assert!(presses_itself(&look(&app, &links, GATEWAY).await));
    tick::guard_doors(&app.app).await.unwrap();
    assert_eq!(app.count("SELECT 1 FROM scanner_marks").await, 0);
}

#[tokio::test]
async fn behind_a_proxy_that_nobody_named_only_the_signup_is_marked() {
    let app = app().await;
    let (ada, ben) = (
        sign_up(&app, ADA).await,
        sign_up(&app, "ben@example.org").await,
    );
    // This machine's own address: it may be that of a proxy, and of all readers behind it.
    app.get(&ada.hidden).await.expect(200);
    assert_eq!(app.count("SELECT 1 FROM scanner_marks").await, 1);
    assert!(!presses_itself(&app.get(&ada.confirm).await));
    assert!(presses_itself(&app.get(&ben.confirm).await));
}

const OPENED: &str = "SELECT 1 FROM signup_openings";

/// Notes an opening of every sign-up as the page does after its answer.
async fn note_openings(app: &TestApp, from: Option<&str>) {
    let (now, keys) = (app.now(), app.app.keys.clone());
    let client = from.map(|from| Network::of_client(from.parse().unwrap()));
    for row in app.rows("SELECT id FROM signups").await {
        let signup = row["id"].as_str().unwrap().parse().unwrap();
        let keys = keys.clone();
        app.run(move |conn| confirmation::note_opening(conn, now, &keys, signup, client))
            .await;
    }
}

#[tokio::test]
async fn an_opening_counts_once_and_not_when_a_machine_did_it() {
    let app = app().await;
    let links = sign_up(&app, ADA).await;
    ask(&app, Method::GET, &links.hidden, GATEWAY)
        .await
        .expect(200);
    note_openings(&app, Some(GATEWAY)).await;
    note_openings(&app, None).await;
    assert_eq!(app.count(OPENED).await, 0);
    look(&app, &links, HOME).await;
    app.until_count(OPENED, 1).await;
    let before = app.rows("SELECT * FROM signup_openings").await;
    app.advance(SignedDuration::from_hours(1));
    note_openings(&app, Some(HOME)).await;
    look(&app, &links, HOME).await;
    press(&app, &links, HOME, &[]).await;
    assert_eq!(app.rows("SELECT * FROM signup_openings").await, before);
}

#[tokio::test]
async fn what_a_machine_opened_before_it_gave_itself_away_is_taken_back() {
    let app = app().await;
    let links = sign_up(&app, ADA).await;
    look(&app, &links, GATEWAY).await;
    app.until_count(OPENED, 1).await;
    app.advance(SignedDuration::from_secs(30));
    ask(&app, Method::GET, &links.hidden, GATEWAY)
        .await
        .expect(200);
    assert_eq!(app.count(OPENED).await, 0);
    // A reader who opened it long before, or has confirmed, stays.
    look(&app, &links, HOME).await;
    app.until_count(OPENED, 1).await;
    app.advance(SignedDuration::from_mins(2));
    ask(&app, Method::GET, &links.hidden, GATEWAY)
        .await
        .expect(200);
    assert_eq!(app.count(OPENED).await, 1);
    let ben = sign_up(&app, "ben@example.org").await;
    press(&app, &ben, HOME, &[]).await;
    ask(&app, Method::GET, &ben.hidden, GATEWAY)
        .await
        .expect(200);
    assert_eq!(app.count(OPENED).await, 2);
}

#[tokio::test]
async fn what_a_browser_fetches_beforehand_is_no_opening() {
    let app = app().await;
    let links = sign_up(&app, ADA).await;
    let call = app.call(Method::GET, &links.confirm);
    call.header("sec-purpose", "prefetch;prerender")
        .send()
        .await
        .expect(200);
    app.call(Method::HEAD, &links.confirm)
        .send()
        .await
        .expect(200);
    app.advance(SignedDuration::from_mins(1));
    app.get(&links.confirm).await.expect(200);
    app.until_count(OPENED, 1).await;
    let rows = app.rows("SELECT opened_at FROM signup_openings").await;
    assert_eq!(rows[0]["opened_at"], "2026-01-05T05:31:00+00:00");
}
