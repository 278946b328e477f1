//! How many of those who send the form are readers in the end: form sent, mail taken by a mail server, page opened, confirmed.
//!
//! Nothing is counted while readers do these things. Each sign-up counts once at each stage, on the day of its form, and whoever
//! confirmed has passed all stages, also where the opening could not be noted. Sign-ups that are deleted are gone from here, too.

use diesel::PgConnection;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use crate::domain::slug::Slug;
use crate::store::{self, funnel, newsletters};

/// The longest time that is looked at, in days.
pub const MAX_DAYS: i32 = 366;

/// How many days are shown when nobody says how many.
const USUAL_DAYS: i32 = 30;

/// Why there is nothing to show.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such newsletter.
    #[error("there is no such newsletter")]
    UnknownNewsletter,
    /// The last day lies before the first.
    #[error("the last day must not lie before the first")]
    Backwards,
    /// More than [`MAX_DAYS`].
    #[error("the days must be at most {MAX_DAYS}")]
    TooLong,
    /// Before the calendar of computers begins.
    #[error("must be 1970-01-01 or later")]
    TooEarly,
    /// The database failed.
    #[error("cannot count sign-ups")]
    Store(#[from] store::Error),
}

/// How many sign-ups came how far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// The form was sent, and a mail was made.
    pub sent: i64,
    /// A mail server took the mail.
    pub accepted: i64,
    /// The page behind its link was opened, by anybody who is not known for a machine.
    pub opened: i64,
    /// The reader confirmed.
    pub confirmed: i64,
}

/// A newsletter's funnel.
#[derive(Debug, Clone)]
pub struct Funnel {
    /// The zone of its days: that of the newsletter's schedule.
    pub zone: String,
    /// Every day that was asked for, also those without any sign-up.
    pub days: Vec<(Date, Counts)>,
    /// All of them together.
    pub total: Counts,
}

/// Counts the sign-ups of the days `from` to `to`, both included; without them those of the last thirty.
///
/// # Errors
/// [`Error`].
pub fn show(
    conn: &mut PgConnection,
    now: Timestamp,
    slug: &Slug,
    from: Option<Date>,
    to: Option<Date>,
) -> Result<Funnel, Error> {
    let newsletter = newsletters::find_by_slug(conn, slug)?.ok_or(Error::UnknownNewsletter)?;
    let zone = TimeZone::get(&newsletter.schedule_zone).unwrap_or(TimeZone::UTC);
    let to = to.unwrap_or_else(|| now.to_zoned(zone.clone()).date());
    let from = from.unwrap_or_else(|| to.saturating_sub((USUAL_DAYS - 1).days()));
    let all = days_between(from, to)?;
    // What lies beyond the calendar has no sign-ups.
    let midnight = |day: Date| {
        let zoned = day.to_zoned(zone.clone());
        zoned.map_or(Timestamp::MAX, |zoned| zoned.timestamp())
    };
    let until = midnight(to.saturating_add(1.day()));
    let rows = funnel::days(
        conn,
        newsletter.id,
        &newsletter.schedule_zone,
        midnight(from),
        until,
    )?;
    let days: Vec<(Date, Counts)> = all
        .into_iter()
        .map(|day| {
            let row = rows.iter().find(|row| row.day.to_jiff() == day);
            (day, row.map_or_else(Counts::default, Counts::from))
        })
        .collect();
    let total = days
        .iter()
        .fold(Counts::default(), |sum, (_, counts)| sum.and(*counts));
    Ok(Funnel {
        zone: newsletter.schedule_zone,
        days,
        total,
    })
}

fn days_between(from: Date, to: Date) -> Result<Vec<Date>, Error> {
    if to < from {
        return Err(Error::Backwards);
    }
    if from.year() < 1970 {
        return Err(Error::TooEarly);
    }
    let days = from.series(1.day()).take_while(|day| *day <= to);
    let limit = usize::try_from(MAX_DAYS).unwrap_or(usize::MAX);
    let all: Vec<Date> = days.take(limit.saturating_add(1)).collect();
    if all.len() > limit {
        return Err(Error::TooLong);
    }
    Ok(all)
}

impl Counts {
    fn and(self, other: Self) -> Self {
        Self {
            sent: self.sent + other.sent,
            accepted: self.accepted + other.accepted,
            opened: self.opened + other.opened,
            confirmed: self.confirmed + other.confirmed,
        }
    }
}

impl From<&funnel::DayRow> for Counts {
    fn from(row: &funnel::DayRow) -> Self {
        Self {
            sent: row.sent,
            accepted: row.accepted,
            opened: row.opened,
            confirmed: row.confirmed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn days_are_counted_with_both_ends() {
        let between = |from, to| days_between(from, to).map(|days| days.len());
        let day = date(2026, 1, 5);
        assert_eq!(between(day, day).unwrap(), 1);
        assert_eq!(between(day, date(2027, 1, 5)).unwrap(), 366);
        assert!(matches!(
            between(day, date(2027, 1, 6)),
            Err(Error::TooLong)
        ));
        assert!(matches!(
            between(day, date(2026, 1, 4)),
            Err(Error::Backwards)
        ));
        assert_eq!(between(Date::MAX, Date::MAX).unwrap(), 1);
        assert!(matches!(between(day, Date::MAX), Err(Error::TooLong)));
        assert!(matches!(
            between(Date::MIN, Date::MAX),
            Err(Error::TooEarly)
        ));
    }
}
