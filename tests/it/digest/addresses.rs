//! Articles whose addresses are gone when an edition is made are left out, and lost for nobody.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use tidings::domain::choice::Choice;
use tidings::domain::subscriber::Subscriber;
use tidings::worker::tick;

use super::{TO_FIRST_SLOT, got, pass, titles};
use crate::support::TestApp;
use crate::support::site::Site;

const DAY: SignedDuration = SignedDuration::from_hours(24);
const ADA: &str = "ada@example.org";
const BOB: &str = "bob@example.org";

/// A newsroom whose articles are on a site that can be watched.
struct World {
    app: TestApp,
    site: Site,
}

impl World {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these settings, and a newsletter that checks addresses.
    async fn with(settings: &[(&str, &str)]) -> Self {
        let site = Site::start().await;
        let mut app = TestApp::with().env("TIDINGS__FETCH__ALLOWED_PRIVATE_HOSTS", &site.host());
        for (name, value) in settings {
            app = app.env(name, value);
        }
        let app = app.start().await;
        let choice = Choice {
            check_addresses: true,
            ..Choice::default()
        };
        app.newsletter("morning").choice(choice).create().await;
        Self { app, site }
    }

    /// Stores an article that is at `/title` on the site, where there is nothing yet.
    async fn store(&self, title: &str) {
        let path = format!("/{}", title.to_lowercase());
        let article = self.app.article(title).url(&self.site.url(&path));
        article.create().await;
    }

    /// Stores an article that can be read on the site.
    async fn publish(&self, title: &str) {
        self.serve(title);
        self.store(title).await;
    }

    fn serve(&self, title: &str) {
        self.site
            .serve(&format!("/{}", title.to_lowercase()), "news");
    }

    /// The requests for an article so far: method and path.
    fn asked(&self, title: &str) -> Vec<String> {
        let path = format!("/{}", title.to_lowercase());
        let heads = self.site.asked().into_iter();
        let lines = heads.map(|head| head.split(" http/").next().unwrap().to_owned());
        lines.filter(|line| line.ends_with(&path)).collect()
    }

    /// A slot, and its mails.
    async fn slot(&self, by: SignedDuration) {
        assert_eq!(pass(&self.app, by).await, 1);
        self.app.deliver().await;
    }

    async fn latest(&self) -> Value {
        let list = self.app.api(Method::GET, "/newsletters/morning/editions");
        list.send().await.expect(200).json::<Value>()["items"][0].clone()
    }

    async fn warnings(&self) -> Vec<String> {
        serde_json::from_value(self.latest().await["warnings"].clone()).unwrap()
    }

    async fn turn(&self, reader: &Subscriber, verb: &str) {
        let path = format!("/subscribers/{}/subscriptions/morning/{verb}", reader.id);
        self.app.api(Method::POST, &path).send().await.expect(200);
    }

    async fn marks(&self) -> usize {
        let marks = "SELECT 1 FROM subscriptions WHERE sent_until IS NOT NULL";
        self.app.count(marks).await
    }
}

#[tokio::test]
async fn what_is_gone_is_left_out_and_what_is_unclear_is_kept() {
    let world = World::start().await;
    world.publish("Ferry").await;
    world.store("Bridge").await;
    world.site.answer("/opera", 410, "", "");
    world.store("Opera").await;
    world.publish("Tram").await;
    world.site.refuse_head("/tram");
    world.site.answer("/port", 500, "", "");
    world.store("Port").await;
    world.site.answer("/paper", 302, "Location: /login\r\n", "");
    world.serve("login");
    world.store("Paper").await;
    let private = world.app.article("Market").url("http://10.0.0.1/market");
    private.create().await;
    world.slot(TO_FIRST_SLOT).await;
    assert_eq!(
        titles(&world.app, "morning").await,
        [["Ferry", "Market", "Paper", "Port", "Tram"]]
    );
    assert_eq!(world.asked("Ferry"), ["head /ferry"]);
    assert_eq!(world.asked("Tram"), ["head /tram", "get /tram"]);
    let mut warnings = world.warnings().await;
    warnings.sort();
    let begins = [
        r#"article "Bridge" was left out: its address answers 404"#,
        r#"article "Market" was kept, but may be gone: its address could not be asked: the host 10.0.0.1 has"#,
        r#"article "Opera" was left out: its address answers 410"#,
        r#"article "Paper" was kept, but may be gone: its address leads to a page for logging in"#,
        r#"article "Port" was kept, but may be gone: its address answers 500"#,
    ];
    assert_eq!(warnings.len(), begins.len(), "{warnings:#?}");
    for (warning, begin) in warnings.iter().zip(begins) {
        assert!(warning.starts_with(begin), "{warning}");
    }
}

