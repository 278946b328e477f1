//! Suppression: an address that must not be written to, with a reason.

use super::text_column::text_enum;

text_enum! {
    /// Why nothing is sent to an address.
    pub enum SuppressionReason {
        /// The mailbox does not exist, said its server.
        HardBounce => "hard_bounce",
        /// The reader reported a mail as spam.
        Complaint => "complaint",
        /// The newsroom or the reader asked for it.
        Manual => "manual",
    }
}
