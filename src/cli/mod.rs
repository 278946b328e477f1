//! The edge that speaks to a terminal: `tidings <noun> <verb>`. Results go to stdout, words and logs to stderr.

mod admin;
mod approvals;
mod attack;
mod consent;
mod corrections;
mod demo;
mod editions;
mod failure;
mod feeds;
mod journey;
mod keys;
mod mail;
mod newsletters;
mod output;
mod private;
mod progress;
mod schedule;
mod sending;
mod serve;
mod settings;
mod simulation;
mod templates;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use failure::Failure;

/// Newsletters for newsrooms: sign-up, double opt-in and scheduled digests of stored articles.
#[derive(Debug, Parser)]
#[command(name = "tidings", version, arg_required_else_help = true, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 wrong settings, 4 database or mail server \
                          not reachable, 5 not found, 6 refused (already running, port in use, newer schema, wrong status)";

/// What every command understands.
#[derive(Debug, Clone, Args)]
struct Global {
    /// Settings file; without it `TIDINGS_CONFIG`, or ./tidings.toml if it exists
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the private PostgreSQL and its secret key, used when `DATABASE_URL` is not set
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
}

impl Global {
    fn data_dir(&self) -> PathBuf {
        self.data_dir
            .clone()
            .unwrap_or_else(|| PathBuf::from("data"))
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve pages and the API, compose what is due, deliver what is queued
    Serve(serve::ServeArgs),
    /// Deliver what is queued, and nothing else
    Worker,
    /// Try it out: a made-up newsroom on a private database; nothing leaves the machine
    Demo(demo::DemoArgs),
    /// Bring the database to the schema of this version
    Migrate {
        /// Only list what would run
        #[arg(long)]
        dry_run: bool,
    },
    /// Look at the settings
    #[command(subcommand)]
    Config(settings::ConfigCommand),
    /// Newsletters: pause and resume
    #[command(subcommand)]
    Newsletters(newsletters::NewslettersCommand),
    /// Editions of newsletters
    #[command(subcommand)]
    Editions(editions::EditionsCommand),
    /// Take an article out of editions under way, or replace it, and tell those who were sent it
    #[command(subcommand)]
    Corrections(corrections::CorrectionsCommand),
    /// The sending of all editions
    #[command(subcommand)]
    Sending(sending::SendingCommand),
    /// Machines that fill in the sign-up form
    #[command(subcommand)]
    Attack(attack::AttackCommand),
    /// Evidence of readers' consent: check it, certify it
    #[command(subcommand)]
    Consent(consent::ConsentCommand),
    /// Check mails of any system, without a database
    #[command(subcommand)]
    Mail(mail::MailCommand),
    /// Looks of mails and pages, without a database
    #[command(subcommand)]
    Templates(templates::TemplatesCommand),
    /// Explain schedules, and list the slots that were missed
    #[command(subcommand)]
    Schedule(schedule::ScheduleCommand),
    /// Feeds that articles come from
    #[command(subcommand)]
    Feeds(feeds::FeedsCommand),
    /// Keys of the admin API
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// People of the newsroom
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Print the admin API as OpenAPI 3.1
    Openapi,
}

/// Runs the command of this process and returns its exit code.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    // HTTP clients ask the process which cryptography to use. That it is set already is no failure.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::error(&failure);
            failure.exit_code()
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), Failure> {
    let global = cli.global;
    match cli.command {
        Command::Serve(args) => serve::serve(&global, &args),
        Command::Worker => serve::worker(&global),
        Command::Demo(args) => demo::demo(&global, &args),
        Command::Migrate { dry_run } => serve::migrate(&global, dry_run),
        Command::Config(command) => settings::run(&global, &command),
        Command::Newsletters(command) => newsletters::run(&global, command),
        Command::Editions(command) => editions::run(&global, command),
        Command::Corrections(command) => corrections::run(&global, command),
        Command::Sending(command) => sending::run(&global, command),
        Command::Attack(command) => attack::run(&global, command),
        Command::Consent(command) => consent::run(&global, command),
        Command::Mail(command) => mail::run(&command),
        Command::Templates(command) => templates::run(&global, command),
        Command::Schedule(command) => schedule::run(&global, command),
        Command::Feeds(command) => feeds::run(&global, command),
        Command::Keys(command) => keys::run(&global, &command),
        Command::Admin(command) => admin::run(&global, &command),
        Command::Openapi => output::json(&crate::http::openapi_document()),
    }
}
