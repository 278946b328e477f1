//! `tidings editions`: composing for cron, systemd timers and jobs of Kubernetes; looking at editions and steering them.

use clap::Subcommand;

use super::failure::Failure;
use super::private::{PrivateDatabase, Wish};
use super::{Global, approvals, mail, output, progress, serve, settings, simulation};
use crate::app::App;
use crate::domain::approval::Fingerprint;
use crate::domain::edition::EditionName;
use crate::domain::email_address::EmailAddress;
use crate::domain::line::Line;
use crate::domain::slug::Slug;
use crate::usecases::digest::Composed;
use crate::usecases::editions;
use crate::usecases::sending::{self, Ordered};
use crate::worker::{Stopper, deliver, tick};

/// How many editions `list` shows.
const LISTED: i64 = 50;

/// Verbs of `tidings editions`. An edition is named by its id, or as `latest:SLUG`.
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
    /// The newest editions of a newsletter, newest first
    List {
        /// Its slug
        newsletter: Slug,
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// How far an edition is
    Progress {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// Until nothing of it moves any more
        #[arg(long)]
        watch: bool,
        /// As JSON, one object a line
        #[arg(long)]
        json: bool,
    },
    /// The very mail that would be sent at an instant, and why each article is in or out; nothing is written
    Simulate {
        /// Slug of the newsletter
        newsletter: Slug,
        /// RFC 3339; now when absent
        #[arg(long, value_name = "TIME")]
        at: Option<jiff::Timestamp>,
        /// Address of a reader; otherwise one who follows the schedule and has had all before
        #[arg(long, value_name = "ADDRESS")]
        subscriber: Option<EmailAddress>,
        /// The text of the mail as well
        #[arg(long, conflicts_with = "json")]
        text: bool,
        /// As JSON, with the mail
        #[arg(long)]
        json: bool,
    },
    /// Whether an edition was approved, and the hash that an approval must name
    Approval {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// What is wrong with its mail: standards, mail programs, accessibility; exit code 1 if something must be mended
    Check {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Approve exactly what `approval` showed
    Approve {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// The hash of what was looked at
        #[arg(long)]
        hash: Fingerprint,
    },
    #[command(flatten)]
    Order(OrderCommand),
}

/// Orders to one edition.
#[derive(Debug, Clone, Subcommand)]
pub(super) enum OrderCommand {
    /// Begin no more mails of it until it is resumed
    Pause {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
    },
    /// Let it go on after a pause
    Resume {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
    },
    /// Keep it from beginning, while nothing of it was sent
    Hold {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
    },
    /// Begin what was held
    Release {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
    },
    /// End it for good: what was not begun is never sent
    Stop {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// Why, for those who come later
        #[arg(long, value_name = "TEXT")]
        reason: Option<Line>,
    },
    /// Send it once more to those whose mail failed and who still want it
    Resend {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
        /// Also to those of whom nobody knows whether they got it; they may get it twice
        #[arg(long)]
        unknown: bool,
    },
    /// Count the mails whose reply was lost, and that are not sent once more, as sent
    Settle {
        /// Its id, or latest:SLUG
        #[arg(value_name = "ID")]
        edition: EditionName,
    },
}

impl OrderCommand {
    fn edition(&self) -> &EditionName {
        match self {
            Self::Pause { edition, .. }
            | Self::Resume { edition }
            | Self::Hold { edition, .. }
            | Self::Release { edition }
            | Self::Stop { edition, .. }
            | Self::Resend { edition, .. }
            | Self::Settle { edition } => edition,
        }
    }
}

pub(super) fn run(global: &Global, command: EditionsCommand) -> Result<(), Failure> {
    match command {
        EditionsCommand::RunDue { deliver, json } => run_due(global, deliver, json),
        EditionsCommand::List { newsletter, json } => {
            serve::with_app(global, async |app| list(app, newsletter, json).await)
        }
        EditionsCommand::Progress {
            edition,
            watch,
            json,
        } => serve::with_app(global, async |app| {
            let id = resolve(app, edition).await?;
            progress::show(app, id, watch, json).await
        }),
        EditionsCommand::Simulate {
            newsletter,
            at,
            subscriber,
            text,
            json,
        } => serve::with_app(global, async |app| {
            simulation::show(app, newsletter, at, subscriber, (text, json)).await
        }),
        EditionsCommand::Approval { edition, json } => approvals::show(global, edition, json),
        EditionsCommand::Approve { edition, hash } => approvals::approve(global, edition, hash),
        EditionsCommand::Check { edition, json } => {
            serve::with_app(global, async |app| check(app, edition, json).await)
        }
        EditionsCommand::Order(order) => {
            serve::with_app(global, async |app| give(app, order).await)
        }
    }
}

async fn resolve(app: &App, name: EditionName) -> Result<crate::domain::id::EditionId, Failure> {
    let resolved = app
        .db
        .transaction(move |conn| editions::resolve(conn, &name));
    Ok(resolved.await?)
}

async fn check(app: &App, name: EditionName, as_json: bool) -> Result<(), Failure> {
    let (id, shared) = (resolve(app, name).await?, app.clone());
    let checked = app.db.transaction(move |conn| {
        let context = editions::CheckContext {
            identity: &shared.identity,
            site: &shared.site,
            publisher: &shared.config.publisher,
            words: shared.templates.words(),
        };
        editions::check(conn, id, &context)
    });
    mail::report(&checked.await?, as_json)
}

async fn give(app: &App, order: OrderCommand) -> Result<(), Failure> {
    let id = resolve(app, order.edition().clone()).await?;
    let (settings, given) = (app.config.digest.clone(), order.clone());
    let ordered = app.db.transaction_now(move |conn, now| match given {
        OrderCommand::Pause { reason, .. } => {
            sending::pause(conn, id, reason.as_ref().map(Line::as_str))
        }
        OrderCommand::Resume { .. } => sending::resume(conn, now, id, &settings),
        OrderCommand::Hold { reason, .. } => {
            sending::hold(conn, id, reason.as_ref().map(Line::as_str))
        }
        OrderCommand::Release { .. } => sending::release(conn, now, id, &settings),
        OrderCommand::Stop { reason, .. } => {
            sending::stop(conn, now, id, reason.as_ref().map(Line::as_str))
        }
        OrderCommand::Resend { unknown, .. } => sending::resend(conn, now, id, unknown, &settings),
        OrderCommand::Settle { .. } => sending::settle_unknown(conn, now, id),
    });
    let Ordered {
        edition,
        newsletter,
        send,
        moved,
    } = ordered.await?;
    let reason = send
        .reason
        .map_or_else(String::new, |reason| format!(" ({reason})"));
    output::line(format_args!(
        "{} {newsletter} {}{reason}",
        edition.id, edition.status
    ));
    match order {
        OrderCommand::Resend { .. } => output::note(format_args!("{moved} mails are sent again")),
        OrderCommand::Settle { .. } => {
            output::note(format_args!("{moved} mails count as sent from now on"));
        }
        _ => {}
    }
    Ok(())
}

async fn list(app: &App, newsletter: Slug, as_json: bool) -> Result<(), Failure> {
    let listed = app
        .db
        .transaction(move |conn| editions::list(conn, &newsletter, None, LISTED));
    let (newsletter, rows) = listed.await?;
    for (edition, send) in rows {
        let reason = send.as_ref().and_then(|send| send.reason.clone());
        if as_json {
            output::line(serde_json::json!({
                "edition": edition.id, "newsletter": newsletter.slug.to_string(), "slot": edition.slot,
                "status": edition.status, "skip_reason": edition.skip_reason, "reason": reason,
                "recipients": edition.recipient_count, "subject": edition.subject,
                "not_before": send.as_ref().map(|send| send.not_before),
                "deadline_at": send.as_ref().and_then(|send| send.deadline_at),
                "completed_at": edition.completed_at, "warnings": edition.warnings,
            }));
            continue;
        }
        let why = match (edition.skip_reason, reason) {
            (Some(why), _) => format!(" ({why})"),
            (None, Some(why)) => format!(" ({why})"),
            (None, None) => String::new(),
        };
        output::line(format_args!(
            "{} {} {}{why}, {} readers: {}",
            edition.id, edition.slot, edition.status, edition.recipient_count, edition.subject
        ));
        for warning in &edition.warnings {
            output::line(format_args!("  {warning}"));
        }
    }
    Ok(())
}

fn run_due(global: &Global, deliver: bool, json: bool) -> Result<(), Failure> {
    let mut config = settings::load_and_log(global, Vec::new())?;
    if deliver && config.smtp.relays.is_empty() {
        return Err(Failure::Unreachable(
            "no mail server: set SMTP_URL to use --deliver".to_owned(),
        ));
    }
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = serve::runtime()?.block_on(async {
        let app = serve::command_app(config)?;
        serve::migrate_app(&app).await?;
        let pass = tick::run_due(&app).await?;
        for one in &pass.composed {
            print(one, json);
        }
        output::note(format_args!("newsletters due: {}", pass.composed.len()));
        tick::act_on_approvals(&app).await?;
        tick::alert_late(&app).await?;
        if deliver {
            let stopper = Stopper::new();
            let count = deliver::drain(&app, &stopper.stop()).await?;
            app.mailer.close_idle().await;
            output::note(format_args!("{count} mails were taken in hand"));
        }
        // Last, so that one broken newsletter keeps no other from being composed and sent.
        pass.failed
            .into_iter()
            .next()
            .map_or(Ok(()), |(_, cause)| Err(cause.into()))
    });
    database.stop()?;
    result
}

fn print(composed: &Composed, as_json: bool) {
    if composed.missed > 0 {
        output::note(format_args!(
            "{}: {} slots were missed; `tidings schedule missed {}` lists them",
            composed.slug, composed.missed, composed.slug
        ));
    }
    let Some(edition) = &composed.edition else {
        if composed.missed == 0 {
            output::note(format_args!(
                "{}: this slot has its edition already",
                composed.slug
            ));
        }
        return;
    };
    if as_json {
        output::line(serde_json::json!({
            "newsletter": composed.slug.to_string(), "edition": edition.id, "slot": edition.slot,
            "status": edition.status, "skip_reason": edition.skip_reason,
            "articles": edition.article_count, "recipients": edition.recipient_count, "warnings": edition.warnings,
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
    for warning in &edition.warnings {
        output::line(format_args!("  {warning}"));
    }
}
