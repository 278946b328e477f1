//! Which newsletters are due, and what becomes of slots that were missed.
//!
//! A newsletter is due when the cut-off of its next slot has come. Slots that have passed without an edition are missed
//! when nothing ran for a while or when the newsletter pauses: each gets its record in `missed_slots`, in the transaction
//! that moves the newsletter to its next slot. Of several missed slots only the latest can become an edition, by the
//! policy of the newsletter; the window of whatever edition comes next reaches back to the last one, so that no article is
//! lost and no reader gets a morning's mails all at once.

use diesel::PgConnection;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::{Context, Error, compose};
use crate::domain::edition::{Edition, EditionKind, EditionStatus};
use crate::domain::id::NewsletterId;
use crate::domain::misfire::Verdict;
use crate::domain::missed_slot::{MissedOutcome, MissedReason, NewMissedSlot, passed};
use crate::domain::newsletter::Newsletter;
use crate::domain::schedule::{Schedule, Slot};
use crate::domain::slug::Slug;
use crate::store::{cut, missed_slots, newsletters};

/// What a pass over one newsletter did.
#[derive(Debug, Clone)]
pub struct Composed {
    /// Of which newsletter.
    pub slug: Slug,
    /// The edition; `None` when its slot had one already, or when nothing was to be made.
    pub edition: Option<Edition>,
    /// How many missed slots were recorded.
    pub missed: usize,
}

/// The newsletters that are due at `now`, in the order of their slots; those that share one in the order of being made.
///
/// # Errors
/// [`Error`].
pub fn due(conn: &mut PgConnection, now: Timestamp) -> Result<Vec<NewsletterId>, Error> {
    Ok(newsletters::due(conn, now)?)
}

/// Composes the edition of one newsletter that is due at `now`, or records what it missed. `None` when it is not due any
/// more, or in the hands of another scheduler. It may be due again for the slot after.
///
/// # Errors
/// [`Error`]; the newsletter stays due.
pub fn compose_due(
    conn: &mut PgConnection,
    now: Timestamp,
    id: NewsletterId,
    context: &Context<'_>,
) -> Result<Option<Composed>, Error> {
    let now = now.min(cut::read(conn)?);
    let Some(newsletter) = newsletters::lock_due(conn, id, now)? else {
        return Ok(None);
    };
    let schedule = newsletter.schedule().map_err(|cause| Error::Schedule {
        slug: newsletter.slug.clone(),
        cause,
    })?;
    let since = newsletter.next_due_at.unwrap_or(now);
    let just_before = since.checked_sub(1.second()).unwrap_or(since);
    let missed = Missed {
        newsletter: &newsletter,
        schedule: &schedule,
        now,
    };
    let (edition, recorded) = match schedule.last_at_or_before(now, just_before) {
        Some(slot) if newsletter.timing.paused_at.is_some() => (None, missed.paused(conn, slot)?),
        Some(slot) => make_up(conn, &missed, slot, context)?,
        // The cut-off has come, and the slot lies ahead.
        None if newsletter.timing.paused_at.is_none() => match schedule.next_after(just_before) {
            Some(slot) => {
                let edition = compose_slot(conn, now, &newsletter, slot, context)?;
                let next = schedule.next_after(slot.due_at);
                newsletters::set_next_due(conn, newsletter.id, next.map(|slot| slot.due_at))?;
                return Ok(Some(Composed {
                    slug: newsletter.slug,
                    edition,
                    missed: 0,
                }));
            }
            None => (None, 0),
        },
        None => (None, 0),
    };
    let next = schedule.next_after(now).map(|slot| slot.due_at);
    newsletters::set_next_due(conn, newsletter.id, next)?;
    Ok(Some(Composed {
        slug: newsletter.slug,
        edition,
        missed: recorded,
    }))
}

/// Acts on the latest slot that has passed, and records it and those before it where they were missed.
fn make_up(
    conn: &mut PgConnection,
    missed: &Missed<'_>,
    slot: Slot,
    context: &Context<'_>,
) -> Result<(Option<Edition>, usize), Error> {
    let late = missed.now.duration_since(slot.due_at);
    let is_late = late > context.settings.on_time();
    let verdict = if is_late {
        missed.newsletter.timing.misfire.verdict(late)
    } else {
        Verdict::Send
    };
    let edition = match verdict {
        Verdict::Send => compose_slot(conn, missed.now, missed.newsletter, slot, context)?,
        Verdict::Skip | Verdict::Merge => None,
    };
    let recorded = missed.record(conn, slot, verdict, is_late, edition.as_ref())?;
    Ok((edition, recorded))
}

