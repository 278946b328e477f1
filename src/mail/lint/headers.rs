//! Rules about headers that every mail has.

use jiff::fmt::rfc2822;
use mail_parser::Address;

use super::{Findings, Mail, rules, shown};

/// What inboxes show of a subject, in characters.
const MAX_SUBJECT: usize = 60;

pub(super) fn check(mail: &Mail<'_>, findings: &mut Findings) {
    for name in [
        "Date",
        "From",
        "Message-ID",
        "Subject",
        "To",
        "MIME-Version",
    ] {
        let count = mail.values(name).len();
        if count != 1 {
            findings.add(
                &rules::HEADER_ONCE,
                format!("{name} stands there {count} times"),
            );
        }
    }
    addresses(mail, findings);
    date(mail, findings);
    message_id(mail, findings);
    subject(mail, findings);
    if !mail
        .values("Auto-Submitted")
        .iter()
        .any(|value| value == "auto-generated")
    {
        findings.add(&rules::AUTO_SUBMITTED, "Auto-Submitted is missing");
    }
}

fn count(address: Option<&Address<'_>>) -> usize {
    address.map_or(0, |address| {
        address
            .iter()
            .filter(|one| one.address().is_some_and(|text| text.contains('@')))
            .count()
    })
}

fn addresses(mail: &Mail<'_>, findings: &mut Findings) {
    let senders = count(mail.message.from());
    if senders != 1 && mail.values("From").len() == 1 {
        findings.add(
            &rules::ONE_SENDER,
            format!("From holds {senders} addresses"),
        );
    }
    let recipients = count(mail.message.to());
    if recipients != 1 && mail.values("To").len() == 1 {
        findings.add(
            &rules::ONE_RECIPIENT,
            format!("To holds {recipients} addresses"),
        );
    }
    for name in ["Cc", "Bcc"] {
        if !mail.values(name).is_empty() {
            findings.add(&rules::ONE_RECIPIENT, format!("there is a {name}"));
        }
    }
}

fn date(mail: &Mail<'_>, findings: &mut Findings) {
    for value in mail.values("Date") {
        let zone = value.rsplit(' ').next().unwrap_or_default();
        let has_zone = zone.len() == 5
            && zone.starts_with(['+', '-'])
            && zone.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        if !has_zone || rfc2822::parse(&value).is_err() {
            findings.add(&rules::DATE, format!("Date is {:?}", shown(&value)));
        }
    }
}

fn message_id(mail: &Mail<'_>, findings: &mut Findings) {
    let reader = mail.recipient();
    for value in mail.values("Message-ID") {
        let inner = value
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or_default();
        let is_right = inner.split_once('@').is_some_and(|(left, domain)| {
            !left.is_empty()
                && domain.contains('.')
                && !domain.contains(['@', ' '])
                && !left.contains([' ', '<'])
        });
        // Hexadecimal digits spell short names, too: only a name between signs tells.
        let local = reader.as_deref().and_then(|it| it.split('@').next());
        let left = inner.split('@').next().unwrap_or_default();
        let tells = local.is_some_and(|local| {
            left.contains(reader.as_deref().unwrap_or(local))
                || left
                    .split(['.', '-', '_', '=', '+'])
                    .any(|piece| piece == local)
        });
        if !is_right || tells {
            findings.add(
                &rules::MESSAGE_ID,
                format!("Message-ID is {:?}", shown(&value)),
            );
        }
    }
}

fn subject(mail: &Mail<'_>, findings: &mut Findings) {
    if mail.values("Subject").len() != 1 {
        return;
    }
    let subject = mail.message.subject().unwrap_or_default().trim();
    let length = subject.chars().count();
    if length == 0 {
        findings.add(&rules::SUBJECT_EMPTY, "the subject is empty");
    }
    if length > MAX_SUBJECT {
        findings.add(
            &rules::SUBJECT_LENGTH,
            format!("the subject has {length} characters"),
        );
    }
}

impl Mail<'_> {
    /// The address in `To`, when there is exactly one.
    pub(super) fn recipient(&self) -> Option<String> {
        let to = self.message.to()?;
        let mut all = to.iter().filter_map(|one| one.address());
        let first = all.next()?;
        all.next().is_none().then(|| first.to_owned())
    }
}
