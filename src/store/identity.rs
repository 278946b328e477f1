//! Whether this is the database that it was when a program last looked.

use diesel::prelude::*;

use super::Error;

/// Notes which database this is; returns whether it was noted as another one before, as in a backup that was restored.
///
/// # Errors
/// Database errors.
pub fn note(conn: &mut PgConnection) -> Result<bool, Error> {
    let changed = diesel::sql_query(
        "UPDATE database_identity i SET table_oid = t.oid, system_identifier = t.system \
           FROM (SELECT 'database_identity'::regclass::oid::bigint AS oid, cluster_number() AS system) t \
          WHERE (i.table_oid, i.system_identifier) <> (t.oid, t.system)",
    )
    .execute(conn)?;
    Ok(changed > 0)
}
