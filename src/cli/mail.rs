//! `tidings mail`: checks a mail without a database.

use std::io::Read as _;
use std::path::PathBuf;

use clap::Subcommand;

use super::failure::{Failure, chain};
use super::output;
use crate::usecases::mails::{self, Expected, Report, Severity};

/// Verbs of `tidings mail`.
#[derive(Debug, Subcommand)]
pub(super) enum MailCommand {
    /// What is wrong with a mail: standards, mail programs, accessibility; exit code 1 if something must be mended
    Check {
        /// The mail as a file, its headers first; `-` reads it from stdin
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The postal address that must stand in an edition's footer
        #[arg(long, value_name = "TEXT", default_value = "")]
        postal_address: String,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(command: &MailCommand) -> Result<(), Failure> {
    let MailCommand::Check {
        file,
        postal_address,
        json,
    } = command;
    let raw = if file.as_os_str() == "-" {
        let mut raw = Vec::new();
        std::io::stdin().lock().read_to_end(&mut raw)?;
        raw
    } else {
        std::fs::read(file).map_err(|cause| {
            Failure::NotFound(format!("cannot read {}: {}", file.display(), chain(&cause)))
        })?
    };
    let expected = Expected {
        postal_address: postal_address.clone(),
    };
    report(&mails::check(&raw, &expected), *json)
}

/// Prints the findings, one a line; fails when one must be mended.
pub(super) fn report(report: &Report, as_json: bool) -> Result<(), Failure> {
    let (errors, warnings) = (report.errors(), report.warnings());
    if as_json {
        output::json(&serde_json::json!({
            "errors": errors, "warnings": warnings, "html_bytes": report.html_bytes,
            "message_bytes": report.message_bytes, "findings": report.findings,
        }))?;
    } else {
        for finding in &report.findings {
            let severity = match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let (rule, detail, mend) = (finding.rule, &finding.detail, finding.mend);
            output::line(format_args!(
                "{severity} {rule}: {detail}. To mend it: {mend}"
            ));
        }
    }
    let sizes = format!(
        "HTML {} bytes, mail {} bytes",
        report.html_bytes, report.message_bytes
    );
    if errors > 0 {
        return Err(Failure::Failed(format!(
            "{errors} errors, {warnings} warnings; {sizes}"
        )));
    }
    output::note(format_args!("{warnings} warnings; {sizes}"));
    Ok(())
}
