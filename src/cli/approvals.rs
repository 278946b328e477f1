//! `tidings editions approval` and `approve`.

use super::failure::Failure;
use super::{Global, output, serve};
use crate::domain::approval::Fingerprint;
use crate::domain::edition::EditionName;
use crate::usecases::approval::{self, Standing};
use crate::usecases::editions;

/// Shows how the approval of an edition stands.
pub(super) fn show(global: &Global, edition: EditionName, json: bool) -> Result<(), Failure> {
    serve::with_app(global, async |app| {
        let standing = app.db.transaction(move |conn| {
            let id = editions::resolve(conn, &edition).map_err(Failure::from)?;
            approval::show(conn, id).map_err(Failure::from)
        });
        print(&standing.await?, json)
    })
}

/// Approves what has this hash.
pub(super) fn approve(
    global: &Global,
    edition: EditionName,
    hash: Fingerprint,
) -> Result<(), Failure> {
    serve::with_app(global, async |app| {
        let settings = app.config.digest.clone();
        let standing = app.db.transaction_now(move |conn, now| {
            let id = editions::resolve(conn, &edition).map_err(Failure::from)?;
            approval::approve(conn, now, id, &hash, "cli", &settings).map_err(Failure::from)
        });
        print(&standing.await?, false)
    })
}

fn print(standing: &Standing, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&crate::http::approval_document(standing));
    }
    let (edition, approval) = (&standing.edition, &standing.approval);
    let approved = match (&approval.approved_by, standing.is_approved()) {
        (Some(by), true) => format!("approved by {by}"),
        (Some(by), false) => format!("changed since {by} approved it"),
        (None, _) => format!(
            "not approved, by {} {} follows",
            approval.deadline_at, approval.overdue
        ),
    };
    output::line(format_args!(
        "{} {} {}: {approved}",
        edition.id, standing.newsletter.slug, edition.status
    ));
    output::line(format_args!(
        "{} articles to {} readers: {}",
        edition.article_count, edition.recipient_count, edition.subject
    ));
    output::line(format_args!("hash {}", standing.current));
    Ok(())
}
