//! Rules about editions: what goes to many must be easy to leave, and must say whose it is.

use scraper::Html;

use super::{Expected, Findings, Mail, html, rules, shown};

pub(super) fn check(
    mail: &Mail<'_>,
    page: Option<&Html>,
    expected: &Expected,
    findings: &mut Findings,
) {
    let unsubscribe = mail.values("List-Unsubscribe");
    let post = mail.values("List-Unsubscribe-Post");
    if !mail.is_list() {
        if !unsubscribe.is_empty() || !post.is_empty() {
            findings.add(
                &rules::LIST_ON_SINGLE,
                "there is a List-Unsubscribe and no list",
            );
        }
        return;
    }
    let ids = mail.values("List-Id");
    if !matches!(ids.as_slice(), [id] if is_list_id(id)) {
        findings.add(
            &rules::LIST_ID,
            format!("List-Id is {:?}", shown(&ids.join(", "))),
        );
    }
    if !mail
        .values("Precedence")
        .iter()
        .any(|value| matches!(value.as_str(), "bulk" | "list"))
    {
        findings.add(&rules::PRECEDENCE, "Precedence is missing");
    }
    if post != ["List-Unsubscribe=One-Click"] {
        let detail = format!("List-Unsubscribe-Post is {:?}", shown(&post.join(", ")));
        findings.add(&rules::LIST_UNSUBSCRIBE_POST, detail);
    }
    let stop = match unsubscribe.as_slice() {
        [one] => first_address(one).filter(|url| url.starts_with("https://")),
        _ => None,
    };
    if stop.is_none() {
        let detail = format!(
            "List-Unsubscribe is {:?}",
            shown(&unsubscribe.join(" and "))
        );
        findings.add(&rules::LIST_UNSUBSCRIBE, detail);
    }
    let Some(page) = page else { return };
    footer(mail, page, stop, expected, findings);
}

fn first_address(value: &str) -> Option<&str> {
    let (address, _) = value.trim().strip_prefix('<')?.split_once('>')?;
    Some(address)
}

fn is_list_id(value: &str) -> bool {
    let id = value
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.strip_suffix('>'))
        .unwrap_or_default();
    id.is_ascii() && id.len() <= 255 && id.contains('.') && !id.contains([' ', '@'])
}

fn footer(
    mail: &Mail<'_>,
    page: &Html,
    stop: Option<&str>,
    expected: &Expected,
    findings: &mut Findings,
) {
    let words = html::words(page.root_element());
    // An address in the text part may be broken over lines at its spaces.
    let text = html::visible(mail.text.unwrap_or_default());
    let both = [("HTML", &words), ("text", &text)];
    for (name, part) in both.iter().filter(|(_, part)| !part.is_empty()) {
        let reader = mail.recipient();
        if reader.is_some_and(|reader| !part.contains(&reader)) {
            let detail = format!("the {name} part does not name the reader's address");
            findings.add(&rules::FOOTER_WHY, detail);
        }
        let postal = html::visible(&expected.postal_address);
        if !part.contains(&postal) {
            let detail = format!("the {name} part does not hold {:?}", shown(&postal));
            findings.add(&rules::FOOTER_POSTAL, detail);
        }
    }
    let Some(stop) = stop else { return };
    let is_linked = html::all(page, "a[href]")
        .iter()
        .any(|link| link.attr("href") == Some(stop));
    if !is_linked {
        findings.add(&rules::FOOTER_UNSUBSCRIBE, "the HTML part does not link it");
    } else if !text.is_empty() && !text.contains(stop) {
        findings.add(&rules::FOOTER_UNSUBSCRIBE, "the text part does not hold it");
    }
}
