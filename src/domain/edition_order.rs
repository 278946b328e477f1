//! What an operator may order of an edition that is to be sent, and when.

use super::edition::EditionStatus;
use EditionStatus::{AwaitingApproval, Delivering, Done, Held, Paused, Stopped};

/// An order about one edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Begin no more mails until somebody resumes it.
    Pause,
    /// Go on after a pause.
    Resume,
    /// Do not begin at all before somebody releases it.
    Hold,
    /// Begin what was held.
    Release,
    /// Never begin another mail of it.
    Stop,
    /// Send it once more to those who did not get it.
    Resend,
    /// Plan when it is sent.
    Plan,
    /// Decide what a lost reply leads to.
    DecideUnknown,
}

impl Order {
    /// Every order.
    pub const ALL: &'static [Self] = &[
        Self::Pause,
        Self::Resume,
        Self::Hold,
        Self::Release,
        Self::Stop,
        Self::Resend,
        Self::Plan,
        Self::DecideUnknown,
    ];

    /// From which status to which. From its own target an order changes nothing, so that it may be given twice.
    #[must_use]
    pub fn transitions(self) -> &'static [(EditionStatus, EditionStatus)] {
        match self {
            Self::Pause => &[(Delivering, Paused), (Held, Paused), (Paused, Paused)],
            Self::Resume => &[(Paused, Delivering), (Delivering, Delivering)],
            Self::Hold => &[(Delivering, Held), (AwaitingApproval, Held), (Held, Held)],
            Self::Release => &[(Held, Delivering), (Delivering, Delivering)],
            Self::Stop => &[
                (Delivering, Stopped),
                (Held, Stopped),
                (AwaitingApproval, Stopped),
                (Paused, Stopped),
                (Stopped, Stopped),
            ],
            Self::Resend => &[
                (Delivering, Delivering),
                (Paused, Paused),
                (Done, Delivering),
            ],
            Self::Plan => &[
                (Delivering, Delivering),
                (Held, Held),
                (AwaitingApproval, AwaitingApproval),
                (Paused, Paused),
            ],
            Self::DecideUnknown => &[
                (Delivering, Delivering),
                (Held, Held),
                (AwaitingApproval, AwaitingApproval),
                (Paused, Paused),
                (Stopped, Stopped),
                (Done, Done),
            ],
        }
    }

    /// What is done to the edition: "only one that is paused can be resumed".
    fn participle(self) -> &'static str {
        match self {
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Hold => "held",
            Self::Release => "released",
            Self::Stop => "stopped",
            Self::Resend => "sent again",
            Self::Plan => "planned",
            Self::DecideUnknown => "decided about",
        }
    }
}

impl EditionStatus {
    /// The status after `order`.
    ///
    /// # Errors
    /// [`WrongStatus`] when the order makes no sense now.
    pub fn after(self, order: Order) -> Result<Self, WrongStatus> {
        let found = order.transitions().iter().find(|(from, _)| *from == self);
        found
            .map(|(_, to)| *to)
            .ok_or(WrongStatus { order, is: self })
    }
}

/// An order that makes no sense in the status that an edition has. Says what to do instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the edition is {is}, and only one that is {} can be {}: {}", self.wanted(), order.participle(), self.advice())]
pub struct WrongStatus {
    /// What was ordered.
    pub order: Order,
    /// Where the edition stands.
    pub is: EditionStatus,
}

impl WrongStatus {
    /// The statuses in which the order makes sense, such as "delivering or paused".
    #[must_use]
    pub fn wanted(self) -> String {
        let (order, mut words) = (self.order, Vec::new());
        for (from, to) in order.transitions() {
            // Where nothing changes need not be told, unless nothing ever does.
            if from != to || order.transitions().iter().all(|(from, to)| from == to) {
                words.push(from.as_str());
            }
        }
        match words.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        }
    }

    fn advice(self) -> &'static str {
        match (self.is, self.order) {
            (EditionStatus::Skipped, _) => "nothing of it was sent; make a new edition",
            (Stopped, _) => "that is for good; make a new edition",
            (Done, _) => "every mail is settled; those that failed can be sent again with `resend`",
            (AwaitingApproval, _) => "it waits for `approve`; `hold` keeps it back",
            (Held, Order::Resume) => "`release` begins it",
            (Held, _) => "nothing of it was sent yet; `release` begins it",
            (Paused, Order::Release) => "`resume` lets it go on",
            (Paused, _) => "it begins no more mails already; `resume` lets it go on",
            (Delivering, _) => "it is under way",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: from. Columns: pause, resume, hold, release, stop, resend, plan, decide. `.` is refused.
    const TABLE: [(EditionStatus, [char; 8]); 7] = [
        (AwaitingApproval, ['.', '.', 'H', '.', 'S', '.', 'A', 'A']),
        (Delivering, ['P', 'D', 'H', 'D', 'S', 'D', 'D', 'D']),
        (Held, ['P', '.', 'H', 'D', 'S', '.', 'H', 'H']),
        (Paused, ['P', 'D', '.', '.', 'S', 'P', 'P', 'P']),
        (Stopped, ['.', '.', '.', '.', 'S', '.', '.', 'S']),
        (Done, ['.', '.', '.', '.', '.', 'D', '.', 'O']),
        (EditionStatus::Skipped, ['.'; 8]),
    ];

    fn letter(status: EditionStatus) -> char {
        match status {
            AwaitingApproval => 'A',
            Delivering => 'D',
            Held => 'H',
            Paused => 'P',
            Stopped => 'S',
            Done => 'O',
            EditionStatus::Skipped => 'K',
        }
    }

    #[test]
    fn every_status_takes_the_orders_of_the_table_and_no_others() {
        assert_eq!(TABLE.len(), EditionStatus::ALL.len());
        for (from, row) in TABLE {
            for (order, expected) in Order::ALL.iter().zip(row) {
                let after = from.after(*order);
                assert_eq!(after.map_or('.', letter), expected, "{order:?} of {from}");
            }
        }
    }

    #[test]
    fn an_order_that_was_followed_can_be_given_again() {
        for order in Order::ALL {
            for (_, to) in order.transitions() {
                assert_eq!(to.after(*order), Ok(*to), "{order:?} of {to}");
            }
        }
    }

    #[test]
    fn a_refusal_says_what_is_what_was_wanted_and_how_to_go_on() {
        let refused = Stopped.after(Order::Resume).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the edition is stopped, and only one that is paused can be resumed: that is for good; make a new edition"
        );
        let refused = Done.after(Order::Stop).unwrap_err();
        assert_eq!(
            refused.wanted(),
            "delivering, held, awaiting_approval or paused"
        );
    }
}
