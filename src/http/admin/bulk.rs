//! Many articles in one request: NDJSON in, NDJSON out, a line for each line, in order.
//!
//! Lines are read, stored and answered in batches as they arrive, so a body of any length takes the memory of one batch. A
//! body with an `Idempotency-Key` is read whole before anything is stored, since its hash decides what happens; it is
//! bounded for that.

use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, BytesMut, Data, Payload};
use actix_web::{Error, HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use futures_util::stream::unfold;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::articles::{ArticleRequest, draft};
use crate::app::App;
use crate::domain::article::{Article, ArticleDraft, LanguageSource};
use crate::domain::fingerprint::fingerprint;
use crate::domain::language::Language;
use crate::http::problem::Problem;
use crate::usecases::articles::{self, Change};
use crate::usecases::idempotency;

/// Rows of one transaction.
const MAX_ROWS: usize = 100;
/// Octets of rows in one transaction; one row may have more.
const MAX_BATCH_BYTES: usize = 2 * 1024 * 1024;
/// Octets of a body with an `Idempotency-Key`.
const MAX_KEYED_BYTES: usize = 16 * 1024 * 1024;
/// Characters of an `Idempotency-Key`.
const MAX_KEY_CHARS: usize = 255;
/// Under which keys of this route are kept.
const ROUTE: &str = "POST /articles";
const NDJSON: &str = "application/x-ndjson";

/// What became of one line.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RowAnswer {
    /// Its number, from 1; empty lines count and have no answer.
    line: usize,
    external_id: Option<String>,
    /// `created`, `updated`, `unchanged` or `error`.
    status: &'static str,
    /// The language, where the line named none.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// `detected` from the text, or the newsroom's `default`.
    #[serde(skip_serializing_if = "Option::is_none")]
    language_source: Option<LanguageSource>,
    /// Why nothing was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Problem>,
}

impl RowAnswer {
    fn stored(line: usize, external_id: Option<String>, article: &Article, change: Change) -> Self {
        let is_declared = article.language_source == LanguageSource::Declared;
        Self {
            line,
            external_id,
            status: match change {
                Change::Created => "created",
                Change::Updated => "updated",
                Change::Unchanged => "unchanged",
            },
            language: (!is_declared).then(|| article.language.to_string()),
            language_source: (!is_declared).then_some(article.language_source),
            error: None,
        }
    }

    fn failed(line: usize, external_id: Option<String>, problem: Problem) -> Self {
        Self {
            line,
            external_id,
            status: "error",
            language: None,
            language_source: None,
            error: Some(problem),
        }
    }

