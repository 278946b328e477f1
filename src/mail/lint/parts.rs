//! Rules about the parts and the text one.

use mail_parser::MimeHeaders as _;

use super::{Findings, Mail, rules, shown};

/// The widest line of a text part, in characters.
const MAX_COLUMNS: usize = 78;

pub(super) fn check(mail: &Mail<'_>, findings: &mut Findings) {
    structure(mail, findings);
    for part in &mail.message.parts {
        let Some(kind) = part.content_type() else {
            continue;
        };
        let name = format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default());
        if kind.ctype() != "text" {
            continue;
        }
        if !kind
            .attribute("charset")
            .is_some_and(|charset| charset.eq_ignore_ascii_case("utf-8"))
        {
            findings.add(
                &rules::CHARSET,
                format!("{name} does not say charset=utf-8"),
            );
        }
        let encoding = part
            .content_transfer_encoding()
            .unwrap_or("7bit")
            .to_ascii_lowercase();
        if !matches!(encoding.as_str(), "quoted-printable" | "base64") {
            findings.add(
                &rules::TRANSFER_ENCODING,
                format!("{name} is sent in {encoding}"),
            );
        }
    }
    for (name, part) in [("text", mail.text), ("HTML", mail.html)] {
        let is_private = |c: char| matches!(c, '\u{E000}'..='\u{F8FF}');
        if part.is_some_and(|part| part.contains(is_private)) {
            findings.add(
                &rules::MARKER_LEFT,
                format!("the {name} part holds a marker"),
            );
        }
    }
    if let Some(text) = mail.text {
        text_part(text, findings);
    }
}

fn structure(mail: &Mail<'_>, findings: &mut Findings) {
    let kinds: Vec<String> = mail
        .message
        .parts
        .iter()
        .map(|part| {
            part.content_type().map_or_else(String::new, |kind| {
                let subtype = kind.subtype().unwrap_or_default();
                format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase()
            })
        })
        .collect();
    if kinds != ["multipart/alternative", "text/plain", "text/html"] {
        let detail = format!("the parts are {}", shown(&kinds.join(", ")));
        findings.add(&rules::ALTERNATIVE, detail);
    }
}

fn text_part(text: &str, findings: &mut Findings) {
    if text.trim().is_empty() {
        findings.add(&rules::TEXT_EMPTY, "the text part is empty");
    }
    for line in text.lines() {
        // An address cannot be broken.
        let columns = line.chars().count();
        let longest = line.split(' ').map(|word| word.chars().count()).max();
        let is_one_word = longest.unwrap_or(0) + 40 > columns && longest.unwrap_or(0) > 38;
        if columns > MAX_COLUMNS && !is_one_word {
            let detail = format!("a line has {columns} columns: {:?}", shown(line));
            findings.add(&rules::TEXT_LINES, detail);
        }
    }
}
