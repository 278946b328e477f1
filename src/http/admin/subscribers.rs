//! Subscribers over the admin API.

use actix_web::web::{Data, Json, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::consent::{ConsentAction, ConsentSource};
use crate::domain::consent_seal::hex;
use crate::domain::id::SubscriberId;
use crate::domain::line::Line;
use crate::domain::slug::Slug;
use crate::domain::subscription::SubscriptionStatus;
use crate::http::client;
use crate::http::dto::{Fields, incomplete};
use crate::http::problem::Problem;
use crate::usecases::subscribers::{self, Added, Addition, Detail};

/// The longest description of a consent, in characters.
const MAX_CONSENT_CHARS: usize = 1000;

/// The consent that the newsroom holds.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConsentBody {
    /// What the reader agreed to and how, in one sentence; kept as evidence.
    #[schema(
        example = "Ticked 'newsletter by email' on the paper form of the reader event, 3 May 2026"
    )]
    source: String,
    /// When.
    obtained_at: Timestamp,
    /// On which page, if it was one.
    page_url: Option<String>,
}

/// A reader to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SubscriberBody {
    address: String,
    /// Slugs.
    newsletters: Vec<String>,
    /// A BCP 47 language tag.
    language: String,
    consent: ConsentBody,
}

/// What adding did for one newsletter.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedAnswer {
    newsletter: String,
    /// `added`, `already`, `left_before` (stays away), `suppressed`, or `erased` (only the reader's own sign-up brings the address
    /// back).
    result: &'static str,
}

/// What adding did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AdditionAnswer {
    /// `null` when nothing is stored about the address: it was erased, or nothing is ever sent to it.
    id: Option<SubscriberId>,
    results: Vec<AddedAnswer>,
}

/// One subscription of a reader.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriptionAnswer {
    newsletter: String,
    status: SubscriptionStatus,
    language: String,
    requested_at: Timestamp,
    confirmed_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

/// One row of evidence.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsentAnswer {
    newsletter: String,
    action: ConsentAction,
    source: ConsentSource,
    wording: String,
    wording_version: String,
    language: String,
    page_url: Option<String>,
    /// The reader's address at that time.
    address: String,
    /// What the client said it was.
    user_agent: Option<String>,
    /// Where the client was, as far as `consent.client_address` lets it be kept.
    client_address: Option<String>,
    recorded_at: Timestamp,
    /// When the consent was given, if that was before, elsewhere.
    obtained_at: Option<Timestamp>,
    /// Its place in the subscription's chain, from 1.
    number: i32,
    /// Its seal, in hexadecimal digits.
    hash: String,
}

/// A reader with everything that is known.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriberAnswer {
    id: SubscriberId,
    address: String,
    language: String,
    /// Nothing is ever sent to this address.
    is_suppressed: bool,
    created_at: Timestamp,
    subscriptions: Vec<SubscriptionAnswer>,
    consents: Vec<ConsentAnswer>,
}

/// Whom to find.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct AddressQuery {
    /// The exact address.
    address: String,
}

/// What to leave.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UnsubscribeBody {
    /// A slug; all newsletters when absent.
    newsletter: Option<String>,
}

impl From<&Detail> for SubscriberAnswer {
    fn from(detail: &Detail) -> Self {
        let slug_of = |id| {
            let found = detail
                .subscriptions
                .iter()
                .find(|(subscription, _)| subscription.id == id);
            found
                .map(|(_, newsletter)| newsletter.slug.to_string())
                .unwrap_or_default()
        };
        Self {
            id: detail.subscriber.id,
            address: detail.subscriber.address.as_str().to_owned(),
            language: detail.subscriber.language.to_string(),
            is_suppressed: detail.is_suppressed,
            created_at: detail.subscriber.created_at,
            subscriptions: detail
                .subscriptions
                .iter()
                .map(|(subscription, newsletter)| SubscriptionAnswer {
                    newsletter: newsletter.slug.to_string(),
                    status: subscription.status,
                    language: subscription.language.to_string(),
                    requested_at: subscription.requested_at,
                    confirmed_at: subscription.confirmed_at,
                    ended_at: subscription.ended_at,
                })
                .collect(),
            consents: detail
                .consents
                .iter()
                .map(|consent| ConsentAnswer {
                    newsletter: slug_of(consent.subscription_id),
                    action: consent.action,
                    source: consent.source,
                    wording: consent.wording.clone(),
                    wording_version: consent.wording_version.clone(),
                    language: consent.language.to_string(),
                    page_url: consent.page_url.clone(),
                    address: consent.address.clone(),
                    user_agent: consent.user_agent.clone(),
                    client_address: consent.client_address.clone(),
                    recorded_at: consent.recorded_at,
                    obtained_at: consent.obtained_at,
                    number: consent.number,
                    hash: hex(&consent.hash),
                })
                .collect(),
        }
    }
}

