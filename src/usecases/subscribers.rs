//! The newsroom adds, finds and unsubscribes readers.
//!
//! Adding says where the consent comes from, and never raises it: a reader who left stays away, a suppressed
//! address stays suppressed, and both are told in the answer.

use diesel::PgConnection;
use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::consent::{Consent, ConsentAction, ConsentSource, Scribe, Witness, Wording};
use crate::domain::email_address::EmailAddress;
use crate::domain::erasure::Standing;
use crate::domain::id::{SubscriberId, SubscriptionId};
use crate::domain::language::Language;
use crate::domain::link_token::LinkKeys;
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::store::{
    self, consents, erasures, newsletters, subscribers, subscriptions, suppressions,
};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such subscriber.
    #[error("there is no such subscriber")]
    NotFound,
    /// There is no newsletter with this slug, or it has ended.
    #[error("there is no newsletter {0}")]
    UnknownNewsletter(Slug),
    /// No newsletter was named.
    #[error("no newsletter was named")]
    NoNewsletter,
    /// The database failed.
    #[error("cannot read or write the subscriber")]
    Store(#[from] store::Error),
}

/// A reader to add, with the consent that the newsroom holds.
#[derive(Debug, Clone)]
pub struct Addition {
    /// Who.
    pub address: EmailAddress,
    /// What the reader gets from now on; at least one.
    pub newsletters: Vec<Slug>,
    /// The language of the mails.
    pub language: Language,
    /// By which door, for the evidence.
    pub door: ConsentSource,
    /// What the reader agreed to and where, in the words of the newsroom.
    pub consent: String,
    /// The page, if there was one.
    pub page_url: Option<String>,
    /// When the reader agreed.
    pub consented_at: Timestamp,
    /// From what the addition came.
    pub witness: Witness,
}

/// What adding did for one newsletter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// The reader gets it from now on.
    Added,
    /// The reader got it before.
    Already,
    /// The reader left it once and stays away.
    LeftBefore,
    /// Nothing is ever sent to this address.
    Suppressed,
    /// The reader had everything deleted, and comes back only by signing up and confirming.
    Erased,
}

/// A subscriber with subscriptions and evidence.
#[derive(Debug, Clone)]
pub struct Detail {
    /// Who.
    pub subscriber: Subscriber,
    /// Whether nothing is ever sent to this address.
    pub is_suppressed: bool,
    /// What was asked for, with the newsletter.
    pub subscriptions: Vec<(Subscription, Newsletter)>,
    /// The evidence, oldest first.
    pub consents: Vec<Consent>,
}

/// The reader, unless nothing may be stored of one who had everything deleted, and what became of each newsletter.
pub type Outcome = (Option<Subscriber>, Vec<(Slug, Added)>);

/// Adds a reader. Of an address that was erased nothing is stored, and no subscriber returned, unless its reader has asked
/// for something anew.
///
/// # Errors
/// [`Error::UnknownNewsletter`], [`Error::NoNewsletter`].
pub fn add(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    addition: &Addition,
) -> Result<Outcome, Error> {
    if addition.newsletters.is_empty() {
        return Err(Error::NoNewsletter);
    }
    let found = newsletters::active_by_slugs(conn, &addition.newsletters)?;
    if let Some(unknown) = addition
        .newsletters
        .iter()
        .find(|slug| found.iter().all(|row| row.slug != **slug))
    {
        return Err(Error::UnknownNewsletter(unknown.clone()));
    }
    let standing = erasures::standing(conn, keys, &addition.address.key())?;
    if let Some(result) = keeps_out(standing) {
        let known = subscribers::find_by_address(conn, &addition.address)?;
        let results = found.iter().map(|row| (row.slug.clone(), result));
        return Ok((known, results.collect()));
    }
    let is_suppressed = standing.is_suppressed();
    let subscriber = subscribers::upsert(conn, new_subscriber(now, addition))?;
    let ids: Vec<_> = found.iter().map(|newsletter| newsletter.id).collect();
    let known = subscriptions::lock_of(conn, subscriber.id, &ids)?;
    let scribe = Scribe {
        now,
        keys: keys.evidence(),
        witness: &addition.witness,
    };
    let mut results = Vec::new();
    let mut evidence = Vec::new();
    for newsletter in &found {
        let before = known.iter().find(|row| row.newsletter_id == newsletter.id);
        let result = if is_suppressed {
            Added::Suppressed
        } else {
            add_one(before)
        };
        if result == Added::Added {
            let id = activate(conn, now, addition, subscriber.id, newsletter, before)?;
            let wording = Wording {
                text: addition.consent.clone(),
                language: addition.language.clone(),
            };
            let page = addition.page_url.clone();
            let note = scribe
                .note(id, ConsentAction::Added, addition.door, &wording, page)
                .obtained(addition.consented_at);
            evidence.push(if before.is_none() {
                note.beginning(newsletter.id, &subscriber.address)
            } else {
                note
            });
        }
        results.push((newsletter.slug.clone(), result));
    }
    consents::insert(conn, scribe.keys, evidence)?;
    Ok((Some(subscriber), results))
}

