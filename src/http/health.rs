//! For load balancers and watchdogs.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::problem::Problem;
use crate::app::App;
use crate::usecases::schema;

/// The process is alive.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("alive\n")
}

/// The process can work: the database answers and has the right schema.
pub(super) async fn ready(app: Data<App>) -> Result<HttpResponse, Problem> {
    app.db.transaction(schema::check).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("ready\n"))
}
