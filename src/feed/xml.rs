//! XML as a small tree, bounded in size, depth and number, with what XML inherits: base address and language.

use std::sync::Arc;

use quick_xml::NsReader;
use quick_xml::errors::{Error as XmlError, IllFormedError, SyntaxError};
use quick_xml::escape::resolve_html5_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::ResolveResult;
use url::Url;

use super::Error;

/// Elements within each other; feeds with XHTML in them need some twenty.
const MAX_DEPTH: usize = 128;
/// Elements of a document; two thousand items with a hundred paragraphs each.
const MAX_ELEMENTS: usize = 300_000;
/// Attributes of one element.
const MAX_ATTRIBUTES: usize = 64;

/// The vocabularies that feeds mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// No namespace, or one of those that RSS had over the years.
    Plain,
    Atom,
    DublinCore,
    Content,
    Media,
    Rdf,
    Xhtml,
    Itunes,
    Other,
}

impl Vocabulary {
    fn of_namespace(uri: &str) -> Self {
        match uri.trim_end_matches('/') {
            "http://purl.org/rss/1.0"
            | "http://my.netscape.com/rdf/simple/0.9"
            | "http://channel.netscape.com/rdf/simple/0.9"
            | "http://backend.userland.com/rss2"
            | "http://backend.userland.com/RSS2"
            | "http://blogs.law.harvard.edu/tech/rss"
            | "" => Self::Plain,
            "http://www.w3.org/2005/Atom" | "http://purl.org/atom/ns#" => Self::Atom,
            "http://purl.org/dc/elements/1.1"
            | "http://purl.org/dc/elements/1.0"
            | "http://purl.org/dc/terms" => Self::DublinCore,
            "http://purl.org/rss/1.0/modules/content" => Self::Content,
            "http://search.yahoo.com/mrss" | "https://search.yahoo.com/mrss" => Self::Media,
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#" => Self::Rdf,
            "http://www.w3.org/1999/xhtml" => Self::Xhtml,
            "http://www.itunes.com/dtds/podcast-1.0.dtd" => Self::Itunes,
            _ => Self::Other,
        }
    }

    /// Many feeds use a well-known prefix without declaring it.
    fn of_prefix(prefix: &str) -> Self {
        match prefix {
            "atom" => Self::Atom,
            "dc" | "dcterms" => Self::DublinCore,
            "content" => Self::Content,
            "media" => Self::Media,
            "rdf" => Self::Rdf,
            "xhtml" => Self::Xhtml,
            "itunes" => Self::Itunes,
            _ => Self::Other,
        }
    }
}

/// A part of an element.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// An element with everything in it.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) vocabulary: Vocabulary,
    /// The name without its prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    nodes: Vec<Node>,
    /// What relative addresses in it are relative to (XML Base).
    pub(super) base: Option<Arc<Url>>,
    /// The language of the text in it, as written in `xml:lang`.
    pub(super) language: Option<Arc<str>>,
}

impl Element {
    /// Whether it is this element.
    pub(super) fn is(&self, vocabulary: Vocabulary, name: &str) -> bool {
        self.vocabulary == vocabulary && self.name.eq_ignore_ascii_case(name)
    }

    /// The elements in it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.nodes.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// All of this kind in it, not deeper.
    pub(super) fn all(&self, vocabulary: Vocabulary, name: &str) -> impl Iterator<Item = &Element> {
        self.elements()
            .filter(move |element| element.is(vocabulary, name))
    }

    /// The first of this kind in it.
    pub(super) fn first(&self, vocabulary: Vocabulary, name: &str) -> Option<&Element> {
        self.all(vocabulary, name).next()
    }

    /// The text of the first of this kind that has any.
    pub(super) fn text_of(&self, vocabulary: Vocabulary, name: &str) -> Option<String> {
        self.all(vocabulary, name)
            .map(Element::text)
            .find(|text| !text.is_empty())
    }

    /// An attribute by its name without prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(it, _)| it.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// All text in it, trimmed.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        self.collect_text(&mut text);
        text.trim().to_owned()
    }

    fn collect_text(&self, text: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) => element.collect_text(text),
            }
        }
    }

    /// What is in it, as HTML: for XHTML, and for markup that somebody forgot to escape.
    pub(super) fn inner_html(&self) -> String {
        let mut html = String::new();
        self.write_inner(&mut html);
        html.trim().to_owned()
    }

    fn write_inner(&self, html: &mut String) {
        for node in &self.nodes {
            match node {
                Node::Text(text) => html.push_str(&quick_xml::escape::escape(text.as_str())),
                Node::Element(element) => element.write(html),
            }
        }
    }

    fn write(&self, html: &mut String) {
        html.push('<');
        html.push_str(&self.name);
        for (name, value) in &self.attributes {
            html.push(' ');
            html.push_str(name);
            html.push_str("=\"");
            html.push_str(&quick_xml::escape::escape(value.as_str()));
            html.push('"');
        }
        html.push('>');
        if !matches!(self.name.as_str(), "br" | "hr" | "img" | "wbr") {
            self.write_inner(html);
            html.push_str("</");
            html.push_str(&self.name);
            html.push('>');
        }
    }

    /// Whether elements stand in it, as in XHTML.
    pub(super) fn has_markup(&self) -> bool {
        self.elements().next().is_some()
    }

    /// An address in it, made absolute.
    pub(super) fn resolve(&self, address: &str) -> Option<Url> {
        super::text::resolve(self.base.as_deref(), address)
    }

    fn push_text(&mut self, text: &str) {
        if let Some(Node::Text(before)) = self.nodes.last_mut() {
            before.push_str(text);
        } else {
            self.nodes.push(Node::Text(text.to_owned()));
        }
    }
}

