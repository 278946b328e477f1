//! Domain types as TEXT columns: enums by `text_enum!`, parsed strings by `text_column!`.
//!
//! `TEXT` with a `CHECK` instead of `CREATE TYPE .. AS ENUM`: a value can be added in the same transaction
//! as the code that needs it, and `pg_dump` files stay readable.

/// Declares an enum that is stored as text, shown as text in JSON, and lists all its values.
macro_rules! text_enum {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$doc:meta])* $variant:ident => $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash,
            serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
            utoipa::ToSchema,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$doc])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value, in order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The text of the column and of JSON.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text_column::UnknownText;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$variant),)*
                    _ => Err($crate::domain::text_column::UnknownText {
                        text: text.to_owned(),
                        known: &[$($text,)*],
                    }),
                }
            }
        }

        $crate::domain::text_column::text_column!($name);
    };
}

/// Stores a type with `as_str` and `FromStr` in a TEXT column.
macro_rules! text_column {
    ($name:ty) => {
        impl diesel::serialize::ToSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, diesel::pg::Pg>,
            ) -> diesel::serialize::Result {
                use std::io::Write as _;
                out.write_all(self.as_str().as_bytes())?;
                Ok(diesel::serialize::IsNull::No)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(bytes: diesel::pg::PgValue<'_>) -> diesel::deserialize::Result<Self> {
                let text: String = diesel::deserialize::FromSql::<
                    diesel::sql_types::Text,
                    diesel::pg::Pg,
                >::from_sql(bytes)?;
                text.parse().map_err(Into::into)
            }
        }
    };
}

pub(crate) use {text_column, text_enum};

/// A text that is none of an enum's values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not one of {}", known.join(", "))]
pub struct UnknownText {
    /// What was found.
    pub text: String,
    /// What may stand there.
    pub known: &'static [&'static str],
}
