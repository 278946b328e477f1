//! A reader leaves through the link of a mail, or changes something instead.
//!
//! The link works as long as the row exists and as often as it is used. What is queued for this reader and not
//! yet under way is cancelled by a trigger in the same transaction. Leaving can be undone for a day: the same row comes back,
//! with its rhythm, and with its mark, so that the next edition begins where the last one ended.

use diesel::PgConnection;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use crate::domain::consent::{ConsentAction, ConsentSource, Press, Scribe, Wording};
use crate::domain::id::SubscriptionId;
use crate::domain::leave_reason::LeaveReason;
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Pace, Rhythm, weekly_instead};
use crate::domain::schedule::Schedule;
use crate::domain::slug::Slug;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::domain::suppression::SuppressionReason;
use crate::i18n::Words;
use crate::store::leave_reasons::ReasonCount;
use crate::store::{
    self, consents, leave_reasons, newsletters, rhythms, subscribers, subscriptions, suppressions,
};

/// The page on which the buttons stand, in the evidence.
const PAGE: &str = "/unsubscribe";

/// Reasons of so many days are recent.
const RECENT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why there is nothing to leave.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not a link of ours.
    #[error("the unsubscribe link is not known")]
    UnknownLink,
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    UnknownNewsletter,
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
    /// What once a week would be; `None` when it comes no more often, or does not come.
    pub weekly: Option<Pace>,
    /// Whether the reader gets other newsletters, too.
    pub has_others: bool,
    /// Whether nothing is ever sent to the address.
    pub is_suppressed: bool,
}

/// What a reader may choose instead of leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// Once a week.
    Weekly,
    /// Nothing for a month.
    Pause,
}

impl Shown {
    /// Whether the reader had left before.
    #[must_use]
    pub fn was_unsubscribed(&self) -> bool {
        self.subscription.status == SubscriptionStatus::Unsubscribed
    }

    /// Whether leaving can be undone at `now`.
    #[must_use]
    pub fn can_undo(&self, now: Timestamp) -> bool {
        !self.is_suppressed && self.subscription.undo(now).is_some()
    }
}