/// Reads a document and gives its root element.
///
/// # Errors
/// [`Error::BrokenXml`], [`Error::CutOff`], [`Error::Entities`], [`Error::TooMuch`].
pub(super) fn parse(text: &str, base: Option<&Url>) -> Result<Element, Error> {
    let mut reader = NsReader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.expand_empty_elements = true;
    let mut builder = Builder {
        text,
        base: base.map(|url| Arc::new(url.clone())),
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(cause) => return Err(builder.broken(position(reader.error_position()), &cause)),
        };
        let at = position(reader.buffer_position());
        match event {
            Event::Start(start) => {
                let (resolved, _) = reader.resolver().resolve_element(start.name());
                let vocabulary = match resolved {
                    ResolveResult::Bound(namespace) => Vocabulary::of_namespace(namespace.0),
                    ResolveResult::Unbound => Vocabulary::Plain,
                    ResolveResult::Unknown(prefix) => Vocabulary::of_prefix(&prefix),
                };
                builder.start(vocabulary, &start, at)?;
            }
            Event::End(_) => builder.end(),
            Event::Text(part) => builder.text(&part.xml10_content()),
            Event::CData(part) => builder.text(&part.xml10_content()),
            Event::GeneralRef(reference) => builder.reference(&reference),
            Event::DocType(doctype) => builder.check_doctype(&doctype.into_inner(), at)?,
            Event::Eof => return builder.finish(),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
    }
}

fn position(octet: u64) -> usize {
    usize::try_from(octet).unwrap_or(usize::MAX)
}

struct Builder<'a> {
    text: &'a str,
    base: Option<Arc<Url>>,
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

impl Builder<'_> {
    /// The line of an octet, from 1.
    fn line(&self, at: usize) -> usize {
        let before = self.text.as_bytes().get(..at);
        let before = before.unwrap_or(self.text.as_bytes());
        memchr::memchr_iter(b'\n', before).count() + 1
    }

    fn start(
        &mut self,
        vocabulary: Vocabulary,
        start: &BytesStart,
        at: usize,
    ) -> Result<(), Error> {
        self.elements += 1;
        let too_much = |what, max| Error::TooMuch {
            what,
            max,
            line: self.line(at),
        };
        if self.elements > MAX_ELEMENTS {
            return Err(too_much("very many elements", MAX_ELEMENTS));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(too_much("very many elements within each other", MAX_DEPTH));
        }
        let parent = self.open.last();
        let mut element = Element {
            vocabulary,
            name: start.local_name().into_inner().to_owned(),
            attributes: Vec::new(),
            nodes: Vec::new(),
            base: parent.map_or_else(|| self.base.clone(), |it| it.base.clone()),
            language: parent.and_then(|it| it.language.clone()),
        };
        let mut attributes = start.attributes();
        // The check for duplicates takes time that grows with the square of their number.
        attributes.with_checks(false);
        for (index, attribute) in attributes.flatten().enumerate() {
            if index >= MAX_ATTRIBUTES {
                return Err(too_much(
                    "an element with very many attributes",
                    MAX_ATTRIBUTES,
                ));
            }
            let key = attribute.key.0;
            let value = unescape(&attribute.value);
            match key {
                "xml:base" => {
                    let base = super::text::resolve(element.base.as_deref(), &value);
                    element.base = base.map(Arc::new).or(element.base);
                }
                "xml:lang" => element.language = Some(Arc::from(value.trim())),
                _ if key == "xmlns" || key.starts_with("xmlns:") => {}
                _ => {
                    let name = attribute.key.local_name().into_inner().to_owned();
                    element.attributes.push((name, value));
                }
            }
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.nodes.push(Node::Element(element)),
            // What follows the root is not looked at.
            None => {
                self.root.get_or_insert(element);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.push_text(text);
        }
    }

    /// `&auml;` and the like are HTML, not XML, and still common; what nobody knows stays as it is.
    fn reference(&mut self, reference: &BytesRef) {
        if let Ok(Some(c)) = reference.resolve_char_ref() {
            return self.text(c.encode_utf8(&mut [0; 4]));
        }
        let name = reference.xml10_content();
        match resolve_html5_entity(&name) {
            Some(text) => self.text(text),
            None => self.text(&format!("&{name};")),
        }
    }

    /// RSS 0.91 has a document type; nothing needs declarations in it.
    fn check_doctype(&self, doctype: &str, at: usize) -> Result<(), Error> {
        if doctype.contains('[') {
            return Err(Error::Entities {
                line: self.line(at),
            });
        }
        Ok(())
    }

    fn finish(self) -> Result<Element, Error> {
        let line = self.line(self.text.len());
        if let Some(element) = self.open.last() {
            return Err(Error::CutOff {
                line,
                element: element.name.clone(),
            });
        }
        self.root.ok_or(Error::Empty)
    }

    fn broken(&self, at: usize, cause: &XmlError) -> Error {
        let line = self.line(at);
        let is_open_end = matches!(
            cause,
            XmlError::Syntax(
                SyntaxError::UnclosedTag
                    | SyntaxError::UnclosedCData
                    | SyntaxError::UnclosedComment
            ) | XmlError::IllFormed(IllFormedError::MissingEndTag(_))
        );
        if let (true, Some(element)) = (is_open_end, self.open.last()) {
            return Error::CutOff {
                line: self.line(self.text.len()),
                element: element.name.clone(),
            };
        }
        Error::BrokenXml {
            line,
            detail: cause.to_string(),
        }
    }
}

/// The value of an attribute; what cannot be resolved stays as it is.
fn unescape(value: &str) -> String {
    quick_xml::escape::unescape_with(value, resolve_html5_entity)
        .map_or_else(|_| value.to_owned(), std::borrow::Cow::into_owned)
}
