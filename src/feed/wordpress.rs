//! Posts of the REST API of `WordPress` (`/wp-json/wp/v2/posts?_embed`), for sites whose feed is short or switched off.

use serde_json::{Map, Value};
use url::Url;

use super::json::string;
use super::{Document, FeedItem, Format, Items, Picture, dates, rss, text};

/// Whether a list is one of posts; an empty one may be.
pub(super) fn is_posts(list: &[Value]) -> bool {
    list.first().is_none_or(|first| {
        first
            .as_object()
            .is_some_and(|post| rendered(post, "title").is_some() && post.contains_key("link"))
    })
}

pub(super) fn read(list: &[Value], base: Option<&Url>) -> Document {
    let mut items = Items::default();
    for (index, value) in list.iter().enumerate() {
        if let Value::Object(post) = value {
            items.push(item(post, base));
        } else {
            items.read += 1;
            items.notice(format!("item {} is no object; it is left out", index + 1));
        }
    }
    Document {
        format: Format::WordPress,
        title: base.and_then(Url::host_str).unwrap_or_default().to_owned(),
        link: None,
        self_url: None,
        hub_url: None,
        language: None,
        items: items.taken,
        notices: items.notices,
    }
}

/// The HTML of a member such as `"title": {"rendered": "…"}`.
fn rendered(object: &Map<String, Value>, name: &str) -> Option<String> {
    string(object.get(name)?.as_object()?, "rendered")
}

fn item(post: &Map<String, Value>, base: Option<&Url>) -> FeedItem {
    // The times end in `_gmt` and have no zone.
    let date = |name: &str| string(post, name).and_then(|it| dates::parse(&it));
    let summary = rendered(post, "excerpt").unwrap_or_default();
    let link = string(post, "link").and_then(|link| text::resolve(base, &link));
    FeedItem {
        identity: rendered(post, "guid")
            .or_else(|| string(post, "id"))
            .unwrap_or_default(),
        title: text::plain(&rendered(post, "title").unwrap_or_default()),
        summary: text::plain(&summary),
        content_html: rendered(post, "content").unwrap_or(summary),
        base: link.as_ref().or(base).map(|base| base.as_str().to_owned()),
        published_at: date("date_gmt"),
        updated_at: date("modified_gmt"),
        picture: picture(post, base),
        language: string(post, "lang"),
        categories: rss::distinct(terms(post)),
        authors: rss::distinct(
            embedded(post, "author").filter_map(|author| string(author, "name")),
        ),
        link: link.map(String::from),
    }
}

/// The things that `_embed` puts in, of one kind; lists in lists are made flat.
fn embedded<'a>(
    post: &'a Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'a Map<String, Value>> {
    let list = post
        .get("_embedded")
        .and_then(|all| all.get(name))
        .and_then(Value::as_array);
    let list = list.into_iter().flatten();
    list.flat_map(|value| match value {
        Value::Array(inner) => inner.as_slice(),
        other => std::slice::from_ref(other),
    })
    .filter_map(Value::as_object)
}

/// Categories before tags, as `WordPress` gives them.
fn terms(post: &Map<String, Value>) -> impl Iterator<Item = String> {
    embedded(post, "wp:term")
        .filter(|term| {
            matches!(
                string(term, "taxonomy").as_deref(),
                Some("category" | "post_tag")
            )
        })
        .filter_map(|term| string(term, "name"))
        .map(|name| text::plain(&name))
        .filter(|name| name != "Uncategorized")
}

fn picture(post: &Map<String, Value>, base: Option<&Url>) -> Option<Picture> {
    let media =
        embedded(post, "wp:featuredmedia").find(|media| media.contains_key("source_url"))?;
    let url = text::resolve(base, &string(media, "source_url")?)?;
    Some(Picture {
        url: url.into(),
        alt: text::shorten(
            &text::plain(&string(media, "alt_text").unwrap_or_default()),
            500,
        ),
        credit: String::new(),
    })
}
