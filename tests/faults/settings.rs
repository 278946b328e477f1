//! What a run is told from outside.

use std::path::PathBuf;

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A part of `make test`: some twenty kills.
    Short,
    /// `make faults`.
    Full,
}

impl Size {
    /// One of two numbers.
    pub(crate) fn of<N>(self, short: N, full: N) -> N {
        match self {
            Self::Short => short,
            Self::Full => full,
        }
    }
}

/// The settings of a run.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// How much is done.
    pub(crate) size: Size,
    /// The faults to run, such as `F-1`; all when empty.
    pub(crate) only: Vec<String>,
    /// A seed to run again, instead of those of the file and a new one.
    pub(crate) seed: Option<u64>,
    /// The program.
    pub(crate) program: PathBuf,
    /// The program with points to kill it at.
    pub(crate) points: Option<PathBuf>,
    /// Where the results go.
    pub(crate) results: PathBuf,
}

/// A variable of the environment; what is empty is not set.
pub(crate) fn variable(name: &str) -> Option<String> {
    #[expect(
        clippy::disallowed_methods,
        reason = "a run is steered from outside, as no test of a behaviour is"
    )]
    let value = std::env::var(name).ok();
    value.filter(|value| !value.is_empty())
}

impl Settings {
    /// Reads them.
    pub(crate) fn of_process() -> Self {
        let is_full = variable("TIDINGS_FAULTS").is_some_and(|size| size == "full");
        let only = variable("F").unwrap_or_default();
        let tree = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let path = |name| variable(name).map(|path| tree.join(path));
        Self {
            size: if is_full { Size::Full } else { Size::Short },
            only: only
                .split(',')
                .filter(|it| !it.is_empty())
                .map(ToOwned::to_owned)
                .collect(),
            seed: variable("TIDINGS_FAULT_SEED").map(|seed| seed.parse().unwrap()),
            program: path("TIDINGS_FAULTS_PROGRAM")
                .unwrap_or_else(|| env!("CARGO_BIN_EXE_tidings").into()),
            points: path("TIDINGS_FAULTS_POINTS"),
            results: tree.join("target/faults"),
        }
    }

    /// Whether this fault is to run.
    pub(crate) fn wants(&self, fault: &str) -> bool {
        let number = fault.split(' ').next();
        self.only.is_empty()
            || self
                .only
                .iter()
                .any(|wanted| wanted == fault || Some(wanted.as_str()) == number)
    }

    /// The seeds of a scenario with so many runs: those of the file first, the last one new each time.
    pub(crate) fn seeds(&self, count: usize) -> Vec<u64> {
        if let Some(seed) = self.seed {
            return vec![seed];
        }
        let known = include_str!("seeds.txt")
            .lines()
            .filter(|line| !line.starts_with('#'));
        let mut seeds: Vec<u64> = known
            .filter_map(|line| line.trim().parse().ok())
            .take(count)
            .collect();
        // Those after the first few are new in every run, so that runs add up.
        let fresh = uuid::Uuid::new_v4().as_u128();
        let fresh = u64::try_from(fresh & 0xffff_ffff).unwrap();
        while seeds.len() < count {
            seeds.push(fresh + u64::try_from(seeds.len()).unwrap());
        }
        if count > 1 {
            seeds[count - 1] = fresh;
        }
        seeds
    }
}
