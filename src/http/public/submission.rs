//! What the form holds, as form or JSON.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use serde::Deserialize;

use super::doors::Field;
use crate::http::problem::Problem;

/// What came in, from form or JSON, unchecked.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Submission {
    /// The address.
    pub(super) email: String,
    /// Slugs.
    #[serde(alias = "newsletter")]
    pub(super) newsletters: Vec<String>,
    /// The page of the box.
    pub(super) source: String,
    /// The language of the box.
    pub(super) language: String,
    /// A field that people do not see and machines fill in.
    pub(super) website: String,
    /// Where to go afterwards.
    pub(super) next: String,
    /// How long the page had been open, in milliseconds, where a script could tell.
    pub(super) elapsed: Option<u64>,
    /// A proof of work.
    pub(super) altcha: String,
    /// The address is meant, although it is one for some minutes.
    pub(super) disposable_ok: bool,
    /// Where on the page the box stood.
    pub(super) placement: String,
    /// Whether the dialect is one of programs, whatever the headers say.
    #[serde(skip)]
    pub(super) wants_json: bool,
}

impl Submission {
    /// Takes over a field of a form; others than ours are ignored.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        match name {
            "email" => value.clone_into(&mut self.email),
            "newsletter" | "newsletters" => self.newsletters.push(value.to_owned()),
            "source" => value.clone_into(&mut self.source),
            "language" => value.clone_into(&mut self.language),
            "website" => value.clone_into(&mut self.website),
            "next" => value.clone_into(&mut self.next),
            "elapsed" => self.elapsed = value.parse().ok(),
            "altcha" => value.clone_into(&mut self.altcha),
            "disposable_ok" => self.disposable_ok = value == "yes",
            "placement" => value.clone_into(&mut self.placement),
            // A site's form may hold fields of its own.
            _ => {}
        }
    }

    /// Reads a form or JSON.
    pub(super) fn read(request: &HttpRequest, body: &Bytes) -> Result<Self, Problem> {
        if is_json(request) {
            read_json(body)
        } else {
            read_form(request, body)
        }
    }

    /// What a form would hold that says the same, without a proof.
    pub(super) fn fields(&self) -> Vec<Field> {
        let mut fields = vec![
            Field {
                name: "email",
                value: self.email.clone(),
            },
            Field {
                name: "source",
                value: self.source.clone(),
            },
            Field {
                name: "language",
                value: self.language.clone(),
            },
            Field {
                name: "next",
                value: self.next.clone(),
            },
        ];
        if !self.placement.is_empty() {
            fields.push(Field {
                name: "placement",
                value: self.placement.clone(),
            });
        }
        fields.extend(self.newsletters.iter().map(|slug| Field {
            name: "newsletter",
            value: slug.clone(),
        }));
        if self.disposable_ok {
            fields.push(Field {
                name: "disposable_ok",
                value: "yes".to_owned(),
            });
        }
        fields
    }
}

/// Whether the body is JSON.
pub(super) fn is_json(request: &HttpRequest) -> bool {
    content_type(request).starts_with("application/json")
}

/// 415 for what is no form.
pub(super) fn is_form(request: &HttpRequest) -> Result<(), Problem> {
    if content_type(request).starts_with("application/x-www-form-urlencoded") {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send application/x-www-form-urlencoded or application/json",
    ))
}

fn content_type(request: &HttpRequest) -> &str {
    let value = request.headers().get(actix_web::http::header::CONTENT_TYPE);
    value
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn read_json(body: &Bytes) -> Result<Submission, Problem> {
    serde_json::from_slice(body).map_err(|cause| {
        let example = r#"{"email": "name@example.com", "newsletters": ["slug"]}"#;
        let status = if cause.is_data() {
            StatusCode::UNPROCESSABLE_ENTITY
        } else {
            StatusCode::BAD_REQUEST
        };
        Problem::new(
            status,
            "invalid_json",
            format!("{cause}; send an object like {example}"),
        )
    })
}

fn read_form(request: &HttpRequest, body: &Bytes) -> Result<Submission, Problem> {
    is_form(request)?;
    let mut submission = Submission::default();
    for (name, value) in url::form_urlencoded::parse(body) {
        if value.contains(char::REPLACEMENT_CHARACTER) {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "invalid_utf8",
                "the form is not valid UTF-8",
            ));
        }
        submission.set(&name, &value);
    }
    Ok(submission)
}
