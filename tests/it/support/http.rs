//! HTTP as a client speaks it: no redirects, no cookies, nothing added.

use std::collections::BTreeMap;

use reqwest::header::{CONTENT_TYPE, HeaderMap};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::form_urlencoded::Serializer;

/// Headers that differ between two answers to the same request.
const MOVING: [&str; 2] = ["date", "x-request-id"];

/// A client for one test; it follows no redirect, so that a test sees each answer.
pub(super) fn client() -> Client {
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
