//! Rhythms that readers chose.

use diesel::prelude::*;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use super::recipients::{Audience, common_mark};
use crate::domain::id::{NewsletterId, RhythmId, SubscriptionId};
use crate::domain::newsletter::{Newsletter, NewsletterStatus};
use crate::domain::rhythm::{Pace, Rhythm, RhythmKind};
use crate::domain::subscription::Subscription;
use crate::schema::rhythms::dsl;
use crate::schema::{articles, newsletters, subscriptions};

/// The rhythm of this newsletter that equals `wanted`, which is added where there is none.
///
/// # Errors
/// Database errors.
pub fn upsert(conn: &mut PgConnection, wanted: &Rhythm) -> Result<Rhythm, Error> {
    diesel::insert_into(dsl::rhythms)
        .values(wanted.clone())
        .on_conflict((dsl::newsletter_id, dsl::kind, dsl::cron, dsl::zone))
        .do_nothing()
        .execute(conn)?;
    Ok(dsl::rhythms
        .filter(
            dsl::newsletter_id
                .eq(wanted.newsletter_id)
                .and(dsl::kind.eq(wanted.kind))
                .and(dsl::cron.eq(&wanted.cron))
                .and(dsl::zone.eq(&wanted.zone)),
        )
        .select(Rhythm::as_select())
        .first(conn)?)
}

/// Gives a reader another pace, with the mark that goes with the old one, so that nothing is lost or repeated; returns the
/// rhythm of the reader's own. The caller holds the newsletter's rhythms ([`hold`]) and has locked the subscription.
///
/// # Errors
/// Database errors.
pub fn give(
    conn: &mut PgConnection,
    now: Timestamp,
    before: &Subscription,
    pace: &Pace,
) -> Result<Option<Rhythm>, Error> {
    let rhythm = match Rhythm::new(now, before.newsletter_id, pace) {
        Some(wanted) => Some(upsert(conn, &wanted)?),
        None => None,
    };
    let id = rhythm.as_ref().map(|rhythm| rhythm.id);
    if id != before.rhythm_id {
        let audience = Audience {
            newsletter: before.newsletter_id,
            rhythm: before.rhythm_id,
        };
        let mark = match before.sent_until {
            Some(mark) => mark,
            None => common_mark(conn, audience)?,
        };
        assign(conn, before.id, id, mark)?;
    }
    Ok(rhythm)
}

/// These rhythms, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[RhythmId]) -> Result<Vec<Rhythm>, Error> {
    Ok(dsl::rhythms
        .filter(dsl::id.eq_any(ids))
        .select(Rhythm::as_select())
        .load(conn)?)
}

/// No edition of any rhythm of this newsletter is composed until the transaction ends. Before a subscription is locked:
/// whoever composes locks in this order, too.
///
/// # Errors
/// Database errors.
pub fn hold(conn: &mut PgConnection, newsletter: NewsletterId) -> Result<(), Error> {
    let all = dsl::rhythms.filter(dsl::newsletter_id.eq(newsletter));
    let all = all.order(dsl::id).select(dsl::id);
    all.for_share().load::<RhythmId>(conn)?;
    Ok(())
}

/// [`hold`] for every newsletter.
///
/// # Errors
/// Database errors.
pub fn hold_all(conn: &mut PgConnection) -> Result<(), Error> {
    let all = dsl::rhythms.order(dsl::id).select(dsl::id);
    all.for_share().load::<RhythmId>(conn)?;
    Ok(())
}

