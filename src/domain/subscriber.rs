//! A subscriber: one person's address, known to us.

use diesel::prelude::{Insertable, Queryable, Selectable};
use jiff::Timestamp;

use super::email_address::EmailAddress;
use super::id::SubscriberId;
use super::language::Language;

/// One subscriber as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = crate::schema::subscribers)]
#[diesel(treat_none_as_default_value = false)]
pub struct Subscriber {
    /// Its identity.
    pub id: SubscriberId,
    /// The address as it was first given.
    pub address: EmailAddress,
    /// The case-folded address: two spellings of one mailbox are one subscriber.
    pub address_key: String,
    /// The language in which we write to this reader.
    pub language: Language,
    /// When the address was first seen.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub created_at: Timestamp,
}
