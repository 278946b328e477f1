//! The user the server runs as: ours, or an ordinary one when we are root, since `PostgreSQL` refuses to run as root.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, getegid, geteuid};

use super::error::{Error, IoContext};

/// Who runs `initdb` and `postgres` and owns the cluster.
#[derive(Debug, Clone)]
pub(super) struct Account {
    name: String,
    user_id: u32,
    group_id: u32,
    is_dropped: bool,
}

impl Account {
    /// As root the owner of an existing cluster, else `postgres`, else `nobody`; otherwise the user we are.
    pub(super) fn for_cluster(cluster: &Path) -> Result<Self, Error> {
        let ours = geteuid();
        let owner = fs::metadata(cluster)
            .ok()
            .map(|found| (found.uid(), found.gid()));
        match owner {
            _ if !ours.is_root() => Self::ourselves(cluster, ours, owner),
            Some((user_id, group_id)) if user_id != 0 => {
                let name = user_name(user_id).unwrap_or_else(|| format!("with id {user_id}"));
                Ok(Self {
                    name,
                    user_id,
                    group_id,
                    is_dropped: true,
                })
            }
            _ => ["postgres", "nobody"]
                .into_iter()
                .find_map(Self::named)
                .ok_or(Error::NoServerUser),
        }
    }

    fn ourselves(cluster: &Path, ours: Uid, owner: Option<(u32, u32)>) -> Result<Self, Error> {
        let user_id = ours.as_raw();
        match owner {
            Some((owner, _)) if owner != user_id => Err(Error::NotOurs {
                path: cluster.to_owned(),
                owner,
                ours: user_id,
            }),
            _ => Ok(Self {
                name: user_name(user_id).unwrap_or_else(|| user_id.to_string()),
                user_id,
                group_id: getegid().as_raw(),
                is_dropped: false,
            }),
        }
    }

    fn named(name: &str) -> Option<Self> {
        let user = User::from_name(name)
            .ok()
            .flatten()
            .filter(|user| !user.uid.is_root())?;
        Some(Self {
            name: user.name,
            user_id: user.uid.as_raw(),
            group_id: user.gid.as_raw(),
            is_dropped: true,
        })
    }

    /// The numeric user id of the server.
    pub(super) fn user_id(&self) -> u32 {
        self.user_id
    }

    /// A command that will run as this user, away from our environment, terminal and current folder.
    ///
    /// The environment goes because it may hold our secrets and because `PGPORT` or `PGDATA` would change the server;
    /// the folder because the user may not be allowed to enter ours.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C");
        command.current_dir("/").stdin(Stdio::null());
        if self.is_dropped {
            // The standard library then also gives up root's supplementary groups.
            command.gid(self.group_id).uid(self.user_id);
        }
        command
    }

    /// Makes sure that the server can get to `folder`.
    pub(super) fn check_reach(&self, folder: &Path) -> Result<(), Error> {
        match self.first_closed(folder) {
            Some(folder) => Err(Error::NotReachable {
                folder,
                user: self.name.clone(),
            }),
            None => Ok(()),
        }
    }

    /// Lets the server pass through the data folder, which is ours, but not list or read it.
    ///
    /// Only a folder that its group cannot use at all is handed to the server's group (mode 0710): nobody loses access,
    /// and nobody but the server gains any. Folders above are not ours to change.
    pub(super) fn admit_to(&self, data_dir: &Path) -> Result<(), Error> {
        let found = fs::metadata(data_dir).doing("read", data_dir)?;
        let mode = found.mode() & 0o7777;
        if self.is_dropped && found.uid() == 0 && mode & 0o071 == 0 {
            chown(data_dir, None, Some(self.group_id)).doing("change the group of", data_dir)?;
            let mode = Permissions::from_mode(mode | 0o010);
            fs::set_permissions(data_dir, mode).doing("change the mode of", data_dir)?;
        }
        self.check_reach(data_dir)
    }

    /// Gives `path` and all below it to the server's user if root still owns it; links are changed, not followed.
    pub(super) fn take_over(&self, path: &Path) -> Result<(), Error> {
        let found = fs::symlink_metadata(path).doing("read", path)?;
        if !self.is_dropped || found.uid() != 0 {
            return Ok(());
        }
        if found.is_dir() {
            for entry in fs::read_dir(path).doing("read", path)? {
                self.take_over(&entry.doing("read", path)?.path())?;
            }
        }
        lchown(path, Some(self.user_id), Some(self.group_id)).doing("change the owner of", path)
    }

    fn first_closed(&self, folder: &Path) -> Option<PathBuf> {
        if !self.is_dropped {
            return None;
        }
        let is_closed =
            |folder: &&Path| fs::metadata(folder).is_ok_and(|found| !self.may_enter(&found));
        let mut ancestors: Vec<&Path> = folder.ancestors().collect();
        ancestors.reverse();
        ancestors.into_iter().find(is_closed).map(Path::to_owned)
    }

    fn may_enter(&self, folder: &fs::Metadata) -> bool {
        let bit = match (folder.uid() == self.user_id, folder.gid() == self.group_id) {
            (true, _) => 0o100,
            (false, true) => 0o010,
            (false, false) => 0o001,
        };
        folder.mode() & bit != 0
    }
}

fn user_name(user_id: u32) -> Option<String> {
    User::from_uid(Uid::from_raw(user_id))
        .ok()
        .flatten()
        .map(|user| user.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_closed_folder_on_the_way_is_named() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("closed/open");
        fs::create_dir_all(&deep).unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(root.path().join("closed"), Permissions::from_mode(0o700)).unwrap();
        let stranger = Account {
            name: "stranger".into(),
            user_id: 54_321,
            group_id: 54_321,
            is_dropped: true,
        };
        assert_eq!(
            stranger.first_closed(&deep),
            Some(root.path().join("closed"))
        );
        assert_eq!(stranger.first_closed(root.path()), None);
        let ourselves = Account {
            is_dropped: false,
            ..stranger
        };
        assert_eq!(ourselves.first_closed(&deep), None);
    }

    #[test]
    fn the_environment_stays_with_us() {
        let account = Account {
            name: String::new(),
            user_id: 1,
            group_id: 1,
            is_dropped: false,
        };
        let output = account.command(Path::new("/usr/bin/env")).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.lines()
                .all(|line| line.starts_with("PATH=") || line.starts_with("LC_ALL=")),
            "{text}"
        );
    }
}
