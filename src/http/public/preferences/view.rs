//! What the page shows.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::form::{Done, Every, Mistake, said};
use crate::app::App;
use crate::domain::language::Language;
use crate::domain::newsletter::Newsletter;
use crate::domain::rhythm::{Rhythm, RhythmKind};
use crate::domain::schedule::Schedule;
use crate::domain::subscription::SubscriptionStatus;
use crate::http::public::boxes::NewsletterView;
use crate::usecases::preferences::{Level, Row, Shown};

/// The message on top of the page.
#[derive(Debug, Default, Serialize)]
pub(super) struct Said {
    done: Option<Done>,
    /// The newsletter that it is about; may be empty.
    title: String,
    mistake: Option<Mistake>,
}

impl Said {
    /// After a button; `of` is a slug. About a newsletter that the page does not show nothing is said.
    pub(super) fn done(shown: &Shown, done: Option<Done>, of: &str) -> Self {
        let rows = shown.rows.iter().map(|row| &row.newsletter);
        let mut all = rows.chain(&shown.offers);
        let title = all
            .find(|newsletter| newsletter.slug.as_str() == of)
            .map(|newsletter| newsletter.title.as_str().to_owned())
            .unwrap_or_default();
        let is_about_all = matches!(done, Some(Done::All | Done::Address));
        Self {
            done: done.filter(|_| is_about_all || !title.is_empty()),
            title,
            mistake: None,
        }
    }

