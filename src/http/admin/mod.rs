//! The admin API: JSON in, JSON out, a key in each request.

pub(super) mod articles;
pub(super) mod editions;
pub(super) mod newsletters;
pub(super) mod subscribers;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::web::Data;

use super::problem::Problem;
use crate::app::App;
use crate::usecases::access;

/// Lets a request through that carries a working key. On the scope, so that no handler can forget it.
pub(super) async fn require_key(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let presented = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
        .trim()
        .to_owned();
    let Some(app) = request.app_data::<Data<App>>().cloned() else {
        return Err(Problem::from(access::Error::Denied).into());
    };
    app.db
        .transaction(move |conn| access::check_key(conn, &presented))
        .await
        .map_err(Problem::from)?;
    next.call(request).await
}
