//! `tidings corrections`.

use clap::Subcommand;
use serde_json::json;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::domain::correction::{MAX_NOTICE_CHARS, MAX_REASON_CHARS};
use crate::domain::id::CorrectionId;
use crate::domain::line::{Line, clean_text};
use crate::usecases::digest::Context;
use crate::usecases::digest::corrections::{self, Standing, Wish, Words};

#[derive(Debug, Subcommand)]
pub(super) enum CorrectionsCommand {
    /// Take an article out of every edition that holds it, and hide it; nothing that holds it begins from then on
    Retract {
        /// The publisher's id of the article
        #[arg(value_name = "ID")]
        article: String,
        /// Why, for the newsroom
        #[arg(long)]
        reason: String,
        /// As one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Put the article as it is now, or another one, in its place
    Replace {
        /// The publisher's id of the article
        #[arg(value_name = "ID")]
        article: String,
        /// The publisher's id of the article that takes its place; the wrong one is hidden
        #[arg(long, value_name = "ID")]
        with: Option<String>,
        /// Why, for the newsroom
        #[arg(long)]
        reason: String,
        /// As one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Show what a correction did, whom it came too late for, and who was told
    Show {
        /// The correction
        id: CorrectionId,
        /// As one JSON document
        #[arg(long)]
        json: bool,
    },
    /// Tell exactly those readers who were sent what was wrong
    Notify {
        /// The correction
        id: CorrectionId,
        /// What was wrong and what is right
        #[arg(long)]
        text: String,
        /// Another subject than the usual one
        #[arg(long)]
        subject: Option<Line>,
        /// Also those of whom nobody knows
        #[arg(long)]
        with_unknown: bool,
        /// As one JSON document
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
pub(super) fn run(global: &Global, command: CorrectionsCommand) -> Result<(), Failure> {
    serve::with_app(global, async |app| match command {
        CorrectionsCommand::Retract {
            article,
            reason,
            json,
        } => correct(app, article, Wish::Retract, &reason, json).await,
        CorrectionsCommand::Replace {
            article,
            with,
            reason,
            json,
        } => {
            let wish = with.map_or(Wish::Refresh, Wish::Replace);
            correct(app, article, wish, &reason, json).await
        }
        CorrectionsCommand::Show { id, json } => {
            let standing = app
                .db
                .transaction(move |conn| corrections::show(conn, id))
                .await?;
            print(&standing, json)
        }
        CorrectionsCommand::Notify {
            id,
            text,
            subject,
            with_unknown,
            json,
        } => {
            let text = text_of("--text", &text, MAX_NOTICE_CHARS)?;
            let (words, shared) = (Words { subject, text }, app.clone());
            let standing = app.db.transaction_now(move |conn, now| {
                let context = context(&shared);
                corrections::notify(conn, now, id, &words, with_unknown, &context)
            });
            print(&standing.await?, json)
        }
    })
}

async fn correct(
    app: &App,
    article: String,
    wish: Wish,
    reason: &str,
    json: bool,
) -> Result<(), Failure> {
    let reason = text_of("--reason", reason, MAX_REASON_CHARS)?;
    let shared = app.clone();
    let standing = app.db.transaction_now(move |conn, now| {
        let context = context(&shared);
        corrections::correct(conn, now, &article, &wish, &reason, &context)
    });
    print(&standing.await?, json)
}

fn text_of(option: &str, text: &str, max: usize) -> Result<String, Failure> {
    let text = clean_text(text);
    let actual = text.chars().count();
    if (1..=max).contains(&actual) {
        return Ok(text);
    }
    Err(Failure::Refused(format!(
        "{option} has {actual} characters: write 1 to {max}"
    )))
}

fn context(app: &App) -> Context<'_> {
    Context::new(&app.config, &app.templates, &app.site)
}

fn print(standing: &Standing, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(&json!(crate::http::correction_document(standing)));
    }
    let correction = &standing.correction;
    output::line(format_args!(
        "correction {}: {} {}",
        correction.id, correction.action, standing.article.external_id
    ));
    if standing.editions.is_empty() {
        output::line("no edition holds it");
    }
    for one in &standing.editions {
        let (row, reach) = (&one.row, &one.reach);
        output::line(format_args!(
            "{} {} {}, version {}: {} were sent what was wrong, of {} nobody knows, {} wait",
            row.edition_id,
            one.newsletter.slug,
            row.outcome,
            one.edition.content_version,
            reach.sent,
            reach.unknown,
            reach.waiting
        ));
        if let Some(detail) = &row.detail {
            output::line(format_args!("  {detail}"));
        }
    }
    output::line(format_args!(
        "{} readers told in {} notices",
        standing.told,
        standing.notices.len()
    ));
    Ok(())
}
