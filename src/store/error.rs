//! What can go wrong between us and the database, in the terms a use case can act on.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// A failed statement, or no database at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A unique constraint refused the row.
    #[error("a row with this {constraint} exists already")]
    Duplicate {
        /// The constraint's name in the migrations.
        constraint: String,
    },
    /// A stored value is not what the program writes.
    #[error("the database holds a value that cannot be read")]
    Corrupt(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No connection could be had in time, or it was lost.
    #[error("the database cannot be reached")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The schema is newer than this program.
    #[error(
        "the database was migrated by a newer version (it has {version}, which this version does not know); \
         start that version, or restore the backup made before the upgrade"
    )]
    SchemaTooNew {
        /// The first unknown migration.
        version: String,
    },
    /// Migrations are missing.
    #[error("the database lacks {count} migrations; run `tidings migrate`")]
    SchemaTooOld {
        /// How many.
        count: usize,
    },
    /// Anything else.
    #[error("a database statement failed")]
    Query(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Whether a statement was given up because it took too long, most of all for a lock: trying at once again is of no use.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        matches!(self, Self::Query(cause) if cause.to_string().contains("canceling statement due to"))
    }

    /// The same failure once more, for another who waited for the same statement.
    #[must_use]
    pub fn repeated(&self) -> Self {
        match self {
            Self::Duplicate { constraint } => Self::Duplicate {
                constraint: constraint.clone(),
            },
            Self::SchemaTooNew { version } => Self::SchemaTooNew {
                version: version.clone(),
            },
            Self::SchemaTooOld { count } => Self::SchemaTooOld { count: *count },
            Self::Corrupt(cause) => Self::Corrupt(cause.to_string().into()),
            Self::Unavailable(cause) => Self::Unavailable(cause.to_string().into()),
            Self::Query(cause) => Self::Query(cause.to_string().into()),
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                Self::Duplicate {
                    constraint: info.constraint_name().unwrap_or_default().to_owned(),
                }
            }
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | DieselError::BrokenTransactionManager => Self::Unavailable(Box::new(error)),
            // PostgreSQL says "terminating connection due to administrator command" and the like as unknown.
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, ref info)
                if is_lost(info.message()) =>
            {
                Self::Unavailable(Box::new(error))
            }
            DieselError::DeserializationError(source) => Self::Corrupt(source),
            other => Self::Query(Box::new(other)),
        }
    }
}

fn is_lost(message: &str) -> bool {
    [
        "terminating connection",
        "server closed the connection",
        "connection to server",
        "the database system is",
    ]
    .iter()
    .any(|part| message.contains(part))
}

impl From<diesel::ConnectionError> for Error {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
