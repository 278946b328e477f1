//! The text of an article as HTML that is safe to show and to mail.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};
use serde::{Deserialize, Serialize};
use url::Url;

use super::line::{is_bidi_control, is_invisible, is_private_use};

/// Octets of HTML that an article may have: 1 MiB.
const MAX_BYTES: usize = 1024 * 1024;
/// Elements within each other: the parser's time grows with their number, and an article needs fewer than twenty.
const MAX_DEPTH: usize = 256;
/// Octets that the serialiser may scan for one article; a second's work.
const MAX_SCANNED_BYTES: usize = 1 << 32;
/// Elements that hold nothing, or that the next one of their kind ends; their end tags are often left out.
const ENDED_BY_THE_PARSER: [&str; 24] = [
    "area", "base", "br", "col", "colgroup", "dd", "dt", "embed", "hr", "img", "input", "li",
    "link", "meta", "option", "p", "source", "tbody", "td", "tfoot", "th", "thead", "tr", "wbr",
];
/// Words that an adult reads in a minute; studies find 200 to 260 for news in European languages.
const WORDS_PER_MINUTE: usize = 220;
/// What an article may consist of.
const TAGS: [&str; 17] = [
    "p",
    "h2",
    "h3",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "em",
    "strong",
    "b",
    "i",
    "br",
    "figure",
    "figcaption",
    "img",
    "hr",
];
/// Blocks that we do not keep, but whose end also ends a word.
const UNWRAPPED_BLOCKS: [&str; 19] = [
    "div", "section", "article", "header", "footer", "main", "aside", "address", "pre", "dl", "dt",
    "dd", "details", "summary", "table", "tr", "td", "th", "caption",
];
/// Headings that become the nearest one which an article may have.
const MOVED_HEADINGS: [(&str, &str); 4] = [("h1", "h2"), ("h4", "h3"), ("h5", "h3"), ("h6", "h3")];
/// Elements that go with everything in them, because their content is no text for readers.
const DROPPED_WITH_CONTENT: [&str; 18] = [
    "script", "style", "svg", "math", "iframe", "noscript", "template", "object", "audio", "video",
    "canvas", "noembed", "noframes", "title", "textarea", "select", "button", "xmp",
];
/// Elements within a line: their tags do not separate words.
const INLINE_TAGS: [&str; 5] = ["a", "em", "strong", "b", "i"];

/// Keeps every block, so that the second pass can tell where words and headings end.
static FIRST_PASS: LazyLock<Builder<'static>> = LazyLock::new(first_pass);
static SECOND_PASS: LazyLock<Builder<'static>> = LazyLock::new(strict_builder);

/// Why a text is not an [`ArticleBody`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArticleBodyError {
    /// The HTML has more than 1 MiB, before or after cleaning.
    #[error("the article has {bytes} bytes of HTML, at most {MAX_BYTES} are allowed")]
    TooLarge {
        /// Octets of HTML.
        bytes: usize,
    },
    /// More than 256 elements stand open within each other, which no article needs and which takes a parser minutes.
    #[error("the HTML has more than {MAX_DEPTH} elements within each other")]
    TooDeep,
    /// So many ampersands and signs such as `«` in so long a text that cleaning would take many seconds: more than
    /// 4096 of them in 1 MiB, or 42 000 in 100 KB.
    #[error("the HTML has too many ampersands and special characters for its length")]
    TooManyEscapes,
}

/// Cleaned HTML of an article: paragraphs, headings, quotations, lists, links, emphasis and pictures, and no more.
///
/// Links and pictures have absolute `http`, `https` or (links) `mailto` addresses; relative ones mean nothing in a mail
/// and lose their address. May be empty. Cleaning twice changes nothing.
#[derive(Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ArticleBody(String);

impl ArticleBody {
    /// Keeps what an article may contain and drops the rest; headings of other levels become `h2` or `h3`.
    ///
    /// # Errors
    ///
    /// [`ArticleBodyError`] for HTML that is too large, or made so that cleaning it takes too long; other untidy or
    /// hostile HTML is cleaned, never refused.
    pub fn sanitise(html: &str) -> Result<Self, ArticleBodyError> {
        Self::clean(html, &FIRST_PASS)
    }

    /// As [`ArticleBody::sanitise`], for HTML that was found at `base`: its relative addresses become absolute.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn sanitise_at(html: &str, base: &Url) -> Result<Self, ArticleBodyError> {
        let mut builder = first_pass();
        builder.url_relative(UrlRelative::RewriteWithBase(base.clone()));
        Self::clean(html, &builder)
    }

    /// Whether a parser can be trusted with HTML: at most 256 elements stand open within each other.
    #[must_use]
    pub fn has_bounded_depth(html: &str) -> bool {
        check_depth(html).is_ok()
    }

    fn clean(html: &str, first_pass: &Builder) -> Result<Self, ArticleBodyError> {
        check_size(html)?;
        check_depth(html)?;
        check_escapes(html)?;
        let mut blocks = first_pass.clean(html).to_string();
        // Only now, because the parser decodes character references such as `&#xE000;`.
        blocks.retain(|c| !is_unwanted(c));
        for tag in UNWRAPPED_BLOCKS {
            let end = format!("</{tag}>");
            if blocks.contains(&end) {
                blocks = blocks.replace(&end, &format!("{end} "));
            }
        }
        for (from, to) in MOVED_HEADINGS {
            if blocks.contains(from) {
                blocks = rename(&blocks, from, to);
            }
        }
        // What was changed as text is parsed and cleaned again: the last word is the sanitiser's.
        let html = SECOND_PASS.clean(&blocks).to_string().trim().to_owned();
        check_size(&html)?;
        Ok(Self(html))
    }

    /// The cleaned HTML, for a template that must not escape it again.
    #[must_use]
    pub fn as_html(&self) -> &str {
        &self.0
    }

    /// The text without markup; blocks are set apart by a space.
    #[must_use]
    pub fn text(&self) -> String {
        text_of(&self.0)
    }

    /// Words in the text, captions included. Two Chinese or Japanese characters count as one word.
    #[must_use]
    pub fn word_count(&self) -> usize {
        let text = text_of(&self.0);
        let ideographs = text.chars().filter(|c| is_ideograph(*c)).count();
        let words = text
            .split(|c: char| c.is_whitespace() || is_ideograph(c))
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .count();
        words + ideographs.div_ceil(2)
    }

    /// Minutes that reading takes at 220 words a minute, rounded up; at least 1.
    #[must_use]
    pub fn reading_minutes(&self) -> u32 {
        let minutes = self.word_count().div_ceil(WORDS_PER_MINUTE).max(1);
        u32::try_from(minutes).unwrap_or(u32::MAX)
    }
}

