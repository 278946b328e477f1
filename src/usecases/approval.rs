//! Editors look at an edition, approve or hold it; and what happens when nobody does in time.
//!
//! An approval is of one content and one audience, by their hash. It is given with the hash that the editor saw, and in the
//! transaction that lets the edition go the hash is taken once more: whatever changed in between makes the approval void,
//! and the editors are asked anew. So an approved edition waits for its time in the status `awaiting_approval`, and the
//! scheduler lets it go; one whose time has come goes at once.
//!
//! Links in mails to editors carry tokens of one purpose each, bound to the mail and to the version that it is about.
//! Looking changes nothing, because mail scanners open every link; only the buttons act.

use diesel::PgConnection;
use jiff::Timestamp;

use crate::config;
use crate::domain::approval::{Approval, Fingerprint, Overdue};
use crate::domain::edition::{Edition, EditionStatus, FrozenContent};
use crate::domain::edition_delivery::EditionSend;
use crate::domain::edition_order::{Order, WrongStatus};
use crate::domain::id::{DeliveryId, EditionId};
use crate::domain::link_token::{LinkKeys, Purpose, UncheckedToken};
use crate::domain::newsletter::Newsletter;
use crate::store::{self, approvals, editions, newsletters, sends};

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such edition.
    #[error("there is no such edition")]
    NotFound,
    /// Not a link of ours, or one of a version that is void.
    #[error("the link is not known, or of a version that has changed since")]
    UnknownLink,
    /// It does not wait for approval.
    #[error("the edition is {0}, so there is nothing to approve")]
    NotWaiting(EditionStatus),
    /// What was seen is not what is there.
    #[error(
        "the edition has changed: you saw {seen}, and it is {current} now. Look at it again and approve that"
    )]
    Changed {
        /// What the editor saw.
        seen: Fingerprint,
        /// What is there.
        current: Fingerprint,
    },
    /// It cannot be held now.
    #[error(transparent)]
    WrongStatus(#[from] WrongStatus),
    /// The database failed.
    #[error("cannot read or write the approval")]
    Store(#[from] store::Error),
}

/// How the approval of an edition stands.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The edition.
    pub edition: Edition,
    /// Its newsletter.
    pub newsletter: Newsletter,
    /// When it is sent.
    pub send: Option<EditionSend>,
    /// What was asked and answered.
    pub approval: Approval,
    /// Content and audience as they are now.
    pub current: Fingerprint,
}

impl Standing {
    /// Whether what is there now was approved.
    #[must_use]
    pub fn is_approved(&self) -> bool {
        self.approval.covers(&self.current)
    }
}

/// What the scheduler did with an edition that waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acted {
    /// Its approval was given, and it is sent now.
    Released,
    /// It changed since it was approved: editors are asked anew.
    Voided,
    /// Nobody approved it in time.
    Overdue(Overdue),
}

/// How the approval of an edition stands.
///
/// # Errors
/// [`Error::NotFound`], and [`Error::NotWaiting`] for one that never needed approval.
pub fn show(conn: &mut PgConnection, id: EditionId) -> Result<Standing, Error> {
    let edition = editions::lock(conn, id)?.ok_or(Error::NotFound)?;
    let approval = approvals::lock(conn, id)?.ok_or(Error::NotWaiting(edition.status))?;
    standing(conn, edition, approval)
}

/// Approves what has the hash `seen`. It is sent when its time comes, or at once when that is over.
///
/// # Errors
/// [`Error::Changed`] when content or audience is another by now; [`Error::NotWaiting`].
pub fn approve(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    seen: &Fingerprint,
    by: &str,
    settings: &config::Digest,
) -> Result<Standing, Error> {
    let before = show(conn, id)?;
    if !approvals::OPEN.contains(&before.edition.status) {
        return Err(Error::NotWaiting(before.edition.status));
    }
    if *seen != before.current {
        return Err(Error::Changed {
            seen: seen.clone(),
            current: before.current,
        });
    }
    let approval = Approval {
        approved_at: Some(now),
        approved_by: Some(by.to_owned()),
        approved_fingerprint: Some(seen.as_bytes().to_vec()),
        ..before.approval
    };
    approvals::update(conn, approval)?;
    tracing::info!(edition = %id, "an edition was approved");
    let is_due = before.send.is_none_or(|send| send.not_before <= now);
    let to = if is_due {
        EditionStatus::Delivering
    } else {
        EditionStatus::AwaitingApproval
    };
    go(conn, now, id, to, settings)?;
    show(conn, id)
}

