//! Deleting everything about a reader, and what must be remembered of it: a keyed hash.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use diesel::sql_types::Uuid;
use jiff::Timestamp;
use jiff_diesel::ToDiesel as _;

use super::{Error, suppressions};
use crate::domain::erasure::Standing;
use crate::domain::id::SubscriberId;
use crate::domain::link_token::LinkKeys;
use crate::domain::suppression::SuppressionReason;
use crate::schema::erasures::dsl;
use crate::schema::suppressions as suppressed;

/// How an address stands that somebody brings in.
///
/// # Errors
/// Database errors.
pub fn standing(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    address_key: &str,
) -> Result<Standing, Error> {
    if suppressions::contains(conn, address_key)? {
        return Ok(Standing::Suppressed);
    }
    let reasons: Vec<Option<SuppressionReason>> = dsl::erasures
        .filter(dsl::mark.eq_any(keys.erasure_marks(address_key)))
        .select(dsl::reason)
        .load(conn)?;
    Ok(if reasons.iter().any(Option::is_some) {
        Standing::ErasedAndSuppressed
    } else if reasons.is_empty() {
        Standing::Free
    } else {
        Standing::Erased
    })
}

/// Those of `address_keys` to which nothing may be sent, also if all that is left of them is a mark.
///
/// # Errors
/// Database errors.
pub fn suppressed_among(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    address_keys: &[String],
) -> Result<HashSet<String>, Error> {
    let mut found: HashSet<String> = suppressed::table
        .filter(suppressed::address_key.eq_any(address_keys))
        .select(suppressed::address_key)
        .load(conn)?
        .into_iter()
        .collect();
    let marks: HashMap<Vec<u8>, &String> = address_keys
        .iter()
        .flat_map(|key| {
            let marks = keys.erasure_marks(key).into_iter();
            marks.map(move |mark| (mark, key))
        })
        .collect();
    let of_suppressed: Vec<Vec<u8>> = dsl::erasures
        .filter(
            dsl::mark
                .eq_any(marks.keys())
                .and(dsl::reason.is_not_null()),
        )
        .select(dsl::mark)
        .load(conn)?;
    let erased = of_suppressed.iter().filter_map(|mark| marks.get(mark));
    found.extend(erased.map(|key| (*key).clone()));
    Ok(found)
}

/// Deletes everything about a subscriber that the caller has locked, and keeps the mark of the address.
///
/// # Errors
/// Database errors.
pub fn erase(
    conn: &mut PgConnection,
    keys: &LinkKeys,
    subscriber: SubscriberId,
    address_key: &str,
    now: Timestamp,
) -> Result<(), Error> {
    let reason: Option<SuppressionReason> = suppressed::table
        .find(address_key)
        .select(suppressed::reason)
        .first(conn)
        .optional()?;
    diesel::insert_into(dsl::erasures)
        .values((
            dsl::mark.eq(keys.erasure_mark(address_key)),
            dsl::reason.eq(reason),
            dsl::erased_at.eq(now.to_diesel()),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    diesel::sql_query("SELECT erase_subscriber($1)")
        .bind::<Uuid, _>(subscriber)
        .execute(conn)?;
    Ok(())
}

/// Forgets that an address was erased: its reader has confirmed anew.
///
/// # Errors
/// Database errors.
pub fn forget(conn: &mut PgConnection, keys: &LinkKeys, address_key: &str) -> Result<(), Error> {
    diesel::delete(dsl::erasures.filter(dsl::mark.eq_any(keys.erasure_marks(address_key))))
        .execute(conn)?;
    Ok(())
}
