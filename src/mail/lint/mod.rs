//! What is wrong with a mail: the rules of standards, of mail programs and of accessibility, checked on its octets.
//!
//! Each rule has a name that never changes, says how to mend what it finds, and has a test with a mail that breaks only it.
//! The parsers are those of others (`mail-parser`, and `scraper`, which reads HTML as browsers do), so that the linter does
//! not share a mistake with what writes our mails.

mod colours;
mod headers;
mod html;
mod list;
mod parts;
mod rules;
mod wire;

#[cfg(test)]
mod tests;

use mail_parser::{Message, MessageParser, PartType};
use serde::Serialize;

pub use rules::{RULES, Rule, Severity};

/// What the reader of the findings knows of the mail and the octets do not say.
#[derive(Debug, Clone, Default)]
pub struct Expected {
    /// The postal address that must stand in the footer of an edition; empty when none is set.
    pub postal_address: String,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule's name.
    pub rule: &'static str,
    /// Whether it must be mended.
    pub severity: Severity,
    /// What was found, and where.
    pub detail: String,
    /// How to mend it.
    pub mend: &'static str,
}

/// All findings of one mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// In the order of the rules; each rule at most three times.
    pub findings: Vec<Finding>,
    /// Octets of the decoded HTML part.
    pub html_bytes: usize,
    /// Octets of the whole message.
    pub message_bytes: usize,
}

impl Report {
    /// How many findings must be mended.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.count(Severity::Error)
    }

    /// How many findings may stay.
    #[must_use]
    pub fn warnings(&self) -> usize {
        self.count(Severity::Warning)
    }

    fn count(&self, severity: Severity) -> usize {
        let found = self.findings.iter();
        found.filter(|finding| finding.severity == severity).count()
    }
}

/// How often one rule is reported: a template that is wrong at one place is wrong for every story.
const MAX_PER_RULE: usize = 3;

/// HTML above this, in bytes, is too large for every mail program; what else is wrong with it is not looked for.
const MAX_PARSED: usize = 1024 * 1024;

/// Collects findings.
#[derive(Debug, Default)]
struct Findings(Vec<(&'static Rule, String)>);

impl Findings {
    fn add(&mut self, rule: &'static Rule, detail: impl Into<String>) {
        let detail = detail.into();
        let same = self.0.iter().filter(|(known, _)| known.id == rule.id);
        let mut known = 0;
        for (_, other) in same {
            if *other == detail {
                return;
            }
            known += 1;
        }
        if known < MAX_PER_RULE {
            self.0.push((rule, detail));
        }
    }
}

/// A mail as the rules look at it.
struct Mail<'a> {
    raw: &'a [u8],
    message: &'a Message<'a>,
    /// The text part, decoded.
    text: Option<&'a str>,
    /// The HTML part, decoded.
    html: Option<&'a str>,
}

impl Mail<'_> {
    /// Whether it goes to many: an edition, as opposed to an answer to one person.
    fn is_list(&self) -> bool {
        let precedence = self.values("Precedence");
        !self.values("List-Id").is_empty()
            || precedence
                .iter()
                .any(|value| matches!(value.as_str(), "bulk" | "list"))
    }

    /// The raw values of every header of that name, unfolded.
    fn values(&self, name: &str) -> Vec<String> {
        let headers = self.message.headers().iter();
        headers
            .filter(|header| header.name().eq_ignore_ascii_case(name))
            .map(|header| {
                let range = usize::try_from(header.offset_start())
                    .ok()
                    .zip(usize::try_from(header.offset_end()).ok());
                let octets = range.and_then(|(start, end)| self.raw.get(start..end));
                let value = String::from_utf8_lossy(octets.unwrap_or_default()).into_owned();
                value
                    .replace("\r\n", "")
                    .replace('\n', "")
                    .trim()
                    .to_owned()
            })
            .collect()
    }
}

/// Checks a mail: its octets as they go over the wire, without dot-stuffing.
#[must_use]
pub fn check(raw: &[u8], expected: &Expected) -> Report {
    let mut findings = Findings::default();
    wire::check(raw, &mut findings);
    let mut html_bytes = 0;
    if let Some(message) = MessageParser::default().parse(raw) {
        let text = message.text_bodies().find_map(|part| match &part.body {
            PartType::Text(text) => Some(text.as_ref()),
            _ => None,
        });
        let html = message.html_bodies().find_map(|part| match &part.body {
            PartType::Html(html) => Some(html.as_ref()),
            _ => None,
        });
        html_bytes = html.map_or(0, str::len);
        let mail = Mail {
            raw,
            message: &message,
            text,
            html,
        };
        headers::check(&mail, &mut findings);
        parts::check(&mail, &mut findings);
        html::size(html.unwrap_or_default(), &mut findings);
        let parsed = html.filter(|html| html.len() <= MAX_PARSED);
        let page = parsed.map(scraper::Html::parse_document);
        if let Some(page) = &page {
            html::check(page, &mail, &mut findings);
            colours::check(page, &mut findings);
        }
        list::check(&mail, page.as_ref(), expected, &mut findings);
    } else {
        findings.add(&rules::HEADER_ONCE, "there are no headers");
    }
    Report {
        findings: in_order(findings),
        html_bytes,
        message_bytes: raw.len(),
    }
}

fn in_order(findings: Findings) -> Vec<Finding> {
    let mut all = findings.0;
    // A stable sort: findings of one rule stay in the order of the mail.
    all.sort_by_key(|(rule, _)| RULES.iter().position(|other| other.id == rule.id));
    all.into_iter()
        .map(|(rule, detail)| Finding {
            rule: rule.id,
            severity: rule.severity,
            detail,
            mend: rule.mend,
        })
        .collect()
}

/// The beginning of a text, for showing it in a finding: one line of at most 60 characters.
fn shown(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 {
        return line;
    }
    let head: String = line.chars().take(59).collect();
    format!("{head}…")
}
