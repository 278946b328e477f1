//! Typed identifiers: one type per noun, so that swapped arguments do not compile.

use sha2::{Digest as _, Sha256};

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
    /// Names one feed.
    FeedId;
    /// Names one fetch of some feeds: the token by which a server that comes back too late is recognised.
    FeedClaimId;
    /// Names one subscription at a hub that pushes a feed.
    HubSubscriptionId;
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
    /// Names one correction of editions.
    CorrectionId;
    /// Names one rhythm that readers of a newsletter chose.
    RhythmId;
    /// Names one delivery.
    DeliveryId;
    /// Names one attack on the sign-up.
    AttackId;
    /// Names one clean-up after an attack.
    PurgeId;
    /// Names one link that a reader asked for by mail.
    ReaderLinkId;
    /// Names one API key.
    ApiKeyId;
    /// Names one person of the newsroom.
    AdminId;
    /// Names one start of a worker: the owner of the rows that it claimed.
    WorkerId;
}

impl DeliveryId {
    /// The identifier of an edition's delivery to one subscription: always the same, so that a copy after a lost reply
    /// has the same Message-ID. It is a `UUIDv8` (RFC 9562 §5.8) of their SHA-256, which says nothing about either.
    #[must_use]
    pub fn of_edition(edition: EditionId, subscription: SubscriptionId) -> Self {
        let mut hash = Sha256::new();
        hash.update(edition.0.as_bytes());
        hash.update(subscription.0.as_bytes());
        let mut bytes = [0; 16];
        for (byte, hashed) in bytes.iter_mut().zip(hash.finalize()) {
            *byte = hashed;
        }
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// Names one claim: a chunk of an edition in the hands of a worker. A chunk that is taken over gets a new one, so this
/// is the token by which a worker that comes back too late is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClaimId(i64);

impl ClaimId {
    /// The number in the database.
    #[must_use]
    pub fn as_i64(self) -> i64 {
        self.0
    }
}

impl From<i64> for ClaimId {
    fn from(id: i64) -> Self {
        Self(id)
    }
}

impl std::fmt::Display for ClaimId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_s_delivery_always_has_the_same_id() {
        let now = "2026-01-05T05:30:00Z".parse().unwrap();
        let (edition, reader) = (EditionId::new(now), SubscriptionId::new(now));
        let id = DeliveryId::of_edition(edition, reader);
        assert_eq!(id, DeliveryId::of_edition(edition, reader));
        assert_ne!(
            id,
            DeliveryId::of_edition(edition, SubscriptionId::new(now))
        );
        assert_ne!(id, DeliveryId::of_edition(EditionId::new(now), reader));
        assert_eq!(id.as_uuid().get_version_num(), 8);
    }

    #[test]
    fn ids_sort_by_the_time_they_were_given() {
        let early = EditionId::new("2026-01-05T05:30:00Z".parse().unwrap());
        let late = EditionId::new("2026-01-05T05:30:01Z".parse().unwrap());
        assert!(early < late);
        assert_eq!(early.as_uuid().get_version_num(), 7);
        assert_eq!(early.to_string().parse::<EditionId>().unwrap(), early);
    }
}
