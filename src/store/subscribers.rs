//! Subscribers.

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::Error;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::SubscriberId;
use crate::domain::subscriber::Subscriber;
use crate::schema::subscribers::dsl;

/// Adds the subscriber, or returns the one that has the address already, and holds the row until the transaction
/// ends, so that two sign-ups of one address run one after the other.
///
/// # Errors
/// Database errors.
pub fn upsert(conn: &mut PgConnection, subscriber: Subscriber) -> Result<Subscriber, Error> {
    let key = subscriber.address_key.clone();
    Ok(diesel::insert_into(dsl::subscribers)
        .values(subscriber)
        .on_conflict(dsl::address_key)
        .do_update()
        .set(dsl::address_key.eq(key))
        .returning(Subscriber::as_returning())
        .get_result(conn)?)
}

/// [`upsert`] for several, whose addresses differ; in no order.
///
/// # Errors
/// Database errors.
pub fn upsert_all(
    conn: &mut PgConnection,
    mut new: Vec<Subscriber>,
) -> Result<Vec<Subscriber>, Error> {
    // Rows are locked one by one: one order for all, so that two transactions cannot wait for each other.
    new.sort_unstable_by(|a, b| a.address_key.cmp(&b.address_key));
    if new.len() < 2 {
        let all = new.into_iter();
        return all.map(|subscriber| upsert(conn, subscriber)).collect();
    }
    Ok(diesel::insert_into(dsl::subscribers)
        .values(new)
        .on_conflict(dsl::address_key)
        .do_update()
        .set(dsl::address_key.eq(excluded(dsl::address_key)))
        .returning(Subscriber::as_returning())
        .get_results(conn)?)
}

/// Takes subscribers back that the same transaction added.
///
/// # Errors
/// Database errors.
pub fn delete_new(conn: &mut PgConnection, ids: Vec<SubscriberId>) -> Result<(), Error> {
    if !ids.is_empty() {
        diesel::delete(dsl::subscribers.filter(dsl::id.eq_any(ids))).execute(conn)?;
    }
    Ok(())
}

/// The subscriber with this address.
///
/// # Errors
/// Database errors.
pub fn find_by_address(
    conn: &mut PgConnection,
    address: &EmailAddress,
) -> Result<Option<Subscriber>, Error> {
    Ok(dsl::subscribers
        .filter(dsl::address_key.eq(address.key()))
        .select(Subscriber::as_select())
        .first(conn)
        .optional()?)
}

/// The subscriber with this id.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, id: SubscriberId) -> Result<Option<Subscriber>, Error> {
    Ok(dsl::subscribers
        .find(id)
        .select(Subscriber::as_select())
        .first(conn)
        .optional()?)
}

/// The subscriber with this id, locked until the transaction ends.
///
/// # Errors
/// Database errors.
pub fn lock(conn: &mut PgConnection, id: SubscriberId) -> Result<Option<Subscriber>, Error> {
    Ok(dsl::subscribers
        .find(id)
        .select(Subscriber::as_select())
        .for_no_key_update()
        .first(conn)
        .optional()?)
}

/// Gives a subscriber another address.
///
/// # Errors
/// [`Error::Duplicate`] with `subscribers_address_key_key` when it is another subscriber's.
pub fn set_address(
    conn: &mut PgConnection,
    id: SubscriberId,
    address: &EmailAddress,
) -> Result<(), Error> {
    diesel::update(dsl::subscribers.find(id))
        .set((dsl::address.eq(address), dsl::address_key.eq(address.key())))
        .execute(conn)?;
    Ok(())
}

/// The subscribers with these ids, in no order.
///
/// # Errors
/// Database errors.
pub fn find_all(conn: &mut PgConnection, ids: &[SubscriberId]) -> Result<Vec<Subscriber>, Error> {
    Ok(dsl::subscribers
        .filter(dsl::id.eq_any(ids))
        .select(Subscriber::as_select())
        .load(conn)?)
}
