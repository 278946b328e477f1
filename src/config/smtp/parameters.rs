//! What stands behind the `?` of a relay's URL.

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::relay::{AuthMechanism, Rates, TlsMode};

#[derive(Debug, Default)]
pub(super) struct Parameters {
    pub(super) tls: Option<TlsMode>,
    pub(super) auth: Option<AuthMechanism>,
    pub(super) ca: Option<PathBuf>,
    pub(super) connections: Option<usize>,
    pub(super) messages_per_connection: Option<u32>,
    pub(super) connection_age: Option<Duration>,
    pub(super) rates: Rates,
}

impl Parameters {
    pub(super) fn read(url: &Url) -> Result<Self, String> {
        let mut found = Self::default();
        let mut seen = Vec::new();
        for (name, value) in url.query_pairs() {
            found.take(&name, &value)?;
            if seen.contains(&name) {
                return Err(format!("{name}= stands there twice"));
            }
            seen.push(name);
        }
        Ok(found)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "tls" => self.tls = Some(tls(value)?),
            "auth" => self.auth = Some(auth(value)?),
            "ca" => self.ca = Some(authority(value)?),
            "connections" => self.connections = usize::try_from(count(name, value)?).ok(),
            "messages_per_connection" => self.messages_per_connection = Some(count(name, value)?),
            "connection_age_seconds" => {
                self.connection_age = Some(Duration::from_secs(u64::from(count(name, value)?)));
            }
            "per_second" => self.rates.per_second = Some(count(name, value)?),
            "per_minute" => self.rates.per_minute = Some(count(name, value)?),
            "per_hour" => self.rates.per_hour = Some(count(name, value)?),
            "per_day" => self.rates.per_day = Some(count(name, value)?),
            _ => {
                return Err(format!(
                    "there is no {name}=; there are tls, auth, ca, connections, messages_per_connection, \
                     connection_age_seconds, per_second, per_minute, per_hour and per_day"
                ));
            }
        }
        Ok(())
    }
}

fn tls(value: &str) -> Result<TlsMode, String> {
    match value {
        "required" => Ok(TlsMode::Required),
        "none" => Ok(TlsMode::None),
        _ => Err(format!(
            "tls={value} is not known; there is tls=required and tls=none"
        )),
    }
}

fn auth(value: &str) -> Result<AuthMechanism, String> {
    match value {
        "plain" => Ok(AuthMechanism::Plain),
        "login" => Ok(AuthMechanism::Login),
        "xoauth2" => Ok(AuthMechanism::Xoauth2),
        _ => Err(format!(
            "auth={value} is not known; it is plain, login or xoauth2"
        )),
    }
}

/// Looked at when the settings are read: a wrong path would otherwise show with the first mail.
fn authority(value: &str) -> Result<PathBuf, String> {
    let path = Path::new(value);
    if !path.is_absolute() {
        return Err(format!("ca={value} must be the full path of a PEM file"));
    }
    if !path.is_file() {
        return Err(format!("ca={value}: there is no file that can be read"));
    }
    Ok(path.to_owned())
}

fn count(name: &str, value: &str) -> Result<u32, String> {
    match value.parse() {
        Ok(number) if number >= 1 => Ok(number),
        _ => Err(format!(
            "{name}={value} must be a whole number of at least 1"
        )),
    }
}
