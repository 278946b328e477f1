//! `tidings admin`: people of the newsroom.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Subcommand;
use secrecy::{ExposeSecret as _, SecretString};

use super::failure::Failure;
use super::private::{PrivateDatabase, Wish, random};
use super::{Global, output, serve, settings};
use crate::domain::email_address::EmailAddress;
use crate::usecases::access;

/// Verbs of `tidings admin`.
#[derive(Debug, Subcommand)]
pub(super) enum AdminCommand {
    /// Add a person; a password is made and printed once, or read from stdin
    Create {
        /// The person's address
        #[arg(long, value_name = "ADDRESS")]
        email: String,
        /// Read the password from the first line of stdin, so that it is in no shell history
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(super) fn run(global: &Global, command: &AdminCommand) -> Result<(), Failure> {
    let AdminCommand::Create {
        email,
        password_stdin,
    } = command;
    let address: EmailAddress = email
        .parse()
        .map_err(|cause| Failure::Failed(format!("--email: {cause}")))?;
    let password = if *password_stdin {
        from_stdin()?
    } else {
        made_up()?
    };
    let mut config = settings::load_and_log(global, Vec::new())?;
    let database = PrivateDatabase::provide(&mut config, &global.data_dir(), Wish::Use)?;
    let result = serve::runtime()?.block_on(async {
        let app = serve::command_app(config)?;
        serve::migrate_app(&app).await?;
        let (now, salt, secret) = (app.clock.now(), random::<16>()?, password.clone());
        let id = app
            .db
            .transaction(move |conn| access::create_admin(conn, now, &address, &secret, salt))
            .await?;
        output::note(format_args!("admin {id} added"));
        if !*password_stdin {
            output::note("the password is shown only this once:");
            output::line(password.expose_secret());
        }
        Ok(())
    });
    database.stop()?;
    result
}

fn made_up() -> Result<SecretString, Failure> {
    Ok(URL_SAFE_NO_PAD.encode(random::<18>()?).into())
}

fn from_stdin() -> Result<SecretString, Failure> {
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(4096)
        .read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned().into())
}
