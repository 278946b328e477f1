//! What becomes of a slot that was missed because nothing ran when it was due.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;

use super::text_column::text_column;

/// The longest lateness that can be allowed, in minutes: a week.
const MAX_MINUTES: u32 = 7 * 24 * 60;

/// What to do with the latest slot when it is noticed late. Whatever it is, no article is lost: the next edition begins
/// where the last one ended.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    diesel::expression::AsExpression,
    diesel::deserialize::FromSqlRow,
)]
#[diesel(sql_type = diesel::sql_types::Text)]
pub enum Misfire {
    /// Sends nothing; the slot is recorded as skipped.
    Skip,
    /// Sends nothing; the record names the next edition when it has taken over the articles.
    MergeIntoNext,
    /// Sends it late while it is at most so late; `None` until the next slot is due. Later it is skipped.
    SendWithin(Option<Minutes>),
}

text_column!(Misfire);

/// Whole minutes, 1 to a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Minutes(u32);

/// A text that is no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be \"skip\", \"merge_into_next\", \"send_within\" (until the next slot is due) or such as \"send_within:90m\", \
     \"send_within:2h\", at most a week"
)]
pub struct MisfireError;

/// What is done with a late slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Its edition is composed and sent late.
    Send,
    /// Nothing is sent for it.
    Skip,
    /// Nothing is sent for it, and the next edition is named in its record.
    Merge,
}

impl Misfire {
    /// The text of the column.
    fn as_str(self) -> String {
        self.to_string()
    }

    /// What to do with the latest slot, which is `late` behind its time.
    #[must_use]
    pub fn verdict(self, late: SignedDuration) -> Verdict {
        match self {
            Self::Skip => Verdict::Skip,
            Self::MergeIntoNext => Verdict::Merge,
            Self::SendWithin(None) => Verdict::Send,
            Self::SendWithin(Some(Minutes(minutes))) => {
                if late <= SignedDuration::from_mins(i64::from(minutes)) {
                    Verdict::Send
                } else {
                    Verdict::Skip
                }
            }
        }
    }
}

impl Default for Misfire {
    /// One edition makes up for what was missed, however late.
    fn default() -> Self {
        Self::SendWithin(None)
    }
}

impl fmt::Display for Misfire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Skip => f.write_str("skip"),
            Self::MergeIntoNext => f.write_str("merge_into_next"),
            Self::SendWithin(None) => f.write_str("send_within"),
            Self::SendWithin(Some(Minutes(minutes))) => write!(f, "send_within:{minutes}m"),
        }
    }
}

impl FromStr for Misfire {
    type Err = MisfireError;

    fn from_str(text: &str) -> Result<Self, MisfireError> {
        match text.split_once(':') {
            None => match text {
                "skip" => Ok(Self::Skip),
                "merge_into_next" => Ok(Self::MergeIntoNext),
                "send_within" => Ok(Self::SendWithin(None)),
                _ => Err(MisfireError),
            },
            Some(("send_within", duration)) => {
                let duration: SignedDuration = duration.trim().parse().map_err(|_| MisfireError)?;
                let seconds = duration.as_secs();
                let minutes = u32::try_from(seconds / 60).map_err(|_| MisfireError)?;
                let is_whole = seconds % 60 == 0 && duration.subsec_nanos() == 0;
                if is_whole && (1..=MAX_MINUTES).contains(&minutes) {
                    Ok(Self::SendWithin(Some(Minutes(minutes))))
                } else {
                    Err(MisfireError)
                }
            }
            Some(_) => Err(MisfireError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_are_read_and_written() {
        for (text, written) in [
            ("skip", "skip"),
            ("merge_into_next", "merge_into_next"),
            ("send_within", "send_within"),
            ("send_within:90m", "send_within:90m"),
            ("send_within:2h", "send_within:120m"),
            ("send_within:1h 30m", "send_within:90m"),
            ("send_within:168h", "send_within:10080m"),
        ] {
            assert_eq!(text.parse::<Misfire>().unwrap().to_string(), written);
        }
        for wrong in [
            "",
            "send",
            "send_within:",
            "send_within:0m",
            "send_within:-1h",
            "send_within:30s",
            "send_within:90",
            "send_within:169h",
            "send_within:999999999999h",
            "skip:1h",
        ] {
            assert_eq!(wrong.parse::<Misfire>(), Err(MisfireError), "{wrong}");
        }
    }

    #[test]
    fn lateness_decides() {
        let within: Misfire = "send_within:90m".parse().unwrap();
        assert_eq!(within.verdict(SignedDuration::from_mins(90)), Verdict::Send);
        let later = SignedDuration::from_mins(90) + SignedDuration::from_nanos(1);
        assert_eq!(within.verdict(later), Verdict::Skip);
        let year = SignedDuration::from_hours(365 * 24);
        assert_eq!(Misfire::default().verdict(year), Verdict::Send);
        assert_eq!(
            Misfire::Skip.verdict(SignedDuration::from_mins(1)),
            Verdict::Skip
        );
        assert_eq!(
            Misfire::MergeIntoNext.verdict(SignedDuration::from_mins(1)),
            Verdict::Merge
        );
    }
}
