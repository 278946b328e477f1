//! A chunk of an edition: taken, read, and made ready to be sent, in one transaction.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use diesel::PgConnection;
use jiff::tz::TimeZone;
use jiff::{Timestamp, civil};

use super::making::Context;
use super::{Error, Job, Key, Letter};
use crate::config;
use crate::domain::delivery::DeliveryStatus;
use crate::domain::edition::EditionStatus;
use crate::domain::edition_delivery::EditionSend;
use crate::domain::id::{DeliveryId, EditionId, SubscriptionId, WorkerId};
use crate::domain::language::Language;
use crate::domain::link_token::Purpose;
use crate::mail::email::Rendered;
use crate::mail::message::{Kind, MessageError};
use crate::mail::prepared::{Edition as FrozenEdition, PreparedEdition, Reader};
use crate::store::claims::{ChunkRow, Claim, Taken};
use crate::store::queue::Lease;
use crate::store::{claims, edition_deliveries, editions, newsletters, sends, subscriptions};

/// How many prepared editions one process keeps.
const MAX_PREPARED: usize = 16;

/// What there was to send.
#[derive(Debug)]
pub enum Fed {
    /// A chunk; it may have no jobs left, and has to be closed all the same.
    Chunk(Chunk),
    /// Single mails.
    Singles(Vec<Job>),
    /// Something is about to be due: ask again soon.
    NotYet,
    /// Nothing is due.
    Nothing,
}

/// Readers of one edition in a worker's hands.
#[derive(Debug)]
pub struct Chunk {
    /// Whose they are.
    pub claim: Claim,
    /// One for each reader who still wants it.
    pub jobs: Vec<Job>,
}

/// An edition's message with holes, and how its dates are written.
#[derive(Debug)]
struct Ready {
    prepared: Arc<PreparedEdition>,
    text_only: Arc<PreparedEdition>,
    language: Language,
    zone: TimeZone,
}

/// The editions that were prepared before: each version is built and encoded once per process.
#[derive(Debug, Default)]
pub struct PreparedEditions(Mutex<HashMap<(EditionId, i32), Arc<Ready>>>);

/// Takes the next chunk: retries that are due, what others left, or a new one of the edition that waited longest.
///
/// # Errors
/// Database errors.
pub fn next_chunk(
    conn: &mut PgConnection,
    now: Timestamp,
    context: &Context<'_>,
    settings: &config::Delivery,
    worker: WorkerId,
) -> Result<Fed, Error> {
    let lease = Lease::new(worker, now, settings);
    let limit = i64::from(settings.batch_size);
    let claim = if let Some(retries) = claims::take_retries(conn, now, lease, limit)? {
        retries
    } else if let Some(left) = claims::take_left(conn, now, lease)? {
        left
    } else {
        match claims::cut(conn, now, lease, limit)? {
            Taken::Chunk(claim) => claim,
            Taken::NotYet => return Ok(Fed::NotYet),
            Taken::Nothing => return Ok(Fed::Nothing),
        }
    };
    let jobs = jobs(conn, now, context, &claim)?;
    Ok(Fed::Chunk(Chunk { claim, jobs }))
}

fn jobs(
    conn: &mut PgConnection,
    now: Timestamp,
    context: &Context<'_>,
    claim: &Claim,
) -> Result<Vec<Job>, Error> {
    let rows = claims::rows(conn, claim)?;
    let Some(send) = sends::find(conn, claim.edition_id)? else {
        return Ok(Vec::new());
    };
    let rows = wanted(conn, now, claim, &send, rows)?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ready = match ready(conn, context, claim)? {
        Ok(ready) => ready,
        Err(defect) => {
            // It would be the same for every reader, so somebody has to mend it before anybody gets it.
            tracing::error!(edition = %claim.edition_id, error = ?defect, "an edition cannot be made into mails");
            let reason = format!("its mails cannot be made: {defect}");
            sends::change_status(
                conn,
                claim.edition_id,
                &[EditionStatus::Delivering],
                EditionStatus::Paused,
                Some(&reason),
            )?;
            return Ok(Vec::new());
        }
    };
    let (first, last) = claim.range;
    let text_only: HashSet<SubscriptionId> = subscriptions::text_only_between(conn, first, last)?
        .into_iter()
        .collect();
    let mut dates = HashMap::new();
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let prepared = if text_only.contains(&row.subscription_id) {
                &ready.text_only
            } else {
                &ready.prepared
            };
            job(row, context, claim, &send, (&ready, prepared), &mut dates)
        })
        .collect())
}

/// The readers who still want it; the others' rows are settled.
fn wanted(
    conn: &mut PgConnection,
    now: Timestamp,
    claim: &Claim,
    send: &EditionSend,
    rows: Vec<ChunkRow>,
) -> Result<Vec<ChunkRow>, Error> {
    let mut wanted = Vec::with_capacity(rows.len());
    let mut ended: HashMap<&'static str, (DeliveryStatus, Vec<SubscriptionId>)> = HashMap::new();
    for row in rows {
        let end = if row.is_suppressed {
            Some(DeliveryStatus::Suppressed)
        } else if !row.is_active {
            Some(DeliveryStatus::Cancelled)
        } else if send.expires_at <= now {
            Some(DeliveryStatus::Expired)
        } else {
            None
        };
        match end {
            None => wanted.push(row),
            Some(end) => {
                // A copy that is not sent any more: what became of the first mail stays unknown.
                let end = if row.unknown_count > 0 {
                    DeliveryStatus::Unknown
                } else {
                    end
                };
                let (_, readers) = ended.entry(end.as_str()).or_insert((end, Vec::new()));
                readers.push(row.subscription_id);
            }
        }
    }
    for (status, readers) in ended.into_values() {
        edition_deliveries::settle_waiting(conn, now, claim.edition_id, &readers, status)?;
    }
    Ok(wanted)
}

