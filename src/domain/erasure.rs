//! What is remembered of an erased reader: that the address must not be brought back by anybody else.

/// How an address stands that somebody brings in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Nothing speaks against it.
    Free,
    /// Its reader had everything deleted: only the reader's own confirmation brings it back.
    Erased,
    /// Nothing is ever sent to it.
    Suppressed,
    /// Both.
    ErasedAndSuppressed,
}

impl Standing {
    /// Whether nothing is ever sent to it, not even a request to confirm.
    #[must_use]
    pub fn is_suppressed(self) -> bool {
        matches!(self, Self::Suppressed | Self::ErasedAndSuppressed)
    }
}
