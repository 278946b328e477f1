//! `tidings consent`: evidence of consent, checked.

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::domain::consent_chain::Finding;
use crate::domain::slug::Slug;
use crate::usecases::consents::{self, Scope};

/// Verbs of `tidings consent`.
#[derive(Debug, Subcommand)]
pub(super) enum ConsentCommand {
    /// Look for rows that were changed, removed, added or moved; a line for each, and exit code 1 if there is any
    Verify(VerifyArgs),
}

/// What `verify` looks at.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Only this newsletter
    #[arg(long, value_name = "SLUG")]
    newsletter: Option<Slug>,
    /// Leave out of the digest what was recorded after this time, to compare it with an earlier one
    #[arg(long, value_name = "TIME")]
    until: Option<Timestamp>,
    /// Each finding and the result as one line of JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, command: ConsentCommand) -> Result<(), Failure> {
    serve::with_app(global, async |app| match command {
        ConsentCommand::Verify(args) => verify(app, args).await,
    })
}

async fn verify(app: &App, args: VerifyArgs) -> Result<(), Failure> {
    let scope = Scope {
        newsletter: args.newsletter,
        until: args.until,
    };
    let (keys, as_json) = (app.keys.clone(), args.json);
    let work = move |conn: &mut _| {
        consents::verify(conn, &keys, &scope, |finding| show(&finding, as_json))
    };
    let summary = app.db.transaction(work).await?;
    if args.json {
        output::json_line(&summary)?;
    } else {
        output::line(format_args!(
            "{} rows of {} subscriptions, {} findings, digest {}",
            summary.rows, summary.subscriptions, summary.findings, summary.digest
        ));
    }
    match summary.findings {
        0 => Ok(()),
        1 => Err(Failure::Failed(
            "evidence of consent was tampered with: 1 finding".to_owned(),
        )),
        many => Err(Failure::Failed(format!(
            "evidence of consent was tampered with: {many} findings"
        ))),
    }
}

fn show(finding: &Finding, as_json: bool) {
    if as_json {
        // A finding is numbers and texts, which JSON always takes.
        let _ = output::json_line(finding);
        return;
    }
    let row = finding
        .consent_id
        .map_or_else(|| "-".to_owned(), |id| id.to_string());
    output::line(format_args!(
        "{} row {row} subscription {} number {}: {}",
        finding.fault, finding.subscription_id, finding.number, finding.detail
    ));
}
