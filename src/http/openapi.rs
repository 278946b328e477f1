//! The admin API as OpenAPI 3.1, made from the handlers, and a page to browse it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{OpenApi as Document, RefOr};
use utoipa::{Modify, OpenApi};
use utoipa_swagger_ui::SwaggerUi;

use super::admin::{
    approvals, articles, attack, bulk, consents, corrections, editions, erasure, feeds, funnel,
    leave_reasons, looks, newsletters, pages, rhythms, schedules, sending, simulation, sources,
    subscribers, switches,
};
use super::problem::{FieldError, Problem};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tidings admin API",
        description = "Newsletters, articles, feeds, subscribers and editions. Errors are RFC 9457 problems, times are \
                       RFC 3339 in UTC, lists are paged with a cursor."
    ),
    servers((url = "/api/v1")),
    security(("key" = [])),
    modifiers(&Key, &Complete),
    components(schemas(Problem, FieldError)),
    paths(
        newsletters::list, newsletters::create, newsletters::read, newsletters::change, newsletters::next,
        simulation::simulate, sources::sources, funnel::funnel, leave_reasons::list,
        schedules::pause, schedules::resume, schedules::missed,
        looks::show, looks::put,
        articles::list, articles::read, articles::put, articles::hide, articles::show,
        bulk::put_many, pages::from_url,
        corrections::correct, corrections::list, corrections::read, corrections::notify,
        feeds::list, feeds::add, feeds::read, feeds::change, feeds::remove, feeds::items, feeds::fetch,
        subscribers::find_by_address, subscribers::add, subscribers::read, subscribers::unsubscribe,
        erasure::erase, consents::certificate, consents::certificate_page,
        rhythms::set, rhythms::pause, rhythms::resume,
        editions::list, editions::run_now, editions::read, editions::preview_html, editions::preview_text,
        editions::check, editions::send_test, editions::deliveries,
        approvals::approval, approvals::approve,
        sending::plan, sending::progress, sending::pause, sending::resume, sending::hold, sending::release,
        sending::stop, sending::resend, sending::settle_unknown,
        attack::status, attack::begin, attack::end, attack::purge,
        switches::status, switches::pause, switches::resume, switches::hold, switches::release,
    )
)]
struct Api;

struct Key;

impl Modify for Key {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .description(Some("An API key from `tidings keys create`"))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// What OpenAPI 3.1 demands and the handlers do not say: an operation id that no other operation has, and a
/// description of every response.
struct Complete;

impl Modify for Complete {
    fn modify(&self, document: &mut Document) {
        for item in document.paths.paths.values_mut() {
            let operations = [
                &mut item.get,
                &mut item.post,
                &mut item.put,
                &mut item.patch,
                &mut item.delete,
            ];
            for operation in operations.into_iter().flatten() {
                complete(operation);
            }
        }
    }
}

fn complete(operation: &mut Operation) {
    // Handlers of different things have the same name: `read` becomes `articles_read`.
    let tag = operation.tags.iter().flatten().next();
    if let (Some(tag), Some(name)) = (tag, &operation.operation_id) {
        operation.operation_id = Some(format!("{tag}_{name}"));
    }
    for (status, response) in &mut operation.responses.responses {
        let RefOr::T(response) = response else {
            continue;
        };
        if response.description.is_empty() {
            let status: Option<StatusCode> = status.parse().ok();
            let reason = status.and_then(|status| status.canonical_reason());
            reason
                .unwrap_or("an answer")
                .clone_into(&mut response.description);
        }
    }
}

/// The document.
#[must_use]
pub fn document() -> Document {
    Api::openapi()
}

pub(super) async fn json() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

/// Swagger UI from files in the binary: nothing is loaded from elsewhere.
pub(super) fn ui() -> SwaggerUi {
    SwaggerUi::new("/api/docs/{_:.*}").url("/api/v1/openapi.json", document())
}
