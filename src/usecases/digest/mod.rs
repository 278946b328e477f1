//! Due newsletters become editions: articles are chosen, the mail is frozen, and one delivery per reader is
//! queued, all in one transaction.
//!
//! The slot is unique per newsletter and is a local date-time: a second scheduler, a second `run-due` and the
//! repeated hour in autumn find the row there and do nothing. After an outage only the latest missed slot can
//! become an edition ([`compose_due`] says when); its window reaches back to the last one, so that no article is lost
//! and no reader gets a morning's mails all at once.
//!
//! # What a reader gets
//!
//! What this reader has not had. A mark says up to when a reader was sent what was available; an edition holds what became
//! available since. Readers who follow the newsletter's schedule share one mark, and so do those of each other rhythm
//! ([`crate::domain::rhythm`]); only readers who were away, whose mail failed, or who changed their rhythm have one of their
//! own until the next edition. Readers with the same difference get the same selection, which is frozen and rendered once.
//!
//! Windows go by the time at which an article became available, and end no later than the cut ([`cut`]), so that an article
//! whose storing takes long is in no window that is closed.
//!
//! An article whose address was gone when an edition was made ([`addresses`]) is left out, and counts as available since the end
//! of that window as soon as it is found again, for this newsletter only: after the mark of everybody who did not get it, and
//! whoever had it before does not get it again.

use diesel::PgConnection;
use jiff::{Timestamp, ToSpan as _, civil};

pub mod addresses;
mod approval;
mod choose;
mod compose;
pub mod corrections;
mod due;
mod freeze;
mod gone;
pub mod simulate;

use crate::config;
use crate::domain::deadline;
use crate::domain::edition::{Edition, EditionKind, EditionStatus, Window};
use crate::domain::edition_delivery::EditionSend;
use crate::domain::id::{EditionId, RhythmId};
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::rhythm::{Rhythm, RhythmKind};
use crate::domain::schedule::{ScheduleError, Slot};
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::store::sends::NewSend;
use crate::store::{self, cut, editions, newsletters, rhythms, sends};
use crate::templates::Templates;
use compose::Order;
pub use due::{Composed, compose_due, due};

/// Why no edition was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    NotFound,
    /// The subscriber does not get the newsletter.
    #[error("the subscriber does not get this newsletter")]
    NoReader,
    /// The newsletter has ended.
    #[error("the newsletter has ended")]
    Retired,
    /// An edition of this very instant exists.
    #[error("an edition of this newsletter was made at this very instant")]
    SlotTaken,
    /// A stored schedule no longer parses.
    #[error("the schedule of {slug} cannot be read")]
    Schedule {
        /// Which newsletter.
        slug: Slug,
        /// Why.
        #[source]
        cause: ScheduleError,
    },
    /// The database failed.
    #[error("cannot compose the edition")]
    Store(#[from] store::Error),
}

/// What composing needs beside the database.
pub struct Context<'a> {
    /// Windows and giving up.
    pub settings: &'a config::Digest,
    /// The publisher.
    pub publisher: &'a config::Publisher,
    /// The words and looks.
    pub templates: &'a Templates,
    /// The public address.
    pub site: &'a Site,
}

impl<'a> Context<'a> {
    /// The parts of a program.
    #[must_use]
    pub fn new(config: &'a config::Config, templates: &'a Templates, site: &'a Site) -> Self {
        Self {
            settings: &config.digest,
            publisher: &config.publisher,
            templates,
            site,
        }
    }
}

/// The rhythms of this kind for which something may be due at `now`. Each is composed in a transaction of its own, so that one
/// that fails keeps no other from its turn.
///
/// # Errors
/// Database errors.
pub fn due_rhythms(
    conn: &mut PgConnection,
    now: Timestamp,
    kind: RhythmKind,
) -> Result<Vec<RhythmId>, Error> {
    Ok(match kind {
        RhythmKind::Scheduled => rhythms::due(conn, now)?,
        RhythmKind::AsPublished => rhythms::published(conn)?,
    })
}

