//! The operator steers editions: pause, resume, hold, release, stop, send again, plan; and sees how far they are.
//!
//! Orders are rows. A worker looks at the status of an edition and at the switch for all of them ([`pause_all`]) whenever
//! it is about to begin mails, so an order that was committed is in force for every mail that was not begun, on every
//! machine, without anybody being told. What is under way ends by itself: that is one window of a worker at most.
//!
//! The edition's row is locked before its mails are touched, as by the sweep that closes editions: otherwise one that is
//! sent again could be closed by somebody who had counted before.

mod control;
mod progress;

use diesel::PgConnection;
use jiff::Timestamp;

use crate::config;
use crate::domain::approval::Overdue;
use crate::domain::change::Change;
use crate::domain::deadline;
use crate::domain::edition::{Edition, EditionStatus};
use crate::domain::edition_delivery::{EditionSend, UnknownPolicy};
use crate::domain::edition_order::{Order, WrongStatus};
use crate::domain::id::EditionId;
use crate::domain::slug::Slug;
use crate::store::{self, approvals, edition_deliveries, editions, newsletters, sends, stops};

pub use crate::domain::edition_progress::Progress;
pub use crate::store::relays::WorkerRelay;
pub use crate::store::sends::Control;
pub use control::{Status, guard_restored, hold_new, pause_all, release_new, resume_all, status};
pub use progress::{alert_late, progress};

/// Why an order was not followed; then nothing changed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such edition.
    #[error("there is no such edition")]
    NotFound,
    /// It was skipped: there is nothing to send.
    #[error("the edition was skipped, so nothing of it is sent")]
    Skipped,
    /// The order makes no sense in the status that the edition has.
    #[error(transparent)]
    WrongStatus(#[from] WrongStatus),
    /// The edition has begun, and what was ordered is for before.
    #[error("the edition has begun; `pause` keeps it from going on")]
    Begun,
    /// The database failed.
    #[error("cannot read or write how editions are sent")]
    Store(#[from] store::Error),
}

/// An edition after an order.
#[derive(Debug, Clone)]
pub struct Ordered {
    /// The edition.
    pub edition: Edition,
    /// Of which newsletter.
    pub newsletter: Slug,
    /// How it is sent.
    pub send: EditionSend,
    /// How many of its mails the order moved.
    pub moved: usize,
}

/// How an edition is to be sent from now on; absent parts stay.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wishes {
    /// Nothing before; only while nothing was sent.
    pub not_before: Option<Timestamp>,
    /// The last mail should have left by then. Without `not_before` the start follows from it.
    pub deadline_at: Change<Timestamp>,
    /// What a lost reply leads to.
    pub unknown_policy: Option<UnknownPolicy>,
}

/// Begins no more mails of an edition until [`resume`].
///
/// # Errors
/// [`Error`].
pub fn pause(
    conn: &mut PgConnection,
    id: EditionId,
    reason: Option<&str>,
) -> Result<Ordered, Error> {
    let edition = follow(conn, id, Order::Pause, reason)?;
    ordered(conn, edition, 0)
}

/// Lets a paused edition go on. It gets its full time again: what waited because of us is not given up.
///
/// # Errors
/// [`Error`].
pub fn resume(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    settings: &config::Digest,
) -> Result<Ordered, Error> {
    let edition = follow(conn, id, Order::Resume, None)?;
    extend(conn, now, id, settings)?;
    ordered(conn, edition, 0)
}

/// Keeps an edition that has not begun from beginning before [`release`].
///
/// # Errors
/// [`Error`]; [`Error::Begun`] when it has.
pub fn hold(
    conn: &mut PgConnection,
    id: EditionId,
    reason: Option<&str>,
) -> Result<Ordered, Error> {
    let edition = lock(conn, id)?;
    edition.status.after(Order::Hold)?;
    let has_begun = sends::lock(conn, id)?.is_none_or(|send| send.started_at.is_some());
    if has_begun && edition.status != EditionStatus::Held {
        return Err(Error::Begun);
    }
    let edition = follow(conn, id, Order::Hold, reason)?;
    ordered(conn, edition, 0)
}

/// Begins a held edition, with its full time. One that needs approval and has none waits for that again.
///
/// # Errors
/// [`Error`].
pub fn release(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    settings: &config::Digest,
) -> Result<Ordered, Error> {
    let before = lock(conn, id)?.status;
    let mut edition = follow(conn, id, Order::Release, None)?;
    let approvals = approvals::find_all(conn, &[id])?;
    let needs = approvals.first().is_some_and(|approval| {
        approval.approved_at.is_none()
            && (approval.overdue_at.is_none() || approval.overdue != Overdue::SendAnyway)
    });
    extend(conn, now, id, settings)?;
    if needs && before == EditionStatus::Held {
        let (from, to) = (EditionStatus::Delivering, EditionStatus::AwaitingApproval);
        sends::change_status(conn, id, &[from], to, None)?;
        edition = lock(conn, id)?;
    }
    ordered(conn, edition, 0)
}

