//! Every path of the program on one page.
//!
//! The tables are what is registered: a route that is not in them does not exist, and the test that no GET
//! changes anything walks over them.

use actix_web::dev::ResourceDef;
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use super::problem::Problem;
use super::{admin, dto, health, openapi, public};
use crate::app::App;

/// Where sign-ups come in, also from pages of other sites.
pub const FORM_DOORS: &[&str] = &[
    "/subscribe",
    "/subscription/form",
    "/api/public/subscription",
    "/members/api/send-magic-link/",
];

/// The same for forms that were made for other systems: what the path begins with.
pub const DIALECTS: &str = "/subscribe/";

/// Registers handlers and lists them.
macro_rules! routes {
    ($(#[$doc:meta])* $table:ident, $register:ident: $($method:ident $path:literal => $handler:path;)*) => {
        $(#[$doc])*
        pub const $table: &[(&str, &str)] = &[$((stringify!($method), $path),)*];

        fn $register(config: &mut ServiceConfig) {
            $(config.route($path, routes!(@$method).to($handler));)*
        }
    };
    // HEAD is GET without the body.
    (@GET) => { web::route().guard(actix_web::guard::Any(actix_web::guard::Get()).or(actix_web::guard::Head())) };
    (@POST) => { web::post() };
    (@PUT) => { web::put() };
    (@PATCH) => { web::patch() };
    (@DELETE) => { web::delete() };
}

routes! {
    /// For readers and the operator: method and path.
    PUBLIC, register_public:
    GET "/" => public::newsletters::directory;
    GET "/n/{slug}" => public::newsletters::page;
    GET "/embed/{slug}.html" => public::newsletters::snippet;
    GET "/embed/v1.js" => public::embed::script;
    GET "/embed/v1.{mark}.js" => public::embed::marked_script;
    GET "/embed/suggest" => public::embed::suggest;
    GET "/embed/{slug}" => public::embed::frame;
    GET "/articles/{slug}" => public::articles::page;
    GET "/v/{edition}" => public::editions::page;
    GET "/archive" => public::archive::shelves;
    GET "/archive/{newsletter}" => public::archive::shelf;
    GET "/archive/{newsletter}/feed.atom" => public::archive::atom;
    GET "/archive/{newsletter}/feed.json" => public::archive::json;
    GET "/archive/{newsletter}/{edition}" => public::archive::edition;
    GET "/feeds/{token}/atom.xml" => public::reader_feed::atom;
    GET "/feeds/{token}/feed.json" => public::reader_feed::json;
    GET "/sitemap.xml" => public::archive::site_map;
    GET "/subscribe" => public::signup::form;
    POST "/subscribe" => public::signup::submit;
    GET "/subscribe/check-inbox" => public::signup::check_inbox;
    POST "/subscribe/{dialect}" => public::dialects::form;
    POST "/subscription/form" => public::dialects::listmonk_form;
    GET "/api/public/lists" => public::dialects::lists;
    POST "/api/public/subscription" => public::dialects::listmonk;
    POST "/members/api/send-magic-link/" => public::dialects::ghost;
    GET "/captcha/altcha" => public::doors::challenge;
    GET "/api/public/captcha/altcha" => public::doors::challenge;
    GET "/confirm/{token}" => public::confirmation::show;
    POST "/confirm/{token}" => public::confirmation::confirm;
    POST "/confirm/{token}/resend" => public::confirmation::resend;
    GET "/mail/{token}" => public::canary::fetched;
    GET "/unsubscribe/{token}" => public::unsubscribe::show;
    POST "/unsubscribe/{token}" => public::unsubscribe::submit;
    POST "/unsubscribe/{token}/instead" => public::unsubscribe::instead;
    POST "/unsubscribe/{token}/all" => public::unsubscribe::all;
    POST "/unsubscribe/{token}/undo" => public::unsubscribe::undo;
    POST "/unsubscribe/{token}/reason" => public::unsubscribe::reason;
    POST "/unsubscribe/{token}/never" => public::unsubscribe::never;
    GET "/preferences" => public::preferences::ask;
    POST "/preferences" => public::preferences::send_link;
    GET "/preferences/sent" => public::preferences::sent;
    GET "/preferences/{token}" => public::preferences::show;
    POST "/preferences/{token}/newsletters/{slug}" => public::preferences::change;
    POST "/preferences/{token}/stop" => public::preferences::stop;
    POST "/preferences/{token}/address" => public::preferences::address::ask;
    GET "/preferences/{token}/export" => public::preferences::data::export;
    GET "/preferences/{token}/erase" => public::preferences::data::ask_erase;
    POST "/preferences/{token}/erase" => public::preferences::data::erase;
    GET "/address/change/{token}" => public::preferences::address::show_change;
    POST "/address/change/{token}" => public::preferences::address::change;
    GET "/address/stop/{token}" => public::preferences::address::show_stop;
    POST "/address/stop/{token}" => public::preferences::address::stop;
    GET "/editors/look/{token}" => public::approval::look;
    GET "/editors/approve/{token}" => public::approval::show_approve;
    POST "/editors/approve/{token}" => public::approval::approve;
    GET "/editors/hold/{token}" => public::approval::show_hold;
    POST "/editors/hold/{token}" => public::approval::hold;
    GET "/assets/{mark}/{name}" => public::assets::get;
    GET "/demo/images/{name}" => public::assets::demo_image;
    GET "/dev/outbox" => public::outbox::list;
    GET "/dev/outbox.json" => public::outbox::list_json;
    GET "/dev/outbox/{id}" => public::outbox::message;
    GET "/dev/outbox/{id}/html" => public::outbox::html;
    GET "/dev/outbox/{id}/raw" => public::outbox::raw;
    POST "/webhooks/ghost" => public::ghost::receive;
    GET "/webhooks/websub/{token}" => public::websub::verify;
    POST "/webhooks/websub/{token}" => public::websub::receive;
    GET "/consent/keys.json" => admin::consents::keys;
    GET "/healthz" => health::live;
    GET "/readyz" => health::ready;
    GET "/robots.txt" => public::assets::robots;
}

routes! {
    /// The admin API, below `/api/v1`, with a key.
    ADMIN, register_admin:
    GET "/newsletters" => admin::newsletters::list;
    POST "/newsletters" => admin::newsletters::create;
    GET "/newsletters/{slug}" => admin::newsletters::read;
    PATCH "/newsletters/{slug}" => admin::newsletters::change;
    GET "/newsletters/{slug}/next" => admin::newsletters::next;
    GET "/newsletters/{slug}/sources" => admin::sources::sources;
    GET "/newsletters/{slug}/funnel" => admin::funnel::funnel;
    GET "/newsletters/{slug}/leave-reasons" => admin::leave_reasons::list;
    GET "/newsletters/{slug}/simulate" => admin::simulation::simulate;
    POST "/newsletters/{slug}/pause" => admin::schedules::pause;
    POST "/newsletters/{slug}/resume" => admin::schedules::resume;
    GET "/missed-slots" => admin::schedules::missed;
    GET "/newsletters/{slug}/look" => admin::looks::show;
    PUT "/newsletters/{slug}/look" => admin::looks::put;
    GET "/newsletters/{slug}/editions" => admin::editions::list;
    POST "/newsletters/{slug}/editions" => admin::editions::run_now;
    GET "/articles" => admin::articles::list;
    POST "/articles" => admin::bulk::put_many;
    POST "/articles:from-url" => admin::pages::from_url;
    GET "/articles/{external_id}" => admin::articles::read;
    PUT "/articles/{external_id}" => admin::articles::put;
    POST "/articles/{external_id}/hide" => admin::articles::hide;
    POST "/articles/{external_id}/show" => admin::articles::show;
    GET "/articles/{external_id}/corrections" => admin::corrections::list;
    POST "/articles/{external_id}/corrections" => admin::corrections::correct;
    GET "/corrections/{id}" => admin::corrections::read;
    POST "/corrections/{id}/notice" => admin::corrections::notify;
    GET "/feeds" => admin::feeds::list;
    POST "/feeds" => admin::feeds::add;
    GET "/feeds/{feed}" => admin::feeds::read;
    PATCH "/feeds/{feed}" => admin::feeds::change;
    DELETE "/feeds/{feed}" => admin::feeds::remove;
    GET "/feeds/{feed}/items" => admin::feeds::items;
    POST "/feeds/{feed}/fetch" => admin::feeds::fetch;
    GET "/subscribers" => admin::subscribers::find_by_address;
    POST "/subscribers" => admin::subscribers::add;
    GET "/subscribers/{id}" => admin::subscribers::read;
    POST "/subscribers/{id}/unsubscribe" => admin::subscribers::unsubscribe;
    POST "/subscribers/{id}/erase" => admin::erasure::erase;
    PUT "/subscribers/{id}/subscriptions/{slug}/rhythm" => admin::rhythms::set;
    POST "/subscribers/{id}/subscriptions/{slug}/pause" => admin::rhythms::pause;
    POST "/subscribers/{id}/subscriptions/{slug}/resume" => admin::rhythms::resume;
    GET "/subscribers/{id}/subscriptions/{slug}/consent" => admin::consents::certificate;
    GET "/subscribers/{id}/subscriptions/{slug}/consent.html" => admin::consents::certificate_page;
    GET "/editions/{id}" => admin::editions::read;
    PATCH "/editions/{id}" => admin::sending::plan;
    GET "/editions/{id}/preview.html" => admin::editions::preview_html;
    GET "/editions/{id}/preview.txt" => admin::editions::preview_text;
    GET "/editions/{id}/approval" => admin::approvals::approval;
    POST "/editions/{id}/approve" => admin::approvals::approve;
    GET "/editions/{id}/check" => admin::editions::check;
    POST "/editions/{id}/test" => admin::editions::send_test;
    GET "/editions/{id}/deliveries" => admin::editions::deliveries;
    GET "/editions/{id}/progress" => admin::sending::progress;
    POST "/editions/{id}/pause" => admin::sending::pause;
    POST "/editions/{id}/resume" => admin::sending::resume;
    POST "/editions/{id}/hold" => admin::sending::hold;
    POST "/editions/{id}/release" => admin::sending::release;
    POST "/editions/{id}/stop" => admin::sending::stop;
    POST "/editions/{id}/resend" => admin::sending::resend;
    POST "/editions/{id}/settle-unknown" => admin::sending::settle_unknown;
    GET "/attack" => admin::attack::status;
    POST "/attack/begin" => admin::attack::begin;
    POST "/attack/end" => admin::attack::end;
    POST "/attack/purge" => admin::attack::purge;
    GET "/sending" => admin::switches::status;
    POST "/sending/pause" => admin::switches::pause;
    POST "/sending/resume" => admin::switches::resume;
    POST "/sending/hold" => admin::switches::hold;
    POST "/sending/release" => admin::switches::release;
}

/// Registers everything.
pub(super) fn configure(config: &mut ServiceConfig, app: &App) {
    let limits = &app.config.server;
    config
        .app_data(web::PayloadConfig::new(limits.max_form_bytes))
        .app_data(dto::json_config(limits.max_json_bytes))
        .app_data(dto::query_config())
        .app_data(dto::path_config());
    config.route("/api/v1/openapi.json", routes!(@GET).to(openapi::json));
    config.service(openapi::ui());
    config.service(
        web::scope("/api/v1")
            .wrap(from_fn(admin::require_key))
            .configure(register_admin)
            .default_service(web::to(nothing_here)),
    );
    register_public(config);
    config.default_service(web::to(nothing_here));
}

/// No such path, or not with this method.
async fn nothing_here(request: HttpRequest) -> Result<HttpResponse, Problem> {
    let path = request.path();
    let admin = ADMIN
        .iter()
        .map(|(method, pattern)| (*method, format!("/api/v1{pattern}")));
    let known = PUBLIC
        .iter()
        .map(|(method, pattern)| (*method, (*pattern).to_owned()))
        .chain(admin);
    let mut allowed: Vec<&str> = known
        .filter(|(_, pattern)| ResourceDef::new(pattern.as_str()).is_match(path))
        .flat_map(|(method, _)| match method {
            "GET" => vec!["GET", "HEAD"],
            other => vec![other],
        })
        .collect();
    if allowed.is_empty() {
        return Err(Problem::not_found(
            "unknown_path",
            "there is nothing at this address",
        ));
    }
    // Two patterns may match one address.
    allowed.sort_unstable();
    allowed.dedup();
    Err(Problem::method_not_allowed(&allowed))
}
