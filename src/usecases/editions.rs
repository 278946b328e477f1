//! The newsroom looks at editions and their mails, and sends itself test copies.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::domain::delivery::{Delivery, DeliveryStatus, NewDelivery};
use crate::domain::edition::{Edition, EditionStatus, FrozenContent};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{DeliveryId, EditionId};
use crate::domain::newsletter::Newsletter;
use crate::domain::selection::Placement;
use crate::domain::slug::Slug;
use crate::mail::splice;
use crate::store::{self, deliveries, editions, newsletters};

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
) -> Result<(Newsletter, Vec<Edition>), Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NoNewsletter)?;
    let page = editions::page(conn, newsletter.id, before, limit)?;
    Ok((newsletter, page))
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
    let counts = deliveries::counts(conn, id)?;
    Ok(Detail {
        edition,
        newsletter,
        articles,
        counts,
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
        is_test: false,
    };
    Ok(parts.fill(&content.plain, false))
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

/// A page of an edition's mails, perhaps only those in one status.
///
/// # Errors
/// [`Error::NotFound`].
pub fn deliveries_of(
    conn: &mut PgConnection,
    id: EditionId,
    status: Option<DeliveryStatus>,
    after: Option<DeliveryId>,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    editions::find(conn, id)?.ok_or(Error::NotFound)?;
    Ok(deliveries::page(conn, id, status, after, limit)?)
}
