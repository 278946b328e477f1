//! What a reader changes: any link does it.

use diesel::PgConnection;
use jiff::Timestamp;
use jiff::Unit;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::{Access, Error, is_confirmed, open, record, said, scribe};
use crate::domain::consent::{ConsentAction, Press, Scribe};
use crate::domain::id::SubscriptionId;
use crate::domain::language::Language;
use crate::domain::link_token::LinkKeys;
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::rhythm::Pace;
use crate::domain::slug::Slug;
use crate::domain::subscription::{Subscription, SubscriptionStatus};
use crate::i18n::Words;
use crate::store::{newsletters, rhythms, subscribers, subscriptions};

/// One button of the page.
#[derive(Debug, Clone)]
pub enum Change {
    /// How often, in which language, in which form.
    Save {
        /// The new pace; `None` keeps the one that there is.
        pace: Option<Pace>,
        /// Of the mails.
        language: Language,
        /// Without HTML.
        is_text_only: bool,
    },
    /// Nothing until this day, on the newsletter's clock.
    Pause(Date),
    /// From now on again.
    Resume,
    /// No more of it.
    Leave,
    /// From now on, too.
    Join,
}

/// Changes one subscription; what is the case already changes nothing and leaves no record.
///
/// # Errors
/// [`Error::UnknownLink`], [`Error::LinkExpired`], [`Error::UnknownNewsletter`], [`Error::PauseDate`].
pub fn change(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
    slug: &Slug,
    change: &Change,
) -> Result<Newsletter, Error> {
    let access = open(conn, now, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    // No edition is composed meanwhile, whose end would be the mark.
    let newsletter = newsletters::hold_by_slug(conn, slug)?.ok_or(Error::UnknownNewsletter)?;
    rhythms::hold(conn, newsletter.id)?;
    // Two clients that join at once do so one after the other.
    subscribers::lock(conn, access.subscriber.id)?.ok_or(Error::UnknownLink)?;
    let before = subscriptions::lock_of(conn, access.subscriber.id, &[newsletter.id])?.pop();
    if let Change::Join = change {
        join(conn, scribe, words, &access, &newsletter, before)?;
        return Ok(newsletter);
    }
    let before = before
        .filter(is_confirmed)
        .ok_or(Error::UnknownNewsletter)?;
    let told = match change {
        Change::Save {
            pace,
            language,
            is_text_only,
        } => {
            let wanted = (pace.as_ref(), language, *is_text_only);
            save(conn, now, words, &access, &before, wanted)?
        }
        Change::Pause(day) => pause(conn, now, words, &access, &newsletter, &before, *day)?,
        Change::Resume => {
            let after = before.resume().map_err(|_| Error::UnknownNewsletter)?;
            subscriptions::update(conn, &after)?;
            (after != before).then(|| words.plain(&access.language, "preferences-resume"))
        }
        Change::Leave => {
            leave(conn, scribe, words, &access, &before, &newsletter)?;
            None
        }
        Change::Join => None,
    };
    if let Some(told) = told {
        let text = format!("{} | {told}", newsletter.title.as_str());
        let action = ConsentAction::Changed;
        record(
            conn,
            scribe,
            before.id,
            action,
            &said(words, &access.language, text),
        )?;
    }
    Ok(newsletter)
}

/// Ends everything that the reader gets or has asked for.
///
/// # Errors
/// [`Error::UnknownLink`], [`Error::LinkExpired`].
pub fn stop_all(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    words: &Words,
    press: &Press,
) -> Result<(), Error> {
    let access = open(conn, now, keys, &press.token)?;
    let scribe = scribe(now, keys, press);
    for before in subscriptions::lock_all_of(conn, access.subscriber.id)? {
        if before.status != SubscriptionStatus::Unsubscribed {
            subscriptions::update(conn, &before.leave(now))?;
            let text = words.plain(&access.language, "unsubscribe-all");
            let action = ConsentAction::Withdrawn;
            record(
                conn,
                scribe,
                before.id,
                action,
                &said(words, &access.language, text),
            )?;
        }
    }
    Ok(())
}

/// The words are those of the page on which the button stood.
fn save(
    conn: &mut PgConnection,
    now: Timestamp,
    words: &Words,
    access: &Access,
    before: &Subscription,
    (pace, language, is_text_only): (Option<&Pace>, &Language, bool),
) -> Result<Option<String>, Error> {
    let mut told = Vec::new();
    let after = Subscription {
        language: language.clone(),
        is_text_only,
        ..before.clone()
    };
    if after != *before {
        subscriptions::update(conn, &after)?;
        told.push(language.to_string());
        let format = if is_text_only {
            "preferences-text"
        } else {
            "preferences-html"
        };
        told.push(words.plain(&access.language, format));
    }
    if let Some(pace) = pace {
        let rhythm = rhythms::give(conn, now, before, pace)?;
        if rhythm.as_ref().map(|rhythm| rhythm.id) != before.rhythm_id {
            told.push(match pace {
                Pace::Newsletter => words.plain(&access.language, "every-newsletter"),
                Pace::AsPublished => words.plain(&access.language, "every-publication"),
                Pace::Scheduled(schedule) => {
                    format!("{} {}", schedule.cron(), schedule.zone_name())
                }
            });
        }
    }
    Ok((!told.is_empty()).then(|| told.join(" | ")))
}

fn pause(
    conn: &mut PgConnection,
    now: Timestamp,
    words: &Words,
    access: &Access,
    newsletter: &Newsletter,
    before: &Subscription,
    day: Date,
) -> Result<Option<String>, Error> {
    let zone = TimeZone::get(&newsletter.schedule_zone).unwrap_or(TimeZone::UTC);
    let today = now.to_zoned(zone.clone()).date();
    let is_in_reach = today
        .until((Unit::Day, day))
        .is_ok_and(|span| (1..=366).contains(&span.get_days()));
    let until = day.to_zoned(zone).map_err(|_| Error::PauseDate)?;
    if !is_in_reach {
        return Err(Error::PauseDate);
    }
    let after = before
        .pause(Some(until.timestamp()))
        .map_err(|_| Error::UnknownNewsletter)?;
    subscriptions::update(conn, &after)?;
    let told = words.plain(&access.language, "preferences-pause");
    Ok((after != *before).then(|| format!("{told} {day}")))
}

fn leave(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    words: &Words,
    access: &Access,
    before: &Subscription,
    newsletter: &Newsletter,
) -> Result<(), Error> {
    subscriptions::update(conn, &before.leave(scribe.now))?;
    let text = words.at_unsubscribing(&access.language, newsletter.title.as_str());
    let action = ConsentAction::Withdrawn;
    record(
        conn,
        scribe,
        before.id,
        action,
        &said(words, &access.language, text),
    )
}

/// Another newsletter needs no second confirmation: the link was mailed to the address. It begins as for a new reader.
fn join(
    conn: &mut PgConnection,
    scribe: Scribe<'_>,
    words: &Words,
    access: &Access,
    newsletter: &Newsletter,
    before: Option<Subscription>,
) -> Result<(), Error> {
    if access.is_suppressed || newsletter.status != NewsletterStatus::Active {
        return Err(Error::UnknownNewsletter);
    }
    let asked = match before {
        Some(before) if is_confirmed(&before) => return Ok(()),
        Some(before) => {
            let asked = Subscription {
                status: before.status.request(),
                language: access.language.clone(),
                requested_at: scribe.now,
                ended_at: None,
                left_as: None,
                paused_until: None,
                ..before
            };
            subscriptions::update(conn, &asked)?;
            asked
        }
        None => {
            let asked = new_subscription(scribe.now, access, newsletter);
            subscriptions::insert(conn, asked.clone())?;
            asked
        }
    };
    let after = Subscription {
        status: SubscriptionStatus::Active,
        confirmed_at: Some(scribe.now),
        ..asked
    };
    subscriptions::update(conn, &after)?;
    let button = words.plain(&access.language, "preferences-join");
    let text = format!("{} | {button}", newsletter.title.as_str());
    let action = ConsentAction::Confirmed;
    record(
        conn,
        scribe,
        after.id,
        action,
        &said(words, &access.language, text),
    )
}

fn new_subscription(now: Timestamp, access: &Access, newsletter: &Newsletter) -> Subscription {
    Subscription {
        id: SubscriptionId::new(now),
        subscriber_id: access.subscriber.id,
        newsletter_id: newsletter.id,
        status: SubscriptionStatus::Pending,
        language: access.language.clone(),
        link_nonce: Uuid::new_v4(),
        requested_at: now,
        confirmed_at: None,
        ended_at: None,
        rhythm_id: None,
        sent_until: None,
        left_as: None,
        paused_until: None,
        is_text_only: false,
        has_given_reason: false,
    }
}
