//! The newsroom looks at editions and their mails, and sends itself test copies.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::config;
use crate::domain::delivery::{DeliveryStatus, NewDelivery};
use crate::domain::edition::{Edition, EditionName, EditionStatus, FrozenContent};
use crate::domain::edition_delivery::{EditionDelivery, EditionSend};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{DeliveryId, EditionId, SubscriberId, SubscriptionId};
use crate::domain::newsletter::Newsletter;
use crate::domain::selection::Placement;
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::i18n::Words;
use crate::mail::email::Rendered;
use crate::mail::judge::{self, Judged};
use crate::mail::lint::Report;
use crate::mail::message::{Identity, MessageError};
use crate::mail::splice;
use crate::store::{self, deliveries, edition_deliveries, editions, looks, newsletters, sends};

/// How long a test copy is tried.
const TEST_LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such edition.
    #[error("there is no such edition")]
    NotFound,
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    NoNewsletter,
    /// The edition was skipped and has no content.
    #[error("the edition was skipped and has no content")]
    Skipped,
    /// Its mail cannot be built.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The database failed.
    #[error("cannot read the edition")]
    Store(#[from] store::Error),
}

/// An edition with its articles and where its mails stand.
#[derive(Debug, Clone)]
pub struct Detail {
    /// The edition.
    pub edition: Edition,
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// Publisher's id, title and placement, in the order of reading.
    pub articles: Vec<(String, String, Placement)>,
    /// How many mails stand where; statuses without any are absent.
    pub counts: Vec<(DeliveryStatus, i64)>,
    /// How it is sent; skipped ones are not.
    pub send: Option<EditionSend>,
}

/// An edition of a list, and how it is sent unless it was skipped.
pub type Listed = (Edition, Option<EditionSend>);

/// The edition that a person means.
///
/// # Errors
/// [`Error::NoNewsletter`], and [`Error::NotFound`] when the newsletter has no edition yet. An id is not looked up.
pub fn resolve(conn: &mut PgConnection, name: &EditionName) -> Result<EditionId, Error> {
    match name {
        EditionName::Id(id) => Ok(*id),
        EditionName::Latest(slug) => {
            let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NoNewsletter)?;
            editions::newest(conn, newsletter.id)?.ok_or(Error::NotFound)
        }
    }
}

/// A page of a newsletter's editions, newest first.
///
/// # Errors
/// [`Error::NoNewsletter`].
pub fn list(
    conn: &mut PgConnection,
    slug: &Slug,
    before: Option<EditionId>,
    limit: i64,
) -> Result<(Newsletter, Vec<Listed>), Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NoNewsletter)?;
    let page = editions::page(conn, newsletter.id, before, limit)?;
    let ids: Vec<EditionId> = page.iter().map(|edition| edition.id).collect();
    let mut all: HashMap<EditionId, EditionSend> = sends::find_all(conn, &ids)?
        .into_iter()
        .map(|send| (send.edition_id, send))
        .collect();
    let with_send = page.into_iter().map(|edition| {
        let send = all.remove(&edition.id);
        (edition, send)
    });
    Ok((newsletter, with_send.collect()))
}

/// One edition.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut PgConnection, id: EditionId) -> Result<Detail, Error> {
    let edition = editions::find(conn, id)?.ok_or(Error::NotFound)?;
    let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?
        .pop()
        .ok_or(Error::NotFound)?;
    let articles = editions::articles(conn, id)?;
    let mut counts: Vec<(DeliveryStatus, i64)> = Vec::new();
    for (status, _, count) in edition_deliveries::counts(conn, id)? {
        match counts.iter_mut().find(|(known, _)| *known == status) {
            Some((_, sum)) => *sum += count,
            None => counts.push((status, count)),
        }
    }
    let send = sends::find(conn, id)?;
    Ok(Detail {
        edition,
        newsletter,
        articles,
        counts,
        send,
    })
}

/// The frozen content of an edition.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::Skipped`] when it has none.
pub fn content(conn: &mut PgConnection, id: EditionId) -> Result<(Edition, FrozenContent), Error> {
    let (edition, content) = editions::with_content(conn, &[id])?
        .pop()
        .ok_or(Error::NotFound)?;
    if edition.status == EditionStatus::Skipped {
        Err(Error::Skipped)
    } else {
        Ok((edition, content))
    }
}

/// The plain-text part of an edition, with words in square brackets where a reader's own parts go.
///
/// # Errors
/// As [`content`].
pub fn preview_text(conn: &mut PgConnection, id: EditionId) -> Result<String, Error> {
    let (_, content) = content(conn, id)?;
    let parts = splice::Parts {
        address: "[address]".to_owned(),
        subscribed_on: "[date]".to_owned(),
        unsubscribe_url: "[link]".to_owned(),
        preferences_url: "[link]".to_owned(),
        is_test: false,
    };
    Ok(parts.fill(&content.plain, false))
}

/// What checking an edition's mail needs beside the database.
pub struct CheckContext<'a> {
    /// From whom.
    pub identity: &'a Identity,
    /// The public address.
    pub site: &'a Site,
    /// Whose postal address must stand in the mail.
    pub publisher: &'a config::Publisher,
    /// For the date of the order.
    pub words: &'a Words,
}

/// What is wrong with the mail of an edition, as a reader who does not exist would get it.
///
/// # Errors
/// As [`content`], and [`Error::Message`].
pub fn check(
    conn: &mut PgConnection,
    id: EditionId,
    context: &CheckContext<'_>,
) -> Result<Report, Error> {
    let (edition, texts) = content(conn, id)?;
    let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?
        .pop()
        .ok_or(Error::NotFound)?;
    let frozen = Rendered {
        subject: texts.subject,
        text: texts.plain,
        html: texts.html,
    };
    let brand = context.publisher.brand();
    let brand = match looks::find(conn, newsletter.id)? {
        Some(look) => look.over(&brand),
        None => brand,
    };
    let date = edition.slot.date();
    Ok(judge::report(&Judged {
        id,
        date: edition.due_at,
        newsletter: &newsletter,
        site: context.site,
        identity: context.identity,
        postal_address: &brand.postal_address,
        subscribed_on: context.words.date_long(&newsletter.language, date),
        frozen: &frozen,
    })?)
}

/// Queues a copy to `address` that counts nowhere and whose links do nothing.
///
/// # Errors
/// As [`content`].
pub fn send_test(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    address: EmailAddress,
) -> Result<DeliveryId, Error> {
    content(conn, id)?;
    let expires_at = now.saturating_add(TEST_LIFETIME).unwrap_or(now);
    let delivery = NewDelivery::test(now, id, address, expires_at);
    let delivery_id = delivery.id;
    deliveries::insert(conn, delivery)?;
    Ok(delivery_id)
}

/// A page of an edition's mails, perhaps only those in one status, each with its reader, who may have been erased.
///
/// # Errors
/// [`Error::NotFound`].
pub fn deliveries_of(
    conn: &mut PgConnection,
    id: EditionId,
    status: Option<DeliveryStatus>,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<(EditionDelivery, Option<SubscriberId>)>, Error> {
    editions::find(conn, id)?.ok_or(Error::NotFound)?;
    Ok(edition_deliveries::page(conn, id, status, after, limit)?)
}
