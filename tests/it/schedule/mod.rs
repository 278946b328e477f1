//! When editions are made and sent, and what becomes of slots that nobody served.

mod approval;
mod cut_off;
mod missed;
mod pausing;
mod restored;
mod sharing;
mod starts;

use jiff::SignedDuration;
use serde_json::Value;

use crate::support::TestApp;

const MINUTE: SignedDuration = SignedDuration::from_mins(1);
const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// From the start of a test, 06:30 in Berlin, to the first slot of a daily newsletter.
const TO_FIRST_SLOT: SignedDuration = SignedDuration::from_mins(30);

/// Turns the clock and composes what is due then; returns how many editions hold articles.
async fn pass(app: &TestApp, by: SignedDuration) -> usize {
    app.advance(by);
    let composed = app.run_due().await;
    let editions = composed
        .iter()
        .filter_map(|composed| composed.edition.as_ref());
    editions
        .filter(|edition| edition.skip_reason.is_none())
        .count()
}

/// The titles in each edition that was not skipped, in alphabetical order, the oldest edition first.
async fn titles(app: &TestApp) -> Vec<Vec<String>> {
    let rows = app
        .rows(
            "SELECT json_agg(a.title ORDER BY a.title) AS titles FROM editions e \
               JOIN edition_articles x ON x.edition_id = e.id JOIN articles a ON a.id = x.article_id \
              GROUP BY e.id ORDER BY e.due_at",
        )
        .await;
    rows.into_iter()
        .map(|row| serde_json::from_value(row["titles"].clone()).unwrap())
        .collect()
}

/// Local time, reason and outcome of the missed slots, in the order of slots, and whether an edition has their articles.
async fn missed(app: &TestApp) -> Vec<(String, String, String, bool)> {
    let rows = app
        .rows("SELECT slot, reason, outcome, edition_id IS NOT NULL AS has FROM missed_slots ORDER BY slot")
        .await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    rows.iter()
        .map(|row| {
            (
                text(&row["slot"]),
                text(&row["reason"]),
                text(&row["outcome"]),
                row["has"] == true,
            )
        })
        .collect()
}

fn records(expected: &[(&str, &str, &str, bool)]) -> Vec<(String, String, String, bool)> {
    let owned = |(slot, reason, outcome, has): &(&str, &str, &str, bool)| {
        (
            (*slot).to_owned(),
            (*reason).to_owned(),
            (*outcome).to_owned(),
            *has,
        )
    };
    expected.iter().map(owned).collect()
}
