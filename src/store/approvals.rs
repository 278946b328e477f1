//! Approvals of editions, and what they are of.

use diesel::prelude::*;
use diesel::sql_types::{Binary, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use jiff::Timestamp;
use uuid::Uuid;

use super::Error;
use crate::domain::approval::{Approval, Fingerprint};
use crate::domain::delivery::NewDelivery;
use crate::domain::edition::EditionStatus;
use crate::domain::id::{DeliveryId, EditionId};
use crate::domain::missed_slot::MissedOutcome;
use crate::schema::edition_approvals::dsl;
use crate::schema::{
    deliveries, edition_articles, edition_deliveries, edition_sends, missed_slots,
};

/// Content and audience of an edition as one hash: everything that its mails and its page are made of, and the readers
/// that it was composed for. A reader who leaves stays in the ledger and does not change it.
///
/// # Errors
/// Database errors; [`Error::Corrupt`] never happens with SHA-256.
pub fn fingerprint(
    conn: &mut PgConnection,
    edition: EditionId,
) -> Result<Option<Fingerprint>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Binary)]
        hash: Vec<u8>,
    }
    let row: Option<Row> = diesel::sql_query(
        "SELECT sha256(sha256(convert_to(e.subject, 'UTF8')) || sha256(convert_to(e.preheader, 'UTF8')) \
                    || sha256(convert_to(e.html, 'UTF8')) || sha256(convert_to(e.plain, 'UTF8')) \
                    || sha256(convert_to(e.web_html, 'UTF8')) \
                    || sha256(coalesce((SELECT string_agg(uuid_send(d.subscription_id), ''::bytea ORDER BY d.subscription_id) \
                                          FROM edition_deliveries d WHERE d.edition_id = e.id), ''::bytea))) AS hash \
           FROM editions e WHERE e.id = $1",
    )
    .bind::<SqlUuid, _>(edition)
    .get_result(conn)
    .optional()?;
    Ok(row.and_then(|row| Fingerprint::from_bytes(&row.hash)))
}

/// Asks editors for their approval, for the first time or anew: all links of before are void.
///
/// # Errors
/// Database errors.
pub fn ask(conn: &mut PgConnection, approval: Approval) -> Result<(), Error> {
    let (edition, now, until) = (
        approval.edition_id,
        approval.requested_at,
        approval.deadline_at,
    );
    for address in &approval.mail_to {
        let mail = NewDelivery::approval(now, edition, address.clone(), until);
        super::deliveries::insert(conn, mail)?;
    }
    diesel::insert_into(dsl::edition_approvals)
        .values(approval.clone())
        .on_conflict(dsl::edition_id)
        .do_update()
        .set(approval)
        .execute(conn)?;
    Ok(())
}

/// How the approval of an edition stands; nobody else changes it until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, edition: EditionId) -> Result<Option<Approval>, Error> {
    Ok(dsl::edition_approvals
        .find(edition)
        .select(Approval::as_select())
        .for_update()
        .first(conn)
        .optional()?)
}

/// How the approvals of these editions stand, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, editions: &[EditionId]) -> Result<Vec<Approval>, Error> {
    Ok(dsl::edition_approvals
        .filter(dsl::edition_id.eq_any(editions))
        .select(Approval::as_select())
        .load(conn)?)
}

/// Writes every column.
///
/// # Errors
/// Database errors.
pub fn update(conn: &mut PgConnection, approval: Approval) -> Result<(), Error> {
    diesel::update(dsl::edition_approvals.find(approval.edition_id))
        .set(approval)
        .execute(conn)?;
    Ok(())
}

/// The edition and the address of a mail to an editor.
///
/// # Errors
/// Database errors.
pub fn of_mail(
    conn: &mut PgConnection,
    mail: DeliveryId,
) -> Result<Option<(EditionId, String)>, Error> {
    let found: Option<(Option<EditionId>, Option<String>)> = deliveries::table
        .find(mail)
        .select((deliveries::edition_id, deliveries::test_address))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(edition, address)| Some((edition?, address?))))
}

