//! Domains that give anybody a mailbox for some minutes.

use std::collections::HashSet;

use super::email_address::EmailAddress;

/// The best known ones, for a start; a newsroom adds its own in a file.
const KNOWN: [&str; 32] = [
    "10minutemail.com",
    "20minutemail.com",
    "33mail.com",
    "byom.de",
    "discard.email",
    "dispostable.com",
    "emailondeck.com",
    "fakeinbox.com",
    "getairmail.com",
    "getnada.com",
    "guerrillamail.com",
    "guerrillamail.de",
    "guerrillamail.info",
    "guerrillamail.net",
    "guerrillamail.org",
    "mail-temp.com",
    "mailcatch.com",
    "maildrop.cc",
    "mailinator.com",
    "mailnesia.com",
    "mintemail.com",
    "moakt.com",
    "mohmal.com",
    "sharklasers.com",
    "spamgourmet.com",
    "temp-mail.org",
    "tempmail.com",
    "throwawaymail.com",
    "trash-mail.com",
    "trashmail.com",
    "wegwerfmail.de",
    "yopmail.com",
];

/// A newsroom's changes to the built-in list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DomainList {
    added: HashSet<String>,
    removed: HashSet<String>,
}

/// A line is not a domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: {text:?} is not a domain; write one a line, like mailinator.com, or !byom.de to take one off"
)]
pub struct DomainListError {
    line: usize,
    text: String,
}

impl DomainList {
    /// Reads one domain a line; `#` begins a comment, `!` takes a built-in one off.
    ///
    /// # Errors
    /// The first line that is not a domain.
    pub fn parse(text: &str) -> Result<Self, DomainListError> {
        let mut list = Self::default();
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let bare = line.strip_prefix('!');
            // The rules for a domain are those of addresses.
            let domain = format!("x@{}", bare.unwrap_or(line).trim())
                .parse::<EmailAddress>()
                .map_err(|_| DomainListError {
                    line: number + 1,
                    text: line.to_owned(),
                })?
                .domain()
                .to_owned();
            if bare.is_some() {
                list.removed.insert(domain);
            } else {
                list.added.insert(domain);
            }
        }
        Ok(list)
    }

    /// Whether the address is at one of the domains, or at a subdomain of one.
    #[must_use]
    pub fn has(&self, address: &EmailAddress) -> bool {
        let mut domain = address.domain();
        loop {
            let is_known = KNOWN.binary_search(&domain).is_ok();
            if self.added.contains(domain) || is_known && !self.removed.contains(domain) {
                return true;
            }
            match domain.split_once('.') {
                Some((_, parent)) if parent.contains('.') => domain = parent,
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(list: &DomainList, text: &str) -> bool {
        list.has(&text.parse().unwrap())
    }

    #[test]
    fn the_built_in_list_can_be_changed() {
        assert!(KNOWN.is_sorted());
        let list = DomainList::parse("# ours\nMüll.example  # thrown away\n\n!byom.de\n").unwrap();
        assert!(has(&list, "a@mailinator.com") && has(&list, "a@X.Mailinator.com"));
        assert!(has(&list, "a@müll.example") && has(&list, "a@xn--mll-hoa.example"));
        assert!(!has(&list, "a@byom.de") && has(&DomainList::default(), "a@byom.de"));
        assert!(!has(&list, "a@notmailinator.com") && !has(&list, "a@example.org"));
    }

    #[test]
    fn a_wrong_line_is_named() {
        let error = DomainList::parse("a.example\nb example\n").unwrap_err();
        assert!(
            error.to_string().starts_with("line 2: \"b example\""),
            "{error}"
        );
        assert!(DomainList::parse("com").is_err());
    }
}