/// Composes a slot of the schedule, and notes in the records of slots missed before who has their articles now.
fn compose_slot(
    conn: &mut PgConnection,
    now: Timestamp,
    newsletter: &Newsletter,
    slot: Slot,
    context: &Context<'_>,
) -> Result<Option<Edition>, Error> {
    let kind = EditionKind::Scheduled;
    // The very first window reaches back from the first slot that there was, also when that was missed or paused.
    let first_missed = missed_slots::first_due(conn, newsletter.id)?;
    let first_due = [newsletter.next_due_at, first_missed]
        .into_iter()
        .flatten()
        .min();
    let since_first = Newsletter {
        next_due_at: first_due,
        ..newsletter.clone()
    };
    let edition = compose(conn, now, &since_first, kind, slot, context)?;
    if let Some(edition) = edition.as_ref().filter(|edition| is_sent(edition)) {
        missed_slots::taken_over(conn, newsletter.id, edition.id)?;
    }
    Ok(edition)
}

fn is_sent(edition: &Edition) -> bool {
    edition.status != EditionStatus::Skipped
}

/// The slots of a newsletter that have passed.
struct Missed<'a> {
    newsletter: &'a Newsletter,
    schedule: &'a Schedule,
    now: Timestamp,
}

impl Missed<'_> {
    /// Records every slot up to `last`, because the newsletter pauses.
    fn paused(&self, conn: &mut PgConnection, last: Slot) -> Result<usize, Error> {
        let all = passed(self.newsletter, self.schedule, last.due_at);
        let row = |slot: &Slot| self.row(*slot, MissedReason::Paused, MissedOutcome::Skipped);
        let rows: Vec<NewMissedSlot> = all.iter().map(row).collect();
        Ok(missed_slots::insert(conn, &rows)?)
    }

    /// Records the slots before `last`, and `last` when it was noticed late.
    fn record(
        &self,
        conn: &mut PgConnection,
        last: Slot,
        verdict: Verdict,
        is_late: bool,
        edition: Option<&Edition>,
    ) -> Result<usize, Error> {
        let sent = edition.filter(|edition| is_sent(edition));
        let outcome = match (verdict, edition) {
            (Verdict::Skip, _) => MissedOutcome::Skipped,
            (Verdict::Merge, _) => MissedOutcome::Merged,
            (Verdict::Send, Some(edition)) if is_sent(edition) => MissedOutcome::SentLate,
            (Verdict::Send, Some(_)) => MissedOutcome::Empty,
            // The slot had its edition: it was not missed.
            (Verdict::Send, None) => return Ok(0),
        };
        let before = last
            .due_at
            .saturating_sub(SignedDuration::from_nanos(1))
            .unwrap_or(last.due_at);
        let mut rows = Vec::new();
        for slot in passed(self.newsletter, self.schedule, before) {
            let outcome = if outcome == MissedOutcome::SentLate {
                MissedOutcome::Merged
            } else {
                outcome
            };
            let edition_id = sent.map(|edition| edition.id);
            rows.push(NewMissedSlot {
                edition_id,
                ..self.row(slot, MissedReason::Late, outcome)
            });
        }
        if is_late {
            let edition_id = sent.map(|edition| edition.id);
            rows.push(NewMissedSlot {
                edition_id,
                ..self.row(last, MissedReason::Late, outcome)
            });
        }
        if !rows.is_empty() {
            tracing::warn!(
                newsletter = %self.newsletter.slug, slots = rows.len(), latest = %last.local, %outcome,
                "slots were missed; `tidings schedule missed` lists them"
            );
        }
        Ok(missed_slots::insert(conn, &rows)?)
    }

    fn row(&self, slot: Slot, reason: MissedReason, outcome: MissedOutcome) -> NewMissedSlot {
        NewMissedSlot::new(self.newsletter, slot, self.now, reason, outcome)
    }
}
