//! The edge that speaks HTTP.
//!
//! Middleware, from outside in: a span with a request id for the log; headers of security and privacy; pages
//! instead of problems for readers. Only `/api/v1` asks for a key.

mod admin;
mod client;
mod cors;
mod dto;
mod headers;
mod health;
mod openapi;
mod page;
pub mod problem;
mod public;
pub mod routes;
mod trace;

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use actix_web::{App as ActixApp, HttpServer};
use tracing_actix_web::TracingLogger;

use crate::app::App;

pub use admin::approvals::document as approval_document;
pub use admin::attack::{document as attack_document, purge_document, run_purge as purge_attack};
pub use admin::corrections::document as correction_document;
pub use admin::feeds::document as feed_document;
pub use admin::schedules::document as missed_document;
pub use admin::sending::document as progress_document;
pub use admin::simulation::document as simulation_document;
pub use admin::switches::{control_document, document as sending_document};
pub use openapi::document as openapi_document;

/// A server for `app` on `listener`; runs when it is awaited.
///
/// # Errors
/// When the socket cannot be used.
pub fn server(app: &App, listener: TcpListener) -> std::io::Result<Server> {
    let drain = app.config.server.drain_seconds;
    let app = app.clone();
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(Data::new(app.clone()))
            .configure(|config| routes::configure(config, &app))
            .wrap(from_fn(page::instead_of_problems))
            .wrap(from_fn(cors::share))
            .wrap(Compress::default())
            .wrap(from_fn(headers::secure))
            .wrap(TracingLogger::<trace::Spans>::new())
    })
    .max_connections(2000)
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(15))
    .shutdown_timeout(drain)
    // The caller decides when to stop: it also has workers and a database to bring to rest, in this order.
    .disable_signals()
    .listen(listener)?
    .run();
    Ok(server)
}
