//! The way out: a page with one button, and the mail client's button (RFC 8058), at one address.
//!
//! No login, no cookie, no redirect, no second question. GET never ends anything, because scanners open links.
//! What else a reader may choose there is sent to addresses below it, and leads back to the page.

use actix_multipart::Multipart;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::web::{Bytes, Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};

use super::boxes::NewsletterView;
use super::link;
use crate::app::App;
use crate::domain::consent::ConsentSource;
use crate::domain::leave_reason::LeaveReason;
use crate::domain::subscription::SubscriptionStatus;
use crate::http::page;
use crate::http::problem::Problem;
use crate::usecases::unsubscribe::{self, Instead, Shown};

/// The token in the links of test copies.
const TEST_TOKEN: &str = "test";

#[derive(Serialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each decides on one part of the page"
)]
struct Values {
    newsletter: NewsletterView,
    action_url: String,
    /// What was just done, when the page follows a button.
    done: Option<Done>,
    /// Until when nothing comes, as a date; empty when something does.
    paused_until: String,
    is_paused: bool,
    can_be_weekly: bool,
    has_others: bool,
    can_undo: bool,
    can_say_why: bool,
    is_suppressed: bool,
    reasons: &'static [LeaveReason],
}

/// What the page says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Done {
    Weekly,
    Paused,
    All,
    Undone,
    TooLate,
    Reason,
    NotMe,
    Never,
}

impl Done {
    fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Paused => "paused",
            Self::All => "all",
            Self::Undone => "undone",
            Self::TooLate => "too_late",
            Self::Reason => "reason",
            Self::NotMe => "not_me",
            Self::Never => "never",
        }
    }
}

/// The end of the address to which a button leads.
#[derive(Debug, Deserialize)]
pub(crate) struct After {
    done: Option<Done>,
}

/// What stands in place of leaving.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Choice {
    Weekly,
    Pause,
}

/// The form with the alternatives.
#[derive(Debug, Deserialize)]
pub(crate) struct InsteadForm {
    choice: Choice,
}

/// The form with the reasons; whoever sends it without a choice has said nothing.
#[derive(Debug, Deserialize)]
pub(crate) struct ReasonForm {
    reason: Option<LeaveReason>,
}

/// `GET /unsubscribe/{token}`.
pub(crate) async fn show(
    app: Data<App>,
    token: Path<String>,
    after: Query<After>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    if token.as_str() == TEST_TOKEN {
        return page::render(
            &app,
            StatusCode::OK,
            "test_link",
            &page::language(&request, None),
            &page::Nothing {},
        );
    }
    let shown = match link::follow(&app, &token, unsubscribe::show).await {
        Ok(shown) => shown,
        Err(error) => return refused(&app, &request, error).await,
    };
    let name = if shown.was_unsubscribed() {
        "already_unsubscribed"
    } else {
        "unsubscribe"
    };
    answer(&app, &request, &token, &shown, name, after.done)
}

/// `POST /unsubscribe/{token}/instead`: once a week, or a pause.
pub(crate) async fn instead(
    app: Data<App>,
    token: Path<String>,
    form: Form<InsteadForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (choice, done) = match form.choice {
        Choice::Weekly => (Instead::Weekly, Done::Weekly),
        Choice::Pause => (Instead::Pause, Done::Paused),
    };
    let work = link::press(
        &app,
        &request,
        &token,
        move |conn, now, keys, words, press| {
            unsubscribe::instead(conn, now, keys, words, press, choice)
        },
    );
    back(&app, &request, &token, work.await.map(|()| done)).await
}

/// `POST /unsubscribe/{token}/all`: everything ends.
pub(crate) async fn all(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let work = link::press(&app, &request, &token, unsubscribe::all);
    back(&app, &request, &token, work.await.map(|()| Done::All)).await
}

/// `POST /unsubscribe/{token}/undo`: what was there before comes back.
pub(crate) async fn undo(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let work = link::press(&app, &request, &token, unsubscribe::undo);
    let done = work.await.map(|was_possible| {
        if was_possible {
            Done::Undone
        } else {
            Done::TooLate
        }
    });
    back(&app, &request, &token, done).await
}

/// `POST /unsubscribe/{token}/reason`: counted, and not kept with the reader.
pub(crate) async fn reason(
    app: Data<App>,
    token: Path<String>,
    form: Form<ReasonForm>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let Some(reason) = form.reason else {
        return back(&app, &request, &token, Ok(Done::Reason)).await;
    };
    let done = if reason == LeaveReason::NotSignedUp {
        Done::NotMe
    } else {
        Done::Reason
    };
    let work = link::follow(&app, &token, move |conn, now, keys, token| {
        unsubscribe::give_reason(conn, now, keys, token, reason)
    });
    back(&app, &request, &token, work.await.map(|()| done)).await
}

