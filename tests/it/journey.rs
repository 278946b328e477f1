//! `tidings demo --journey`, and what a mail program that takes the standards at their word makes of its mails.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::process::{Tidings, folder};

/// Reads mails as Python's strict policy does: every defect of header, structure or encoding is an error.
const READ: &str = r#"
import email, email.utils, json, pathlib, sys
from email import policy

found = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.eml")):
    raw = path.read_bytes()
    mail = email.message_from_bytes(raw, policy=policy.strict)
    defects = [repr(d) for part in mail.walk() for d in part.defects]
    defects += [f"{n}: {d!r}" for part in mail.walk() for n, v in part.items() for d in v.defects]
    parts = {}
    for part in mail.walk():
        if not part.is_multipart():
            parts[part.get_content_type()] = part.get_content()
            assert part.get_content_charset() == "utf-8", part.get_content_charset()
    found[path.stem] = {
        "defects": defects,
        "type": mail.get_content_type(),
        "parts": parts,
        "headers": {name.lower(): str(value) for name, value in mail.items()},
        "names": [name.lower() for name in mail.keys()],
        "from": [[a.display_name, a.addr_spec] for a in mail["from"].addresses],
        "to": [a.addr_spec for a in mail["to"].addresses],
        "date": mail["date"].datetime.isoformat(),
    }
json.dump(found, sys.stdout)
"#;

/// Rules for the bytes of a mail: RFC 5322 §2.1.1 and §2.3.
fn check_bytes(name: &str, raw: &[u8]) {
    assert!(
        raw.ends_with(b"\r\n"),
        "{name} has no end of line at its end"
    );
    assert!(!raw.contains(&0), "{name} holds a NUL");
    for line in raw.split_inclusive(|byte| *byte == b'\n') {
        let line = line
            .strip_suffix(b"\r\n")
            .unwrap_or_else(|| panic!("{name} holds a bare line feed after {line:?}"));
        assert!(
            !line.contains(&b'\r'),
            "{name} holds a bare carriage return"
        );
        assert!(
            line.len() <= 998,
            "{name} has a line of {} octets",
            line.len()
        );
    }
    let end = raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    assert!(
        raw[..end].is_ascii(),
        "{name} has a header that is not ASCII"
    );
}

/// What Python makes of the mails in `folder`, by name.
fn read(folder: &Path) -> Value {
    let read = Command::new("python3")
        .args(["-c", READ])
        .arg(folder)
        .output()
        .unwrap();
    let complaint = String::from_utf8_lossy(&read.stderr);
    assert!(read.status.success(), "{complaint}");
    serde_json::from_slice(&read.stdout).unwrap()
}

/// Stops the test unless both parts of a mail hold `words` and every header that must be there once is.
fn check_content(name: &str, mail: &Value, words: &[&str]) {
    assert_eq!(mail["defects"], json!([]), "{name}");
    assert_eq!(mail["type"], "multipart/alternative", "{name}");
    assert_eq!(mail["to"], json!(["leserin@beispiel.example"]), "{name}");
    for kind in ["text/plain", "text/html"] {
        let text = mail["parts"][kind].as_str().unwrap();
        for word in words {
            assert!(text.contains(word), "{word} is not in {kind} of {name}");
        }
        assert!(!text.contains('\u{fffd}'), "{kind} of {name}");
    }
    let names = mail["names"].as_array().unwrap();
    for header in [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "mime-version",
    ] {
        let count = names.iter().filter(|name| **name == header).count();
        assert_eq!(count, 1, "{header} of {name}");
    }
}

#[tokio::test]
async fn the_journey_ends_well_and_its_mails_are_right_to_the_letter() {
    let folder = folder();
    let mails = folder.path().join("mails");
    let ran = Tidings::new(&["demo", "--journey", "--mails", mails.to_str().unwrap()])
        .run()
        .await
        .expect(0);
    assert!(ran.stdout.contains("The journey is complete"), "{ran:#?}");
    let mut names = Vec::new();
    for entry in fs::read_dir(&mails).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        check_bytes(&name, &fs::read(&path).unwrap());
        names.push(name);
    }
    names.sort();
    assert_eq!(names, ["confirmation.eml", "digest.eml"]);

    let read = read(&mails);
    let words = ["Bestätigen Sie Ihre Anmeldung"];
    check_content("confirmation", &read["confirmation"], &words);
    let words = ["Abzug ausländischer Truppen", "„", "“"];
    check_content("digest", &read["digest"], &words);
    let confirmation = &read["confirmation"]["headers"];
    assert_eq!(confirmation["subject"], "Bitte bestätigen: Europa kompakt");
    assert_eq!(confirmation["list-unsubscribe"], Value::Null);
    let digest = &read["digest"]["headers"];
    let unsubscribe = digest["list-unsubscribe"].as_str().unwrap();
    assert!(
        unsubscribe.starts_with("<http://") && unsubscribe.ends_with('>'),
        "{unsubscribe}"
    );
    assert!(!unsubscribe.contains(char::is_whitespace), "{unsubscribe}");
    assert_eq!(
        digest["list-unsubscribe-post"],
        "List-Unsubscribe=One-Click"
    );
    let list = digest["list-id"].as_str().unwrap();
    assert!(list.contains("<europa-kompakt."), "{list}");
}
