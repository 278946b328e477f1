//! Due newsletters become editions: articles are chosen, the mail is frozen, and one delivery per reader is
//! queued, all in one transaction.
//!
//! The slot is unique per newsletter and is a local date-time: a second scheduler, a second `run-due` and the
//! repeated hour in autumn find the row there and do nothing. After an outage only the latest missed slot
//! becomes an edition; its window reaches back to the last one, so that no article is lost and no reader gets
//! a morning's mails all at once.

use diesel::PgConnection;
use jiff::{Timestamp, ToSpan as _, civil};

use crate::config;
use crate::domain::deadline;
use crate::domain::edition::{Edition, EditionKind, EditionStatus, NewEdition, SkipReason, Window};
use crate::domain::edition_delivery::EditionSend;
use crate::domain::id::EditionId;
use crate::domain::look::Look;
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::schedule::{ScheduleError, Slot};
use crate::domain::selection::Selection;
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::mail::freeze::{Frozen, Material, Unfrozen, freeze};
use crate::store::sends::NewSend;
use crate::store::{self, articles, edition_deliveries, editions, looks, newsletters, sends};
use crate::templates::Templates;

/// The most articles that are looked at for one edition.
const MAX_CANDIDATES: i64 = 500;

/// Why no edition was made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    NotFound,
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

/// What a pass over one newsletter did.
#[derive(Debug, Clone)]
pub struct Composed {
    /// Of which newsletter.
    pub slug: Slug,
    /// The edition; `None` when its slot had one already.
    pub edition: Option<Edition>,
}

/// Composes the edition of one newsletter that is due at `now`; `None` when none is. Call until then.
///
/// # Errors
/// [`Error`]; the newsletter stays due.
pub fn compose_next_due(
    conn: &mut PgConnection,
    now: Timestamp,
    context: &Context<'_>,
) -> Result<Option<Composed>, Error> {
    let Some(newsletter) = newsletters::lock_due(conn, now)? else {
        return Ok(None);
    };
    let schedule = newsletter.schedule().map_err(|cause| Error::Schedule {
        slug: newsletter.slug.clone(),
        cause,
    })?;
    let next = schedule.next_after(now).map(|slot| slot.due_at);
    let since = newsletter.next_due_at.unwrap_or(now);
    let just_before = since.checked_sub(1.second()).unwrap_or(since);
    let edition = match schedule.last_at_or_before(now, just_before) {
        Some(slot) => compose(
            conn,
            now,
            &newsletter,
            EditionKind::Scheduled,
            slot,
            context,
        )?,
        None => None,
    };
    newsletters::set_next_due(conn, newsletter.id, next)?;
    Ok(Some(Composed {
        slug: newsletter.slug,
        edition,
    }))
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
    let slot = Slot {
        local: local(&newsletter, now),
        due_at: now,
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

fn compose(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: &Newsletter,
    kind: EditionKind,
    slot: Slot,
    context: &Context<'_>,
) -> Result<Option<Edition>, Error> {
    let window = window(conn, newsletter, slot, context.settings)?;
    let grace = context.settings.late_commit_grace();
    let grace_from = window.from.saturating_sub(grace).unwrap_or(window.from);
    let found = articles::for_digest(conn, newsletter, window, grace_from, MAX_CANDIDATES)?;
    let bare = bare_edition(now, newsletter, kind, slot, window);
    let id = bare.id;
    let limits = (
        to_usize(newsletter.min_articles),
        to_usize(newsletter.max_articles),
    );
    let is_new = match Selection::arrange(found, limits.0, limits.1) {
        Err(reason) => editions::insert(conn, skipped(bare, now, reason, Vec::new()))?,
        Ok(selection) => {
            let look = looks::find(conn, newsletter.id)?
                .unwrap_or_else(|| Look::plain(newsletter.id, now));
            match frozen(&bare, newsletter, &look, selection, context) {
                Err(unfrozen) => editions::insert(conn, blocked(bare, now, newsletter, &unfrozen))?,
                Ok((edition, selection)) => {
                    let is_new = editions::insert(conn, edition)?;
                    crate::fault::point("k1");
                    if is_new {
                        queue_mails(conn, now, newsletter, id, &selection)?;
                        let deadline_at = deadline(newsletter, kind, slot);
                        plan_send(conn, now, id, deadline_at, context.settings)?;
                    }
                    is_new
                }
            }
        }
    };
    if !is_new {
        return Ok(None);
    }
    let edition = editions::find(conn, id)?;
    if let Some(edition) = &edition {
        tracing::info!(
            edition = %id, newsletter = %newsletter.slug, status = %edition.status,
            articles = edition.article_count, readers = edition.recipient_count, "edition composed"
        );
    }
    Ok(edition)
}

/// Notes the articles of a new edition and queues one mail per reader.
fn queue_mails(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: &Newsletter,
    id: EditionId,
    selection: &Selection,
) -> Result<(), Error> {
    let placements: Vec<_> = selection
        .placements()
        .into_iter()
        .map(|(article, placement)| (article.id, placement))
        .collect();
    editions::insert_articles(conn, id, &placements)?;
    crate::fault::point("k2");
    let count = edition_deliveries::insert_for_edition(conn, id, newsletter.id)?;
    editions::set_recipients(conn, id, i32::try_from(count).unwrap_or(i32::MAX), now)?;
    Ok(())
}

/// By when an edition should have been sent. One that a person wants now goes now.
fn deadline(newsletter: &Newsletter, kind: EditionKind, slot: Slot) -> Option<Timestamp> {
    let by = newsletter.deliver_by.as_ref();
    by.filter(|_| kind == EditionKind::Scheduled)?
        .first_after(slot.due_at, &newsletter.schedule_zone)
}

/// Says when a new edition is sent: at once, or so that it meets its deadline.
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
            deadline::plan(now, deadline, i64::from(count), rate).not_before
        }
        _ => now,
    };
    let give_up = settings.give_up_after();
    let send = NewSend {
        not_before,
        deadline_at,
        expires_at: not_before.saturating_add(give_up).unwrap_or(not_before),
        unknown_policy: settings.unknown_policy,
    };
    sends::insert(conn, id, send)?;
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

