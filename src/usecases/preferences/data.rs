//! What is held about a reader: all of it handed over, or deleted. Readers need a link that was mailed on request.

use diesel::PgConnection;
use jiff::Timestamp;

use super::{Access, Error, open_mailed};
use crate::domain::consent::Consent;
use crate::domain::email_address::EmailAddress;
use crate::domain::erasure::Standing;
use crate::domain::id::{NewsletterId, SignupId, SubscriberId, SubscriptionId};
use crate::domain::link_token::LinkKeys;
use crate::domain::newsletter::Newsletter;
use crate::domain::reader_link::ReaderLink;
use crate::domain::rhythm::Rhythm;
use crate::domain::signup::Signup;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::Subscription;
use crate::store::person::{self, HeldEdition, HeldMail};
use crate::store::{
    self, consents, erasures, newsletters, openings, rhythms, subscribers, subscriptions,
};

/// Everything.
#[derive(Debug, Clone)]
pub struct Held {
    /// The reader.
    pub access: Access,
    /// What was ever asked for.
    pub subscriptions: Vec<(Subscription, Newsletter)>,
    /// Own rhythms of the subscriptions.
    pub rhythms: Vec<Rhythm>,
    /// The evidence.
    pub consents: Vec<Consent>,
    /// The sign-ups, with the pages from which they came.
    pub signups: Vec<Signup>,
    /// When the pages of their links were first opened, as far as they were.
    pub openings: Vec<(SignupId, Timestamp)>,
    /// The newsletters of the sign-ups.
    pub asked: Vec<Newsletter>,
    /// The editions that were meant for the reader.
    pub editions: Vec<HeldEdition>,
    /// The single mails.
    pub mails: Vec<HeldMail>,
    /// Links that were asked for, and changes of address.
    pub links: Vec<ReaderLink>,
}

/// Hands over everything.
///
/// # Errors
/// [`Error::NeedsMailedLink`] and what [`super::show`] says.
pub fn export(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Held, Error> {
    let access = open_mailed(conn, now, keys, token)?;
    let id = access.subscriber.id;
    let subscriptions = subscriptions::all_of(conn, id)?;
    let ids: Vec<SubscriptionId> = subscriptions.iter().map(|(row, _)| row.id).collect();
    let own: Vec<_> = subscriptions
        .iter()
        .filter_map(|(row, _)| row.rhythm_id)
        .collect();
    let signups = person::signups(conn, id)?;
    let asked: Vec<NewsletterId> = signups
        .iter()
        .flat_map(|signup| signup.newsletter_ids.iter().copied())
        .collect();
    let links: Vec<SignupId> = signups.iter().map(|signup| signup.id).collect();
    Ok(Held {
        openings: openings::of_signups(conn, &links)?,
        rhythms: rhythms::find_all(conn, &own)?,
        consents: consents::of_subscriptions(conn, &ids)?,
        asked: newsletters::find_all(conn, &asked)?,
        editions: person::editions(conn, id)?,
        mails: person::mails(conn, id)?,
        links: person::links(conn, id)?,
        access,
        subscriptions,
        signups,
    })
}

/// Whether the link may erase; returns whose it is.
///
/// # Errors
/// As [`export`].
pub fn look_at_erasing(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Access, Error> {
    open_mailed(conn, now, keys, token)
}

/// Deletes everything. What stays is a keyed hash, which keeps anybody but the reader from bringing the address back.
///
/// # Errors
/// As [`export`].
pub fn erase(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Access, Error> {
    let access = open_mailed(conn, now, keys, token)?;
    let subscriber = subscribers::lock(conn, access.subscriber.id)?.ok_or(Error::UnknownLink)?;
    erase_locked(conn, now, keys, &subscriber)?;
    Ok(access)
}

/// Why the newsroom's wish to erase a reader was not followed.
#[derive(Debug, thiserror::Error)]
pub enum NewsroomError {
    /// There is no such reader, and none with this address was erased.
    #[error("there is no such subscriber")]
    NotFound,
    /// The address is another reader's or nobody's.
    #[error("is not the address of this subscriber; nothing was deleted")]
    OtherAddress,
    /// The database failed.
    #[error("cannot delete the subscriber")]
    Store(#[from] store::Error),
}

/// The same for the newsroom, when a reader asks for it in another way than by the link: the address says that this reader is
/// meant. Once more does nothing.
///
/// # Errors
/// [`NewsroomError`].
pub fn erase_for_newsroom(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    id: SubscriberId,
    address: &EmailAddress,
) -> Result<(), NewsroomError> {
    let Some(subscriber) = subscribers::lock(conn, id)? else {
        return match erasures::standing(conn, keys, &address.key())? {
            Standing::Erased | Standing::ErasedAndSuppressed => Ok(()),
            Standing::Free | Standing::Suppressed => Err(NewsroomError::NotFound),
        };
    };
    if subscriber.address_key != address.key() {
        return Err(NewsroomError::OtherAddress);
    }
    Ok(erase_locked(conn, now, keys, &subscriber)?)
}

fn erase_locked(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    subscriber: &Subscriber,
) -> Result<(), store::Error> {
    subscriptions::lock_all_of(conn, subscriber.id)?;
    erasures::erase(conn, keys, subscriber.id, &subscriber.address_key, now)
}