    fn to_line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

/// Stores many articles: one JSON object a line, with `external_id` and the fields of PUT. The answer has a line for each, in
/// order; a bad line spoils no other. With `Idempotency-Key` the same body gets the same answer for 24 hours.
#[utoipa::path(post, path = "/articles", tag = "articles",
    params(("Idempotency-Key" = Option<String>, Header, description = "at most 255 visible characters; such a body may have \
        at most 16 MiB")),
    request_body(content = String, content_type = "application/x-ndjson"),
    responses((status = 200, description = "a line for each line", body = RowAnswer, content_type = "application/x-ndjson"),
        (status = 409, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn put_many(
    app: Data<App>,
    request: HttpRequest,
    mut payload: Payload,
) -> Result<HttpResponse, Problem> {
    check_content_type(&request)?;
    let Some(key) = key_of(&request)? else {
        let rows = Rows::new(app, Some(payload), BytesMut::new());
        let answers = unfold(Some(rows), |rows| async move {
            let mut rows = rows?;
            let answers = rows.next().await?;
            Some((Ok::<Bytes, Error>(Bytes::from(text(&answers))), Some(rows)))
        });
        return Ok(HttpResponse::Ok().content_type(NDJSON).streaming(answers));
    };
    let body = read_whole(&mut payload).await?;
    let hash = fingerprint(&body, 64);
    let begun = {
        let key = key.clone();
        let begin = move |conn: &mut _, now| idempotency::begin(conn, now, ROUTE, &key, &hash);
        app.db.transaction_now(begin).await?
    };
    if let Some(answer) = begun {
        let mut replay = HttpResponse::Ok();
        replay.insert_header(("Idempotency-Replayed", "true"));
        return Ok(replay.content_type(NDJSON).body(answer));
    }
    let mut rows = Rows::new(app.clone(), None, body);
    let (mut answer, mut is_final) = (String::new(), true);
    while let Some(answers) = rows.next().await {
        is_final &= answers.iter().all(|it| {
            it.error
                .as_ref()
                .is_none_or(|it| !it.status().is_server_error())
        });
        answer.push_str(&text(&answers));
    }
    let kept = answer.clone();
    let end = move |conn: &mut _| {
        // What failed here and not in the body is to be tried again.
        let answer = is_final.then_some(kept.as_str());
        idempotency::finish(conn, ROUTE, &key, answer)
    };
    app.db.transaction(end).await?;
    Ok(HttpResponse::Ok().content_type(NDJSON).body(answer))
}

fn text(answers: &[RowAnswer]) -> String {
    answers.iter().map(RowAnswer::to_line).collect()
}

fn check_content_type(request: &HttpRequest) -> Result<(), Problem> {
    let value = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = value
        .unwrap_or_default()
        .split(';')
        .next()
        .unwrap_or_default()
        .trim();
    if [
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
    ]
    .iter()
    .any(|it| it.eq_ignore_ascii_case(kind))
    {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        "send one JSON object a line with `Content-Type: application/x-ndjson`; a single article is a PUT of \
         /articles/{external_id}",
    ))
}

/// The `Idempotency-Key`; some clients put an `X-` before it.
fn key_of(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let headers = request.headers();
    let header = headers
        .get("idempotency-key")
        .or_else(|| headers.get("x-idempotency-key"));
    let Some(value) = header else { return Ok(None) };
    let key = value.to_str().unwrap_or_default().trim();
    let is_good = !key.is_empty()
        && key.len() <= MAX_KEY_CHARS
        && key.bytes().all(|byte| byte.is_ascii_graphic());
    if is_good {
        return Ok(Some(key.to_owned()));
    }
    let detail = "must be 1 to 255 visible ASCII characters, such as a UUID";
    Err(Problem::invalid_field("Idempotency-Key", detail))
}

async fn read_whole(payload: &mut Payload) -> Result<BytesMut, Problem> {
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| unreadable())?;
        if body.len() + chunk.len() > MAX_KEYED_BYTES {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!(
                    "a body with an Idempotency-Key may have at most {MAX_KEYED_BYTES} bytes; send parts, each with its key"
                ),
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreadable() -> Problem {
    let detail = "the body broke off; what was answered is stored, send the rest again";
    Problem::new(StatusCode::BAD_REQUEST, "unreadable_body", detail)
}

/// A line, or what is known of one that is too long.
struct Line {
    number: usize,
    text: Result<Bytes, Problem>,
}

/// The lines of a body, in batches.
struct Rows {
    app: Data<App>,
    /// What is still to come.
    payload: Option<Payload>,
    buffer: BytesMut,
    number: usize,
    /// Inside of a line that is too long and answered already.
    is_skipping: bool,
}

impl Rows {
    fn new(app: Data<App>, payload: Option<Payload>, buffer: BytesMut) -> Self {
        Self {
            app,
            payload,
            buffer,
            number: 0,
            is_skipping: false,
        }
    }

    /// Stores the next batch and returns its answers; `None` at the end.
    async fn next(&mut self) -> Option<Vec<RowAnswer>> {
        loop {
            let lines = self.take();
            if !lines.is_empty() {
                return Some(store(&self.app, lines).await);
            }
            let Some(payload) = &mut self.payload else {
                return None;
            };
            match payload.next().await {
                Some(Ok(chunk)) => self.buffer.extend_from_slice(&chunk),
                Some(Err(_)) => {
                    self.payload = None;
                    self.buffer.clear();
                    return Some(vec![RowAnswer::failed(self.number + 1, None, unreadable())]);
                }
                None => {
                    self.payload = None;
                    // The last line need not end.
                    if !self.buffer.is_empty() {
                        self.buffer.extend_from_slice(b"\n");
                    }
                }
            }
        }
    }

    /// Takes whole lines out of the buffer, as many as one batch has.
    fn take(&mut self) -> Vec<Line> {
        let limit = self.app.config.server.max_article_bytes;
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < MAX_ROWS && bytes < MAX_BATCH_BYTES {
            let Some(end) = memchr::memchr(b'\n', &self.buffer) else {
                break;
            };
            let line = self.buffer.split_to(end + 1).freeze();
            self.number += 1;
            bytes += line.len();
            if std::mem::take(&mut self.is_skipping) || line.trim_ascii().is_empty() {
                continue;
            }
            let text = if line.len() > limit {
                Err(too_long(limit))
            } else {
                Ok(line)
            };
            lines.push(Line {
                number: self.number,
                text,
            });
        }
        if lines.is_empty() && self.payload.is_none() && !self.buffer.is_empty() {
            // A whole body whose last line does not end.
            self.buffer.extend_from_slice(b"\n");
            return self.take();
        }
        if lines.is_empty() && self.buffer.len() > limit {
            self.buffer.clear();
            if !std::mem::replace(&mut self.is_skipping, true) {
                lines.push(Line {
                    number: self.number + 1,
                    text: Err(too_long(limit)),
                });
            }
        }
        lines
    }
}

fn too_long(limit: usize) -> Problem {
    let detail = format!("a line may have at most {limit} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail)
}

/// A line that was read.
struct Row {
    number: usize,
    external_id: Option<String>,
    draft: Result<ArticleDraft, Problem>,
}

impl Row {
    fn read(line: Line, usual: Option<&Language>) -> Self {
        let number = line.number;
        let (external_id, draft) = match line.text {
            Ok(text) => read(&text, usual),
            Err(problem) => (None, Err(problem)),
        };
        Self {
            number,
            external_id,
            draft,
        }
    }
}

fn read(text: &[u8], usual: Option<&Language>) -> (Option<String>, Result<ArticleDraft, Problem>) {
    let invalid = |cause: &serde_json::Error| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "invalid_json",
            format!("the line is not valid JSON: {cause}"),
        )
    };
    let mut object = match serde_json::from_slice(text) {
        Ok(Value::Object(object)) => object,
        Ok(_) => {
            let detail = "the line must be one JSON object, an article with its external_id";
            return (
                None,
                Err(Problem::new(
                    StatusCode::BAD_REQUEST,
                    "invalid_json",
                    detail,
                )),
            );
        }
        Err(cause) => return (None, Err(invalid(&cause))),
    };
    let Some(Value::String(external_id)) = object.remove("external_id") else {
        let detail = "must be your own id of the article, as a text";
        return (None, Err(Problem::invalid_field("external_id", detail)));
    };
    let draft = match serde_json::from_value::<ArticleRequest>(Value::Object(object)) {
        Ok(request) => draft(&external_id, &request, usual),
        Err(cause) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "invalid_fields",
            cause.to_string(),
        )),
    };
    (Some(external_id), draft)
}

