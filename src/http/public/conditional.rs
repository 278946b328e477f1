//! Answers that programs ask for again and again: what they have is not sent once more (RFC 9110 §13).

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag, Header as _, HttpDate, IfModifiedSince,
    IfNoneMatch, LAST_MODIFIED,
};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;

use crate::domain::fingerprint::fingerprint;

/// What goes with an answer, whether it is sent or not.
pub(super) struct Rules {
    /// `Cache-Control`.
    pub(super) keeping: &'static str,
    /// `X-Robots-Tag`.
    pub(super) robots: &'static str,
    /// When it last changed, if that is known, and no later change could bear the same second.
    pub(super) changed_at: Option<Timestamp>,
}

/// The body, or 304 for who has it: by its tag, or, when none is named, by the very date of its last change. A later date is not
/// believed, because something may have been taken away since.
pub(super) fn answer(
    request: &HttpRequest,
    kind: &str,
    body: String,
    rules: &Rules,
) -> HttpResponse {
    let tag = EntityTag::new_strong(fingerprint(body.as_bytes(), 24));
    let changed_at = rules.changed_at.and_then(date);
    let is_known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(items)) if !items.is_empty() => {
            items.iter().any(|item| item.weak_eq(&tag))
        }
        Ok(IfNoneMatch::Items(_)) => IfModifiedSince::parse(request)
            .is_ok_and(|since| changed_at.is_some_and(|at| since.0 == at)),
        Ok(IfNoneMatch::Any) | Err(_) => false,
    };
    let mut answer = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    answer
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CACHE_CONTROL, rules.keeping))
        .insert_header(("x-robots-tag", rules.robots));
    if let Some(at) = changed_at {
        answer.insert_header((LAST_MODIFIED, at));
    }
    if is_known {
        return answer.finish();
    }
    answer.insert_header((CONTENT_TYPE, kind)).body(body)
}

/// In whole seconds, as headers have it.
fn date(at: Timestamp) -> Option<HttpDate> {
    let second = Timestamp::from_second(at.as_second()).ok()?;
    Some(HttpDate::from(std::time::SystemTime::from(second)))
}
