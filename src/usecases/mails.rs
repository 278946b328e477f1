//! Anybody looks at what is wrong with a mail, of ours or of another system.

pub use crate::mail::lint::{Expected, Finding, Report, Severity};

use crate::mail::lint;

/// Checks the octets of a mail against the rules of [`crate::mail::lint`].
#[must_use]
pub fn check(raw: &[u8], expected: &Expected) -> Report {
    lint::check(raw, expected)
}
