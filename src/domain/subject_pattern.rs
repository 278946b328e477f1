//! How the subject of an edition is made.

use std::fmt;

use super::line::{Line, LineError};

/// The longest pattern, in characters.
const MAX_CHARS: usize = 150;

/// What may stand in braces.
const FIELDS: [&str; 4] = ["lead", "date", "newsletter", "count"];

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is empty or too long.
    #[error(transparent)]
    Line(#[from] LineError),
    /// It names something that there is not.
    #[error("there is no {{{0}}}; use {{lead}}, {{date}}, {{newsletter}} or {{count}}")]
    Unknown(String),
    /// A brace has no mate.
    #[error("a brace is open or closes nothing; write a field as {{lead}}")]
    Brace,
}

/// A subject with `{lead}` (the first headline), `{date}`, `{newsletter}` and `{count}` (of stories).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubjectPattern(String);

impl SubjectPattern {
    /// The subject of an edition.
    #[must_use]
    pub fn fill(&self, lead: &str, date: &str, newsletter: &str, count: usize) -> String {
        let mut subject = String::new();
        for piece in self.0.split('{') {
            let Some((field, after)) = piece.split_once('}') else {
                subject.push_str(piece);
                continue;
            };
            match field {
                "lead" => subject.push_str(lead),
                "date" => subject.push_str(date),
                "newsletter" => subject.push_str(newsletter),
                _ => subject.push_str(&count.to_string()),
            }
            subject.push_str(after);
        }
        subject
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for SubjectPattern {
    fn default() -> Self {
        Self("{lead}".to_owned())
    }
}

impl fmt::Display for SubjectPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::str::FromStr for SubjectPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let line = Line::parse(text, MAX_CHARS)?;
        let mut pieces = line.as_str().split('{');
        if pieces.next().is_some_and(|first| first.contains('}')) {
            return Err(PatternError::Brace);
        }
        for piece in pieces {
            let (field, after) = piece.split_once('}').ok_or(PatternError::Brace)?;
            if after.contains('}') {
                return Err(PatternError::Brace);
            }
            if !FIELDS.contains(&field) {
                return Err(PatternError::Unknown(field.to_owned()));
            }
        }
        Ok(Self(line.as_str().to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_filled_once() {
        let pattern: SubjectPattern = "{newsletter}, {date}: {lead} ({count})".parse().unwrap();
        assert_eq!(
            pattern.fill("Why {count} matters", "5 May", "Europe", 7),
            "Europe, 5 May: Why {count} matters (7)"
        );
        assert_eq!(SubjectPattern::default().fill("A", "B", "C", 1), "A");
        let plain: SubjectPattern = "What matters today".parse().unwrap();
        assert_eq!(plain.fill("A", "B", "C", 1), "What matters today");
    }

    #[test]
    fn mistakes_say_what_to_write() {
        for (text, expected) in [
            (
                "{title}",
                "there is no {title}; use {lead}, {date}, {newsletter} or {count}",
            ),
            ("{lead", "a brace is open"),
            ("lead}", "a brace is open"),
            ("{lead}}", "a brace is open"),
            ("{{lead}}", "a brace is open"),
            ("", "the text is empty"),
        ] {
            let error = text.parse::<SubjectPattern>().unwrap_err().to_string();
            assert!(error.starts_with(expected), "{text}: {error}");
        }
    }
}