/// Looks at a link.
///
/// # Errors
/// [`Error`].
pub fn show(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
) -> Result<Shown, Error> {
    let subscription = find(conn, keys, token)?;
    shown(conn, now, subscription)
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
    press: &Press,
    door: ConsentSource,
) -> Result<Shown, Error> {
    let known = find(conn, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    let subscription = subscriptions::lock(conn, known.id)?.ok_or(Error::UnknownLink)?;
    if subscription.status != SubscriptionStatus::Unsubscribed {
        let newsletter = newsletter_of(conn, &subscription)?;
        let wording = words.at_unsubscribing(&subscription.language, newsletter.title.as_str());
        end(conn, scribe, words, &subscription, door, wording)?;
    }
    shown(conn, now, subscription)
}

/// Ends all subscriptions of the reader.
///
/// # Errors
/// [`Error`].
pub fn all(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
) -> Result<(), Error> {
    let known = find(conn, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    for subscription in subscriptions::lock_all_of(conn, known.subscriber_id)? {
        if subscription.status != SubscriptionStatus::Unsubscribed {
            let wording = words.plain(&known.language, "unsubscribe-all");
            end(
                conn,
                scribe,
                words,
                &subscription,
                ConsentSource::UnsubscribePage,
                wording,
            )?;
        }
    }
    Ok(())
}

/// Once a week, or a pause, instead of leaving. Whoever has left already stays away.
///
/// # Errors
/// [`Error`].
pub fn instead(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
    choice: Instead,
) -> Result<(), Error> {
    let known = find(conn, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    // No edition is composed meanwhile, whose end would be the mark.
    let slug = newsletter_of(conn, &known)?.slug;
    let newsletter = newsletters::hold_by_slug(conn, &slug)?.ok_or(Error::UnknownLink)?;
    rhythms::hold(conn, newsletter.id)?;
    let before = subscriptions::lock(conn, known.id)?.ok_or(Error::UnknownLink)?;
    let is_confirmed = [SubscriptionStatus::Active, SubscriptionStatus::Paused];
    if !is_confirmed.contains(&before.status) {
        return Ok(());
    }
    let wording = match choice {
        Instead::Weekly => {
            let Some(pace) = weekly(conn, now, &before, &newsletter)? else {
                return Ok(());
            };
            rhythms::give(conn, now, &before, &pace)?;
            "unsubscribe-weekly"
        }
        Instead::Pause => {
            let until = now
                .to_zoned(zone(&newsletter))
                .saturating_add(1.month())
                .timestamp();
            let Ok(after) = before.pause(Some(until)) else {
                return Ok(());
            };
            subscriptions::update(conn, &after)?;
            "unsubscribe-pause"
        }
    };
    let wording = about(words, &before, &newsletter, wording);
    record(
        conn,
        scribe,
        words,
        &before,
        ConsentAction::Changed,
        ConsentSource::UnsubscribePage,
        wording,
    )
}

/// Takes back having left, as long as that is possible: this newsletter, and all that ended by the same press of a button.
/// Returns whether it was.
///
/// # Errors
/// [`Error`].
pub fn undo(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
) -> Result<bool, Error> {
    let known = find(conn, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    if is_suppressed(conn, &known)? {
        return Ok(false);
    }
    let all = subscriptions::lock_all_of(conn, known.subscriber_id)?;
    let ended_at = all
        .iter()
        .find(|row| row.id == known.id)
        .and_then(|row| row.ended_at);
    let mut has_undone = false;
    for before in all.iter().filter(|row| row.ended_at == ended_at) {
        let Some(after) = before.undo(now) else {
            continue;
        };
        subscriptions::update(conn, &after)?;
        let newsletter = newsletter_of(conn, before)?;
        let wording = about(words, before, &newsletter, "unsubscribed-undo-wording");
        record(
            conn,
            scribe,
            words,
            before,
            ConsentAction::Restored,
            ConsentSource::UnsubscribePage,
            wording,
        )?;
        has_undone = true;
    }
    Ok(has_undone)
}

/// Counts why the reader left, once each time; whoever has not left has no reason to.
///
/// # Errors
/// [`Error`].
pub fn give_reason(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
    reason: LeaveReason,
) -> Result<(), Error> {
    let known = find(conn, keys, token)?;
    let before = subscriptions::lock(conn, known.id)?.ok_or(Error::UnknownLink)?;
    if before.status != SubscriptionStatus::Unsubscribed || before.has_given_reason {
        return Ok(());
    }
    let after = Subscription {
        has_given_reason: true,
        ..before
    };
    subscriptions::update(conn, &after)?;
    let day = now.to_zoned(TimeZone::UTC).date();
    leave_reasons::add(conn, after.newsletter_id, day, reason)?;
    Ok(())
}

/// Ends everything and keeps the address from whatever would ever be sent to it. Only for whoever has left.
///
/// # Errors
/// [`Error`].
pub fn never_again(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
) -> Result<(), Error> {
    let known = find(conn, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    let all = subscriptions::lock_all_of(conn, known.subscriber_id)?;
    let has_left = all
        .iter()
        .any(|row| row.id == known.id && row.status == SubscriptionStatus::Unsubscribed);
    if !has_left {
        return Ok(());
    }
    for subscription in all {
        if subscription.status != SubscriptionStatus::Unsubscribed {
            let wording = words.plain(&known.language, "never-button");
            end(
                conn,
                scribe,
                words,
                &subscription,
                ConsentSource::UnsubscribePage,
                wording,
            )?;
        }
    }
    let subscriber = subscribers::find(conn, known.subscriber_id)?.ok_or(Error::UnknownLink)?;
    suppressions::insert(
        conn,
        &subscriber.address_key,
        SuppressionReason::Manual,
        now,
    )?;
    Ok(())
}

/// Why readers left a newsletter: all of them, and those of the last 30 days.
///
/// # Errors
/// [`Error::UnknownNewsletter`].
pub fn reasons(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
) -> Result<Vec<ReasonCount>, Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::UnknownNewsletter)?;
    let since = now.saturating_sub(RECENT).unwrap_or(now);
    let day = since.to_zoned(TimeZone::UTC).date();
    let counted = leave_reasons::counts(conn, newsletter.id, day)?;
    let count = |reason: &LeaveReason| {
        let found = counted.iter().find(|count| count.reason == *reason);
        found.cloned().unwrap_or(ReasonCount {
            reason: *reason,
            total: 0,
            recent: 0,
        })
    };
    Ok(LeaveReason::ALL.iter().map(count).collect())
}

fn scribe<'a>(now: Timestamp, keys: &'a LinkKeys, press: &'a Press) -> Scribe<'a> {
    Scribe {
        now,
        keys: keys.evidence(),
        witness: &press.witness,
    }
}

fn end(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    words: &Words,
    before: &Subscription,
    door: ConsentSource,
    wording: String,
) -> Result<(), Error> {
    subscriptions::update(conn, &before.leave(scribe.now))?;
    record(
        conn,
        scribe,
        words,
        before,
        ConsentAction::Withdrawn,
        door,
        wording,
    )
}

fn record(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    words: &Words,
    subscription: &Subscription,
    action: ConsentAction,
    door: ConsentSource,
    text: String,
) -> Result<(), Error> {
    let wording = Wording {
        text,
        language: words.spoken(&subscription.language),
    };
    let page = Some(PAGE.to_owned());
    let consent = scribe.note(subscription.id, action, door, &wording, page);
    Ok(consents::insert(conn, scribe.keys, vec![consent])?)
}

/// The words at a button, with the newsletter that it is about.
fn about(words: &Words, subscription: &Subscription, newsletter: &Newsletter, key: &str) -> String {
    let title = newsletter.title.as_str();
    format!("{title} | {}", words.plain(&subscription.language, key))
}

fn find(conn: &mut PgConnection, keys: &LinkKeys, token: &str) -> Result<Subscription, Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    subscriptions::find(conn, SubscriptionId::from(token.id))?
        .filter(|subscription| keys.verify(Purpose::Unsubscribe, &token, subscription.link_nonce))
        .ok_or(Error::UnknownLink)
}

fn newsletter_of(
    conn: &mut PgConnection,
    subscription: &Subscription,
) -> Result<Newsletter, Error> {
    newsletters::find_all(conn, &[subscription.newsletter_id])?
        .pop()
        .ok_or(Error::UnknownLink)
}

fn is_suppressed(conn: &mut PgConnection, subscription: &Subscription) -> Result<bool, Error> {
    let subscriber =
        subscribers::find(conn, subscription.subscriber_id)?.ok_or(Error::UnknownLink)?;
    Ok(suppressions::contains(conn, &subscriber.address_key)?)
}

/// What once a week would be for this reader.
fn weekly(
    conn: &mut PgConnection,
    now: Timestamp,
    subscription: &Subscription,
    newsletter: &Newsletter,
) -> Result<Option<Pace>, Error> {
    let own: Option<Rhythm> = match subscription.rhythm_id {
        Some(id) => rhythms::find_all(conn, &[id])?.pop(),
        None => None,
    };
    // A stored schedule that no longer parses is no reason to keep anybody from leaving.
    let own = own.and_then(|rhythm| rhythm.schedule().ok().flatten());
    let schedule =
        own.or_else(|| Schedule::parse(&newsletter.schedule_cron, &newsletter.schedule_zone).ok());
    Ok(schedule.and_then(|schedule| weekly_instead(now, &schedule)))
}

fn zone(newsletter: &Newsletter) -> TimeZone {
    TimeZone::get(&newsletter.schedule_zone).unwrap_or(TimeZone::UTC)
}

fn shown(
    conn: &mut PgConnection,
    now: Timestamp,
    subscription: Subscription,
) -> Result<Shown, Error> {
    let newsletter = newsletter_of(conn, &subscription)?;
    let weekly = weekly(conn, now, &subscription, &newsletter)?;
    let others = subscriptions::all_of(conn, subscription.subscriber_id)?;
    let has_others = others.iter().any(|(row, _)| {
        row.id != subscription.id && row.status != SubscriptionStatus::Unsubscribed
    });
    Ok(Shown {
        weekly,
        has_others,
        is_suppressed: is_suppressed(conn, &subscription)?,
        subscription,
        newsletter,
    })
}
