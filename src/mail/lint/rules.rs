//! The rules: names, weights and how to mend.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// It breaks a standard, a law or the reading of the mail.
    Error,
    /// It works, but not well everywhere.
    Warning,
}

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its name, which never changes.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// How to mend what breaks it.
    pub mend: &'static str,
}

macro_rules! rules {
    ($($name:ident, $id:literal, $severity:ident, $mend:literal;)*) => {
        $(pub(super) static $name: Rule = Rule { id: $id, severity: Severity::$severity, mend: $mend };)*
        /// Every rule, in the order in which findings are reported.
        pub static RULES: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    LINE_ENDING, "line-ending", Error,
        "end every line with CRLF and encode lone CRs and LFs (RFC 5321 §2.3.8)";
    LINE_LENGTH, "line-length", Error,
        "break lines after at most 998 octets, for example with quoted-printable (RFC 5321 §4.5.3.1.6)";
    HEADER_LENGTH, "header-length", Warning,
        "fold header lines before 78 columns where they have a space (RFC 5322 §2.1.1)";
    CONTROL_CHARACTER, "control-character", Error,
        "take out NUL and control characters, or encode the part (RFC 2045 §2.7)";
    EIGHT_BIT, "eight-bit", Error,
        "encode parts in quoted-printable or base64 and headers as encoded words: not every server takes 8-bit octets";
    HEADER_ONCE, "header-once", Error,
        "send exactly one each of Date, From, Message-ID, Subject, To and MIME-Version (RFC 5322 §3.6)";
    ONE_SENDER, "one-sender", Error,
        "put exactly one address into From: DMARC judges only one";
    ONE_RECIPIENT, "one-recipient", Error,
        "put exactly one address into To, and send no Cc and no Bcc: readers must not see each other";
    DATE, "date", Error,
        "write Date as RFC 5322 §3.3 says, with a numeric zone such as +0000";
    MESSAGE_ID, "message-id", Error,
        "write Message-ID as <unique@your.full.domain>, without the reader's address in it (RFC 5322 §3.6.4)";
    ENCODED_WORD, "encoded-word", Error,
        "split encoded words so that each has at most 75 characters (RFC 2047 §2)";
    SUBJECT_EMPTY, "subject-empty", Error,
        "give the mail a subject";
    SUBJECT_LENGTH, "subject-length", Warning,
        "shorten the subject to 60 characters: inboxes cut it off, telephones after 40";
    AUTO_SUBMITTED, "auto-submitted", Warning,
        "send Auto-Submitted: auto-generated, so that nobody's absence note answers (RFC 3834)";
    LIST_UNSUBSCRIBE, "list-unsubscribe", Error,
        "send one List-Unsubscribe whose first address is https (RFC 8058 §3.1)";
    LIST_UNSUBSCRIBE_POST, "list-unsubscribe-post", Error,
        "send List-Unsubscribe-Post: List-Unsubscribe=One-Click, byte for byte (RFC 8058 §3.1)";
    LIST_ID, "list-id", Error,
        "send one List-Id such as <morning.news.example.org>, in ASCII and at most 255 octets (RFC 2919)";
    PRECEDENCE, "precedence", Warning,
        "send Precedence: bulk with editions";
    LIST_ON_SINGLE, "list-headers-on-single", Error,
        "leave List-Unsubscribe out of a mail that belongs to no list: there is nothing to end";
    ALTERNATIVE, "alternative", Error,
        "send multipart/alternative with text/plain first and text/html second";
    CHARSET, "charset", Error,
        "declare charset=utf-8 on both parts";
    TRANSFER_ENCODING, "transfer-encoding", Error,
        "send both parts in quoted-printable or base64";
    TEXT_EMPTY, "text-empty", Error,
        "write the text part: some read nothing else";
    TEXT_LINES, "text-lines", Warning,
        "wrap the text part at 78 columns";
    TEXT_LINKS, "text-links", Error,
        "give every link of the HTML part in the text part, too";
    MARKER_LEFT, "marker-left", Error,
        "fill in every marker: private-use characters reached the mail";
    HTML_SIZE, "html-size", Warning,
        "shorten the mail: Gmail cuts off HTML at 102 KB, and the footer with it";
    HTML_TOO_LARGE, "html-too-large", Error,
        "shorten the mail below 100 KB: Gmail would cut off its footer";
    LANGUAGE, "language", Error,
        "put lang and dir on <html> and on every child of <body>: mail programs drop the outer ones";
    TITLE, "title", Error,
        "give the HTML part a <title>: screen readers announce it";
    HEADINGS, "headings", Error,
        "begin with exactly one <h1> and leave no level out";
    IMAGE_ALT, "image-alt", Error,
        "give every picture an alt; a picture that is a link needs words in it";
    IMAGE_ADDRESS, "image-address", Error,
        "load pictures from absolute https or http addresses; inlined ones make the mail large and are not shown";
    IMAGE_WIDTH, "image-width", Warning,
        "give pictures a width attribute: Outlook knows no other limit";
    CONTRAST, "contrast", Error,
        "choose colours with a contrast of at least 4.5:1, or 3:1 for large text (WCAG 2.2, 1.4.3)";
    ACTIVE_CONTENT, "active-content", Error,
        "take out scripts, forms, frames, objects and event attributes: mail programs drop or distrust them";
    EXTERNAL_STYLE, "external-style", Error,
        "put styles into the mail itself: nothing may be loaded for them";
    LINK_ADDRESS, "link-address", Error,
        "link only to absolute https, http, mailto or tel addresses";
    LINK_TEXT, "link-text", Error,
        "put words into every link";
    PREHEADER, "preheader", Error,
        "begin the body with a hidden line that inboxes show after the subject";
    PREHEADER_REPEATS, "preheader-repeats", Error,
        "let the preheader say something that neither the subject nor the first words say";
    LAYOUT_TABLE, "layout-table", Warning,
        "put role=\"presentation\" on tables that only arrange";
    FOOTER_WHY, "footer-why", Error,
        "say in both parts why the reader gets this, with the address it goes to";
    FOOTER_UNSUBSCRIBE, "footer-unsubscribe", Error,
        "link the address of List-Unsubscribe in both parts";
    FOOTER_POSTAL, "footer-postal", Error,
        "write the publisher's postal address in both parts: the law of many countries asks for it";
}
