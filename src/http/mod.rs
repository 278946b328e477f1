//! The edge that speaks HTTP.
//!
//! Middleware, from outside in: a span with a request id for the log; headers of security and privacy; pages
//! instead of problems for readers; deadlines of bodies. Only `/api/v1` asks for a key.

mod admin;
mod client;
mod connection;
mod cors;
mod dto;
mod gathering;
mod headers;
mod health;
mod openapi;
mod pace;
mod page;
pub mod problem;
mod public;
pub mod routes;
mod trace;

use std::future::ready;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_server::{Server, ServerBuilder};
use actix_service::{ServiceFactory, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::App as ActixApp;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::Data;
use tokio::net::TcpStream;
use tracing_actix_web::TracingLogger;

use connection::{Guarded, Limits, Seats};
use public::signup_desk::SignupDesk;

use crate::app::App;

pub use admin::approvals::document as approval_document;
pub use admin::attack::{document as attack_document, purge_document, run_purge as purge_attack};
pub use admin::consents::{document as consent_document, page as consent_page};
pub use admin::corrections::document as correction_document;
pub use admin::feeds::document as feed_document;
pub use admin::schedules::document as missed_document;
pub use admin::sending::document as progress_document;
pub use admin::simulation::document as simulation_document;
pub use admin::switches::{control_document, document as sending_document};
pub use openapi::document as openapi_document;

/// A server for `app` on `listener`; runs when it is awaited. The same as actix-web's own, but on streams that keep deadlines
/// (`connection`).
///
/// # Errors
/// When the socket cannot be used.
pub fn server(app: &App, listener: TcpListener) -> std::io::Result<Server> {
    let settings = &app.config.server;
    let seats = Seats::new(settings);
    let limits = Limits::new(settings);
    let keep_alive = Duration::from_secs(settings.keep_alive_seconds);
    let head = Duration::from_secs(settings.head_seconds);
    let local = listener.local_addr()?;
    connection::widen_queue(&listener)?;
    // The seats bound the sum over all threads, and close what has none; a thread that is full would let it wait.
    let most = usize::try_from(settings.max_connections).unwrap_or(usize::MAX);
    let builder = ServerBuilder::default()
        .shutdown_timeout(settings.drain_seconds)
        .max_concurrent_connections(most.saturating_add(1_000))
        // The caller decides when to stop: it also has workers and a database to bring to rest, in this order.
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let desk = Data::new(SignupDesk::open(app)?);
    let app = app.clone();
    let factory = move || {
        let (app, seats, stopping) = (app.clone(), Arc::clone(&seats), stopping.clone());
        let desk = desk.clone();
        let pages = HttpService::build()
            .keep_alive(keep_alive)
            .client_request_timeout(head)
            .client_disconnect_timeout(Duration::from_secs(1))
            .local_addr(local)
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .on_connect_ext(|stream: &Guarded, data| {
                data.insert(stream.watch());
            })
            .h1(map_config(application(app, desk), |()| {
                AppConfig::default()
            }));
        fn_service(move |stream: TcpStream| {
            let peer = stream.peer_addr().ok();
            let seat = seats.take(peer.map(|peer| peer.ip()));
            let guarded = seat
                .map(|seat| (Guarded::new(stream, limits, seat), peer))
                // Closed at once: there is no room to say why.
                .ok_or_else(|| DispatchError::Io(ErrorKind::ConnectionRefused.into()));
            ready(guarded)
        })
        .and_then(pages)
    };
    Ok(builder.listen("http", listener, factory)?.run())
}

/// What a thread serves.
fn application(
    app: App,
    desk: Data<SignupDesk>,
) -> ActixApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    let shared = app.clone();
    ActixApp::new()
        .app_data(Data::new(app))
        .app_data(desk)
        .configure(move |config| routes::configure(config, &shared))
        .wrap(from_fn(pace::keep))
        .wrap(from_fn(page::instead_of_problems))
        .wrap(from_fn(cors::share))
        .wrap(Compress::default())
        .wrap(from_fn(headers::secure))
        .wrap(TracingLogger::<trace::Spans>::new())
}
