//! What the forms of the page send.

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::domain::rhythm::{Days, Pace, PaceError};
use crate::usecases::preferences::Change;

/// What the page says was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Done {
    Saved,
    Paused,
    Resumed,
    Left,
    Joined,
    All,
    Address,
}

impl Done {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Left => "left",
            Self::Joined => "joined",
            Self::All => "all",
            Self::Address => "address",
        }
    }
}

/// What is wrong with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mistake {
    /// No such time zone.
    Zone,
    /// No day, or one that is too near or too far.
    PauseDate,
    /// No address.
    Address,
    /// Something that the page does not send.
    Form,
}

/// Which button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Save,
    Pause,
    Resume,
    Leave,
    Join,
}

/// How often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Every {
    /// As it is: the reader has a rhythm that the form cannot show.
    Keep,
    Newsletter,
    Publication,
    Day,
    Weekday,
    Week,
    Month,
}

/// A form about one newsletter.
#[derive(Debug, Deserialize)]
pub(crate) struct SubscriptionForm {
    action: Action,
    #[serde(default)]
    every: String,
    /// 1 is Monday.
    #[serde(default)]
    weekday: String,
    #[serde(default)]
    hour: String,
    #[serde(default)]
    minute: String,
    #[serde(default)]
    zone: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    until: String,
}

impl SubscriptionForm {
    pub(super) fn parse(&self) -> Result<(Change, Done), Mistake> {
        Ok(match self.action {
            Action::Save => (self.save()?, Done::Saved),
            Action::Pause => {
                let day: Date = self.until.parse().map_err(|_| Mistake::PauseDate)?;
                (Change::Pause(day), Done::Paused)
            }
            Action::Resume => (Change::Resume, Done::Resumed),
            Action::Leave => (Change::Leave, Done::Left),
            Action::Join => (Change::Join, Done::Joined),
        })
    }

    fn save(&self) -> Result<Change, Mistake> {
        Ok(Change::Save {
            pace: self.pace()?,
            language: self.language.parse().map_err(|_| Mistake::Form)?,
            is_text_only: self.format == "text",
        })
    }

    fn pace(&self) -> Result<Option<Pace>, Mistake> {
        let every: Every = serde_plain(&self.every).ok_or(Mistake::Form)?;
        let days = match every {
            Every::Keep => return Ok(None),
            Every::Newsletter => return Ok(Some(Pace::Newsletter)),
            Every::Publication => return Ok(Some(Pace::AsPublished)),
            Every::Day => Days::Daily,
            Every::Weekday => Days::Weekdays,
            Every::Week => {
                let number = self.weekday.parse().map_err(|_| Mistake::Form)?;
                let day = Weekday::from_monday_one_offset(number).map_err(|_| Mistake::Form)?;
                Days::Of(vec![day])
            }
            Every::Month => Days::Monthly(1),
        };
        let number = |text: &str| text.parse().unwrap_or_default();
        let hour = self.hour.parse().map_err(|_| Mistake::Form)?;
        let time = Time::new(hour, number(&self.minute), 0, 0).map_err(|_| Mistake::Form)?;
        match Pace::on(&days, time, self.zone.trim()) {
            Ok(pace) => Ok(Some(pace)),
            Err(PaceError::Schedule(_)) => Err(Mistake::Zone),
            Err(PaceError::NoDay | PaceError::DayOfMonth) => Err(Mistake::Form),
        }
    }
}

fn serde_plain(text: &str) -> Option<Every> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

/// How the form says a cron expression, with the day of the week from Monday, the hour and the minute; `None` when it has no
/// words for it.
pub(super) fn said(cron: &str) -> Option<(Every, i8, i8, i8)> {
    let fields: Vec<&str> = cron.split(' ').collect();
    let [minute, hour, date, "*", week] = fields.as_slice() else {
        return None;
    };
    let (minute, hour) = (minute.parse().ok()?, hour.parse().ok()?);
    let (every, weekday) = match (*date, *week) {
        ("*", "*") => (Every::Day, 1),
        ("*", "1-5") => (Every::Weekday, 1),
        ("*", day) => {
            let number: i8 = day.parse().ok()?;
            let day = Weekday::from_sunday_zero_offset(number).ok()?;
            (Every::Week, day.to_monday_one_offset())
        }
        ("1", "*") => (Every::Month, 1),
        _ => return None,
    };
    Some((every, weekday, hour, minute))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_makes_it_can_show() {
        let form = |every: &str| SubscriptionForm {
            action: Action::Save,
            every: every.to_owned(),
            weekday: "7".to_owned(),
            hour: "6".to_owned(),
            minute: "30".to_owned(),
            zone: "Asia/Kolkata".to_owned(),
            language: "de".to_owned(),
            format: String::new(),
            until: String::new(),
        };
        for (every, expected) in [
            ("day", (Every::Day, 1, 6, 30)),
            ("weekday", (Every::Weekday, 1, 6, 30)),
            ("week", (Every::Week, 7, 6, 30)),
            ("month", (Every::Month, 1, 6, 30)),
        ] {
            let Ok(Some(Pace::Scheduled(schedule))) = form(every).pace() else {
                panic!("{every} is no schedule");
            };
            assert_eq!(said(schedule.cron()), Some(expected), "{every}");
        }
        for cron in ["0 7 * * 1,4", "*/5 * * * *", "0 7 L * *", "0 7 1 1 *"] {
            assert_eq!(said(cron), None, "{cron}");
        }
        assert!(matches!(form("keep").pace(), Ok(None)));
        assert!(matches!(form("never").pace(), Err(Mistake::Form)));
        let nowhere = SubscriptionForm {
            zone: "Europe/Atlantis".to_owned(),
            ..form("day")
        };
        assert!(matches!(nowhere.pace(), Err(Mistake::Zone)));
    }
}
