//! What the checker is told, in its own words.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::sink::ledger::Event;

/// One reader of one edition, as the database has it at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Row {
    /// Which edition.
    pub(crate) edition: String,
    /// Which subscription.
    pub(crate) subscription: String,
    /// The reader's address.
    pub(crate) address: String,
    /// What became of the mail.
    pub(crate) status: String,
    /// How often the reply was lost.
    pub(crate) unknowns: u32,
    /// Whether another try will follow.
    pub(crate) will_retry: bool,
    /// Whether there is an opt-in from before the edition.
    pub(crate) has_consent: bool,
}

/// An edition at the end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct Edition {
    /// Its id.
    pub(crate) id: String,
    /// Of which newsletter.
    pub(crate) newsletter: String,
    /// For which slot.
    pub(crate) slot: String,
    /// How far it is.
    pub(crate) status: String,
    /// How many readers it had when it was frozen.
    pub(crate) recipients: usize,
}

/// The server's word to a reader that the subscription is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ack {
    /// When the client had read it, in microseconds since the run began.
    pub(crate) t: u64,
    /// Which subscription.
    pub(crate) subscription: String,
}

/// Everything that is known after a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Facts {
    /// The sink's ledger.
    pub(crate) events: Vec<Event>,
    /// The ledger of the database.
    pub(crate) rows: Vec<Row>,
    /// All editions.
    pub(crate) editions: Vec<Edition>,
    /// Acknowledged unsubscribes.
    pub(crate) acks: Vec<Ack>,
    /// Addresses whose sign-up was acknowledged.
    pub(crate) signups: Vec<String>,
    /// Rows that did not add up, seen while the run went on.
    pub(crate) imbalances: Vec<String>,
    /// Database sessions that hold a transaction open and do nothing.
    pub(crate) idle_transactions: u64,
    /// The most memory of a process, in KiB.
    pub(crate) peak_kib: u64,
}

/// What a scenario promises beforehand.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    /// Extra copies, beside one for each reply that the sink itself withheld.
    pub(crate) extra_copies: usize,
    /// How many editions there must be.
    pub(crate) editions: usize,
    /// The states that editions may end in.
    pub(crate) edition_ends: Vec<&'static str>,
    /// The states in which the mails of readers with this word before their number may end; `sent` for others.
    pub(crate) ends: BTreeMap<&'static str, Vec<&'static str>>,
    /// Whether rows with a lost reply may stay for the operator.
    pub(crate) holds_unknown: bool,
    /// How many replies may have been lost to the program.
    pub(crate) most_unknown: usize,
    /// The most memory of a process, in KiB.
    pub(crate) memory_kib: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            extra_copies: 0,
            editions: 1,
            edition_ends: vec!["done"],
            ends: BTreeMap::new(),
            holds_unknown: false,
            most_unknown: usize::MAX,
            memory_kib: 200 * 1024,
        }
    }
}

impl Bounds {
    /// Adds the states in which readers with this word may end.
    pub(crate) fn end(mut self, word: &'static str, states: &[&'static str]) -> Self {
        self.ends.insert(word, states.to_vec());
        self
    }
}

/// A promise that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Violation {
    /// Of which invariant.
    pub(crate) invariant: &'static str,
    /// What shows it.
    pub(crate) evidence: String,
}

/// What came out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Verdict {
    /// Messages that the sink has.
    pub(crate) messages: usize,
    /// Readers whose mail is `sent` or should be, and whom the sink has nothing for.
    pub(crate) lost: usize,
    /// Copies beyond the first.
    pub(crate) duplicates: usize,
    /// How many there might have been.
    pub(crate) duplicate_bound: usize,
    /// Replies that the sink withheld after it had kept the message.
    pub(crate) lost_replies: usize,
    /// Acknowledged unsubscribes.
    pub(crate) acks: usize,
    /// Mails that were already under way when the unsubscribe was acknowledged.
    pub(crate) in_flight: usize,
    /// How late the latest of them began, in microseconds.
    pub(crate) latest_micros: u64,
    /// Mails that should not have begun any more.
    pub(crate) after_ack: usize,
    /// How many readers ended in which state.
    pub(crate) states: BTreeMap<String, usize>,
    /// Every broken promise.
    pub(crate) violations: Vec<Violation>,
}
