//! Certificates of consent over the admin API: signed for programs, printable for people.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Path};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::domain::consent::{ConsentAction, ConsentSource};
use crate::domain::consent_chain::Finding;
use crate::domain::consent_seal::{Evidence, Moment, hex};
use crate::domain::consent_signature::Signed;
use crate::domain::id::{ConsentId, SubscriberId, SubscriptionId};
use crate::domain::slug::Slug;
use crate::domain::subscription::SubscriptionStatus;
use crate::http::page as pages;
use crate::http::problem::Problem;
use crate::templates::asset;
use crate::usecases::consents::{self, Record};

/// The type in the header of the signature (RFC 7515 §4.1.9).
const KIND: &str = "tidings-consent+jws";

/// The style sheet of the page, which is part of it: the page can be kept as one file.
const STYLES: &str = "certificate.css";

/// What is signed.
#[derive(Debug, Serialize)]
struct Certificate<'a> {
    /// Another form of certificate has another number.
    version: u8,
    issued_at: Timestamp,
    publisher: &'a str,
    subject: Subject<'a>,
    newsletter: About<'a>,
    subscription: Standing,
    /// Whether nothing is wrong with the chain, so far as this server can tell.
    is_whole: bool,
    findings: &'a [Finding],
    entries: Vec<Entry<'a>>,
}

#[derive(Debug, Serialize)]
struct Subject<'a> {
    id: SubscriberId,
    address: &'a str,
}

#[derive(Debug, Serialize)]
struct About<'a> {
    slug: &'a str,
    title: &'a str,
}

#[derive(Debug, Serialize)]
struct Standing {
    id: SubscriptionId,
    status: SubscriptionStatus,
}

/// One row as it stands in the database.
#[derive(Debug, Serialize)]
struct Entry<'a> {
    number: i32,
    id: ConsentId,
    action: &'a str,
    source: &'a str,
    wording: &'a str,
    wording_version: &'a str,
    language: &'a str,
    page_url: Option<&'a str>,
    address: &'a str,
    user_agent: Option<&'a str>,
    client_address: Option<&'a str>,
    recorded_at: Option<Timestamp>,
    /// When the consent was given, if that was before, elsewhere.
    obtained_at: Option<Timestamp>,
    /// When the entry was sealed, if that was later: before, nothing protected it.
    sealed_at: Option<Timestamp>,
    previous_hash: Option<String>,
    hash: String,
}

impl<'a> From<&'a Evidence> for Entry<'a> {
    fn from(row: &'a Evidence) -> Self {
        Self {
            number: row.number,
            id: row.id,
            action: &row.action,
            source: &row.source,
            wording: &row.wording,
            wording_version: &row.wording_version,
            language: &row.language,
            page_url: row.page_url.as_deref(),
            address: &row.address,
            user_agent: row.user_agent.as_deref(),
            client_address: row.client_address.as_deref(),
            recorded_at: row.recorded_at.timestamp(),
            obtained_at: row.obtained_at.and_then(Moment::timestamp),
            sealed_at: row.sealed_at.and_then(Moment::timestamp),
            previous_hash: row.previous_hash.as_deref().map(hex),
            hash: hex(&row.hash),
        }
    }
}

/// The certificate, signed.
///
/// # Errors
/// Without any key, which the settings do not allow.
pub fn document(app: &App, now: Timestamp, record: &Record) -> Result<Signed, Problem> {
    let certificate = Certificate {
        version: 1,
        issued_at: now,
        publisher: &app.config.publisher.name,
        subject: Subject {
            id: record.subscriber.id,
            address: record.subscriber.address.as_str(),
        },
        newsletter: About {
            slug: record.newsletter.slug.as_str(),
            title: record.newsletter.title.as_str(),
        },
        subscription: Standing {
            id: record.subscription.id,
            status: record.subscription.status,
        },
        is_whole: record.findings.is_empty(),
        findings: &record.findings,
        entries: record.chain.rows.iter().map(Entry::from).collect(),
    };
    let payload = serde_json::to_vec(&certificate).ok();
    let signed = payload.and_then(|bytes| app.keys.evidence().sign(KIND, &bytes));
    signed.ok_or_else(Problem::unsigned)
}

