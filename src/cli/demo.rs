//! `tidings demo`: a made-up newsroom, on a private database and with the mail catcher. Nothing leaves the machine.

use std::net::TcpListener;
use std::path::{Path, PathBuf};

use clap::Args;
use secrecy::ExposeSecret as _;

use super::failure::Failure;
use super::private::{PrivateDatabase, Wish};
use super::{Global, journey, keys, output, serve};
use crate::app::{App, Catcher};
use crate::clock::Clock;
use crate::config::{Config, ConfigError, Sources};
use crate::domain::site::Site;
use crate::telemetry;
use crate::usecases::{access, demo};
use crate::worker::Loops;

/// The sender of the made-up newsroom's single mails.
const SENDER: &str = "anmeldung@news.europablatt.example";
/// What the key of the demo is called.
const KEY_NAME: &str = "demo";

/// Flags of `tidings demo`.
#[derive(Debug, Args)]
pub(super) struct DemoArgs {
    /// Walk the whole story without hands, in a folder that is thrown away, and exit with 0 if every step went well
    #[arg(long)]
    journey: bool,
    /// With --journey: keep the mails that it read as .eml files in this folder
    #[arg(long, value_name = "FOLDER", requires = "journey")]
    mails: Option<PathBuf>,
    /// Address and port; 127.0.0.1:8080 when absent, any free port with --journey
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
}

pub(super) fn demo(global: &Global, args: &DemoArgs) -> Result<(), Failure> {
    let config = load(global, args)?;
    if !args.journey {
        let data_dir = global
            .data_dir
            .clone()
            .unwrap_or_else(|| PathBuf::from("data/demo"));
        return run(config, &data_dir, args);
    }
    if let Some(data_dir) = &global.data_dir {
        return run(config, data_dir, args);
    }
    let folder = Throwaway::new()?;
    run(config, &folder.0, args)
}

/// The settings of the demo: neither a database nor a mail server of the environment is ever touched.
fn load(global: &Global, args: &DemoArgs) -> Result<Config, Failure> {
    let mut sources = Sources::of_process(
        global.config.clone(),
        serve::listen_override(args.listen.as_ref()),
    );
    let is_ours = |name: &str| {
        [
            "LISTEN_ADDR",
            "PORT",
            "LOG_LEVEL",
            "RUST_LOG",
            "LOG_FORMAT",
            "BASE_URL",
            "TIDINGS_PG_BIN",
        ]
        .contains(&name)
            || name.starts_with("TIDINGS__DELIVERY__")
            || name.starts_with("TIDINGS__SIGNUP__")
    };
    sources.environment.retain(|name, _| is_ours(name));
    sources.file.clone_from(&global.config);
    let quiet = [
        ("LOG_LEVEL", "warn"),
        ("MAIL_FROM", SENDER),
        ("TIDINGS__DELIVERY__POLL_MILLISECONDS", "200"),
    ];
    for (name, value) in quiet {
        sources
            .environment
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
    }
    if args.journey && args.listen.is_none() {
        sources
            .environment
            .insert("LISTEN_ADDR".to_owned(), "127.0.0.1:0".to_owned());
    }
    let mut config = Config::load(&sources)?.config;
    config.smtp.relays.clear();
    config.database.url = String::new().into();
    telemetry::start(&config.log).map_err(|mistake| ConfigError {
        mistakes: vec![mistake],
    })?;
    Ok(config)
}

fn run(mut config: Config, data_dir: &Path, args: &DemoArgs) -> Result<(), Failure> {
    let listener = serve::bind(config.server.listen)?;
    let database = PrivateDatabase::provide(&mut config, data_dir, Wish::Own)?;
    let result = serve::runtime()?.block_on(with_database(config, listener, args));
    database.stop()?;
    result
}

async fn with_database(
    mut config: Config,
    listener: TcpListener,
    args: &DemoArgs,
) -> Result<(), Failure> {
    let catcher = Catcher::start(Clock::System).await?;
    let base_url = serve::base_url(&config, &listener)?;
    let site = Site::new(&base_url);
    config.publisher = demo::publisher(&site)?;
    let app = App::new(config, Clock::System, &base_url, Some(&catcher), true)?;
    serve::migrate_app(&app).await?;
    let (now, keys) = (app.clock.now(), app.keys.clone());
    let filled = app
        .db
        .transaction(move |conn| demo::fill(conn, now, &keys, &site))
        .await?;
    if filled.readers > 0 {
        output::note(format_args!(
            "made up {} newsletters, {} articles and {} readers",
            filled.newsletters, filled.articles, filled.readers
        ));
    }
    let key = fresh_key(&app).await?;
    let result = if args.journey {
        journey::walk(&app, listener, key.expose_secret(), args.mails.as_deref()).await
    } else {
        welcome(&app, key.expose_secret());
        serve::run(
            &app,
            listener,
            Loops {
                scheduler: true,
                delivery: true,
                feeds: false,
            },
        )
        .await
    };
    catcher.stop().await;
    result
}

/// A key for this start; those of earlier starts end.
async fn fresh_key(app: &App) -> Result<secrecy::SecretString, Failure> {
    let now = app.clock.now();
    app.db
        .transaction(move |conn| -> Result<(), access::Error> {
            for key in access::list_keys(conn)? {
                if key.name == KEY_NAME && key.revoked_at.is_none() {
                    access::revoke_key(conn, now, key.id)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(keys::new_key(app, KEY_NAME).await?.1)
}

fn welcome(app: &App, key: &str) {
    let base = app.site.base_url();
    output::line(format_args!(
        "Das Europablatt, a made-up newsroom, is ready. Nothing leaves this machine.\n\n\
         Article     {base}/articles/{}\n\
         All         {base}/\n\
         Caught mail {base}/dev/outbox\n\
         Admin API   {base}/api/docs/\n\
         API key     {key}\n\n\
         Next: open the article, subscribe at its end, read the confirmation among the caught mail and confirm.\n\
         Then send the digest now:\n\n  \
         curl -X POST -H 'Authorization: Bearer {key}' {base}/api/v1/newsletters/europa-kompakt/editions\n\n\
         The same story without hands: tidings demo --journey\n\
         Ctrl-C stops.",
        journey::ARTICLE
    ));
}

/// A folder that is gone after use.
struct Throwaway(PathBuf);

impl Throwaway {
    fn new() -> Result<Self, Failure> {
        let mark = uuid::Uuid::new_v4().simple();
        let folder = std::env::temp_dir().join(format!("tidings-journey-{mark}"));
        std::fs::create_dir(&folder)?;
        Ok(Self(folder))
    }
}

impl Drop for Throwaway {
    fn drop(&mut self) {
        if let Err(cause) = std::fs::remove_dir_all(&self.0) {
            output::note(format_args!(
                "{} could not be removed: {cause}",
                self.0.display()
            ));
        }
    }
}
