//! Sign-up by script from other sites (WHATWG Fetch, CORS): sites of a newsletter may read the answer, without credentials.
//!
//! There is nothing to protect but the answer, which is the same for everybody: a form without a script may be sent from anywhere,
//! and what counts is the mail. So a site that is not listed is refused nothing but the reading; where a newsletter lists its
//! sites, the sign-up itself checks them.

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, HeaderMap, HeaderValue, ORIGIN, VARY,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpRequest, HttpResponse};
use url::Url;

use super::routes::{DIALECTS, FORM_DOORS};
use crate::app::App;
use crate::domain::site_origin::SiteOrigin;
use crate::usecases::newsletters;

/// How long a browser may remember what it may send, in seconds.
const MAX_AGE: &str = "3600";

/// Lets scripts of listed sites read the answers of the doors for sign-ups, and answers what browsers ask before.
pub(super) async fn share<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, Error> {
    let is_door = FORM_DOORS.contains(&request.path()) || request.path().starts_with(DIALECTS);
    if !is_door {
        return Ok(next.call(request).await?.map_into_left_body());
    }
    let origin = origin(request.headers());
    let is_preflight = request.method() == Method::OPTIONS
        && request
            .headers()
            .contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let allowed = match (&origin, request.app_data::<Data<App>>()) {
        (Some(origin), Some(app)) => is_listed(app, origin).await,
        _ => false,
    };
    let mut response = if is_preflight {
        let answer = HttpResponse::NoContent().finish();
        request.into_response(answer).map_into_right_body()
    } else {
        next.call(request).await?.map_into_left_body()
    };
    let headers = response.headers_mut();
    headers.append(VARY, HeaderValue::from_static("Origin"));
    let origin = origin.filter(|_| allowed);
    if let Some(value) = origin.and_then(|origin| HeaderValue::from_str(origin.as_str()).ok()) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
        if is_preflight {
            let methods = HeaderValue::from_static("POST");
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
            let names = HeaderValue::from_static("content-type, accept, x-requested-with");
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
        }
    }
    Ok(response)
}

/// The site from whose page a request comes, unless that is this server's own or one of the settings: newsletters that list
/// their sites take sign-ups from no other.
pub(super) fn foreign_origin(app: &App, request: &HttpRequest) -> Option<SiteOrigin> {
    let origin = origin(request.headers())?;
    let own = Url::parse(app.site.base_url()).ok();
    let is_own = own.as_ref().and_then(SiteOrigin::of).as_ref() == Some(&origin);
    (!is_own && !is_of_settings(app, &origin)).then_some(origin)
}

/// Whether a site is one of `server.allowed_sites`, which hold for every newsletter.
pub(super) fn is_of_settings(app: &App, origin: &SiteOrigin) -> bool {
    let mut sites = app.config.server.allowed_sites.iter();
    sites.any(|site| SiteOrigin::of(site).as_ref() == Some(origin))
}

/// The site from whose page a request comes, as far as the browser says.
pub(super) fn origin(headers: &HeaderMap) -> Option<SiteOrigin> {
    headers.get(ORIGIN)?.to_str().ok()?.parse().ok()
}

async fn is_listed(app: &App, origin: &SiteOrigin) -> bool {
    if is_of_settings(app, origin) {
        return true;
    }
    // Without the database there is no sign-up either.
    let sites = app.db.transaction(newsletters::sites).await;
    sites.is_ok_and(|sites| sites.contains(origin))
}
