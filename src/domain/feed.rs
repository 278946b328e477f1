//! A feed as a source of articles: when it is looked at again, and what becomes of its items.

use diesel::ExpressionMethods as _;
use diesel::prelude::{AsChangeset, Insertable, Queryable, Selectable};
use jiff::{SignedDuration, Timestamp};

use super::id::{ArticleId, FeedClaimId, FeedId};
use super::language::Language;
use super::text_column::text_enum;
use super::wordpress_paging::Paging;

/// The longest that a server may make us wait with `Retry-After`.
const MAX_PATIENCE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How far back posts of a `WordPress` are read once more when settings change.
const REWIND: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The pause within a pass over many pages of posts, so that an endless server is not asked without a rest.
const BETWEEN_PASSES: SignedDuration = SignedDuration::from_mins(1);

text_enum! {
    /// Whether a feed is looked at.
    pub enum FeedStatus {
        /// It is.
        Active => "active",
        /// Somebody paused it.
        Paused => "paused",
        /// Its server said that it is gone for good.
        Gone => "gone",
    }
}

text_enum! {
    /// What became of an item.
    pub enum FeedItemStatus {
        /// It could not become an article yet; it is tried again while the feed has it.
        Pending => "pending",
        /// It is an article.
        Stored => "stored",
        /// It has no date, or is older than the connection of the feed.
        Irrelevant => "irrelevant",
    }
}

/// A feed as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::feeds)]
#[diesel(treat_none_as_null = true)]
pub struct Feed {
    /// Its id.
    pub id: FeedId,
    /// Where it is.
    pub url: String,
    /// What the newsroom calls it; the document's title when nobody named it.
    pub title: String,
    /// The section of its articles; empty: their first category.
    pub section: String,
    /// Topics of its articles besides those of their categories.
    pub topics: Vec<String>,
    /// The language where the document names none.
    pub language: Option<Language>,
    /// Whether it is looked at.
    pub status: FeedStatus,
    /// When it was added; older items are irrelevant.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub connected_at: Timestamp,
    /// When its settings last changed.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
    /// `ETag` of the last document.
    pub etag: Option<String>,
    /// `Last-Modified` of the last document.
    pub last_modified: Option<String>,
    /// When it is due.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub next_fetch_at: Timestamp,
    /// Failures in a row.
    pub failures: i32,
    /// When it was last looked at.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_fetch_at: Option<Timestamp>,
    /// When that last worked.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub last_success_at: Option<Timestamp>,
    /// The last HTTP status; 304 when nothing was new.
    pub last_status: Option<i32>,
    /// Why the last look failed.
    pub last_error: Option<String>,
    /// Which fetch is under way.
    pub claim_id: Option<FeedClaimId>,
    /// Until when that one owns it.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub claimed_until: Option<Timestamp>,
    /// Up to where posts of a `WordPress` have been read; of other feeds nothing.
    pub paging: Option<Paging>,
}

/// What somebody says about a new feed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the columns of Feed, see there")]
pub struct NewFeed {
    pub url: String,
    pub title: String,
    pub section: String,
    pub topics: Vec<String>,
    pub language: Option<Language>,
}

/// What became of an item, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = crate::schema::feed_items)]
#[diesel(treat_none_as_null = true)]
pub struct FeedItemRow {
    /// Whose.
    pub feed_id: FeedId,
    /// A mark of the identity.
    pub identity_mark: String,
    /// The publisher's id, cut where it is very long.
    pub identity: String,
    /// Its title.
    pub title: String,
    /// Its address.
    pub url: Option<String>,
    /// What became of it.
    pub status: FeedItemStatus,
    /// Why it is pending or irrelevant.
    pub detail: Option<String>,
    /// A mark of everything that it says.
    pub content_mark: String,
    /// Its date.
    #[diesel(serialize_as = jiff_diesel::NullableTimestamp, deserialize_as = jiff_diesel::NullableTimestamp)]
    pub published_at: Option<Timestamp>,
    /// The article that it became.
    pub article_id: Option<ArticleId>,
    /// When the feed first had it.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub first_seen_at: Timestamp,
    /// When it last changed.
    #[diesel(serialize_as = jiff_diesel::Timestamp, deserialize_as = jiff_diesel::Timestamp)]
    pub updated_at: Timestamp,
}

