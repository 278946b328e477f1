//! A reader follows the link of a confirmation mail.
//!
//! Looking changes nothing, because mail scanners open every link; only the button confirms. In the mode `auto` the page's script
//! presses it, and says so with the form; that counts in no other mode. Confirming twice is fine. A used link does not bring back a
//! subscription that was ended since, or asked for anew.
//!
//! When a page was first opened is noted after it was answered ([`note_opening`]): the funnel needs it, no reader waits for it.
//! Openings of machines that gave themselves away ([`canary`](crate::domain::canary)) are not noted, and no page presses its button
//! by itself for them.

use std::collections::HashMap;

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::config::{self, ConfirmMode};
use crate::domain::canary::Marks;
use crate::domain::consent::{
    ConsentAction, ConsentSource, NewConsent, Press, Presser, Scribe, Wording,
};
use crate::domain::delivery::{DeliveryKind, NewDelivery};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{EditionId, NewsletterId, SignupId};
use crate::domain::language::Language;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::network::Network;
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::signup::Signup;
use crate::domain::subscriber::Subscriber;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::i18n::Words;
use crate::store::{
    self, consents, deliveries, editions, erasures, limits, looks, newsletters, openings,
    scanner_marks, signups, subscribers, subscriptions, suppressions,
};

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a link of ours: cut off, made up, or for another purpose.
    #[error("the confirmation link is not known")]
    UnknownLink,
    /// The database failed.
    #[error("cannot read or write the subscription")]
    Store(#[from] store::Error),
}

/// Who came: the network of the client, where it is known.
pub type Client = Option<Network>;

/// The button of a confirmation page, pressed.
#[derive(Debug, Clone)]
pub struct Pressed {
    /// Of which link, and from what.
    pub link: Press,
    /// A person, or the page's script.
    pub by: Presser,
    /// From where.
    pub client: Client,
}

/// What a link stands for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkState {
    /// The button confirms.
    Ready,
    /// It did already.
    Confirmed,
    /// Too late, or used and ended since.
    Expired,
    /// None of its newsletters exists any more.
    Ended,
}

/// A newsletter with what a new reader wants to know.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// The newsletter.
    pub newsletter: Newsletter,
    /// Its newest edition.
    pub latest: Option<EditionId>,
    /// The token of the reader's own feed, where the newsletter has such feeds. Given once, to who presses the button: a
    /// link that was used says nothing, or the one that a reader has revoked could be had again with an old mail.
    pub feed_token: Option<String>,
}

/// The page behind a link.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What the link stands for.
    pub state: LinkState,
    /// The language of the sign-up.
    pub language: Language,
    /// To whom the mail went.
    pub address: EmailAddress,
    /// What it is about.
    pub newsletters: Vec<Confirmed>,
    /// Whether [`resend`] would send a new link.
    pub can_be_sent_again: bool,
    /// Whether the page may press its button by itself.
    pub is_automatic: bool,
    /// The sign-up, if nobody is noted yet to have opened its page.
    pub first_seen: Option<SignupId>,
}

struct Opened {
    signup: Signup,
    newsletters: Vec<Newsletter>,
    subscriptions: Vec<Subscription>,
    subscriber: Subscriber,
    is_suppressed: bool,
}

/// Looks at a link.
///
/// # Errors
/// [`Error`].
pub fn show(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    keys: &LinkKeys,
    token: &str,
    client: Client,
) -> Result<Shown, Error> {
    let opened = open(conn, keys, token)?;
    let (state, signup) = (opened.state(now), opened.signup.id);
    if state != LinkState::Ready {
        return shown(conn, now, state, opened);
    }
    let is_new = !openings::contains(conn, signup)?;
    Ok(Shown {
        is_automatic: may_press_itself(conn, now, settings, keys, signup, client)?,
        first_seen: is_new.then_some(signup),
        ..shown(conn, now, state, opened)?
    })
}

