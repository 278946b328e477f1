//! `tidings config`: what the settings are and where they come from.

use clap::Subcommand;

use super::failure::Failure;
use super::{Global, output};
use crate::config::{Config, Loaded, Override, Sources};
use crate::telemetry;

/// Verbs of `tidings config`.
#[derive(Debug, Subcommand)]
pub(super) enum ConfigCommand {
    /// Report every mistake at once; exit code 3 if there is one
    Check,
    /// Print each value with its source; secrets are masked
    Show {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// The settings of this process.
pub(super) fn load(global: &Global, overrides: Vec<Override>) -> Result<Loaded, Failure> {
    Ok(Config::load(&Sources::of_process(
        global.config.clone(),
        overrides,
    ))?)
}

/// The settings, with logging started as they say.
pub(super) fn load_and_log(global: &Global, overrides: Vec<Override>) -> Result<Config, Failure> {
    let config = load(global, overrides)?.config;
    telemetry::start(&config.log).map_err(|mistake| crate::config::ConfigError {
        mistakes: vec![mistake],
    })?;
    Ok(config)
}

pub(super) fn run(global: &Global, command: &ConfigCommand) -> Result<(), Failure> {
    let loaded = load(global, Vec::new())?;
    match command {
        ConfigCommand::Check => output::note("the settings are right"),
        ConfigCommand::Show { json: true } => output::json(&loaded.shown)?,
        ConfigCommand::Show { json: false } => {
            for value in &loaded.shown {
                output::line(format_args!(
                    "{} = {}  # {}",
                    value.key, value.value, value.source
                ));
            }
        }
    }
    Ok(())
}
