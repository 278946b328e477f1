//! The database of a command: the one that is set, or the private one in the data folder.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;

use super::failure::Failure;
use super::output;
use crate::config::Config;
use crate::embedded_postgres::{Cluster, DataDirLock, Settings};

/// Keeps the private database running; dropped last.
pub(super) struct PrivateDatabase {
    cluster: Option<Cluster>,
    /// Released after the cluster has stopped.
    _lock: Option<DataDirLock>,
}

/// What a command wants from the private database.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// To be the one that runs it.
    Own,
    /// To use it, whoever runs it.
    Use,
}

impl PrivateDatabase {
    /// Makes sure that `config` names a database, starting the private one when none is set.
    pub(super) fn provide(
        config: &mut Config,
        data_dir: &Path,
        wish: Wish,
    ) -> Result<Self, Failure> {
        if config.database.has_url() {
            return Ok(Self {
                cluster: None,
                _lock: None,
            });
        }
        let running = match wish {
            Wish::Own => None,
            Wish::Use => Cluster::attach(data_dir)?,
        };
        let (cluster, lock) = match running {
            Some(cluster) => (cluster, None),
            None if wish == Wish::Use && !data_dir.join("pg").exists() => {
                return Err(Failure::Unreachable(format!(
                    "no database: set DATABASE_URL, or start `tidings serve` once, which makes a private PostgreSQL \
                     in {}",
                    data_dir.display()
                )));
            }
            None => {
                let lock = DataDirLock::acquire(data_dir)?;
                let settings = Settings {
                    data_dir: data_dir.to_owned(),
                    bin_dir: config.database.bin_dir.clone(),
                    ..Settings::default()
                };
                (Cluster::start(&settings)?, Some(lock))
            }
        };
        config.database.url = cluster.url().into();
        if config.links.key().is_none() {
            config.links.secret_key = secret_key(data_dir)?;
        }
        if wish == Wish::Own {
            output::note(format_args!(
                "private PostgreSQL in {}; for production set DATABASE_URL",
                data_dir.join("pg").display()
            ));
        }
        Ok(Self {
            cluster: Some(cluster),
            _lock: lock,
        })
    }

    /// Stops what was started here.
    pub(super) fn stop(mut self) -> Result<(), Failure> {
        match self.cluster.take() {
            Some(cluster) => Ok(cluster.stop()?),
            None => Ok(()),
        }
    }
}

/// The key in the data folder; made on first use, readable by its owner only.
fn secret_key(data_dir: &Path) -> Result<SecretString, Failure> {
    let path = data_dir.join("secret_key");
    let failed = |cause: std::io::Error| Failure::Failed(format!("{}: {cause}", path.display()));
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 32 => Ok(text.trim().into()),
        Ok(_) => Err(Failure::Failed(format!(
            "{} is damaged: restore it from a backup, or links in mails already sent will not work",
            path.display()
        ))),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let key = STANDARD.encode(random::<32>()?);
            // Whole or not at all: a name that appears only when the content is there.
            let draft = data_dir.join("secret_key.new");
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&draft)
                .map_err(failed)?;
            file.write_all(key.as_bytes())
                .and_then(|()| file.sync_all())
                .map_err(failed)?;
            fs::rename(&draft, &path).map_err(failed)?;
            Ok(key.into())
        }
        Err(cause) => Err(failed(cause)),
    }
}

/// Random bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|cause| Failure::Failed(format!("no random bytes: {cause}")))?;
    Ok(bytes)
}
