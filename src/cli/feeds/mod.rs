//! `tidings feeds`: where articles come from.

mod parse;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use url::Url;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::domain::feed::{Feed, FeedStatus, NewFeed};
use crate::domain::hub_subscription::{HubState, HubSubscription};
use crate::domain::language::Language;
use crate::domain::line::Line;
use crate::domain::slug::Slug;
use crate::feed::{self, Context, Document};
use crate::fetch;
use crate::usecases::feeds;
use crate::worker::feeds::{Look, fetch_due, fetch_one};

/// Verbs of `tidings feeds`.
#[derive(Debug, Subcommand)]
pub(super) enum FeedsCommand {
    /// List the feeds, newest first
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a feed after a look at it; items that are older than now are never digested
    Add(AddArgs),
    /// Forget a feed; its articles stay
    Remove {
        /// Its id or its address
        #[arg(value_name = "FEED")]
        feed: String,
    },
    /// Fetch one feed now, or all that are due
    Fetch {
        /// Its id or its address
        #[arg(value_name = "FEED")]
        feed: Option<String>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Add every feed of an OPML file, as feed readers export it; feeds that are there stay as they are
    Import {
        /// The file; `-` reads the standard input
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Only say what would be added
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        defaults: DefaultArgs,
    },
    /// Show what a feed document yields, without a database
    Parse(parse::ParseArgs),
    /// Show the article that a web page holds, without a database
    Page(parse::ParseArgs),
}

/// What the articles of a feed get.
#[derive(Debug, Clone, Args)]
pub(super) struct DefaultArgs {
    /// The section of its articles; without it their first category
    #[arg(long, value_name = "TEXT")]
    section: Option<Line>,
    /// A topic of its articles besides those made from their categories; may be given more than once
    #[arg(long, value_name = "TOPIC")]
    topic: Vec<Slug>,
    /// The language where the feed names none, such as de
    #[arg(long, value_name = "TAG")]
    language: Option<Language>,
}

/// The feed to add.
#[derive(Debug, Args)]
pub(super) struct AddArgs {
    /// Address of the RSS, Atom or JSON feed
    #[arg(value_name = "ADDRESS")]
    url: Url,
    /// What to call it; without it the document's title
    #[arg(long, value_name = "TEXT")]
    title: Option<Line>,
    #[command(flatten)]
    defaults: DefaultArgs,
    /// Add it without a look, because its server does not answer right now
    #[arg(long)]
    unseen: bool,
}

pub(super) fn run(global: &Global, command: FeedsCommand) -> Result<(), Failure> {
    match &command {
        FeedsCommand::Parse(args) => return parse::run(args),
        FeedsCommand::Page(args) => return parse::page(args),
        _ => {}
    }
    serve::with_app(global, async |app| match command {
        FeedsCommand::List { json } => list(app, json).await,
        FeedsCommand::Add(args) => add(app, args).await,
        FeedsCommand::Remove { feed } => remove(app, feed).await,
        FeedsCommand::Fetch { feed, json } => fetch(app, feed, json).await,
        FeedsCommand::Import {
            file,
            dry_run,
            defaults,
        } => import(app, file, dry_run, defaults).await,
        FeedsCommand::Parse(_) | FeedsCommand::Page(_) => Ok(()),
    })
}

async fn list(app: &App, as_json: bool) -> Result<(), Failure> {
    let read = |conn: &mut _, now| {
        let all = feeds::list(conn, None, i64::MAX)?;
        let ids: Vec<_> = all.iter().map(|feed| feed.id).collect();
        Ok::<_, feeds::Error>((all, feeds::subscriptions_of(conn, &ids)?, now))
    };
    let (all, mut hubs, now) = app.db.transaction_now(read).await?;
    let all = all.into_iter().map(|feed| {
        let hub = hubs.remove(&feed.id);
        (feed, hub)
    });
    if as_json {
        let all: Vec<_> = all
            .map(|(feed, hub)| crate::http::feed_document(feed, hub, now))
            .collect();
        return output::json(&all);
    }
    for (feed, hub) in all {
        output::line(line(&feed));
        if let Some(hub) = hub {
            output::line(format_args!("    {}", hub_line(&hub, now)));
        }
    }
    Ok(())
}

/// Its hub on one line.
fn hub_line(hub: &HubSubscription, now: Timestamp) -> String {
    let state = match (hub.state(now), hub.lease_ends_at) {
        (HubState::Active, Some(end)) => format!("pushes until {end}"),
        (HubState::Lapsed, Some(end)) => format!("stopped pushing at {end}"),
        (HubState::Asked, _) => "was asked and has not confirmed yet".to_owned(),
        _ => "is to be asked".to_owned(),
    };
    let push = hub.last_push_at.map(|at| format!(", last {at}"));
    let error = hub.last_error.as_ref().map(|error| format!(": {error}"));
    format!(
        "hub {} {state}{}{}",
        hub.hub_url,
        push.unwrap_or_default(),
        error.unwrap_or_default()
    )
}

/// A feed on one line.
fn line(feed: &Feed) -> String {
    let state = match (feed.status, &feed.last_error, feed.last_success_at) {
        (FeedStatus::Paused, _, _) => "paused".to_owned(),
        (FeedStatus::Gone, _, _) => "gone for good".to_owned(),
        (FeedStatus::Active, Some(error), _) => format!("failed {} times: {error}", feed.failures),
        (FeedStatus::Active, None, Some(at)) => format!("works, last {at}"),
        (FeedStatus::Active, None, None) => "not fetched yet".to_owned(),
    };
    format!("{}  {}  {}  {state}", feed.id, feed.url, feed.title)
}

fn new_feed(url: String, title: String, defaults: &DefaultArgs) -> NewFeed {
    NewFeed {
        url,
        title,
        section: defaults
            .section
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        topics: defaults.topic.iter().map(ToString::to_string).collect(),
        language: defaults.language.clone(),
    }
}

async fn add(app: &App, args: AddArgs) -> Result<(), Failure> {
    let refused = |cause: fetch::Error| Failure::Refused(cause.to_string());
    app.fetcher.check(&args.url).map_err(refused)?;
    if !args.unseen {
        let document = look_at(app, &args.url).await?;
        parse::show(&document);
        let has_language = document.language.is_some()
            || document.items.iter().all(|item| item.language.is_some())
            || app.config.publisher.language.is_some()
            || document.items.iter().all(feed::tells_language);
        if !has_language && args.defaults.language.is_none() {
            return Err(Failure::Refused(
                "the feed names no language and its items are too short to tell it; say which, for example --language de".to_owned(),
            ));
        }
    }
    let title = args
        .title
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    let new = new_feed(args.url.into(), title, &args.defaults);
    let feed = app
        .db
        .transaction_now(move |conn, now| feeds::add(conn, now, new))
        .await?;
    output::note(format_args!(
        "feed {} was added; what it publishes from now on becomes articles, what it has already does not",
        feed.id
    ));
    Ok(())
}

/// Fetches and reads a document, to see whether it is a feed.
async fn look_at(app: &App, url: &Url) -> Result<Document, Failure> {
    let request = fetch::Request {
        url: url.clone(),
        etag: None,
        last_modified: None,
    };
    let unreachable =
        |cause: fetch::Error| Failure::Failed(format!("{cause}; --unseen adds it all the same"));
    let answer = app.fetcher.get(&request).await.map_err(unreachable)?;
    let context = Context {
        base: Some(&answer.url),
        charset: answer.charset.as_deref(),
    };
    let body = answer.body.unwrap_or_default();
    feed::parse(&body, context).map_err(|cause| Failure::Failed(format!("{url}: {cause}")))
}

async fn remove(app: &App, name: String) -> Result<(), Failure> {
    let removed = app.db.transaction_now(move |conn, now| {
        let feed = feeds::find_by_name(conn, &name)?;
        feeds::remove(conn, now, feed.id)?;
        Ok::<_, feeds::Error>(feed)
    });
    let feed = removed.await?;
    output::note(format_args!(
        "feed {} ({}) is forgotten; its articles stay",
        feed.id, feed.url
    ));
    Ok(())
}

async fn fetch(app: &App, name: Option<String>, as_json: bool) -> Result<(), Failure> {
    let looks = match name {
        Some(name) => {
            let feed = app
                .db
                .transaction(move |conn| feeds::find_by_name(conn, &name))
                .await?;
            vec![fetch_one(app, feed.id).await?]
        }
        None => fetch_due(app).await?,
    };
    let failed = looks.iter().filter(|look| look.result.is_err()).count();
    if as_json {
        let shown: Vec<_> = looks.iter().map(as_record).collect();
        output::json(&shown)?;
    } else {
        for Look { feed, result } in &looks {
            let words = match result {
                Ok(counts) => format!(
                    "{} new articles, {} changed, {} pending, {} irrelevant",
                    counts.created, counts.updated, counts.pending, counts.irrelevant
                ),
                Err(error) => format!("failed: {error}"),
            };
            output::line(format_args!("{}  {words}", feed.url));
        }
    }
    match failed {
        0 => Ok(()),
        failed => Err(Failure::Failed(format!(
            "{failed} of {} feeds could not be read",
            looks.len()
        ))),
    }
}

fn as_record(look: &Look) -> serde_json::Value {
    let counts = look.result.as_ref().ok().copied().unwrap_or_default();
    serde_json::json!({
        "id": look.feed.id, "url": look.feed.url, "error": look.result.as_ref().err(),
        "created": counts.created, "updated": counts.updated,
        "pending": counts.pending, "irrelevant": counts.irrelevant,
    })
}

async fn import(
    app: &App,
    file: PathBuf,
    dry_run: bool,
    defaults: DefaultArgs,
) -> Result<(), Failure> {
    let bytes = parse::read_file(&file)?;
    let outlines = feed::parse_opml(&bytes, Context::default())
        .map_err(|cause| Failure::Failed(format!("{}: {cause}", file.display())))?;
    let (mut added, mut refused) = (0, 0);
    for outline in outlines {
        let checked = Url::parse(&outline.url).map_err(|cause| cause.to_string());
        let checked = checked.and_then(|url| {
            app.fetcher
                .check(&url)
                .map_err(|cause| cause.to_string())
                .map(|()| url)
        });
        let url = match checked {
            Ok(url) => String::from(url),
            Err(cause) => {
                refused += 1;
                output::note(format_args!("{}: not added: {cause}", outline.url));
                continue;
            }
        };
        let mut new = new_feed(url.clone(), outline.title, &defaults);
        if new.section.is_empty() {
            // The folder of a feed reader is what comes nearest to a section.
            new.section = outline.folders.last().cloned().unwrap_or_default();
        }
        let result = app
            .db
            .transaction_now(move |conn, now| match feeds::find_by_name(conn, &new.url) {
                Ok(feed) => Err(feeds::Error::UrlTaken(feed.id)),
                Err(feeds::Error::NotFound) if dry_run => Ok(()),
                Err(feeds::Error::NotFound) => feeds::add(conn, now, new).map(|_| ()),
                Err(error) => Err(error),
            })
            .await;
        match result {
            Ok(()) => {
                added += 1;
                output::line(url);
            }
            Err(feeds::Error::UrlTaken(id)) => {
                output::note(format_args!("{url}: is the feed {id} already"));
            }
            Err(error) => return Err(error.into()),
        }
    }
    let verb = if dry_run { "would be added" } else { "added" };
    output::note(format_args!("{added} feeds {verb}, {refused} refused"));
    Ok(())
}