fn bare_edition(
    now: Timestamp,
    newsletter: &Newsletter,
    kind: EditionKind,
    slot: Slot,
    window: Window,
) -> NewEdition {
    NewEdition {
        id: EditionId::new(now),
        newsletter_id: newsletter.id,
        kind,
        slot: slot.local,
        due_at: slot.due_at,
        window_from: window.from,
        window_until: window.until,
        status: EditionStatus::Delivering,
        skip_reason: None,
        subject: String::new(),
        preheader: String::new(),
        html: String::new(),
        plain: String::new(),
        web_html: String::new(),
        content_sha256: Vec::new(),
        article_count: 0,
        recipient_count: 0,
        created_at: now,
        completed_at: None,
        warnings: Vec::new(),
    }
}

/// An edition of which nothing is sent.
fn skipped(
    bare: NewEdition,
    now: Timestamp,
    reason: SkipReason,
    warnings: Vec<String>,
) -> NewEdition {
    NewEdition {
        status: EditionStatus::Skipped,
        skip_reason: Some(reason),
        completed_at: Some(now),
        warnings,
        ..bare
    }
}

/// An edition that cannot be sent as it is. Its articles stay for the next one, after somebody has mended the cause.
fn blocked(
    bare: NewEdition,
    now: Timestamp,
    newsletter: &Newsletter,
    unfrozen: &Unfrozen,
) -> NewEdition {
    let (reason, why) = match unfrozen {
        Unfrozen::TooLarge { .. } => (SkipReason::TooLarge, unfrozen.to_string()),
        Unfrozen::Poisoned(_) => (SkipReason::NoArticles, unfrozen.to_string()),
        Unfrozen::Template(cause) => (SkipReason::TemplateError, cause.told()),
    };
    tracing::error!(
        edition = %bare.id, newsletter = %newsletter.slug, %reason, why,
        "an edition cannot be made; nothing of it is sent"
    );
    skipped(bare, now, reason, vec![why])
}

fn frozen(
    bare: &NewEdition,
    newsletter: &Newsletter,
    look: &Look,
    selection: Selection,
    context: &Context<'_>,
) -> Result<(NewEdition, Selection), Unfrozen> {
    let material = Material {
        id: bare.id,
        date: bare.slot.date(),
        newsletter,
        look,
        publisher: context.publisher,
        site: context.site,
        templates: context.templates,
    };
    let Frozen {
        subject,
        preheader,
        text,
        html,
        web_html,
        sha256,
        selection,
        warnings,
    } = freeze(&material, selection)?;
    for warning in &warnings {
        tracing::warn!(edition = %bare.id, newsletter = %newsletter.slug, warning, "an edition was made smaller");
    }
    let article_count = selection.shown().count();
    let edition = NewEdition {
        content_sha256: sha256,
        article_count: i32::try_from(article_count).unwrap_or(i32::MAX),
        preheader,
        subject,
        html,
        plain: text,
        web_html,
        warnings,
        ..bare.clone()
    };
    Ok((edition, selection))
}

fn to_usize(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}