#[tokio::test]
async fn who_never_answers_holds_nothing_up() {
    let world = World::with(&[("TIDINGS__FETCH__TIMEOUT_SECONDS", "1")]).await;
    world.site.keep_silent("/ferry");
    world.store("Ferry").await;
    world.slot(TO_FIRST_SLOT).await;
    assert_eq!(titles(&world.app, "morning").await, [["Ferry"]]);
    let warnings = world.warnings().await;
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].ends_with("127.0.0.1 did not answer within 1 seconds"),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn the_time_for_all_addresses_is_limited() {
    let limit = ("TIDINGS__DIGEST__ADDRESS_CHECK_SECONDS", "1");
    let world = World::with(&[limit]).await;
    let all = ["Alder", "Birch", "Cedar", "Elm", "Fir", "Hazel"];
    for title in all {
        world
            .site
            .keep_silent(&format!("/{}", title.to_lowercase()));
        world.store(title).await;
    }
    world.slot(TO_FIRST_SLOT).await;
    assert_eq!(titles(&world.app, "morning").await, [all]);
    let warnings = world.warnings().await;
    assert_eq!(warnings.len(), all.len());
    let end = "the time for all addresses was over";
    assert!(warnings.iter().all(|it| it.ends_with(end)), "{warnings:?}");
    assert_eq!(
        world.site.asked().len(),
        4,
        "so many at a time, and no more"
    );
}

#[tokio::test]
async fn what_is_found_again_comes_once_to_everybody() {
    let world = World::start().await;
    let ada = world.app.reader(ADA, "morning").await;
    world.app.reader(BOB, "morning").await;
    world.publish("Ferry").await;
    world.store("Bridge").await;
    world.slot(TO_FIRST_SLOT).await;
    world.turn(&ada, "pause").await;
    world.publish("Elbe").await;
    world.slot(DAY).await;
    assert_eq!(
        world.warnings().await,
        Vec::<String>::new(),
        "it is said once"
    );
    world.serve("Bridge");
    world.publish("Opera").await;
    world.slot(DAY).await;
    world.turn(&ada, "resume").await;
    for title in ["Tram", "Port"] {
        world.publish(title).await;
        world.slot(DAY).await;
    }
    let bob = [
        vec!["Ferry"],
        vec!["Elbe"],
        vec!["Bridge", "Opera"],
        vec!["Tram"],
        vec!["Port"],
    ];
    assert_eq!(got(&world.app, BOB).await, bob);
    let ada = [
        vec!["Ferry"],
        vec!["Bridge", "Elbe", "Opera", "Tram"],
        vec!["Port"],
    ];
    assert_eq!(got(&world.app, ADA).await, ada);
    assert_eq!(world.marks().await, 0);
}

#[tokio::test]
async fn who_had_it_before_it_was_gone_does_not_get_it_twice() {
    let world = World::start().await;
    let ada = world.app.reader(ADA, "morning").await;
    world.app.reader(BOB, "morning").await;
    world.turn(&ada, "pause").await;
    world.app.advance(SignedDuration::from_mins(1));
    world.publish("Bridge").await;
    world.slot(SignedDuration::from_mins(29)).await;
    world.site.answer("/bridge", 410, "", "");
    world.turn(&ada, "resume").await;
    world.publish("Ferry").await;
    world.slot(DAY).await;
    world.serve("Bridge");
    for title in ["Opera", "Tram"] {
        world.publish(title).await;
        world.slot(DAY).await;
    }
    let bob = [["Bridge"], ["Ferry"], ["Opera"], ["Tram"]];
    assert_eq!(got(&world.app, BOB).await, bob);
    let ada = [vec!["Ferry"], vec!["Bridge", "Opera"], vec!["Tram"]];
    assert_eq!(got(&world.app, ADA).await, ada);
    assert_eq!(world.marks().await, 0);
}

