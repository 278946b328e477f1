//! Attacks on the sign-up, what is normal, and what was removed after one.

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Double, Timestamptz, Uuid};
use jiff::{SignedDuration, Timestamp};
use jiff_diesel::ToDiesel as _;

use super::Error;
use crate::domain::attack::{Attack, Figures};
use crate::domain::id::{AttackId, PurgeId, SubscriberId};
use crate::schema::attacks::dsl;
use crate::schema::{purges, signup_minutes};

/// How far back the normal rate is looked for.
const NORMAL_DAYS: i64 = 7;

#[derive(Queryable, Selectable)]
#[diesel(table_name = crate::schema::attacks)]
struct Row {
    id: AttackId,
    began_at: jiff_diesel::Timestamp,
    high_at: jiff_diesel::Timestamp,
    ended_at: jiff_diesel::NullableTimestamp,
    is_manual: bool,
    reason: Option<String>,
    window_minutes: i32,
    requests: i64,
    normal: i64,
    threshold: i64,
    asked: i64,
    confirmed: i64,
}

impl From<Row> for Attack {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            began_at: row.began_at.to_jiff(),
            high_at: row.high_at.to_jiff(),
            ended_at: row.ended_at.to_jiff(),
            is_manual: row.is_manual,
            reason: row.reason,
            window_minutes: row.window_minutes,
            figures: Figures {
                requests: row.requests,
                normal: row.normal,
                asked: row.asked,
                confirmed: row.confirmed,
            },
            threshold: row.threshold,
        }
    }
}

/// Adds an attack; `false` when one is open already.
///
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, attack: &Attack) -> Result<bool, Error> {
    let inserted = diesel::insert_into(dsl::attacks)
        .values((
            dsl::id.eq(attack.id),
            dsl::began_at.eq(attack.began_at.to_diesel()),
            dsl::high_at.eq(attack.high_at.to_diesel()),
            dsl::is_manual.eq(attack.is_manual),
            dsl::reason.eq(&attack.reason),
            dsl::window_minutes.eq(attack.window_minutes),
            dsl::requests.eq(attack.figures.requests),
            dsl::normal.eq(attack.figures.normal),
            dsl::threshold.eq(attack.threshold),
            dsl::asked.eq(attack.figures.asked),
            dsl::confirmed.eq(attack.figures.confirmed),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(inserted == 1)
}

/// The open attack, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock_open(conn: &mut PgConnection) -> Result<Option<Attack>, Error> {
    let row: Option<Row> = dsl::attacks
        .filter(dsl::ended_at.is_null())
        .select(Row::as_select())
        .for_update()
        .first(conn)
        .optional()?;
    Ok(row.map(Attack::from))
}

/// The attack with this id.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: AttackId) -> Result<Option<Attack>, Error> {
    let row: Option<Row> = dsl::attacks
        .find(id)
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Attack::from))
}

/// The newest attack.
///
/// # Errors
/// Database errors.
pub fn newest(conn: &mut PgConnection) -> Result<Option<Attack>, Error> {
    let row: Option<Row> = dsl::attacks
        .order((dsl::began_at.desc(), dsl::id.desc()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Attack::from))
}

/// Writes when the rate was last high, whether a person declared the attack and why, and when it was over.
///
/// # Errors
/// Database errors.
pub fn update(conn: &mut PgConnection, attack: &Attack) -> Result<(), Error> {
    diesel::update(dsl::attacks.find(attack.id))
        .set((
            dsl::high_at.eq(attack.high_at.to_diesel()),
            dsl::is_manual.eq(attack.is_manual),
            dsl::reason.eq(&attack.reason),
            dsl::ended_at.eq(attack.ended_at.map(Timestamp::to_diesel)),
        ))
        .execute(conn)?;
    Ok(())
}

/// What was seen in the window before `now`, and in usual ones of that length. Times of attacks are not usual.
///
/// # Errors
/// Database errors.
pub fn figures(
    conn: &mut PgConnection,
    now: Timestamp,
    window: SignedDuration,
) -> Result<Figures, Error> {
    #[derive(QueryableByName)]
    struct Seen {
        #[diesel(sql_type = BigInt)]
        requests: i64,
        #[diesel(sql_type = BigInt)]
        normal: i64,
        #[diesel(sql_type = BigInt)]
        asked: i64,
        #[diesel(sql_type = BigInt)]
        confirmed: i64,
    }
    let before = |span: SignedDuration| now.saturating_sub(span).unwrap_or(now);
    let seen: Seen = diesel::sql_query(
        "SELECT (SELECT coalesce(sum(requests), 0)::bigint FROM signup_minutes WHERE minute > $1) AS requests, \
                (SELECT coalesce(ceil(avg(n)), 0)::bigint FROM \
                    (SELECT sum(requests) AS n FROM signup_minutes m \
                      WHERE minute > $2 AND minute <= $1 \
                        AND NOT EXISTS (SELECT 1 FROM attacks a \
                             WHERE m.minute >= a.began_at - make_interval(secs => $3) \
                               AND m.minute <= coalesce(a.ended_at, $4)) \
                      GROUP BY floor(extract(epoch FROM minute) / $3)) usual) AS normal, \
                count(*) AS asked, count(confirmed_at) AS confirmed \
           FROM signups WHERE requested_at > $1",
    )
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(before(window)))
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(before(
        SignedDuration::from_hours(24 * NORMAL_DAYS),
    )))
    .bind::<Double, _>(window.as_secs_f64())
    .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(now))
    .get_result(conn)?;
    Ok(Figures {
        requests: seen.requests,
        normal: seen.normal,
        asked: seen.asked,
        confirmed: seen.confirmed,
    })
}

