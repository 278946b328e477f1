//! HTTP as a client speaks it: no redirects, no cookies, nothing added.

use std::collections::BTreeMap;
use std::pin::Pin;

use actix_web::web::Bytes;
use futures_util::Stream;
use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Body, Client, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// Headers that differ between two answers to the same request.
const MOVING: [&str; 2] = ["date", "x-request-id"];

/// A client for one test; it follows no redirect, so that a test sees each answer.
pub(super) fn client() -> Client {
    // The first test of a process sets it; the others find it set.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// A request to be sent.
#[must_use]
pub(crate) struct Call(pub(super) RequestBuilder);

impl Call {
    /// Adds a header; the value may hold any bytes that HTTP allows.
    pub(crate) fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        Self(self.0.header(name, value.as_ref()))
    }

    /// A form as browsers send it; a name may come more than once.
    pub(crate) fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = Serializer::new(String::new()).extend_pairs(fields).finish();
        self.body("application/x-www-form-urlencoded", body)
    }

    /// A JSON body.
    pub(crate) fn json(self, value: &impl Serialize) -> Self {
        self.body("application/json", serde_json::to_vec(value).unwrap())
    }

    /// Any body.
    pub(crate) fn body(self, content_type: &str, bytes: impl Into<Vec<u8>>) -> Self {
        Self(self.0.header(CONTENT_TYPE, content_type).body(bytes.into()))
    }

    /// A body that comes in parts.
    pub(crate) fn stream<S>(self, content_type: &str, parts: S) -> Self
    where
        S: Stream<Item = Result<String, std::io::Error>> + Send + 'static,
    {
        let body = Body::wrap_stream(parts);
        Self(self.0.header(CONTENT_TYPE, content_type).body(body))
    }

    /// Sends it and reads the answer in parts, as it comes.
    pub(crate) async fn begin(self) -> Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>>>> {
        let response = self.0.send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
        Box::pin(response.bytes_stream())
    }

    /// Sends it and reads the whole answer.
    pub(crate) async fn send(self) -> Answer {
        let response = self.0.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let body = response.bytes().await.unwrap().to_vec();
        Answer {
            status,
            headers,
            body,
        }
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// The status code.
    pub(crate) fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// Stops the test unless the status is `status`; gives the answer back to look further.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status(), status, "{}", self.text());
        self
    }

    /// The first header called `name`; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|cause| panic!("{cause}: {}", self.text()))
    }

    /// Everything that must not differ between two answers: status, headers and body.
    pub(crate) fn fixed(&self) -> (u16, BTreeMap<String, Vec<Vec<u8>>>, Vec<u8>) {
        let mut headers: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for (name, value) in &self.headers {
            if !MOVING.contains(&name.as_str()) {
                headers
                    .entry(name.to_string())
                    .or_default()
                    .push(value.as_bytes().to_vec());
            }
        }
        (self.status(), headers, self.body.clone())
    }
}

/// What went wrong, as a program reads it.
#[derive(Debug)]
pub(crate) struct Problem {
    /// The stable word.
    pub(crate) code: String,
    /// The sentence.
    pub(crate) detail: String,
    /// The fields that are wrong, in the order of the answer.
    pub(crate) fields: Vec<String>,
}

impl Answer {
    /// The problem (RFC 9457) of an answer with `status`; stops the test when it is not one, whole and of this shape.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16) -> Problem {
        assert_eq!(self.status(), status, "{}", self.text());
        assert_eq!(self.header("content-type"), "application/problem+json");
        let body: Value = self.json();
        let text = |name: &str| {
            let value = body[name].as_str();
            value
                .filter(|value| !value.is_empty())
                .unwrap_or_else(|| panic!("no {name} in {body}"))
                .to_owned()
        };
        assert_eq!(text("type"), "about:blank");
        assert_eq!(
            Some(text("title").as_str()),
            self.status.canonical_reason(),
            "{body}"
        );
        assert_eq!(body["status"], status);
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let field = |error: &Value| {
            assert!(
                error["detail"]
                    .as_str()
                    .is_some_and(|text| !text.is_empty())
            );
            error["field"].as_str().unwrap().to_owned()
        };
        Problem {
            code: text("code"),
            detail: text("detail"),
            fields: errors.iter().map(field).collect(),
        }
    }

    /// The JSON of an answer of the admin API, in which every time is RFC 3339 in UTC.
    #[track_caller]
    pub(crate) fn record(&self) -> Value {
        assert_eq!(self.header("content-type"), "application/json");
        let body: Value = self.json();
        check_times(&body);
        body
    }
}

/// Looks at every member whose name says that it is an instant.
#[track_caller]
fn check_times(value: &Value) {
    match value {
        Value::Array(members) => members.iter().for_each(check_times),
        Value::Object(members) => {
            for (name, member) in members {
                let is_time = ["_at", "_from", "_until"]
                    .iter()
                    .any(|end| name.ends_with(end));
                if let (true, Value::String(text)) = (is_time, member) {
                    let time: Result<Timestamp, _> = text.parse();
                    assert!(
                        time.is_ok() && text.ends_with('Z') && text.contains('T'),
                        "{name}: {text}"
                    );
                }
                check_times(member);
            }
        }
        _ => {}
    }
}
