//! The ledger of editions: adding, taking in hand, settling and reading rows. Who holds which is in [`super::claims`].
//!
//! Every statement that moves a row names the status it comes from and, once it is under way, the claim: a worker that
//! lost its claim changes nothing. Rows are always touched in the order of the key, so that two transactions cannot wait
//! for each other.

use diesel::deserialize::QueryableByName;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::{Error, lost_claims};
use crate::domain::delivery::DeliveryStatus;
use crate::domain::edition_delivery::EditionDelivery;
use crate::domain::id::{ClaimId, EditionId, SubscriptionId};
use crate::domain::smtp_reply::SmtpReply;
use crate::schema::edition_deliveries::dsl;

/// The durable intent: moves rows to `sending` that are still waiting, and returns which. Rows that a reader's leaving
/// has cancelled in the meantime are not among them. Each shows the version of the content that it is sent.
///
/// Rows that are `sending` for this very claim are, too: when the answer to a commit is lost, the worker asks again for
/// what it has not sent, and nobody else can hold the claim.
///
/// # Errors
/// Database errors.
pub fn begin(
    conn: &mut PgConnection,
    edition: EditionId,
    (claim, content_version): (ClaimId, i32),
    readers: &[SubscriptionId],
) -> Result<Vec<SubscriptionId>, Error> {
    let waiting = dsl::status.eq(DeliveryStatus::Queued).or(dsl::status
        .eq_any([DeliveryStatus::Claimed, DeliveryStatus::Sending])
        .and(dsl::claim_id.eq(claim.as_i64())));
    let rows = dsl::edition_deliveries.filter(
        dsl::edition_id
            .eq(edition)
            .and(dsl::subscription_id.eq_any(readers))
            .and(waiting),
    );
    Ok(diesel::update(rows)
        .set((
            dsl::status.eq(DeliveryStatus::Sending),
            dsl::claim_id.eq(claim.as_i64()),
            dsl::attempt_count.eq(dsl::attempt_count + 1),
            dsl::content_version.eq(content_version),
        ))
        .returning(dsl::subscription_id)
        .get_results(conn)?)
}

/// Where a row goes that was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is over.
    Settled(DeliveryStatus),
    /// It is tried again at this instant; `counts` says whether the attempt counts.
    Again {
        /// When.
        at: Timestamp,
        /// Whether the other side had the mail in its hands.
        counts: bool,
    },
    /// The reply was lost; a copy follows at this instant, if any.
    Unknown {
        /// When.
        copy_at: Option<Timestamp>,
    },
    /// Nothing was said to anyone: it waits as before.
    Untouched,
}

/// Moves one row on that was under way for `claim`; returns its number of attempts if it still was.
///
/// # Errors
/// Database errors.
pub fn settle(
    conn: &mut PgConnection,
    now: Timestamp,
    (edition, claim, reader): (EditionId, ClaimId, SubscriptionId),
    next: Next,
    reply: &SmtpReply,
) -> Result<Option<i16>, Error> {
    let under_way = dsl::edition_id
        .eq(edition)
        .and(dsl::subscription_id.eq(reader))
        .and(dsl::status.eq(DeliveryStatus::Sending))
        .and(dsl::claim_id.eq(claim.as_i64()));
    let row = diesel::update(dsl::edition_deliveries.filter(under_way));
    let none = None::<jiff_diesel::Timestamp>;
    let free = dsl::claim_id.eq(None::<i64>);
    let evidence = (
        dsl::reply_code.eq(code(reply)),
        dsl::reply_text.eq(reply.text()),
    );
    let attempts = match next {
        Next::Settled(status) => row
            .set((
                free,
                evidence,
                dsl::status.eq(status),
                dsl::settled_at.eq(now.to_diesel()),
            ))
            .returning(dsl::attempt_count)
            .get_result(conn),
        Next::Again { at, counts } => {
            let taken_back = i16::from(!counts);
            row.set((
                free,
                evidence,
                dsl::status.eq(DeliveryStatus::Deferred),
                dsl::retry_at.eq(at.to_diesel()),
                dsl::attempt_count.eq(dsl::attempt_count - taken_back),
            ))
            .returning(dsl::attempt_count)
            .get_result(conn)
        }
        Next::Unknown { copy_at } => row
            .set((
                free,
                evidence,
                dsl::status.eq(DeliveryStatus::Unknown),
                dsl::unknown_count.eq(dsl::unknown_count + 1),
                dsl::retry_at.eq(copy_at.map_or(none, |at| Some(at.to_diesel()))),
                dsl::settled_at.eq(now.to_diesel()),
            ))
            .returning(dsl::attempt_count)
            .get_result(conn),
        Next::Untouched => row
            .set((
                free,
                dsl::status.eq(DeliveryStatus::Queued),
                dsl::attempt_count.eq(dsl::attempt_count - 1),
            ))
            .returning(dsl::attempt_count)
            .get_result(conn),
    };
    let attempts = attempts.optional()?;
    if attempts.is_some() && matches!(next, Next::Untouched) {
        lost_claims::free_late(conn, claim, reader)?;
    }
    Ok(attempts)
}

