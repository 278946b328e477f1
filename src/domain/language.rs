//! Which language a text is in, and which of ours a reader prefers.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Serialize};

use super::text_column::text_column;

/// Characters in a tag at most: RFC 5646 §4.4.1 asks for room for 35.
const MAX_CHARS: usize = 35;
/// Languages looked at in an `Accept-Language` header; browsers send fewer than ten.
const ACCEPTED_AT_MOST: usize = 20;
/// Languages (ISO 639) that are written from right to left when the tag names no script.
const RIGHT_TO_LEFT_LANGUAGES: [&str; 25] = [
    "ar", "arc", "azb", "bal", "bqi", "ckb", "dv", "fa", "glk", "he", "iw", "ji", "khw", "ks",
    "lrc", "mzn", "nqo", "pnb", "prs", "ps", "sd", "syr", "ug", "ur", "yi",
];
/// Scripts (ISO 15924) that are written from right to left.
const RIGHT_TO_LEFT_SCRIPTS: [&str; 10] = [
    "Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa",
];

/// The text is not a BCP 47 language tag, such as `de`, `pt-BR` or `zh-Hant-TW`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag such as \"de\", \"pt-BR\" or \"zh-Hant-TW\"")]
pub struct LanguageError;

/// A BCP 47 language tag (RFC 5646) in its usual case: `de`, `pt-BR`, `zh-Hant-TW`.
///
/// The form is checked, not the registry of subtags: `xy-ZZ` passes.
#[derive(
    Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[serde(try_from = "String", into = "String")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Language(String);

text_column!(Language);

impl Language {
    /// English, the language in which there is always a text.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The whole tag, for the `lang` attribute and `Content-Language`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script, region and the rest: two or three lower-case letters.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }

    /// The tag without extensions and private subtags: "de" of "de-x-informal", "ar-EG" of "ar-EG-u-nu-latn".
    #[must_use]
    pub fn without_private_use(&self) -> Self {
        let mut tag = String::with_capacity(self.0.len());
        for subtag in self.0.split('-').take_while(|subtag| subtag.len() > 1) {
            if !tag.is_empty() {
                tag.push('-');
            }
            tag.push_str(subtag);
        }
        Self(tag)
    }

    /// The tag and what it falls back to, nearest first (RFC 4647 §3.4): "de-x-informal", "de".
    pub fn lookup_chain(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.0.as_str()), |range| {
            let (shorter, _) = range.rsplit_once('-')?;
            // A singleton says nothing without what follows it.
            let is_cut = |tag: &str| {
                tag.rsplit_once('-')
                    .is_some_and(|(_, last)| last.len() == 1)
            };
            if is_cut(shorter) {
                shorter.rsplit_once('-').map(|(rest, _)| rest)
            } else {
                Some(shorter)
            }
        })
    }

    /// The variety in which readers are addressed informally: "de-x-informal" of "de".
    #[must_use]
    pub fn informal(&self) -> Option<Self> {
        format!("{}-x-informal", self.primary()).parse().ok()
    }

    /// Whether the tag has private subtags, which mean something only to this program: no browser asks for them.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.0.split('-').any(|subtag| subtag == "x")
    }

    /// Whether text in this language runs from right to left; a script in the tag decides before the language does.
    #[must_use]
    pub fn is_right_to_left(&self) -> bool {
        match self.script() {
            Some(script) => RIGHT_TO_LEFT_SCRIPTS.contains(&script),
            None => RIGHT_TO_LEFT_LANGUAGES.contains(&self.primary()),
        }
    }

    /// The one of `available` that suits a reader who accepts `accept`, best first (RFC 4647 §3.4, lookup).
    ///
    /// For each accepted language it tries the whole tag, then shorter ones, and then any variety of the same language
    /// in the same direction, because a reader of `de-CH` would rather read `de-DE` than the next language.
    #[must_use]
    pub fn best_match(available: &[Self], accept: &[Self]) -> Option<Self> {
        accept
            .iter()
            .find_map(|wanted| {
                wanted
                    .exact_or_shorter(available)
                    .or_else(|| wanted.variety(available))
            })
            .cloned()
    }

    /// Whether the tag is `range` or a variety of it: "de-AT" is within "de" (RFC 4647 §3.3.1, basic filtering).
    #[must_use]
    pub fn is_within(&self, range: &Self) -> bool {
        let rest = self.0.strip_prefix(range.0.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    }

    /// The languages of an `Accept-Language` header (RFC 9110 §12.5.4), best first.
    ///
    /// Parts that are no language tag, `*` included, and languages of quality 0 are left out.
    #[must_use]
    pub fn from_accept_header(header: &str) -> Vec<Self> {
        let mut weighted: Vec<(u16, Self)> = header
            .split(',')
            .take(ACCEPTED_AT_MOST)
            .filter_map(|part| {
                let (tag, parameters) = part.split_once(';').unwrap_or((part, ""));
                Some((thousandths(parameters)?, tag.trim().parse().ok()?))
            })
            .filter(|(quality, _)| *quality > 0)
            .collect();
        // The sort is stable: languages of one quality keep the reader's order.
        weighted.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
        weighted.into_iter().map(|(_, language)| language).collect()
    }

    fn script(&self) -> Option<&str> {
        self.0
            .split('-')
            .skip(1)
            .take_while(|subtag| subtag.len() > 1)
            .find(|subtag| is_script(subtag))
    }

    fn exact_or_shorter<'a>(&self, available: &'a [Self]) -> Option<&'a Self> {
        self.lookup_chain()
            .find_map(|range| available.iter().find(|language| language.0 == range))
    }

    fn variety<'a>(&self, available: &'a [Self]) -> Option<&'a Self> {
        available.iter().find(|language| {
            language.primary() == self.primary()
                && language.is_right_to_left() == self.is_right_to_left()
        })
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(text: &str) -> Result<Self, LanguageError> {
        let mut subtags = text.split('-');
        let primary = subtags.next().unwrap_or_default();
        let is_primary = matches!(primary.len(), 2..=3)
            && primary.bytes().all(|byte| byte.is_ascii_alphabetic());
        if !is_primary || text.len() > MAX_CHARS {
            return Err(LanguageError);
        }
        let mut tag = primary.to_ascii_lowercase();
        let mut is_extension = false;
        let mut was_singleton = false;
        for subtag in subtags {
            if !matches!(subtag.len(), 1..=8)
                || !subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                return Err(LanguageError);
            }
            was_singleton = subtag.len() == 1;
            is_extension |= was_singleton;
            tag.push('-');
            tag.push_str(&in_usual_case(subtag, is_extension));
        }
        if was_singleton {
            Err(LanguageError)
        } else {
            Ok(Self(tag))
        }
    }
}