/// Gives a reader a rhythm, or with `None` that of the newsletter, and the mark that goes with the old one.
///
/// # Errors
/// Database errors.
pub fn assign(
    conn: &mut PgConnection,
    reader: SubscriptionId,
    rhythm: Option<RhythmId>,
    mark: Timestamp,
) -> Result<(), Error> {
    diesel::update(subscriptions::table.find(reader))
        .set((
            subscriptions::rhythm_id.eq(rhythm),
            subscriptions::sent_until.eq(mark.to_diesel()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The rhythms that are due at `now`, the longest due first.
///
/// # Errors
/// Database errors.
pub fn due(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<RhythmId>, Error> {
    Ok(dsl::rhythms
        .filter(dsl::next_due_at.le(now.to_diesel()))
        .order((dsl::next_due_at, dsl::id))
        .select(dsl::id)
        .load(conn)?)
}

/// The rhythms that go by publication.
///
/// # Errors
/// Database errors.
pub fn published(conn: &mut PgConnection) -> Result<Vec<RhythmId>, Error> {
    Ok(dsl::rhythms
        .filter(dsl::kind.eq(RhythmKind::AsPublished))
        .order(dsl::id)
        .select(dsl::id)
        .load(conn)?)
}

/// Locks a rhythm of an active newsletter if it is due at `now` and no other scheduler holds it.
///
/// # Errors
/// Database errors.
pub fn lock_due(
    conn: &mut PgConnection,
    now: Timestamp,
    id: RhythmId,
) -> Result<Option<(Rhythm, Newsletter)>, Error> {
    let free = lock(conn, id)?;
    // Another scheduler may have been through with it in between.
    Ok(free.filter(|(rhythm, _)| rhythm.next_due_at.is_some_and(|at| at <= now)))
}

/// Locks a rhythm that goes by publication if something became available for it until `until`, its newsletter does not pause,
/// and no other scheduler holds it.
///
/// # Errors
/// Database errors.
pub fn lock_published(
    conn: &mut PgConnection,
    until: Timestamp,
    id: RhythmId,
) -> Result<Option<(Rhythm, Newsletter)>, Error> {
    let Some(free) = lock(conn, id)?.filter(|(_, it)| it.timing.paused_at.is_none()) else {
        return Ok(None);
    };
    let has_news = has_news(conn, &free.0, until)?;
    Ok(Some(free).filter(|_| has_news))
}

/// Whether something became available since the mark of a rhythm, until `until`.
///
/// # Errors
/// Database errors.
pub fn has_news(conn: &mut PgConnection, rhythm: &Rhythm, until: Timestamp) -> Result<bool, Error> {
    let is_new = articles::available_at
        .ge(rhythm.sent_until.to_diesel())
        .and(articles::available_at.lt(until.to_diesel()));
    let news = articles::table.filter(is_new);
    Ok(diesel::select(diesel::dsl::exists(news)).get_result(conn)?)
}

/// The rhythm and its newsletter, unless another scheduler holds it or the newsletter has ended.
fn lock(conn: &mut PgConnection, id: RhythmId) -> Result<Option<(Rhythm, Newsletter)>, Error> {
    let rhythm = dsl::rhythms
        .find(id)
        .select(Rhythm::as_select())
        .for_no_key_update()
        .skip_locked()
        .first(conn)
        .optional()?;
    let Some(rhythm) = rhythm else {
        return Ok(None);
    };
    let newsletter: Newsletter = newsletters::table
        .find(rhythm.newsletter_id)
        .select(Newsletter::as_select())
        .first(conn)?;
    let is_active = newsletter.status == NewsletterStatus::Active;
    Ok(is_active.then_some((rhythm, newsletter)))
}

/// Sets when a rhythm is due next, and the mark of its readers.
///
/// # Errors
/// Database errors.
pub fn update(
    conn: &mut PgConnection,
    id: RhythmId,
    next: Option<Timestamp>,
    sent_until: Timestamp,
) -> Result<(), Error> {
    diesel::update(dsl::rhythms.find(id))
        .set((
            dsl::next_due_at.eq(next.map(jiff_diesel::ToDiesel::to_diesel)),
            dsl::sent_until.eq(sent_until.to_diesel()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The rhythms of a newsletter, the oldest first.
///
/// # Errors
/// Database errors.
pub fn of_newsletter(
    conn: &mut PgConnection,
    newsletter: NewsletterId,
) -> Result<Vec<Rhythm>, Error> {
    Ok(dsl::rhythms
        .filter(dsl::newsletter_id.eq(newsletter))
        .order(dsl::id)
        .select(Rhythm::as_select())
        .load(conn)?)
}