/// A reader by exact address.
#[utoipa::path(get, path = "/subscribers", tag = "subscribers", params(AddressQuery),
    responses((status = 200, body = SubscriberAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn find_by_address(
    app: Data<App>,
    query: Query<AddressQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let address = fields.parse("address", &query.address);
    fields.finish()?;
    let address = address.ok_or_else(incomplete)?;
    let detail = app
        .db
        .transaction(move |conn| subscribers::find_by_address(conn, &address))
        .await?;
    Ok(HttpResponse::Ok().json(SubscriberAnswer::from(&detail)))
}

/// A reader by id.
#[utoipa::path(get, path = "/subscribers/{id}", tag = "subscribers", params(("id" = SubscriberId, Path)),
    responses((status = 200, body = SubscriberAnswer), (status = 404, body = Problem)))]
pub(crate) async fn read(app: Data<App>, id: Path<SubscriberId>) -> Result<HttpResponse, Problem> {
    let detail = app
        .db
        .transaction(move |conn| subscribers::find(conn, *id))
        .await?;
    Ok(HttpResponse::Ok().json(SubscriberAnswer::from(&detail)))
}

/// Adds a reader whose consent the newsroom holds. Nobody who left is brought back.
#[utoipa::path(post, path = "/subscribers", tag = "subscribers", request_body = SubscriberBody,
    responses((status = 200, body = AdditionAnswer), (status = 422, body = Problem)))]
pub(crate) async fn add(
    app: Data<App>,
    body: Json<SubscriberBody>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let now = app.clock.now();
    let mut fields = Fields::default();
    let address = fields.parse("address", &body.address);
    let language = fields.parse("language", &body.language);
    let newsletters: Vec<Slug> = fields.parse_all("newsletters", &body.newsletters);
    let consent = Line::parse(&body.consent.source, MAX_CONSENT_CHARS)
        .map_err(|cause| fields.wrong("consent.source", cause))
        .ok();
    let page_url = body
        .consent
        .page_url
        .as_deref()
        .and_then(|text| fields.web_address("consent.page_url", text));
    if body.consent.obtained_at > now {
        fields.wrong("consent.obtained_at", "lies in the future");
    }
    fields.finish()?;
    let addition = Addition {
        address: address.ok_or_else(incomplete)?,
        newsletters,
        language: language.ok_or_else(incomplete)?,
        door: ConsentSource::Api,
        consent: consent.ok_or_else(incomplete)?.as_str().to_owned(),
        page_url,
        consented_at: body.consent.obtained_at,
        witness: client::witness(&request, &app),
    };
    let keys = app.keys.clone();
    let (subscriber, results) = app
        .db
        .transaction(move |conn| subscribers::add(conn, now, &keys, &addition))
        .await
        .map_err(|error| match error {
            subscribers::Error::UnknownNewsletter(slug) => {
                Problem::invalid_field("newsletters", format!("there is no newsletter {slug}"))
            }
            other => other.into(),
        })?;
    let results = results
        .into_iter()
        .map(|(slug, result)| AddedAnswer {
            newsletter: slug.to_string(),
            result: added(result),
        })
        .collect();
    Ok(HttpResponse::Ok().json(AdditionAnswer {
        id: subscriber.map(|subscriber| subscriber.id),
        results,
    }))
}

fn added(result: Added) -> &'static str {
    match result {
        Added::Added => "added",
        Added::Already => "already",
        Added::LeftBefore => "left_before",
        Added::Suppressed => "suppressed",
        Added::Erased => "erased",
    }
}

/// Ends a reader's subscription to one newsletter or to all.
#[utoipa::path(post, path = "/subscribers/{id}/unsubscribe", tag = "subscribers", params(("id" = SubscriberId, Path)),
    request_body = UnsubscribeBody,
    responses((status = 200, body = SubscriberAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn unsubscribe(
    app: Data<App>,
    id: Path<SubscriberId>,
    body: Json<UnsubscribeBody>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let newsletter: Option<Slug> = fields.parse_optional("newsletter", body.newsletter.as_deref());
    fields.finish()?;
    let (now, keys) = (app.clock.now(), app.keys.clone());
    let witness = client::witness(&request, &app);
    let detail = app
        .db
        .transaction(move |conn| {
            subscribers::unsubscribe(conn, now, &keys, &witness, *id, newsletter.as_ref())
        })
        .await?;
    Ok(HttpResponse::Ok().json(SubscriberAnswer::from(&detail)))
}
