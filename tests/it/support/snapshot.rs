//! Mails as files to look at: what differs from run to run is masked here and nowhere else.

use tidings::mail::captured::CapturedMail;

/// Compares `content` with `tests/it/snapshots/{name}.snap`. `INSTA_UPDATE=always` writes the file anew.
pub(crate) fn assert_snapshot(name: &str, content: &str) {
    let mut settings = insta::Settings::new();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, content));
}

/// The message as it went over the wire, its random parts masked. A mask is as long as what it hides, so that lines
/// break where they did.
pub(crate) fn wire(mail: &CapturedMail) -> String {
    let mut raw = String::from_utf8(mail.raw.to_vec()).unwrap();
    let message_id = mail.header("message-id").unwrap();
    let id = message_id
        .trim_start_matches('<')
        .split('@')
        .next()
        .unwrap();
    raw = mask(&raw, id, "MESSAGEID");
    let boundary = raw
        .split("boundary=\"tidings-")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    if let Some(boundary) = boundary.map(ToOwned::to_owned) {
        raw = mask(&raw, &boundary, "BOUNDARY");
    }
    for link in mail.links() {
        for (part, word) in [
            ("/confirm/", "TOKEN"),
            ("/mail/", "TOKEN"),
            ("/unsubscribe/", "TOKEN"),
            ("/preferences/", "TOKEN"),
            ("/v/", "EDITION"),
        ] {
            if let Some((_, secret)) = link.split_once(part) {
                raw = mask(&raw, secret, word);
            }
        }
    }
    raw.replace("\r\n", "\n")
}

/// Writes `word` over and over in place of `secret`, also where a soft line break of quoted-printable divides it.
fn mask(raw: &str, secret: &str, word: &str) -> String {
    assert!(!secret.is_empty());
    let mut masked = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        if let Some(length) = found(rest, secret) {
            let mut letters = word.chars().cycle();
            let (here, after) = rest.split_at(length);
            for (index, line) in here.split("=\r\n").enumerate() {
                if index > 0 {
                    masked.push_str("=\r\n");
                }
                masked.extend(letters.by_ref().take(line.len()));
            }
            rest = after;
        } else {
            masked.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    masked
}

/// How many octets `secret` takes at the start of `raw`, soft line breaks included.
fn found(raw: &str, secret: &str) -> Option<usize> {
    let mut rest = raw;
    for wanted in secret.chars() {
        rest = match rest.strip_prefix(wanted) {
            Some(after) => after,
            None => rest.strip_prefix("=\r\n")?.strip_prefix(wanted)?,
        };
    }
    Some(raw.len() - rest.len())
}
