//! A mail with which nothing is wrong, and for each rule one that breaks only it.

use super::*;
use crate::mail::quoted_printable;

const STOP: &str = "https://news.example.org/unsubscribe/AZ3oT1kVcACS";

/// A mail in pieces, before it is put together.
struct Draft {
    headers: Vec<(&'static str, String)>,
    text_head: String,
    text: String,
    html_head: String,
    html: String,
    is_text_first: bool,
    is_encoded: bool,
}

fn part_head(kind: &str) -> String {
    format!(
        "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    )
}

fn draft() -> Draft {
    let headers = [
        ("From", "Morning <morning@news.example.org>"),
        ("To", "anna@reader.example"),
        ("Date", "Mon, 05 Jan 2026 06:00:00 +0000"),
        ("Message-ID", "<01234567@news.example.org>"),
        ("Subject", "Bridge reopens"),
        ("MIME-Version", "1.0"),
        ("Auto-Submitted", "auto-generated"),
        ("List-Id", "<morning.news.example.org>"),
        (
            "List-Unsubscribe",
            "<https://news.example.org/unsubscribe/AZ3oT1kVcACS>",
        ),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
        ("Content-Type", "multipart/alternative; boundary=\"b\""),
    ];
    let lines = [
        "<!DOCTYPE html><html lang=\"en\" dir=\"ltr\"><head><title>Bridge reopens</title></head>",
        "<body style=\"background:#ffffff;\">",
        "<div style=\"display:none;\" lang=\"en\" dir=\"ltr\">Ferry runs again&#847;&zwnj;&nbsp;</div>",
        "<div lang=\"en\" dir=\"ltr\"><table role=\"presentation\"><tr><td style=\"color:#16191d\">",
        "<h1>Morning</h1><h2><a href=\"https://www.example.org/1\">Bridge reopens</a></h2>",
        "<img src=\"https://www.example.org/i.jpg\" width=\"172\" alt=\"A bridge\">",
        "<h3>Ferry</h3><p>You ordered it with anna@reader.example.</p>",
        "<p><a href=\"https://news.example.org/unsubscribe/AZ3oT1kVcACS\">Unsubscribe</a></p>",
        "<p>Hafenstr. 7, 20459 Hamburg</p></td></tr></table></div></body></html>",
    ];
    Draft {
        headers: headers.map(|(name, value)| (name, value.to_owned())).into(),
        text_head: part_head("text/plain"),
        text: format!(
            "Bridge reopens\nhttps://www.example.org/1\n\nYou ordered it with anna@reader.example.\n{STOP}\nHafenstr. 7,\n20459 Hamburg\n"
        ),
        html_head: part_head("text/html"),
        html: lines.join("\n"),
        is_text_first: true,
        is_encoded: true,
    }
}

impl Draft {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (name, value) in &self.headers {
            bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        let encode = |text: &str| {
            if self.is_encoded {
                quoted_printable::encode(text)
            } else {
                text.replace('\n', "\r\n").into_bytes()
            }
        };
        let mut parts = vec![
            (&self.text_head, encode(&self.text)),
            (&self.html_head, encode(&self.html)),
        ];
        if !self.is_text_first {
            parts.reverse();
        }
        for (head, part) in parts {
            bytes.extend_from_slice(format!("\r\n--b\r\n{head}\r\n").as_bytes());
            bytes.extend_from_slice(&part);
        }
        bytes.extend_from_slice(b"\r\n--b--\r\n");
        bytes
    }

    fn set(&mut self, name: &str, value: &str) {
        for (_, known) in self.headers.iter_mut().filter(|(known, _)| *known == name) {
            value.clone_into(known);
        }
    }

    fn without(&mut self, name: &str) {
        self.headers.retain(|(known, _)| *known != name);
    }

    fn html(&mut self, from: &str, to: &str) {
        assert!(self.html.contains(from), "{from}");
        self.html = self.html.replace(from, to);
    }

    fn text(&mut self, from: &str, to: &str) {
        assert!(self.text.contains(from), "{from}");
        self.text = self.text.replace(from, to);
    }
}

fn expected() -> Expected {
    Expected {
        postal_address: "Hafenstr. 7, 20459 Hamburg".to_owned(),
    }
}

fn broken(change: impl Fn(&mut Draft)) -> Vec<u8> {
    let mut mail = draft();
    change(&mut mail);
    mail.bytes()
}

fn replaced(from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut bytes = draft().bytes();
    let at = memchr::memmem::find(&bytes, from).unwrap();
    bytes.splice(at..at + from.len(), to.iter().copied());
    bytes
}

/// A mail that breaks this rule about octets or headers, and no other.
fn breaks_head(rule: &str) -> Option<Vec<u8>> {
    Some(match rule {
        "line-ending" => replaced(b"Hafenstr. 7,\r\n", b"Hafenstr. 7,\n"),
        "line-length" => broken(|mail| mail.headers.push(("X-Long", "a".repeat(1000)))),
        "header-length" => broken(|mail| mail.headers.push(("X-Words", "and ".repeat(20)))),
        "control-character" => replaced(b"You ordered", b"You\x01ordered"),
        "eight-bit" => broken(|mail| mail.set("From", "Grüße <morning@news.example.org>")),
        "header-once" => broken(|mail| mail.headers.push(("Subject", "Another".to_owned()))),
        "one-sender" => broken(|mail| mail.set("From", "a@news.example.org, b@news.example.org")),
        "one-recipient" => broken(|mail| mail.headers.push(("Cc", "b@reader.example".to_owned()))),
        "date" => broken(|mail| mail.set("Date", "Mon, 05 Jan 2026 06:00:00 CET")),
        "message-id" => broken(|mail| mail.set("Message-ID", "<01234567@localhost>")),
        "encoded-word" => broken(|mail| {
            mail.set(
                "From",
                &format!(
                    "\r\n =?utf-8?q?{}?=\r\n <a@news.example.org>",
                    "a".repeat(65)
                ),
            );
        }),
        "subject-empty" => broken(|mail| mail.set("Subject", "")),
        "subject-length" => broken(|mail| mail.set("Subject", &"abcdefg ".repeat(8))),
        "auto-submitted" => broken(|mail| mail.without("Auto-Submitted")),
        "list-unsubscribe" => broken(|mail| {
            let other = "<mailto:stop@news.example.org>";
            mail.set("List-Unsubscribe", &format!("{other},\r\n <{STOP}>"));
        }),
        "list-unsubscribe-post" => {
            broken(|mail| mail.set("List-Unsubscribe-Post", "List-Unsubscribe=one-click"))
        }
        "list-id" => broken(|mail| mail.set("List-Id", "Morning")),
        "precedence" => broken(|mail| mail.without("Precedence")),
        "list-headers-on-single" => broken(|mail| {
            mail.without("List-Id");
            mail.without("Precedence");
        }),
        "alternative" => broken(|mail| mail.is_text_first = false),
        "charset" => broken(|mail| {
            mail.text_head = mail.text_head.replace("utf-8", "iso-8859-1");
        }),
        "transfer-encoding" => broken(|mail| {
            mail.is_encoded = false;
            mail.text_head = mail.text_head.replace("quoted-printable", "7bit");
            mail.html_head = mail.html_head.replace("quoted-printable", "7bit");
        }),
        _ => return None,
    })
}

/// A mail that breaks this rule about the parts, and no other.
fn breaks_body(rule: &str) -> Option<Vec<u8>> {
    let link = "<a href=\"https://www.example.org/1\">Bridge reopens</a>";
    let end = "</td></tr></table>";
    Some(match rule {
        "text-empty" => broken(|mail| " \n".clone_into(&mut mail.text)),
        "text-lines" => broken(|mail| mail.text("reopens", &"reopens and ".repeat(12))),
        "text-links" => broken(|mail| mail.text("https://www.example.org/1", "(no link)")),
        "marker-left" => broken(|mail| mail.text("Bridge", "\u{E000}name\u{E001}")),
        "html-size" => broken(|mail| mail.html(end, &format!("{}{end}", "word ".repeat(17_000)))),
        "html-too-large" => {
            broken(|mail| mail.html(end, &format!("{}{end}", "word ".repeat(21_000))))
        }
        "language" => broken(|mail| {
            mail.html(
                "<div lang=\"en\" dir=\"ltr\"><table",
                "<div dir=\"ltr\"><table",
            );
        }),
        "title" => broken(|mail| mail.html("<title>Bridge reopens</title>", "")),
        "headings" => broken(|mail| mail.html("h2>", "h3>")),
        "image-alt" => broken(|mail| mail.html(" alt=\"A bridge\"", "")),
        "image-address" => broken(|mail| mail.html("https://www.example.org/i.jpg", "/i.jpg")),
        "image-width" => broken(|mail| mail.html(" width=\"172\"", "")),
        "contrast" => broken(|mail| mail.html("#16191d", "#8a8a8a")),
        "active-content" => broken(|mail| mail.html("<h3>", "<h3 onclick=\"x()\">")),
        "external-style" => broken(|mail| {
            mail.html(
                "</head>",
                "<style>@import 'https://www.example.org/x.css';</style></head>",
            );
        }),
        "link-address" => broken(|mail| mail.html("https://www.example.org/1", "javascript:x()")),
        "link-text" => {
            broken(|mail| mail.html(link, "Bridge <a href=\"https://www.example.org/1\"> </a>"))
        }
        "preheader" => broken(|mail| mail.html("Ferry runs again", "")),
        "preheader-repeats" => broken(|mail| mail.html("Ferry runs again", "Bridge reopens")),
        "layout-table" => broken(|mail| mail.html(" role=\"presentation\"", "")),
        "footer-why" => broken(|mail| mail.text("anna@reader.example", "your address")),
        "footer-unsubscribe" => broken(|mail| mail.html(STOP, "https://www.example.org/1")),
        "footer-postal" => broken(|mail| mail.html("Hafenstr.", "Hafenstraße")),
        _ => return None,
    })
}

fn names(report: &Report) -> Vec<&'static str> {
    let mut names: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    names.dedup();
    names
}

#[test]
fn nothing_is_wrong_with_a_good_mail() {
    let report = check(&draft().bytes(), &expected());
    assert_eq!(report.findings, []);
    assert_eq!((report.errors(), report.warnings()), (0, 0));
    assert!(report.html_bytes > 500 && report.message_bytes > report.html_bytes);
}

#[test]
fn each_rule_has_a_mail_that_breaks_only_it() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let mail = breaks_head(rule.id).or_else(|| breaks_body(rule.id));
        let mail = mail.unwrap_or_else(|| panic!("no mail breaks {}", rule.id));
        let report = check(&mail, &expected());
        if names(&report) != [rule.id] {
            wrong.push((rule.id, report.findings));
            continue;
        }
        assert_eq!(report.findings[0].severity, rule.severity);
        assert!(!rule.mend.is_empty() && report.findings[0].mend == rule.mend);
    }
    assert_eq!(wrong, []);
    let ids: std::collections::BTreeSet<_> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(ids.len(), RULES.len(), "every name is there once");
}

