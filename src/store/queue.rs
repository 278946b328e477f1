//! Single mails as a queue: who holds a row, and where it goes next. Editions have a ledger of their own
//! ([`super::edition_deliveries`]).
//!
//! Every statement that moves a row names the state it comes from and, where one is needed, the owner: a worker
//! that lost its lease changes nothing.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, Bool, Timestamptz, Uuid};
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::Error;
use super::edition_deliveries::Next;
use crate::config;
use crate::domain::delivery::{Delivery, DeliveryStatus};
use crate::domain::id::{DeliveryId, WorkerId};
use crate::domain::smtp_reply::SmtpReply;
use crate::schema::deliveries::dsl;

/// A lease: who holds rows, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    /// The holder.
    pub owner: WorkerId,
    /// When others may take over.
    pub until: Timestamp,
}

impl Lease {
    /// A lease from `now` on, as long as the settings say.
    #[must_use]
    pub fn new(owner: WorkerId, now: Timestamp, settings: &config::Delivery) -> Self {
        let until = now.saturating_add(settings.lease()).unwrap_or(now);
        Self { owner, until }
    }
}

/// Leases up to `limit` due rows, urgent kinds first; rows that another worker is just taking are passed over.
///
/// # Errors
/// Database errors.
pub fn claim(
    conn: &mut PgConnection,
    now: Timestamp,
    lease: Lease,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    let ids: Vec<DeliveryId> = dsl::deliveries
        // Written out: with a parameter in its place a prepared plan cannot use the partial index.
        .filter(sql::<Bool>("status IN ('queued', 'deferred')"))
        .filter(dsl::due_at.le(now.to_diesel()))
        .order((dsl::priority, dsl::due_at))
        .select(dsl::id)
        .limit(limit)
        .for_update()
        .skip_locked()
        .load(conn)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut claimed: Vec<Delivery> = diesel::update(dsl::deliveries.filter(dsl::id.eq_any(ids)))
        .set((
            dsl::status.eq(DeliveryStatus::Claimed),
            dsl::owner.eq(Some(lease.owner.as_uuid())),
            dsl::lease_until.eq(lease.until.to_diesel()),
        ))
        .returning(Delivery::as_returning())
        .get_results(conn)?;
    // The update returns rows in no order.
    claimed.sort_by_key(|delivery| (delivery.due_at, delivery.id));
    Ok(claimed)
}

/// The durable intent: moves claimed rows to `sending` that are still ours and still wanted, and returns which. That a
/// row is ours says its owner, not its lease: whoever takes over changes the owner. The lease is set anew because the
/// conversation may take long. A row whose beginning was committed while the answer was lost is not returned again: it
/// counts as a lost reply later.
///
/// # Errors
/// Database errors.
pub fn begin(
    conn: &mut PgConnection,
    ids: &[DeliveryId],
    lease: Lease,
) -> Result<Vec<DeliveryId>, Error> {
    #[derive(QueryableByName)]
    struct Begun {
        #[diesel(sql_type = Uuid)]
        id: DeliveryId,
    }
    let begun: Vec<Begun> = diesel::sql_query(
        "UPDATE deliveries d SET status = 'sending', attempt_count = attempt_count + 1, lease_until = $3 \
          WHERE d.id = ANY ($1) AND d.owner = $2 AND d.status = 'claimed' \
            AND NOT EXISTS ( \
                 SELECT 1 FROM suppressions x JOIN subscribers p ON p.address_key = x.address_key \
                  WHERE p.id = d.subscriber_id) \
         RETURNING d.id",
    )
    .bind::<Array<Uuid>, _>(ids)
    .bind::<Uuid, _>(lease.owner)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(lease.until))
    .load(conn)?;
    Ok(begun.into_iter().map(|row| row.id).collect())
}

