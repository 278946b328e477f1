//! What a message says about its reader: nobody may find another reader's address or link in it.

use std::collections::BTreeSet;

use super::recipient::{DIGITS, DOMAIN};

/// What the checker wants to know of a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) msgid: String,
    pub(super) addresses: Vec<String>,
    pub(super) tokens: Vec<String>,
}

/// Looks through a whole message, headers and quoted-printable parts alike.
pub(super) fn look(message: &[u8]) -> Content {
    let text = unquoted(message);
    Content {
        msgid: header(&text, "message-id"),
        addresses: addresses(&text),
        tokens: tokens(&text),
    }
}

/// Without the soft line breaks and `=XX` of quoted-printable; what is not quoted stays as it is.
fn unquoted(message: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(message.len());
    let mut rest = message;
    while let Some((first, after)) = rest.split_first() {
        if *first == b'=' && after.starts_with(b"\r\n") {
            rest = &after[2..];
        } else if let (b'=', Some(byte)) = (*first, after.get(..2).and_then(hex)) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_upper = text
        .bytes()
        .all(|digit| digit.is_ascii_digit() || digit.is_ascii_uppercase());
    is_upper.then(|| u8::from_str_radix(text, 16).ok())?
}

fn header(text: &str, name: &str) -> String {
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    head.lines()
        .find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field
                .eq_ignore_ascii_case(name)
                .then(|| value.trim().to_owned())
        })
        .unwrap_or_default()
}

/// Every address of the readers' domain whose local part ends with a number.
fn addresses(text: &str) -> Vec<String> {
    let mark = format!("@{DOMAIN}");
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices(&mark) {
        let local = text[..at]
            .rsplit(|character: char| !character.is_ascii_alphanumeric() && character != '-')
            .next()
            .unwrap_or_default();
        let number = local.rsplit('-').next().unwrap_or_default();
        if number.len() == DIGITS && number.bytes().all(|digit| digit.is_ascii_digit()) {
            found.insert(format!("{local}{mark}"));
        }
    }
    found.into_iter().collect()
}

/// Every token of a link of the form `/unsubscribe/TOKEN`.
fn tokens(text: &str) -> Vec<String> {
    let mark = "/unsubscribe/";
    let found: BTreeSet<String> = text
        .match_indices(mark)
        .map(|(at, _)| {
            text[at + mark.len()..]
                .chars()
                .take_while(|character| {
                    character.is_ascii_alphanumeric() || "-_".contains(*character)
                })
                .collect()
        })
        .collect();
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_and_quoted_addresses_and_tokens_are_found() {
        let message = b"Message-ID: <1@x>\r\nTo: ok-0000001@example.org\r\n\r\nfor drop-dot-00000=\r\n02=40example.org, \
                        http://x/unsubscribe/AB=\r\n_-9 and news@example.org\r\n";
        let content = look(message);
        assert_eq!(content.msgid, "<1@x>");
        assert_eq!(
            content.addresses,
            ["drop-dot-0000002@example.org", "ok-0000001@example.org"]
        );
        assert_eq!(content.tokens, ["AB_-9"]);
    }
}