/// Ends rows that wait, because nobody wants them any more or their time is over.
///
/// # Errors
/// Database errors.
pub fn settle_waiting(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: EditionId,
    readers: &[SubscriptionId],
    status: DeliveryStatus,
) -> Result<usize, Error> {
    let rows = dsl::edition_deliveries.filter(
        dsl::edition_id
            .eq(edition)
            .and(dsl::subscription_id.eq_any(readers))
            .and(dsl::status.eq_any([DeliveryStatus::Queued, DeliveryStatus::Claimed])),
    );
    Ok(diesel::update(rows)
        .set((
            dsl::status.eq(status),
            dsl::claim_id.eq(None::<i64>),
            dsl::settled_at.eq(now.to_diesel()),
        ))
        .execute(conn)?)
}

/// Queues again what failed for good, of readers who still want it and for whom no later edition made up for it;
/// `with_unknown` also those whose fate is unknown, who may get it twice. Returns how many.
///
/// # Errors
/// Database errors.
pub fn resend_failed(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: EditionId,
    with_unknown: bool,
) -> Result<usize, Error> {
    Ok(diesel::sql_query(
        "UPDATE edition_deliveries d SET status = 'deferred', retry_at = $2, settled_at = NULL, attempt_count = 0, \
                unknown_count = 0 \
          WHERE d.edition_id = $1 \
            AND (d.status IN ('bounced', 'expired') OR $3 AND d.status = 'unknown' AND d.retry_at IS NULL) \
            AND NOT EXISTS (SELECT 1 FROM missed_deliveries m WHERE m.subscription_id = d.subscription_id \
                               AND m.edition_id = d.edition_id AND m.made_up_in IS NOT NULL) \
            AND EXISTS (SELECT 1 FROM subscriptions s JOIN subscribers p ON p.id = s.subscriber_id \
                         WHERE s.id = d.subscription_id AND s.status = 'active' \
                           AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key = p.address_key))",
    )
    .bind::<Uuid, _>(edition)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .bind::<diesel::sql_types::Bool, _>(with_unknown)
    .execute(conn)?)
}

/// Settles by hand every delivery of unknown fate that waits for the operator, as one that arrived.
///
/// # Errors
/// Database errors.
pub fn accept_unknown(
    conn: &mut PgConnection,
    now: Timestamp,
    edition: EditionId,
) -> Result<usize, Error> {
    let rows = dsl::edition_deliveries.filter(
        dsl::edition_id
            .eq(edition)
            .and(dsl::status.eq(DeliveryStatus::Unknown))
            .and(dsl::retry_at.is_null()),
    );
    Ok(diesel::update(rows)
        .set((
            dsl::status.eq(DeliveryStatus::Sent),
            dsl::settled_at.eq(now.to_diesel()),
        ))
        .execute(conn)?)
}

/// How many deliveries of an edition stand where; the flag says whether unknown ones are sent once more. Derived from
/// the rows at each call, so it cannot disagree with them.
///
/// # Errors
/// Database errors.
pub fn counts(
    conn: &mut PgConnection,
    edition: EditionId,
) -> Result<Vec<(DeliveryStatus, bool, i64)>, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = Text)]
        status: DeliveryStatus,
        #[diesel(sql_type = diesel::sql_types::Bool)]
        is_retried: bool,
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    let counts: Vec<Count> = diesel::sql_query(
        "SELECT status, retry_at IS NOT NULL AS is_retried, count(*) AS number FROM edition_deliveries \
          WHERE edition_id = $1 GROUP BY 1, 2",
    )
    .bind::<Uuid, _>(edition)
    .load(conn)?;
    Ok(counts
        .into_iter()
        .map(|count| (count.status, count.is_retried, count.number))
        .collect())
}

/// A page of an edition's deliveries, after `after`, perhaps only those in one status; with the subscriber, who may
/// have been erased.
///
/// # Errors
/// Database errors.
pub fn page(
    conn: &mut PgConnection,
    edition: EditionId,
    status: Option<DeliveryStatus>,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<(EditionDelivery, Option<crate::domain::id::SubscriberId>)>, Error> {
    use crate::schema::subscriptions;
    let mut query = dsl::edition_deliveries
        .left_join(subscriptions::table.on(subscriptions::id.eq(dsl::subscription_id)))
        .filter(dsl::edition_id.eq(edition))
        .select((
            EditionDelivery::as_select(),
            subscriptions::subscriber_id.nullable(),
        ))
        .order(dsl::subscription_id)
        .limit(limit)
        .into_boxed();
    if let Some(status) = status {
        query = query.filter(dsl::status.eq(status));
    }
    if let Some(after) = after {
        query = query.filter(dsl::subscription_id.gt(after));
    }
    Ok(query.load(conn)?)
}

/// A number that a statement gives.
#[derive(Debug, QueryableByName)]
pub(super) struct Number {
    #[diesel(sql_type = BigInt)]
    pub(super) number: i64,
}

pub(super) fn code(reply: &SmtpReply) -> Option<i16> {
    i16::try_from(reply.code()).ok().filter(|code| *code != 0)
}
