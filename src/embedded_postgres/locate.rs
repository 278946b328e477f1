//! Finds an installed `PostgreSQL`: the folder that was asked for, the search path, then where packages put it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::account::Account;
use super::error::{Error, IoContext};

/// The oldest major version used; 14 brought `initdb --no-instructions`, and older ones get no fixes any more.
const OLDEST_MAJOR: u32 = 14;

/// Folders with one entry per version: where, how an entry starts before its number, and where the programs are in it.
const VERSIONED: [(&str, &str, &str); 9] = [
    ("/usr/lib/postgresql", "", "bin"),   // Debian, Ubuntu
    ("/usr", "pgsql-", "bin"),            // RPMs of postgresql.org
    ("/usr/lib", "postgresql", "bin"),    // openSUSE
    ("/usr/libexec", "postgresql", ""),   // Alpine
    ("/usr/lib64", "postgresql-", "bin"), // Gentoo
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql@", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
];

/// Folders that hold the programs of a single version.
const PLAIN: [&str; 4] = [
    "/usr/local/pgsql/bin",
    "/usr/local/bin",
    "/usr/bin",
    "/opt/homebrew/bin",
];

/// A folder with usable programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installation {
    pub(super) bin_dir: PathBuf,
    pub(super) major: u32,
}

/// Picks the first usable installation; one of the major version `wanted` when a cluster of it exists.
pub(super) fn choose(
    bin_dir: Option<&Path>,
    cluster: &Path,
    account: &Account,
) -> Result<Installation, Error> {
    let wanted = cluster_major(cluster)?;
    let candidates = bin_dir.map_or_else(candidates, |folder| vec![folder.to_owned()]);
    let mut rejected = Vec::new();
    let mut unreachable = None;
    for folder in candidates {
        match inspect(&folder, account) {
            Ok(found) if found.major < OLDEST_MAJOR => rejected.push(found),
            Ok(found) if wanted.is_none_or(|major| major == found.major) => return Ok(found),
            Ok(found) => rejected.push(found),
            Err(Error::NotReachable { folder, user }) => {
                unreachable = Some(Error::NotReachable { folder, user });
            }
            Err(reason) => tracing::debug!(%reason, "no PostgreSQL here"),
        }
    }
    match (wanted, unreachable) {
        (_, Some(error)) => Err(error),
        (Some(wanted), None) if !rejected.is_empty() => Err(Error::WrongMajor {
            cluster: cluster.to_owned(),
            wanted,
            found: described(&rejected),
        }),
        _ => Err(Error::BinariesNotFound {
            searched: searched(bin_dir, &rejected),
        }),
    }
}

/// The major version that wrote a cluster; `None` when there is no cluster yet.
pub(super) fn cluster_major(cluster: &Path) -> Result<Option<u32>, Error> {
    let path = cluster.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => leading_number(text.trim())
            .map(Some)
            .ok_or_else(|| Error::NotACluster(cluster.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).doing("read", &path),
    }
}

fn searched(bin_dir: Option<&Path>, rejected: &[Installation]) -> String {
    let place = bin_dir.map_or_else(
        || "looked in the search path and where packages put it".to_owned(),
        |folder| format!("looked in {}", folder.display()),
    );
    if rejected.is_empty() {
        place
    } else {
        format!("{place}, too old: {}", described(rejected))
    }
}

fn described(found: &[Installation]) -> String {
    let each = found
        .iter()
        .map(|found| format!("{} in {}", found.major, found.bin_dir.display()));
    each.collect::<Vec<_>>().join(", ")
}

fn candidates() -> Vec<PathBuf> {
    let mut folders = on_search_path();
    for (parent, prefix, inside) in VERSIONED {
        folders.extend(
            newest_first(Path::new(parent), prefix)
                .into_iter()
                .map(|folder| folder.join(inside)),
        );
    }
    folders.extend(PLAIN.map(PathBuf::from));
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let is_new = folder.join("postgres").is_file() && !seen.contains(folder);
        seen.push(folder.clone());
        is_new
    });
    folders
}