/// Stores a batch in one transaction, each row in a part of its own.
async fn store(app: &App, lines: Vec<Line>) -> Vec<RowAnswer> {
    let numbers: Vec<usize> = lines.iter().map(|line| line.number).collect();
    // Cleaning HTML is work, so it is not done on the thread that serves others.
    let usual = app.config.publisher.language.clone();
    let read = move |line| Row::read(line, usual.as_ref());
    let read = tokio::task::spawn_blocking(|| lines.into_iter().map(read).collect::<Vec<_>>());
    let Ok(rows) = read.await else {
        let failed = |number| {
            RowAnswer::failed(
                number,
                None,
                Problem::of_framework(StatusCode::INTERNAL_SERVER_ERROR),
            )
        };
        return numbers.into_iter().map(failed).collect();
    };
    let drafts: Vec<ArticleDraft> = rows
        .iter()
        .filter_map(|row| row.draft.clone().ok())
        .collect();
    let stored = app
        .db
        .transaction_now(move |conn, now| articles::put_all(conn, now, &drafts))
        .await;
    let (mut stored, failure) = match stored {
        Ok(stored) => (stored.into_iter(), None),
        Err(error) => (Vec::new().into_iter(), Some(Problem::from(error))),
    };
    let answer = |row: Row| {
        let result = match (row.draft, &failure) {
            (Err(problem), _) => Err(problem),
            (Ok(_), Some(problem)) => Err(problem.clone()),
            (Ok(_), None) => stored.next().map_or_else(
                || Err(Problem::of_framework(StatusCode::INTERNAL_SERVER_ERROR)),
                |result| result.map_err(Problem::from),
            ),
        };
        match result {
            Ok((article, change)) => {
                RowAnswer::stored(row.number, row.external_id, &article, change)
            }
            Err(problem) => RowAnswer::failed(row.number, row.external_id, problem),
        }
    };
    rows.into_iter().map(answer).collect()
}
