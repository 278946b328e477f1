//! I-9: what a message holds belongs to its reader.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::Checker;
use crate::sink::ledger::Event;

impl Checker<'_> {
    pub(super) fn cross_talk(&mut self) {
        let facts = self.facts;
        for event in facts.events.iter().filter(|event| event.is_kept) {
            let Some(rows) = self.rows.get(event.rcpt.as_str()) else {
                continue;
            };
            let ids: Vec<String> = rows.iter().map(|row| row.subscription.clone()).collect();
            if event.addresses != [event.rcpt.as_str()] {
                self.broken(
                    "I-9",
                    format!("the mail of {} names {:?}", event.rcpt, event.addresses),
                );
            }
            if event.tokens.is_empty() || !event.tokens.iter().all(|token| is_of(token, &ids)) {
                self.broken(
                    "I-9",
                    format!("a link that is not the reader's: {}", shown(event)),
                );
            }
        }
    }
}

/// A token is a key's number (1 byte), the subscription (16) and a MAC, in base64url.
fn is_of(token: &str, subscriptions: &[String]) -> bool {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap_or_default();
    let id = bytes.get(1..17).unwrap_or_default();
    subscriptions
        .iter()
        .any(|it| it.parse().is_ok_and(|it: Uuid| it.as_bytes() == id))
}

fn shown(event: &Event) -> String {
    format!("{} {:?}", event.rcpt, event.tokens)
}
