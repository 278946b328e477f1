//! Due newsletters become editions: articles are chosen, the mail is frozen, and one delivery per reader is
//! queued, all in one transaction.
//!
//! The slot is unique per newsletter and is a local date-time: a second scheduler, a second `run-due` and the
//! repeated hour in autumn find the row there and do nothing. After an outage only the latest missed slot can
//! become an edition ([`compose_due`] says when); its window reaches back to the last one, so that no article is lost
//! and no reader gets a morning's mails all at once.

mod approval;
mod due;

use diesel::PgConnection;
use jiff::{Timestamp, civil};
use sha2::{Digest as _, Sha256};

use crate::config;
use crate::domain::deadline;
use crate::domain::edition::{Edition, EditionKind, EditionStatus, NewEdition, Window};
use crate::domain::edition_delivery::EditionSend;
use crate::domain::id::EditionId;
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::schedule::{ScheduleError, Slot};
use crate::domain::selection::Selection;
use crate::domain::site::Site;
use crate::domain::slug::Slug;
use crate::mail::digest::{DigestEmail, EditionLine, ReaderMarkers, preheader};
use crate::mail::email::{NewsletterLine, Rendered, render};
use crate::store::sends::NewSend;
use crate::store::{self, articles, edition_deliveries, editions, newsletters, sends};
use crate::templates::{TemplateError, Templates};

pub use due::{Composed, compose_due, due};

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
    /// The content cannot be rendered; nothing was queued.
    #[error("the edition cannot be rendered")]
    Template(#[from] TemplateError),
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
    let window = window(
        conn,
        newsletter,
        cut(newsletter, kind, slot),
        context.settings,
    )?;
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
        Err(reason) => editions::insert(
            conn,
            NewEdition {
                status: EditionStatus::Skipped,
                skip_reason: Some(reason),
                completed_at: Some(now),
                ..bare
            },
        )?,
        Ok(selection) => {
            let edition = frozen(&bare, newsletter, &selection, context)?;
            let is_new = editions::insert(conn, edition)?;
            crate::fault::point("k1");
            if is_new {
                queue_mails(conn, now, newsletter, id, &selection)?;
                let deadline_at = deadline(newsletter, kind, slot);
                plan_send(conn, now, id, deadline_at, context.settings)?;
            }
            is_new
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

/// The slot with the cut-off of its articles in place of its own time. One that a person wants now has all there is.
fn cut(newsletter: &Newsletter, kind: EditionKind, slot: Slot) -> Slot {
    match kind {
        EditionKind::Manual => slot,
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
    }
}

fn frozen(
    bare: &NewEdition,
    newsletter: &Newsletter,
    selection: &Selection,
    context: &Context<'_>,
) -> Result<NewEdition, Error> {
    let email = digest_email(bare.id, bare.slot.date(), newsletter, selection, context);
    let mail = render(context.templates, &email)?;
    let page = render(
        context.templates,
        &DigestEmail {
            for_browser: true,
            ..email.clone()
        },
    )?;
    let Rendered {
        subject,
        text,
        html,
    } = mail;
    let mut hash = Sha256::new();
    for part in [&subject, &text, &html] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let article_count = selection.shown().count();
    Ok(NewEdition {
        content_sha256: hash.finalize().to_vec(),
        article_count: i32::try_from(article_count).unwrap_or(i32::MAX),
        preheader: email.edition.preheader,
        subject,
        html,
        plain: text,
        web_html: page.html,
        ..bare.clone()
    })
}

fn digest_email(
    id: EditionId,
    date: civil::Date,
    newsletter: &Newsletter,
    selection: &Selection,
    context: &Context<'_>,
) -> DigestEmail {
    let (lead, sections, brief) = DigestEmail::blocks(selection);
    // "All stories on europablatt.example", but not "on 127.0.0.1".
    let home = url::Url::parse(&context.publisher.home_url).ok();
    let site_label = home
        .as_ref()
        .and_then(url::Url::domain)
        .unwrap_or(&context.publisher.name);
    let site_label = site_label.to_owned();
    DigestEmail {
        language: newsletter.language.clone(),
        newsletter: NewsletterLine::new(newsletter, context.site),
        edition: EditionLine {
            subject: lead
                .as_ref()
                .map(|lead| lead.title.clone())
                .unwrap_or_default(),
            preheader: preheader(selection),
            date: date.to_string(),
            browser_url: context.site.edition_url(id),
            article_count: selection.shown().count(),
            reading_minutes: selection
                .shown()
                .map(|article| article.reading_minutes)
                .sum(),
        },
        lead,
        sections,
        brief,
        site_label,
        for_browser: false,
        reader: ReaderMarkers::default(),
    }
}

fn to_usize(number: i32) -> usize {
    usize::try_from(number).unwrap_or(0)
}
