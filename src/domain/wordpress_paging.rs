//! How the posts of a `WordPress` are read without losing one, whatever is published, changed or taken back meanwhile.
//!
//! Two streams, since neither tells all: by date of publication, and by date of change. A post that was scheduled is published
//! without being changed, so the second does not show it; one that is published with an older date, and every edit, is not in
//! the first. Each stream is read from its mark in ascending order, so that what comes meanwhile is appended, and the next page
//! begins at the last post of the one before instead of at a number that others shift. The mark is stored after each page. When
//! the end is reached it goes back by an overlap, for posts that become visible late; what is seen twice is the same article.

use diesel::deserialize::{FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{Output, ToSql};
use diesel::sql_types::Jsonb;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

/// Posts of one page: the most that `WordPress` gives.
pub const PER_PAGE: u32 = 100;
/// How far back the stream by date of publication begins anew: scheduled posts become visible when somebody visits the site,
/// and editors give dates of the same morning.
const PUBLISHED_OVERLAP: SignedDuration = SignedDuration::from_hours(24);
/// How far back the stream by date of change begins anew: `WordPress` compares local times, and in autumn an hour comes twice.
const CHANGED_OVERLAP: SignedDuration = SignedDuration::from_hours(3);
/// A post that is older than asked for by more than this (the widest time zone and an hour) shows that the server does not know
/// the question.
const TOLERANCE: SignedDuration = SignedDuration::from_hours(15);
/// What this program decides in the query of an address.
const OWN: [&str; 6] = [
    "after",
    "modified_after",
    "orderby",
    "order",
    "page",
    "offset",
];

/// Up to where a stream has been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stream {
    /// Posts after this instant are asked for.
    pub mark: Timestamp,
    /// Which page of them, from 1; more than 1 only while a whole page has one date.
    pub page: u32,
    /// How many there were in all at the page before.
    pub total: Option<u64>,
    /// The latest date that was ever seen.
    pub reached: Option<Timestamp>,
}

/// Which stream is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// By date of publication.
    Published,
    /// By date of change.
    Changed,
}

/// Up to where the posts have been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, AsExpression, FromSqlRow)]
#[diesel(sql_type = Jsonb)]
pub struct Paging {
    /// By date of publication; `None` when the server takes no notice of `after`: then the newest posts are read, one page.
    pub published: Option<Stream>,
    /// By date of change; `None` when the server does not know `modified_after` (`WordPress` before 5.7): then the posts that
    /// were changed last are read, one page.
    pub changed: Option<Stream>,
    /// Which of them is next.
    pub turn: Turn,
}

/// What an answer held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// The earliest date of its posts, of the kind that was asked for.
    pub oldest: Option<Timestamp>,
    /// The latest.
    pub newest: Option<Timestamp>,
    /// Whether their dates ascend, as was asked for.
    pub is_ascending: bool,
    /// Whether there is a further page.
    pub has_more: bool,
    /// How many posts there are on all pages, if the server says it.
    pub total: Option<u64>,
}

/// What is next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Up to where has been read now.
    pub paging: Paging,
    /// Whether both streams have been read to their end.
    pub is_round_over: bool,
}

/// Whether an address is one of posts of the REST API, in either form.
#[must_use]
pub fn is_posts_address(url: &Url) -> bool {
    let is_list = |path: &str| {
        path.split_once("/wp/v2/").is_some_and(|(_, kind)| {
            let kind = kind.trim_end_matches('/');
            !kind.is_empty() && !kind.contains('/')
        })
    };
    is_list(url.path())
        || url
            .query_pairs()
            .any(|(name, value)| name == "rest_route" && is_list(&value))
}

impl Turn {
    /// The name in the query of the time after which posts are asked for, and the field to sort by.
    fn question(self) -> (&'static str, &'static str) {
        match self {
            Self::Published => ("after", "date"),
            Self::Changed => ("modified_after", "modified"),
        }
    }

    fn overlap(self) -> SignedDuration {
        match self {
            Self::Published => PUBLISHED_OVERLAP,
            Self::Changed => CHANGED_OVERLAP,
        }
    }
}

impl Stream {
    fn at(mark: Timestamp) -> Self {
        Self {
            mark,
            page: 1,
            total: None,
            reached: None,
        }
    }

    fn moved(&self, mark: Timestamp) -> Self {
        Self {
            reached: self.reached,
            ..Self::at(mark)
        }
    }

    /// The stream after an answer, and whether its end was reached. `limits` are the earliest mark that makes sense, and now.
    fn advance(
        mut self,
        seen: Seen,
        overlap: SignedDuration,
        limits: (Timestamp, Timestamp),
    ) -> (Self, bool) {
        let (floor, now) = limits;
        // A post from the future must not hide those of today.
        let newest = seen.newest.map(|newest| newest.min(now));
        self.reached = self.reached.max(newest);
        let has_shrunk = self
            .total
            .zip(seen.total)
            .is_some_and(|(before, now)| now < before);
        if self.page > 1 && (has_shrunk || newest.is_none()) {
            // Posts went, so others slid to earlier pages.
            return (self.moved(self.mark), false);
        }
        let Some(newest) = newest.filter(|_| seen.has_more) else {
            let mark = self.reached.map_or(self.mark, |it| back(it, overlap));
            return (self.moved(mark.max(floor)), true);
        };
        let just_before = back(newest, SignedDuration::from_secs(1));
        if seen.is_ascending && just_before > self.mark {
            return (self.moved(just_before), false);
        }
        self.page = self.page.saturating_add(1);
        self.total = seen.total;
        (self, false)
    }

