//! When to try a deferred mail again.

use jiff::SignedDuration;

/// How long to wait after attempt `attempt` (counted from 1): 1, 5, 15, 60 minutes, then every 4 hours.
///
/// The first step is short because greylisting servers take the second try after a minute or five; RFC 5321
/// §4.5.4.1 asks for at least 30 minutes in general, which the later steps keep. When to give up is the row's
/// `expires_at`.
#[must_use]
pub fn retry_delay(attempt: i32) -> SignedDuration {
    let minutes = match attempt {
        i32::MIN..=1 => 1,
        2 => 5,
        3 => 15,
        4 => 60,
        5.. => 240,
    };
    SignedDuration::from_mins(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_four_hours() {
        let minutes: Vec<i64> = (0..8)
            .map(|attempt| retry_delay(attempt).as_mins())
            .collect();
        assert_eq!(minutes, [1, 1, 5, 15, 60, 240, 240, 240]);
    }
}
