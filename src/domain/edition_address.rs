//! Under which name an edition stands in the archive: `2026-01-06-bridge-reopens`.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use jiff::civil;

use super::slug::Slug;
use super::text_column::text_column;

/// Characters of the date and the hyphen after it.
const DATE_CHARS: usize = 11;
/// Characters at most: a date, the longest slug and a number.
const MAX_CHARS: usize = 120;

/// The text is no such name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a name such as 2026-01-06-bridge-reopens")]
pub struct EditionAddressError;

/// The civil date of an edition and words of its subject, joined by hyphens; unique in its newsletter.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct EditionAddress(String);

text_column!(EditionAddress);

impl EditionAddress {
    /// The name for an edition of that date and subject: "2026-01-06-gruesse-aus-koeln", and "2026-01-06-12" for the
    /// twelfth edition when no word of the subject is in Latin letters.
    #[must_use]
    pub fn new(date: civil::Date, subject: &str, number: i64) -> Self {
        match Slug::of_title(subject) {
            Some(slug) => Self(format!("{date}-{slug}")),
            None => Self(format!("{date}-{number}")),
        }
    }

    /// The name for one more edition of the same date and subject, from 2 on.
    #[must_use]
    pub fn another(&self, count: u32) -> Self {
        Self(format!("{}-{count}", self.0))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EditionAddress {
    type Err = EditionAddressError;

    fn from_str(text: &str) -> Result<Self, EditionAddressError> {
        let (date, words) = text
            .split_at_checked(DATE_CHARS)
            .ok_or(EditionAddressError)?;
        let date = date.strip_suffix('-').ok_or(EditionAddressError)?;
        let is_date = date.parse::<civil::Date>().is_ok();
        let is_word = |word: &str| {
            let mut bytes = word.bytes();
            !word.is_empty() && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        };
        if is_date && text.len() <= MAX_CHARS && words.split('-').all(is_word) {
            Ok(Self(text.to_owned()))
        } else {
            Err(EditionAddressError)
        }
    }
}

impl fmt::Display for EditionAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for EditionAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EditionAddress({})", self.0)
    }
}

impl AsRef<str> for EditionAddress {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DATE: civil::Date = civil::date(2026, 1, 6);

    #[test]
    fn a_subject_becomes_words_of_an_address() {
        for (subject, expected) in [
            ("Grüße aus Köln!", "2026-01-06-gruesse-aus-koeln"),
            ("L’été à Łódź", "2026-01-06-lete-a-lodz"),
            ("Bridge & tunnel", "2026-01-06-bridge-tunnel"),
            ("أوروبا اليوم", "2026-01-06-12"),
            ("Привет", "2026-01-06-12"),
            ("今日 2026", "2026-01-06-12"),
            ("", "2026-01-06-12"),
        ] {
            let address = EditionAddress::new(DATE, subject, 12);
            assert_eq!(address.as_str(), expected);
            assert_eq!(address.as_str().parse(), Ok(address.clone()));
            assert_eq!(address.another(2).as_str(), format!("{expected}-2"));
        }
    }

    #[test]
    fn other_text_is_refused() {
        for text in [
            "",
            "2026-01-06",
            "2026-01-06-",
            "2026-01-06--a",
            "2026-13-06-a",
            "2026-01-06-A",
            "2026-01-06-ä",
            "26-01-06-bridge",
            "bridge-reopens-now",
            "017e5a2c-9f00-7000-8000-000000000000",
        ] {
            assert_eq!(text.parse::<EditionAddress>(), Err(EditionAddressError));
        }
    }

    proptest! {
        #[test]
        fn every_subject_has_an_address_that_is_one(subject in any::<String>(), number in 1_i64..1_000_000) {
            let address = EditionAddress::new(DATE, &subject, number).another(7);
            prop_assert_eq!(address.as_str().parse(), Ok(address.clone()));
        }
    }
}
