//! `tidings keys`: keys of the admin API.

use clap::Subcommand;
use secrecy::ExposeSecret as _;

use super::failure::Failure;
use super::private::{PrivateDatabase, Wish, random};
use super::{Global, output, serve, settings};
use crate::app::App;
use crate::domain::id::ApiKeyId;
use crate::usecases::access;

/// Verbs of `tidings keys`.
#[derive(Debug, Subcommand)]
pub(super) enum KeysCommand {
    /// Make a key; it is printed once and stored only as a hash
    Create {
        /// What it is for, such as "cms"
        name: String,
    },
    /// List the keys
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// End a key at once
    Revoke {
        /// Its id, from `tidings keys list`
        id: ApiKeyId,
    },
}

pub(super) fn run(global: &Global, command: &KeysCommand) -> Result<(), Failure> {
    let mut config = settings::load_and_log(global, Vec::new())?;
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = serve::runtime()?.block_on(async {
        let app = serve::command_app(config)?;
        serve::migrate_app(&app).await?;
        match command {
            KeysCommand::Create { name } => create(&app, name).await,
            KeysCommand::List { json } => list(&app, *json).await,
            KeysCommand::Revoke { id } => revoke(&app, *id).await,
        }
    });
    database.stop()?;
    result
}

async fn create(app: &App, name: &str) -> Result<(), Failure> {
    let (id, text) = new_key(app, name).await?;
    output::note(format_args!(
        "key {id} ({name}); it is shown only this once:"
    ));
    output::line(text.expose_secret());
    Ok(())
}

/// Makes a key.
pub(super) async fn new_key(
    app: &App,
    name: &str,
) -> Result<(ApiKeyId, secrecy::SecretString), Failure> {
    let (now, name, secret) = (app.clock.now(), name.to_owned(), random::<32>()?);
    Ok(app
        .db
        .transaction(move |conn| access::create_key(conn, now, &name, secret))
        .await?)
}

async fn list(app: &App, as_json: bool) -> Result<(), Failure> {
    let keys = app.db.transaction(access::list_keys).await?;
    if as_json {
        let keys: Vec<_> = keys
            .iter()
            .map(|key| {
                serde_json::json!({
                    "id": key.id, "name": key.name, "created_at": key.created_at, "revoked_at": key.revoked_at,
                })
            })
            .collect();
        return output::json(&keys);
    }
    for key in keys {
        let state = key
            .revoked_at
            .map_or_else(|| "works".to_owned(), |at| format!("revoked {at}"));
        output::line(format_args!(
            "{}  {}  made {}  {state}",
            key.id, key.name, key.created_at
        ));
    }
    Ok(())
}

async fn revoke(app: &App, id: ApiKeyId) -> Result<(), Failure> {
    let now = app.clock.now();
    app.db
        .transaction(move |conn| access::revoke_key(conn, now, id))
        .await?;
    output::note(format_args!("key {id} does not work any more"));
    Ok(())
}