/// What is told about an address of which nothing is to be stored.
fn keeps_out(standing: Standing) -> Option<Added> {
    match standing {
        Standing::Free | Standing::Suppressed => None,
        Standing::Erased => Some(Added::Erased),
        Standing::ErasedAndSuppressed => Some(Added::Suppressed),
    }
}

fn add_one(before: Option<&Subscription>) -> Added {
    match before.map(|before| (before.status, before.status.add())) {
        Some((_, Err(_))) => Added::LeftBefore,
        Some((before, Ok(after))) if before == after => Added::Already,
        None | Some((_, Ok(_))) => Added::Added,
    }
}

fn activate(
    conn: &mut PgConnection,
    now: Timestamp,
    addition: &Addition,
    subscriber_id: SubscriberId,
    newsletter: &Newsletter,
    before: Option<&Subscription>,
) -> Result<SubscriptionId, Error> {
    let after = Subscription {
        id: before.map_or_else(|| SubscriptionId::new(now), |before| before.id),
        subscriber_id,
        newsletter_id: newsletter.id,
        status: SubscriptionStatus::Active,
        language: addition.language.clone(),
        link_nonce: before.map_or_else(Uuid::new_v4, |before| before.link_nonce),
        requested_at: addition.consented_at,
        confirmed_at: Some(addition.consented_at),
        ended_at: None,
        rhythm_id: before.and_then(|before| before.rhythm_id),
        sent_until: before.and_then(|before| before.sent_until),
        left_as: None,
        paused_until: None,
        is_text_only: before.is_some_and(|before| before.is_text_only),
        has_given_reason: false,
    };
    let id = after.id;
    if before.is_some() {
        subscriptions::update(conn, &after)?;
    } else {
        subscriptions::insert(conn, after)?;
    }
    Ok(id)
}

fn new_subscriber(now: Timestamp, addition: &Addition) -> Subscriber {
    Subscriber {
        id: SubscriberId::new(now),
        address: addition.address.clone(),
        address_key: addition.address.key(),
        language: addition.language.clone(),
        created_at: now,
    }
}

/// The subscriber with this address.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find_by_address(conn: &mut PgConnection, address: &EmailAddress) -> Result<Detail, Error> {
    let subscriber = subscribers::find_by_address(conn, address)?.ok_or(Error::NotFound)?;
    detail(conn, subscriber)
}

/// The subscriber with this id.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut PgConnection, id: SubscriberId) -> Result<Detail, Error> {
    let subscriber = subscribers::find(conn, id)?.ok_or(Error::NotFound)?;
    detail(conn, subscriber)
}

fn detail(conn: &mut PgConnection, subscriber: Subscriber) -> Result<Detail, Error> {
    let is_suppressed = suppressions::contains(conn, &subscriber.address_key)?;
    let subscriptions = subscriptions::all_of(conn, subscriber.id)?;
    let ids: Vec<SubscriptionId> = subscriptions
        .iter()
        .map(|(subscription, _)| subscription.id)
        .collect();
    let consents = consents::of_subscriptions(conn, &ids)?;
    Ok(Detail {
        subscriber,
        is_suppressed,
        subscriptions,
        consents,
    })
}

/// Ends a reader's subscription to `newsletter`, or to all; returns the reader as it is then.
///
/// # Errors
/// [`Error::NotFound`], [`Error::UnknownNewsletter`].
pub fn unsubscribe(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    witness: &Witness,
    id: SubscriberId,
    newsletter: Option<&Slug>,
) -> Result<Detail, Error> {
    let scribe = Scribe {
        now,
        keys: keys.evidence(),
        witness,
    };
    let before = find(conn, id)?;
    if let Some(slug) = newsletter
        && before
            .subscriptions
            .iter()
            .all(|(_, newsletter)| newsletter.slug != *slug)
    {
        return Err(Error::UnknownNewsletter(slug.clone()));
    }
    let ids: Vec<_> = before
        .subscriptions
        .iter()
        .filter(|(_, row)| newsletter.is_none_or(|slug| row.slug == *slug))
        .map(|(_, row)| row.id)
        .collect();
    let mut evidence = Vec::new();
    for subscription in subscriptions::lock_of(conn, id, &ids)? {
        if subscription.status == SubscriptionStatus::Unsubscribed {
            continue;
        }
        let status = subscription.status.unsubscribe();
        let after = Subscription {
            status,
            ended_at: Some(now),
            // The reader cannot undo what the newsroom did.
            left_as: None,
            ..subscription
        };
        subscriptions::update(conn, &after)?;
        let wording = Wording {
            text: "unsubscribed by the newsroom".to_owned(),
            language: after.language.clone(),
        };
        let action = ConsentAction::Withdrawn;
        evidence.push(scribe.note(after.id, action, ConsentSource::Api, &wording, None));
    }
    consents::insert(conn, scribe.keys, evidence)?;
    find(conn, id)
}
