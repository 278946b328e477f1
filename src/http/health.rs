//! For load balancers and watchdogs.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::problem::Problem;
use crate::app::App;
use crate::usecases::{attack, schema};

/// The process is alive.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body("alive\n")
}

/// The process can work: the database answers and has the right schema.
pub(super) async fn ready(app: Data<App>) -> Result<HttpResponse, Problem> {
    app.db.transaction(schema::check).await?;
    let shared = app.clone();
    let status = app
        .db
        .transaction_now(move |conn, now| attack::status(conn, now, &shared.config.attack))
        .await?;
    // It can work all the same; whoever watches may want to know.
    let text = if status.is_on {
        "ready\nsign-ups are under attack\n"
    } else {
        "ready\n"
    };
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(text))
}
