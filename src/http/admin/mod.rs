//! The admin API: JSON in, JSON out, a key in each request.

pub(super) mod approvals;
pub(super) mod articles;
pub(super) mod attack;
pub(super) mod bulk;
pub(super) mod consents;
pub(super) mod corrections;
pub(super) mod editions;
pub(super) mod erasure;
pub(super) mod feeds;
pub(super) mod funnel;
pub(super) mod leave_reasons;
pub(super) mod looks;
pub(super) mod newsletters;
pub(super) mod pages;
pub(super) mod rhythms;
pub(super) mod schedules;
pub(super) mod sending;
pub(super) mod simulation;
pub(super) mod sources;
pub(super) mod subscribers;
pub(super) mod switches;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use super::problem::Problem;
use crate::app::App;
use crate::usecases::access;

/// Lets a request through that carries a working key. On the scope, so that no handler can forget it.
///
/// The refusal is an answer and not an error: an error would pass by the middleware outside, and the answer would
/// lack the headers that every answer carries.
pub(super) async fn require_key<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    match check(&request).await {
        Ok(()) => Ok(next.call(request).await?.map_into_left_body()),
        Err(problem) => {
            let refusal = HttpResponse::from_error(problem);
            Ok(request.into_response(refusal).map_into_right_body())
        }
    }
}

async fn check(request: &ServiceRequest) -> Result<(), Problem> {
    let presented = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
        .trim()
        .to_owned();
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(access::Error::Denied.into());
    };
    app.db
        .transaction(move |conn| access::check_key(conn, &presented))
        .await?;
    Ok(())
}
