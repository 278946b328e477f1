//! A reader leaves one newsletter through the link of a mail.
//!
//! The link works as long as the row exists and as often as it is used. What is queued for this reader and not
//! yet under way is cancelled by a trigger in the same transaction.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::consent::{Consent, ConsentAction, ConsentSource, Wording};
use crate::domain::id::SubscriptionId;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::newsletter::Newsletter;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::i18n::Words;
use crate::store::{self, consents, newsletters, subscriptions};

/// Why there is nothing to leave.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a link of ours.
    #[error("the unsubscribe link is not known")]
    UnknownLink,
    /// The database failed.
    #[error("cannot read or write the subscription")]
    Store(#[from] store::Error),
}

/// What the link is about.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The subscription as it was before.
    pub subscription: Subscription,
    /// The newsletter.
    pub newsletter: Newsletter,
}

impl Shown {
    /// Whether the reader had left before.
    #[must_use]
    pub fn was_unsubscribed(&self) -> bool {
        self.subscription.status == SubscriptionStatus::Unsubscribed
    }
}

/// Looks at a link.
///
/// # Errors
/// [`Error`].
pub fn show(conn: &mut PgConnection, keys: &LinkKeys, token: &str) -> Result<Shown, Error> {
    open(conn, keys, token)
}

/// Ends the subscription; returns it as it was before.
///
/// # Errors
/// [`Error`].
pub fn one(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    token: &str,
    door: ConsentSource,
) -> Result<Shown, Error> {
    let shown = open(conn, keys, token)?;
    if shown.was_unsubscribed() {
        return Ok(shown);
    }
    let before = &shown.subscription;
    let after = Subscription {
        status: before.status.unsubscribe(),
        ended_at: Some(now),
        ..before.clone()
    };
    subscriptions::update(conn, &after)?;
    let wording = Wording {
        text: words.at_unsubscribing(&before.language, shown.newsletter.title.as_str()),
        language: words.spoken(&before.language),
    };
    let page = Some("/unsubscribe".to_owned());
    consents::insert(
        conn,
        vec![Consent::new(
            now,
            before.id,
            ConsentAction::Withdrawn,
            door,
            &wording,
            page,
        )],
    )?;
    Ok(shown)
}

fn open(conn: &mut PgConnection, keys: &LinkKeys, token: &str) -> Result<Shown, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    let subscription = subscriptions::lock(conn, SubscriptionId::from(token.id))?
        .filter(|subscription| keys.verify(Purpose::Unsubscribe, &token, subscription.link_nonce))
        .ok_or(Error::UnknownLink)?;
    let newsletter = newsletters::find_all(conn, &[subscription.newsletter_id])?
        .pop()
        .ok_or(Error::UnknownLink)?;
    Ok(Shown {
        subscription,
        newsletter,
    })
}