/// Composes the editions of a rhythm if it is due at `now`.
///
/// # Errors
/// [`Error`]; the rhythm stays due.
pub fn compose_scheduled(
    conn: &mut PgConnection,
    now: Timestamp,
    id: RhythmId,
    context: &Context<'_>,
) -> Result<Option<Composed>, Error> {
    let until = now.min(cut::read(conn)?);
    let Some((mut rhythm, newsletter)) = rhythms::lock_due(conn, until, id)? else {
        return Ok(None);
    };
    let schedule = rhythm.schedule().map_err(|cause| Error::Schedule {
        slug: newsletter.slug.clone(),
        cause,
    })?;
    let since = rhythm.next_due_at.unwrap_or(until);
    let just_before = since.checked_sub(1.second()).unwrap_or(since);
    let slot = schedule
        .as_ref()
        .and_then(|schedule| schedule.last_at_or_before(until, just_before));
    let next = schedule.and_then(|schedule| schedule.next_after(until));
    rhythm.next_due_at = next.map(|slot| slot.due_at);
    rhythms::update(conn, rhythm.id, rhythm.next_due_at, rhythm.sent_until)?;
    let edition = match slot {
        Some(slot) if newsletter.timing.paused_at.is_none() => {
            compose_rhythm(conn, now, &newsletter, &rhythm, slot, context)?
        }
        // While the newsletter pauses its slots pass; what they would have held is in the next one.
        _ => None,
    };
    Ok(Some(Composed {
        slug: newsletter.slug,
        edition,
        missed: 0,
    }))
}

/// Composes the editions of a rhythm that goes by publication if there is something new for it. What came within the last
/// minutes waits: it is often still corrected.
///
/// # Errors
/// [`Error`].
pub fn compose_published(
    conn: &mut PgConnection,
    now: Timestamp,
    id: RhythmId,
    context: &Context<'_>,
) -> Result<Option<Composed>, Error> {
    let rest = context.settings.as_published_pause();
    let until = now.saturating_sub(rest).unwrap_or(now);
    let until = until.min(cut::read(conn)?);
    let Some((rhythm, newsletter)) = rhythms::lock_published(conn, until, id)? else {
        return Ok(None);
    };
    let slot = Slot {
        local: local(&newsletter, until),
        due_at: until,
    };
    let edition = compose_rhythm(conn, now, &newsletter, &rhythm, slot, context)?;
    Ok(Some(Composed {
        slug: newsletter.slug,
        edition,
        missed: 0,
    }))
}

fn compose_rhythm(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: &Newsletter,
    rhythm: &Rhythm,
    slot: Slot,
    context: &Context<'_>,
) -> Result<Option<Edition>, Error> {
    let order = Order {
        newsletter,
        kind: EditionKind::Scheduled,
        slot,
        rhythm: Some(rhythm),
        window: Window {
            from: rhythm.sent_until.min(slot.due_at),
            until: slot.due_at,
        },
    };
    compose::compose(conn, now, &order, context)
}

/// Moves the cut to `now`: windows may end there. In a transaction of its own, before composing.
///
/// # Errors
/// Database errors.
pub fn advance_cut(conn: &mut PgConnection, now: Timestamp) -> Result<(), Error> {
    Ok(cut::advance(conn, now)?)
}

/// Composes an edition now, whatever the schedule says; with how it is sent, unless it was skipped.
///
/// # Errors
/// [`Error`].
pub fn compose_now(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    context: &Context<'_>,
) -> Result<(Edition, Option<EditionSend>), Error> {
    let newsletter = newsletters::lock_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    if newsletter.status == NewsletterStatus::Retired {
        return Err(Error::Retired);
    }
    // What came after the cut may not be seen yet.
    let due_at = now.min(cut::read(conn)?);
    let slot = Slot {
        local: local(&newsletter, due_at),
        due_at,
    };
    let edition = compose(conn, now, &newsletter, EditionKind::Manual, slot, context)?;
    let edition = edition.ok_or(Error::SlotTaken)?;
    let send = sends::find(conn, edition.id)?;
    Ok((edition, send))
}

