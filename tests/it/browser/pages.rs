//! Every page in every language, checked by axe-core: WCAG 2.2 A and AA, light and dark, on a screen of 320 pixels.

use reqwest::Method;

use super::Kind;
use crate::routes::World;
use crate::support::browser::{Browser, NEWS};

/// As `.ci/setup` keeps it.
const AXE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/target/tools/axe-4.11.0.min.js"
);

/// The smallest screen that WCAG 1.4.10 asks for, in pixels.
pub(super) const NARROW: u32 = 320;

const CHECK: &str = "const done = arguments[arguments.length - 1]; \
    axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}) \
       .then((found) => done(found.violations.map((one) => \
            one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 200)).join(' | ')))) \
       .catch((error) => done(['axe failed: ' + error]));";

/// The addresses of pages for readers that run scripts at all: mails in a frame are checked as mails.
async fn pages(world: &World) -> Vec<String> {
    let mut pages = Vec::new();
    for (method, path) in world.all() {
        // The outbox is for those who try things out, and in English.
        if method != "GET" || path.starts_with("/api/") || path.starts_with("/dev/") {
            continue;
        }
        let answer = world.ask(Method::GET, &path).await;
        let is_page = answer.header("content-type").starts_with("text/html");
        if is_page && !answer.header("content-security-policy").contains("sandbox") {
            pages.push(path);
        }
    }
    // What the pages of readers say after a button.
    let after = |start: &str, query: &str| {
        let is_token = |rest: &str| rest.len() > 40 && !rest.contains('/');
        let pages = pages
            .iter()
            .filter(|path| path.strip_prefix(start).is_some_and(is_token));
        pages.map(|path| format!("{path}?{query}")).collect()
    };
    let after: Vec<Vec<String>> = vec![
        after("/unsubscribe/", "done=not_me"),
        after("/preferences/", "done=paused&of=morning"),
    ];
    pages.extend(after.into_iter().flatten());
    // A page that is not there is a page, too.
    pages.push("/nothing".to_owned());
    pages
}

/// What axe-core finds wrong with the page that the browser shows.
pub(super) async fn faults(browser: &Browser) -> Vec<String> {
    let axe = std::fs::read_to_string(AXE).expect("`make test` fetches axe-core");
    browser.run(&axe).await;
    let found = browser.run_async(CHECK).await;
    let found = found.as_array().unwrap().iter();
    found.map(|one| one.as_str().unwrap().to_owned()).collect()
}

async fn check(world: &World, pages: &[String], is_dark: bool, mistakes: &mut Vec<String>) {
    let kind = Kind {
        phone_width: Some(NARROW),
        is_dark,
        ..Kind::USUAL
    };
    let browser = Browser::start(kind, world.app.address(), "127.0.0.1:9").await;
    for language in world.app.app.templates.words().languages() {
        for path in pages {
            let joint = if path.contains('?') { '&' } else { '?' };
            browser
                .go(&format!("{NEWS}{path}{joint}lang={language}"))
                .await;
            let dark = if is_dark { "dark" } else { "light" };
            for one in faults(&browser).await {
                mistakes.push(format!("{path} in {language}, {dark}: {one}"));
            }
            let width = browser
                .run("return document.scrollingElement.scrollWidth")
                .await;
            if width.as_u64().is_none_or(|width| width > u64::from(NARROW)) {
                mistakes.push(format!("{path} in {language}: {width} pixels wide"));
            }
            // The parameters of a page are its words: a page in another language would prove nothing.
            let shown = browser.run("return document.documentElement.lang").await;
            if shown != language.as_str() {
                mistakes.push(format!("{path} is in {shown} and not in {language}"));
            }
        }
    }
}

#[tokio::test]
async fn every_page_in_every_language_is_accessible_and_narrow() {
    let world = World::make().await;
    let pages = pages(&world).await;
    assert!(pages.len() > 15, "{pages:?}");
    let mut mistakes = Vec::new();
    for is_dark in [false, true] {
        check(&world, &pages, is_dark, &mut mistakes).await;
    }
    assert!(mistakes.is_empty(), "\n{}", mistakes.join("\n"));
}

/// Pictures of every page, for people to look at: made where `TIDINGS_PICTURES` names a folder, in German and Arabic.
#[tokio::test]
async fn pictures_of_every_page_are_made_on_request() {
    #[expect(
        clippy::disallowed_methods,
        reason = "it says where, and steers nothing that is tested"
    )]
    let wanted = std::env::var("TIDINGS_PICTURES");
    let Ok(folder) = wanted else { return };
    let world = World::make().await;
    let pages = pages(&world).await;
    let browser = Browser::start(Kind::USUAL, world.app.address(), "127.0.0.1:9").await;
    for language in ["de", "ar"] {
        for (number, path) in pages.iter().enumerate() {
            let joint = if path.contains('?') { '&' } else { '?' };
            browser
                .go(&format!("{NEWS}{path}{joint}lang={language}"))
                .await;
            let picture = browser.picture(700).await;
            assert!(picture.starts_with(b"\x89PNG"));
            let name: String = path
                .chars()
                .take(28)
                .map(|letter| {
                    if letter.is_alphanumeric() {
                        letter
                    } else {
                        '-'
                    }
                })
                .collect();
            let file = format!("{folder}/{language}-{number:02}{name}.png");
            std::fs::write(file, picture).unwrap();
        }
    }
}
