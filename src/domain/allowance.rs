//! Limits: at most so many in so long.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The most that a limit can allow in its window: each one is an instant that is kept.
pub const MAX_COUNT: u32 = 2_000;

/// The longest window, in seconds: a week.
pub const MAX_SECONDS: u32 = 7 * 24 * 3600;

/// At most so many in any stretch of so many seconds; or no limit.
///
/// Written `20/1h`, with s, m, h and d for the unit, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Allowance(Option<Rate>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Rate {
    count: u32,
    seconds: u32,
}

/// A text is not an allowance.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "must look like 20/1h (1 to {MAX_COUNT} in 1s to 7d; units s, m, h, d), or be \"off\" for no limit"
)]
pub struct AllowanceError;

impl Allowance {
    /// No limit.
    pub const OFF: Self = Self(None);

    /// At most `count` within 24 hours; no limit when the count is more than can be counted.
    #[must_use]
    pub fn a_day(count: u32) -> Self {
        let rate = Rate {
            count,
            seconds: 24 * 3600,
        };
        Self((1..=MAX_COUNT).contains(&count).then_some(rate))
    }

    /// Once within `seconds`, which may be 1 to [`MAX_SECONDS`].
    #[must_use]
    pub fn once_in(seconds: u32) -> Self {
        Self(Some(Rate {
            count: 1,
            seconds: seconds.clamp(1, MAX_SECONDS),
        }))
    }

    /// The limit on `whom`; nothing when there is none. `kind` says what is counted, so that the same one may be counted
    /// for several things.
    #[must_use]
    pub fn of(self, kind: &str, whom: &str) -> Option<Limit> {
        let rate = self.0?;
        Some(Limit {
            key: format!(
                "{kind}:{}",
                super::fingerprint::fingerprint(whom.as_bytes(), 32)
            ),
            count: rate.count,
            seconds: rate.seconds,
        })
    }
}

/// One limit on one of those whom it limits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Limit {
    /// What is counted, and a hash of whom.
    pub key: String,
    /// At most so many, 1 to [`MAX_COUNT`].
    pub count: u32,
    /// In so many seconds, 1 to [`MAX_SECONDS`].
    pub seconds: u32,
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rate) = self.0 else {
            return f.write_str("off");
        };
        let units = [(24 * 3600, 'd'), (3600, 'h'), (60, 'm'), (1, 's')];
        let fits = |unit: &&(u32, char)| rate.seconds.is_multiple_of(unit.0);
        let (size, name) = units.iter().find(fits).copied().unwrap_or((1, 's'));
        write!(f, "{}/{}{name}", rate.count, rate.seconds / size)
    }
}

impl FromStr for Allowance {
    type Err = AllowanceError;

    fn from_str(text: &str) -> Result<Self, AllowanceError> {
        let text = text.trim();
        if text == "off" {
            return Ok(Self::OFF);
        }
        let (count, window) = text.split_once('/').ok_or(AllowanceError)?;
        let count: u32 = count.trim().parse().map_err(|_| AllowanceError)?;
        let window = window.trim();
        let unit = window.chars().last().ok_or(AllowanceError)?;
        let size: u32 = match unit {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 24 * 3600,
            _ => return Err(AllowanceError),
        };
        let number = window.strip_suffix(unit).unwrap_or_default().trim();
        // "1/h" is once an hour.
        let number: u32 = if number.is_empty() {
            1
        } else {
            number.parse().map_err(|_| AllowanceError)?
        };
        let seconds = number.checked_mul(size).ok_or(AllowanceError)?;
        if !(1..=MAX_COUNT).contains(&count) || !(1..=MAX_SECONDS).contains(&seconds) {
            return Err(AllowanceError);
        }
        Ok(Self(Some(Rate { count, seconds })))
    }
}

impl TryFrom<String> for Allowance {
    type Error = AllowanceError;

    fn try_from(text: String) -> Result<Self, AllowanceError> {
        text.parse()
    }
}

impl From<Allowance> for String {
    fn from(allowance: Allowance) -> Self {
        allowance.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn allowances_are_read_as_people_write_them() {
        for (text, shown) in [
            ("20/1h", "20/1h"),
            (" 20 / 1 h ", "20/1h"),
            ("3/24h", "3/1d"),
            ("1/m", "1/1m"),
            ("60/90s", "60/90s"),
            ("2000/7d", "2000/7d"),
            ("off", "off"),
        ] {
            assert_eq!(text.parse::<Allowance>().unwrap().to_string(), shown);
        }
        for text in [
            "",
            "20",
            "20/",
            "0/1h",
            "2001/1h",
            "1/8d",
            "1/0s",
            "-1/1h",
            "20/1w",
            "20/1hh",
            "20/1/h",
            "1/99999999d",
            "OFF",
        ] {
            assert_eq!(text.parse::<Allowance>(), Err(AllowanceError), "{text:?}");
        }
    }

    #[test]
    fn who_is_limited_does_not_stand_in_the_key() {
        let limit = Allowance::a_day(3)
            .of("mailbox", "ada@example.org")
            .unwrap();
        assert!(limit.key.starts_with("mailbox:") && !limit.key.contains("ada"));
        assert_eq!((limit.count, limit.seconds), (3, 86_400));
        assert_eq!(Allowance::OFF.of("mailbox", "ada@example.org"), None);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back(count in 1..=MAX_COUNT, seconds in 1..=MAX_SECONDS) {
            let allowance = Allowance(Some(Rate { count, seconds }));
            prop_assert_eq!(allowance.to_string().parse::<Allowance>(), Ok(allowance));
        }
    }
}