/// Does what is due with one edition that waits for approval; `None` when nothing is. Call until then.
///
/// # Errors
/// Database errors.
pub fn act(
    conn: &mut PgConnection,
    now: Timestamp,
    settings: &config::Digest,
) -> Result<Option<(EditionId, Acted)>, Error> {
    let Some(id) = approvals::next_due(conn, now)? else {
        return Ok(None);
    };
    let Standing {
        approval,
        current,
        send,
        ..
    } = show(conn, id)?;
    // Another scheduler may have acted on it just before it was locked.
    let is_time = send.is_some_and(|send| send.not_before <= now);
    let is_overdue = approval.deadline_at <= now && approval.overdue_at.is_none();
    if approval.approved_at.map_or(!is_overdue, |_| !is_time) {
        return Ok(None);
    }
    if approval.approved_at.is_some() {
        if approval.covers(&current) {
            go(conn, now, id, EditionStatus::Delivering, settings)?;
            return Ok(Some((id, Acted::Released)));
        }
        tracing::warn!(edition = %id, "an approved edition has changed; it waits for a new approval");
        approvals::ask(conn, approval.anew(now, &current))?;
        return Ok(Some((id, Acted::Voided)));
    }
    let overdue = approval.overdue;
    approvals::update(
        conn,
        Approval {
            overdue_at: Some(now),
            ..approval
        },
    )?;
    tracing::warn!(edition = %id, policy = %overdue, "nobody approved an edition in time");
    match overdue {
        Overdue::SendAnyway => go(conn, now, id, EditionStatus::Delivering, settings)?,
        Overdue::Skip => approvals::skip(conn, now, id)?,
        Overdue::Hold => {
            let from = [EditionStatus::AwaitingApproval];
            let reason = Some("nobody approved it in time");
            sends::change_status(conn, id, &from, EditionStatus::Held, reason)?;
        }
    }
    Ok(Some((id, Acted::Overdue(overdue))))
}

/// Moves an edition out of its waiting. Where new editions wait for a release, it is held instead of sent.
fn go(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
    to: EditionStatus,
    settings: &config::Digest,
) -> Result<(), Error> {
    let holds = to == EditionStatus::Delivering && sends::control(conn)?.holds_new;
    let (to, reason) = if holds {
        (EditionStatus::Held, Some("new editions wait for a release"))
    } else {
        (to, None)
    };
    sends::change_status(conn, id, &approvals::OPEN, to, reason)?;
    let until = now.saturating_add(settings.give_up_after()).unwrap_or(now);
    Ok(sends::extend(conn, id, until)?)
}

fn standing(
    conn: &mut PgConnection,
    edition: Edition,
    approval: Approval,
) -> Result<Standing, Error> {
    let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?.pop();
    Ok(Standing {
        newsletter: newsletter.ok_or(Error::NotFound)?,
        send: sends::find(conn, edition.id)?,
        current: approvals::fingerprint(conn, edition.id)?.ok_or(Error::NotFound)?,
        edition,
        approval,
    })
}

/// What an editor may do by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Have it sent.
    Approve,
    /// Keep it back.
    Hold,
}

impl Action {
    fn purpose(self) -> Purpose {
        match self {
            Self::Approve => Purpose::ApproveEdition,
            Self::Hold => Purpose::HoldEdition,
        }
    }
}

/// The edition behind the link to look at it, whatever became of it since; unless it was skipped.
///
/// # Errors
/// [`Error::UnknownLink`].
pub fn look(conn: &mut PgConnection, keys: &LinkKeys, token: &str) -> Result<FrozenContent, Error> {
    let (edition, ..) = open(conn, keys, token, Purpose::LookAtEdition)?;
    editions::content(conn, edition)?.ok_or(Error::UnknownLink)
}

/// The page behind a link.
///
/// # Errors
/// [`Error::UnknownLink`].
pub fn show_link(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    token: &str,
    action: Action,
) -> Result<Standing, Error> {
    let (edition, ..) = open(conn, keys, token, action.purpose())?;
    show(conn, edition)
}

/// Presses the button behind a link. What is approved is what the mail was about.
///
/// # Errors
/// [`Error`].
pub fn press(
    conn: &mut PgConnection,
    now: Timestamp,
    keys: &LinkKeys,
    token: &str,
    action: Action,
    settings: &config::Digest,
) -> Result<Standing, Error> {
    let (id, by, approval) = open(conn, keys, token, action.purpose())?;
    match action {
        Action::Approve => {
            let seen = Fingerprint::from_bytes(&approval.fingerprint).ok_or(Error::UnknownLink)?;
            approve(conn, now, id, &seen, &by, settings)
        }
        Action::Hold => {
            let edition = editions::lock(conn, id)?.ok_or(Error::NotFound)?;
            let to = edition.status.after(Order::Hold)?;
            let has_begun = sends::lock(conn, id)?.is_none_or(|send| send.started_at.is_some());
            if has_begun && edition.status != to {
                return Err(Error::NotWaiting(edition.status));
            }
            let reason = format!("held by {by}");
            if edition.status != to {
                sends::change_status(conn, id, &[edition.status], to, Some(&reason))?;
            }
            show(conn, id)
        }
    }
}

fn open(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    token: &str,
    purpose: Purpose,
) -> Result<(EditionId, String, Approval), Error> {
    let token = UncheckedToken::parse(token).ok_or(Error::UnknownLink)?;
    let mail = approvals::of_mail(conn, DeliveryId::from(token.id))?;
    let (edition, by) = mail.ok_or(Error::UnknownLink)?;
    // The edition first, as everyone takes locks.
    editions::lock(conn, edition)?.ok_or(Error::UnknownLink)?;
    let approval = approvals::lock(conn, edition)?
        .filter(|approval| keys.verify(purpose, &token, approval.nonce))
        .ok_or(Error::UnknownLink)?;
    Ok((edition, by, approval))
}
