//! RSS 0.9x, 1.0 (RDF) and 2.0, with the vocabularies that publishers put into it.

use super::xml::{Element, Vocabulary as V};
use super::{Document, Error, FeedItem, Format, Items, Picture, dates, looks_like_a_picture, text};

/// Reads `<rss>` or `<rdf:RDF>`.
///
/// # Errors
/// [`Error::OtherXml`] when no channel is in it.
pub(super) fn read(root: &Element, format: Format) -> Result<Document, Error> {
    let channel = root
        .first(V::Plain, "channel")
        .or_else(|| root.elements().find(|it| it.name == "channel"));
    match channel {
        Some(channel) => Ok(read_channel(root, channel, format)),
        None => Err(Error::OtherXml {
            root: root.name.clone(),
            mend: "<channel> is missing in it; check the feed with a validator",
        }),
    }
}

/// Reads a channel; in RSS 0.9 and 1.0 the items stand beside it, in the root.
pub(super) fn read_channel(root: &Element, channel: &Element, format: Format) -> Document {
    let mut items = Items::default();
    let beside = root.elements().filter(|it| is_plain(it, "item"));
    let inside = channel.elements().filter(|it| is_plain(it, "item"));
    // A document whose only element is the channel has its items once.
    let beside = beside.filter(|_| !std::ptr::eq(root, channel));
    for element in inside.chain(beside) {
        items.push(item(element));
    }
    let language =
        plain_text(channel, "language").or_else(|| channel.text_of(V::DublinCore, "language"));
    let atom_link = |relation: &str| {
        let links = channel.all(V::Atom, "link");
        let mut links = links.filter(|link| link.attribute("rel") == Some(relation));
        links
            .find_map(|link| link.resolve(link.attribute("href")?))
            .map(String::from)
    };
    Document {
        format,
        title: text::shorten(
            &text::plain(&plain_text(channel, "title").unwrap_or_default()),
            200,
        ),
        link: plain_text(channel, "link")
            .and_then(|link| channel.resolve(&link))
            .map(String::from),
        self_url: atom_link("self"),
        hub_url: atom_link("hub"),
        language: language.or_else(|| channel.language.as_deref().map(ToOwned::to_owned)),
        items: items.taken,
        notices: items.notices,
    }
}

/// Some feeds give their own elements a namespace that nobody knows.
fn is_plain(element: &Element, name: &str) -> bool {
    matches!(element.vocabulary, V::Plain | V::Other) && element.name.eq_ignore_ascii_case(name)
}

fn plain_element<'a>(parent: &'a Element, name: &str) -> Option<&'a Element> {
    parent
        .first(V::Plain, name)
        .or_else(|| parent.first(V::Other, name))
}

fn plain_text(parent: &Element, name: &str) -> Option<String> {
    parent.text_of(V::Plain, name)
}

fn item(element: &Element) -> FeedItem {
    let guid = plain_element(element, "guid");
    let identity = guid.map(Element::text).filter(|text| !text.is_empty());
    // RSS 1.0 has rdf:about where RSS 2.0 has guid.
    let identity = identity.or_else(|| element.attribute("about").map(ToOwned::to_owned));
    let title = plain_text(element, "title")
        .or_else(|| element.text_of(V::DublinCore, "title"))
        .or_else(|| element.text_of(V::Media, "title"))
        .or_else(|| element.text_of(V::Itunes, "title"))
        .unwrap_or_default();
    let (summary, content_html) = texts(element);
    let date = |vocabulary, names: &[&str]| {
        names.iter().find_map(|name| {
            element
                .text_of(vocabulary, name)
                .and_then(|text| dates::parse(&text))
        })
    };
    FeedItem {
        identity: text::head(&identity.unwrap_or_default(), 4_000).to_owned(),
        link: link(element, guid),
        title: text::plain(&title),
        summary,
        content_html,
        base: element.base.as_deref().map(|base| base.as_str().to_owned()),
        published_at: date(V::Plain, &["pubDate", "published"])
            .or_else(|| date(V::DublinCore, &["date", "issued", "created"]))
            .or_else(|| date(V::Atom, &["published"])),
        updated_at: date(V::Atom, &["updated"])
            .or_else(|| date(V::DublinCore, &["modified"]))
            .or_else(|| date(V::Plain, &["updated", "lastBuildDate"])),
        picture: picture(element),
        language: element
            .text_of(V::DublinCore, "language")
            .or_else(|| element.language.as_deref().map(ToOwned::to_owned)),
        categories: categories(element),
        authors: authors(element),
    }
}

/// The link, else an Atom link, else the guid when it is an address (RSS 2.0: `isPermaLink` is true by default).
fn link(element: &Element, guid: Option<&Element>) -> Option<String> {
    let plain = plain_text(element, "link").and_then(|link| element.resolve(&link));
    let atom = || {
        let mut links = element.all(V::Atom, "link");
        links
            .find(|link| {
                link.attribute("rel")
                    .is_none_or(|relation| relation == "alternate")
            })
            .and_then(|link| link.resolve(link.attribute("href")?))
    };
    let permanent = || {
        let guid = guid.filter(|guid| {
            guid.attribute("isPermaLink")
                .is_none_or(|it| it.eq_ignore_ascii_case("true"))
        })?;
        text::resolve(None, &guid.text())
    };
    plain.or_else(atom).or_else(permanent).map(String::from)
}

