//! Anybody reads editions that were sent: lists, feeds and pages, as each newsletter allows.
//!
//! # A reader's own feed
//!
//! Holds exactly what the ledger says went to this reader: editions that the reader's mail server took, of whatever rhythm and
//! selection, with what a pause or another rhythm brought later, and notices of corrections. Not what *would* have gone. A mail
//! that bounced, expired or was cancelled is missed and told of in a later edition; one of which nobody knows (`unknown`) may
//! not have been read; and whoever pauses wanted nothing. A feed that guessed would disagree with the mails about what a reader
//! has had, and the choice of the next edition goes by the mails.
//!
//! It shows editions as they are now: with corrected subject and line, without those that were stopped or wholly taken back.
//! Whoever holds its link reads along and can do nothing else: the token is for this purpose, and there is no other in the feed.
//! It ends with the subscription, on the list of addresses that are never written to, and with the reader's erasure, which
//! deletes the row without which no token is true.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::edition::Edition;
use crate::domain::edition_address::EditionAddress;
use crate::domain::id::{EditionId, NewsletterId, SubscriptionId};
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::look::Archive;
use crate::domain::newsletter::Newsletter;
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::domain::subscription::SubscriptionStatus;
use crate::store::archive::Line;
use crate::store::{
    self, archive as rows, looks, newsletters, subscribers, subscriptions, suppressions,
};

pub use crate::store::archive::Key;

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No such newsletter or edition, or none that this visitor may see here.
    #[error("there is no such page in the archive")]
    NotFound,
    /// No feed of a reader: cut off, made up, revoked, for another purpose, or of a newsletter without such feeds.
    #[error("this link is not known")]
    UnknownLink,
    /// The reader has left, or nothing may be sent to the address any more.
    #[error("this subscription has ended, and its feed with it")]
    Ended,
    /// The database failed.
    #[error("cannot read the archive")]
    Store(#[from] store::Error),
}

/// An edition in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The edition.
    pub edition: Edition,
    /// The headlines after the first.
    pub preheader: String,
    /// Its name in the archive.
    pub address: Option<EditionAddress>,
    /// When it was last corrected.
    pub corrected_at: Option<Timestamp>,
}

impl From<Line> for Listed {
    fn from((edition, preheader, address, corrected_at): Line) -> Self {
        Self {
            edition,
            preheader,
            address,
            corrected_at: corrected_at.map(jiff_diesel::Timestamp::to_jiff),
        }
    }
}

impl Listed {
    /// Its page in the archive.
    #[must_use]
    pub fn url(&self, site: &Site, newsletter: &Slug) -> String {
        match &self.address {
            Some(address) => site.archived_edition_url(newsletter, address),
            None => self.first_url(site, newsletter),
        }
    }

    /// Its page under its id: where it stood before it had a name, and what feeds know it by.
    #[must_use]
    pub fn first_url(&self, site: &Site, newsletter: &Slug) -> String {
        site.archived_edition_url(newsletter, &self.edition.id)
    }
}

/// An edition to read.
#[derive(Debug, Clone)]
pub struct Page {
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// Whether search engines may come.
    pub archive: Archive,
    /// The edition.
    pub listed: Listed,
    /// The page for nobody in particular, as it was frozen.
    pub html: String,
}

/// What one reader was sent.
#[derive(Debug, Clone)]
pub struct OwnFeed {
    /// By which subscription.
    pub subscription: SubscriptionId,
    /// Of which newsletter.
    pub newsletter: Newsletter,
    /// Whether its pages are in the archive.
    pub archive: Archive,
    /// Newest first.
    pub listed: Vec<Listed>,
    /// When anything in it last changed.
    pub changed_at: Timestamp,
}

/// Newsletters whose archive is public, in the order of making.
///
/// # Errors
/// Database errors.
pub fn shelves(conn: &mut PgConnection) -> Result<Vec<Newsletter>, Error> {
    let all = newsletters::active(conn)?;
    let ids: Vec<NewsletterId> = all.iter().map(|newsletter| newsletter.id).collect();
    let looks = looks::find_all(conn, &ids)?;
    let is_public = |newsletter: &Newsletter| {
        looks
            .get(&newsletter.id)
            .is_none_or(|look| look.archive == Archive::Public)
    };
    Ok(all.into_iter().filter(is_public).collect())
}

/// A page of a newsletter's editions, newest first.
///
/// # Errors
/// [`Error::NotFound`] when its archive is not public.
pub fn shelf(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    before: Option<EditionId>,
    limit: i64,
) -> Result<(Newsletter, Vec<Listed>), Error> {
    let (newsletter, archive) = open(conn, slug)?;
    if archive != Archive::Public {
        return Err(Error::NotFound);
    }
    let found = rows::page(conn, now, newsletter.id, before, limit)?;
    let listed = found.into_iter().map(Listed::from);
    Ok((newsletter, listed.collect()))
}

/// One edition of a newsletter.
///
/// # Errors
/// [`Error::NotFound`] when it was not sent, or the newsletter has no archive.
pub fn edition(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    key: &Key,
) -> Result<Page, Error> {
    let (newsletter, archive) = open(conn, slug)?;
    if archive == Archive::Off {
        return Err(Error::NotFound);
    }
    let (line, html) = rows::find(conn, now, newsletter.id, key)?.ok_or(Error::NotFound)?;
    Ok(Page {
        newsletter,
        archive,
        listed: line.into(),
        html,
    })
}

/// What one reader was sent, the newest `limit` editions; the module says what belongs to it.
///
/// # Errors
/// [`Error::UnknownLink`], also for a reader who was erased; [`Error::Ended`] for one who has left, until they have confirmed
/// again, and for one whose address is suppressed.
pub fn of_reader(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    token: &str,
    limit: i64,
) -> Result<OwnFeed, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    let subscription = subscriptions::find(conn, SubscriptionId::from(token.id))?
        .filter(|it| keys.verify(Purpose::ReadersFeed, &token, it.link_nonce))
        .ok_or(Error::UnknownLink)?;
    let look = looks::find(conn, subscription.newsletter_id)?
        .filter(|look| look.readers_feed)
        .ok_or(Error::UnknownLink)?;
    let reader = subscribers::find(conn, subscription.subscriber_id)?.ok_or(Error::UnknownLink)?;
    let is_confirmed =
        [SubscriptionStatus::Active, SubscriptionStatus::Paused].contains(&subscription.status);
    if !is_confirmed || suppressions::contains(conn, &reader.address_key)? {
        return Err(Error::Ended);
    }
    let newsletter = newsletters::find_all(conn, &[subscription.newsletter_id])?
        .pop()
        .ok_or(Error::UnknownLink)?;
    let found = rows::sent_to(conn, newsletter.id, subscription.id, limit)?;
    let listed: Vec<Listed> = found.into_iter().map(Listed::from).collect();
    let is_full = i64::try_from(listed.len()).is_ok_and(|count| count >= limit);
    let oldest = listed.last().filter(|_| is_full).map(|one| one.edition.id);
    let settled = rows::changed_at(conn, newsletter.id, subscription.id, oldest)?;
    let described = newsletter.updated_at.max(look.updated_at);
    Ok(OwnFeed {
        subscription: subscription.id,
        archive: look.archive,
        changed_at: settled.map_or(described, |at| at.max(described)),
        newsletter,
        listed,
    })
}

fn open(conn: &mut PgConnection, slug: &Slug) -> Result<(Newsletter, Archive), Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let look = looks::find(conn, newsletter.id)?;
    Ok((
        newsletter,
        look.map_or(Archive::Public, |look| look.archive),
    ))
}