/// How often feeds are looked at.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two looks that work.
    pub interval: SignedDuration,
    /// The longest pause after failures.
    pub max_backoff: SignedDuration,
    /// A random number, so that feeds which were added at once are not fetched at once for ever.
    pub random: u32,
}

/// Why a look failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchFailure {
    /// The HTTP status, if there was an answer.
    pub status: Option<u16>,
    /// In words.
    pub error: String,
    /// The server asks not to come back before.
    pub retry_at: Option<Timestamp>,
}

impl Feed {
    /// A new feed, due at once.
    #[must_use]
    pub fn new(now: Timestamp, new: NewFeed) -> Self {
        Self {
            id: FeedId::new(now),
            url: new.url,
            title: new.title,
            section: new.section,
            topics: new.topics,
            language: new.language,
            status: FeedStatus::Active,
            connected_at: now,
            updated_at: now,
            etag: None,
            last_modified: None,
            next_fetch_at: now,
            failures: 0,
            last_fetch_at: None,
            last_success_at: None,
            last_status: None,
            last_error: None,
            claim_id: None,
            claimed_until: None,
            paging: None,
        }
    }

    /// Up to where its posts have been read; at first from when it was added, but not further back than a few days.
    #[must_use]
    pub fn paging(&self, now: Timestamp) -> Paging {
        let since = now.saturating_sub(REWIND).unwrap_or(now);
        let paging = self.paging.clone();
        paging.unwrap_or_else(|| Paging::since(self.connected_at.max(since)))
    }

    /// The feed with its newest posts to be read once more.
    #[must_use]
    pub fn rewound(self, now: Timestamp) -> Self {
        let since = now.saturating_sub(REWIND).unwrap_or(now);
        Self {
            paging: self.paging.map(|paging| paging.rewound(since)),
            ..self
        }
    }

    /// The feed after a look that worked.
    #[must_use]
    pub fn fetched(&self, now: Timestamp, status: u16, pace: &Pace) -> Self {
        Self {
            next_fetch_at: later(now, pace.shifted(pace.interval)),
            failures: 0,
            last_fetch_at: Some(now),
            last_success_at: Some(now),
            last_status: Some(i32::from(status)),
            last_error: None,
            claim_id: None,
            claimed_until: None,
            ..self.clone()
        }
    }

    /// The feed after as many pages as are read at once; the rest comes soon.
    #[must_use]
    pub fn interrupted(&self, now: Timestamp, pace: &Pace) -> Self {
        Self {
            next_fetch_at: later(now, BETWEEN_PASSES.min(pace.interval)),
            ..self.fetched(now, 200, pace)
        }
    }

    /// The feed after a look that failed: the pause doubles each time, and is never shorter than the server wants. 410
    /// ends it (RFC 9110 §15.5.11).
    #[must_use]
    pub fn failed(&self, now: Timestamp, failure: &FetchFailure, pace: &Pace) -> Self {
        let failures = self.failures.saturating_add(1);
        let wanted = failure
            .retry_at
            .unwrap_or(now)
            .min(later(now, MAX_PATIENCE));
        let status = if failure.status == Some(410) {
            FeedStatus::Gone
        } else {
            self.status
        };
        Self {
            status,
            next_fetch_at: later(now, pace.shifted(pace.after(failures))).max(wanted),
            failures,
            last_fetch_at: Some(now),
            last_status: failure.status.map(i32::from),
            last_error: Some(failure.error.clone()),
            claim_id: None,
            claimed_until: None,
            ..self.clone()
        }
    }
}

