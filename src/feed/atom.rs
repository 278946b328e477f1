//! Atom 1.0 (RFC 4287), and 0.3 where its names differ.

use super::xml::{Element, Vocabulary as V};
use super::{Document, FeedItem, Format, Items, Picture, dates, looks_like_a_picture, rss, text};

pub(super) fn read(root: &Element) -> Document {
    let mut items = Items::default();
    let authors = authors(root);
    for entry in root.elements().filter(|it| is_atom(it, "entry")) {
        let mut item = item(entry);
        // RFC 4287 §4.2.1: an entry without an author has those of the feed.
        if item.authors.is_empty() {
            item.authors.clone_from(&authors);
        }
        items.push(item);
    }
    Document {
        format: Format::Atom,
        title: text::shorten(&first(root, "title").map(words).unwrap_or_default(), 200),
        link: link(root, "alternate"),
        self_url: link(root, "self"),
        hub_url: link(root, "hub"),
        language: root.language.as_deref().map(ToOwned::to_owned),
        items: items.taken,
        notices: items.notices,
    }
}

/// Feeds without any namespace are read as what they mean.
fn is_atom(element: &Element, name: &str) -> bool {
    matches!(element.vocabulary, V::Atom | V::Plain | V::Other) && element.name == name
}

fn all<'a>(parent: &'a Element, name: &'a str) -> impl Iterator<Item = &'a Element> {
    parent.elements().filter(move |it| is_atom(it, name))
}

fn first<'a>(parent: &'a Element, name: &'a str) -> Option<&'a Element> {
    all(parent, name).next()
}

fn item(entry: &Element) -> FeedItem {
    let date = |names: &[&str]| {
        let mut texts = names.iter().filter_map(|name| first(entry, name));
        texts.find_map(|it| dates::parse(&it.text()))
    };
    let content = first(entry, "content").filter(|it| it.attribute("src").is_none());
    let summary = first(entry, "summary").map(html).unwrap_or_default();
    let html_of_content = content.map(html).filter(|html| !html.is_empty());
    let base = content
        .or_else(|| first(entry, "summary"))
        .unwrap_or(entry)
        .base
        .as_deref();
    let title = first(entry, "title")
        .map(words)
        .filter(|title| !title.is_empty());
    FeedItem {
        identity: text::head(
            &first(entry, "id").map(Element::text).unwrap_or_default(),
            4_000,
        )
        .to_owned(),
        link: link(entry, "alternate").or_else(|| {
            // A page elsewhere that shows the content is better than none.
            let source = first(entry, "content").and_then(|it| it.resolve(it.attribute("src")?));
            source.map(String::from)
        }),
        title: title
            .or_else(|| {
                entry
                    .text_of(V::DublinCore, "title")
                    .map(|title| text::plain(&title))
            })
            .unwrap_or_default(),
        summary: text::plain(&summary),
        content_html: html_of_content.unwrap_or(summary),
        base: base.map(|base| base.as_str().to_owned()),
        published_at: date(&["published", "issued", "pubDate"]).or_else(|| {
            entry
                .text_of(V::DublinCore, "date")
                .and_then(|text| dates::parse(&text))
        }),
        updated_at: date(&["updated", "modified"]),
        picture: picture(entry),
        language: content
            .unwrap_or(entry)
            .language
            .as_deref()
            .map(ToOwned::to_owned),
        categories: rss::distinct(all(entry, "category").filter_map(|it| {
            let label = it.attribute("label").or_else(|| it.attribute("term"))?;
            Some(text::plain(label))
        })),
        authors: authors(entry),
    }
}

/// A text construct (RFC 4287 §3.1) as HTML.
fn html(element: &Element) -> String {
    match element.attribute("type") {
        _ if element.has_markup() => element.inner_html(),
        Some("html" | "text/html") => element.text(),
        Some("text" | "text/plain") | None => {
            let text = element.text();
            // Feeds that escape HTML and do not say so are more common than texts about markup.
            if text.contains("</") {
                text
            } else {
                quick_xml::escape::escape(text).into_owned()
            }
        }
        Some(kind) if kind.contains("xml") || kind.starts_with("text/") => element.text(),
        // Base64 of something else.
        Some(_) => String::new(),
    }
}

/// A text construct as words on one line.
fn words(element: &Element) -> String {
    match element.attribute("type") {
        Some("text" | "text/plain") | None if !element.has_markup() => {
            let text = element.text();
            if text.contains("</") {
                text::plain(&text)
            } else {
                text::one_line(&text)
            }
        }
        _ => text::plain(&html(element)),
    }
}

fn link(parent: &Element, relation: &str) -> Option<String> {
    let is_wanted = |it: &&Element| it.attribute("rel").unwrap_or("alternate") == relation;
    let links = || all(parent, "link").filter(is_wanted);
    let is_page = |it: &&Element| {
        it.attribute("type")
            .is_none_or(|kind| kind.contains("html"))
    };
    let best = links().find(is_page).or_else(|| links().next())?;
    best.resolve(best.attribute("href")?).map(String::from)
}

fn authors(parent: &Element) -> Vec<String> {
    let own = all(parent, "author").filter_map(|it| first(it, "name"));
    let source = first(parent, "source");
    let of_source = source
        .into_iter()
        .flat_map(|it| all(it, "author"))
        .filter_map(|it| first(it, "name"));
    let creators = parent.all(V::DublinCore, "creator");
    let authors = rss::distinct(own.chain(creators).map(|it| text::plain(&it.text())));
    if authors.is_empty() {
        return rss::distinct(of_source.map(|it| text::plain(&it.text())));
    }
    authors
}

/// A link to an image with the relation `enclosure`, then `media:content`, then `media:thumbnail`.
fn picture(entry: &Element) -> Option<Picture> {
    let mut enclosures = all(entry, "link").filter(|it| it.attribute("rel") == Some("enclosure"));
    let enclosure = enclosures.find_map(|it| {
        let url = it.resolve(it.attribute("href")?)?;
        let is_picture = match it.attribute("type") {
            Some(kind) => kind.starts_with("image"),
            None => looks_like_a_picture(&url),
        };
        is_picture.then_some(url)
    });
    let groups = || entry.all(V::Media, "group").chain(std::iter::once(entry));
    let content = || {
        groups()
            .flat_map(|it| it.all(V::Media, "content"))
            .find_map(|it| rss::media_url(it, false))
    };
    let thumbnail = || {
        groups()
            .flat_map(|it| it.all(V::Media, "thumbnail"))
            .find_map(|it| rss::media_url(it, true))
    };
    let url = enclosure.or_else(content).or_else(thumbnail)?;
    let words = |name: &str| {
        groups()
            .find_map(|it| it.text_of(V::Media, name))
            .map(|text| text::plain(&text))
    };
    Some(Picture {
        url: url.into(),
        alt: text::shorten(&words("description").unwrap_or_default(), 500),
        credit: text::shorten(&words("credit").unwrap_or_default(), 200),
    })
}