/// Asks the shell, because only the configuration reads our environment. A link comes after the folder it leads to:
/// that one also has `pg_dump` and whatever else was not linked.
fn on_search_path() -> Vec<PathBuf> {
    let shell = Command::new("/bin/sh")
        .args(["-c", "command -v postgres"])
        .stdin(Stdio::null())
        .output();
    let Ok(output) = shell else { return Vec::new() };
    let found = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let folders = [
        fs::canonicalize(&found).ok(),
        found.is_absolute().then_some(found),
    ];
    folders
        .into_iter()
        .flatten()
        .filter_map(|program| program.parent().map(Path::to_owned))
        .collect()
}

fn newest_first(parent: &Path, prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = leading_number(entry.file_name().to_str()?.strip_prefix(prefix)?)?;
            Some((version, entry.path()))
        })
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions.into_iter().map(|(_, folder)| folder).collect()
}

fn inspect(bin_dir: &Path, account: &Account) -> Result<Installation, Error> {
    let program = std::path::absolute(bin_dir)
        .doing("find", bin_dir)?
        .join("postgres");
    if let Some(folder) = fs::canonicalize(&program).doing("find", &program)?.parent() {
        account.check_reach(folder)?;
    }
    let output = account
        .command(&program)
        .arg("--version")
        .output()
        .doing("run", &program)?;
    let major = version_major(&String::from_utf8_lossy(&output.stdout));
    let bin_dir = program.parent().unwrap_or(bin_dir).to_owned();
    match major {
        Some(major) if bin_dir.join("initdb").exists() => Ok(Installation { bin_dir, major }),
        _ => Err(Error::BinariesNotFound {
            searched: searched(Some(&bin_dir), &[]),
        }),
    }
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, also `18beta1` and `19devel`.
fn version_major(text: &str) -> Option<u32> {
    leading_number(text.strip_prefix("postgres (PostgreSQL) ")?)
}

fn leading_number(text: &str) -> Option<u32> {
    text.split(|letter: char| !letter.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_releases_previews_and_packages() {
        for (text, major) in [
            (
                "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n",
                Some(15),
            ),
            ("postgres (PostgreSQL) 18beta1\n", Some(18)),
            ("postgres (PostgreSQL) 9.6.24\n", Some(9)),
            ("postgres (EnterpriseDB) 15.1\n", None),
            ("", None),
        ] {
            assert_eq!(version_major(text), major, "{text}");
        }
    }

    #[test]
    fn newer_versions_come_first_by_number_not_by_letter() {
        let parent = tempfile::tempdir().unwrap();
        for name in ["pgsql-9.6", "pgsql-14", "pgsql-17", "pgsql-x", "other-18"] {
            fs::create_dir(parent.path().join(name)).unwrap();
        }
        let found = newest_first(parent.path(), "pgsql-");
        let names: Vec<_> = found
            .iter()
            .filter_map(|path| path.file_name()?.to_str())
            .collect();
        assert_eq!(names, ["pgsql-17", "pgsql-14", "pgsql-9.6"]);
        assert!(newest_first(&parent.path().join("missing"), "").is_empty());
    }

    #[test]
    fn a_folder_without_programs_says_what_to_install_or_set() {
        let empty = tempfile::tempdir().unwrap();
        let account = Account::for_cluster(&empty.path().join("pg")).unwrap();
        let error = choose(Some(empty.path()), &empty.path().join("pg"), &account)
            .unwrap_err()
            .to_string();
        for hint in [
            "apt-get install postgresql",
            "DATABASE_URL",
            "TIDINGS_PG_BIN",
            &empty.path().display().to_string(),
        ] {
            assert!(error.contains(hint), "{error}");
        }
    }

    #[test]
    fn the_version_of_a_cluster_is_its_own_word() {
        let cluster = tempfile::tempdir().unwrap();
        assert_eq!(cluster_major(cluster.path()).unwrap(), None);
        fs::write(cluster.path().join("PG_VERSION"), "15\n").unwrap();
        assert_eq!(cluster_major(cluster.path()).unwrap(), Some(15));
        fs::write(cluster.path().join("PG_VERSION"), "?").unwrap();
        assert!(matches!(
            cluster_major(cluster.path()),
            Err(Error::NotACluster(_))
        ));
    }
}
