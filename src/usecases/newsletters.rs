//! The newsroom's newsletters: make, change, retire, look at the next slots.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use crate::domain::approval::{ApprovalPatch, ApprovalSettings};
use crate::domain::change::Change;
use crate::domain::choice::Choice;
use crate::domain::deadline::DeliverBy;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{EditionId, NewsletterId};
use crate::domain::language::Language;
use crate::domain::line::Line;
use crate::domain::missed_slot::{MissedOutcome, MissedReason, NewMissedSlot, passed};
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::schedule::{Schedule, ScheduleError, Slot};
use crate::domain::site_origin::SiteOrigin;
use crate::domain::slug::Slug;
use crate::domain::timing::{Timing, TimingPatch};
use crate::store::{self, articles, editions, missed_slots, newsletters, signups};

pub use crate::store::signups::Source;

/// Why a newsletter is not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no newsletter with this slug.
    #[error("there is no such newsletter")]
    NotFound,
    /// The slug is taken.
    #[error("there is a newsletter {0} already")]
    SlugTaken(Slug),
    /// The limits contradict each other.
    #[error(
        "min_articles must be at least 1 and at most max_articles, and max_articles at most 200"
    )]
    Limits,
    /// A stored schedule no longer parses.
    #[error("the stored schedule cannot be read")]
    Schedule(#[from] ScheduleError),
    /// The database failed.
    #[error("cannot read or write the newsletter")]
    Store(#[from] store::Error),
}

/// How many pages are listed.
const MAX_SOURCES: i64 = 200;

/// The most articles in one edition.
const MAX_ARTICLES: i32 = 200;

/// Everything that makes a newsletter.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields of Newsletter, see there")]
pub struct Draft {
    pub slug: Slug,
    pub title: Line,
    pub promise: String,
    pub frequency: String,
    pub language: Language,
    pub sender_name: Line,
    pub sender_address: EmailAddress,
    pub schedule: Schedule,
    pub topics: Vec<String>,
    pub min_articles: i32,
    pub max_articles: i32,
    pub deliver_by: Option<DeliverBy>,
    pub sites: Vec<SiteOrigin>,
    pub choice: Choice,
    pub timing: Timing,
    pub approval: ApprovalSettings,
}

/// What changes; absent fields stay.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of Newsletter, see there")]
pub struct Patch {
    pub title: Option<Line>,
    pub promise: Option<String>,
    pub frequency: Option<String>,
    pub language: Option<Language>,
    pub sender_name: Option<Line>,
    pub sender_address: Option<EmailAddress>,
    pub schedule: Option<Schedule>,
    pub topics: Option<Vec<String>>,
    pub min_articles: Option<i32>,
    pub max_articles: Option<i32>,
    pub status: Option<NewsletterStatus>,
    pub deliver_by: Change<DeliverBy>,
    pub sites: Option<Vec<SiteOrigin>>,
    pub choice: Option<Choice>,
    pub timing: TimingPatch,
    pub approval: ApprovalPatch,
}

/// Makes a newsletter; its first slot is the next one of its schedule.
///
/// # Errors
/// [`Error::SlugTaken`], [`Error::Limits`].
pub fn create(conn: &mut PgConnection, now: Timestamp, draft: &Draft) -> Result<Newsletter, Error> {
    let newsletter = Newsletter {
        id: NewsletterId::new(now),
        slug: draft.slug.clone(),
        title: draft.title.clone(),
        promise: draft.promise.clone(),
        frequency: draft.frequency.clone(),
        language: draft.language.clone(),
        sender_name: draft.sender_name.clone(),
        sender_address: draft.sender_address.clone(),
        schedule_cron: draft.schedule.cron().to_owned(),
        schedule_zone: draft.schedule.zone_name().to_owned(),
        topics: draft.topics.clone(),
        min_articles: draft.min_articles,
        max_articles: draft.max_articles,
        status: NewsletterStatus::Active,
        next_due_at: draft.schedule.next_after(now).map(|slot| slot.due_at),
        created_at: now,
        updated_at: now,
        deliver_by: draft.deliver_by.clone(),
        sites: draft.sites.clone(),
        choice: draft.choice.clone(),
        timing: draft.timing.clone(),
        approval: draft.approval.clone(),
    };
    check_limits(&newsletter)?;
    match newsletters::insert(conn, newsletter.clone()) {
        Err(store::Error::Duplicate { .. }) => Err(Error::SlugTaken(newsletter.slug)),
        result => Ok(result.map(|()| newsletter)?),
    }
}

/// Changes a newsletter. A new schedule counts from now; a retired newsletter has no next slot.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Limits`].
pub fn change(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    patch: Patch,
) -> Result<Newsletter, Error> {
    let before = newsletters::lock_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let is_rescheduled =
        patch.schedule.is_some() || patch.status.is_some_and(|status| status != before.status);
    if is_rescheduled {
        record_passed(conn, now, &before)?;
    }
    let schedule = match patch.schedule {
        Some(schedule) => schedule,
        None => before.schedule()?,
    };
    let status = patch.status.unwrap_or(before.status);
    let next_due_at = match status {
        NewsletterStatus::Retired => None,
        NewsletterStatus::Active if is_rescheduled => {
            schedule.next_after(now).map(|slot| slot.due_at)
        }
        NewsletterStatus::Active => before.next_due_at,
    };
    let after = Newsletter {
        title: patch.title.unwrap_or(before.title),
        promise: patch.promise.unwrap_or(before.promise),
        frequency: patch.frequency.unwrap_or(before.frequency),
        language: patch.language.unwrap_or(before.language),
        sender_name: patch.sender_name.unwrap_or(before.sender_name),
        sender_address: patch.sender_address.unwrap_or(before.sender_address),
        schedule_cron: schedule.cron().to_owned(),
        schedule_zone: schedule.zone_name().to_owned(),
        topics: patch.topics.unwrap_or(before.topics),
        min_articles: patch.min_articles.unwrap_or(before.min_articles),
        max_articles: patch.max_articles.unwrap_or(before.max_articles),
        status,
        next_due_at,
        id: before.id,
        slug: before.slug,
        created_at: before.created_at,
        updated_at: now,
        deliver_by: patch.deliver_by.apply(before.deliver_by),
        sites: patch.sites.unwrap_or(before.sites),
        choice: patch.choice.unwrap_or(before.choice),
        timing: patch.timing.apply(before.timing),
        approval: patch.approval.apply(before.approval),
    };
    check_limits(&after)?;
    newsletters::update(conn, after.clone())?;
    Ok(after)
}

/// Records the slots of the old schedule that have passed and that nobody served: a new one counts from now.
fn record_passed(
    conn: &mut PgConnection,
    now: Timestamp,
    before: &Newsletter,
) -> Result<(), Error> {
    // A schedule that no longer parses is being mended; nobody knows its slots.
    let Ok(schedule) = before.schedule() else {
        return Ok(());
    };
    let reason = match before.timing.paused_at {
        Some(_) => MissedReason::Paused,
        None => MissedReason::Late,
    };
    let row = |slot: &Slot| NewMissedSlot::new(before, *slot, now, reason, MissedOutcome::Skipped);
    let rows: Vec<NewMissedSlot> = passed(before, &schedule, now).iter().map(row).collect();
    missed_slots::insert(conn, &rows)?;
    Ok(())
}

fn check_limits(newsletter: &Newsletter) -> Result<(), Error> {
    let range = 1..=newsletter.max_articles.min(MAX_ARTICLES);
    if newsletter.max_articles <= MAX_ARTICLES && range.contains(&newsletter.min_articles) {
        Ok(())
    } else {
        Err(Error::Limits)
    }
}

/// The newsletter with this slug.
///
/// # Errors
/// [`Error::NotFound`].
pub fn find(conn: &mut PgConnection, slug: &Slug) -> Result<Newsletter, Error> {
    newsletters::find_by_slug(conn, slug)?.ok_or(Error::NotFound)
}

/// A page of newsletters, oldest first.
///
/// # Errors
/// Database errors.
pub fn list(
    conn: &mut PgConnection,
    after: Option<NewsletterId>,
    limit: i64,
) -> Result<Vec<Newsletter>, Error> {
    Ok(newsletters::page(conn, after, limit)?)
}

/// The next `count` slots after `now`.
///
/// # Errors
/// [`Error::NotFound`].
pub fn next_slots(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    count: usize,
) -> Result<(Newsletter, Vec<Slot>), Error> {
    let newsletter = find(conn, slug)?;
    let slots = newsletter.schedule()?.next_slots(now, count);
    Ok((newsletter, slots))
}

/// A newsletter as a sign-up box shows it.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The newsletter.
    pub newsletter: Newsletter,
    /// Its newest edition.
    pub latest: Option<EditionId>,
}

