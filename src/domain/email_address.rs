//! A mailbox we may write to, and the rules that keep odd addresses out.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Serialize};

use super::line::{is_bidi_control, is_invisible, is_joiner, is_private_use, to_nfc};
use super::text_column::text_column;

/// Octets in a local part at most: RFC 5321 §4.5.3.1.1.
const LOCAL_PART_MAX_OCTETS: usize = 64;
/// Octets in an address at most: the 256 of a path (RFC 5321 §4.5.3.1.3) without its two angle brackets.
const ADDRESS_MAX_OCTETS: usize = 254;
/// Octets of input worth looking at: a domain of 254 octets can be longer in its Unicode form, but not than this.
const INPUT_MAX_OCTETS: usize = 1024;
/// Octets in one label of a domain name at most: RFC 1035 §2.3.4.
const LABEL_MAX_OCTETS: usize = 63;

/// Why a text is not an [`EmailAddress`]. The messages never repeat the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum EmailAddressError {
    /// Nothing but white space.
    #[error("the address is empty")]
    Empty,
    /// No `@`.
    #[error("the address has no @")]
    MissingAt,
    /// More than one `@`, which also covers source routes (RFC 5321 appendix C).
    #[error("the address has more than one @")]
    SeveralAt,
    /// Nothing before the `@`.
    #[error("the part before the @ is missing")]
    EmptyLocalPart,
    /// Nothing after the `@`.
    #[error("the part after the @ is missing")]
    EmptyDomain,
    /// White space, control or invisible characters within the address.
    #[error("the address contains a space or an invisible character")]
    Invisible,
    /// A local part in quotation marks, or a backslash: legal in RFC 5321, used by nobody.
    #[error("a quoted part before the @ is not supported")]
    QuotedLocalPart,
    /// `=?…?=` (RFC 2047) is for display text; some servers decode it and see another address.
    #[error("the address contains an encoded word")]
    EncodedWord,
    /// `%` and `!` once asked a server to relay to somewhere else.
    #[error("the address contains % or !, which route mail elsewhere")]
    Routing,
    /// A character that needs quoting, such as a comma, colon or bracket.
    #[error("the address contains a character that is not allowed before the @")]
    LocalPartCharacter,
    /// A dot at either end of the local part or of the domain, or two dots in a row.
    #[error("the address has a dot at an end, or two dots in a row")]
    MisplacedDot,
    /// The local part has more than 64 octets.
    #[error("the part before the @ is too long")]
    LocalPartTooLong,
    /// The whole address has more than 254 octets.
    #[error("the address is too long")]
    TooLong,
    /// One label of the domain has more than 63 octets, or the domain more than 253.
    #[error("the part after the @ is too long")]
    DomainTooLong,
    /// `[192.0.2.1]`, `192.0.2.1` or an IPv6 literal.
    #[error("the part after the @ is an IP address")]
    IpLiteral,
    /// A domain of one label, such as `localhost`.
    #[error("the part after the @ has no dot")]
    DotlessDomain,
    /// A top-level domain of digits only: RFC 3696 §2 rules them out.
    #[error("the part after the @ ends in a number")]
    NumericTopLevelDomain,
    /// Not a domain name by IDNA (UTS #46 with the strict rules of STD 3).
    #[error("the part after the @ is not a domain name")]
    InvalidDomain,
}

/// A mailbox we may write to: at most 254 octets (RFC 5321 §4.5.3.1.3), domain as lower-case A-labels.
///
/// The local part keeps its case, because only its own server may say that case does not matter, and is in Unicode
/// normalisation form C. Two addresses are `==` when they are spelt alike; use [`key`](Self::key) to find out whether
/// they belong to the same reader. There is no `Display`, so that an address reaches a log only on purpose.
#[derive(
    Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[serde(try_from = "String", into = "String")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct EmailAddress(String);

text_column!(EmailAddress);

impl EmailAddress {
    /// The whole address, as SMTP wants it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part before the `@`, in the reader's own case.
    #[must_use]
    pub fn local_part(&self) -> &str {
        self.parts().0
    }

    /// The part after the `@`: lower-case ASCII, with `xn--` labels (RFC 5890) for an international name.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.parts().1
    }

    /// Equal for two spellings of one mailbox that differ in case only, for unique columns and suppression look-ups.
    ///
    /// Folds case and nothing else: dots and `+tags` are the reader's business. `ı` and `i`, or `ß` and `ss`, stay
    /// different, as they are different mailboxes in practice.
    #[must_use]
    pub fn key(&self) -> String {
        let folded: String = self
            .0
            .chars()
            .flat_map(char::to_lowercase)
            .map(|c| if c == 'ς' { 'σ' } else { c })
            .collect();
        to_nfc(&folded)
    }

    /// The address for a page that anyone with a link may see: `an…@beispiel.de`.
    ///
    /// Shows two characters of the local part, or one when it has no more than two.
    #[must_use]
    pub fn masked(&self) -> String {
        let (local, domain) = self.parts();
        let shown = if local.chars().count() > 2 { 2 } else { 1 };
        let start: String = local.chars().take(shown).collect();
        format!("{start}…@{domain}")
    }

    /// The address for a page that somebody else may see, because the mail behind it was forwarded: `a•••@b•••.de`. Enough for
    /// its owner to know it, and too little to write to.
    #[must_use]
    pub fn veiled(&self) -> String {
        let (local, domain) = self.parts();
        let first = |text: &str| text.chars().take(1).collect::<String>();
        let top = domain.rsplit('.').next().unwrap_or_default();
        format!("{}•••@{}•••.{top}", first(local), first(domain))
    }

    /// Whether only a server that offers SMTPUTF8 (RFC 6531) can take mail for this address.
    #[must_use]
    pub fn needs_smtputf8(&self) -> bool {
        !self.local_part().is_ascii()
    }

    fn parts(&self) -> (&str, &str) {
        // `from_str` is the only door and it lets one `@` through.
        self.0.rsplit_once('@').unwrap_or((&self.0, ""))
    }
}

