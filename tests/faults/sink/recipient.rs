//! What the sink does with one recipient: the local part says it, as `drop-dot-0000017@example.org`.

/// The number of digits at the end of each local part; the same for all, so that no address is part of another.
pub(crate) const DIGITS: usize = 7;

/// The domain of all readers.
pub(crate) const DOMAIN: &str = "example.org";

/// What happens to the mail of one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Behaviour {
    /// Taken.
    Accept,
    /// This reply to RCPT, for the first `times` tries or for ever.
    AtRcpt(&'static str, u32),
    /// This reply to the final dot, once.
    AtDot(&'static str),
    /// The connection ends in the middle of the message, once.
    DropData,
    /// The message is kept and the connection ends without a reply, this many times.
    DropDot(u32),
    /// The message is kept and no reply ever comes, once.
    HangDot,
    /// Taken after this many seconds.
    Slow(u64),
}

/// Endless, for [`Behaviour::AtRcpt`].
const EVER: u32 = u32::MAX;

/// The words before the number, and what they mean.
const WORDS: [(&str, Behaviour); 17] = [
    ("ok", Behaviour::Accept),
    ("t421", Behaviour::AtRcpt("421 4.3.2 Closing", 1)),
    ("t450", Behaviour::AtRcpt("450 4.2.0 Try again later", 1)),
    (
        "t452",
        Behaviour::AtRcpt("452 4.5.3 Too many recipients", 1),
    ),
    (
        "never4",
        Behaviour::AtRcpt("450 4.2.1 Mailbox is busy", EVER),
    ),
    ("greylist3", Behaviour::AtRcpt("451 4.7.1 Greylisted", 2)),
    (
        "r550-511",
        Behaviour::AtRcpt("550 5.1.1 No such user", EVER),
    ),
    (
        "r550-571",
        Behaviour::AtRcpt("550 5.7.1 Refused by policy", EVER),
    ),
    ("r552", Behaviour::AtRcpt("552 5.2.2 Mailbox full", EVER)),
    ("d451", Behaviour::AtDot("451 4.3.0 Try again later")),
    ("d421", Behaviour::AtDot("421 4.3.2 Closing")),
    ("drop-data", Behaviour::DropData),
    ("drop-dot", Behaviour::DropDot(1)),
    ("drop-dots", Behaviour::DropDot(EVER)),
    ("hang-dot", Behaviour::HangDot),
    ("slow250-5", Behaviour::Slow(5)),
    ("slow250-55", Behaviour::Slow(55)),
];

/// Reads the local part; everybody else is accepted.
pub(crate) fn behaviour(address: &str) -> Behaviour {
    let local = address.split('@').next().unwrap_or_default();
    let word = local.rsplit_once('-').map_or(local, |(word, _)| word);
    WORDS
        .iter()
        .find(|(name, _)| *name == word)
        .map_or(Behaviour::Accept, |(_, behaviour)| *behaviour)
}

/// A number that depends on these two only, below `below`.
pub(crate) fn hash(seed: u64, text: &str, below: u64) -> u64 {
    let start = seed ^ 0xcbf2_9ce4_8422_2325;
    let mixed = text.bytes().fold(start, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let spread = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (spread >> 16) % below.max(1)
}
