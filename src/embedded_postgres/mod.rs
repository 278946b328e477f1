//! The private `PostgreSQL` behind `serve`, `demo` and the tests when no `DATABASE_URL` is set.
//!
//! Finds installed programs, creates a cluster below the data folder, runs it on a Unix socket only and stops it again.
//! Blocking code: call it before the async runtime is busy, or from a blocking thread. Nothing here reads the
//! environment; the caller passes what it found there. Works as root (the server then runs as `postgres` or `nobody`),
//! in a chroot and without systemd.
//!
//! Two processes must not start the same cluster at once: hold a [`DataDirLock`] around [`Cluster::start`].

mod account;
mod cluster;
mod error;
mod folder;
mod locate;
mod lock;
mod process;
mod running;
mod wire;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Child;

use account::Account;
use running::Live;

pub use error::Error;
use error::IoContext;
pub use lock::DataDirLock;
pub use wire::Error as ConnectionError;

/// Where and how to run the private cluster.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Folder of the installation; the cluster lives in `pg` inside it, the server's log in `pg.log`.
    pub data_dir: PathBuf,
    /// Folder of `postgres` and `initdb`; searched for when `None`.
    pub bin_dir: Option<PathBuf>,
    /// For tests only: no flush to disk, so a power cut can destroy the cluster.
    pub fast_unsafe: bool,
    /// More server settings, name and value; they win over ours.
    pub extra: Vec<(String, String)>,
}

/// A running private `PostgreSQL`; dropping it stops the server if it is ours to stop.
///
/// Ours is a server that this value started, and one left behind by a crashed process if this process holds the
/// folder's [`DataDirLock`]: otherwise it would outlive every later clean stop.
#[derive(Debug)]
pub struct Cluster {
    folder: PathBuf,
    live: Live,
    bin_dir: PathBuf,
    hold: Hold,
}

/// Who is responsible for the server.
#[derive(Debug)]
enum Hold {
    Started(Child),
    Adopted,
    Borrowed,
}

impl Cluster {
    /// Returns the cluster of `settings.data_dir`, ready for connections and with a database `tidings`.
    ///
    /// Creates it when missing (about a second) and attaches to a server that is still running. Waits up to 30 seconds
    /// for a silent server and up to 5 minutes for one that says it is recovering from a crash.
    ///
    /// # Errors
    /// Every variant of [`Error`] but [`Error::InUse`]; each text says what to do.
    pub fn start(settings: &Settings) -> Result<Self, Error> {
        folder::create(&settings.data_dir)?;
        let data_dir = fs::canonicalize(&settings.data_dir).doing("find", &settings.data_dir)?;
        let folder = data_dir.join("pg");
        let account = Account::for_cluster(&folder)?;
        if let Some(live) = running::find_live(&folder)? {
            let hold = if DataDirLock::is_ours(&data_dir) {
                Hold::Adopted
            } else {
                Hold::Borrowed
            };
            return Self::attached(folder, live, hold);
        }
        account.admit_to(&data_dir)?;
        let bin_dir = locate::choose(settings.bin_dir.as_deref(), &folder, &account)?.bin_dir;
        cluster::ensure(&folder, &bin_dir, &account, settings.fast_unsafe)?;
        let socket_dir = folder::socket_dir(&folder, &account)?;
        let child = process::start(settings, &folder, &bin_dir, &socket_dir, &account)?;
        let pid = i32::try_from(child.id()).unwrap_or_default();
        tracing::info!(pid, folder = %folder.display(), "the private PostgreSQL is running");
        let cluster = Self {
            folder,
            live: Live { pid, socket_dir },
            bin_dir,
            hold: Hold::Started(child),
        };
        // From here on an error drops `cluster`, which stops the server again.
        process::ensure_database(cluster.socket_dir(), wire::USER)?;
        Ok(cluster)
    }

    /// Returns the server that is running on `data_dir`, or `None`; never starts one, and never stops it on drop.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder may not be read, [`Error::Connection`] when the server refuses us.
    pub fn attach(data_dir: &Path) -> Result<Option<Self>, Error> {
        // A folder that does not exist has no server.
        let Ok(data_dir) = fs::canonicalize(data_dir) else {
            return Ok(None);
        };
        let folder = data_dir.join("pg");
        match running::find_live(&folder)? {
            Some(live) => Self::attached(folder, live, Hold::Borrowed).map(Some),
            None => Ok(None),
        }
    }

    fn attached(folder: PathBuf, live: Live, hold: Hold) -> Result<Self, Error> {
        let owner = fs::metadata(&folder).doing("read", &folder)?.uid();
        if live.socket_dir != folder && !folder::is_private_to(&live.socket_dir, owner) {
            return Err(Error::SocketDirTaken(live.socket_dir));
        }
        tracing::info!(pid = live.pid, folder = %folder.display(), "using the private PostgreSQL that is already running");
        process::ensure_database(&live.socket_dir, wire::USER)?;
        Ok(Self {
            bin_dir: running_bin_dir(&folder)?,
            folder,
            live,
            hold,
        })
    }

    /// The address of the database `tidings`, for libpq and compatible clients: `postgres://tidings@%2Fpath/tidings`.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_for(wire::USER)
    }

    /// The address of another database of this cluster, whether it exists or not.
    #[must_use]
    pub fn url_for(&self, database: &str) -> String {
        let host = folder::percent_encode(self.socket_dir().as_os_str());
        format!(
            "postgres://{}@{host}/{}",
            wire::USER,
            folder::percent_encode(OsStr::new(database))
        )
    }

    /// The folder of the socket `.s.PGSQL.5432`.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.live.socket_dir
    }

    /// The process id of the server.
    #[must_use]
    pub fn pid(&self) -> i32 {
        self.live.pid
    }

    /// The folder of the programs in use; `pg_dump` is beside them in full installations.
    #[must_use]
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    /// Whether the server was already running.
    #[must_use]
    pub fn was_attached(&self) -> bool {
        !matches!(self.hold, Hold::Started(_))
    }

    /// Stops the server as dropping does, and reports how that went; a server that is not ours keeps running.
    ///
    /// # Errors
    /// [`Error::Stop`] when it survives a fast shutdown of 10 seconds and an immediate one after it.
    pub fn stop(mut self) -> Result<(), Error> {
        self.stop_if_ours()
    }

    fn stop_if_ours(&mut self) -> Result<(), Error> {
        match std::mem::replace(&mut self.hold, Hold::Borrowed) {
            Hold::Started(mut child) => process::stop_child(&mut child)?,
            Hold::Adopted => process::stop_adopted(&self.folder, &self.live)?,
            Hold::Borrowed => return Ok(()),
        }
        if self.live.socket_dir != self.folder
            && let Err(error) = fs::remove_dir(&self.live.socket_dir)
        {
            tracing::debug!(%error, "the socket folder stays");
        }
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop_if_ours() {
            tracing::error!(%error, "the private PostgreSQL is still running");
        }
    }
}

/// `postmaster.opts` keeps the command line of the running server: its program, then quoted arguments.
fn running_bin_dir(folder: &Path) -> Result<PathBuf, Error> {
    let path = folder.join("postmaster.opts");
    let text = fs::read_to_string(&path).doing("read", &path)?;
    let program = text.split(" \"").next().unwrap_or_default().trim();
    Ok(Path::new(program)
        .parent()
        .unwrap_or(Path::new(""))
        .to_owned())
}
