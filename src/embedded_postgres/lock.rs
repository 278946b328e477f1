//! One serving process per data folder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::error::{Error, IoContext};
use super::folder;

const FILE_NAME: &str = "serve.lock";

/// Proof that this process alone serves from a data folder; dropped, or lost in a crash, the folder is free again.
///
/// The lock is the operating system's (`flock`), not the existence of the file, so a power cut leaves nothing to clean.
#[derive(Debug)]
pub struct DataDirLock {
    file: File,
}

impl DataDirLock {
    /// Takes the lock on `data_dir/serve.lock`, creating folder and file when missing.
    ///
    /// # Errors
    /// [`Error::InUse`] at once, without waiting, when another process (or this one) holds it; [`Error::Io`] when the
    /// folder cannot be created or written.
    pub fn acquire(data_dir: &Path) -> Result<Self, Error> {
        folder::create(data_dir)?;
        let path = data_dir.join(FILE_NAME);
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .doing("open", &path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse {
                    pid: written_pid(&mut file),
                });
            }
            Err(TryLockError::Error(source)) => return Err(source).doing("lock", &path),
        }
        file.set_len(0).doing("write", &path)?;
        file.rewind().doing("write", &path)?;
        writeln!(file, "{}", std::process::id()).doing("write", &path)?;
        Ok(Self { file })
    }

    /// Whether this very process holds the lock of `data_dir`.
    pub(super) fn is_ours(data_dir: &Path) -> bool {
        let Ok(mut file) = File::open(data_dir.join(FILE_NAME)) else {
            return false;
        };
        // Locks belong to the open file, so a second handle of the same process is refused like a stranger's.
        let is_held = matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock));
        is_held && written_pid(&mut file) == i32::try_from(std::process::id()).ok()
    }
}

impl Drop for DataDirLock {
    fn drop(&mut self) {
        // The lock goes with the file handle; emptying the file only keeps an old pid out of later messages.
        if let Err(error) = self.file.set_len(0) {
            tracing::debug!(%error, "could not empty the lock file");
        }
    }
}

fn written_pid(file: &mut File) -> Option<i32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_refused_with_the_pid_of_the_first() {
        let data = tempfile::tempdir().unwrap();
        assert!(!DataDirLock::is_ours(data.path()));
        let first = DataDirLock::acquire(data.path()).unwrap();
        assert!(DataDirLock::is_ours(data.path()));
        let second = DataDirLock::acquire(data.path());
        let our_pid = i32::try_from(std::process::id()).ok();
        assert!(
            matches!(second, Err(Error::InUse { pid }) if pid == our_pid),
            "{second:?}"
        );
        drop(first);
        assert!(!DataDirLock::is_ours(data.path()));
        DataDirLock::acquire(data.path()).unwrap();
    }
}
