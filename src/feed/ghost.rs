//! What Ghost pushes when a post is published, changed or taken back (webhooks `post.*`).

use serde_json::{Map, Value};
use url::Url;

use super::json::{broken, string};
use super::{Error, FeedItem, Picture, dates, rss, text};

/// What happened to a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GhostEvent {
    /// It is published, or was changed while it is.
    Published {
        /// The post.
        item: Box<FeedItem>,
        /// Whether it was not published just before.
        is_news: bool,
    },
    /// It is not published any more; the identity that it had.
    Withdrawn(String),
}

/// Reads the body of a webhook. The identity is `ghost-` and the id of the post.
///
/// # Errors
/// [`Error::BrokenJson`], and [`Error::OtherJson`] when there is no post in it.
pub fn parse_ghost(bytes: &[u8]) -> Result<GhostEvent, Error> {
    let value: Value = serde_json::from_slice(bytes).map_err(|cause| broken(&cause))?;
    let other = |detail: &str| Error::OtherGhost {
        detail: detail.to_owned(),
    };
    let post = value.get("post").and_then(Value::as_object);
    let post = post
        .ok_or_else(|| other("\"post\" is missing; make webhooks for the events of posts only"))?;
    let part = |name: &str| {
        post.get(name)
            .and_then(Value::as_object)
            .filter(|part| !part.is_empty())
    };
    let id = |part: &Map<String, Value>| string(part, "id").map(|id| format!("ghost-{id}"));
    let missing = || other("\"post.current.id\" is missing");
    let Some(current) = part("current") else {
        // A deleted post has nothing but a past.
        let before = part("previous").and_then(id).ok_or_else(missing)?;
        return Ok(GhostEvent::Withdrawn(before));
    };
    let identity = id(current).ok_or_else(missing)?;
    // A part of the event `post.edited` has no status when that did not change and the version is old.
    if string(current, "status")
        .is_some_and(|status| !matches!(status.as_str(), "published" | "sent"))
    {
        return Ok(GhostEvent::Withdrawn(identity));
    }
    // `previous` holds what has changed.
    let is_news = part("previous").is_some_and(|before| before.contains_key("status"));
    let item = Box::new(item(identity, current));
    Ok(GhostEvent::Published { item, is_news })
}

fn item(identity: String, post: &Map<String, Value>) -> FeedItem {
    let address = |name: &str| string(post, name).and_then(|it| text::resolve(None, &it));
    let link = address("url").or_else(|| address("canonical_url"));
    let names = |name: &str| {
        let list = post
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.filter_map(Value::as_object)
            // Tags that begin with `#` are internal.
            .filter(|it| string(it, "visibility").as_deref() != Some("internal"))
            .filter_map(|it| string(it, "name"))
            .map(|name| text::one_line(&name))
    };
    let summary = string(post, "custom_excerpt")
        .or_else(|| string(post, "excerpt"))
        .unwrap_or_default();
    let picture = address("feature_image").map(|url| Picture {
        url: url.into(),
        alt: text::shorten(
            &text::one_line(&string(post, "feature_image_alt").unwrap_or_default()),
            500,
        ),
        credit: String::new(),
    });
    FeedItem {
        identity,
        title: text::shorten(
            &text::one_line(&string(post, "title").unwrap_or_default()),
            super::MAX_TITLE_CHARS,
        ),
        summary: text::shorten(&text::one_line(&summary), super::MAX_SUMMARY_CHARS),
        content_html: string(post, "html").unwrap_or_default(),
        base: link.as_ref().map(Url::to_string),
        published_at: string(post, "published_at").and_then(|it| dates::parse(&it)),
        updated_at: string(post, "updated_at").and_then(|it| dates::parse(&it)),
        picture,
        language: None,
        categories: rss::distinct(names("tags")),
        authors: rss::distinct(names("authors")),
        link: link.map(String::from),
    }
}
