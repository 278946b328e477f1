//! `tidings serve`, `worker` and `migrate`.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use clap::Args;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use url::Url;

use super::failure::{Failure, chain};
use super::private::{PrivateDatabase, Wish};
use super::{Global, output, settings};
use crate::app::{App, Catcher};
use crate::clock::Clock;
use crate::config::{Config, Override};
use crate::http;
use crate::usecases::{schema, sending};
use crate::worker::{self, Loops};

/// Flags of `tidings serve`.
#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// Address and port, such as 127.0.0.1:8080
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// Compose nothing: `tidings editions run-due` does it
    #[arg(long)]
    no_scheduler: bool,
    /// Deliver nothing: `tidings worker` does it
    #[arg(long)]
    no_worker: bool,
    /// Fetch no feeds: `tidings feeds fetch` does it
    #[arg(long)]
    no_feeds: bool,
}

/// Turns `--listen` into a setting.
pub(super) fn listen_override(listen: Option<&String>) -> Vec<Override> {
    let as_override = |value: &String| Override {
        key: "server.listen",
        value: value.clone(),
        flag: "--listen",
    };
    listen.map(as_override).into_iter().collect()
}

pub(super) fn runtime() -> Result<Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// Takes the port before anything is started, so that a port in use changes nothing.
pub(super) fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).map_err(|cause| {
        if cause.kind() == std::io::ErrorKind::AddrInUse {
            Failure::Refused(format!(
                "port {} is in use: stop the other program, or choose another with --listen",
                address.port()
            ))
        } else {
            Failure::Failed(format!("cannot listen on {address}: {cause}"))
        }
    })
}

/// The address for readers: the one that is set, or the one that we listen on.
pub(super) fn base_url(config: &Config, listener: &TcpListener) -> Result<Url, Failure> {
    if let Some(url) = &config.server.base_url {
        return Ok(url.clone());
    }
    let mut address = listener.local_addr()?;
    if address.ip().is_unspecified() {
        address.set_ip([127, 0, 0, 1].into());
        output::note(
            "server.base_url is not set: links in mails work on this machine only; set BASE_URL",
        );
    }
    Url::parse(&format!("http://{address}")).map_err(|cause| Failure::Failed(cause.to_string()))
}

/// Open files beside the connections of readers: the database's, mail's, logs, and those that are being closed.
const OTHER_FILES: u64 = 256;

/// Lets the process open as many files as connections may come: systems allow 1024 unless asked, and each connection is one.
fn allow_files(config: &Config) {
    let wanted = u64::from(config.server.max_connections) + OTHER_FILES;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else {
        return;
    };
    let raised = wanted.min(hard).max(soft);
    if raised > soft {
        // Where it fails, the old limit stands and is told below.
        setrlimit(Resource::RLIMIT_NOFILE, raised, hard).ok();
    }
    let allowed = getrlimit(Resource::RLIMIT_NOFILE).map_or(soft, |(soft, _)| soft);
    if allowed < wanted {
        output::note(format_args!(
            "this process may open {allowed} files, and server.max_connections needs {wanted}: \
             allow more (`ulimit -n`, LimitNOFILE= of systemd), or set it lower"
        ));
    }
}

pub(super) fn serve(global: &Global, args: &ServeArgs) -> Result<(), Failure> {
    let mut config = settings::load_and_log(global, listen_override(args.listen.as_ref()))?;
    allow_files(&config);
    let listener = bind(config.server.listen)?;
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Own)?;
    let loops = Loops {
        scheduler: !args.no_scheduler,
        delivery: !args.no_worker,
        feeds: !args.no_feeds,
    };
    let result = runtime()?.block_on(async {
        let catcher = if config.smtp.relays.is_empty() {
            Some(Catcher::start(Clock::System).await?)
        } else {
            None
        };
        let base_url = base_url(&config, &listener)?;
        let app = App::new(config, Clock::System, &base_url, catcher.as_ref(), false)?;
        migrate_app(&app).await?;
        output::note(format_args!("serving {base_url}"));
        if catcher.is_some() {
            output::note(format_args!(
                "no mail server is set (SMTP_URL): nothing leaves this machine, mails are at {base_url}dev/outbox"
            ));
        }
        let result = run(&app, listener, loops).await;
        if let Some(catcher) = catcher {
            catcher.stop().await;
        }
        result
    });
    database.stop()?;
    result
}

