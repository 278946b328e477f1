//! The section `confirm`: the page behind the link of a confirmation mail.

use serde::Deserialize;

/// How a sign-up is confirmed.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Confirm {
    pub mode: ConfirmMode,
}

/// Who presses the button of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmMode {
    /// The reader.
    Button,
    /// The page's own script, when the page has been looked at for some seconds; the reader may be quicker.
    Auto,
}
