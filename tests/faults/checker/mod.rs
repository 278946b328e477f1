//! Reads what the sink, the database and the clients remember after a run, and says which promise was broken.
//!
//! It knows nothing of the program: nothing here names a module of ours. The numbers of the invariants are those of
//! `docs/faults.md`.

mod content;
mod facts;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub(crate) use facts::{Ack, Bounds, Edition, Facts, Row, Verdict, Violation};

use crate::sink::ledger::Event;

/// An unsubscribe is over for certain after this, whatever was under way.
const GRACE_MICROS: u64 = 5_000_000;

/// States in which nothing will happen any more; `unknown` is one when no copy will follow.
const ENDS: [&str; 6] = [
    "sent",
    "bounced",
    "expired",
    "suppressed",
    "cancelled",
    "unknown",
];

/// Looks at everything.
pub(crate) fn check(facts: &Facts, bounds: &Bounds) -> Verdict {
    let mut checker = Checker::new(facts, bounds);
    checker.completeness();
    checker.duplication();
    checker.unsubscribes();
    checker.consent_and_accounting();
    checker.editions();
    checker.signups();
    checker.cross_talk();
    checker.resources();
    checker.verdict.violations.sort();
    checker.verdict
}

struct Checker<'a> {
    facts: &'a Facts,
    bounds: &'a Bounds,
    verdict: Verdict,
    /// Messages that the sink has, by address.
    kept: BTreeMap<&'a str, Vec<&'a Event>>,
    /// Rows by address.
    rows: BTreeMap<&'a str, Vec<&'a Row>>,
    acked: BTreeSet<&'a str>,
}

impl<'a> Checker<'a> {
    fn new(facts: &'a Facts, bounds: &'a Bounds) -> Self {
        let mut kept: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
        for event in facts.events.iter().filter(|event| event.is_kept) {
            kept.entry(&event.rcpt).or_default().push(event);
        }
        let mut rows: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
        for row in &facts.rows {
            rows.entry(&row.address).or_default().push(row);
        }
        let mut verdict = Verdict {
            messages: kept.values().map(Vec::len).sum(),
            lost_replies: facts
                .events
                .iter()
                .filter(|event| event.phase == "lost")
                .count(),
            acks: facts.acks.len(),
            ..Verdict::default()
        };
        for row in &facts.rows {
            *verdict.states.entry(row.status.clone()).or_default() += 1;
        }
        let acked = facts
            .acks
            .iter()
            .map(|ack| ack.subscription.as_str())
            .collect();
        Self {
            facts,
            bounds,
            verdict,
            kept,
            rows,
            acked,
        }
    }

    fn broken(&mut self, invariant: &'static str, evidence: String) {
        self.verdict.violations.push(Violation {
            invariant,
            evidence,
        });
    }

    fn kept_for(&self, address: &str) -> &[&'a Event] {
        self.kept.get(address).map_or(&[], Vec::as_slice)
    }

    /// I-1: each reader ends in one state, a right one, and the sink agrees.
    fn completeness(&mut self) {
        let facts = self.facts;
        for row in &facts.rows {
            let is_open = !ENDS.contains(&row.status.as_str()) || row.will_retry;
            if is_open && !(self.bounds.holds_unknown && row.status == "unknown") {
                self.broken("I-1", format!("still open: {row:?}"));
            } else if !self.may_end(row) {
                self.broken("I-1", format!("ended wrongly: {row:?}"));
            }
            let copies = self.kept_for(&row.address).len();
            // `unknown` at the end is honest, but it must not be the end of a mail that nobody ever got.
            let is_missing = ["sent", "unknown"].contains(&row.status.as_str()) && copies == 0;
            let is_excused =
                self.acked.contains(row.subscription.as_str()) && row.status == "unknown";
            if is_missing && !is_excused {
                self.verdict.lost += 1;
                self.broken("I-1", format!("lost, the sink has nothing: {row:?}"));
            }
            // A copy of which nobody was told is one of a lost reply.
            let is_denied = !["sent", "unknown"].contains(&row.status.as_str());
            if is_denied
                && copies > 0
                && row.unknowns == 0
                && self.rows[row.address.as_str()].len() == 1
            {
                self.broken(
                    "I-1",
                    format!("the sink has it, and the database denies it: {row:?}"),
                );
            }
        }
        let strangers = self
            .kept
            .keys()
            .filter(|address| !self.rows.contains_key(*address));
        let strangers: Vec<String> = strangers.map(|address| (*address).to_owned()).collect();
        for address in strangers {
            if !facts.signups.contains(&address) {
                self.broken(
                    "I-1",
                    format!("a mail for {address}, who is no reader of any edition"),
                );
            }
        }
    }

    fn may_end(&self, row: &Row) -> bool {
        let status = row.status.as_str();
        let word = row.address.rsplit_once('-').map_or("", |(word, _)| word);
        let declared = self
            .bounds
            .ends
            .get(word)
            .map_or(&["sent"][..], Vec::as_slice);
        let is_gone = self.acked.contains(row.subscription.as_str());
        declared.contains(&status)
            // The copy's reply was lost too.
            || (status == "unknown" && (row.unknowns >= 2 || (row.unknowns >= 1 && is_gone)))
            || (is_gone && ["cancelled", "suppressed"].contains(&status))
    }

