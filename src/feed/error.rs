//! Why a document is not a feed, in words that say what was found and how to mend it.

/// Why nothing can be read from a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing but white space.
    #[error("the document is empty; look whether the address is right")]
    Empty,
    /// More octets than are read.
    #[error(
        "the document has more than {max} bytes, the most that are read; offer fewer or shorter items in the feed"
    )]
    TooLarge {
        /// Octets allowed.
        max: usize,
    },
    /// Bytes that are no text at all.
    #[error("this is {found}, not a feed; give the address of the RSS, Atom or JSON feed itself")]
    NotText {
        /// What it looks like, with its article.
        found: &'static str,
    },
    /// A character encoding that nobody knows.
    #[error("the document says that its encoding is {label:?}, which is unknown; use UTF-8")]
    UnknownEncoding {
        /// The name in the document.
        label: String,
    },
    /// A web page.
    #[error("this is an HTML page, not a feed{hint}")]
    HtmlPage {
        /// The feeds that the page names, as a sentence's end.
        hint: String,
    },
    /// XML of another kind.
    #[error("this is XML with the root element <{root}>, not a feed; {mend}")]
    OtherXml {
        /// Name of the root element.
        root: String,
        /// What to do about it.
        mend: &'static str,
    },
    /// JSON of another kind.
    #[error(
        "this is JSON, but not a JSON Feed: {detail}; see https://www.jsonfeed.org/version/1.1/"
    )]
    OtherJson {
        /// What is missing or wrong.
        detail: String,
    },
    /// A webhook of something else.
    #[error("this is not what Ghost sends for a post: {detail}")]
    OtherGhost {
        /// What is missing.
        detail: String,
    },
    /// A page without an article.
    #[error("no article can be found in the page: {detail}")]
    NoArticle {
        /// What is missing.
        detail: String,
    },
    /// Neither XML nor JSON.
    #[error(
        "this is neither XML nor JSON; it begins with {beginning:?}; give the address of an RSS, Atom or JSON feed"
    )]
    NeitherXmlNorJson {
        /// The first characters.
        beginning: String,
    },
    /// The XML breaks a rule.
    #[error("the XML is broken in line {line}: {detail}; check the feed with a validator")]
    BrokenXml {
        /// Line, from 1.
        line: usize,
        /// What is wrong there.
        detail: String,
    },
    /// The end is missing.
    #[error("the document was cut off in line {line}: it ends inside <{element}>; fetch it again")]
    CutOff {
        /// The last line.
        line: usize,
        /// The innermost open element.
        element: String,
    },
    /// The JSON breaks a rule.
    #[error("the JSON is broken in line {line}, column {column}: {detail}")]
    BrokenJson {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        detail: String,
    },
    /// A document type with declarations of its own, as attacks have it.
    #[error(
        "the document declares entities of its own in line {line}, which is refused because such a document can grow \
         without end; remove <!DOCTYPE ... [ ... ]>"
    )]
    Entities {
        /// Line, from 1.
        line: usize,
    },
    /// More than the bounds allow.
    #[error("the document has {what}, more than the {max} that are read; line {line}")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// The bound.
        max: usize,
        /// Line, from 1.
        line: usize,
    },
}