fn ready(
    conn: &mut PgConnection,
    context: &Context<'_>,
    claim: &Claim,
) -> Result<Result<Arc<Ready>, MessageError>, Error> {
    let cache = || {
        context
            .editions
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if let Some(ready) = cache().get(&(claim.edition_id, claim.content_version)) {
        return Ok(Ok(Arc::clone(ready)));
    }
    // What is read now is of the claim's version or of a newer one; then nothing of this chunk may begin.
    let (version, made) = match prepare(conn, context, claim.edition_id)? {
        Ok((version, ready)) => (version, Arc::new(ready)),
        Err(defect) => return Ok(Err(defect)),
    };
    let mut cache = cache();
    if cache.len() >= MAX_PREPARED {
        cache.clear();
    }
    cache.insert((claim.edition_id, version), Arc::clone(&made));
    Ok(Ok(made))
}

fn prepare(
    conn: &mut PgConnection,
    context: &Context<'_>,
    id: EditionId,
) -> Result<Result<(i32, Ready), MessageError>, Error> {
    let missing = || Error::Store(crate::store::Error::Corrupt("an edition is missing".into()));
    let (edition, texts) = editions::with_content(conn, &[id])?
        .pop()
        .ok_or_else(missing)?;
    let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?
        .pop()
        .ok_or_else(missing)?;
    let frozen = Rendered {
        subject: texts.subject,
        text: texts.plain,
        html: texts.html,
    };
    let kind = Kind::List {
        slug: newsletter.slug.to_string(),
        sender_name: newsletter.sender_name.as_str().to_owned(),
        sender_address: newsletter.sender_address.clone(),
        unsubscribe_url: String::new(),
        archive_url: context.site.edition_url(id),
        is_test: false,
    };
    let edition_of = |is_text_only| FrozenEdition {
        id,
        date: edition.created_at,
        language: &newsletter.language,
        frozen: &frozen,
        kind: &kind,
        unsubscribe_base: context.site.unsubscribe_url(""),
        preferences_base: context.site.preferences_url(""),
        is_text_only,
    };
    let both = PreparedEdition::new(context.identity, &edition_of(false)).and_then(|prepared| {
        let text_only = PreparedEdition::new(context.identity, &edition_of(true))?;
        Ok((Arc::new(prepared), Arc::new(text_only)))
    });
    Ok(both.map(|(prepared, text_only)| {
        let zone = TimeZone::get(&newsletter.schedule_zone).unwrap_or(TimeZone::UTC);
        let ready = Ready {
            prepared,
            text_only,
            language: newsletter.language.clone(),
            zone,
        };
        (edition.content_version, ready)
    }))
}

fn job(
    row: ChunkRow,
    context: &Context<'_>,
    claim: &Claim,
    send: &EditionSend,
    (ready, prepared): (&Ready, &Arc<PreparedEdition>),
    dates: &mut HashMap<civil::Date, Arc<str>>,
) -> Option<Job> {
    let since = row.since()?.to_zoned(ready.zone.clone()).date();
    let subscribed_on = dates.entry(since).or_insert_with(|| {
        context
            .templates
            .words()
            .date_long(&ready.language, since)
            .into()
    });
    let reader = Reader {
        delivery: DeliveryId::of_edition(claim.edition_id, row.subscription_id),
        address: row.address?,
        subscribed_on: Arc::clone(subscribed_on),
        unsubscribe_token: context.keys.issue(
            Purpose::Unsubscribe,
            row.subscription_id.as_uuid(),
            row.link_nonce?,
        ),
        preferences_token: context.keys.issue(
            Purpose::Preferences,
            row.subscription_id.as_uuid(),
            row.link_nonce?,
        ),
    };
    Some(Job {
        key: Key::Edition {
            edition: claim.edition_id,
            claim: claim.id,
            reader: row.subscription_id,
            is_retry: claim.is_retry,
        },
        attempt_count: i32::from(row.attempt_count),
        unknown_count: i32::from(row.unknown_count),
        expires_at: send.expires_at,
        policy: send.unknown_policy,
        subscriber: row.subscriber_id,
        letter: Letter::Personal(Arc::clone(prepared), reader),
    })
}

/// Ends a worker's hold on a chunk; what still waits in it goes to whoever comes next.
///
/// # Errors
/// Database errors.
pub fn close_chunk(
    conn: &mut PgConnection,
    now: Timestamp,
    worker: WorkerId,
    claim: &Claim,
) -> Result<(), Error> {
    Ok(claims::close(conn, now, worker, claim)?)
}