/// The local date-time of `at` in the newsletter's zone, in whole microseconds as the database keeps it.
fn local(newsletter: &Newsletter, at: Timestamp) -> civil::DateTime {
    let zoned = at
        .in_tz(&newsletter.schedule_zone)
        .map(|zoned| zoned.datetime());
    let local = zoned.unwrap_or_else(|_| at.to_zoned(jiff::tz::TimeZone::UTC).datetime());
    let micros = local.subsec_nanosecond() / 1000 * 1000;
    local
        .with()
        .subsec_nanosecond(micros)
        .build()
        .unwrap_or(local)
}

/// Composes one slot of a newsletter's schedule, or what a person wants now.
fn compose(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: &Newsletter,
    kind: EditionKind,
    slot: Slot,
    context: &Context<'_>,
) -> Result<Option<Edition>, Error> {
    let window = window(
        conn,
        newsletter,
        cut_off(newsletter, kind, slot),
        context.settings,
    )?;
    let order = Order {
        newsletter,
        kind,
        slot,
        rhythm: None,
        window,
    };
    compose::compose(conn, now, &order, context)
}

/// By when an edition should have been sent. One that a person wants now goes now.
fn deadline(newsletter: &Newsletter, kind: EditionKind, slot: Slot) -> Option<Timestamp> {
    let by = newsletter.deliver_by.as_ref();
    by.filter(|_| kind == EditionKind::Scheduled)?
        .first_after(slot.due_at, &newsletter.schedule_zone)
}

/// The slot with the cut-off of its articles in place of its own time. One that a person wants now has all there is.
fn cut_off(newsletter: &Newsletter, kind: EditionKind, slot: Slot) -> Slot {
    match kind {
        EditionKind::Manual | EditionKind::Correction => slot,
        EditionKind::Scheduled => Slot {
            due_at: newsletter.timing.cut_off(slot.due_at),
            ..slot
        },
    }
}

/// Says when a new edition is sent: at its slot, or so that it meets its deadline.
fn plan_send(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    deadline_at: Option<Timestamp>,
    settings: &config::Digest,
) -> Result<(), Error> {
    let not_before = match (deadline_at, editions::find(conn, id)?) {
        (Some(deadline), Some(edition)) => {
            let (count, rate) = (edition.recipient_count, sends::measured_rate(conn)?);
            let slot = now.max(edition.due_at);
            deadline::plan(slot, deadline, i64::from(count), rate).not_before
        }
        (None, Some(edition)) => now.max(edition.due_at),
        (_, None) => now,
    };
    let give_up = settings.give_up_after();
    let send = NewSend {
        not_before,
        deadline_at,
        expires_at: not_before.saturating_add(give_up).unwrap_or(not_before),
        unknown_policy: settings.unknown_policy,
    };
    sends::insert(conn, id, send)?;
    if approval::ask(conn, now, id)? {
        return Ok(());
    }
    if sends::control(conn)?.holds_new {
        let reason = Some("new editions wait for a release");
        let from = [EditionStatus::Delivering];
        sends::change_status(conn, id, &from, EditionStatus::Held, reason)?;
    }
    Ok(())
}

/// From the end of the last edition until the slot. Before the first edition it reaches a fixed time back from the
/// first slot, also when that was skipped or missed.
fn window(
    conn: &mut PgConnection,
    newsletter: &Newsletter,
    slot: Slot,
    settings: &config::Digest,
) -> Result<Window, Error> {
    let from = if let Some(end) = editions::last_window_end(conn, newsletter.id)? {
        end
    } else {
        let missed = newsletter.next_due_at.unwrap_or(slot.due_at);
        let due_at = missed.min(slot.due_at);
        let first = due_at
            .saturating_sub(settings.first_window())
            .unwrap_or(due_at);
        editions::first_window_start(conn, newsletter.id)?
            .map_or(first, |skipped| skipped.min(first))
    };
    Ok(Window {
        from: from.min(slot.due_at),
        until: slot.due_at,
    })
}
