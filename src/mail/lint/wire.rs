//! Rules about octets and lines.

use super::{Findings, rules};

/// RFC 5321 §4.5.3.1.6, without CRLF.
const MAX_LINE: usize = 998;

/// RFC 5322 §2.1.1: where a header line should be folded.
const GOOD_HEADER_LINE: usize = 78;

/// RFC 2047 §2.
const MAX_ENCODED_WORD: usize = 75;

pub(super) fn check(raw: &[u8], findings: &mut Findings) {
    let mut in_head = true;
    let mut has_lone_cr = false;
    for (number, line) in (1_usize..).zip(raw.split_inclusive(|byte| *byte == b'\n')) {
        let content = line.strip_suffix(b"\r\n");
        if content.is_none() {
            findings.add(
                &rules::LINE_ENDING,
                format!("line {number} does not end with CRLF"),
            );
        }
        let content = content.unwrap_or_else(|| line.strip_suffix(b"\n").unwrap_or(line));
        in_head = in_head && !content.is_empty();
        has_lone_cr = has_lone_cr || content.contains(&b'\r');
        if content.len() > MAX_LINE {
            let detail = format!("line {number} has {} octets", content.len());
            findings.add(&rules::LINE_LENGTH, detail);
        }
        octets(number, content, findings);
        if in_head {
            header_line(number, content, findings);
        }
    }
    if has_lone_cr {
        findings.add(&rules::LINE_ENDING, "there is a CR within a line");
    }
}

fn octets(number: usize, line: &[u8], findings: &mut Findings) {
    let is_control =
        |byte: &&u8| (**byte < b' ' && !matches!(**byte, b'\t' | b'\r')) || **byte == 127;
    if let Some(byte) = line.iter().find(is_control) {
        findings.add(
            &rules::CONTROL_CHARACTER,
            format!("line {number} holds the octet {byte}"),
        );
    }
    if !line.is_ascii() {
        findings.add(
            &rules::EIGHT_BIT,
            format!("line {number} holds octets above 127"),
        );
    }
}

fn header_line(number: usize, line: &[u8], findings: &mut Findings) {
    let text = String::from_utf8_lossy(line);
    // A line without a space between two words has no place to fold at.
    let words = text.split([' ', '\t']).filter(|word| !word.is_empty());
    let is_start = !text.starts_with([' ', '\t']);
    let foldable = words.count() > if is_start { 2 } else { 1 };
    if line.len() > GOOD_HEADER_LINE && line.len() <= MAX_LINE && foldable {
        let detail = format!("line {number} has {} columns", line.len());
        findings.add(&rules::HEADER_LENGTH, detail);
    }
    for word in text.split([' ', '\t', '(', ')', '"']) {
        let is_encoded = word.starts_with("=?") && word.ends_with("?=");
        if is_encoded && word.len() > MAX_ENCODED_WORD {
            let detail = format!(
                "an encoded word on line {number} has {} characters",
                word.len()
            );
            findings.add(&rules::ENCODED_WORD, detail);
        }
    }
}
