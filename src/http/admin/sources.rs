//! From which pages readers came.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::slug::Slug;
use crate::http::problem::Problem;
use crate::usecases::newsletters::{self, Source};

/// The longest time that is looked back, in days.
const MAX_DAYS: u16 = 366;

/// How far back.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SourcesQuery {
    /// 1 to 366 days; 30 when absent.
    days: Option<u16>,
}

/// Sign-ups of one page and place on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceAnswer {
    /// The page of the box, without query; `null` where it is not known.
    source_url: Option<String>,
    /// Where on the page it stood; empty where it is not known.
    placement: String,
    /// How many were mailed a link.
    asked: i64,
    /// How many of them confirmed.
    confirmed: i64,
}

/// The pages with the most readers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourcesAnswer {
    days: u16,
    items: Vec<SourceAnswer>,
}

impl From<Source> for SourceAnswer {
    fn from(source: Source) -> Self {
        Self {
            source_url: source.source_url,
            placement: source.placement,
            asked: source.asked,
            confirmed: source.confirmed,
        }
    }
}

/// From which pages, and places on them, readers of a newsletter came: the 200 with the most confirmed readers.
#[utoipa::path(get, path = "/newsletters/{slug}/sources", tag = "newsletters",
    params(("slug" = String, Path), SourcesQuery),
    responses((status = 200, body = SourcesAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn sources(
    app: Data<App>,
    slug: Path<String>,
    query: Query<SourcesQuery>,
) -> Result<HttpResponse, Problem> {
    let days = query.days.unwrap_or(30);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Problem::invalid_field(
            "days",
            format!("must be 1 to {MAX_DAYS}"),
        ));
    }
    let slug: Slug = slug.parse().map_err(|_| newsletters::Error::NotFound)?;
    let found = app
        .db
        .transaction_now(move |conn, now| newsletters::sources(conn, now, &slug, days))
        .await?;
    let items = found.into_iter().map(SourceAnswer::from).collect();
    Ok(HttpResponse::Ok().json(SourcesAnswer { days, items }))
}
