//! Text that people typed, made safe to show: one line for headers and titles, several for notes.

use std::fmt;
use std::str::FromStr;

use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use icu_normalizer::ComposingNormalizerBorrowed;
use serde::{Deserialize, Serialize};

use super::text_column::text_column;

/// Why a text is not a [`Line`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing visible is left after cleaning.
    #[error("the text is empty")]
    Empty,
    /// The cleaned text is longer than the caller allows.
    #[error("the text has {actual} characters, at most {max} are allowed")]
    TooLong {
        /// Characters (Unicode scalar values) left after cleaning.
        actual: usize,
        /// The limit the caller gave.
        max: usize,
    },
}

/// One line of display text that can stand in a mail header, a title or a button.
///
/// It is in Unicode normalisation form C, never empty, has no space at either end, and holds no line break, no control
/// character (C0, C1), no bidirectional control, no private-use character and no invisible character. Joiners stay
/// where they shape letters or emoji (Persian, Hindi), because without them such words are misspelt.
#[derive(
    Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[serde(try_from = "String", into = "String")]
#[diesel(sql_type = diesel::sql_types::Text)]
pub struct Line(String);

text_column!(Line);

impl Line {
    /// Cleans `text` and accepts it if at least one and at most `max_chars` characters (Unicode scalar values) remain.
    ///
    /// # Errors
    ///
    /// [`LineError::Empty`] and [`LineError::TooLong`]; a long text is never cut.
    pub fn parse(text: &str, max_chars: usize) -> Result<Self, LineError> {
        let line = join_lines(&strip_invisible(text));
        let actual = line.chars().count();
        if actual == 0 {
            return Err(LineError::Empty);
        }
        if actual > max_chars {
            return Err(LineError::TooLong {
                actual,
                max: max_chars,
            });
        }
        Ok(Self(line))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Line({:?})", self.0)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for Line {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<Line> for String {
    fn from(line: Line) -> Self {
        line.0
    }
}

/// Cleans without a length limit: for text that was a [`Line`] when it was stored.
impl FromStr for Line {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        Self::parse(text, usize::MAX)
    }
}

impl TryFrom<String> for Line {
    type Error = LineError;

    fn try_from(text: String) -> Result<Self, LineError> {
        text.parse()
    }
}

/// Cleans a text of several lines as [`Line`] does, but keeps its line breaks.
///
/// Every kind of line break becomes `\n`, a tab becomes a space, spaces at the end of a line and empty lines at both
/// ends go, and at most one empty line stays between two paragraphs. The result may be empty.
#[must_use]
pub fn clean_text(text: &str) -> String {
    let visible = strip_invisible(text);
    let mut cleaned = String::with_capacity(visible.len());
    let mut empty_lines = 0_usize;
    for line in visible.split('\n') {
        let line = line.trim_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        if !cleaned.is_empty() {
            cleaned.push_str(if empty_lines > 0 { "\n\n" } else { "\n" });
        }
        empty_lines = 0;
        cleaned.push_str(line);
    }
    cleaned
}

/// Whether `c` is a private-use character (Unicode general category Co).
///
/// They have no meaning between strangers, and the templates use some of them as marks of their own.
#[must_use]
pub fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Whether `c` can reorder the text around it (Unicode UAX #9: embeddings, overrides, isolates and marks).
#[must_use]
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether `c` shows nothing: format characters, fillers, tags and noncharacters, but not the two joiners.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}'
            | '\u{34F}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FDD0}'..='\u{FDEF}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}'..='\u{FFFF}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E00FF}'
            | '\u{E01F0}'..='\u{E0FFF}'
    ) || u32::from(c) & 0xFFFE == 0xFFFE
}

