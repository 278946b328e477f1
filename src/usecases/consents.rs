//! Evidence of consent is checked, and certified to others.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::consent_chain::{Auditor, Chain, Digest, Fault, Finding, row_finding};
use crate::domain::consent_seal::EvidenceKeys;
use crate::domain::consent_signature::PublicKey;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{NewsletterId, SubscriberId, SubscriptionId};
use crate::domain::link_token::LinkKeys;
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::Subscription;
use crate::store::{self, consents, newsletters, subscribers, subscriptions};

/// So many chains are read at a time.
const BATCH: i64 = 1000;

/// Why nothing is checked or certified.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such subscriber.
    #[error("there is no such subscriber")]
    UnknownSubscriber,
    /// There is no newsletter with this slug.
    #[error("there is no newsletter {0}")]
    UnknownNewsletter(Slug),
    /// The reader never asked for this newsletter.
    #[error("the reader never asked for {0}")]
    NoSubscription(Slug),
    /// The database failed.
    #[error("cannot read the evidence of consent")]
    Store(#[from] store::Error),
}

/// What is checked.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Of one newsletter; of all when absent.
    pub newsletter: Option<Slug>,
    /// The digest is of what was recorded by this time; of everything when absent. All is checked in any case.
    pub until: Option<Timestamp>,
}

/// What was checked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Summary {
    /// How many subscriptions.
    pub subscriptions: u64,
    /// How many rows of evidence.
    pub rows: u64,
    /// How many things are wrong.
    pub findings: u64,
    /// See [`Digest`].
    pub digest: String,
}

/// Looks at all chains, as they are at one moment, a thousand at a time; `found` is told what is wrong. Must be the first in its
/// transaction.
///
/// # Errors
/// [`Error::UnknownNewsletter`].
pub fn verify(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    scope: &Scope,
    mut found: impl FnMut(Finding),
) -> Result<Summary, Error> {
    consents::read_one_state(conn)?;
    let newsletter = match &scope.newsletter {
        Some(slug) => Some(newsletter(conn, slug)?.id),
        None => None,
    };
    let mut summary = Summary {
        subscriptions: 0,
        rows: 0,
        findings: 0,
        digest: String::new(),
    };
    let mut tell = |finding: Finding| {
        summary.findings += 1;
        found(finding);
    };
    let (mut auditor, mut digest) = (Auditor::new(keys.evidence()), Digest::default());
    let until = scope.until.map(Into::into);
    let mut after: Option<SubscriptionId> = None;
    loop {
        let batch = consents::chains(conn, newsletter, after, BATCH)?;
        let Some(last) = batch.last() else { break };
        after = Some(last.subscription_id);
        for chain in &batch {
            summary.subscriptions += 1;
            summary.rows += u64::try_from(chain.rows.len()).unwrap_or(u64::MAX);
            digest.take(chain, until);
            auditor.look_at(chain).into_iter().for_each(&mut tell);
        }
    }
    auditor.finish().into_iter().for_each(&mut tell);
    if newsletter.is_none() {
        for row in consents::orphans(conn, BATCH)? {
            tell(row_finding(&row, Fault::Inserted));
        }
    }
    summary.digest = digest.finish();
    Ok(summary)
}

/// The evidence of one subscription.
#[derive(Debug, Clone)]
pub struct Record {
    /// Whose.
    pub subscriber: Subscriber,
    /// To what.
    pub newsletter: Newsletter,
    /// Where it stands now.
    pub subscription: Subscription,
    /// The rows.
    pub chain: Chain,
    /// What is wrong with them; nothing when the chain is whole.
    pub findings: Vec<Finding>,
}

/// The evidence of a subscriber about a newsletter, checked.
///
/// # Errors
/// [`Error::UnknownSubscriber`], [`Error::UnknownNewsletter`], [`Error::NoSubscription`].
pub fn record(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    id: SubscriberId,
    slug: &Slug,
) -> Result<Record, Error> {
    consents::read_one_state(conn)?;
    let subscriber = subscribers::find(conn, id)?.ok_or(Error::UnknownSubscriber)?;
    of(conn, keys, subscriber, slug)
}

/// [`record`] of the subscriber with this address.
///
/// # Errors
/// As there.
pub fn record_of_address(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    address: &EmailAddress,
    slug: &Slug,
) -> Result<Record, Error> {
    consents::read_one_state(conn)?;
    let subscriber =
        subscribers::find_by_address(conn, address)?.ok_or(Error::UnknownSubscriber)?;
    of(conn, keys, subscriber, slug)
}

/// The keys with which others check certificates, the current one first.
#[must_use]
pub fn public_keys(keys: &LinkKeys) -> Vec<PublicKey> {
    keys.evidence().public_keys()
}

fn of(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    subscriber: Subscriber,
    slug: &Slug,
) -> Result<Record, Error> {
    let newsletter = newsletter(conn, slug)?;
    let subscription = subscription(conn, subscriber.id, newsletter.id)?;
    let none = || Error::NoSubscription(slug.clone());
    let subscription = subscription.ok_or_else(none)?;
    let chain = consents::chain(conn, subscription.id)?.ok_or_else(none)?;
    Ok(Record {
        findings: check(keys.evidence(), &chain),
        subscriber,
        newsletter,
        subscription,
        chain,
    })
}

fn check(keys: &EvidenceKeys, chain: &Chain) -> Vec<Finding> {
    let mut auditor = Auditor::new(keys);
    let mut findings = auditor.look_at(chain);
    findings.extend(auditor.finish());
    findings
}

fn newsletter(conn: &mut PgConnection, slug: &Slug) -> Result<Newsletter, Error> {
    let found = newsletters::find_by_slug(conn, slug)?;
    found.ok_or_else(|| Error::UnknownNewsletter(slug.clone()))
}

fn subscription(
    conn: &mut PgConnection,
    subscriber: SubscriberId,
    newsletter: NewsletterId,
) -> Result<Option<Subscription>, Error> {
    let all = subscriptions::all_of(conn, subscriber)?;
    let mut all = all.into_iter().map(|(row, _)| row);
    Ok(all.find(|row| row.newsletter_id == newsletter))
}
