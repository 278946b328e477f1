//! Typed identifiers: one type per noun, so that swapped arguments do not compile.

/// Declares an identifier type: a UUIDv7 (RFC 9562) that sorts by creation time.
macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
            utoipa::ToSchema,
        )]
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A fresh identifier whose time part is `now`, in milliseconds.
            #[must_use]
            pub fn new(now: jiff::Timestamp) -> Self {
                let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
                let seconds = millis / 1000;
                let nanos = u32::try_from((millis % 1000) * 1_000_000).unwrap_or(0);
                let time = uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos);
                Self(uuid::Uuid::new_v7(time))
            }

            /// The plain UUID, for formats that need its bytes.
            #[must_use]
            pub fn as_uuid(&self) -> uuid::Uuid {
                self.0
            }
        }

        impl From<uuid::Uuid> for $name {
            fn from(id: uuid::Uuid) -> Self {
                Self(id)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                text.parse().map(Self)
            }
        }

        impl diesel::serialize::ToSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::to_sql(&self.0, out)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Uuid, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                diesel::deserialize::FromSql::<diesel::sql_types::Uuid, diesel::pg::Pg>::from_sql(bytes).map(Self)
            }
        }
    )*};
}

typed_id! {
    /// Names one newsletter.
    NewsletterId;
    /// Names one stored article.
    ArticleId;
    /// Names one subscriber.
    SubscriberId;
    /// Names one subscription (subscriber x newsletter).
    SubscriptionId;
    /// Names one press of "Subscribe", confirmed by one link.
    SignupId;
    /// Names one row of consent evidence.
    ConsentId;
    /// Names one edition.
    EditionId;
    /// Names one delivery.
    DeliveryId;
    /// Names one API key.
    ApiKeyId;
    /// Names one person of the newsroom.
    AdminId;
    /// Names one start of a worker: the owner of the rows that it claimed.
    WorkerId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_given() {
        let early = EditionId::new("2026-01-05T05:30:00Z".parse().unwrap());
        let late = EditionId::new("2026-01-05T05:30:01Z".parse().unwrap());
        assert!(early < late);
        assert_eq!(early.as_uuid().get_version_num(), 7);
        assert_eq!(early.to_string().parse::<EditionId>().unwrap(), early);
    }
}
