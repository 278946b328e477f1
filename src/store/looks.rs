//! Looks of newsletters.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Error;
use crate::domain::id::NewsletterId;
use crate::domain::look::Look;
use crate::schema::newsletter_looks::dsl;

/// The look of a newsletter, if it has one of its own.
///
/// # Errors
/// Database errors.
pub fn find(conn: &mut PgConnection, newsletter: NewsletterId) -> Result<Option<Look>, Error> {
    Ok(dsl::newsletter_looks
        .find(newsletter)
        .select(Look::as_select())
        .first(conn)
        .optional()?)
}

/// The looks of these newsletters; those without one of their own are absent.
///
/// # Errors
/// Database errors.
pub fn find_all(
    conn: &mut PgConnection,
    newsletters: &[NewsletterId],
) -> Result<HashMap<NewsletterId, Look>, Error> {
    let found: Vec<Look> = dsl::newsletter_looks
        .filter(dsl::newsletter_id.eq_any(newsletters))
        .select(Look::as_select())
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|look| (look.newsletter_id, look))
        .collect())
}

/// Writes a look, whether there was one or not.
///
/// # Errors
/// Database errors.
pub fn put(conn: &mut PgConnection, look: Look) -> Result<(), Error> {
    diesel::insert_into(dsl::newsletter_looks)
        .values(look.clone())
        .on_conflict(dsl::newsletter_id)
        .do_update()
        .set(look)
        .execute(conn)?;
    Ok(())
}