impl FromStr for EmailAddress {
    type Err = EmailAddressError;

    /// Reads an address as a reader types it; ASCII white space around it is ignored.
    fn from_str(text: &str) -> Result<Self, EmailAddressError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(EmailAddressError::Empty);
        }
        if text.len() > INPUT_MAX_OCTETS {
            return Err(EmailAddressError::TooLong);
        }
        if text.chars().any(is_hidden) {
            return Err(EmailAddressError::Invisible);
        }
        if text.contains(['"', '\\']) {
            return Err(EmailAddressError::QuotedLocalPart);
        }
        let (local, domain) = text.split_once('@').ok_or(EmailAddressError::MissingAt)?;
        if domain.contains('@') {
            return Err(EmailAddressError::SeveralAt);
        }
        let address = format!("{}@{}", parse_local_part(local)?, parse_domain(domain)?);
        if address.len() > ADDRESS_MAX_OCTETS {
            return Err(EmailAddressError::TooLong);
        }
        Ok(Self(address))
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = EmailAddressError;

    fn try_from(text: String) -> Result<Self, EmailAddressError> {
        text.parse()
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// Prints the domain only: `EmailAddress(***@beispiel.de)`.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(***@{})", self.domain())
    }
}

/// Characters that nobody can see or type on purpose, so that two addresses which look alike are alike.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || c == char::REPLACEMENT_CHARACTER
        || is_bidi_control(c)
        || is_invisible(c)
        || is_joiner(c)
        || is_private_use(c)
}

/// A dot-atom (RFC 5322 §3.2.3, extended by RFC 6531 §3.3), without the two routing characters, in NFC.
fn parse_local_part(local: &str) -> Result<String, EmailAddressError> {
    let local = to_nfc(local);
    if local.is_empty() {
        return Err(EmailAddressError::EmptyLocalPart);
    }
    if local.contains("=?") {
        return Err(EmailAddressError::EncodedWord);
    }
    if local.contains(['%', '!']) {
        return Err(EmailAddressError::Routing);
    }
    if !local.chars().all(is_local_part_character) {
        return Err(EmailAddressError::LocalPartCharacter);
    }
    if has_misplaced_dot(&local) {
        return Err(EmailAddressError::MisplacedDot);
    }
    if local.len() > LOCAL_PART_MAX_OCTETS {
        return Err(EmailAddressError::LocalPartTooLong);
    }
    Ok(local)
}

fn is_local_part_character(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~.".contains(c);
    }
    // Full-width forms look like ASCII, and some servers turn them into ASCII, such as ＠ into @.
    !matches!(c, '\u{FF01}'..='\u{FF5E}' | '\u{FE50}'..='\u{FE6B}')
}

fn has_misplaced_dot(text: &str) -> bool {
    text.starts_with('.') || text.ends_with('.') || text.contains("..")
}

/// A domain name of two labels or more, as lower-case A-labels.
fn parse_domain(domain: &str) -> Result<String, EmailAddressError> {
    if domain.is_empty() {
        return Err(EmailAddressError::EmptyDomain);
    }
    if domain.starts_with('[') || domain.contains(':') {
        return Err(EmailAddressError::IpLiteral);
    }
    if has_misplaced_dot(domain) {
        return Err(EmailAddressError::MisplacedDot);
    }
    let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| domain_error(domain))?;
    if ascii.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err(EmailAddressError::IpLiteral);
    }
    let (_, top_level) = ascii
        .rsplit_once('.')
        .ok_or(EmailAddressError::DotlessDomain)?;
    if top_level.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(EmailAddressError::NumericTopLevelDomain);
    }
    Ok(ascii)
}

/// `idna` does not say what it minds; a length is the one thing that a reader can see.
fn domain_error(domain: &str) -> EmailAddressError {
    let is_too_long = |ascii: String| {
        ascii.len() >= ADDRESS_MAX_OCTETS
            || ascii.split('.').any(|label| label.len() > LABEL_MAX_OCTETS)
    };
    if idna::domain_to_ascii(domain).is_ok_and(is_too_long) {
        EmailAddressError::DomainTooLong
    } else {
        EmailAddressError::InvalidDomain
    }
}

#[cfg(test)]
#[path = "email_address_tests.rs"]
mod tests;