/// Brings the database to this version's schema; servers that start at once wait for each other.
pub(super) async fn migrate_app(app: &App) -> Result<(), Failure> {
    let ran = migrate_now(app).await?;
    if !ran.is_empty() {
        output::note(format_args!(
            "migrated the database: {} migrations",
            ran.len()
        ));
    }
    if app.db.transaction_now(sending::guard_restored).await? {
        output::note(
            "this database was restored from a backup and does not know what was sent since: all editions are paused. \
             Look at the newest ones, stop those that were sent, then `tidings sending resume`",
        );
    }
    Ok(())
}

async fn migrate_now(app: &App) -> Result<Vec<String>, schema::Error> {
    let (now, keys) = (app.clock.now(), app.keys.clone());
    let work = move |conn: &mut _| schema::migrate(conn, now, &keys);
    app.db.session(work).await
}

/// Serves and works until SIGTERM or SIGINT, then ends requests and mails that are under way.
pub(super) async fn run(app: &App, listener: TcpListener, loops: Loops) -> Result<(), Failure> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let server = http::server(app, listener)?;
    let handle = server.handle();
    let workers = worker::start(app, loops);
    let mut server = tokio::spawn(server);
    let ended = tokio::select! {
        _ = terminate.recv() => None,
        _ = interrupt.recv() => None,
        ended = &mut server => Some(ended),
    };
    if let Some(ended) = ended {
        return match ended {
            Ok(result) => Ok(result?),
            Err(panicked) => Err(Failure::Failed(chain(&panicked))),
        };
    }
    let patience = Duration::from_secs(app.config.server.drain_seconds);
    output::note(format_args!(
        "stopping, for at most {} seconds",
        patience.as_secs()
    ));
    let (all_ended, ()) = tokio::join!(workers.stop(patience), handle.stop(true));
    if !all_ended {
        output::note("a mail was still under way; its fate is settled after the next start");
    }
    Ok(())
}

pub(super) fn worker(global: &Global) -> Result<(), Failure> {
    let mut config = settings::load_and_log(global, Vec::new())?;
    if config.smtp.relays.is_empty() {
        return Err(Failure::Unreachable(
            "no mail server: set SMTP_URL, for example smtp://user:password@mail.example.org:587"
                .to_owned(),
        ));
    }
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = runtime()?.block_on(async {
        let app = command_app(config)?;
        migrate_app(&app).await?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let workers = worker::start(
            &app,
            Loops {
                scheduler: false,
                delivery: true,
                feeds: false,
            },
        );
        output::note("delivering; Ctrl-C stops");
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
        workers
            .stop(Duration::from_secs(app.config.server.drain_seconds))
            .await;
        Ok(())
    });
    database.stop()?;
    result
}

/// Runs a command that does not listen, with the database in this version's schema.
pub(super) fn with_app<T>(
    global: &Global,
    work: impl AsyncFnOnce(&App) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let mut config = settings::load_and_log(global, Vec::new())?;
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = runtime()?.block_on(async {
        let app = command_app(config)?;
        migrate_app(&app).await?;
        work(&app).await
    });
    database.stop()?;
    result
}

/// The program for a command that does not listen.
pub(super) fn command_app(config: Config) -> Result<App, Failure> {
    let base_url = match &config.server.base_url {
        Some(url) => url.clone(),
        None => Url::parse(&format!("http://{}", config.server.listen))
            .map_err(|cause| Failure::Failed(cause.to_string()))?,
    };
    Ok(App::new(config, Clock::System, &base_url, None, false)?)
}

pub(super) fn migrate(global: &Global, dry_run: bool) -> Result<(), Failure> {
    let mut config = settings::load_and_log(global, Vec::new())?;
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = runtime()?.block_on(async {
        let app = command_app(config)?;
        let names = if dry_run {
            app.db.session(schema::pending).await?
        } else {
            migrate_now(&app).await?
        };
        let verb = if dry_run { "would run" } else { "ran" };
        for name in &names {
            output::line(format_args!("{verb} {name}"));
        }
        output::note(format_args!("{} migrations {verb}", names.len()));
        Ok(())
    });
    database.stop()?;
    result
}