/// What a sign-up box offers on a page about `topics` in `language`: the newsletter that fits best first, then
/// the others. With `slug`, that newsletter is first.
///
/// # Errors
/// [`Error::NotFound`] when `slug` names no active newsletter.
pub fn offers(
    conn: &mut PgConnection,
    slug: Option<&Slug>,
    language: &Language,
    topics: &[String],
) -> Result<Vec<Offer>, Error> {
    let mut all = newsletters::active(conn)?;
    let subject = match slug {
        Some(slug) => {
            let index = all.iter().position(|newsletter| newsletter.slug == *slug);
            Some(all.remove(index.ok_or(Error::NotFound)?))
        }
        None => None,
    };
    let (language, topics) = match &subject {
        Some(subject) => (&subject.language, subject.topics.as_slice()),
        None => (language, topics),
    };
    // A stable sort: among equals the order of making stays.
    all.sort_by_key(|newsletter| std::cmp::Reverse(fit(newsletter, language, topics)));
    all.splice(0..0, subject.clone());
    let ids: Vec<NewsletterId> = all.iter().map(|newsletter| newsletter.id).collect();
    let latest = editions::latest(conn, &ids)?;
    Ok(all
        .into_iter()
        .map(|newsletter| Offer {
            latest: latest.get(&newsletter.id).copied(),
            newsletter,
        })
        .collect())
}

