//! The database files: created once with `initdb`, complete or not at all.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::Command;

use super::account::Account;
use super::error::{Error, IoContext};
use super::folder;
use super::wire;

/// Prefers Unicode rules for upper and lower case; old macOS does not know the name and gets plain `C`.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// Makes sure that `cluster` holds a complete set of database files that the server's user owns.
///
/// `initdb` works in a folder beside it that is renamed at the end, so that an interrupted first start leaves nothing
/// that looks like a cluster. `is_unsafe` skips the flush to disk, for tests.
pub(super) fn ensure(
    cluster: &Path,
    bin_dir: &Path,
    account: &Account,
    is_unsafe: bool,
) -> Result<(), Error> {
    if cluster.join("PG_VERSION").exists() {
        return account.take_over(cluster);
    }
    if !is_missing_or_empty(cluster)? {
        return Err(Error::NotACluster(cluster.to_owned()));
    }
    let draft = cluster.with_extension("new");
    tracing::info!(folder = %cluster.display(), "creating the private PostgreSQL");
    for locale in LOCALES {
        start_draft(&draft, account)?;
        match initdb(&draft, bin_dir, account, locale, is_unsafe) {
            Err(Error::Initdb { output }) if output.contains("invalid locale") && locale != "C" => {
            }
            outcome => {
                outcome?;
                break;
            }
        }
    }
    fs::rename(&draft, cluster).doing("put in place", cluster)
}

fn is_missing_or_empty(cluster: &Path) -> Result<bool, Error> {
    match fs::read_dir(cluster) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error).doing("read", cluster),
    }
}

fn start_draft(draft: &Path, account: &Account) -> Result<(), Error> {
    match fs::remove_dir_all(draft) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        outcome => outcome.doing("remove the unfinished", draft)?,
    }
    DirBuilder::new()
        .mode(0o700)
        .create(draft)
        .doing("create folder", draft)?;
    account.take_over(draft)
}

fn initdb(
    draft: &Path,
    bin_dir: &Path,
    account: &Account,
    locale: &str,
    is_unsafe: bool,
) -> Result<(), Error> {
    let program = bin_dir.join("initdb");
    let mut command: Command = account.command(&program);
    command.arg("-D").arg(draft).args([
        "-U",
        wire::USER,
        "-E",
        "UTF8",
        "--locale",
        locale,
        "--no-instructions",
    ]);
    // The socket is closed to other users by its folder; a TCP port, should someone open one, must not be open to all.
    command.args(["--auth-local=trust", "--auth-host=reject"]);
    if is_unsafe {
        command.arg("--no-sync");
    }
    let output = command.output().doing("run", &program)?;
    if output.status.success() {
        return Ok(());
    }
    let text = [output.stdout, output.stderr].concat();
    Err(Error::Initdb {
        output: folder::last_lines(&String::from_utf8_lossy(&text)),
    })
}
