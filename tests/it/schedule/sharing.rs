//! Several newsletters share a slot.

use super::{DAY, TO_FIRST_SLOT, pass};
use crate::support::TestApp;
use tidings::worker::tick;

#[tokio::test]
async fn newsletters_that_share_a_slot_are_composed_in_the_order_of_being_made() {
    let app = TestApp::start().await;
    let slugs = ["delta", "alpha", "charlie", "bravo"];
    for slug in slugs {
        app.newsletter(slug).create().await;
        app.advance(jiff::SignedDuration::from_secs(1));
    }
    app.article("For all").create().await;
    app.advance(TO_FIRST_SLOT);
    let order: Vec<String> = app
        .run_due()
        .await
        .iter()
        .map(|composed| composed.slug.to_string())
        .collect();
    assert_eq!(order, slugs);
}

/// One newsletter whose schedule no longer parses: the others have their editions, pass after pass.
#[tokio::test]
async fn a_broken_newsletter_keeps_no_other_from_its_turn() {
    let app = TestApp::start().await;
    for slug in ["broken", "alpha", "bravo"] {
        app.newsletter(slug).create().await;
        app.advance(jiff::SignedDuration::from_secs(1));
    }
    app.execute("UPDATE newsletters SET schedule_zone = 'Europe/Atlantis' WHERE slug = 'broken'")
        .await;
    for by in [TO_FIRST_SLOT, DAY] {
        app.article(&format!("Article of {by}")).create().await;
        app.advance(by);
        let pass = tick::run_due(&app.app).await.unwrap();
        let order: Vec<String> = pass
            .composed
            .iter()
            .map(|composed| composed.slug.to_string())
            .collect();
        assert_eq!(order, ["alpha", "bravo"]);
        assert_eq!(pass.failed.len(), 1);
        assert!(
            pass.failed[0].1.to_string().contains("broken"),
            "{:?}",
            pass.failed
        );
    }
    assert_eq!(app.count("SELECT 1 FROM editions").await, 4);
    // Mended, it goes on by itself.
    app.execute("UPDATE newsletters SET schedule_zone = 'Europe/Berlin' WHERE slug = 'broken'")
        .await;
    assert_eq!(pass(&app, jiff::SignedDuration::ZERO).await, 1);
}
