//! One relay, as its URL describes it.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use super::parameters::Parameters;

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

/// How we log in (RFC 4954).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthMechanism {
    /// PLAIN (RFC 4616).
    Plain,
    /// LOGIN: never a standard, but some servers know nothing else.
    Login,
    /// XOAUTH2: the password is an access token.
    Xoauth2,
}

/// How many messages a relay takes in a span of time; `None` is no limit.
///
/// Only kept here: a process alone cannot hold a limit that several share, so the worker enforces them in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rates {
    /// Messages per second.
    pub per_second: Option<u32>,
    /// Messages per minute.
    pub per_minute: Option<u32>,
    /// Messages per hour.
    pub per_hour: Option<u32>,
    /// Messages per day.
    pub per_day: Option<u32>,
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
    /// The only way to log in; `None` takes what the server offers.
    pub auth: Option<AuthMechanism>,
    /// A PEM file with authorities to trust beside those of the system.
    pub ca: Option<PathBuf>,
    /// The most connections at a time; `None` takes the default.
    pub connections: Option<usize>,
    /// After how many messages a connection is renewed. At least 1.
    pub messages_per_connection: u32,
    /// After which age a connection is renewed.
    pub connection_age: Duration,
    /// What it takes in a span of time.
    pub rates: Rates,
}

const EXAMPLE: &str =
    "must look like smtp://user:password@host:587?tls=required or smtps://host:465";

/// Many servers close after 100 messages, so a connection ends before it is told to.
const MESSAGES_PER_CONNECTION: u32 = 100;
/// Shorter than the five minutes for which most servers keep a connection at all.
const CONNECTION_AGE: Duration = Duration::from_mins(5);

impl Relay {
    /// A relay without TLS and log-in, with the usual limits: for a server on this machine.
    #[must_use]
    pub fn plain(host: String, port: u16) -> Self {
        Self {
            host,
            port,
            tls: TlsMode::None,
            credentials: None,
            auth: None,
            ca: None,
            connections: None,
            messages_per_connection: MESSAGES_PER_CONNECTION,
            connection_age: CONNECTION_AGE,
            rates: Rates::default(),
        }
    }

    /// Host and port as they may be shown: never with credentials.
    #[must_use]
    pub fn name(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether it is on this machine, where nobody can listen in.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl FromStr for Relay {
    type Err = String;

    /// Reads `smtp://user:password@host:587?tls=required|none` or `smtps://host:465`, with parameters.
    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| EXAMPLE.to_owned())?;
        let host = bare(&url.host().ok_or_else(|| EXAMPLE.to_owned())?);
        let parameters = Parameters::read(&url)?;
        let tls = match (url.scheme(), parameters.tls) {
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
        if credentials.is_none() && parameters.auth.is_some() {
            return Err("auth= needs a user and a password in the URL".to_owned());
        }
        if tls == TlsMode::None && parameters.ca.is_some() {
            return Err("ca= is of no use without TLS: use ?tls=required".to_owned());
        }
        let usual_port = if tls == TlsMode::Implicit { 465 } else { 587 };
        let plain = Self::plain(host, url.port().unwrap_or(usual_port));
        Ok(Self {
            tls,
            credentials,
            auth: parameters.auth,
            ca: parameters.ca,
            connections: parameters.connections,
            messages_per_connection: parameters
                .messages_per_connection
                .unwrap_or(plain.messages_per_connection),
            connection_age: parameters.connection_age.unwrap_or(plain.connection_age),
            rates: parameters.rates,
            ..plain
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

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn relays_are_read() {
        let name = "mail.example.org";
        for (text, host, port, tls) in [
            ("smtp://mail.example.org", name, 587, TlsMode::Required),
            (
                "smtp://mail.example.org:25?tls=none",
                name,
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
            ("smtps://mail.example.org", name, 465, TlsMode::Implicit),
        ] {
            let relay: Relay = text.parse().unwrap();
            assert_eq!(
                (relay.host.as_str(), relay.port, relay.tls),
                (host, port, tls),
                "{text}"
            );
        }
    }

    #[test]
    fn parameters_are_read() {
        let relay: Relay = "smtp://me:secret@mail.example.org?auth=xoauth2&connections=3&messages_per_connection=50\
            &connection_age_seconds=60&per_minute=30&per_day=2000"
            .parse()
            .unwrap();
        assert_eq!(relay.auth, Some(AuthMechanism::Xoauth2));
        assert_eq!(relay.connections, Some(3));
        assert_eq!(relay.messages_per_connection, 50);
        assert_eq!(relay.connection_age, Duration::from_mins(1));
        let rates = Rates {
            per_minute: Some(30),
            per_day: Some(2000),
            ..Rates::default()
        };
        assert_eq!(relay.rates, rates);

        let usual: Relay = "smtp://mail.example.org".parse().unwrap();
        assert_eq!(usual.messages_per_connection, 100);
        assert_eq!(usual.connection_age, Duration::from_mins(5));
        assert_eq!((usual.connections, usual.auth), (None, None));
    }

    #[test]
    fn passwords_may_hold_any_character() {
        let relay: Relay = "smtp://us%40er:p%26%3D%2B%2F+x@mail.example.org"
            .parse()
            .unwrap();
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
            ("smtp://mail.example.org?tls=maybe", "tls=required"),
            ("smtps://mail.example.org?tls=none", "takes no ?tls="),
            (
                "smtp://me:secret@mail.example.org?tls=none",
                "never sent without TLS",
            ),
            ("smtp://mail.example.org?auth=plain", "needs a user"),
            (
                "smtp://me:secret@mail.example.org?auth=ntlm",
                "plain, login or xoauth2",
            ),
            (
                "smtp://mail.example.org?tls=none&ca=/etc/hosts",
                "of no use without TLS",
            ),
            ("smtp://mail.example.org?ca=x.pem", "full path"),
            ("smtp://mail.example.org?ca=/does/not/exist.pem", "no file"),
            ("smtp://mail.example.org?connections=0", "at least 1"),
            (
                "smtp://mail.example.org?connections=many",
                "connections=many",
            ),
            (
                "smtp://mail.example.org?messages_per_connection=0",
                "at least 1",
            ),
            (
                "smtp://mail.example.org?connection_age_seconds=-1",
                "at least 1",
            ),
            ("smtp://mail.example.org?per_second=x", "at least 1"),
            ("smtp://mail.example.org?per_week=1", "there is no per_week"),
            (
                "smtp://mail.example.org?per_day=1&per_day=2",
                "stands there twice",
            ),
        ] {
            let error = text.parse::<Relay>().unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