    pub(super) fn wrong(mistake: Mistake) -> Self {
        Self {
            mistake: Some(mistake),
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
pub(super) struct Values {
    said: Said,
    base_url: String,
    ask_url: &'static str,
    /// The whole address only behind a link that was mailed on request.
    address: String,
    is_mailed: bool,
    is_suppressed: bool,
    rows: Vec<RowView>,
    offers: Vec<NewsletterView>,
    languages: Vec<Choice>,
    weekdays: Vec<Choice>,
    hours: Vec<String>,
    zones: Vec<String>,
    first_day: String,
    last_day: String,
}

/// One entry of a list to choose from.
#[derive(Debug, Serialize)]
struct Choice {
    value: String,
    name: String,
}

#[derive(Serialize)]
struct RowView {
    #[serde(flatten)]
    newsletter: NewsletterView,
    since: String,
    is_paused: bool,
    paused_until: String,
    /// The reader's own rhythm in words; empty when it is the newsletter's.
    rhythm: String,
    every: Every,
    weekday: String,
    hour: String,
    minute: i8,
    zone: String,
    language: String,
    is_text_only: bool,
    default_until: String,
    has_feed: bool,
    /// The reader's own feed; only behind a link that was mailed on request.
    feed_url: Option<String>,
}

impl Values {
    pub(super) fn new(
        app: &App,
        token: &str,
        shown: &Shown,
        language: &Language,
        said: Said,
    ) -> Self {
        let access = &shown.access;
        let now = app.clock.now();
        let today = now.to_zoned(TimeZone::UTC).date();
        let is_mailed = access.level == Level::Mailed;
        let mut tags: Vec<String> = app
            .templates
            .words()
            .languages()
            .iter()
            .map(ToString::to_string)
            .collect();
        for row in &shown.rows {
            let tag = row.subscription.language.to_string();
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Self {
            said,
            base_url: format!("/preferences/{token}"),
            ask_url: "/preferences",
            address: if is_mailed {
                access.subscriber.address.as_str().to_owned()
            } else {
                access.subscriber.address.veiled()
            },
            is_mailed,
            is_suppressed: access.is_suppressed,
            rows: shown
                .rows
                .iter()
                .map(|row| RowView::new(app, now, row, language))
                .collect(),
            offers: shown
                .offers
                .iter()
                .map(|offer| NewsletterView::new(offer, &app.site))
                .collect(),
            languages: tags
                .into_iter()
                .map(|value| Choice {
                    name: own_name(&value).to_owned(),
                    value,
                })
                .collect(),
            weekdays: (1..=7)
                .map(|number| Choice {
                    value: number.to_string(),
                    name: app
                        .templates
                        .words()
                        .plain(language, &format!("weekday-{number}")),
                })
                .collect(),
            hours: (0..24).map(|hour| format!("{hour:02}")).collect(),
            zones: zones(),
            first_day: days_on(today, 1),
            last_day: days_on(today, 365),
        }
    }
}

impl RowView {
    fn new(app: &App, now: Timestamp, row: &Row, language: &Language) -> Self {
        let (newsletter, subscription) = (&row.newsletter, &row.subscription);
        let clock = TimeZone::get(&newsletter.schedule_zone).unwrap_or(TimeZone::UTC);
        let since = subscription
            .confirmed_at
            .unwrap_or(subscription.requested_at);
        let date = |at: Timestamp| at.to_zoned(clock.clone()).date().to_string();
        let usual = usual_time(newsletter, now);
        let shown = row.rhythm.as_ref().map(|rhythm| match rhythm.kind {
            RhythmKind::AsPublished => (Every::Publication, 1, usual.0, usual.1),
            RhythmKind::Scheduled => {
                said(&rhythm.cron).unwrap_or((Every::Keep, 1, usual.0, usual.1))
            }
        });
        let (every, weekday, hour, minute) =
            shown.unwrap_or((Every::Newsletter, 1, usual.0, usual.1));
        let schedule = row.rhythm.as_ref().map(Rhythm::schedule);
        let rhythm = match (schedule, &row.rhythm) {
            (Some(Ok(Some(schedule))), _) => schedule.words(language),
            (_, Some(_)) => app.templates.words().plain(language, "every-publication"),
            _ => String::new(),
        };
        let zone = row
            .rhythm
            .as_ref()
            .filter(|rhythm| !rhythm.zone.is_empty())
            .map_or(&newsletter.schedule_zone, |rhythm| &rhythm.zone);
        let is_paused = subscription.status == SubscriptionStatus::Paused;
        let until = subscription.paused_until.filter(|_| is_paused);
        Self {
            newsletter: NewsletterView::new(newsletter, &app.site),
            since: date(since),
            is_paused,
            paused_until: until.map(date).unwrap_or_default(),
            rhythm,
            every,
            weekday: weekday.to_string(),
            hour: format!("{hour:02}"),
            minute,
            zone: zone.clone(),
            language: subscription.language.to_string(),
            is_text_only: subscription.is_text_only,
            default_until: days_on(now.to_zoned(clock).date(), 30),
            has_feed: row.has_feed,
            feed_url: row
                .feed_token
                .as_deref()
                .map(|token| app.site.readers_feed_url(token)),
        }
    }
}

/// Hour and minute at which the newsletter comes.
fn usual_time(newsletter: &Newsletter, now: Timestamp) -> (i8, i8) {
    Schedule::parse(&newsletter.schedule_cron, &newsletter.schedule_zone)
        .ok()
        .and_then(|schedule| schedule.next_after(now))
        .map_or((7, 0), |slot| (slot.local.hour(), slot.local.minute()))
}

fn days_on(day: Date, days: i32) -> String {
    use jiff::ToSpan as _;
    day.saturating_add(days.days()).to_string()
}

/// The names of the time zones that people live in.
fn zones() -> Vec<String> {
    let is_place = |name: &String| name.contains('/') && !name.starts_with("Etc/");
    jiff::tz::db()
        .available()
        .map(|name| name.as_str().to_owned())
        .filter(is_place)
        .collect()
}

/// A language's name in that language.
fn own_name(tag: &str) -> &str {
    match tag {
        "de" => "Deutsch",
        "de-x-informal" => "Deutsch (du)",
        "en" => "English",
        "es" => "Español",
        "fr" => "Français",
        "it" => "Italiano",
        "nl" => "Nederlands",
        "pl" => "Polski",
        "pt" => "Português",
        "ar" => "العربية",
        other => other,
    }
}
