//! The data folder, the server's log and the place of the socket.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::{Error, IoContext};
use super::wire;

/// A Unix socket address holds 107 octets and a zero (Linux unix(7)); macOS only 103. This leaves room for both.
const MAX_SOCKET_PATH_BYTES: usize = 90;
/// The log of earlier starts is dropped above this size.
const MAX_LOG_BYTES: u64 = 10 * 1024 * 1024;
/// How much of the log an error message looks at, and how many lines of it are shown.
const TAIL_BYTES: u64 = 8 * 1024;
const TAIL_LINES: usize = 12;

/// Creates the data folder for its owner alone (0700), with ordinary parents; an existing folder is left as it is.
pub(super) fn create(data_dir: &Path) -> Result<(), Error> {
    if let Some(parent) = data_dir
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
    {
        fs::create_dir_all(parent).doing("create folder", parent)?;
    }
    match DirBuilder::new().mode(0o700).create(data_dir) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && data_dir.is_dir() => Ok(()),
        outcome => outcome.doing("create folder", data_dir),
    }
}

/// The server's log with the position at which the coming start begins to write.
#[derive(Debug)]
pub(super) struct Log {
    pub(super) path: PathBuf,
    pub(super) file: File,
    begins_at: u64,
}

impl Log {
    /// Opens `data_dir/pg.log` for appending, empty if it had grown beyond 10 MiB.
    pub(super) fn open(data_dir: &Path) -> Result<Self, Error> {
        let path = data_dir.join("pg.log");
        let options = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .clone();
        let file = options.open(&path).doing("open", &path)?;
        let mut begins_at = file.metadata().doing("read", &path)?.len();
        if begins_at > MAX_LOG_BYTES {
            file.set_len(0).doing("shorten", &path)?;
            begins_at = 0;
        }
        Ok(Self {
            path,
            file,
            begins_at,
        })
    }

    /// The last lines written since this start began; empty when there are none or they cannot be read.
    pub(super) fn tail(&self) -> String {
        self.read_tail()
            .map(|text| last_lines(&text))
            .unwrap_or_default()
    }

    fn read_tail(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let begins_at = self
            .begins_at
            .max(file.metadata()?.len().saturating_sub(TAIL_BYTES));
        file.seek(SeekFrom::Start(begins_at))?;
        let mut bytes = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The last lines of a program's output, enough for an error message.
pub(super) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let skipped = lines.len().saturating_sub(TAIL_LINES);
    lines
        .into_iter()
        .skip(skipped)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The folder for the socket: the cluster itself, or a short one in `/tmp` when the path does not fit.
///
/// The short one has a stable name, so that a later process finds a server left by a crash. Anyone may create names in
/// `/tmp`, so it is used only if it is a real folder of the server's user that is closed to everyone else.
pub(super) fn socket_dir(cluster: &Path, account: &Account) -> Result<PathBuf, Error> {
    if is_fit_for_socket(cluster) {
        return Ok(cluster.to_owned());
    }
    let folder = short_socket_dir(cluster);
    match DirBuilder::new().mode(0o700).create(&folder) {
        Ok(()) => account.take_over(&folder)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error).doing("create folder", &folder),
    }
    if is_private_to(&folder, account.user_id()) {
        Ok(folder)
    } else {
        Err(Error::SocketDirTaken(folder))
    }
}

pub(super) fn short_socket_dir(cluster: &Path) -> PathBuf {
    // FNV-1a, written out because the name must stay the same over releases, which std's hasher does not promise.
    let hash = cluster
        .as_os_str()
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    PathBuf::from(format!("/tmp/tidings-{hash:016x}"))
}

/// Whether `folder` is a real folder that only `user_id` (and root) can enter.
pub(super) fn is_private_to(folder: &Path, user_id: u32) -> bool {
    fs::symlink_metadata(folder).is_ok_and(|found| {
        found.is_dir() && found.uid() == user_id && found.mode() & 0o777 == 0o700
    })
}

fn is_fit_for_socket(folder: &Path) -> bool {
    // libpq takes a comma in a host for a list even when it is percent-encoded, and PostgreSQL's own list of socket
    // folders needs quoting; the short folder avoids both.
    let is_plain = |text: &str| {
        !text.contains(|letter: char| letter.is_control() || ",\"'\\".contains(letter))
    };
    let file = folder.join(format!(".s.PGSQL.{}", wire::PORT));
    file.as_os_str().len() <= MAX_SOCKET_PATH_BYTES && folder.to_str().is_some_and(is_plain)
}

/// Percent-encodes everything but RFC 3986's unreserved characters, byte by byte, for the host or path of a URL.
pub(super) fn percent_encode(text: &OsStr) -> String {
    let mut encoded = String::new();
    for byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(byte) {
            encoded.push(char::from(*byte));
        } else {
            encoded.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    encoded
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_lives_in_the_cluster_unless_the_path_is_long_or_needs_quoting() {
        let long = format!("/srv/{}", "a".repeat(80));
        for (path, is_fit) in [
            ("/var/lib/tidings/pg", true),
            ("/srv/news room/élan/pg", true),
            (long.as_str(), false),
            ("/srv/a,b/pg", false),
            ("/srv/it's/pg", false),
        ] {
            assert_eq!(is_fit_for_socket(Path::new(path)), is_fit, "{path}");
        }
    }

    #[test]
    fn the_short_folder_has_one_stable_name_per_cluster() {
        let folder = |path: &str| short_socket_dir(Path::new(path));
        assert_eq!(
            folder("/srv/a/pg"),
            PathBuf::from("/tmp/tidings-3250b6ea56037f3d")
        );
        assert_ne!(folder("/srv/a/pg"), folder("/srv/b/pg"));
    }

    #[test]
    fn a_folder_others_can_enter_is_not_private() {
        let parent = tempfile::tempdir().unwrap();
        let ours = fs::metadata(parent.path()).unwrap().uid();
        for (mode, is_private) in [
            (0o700, true),
            (0o710, false),
            (0o701, false),
            (0o755, false),
        ] {
            let folder = parent.path().join(format!("{mode:o}"));
            DirBuilder::new().mode(mode).create(&folder).unwrap();
            assert_eq!(is_private_to(&folder, ours), is_private, "{mode:o}");
            assert!(!is_private_to(&folder, ours + 1), "{mode:o}");
        }
        std::os::unix::fs::symlink(parent.path(), parent.path().join("link")).unwrap();
        assert!(!is_private_to(&parent.path().join("link"), ours));
    }

    #[test]
    fn urls_carry_every_octet_of_a_path() {
        assert_eq!(
            percent_encode(OsStr::new("/a b/é~1")),
            "%2Fa%20b%2F%C3%A9~1"
        );
    }

    #[test]
    fn a_huge_log_is_dropped_at_the_next_start_and_a_small_one_is_kept() {
        let data = tempfile::tempdir().unwrap();
        let path = data.path().join("pg.log");
        fs::write(&path, "from the last start\n").unwrap();
        let log = Log::open(data.path()).unwrap();
        io::Write::write_all(&mut &log.file, b"from this start\n").unwrap();
        assert_eq!(log.tail(), "from this start");
        assert!(
            fs::read_to_string(&path)
                .unwrap()
                .starts_with("from the last")
        );
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(MAX_LOG_BYTES + 1)
            .unwrap();
        Log::open(data.path()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }
}