/// What a link stands for.
///
/// # Errors
/// [`Error`].
pub fn state(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<LinkState, Error> {
    Ok(open(conn, keys, token)?.state(now))
}

/// Whether a script may press the button: not where the settings want a person, nor for a machine that opens every link.
fn may_press_itself(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    keys: &LinkKeys,
    signup: SignupId,
    client: Client,
) -> Result<bool, Error> {
    if settings.confirm.mode == ConfirmMode::Button {
        return Ok(false);
    }
    let marks = Marks::new(keys, signup, client);
    Ok(!scanner_marks::any(conn, now, &marks.all())?)
}

/// Notes that a page was opened for the first time, unless it was by a machine.
///
/// # Errors
/// Database errors.
pub fn note_opening(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    signup: SignupId,
    client: Client,
) -> Result<(), store::Error> {
    let marks = Marks::new(keys, signup, client);
    openings::insert_unless_marked(conn, signup, now, marks.of_client())
}

/// Presses the button: confirms what waits for it. What the script presses and may not is as if only looked at, for a page with
/// the button alone.
///
/// # Errors
/// [`Error`].
pub fn confirm(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    keys: &LinkKeys,
    words: &Words,
    press: &Pressed,
) -> Result<Shown, Error> {
    let opened = open(conn, keys, &press.link.token)?;
    let scribe = Scribe {
        now,
        keys: keys.evidence(),
        witness: &press.link.witness,
    };
    let (state, signup) = (opened.state(now), opened.signup.id);
    let is_taken = state == LinkState::Ready
        && (press.by == Presser::Reader
            || may_press_itself(conn, now, settings, keys, signup, press.client)?);
    if !is_taken {
        return shown(conn, now, state, opened);
    }
    let mut evidence = Vec::new();
    for subscription in &opened.subscriptions {
        let Some((after, newsletter)) = opened.confirmed(now, subscription) else {
            continue;
        };
        subscriptions::update(conn, &after)?;
        evidence.push(consent(
            scribe,
            words,
            &opened.signup,
            subscription,
            newsletter,
            press.by,
        ));
    }
    consents::insert(conn, scribe.keys, evidence)?;
    signups::set_confirmed(conn, signup, now)?;
    openings::insert(conn, signup, now)?;
    erasures::forget(conn, keys, &opened.subscriber.address_key)?;
    let mut feeds = feed_tokens(conn, keys, &opened.subscriptions)?;
    let mut shown = shown(conn, now, LinkState::Confirmed, opened)?;
    for one in &mut shown.newsletters {
        one.feed_token = feeds.remove(&one.newsletter.id);
    }
    Ok(shown)
}

/// Sends a new link for one that came too late: the stored request is made again, without typing.
///
/// # Errors
/// [`Error`].
pub fn resend(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Config,
    keys: &LinkKeys,
    token: &str,
    client: Option<Network>,
) -> Result<(), Error> {
    let (limits, settings) = (&settings.limits, &settings.signup);
    let opened = open(conn, keys, token)?;
    let old = &opened.signup;
    let is_asked = opened.can_be_sent_again(now);
    let day_ago = now
        .saturating_sub(SignedDuration::from_hours(24))
        .unwrap_or(now);
    let cooldown_from = now
        .saturating_sub(settings.confirmation_cooldown())
        .unwrap_or(now);
    let caused = deliveries::caused_by_people(conn, old.subscriber_id, day_ago)?;
    let is_told = caused
        .iter()
        .any(|mail| mail.kind == DeliveryKind::Confirmation && mail.created_at() > cooldown_from);
    if !is_asked || is_told || settings.is_reached(caused.len()) {
        return Ok(());
    }
    let Some(reader) = subscribers::find(conn, old.subscriber_id)? else {
        return Ok(());
    };
    let about = old.newsletter_ids.iter().map(ToString::to_string);
    let a_day = settings.max_mails_per_day;
    let budget = limits.on_mail(&reader.address, a_day, about, client, false);
    if limits::take(conn, now, budget)?.is_some() {
        return Ok(());
    }
    let signup = Signup {
        id: SignupId::new(now),
        nonce: Uuid::new_v4(),
        requested_at: now,
        expires_at: now
            .saturating_add(settings.confirmation_lifetime())
            .unwrap_or(now),
        ..old.clone()
    };
    let delivery = NewDelivery::about_signup(
        now,
        DeliveryKind::Confirmation,
        signup.subscriber_id,
        signup.id,
        signup.expires_at,
    );
    signups::insert(conn, signup)?;
    deliveries::insert(conn, delivery)?;
    Ok(())
}

impl Opened {
    /// What confirming makes of a subscription, and its newsletter; `None` where it changes nothing.
    fn confirmed(
        &self,
        now: Timestamp,
        before: &Subscription,
    ) -> Option<(Subscription, &Newsletter)> {
        let status = before.status.confirm().ok()?;
        let newsletter = self.newsletters.iter().find(|newsletter| {
            newsletter.id == before.newsletter_id && newsletter.status == NewsletterStatus::Active
        })?;
        let after = Subscription {
            status,
            confirmed_at: Some(now),
            ended_at: None,
            left_as: None,
            paused_until: before
                .paused_until
                .filter(|_| status == SubscriptionStatus::Paused),
            ..before.clone()
        };
        (status != before.status).then_some((after, newsletter))
    }

    /// Whether a new link would be of use: the reader still waits, and this link came too late.
    fn can_be_sent_again(&self, now: Timestamp) -> bool {
        let waits = |row: &Subscription| row.status == SubscriptionStatus::Pending;
        self.state(now) == LinkState::Expired
            && !self.is_suppressed
            && self.signup.confirmed_at.is_none()
            && self.subscriptions.iter().any(waits)
    }

    fn state(&self, now: Timestamp) -> LinkState {
        let has =
            |status: SubscriptionStatus| self.subscriptions.iter().any(|row| row.status == status);
        if self
            .newsletters
            .iter()
            .all(|newsletter| newsletter.status == NewsletterStatus::Retired)
        {
            LinkState::Ended
        } else if self.is_suppressed {
            // Whoever said "never again" meant this link, too.
            LinkState::Expired
        } else if has(SubscriptionStatus::Pending) && self.signup.confirmed_at.is_none() {
            if self.signup.is_expired(now) {
                LinkState::Expired
            } else {
                LinkState::Ready
            }
        } else if has(SubscriptionStatus::Active) || has(SubscriptionStatus::Paused) {
            LinkState::Confirmed
        } else {
            LinkState::Expired
        }
    }
}

fn open(conn: &mut PgConnection, keys: &LinkKeys, token: &str) -> Result<Opened, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    let signup = signups::find(conn, SignupId::from(token.id))?
        .filter(|signup| keys.verify(Purpose::Confirm, &token, signup.nonce))
        .ok_or(Error::UnknownLink)?;
    let found = newsletters::find_all(conn, &signup.newsletter_ids)?;
    let in_order = |id: &NewsletterId| {
        found
            .iter()
            .find(|newsletter| newsletter.id == *id)
            .cloned()
    };
    let newsletters = signup.newsletter_ids.iter().filter_map(in_order).collect();
    let subscriptions = subscriptions::lock_of(conn, signup.subscriber_id, &signup.newsletter_ids)?;
    let subscriber = subscribers::find(conn, signup.subscriber_id)?.ok_or(Error::UnknownLink)?;
    let is_suppressed = suppressions::contains(conn, &subscriber.address_key)?;
    Ok(Opened {
        signup,
        newsletters,
        subscriptions,
        subscriber,
        is_suppressed,
    })
}

