//! Under which names editions stand in the archive.

use diesel::prelude::*;
use jiff::civil;

use super::Error;
use crate::domain::edition_address::EditionAddress;
use crate::domain::id::{EditionId, NewsletterId};
use crate::schema::edition_addresses::dsl;

/// Editions of one newsletter, date and subject that are told apart by a number.
const SAME_AT_MOST: u32 = 1_000;

/// Gives an edition its name, for good.
///
/// # Errors
/// Database errors.
pub fn assign(
    conn: &mut PgConnection,
    edition: EditionId,
    newsletter: NewsletterId,
    date: civil::Date,
    subject: &str,
) -> Result<(), Error> {
    let before: i64 = dsl::edition_addresses
        .filter(dsl::newsletter_id.eq(newsletter))
        .count()
        .get_result(conn)?;
    let first = EditionAddress::new(date, subject, before.saturating_add(1));
    let others = (2..=SAME_AT_MOST).map(|count| first.another(count));
    for address in std::iter::once(first.clone()).chain(others) {
        let added = diesel::insert_into(dsl::edition_addresses)
            .values((
                dsl::edition_id.eq(edition),
                dsl::newsletter_id.eq(newsletter),
                dsl::address.eq(&address),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        if added == 1 {
            return Ok(());
        }
    }
    // A thousand of one day: it stays under its id.
    Ok(())
}
