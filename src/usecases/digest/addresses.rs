//! Which addresses of articles are to be asked before an edition is made, and what they answered.
//!
//! No transaction is open while addresses are asked: an edge reads what is to be asked, asks, has the answers stored here, and then
//! has the edition composed, which only reads what is stored. So a simulation needs no network, and a check that comes to
//! nothing holds no newsletter up.

use diesel::PgConnection;
use jiff::Timestamp;

use super::choose::{self, Plan, Pool};
use super::simulate::order;
use super::{Context, Error};
use crate::domain::address_check::{Finding, WantedAddress};
use crate::domain::id::{NewsletterId, RhythmId};
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Rhythm, RhythmKind};
use crate::domain::slug::Slug;
use crate::store::{address_checks, newsletters, rhythms};

/// Of what an edition is about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// A newsletter whose slot has come.
    Newsletter(NewsletterId),
    /// A rhythm of readers.
    Rhythm(RhythmId),
    /// A newsletter of which somebody wants an edition now.
    Now(Slug),
}

/// The addresses of the articles that could be chosen at `now` and were not asked just now, the newest first; none when the
/// newsletter does not want that, pauses, or has nothing due. Nothing is locked: of two schedulers that are here at once both
/// ask, since neither may compose before it knows.
///
/// # Errors
/// [`Error`].
pub fn unchecked(
    conn: &mut PgConnection,
    now: Timestamp,
    due: &Due,
    context: &Context<'_>,
) -> Result<Vec<WantedAddress>, Error> {
    let Some((newsletter, rhythm)) = find(conn, now, due, context)? else {
        return Ok(Vec::new());
    };
    let order = order(conn, &newsletter, rhythm.as_ref(), now, context)?;
    let plan = Plan {
        now,
        newsletter: &newsletter,
        audience: order.audience(),
        window: order.window,
        horizon: choose::horizon(conn, &newsletter, order.window, context.settings)?,
        min: order.min(),
    };
    Ok(Pool::load(conn, plan)?.wanted_addresses(now))
}

/// The newsletter and the rhythm for which addresses are to be asked.
fn find(
    conn: &mut PgConnection,
    now: Timestamp,
    due: &Due,
    context: &Context<'_>,
) -> Result<Option<(Newsletter, Option<Rhythm>)>, Error> {
    let checks = |newsletter: &Newsletter| newsletter.choice.check_addresses;
    let goes_on =
        |newsletter: &Newsletter| checks(newsletter) && newsletter.timing.paused_at.is_none();
    match due {
        Due::Now(slug) => {
            let found = newsletters::find_by_slug(conn, slug)?.filter(checks);
            Ok(found.map(|newsletter| (newsletter, None)))
        }
        Due::Newsletter(id) => {
            let found = newsletters::find_all(conn, &[*id])?.pop().filter(goes_on);
            Ok(found.map(|newsletter| (newsletter, None)))
        }
        Due::Rhythm(id) => {
            let Some(rhythm) = rhythms::find_all(conn, &[*id])?.pop() else {
                return Ok(None);
            };
            let found = newsletters::find_all(conn, &[rhythm.newsletter_id])?.pop();
            let Some(newsletter) = found.filter(goes_on) else {
                return Ok(None);
            };
            let rest = context.settings.as_published_pause();
            let is_due = match rhythm.kind {
                RhythmKind::Scheduled => rhythm.next_due_at.is_some_and(|at| at <= now),
                RhythmKind::AsPublished => {
                    let until = now.saturating_sub(rest).unwrap_or(now);
                    rhythms::has_news(conn, &rhythm, until)?
                }
            };
            Ok(is_due.then_some((newsletter, Some(rhythm))))
        }
    }
}

/// Stores what addresses answered.
///
/// # Errors
/// Database errors.
pub fn record(
    conn: &mut PgConnection,
    now: Timestamp,
    findings: Vec<Finding>,
) -> Result<(), Error> {
    let checks = findings.into_iter().map(|finding| finding.check(now));
    Ok(address_checks::put(conn, checks.collect())?)
}
