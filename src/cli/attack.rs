//! `tidings attack`: machines that fill in the sign-up form.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::domain::line::Line;
use crate::usecases::attack::{self, Status};

/// Verbs of `tidings attack`.
#[derive(Debug, Subcommand)]
pub(super) enum AttackCommand {
    /// Whether sign-ups are under attack, and why that is thought
    Status(Form),
    /// Declare an attack: each sign-up needs a proof of work until `attack end`
    Begin {
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
        #[command(flatten)]
        form: Form,
    },
    /// End an attack; if it goes on, it is noticed again
    End(Form),
    /// Remove readers who came with an attack and never confirmed
    Purge {
        /// Those who were not known before this time, such as 2026-01-05T05:30:00Z; else before the last attack
        #[arg(long, value_name = "TIME")]
        since: Option<Timestamp>,
        /// Those who asked until this time; else until the end of the last attack
        #[arg(long, value_name = "TIME")]
        until: Option<Timestamp>,
        /// Only count
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        form: Form,
    },
}

/// How the answer looks.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Form {
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, command: AttackCommand) -> Result<(), Failure> {
    serve::with_app(global, async |app| {
        let settings = app.config.attack.clone();
        match command {
            AttackCommand::Status(form) => {
                let status = app
                    .db
                    .transaction_now(move |conn, now| attack::status(conn, now, &settings));
                show(status.await?, form)
            }
            AttackCommand::Begin { reason, form } => {
                let status = app.db.transaction_now(move |conn, now| {
                    attack::begin(conn, now, &settings, reason.as_ref().map(Line::as_str))
                });
                show(status.await?, form)
            }
            AttackCommand::End(form) => {
                let status = app
                    .db
                    .transaction_now(move |conn, now| attack::end(conn, now, &settings));
                show(status.await?, form)
            }
            AttackCommand::Purge {
                since,
                until,
                dry_run,
                form,
            } => purge(app, since, until, dry_run, form).await,
        }
    })
}

async fn purge(
    app: &App,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    dry_run: bool,
    form: Form,
) -> Result<(), Failure> {
    let (window, count) = crate::http::purge_attack(app, since, until, dry_run).await?;
    if form.json {
        return output::json(&crate::http::purge_document(window, dry_run, count));
    }
    let verb = if dry_run { "would be" } else { "were" };
    output::line(format_args!(
        "{count} readers {verb} removed, who came from {} to {} and never confirmed",
        window.since, window.until
    ));
    Ok(())
}

fn show(status: Status, form: Form) -> Result<(), Failure> {
    if form.json {
        return output::json(&crate::http::attack_document(status));
    }
    output::line(if status.is_on {
        "sign-ups are under attack: each needs a proof of work"
    } else {
        "sign-ups are not under attack"
    });
    let seen = status.figures;
    output::line(format_args!(
        "lately {} asked, {} are normal, {} would be an attack; {} of {} mails were confirmed",
        seen.requests, seen.normal, status.threshold, seen.confirmed, seen.asked
    ));
    if let Some(last) = status.attack {
        let end = last
            .ended_at
            .map_or_else(|| "is not closed".to_owned(), |at| format!("ended {at}"));
        let who = if last.is_manual {
            "declared"
        } else {
            "noticed"
        };
        let reason = last
            .reason
            .map_or_else(String::new, |reason| format!(" ({reason})"));
        output::line(format_args!(
            "the last attack was {who} {}{reason}, {end}; {} asked in {} minutes",
            last.began_at, last.figures.requests, last.window_minutes
        ));
    }
    Ok(())
}
