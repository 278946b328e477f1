//! How far sign-ups come.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::domain::slug::Slug;
use crate::http::dto::Fields;
use crate::http::problem::Problem;
use crate::usecases::funnel::{self, Counts, Funnel};

/// Which days.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FunnelQuery {
    /// The first day, such as 2026-01-05; 29 days before the last when absent.
    from: Option<String>,
    /// The last day; today when absent. At most 366 days in all.
    to: Option<String>,
}

/// How many sign-ups came how far. Each counts once at each stage, and whoever came far is counted at all stages before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CountsAnswer {
    /// The form was sent, and a confirmation mail was made.
    sent: i64,
    /// A mail server took the mail.
    accepted: i64,
    /// The page behind its link was opened, by anybody who is not known for a machine.
    opened: i64,
    /// The reader confirmed.
    confirmed: i64,
}

/// The sign-ups whose form was sent on one day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunnelDayAnswer {
    #[schema(value_type = String, format = Date)]
    day: Date,
    #[serde(flatten)]
    counts: CountsAnswer,
}

/// How far sign-ups for a newsletter came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FunnelAnswer {
    newsletter: String,
    /// The zone of the days.
    zone: String,
    total: CountsAnswer,
    /// Every day, also those without any sign-up.
    days: Vec<FunnelDayAnswer>,
}

impl From<Counts> for CountsAnswer {
    fn from(counts: Counts) -> Self {
        Self {
            sent: counts.sent,
            accepted: counts.accepted,
            opened: counts.opened,
            confirmed: counts.confirmed,
        }
    }
}

impl FunnelAnswer {
    fn new(newsletter: String, funnel: Funnel) -> Self {
        let days = funnel
            .days
            .into_iter()
            .map(|(day, counts)| FunnelDayAnswer {
                day,
                counts: counts.into(),
            });
        Self {
            newsletter,
            zone: funnel.zone,
            total: funnel.total.into(),
            days: days.collect(),
        }
    }
}

impl From<funnel::Error> for Problem {
    fn from(error: funnel::Error) -> Self {
        match error {
            funnel::Error::UnknownNewsletter => {
                Self::not_found("unknown_newsletter", "there is no such newsletter")
            }
            error @ (funnel::Error::Backwards | funnel::Error::TooLong) => {
                Self::invalid_field("to", error.to_string())
            }
            error @ funnel::Error::TooEarly => Self::invalid_field("from", error.to_string()),
            funnel::Error::Store(cause) => Self::from_store(&cause),
        }
    }
}

/// How many sign-ups for a newsletter came how far, by the day of the form: sent, accepted by a mail server, page opened,
/// confirmed.
#[utoipa::path(get, path = "/newsletters/{slug}/funnel", tag = "newsletters", params(("slug" = String, Path), FunnelQuery),
    responses((status = 200, body = FunnelAnswer), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn funnel(
    app: Data<App>,
    slug: Path<String>,
    query: Query<FunnelQuery>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::default();
    let from = day(&mut fields, "from", query.from.as_deref());
    let to = day(&mut fields, "to", query.to.as_deref());
    fields.finish()?;
    let slug: Slug = slug.parse().map_err(|_| funnel::Error::UnknownNewsletter)?;
    let newsletter = slug.to_string();
    let counted = app
        .db
        .transaction_now(move |conn, now| funnel::show(conn, now, &slug, from, to))
        .await?;
    Ok(HttpResponse::Ok().json(FunnelAnswer::new(newsletter, counted)))
}

/// A day that may be absent; `None` after noting that it is none.
fn day(fields: &mut Fields, name: &str, text: Option<&str>) -> Option<Date> {
    let parsed: Result<Date, _> = text?.parse();
    parsed
        .map_err(|_| fields.wrong(name, "must be a day like 2026-01-05"))
        .ok()
}
