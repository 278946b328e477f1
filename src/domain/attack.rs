//! When sign-ups are an attack of machines.
//!
//! An attack begins when far more ask than usual and hardly anybody of those confirms, and is over when it has been calm for a
//! while: two thresholds and a pause, so that a flood at the edge does not switch it on and off.

use super::id::AttackId;
use jiff::Timestamp;

/// What was seen lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// Requests to sign up in the window, also those that were refused.
    pub requests: i64,
    /// Requests in a usual window of that length in which there were any; 0 when nothing is known.
    pub normal: i64,
    /// Mails that were sent because of sign-ups in the window.
    pub asked: i64,
    /// How many of those sign-ups were confirmed.
    pub confirmed: i64,
}

/// What makes an attack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// Fewer requests in a window are never an attack.
    pub at_least: u32,
    /// So many times what is normal is one.
    pub times_normal: u32,
    /// When at least so many of a hundred sign-ups are not confirmed.
    pub unconfirmed_percent: u32,
}

impl Rules {
    /// From how many requests in the window on.
    #[must_use]
    pub fn threshold(&self, figures: &Figures) -> i64 {
        figures
            .normal
            .saturating_mul(i64::from(self.times_normal))
            .max(i64::from(self.at_least))
    }

    /// Whether this is an attack, when there was none before.
    #[must_use]
    pub fn begins(&self, figures: &Figures) -> bool {
        let open = figures.asked.saturating_sub(figures.confirmed);
        let is_ignored = open.saturating_mul(100)
            >= figures
                .asked
                .saturating_mul(i64::from(self.unconfirmed_percent));
        figures.requests >= self.threshold(figures) && is_ignored
    }

    /// Whether it goes on: at half of the threshold, and whoever confirms, since only those with a proof get mails now.
    #[must_use]
    pub fn goes_on(&self, figures: &Figures) -> bool {
        figures.requests.saturating_mul(2) >= self.threshold(figures)
    }
}

/// An attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attack {
    /// Its identity.
    pub id: AttackId,
    /// When it was noticed or declared.
    pub began_at: Timestamp,
    /// When the rate was last high.
    pub high_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Whether a person declared it: then only a person ends it.
    pub is_manual: bool,
    /// Why, in the words of that person.
    pub reason: Option<String>,
    /// Over how long sign-ups were counted.
    pub window_minutes: i32,
    /// What was seen when it began.
    pub figures: Figures,
    /// From how many requests in the window on it was one.
    pub threshold: i64,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RULES: Rules = Rules {
        at_least: 30,
        times_normal: 5,
        unconfirmed_percent: 70,
    };

    fn figures(requests: i64, normal: i64, asked: i64, confirmed: i64) -> Figures {
        Figures {
            requests,
            normal,
            asked,
            confirmed,
        }
    }

    #[test]
    fn many_who_do_not_confirm_are_an_attack() {
        for (seen, expected) in [
            (figures(30, 0, 20, 0), true),
            (figures(29, 0, 20, 0), false),
            (figures(30, 6, 20, 0), true),
            (figures(34, 7, 20, 0), false),
            (figures(35, 7, 20, 0), true),
            // A newsletter that was on television: people confirm.
            (figures(500, 7, 500, 200), false),
            (figures(500, 7, 500, 100), true),
            // Nobody got a mail, because limits refused all.
            (figures(500, 7, 0, 0), true),
        ] {
            assert_eq!(RULES.begins(&seen), expected, "{seen:?}");
        }
    }

    proptest! {
        #[test]
        fn what_begins_goes_on(requests in 0_i64..10_000, normal in 0_i64..1_000, asked in 0_i64..1_000, confirmed in 0_i64..1_000) {
            let seen = figures(requests, normal, asked, confirmed.min(asked));
            if RULES.begins(&seen) {
                prop_assert!(RULES.goes_on(&seen));
                // And stays on until it is half as many.
                prop_assert!(RULES.goes_on(&figures(requests / 2 + 1, normal, 0, 0)));
            }
        }

        #[test]
        fn more_requests_never_end_an_attack(requests in 0_i64..10_000, more in 0_i64..10_000, normal in 0_i64..1_000) {
            let seen = figures(requests, normal, 10, 0);
            let after = figures(requests + more, normal, 10, 0);
            prop_assert!(!RULES.begins(&seen) || RULES.begins(&after));
            prop_assert!(!RULES.goes_on(&seen) || RULES.goes_on(&after));
        }
    }
}
