//! Why a reader left, as far as the reader says.

use super::text_column::text_enum;

text_enum! {
    /// One of a few answers. No words of the reader's own: nothing about a reason may say who gave it.
    pub enum LeaveReason {
        /// There are too many mails.
        TooMany => "too_many",
        /// It is not interesting.
        NotInteresting => "not_interesting",
        /// The reader never asked for it.
        NotSignedUp => "not_signed_up",
        /// Something else.
        Other => "other",
    }
}
