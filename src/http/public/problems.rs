//! What it means for the client when something that a stranger asked for fails.

use actix_web::http::StatusCode;

use crate::http::problem::Problem;
use crate::usecases::{attack, canary, confirmation, doors, preferences, signup, unsubscribe};

impl From<signup::Error> for Problem {
    fn from(error: signup::Error) -> Self {
        match error {
            signup::Error::NoNewsletter => {
                Self::invalid_field("newsletter", "choose at least one newsletter")
            }
            signup::Error::UnknownNewsletter(slug) => {
                Self::invalid_field("newsletter", format!("there is no newsletter {slug}"))
            }
            // Never answered like this: the edge treats it as a success.
            signup::Error::Withheld => Self::too_many(60),
            signup::Error::OtherSite { .. } => Self::new(
                StatusCode::FORBIDDEN,
                "other_site",
                format!("{error}; its newsroom can add the site to `sites`"),
            ),
            signup::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<doors::Error> for Problem {
    fn from(error: doors::Error) -> Self {
        Self::from_store(&error.0)
    }
}

impl From<attack::Error> for Problem {
    fn from(error: attack::Error) -> Self {
        match error {
            attack::Error::NoAttack => Self::invalid_field("since", error.to_string()),
            attack::Error::EmptyWindow => Self::invalid_field("until", error.to_string()),
            attack::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<canary::Error> for Problem {
    fn from(error: canary::Error) -> Self {
        match error {
            canary::Error::UnknownLink => Self::not_found("unknown_link", "this link is not known"),
            canary::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<confirmation::Error> for Problem {
    fn from(error: confirmation::Error) -> Self {
        match error {
            confirmation::Error::UnknownLink => {
                Self::not_found("unknown_link", "this link is not known")
            }
            confirmation::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<unsubscribe::Error> for Problem {
    fn from(error: unsubscribe::Error) -> Self {
        match error {
            unsubscribe::Error::UnknownLink => {
                Self::not_found("unknown_link", "this link is not known")
            }
            unsubscribe::Error::UnknownNewsletter => {
                Self::not_found("unknown_newsletter", "there is no such newsletter")
            }
            unsubscribe::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<preferences::Error> for Problem {
    fn from(error: preferences::Error) -> Self {
        let detail = error.to_string();
        match error {
            preferences::Error::UnknownLink => {
                Self::not_found("unknown_link", "this link is not known")
            }
            preferences::Error::LinkExpired => Self::new(StatusCode::GONE, "link_expired", detail),
            preferences::Error::NeedsMailedLink => {
                Self::new(StatusCode::FORBIDDEN, "needs_mailed_link", detail)
            }
            preferences::Error::UnknownNewsletter => Self::not_found("unknown_newsletter", detail),
            preferences::Error::PauseDate => Self::invalid_field("until", detail),
            preferences::Error::AddressTaken => Self::conflict("address_taken", detail),
            preferences::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}
