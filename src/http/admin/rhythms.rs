//! Readers' rhythms, pause and resume over the admin API.

use actix_web::HttpResponse;
use actix_web::web::{Data, Json, Path};
use jiff::Timestamp;
use jiff::civil::{Time, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::id::SubscriberId;
use crate::domain::rhythm::{Days, Pace, Rhythm, RhythmKind};
use crate::domain::slug::Slug;
use crate::domain::subscription::SubscriptionStatus;
use crate::http::dto::Fields;
use crate::http::problem::Problem;
use crate::usecases::Connection;
use crate::usecases::rhythms::{self, Changed};

/// How often a reader wants to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Every {
    /// As the newsletter is sent.
    Newsletter,
    /// As soon as something is published.
    Publication,
    /// Every day.
    Day,
    /// Monday to Friday.
    Weekday,
    /// On the days of the week in `days`.
    Week,
    /// On `day_of_month`.
    Month,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Day {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl From<Day> for Weekday {
    fn from(day: Day) -> Self {
        match day {
            Day::Monday => Self::Monday,
            Day::Tuesday => Self::Tuesday,
            Day::Wednesday => Self::Wednesday,
            Day::Thursday => Self::Thursday,
            Day::Friday => Self::Friday,
            Day::Saturday => Self::Saturday,
            Day::Sunday => Self::Sunday,
        }
    }
}

/// A reader's rhythm.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RhythmBody {
    every: Every,
    /// For "week": at least one.
    #[serde(default)]
    days: Vec<Day>,
    /// For "month": 1 to 31; a shorter month's last day. 1 when absent.
    day_of_month: Option<u8>,
    /// The local time, for all but "newsletter" and "publication".
    #[schema(value_type = Option<String>, example = "07:00")]
    at: Option<Time>,
    /// The IANA time zone in which the reader lives, for the same.
    #[schema(example = "Europe/Berlin")]
    zone: Option<String>,
}

/// A rhythm of a reader's own.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RhythmAnswer {
    kind: RhythmKind,
    /// Five fields; `null` when it goes by publication.
    cron: Option<String>,
    /// An IANA time zone.
    zone: Option<String>,
    /// The next slot.
    next_due_at: Option<Timestamp>,
}

/// A subscription after a change.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubscriptionStateAnswer {
    newsletter: String,
    status: SubscriptionStatus,
    /// `null` follows the newsletter's schedule.
    rhythm: Option<RhythmAnswer>,
    /// Up to when this reader has had what was available; `null`: like all who have the same rhythm.
    sent_until: Option<Timestamp>,
}

impl From<&Rhythm> for RhythmAnswer {
    fn from(rhythm: &Rhythm) -> Self {
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        Self {
            kind: rhythm.kind,
            cron: text(&rhythm.cron),
            zone: text(&rhythm.zone),
            next_due_at: rhythm.next_due_at,
        }
    }
}

impl From<Changed> for SubscriptionStateAnswer {
    fn from(changed: Changed) -> Self {
        Self {
            newsletter: changed.newsletter.slug.to_string(),
            status: changed.subscription.status,
            rhythm: changed.rhythm.as_ref().map(RhythmAnswer::from),
            sent_until: changed.subscription.sent_until,
        }
    }
}

fn pace(body: &RhythmBody) -> Result<Pace, Problem> {
    let days = match body.every {
        Every::Newsletter => return Ok(Pace::Newsletter),
        Every::Publication => return Ok(Pace::AsPublished),
        Every::Day => Days::Daily,
        Every::Weekday => Days::Weekdays,
        Every::Week => Days::Of(body.days.iter().copied().map(Weekday::from).collect()),
        Every::Month => Days::Monthly(body.day_of_month.unwrap_or(1)),
    };
    let mut fields = Fields::default();
    if body.at.is_none() {
        fields.wrong("at", "name the local time, such as \"07:00\"");
    }
    if body.zone.is_none() {
        fields.wrong("zone", "name the time zone, such as \"Europe/Berlin\"");
    }
    let (Some(at), Some(zone)) = (body.at, body.zone.as_deref()) else {
        fields.finish()?;
        return Err(crate::http::dto::incomplete());
    };
    let field = match body.every {
        Every::Week => "days",
        Every::Month => "day_of_month",
        Every::Newsletter | Every::Publication | Every::Day | Every::Weekday => "zone",
    };
    Pace::on(&days, at, zone).map_err(|cause| Problem::invalid_field(field, cause.to_string()))
}

fn parse_slug(slug: &str) -> Result<Slug, Problem> {
    slug.parse().map_err(|_| rhythms::Error::NotFound.into())
}

/// Gives a reader another rhythm. Nothing is lost or repeated: the first mail in it begins where the last one ended.
#[utoipa::path(put, path = "/subscribers/{id}/subscriptions/{slug}/rhythm", tag = "subscribers",
    params(("id" = SubscriberId, Path), ("slug" = String, Path)), request_body = RhythmBody,
    responses((status = 200, body = SubscriptionStateAnswer), (status = 404, body = Problem),
        (status = 422, body = Problem)))]
pub(crate) async fn set(
    app: Data<App>,
    path: Path<(SubscriberId, String)>,
    body: Json<RhythmBody>,
) -> Result<HttpResponse, Problem> {
    let (id, slug) = path.into_inner();
    let (slug, pace) = (parse_slug(&slug)?, pace(&body)?);
    let changed = app
        .db
        .transaction_now(move |conn, now| rhythms::set_pace(conn, now, id, &slug, &pace))
        .await?;
    Ok(HttpResponse::Ok().json(SubscriptionStateAnswer::from(changed)))
}

/// Sends a reader nothing of a newsletter until it is resumed; what comes meanwhile is in the first edition after that, up to
/// `digest.catch_up_days` back.
#[utoipa::path(post, path = "/subscribers/{id}/subscriptions/{slug}/pause", tag = "subscribers",
    params(("id" = SubscriberId, Path), ("slug" = String, Path)),
    responses((status = 200, body = SubscriptionStateAnswer), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn pause(
    app: Data<App>,
    path: Path<(SubscriberId, String)>,
) -> Result<HttpResponse, Problem> {
    turn(&app, path.into_inner(), rhythms::pause).await
}

/// Lets a paused subscription go on.
#[utoipa::path(post, path = "/subscribers/{id}/subscriptions/{slug}/resume", tag = "subscribers",
    params(("id" = SubscriberId, Path), ("slug" = String, Path)),
    responses((status = 200, body = SubscriptionStateAnswer), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub(crate) async fn resume(
    app: Data<App>,
    path: Path<(SubscriberId, String)>,
) -> Result<HttpResponse, Problem> {
    turn(&app, path.into_inner(), rhythms::resume).await
}

type Turn = fn(&mut Connection, SubscriberId, &Slug) -> Result<Changed, rhythms::Error>;

async fn turn(
    app: &App,
    (id, slug): (SubscriberId, String),
    turn: Turn,
) -> Result<HttpResponse, Problem> {
    let slug = parse_slug(&slug)?;
    let changed = app
        .db
        .transaction(move |conn| turn(conn, id, &slug))
        .await?;
    Ok(HttpResponse::Ok().json(SubscriptionStateAnswer::from(changed)))
}
