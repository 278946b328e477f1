//! Why a fetch came to nothing.

use jiff::Timestamp;

/// When a server wants to be asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAfter {
    /// After so many seconds.
    Seconds(u32),
    /// At an instant.
    At(Timestamp),
}

/// Why a fetch came to nothing, in words that name the address and a way out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address itself is not one that is fetched from.
    #[error("{url} is not fetched: {why}")]
    Refused {
        /// The address, without user name and password.
        url: String,
        /// The reason and how to mend it.
        why: String,
    },
    /// The name leads nowhere.
    #[error("the host {host} cannot be found: {detail}")]
    UnknownHost {
        /// The name.
        host: String,
        /// What the system says.
        detail: String,
    },
    /// The name leads into a network that is not public.
    #[error(
        "the host {host} has the address {address}, which is {what}; only public addresses are fetched from, unless \
         fetch.allowed_private_hosts names the host"
    )]
    PrivateHost {
        /// The name.
        host: String,
        /// Its address.
        address: String,
        /// What kind of address that is.
        what: &'static str,
    },
    /// No connection, or it broke.
    #[error("{host} could not be fetched from: {detail}")]
    Connection {
        /// Name or address.
        host: String,
        /// What happened.
        detail: String,
    },
    /// It took too long.
    #[error("{host} did not answer within {seconds} seconds")]
    TimedOut {
        /// Name or address.
        host: String,
        /// The limit.
        seconds: u64,
    },
    /// It was too much.
    #[error(
        "the answer of {host} has more than {max} bytes, which is the most that is read (fetch.max_bytes)"
    )]
    TooLarge {
        /// Name or address.
        host: String,
        /// The limit.
        max: usize,
    },
    /// One redirect led to the next.
    #[error("{url} redirects more than {max} times")]
    TooManyRedirects {
        /// Where it began.
        url: String,
        /// The limit.
        max: usize,
    },
    /// An answer that is no document.
    #[error("{host} answered {status}{}", meaning(*status))]
    Status {
        /// Name or address.
        host: String,
        /// The HTTP status.
        status: u16,
        /// When to ask again.
        retry_after: Option<RetryAfter>,
    },
}

impl Error {
    /// Whether it is the address that is wrong, and nobody was asked.
    #[must_use]
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::PrivateHost { .. })
    }
}

/// What a status means for whoever entered the address.
fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (it does not let us in; ask the publisher for a public address)",
        404 => " (there is nothing at this address)",
        410 => " (what was there is gone for good)",
        429 => " (it was asked too often)",
        500..=599 => " (the server has a problem)",
        _ => "",
    }
}
