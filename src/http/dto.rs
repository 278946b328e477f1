//! From JSON, paths and queries to domain types, with errors that name the field.

use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::dev::{JsonBody, Payload};
use actix_web::error::{JsonPayloadError, PathError, QueryPayloadError};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING};
use actix_web::web::{Data, JsonConfig, PathConfig, QueryConfig};
use actix_web::{FromRequest, HttpRequest, error::Error};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::problem::{FieldError, Problem};
use crate::app::App;
use crate::domain::site_origin::{MAX_SITES, SiteOrigin};
use crate::domain::slug::Slug;

/// Collects what is wrong, so that a caller hears of everything at once.
#[derive(Debug, Default)]
pub(super) struct Fields(Vec<FieldError>);

impl Fields {
    /// Notes a mistake.
    pub(super) fn wrong(&mut self, field: &str, detail: impl std::fmt::Display) {
        self.0.push(FieldError {
            field: field.to_owned(),
            detail: detail.to_string(),
        });
    }

    /// Parses a field; `None` after noting why it is wrong.
    pub(super) fn parse<T: FromStr>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        text.parse().map_err(|cause| self.wrong(field, cause)).ok()
    }

    /// Parses a field that may be absent.
    pub(super) fn parse_optional<T: FromStr>(
        &mut self,
        field: &str,
        text: Option<&str>,
    ) -> Option<T>
    where
        T::Err: std::fmt::Display,
    {
        text.and_then(|text| self.parse(field, text))
    }

    /// Parses each member of a list.
    pub(super) fn parse_all<T: FromStr>(&mut self, field: &str, texts: &[String]) -> Vec<T>
    where
        T::Err: std::fmt::Display,
    {
        texts
            .iter()
            .enumerate()
            .filter_map(|(index, text)| self.parse(&format!("{field}[{index}]"), text))
            .collect()
    }

    /// Topics, by which newsletters choose articles: both sides must spell them alike.
    pub(super) fn topics(&mut self, topics: &[String]) -> Vec<String> {
        for (index, topic) in topics.iter().enumerate() {
            if topic.parse::<Slug>().is_err() {
                self.wrong(
                    &format!("topics[{index}]"),
                    "a topic is lower-case letters, digits and hyphens",
                );
            }
        }
        topics.to_vec()
    }

    /// Sites of a newsletter, at most [`MAX_SITES`].
    pub(super) fn sites(&mut self, sites: &[String]) -> Vec<SiteOrigin> {
        if sites.len() > MAX_SITES {
            self.wrong("sites", format_args!("must be at most {MAX_SITES} sites"));
        }
        self.parse_all("sites", sites)
    }

    /// A web address of at most 2,000 characters.
    pub(super) fn web_address(&mut self, field: &str, text: &str) -> Option<String> {
        let url = url::Url::parse(text)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"));
        match url {
            Some(url) if url.as_str().len() <= 2000 => Some(url.to_string()),
            _ => {
                self.wrong(
                    field,
                    "must be a web address like https://www.example.org/article",
                );
                None
            }
        }
    }

    /// The problem, if anything was wrong.
    pub(super) fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Problem::invalid(self.0))
        }
    }
}

/// A failure to build a value although no field was found wrong; cannot happen, and is a 422 if it does.
pub(super) fn incomplete() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "invalid_fields",
        "a field is missing",
    )
}

/// Where a page of a list begins, and how long it is.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items, 1 to 200; 50 when absent.
    limit: Option<i64>,
}

impl Paging {
    /// A page as a route with more parameters reads it.
    pub(super) fn new(cursor: Option<String>, limit: Option<i64>) -> Self {
        Self { cursor, limit }
    }