/// `POST /unsubscribe/{token}/never`: nothing is ever sent to the address again.
pub(crate) async fn never(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let work = link::press(&app, &request, &token, unsubscribe::never_again);
    back(&app, &request, &token, work.await.map(|()| Done::Never)).await
}

/// Back to the page, so that loading it again does nothing again.
async fn back(
    app: &App,
    request: &HttpRequest,
    token: &str,
    done: Result<Done, unsubscribe::Error>,
) -> Result<HttpResponse, Problem> {
    match done {
        Ok(done) => Ok(HttpResponse::SeeOther()
            .insert_header((
                LOCATION,
                format!("/unsubscribe/{token}?done={}", done.as_str()),
            ))
            .finish()),
        Err(error) => refused(app, request, error).await,
    }
}

/// `POST /unsubscribe/{token}`: from the page, or from a mail client with `List-Unsubscribe=One-Click`.
pub(crate) async fn submit(
    app: Data<App>,
    token: Path<String>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Problem> {
    let is_one_click = is_one_click(&request, body).await;
    if token.as_str() == TEST_TOKEN {
        return page::render(
            &app,
            StatusCode::OK,
            "test_link",
            &page::language(&request, None),
            &page::Nothing {},
        );
    }
    let door = if is_one_click {
        ConsentSource::OneClick
    } else {
        ConsentSource::UnsubscribePage
    };
    let now = app.clock.now();
    let work = link::press(
        &app,
        &request,
        &token,
        move |conn, now, keys, words, press| unsubscribe::one(conn, now, keys, words, press, door),
    );
    match work.await {
        Ok(_) if is_one_click => Ok(HttpResponse::Ok()
            .content_type("text/plain; charset=utf-8")
            .body("unsubscribed\n")),
        Ok(mut shown) => {
            if !shown.was_unsubscribed() {
                shown.subscription = shown.subscription.leave(now);
            }
            answer(&app, &request, &token, &shown, "unsubscribed", None)
        }
        // A mailbox provider speaks for many readers from one network: it is never told to come later.
        Err(unsubscribe::Error::UnknownLink) if is_one_click => link::unknown_page(&app, &request),
        Err(error) => refused(&app, &request, error).await,
    }
}

/// Whether the body says `List-Unsubscribe=One-Click`, in either of the two encodings that RFC 8058 allows.
async fn is_one_click(request: &HttpRequest, body: Bytes) -> bool {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if !content_type.starts_with("multipart/form-data") {
        return url::form_urlencoded::parse(&body)
            .any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    }
    let whole =
        futures_util::stream::once(async move { Ok::<_, actix_web::error::PayloadError>(body) });
    let mut parts = Multipart::new(request.headers(), whole);
    while let Some(Ok(mut part)) = parts.next().await {
        let is_named = part.name() == Some("List-Unsubscribe");
        let mut value = Vec::new();
        while let Some(Ok(chunk)) = part.next().await {
            value.extend_from_slice(&chunk);
        }
        if is_named && value == b"One-Click" {
            return true;
        }
    }
    false
}

fn answer(
    app: &App,
    request: &HttpRequest,
    token: &str,
    shown: &Shown,
    name: &str,
    done: Option<Done>,
) -> Result<HttpResponse, Problem> {
    let subscription = &shown.subscription;
    let until = subscription
        .paused_until
        .and_then(|at| at.in_tz(&shown.newsletter.schedule_zone).ok());
    let is_paused = subscription.status == SubscriptionStatus::Paused;
    let is_confirmed = is_paused || subscription.status == SubscriptionStatus::Active;
    let values = Values {
        newsletter: NewsletterView::new(&shown.newsletter, &app.site),
        action_url: format!("/unsubscribe/{token}"),
        done,
        paused_until: until
            .filter(|_| is_paused)
            .map(|zoned| zoned.date().to_string())
            .unwrap_or_default(),
        is_paused,
        can_be_weekly: is_confirmed && shown.weekly.is_some(),
        has_others: shown.has_others,
        can_undo: shown.can_undo(app.clock.now()),
        can_say_why: !subscription.has_given_reason,
        is_suppressed: shown.is_suppressed,
        reasons: LeaveReason::ALL,
    };
    let language = page::language(request, Some(&subscription.language));
    page::render(app, StatusCode::OK, name, &language, &values)
}

/// A page in place of one that the link does not open.
async fn refused(
    app: &App,
    request: &HttpRequest,
    error: unsubscribe::Error,
) -> Result<HttpResponse, Problem> {
    match error {
        unsubscribe::Error::UnknownLink => link::unknown(app, request).await,
        unsubscribe::Error::UnknownNewsletter | unsubscribe::Error::Store(_) => Err(error.into()),
    }
}