impl TryFrom<String> for Language {
    type Error = LanguageError;

    fn try_from(text: String) -> Result<Self, LanguageError> {
        text.parse()
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0
    }
}

impl AsRef<str> for Language {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Language({})", self.0)
    }
}

fn is_script(subtag: &str) -> bool {
    subtag.len() == 4 && subtag.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// RFC 5646 §2.1.1: regions in capitals, scripts with one capital, all else, and all after a singleton, in small letters.
fn in_usual_case(subtag: &str, is_extension: bool) -> String {
    let lower = subtag.to_ascii_lowercase();
    if is_extension {
        return lower;
    }
    match lower.split_at_checked(1) {
        Some((first, rest)) if is_script(&lower) => format!("{}{rest}", first.to_ascii_uppercase()),
        _ if lower.len() == 2 => lower.to_ascii_uppercase(),
        _ => lower,
    }
}

/// The quality in the parameters of one part of a header, in thousandths; 1000 when there is none.
fn thousandths(parameters: &str) -> Option<u16> {
    let parameters = parameters.trim();
    if parameters.is_empty() {
        return Some(1000);
    }
    let value = parameters
        .strip_prefix("q=")
        .or_else(|| parameters.strip_prefix("Q="))?;
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match whole {
        "1" => Some(1000),
        "0" => format!("{fraction:0<3}").parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn languages(tags: &[&str]) -> Vec<Language> {
        tags.iter().map(|tag| tag.parse().unwrap()).collect()
    }

    #[test]
    fn tags_are_brought_into_their_usual_case() {
        let cases = [
            ("de", "de"),
            ("DE", "de"),
            ("pt-br", "pt-BR"),
            ("ZH-hANT-tw", "zh-Hant-TW"),
            ("gsw", "gsw"),
            ("es-419", "es-419"),
            ("de-ch-1996", "de-CH-1996"),
            ("sl-rozaj-biske", "sl-rozaj-biske"),
            ("en-u-CA-Gregory", "en-u-ca-gregory"),
            ("de-X-Arab", "de-x-arab"),
            ("zh-yue-hk", "zh-yue-HK"),
        ];
        for (text, expected) in cases {
            assert_eq!(
                text.parse::<Language>().map(String::from),
                Ok(expected.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_tag_falls_back_to_shorter_ones() {
        for (tag, chain, bare) in [
            ("de-x-informal", vec!["de-x-informal", "de"], "de"),
            (
                "de-CH-x-informal",
                vec!["de-CH-x-informal", "de-CH", "de"],
                "de-CH",
            ),
            (
                "ar-EG-u-nu-latn",
                vec!["ar-EG-u-nu-latn", "ar-EG-u-nu", "ar-EG", "ar"],
                "ar-EG",
            ),
            ("pl", vec!["pl"], "pl"),
        ] {
            let language: Language = tag.parse().unwrap();
            assert_eq!(language.lookup_chain().collect::<Vec<_>>(), chain);
            assert_eq!(language.without_private_use().as_str(), bare);
            assert_eq!(language.is_private(), tag.contains("-x-"));
        }
        let swiss: Language = "de-CH".parse().unwrap();
        assert_eq!(swiss.informal().unwrap().as_str(), "de-x-informal");
    }

    #[test]
    fn other_text_is_refused() {
        let long = format!("de{}", "-abcdefgh".repeat(4));
        for text in [
            "",
            "d",
            "deutsch",
            "de_DE",
            "de-",
            "-de",
            "de--DE",
            "d3",
            "de-ß",
            "de DE",
            "de-abcdefghi",
            "en-u",
            "*",
            " de",
            long.as_str(),
        ] {
            assert_eq!(text.parse::<Language>(), Err(LanguageError), "{text}");
        }
    }

    #[test]
    fn the_script_decides_about_the_direction() {
        for tag in [
            "ar",
            "ar-EG",
            "he",
            "fa-IR",
            "ur",
            "yi",
            "az-Arab",
            "pa-Arab-PK",
            "ckb",
        ] {
            assert!(tag.parse::<Language>().unwrap().is_right_to_left(), "{tag}");
        }
        for tag in ["de", "en-GB", "az", "ar-Latn", "sd-Deva", "de-x-arab", "tr"] {
            assert!(
                !tag.parse::<Language>().unwrap().is_right_to_left(),
                "{tag}"
            );
        }
    }

    #[test]
    fn the_reader_gets_the_best_language_we_have() {
        let cases: [(&[&str], &[&str], Option<&str>); 9] = [
            (&["en", "de"], &["de"], Some("de")),
            (&["en", "de"], &["de-AT", "en"], Some("de")),
            (&["en", "de-DE"], &["de-CH", "en"], Some("de-DE")),
            (&["pt", "pt-BR"], &["pt-BR"], Some("pt-BR")),
            (&["zh-Hans", "zh-Hant"], &["zh-Hant-TW"], Some("zh-Hant")),
            (&["ar-Latn", "en"], &["ar", "en"], Some("en")),
            (&["en", "de"], &["fr", "de"], Some("de")),
            (&["en", "de"], &["fr"], None),
            (&[], &["de"], None),
        ];
        for (available, accept, expected) in cases {
            let found = Language::best_match(&languages(available), &languages(accept));
            assert_eq!(
                found.as_ref().map(Language::as_str),
                expected,
                "{available:?} for {accept:?}"
            );
        }
    }

    #[test]
    fn a_header_is_ordered_by_quality() {
        let cases: [(&str, &[&str]); 6] = [
            ("de-DE,de;q=0.9,en;q=0.8", &["de-DE", "de", "en"]),
            ("en;q=0.5, de , fr;q=0.75", &["de", "fr", "en"]),
            ("da, en-gb;q=0.8, *;q=0.1", &["da", "en-GB"]),
            ("de;q=0, en;q=0.001", &["en"]),
            ("de;q=2, fr;q=x, en;q=1.000", &["en"]),
            ("", &[]),
        ];
        for (header, expected) in cases {
            assert_eq!(
                Language::from_accept_header(header),
                languages(expected),
                "{header}"
            );
        }
    }

    proptest! {
        #[test]
        fn an_accepted_tag_is_its_own_spelling(text in "[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,4}") {
            if let Ok(language) = text.parse::<Language>() {
                prop_assert_eq!(language.as_str().parse(), Ok(language.clone()));
                prop_assert_eq!(Language::best_match(std::slice::from_ref(&language), std::slice::from_ref(&language)), Some(language));
            }
        }

        #[test]
        fn no_text_makes_a_parser_panic(text in any::<String>()) {
            let _ = text.parse::<Language>();
            let _ = Language::from_accept_header(&text);
        }
    }
}
