//! The article in a web page: JSON-LD first, then Open Graph and other `meta`, then what stands in the page itself.
//!
//! Publishers describe their articles for search engines and social networks, so most of it is there for the taking; only
//! the text has to be found, which `dom_smoothie` does as the reading views of browsers do.

use dom_query::Document as Page;
use dom_smoothie::{Config, Readability};
use serde_json::{Map, Value};
use url::Url;

use super::{Context, Error, FeedItem, MAX_BYTES, Picture, dates, decode, html, rss, text};
use crate::domain::article_body::ArticleBody;

/// Octets of JSON-LD in one page that are read.
const MAX_JSON_BYTES: usize = 512 * 1024;
/// Nodes of JSON-LD that are looked at.
const MAX_JSON_NODES: usize = 2_000;
/// Elements of a page; its parser's time grows faster than their number.
const MAX_TAGS: usize = 50_000;
/// Types of schema.org that are an article.
const ARTICLE_TYPES: [&str; 12] = [
    "Article",
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BackgroundNewsArticle",
    "ReviewNewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "Report",
    "TechArticle",
    "SocialMediaPosting",
];

/// Reads the article of a page; its identity is its canonical address.
///
/// # Errors
/// [`Error`] when the document is no page, or no article can be found in it.
pub fn parse_page(bytes: &[u8], context: Context) -> Result<FeedItem, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::TooLarge { max: MAX_BYTES });
    }
    let declared = charset_of(bytes);
    let charset = context.charset.or(declared.as_deref());
    let (source, _) = decode::decode(bytes, charset)?;
    if source.trim().is_empty() {
        return Err(Error::Empty);
    }
    if !html::is_page(&source) && !source.contains("<body") && !source.contains("<p") {
        let beginning = text::shorten(&text::one_line(text::head(&source, 200)), 40);
        return Err(Error::NoArticle {
            detail: format!("it is no HTML page; it begins with {beginning:?}"),
        });
    }
    let tags = memchr::memchr_iter(b'<', source.as_bytes()).count();
    if tags > MAX_TAGS || !ArticleBody::has_bounded_depth(&source) {
        return Err(Error::NoArticle {
            detail: "the page has too many elements to be looked through".to_owned(),
        });
    }
    let page = Page::from(&*source);
    let described = json_ld(&page);
    let item = item(&page, &source, described.as_ref(), context.base);
    if item.title.is_empty() {
        return Err(Error::NoArticle {
            detail: "it has no title: neither JSON-LD, nor Open Graph, nor <title>".to_owned(),
        });
    }
    if item.identity.is_empty() {
        return Err(Error::NoArticle {
            detail:
                "its address is not known: name it, or give the page a <link rel=\"canonical\">"
                    .to_owned(),
        });
    }
    Ok(item)
}

/// `charset` of a `meta` in the first kilobyte (WHATWG HTML §4.2.5.4).
fn charset_of(bytes: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(bytes.get(..1024).unwrap_or(bytes)).to_ascii_lowercase();
    let (_, after) = head.split_once("charset=")?;
    let label = after.trim_start_matches(['"', '\'', ' ']);
    let end = label
        .find(['"', '\'', ' ', ';', '>', '/'])
        .unwrap_or(label.len());
    label
        .get(..end)
        .filter(|label| !label.is_empty())
        .map(ToOwned::to_owned)
}

fn item(
    page: &Page,
    source: &str,
    described: Option<&Map<String, Value>>,
    base: Option<&Url>,
) -> FeedItem {
    let ld = |name: &str| described.and_then(|object| string(object.get(name)?));
    let meta = |names: &[&str]| names.iter().find_map(|name| meta(page, name));
    let link = link(page, described, base);
    let base = link.as_ref().or(base);
    let description = ["og:description", "description", "twitter:description"];
    let summary = ld("description").or_else(|| meta(&description));
    let date = |text: Option<String>| text.and_then(|text| dates::parse(&text));
    let published = ["article:published_time", "date", "dc.date", "dcterms.date"];
    let shown = || attribute(page, "time[datetime]", "datetime");
    FeedItem {
        identity: link.as_ref().map(Url::to_string).unwrap_or_default(),
        title: title(page, described),
        summary: text::shorten(
            &text::plain(&summary.unwrap_or_default()),
            super::MAX_SUMMARY_CHARS,
        ),
        content_html: content(source, base),
        base: base.map(Url::to_string),
        published_at: date(ld("datePublished"))
            .or_else(|| date(meta(&published)))
            .or_else(|| date(shown())),
        updated_at: date(ld("dateModified"))
            .or_else(|| date(meta(&["article:modified_time", "og:updated_time"]))),
        picture: picture(page, described, base),
        language: ld("inLanguage")
            .or_else(|| attribute(page, "html[lang]", "lang"))
            .or_else(|| meta(&["og:locale"])),
        categories: categories(page, described),
        authors: authors(page, described),
        link: link.map(String::from),
    }
}

fn attribute(page: &Page, selector: &str, name: &str) -> Option<String> {
    page.select(selector).attr(name).map(|it| it.to_string())
}

/// The canonical address, else what the page says elsewhere, else where it was found.
fn link(page: &Page, described: Option<&Map<String, Value>>, base: Option<&Url>) -> Option<Url> {
    // A page must not pass for an article of another site.
    let is_own = |url: &Url| base.is_none_or(|base| site(url) == site(base));
    let address = |text: Option<String>| {
        text.and_then(|text| text::resolve(base, &text))
            .filter(is_own)
    };
    let canonical = attribute(page, "link[rel~=canonical][href]", "href");
    address(canonical)
        .or_else(|| address(meta(page, "og:url")))
        .or_else(|| address(described.and_then(|object| string(object.get("url")?))))
        .or_else(|| base.cloned())
}

