//! Where words go: results to stdout, everything else to stderr.

use std::io::Write as _;

use serde::Serialize;

use super::failure::Failure;

/// A line of the result. A reader that went away, such as `head`, is not an error.
pub(super) fn line(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// A line for people.
pub(super) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Why the command failed.
pub(super) fn error(failure: &Failure) {
    note(format_args!("error: {failure}"));
}

/// One of several results, as JSON on one line.
pub(super) fn json_line(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(value).map_err(|cause| Failure::Failed(cause.to_string()))?;
    line(text);
    Ok(())
}

/// A result as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|cause| Failure::Failed(cause.to_string()))?;
    line(text);
    Ok(())
}