    /// The last item of the page before, and one more than the length of this page, to see whether there is a next.
    pub(super) fn read<Id: FromStr>(&self) -> Result<(Option<Id>, i64), Problem> {
        let limit = self.limit.unwrap_or(50);
        if !(1..=200).contains(&limit) {
            return Err(Problem::invalid_field("limit", "must be 1 to 200"));
        }
        let cursor = self
            .cursor
            .as_deref()
            .map(|text| {
                text.parse().map_err(|_| {
                    Problem::invalid_field("cursor", "use next_cursor of the page before")
                })
            })
            .transpose()?;
        Ok((cursor, limit + 1))
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The items.
    pub(super) items: Vec<T>,
    /// `cursor` of the next page; `null` at the end.
    pub(super) next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page of rows that were read with the limit of [`Paging::read`], one more than fit.
    pub(super) fn new<R>(
        mut rows: Vec<R>,
        limit: i64,
        id: impl Fn(&R) -> String,
        item: impl Fn(&R) -> T,
    ) -> Self {
        let fits = usize::try_from(limit - 1).unwrap_or(0);
        let has_more = rows.len() > fits;
        rows.truncate(fits);
        let next_cursor = if has_more { rows.last().map(id) } else { None };
        Self {
            items: rows.iter().map(item).collect(),
            next_cursor,
        }
    }
}

/// JSON bodies of at most `limit` bytes.
pub(super) fn json_config(limit: usize) -> JsonConfig {
    JsonConfig::default()
        .limit(limit)
        .error_handler(move |error, _: &HttpRequest| json_problem(&error, limit).into())
}

/// A JSON body with an article in it: pictures and long texts need more room than other requests do.
#[derive(Debug)]
pub(super) struct ArticleJson<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for ArticleJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request
            .app_data::<Data<App>>()
            .map_or(0, |app| app.config.server.max_article_bytes);
        let body = JsonBody::new(request, payload, None, true).limit(limit);
        Box::pin(async move {
            body.await
                .map(Self)
                .map_err(|error| json_problem(&error, limit))
        })
    }
}

/// A JSON object, of which every member may be left out.
#[derive(Debug)]
pub(super) struct ObjectJson<T>(pub(super) T);

impl<T: DeserializeOwned + 'static> FromRequest for ObjectJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let limit = request
            .app_data::<Data<App>>()
            .map_or(0, |app| app.config.server.max_json_bytes);
        let body = object(request, payload, limit);
        Box::pin(async move { body.await.map(Self) })
    }
}

/// Reads an object. A list would do for a struct, too, with its members in the order of the fields: not here.
fn object<T: DeserializeOwned>(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<T, Problem>> + use<T> {
    let body =
        JsonBody::<serde_json::Map<String, Value>>::new(request, payload, None, true).limit(limit);
    async move {
        let object = body.await.map_err(|error| json_problem(&error, limit))?;
        serde_json::from_value(Value::Object(object))
            .map_err(|cause| json_problem(&JsonPayloadError::Deserialize(cause), limit))
    }
}

/// A JSON body that may be left out: the defaults then.
#[derive(Debug)]
pub(super) struct OptionalJson<T>(pub(super) T);

impl<T: DeserializeOwned + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let is_absent = !headers.contains_key(CONTENT_TYPE)
            && !headers.contains_key(TRANSFER_ENCODING)
            && headers
                .get(CONTENT_LENGTH)
                .is_none_or(|length| length.as_bytes() == b"0");
        if is_absent {
            return Box::pin(std::future::ready(Ok(Self(T::default()))));
        }
        let limit = request
            .app_data::<Data<App>>()
            .map_or(0, |app| app.config.server.max_json_bytes);
        let body = object(request, payload, limit);
        Box::pin(async move { body.await.map(Self) })
    }
}

fn json_problem(error: &JsonPayloadError, limit: usize) -> Problem {
    match error {
        JsonPayloadError::ContentType => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "send JSON with `Content-Type: application/json`",
        ),
        JsonPayloadError::Overflow { .. } | JsonPayloadError::OverflowKnownLength { .. } => {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the body may have at most {limit} bytes"),
            )
        }
        JsonPayloadError::Deserialize(cause) if cause.is_data() => Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            cause.to_string(),
        ),
        JsonPayloadError::Deserialize(cause) => Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("the body is not valid JSON: {cause}"),
        ),
        _ => Problem::new(
            StatusCode::BAD_REQUEST,
            "unreadable_body",
            "the body could not be read",
        ),
    }
}

/// Queries with problems.
pub(super) fn query_config() -> QueryConfig {
    QueryConfig::default().error_handler(|error: QueryPayloadError, _: &HttpRequest| -> Error {
        Problem::new(StatusCode::BAD_REQUEST, "invalid_query", error.to_string()).into()
    })
}

/// Paths with problems: a malformed id names nothing.
pub(super) fn path_config() -> PathConfig {
    PathConfig::default().error_handler(|_: PathError, _: &HttpRequest| -> Error {
        Problem::not_found("unknown_path", "there is nothing at this address").into()
    })
}
