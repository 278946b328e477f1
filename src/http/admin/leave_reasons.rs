//! Why readers leave a newsletter, as counts.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::leave_reason::LeaveReason;
use crate::domain::slug::Slug;
use crate::http::problem::Problem;
use crate::usecases::unsubscribe;

/// How many readers gave one reason.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaveReasonAnswer {
    reason: LeaveReason,
    /// Since it is counted.
    total: i64,
    /// Of the last 30 days.
    last_30_days: i64,
}

/// Why readers left a newsletter. Who gave which reason is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaveReasonsAnswer {
    newsletter: String,
    /// Every reason, also those that nobody gave.
    reasons: Vec<LeaveReasonAnswer>,
}

/// How many readers left for which reason, of those who gave one on the unsubscribe page.
#[utoipa::path(get, path = "/newsletters/{slug}/leave-reasons", tag = "newsletters", operation_id = "leave_reasons", params(("slug" = String, Path)),
    responses((status = 200, body = LeaveReasonsAnswer), (status = 404, body = Problem)))]
pub(crate) async fn list(app: Data<App>, slug: Path<String>) -> Result<HttpResponse, Problem> {
    let slug: Slug = slug
        .parse()
        .map_err(|_| Problem::from(unsubscribe::Error::UnknownNewsletter))?;
    let (now, newsletter) = (app.clock.now(), slug.to_string());
    let counts = app
        .db
        .transaction(move |conn| unsubscribe::reasons(conn, now, &slug))
        .await?;
    let reasons = counts
        .into_iter()
        .map(|count| LeaveReasonAnswer {
            reason: count.reason,
            total: count.total,
            last_30_days: count.recent,
        })
        .collect();
    Ok(HttpResponse::Ok().json(LeaveReasonsAnswer {
        newsletter,
        reasons,
    }))
}
