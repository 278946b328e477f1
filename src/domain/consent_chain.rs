//! Looks for what was tampered with in chains of evidence, one chain after the other.
//!
//! A row whose seal is broken may stand in the wrong place. So places whose own row was not found are remembered until the end, and
//! each such row is tried in each of them: which fits was moved. As many as `MOST_KEPT` are remembered; rows beyond that are
//! said to be changed.

use ring::digest;

use super::consent_seal::{Evidence, EvidenceKeys, Head, Moment, Seal, hex};
use super::id::{ConsentId, NewsletterId, SubscriptionId};
use super::text_column::text_enum;

/// So many rows and places are kept for the end. Each row is tried in each place.
const MOST_KEPT: usize = 1000;

text_enum! {
    /// What is wrong with a row or a chain.
    pub enum Fault {
        /// A field of the row is not what was written.
        Changed => "changed",
        /// A row that was written is not there.
        Missing => "missing",
        /// A row is there that was never written.
        Inserted => "inserted",
        /// A row was written at another place.
        Moved => "moved",
        /// The newest rows are not there.
        CutOff => "cut_off",
        /// Where the chain ends is not what was written.
        HeadChanged => "head_changed",
        /// The secret that sealed the row is not among the settings, so nobody can tell.
        UnknownKey => "unknown_key",
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Finding {
    /// Which row, if it is there.
    pub consent_id: Option<ConsentId>,
    /// In which chain.
    pub subscription_id: SubscriptionId,
    /// At which place, from 1.
    pub number: i32,
    /// What kind of thing.
    pub fault: Fault,
    /// The same in one sentence.
    pub detail: String,
}

/// One subscription's evidence as it stands in the database.
#[derive(Debug, Clone)]
pub struct Chain {
    /// Whose.
    pub subscription_id: SubscriptionId,
    /// To which newsletter.
    pub newsletter_id: NewsletterId,
    /// Whether more than a request was made, which leaves evidence.
    pub is_settled: bool,
    /// Where it ends.
    pub head: Option<Head>,
    /// By number.
    pub rows: Vec<Evidence>,
}

/// A place whose own row is not there.
struct Gap {
    subscription_id: SubscriptionId,
    newsletter_id: NewsletterId,
    number: i32,
}

/// A row whose seal is broken.
struct Suspect {
    row: Evidence,
    fault: Fault,
}

/// Looks at chains, and remembers what it needs to tell what was moved.
pub struct Auditor<'a> {
    keys: &'a EvidenceKeys,
    gaps: Vec<Gap>,
    suspects: Vec<Suspect>,
}

impl<'a> Auditor<'a> {
    /// One that has seen nothing.
    #[must_use]
    pub fn new(keys: &'a EvidenceKeys) -> Self {
        Self {
            keys,
            gaps: Vec::new(),
            suspects: Vec::new(),
        }
    }

    /// What is wrong with one chain alone; [`Auditor::finish`] tells the rest.
    #[must_use]
    pub fn look_at(&mut self, chain: &Chain) -> Vec<Finding> {
        let mut findings = Vec::new();
        let sealed = chain.head.as_ref().map_or(0, |head| head.number);
        let mut before: Option<(&Evidence, Seal)> = None;
        for row in &chain.rows {
            let expected = before.map_or(1, |(before, _)| before.number.saturating_add(1));
            for number in (expected..row.number).take(MOST_KEPT) {
                findings.push(chain.missing(number, Fault::Missing));
                self.remember(chain, number);
            }
            let seal = self.keys.check_row(row, chain.newsletter_id);
            let is_second = before.is_some_and(|(before, _)| before.number >= row.number);
            match seal {
                Seal::Whole => findings.extend(follows(row, before)),
                Seal::UnknownKey => findings.push(row_finding(row, Fault::UnknownKey)),
                Seal::Broken => {
                    let is_extra = is_second || row.number > sealed;
                    if !is_extra {
                        self.remember(chain, row.number);
                    }
                    findings.extend(self.suspect(row, is_extra));
                }
            }
            before = Some((row, seal));
        }
        findings.extend(self.look_at_end(chain, before));
        findings
    }

    fn look_at_end(&mut self, chain: &Chain, last: Option<(&Evidence, Seal)>) -> Vec<Finding> {
        let Some(head) = &chain.head else {
            return no_head(chain, last);
        };
        let there = last.map_or(0, |(row, _)| row.number);
        let finding = |fault| Finding {
            consent_id: last
                .filter(|(row, _)| row.number == head.number)
                .map(|(row, _)| row.id),
            subscription_id: chain.subscription_id,
            number: head.number,
            fault,
            detail: detail(fault).to_owned(),
        };
        match self.keys.check_head(head, chain.newsletter_id) {
            Seal::Whole => {}
            Seal::Broken => return vec![finding(Fault::HeadChanged)],
            Seal::UnknownKey => return vec![finding(Fault::UnknownKey)],
        }
        let lacking = (there.saturating_add(1)..=head.number).take(MOST_KEPT);
        let mut findings: Vec<Finding> = lacking
            .map(|number| {
                self.remember(chain, number);
                chain.missing(number, Fault::CutOff)
            })
            .collect();
        // A row whose seal is whole stands after the end, or in place of the newest: an older state was put back in part.
        let is_other = chain.rows.iter().any(|row| {
            let is_whole = self.keys.check_row(row, chain.newsletter_id) == Seal::Whole;
            is_whole
                && (row.number > head.number || row.number == head.number && row.hash != head.hash)
        });
        if is_other {
            findings.push(finding(Fault::HeadChanged));
        }
        findings
    }

    fn remember(&mut self, chain: &Chain, number: i32) {
        if self.gaps.len() < MOST_KEPT {
            self.gaps.push(Gap {
                subscription_id: chain.subscription_id,
                newsletter_id: chain.newsletter_id,
                number,
            });
        }
    }

    fn suspect(&mut self, row: &Evidence, is_extra: bool) -> Option<Finding> {
        let fault = if is_extra {
            Fault::Inserted
        } else {
            Fault::Changed
        };
        if self.suspects.len() >= MOST_KEPT {
            return Some(row_finding(row, fault));
        }
        self.suspects.push(Suspect {
            row: row.clone(),
            fault,
        });
        None
    }

    /// What is wrong with the rows whose seals are broken.
    #[must_use]
    pub fn finish(self) -> Vec<Finding> {
        let Self {
            keys,
            gaps,
            suspects,
        } = self;
        let written_at = |row: &Evidence| {
            gaps.iter().find(|gap| {
                let there = Evidence {
                    subscription_id: gap.subscription_id,
                    number: gap.number,
                    ..row.clone()
                };
                keys.check_row(&there, gap.newsletter_id) == Seal::Whole
            })
        };
        let findings = suspects.iter().map(|suspect| {
            let row = &suspect.row;
            match written_at(row) {
                Some(gap) if gap.subscription_id == row.subscription_id => Finding {
                    detail: format!("the row was written as number {}", gap.number),
                    ..row_finding(row, Fault::Moved)
                },
                Some(gap) => Finding {
                    detail: format!(
                        "the row was written as number {} of subscription {}",
                        gap.number, gap.subscription_id
                    ),
                    ..row_finding(row, Fault::Moved)
                },
                None => row_finding(row, suspect.fault),
            }
        });
        findings.collect()
    }
}

impl Chain {
    fn missing(&self, number: i32, fault: Fault) -> Finding {
        Finding {
            consent_id: None,
            subscription_id: self.subscription_id,
            number,
            fault,
            detail: detail(fault).to_owned(),
        }
    }
}

/// A row whose seal is whole names the hash of the one before it.
fn follows(row: &Evidence, before: Option<(&Evidence, Seal)>) -> Option<Finding> {
    let (before, Seal::Whole) = before? else {
        return None;
    };
    let is_next = before.number.saturating_add(1) == row.number;
    (is_next && row.previous_hash.as_ref() != Some(&before.hash)).then(|| Finding {
        detail: "another row was before it when it was written".to_owned(),
        ..row_finding(row, Fault::Changed)
    })
}

/// A chain without an end: nobody can tell where it ended.
fn no_head(chain: &Chain, last: Option<(&Evidence, Seal)>) -> Vec<Finding> {
    match last {
        Some((row, _)) => vec![Finding {
            detail: "where the chain ends was deleted".to_owned(),
            ..row_finding(row, Fault::HeadChanged)
        }],
        None if chain.is_settled => vec![Finding {
            detail: "there is no evidence, although the reader confirmed or left".to_owned(),
            ..chain.missing(1, Fault::CutOff)
        }],
        None => Vec::new(),
    }
}

/// A finding about a row.
#[must_use]
pub fn row_finding(row: &Evidence, fault: Fault) -> Finding {
    Finding {
        consent_id: Some(row.id),
        subscription_id: row.subscription_id,
        number: row.number,
        fault,
        detail: detail(fault).to_owned(),
    }
}

fn detail(fault: Fault) -> &'static str {
    match fault {
        Fault::Changed => "a field of the row, or of its subscription, is not what was written",
        Fault::Missing => "the row was deleted",
        Fault::Inserted => "the row was never written by this server",
        Fault::Moved => "the row was written at another place",
        Fault::CutOff => "the row at the end of the chain was deleted",
        Fault::HeadChanged => "where the chain ends is not what was written",
        Fault::UnknownKey => {
            "sealed with a secret that is not in the settings; add it to links.previous_secret_keys"
        }
    }
}

/// One SHA-256 over where all chains end.
pub struct Digest(digest::Context);

impl Default for Digest {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Digest {
    /// Takes a chain in: its newest row that was recorded by `until`. Chains must come in the order of their subscriptions.
    pub fn take(&mut self, chain: &Chain, until: Option<Moment>) {
        let mut rows = chain.rows.iter().rev();
        let newest = rows.find(|row| until.is_none_or(|until| row.recorded_at <= until));
        if let Some(row) = newest {
            self.0.update(chain.subscription_id.as_uuid().as_bytes());
            self.0.update(&row.number.to_be_bytes());
            self.0.update(&row.hash);
        }
    }

    /// Its 64 hexadecimal digits.
    #[must_use]
    pub fn finish(self) -> String {
        hex(self.0.finish().as_ref())
    }
}