/// What a box on the page at `url` should offer, the newsletter that fits best first: those that would take the article there,
/// or all of them when no article is known at this address, nearest to `language` first. The address counts with its query and
/// without.
///
/// # Errors
/// Database errors.
pub fn suggest(
    conn: &mut PgConnection,
    now: Timestamp,
    url: &Url,
    language: &Language,
) -> Result<(bool, Vec<Offer>), Error> {
    let mut bare = url.clone();
    bare.set_fragment(None);
    let with_query = bare.to_string();
    bare.set_query(None);
    let article = articles::find_by_url(conn, &[with_query, bare.to_string()])?;
    let article = article.filter(|article| article.publish_at.is_none_or(|at| at <= now));
    let Some(article) = article else {
        return Ok((false, offers(conn, None, language, &[])?));
    };
    let mut all = offers(conn, None, &article.language, &article.topics)?;
    all.retain(|Offer { newsletter, .. }| {
        let choice = &newsletter.choice;
        let verdict = choice.verdict(&newsletter.language, &newsletter.topics, &article, now);
        !verdict.is_of_another_kind()
    });
    Ok((true, all))
}

/// The newsletters that take readers, in the order of making.
///
/// # Errors
/// Database errors.
pub fn active(conn: &mut PgConnection) -> Result<Vec<Newsletter>, Error> {
    Ok(newsletters::active(conn)?)
}

/// The newsletters with these ids, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[NewsletterId]) -> Result<Vec<Newsletter>, Error> {
    Ok(newsletters::find_all(conn, ids)?)
}

/// From which pages readers of a newsletter came in the last `days`, those with the most confirmed readers first.
///
/// # Errors
/// [`Error::NotFound`].
pub fn sources(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    days: u16,
) -> Result<Vec<Source>, Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::NotFound)?;
    let span = SignedDuration::from_hours(24 * i64::from(days));
    let since = now.saturating_sub(span).unwrap_or(now);
    Ok(signups::sources(conn, newsletter.id, since, MAX_SOURCES)?)
}

/// Every site whose pages may hold a box of some newsletter, beside those of the settings.
///
/// # Errors
/// Database errors.
pub fn sites(conn: &mut PgConnection) -> Result<Vec<SiteOrigin>, Error> {
    let mut all: Vec<SiteOrigin> = newsletters::active(conn)?
        .into_iter()
        .flat_map(|newsletter| newsletter.sites)
        .collect();
    all.sort();
    all.dedup();
    Ok(all)
}

/// Whether a site is one of each of these newsletters; a name of none that takes readers has no sites.
///
/// # Errors
/// Database errors.
pub fn all_have_site(
    conn: &mut PgConnection,
    slugs: &[Slug],
    origin: &SiteOrigin,
) -> Result<bool, Error> {
    let found = newsletters::active_by_slugs(conn, slugs)?;
    let has_site = |slug: &Slug| {
        let mut of_slug = found.iter().filter(|newsletter| newsletter.slug == *slug);
        of_slug.any(|newsletter| newsletter.sites.contains(origin))
    };
    Ok(!slugs.is_empty() && slugs.iter().all(has_site))
}

/// How well a newsletter fits a page: its language counts most, then shared topics, of which a narrow
/// newsletter's count more than a broad one's.
fn fit(newsletter: &Newsletter, language: &Language, topics: &[String]) -> usize {
    let speaks = usize::from(newsletter.language.primary() == language.primary());
    let shared = newsletter
        .topics
        .iter()
        .filter(|topic| topics.contains(topic))
        .count();
    speaks * 1000
        + (shared * 100)
            .checked_div(newsletter.topics.len())
            .unwrap_or(0)
}