/// Whether `c` is U+200C or U+200D, which shape their neighbours and are invisible themselves.
#[must_use]
pub fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Unicode normalisation form C (UAX #15): one spelling for text that looks the same.
#[must_use]
pub fn to_nfc(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfc()
        .normalize(text)
        .into_owned()
}

/// Normalises line breaks to `\n` and tabs to a space, removes what cannot be seen, and composes the rest (NFC).
fn strip_invisible(text: &str) -> String {
    // Composed first, so that what is removed is seen in its final form.
    let composed = to_nfc(&text.replace("\r\n", "\n"));
    let visible = composed.chars().filter_map(|c| match c {
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        _ if c.is_control() || is_bidi_control(c) || is_private_use(c) || is_invisible(c) => None,
        _ => Some(c),
    });
    let mut text = to_nfc(&visible.collect::<String>());
    // Where a joiner goes its neighbours meet and may compose, and then another one may shape nothing any more. Each time
    // one joiner less is left, so this ends.
    loop {
        let joined = to_nfc(&without_idle_joiners(text.chars()));
        if joined == text {
            return text;
        }
        text = joined;
    }
}

/// Drops each joiner that does not stand between two characters which it can shape.
fn without_idle_joiners(chars: impl Iterator<Item = char>) -> String {
    let mut kept = String::new();
    let mut joiner = None;
    for c in chars {
        if is_joiner(c) {
            joiner = joiner.or(Some(c));
            continue;
        }
        if let Some(joiner) = joiner.take()
            && is_shaped_by_joiners(c)
            && kept.chars().next_back().is_some_and(is_shaped_by_joiners)
        {
            kept.push(joiner);
        }
        kept.push(c);
    }
    kept
}

/// Joiners do nothing in Latin, Greek, Cyrillic and Hebrew text, where they serve to hide one word in another.
///
/// Combining marks of those scripts count as shaped because normalisation may move them next to a joiner.
fn is_shaped_by_joiners(c: char) -> bool {
    (c >= '\u{600}'
        || matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5C7}'))
        && !c.is_whitespace()
        && !matches!(c, '\u{1E00}'..='\u{206F}')
}

/// Replaces each run of white space by one space; a single no-break space keeps its kind ("10 %", « oui »).
fn join_lines(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = None;
    for c in text.chars() {
        if c.is_whitespace() {
            let is_first = gap.is_none();
            gap = Some(if is_first && matches!(c, '\u{A0}' | '\u{202F}') {
                c
            } else {
                ' '
            });
            continue;
        }
        if let Some(space) = gap.take()
            && !line.is_empty()
        {
            line.push(space);
        }
        line.push(c);
    }
    line
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str) -> String {
        Line::parse(text, 200).unwrap().as_str().to_owned()
    }

    #[test]
    fn hostile_and_untidy_text_becomes_one_clean_line() {
        let cases = [
            ("Bridge reopens", "Bridge reopens"),
            ("  Bridge \t reopens \n", "Bridge reopens"),
            ("News\r\nBcc: all@example.org", "News Bcc: all@example.org"),
            ("News\nX: y", "News X: y"),
            ("News\u{2028}X\u{85}Y\u{B}Z", "News X Y Z"),
            ("a\u{0}b\u{1B}[31mc\u{7F}d\u{9B}e", "ab[31mcde"),
            ("invoice\u{202E}fdp.exe", "invoicefdp.exe"),
            ("\u{2066}x\u{2069}\u{200F}y\u{61C}", "xy"),
            ("pay\u{200B}pal \u{FEFF}ok\u{AD}ay", "paypal okay"),
            ("a\u{200D}b\u{200C}c", "abc"),
            ("mark \u{E000}here\u{F8FF} \u{F0001}too", "mark here too"),
            ("Mu\u{308}nchen", "München"),
            ("u\u{200B}\u{308}ber", "über"),
            ("10\u{A0}% mehr", "10\u{A0}% mehr"),
            ("10\u{A0} % mehr\u{A0}", "10 % mehr"),
            ("«\u{202F}oui\u{202F}»", "«\u{202F}oui\u{202F}»"),
            ("می\u{200C}خواهم", "می\u{200C}خواهم"),
            ("می\u{200C}\u{200C} خواهم\u{200C}", "می خواهم"),
            ("👩\u{200D}🚒 rettet Katze", "👩\u{200D}🚒 rettet Katze"),
            ("क\u{94D}\u{200D}ष", "क\u{94D}\u{200D}ष"),
            ("x\u{E0041}\u{E0042}y", "xy"),
            ("نشرة الصباح", "نشرة الصباح"),
        ];
        for (text, expected) in cases {
            assert_eq!(line(text), expected, "{text:?}");
        }
    }

    #[test]
    fn text_without_anything_visible_is_empty() {
        for text in [
            "",
            " ",
            "\r\n\t",
            "\u{200B}\u{200D}",
            "\u{202E}",
            "\u{3164}",
            "\u{E000}",
            "\u{A0}\u{202F}",
        ] {
            assert_eq!(Line::parse(text, 10), Err(LineError::Empty), "{text:?}");
        }
    }

    #[test]
    fn the_limit_counts_characters_after_cleaning() {
        assert!(Line::parse(" äöü\u{200B} ", 3).is_ok());
        assert_eq!(
            Line::parse("äöü!", 3),
            Err(LineError::TooLong { actual: 4, max: 3 })
        );
    }

    #[test]
    fn several_lines_keep_their_breaks() {
        assert_eq!(
            clean_text("\r\n\nOne \rTwo\u{202E}\r\n\n\n\nThree\t3\u{0}\n\n"),
            "One\nTwo\n\nThree 3"
        );
        assert_eq!(clean_text("\u{200B}\n \n"), "");
        // What was removed stood between letter and accent: the joiner after them shapes nothing, and goes at once.
        let cleaned = clean_text("a\u{EFFFE}\u{301}\u{200C}\u{591}");
        assert_eq!(clean_text(&cleaned), cleaned);
    }

    #[test]
    fn json_is_cleaned_like_any_text() {
        let line: Line = serde_json::from_str(r#""A\r\nB""#).unwrap();
        assert_eq!(serde_json::to_string(&line).unwrap(), r#""A B""#);
        assert!(serde_json::from_str::<Line>(r#"" ""#).is_err());
    }

    fn awkward() -> impl Strategy<Value = String> {
        let special = prop::sample::select(vec![
            '\u{200C}', '\u{200D}', '\u{301}', '\u{308}', '\u{64B}', 'ب', 'a', ' ', '\u{A0}', '\n',
            '\r', '\u{202E}', '\u{E000}', '\u{2126}', '\u{5B0}', 'ש', '👩', '\u{1100}', '\u{1161}',
            '\u{0}', '\u{1FEF}', '\u{94D}', 'क',
        ]);
        prop::collection::vec(prop_oneof![special, any::<char>()], 0..24)
            .prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn a_line_is_safe_for_a_header_and_stable(text in awkward()) {
            if let Ok(line) = Line::parse(&text, usize::MAX) {
                let again = Line::parse(line.as_str(), usize::MAX).unwrap();
                prop_assert_eq!(&again, &line);
                prop_assert_eq!(line.as_str().trim(), line.as_str());
                let is_unsafe = |c: char| c.is_control() || is_bidi_control(c) || is_private_use(c) || is_invisible(c);
                prop_assert!(!line.as_str().chars().any(is_unsafe));
            }
        }

        #[test]
        fn clean_text_is_stable(text in awkward()) {
            let cleaned = clean_text(&text);
            prop_assert_eq!(clean_text(&cleaned), cleaned);
        }
    }
}