    /// I-2: one copy, and at most one more where a reply was lost; then the same one.
    fn duplication(&mut self) {
        let mut extras = 0;
        let mut found = Vec::new();
        for (address, rows) in &self.rows {
            let kept = self.kept_for(address);
            let ids: BTreeSet<&str> = kept.iter().map(|event| event.msgid.as_str()).collect();
            let bytes: BTreeSet<(&str, &str)> = kept
                .iter()
                .map(|event| (event.msgid.as_str(), event.sha256.as_str()))
                .collect();
            if ids.len() > rows.len() || bytes.len() > ids.len() {
                found.push(format!("copies of {address} differ: {bytes:?}"));
            }
            let more = kept.len() - ids.len();
            let lost: usize = rows
                .iter()
                .map(|row| usize::try_from(row.unknowns).unwrap())
                .sum();
            if more > lost || more > rows.len() {
                found.push(format!(
                    "{} copies for {address}, {lost} lost replies",
                    kept.len()
                ));
            }
            extras += more;
        }
        self.verdict.duplicates = extras;
        self.verdict.duplicate_bound = self.bounds.extra_copies + self.verdict.lost_replies;
        if extras > self.verdict.duplicate_bound {
            found.push(format!(
                "{extras} extra copies, at most {}",
                self.verdict.duplicate_bound
            ));
        }
        let unknown: u32 = self.facts.rows.iter().map(|row| row.unknowns).sum();
        if usize::try_from(unknown).unwrap() > self.bounds.most_unknown {
            found.push(format!(
                "{unknown} lost replies, at most {}",
                self.bounds.most_unknown
            ));
        }
        for evidence in found {
            self.broken("I-2", evidence);
        }
    }

    /// I-3: nothing begins after the acknowledgement, except what was under way at that moment.
    fn unsubscribes(&mut self) {
        let facts = self.facts;
        let by_subscription: BTreeMap<&str, &Row> = facts
            .rows
            .iter()
            .map(|row| (row.subscription.as_str(), row))
            .collect();
        let mut begun: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for event in facts.events.iter().filter(|event| event.phase == "rcpt") {
            begun.entry(&event.rcpt).or_default().push(event.t_mail);
        }
        for ack in &facts.acks {
            let Some(row) = by_subscription.get(ack.subscription.as_str()) else {
                continue;
            };
            let times = begun
                .get(row.address.as_str())
                .map_or(&[][..], Vec::as_slice);
            for late in times
                .iter()
                .filter_map(|t| t.checked_sub(ack.t))
                .filter(|late| *late > 0)
            {
                if ["cancelled", "suppressed"].contains(&row.status.as_str()) || late > GRACE_MICROS
                {
                    self.verdict.after_ack += 1;
                    self.broken(
                        "I-3",
                        format!("begun {late} microseconds after the acknowledgement: {row:?}"),
                    );
                } else {
                    self.verdict.in_flight += 1;
                    self.verdict.latest_micros = self.verdict.latest_micros.max(late);
                }
            }
        }
    }

    /// I-4 and I-6.
    fn consent_and_accounting(&mut self) {
        let facts = self.facts;
        for row in facts.rows.iter().filter(|row| !row.has_consent) {
            self.broken("I-4", format!("no opt-in from before the edition: {row:?}"));
        }
        for edition in &facts.editions {
            let rows: Vec<&Row> = facts
                .rows
                .iter()
                .filter(|row| row.edition == edition.id)
                .collect();
            if rows.len() != edition.recipients {
                self.broken("I-6", format!("{} rows of {edition:?}", rows.len()));
            }
            let open = rows
                .iter()
                .filter(|row| !ENDS.contains(&row.status.as_str()) || row.will_retry);
            let open = open.count();
            if edition.status == "done" && open > 0 {
                self.broken("I-6", format!("done with {open} open rows: {edition:?}"));
            }
        }
        for imbalance in &facts.imbalances {
            self.broken("I-6", imbalance.clone());
        }
    }

    /// I-5 and I-10.
    fn editions(&mut self) {
        let facts = self.facts;
        let mut slots = BTreeSet::new();
        for edition in &facts.editions {
            if !slots.insert((&edition.newsletter, &edition.slot)) {
                self.broken("I-5", format!("a second edition of one slot: {edition:?}"));
            }
            if !self.bounds.edition_ends.contains(&edition.status.as_str()) {
                self.broken("I-10", format!("it did not end: {edition:?}"));
            }
        }
        if facts.editions.len() != self.bounds.editions {
            self.broken(
                "I-5",
                format!(
                    "{} editions, not {}",
                    facts.editions.len(),
                    self.bounds.editions
                ),
            );
        }
    }

    /// I-8: each acknowledged sign-up brings one mail.
    fn signups(&mut self) {
        for address in &self.facts.signups {
            let copies = self.kept_for(address).len();
            if copies != 1 {
                self.broken(
                    "I-8",
                    format!("{copies} mails for the sign-up of {address}"),
                );
            }
        }
    }

    /// I-11 and I-12.
    fn resources(&mut self) {
        let facts = self.facts;
        if facts.idle_transactions > 0 {
            self.broken(
                "I-11",
                format!("{} sessions sit in a transaction", facts.idle_transactions),
            );
        }
        if facts.peak_kib > self.bounds.memory_kib {
            self.broken("I-12", format!("a process took {} KiB", facts.peak_kib));
        }
    }
}
