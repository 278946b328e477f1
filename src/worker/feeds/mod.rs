//! Fetches feeds that are due: claimed in one transaction, fetched and read outside of any, recorded in another.

mod hubs;
mod wordpress;

use std::time::Duration;

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::Stop;
use crate::app::App;
use crate::domain::feed::{Feed, FetchFailure, Pace};
use crate::domain::id::FeedId;
use crate::domain::wordpress_paging::is_posts_address;
use crate::feed::{self, Context, Document, parse_links};
use crate::fetch::{self, RetryAfter};
use crate::usecases::feeds::{self, Counts, Error, Fetched};

/// What is said when another server has the claim.
const TAKEN_OVER: &str = "another server took this feed over meanwhile";

/// What became of one feed.
#[derive(Debug)]
pub struct Look {
    /// Which.
    pub feed: Feed,
    /// How many items became what, or why nothing could be read.
    pub result: Result<Counts, String>,
}

/// Looks for due feeds until told to stop.
pub async fn run(app: App, mut stop: Stop) {
    let pause = Duration::from_secs(u64::from(app.config.feeds.poll_seconds));
    while !stop.is_set() {
        if let Err(error) = hubs::ask_due(&app).await {
            tracing::error!(error = ?error, "hubs could not be asked");
        }
        match fetch_some(&app).await {
            Ok(looks) if !looks.is_empty() => continue,
            Ok(_) => {}
            Err(error) => tracing::error!(error = ?error, "due feeds could not be fetched"),
        }
        stop.sleep(pause).await;
    }
}

/// Fetches every feed that is due now, and returns what became of each. Safe to run any number of times at once.
///
/// # Errors
/// The first failure of the database; what was fetched before it stays.
pub async fn fetch_due(app: &App) -> Result<Vec<Look>, Error> {
    let mut all = Vec::new();
    loop {
        let looks = fetch_some(app).await?;
        if looks.is_empty() {
            hubs::ask_due(app).await?;
            return Ok(all);
        }
        all.extend(looks);
    }
}

/// Fetches one feed now, due or not.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Busy`], and failures of the database.
pub async fn fetch_one(app: &App, id: FeedId) -> Result<Look, Error> {
    let settings = app.config.fetch.clone();
    let feed = app
        .db
        .transaction_now(move |conn, now| feeds::claim_one(conn, now, &settings, id))
        .await?;
    look(app, feed).await
}

/// Fetches as many due feeds as are fetched at a time; none when none is due.
async fn fetch_some(app: &App) -> Result<Vec<Look>, Error> {
    let (settings, limit) = (app.config.fetch.clone(), app.config.feeds.parallel);
    let due = app
        .db
        .transaction_now(move |conn, now| feeds::claim_due(conn, now, &settings, limit))
        .await?;
    let looks = join_all(due.into_iter().map(|feed| look(app, feed))).await;
    looks.into_iter().collect()
}

async fn look(app: &App, feed: Feed) -> Result<Look, Error> {
    let posts = Url::parse(&feed.url).ok().filter(is_posts_address);
    let result = match posts {
        Some(url) => wordpress::pass(app, &feed, &url).await?,
        None => look_once(app, &feed).await?,
    };
    if let Ok(counts) = &result
        && *counts != Counts::default()
    {
        let Counts {
            created,
            updated,
            pending,
            irrelevant,
        } = counts;
        tracing::info!(feed = %feed.id, created, updated, pending, irrelevant, "a feed was read");
    }
    Ok(Look { feed, result })
}

async fn look_once(app: &App, feed: &Feed) -> Result<Result<Counts, String>, Error> {
    let fetched = fetch(app, feed).await;
    record(app, feed, fetched).await
}

/// Writes down what a fetch of a whole feed gave, or why there is nothing.
async fn record(app: &App, feed: &Feed, fetched: Fetched) -> Result<Result<Counts, String>, Error> {
    let failure = match &fetched {
        Fetched::Failed(failure) => {
            tracing::warn!(feed = %feed.id, status = failure.status, "a feed could not be read");
            Some(failure.error.clone())
        }
        Fetched::Unchanged { .. } | Fetched::New { .. } => None,
    };
    let pace = pace(app);
    let claimed = feed.clone();
    let usual = app.config.publisher.language.clone();
    let recorded = app
        .db
        .transaction_now(move |conn, now| {
            feeds::record(conn, now, &claimed, fetched, &pace, usual.as_ref())
        })
        .await?;
    Ok(match (failure, recorded) {
        (Some(error), _) => Err(error),
        (None, Some(counts)) => Ok(counts),
        (None, None) => Err(TAKEN_OVER.to_owned()),
    })
}

fn pace(app: &App) -> Pace {
    feeds::pace(&app.config.feeds, getrandom::u32().unwrap_or_default())
}

async fn fetch(app: &App, feed: &Feed) -> Fetched {
    let Ok(url) = Url::parse(&feed.url) else {
        return failed(
            None,
            format!("{:?} is not an address; change it", feed.url),
            None,
        );
    };
    let request = fetch::Request {
        url,
        etag: feed.etag.clone(),
        last_modified: feed.last_modified.clone(),
    };
    let answer = match app.fetcher.get(&request).await {
        Ok(answer) => answer,
        Err(cause) => return of_error(app.clock.now(), &cause),
    };
    let links = parse_links(answer.links(), &answer.url);
    let moved_to = answer.moved_to.map(String::from);
    let Some(body) = answer.body else {
        return Fetched::Unchanged { moved_to };
    };
    match read(body, answer.url.clone(), answer.charset).await {
        Ok(document) => Fetched::New {
            hub: hubs::offer(app, &links, &document, &answer.url),
            document: Box::new(document),
            moved_to,
            etag: answer.etag,
            last_modified: answer.last_modified,
        },
        Err(error) => failed(Some(200), error, None),
    }
}

/// Reads a document on a thread that may be busy for a while.
async fn read(body: Vec<u8>, url: Url, charset: Option<String>) -> Result<Document, String> {
    let work = move || {
        let context = Context {
            base: Some(&url),
            charset: charset.as_deref(),
        };
        feed::parse(&body, context).map_err(|cause| cause.to_string())
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(panicked) => {
            tracing::error!(error = %panicked, "reading a feed panicked");
            Err("the document could not be read because of a mistake in this program; it was logged".to_owned())
        }
    }
}

fn of_error(now: Timestamp, cause: &fetch::Error) -> Fetched {
    let (status, retry_at) = match cause {
        fetch::Error::Status {
            status,
            retry_after,
            ..
        } => {
            let at = retry_after.and_then(|after| match after {
                RetryAfter::Seconds(seconds) => now
                    .checked_add(SignedDuration::from_secs(i64::from(seconds)))
                    .ok(),
                RetryAfter::At(at) => Some(at),
            });
            (Some(*status), at)
        }
        _ => (None, None),
    };
    failed(status, cause.to_string(), retry_at)
}

fn failed(status: Option<u16>, error: String, retry_at: Option<Timestamp>) -> Fetched {
    Fetched::Failed(FetchFailure {
        status,
        error,
        retry_at,
    })
}