/// An entry on the page.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    entry: Entry<'a>,
    /// The key of the action's name, unless the row holds none of ours.
    action_key: Option<String>,
    source_key: Option<String>,
    recorded: String,
    obtained: Option<String>,
    sealed: Option<String>,
}

#[derive(Debug, Serialize)]
struct Values<'a> {
    css: &'a str,
    issued: String,
    address: &'a str,
    title: &'a str,
    is_whole: bool,
    findings: &'a [Finding],
    entries: Vec<Shown<'a>>,
}

/// A time on the page, to the second.
fn shown_time(at: Option<Timestamp>) -> String {
    at.map_or_else(
        || "?".to_owned(),
        |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// The certificate as a page that can be printed or kept as a file, in the language of the publisher.
///
/// # Errors
/// When its template is wrong.
pub fn page(app: &App, now: Timestamp, record: &Record) -> Result<String, Problem> {
    let wish = app.config.publisher.language.as_ref();
    let language = app
        .templates
        .words()
        .spoken(wish.unwrap_or(&record.newsletter.language));
    let rows = record.chain.rows.iter();
    let css = styles();
    let values =
        Values {
            css: &css,
            issued: shown_time(Some(now)),
            address: record.subscriber.address.as_str(),
            title: record.newsletter.title.as_str(),
            is_whole: record.findings.is_empty(),
            findings: &record.findings,
            entries: rows
                .map(|row| Shown {
                    entry: row.into(),
                    action_key: row.action.parse().ok().map(|known: ConsentAction| {
                        format!("consent-action-{}", word(known.as_str()))
                    }),
                    source_key: row.source.parse().ok().map(|known: ConsentSource| {
                        format!("consent-source-{}", word(known.as_str()))
                    }),
                    recorded: shown_time(row.recorded_at.timestamp()),
                    obtained: row.obtained_at.map(|at| shown_time(at.timestamp())),
                    sealed: row.sealed_at.map(|at| shown_time(at.timestamp())),
                })
                .collect(),
        };
    pages::html(app, "consent_certificate", &language, &values)
}

/// Keys of words have dashes.
fn word(name: &str) -> String {
    name.replace('_', "-")
}

fn styles() -> String {
    let bytes = asset(STYLES).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

/// Lets the page have its own styles, by their hash, and nothing else.
fn policy() -> String {
    let hash = STANDARD.encode(Sha256::digest(styles().as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
}

async fn record(app: &App, id: SubscriberId, slug: &str) -> Result<Record, Problem> {
    let slug: Slug = slug.parse().map_err(|_| Problem::unknown_newsletter())?;
    let keys = app.keys.clone();
    let work = move |conn: &mut _| consents::record(conn, &keys, id, &slug);
    Ok(app.db.transaction(work).await?)
}

/// All evidence of a reader's consent to a newsletter, signed (JWS, Ed25519): anybody can check it with the key at
/// `/consent/keys.json`.
#[utoipa::path(get, path = "/subscribers/{id}/subscriptions/{slug}/consent", tag = "consents",
    params(("id" = SubscriberId, Path), ("slug" = String, Path)),
    responses((status = 200, body = Signed), (status = 404, body = Problem)))]
pub(crate) async fn certificate(
    app: Data<App>,
    path: Path<(SubscriberId, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, slug) = path.into_inner();
    let record = record(&app, id, &slug).await?;
    let signed = document(&app, app.clock.now(), &record)?;
    Ok(HttpResponse::Ok().json(signed))
}

/// The same as a page to print, in the language of the publisher.
#[utoipa::path(get, path = "/subscribers/{id}/subscriptions/{slug}/consent.html", tag = "consents",
    params(("id" = SubscriberId, Path), ("slug" = String, Path)),
    responses((status = 200, content_type = "text/html", body = String), (status = 404, body = Problem)))]
pub(crate) async fn certificate_page(
    app: Data<App>,
    path: Path<(SubscriberId, String)>,
) -> Result<HttpResponse, Problem> {
    let (id, slug) = path.into_inner();
    let record = record(&app, id, &slug).await?;
    let html = page(&app, app.clock.now(), &record)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .body(html))
}

/// `GET /consent/keys.json`: the public keys of certificates, the current one first, as a JWK set (RFC 7517 §5).
pub(crate) async fn keys(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().json(serde_json::json!({ "keys": consents::public_keys(&app.keys) }))
}
