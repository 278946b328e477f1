//! Failures of a command: one line for people, one exit code for scripts.

use std::process::ExitCode;

use crate::app;
use crate::config::ConfigError;
use crate::embedded_postgres;
use crate::usecases::digest::corrections;
use crate::usecases::{
    StoreError, access, approval, attack, consents, delivery, demo, digest, editions, feeds,
    pausing, schema, sending, subscribers,
};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Anything that is none of the others.
    #[error("{0}")]
    Failed(String),
    /// The settings are wrong.
    #[error("wrong settings:\n{0}")]
    Settings(#[from] ConfigError),
    /// The database or the mail server cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// Not now, or not like this.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Settings(_) => 3,
            Self::Unreachable(_) => 4,
            Self::NotFound(_) => 5,
            Self::Refused(_) => 6,
        })
    }
}

/// An error with its causes on one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(cause_text.trim());
        }
        source = cause.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => Self::Unreachable(chain(&error)),
            StoreError::SchemaTooNew { .. } | StoreError::SchemaTooOld { .. } => {
                Self::Refused(error.to_string())
            }
            StoreError::Duplicate { .. } | StoreError::Corrupt(_) | StoreError::Query(_) => {
                Self::Failed(chain(&error))
            }
        }
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        match error {
            app::Error::Store(cause) => cause.into(),
            app::Error::Template(cause) => Self::Failed(cause.told()),
            app::Error::Mistake(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<schema::Error> for Failure {
    fn from(error: schema::Error) -> Self {
        match error {
            schema::Error::Store(cause) => cause.into(),
        }
    }
}

impl From<digest::Error> for Failure {
    fn from(error: digest::Error) -> Self {
        match error {
            digest::Error::Store(cause) => cause.into(),
            digest::Error::NotFound | digest::Error::NoReader => Self::NotFound(error.to_string()),
            other => Self::Failed(chain(&other)),
        }
    }
}

impl From<corrections::Error> for Failure {
    fn from(error: corrections::Error) -> Self {
        match error {
            corrections::Error::Store(cause) => cause.into(),
            corrections::Error::Digest(cause) => cause.into(),
            corrections::Error::Template(cause) => Self::Failed(cause.told()),
            corrections::Error::NoArticle | corrections::Error::NotFound => {
                Self::NotFound(error.to_string())
            }
            corrections::Error::Replacement { .. } | corrections::Error::NobodyToTell => {
                Self::Refused(error.to_string())
            }
        }
    }
}

impl From<subscribers::Error> for Failure {
    fn from(error: subscribers::Error) -> Self {
        match error {
            subscribers::Error::Store(cause) => cause.into(),
            subscribers::Error::NotFound => Self::NotFound(error.to_string()),
            other => Self::Failed(chain(&other)),
        }
    }
}

impl From<feeds::Error> for Failure {
    fn from(error: feeds::Error) -> Self {
        match error {
            feeds::Error::Store(cause) => cause.into(),
            feeds::Error::NotFound => Self::NotFound(error.to_string()),
            feeds::Error::UrlTaken(_)
            | feeds::Error::Inactive(_)
            | feeds::Error::NotAsked
            | feeds::Error::Busy => Self::Refused(error.to_string()),
        }
    }
}

impl From<editions::Error> for Failure {
    fn from(error: editions::Error) -> Self {
        match error {
            editions::Error::Store(cause) => cause.into(),
            editions::Error::NotFound | editions::Error::NoNewsletter => {
                Self::NotFound(error.to_string())
            }
            editions::Error::Skipped => Self::Refused(error.to_string()),
            editions::Error::Message(cause) => Self::Failed(chain(&cause)),
        }
    }
}

impl From<approval::Error> for Failure {
    fn from(error: approval::Error) -> Self {
        match error {
            approval::Error::Store(cause) => cause.into(),
            approval::Error::NotFound | approval::Error::UnknownLink => {
                Self::NotFound(error.to_string())
            }
            approval::Error::NotWaiting(_)
            | approval::Error::Changed { .. }
            | approval::Error::WrongStatus(_) => Self::Refused(error.to_string()),
        }
    }
}

impl From<sending::Error> for Failure {
    fn from(error: sending::Error) -> Self {
        match error {
            sending::Error::Store(cause) => cause.into(),
            sending::Error::NotFound => Self::NotFound(error.to_string()),
            sending::Error::Skipped | sending::Error::WrongStatus(_) | sending::Error::Begun => {
                Self::Refused(error.to_string())
            }
        }
    }
}

impl From<attack::Error> for Failure {
    fn from(error: attack::Error) -> Self {
        match error {
            attack::Error::Store(cause) => cause.into(),
            attack::Error::NoAttack => Self::NotFound(
                "there was no attack yet; say what to purge with --since TIME".to_owned(),
            ),
            attack::Error::EmptyWindow => {
                Self::Refused("--since must not be after --until".to_owned())
            }
        }
    }
}

impl From<consents::Error> for Failure {
    fn from(error: consents::Error) -> Self {
        match error {
            consents::Error::Store(cause) => cause.into(),
            consents::Error::UnknownSubscriber
            | consents::Error::UnknownNewsletter(_)
            | consents::Error::NoSubscription(_) => Self::NotFound(error.to_string()),
        }
    }
}

impl From<pausing::Error> for Failure {
    fn from(error: pausing::Error) -> Self {
        match error {
            pausing::Error::Store(cause) => cause.into(),
            pausing::Error::NotFound => Self::NotFound(error.to_string()),
            pausing::Error::Retired => Self::Refused(error.to_string()),
            pausing::Error::Schedule(_) => Self::Failed(chain(&error)),
        }
    }
}

impl From<delivery::Error> for Failure {
    fn from(error: delivery::Error) -> Self {
        match error {
            delivery::Error::Store(cause) => cause.into(),
        }
    }
}

impl From<demo::Error> for Failure {
    fn from(error: demo::Error) -> Self {
        match error {
            demo::Error::Store(cause) => cause.into(),
            other @ demo::Error::Content(_) => Self::Failed(other.to_string()),
        }
    }
}

impl From<access::Error> for Failure {
    fn from(error: access::Error) -> Self {
        match error {
            access::Error::Store(cause) => cause.into(),
            access::Error::NoKey => Self::NotFound(error.to_string()),
            access::Error::AdminExists => Self::Refused(error.to_string()),
            access::Error::Denied | access::Error::Password(_) => Self::Failed(error.to_string()),
        }
    }
}

impl From<embedded_postgres::Error> for Failure {
    fn from(error: embedded_postgres::Error) -> Self {
        match &error {
            embedded_postgres::Error::InUse { .. } => Self::Refused(error.to_string()),
            _ => Self::Unreachable(chain(&error)),
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(chain(&error))
    }
}
