//! Rendering an edition once, and making one reader's message of it.

use std::cell::RefCell;
use std::time::Duration;

use lettre::message::MultiPart;
use tidings::config::{Config, Sources};
use tidings::domain::id::{DeliveryId, EditionId};
use tidings::domain::language::Language;
use tidings::mail::digest::{ArticleBlock, DigestEmail, SectionBlock};
use tidings::mail::email::{Email, Rendered, render};
use tidings::mail::message::{Identity, Kind};
use tidings::mail::prepared::{self, PreparedEdition, Reader};
use tidings::templates::Templates;

use super::{Measurement, Subject, time};

/// How often both are measured, in turn.
const ROUNDS: u32 = 9;
/// How often each is done in one measurement.
const EDITIONS: u32 = 40;
const MESSAGES: u32 = 2_000;

const EDITION: Subject = Subject {
    name: "render an edition of 30 stories",
    unit: "ms",
    reference: "its body.html alone; the edition is subject, text and HTML, for mail and for the browser",
};
const READER: Subject = Subject {
    name: "one reader's message of it",
    unit: "us",
    reference: "lettre building a bare message of the same two parts",
};

pub(crate) fn measure() -> Vec<Measurement> {
    let config = Config::load(&Sources::default()).unwrap().config;
    let templates = Templates::new(&config.publisher).unwrap();
    let mail = edition();
    let page = DigestEmail {
        for_browser: true,
        ..mail.clone()
    };
    let identity = Identity {
        from: "newsletter@news.example.org".parse().unwrap(),
        return_path: "bounces@news.example.org".parse().unwrap(),
        name: "The Example".to_owned(),
    };
    let frozen = render(&templates, &mail).unwrap();
    let whole = || {
        render(&templates, &mail).unwrap();
        render(&templates, &page).unwrap();
    };
    let body = || {
        templates
            .render("email/digest/body.html", &mail.language, &mail)
            .unwrap();
    };
    let (whole, body) = in_turn(EDITIONS, 1e3, &whole, &body);
    let (edition, reader) = prepared(&identity, &frozen);
    let buffer = RefCell::new(Vec::new());
    // A buffer is used again and again, as in a lane.
    let personal = || edition.write(&reader, &mut buffer.borrow_mut());
    let bare = || drop(bare_message(&frozen));
    let (personal, bare) = in_turn(MESSAGES, 1e6, &personal, &bare);
    vec![EDITION.result(whole, body), READER.result(personal, bare)]
}

/// How long `ours` and `other` take each time, in the unit of which a second has `units`.
fn in_turn(times: u32, units: f64, ours: &dyn Fn(), other: &dyn Fn()) -> (Vec<f64>, Vec<f64>) {
    let each = |work: &dyn Fn()| {
        let ((), taken): ((), Duration) = time(|| (0..times).for_each(|_| work()));
        taken.as_secs_f64() * units / f64::from(times)
    };
    // The first time fills the caches.
    ours();
    other();
    (0..ROUNDS).map(|_| (each(ours), each(other))).unzip()
}

/// As a selection of 30 articles is arranged: the lead, eleven stories in three sections, the rest in brief.
fn edition() -> DigestEmail {
    let language = Language::english();
    let sample = DigestEmail::sample(&language);
    let lead = sample.lead.clone().unwrap();
    let story = |number: u32| ArticleBlock {
        title: format!("{} {number}", lead.title),
        url: format!("{}-{number}", lead.url),
        ..lead.clone()
    };
    let section = |(number, stories): (u32, u32)| SectionBlock {
        title: format!("Section {number}"),
        articles: (1..=stories)
            .map(|place| story(number * 10 + place))
            .collect(),
    };
    let mut edition = sample;
    edition.edition.article_count = 30;
    edition.sections = [(1, 4), (2, 4), (3, 3)].map(section).into();
    edition.brief = (41..=58).map(story).collect();
    edition
}

/// The edition's message with holes, and a reader, as the worker has them.
fn prepared(identity: &Identity, frozen: &Rendered) -> (PreparedEdition, Reader) {
    let kind = Kind::List {
        slug: "morning".to_owned(),
        sender_name: "The Example".to_owned(),
        sender_address: "morning@news.example.org".parse().unwrap(),
        unsubscribe_url: String::new(),
        archive_url: "https://news.example.org/v/1".to_owned(),
        is_test: false,
    };
    let now = "2026-01-05T05:30:00Z".parse().unwrap();
    let edition = prepared::Edition {
        id: EditionId::new(now),
        date: now,
        language: &Language::english(),
        frozen,
        kind: &kind,
        unsubscribe_base: "https://news.example.org/unsubscribe/".to_owned(),
        preferences_base: "https://news.example.org/preferences/".to_owned(),
        is_text_only: false,
    };
    let reader = Reader {
        delivery: DeliveryId::new(now),
        address: "ada.lovelace@example.org".parse().unwrap(),
        subscribed_on: "5 January 2026".into(),
        unsubscribe_token: "01234567890123456789012345678901234567890123".to_owned(),
        preferences_token: "11234567890123456789012345678901234567890123".to_owned(),
    };
    (PreparedEdition::new(identity, &edition).unwrap(), reader)
}

fn bare_message(frozen: &Rendered) -> Vec<u8> {
    let message = lettre::Message::builder()
        .from("The Example <morning@news.example.org>".parse().unwrap())
        .to("ada.lovelace@example.org".parse().unwrap())
        .subject(frozen.subject.clone())
        .multipart(MultiPart::alternative_plain_html(
            frozen.text.clone(),
            frozen.html.clone(),
        ));
    message.unwrap().formatted()
}
