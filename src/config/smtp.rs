//! The section `smtp`: the relay that takes our mails.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error as _};
use url::{Host, Url};

/// How the connection is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsMode {
    /// Not at all: only for a relay on this machine.
    None,
    /// STARTTLS, and no mail without it.
    Required,
    /// TLS from the first byte.
    Implicit,
}

/// One relay.
#[derive(Debug, Clone)]
pub struct Relay {
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Protection.
    pub tls: TlsMode,
    /// User and password, if the relay wants them.
    pub credentials: Option<(String, SecretString)>,
}

/// Where mails go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Smtp {
    #[serde(rename = "url", deserialize_with = "relay")]
    pub relay: Option<Relay>,
    pub hello_name: String,
    pub connect_timeout_seconds: u64,
    pub command_timeout_seconds: u64,
    #[serde(deserialize_with = "data_timeout")]
    pub data_timeout_seconds: u64,
}

impl Smtp {
    /// For connecting and the greeting.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_seconds)
    }

    /// For the answer to one command.
    #[must_use]
    pub fn command_timeout(&self) -> Duration {
        Duration::from_secs(self.command_timeout_seconds)
    }

    /// For the answer to the final dot.
    #[must_use]
    pub fn data_timeout(&self) -> Duration {
        Duration::from_secs(self.data_timeout_seconds)
    }
}

impl Relay {
    /// Reads `smtp://user:password@host:587?tls=required|none` or `smtps://host:465`.
    fn parse(text: &str) -> Result<Self, String> {
        const EXAMPLE: &str =
            "must look like smtp://user:password@host:587?tls=required or smtps://host:465";
        let url = Url::parse(text).map_err(|_| EXAMPLE.to_owned())?;
        let host = url.host().ok_or_else(|| EXAMPLE.to_owned())?;
        let tls = match (url.scheme(), tls_parameter(&url)?) {
            ("smtps", None) => TlsMode::Implicit,
            ("smtps", Some(_)) => {
                return Err("smtps is TLS from the start and takes no ?tls=".to_owned());
            }
            ("smtp", Some(mode)) => mode,
            ("smtp", None) if is_loopback(&host) => TlsMode::None,
            ("smtp", None) => TlsMode::Required,
            _ => return Err(EXAMPLE.to_owned()),
        };
        let credentials = match (url.username(), url.password()) {
            ("", _) => None,
            (user, password) => Some((decoded(user), decoded(password.unwrap_or_default()).into())),
        };
        if credentials.is_some() && tls == TlsMode::None && !is_loopback(&host) {
            return Err("a password is never sent without TLS: use ?tls=required".to_owned());
        }
        let port = url
            .port()
            .unwrap_or(if tls == TlsMode::Implicit { 465 } else { 587 });
        Ok(Self {
            host: bare(&host),
            port,
            tls,
            credentials,
        })
    }
}

/// The host as `connect` wants it: an IPv6 address without brackets. A host of a scheme that browsers do not
/// know is kept as text by the URL parser, so an IPv4 address comes as a domain.
fn bare(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => (*name).to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain("localhost") => true,
        Host::Domain(name) => name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback()),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn tls_parameter(url: &Url) -> Result<Option<TlsMode>, String> {
    let mut mode = None;
    for (name, value) in url.query_pairs() {
        mode = match (name.as_ref(), value.as_ref()) {
            ("tls", "required") => Some(TlsMode::Required),
            ("tls", "none") => Some(TlsMode::None),
            _ => {
                return Err(format!(
                    "{name}={value} is not known; there is ?tls=required and ?tls=none"
                ));
            }
        };
    }
    Ok(mode)
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

fn relay<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Relay>, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        Ok(None)
    } else {
        Relay::parse(&text).map(Some).map_err(D::Error::custom)
    }
}

fn data_timeout<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if seconds >= 60 {
        Ok(seconds)
    } else {
        Err(D::Error::custom(
            "must be at least 60: a relay that is cut off early has often taken the mail",
        ))
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn relays_are_read() {
        for (text, host, port, tls) in [
            (
                "smtp://mail.example.org",
                "mail.example.org",
                587,
                TlsMode::Required,
            ),
            (
                "smtp://mail.example.org:25?tls=none",
                "mail.example.org",
                25,
                TlsMode::None,
            ),
            ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, TlsMode::None),
            ("smtp://[::1]:2525", "::1", 2525, TlsMode::None),
            (
                "smtp://localhost:25?tls=required",
                "localhost",
                25,
                TlsMode::Required,
            ),
            (
                "smtps://mail.example.org",
                "mail.example.org",
                465,
                TlsMode::Implicit,
            ),
        ] {
            let relay = Relay::parse(text).unwrap();
            assert_eq!(
                (relay.host.as_str(), relay.port, relay.tls),
                (host, port, tls),
                "{text}"
            );
        }
    }

    #[test]
    fn passwords_may_hold_any_character() {
        let relay = Relay::parse("smtp://us%40er:p%26%3D%2B%2F+x@mail.example.org").unwrap();
        let (user, password) = relay.credentials.unwrap();
        assert_eq!(
            (user.as_str(), password.expose_secret()),
            ("us@er", "p&=+/+x")
        );
    }

    #[test]
    fn wrong_relays_are_explained() {
        for (text, part) in [
            ("mail.example.org:25", "must look like"),
            ("http://mail.example.org", "must look like"),
            ("smtp://mail.example.org?tls=maybe", "?tls=required"),
            ("smtps://mail.example.org?tls=none", "takes no ?tls="),
            (
                "smtp://me:secret@mail.example.org?tls=none",
                "never sent without TLS",
            ),
        ] {
            let error = Relay::parse(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
