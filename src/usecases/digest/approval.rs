//! An edition that needs approval waits, and its editors are told.

use diesel::PgConnection;
use jiff::Timestamp;
use uuid::Uuid;

use super::Error;
use crate::domain::approval::{Approval, ApprovalMode};
use crate::domain::edition::EditionStatus;
use crate::domain::id::EditionId;
use crate::store::{approvals, editions, newsletters, sends};

/// Asks anew about an edition that waits for approval and has changed.
pub(super) fn ask_anew(
    conn: &mut PgConnection,
    now: Timestamp,
    id: EditionId,
) -> Result<(), Error> {
    let approval = approvals::lock(conn, id)?;
    let current = approvals::fingerprint(conn, id)?;
    if let (Some(approval), Some(current)) = (approval, current) {
        approvals::ask(conn, approval.anew(now, &current))?;
    }
    Ok(())
}

/// Has a new edition wait for approval if its newsletter wants that; returns whether it does. One without readers has
/// nothing to approve.
pub(super) fn ask(conn: &mut PgConnection, now: Timestamp, id: EditionId) -> Result<bool, Error> {
    let Some(edition) = editions::find(conn, id)? else {
        return Ok(false);
    };
    let newsletter = newsletters::find_all(conn, &[edition.newsletter_id])?.pop();
    let settings = newsletter
        .map(|newsletter| newsletter.approval)
        .unwrap_or_default();
    let needs = settings.approval == ApprovalMode::NeedsApproval;
    if !needs || edition.status != EditionStatus::Delivering {
        return Ok(false);
    }
    let Some(fingerprint) = approvals::fingerprint(conn, edition.id)? else {
        return Ok(false);
    };
    let approval = Approval {
        edition_id: edition.id,
        nonce: Uuid::new_v4(),
        fingerprint: fingerprint.as_bytes().to_vec(),
        requested_at: now,
        deadline_at: settings.deadline(now),
        overdue: settings.approval_overdue,
        mail_to: settings.approval_mail_to.clone(),
        approved_at: None,
        approved_by: None,
        approved_fingerprint: None,
        overdue_at: None,
    };
    approvals::ask(conn, approval)?;
    let from = [EditionStatus::Delivering];
    Ok(sends::change_status(
        conn,
        edition.id,
        &from,
        EditionStatus::AwaitingApproval,
        None,
    )?)
}