    /// Whether the server gave what was not asked for.
    fn is_ignored(&self, seen: Seen) -> bool {
        seen.oldest
            .is_some_and(|oldest| oldest < back(self.mark, TOLERANCE))
    }
}

impl Paging {
    /// Of a feed that was added at `connected_at`: what is older is never asked for.
    #[must_use]
    pub fn since(connected_at: Timestamp) -> Self {
        let stream = Stream::at(floor(connected_at));
        Self {
            published: Some(stream.clone()),
            changed: Some(stream),
            turn: Turn::Published,
        }
    }

    /// This, with everything since `mark` to be read once more, also by streams that were given up.
    #[must_use]
    pub fn rewound(&self, mark: Timestamp) -> Self {
        let rewound = |stream: &Option<Stream>| {
            let before = stream.as_ref().map_or(mark, |stream| stream.mark);
            Some(Stream {
                reached: stream.as_ref().and_then(|stream| stream.reached),
                ..Stream::at(before.min(mark))
            })
        };
        Self {
            published: rewound(&self.published),
            changed: rewound(&self.changed),
            turn: Turn::Published,
        }
    }

    fn stream(&self) -> Option<&Stream> {
        match self.turn {
            Turn::Published => self.published.as_ref(),
            Turn::Changed => self.changed.as_ref(),
        }
    }

    /// Which page is asked for, from 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.stream().map_or(1, |stream| stream.page)
    }

    fn with_stream(&self, stream: Option<Stream>) -> Self {
        let mut paging = self.clone();
        match self.turn {
            Turn::Published => paging.published = stream,
            Turn::Changed => paging.changed = stream,
        }
        paging
    }

    /// The address of the next page: that of the feed with what this program adds to its query.
    #[must_use]
    pub fn address(&self, feed: &Url) -> Url {
        let mut pairs = kept(feed);
        if pairs.iter().all(|(name, _)| name != "per_page") {
            pairs.push(("per_page".to_owned(), PER_PAGE.to_string()));
        }
        let (after, field) = self.turn.question();
        let (mut order, mut page) = ("desc", 1);
        if let Some(stream) = self.stream() {
            pairs.push((after.to_owned(), stream.mark.to_string()));
            (order, page) = ("asc", stream.page);
        }
        for (name, value) in [
            ("orderby", field),
            ("order", order),
            ("page", &page.to_string()),
        ] {
            pairs.push((name.to_owned(), value.to_owned()));
        }
        let mut url = feed.clone();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        url
    }

    /// What is next after an answer to [`Paging::address`].
    #[must_use]
    pub fn advance(&self, seen: Seen, connected_at: Timestamp, now: Timestamp) -> Step {
        match self.stream() {
            None => self.next_turn(),
            Some(stream) if stream.is_ignored(seen) => Step {
                paging: self.with_stream(None),
                is_round_over: false,
            },
            Some(stream) => {
                let limits = (floor(connected_at), now);
                let (stream, is_end) = stream.clone().advance(seen, self.turn.overlap(), limits);
                let paging = self.with_stream(Some(stream));
                if is_end {
                    return paging.next_turn();
                }
                Step {
                    paging,
                    is_round_over: false,
                }
            }
        }
    }

    /// What is next when the server refuses the question (400): it is asked for less. `None` when there is nothing less.
    #[must_use]
    pub fn refused(&self) -> Option<Step> {
        if let Some(stream) = self.stream() {
            // That is also what is said about a page beyond the end; posts went, so others slid to earlier pages.
            let stream = (stream.page > 1).then(|| stream.moved(stream.mark));
            return Some(Step {
                paging: self.with_stream(stream),
                is_round_over: false,
            });
        }
        // Without edits there is still news.
        (self.turn == Turn::Changed).then(|| self.next_turn())
    }

    fn next_turn(&self) -> Step {
        let is_round_over = self.turn == Turn::Changed;
        let turn = if is_round_over {
            Turn::Published
        } else {
            Turn::Changed
        };
        Step {
            paging: Self {
                turn,
                ..self.clone()
            },
            is_round_over,
        }
    }
}

/// The address `moved`, to which a page led for good, with the query of the feed: what this program added is no part of it.
#[must_use]
pub fn moved(moved: &Url, feed: &Url) -> Url {
    let mut url = moved.clone();
    url.set_query(feed.query());
    url
}

fn kept(feed: &Url) -> Vec<(String, String)> {
    let pairs = feed
        .query_pairs()
        .filter(|(name, _)| !OWN.contains(&&**name));
    pairs
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect()
}

/// Just before the feed was added, because `after` means later than.
fn floor(connected_at: Timestamp) -> Timestamp {
    let at = connected_at
        .round(jiff::Unit::Second)
        .unwrap_or(connected_at);
    back(at, SignedDuration::from_secs(2))
}

fn back(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(at)
}

impl ToSql<Jsonb, Pg> for Paging {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> diesel::serialize::Result {
        let json = serde_json::to_value(self)?;
        ToSql::<Jsonb, Pg>::to_sql(&json, &mut out.reborrow())
    }
}

impl FromSql<Jsonb, Pg> for Paging {
    fn from_sql(bytes: PgValue<'_>) -> diesel::deserialize::Result<Self> {
        let json = <serde_json::Value as FromSql<Jsonb, Pg>>::from_sql(bytes)?;
        Ok(serde_json::from_value(json)?)
    }
}

#[cfg(test)]
#[path = "wordpress_paging_tests.rs"]
mod tests;
