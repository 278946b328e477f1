//! `tidings sending`: the switches for all editions, and why nothing moves.

use clap::{Args, Subcommand};

use super::failure::Failure;
use super::{Global, output, progress, serve};
use crate::app::App;
use crate::domain::line::Line;
use crate::usecases::sending::{self, Control, Status};

/// Verbs of `tidings sending`.
#[derive(Debug, Subcommand)]
pub(super) enum SendingCommand {
    /// What is being sent, and why not: switches, mail servers, open editions
    Status(Form),
    /// Begin no mail of any edition; confirmations and other single mails go on
    Pause {
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
        #[command(flatten)]
        form: Form,
    },
    /// Let editions go on
    Resume(Form),
    /// Have editions that are composed from now on wait for `editions release`
    Hold {
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
        #[command(flatten)]
        form: Form,
    },
    /// Have editions that are composed from now on begin by themselves; those that wait go on waiting
    Release(Form),
}

/// How the answer looks.
#[derive(Debug, Clone, Copy, Args)]
pub(super) struct Form {
    /// As JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(global: &Global, command: SendingCommand) -> Result<(), Failure> {
    serve::with_app(global, async |app| match command {
        SendingCommand::Status(form) => status(app, form).await,
        SendingCommand::Pause { reason, form } => {
            let paused = app.db.transaction_now(move |conn, now| {
                sending::pause_all(conn, now, reason.as_ref().map(Line::as_str))
            });
            control(paused.await?, form)
        }
        SendingCommand::Resume(form) => {
            let settings = app.config.digest.clone();
            let resumed = app
                .db
                .transaction_now(move |conn, now| sending::resume_all(conn, now, &settings));
            control(resumed.await?, form)
        }
        SendingCommand::Hold { reason, form } => {
            let held = app.db.transaction_now(move |conn, now| {
                sending::hold_new(conn, now, reason.as_ref().map(Line::as_str))
            });
            control(held.await?, form)
        }
        SendingCommand::Release(form) => {
            control(app.db.transaction_now(sending::release_new).await?, form)
        }
    })
}

async fn status(app: &App, form: Form) -> Result<(), Failure> {
    let status = app.db.transaction_now(sending::status).await?;
    if form.json {
        return output::json(&crate::http::sending_document(status));
    }
    let Status {
        control,
        relays,
        editions,
        singles_late,
    } = status;
    output::line(words(&control));
    for relay in relays {
        let is_available = if relay.is_available {
            "takes mails"
        } else {
            "takes no mails"
        };
        let failure = relay.reply_text.map_or_else(String::new, |text| {
            let code = relay
                .reply_code
                .map_or_else(String::new, |code| format!("{code} "));
            format!(", last failure: {code}{text}")
        });
        output::line(format_args!(
            "mail server {} {is_available}, {} of {} connections (worker {}){failure}",
            relay.relay, relay.connections, relay.connection_limit, relay.worker_id
        ));
    }
    for (newsletter, one) in &editions {
        output::line(progress::line(newsletter, one));
    }
    let seconds = singles_late.as_secs();
    if seconds > 0 {
        output::line(format_args!(
            "the oldest single mail has been due for {seconds} seconds"
        ));
    }
    Ok(())
}

fn control(control: Control, form: Form) -> Result<(), Failure> {
    if form.json {
        return output::json(&crate::http::control_document(control));
    }
    output::line(words(&control));
    Ok(())
}

/// The switches in words.
fn words(control: &Control) -> String {
    let goes_on = if control.is_paused {
        "all editions are paused"
    } else {
        "editions go on"
    };
    let begin = if control.holds_new {
        "new ones wait for a release"
    } else {
        "new ones begin by themselves"
    };
    let reason = control
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    format!("{goes_on}, {begin}{reason}")
}