/// Ends an edition for good. What waits is cancelled: a large edition's mails by the sweep, but none is begun from now on.
///
/// # Errors
/// [`Error`].
pub fn stop(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    reason: Option<&str>,
) -> Result<Ordered, Error> {
    follow(conn, id, Order::Stop, reason)?;
    stops::cancel(conn, now, id, stops::AT_ONCE)?;
    let edition = editions::find(conn, id)?.ok_or(Error::NotFound)?;
    ordered(conn, edition, 0)
}

/// Sends an edition once more to those whose mail failed and who still want it; `with_unknown` also to those of whom
/// nobody knows, who may then have it twice. It gets its full time again.
///
/// # Errors
/// [`Error`].
pub fn resend(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    with_unknown: bool,
    settings: &config::Digest,
) -> Result<Ordered, Error> {
    let edition = lock(conn, id)?;
    edition.status.after(Order::Resend)?;
    let moved = edition_deliveries::resend_failed(conn, now, id, with_unknown)?;
    if moved == 0 {
        return ordered(conn, edition, 0);
    }
    let edition = follow(conn, id, Order::Resend, None)?;
    extend(conn, now, id, settings)?;
    ordered(conn, edition, moved)
}

/// Counts every mail whose reply was lost, and that is not sent once more, as sent.
///
/// # Errors
/// [`Error`].
pub fn settle_unknown(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
) -> Result<Ordered, Error> {
    let edition = lock(conn, id)?;
    edition.status.after(Order::DecideUnknown)?;
    let moved = edition_deliveries::accept_unknown(conn, now, id)?;
    ordered(conn, edition, moved)
}

/// Plans when an edition is sent, and decides what a lost reply leads to; returns how far it is, with the forecast.
///
/// # Errors
/// [`Error`]; [`Error::Begun`] for a start of what has started.
pub fn plan(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    wishes: Wishes,
    settings: &config::Digest,
) -> Result<(Slug, Progress), Error> {
    let edition = lock(conn, id)?;
    if let Some(policy) = wishes.unknown_policy {
        edition.status.after(Order::DecideUnknown)?;
        sends::set_unknown_policy(conn, id, policy)?;
    }
    if wishes.not_before.is_some() || wishes.deadline_at != Change::Keep {
        edition.status.after(Order::Plan)?;
        set_times(conn, now, &edition, wishes, settings)?;
    }
    progress(conn, now, id)
}

fn set_times(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: &Edition,
    wishes: Wishes,
    settings: &config::Digest,
) -> Result<(), Error> {
    let id = edition.id;
    let send = sends::lock(conn, id)?.ok_or(Error::NotFound)?;
    let has_begun = send.started_at.is_some();
    if has_begun && wishes.not_before.is_some() {
        return Err(Error::Begun);
    }
    let not_before = match (wishes.not_before, wishes.deadline_at) {
        (Some(wish), _) => wish,
        (None, Change::To(deadline)) if !has_begun => {
            let rate = sends::measured_rate(conn)?;
            let recipients = i64::from(edition.recipient_count);
            deadline::plan(now, deadline, recipients, rate).not_before
        }
        (None, _) => send.not_before,
    };
    let deadline_at = wishes.deadline_at.apply(send.deadline_at);
    sends::plan(conn, id, not_before, deadline_at)?;
    extend(conn, now.max(not_before), id, settings)
}

/// The edition; nobody closes it, changes its status or sends it again until the transaction ends.
fn lock(conn: &mut PgConnection, id: EditionId) -> Result<Edition, Error> {
    editions::lock(conn, id)?.ok_or(Error::NotFound)
}

/// Moves an edition to the status that an order leads to; from there it moves nowhere, and its reason stays.
fn follow(
    conn: &mut PgConnection,
    id: EditionId,
    order: Order,
    reason: Option<&str>,
) -> Result<Edition, Error> {
    let edition = lock(conn, id)?;
    let to = edition.status.after(order)?;
    if to == edition.status {
        return Ok(edition);
    }
    sends::change_status(conn, id, &[edition.status], to, reason)?;
    tracing::info!(edition = %id, from = %edition.status, status = %to, "an edition was given an order");
    editions::find(conn, id)?.ok_or(Error::NotFound)
}

/// Gives an edition its full time from `from` on.
fn extend(
    conn: &mut PgConnection,
    from: Timestamp,
    id: EditionId,
    settings: &config::Digest,
) -> Result<(), Error> {
    let until = from
        .saturating_add(settings.give_up_after())
        .unwrap_or(from);
    Ok(sends::extend(conn, id, until)?)
}

fn ordered(conn: &mut PgConnection, edition: Edition, moved: usize) -> Result<Ordered, Error> {
    let send = sends::find(conn, edition.id)?.ok_or(Error::Skipped)?;
    Ok(Ordered {
        newsletter: slug(conn, &edition)?,
        edition,
        send,
        moved,
    })
}

fn slug(conn: &mut PgConnection, edition: &Edition) -> Result<Slug, Error> {
    let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?.pop();
    Ok(newsletter.ok_or(Error::NotFound)?.slug)
}
