//! JSON Feed 1.0 and 1.1, read leniently: a wrong member costs that member, a wrong item costs that item.

use serde_json::{Map, Value};
use url::Url;

use super::{
    Document, Error, FeedItem, Format, Items, Picture, dates, looks_like_a_picture, rss, text,
    wordpress,
};

/// # Errors
/// [`Error::BrokenJson`] and [`Error::OtherJson`].
pub(super) fn read(document: &str, base: Option<&Url>) -> Result<Document, Error> {
    let value: Value = serde_json::from_str(document).map_err(|cause| broken(&cause))?;
    let other = |detail: &str| Error::OtherJson {
        detail: detail.to_owned(),
    };
    if let Value::Array(list) = &value
        && wordpress::is_posts(list)
    {
        return Ok(wordpress::read(list, base));
    }
    let Value::Object(feed) = value else {
        return Err(other(
            "it is a list, not an object with \"version\" and \"items\"",
        ));
    };
    let version = feed
        .get("version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    if !version.contains("jsonfeed.org/version/1") {
        let names: Vec<&str> = feed.keys().take(5).map(String::as_str).collect();
        return Err(Error::OtherJson {
            detail: format!(
                "\"version\" must be \"https://jsonfeed.org/version/1.1\"; it has the members {}",
                names.join(", ")
            ),
        });
    }
    let Some(Value::Array(list)) = feed.get("items") else {
        return Err(other("\"items\" must be a list"));
    };
    let mut items = Items::default();
    let authors = authors(&feed);
    let home = string(&feed, "home_page_url").and_then(|it| text::resolve(base, &it));
    let own = string(&feed, "feed_url").and_then(|it| text::resolve(base, &it));
    let base = base.or(own.as_ref()).or(home.as_ref());
    for (index, value) in list.iter().enumerate() {
        let Value::Object(object) = value else {
            items.read += 1;
            items.notice(format!("item {} is no object; it is left out", index + 1));
            continue;
        };
        let mut item = item(object, base);
        if item.authors.is_empty() {
            item.authors.clone_from(&authors);
        }
        items.push(item);
    }
    Ok(Document {
        format: Format::Json,
        title: text::shorten(
            &text::one_line(&string(&feed, "title").unwrap_or_default()),
            200,
        ),
        link: home.clone().map(String::from),
        self_url: own.clone().map(String::from),
        hub_url: hub(&feed, base),
        language: string(&feed, "language"),
        items: items.taken,
        notices: items.notices,
    })
}

pub(super) fn broken(cause: &serde_json::Error) -> Error {
    let detail = cause.to_string();
    let detail = detail
        .split(" at line ")
        .next()
        .unwrap_or_default()
        .to_owned();
    let detail = if cause.is_eof() {
        format!("{detail}; the document was cut off, fetch it again")
    } else {
        detail
    };
    Error::BrokenJson {
        line: cause.line(),
        column: cause.column(),
        detail,
    }
}

fn hub(feed: &Map<String, Value>, base: Option<&Url>) -> Option<String> {
    let hubs = feed
        .get("hubs")?
        .as_array()?
        .iter()
        .filter_map(Value::as_object);
    let mut websub = hubs
        .filter(|hub| string(hub, "type").is_some_and(|kind| kind.eq_ignore_ascii_case("WebSub")));
    websub
        .find_map(|hub| text::resolve(base, &string(hub, "url")?))
        .map(String::from)
}

/// A text; ids are numbers in some feeds although the specification wants strings.
pub(super) fn string(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

fn item(object: &Map<String, Value>, base: Option<&Url>) -> FeedItem {
    let address = |name: &str| string(object, name).and_then(|it| text::resolve(base, &it));
    let date = |name: &str| string(object, name).and_then(|it| dates::parse(&it));
    let html = string(object, "content_html");
    let plain = string(object, "content_text");
    let summary = string(object, "summary").map(|it| text::one_line(&it));
    let content = html.clone().or_else(|| plain.as_deref().map(paragraphs));
    let tags = object
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    FeedItem {
        identity: text::head(&string(object, "id").unwrap_or_default(), 4_000).to_owned(),
        link: address("url")
            .or_else(|| address("external_url"))
            .map(String::from),
        title: text::one_line(&string(object, "title").unwrap_or_default()),
        summary: summary
            .or_else(|| html.and(plain).map(|it| text::one_line(&it)))
            .or_else(|| content.as_deref().map(text::plain))
            .unwrap_or_default(),
        content_html: content
            .or_else(|| string(object, "summary").map(|it| paragraphs(&it)))
            .unwrap_or_default(),
        base: base.map(|base| base.as_str().to_owned()),
        published_at: date("date_published"),
        updated_at: date("date_modified"),
        picture: picture(object, base),
        language: string(object, "language"),
        categories: rss::distinct(tags.filter_map(Value::as_str).map(text::one_line)),
        authors: authors(object),
    }
}

/// Plain text as HTML: empty lines part paragraphs.
fn paragraphs(plain: &str) -> String {
    let plain = plain.replace("\r\n", "\n");
    let parts = plain
        .split("\n\n")
        .map(str::trim)
        .filter(|part| !part.is_empty());
    parts.fold(String::new(), |html, part| {
        html + "<p>" + &quick_xml::escape::escape(part) + "</p>"
    })
}

fn picture(object: &Map<String, Value>, base: Option<&Url>) -> Option<Picture> {
    let direct = ["image", "banner_image"]
        .iter()
        .find_map(|name| text::resolve(base, &string(object, name)?));
    let attached = || {
        let list = object
            .get("attachments")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        list.filter_map(Value::as_object).find_map(|it| {
            let url = text::resolve(base, &string(it, "url")?)?;
            let is_picture = match string(it, "mime_type") {
                Some(kind) => kind.starts_with("image"),
                None => looks_like_a_picture(&url),
            };
            is_picture.then_some(url)
        })
    };
    let url = direct.or_else(attached)?;
    Some(Picture {
        url: url.into(),
        ..Picture::default()
    })
}

/// `authors` of version 1.1, or `author` of 1.0.
fn authors(object: &Map<String, Value>) -> Vec<String> {
    let list = object
        .get("authors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let all = list.chain(object.get("author"));
    let names = all.filter_map(|it| match it {
        Value::Object(author) => string(author, "name"),
        Value::String(name) => Some(name.clone()),
        _ => None,
    });
    rss::distinct(names.map(|name| text::one_line(&name)))
}
