//! The word that names a newsletter, a topic or an edition in addresses of pages.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use icu_normalizer::DecomposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};

use super::line::to_nfc;
use super::text_column::text_column;

/// Characters in a slug at most; short enough for a `List-Id` label pair and a line of plain text.
const MAX_CHARS: usize = 80;
/// What a title without a single Latin letter or digit becomes.
const FALLBACK: &str = "untitled";

/// Why a text is not a [`Slug`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// No characters at all.
    #[error("the short name is empty")]
    Empty,
    /// More than 80 characters.
    #[error("the short name has more than {MAX_CHARS} characters")]
    TooLong,
    /// Something other than `a`-`z`, `0`-`9` and `-`.
    #[error("the short name may contain only a-z, 0-9 and hyphens")]
    Character,
    /// A hyphen at either end, or two in a row.
    #[error("the short name may not start or end with a hyphen or have two in a row")]
    MisplacedHyphen,
}

/// A name for addresses of pages: 1 to 80 of `a`-`z` and `0`-`9`, in groups joined by single hyphens.
#[derive(
    Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[serde(try_from = "String", into = "String")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Slug(String);

text_column!(Slug);

impl Slug {
    /// Suggests a slug for a title: "Grüße aus Köln!" becomes `gruesse-aus-koeln`.
    ///
    /// Latin letters lose their accents, everything else separates words, and a long title is cut between two words.
    /// A title without Latin letters or digits becomes `untitled`, so a suggestion need not be unique.
    #[must_use]
    pub fn from_title(title: &str) -> Self {
        let slug = cut_between_words(&hyphenate(&transliterate(title)));
        Self(if slug.is_empty() {
            FALLBACK.to_owned()
        } else {
            slug
        })
    }

    /// The same, and `None` for a title without a word in Latin letters.
    #[must_use]
    pub fn of_title(title: &str) -> Option<Self> {
        let slug = cut_between_words(&hyphenate(&transliterate(title)));
        slug.bytes()
            .any(|byte| byte.is_ascii_lowercase())
            .then_some(Self(slug))
    }

    /// The slug.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        if text.is_empty() {
            return Err(SlugError::Empty);
        }
        if !text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        {
            return Err(SlugError::Character);
        }
        if text.len() > MAX_CHARS {
            return Err(SlugError::TooLong);
        }
        if text.starts_with('-') || text.ends_with('-') || text.contains("--") {
            return Err(SlugError::MisplacedHyphen);
        }
        Ok(Self(text.to_owned()))
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl AsRef<str> for Slug {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Slug({})", self.0)
    }
}

/// Lower case, with Latin letters in their ASCII spelling and combining marks and apostrophes gone.
fn transliterate(title: &str) -> String {
    let mut spelt = String::with_capacity(title.len());
    // Composed first, because ä must become ae however it was typed; only then may other marks go.
    for c in to_nfc(title).chars().flat_map(char::to_lowercase) {
        match letters_for(c) {
            Some(letters) => spelt.push_str(letters),
            None => spelt.push(c),
        }
    }
    DecomposingNormalizerBorrowed::new_nfkd()
        .normalize(&spelt)
        .chars()
        .filter(|c| !matches!(c, '\u{300}'..='\u{36F}' | '\'' | '’' | 'ʼ' | '\u{AD}'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The spelling of letters that do not decompose into a plain letter and a mark, or that German spells out.
fn letters_for(c: char) -> Option<&'static str> {
    let letters = match c {
        'ä' | 'æ' | 'ǽ' => "ae",
        'ö' | 'œ' | 'ø' | 'ǿ' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'þ' => "th",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ĸ' => "k",
        'ł' => "l",
        'ŋ' => "n",
        'ŧ' => "t",
        'ə' => "e",
        _ => return None,
    };
    Some(letters)
}

/// Joins the runs of ASCII letters and digits by single hyphens.
fn hyphenate(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

/// Keeps as many whole words as fit; a first word that is too long by itself is cut.
fn cut_between_words(slug: &str) -> String {
    let Some((kept, rest)) = slug.split_at_checked(MAX_CHARS) else {
        return slug.to_owned();
    };
    if rest.is_empty() || rest.starts_with('-') {
        return kept.to_owned();
    }
    kept.rsplit_once('-')
        .map_or(kept, |(words, _)| words)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn titles_become_readable_slugs() {
        let cases = [
            ("Morning Briefing", "morning-briefing"),
            ("Grüße aus Köln!", "gruesse-aus-koeln"),
            ("A\u{308}rger u\u{308}ber O\u{308}l", "aerger-ueber-oel"),
            ("STRASSE / STRAẞE", "strasse-strasse"),
            ("Crème brûlée à Genève", "creme-brulee-a-geneve"),
            ("Łódź, Đà Nẵng & Þingvellir", "lodz-da-nang-thingvellir"),
            ("Blåbær på Ærø", "blabaer-pa-aeroe"),
            ("İstanbul'da ıssız", "istanbulda-issiz"),
            ("Don’t panic", "dont-panic"),
            ("  --2026: Rück\u{AD}blick--  ", "2026-rueckblick"),
            ("ﬁnal ½ Ⅳ", "final-1-2-iv"),
            ("Новости", "untitled"),
            ("新闻 24", "24"),
            ("", "untitled"),
        ];
        for (title, expected) in cases {
            assert_eq!(Slug::from_title(title).as_str(), expected, "{title:?}");
        }
    }

    #[test]
    fn a_long_title_is_cut_between_words() {
        let slug = Slug::from_title(&"regierungsviertel ".repeat(9));
        assert_eq!(slug.as_str(), ["regierungsviertel"; 4].join("-"));
        assert_eq!(Slug::from_title(&"x".repeat(200)).as_str(), "x".repeat(80));
        let exact = format!("{}-b c", "a".repeat(78));
        assert_eq!(
            Slug::from_title(&exact).as_str(),
            format!("{}-b", "a".repeat(78))
        );
    }

    #[test]
    fn only_tidy_slugs_are_parsed() {
        let long = "a".repeat(81);
        let cases = [
            ("morning", Ok(())),
            ("a", Ok(())),
            ("2026-01-05", Ok(())),
            ("", Err(SlugError::Empty)),
            ("Morning", Err(SlugError::Character)),
            ("a b", Err(SlugError::Character)),
            ("a_b", Err(SlugError::Character)),
            ("köln", Err(SlugError::Character)),
            ("../etc", Err(SlugError::Character)),
            ("-a", Err(SlugError::MisplacedHyphen)),
            ("a-", Err(SlugError::MisplacedHyphen)),
            ("a--b", Err(SlugError::MisplacedHyphen)),
            (long.as_str(), Err(SlugError::TooLong)),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Slug>().map(|_| ()), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_title_gives_a_valid_slug(title in any::<String>()) {
            let slug = Slug::from_title(&title);
            prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug.clone()));
            prop_assert_eq!(Slug::from_title(slug.as_str()), slug);
        }

        #[test]
        fn long_titles_give_valid_slugs(title in "[a-zäß ]{60,200}") {
            let slug = Slug::from_title(&title);
            prop_assert_eq!(slug.as_str().parse::<Slug>(), Ok(slug));
        }
    }
}
