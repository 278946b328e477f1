//! The one error answer of HTTP: RFC 9457, and the only place that knows status codes.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, HeaderName, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::templates::TemplateError;
use crate::usecases::{
    StoreError, access, approval, archive, articles, consents, delivery, demo, digest, editions,
    feeds, idempotency, looks, newsletters, pausing, rhythms, schema, sending, subscribers,
};

/// One field of the input that is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FieldError {
    /// Which field.
    pub field: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

/// Two versions of one thing, by their hashes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Versions {
    /// What the caller saw.
    pub seen: String,
    /// What is there now.
    pub current: String,
}

/// An answer that says what went wrong and how to mend it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// Always `about:blank`: the status says what kind of problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    #[schema(value_type = u16)]
    status: u16,
    /// A stable word for programs.
    pub code: &'static str,
    /// One sentence for people.
    pub detail: String,
    /// What is wrong with which field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// With 412: what the caller saw, and what is there now. In a box, because results hold problems.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub versions: Option<Box<Versions>>,
    /// A header that belongs to the status, such as `Retry-After`. In a box, because results hold problems.
    #[serde(skip)]
    header: Option<Box<(HeaderName, String)>>,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.status, self.detail)
    }
}

impl Problem {
    /// A problem with this status.
    #[must_use]
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: detail.into(),
            errors: Vec::new(),
            versions: None,
            header: None,
        }
    }

    /// 405 with the methods that the address takes, which RFC 9110 §15.5.6 asks to name in `Allow`.
    #[must_use]
    pub fn method_not_allowed(allowed: &[&str]) -> Self {
        let allow = allowed.join(", ");
        let detail = format!("this address takes {allow}");
        Self {
            header: Some(Box::new((ALLOW, allow))),
            ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail)
        }
    }

    /// 404.
    #[must_use]
    pub fn not_found(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// 404.
    #[must_use]
    pub fn unknown_newsletter() -> Self {
        Self::not_found("unknown_newsletter", "there is no such newsletter")
    }

    /// 500: there is no key to sign with, which the settings do not allow.
    #[must_use]
    pub fn unsigned() -> Self {
        tracing::error!("there is no key to sign with");
        let (status, detail) = (StatusCode::INTERNAL_SERVER_ERROR, "this cannot be signed");
        Self::new(status, "no_key", detail)
    }

    fn unknown_link() -> Self {
        Self::not_found("unknown_link", "this link is not known")
    }

    /// 422 with the fields that are wrong.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = match errors.as_slice() {
            [only] => format!("{}: {}", only.field, only.detail),
            all => format!("{} fields are wrong, see errors", all.len()),
        };
        Self {
            errors,
            ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_fields", detail)
        }
    }

    /// 422 with one field.
    #[must_use]
    pub fn invalid_field(field: &str, detail: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError {
            field: field.to_owned(),
            detail: detail.into(),
        }])
    }

    /// 429, to be tried again after so many seconds.
    #[must_use]
    pub fn too_many(seconds: i64) -> Self {
        Self {
            header: Some(Box::new((RETRY_AFTER, seconds.to_string()))),
            ..Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "too_many_requests",
                format!("there were too many requests; try again in {seconds} seconds"),
            )
        }
    }

    /// 409.
    #[must_use]
    pub fn conflict(code: &'static str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, detail)
    }

    /// 500 for a cause that is logged here, once, and never shown.
    #[must_use]
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        tracing::error!(error = ?cause, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal",
            "something went wrong here; it was logged",
        )
    }

    /// 408: the body did not come in time.
    pub(super) fn too_slow() -> Self {
        let detail = "the body did not come in time; nothing was changed";
        Self::new(StatusCode::REQUEST_TIMEOUT, "too_slow", detail)
    }

    /// What the framework refused by itself with `status`.
    pub(super) fn of_framework(status: StatusCode) -> Self {
        let (code, detail) = match status {
            StatusCode::PAYLOAD_TOO_LARGE => {
                ("too_large", "the body is larger than this address accepts")
            }
            other if other.is_client_error() => {
                ("unreadable_body", "the request could not be read")
            }
            _ => ("internal", "something went wrong here"),
        };
        Self::new(status, code, detail)
    }

    /// The answer, for callers that are no handlers.
    #[must_use]
    pub fn answer(&self) -> HttpResponse {
        self.error_response()
    }

    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// What the database's failure means for the client: 503 when it cannot be reached.
    pub(super) fn from_store(cause: &StoreError) -> Self {
        match cause {
            StoreError::Unavailable(_) => {
                tracing::warn!(error = ?cause, "the database cannot be reached");
                let detail = "the database cannot be reached; nothing was changed, try again";
                let code = "unavailable";
                Self {
                    header: Some(Box::new((RETRY_AFTER, "5".to_owned()))),
                    ..Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail)
                }
            }
            StoreError::SchemaTooOld { .. } | StoreError::SchemaTooNew { .. } => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "wrong_schema",
                cause.to_string(),
            ),
            StoreError::Duplicate { .. } | StoreError::Corrupt(_) | StoreError::Query(_) => {
                Self::internal(cause)
            }
        }
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut builder = HttpResponse::build(self.status());
        builder.insert_header((CONTENT_TYPE, "application/problem+json"));
        if let Some((name, value)) = self.header.as_deref() {
            builder.insert_header((name.clone(), value.as_str()));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            builder.insert_header((WWW_AUTHENTICATE, "Bearer"));
        }
        let mut response = builder.body(serde_json::to_string(self).unwrap_or_default());
        // For the middleware that shows readers a page instead.
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<articles::Error> for Problem {
    fn from(error: articles::Error) -> Self {
        match error {
            articles::Error::NotFound => {
                Self::not_found("unknown_article", "there is no such article")
            }
            articles::Error::SlugTaken(slug) => Self::conflict(
                "slug_taken",
                format!("the slug {slug} belongs to another article; leave it out"),
            ),
            articles::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<feeds::Error> for Problem {
    fn from(error: feeds::Error) -> Self {
        match error {
            feeds::Error::NotFound => Self::not_found("unknown_feed", "there is no such feed"),
            feeds::Error::UrlTaken(_) => Self::conflict("url_taken", error.to_string()),
            feeds::Error::Inactive(_) => Self::conflict("inactive", error.to_string()),
            feeds::Error::NotAsked => Self::not_found("not_asked", error.to_string()),
            feeds::Error::Busy => Self::conflict("busy", error.to_string()),
            feeds::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<idempotency::Error> for Problem {
    fn from(error: idempotency::Error) -> Self {
        match error {
            idempotency::Error::OtherBody => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                error.to_string(),
            ),
            idempotency::Error::UnderWay => Self::conflict("under_way", error.to_string()),
            idempotency::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<newsletters::Error> for Problem {
    fn from(error: newsletters::Error) -> Self {
        match error {
            newsletters::Error::NotFound => Self::unknown_newsletter(),
            newsletters::Error::SlugTaken(slug) => Self::conflict(
                "slug_taken",
                format!("there is a newsletter {slug} already; PATCH it, or choose another slug"),
            ),
            newsletters::Error::Limits => {
                Self::invalid_field("min_articles", newsletters::Error::Limits.to_string())
            }
            newsletters::Error::Schedule(cause) => Self::internal(&cause),
            newsletters::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<pausing::Error> for Problem {
    fn from(error: pausing::Error) -> Self {
        match error {
            pausing::Error::NotFound => Self::unknown_newsletter(),
            pausing::Error::Retired => Self::conflict("retired", error.to_string()),
            pausing::Error::Schedule(cause) => Self::internal(&cause),
            pausing::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<consents::Error> for Problem {
    fn from(error: consents::Error) -> Self {
        match error {
            consents::Error::UnknownSubscriber => {
                Self::not_found("unknown_subscriber", "there is no such subscriber")
            }
            consents::Error::UnknownNewsletter(_) => Self::unknown_newsletter(),
            consents::Error::NoSubscription(_) => {
                Self::not_found("no_subscription", error.to_string())
            }
            consents::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<subscribers::Error> for Problem {
    fn from(error: subscribers::Error) -> Self {
        match error {
            subscribers::Error::NotFound => {
                Self::not_found("unknown_subscriber", "there is no such subscriber")
            }
            subscribers::Error::UnknownNewsletter(slug) => {
                Self::invalid_field("newsletter", format!("there is no newsletter {slug}"))
            }
            subscribers::Error::NoNewsletter => {
                Self::invalid_field("newsletters", "name at least one newsletter")
            }
            subscribers::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<rhythms::Error> for Problem {
    fn from(error: rhythms::Error) -> Self {
        match error {
            rhythms::Error::NotFound => Self::not_found("unknown_subscription", error.to_string()),
            rhythms::Error::Status(_) => Self::conflict("wrong_status", error.to_string()),
            rhythms::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<editions::Error> for Problem {
    fn from(error: editions::Error) -> Self {
        match error {
            editions::Error::NotFound => {
                Self::not_found("unknown_edition", "there is no such edition")
            }
            editions::Error::NoNewsletter => Self::unknown_newsletter(),
            editions::Error::Skipped => {
                Self::conflict("skipped", editions::Error::Skipped.to_string())
            }
            editions::Error::Message(cause) => Self::internal(&cause),
            editions::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<approval::Error> for Problem {
    fn from(error: approval::Error) -> Self {
        let detail = error.to_string();
        match error {
            approval::Error::NotFound => {
                Self::not_found("unknown_edition", "there is no such edition")
            }
            approval::Error::UnknownLink => Self::unknown_link(),
            approval::Error::NotWaiting(_) => Self::conflict("not_waiting", detail),
            approval::Error::WrongStatus(_) => Self::conflict("wrong_status", detail),
            approval::Error::Changed { seen, current } => Self {
                versions: Some(Box::new(Versions {
                    seen: seen.to_string(),
                    current: current.to_string(),
                })),
                ..Self::new(StatusCode::PRECONDITION_FAILED, "changed", detail)
            },
            approval::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<sending::Error> for Problem {
    fn from(error: sending::Error) -> Self {
        match error {
            sending::Error::NotFound => {
                Self::not_found("unknown_edition", "there is no such edition")
            }
            sending::Error::Skipped => Self::conflict("skipped", error.to_string()),
            sending::Error::WrongStatus(_) => Self::conflict("wrong_status", error.to_string()),
            sending::Error::Begun => Self::conflict("begun", error.to_string()),
            sending::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<archive::Error> for Problem {
    fn from(error: archive::Error) -> Self {
        match error {
            archive::Error::NotFound => Self::not_found("unknown_page", error.to_string()),
            archive::Error::UnknownLink => Self::not_found("unknown_link", error.to_string()),
            archive::Error::Ended => {
                Self::new(StatusCode::GONE, "subscription_ended", error.to_string())
            }
            archive::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<looks::Error> for Problem {
    fn from(error: looks::Error) -> Self {
        match error {
            looks::Error::NotFound => Self::unknown_newsletter(),
            looks::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<digest::Error> for Problem {
    fn from(error: digest::Error) -> Self {
        match error {
            digest::Error::NotFound => Self::unknown_newsletter(),
            digest::Error::NoReader => {
                Self::not_found("unknown_subscription", digest::Error::NoReader.to_string())
            }
            digest::Error::Retired => Self::conflict("retired", digest::Error::Retired.to_string()),
            digest::Error::SlotTaken => Self::conflict(
                "slot_taken",
                "an edition was made at this very instant; look at the list of editions",
            ),
            digest::Error::Schedule { .. } => Self::internal(&error),
            digest::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<access::Error> for Problem {
    fn from(error: access::Error) -> Self {
        match error {
            access::Error::Denied => {
                let detail = "send a valid API key as `Authorization: Bearer tidings_...`; \
                              `tidings keys create` makes one";
                Self::new(StatusCode::UNAUTHORIZED, "unauthorized", detail)
            }
            access::Error::NoKey => Self::not_found("unknown_key", "there is no such key"),
            access::Error::AdminExists => {
                Self::conflict("admin_exists", access::Error::AdminExists.to_string())
            }
            access::Error::Password(cause) => Self::invalid_field("password", cause.to_string()),
            access::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<delivery::Error> for Problem {
    fn from(error: delivery::Error) -> Self {
        match error {
            delivery::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<schema::Error> for Problem {
    fn from(error: schema::Error) -> Self {
        match error {
            schema::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<demo::Error> for Problem {
    fn from(error: demo::Error) -> Self {
        match error {
            demo::Error::Content(_) => Self::internal(&error),
            demo::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

impl From<TemplateError> for Problem {
    fn from(error: TemplateError) -> Self {
        Self::internal(&error)
    }
}