/// Summary and text: `content:encoded` is the text where there is one, else the description is both.
fn texts(element: &Element) -> (String, String) {
    let markup = |it: &Element| {
        if it.has_markup() {
            it.inner_html()
        } else {
            it.text()
        }
    };
    let encoded = element
        .all(V::Content, "encoded")
        .map(markup)
        .find(|text| !text.is_empty());
    let xhtml = element.first(V::Xhtml, "body").map(Element::inner_html);
    let description = plain_element(element, "description")
        .or_else(|| element.first(V::DublinCore, "description"))
        .map(markup)
        .filter(|text| !text.is_empty())
        .or_else(|| element.text_of(V::Atom, "summary"))
        .or_else(|| element.text_of(V::Media, "description"))
        .or_else(|| element.text_of(V::Itunes, "summary"))
        .unwrap_or_default();
    let summary = text::plain(&description);
    (summary, encoded.or(xhtml).unwrap_or(description))
}

/// An enclosure that is an image, then `media:content`, then `media:thumbnail`, then what podcasts and old feeds have.
fn picture(element: &Element) -> Option<Picture> {
    let groups = || {
        element
            .all(V::Media, "group")
            .chain(std::iter::once(element))
    };
    let enclosure = element
        .elements()
        .filter(|it| is_plain(it, "enclosure"))
        .find_map(|it| media_url(it, false));
    let content = || {
        groups()
            .flat_map(|group| group.all(V::Media, "content"))
            .find_map(|it| media_url(it, false))
    };
    let thumbnail = || {
        let inner = groups().flat_map(|group| group.all(V::Media, "content"));
        let thumbnails = groups()
            .chain(inner)
            .flat_map(|it| it.all(V::Media, "thumbnail"));
        let width = |it: &&Element| {
            it.attribute("width")
                .and_then(|width| width.parse::<u32>().ok())
                .unwrap_or(0)
        };
        thumbnails
            .max_by_key(width)
            .and_then(|it| media_url(it, true))
    };
    let other = || {
        let itunes = element
            .first(V::Itunes, "image")
            .and_then(|it| it.resolve(it.attribute("href")?));
        itunes.or_else(|| {
            let image = plain_element(element, "image")?;
            image.resolve(&plain_text(image, "url").unwrap_or_else(|| image.text()))
        })
    };
    let url = enclosure
        .or_else(content)
        .or_else(thumbnail)
        .or_else(other)?;
    let words = |name: &str| {
        let inner = groups().flat_map(|group| group.all(V::Media, "content"));
        let mut media = groups().chain(inner);
        let text = media.find_map(|it| it.text_of(V::Media, name));
        text.map(|text| text::plain(&text))
    };
    Some(Picture {
        url: url.into(),
        alt: text::shorten(
            &words("description")
                .or_else(|| words("title"))
                .unwrap_or_default(),
            500,
        ),
        credit: text::shorten(&words("credit").unwrap_or_default(), 200),
    })
}

/// The address of a medium, if it is a picture; `is_picture` where the element cannot be anything else.
pub(super) fn media_url(element: &Element, is_picture: bool) -> Option<url::Url> {
    let url = element.resolve(element.attribute("url")?)?;
    let is_picture = is_picture
        || element.attribute("medium") == Some("image")
        || match element.attribute("type") {
            Some(kind) if kind != "application/octet-stream" => kind.starts_with("image"),
            _ => element.attribute("medium").is_none() && looks_like_a_picture(&url),
        };
    is_picture.then_some(url)
}

fn categories(element: &Element) -> Vec<String> {
    let plain = element.all(V::Plain, "category").map(Element::text);
    let subjects = element.all(V::DublinCore, "subject").map(Element::text);
    let terms = element
        .all(V::Atom, "category")
        .filter_map(|it| it.attribute("term").map(ToOwned::to_owned));
    distinct(
        plain
            .chain(subjects)
            .chain(terms)
            .map(|text| text::plain(&text)),
    )
}

fn authors(element: &Element) -> Vec<String> {
    let creators = element.all(V::DublinCore, "creator").map(Element::text);
    let names = element
        .all(V::Plain, "author")
        .map(|it| name_of(&it.text()));
    let atom = element
        .all(V::Atom, "author")
        .filter_map(|it| it.text_of(V::Atom, "name"));
    let authors = distinct(
        creators
            .chain(names)
            .chain(atom)
            .map(|text| text::plain(&text)),
    );
    if authors.is_empty() {
        return distinct(
            element
                .all(V::Itunes, "author")
                .map(|it| text::plain(&it.text())),
        );
    }
    authors
}

/// RSS wants `ada@example.org (Ada Example)`; the mail address is nobody's business.
fn name_of(author: &str) -> String {
    if !author.contains('@') {
        return author.to_owned();
    }
    let in_parentheses = author
        .split_once('(')
        .and_then(|(_, rest)| rest.rsplit_once(')'))
        .map(|(name, _)| name);
    let before_angle = author.split_once('<').map(|(name, _)| name);
    in_parentheses
        .or(before_angle)
        .unwrap_or_default()
        .trim()
        .to_owned()
}

/// The texts in their order, each once, without empty ones; at most fifty.
pub(super) fn distinct(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in texts.filter(|text| !text.is_empty()).take(200) {
        if all.len() < 50 && !all.contains(&text) {
            all.push(text::shorten(&text, 100));
        }
    }
    all
}