#[tokio::test]
async fn a_corrected_address_is_asked_anew() {
    let world = World::start().await;
    let misspelt = world.app.article("Ferry").external_id("ferry");
    misspelt.url(&world.site.url("/fery")).create().await;
    world.slot(TO_FIRST_SLOT).await;
    assert_eq!(world.latest().await["skip_reason"], "no_articles");
    assert_eq!(
        world.warnings().await,
        [r#"article "Ferry" was left out: its address answers 404"#]
    );
    world.serve("Ferry");
    let corrected = world.app.article("Ferry").external_id("ferry");
    corrected.url(&world.site.url("/ferry")).create().await;
    world.app.advance(SignedDuration::from_mins(1));
    let now = world.app.api(Method::POST, "/newsletters/morning/editions");
    let edition = now.send().await.expect(201).record();
    assert_eq!(edition["warnings"], json!([]), "{edition}");
    assert_eq!(edition["article_count"], 1, "{edition}");
}

#[tokio::test]
async fn an_edition_that_somebody_wants_now_asks_too_but_not_what_was_asked_just_now() {
    let world = World::start().await;
    let now = async || {
        let call = world.app.api(Method::POST, "/newsletters/morning/editions");
        call.send().await.expect(201).record()
    };
    world.store("Bridge").await;
    world.app.advance(SignedDuration::from_mins(1));
    let edition = now().await;
    assert_eq!(edition["skip_reason"], "no_articles", "{edition}");
    assert_eq!(
        edition["warnings"],
        json!([r#"article "Bridge" was left out: its address answers 404"#])
    );
    world.serve("Bridge");
    world.app.advance(SignedDuration::from_mins(9));
    assert_eq!(now().await["skip_reason"], "no_articles");
    assert_eq!(world.asked("Bridge"), ["head /bridge", "get /bridge"]);
    world.app.advance(SignedDuration::from_mins(1));
    assert_eq!(now().await["article_count"], 1);
    assert_eq!(
        world.asked("Bridge"),
        ["head /bridge", "get /bridge", "head /bridge"]
    );
}

#[tokio::test]
async fn a_reader_with_another_rhythm_gets_it_later_too() {
    let world = World::start().await;
    let ada = world.app.reader(ADA, "morning").await;
    let path = format!("/subscribers/{}/subscriptions/morning/rhythm", ada.id);
    let call = world.app.api(Method::PUT, &path);
    let wanted = json!({"every": "publication"});
    call.json(&wanted).send().await.expect(200);
    for (title, again) in [("Ferry", None), ("Opera", Some("Bridge")), ("Tram", None)] {
        if title == "Ferry" {
            world.store("Bridge").await;
        }
        if let Some(again) = again {
            world.serve(again);
        }
        world.publish(title).await;
        world.app.advance(SignedDuration::from_mins(11));
        world.app.run_due().await;
        world.app.deliver().await;
    }
    let expected = [vec!["Ferry"], vec!["Bridge", "Opera"], vec!["Tram"]];
    assert_eq!(got(&world.app, ADA).await, expected);
}

#[tokio::test]
async fn a_newsletter_without_the_setting_asks_nobody() {
    let world = World::start().await;
    world.app.newsletter("plain").create().await;
    let path = "/newsletters/morning";
    let off = json!({"choice": {"check_addresses": false}});
    let call = world.app.api(Method::PATCH, path).json(&off);
    let record = call.send().await.expect(200).record();
    assert_eq!(record["choice"], json!({}));
    world.store("Bridge").await;
    assert_eq!(pass(&world.app, TO_FIRST_SLOT).await, 2);
    assert_eq!(titles(&world.app, "plain").await, [["Bridge"]]);
    assert_eq!(titles(&world.app, "morning").await, [["Bridge"]]);
    assert_eq!(world.site.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_gone_for_one_newsletter_changes_nothing_for_another() {
    let world = World::start().await;
    world.app.newsletter("plain").create().await;
    world.app.reader(BOB, "plain").await;
    world.store("Bridge").await;
    world.publish("Ferry").await;
    assert_eq!(pass(&world.app, TO_FIRST_SLOT).await, 2);
    world.serve("Bridge");
    assert_eq!(pass(&world.app, DAY).await, 2);
    assert_eq!(titles(&world.app, "morning").await, [["Ferry"], ["Bridge"]]);
    let plain = [vec!["Bridge", "Ferry"], vec![]];
    assert_eq!(titles(&world.app, "plain").await, plain);
}

#[tokio::test]
async fn two_schedulers_make_one_edition_and_both_know() {
    let world = World::start().await;
    world.app.reader(BOB, "morning").await;
    world.publish("Ferry").await;
    world.store("Bridge").await;
    world.app.advance(TO_FIRST_SLOT);
    let app = &world.app.app;
    let (one, two) = tokio::join!(tick::run_due(app), tick::run_due(app));
    assert!(one.unwrap().failed.is_empty());
    assert!(two.unwrap().failed.is_empty());
    assert_eq!(titles(&world.app, "morning").await, [["Ferry"]]);
    world.app.deliver().await;
    assert_eq!(got(&world.app, BOB).await, [["Ferry"]]);
    assert!(world.asked("Ferry").len() <= 2, "once by each at most");
}

#[tokio::test]
async fn a_simulation_asks_nobody_and_says_what_is_sent() {
    let world = World::start().await;
    let bob = world.app.reader(BOB, "morning").await;
    world.publish("Ferry").await;
    world.store("Bridge").await;
    world.slot(TO_FIRST_SLOT).await;
    world.publish("Opera").await;
    world.app.advance(DAY);
    let asked = world.site.asked().len();
    let path = format!("/newsletters/morning/simulate?subscriber={}", bob.id);
    let simulated = world.app.api(Method::GET, &path).send().await;
    let simulated = simulated.expect(200).record();
    let verdict = |title: &str| {
        let all = simulated["articles"].as_array().unwrap().iter();
        let mut found = all.filter(|one| one["title"] == title);
        found.next().unwrap()["verdict"].clone()
    };
    assert_eq!(verdict("Bridge"), "gone");
    assert_eq!(verdict("Opera"), "fits");
    assert_eq!(verdict("Ferry"), "before_mark");
    assert_eq!(world.site.asked().len(), asked);
    world.app.run_due().await;
    assert_eq!(titles(&world.app, "morning").await, [["Ferry"], ["Opera"]]);
}