/// Forgets minutes that are too old to say what is normal.
///
/// # Errors
/// Database errors.
pub fn forget_minutes(conn: &mut PgConnection, now: Timestamp) -> Result<usize, Error> {
    let kept = SignedDuration::from_hours(24 * (NORMAL_DAYS + 1));
    let before = now.saturating_sub(kept).unwrap_or(now);
    let old = signup_minutes::table.filter(signup_minutes::minute.lt(before.to_diesel()));
    Ok(diesel::delete(old).execute(conn)?)
}

/// Who came in with the attack: readers whom nobody knew before `since`, who asked until `until`, and of whose sign-ups none was
/// ever confirmed. Those with a mail in the hands of a worker are left for the next time.
const CAUGHT: &str = "\
    FROM subscribers p \
    WHERE p.created_at >= $1 AND p.created_at <= $2 \
      AND EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = p.id) \
      AND NOT EXISTS (SELECT 1 FROM subscriptions s WHERE s.subscriber_id = p.id \
                         AND (s.status <> 'pending' OR s.confirmed_at IS NOT NULL OR s.requested_at > $2)) \
      AND NOT EXISTS (SELECT 1 FROM subscriptions s JOIN consents c ON c.subscription_id = s.id \
                       WHERE s.subscriber_id = p.id AND c.action <> 'requested') \
      AND NOT EXISTS (SELECT 1 FROM signups x WHERE x.subscriber_id = p.id AND x.confirmed_at IS NOT NULL) \
      AND NOT EXISTS (SELECT 1 FROM suppressions x WHERE x.address_key = p.address_key) \
      AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.subscriber_id = p.id AND d.status IN ('claimed', 'sending'))";

/// How many [`purge`] would remove.
///
/// # Errors
/// Database errors.
pub fn count_caught(
    conn: &mut PgConnection,
    since: Timestamp,
    until: Timestamp,
) -> Result<i64, Error> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    let count: Count = diesel::sql_query(format!("SELECT count(*) AS count {CAUGHT}"))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
        .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until))
        .get_result(conn)?;
    Ok(count.count)
}

/// Removes up to `limit` of those who came in with an attack, with all that is about them; returns how many readers. Their rows
/// are locked first and looked at once more, so that a reader who confirms at the same moment either is gone or stays whole.
///
/// # Errors
/// Database errors.
pub fn purge(
    conn: &mut PgConnection,
    since: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<usize, Error> {
    #[derive(QueryableByName)]
    struct Caught {
        #[diesel(sql_type = Uuid)]
        id: SubscriberId,
    }
    let window = |text: String| {
        diesel::sql_query(text)
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(since))
            .bind::<Timestamptz, _>(jiff_diesel::Timestamp::from(until))
    };
    let found: Vec<Caught> = window(format!(
        "SELECT p.id {CAUGHT} ORDER BY p.id LIMIT $3 FOR UPDATE OF p SKIP LOCKED"
    ))
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    let found: Vec<SubscriberId> = found.into_iter().map(|row| row.id).collect();
    // Confirmations lock subscriptions, workers lock mails.
    for lock in [
        "SELECT id FROM subscriptions WHERE subscriber_id = ANY ($1) ORDER BY id FOR UPDATE",
        "SELECT id FROM deliveries WHERE subscriber_id = ANY ($1) ORDER BY id FOR UPDATE",
    ] {
        diesel::sql_query(lock)
            .bind::<Array<Uuid>, _>(&found)
            .execute(conn)?;
    }
    let still: Vec<Caught> = window(format!("SELECT p.id {CAUGHT} AND p.id = ANY ($3)"))
        .bind::<Array<Uuid>, _>(&found)
        .load(conn)?;
    let ids: Vec<SubscriberId> = still.into_iter().map(|row| row.id).collect();
    for delete in [
        "DELETE FROM attempts a USING deliveries d WHERE a.delivery_id = d.id AND d.subscriber_id = ANY ($1)",
        "DELETE FROM deliveries WHERE subscriber_id = ANY ($1)",
        "DELETE FROM signups WHERE subscriber_id = ANY ($1)",
        "DELETE FROM consents c USING subscriptions s WHERE c.subscription_id = s.id AND s.subscriber_id = ANY ($1)",
        "DELETE FROM subscriptions WHERE subscriber_id = ANY ($1)",
        "DELETE FROM subscribers WHERE id = ANY ($1)",
    ] {
        diesel::sql_query(delete)
            .bind::<Array<Uuid>, _>(&ids)
            .execute(conn)?;
    }
    Ok(ids.len())
}

/// Keeps that a purge took place.
///
/// # Errors
/// Database errors.
pub fn note_purge(
    conn: &mut PgConnection,
    now: Timestamp,
    since: Timestamp,
    until: Timestamp,
    subscribers: i64,
) -> Result<(), Error> {
    diesel::insert_into(purges::table)
        .values((
            purges::id.eq(PurgeId::new(now)),
            purges::purged_at.eq(now.to_diesel()),
            purges::since.eq(since.to_diesel()),
            purges::until.eq(until.to_diesel()),
            purges::subscribers.eq(subscribers),
        ))
        .execute(conn)?;
    Ok(())
}