/// More mails that break a rule about headers.
fn other_heads() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("line-ending", replaced(b"7,\r\n20459", b"7,\r20459")),
        (
            "control-character",
            replaced(b"You ordered", b"You\0ordered"),
        ),
        ("header-once", broken(|mail| mail.without("Date"))),
        (
            "one-recipient",
            broken(|mail| mail.set("To", "undisclosed-recipients:;")),
        ),
        ("date", broken(|mail| mail.set("Date", "yesterday"))),
        (
            "message-id",
            broken(|mail| mail.set("Message-ID", "<anna@news.example.org>")),
        ),
        (
            "message-id",
            broken(|mail| mail.set("Message-ID", "<1-anna-2@news.example.org>")),
        ),
        (
            "list-unsubscribe",
            broken(|mail| mail.without("List-Unsubscribe")),
        ),
        ("list-id", broken(|mail| mail.without("List-Id"))),
    ]
}

/// More mails that break a rule about parts.
fn other_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let html = |from: &str, to: &str| broken(|mail| mail.html(from, to));
    vec![
        ("language", html("<html lang=\"en\"", "<html")),
        ("headings", html("h3>", "h1>")),
        (
            "image-alt",
            broken(|mail| {
                mail.html("<img", "<a href=\"https://www.example.org/1\"><img");
                mail.html("alt=\"A bridge\">", "alt=\"\"></a>");
            }),
        ),
        (
            "image-address",
            html(
                "https://www.example.org/i.jpg",
                "data:image/png;base64,AA==",
            ),
        ),
        ("active-content", html("<h3>", "<script>x()</script><h3>")),
        (
            "external-style",
            html("color:#16191d", "background:url(https://x.example/)"),
        ),
        (
            "link-address",
            html("https://www.example.org/1", "/relative"),
        ),
        (
            "footer-unsubscribe",
            broken(|mail| mail.text(STOP, "(no link)")),
        ),
    ]
}