fn site(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

/// The headline; `title` comes last, because most sites add their name to it.
fn title(page: &Page, described: Option<&Map<String, Value>>) -> String {
    let ld = |name: &str| described.and_then(|object| string(object.get(name)?));
    let shown = |selector: &str| {
        let text = page.select(selector).first().text().to_string();
        Some(text).filter(|text| !text.trim().is_empty())
    };
    let title = ld("headline")
        .or_else(|| ld("name"))
        .or_else(|| meta(page, "og:title"))
        .or_else(|| meta(page, "twitter:title"))
        .or_else(|| shown("h1"))
        .or_else(|| shown("title"))
        .unwrap_or_default();
    text::shorten(&text::plain(&title), super::MAX_TITLE_CHARS)
}

/// The text of the article as HTML; empty when none can be told from the rest.
fn content(source: &str, base: Option<&Url>) -> String {
    let config = Config {
        max_elements_to_parse: MAX_TAGS,
        ..Config::default()
    };
    let reader = Readability::new(source, base.map(Url::as_str), Some(config));
    reader
        .and_then(|mut reader| reader.parse())
        .map(|article| article.content.to_string())
        .unwrap_or_default()
}

fn meta(page: &Page, name: &str) -> Option<String> {
    let selector = format!("meta[property=\"{name}\"][content], meta[name=\"{name}\"][content]");
    let content = page.select(&selector).attr("content")?.trim().to_owned();
    (!content.is_empty()).then_some(content)
}

/// The description of the article in the page's JSON-LD.
fn json_ld(page: &Page) -> Option<Map<String, Value>> {
    let scripts = page.select("script[type=\"application/ld+json\"]");
    scripts.iter().find_map(|script| {
        let text = script.text();
        let value =
            (text.len() <= MAX_JSON_BYTES).then(|| serde_json::from_str(text.trim()).ok())??;
        find_article(value)
    })
}

/// The first article in a tree of JSON-LD, looked through level by level: graphs and lists may be nested.
fn find_article(value: Value) -> Option<Map<String, Value>> {
    let mut waiting = std::collections::VecDeque::from([value]);
    for _ in 0..MAX_JSON_NODES {
        match waiting.pop_front()? {
            Value::Array(list) => waiting.extend(list),
            Value::Object(object) if is_article(&object) => return Some(object),
            Value::Object(mut object) => {
                for name in [
                    "@graph",
                    "mainEntity",
                    "mainEntityOfPage",
                    "itemListElement",
                ] {
                    waiting.extend(object.remove(name));
                }
            }
            _ => {}
        }
    }
    None
}

fn is_article(object: &Map<String, Value>) -> bool {
    let is_known = |kind: &Value| {
        kind.as_str()
            .is_some_and(|kind| ARTICLE_TYPES.iter().any(|it| kind.ends_with(it)))
    };
    match object.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().any(is_known),
        Some(kind) => is_known(kind),
        None => false,
    }
}

/// A text, or the name or address of a thing, or that of the first of a list.
fn string(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Array(list) => return list.iter().find_map(string),
        Value::Object(object) => {
            return ["name", "url", "contentUrl", "@id", "@value"]
                .iter()
                .find_map(|name| string(object.get(*name)?));
        }
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// All texts of a member that may be one thing or a list.
fn strings(object: &Map<String, Value>, name: &str) -> Vec<String> {
    match object.get(name) {
        Some(Value::Array(list)) => list.iter().filter_map(string).collect(),
        Some(value) => string(value).into_iter().collect(),
        None => Vec::new(),
    }
}

fn picture(
    page: &Page,
    described: Option<&Map<String, Value>>,
    base: Option<&Url>,
) -> Option<Picture> {
    let of_object = |image: &Value| match image {
        Value::Object(object) => object
            .get("url")
            .or_else(|| object.get("contentUrl"))
            .and_then(string),
        other => string(other),
    };
    let image = described.and_then(|object| match object.get("image")? {
        Value::Array(list) => list.iter().find_map(of_object),
        value => of_object(value),
    });
    let image = image.or_else(|| {
        ["og:image:secure_url", "og:image", "twitter:image"]
            .iter()
            .find_map(|name| meta(page, name))
    });
    let url = text::resolve(base, &image?)?;
    Some(Picture {
        url: url.into(),
        alt: text::shorten(
            &text::plain(&meta(page, "og:image:alt").unwrap_or_default()),
            500,
        ),
        credit: String::new(),
    })
}

fn categories(page: &Page, described: Option<&Map<String, Value>>) -> Vec<String> {
    let mut all = described
        .map(|object| strings(object, "articleSection"))
        .unwrap_or_default();
    all.extend(meta(page, "article:section"));
    let tags = page.select("meta[property=\"article:tag\"][content]");
    all.extend(
        tags.iter()
            .map(|tag| tag.attr_or("content", "").to_string()),
    );
    let keywords = described
        .map(|object| strings(object, "keywords"))
        .unwrap_or_default();
    all.extend(
        keywords
            .iter()
            .flat_map(|keywords| keywords.split(','))
            .map(ToOwned::to_owned),
    );
    rss::distinct(all.into_iter().map(|text| text::plain(&text)))
}

fn authors(page: &Page, described: Option<&Map<String, Value>>) -> Vec<String> {
    let mut all = described
        .map(|object| strings(object, "author"))
        .unwrap_or_default();
    if all.is_empty() {
        all.extend(
            ["author", "article:author"]
                .iter()
                .find_map(|name| meta(page, name)),
        );
    }
    // Some pages name the address of a profile where a name should stand.
    rss::distinct(
        all.into_iter()
            .map(|text| text::plain(&text))
            .filter(|text| !text.contains("://")),
    )
}
