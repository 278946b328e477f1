//! `tidings consent`: evidence of consent, checked and certified.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::Timestamp;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::domain::consent_chain::Finding;
use crate::domain::email_address::EmailAddress;
use crate::domain::slug::Slug;
use crate::http::problem::Problem;
use crate::usecases::consents::{self, Record, Scope};

/// Verbs of `tidings consent`.
#[derive(Debug, Subcommand)]
pub(super) enum ConsentCommand {
    /// Look for rows that were changed, removed, added or moved; a line for each, and exit code 1 if there is any
    Verify(VerifyArgs),
    /// Write down all evidence of a reader's consent, signed, so that others can check it
    Certificate(CertificateArgs),
    /// Say which rows came from a client, where its address is kept as a keyed hash
    Client {
        #[command(flatten)]
        of: Of,
        /// The address that is asked about, such as 203.0.113.7
        #[arg(long, value_name = "ADDRESS")]
        client: IpAddr,
    },
    /// Print the public keys of certificates, the current one first, as a JWK set
    PublicKey {
        /// As PEM, for OpenSSL
        #[arg(long)]
        pem: bool,
    },
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

/// Whose consent to what.
#[derive(Debug, Args)]
pub(super) struct Of {
    /// The reader's e-mail address
    address: EmailAddress,
    /// The newsletter
    #[arg(long, value_name = "SLUG")]
    newsletter: Slug,
}

/// What is certified, and how.
#[derive(Debug, Args)]
pub(super) struct CertificateArgs {
    #[command(flatten)]
    of: Of,
    /// A page to print instead of signed JSON
    #[arg(long)]
    html: bool,
    /// Write it there instead of to the standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(global: &Global, command: ConsentCommand) -> Result<(), Failure> {
    serve::with_app(global, async |app| match command {
        ConsentCommand::Verify(args) => verify(app, args).await,
        ConsentCommand::Certificate(args) => certificate(app, args).await,
        ConsentCommand::Client { of, client } => rows_of_client(app, of, client).await,
        ConsentCommand::PublicKey { pem } => public_keys(app, pem),
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
            "the evidence of consent does not hold: 1 finding".to_owned(),
        )),
        many => Err(Failure::Failed(format!(
            "the evidence of consent does not hold: {many} findings"
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

async fn record(app: &App, of: Of) -> Result<Record, Failure> {
    let keys = app.keys.clone();
    let work =
        move |conn: &mut _| consents::record_of_address(conn, &keys, &of.address, &of.newsletter);
    Ok(app.db.transaction(work).await?)
}

async fn certificate(app: &App, args: CertificateArgs) -> Result<(), Failure> {
    let record = record(app, args.of).await?;
    let now = app.clock.now();
    let failed = |cause: Problem| Failure::Failed(cause.to_string());
    let text = if args.html {
        crate::http::consent_page(app, now, &record).map_err(failed)?
    } else {
        let signed = crate::http::consent_document(app, now, &record).map_err(failed)?;
        serde_json::to_string_pretty(&signed).map_err(|cause| Failure::Failed(cause.to_string()))?
    };
    match args.out {
        Some(file) => std::fs::write(&file, text + "\n").map_err(|cause| {
            Failure::Failed(format!("cannot write {}: {cause}", file.display()))
        })?,
        None => output::line(text),
    }
    if !record.findings.is_empty() {
        output::note(format_args!(
            "the evidence does not hold, and the certificate says so: {} findings",
            record.findings.len()
        ));
    }
    Ok(())
}

async fn rows_of_client(app: &App, of: Of, client: IpAddr) -> Result<(), Failure> {
    let record = record(app, of).await?;
    let keys = app.keys.evidence();
    let marks = keys.client_marks(record.chain.subscription_id, client);
    for row in &record.chain.rows {
        let kept = row.client_address.as_deref().unwrap_or_default();
        let is_same = marks.iter().any(|mark| mark == kept);
        let said = match (is_same, kept) {
            (true, _) => "came from this client",
            (false, "") => "holds no address",
            (false, other) if other.starts_with("hmac:") => "came from another client",
            (false, other) => other,
        };
        output::line(format_args!("{} {}: {said}", row.number, row.action));
    }
    Ok(())
}

fn public_keys(app: &App, as_pem: bool) -> Result<(), Failure> {
    let keys = consents::public_keys(&app.keys);
    if !as_pem {
        return output::json(&serde_json::json!({ "keys": keys }));
    }
    for key in keys {
        output::line(key.pem());
    }
    Ok(())
}
