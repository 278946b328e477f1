//! An edition in the browser, for nobody in particular: no address, no token, so that a forwarded link gives
//! nothing away.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};

use crate::app::App;
use crate::domain::edition::EditionStatus;
use crate::domain::id::EditionId;
use crate::http::problem::Problem;
use crate::usecases::editions;

/// A mail brings its styles in attributes; scripts are out of the question, and the sandbox keeps it apart from
/// our own pages.
pub(crate) const MAIL_POLICY: &str = "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src https: http: data:";

/// `/v/{edition}`.
pub(crate) async fn page(app: Data<App>, id: Path<EditionId>) -> Result<HttpResponse, Problem> {
    let id = id.into_inner();
    let result = app
        .db
        .transaction(move |conn| editions::content(conn, id))
        .await;
    let (edition, content) = result.map_err(|error| match error {
        // To readers a skipped edition never was.
        editions::Error::Skipped => editions::Error::NotFound.into(),
        other => Problem::from(other),
    })?;
    // Nor is one that nobody approved yet; editors have links of their own.
    if edition.status == EditionStatus::AwaitingApproval {
        return Err(editions::Error::NotFound.into());
    }
    // Everything in it was taken back.
    if content.web_html.is_empty() {
        return Err(editions::Error::NotFound.into());
    }
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, MAIL_POLICY))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(content.web_html))
}
