//! `tidings editions`: for cron, systemd timers and jobs of Kubernetes.

use clap::Subcommand;

use super::failure::Failure;
use super::private::{PrivateDatabase, Wish};
use super::{Global, output, serve, settings};
use crate::usecases::digest::Composed;
use crate::worker::{Stopper, deliver, tick};

/// Verbs of `tidings editions`.
#[derive(Debug, Subcommand)]
pub(super) enum EditionsCommand {
    /// Compose every newsletter that is due, then exit; safe to run twice at once
    RunDue {
        /// Also deliver what is queued before exiting
        #[arg(long)]
        deliver: bool,
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
}

pub(super) fn run(global: &Global, command: &EditionsCommand) -> Result<(), Failure> {
    let EditionsCommand::RunDue { deliver, json } = command;
    let mut config = settings::load_and_log(global, Vec::new())?;
    if *deliver && config.smtp.relays.is_empty() {
        return Err(Failure::Unreachable(
            "no mail server: set SMTP_URL to use --deliver".to_owned(),
        ));
    }
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = serve::runtime()?.block_on(async {
        let app = serve::command_app(config)?;
        serve::migrate_app(&app).await?;
        let composed = tick::run_due(&app).await?;
        for one in &composed {
            print(one, *json);
        }
        output::note(format_args!("newsletters due: {}", composed.len()));
        if *deliver {
            let stopper = Stopper::new();
            let count = deliver::drain(&app, &stopper.stop()).await?;
            app.mailer.close_idle().await;
            output::note(format_args!("{count} mails were taken in hand"));
        }
        Ok(())
    });
    database.stop()?;
    result
}

fn print(composed: &Composed, as_json: bool) {
    let Some(edition) = &composed.edition else {
        output::note(format_args!(
            "{}: this slot has its edition already",
            composed.slug
        ));
        return;
    };
    if as_json {
        output::line(serde_json::json!({
            "newsletter": composed.slug.to_string(), "edition": edition.id, "slot": edition.slot,
            "status": edition.status, "skip_reason": edition.skip_reason,
            "articles": edition.article_count, "recipients": edition.recipient_count,
        }));
        return;
    }
    let what = match edition.skip_reason {
        Some(reason) => format!("skipped ({reason})"),
        None => format!(
            "{} articles to {} readers",
            edition.article_count, edition.recipient_count
        ),
    };
    output::line(format_args!(
        "{} {} {}: {what}",
        edition.id, composed.slug, edition.slot
    ));
}