/// Ends a row that `owner` claimed and does not send: nobody wants it any more, or its time is over.
///
/// # Errors
/// Database errors.
pub fn settle_claimed(
    conn: &mut PgConnection,
    id: DeliveryId,
    owner: WorkerId,
    now: Timestamp,
    status: DeliveryStatus,
) -> Result<(), Error> {
    diesel::update(dsl::deliveries.filter(held(id, owner, DeliveryStatus::Claimed)))
        .set((
            dsl::status.eq(status),
            dsl::owner.eq(None::<uuid::Uuid>),
            dsl::lease_until.eq(None::<jiff_diesel::Timestamp>),
            dsl::settled_at.eq(now.to_diesel()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Gives a claimed row back for later, because its mail could not be made; the reason stays visible.
///
/// # Errors
/// Database errors.
pub fn postpone(
    conn: &mut PgConnection,
    id: DeliveryId,
    owner: WorkerId,
    due_at: Timestamp,
    reason: &str,
) -> Result<(), Error> {
    diesel::update(dsl::deliveries.filter(held(id, owner, DeliveryStatus::Claimed)))
        .set((
            dsl::status.eq(DeliveryStatus::Deferred),
            dsl::owner.eq(None::<uuid::Uuid>),
            dsl::lease_until.eq(None::<jiff_diesel::Timestamp>),
            dsl::due_at.eq(due_at.to_diesel()),
            dsl::reply_text.eq(reason),
        ))
        .execute(conn)?;
    Ok(())
}

/// Moves a row on that `owner` was sending; returns whether it still was its row.
///
/// # Errors
/// Database errors.
pub fn settle(
    conn: &mut PgConnection,
    id: DeliveryId,
    owner: WorkerId,
    now: Timestamp,
    next: Next,
    reply: &SmtpReply,
) -> Result<bool, Error> {
    let row = diesel::update(dsl::deliveries.filter(held(id, owner, DeliveryStatus::Sending)));
    let free = (
        dsl::owner.eq(None::<uuid::Uuid>),
        dsl::lease_until.eq(None::<jiff_diesel::Timestamp>),
    );
    let evidence = (
        dsl::reply_code.eq(i32::from(reply.code())),
        dsl::reply_text.eq(reply.text()),
    );
    let changed = match next {
        Next::Settled(status) => row
            .set((
                free,
                evidence,
                dsl::status.eq(status),
                dsl::settled_at.eq(now.to_diesel()),
            ))
            .execute(conn)?,
        Next::Again { at, counts } => {
            let taken_back = i32::from(!counts);
            row.set((
                free,
                evidence,
                dsl::status.eq(DeliveryStatus::Deferred),
                dsl::due_at.eq(at.to_diesel()),
                dsl::attempt_count.eq(dsl::attempt_count - taken_back),
            ))
            .execute(conn)?
        }
        Next::Unknown { .. } => row
            .set((
                free,
                evidence,
                dsl::status.eq(DeliveryStatus::Unknown),
                dsl::unknown_count.eq(dsl::unknown_count + 1),
                dsl::settled_at.eq(now.to_diesel()),
            ))
            .execute(conn)?,
        Next::Untouched => row
            .set((
                free,
                dsl::status.eq(DeliveryStatus::Queued),
                dsl::attempt_count.eq(dsl::attempt_count - 1),
            ))
            .execute(conn)?,
    };
    Ok(changed == 1)
}

/// Gives back what `owner` claimed and did not begin; nothing of it was sent.
///
/// # Errors
/// Database errors.
pub fn release(conn: &mut PgConnection, owner: WorkerId) -> Result<usize, Error> {
    Ok(diesel::update(
        dsl::deliveries.filter(
            dsl::owner
                .eq(owner.as_uuid())
                .and(dsl::status.eq(DeliveryStatus::Claimed)),
        ),
    )
    .set((
        dsl::status.eq(DeliveryStatus::Queued),
        dsl::owner.eq(None::<uuid::Uuid>),
        dsl::lease_until.eq(None::<jiff_diesel::Timestamp>),
    ))
    .execute(conn)?)
}

/// What [`sweep`] moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Swept {
    /// Claims of lost workers that are free again.
    pub freed: usize,
    /// Mails of lost workers whose fate nobody knows.
    pub lost_replies: usize,
    /// Mails of unknown fate that are sent once more.
    pub sent_again: usize,
}

/// Moves the rows that their holder has left.
///
/// # Errors
/// Database errors.
pub fn sweep(
    conn: &mut PgConnection,
    now: Timestamp,
    unknown_before: Timestamp,
) -> Result<Swept, Error> {
    let now = jiff_diesel::Timestamp::from(now);
    let freed = diesel::sql_query(
        "UPDATE deliveries SET status = 'queued', owner = NULL, lease_until = NULL \
          WHERE status = 'claimed' AND lease_until <= $1",
    )
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    let lost_replies = diesel::sql_query(
        "UPDATE deliveries SET status = 'unknown', owner = NULL, lease_until = NULL, settled_at = $1, \
                unknown_count = unknown_count + 1, reply_text = 'the worker that was sending it was lost' \
          WHERE status = 'sending' AND lease_until <= $1",
    )
    .bind::<Timestamptz, _>(now)
    .execute(conn)?;
    let sent_again = diesel::sql_query(
        "UPDATE deliveries d SET status = 'queued', due_at = $1, settled_at = NULL \
          WHERE status = 'unknown' AND settled_at <= $2 AND unknown_count = 1 AND expires_at > $1",
    )
    .bind::<Timestamptz, _>(now)
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(unknown_before))
    .execute(conn)?;
    // Those that are not sent again, because their time is over, stay unknown for good.
    diesel::sql_query(
        "UPDATE deliveries SET unknown_count = 2 \
          WHERE status = 'unknown' AND settled_at <= $1 AND unknown_count = 1",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(unknown_before))
    .execute(conn)?;
    Ok(Swept {
        freed,
        lost_replies,
        sent_again,
    })
}

/// The row `id` if `owner` holds it in `status`.
#[diesel::dsl::auto_type(no_type_alias)]
fn held(id: DeliveryId, owner: WorkerId, status: DeliveryStatus) -> _ {
    let owner: uuid::Uuid = owner.as_uuid();
    dsl::id
        .eq(id)
        .and(dsl::owner.eq(owner))
        .and(dsl::status.eq(status))
}
