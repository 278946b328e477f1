//! Posts of the REST API of `WordPress`: page by page, each recorded before the next is asked for.

use jiff::Timestamp;
use url::Url;

use super::{TAKEN_OVER, failed, of_error, pace, read, record};
use crate::app::App;
use crate::domain::feed::Feed;
use crate::domain::wordpress_paging::{PER_PAGE, Paging, Seen, Step, Turn, moved};
use crate::feed::{Document, Format, parse_links};
use crate::fetch;
use crate::usecases::feeds::{self, Counts, Error, Fetched, Page};

/// Pages of one pass; the next pass goes on from there.
const MAX_PAGES: usize = 10;
const NO_POSTS: &str =
    "the address is one of posts of WordPress, but the answer is another kind of feed";

/// Reads pages until nothing is new, or as many as one pass may.
pub(super) async fn pass(
    app: &App,
    feed: &Feed,
    url: &Url,
) -> Result<Result<Counts, String>, Error> {
    let mut paging = feed.paging(app.db.now().await?);
    let mut sum = Counts::default();
    for number in 1..=MAX_PAGES {
        let now = app.db.now().await?;
        let mut page = match fetch_page(app, (feed, url), &paging, now).await {
            Ok(page) => page,
            Err(failure) => return record(app, feed, failure).await,
        };
        page.is_last = number == MAX_PAGES;
        paging = page.step.paging.clone();
        let (claimed, tempo) = (feed.clone(), pace(app));
        let (lease, usual) = (
            feeds::lease(&app.config.fetch),
            app.config.publisher.language.clone(),
        );
        let recorded = app.db.transaction_now(move |conn, now| {
            feeds::record_page(conn, now, &claimed, page, (&tempo, lease), usual.as_ref())
        });
        let Some(recorded) = recorded.await? else {
            return Ok(Err(TAKEN_OVER.to_owned()));
        };
        sum = sum.plus(recorded.counts);
        if !recorded.goes_on {
            break;
        }
    }
    Ok(Ok(sum))
}

async fn fetch_page(
    app: &App,
    (feed, url): (&Feed, &Url),
    paging: &Paging,
    now: Timestamp,
) -> Result<Page, Fetched> {
    let request = fetch::Request {
        url: paging.address(url),
        etag: None,
        last_modified: None,
    };
    let answer = match app.fetcher.get(&request).await {
        Ok(answer) => answer,
        Err(cause @ fetch::Error::Status { status: 400, .. }) => {
            let refused = paging.refused().map(|step| page(None, None, step));
            return refused.ok_or_else(|| of_error(now, &cause));
        }
        Err(cause) => return Err(of_error(now, &cause)),
    };
    let moved_to = answer.moved_to.as_ref().map(|to| moved(to, url).into());
    let headers = Headers::of(&answer);
    let body = answer.body.unwrap_or_default();
    let document = match read(body, answer.url, answer.charset).await {
        Ok(document) if document.format == Format::WordPress => document,
        Ok(_) => return Err(failed(Some(200), NO_POSTS.to_owned(), None)),
        Err(error) => return Err(failed(Some(200), error, None)),
    };
    let seen = seen(&document, paging, url, headers);
    let step = paging.advance(seen, feed.connected_at, now);
    Ok(page(Some(document), moved_to, step))
}

fn page(document: Option<Document>, moved_to: Option<String>, step: Step) -> Page {
    Page {
        document: document.map(Box::new),
        moved_to,
        step,
        is_last: false,
    }
}

/// What the headers say about further pages.
#[derive(Debug, Clone, Copy)]
struct Headers {
    pages: Option<u32>,
    total: Option<u64>,
    has_next: bool,
}

impl Headers {
    fn of(answer: &fetch::Fetched) -> Self {
        let links = parse_links(answer.links(), &answer.url);
        let is_next = |relation: &String| relation == "next";
        Self {
            pages: answer.header("x-wp-totalpages").and_then(number),
            total: answer.header("x-wp-total").and_then(number),
            has_next: links.iter().any(|link| link.relations.iter().any(is_next)),
        }
    }
}

fn number<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.trim().parse().ok()
}

fn seen(document: &Document, paging: &Paging, url: &Url, headers: Headers) -> Seen {
    let items = document.items.iter();
    let dates: Vec<Timestamp> = match paging.turn {
        Turn::Published => items.filter_map(|item| item.published_at).collect(),
        Turn::Changed => items.filter_map(|item| item.updated_at).collect(),
    };
    let per_page = url.query_pairs().find(|(name, _)| name == "per_page");
    let per_page: usize = per_page
        .and_then(|(_, value)| number(&value))
        .or_else(|| usize::try_from(PER_PAGE).ok())
        .unwrap_or(usize::MAX);
    // Some caches take the headers away: then a full page has another one after it.
    let is_full = document.items.len() >= per_page;
    let has_more = match headers.pages {
        Some(pages) => pages > paging.page(),
        None => headers.has_next || is_full,
    };
    Seen {
        oldest: dates.iter().min().copied(),
        newest: dates.iter().max().copied(),
        is_ascending: dates.is_sorted(),
        has_more,
        total: headers.total,
    }
}