impl Pace {
    /// The pause after so many failures in a row, at least one.
    fn after(&self, failures: i32) -> SignedDuration {
        let doublings = u32::try_from(failures.clamp(1, 16)).unwrap_or(16);
        let factor = 2_i32.saturating_pow(doublings);
        let pause = self
            .interval
            .checked_mul(factor)
            .unwrap_or(self.max_backoff);
        pause.min(self.max_backoff.max(self.interval))
    }

    /// A pause, shifted by up to a tenth to either side.
    fn shifted(&self, pause: SignedDuration) -> SignedDuration {
        let thousandths = 900 + i64::from(self.random % 201);
        SignedDuration::from_millis(
            i64::try_from(pause.as_millis())
                .unwrap_or(0)
                .saturating_mul(thousandths)
                / 1000,
        )
    }
}

fn later(now: Timestamp, by: SignedDuration) -> Timestamp {
    now.checked_add(by).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed() -> (Timestamp, Feed) {
        let now = "2026-01-05T05:30:00Z".parse().unwrap();
        let new = NewFeed {
            url: "https://www.europablatt.example/feed".to_owned(),
            title: String::new(),
            section: String::new(),
            topics: Vec::new(),
            language: None,
        };
        (now, Feed::new(now, new))
    }

    fn pace(random: u32) -> Pace {
        Pace {
            interval: SignedDuration::from_mins(15),
            max_backoff: SignedDuration::from_hours(24),
            random,
        }
    }

    fn failure(status: u16, retry_at: Option<Timestamp>) -> FetchFailure {
        FetchFailure {
            status: Some(status),
            error: "no".to_owned(),
            retry_at,
        }
    }

    #[test]
    fn pauses_double_up_to_a_day_and_begin_anew() {
        let (now, mut feed) = feed();
        let mut minutes = Vec::new();
        for _ in 0..9 {
            feed = feed.failed(now, &failure(500, None), &pace(100));
            minutes.push(
                (feed.next_fetch_at - now)
                    .total(jiff::Unit::Minute)
                    .unwrap()
                    .round(),
            );
        }
        assert_eq!(
            minutes,
            [
                30.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1440.0, 1440.0, 1440.0
            ]
        );
        assert_eq!((feed.failures, feed.status), (9, FeedStatus::Active));
        let feed = feed.fetched(now, 200, &pace(100));
        assert_eq!((feed.failures, &feed.last_error), (0, &None));
        assert_eq!(
            later(now, SignedDuration::from_mins(15)),
            feed.next_fetch_at
        );
    }

    #[test]
    fn pauses_are_shifted_by_a_tenth_at_most() {
        let (now, feed) = feed();
        let seconds =
            |random| (feed.fetched(now, 200, &pace(random)).next_fetch_at - now).get_seconds();
        assert_eq!((seconds(0), seconds(100), seconds(200)), (810, 900, 990));
        for random in [1, 77, 201, u32::MAX] {
            assert!((810..=990).contains(&seconds(random)), "{random}");
        }
    }

    #[test]
    fn the_server_s_wish_is_kept_within_a_week() {
        let (now, feed) = feed();
        let wish = later(now, SignedDuration::from_hours(30));
        assert_eq!(
            feed.failed(now, &failure(503, Some(wish)), &pace(100))
                .next_fetch_at,
            wish
        );
        let never = "2999-01-01T00:00:00Z".parse().unwrap();
        let at = feed
            .failed(now, &failure(503, Some(never)), &pace(100))
            .next_fetch_at;
        assert_eq!(at, later(now, MAX_PATIENCE));
        let soon = later(now, SignedDuration::from_secs(1));
        let at = feed
            .failed(now, &failure(503, Some(soon)), &pace(100))
            .next_fetch_at;
        assert_eq!(at, later(now, SignedDuration::from_mins(30)));
    }

    #[test]
    fn what_is_gone_stays_gone() {
        let (now, feed) = feed();
        assert_eq!(
            feed.failed(now, &failure(410, None), &pace(0)).status,
            FeedStatus::Gone
        );
        assert_eq!(
            feed.failed(now, &failure(404, None), &pace(0)).status,
            FeedStatus::Active
        );
    }
}
