//! What would be sent, and why, over the admin API.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rhythms::RhythmAnswer;
use crate::app::App;
use crate::domain::choice::Verdict;
use crate::domain::edition::SkipReason;
use crate::domain::id::SubscriberId;
use crate::domain::selection::Placement;
use crate::domain::slug::Slug;
use crate::http::problem::Problem;
use crate::usecases::digest;
use crate::usecases::digest::simulate::{self, Explained, Simulation};

/// When, and for whom.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct SimulateQuery {
    /// RFC 3339; now when absent. For a time to come, what is known now counts.
    at: Option<Timestamp>,
    /// Id of a subscriber; without it, a reader who follows the newsletter's schedule and has had all before.
    subscriber: Option<SubscriberId>,
}

/// Why an article is in the mail, or is not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainedAnswer {
    external_id: String,
    title: String,
    verdict: Verdict,
    /// Where it stands; `null` when it is not in the mail.
    placement: Option<Placement>,
    available_at: Timestamp,
}

/// What would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SimulationAnswer {
    newsletter: String,
    /// The reader's own rhythm; `null` follows the newsletter's schedule.
    rhythm: Option<RhythmAnswer>,
    /// What became available from here...
    window_from: Timestamp,
    /// ...and before here is due.
    window_until: Timestamp,
    /// Why nothing would be sent; `null` when there is a mail.
    skip_reason: Option<SkipReason>,
    subject: Option<String>,
    /// With a placeholder for the unsubscribe link.
    html: Option<String>,
    text: Option<String>,
    /// Each article of the last two weeks, the newest first.
    articles: Vec<ExplainedAnswer>,
}

impl From<Explained> for ExplainedAnswer {
    fn from(explained: Explained) -> Self {
        let article = explained.article;
        Self {
            external_id: article.external_id.as_str().to_owned(),
            title: article.title.as_str().to_owned(),
            verdict: explained.verdict,
            placement: explained.placement,
            available_at: article.available_at,
        }
    }
}

impl From<Simulation> for SimulationAnswer {
    fn from(simulation: Simulation) -> Self {
        let (skip_reason, mail) = match simulation.mail {
            Ok(mail) => (None, Some(mail)),
            Err(reason) => (Some(reason), None),
        };
        let (subject, html, text) = match mail {
            Some(mail) => (Some(mail.subject), Some(mail.html), Some(mail.text)),
            None => (None, None, None),
        };
        Self {
            newsletter: simulation.newsletter.slug.to_string(),
            rhythm: simulation.rhythm.as_ref().map(RhythmAnswer::from),
            window_from: simulation.window.from,
            window_until: simulation.window.until,
            skip_reason,
            subject,
            html,
            text,
            articles: simulation
                .articles
                .into_iter()
                .map(ExplainedAnswer::from)
                .collect(),
        }
    }
}

/// The answer for the command line, which speaks the same JSON.
#[must_use]
pub fn document(simulation: Simulation) -> impl Serialize + use<> {
    SimulationAnswer::from(simulation)
}

/// The very mail that would be sent at an instant, and for each article why it is in or out. Nothing is written.
#[utoipa::path(get, path = "/newsletters/{slug}/simulate", tag = "newsletters",
    params(("slug" = String, Path), SimulateQuery),
    responses((status = 200, body = SimulationAnswer), (status = 404, body = Problem)))]
pub(crate) async fn simulate(
    app: Data<App>,
    slug: Path<String>,
    query: Query<SimulateQuery>,
) -> Result<HttpResponse, Problem> {
    let slug: Slug = slug.parse().map_err(|_| digest::Error::NotFound)?;
    let shared = app.clone();
    let simulation = app
        .db
        .transaction_now(move |conn, now| {
            let context = digest::Context::new(&shared.config, &shared.templates, &shared.site);
            let at = query.at.unwrap_or(now);
            simulate::simulate(conn, &slug, at, query.subscriber, &context)
        })
        .await?;
    Ok(HttpResponse::Ok().json(SimulationAnswer::from(simulation)))
}