impl TryFrom<String> for ArticleBody {
    type Error = ArticleBodyError;

    fn try_from(html: String) -> Result<Self, ArticleBodyError> {
        Self::sanitise(&html)
    }
}

impl From<ArticleBody> for String {
    fn from(body: ArticleBody) -> Self {
        body.0
    }
}

/// Prints the size only: an article would fill the log.
impl fmt::Debug for ArticleBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ArticleBody({} bytes)", self.0.len())
    }
}

fn first_pass() -> Builder<'static> {
    let headings = MOVED_HEADINGS.iter().map(|(from, _)| *from);
    let mut builder = strict_builder();
    builder.add_tags(UNWRAPPED_BLOCKS.iter().copied().chain(headings));
    builder
}

fn strict_builder() -> Builder<'static> {
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(DROPPED_WITH_CONTENT))
        .add_tag_attributes("a", ["href"])
        .add_tag_attributes("img", ["src", "alt", "width", "height"])
        .generic_attributes(HashSet::from(["lang", "dir"]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"));
    builder
}

fn check_size(html: &str) -> Result<(), ArticleBodyError> {
    if html.len() > MAX_BYTES {
        return Err(ArticleBodyError::TooLarge { bytes: html.len() });
    }
    Ok(())
}

/// Counts tags by name without parsing, so that tags in comments and scripts count too: rather too strict than slow.
fn check_depth(html: &str) -> Result<(), ArticleBodyError> {
    let mut open: HashMap<String, usize> = HashMap::new();
    let mut depth = 0_usize;
    for markup in html.split('<').skip(1) {
        let (is_end, name) = markup
            .strip_prefix('/')
            .map_or((false, markup), |name| (true, name));
        let name: String = name
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let name = name.to_ascii_lowercase();
        let is_tag = name.starts_with(|c: char| c.is_ascii_alphabetic());
        if !is_tag || ENDED_BY_THE_PARSER.contains(&name.as_str()) {
            continue;
        }
        let count = open.entry(name).or_default();
        if !is_end {
            *count += 1;
            depth += 1;
        } else if *count > 0 {
            *count -= 1;
            depth -= 1;
        }
        if depth > MAX_DEPTH {
            return Err(ArticleBodyError::TooDeep);
        }
    }
    Ok(())
}

/// The serialiser scans the rest of a text anew after each character that it may have to escape (`&`, and all whose
/// UTF-8 starts with 0xC2), so its time grows with their number times the length.
fn check_escapes(html: &str) -> Result<(), ArticleBodyError> {
    let escapes = html
        .bytes()
        .filter(|byte| matches!(byte, b'&' | 0xC2))
        .count();
    if escapes.saturating_mul(html.len()) > MAX_SCANNED_BYTES {
        return Err(ArticleBodyError::TooManyEscapes);
    }
    Ok(())
}

/// Right-to-left and left-to-right marks stay: they put punctuation right in Arabic and Hebrew text.
fn is_unwanted(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || (is_bidi_control(c) && !matches!(c, '\u{200E}' | '\u{200F}' | '\u{61C}'))
        || is_private_use(c)
        || (is_invisible(c) && c != '\u{AD}')
}

/// Renames an element in HTML that the sanitiser wrote.
fn rename(html: &str, from: &str, to: &str) -> String {
    html.replace(&format!("<{from}>"), &format!("<{to}>"))
        .replace(&format!("<{from} "), &format!("<{to} "))
        .replace(&format!("</{from}>"), &format!("</{to}>"))
}

/// The text in HTML that the sanitiser wrote, where blocks, pictures and line breaks separate words.
fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, markup)) = rest.split_once('<') {
        text.push_str(before);
        let (tag, after) = split_tag(markup);
        let name = tag
            .trim_start_matches('/')
            .split(' ')
            .next()
            .unwrap_or_default();
        if !INLINE_TAGS.contains(&name) {
            text.push(' ');
        }
        rest = after;
    }
    text.push_str(rest);
    text.replace("&nbsp;", " ")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
}

/// Splits markup after its `<` into the tag and what follows its `>`; a `>` in quotation marks is part of the tag.
fn split_tag(markup: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = markup.find(|c| {
        is_quoted ^= c == '"';
        c == '>' && !is_quoted
    });
    match end.and_then(|end| markup.split_at_checked(end)) {
        Some((tag, after)) => (tag, after.strip_prefix('>').unwrap_or(after)),
        None => (markup, ""),
    }
}

/// Scripts that do not put spaces between words: Han, Hiragana and Katakana.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFD}')
}

#[cfg(test)]
#[path = "article_body_tests.rs"]
mod tests;
