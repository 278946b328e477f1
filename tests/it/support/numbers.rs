//! Numbers that look random and are the same in every run.

use jiff::SignedDuration;

/// A long run is asked for from outside.
pub(crate) fn setting(name: &str) -> Option<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "no test of a behaviour is steered like this"
    )]
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap())
}

/// `SplitMix64`.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    /// A number from 0 to `end`, without it.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Whole minutes, fewer than `end`.
    pub(crate) fn minutes_below(&mut self, end: u64) -> SignedDuration {
        SignedDuration::from_mins(i64::try_from(self.below(end)).unwrap())
    }

    /// One of them.
    pub(crate) fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let index = self.below(u64::try_from(all.len()).unwrap());
        &all[usize::try_from(index).unwrap()]
    }
}
