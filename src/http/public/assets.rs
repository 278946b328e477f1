//! Files in the binary: the style sheet, the scripts, the pictures of the demo, robots.txt.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path};

use crate::app::App;
use crate::domain::fingerprint::fingerprint;
use crate::http::problem::Problem;
use crate::templates::asset;
use crate::usecases::demo;

static MARKS: LazyLock<Mutex<HashMap<String, String>>> = LazyLock::new(Mutex::default);

/// The first 12 hexadecimal digits of an asset's SHA-256.
pub(crate) fn mark(name: &str) -> String {
    let mut marks = MARKS.lock().unwrap_or_else(PoisonError::into_inner);
    let mark = marks
        .entry(name.to_owned())
        .or_insert_with(|| fingerprint(&asset(name).unwrap_or_default(), 12));
    mark.clone()
}

/// `/assets/{mark}/{name}`. Another mark than today's gets today's file, but may not be kept.
pub(crate) async fn get(path: Path<(String, String)>) -> Result<HttpResponse, Problem> {
    let (wanted, name) = path.into_inner();
    let content = asset(&name).ok_or_else(nothing)?;
    let is_current = wanted == mark(&name);
    let cache = if is_current {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let is_script = name.rsplit_once('.').is_some_and(|(_, end)| end == "js");
    let kind = if is_script {
        "text/javascript; charset=utf-8"
    } else {
        "text/css; charset=utf-8"
    };
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CACHE_CONTROL, cache))
        .body(content))
}

/// `/demo/images/{name}`.
pub(crate) async fn demo_image(
    app: Data<App>,
    name: Path<String>,
) -> Result<HttpResponse, Problem> {
    let content = demo::image(&name)
        .filter(|_| app.is_demo)
        .ok_or_else(nothing)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((CACHE_CONTROL, "public, max-age=3600"))
        // A mail in a sandboxed frame has no origin of its own.
        .insert_header(("Cross-Origin-Resource-Policy", "cross-origin"))
        .body(content))
}

/// `/robots.txt`: only the archive is for search engines.
pub(crate) async fn robots(app: Data<App>) -> HttpResponse {
    let base = app.site.base_url();
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(format!(
            "User-agent: *\nAllow: /archive\nAllow: /assets/\nDisallow: /\n\nSitemap: {base}/sitemap.xml\n"
        ))
}

fn nothing() -> Problem {
    Problem::not_found("unknown_path", "there is nothing at this address")
}
