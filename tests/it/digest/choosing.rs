//! How a newsletter chooses, beside topics and language.

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::json;
use tidings::domain::choice::Choice;

use super::{TO_FIRST_SLOT, got, pass, titles};
use crate::support::TestApp;

const DAY: SignedDuration = SignedDuration::from_hours(24);

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[tokio::test]
async fn what_is_excepted_does_not_enter() {
    let app = TestApp::start().await;
    let choice = Choice {
        topics_except: texts(&["sport"]),
        sections_except: texts(&["Opinion"]),
        languages: vec!["en".parse().unwrap(), "de".parse().unwrap()],
        languages_except: vec!["de-CH".parse().unwrap()],
        ..Choice::default()
    };
    app.newsletter("all").choice(choice).create().await;
    for (title, section, topics, language) in [
        ("Vote", "Politics", vec!["vote"], "en"),
        ("Derby", "City", vec!["city", "sport"], "en"),
        ("Comment", "OPINION", vec![], "en"),
        ("Wahl", "Politik", vec![], "de-AT"),
        ("Abstimmung", "Politik", vec![], "de-CH"),
        ("Élection", "Politique", vec![], "fr"),
    ] {
        let article = app.article(title).section(section).topics(&topics);
        article.language(language).create().await;
    }
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(titles(&app, "all").await, [["Vote", "Wahl"]]);
}

#[tokio::test]
async fn only_the_wanted_sections_enter_in_the_wanted_order() {
    let app = TestApp::start().await;
    let choice = Choice {
        sections: texts(&["Sport", "Politics", "Culture"]),
        section_order: texts(&["politics"]),
        ..Choice::default()
    };
    app.newsletter("three").choice(choice).create().await;
    for (minutes, title, section) in [
        (1, "Lead", "Culture"),
        (2, "Cup", "Sport"),
        (3, "Vote", "Politics"),
        (4, "Rain", "Weather"),
    ] {
        let article = app.article(title).section(section);
        article.published_minutes_ago(minutes).create().await;
    }
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    let order = "SELECT a.title FROM edition_articles x JOIN articles a ON a.id = x.article_id ORDER BY x.position";
    assert_eq!(
        app.rows(order).await,
        [
            json!({"title": "Lead"}),
            json!({"title": "Vote"}),
            json!({"title": "Cup"})
        ]
    );
}

#[tokio::test]
async fn an_archive_that_comes_in_is_stored_and_not_mailed() {
    let app = TestApp::start().await;
    app.newsletter("usual").create().await;
    let choice = Choice {
        max_age_days: Some(0),
        ..Choice::default()
    };
    app.newsletter("any-age").choice(choice).create().await;
    let minutes_of_days = |days: i64| days * 24 * 60;
    app.article("From last year")
        .published_minutes_ago(minutes_of_days(200))
        .create()
        .await;
    app.article("From last week")
        .published_minutes_ago(minutes_of_days(7))
        .create()
        .await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 2);
    assert_eq!(titles(&app, "usual").await, [["From last week"]]);
    assert_eq!(
        titles(&app, "any-age").await,
        [["From last week", "From last year"]]
    );
}

#[tokio::test]
async fn an_embargo_holds_page_and_digest_until_its_hour() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let later = app.now() + SignedDuration::from_hours(10);
    let article = app
        .article("Prize")
        .external_id("prize")
        .publish_at(later)
        .create()
        .await;
    app.article("Ferry").create().await;
    let page = format!("/articles/{}", article.slug);
    app.get(&page).await.expect(404);
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    app.advance(SignedDuration::from_hours(10));
    app.get(&page).await.expect(200);
    assert_eq!(pass(&app, DAY - SignedDuration::from_hours(10)).await, 1);
    assert_eq!(titles(&app, "morning").await, [["Ferry"], ["Prize"]]);
}

#[tokio::test]
async fn an_embargo_that_ends_early_is_in_the_next_edition_and_not_in_a_closed_window() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let start = app.now();
    let far = start + DAY * 30;
    app.article("Prize")
        .external_id("prize")
        .publish_at(far)
        .create()
        .await;
    app.article("Ferry").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    // An hour that lies in the window that was just closed.
    app.article("Prize")
        .external_id("prize")
        .publish_at(start)
        .create()
        .await;
    assert_eq!(pass(&app, DAY).await, 1);
    assert_eq!(titles(&app, "morning").await, [["Ferry"], ["Prize"]]);
}

#[tokio::test]
async fn what_has_expired_does_not_enter_and_what_is_pinned_leads() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let soon = app.now() + SignedDuration::from_mins(10);
    app.article("Tickets until six")
        .expires_at(soon)
        .create()
        .await;
    app.article("Newest").create().await;
    app.article("Election guide")
        .published_minutes_ago(500)
        .pinned()
        .create()
        .await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    let placed = "SELECT a.title, x.placement FROM edition_articles x JOIN articles a ON a.id = x.article_id \
                   ORDER BY x.position";
    assert_eq!(
        app.rows(placed).await,
        [
            json!({"title": "Election guide", "placement": "lead"}),
            json!({"title": "Newest", "placement": "section"}),
        ]
    );
}

#[tokio::test]
async fn who_had_an_article_in_another_newsletter_does_not_get_it_again() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let choice = Choice {
        no_repeat_days: Some(7),
        ..Choice::default()
    };
    let evening = app.newsletter("evening").choice(choice);
    evening
        .schedule("0 18 * * *", "Europe/Berlin")
        .create()
        .await;
    let both = "both@example.org";
    app.reader(both, "morning").await;
    app.reader(both, "evening").await;
    app.reader("one@example.org", "evening").await;
    app.article("Bridge").create().await;
    app.article("Ferry").create().await;
    assert_eq!(pass(&app, TO_FIRST_SLOT).await, 1);
    assert_eq!(app.deliver().await, 1);
    app.article("Opera").create().await;
    assert_eq!(pass(&app, SignedDuration::from_hours(11)).await, 1);
    app.deliver().await;
    assert_eq!(
        got(&app, both).await,
        [vec!["Bridge", "Ferry"], vec!["Opera"]]
    );
    assert_eq!(
        got(&app, "one@example.org").await,
        [["Bridge", "Ferry", "Opera"]]
    );
    // Nobody has a mark of his own after that.
    assert_eq!(
        app.count("SELECT 1 FROM subscriptions WHERE sent_until IS NOT NULL")
            .await,
        0
    );
}

#[tokio::test]
async fn a_wrong_choice_is_refused_with_the_field() {
    let app = TestApp::start().await;
    app.newsletter("morning").create().await;
    let change = async |body: &serde_json::Value| {
        let call = app.api(Method::PATCH, "/newsletters/morning");
        call.json(body).send().await
    };
    let body =
        json!({"choice": {"full_articles": 0, "topics_except": ["Not A Topic"], "sections": [""]}});
    let fields = change(&body).await.problem(422).fields;
    assert_eq!(
        fields,
        [
            "choice.sections",
            "choice.topics_except",
            "choice.full_articles"
        ]
    );
    let body = json!({"choice": {"sections": ["Sport"], "max_age_days": 3}});
    let answer = change(&body).await.expect(200);
    assert_eq!(answer.record()["choice"], body["choice"]);
    let unknown = change(&json!({"choice": {"colour": "red"}})).await;
    assert!(unknown.problem(422).detail.contains("colour"));
}
