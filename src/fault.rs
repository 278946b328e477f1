//! Places of the send loop at which a test may kill the process, as a power cut would.
//!
//! Compiled to nothing unless the cargo feature `fault-points` is on, and no released program has it on. With it,
//! `TIDINGS_KILL_AT` arms one point:
//! - `k5:3`: the third pass of `k5`;
//! - `k5:random:SEED` and `k5:random:SEED:20`: each pass with a chance of 1 in 50, or 1 in 20.
//!
//! `docs/faults.md` lists the points.

/// Marks a place; `name` is that of the list of points, such as `k5`.
#[cfg(not(feature = "fault-points"))]
#[inline]
pub const fn point(_name: &'static str) {}

#[cfg(feature = "fault-points")]
pub use armed::point;

#[cfg(feature = "fault-points")]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    /// What is armed in this process.
    static PLAN: LazyLock<Option<Plan>> = LazyLock::new(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "a test arms a point from outside; no setting may do it, because no release knows of points"
        )]
        let text = std::env::var("TIDINGS_KILL_AT").ok()?;
        let plan = Plan::parse(&text);
        if plan.is_none() {
            tracing::error!(text, "TIDINGS_KILL_AT is not understood; nothing is armed");
        }
        plan
    });

    /// How many passes of the armed point there were.
    static PASSES: AtomicU64 = AtomicU64::new(0);

    /// Kills the process when this pass of this point is armed.
    pub fn point(name: &'static str) {
        let Some(plan) = PLAN.as_ref().filter(|plan| plan.name == name) else {
            return;
        };
        let pass = PASSES.fetch_add(1, Ordering::Relaxed) + 1;
        if plan.when.is_at(pass) {
            kill(Pid::this(), Signal::SIGKILL).ok();
            // Nothing may happen between the signal and its effect.
            loop {
                std::thread::park();
            }
        }
    }

    #[derive(Debug, PartialEq, Eq)]
    struct Plan {
        name: String,
        when: When,
    }

    #[derive(Debug, PartialEq, Eq)]
    enum When {
        Pass(u64),
        Random { seed: u64, one_in: u64 },
    }

    impl Plan {
        fn parse(text: &str) -> Option<Self> {
            let parts: Vec<&str> = text.split(':').collect();
            let (name, when) = match parts.as_slice() {
                [name, pass] => (name, When::Pass(pass.parse().ok()?)),
                [name, "random", seed] => (name, random(seed, "50")?),
                [name, "random", seed, one_in] => (name, random(seed, one_in)?),
                _ => return None,
            };
            Some(Self {
                name: (*name).to_owned(),
                when,
            })
        }
    }

    fn random(seed: &str, one_in: &str) -> Option<When> {
        Some(When::Random {
            seed: seed.parse().ok()?,
            one_in: one_in.parse().ok().filter(|one_in| *one_in > 0)?,
        })
    }

    impl When {
        fn is_at(&self, pass: u64) -> bool {
            match self {
                Self::Pass(wanted) => pass == *wanted,
                Self::Random { seed, one_in } => {
                    mixed(seed.wrapping_add(pass)).is_multiple_of(*one_in)
                }
            }
        }
    }

    /// The last step of `SplitMix64`: the same seed gives the same passes on every machine.
    const fn mixed(value: u64) -> u64 {
        let value = value.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn plans_are_read() {
            let plan = |text: &str| Plan::parse(text).map(|plan| plan.when);
            assert_eq!(plan("k5:3"), Some(When::Pass(3)));
            let random = |one_in| Some(When::Random { seed: 7, one_in });
            assert_eq!(plan("k5:random:7"), random(50));
            assert_eq!(plan("k5:random:7:20"), random(20));
            for wrong in [
                "",
                "k5",
                "k5:x",
                "k5:random",
                "k5:random:7:0",
                "k5:random:7:1:1",
            ] {
                assert_eq!(plan(wrong), None, "{wrong}");
            }
        }

        #[test]
        fn chance_is_what_was_asked_for() {
            let when = When::Random {
                seed: 7,
                one_in: 20,
            };
            let hits = (1..=20_000).filter(|pass| when.is_at(*pass)).count();
            assert!((800..1_200).contains(&hits), "{hits}");
        }
    }
}
