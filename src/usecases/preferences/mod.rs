//! A reader looks at what comes, and changes it.
//!
//! Two links lead here. The one in every newsletter works as long as the subscription exists, but newsletters are forwarded:
//! it changes what comes and how often, and shows no address. Whatever would give away or take over more needs a link that was
//! mailed on request, and that works for a week.

mod address;
mod changes;
mod data;
mod link;

use diesel::PgConnection;
use jiff::Timestamp;

use crate::domain::consent::{ConsentAction, ConsentSource, Press, Scribe, Wording};
use crate::domain::id::{ReaderLinkId, SubscriptionId};
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::reader_link::ReaderLinkKind;
use crate::domain::rhythm::Rhythm;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::i18n::Words;
use crate::store::{
    self, consents, looks, newsletters, reader_links, rhythms, subscribers, subscriptions,
    suppressions,
};

pub use address::{ChangeState, ShownChange, ask_for_change, confirm_change, look_at, stop_change};
pub use changes::{Change, change, stop_all};
pub use data::{Held, NewsroomError, erase, erase_for_newsroom, export, look_at_erasing};
pub use link::ask_for_link;

/// The page on which the buttons stand, in the evidence.
const PAGE: &str = "/preferences";

/// Why nothing is shown or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a link of ours.
    #[error("the link is not known")]
    UnknownLink,
    /// It was mailed too long ago.
    #[error("the link has expired")]
    LinkExpired,
    /// The link of a newsletter does not do that.
    #[error("this needs a link that was mailed to the reader")]
    NeedsMailedLink,
    /// There is no newsletter with this slug that could be had.
    #[error("there is no such newsletter")]
    UnknownNewsletter,
    /// A pause ends tomorrow at the earliest, and within a year.
    #[error("a pause ends between tomorrow and a year from now")]
    PauseDate,
    /// The new address belongs to another reader by now.
    #[error("the address belongs to another reader")]
    AddressTaken,
    /// The database failed.
    #[error("cannot read or write the preferences")]
    Store(#[from] store::Error),
}

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// The link of a newsletter.
    Newsletter,
    /// A link that was mailed on request.
    Mailed,
}

/// Whoever holds the link.
#[derive(Debug, Clone)]
pub struct Access {
    /// Whose preferences.
    pub subscriber: Subscriber,
    /// How far the link leads.
    pub level: Level,
    /// The language of the page.
    pub language: Language,
    /// Whether nothing is ever sent to the address.
    pub is_suppressed: bool,
}

/// One newsletter that the reader gets.
#[derive(Debug, Clone)]
pub struct Row {
    /// The newsletter.
    pub newsletter: Newsletter,
    /// The subscription: active or paused.
    pub subscription: Subscription,
    /// The reader's own rhythm.
    pub rhythm: Option<Rhythm>,
    /// Whether the reader has a feed of it.
    pub has_feed: bool,
    /// The token of that feed; only behind a mailed link, or whoever was forwarded one newsletter could read all to come.
    pub feed_token: Option<String>,
}

/// The page.
#[derive(Debug, Clone)]
pub struct Shown {
    /// Whoever looks.
    pub access: Access,
    /// What the reader gets, the oldest first.
    pub rows: Vec<Row>,
    /// What the reader could get, too.
    pub offers: Vec<Newsletter>,
}

/// Looks at the page.
///
/// # Errors
/// [`Error::UnknownLink`], [`Error::LinkExpired`].
pub fn show(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Shown, Error> {
    let access = open(conn, now, keys, token)?;
    let all = subscriptions::all_of(conn, access.subscriber.id)?;
    let kept: Vec<(Subscription, Newsletter)> = all
        .into_iter()
        .filter(|(row, newsletter)| {
            is_confirmed(row) && newsletter.status == NewsletterStatus::Active
        })
        .collect();
    let ids: Vec<_> = kept.iter().filter_map(|(row, _)| row.rhythm_id).collect();
    let own = rhythms::find_all(conn, &ids)?;
    let of: Vec<_> = kept.iter().map(|(_, newsletter)| newsletter.id).collect();
    let looks = looks::find_all(conn, &of)?;
    let rows: Vec<Row> = kept
        .into_iter()
        .map(|(subscription, newsletter)| {
            let look = looks.get(&newsletter.id);
            let has_feed = look.is_some_and(|look| look.readers_feed) && !access.is_suppressed;
            let (id, nonce) = (subscription.id.as_uuid(), subscription.link_nonce);
            Row {
                rhythm: own
                    .iter()
                    .find(|rhythm| Some(rhythm.id) == subscription.rhythm_id)
                    .cloned(),
                has_feed,
                feed_token: (has_feed && access.level == Level::Mailed)
                    .then(|| keys.issue(Purpose::ReadersFeed, id, nonce)),
                subscription,
                newsletter,
            }
        })
        .collect();
    let mut offers = newsletters::active(conn)?;
    offers.retain(|offer| rows.iter().all(|row| row.newsletter.id != offer.id));
    if access.is_suppressed {
        offers.clear();
    }
    Ok(Shown {
        access,
        rows,
        offers,
    })
}

fn is_confirmed(subscription: &Subscription) -> bool {
    [SubscriptionStatus::Active, SubscriptionStatus::Paused].contains(&subscription.status)
}

/// Believes a token, or not: of a newsletter's link, else of a mailed one.
fn open(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Access, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    let subscription = subscriptions::find(conn, SubscriptionId::from(token.id))?
        .filter(|row| keys.verify(Purpose::Preferences, &token, row.link_nonce));
    let (id, level, language) = if let Some(row) = subscription {
        (row.subscriber_id, Level::Newsletter, row.language)
    } else {
        let link = reader_links::find(conn, ReaderLinkId::from(token.id))?
            .filter(|link| link.kind == ReaderLinkKind::Preferences)
            .filter(|link| keys.verify(Purpose::AllPreferences, &token, link.nonce))
            .ok_or(Error::UnknownLink)?;
        if link.is_expired(now) {
            return Err(Error::LinkExpired);
        }
        (link.subscriber_id, Level::Mailed, link.language)
    };
    let subscriber = subscribers::find(conn, id)?.ok_or(Error::UnknownLink)?;
    Ok(Access {
        is_suppressed: suppressions::contains(conn, &subscriber.address_key)?,
        subscriber,
        level,
        language,
    })
}

/// [`open`] for what the link of a newsletter must not do.
fn open_mailed(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Access, Error> {
    let access = open(conn, now, keys, token)?;
    match access.level {
        Level::Mailed => Ok(access),
        Level::Newsletter => Err(Error::NeedsMailedLink),
    }
}

/// What stood at the button, in the language in which it was shown.
fn said(words: &Words, language: &Language, text: String) -> Wording {
    Wording {
        text,
        language: words.spoken(language),
    }
}

fn scribe<'a>(now: Timestamp, keys: &'a LinkKeys, press: &'a Press) -> Scribe<'a> {
    Scribe {
        now,
        keys: keys.evidence(),
        witness: &press.witness,
    }
}

fn record(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    subscription: SubscriptionId,
    action: ConsentAction,
    wording: &Wording,
) -> Result<(), Error> {
    let page = Some(PAGE.to_owned());
    let source = ConsentSource::Preferences;
    let consent = scribe.note(subscription, action, source, wording, page);
    Ok(consents::insert(conn, scribe.keys, vec![consent])?)
}