/// Of the subscriptions that can be confirmed, to newsletters that have feeds for each reader.
fn feed_tokens(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    subscriptions: &[Subscription],
) -> Result<HashMap<NewsletterId, String>, Error> {
    let ids: Vec<NewsletterId> = subscriptions.iter().map(|it| it.newsletter_id).collect();
    let looks = looks::find_all(conn, &ids)?;
    let has_feed = |it: &&Subscription| {
        let look = looks.get(&it.newsletter_id);
        look.is_some_and(|look| look.readers_feed) && it.status.confirm().is_ok()
    };
    let token = |it: &Subscription| {
        let token = keys.issue(Purpose::ReadersFeed, it.id.as_uuid(), it.link_nonce);
        (it.newsletter_id, token)
    };
    Ok(subscriptions.iter().filter(has_feed).map(token).collect())
}

fn shown(
    conn: &mut PgConnection,
    now: Timestamp,
    state: LinkState,
    opened: Opened,
) -> Result<Shown, Error> {
    let can_be_sent_again = opened.can_be_sent_again(now);
    let mut shown = opened.newsletters;
    shown.retain(|newsletter| {
        state == LinkState::Ended || newsletter.status == NewsletterStatus::Active
    });
    let ids: Vec<NewsletterId> = shown.iter().map(|newsletter| newsletter.id).collect();
    let latest = editions::latest(conn, &ids)?;
    let newsletters = shown
        .into_iter()
        .map(|newsletter| Confirmed {
            latest: latest.get(&newsletter.id).copied(),
            feed_token: None,
            newsletter,
        })
        .collect();
    Ok(Shown {
        state,
        language: opened.signup.language,
        address: opened.subscriber.address,
        newsletters,
        can_be_sent_again,
        is_automatic: false,
        first_seen: None,
    })
}

fn consent(
    scribe: Scribe<'_>,
    words: &Words,
    signup: &Signup,
    subscription: &Subscription,
    newsletter: &Newsletter,
    by: Presser,
) -> NewConsent {
    let wording = Wording {
        text: words.at_confirmation(&signup.language, newsletter.title.as_str(), by),
        language: words.spoken(&signup.language),
    };
    let page = Some("/confirm".to_owned());
    scribe.note(
        subscription.id,
        ConsentAction::Confirmed,
        ConsentSource::ConfirmPage,
        &wording,
        page,
    )
}