/// An edition that waits and of which something is to be done at `now`: its approval is given and its time has come, or
/// nobody gave it in time. No other scheduler has it.
///
/// # Errors
/// Database errors.
pub fn next_due(conn: &mut PgConnection, now: Timestamp) -> Result<Option<EditionId>, Error> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = SqlUuid)]
        id: EditionId,
    }
    let row: Option<Row> = diesel::sql_query(
        "SELECT e.id FROM editions e JOIN edition_approvals a ON a.edition_id = e.id \
                JOIN edition_sends n ON n.edition_id = e.id \
          WHERE e.status = 'awaiting_approval' \
            AND CASE WHEN a.approved_at IS NULL THEN a.overdue_at IS NULL AND a.deadline_at <= $1 \
                     ELSE n.not_before <= $1 END \
          ORDER BY a.deadline_at, e.id LIMIT 1 FOR NO KEY UPDATE OF e SKIP LOCKED",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .get_result(conn)
    .optional()?;
    Ok(row.map(|row| row.id))
}

/// Skips an edition that nobody approved. Its articles and readers are free for the next one, and the records of missed
/// slots that named it wait for that.
///
/// # Errors
/// Database errors.
pub fn skip(conn: &mut PgConnection, now: Timestamp, edition: EditionId) -> Result<(), Error> {
    diesel::sql_query(
        "UPDATE editions SET status = 'skipped', skip_reason = $2, completed_at = $3, recipient_count = 0 WHERE id = $1",
    )
    .bind::<SqlUuid, _>(edition)
    .bind::<Nullable<Text>, _>(Some("not_approved"))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .execute(conn)?;
    // The common mark falls back to the edition before when this was the newest one. Whoever it does not carry back has
    // missed what stood in it.
    let missed = diesel::sql_query(
        "INSERT INTO missed_deliveries (subscription_id, edition_id) \
         SELECT d.subscription_id, e.id FROM edition_deliveries d JOIN editions e ON e.id = d.edition_id \
          WHERE e.id = $1 AND (e.variant > 0 OR e.rhythm_id IS NOT NULL OR EXISTS ( \
                SELECT 1 FROM editions l WHERE l.newsletter_id = e.newsletter_id AND l.rhythm_id IS NULL \
                   AND l.variant = 0 AND l.status <> 'skipped' AND l.window_until > e.window_until)) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<SqlUuid, _>(edition)
    .execute(conn)?;
    keep_marks_of_others(conn, edition)?;
    if missed == 0 {
        let articles = edition_articles::table.filter(edition_articles::edition_id.eq(edition));
        diesel::delete(articles).execute(conn)?;
    }
    diesel::delete(edition_deliveries::table.filter(edition_deliveries::edition_id.eq(edition)))
        .execute(conn)?;
    diesel::delete(edition_sends::table.find(edition)).execute(conn)?;
    diesel::update(missed_slots::table.filter(missed_slots::edition_id.eq(edition)))
        .set((
            missed_slots::edition_id.eq(None::<Uuid>),
            missed_slots::outcome.eq(MissedOutcome::Skipped),
        ))
        .execute(conn)?;
    Ok(())
}

/// When the common mark falls back with a skipped edition, those who had a selection of their own at the same slot keep the mark
/// that this gave them: what was in it was theirs, or is noted as missed if it was skipped, too.
fn keep_marks_of_others(conn: &mut PgConnection, edition: EditionId) -> Result<(), Error> {
    diesel::sql_query(
        "WITH e AS (SELECT * FROM editions e WHERE e.id = $1 AND e.variant = 0 AND e.rhythm_id IS NULL AND NOT EXISTS ( \
                       SELECT 1 FROM editions l WHERE l.newsletter_id = e.newsletter_id AND l.rhythm_id IS NULL \
                          AND l.variant = 0 AND l.status <> 'skipped' AND l.window_until > e.window_until)), \
              v AS (SELECT v.id FROM editions v JOIN e ON v.newsletter_id = e.newsletter_id AND v.slot = e.slot \
                     WHERE v.rhythm_id IS NULL AND v.variant > 0 AND v.kind = e.kind), \
              r AS (SELECT subscription_id FROM edition_deliveries WHERE edition_id IN (SELECT id FROM v) \
                     UNION SELECT subscription_id FROM missed_deliveries WHERE edition_id IN (SELECT id FROM v)) \
         UPDATE subscriptions s SET sent_until = e.window_until FROM e, r \
          WHERE s.id = r.subscription_id AND s.rhythm_id IS NULL AND s.sent_until IS NULL",
    )
    .bind::<SqlUuid, _>(edition)
    .execute(conn)?;
    Ok(())
}

/// From where an edition can be approved.
pub const OPEN: [EditionStatus; 2] = [EditionStatus::AwaitingApproval, EditionStatus::Held];
