//! Due newsletters become editions.

mod addresses;
mod choosing;
mod histories;
mod marks;
mod readers;
mod rhythms;
mod simulation;
mod size;
mod slots;
mod window;

use jiff::SignedDuration;

use crate::support::TestApp;

/// From the start of a test to the first slot of a newsletter that nobody has rescheduled.
const TO_FIRST_SLOT: SignedDuration = SignedDuration::from_mins(30);

/// Turns the clock and composes what is due then; returns how many editions were made or skipped.
async fn pass(app: &TestApp, by: SignedDuration) -> usize {
    app.advance(by);
    let composed = app.run_due().await;
    composed
        .iter()
        .filter(|composed| composed.edition.is_some())
        .count()
}

/// The titles that each mail to `address` holds, those of a mail in the order of the alphabet, the oldest mail first.
async fn got(app: &TestApp, address: &str) -> Vec<Vec<String>> {
    let rows = app
        .rows(&format!(
            "SELECT json_agg(a.title ORDER BY a.title) AS titles \
               FROM edition_deliveries d JOIN subscriptions s ON s.id = d.subscription_id \
               JOIN subscribers p ON p.id = s.subscriber_id JOIN editions e ON e.id = d.edition_id \
               JOIN edition_articles x ON x.edition_id = e.id AND x.placement <> 'left_out' \
               JOIN articles a ON a.id = x.article_id \
              WHERE p.address = '{address}' AND d.status = 'sent' GROUP BY e.id, e.due_at ORDER BY e.due_at, e.id"
        ))
        .await;
    rows.into_iter()
        .map(|row| serde_json::from_value(row["titles"].clone()).unwrap())
        .collect()
}

/// The titles that stand in each edition of a newsletter, in alphabetical order, the oldest edition first.
async fn titles(app: &TestApp, slug: &str) -> Vec<Vec<String>> {
    let rows = app
        .rows(&format!(
            "SELECT coalesce(json_agg(a.title ORDER BY a.title) FILTER (WHERE a.id IS NOT NULL), '[]') AS titles \
               FROM editions e JOIN newsletters n ON n.id = e.newsletter_id \
               LEFT JOIN edition_articles x ON x.edition_id = e.id LEFT JOIN articles a ON a.id = x.article_id \
              WHERE n.slug = '{slug}' GROUP BY e.id ORDER BY e.due_at"
        ))
        .await;
    rows.into_iter()
        .map(|row| serde_json::from_value(row["titles"].clone()).unwrap())
        .collect()
}
