//! `tidings newsletters`: pausing and resuming.

use clap::Subcommand;

use super::failure::Failure;
use super::{Global, output, serve};
use crate::app::App;
use crate::domain::line::Line;
use crate::domain::newsletter::Newsletter;
use crate::domain::slug::Slug;
use crate::usecases::pausing;

/// Verbs of `tidings newsletters`.
#[derive(Debug, Subcommand)]
pub(super) enum NewslettersCommand {
    /// Make no more editions by schedule until it is resumed; hold those of which nothing was sent
    Pause {
        /// Its slug
        newsletter: Slug,
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
    },
    /// End a pause: nothing is sent for the past, the next slot takes what came in
    Resume {
        /// Its slug
        newsletter: Slug,
    },
}

pub(super) fn run(global: &Global, command: NewslettersCommand) -> Result<(), Failure> {
    serve::with_app(global, async |app| match command {
        NewslettersCommand::Pause { newsletter, reason } => pause(app, newsletter, reason).await,
        NewslettersCommand::Resume { newsletter } => {
            let resumed = app
                .db
                .transaction_now(move |conn, now| pausing::resume(conn, now, &newsletter));
            show(&resumed.await?);
            Ok(())
        }
    })
}

async fn pause(app: &App, newsletter: Slug, reason: Option<Line>) -> Result<(), Failure> {
    let paused = app.db.transaction_now(move |conn, now| {
        pausing::pause(conn, now, &newsletter, reason.as_ref().map(Line::as_str))
    });
    let (newsletter, held) = paused.await?;
    show(&newsletter);
    for id in held {
        output::note(format_args!(
            "edition {id} is held; `tidings editions release {id}` sends it, `stop` ends it"
        ));
    }
    Ok(())
}

fn show(newsletter: &Newsletter) {
    let timing = &newsletter.timing;
    let reason = timing
        .pause_reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    let state = match (timing.paused_at, newsletter.next_due_at) {
        (Some(since), _) => format!("pauses since {since}{reason}"),
        (None, Some(next)) => format!("goes on, next slot {next}"),
        (None, None) => "has no next slot".to_owned(),
    };
    output::line(format_args!("{} {state}", newsletter.slug));
}