#[test]
fn each_way_to_break_a_rule_is_found() {
    for (rule, mail) in other_heads().into_iter().chain(other_bodies()) {
        let report = check(&mail, &expected());
        assert!(
            names(&report).contains(&rule),
            "{rule}: {:#?}",
            report.findings
        );
    }
}

#[test]
fn a_link_for_machines_is_not_missed_in_the_text() {
    let hidden = "<div aria-hidden=\"true\" style=\"display:none;\"><a href=\"https://www.example.org/hidden\" tabindex=\"-1\">\
                  no</a></div><h3>";
    let with = |html: &str| check(&broken(|mail| mail.html("<h3>", html)), &expected());
    assert_eq!(with(hidden).findings, []);
    // Somebody sees it, hears it, or comes to it with the keyboard.
    for part in [
        " style=\"display:none;\"",
        " aria-hidden=\"true\"",
        " tabindex=\"-1\"",
    ] {
        assert!(hidden.contains(part));
        let report = with(&hidden.replace(part, ""));
        assert_eq!(names(&report), ["text-links"], "without{part}");
    }
}

#[test]
fn a_single_mail_needs_no_list_and_no_footer_of_one() {
    let mail = broken(|mail| {
        for name in [
            "List-Id",
            "Precedence",
            "List-Unsubscribe",
            "List-Unsubscribe-Post",
        ] {
            mail.without(name);
        }
        mail.html("anna@reader.example", "your address");
    });
    assert_eq!(check(&mail, &expected()).findings, []);
}

#[test]
fn what_is_no_mail_has_findings_and_ends_nothing() {
    for raw in [
        &b""[..],
        b"\r\n",
        b"\0\0\0",
        b"no header at all",
        b"Content-Type: multipart/alternative; boundary=\"b\"\r\n\r\n--b",
    ] {
        assert!(check(raw, &expected()).errors() > 0, "{raw:?}");
    }
    let deep = broken(|mail| mail.html("<h1>", &format!("{}<h1>", "<div>".repeat(3_000))));
    assert!(check(&deep, &expected()).html_bytes > 3_000);
}

proptest::proptest! {
    #[test]
    fn no_octets_stop_the_linter(raw in proptest::collection::vec(proptest::num::u8::ANY, 0..600), at in 0_usize..1200) {
        let bare = check(&raw, &expected());
        proptest::prop_assert!(bare.errors() > 0);
        let mut mail = draft().bytes();
        let at = at.min(mail.len());
        mail.splice(at..at, raw);
        let report = check(&mail, &expected());
        proptest::prop_assert_eq!(report.message_bytes, mail.len());
    }
}
