//! The sections `fetch` and `feeds`.

use serde::{Deserialize, Deserializer, de::Error as _};
use url::Host;

/// What the server may fetch from elsewhere.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Fetch {
    pub user_agent: String,
    #[serde(deserialize_with = "hosts")]
    pub allowed_private_hosts: Vec<AllowedHost>,
    #[serde(deserialize_with = "ports")]
    pub allowed_ports: Vec<u16>,
    #[serde(deserialize_with = "max_bytes")]
    pub max_bytes: usize,
    #[serde(deserialize_with = "seconds")]
    pub timeout_seconds: u64,
    #[serde(deserialize_with = "seconds")]
    pub connect_timeout_seconds: u64,
}

/// How feeds are looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Feeds {
    #[serde(deserialize_with = "positive")]
    pub interval_minutes: u32,
    #[serde(deserialize_with = "positive")]
    pub max_backoff_hours: u32,
    #[serde(deserialize_with = "positive")]
    pub poll_seconds: u32,
    #[serde(deserialize_with = "positive")]
    pub parallel: u32,
    pub websub: bool,
}

/// A host in the own network that may be fetched from although its address is private.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedHost {
    /// Name or address, in lower case, as URLs have it.
    pub host: String,
    /// The one port; `None`: the usual ones.
    pub port: Option<u16>,
}

impl AllowedHost {
    fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') || host.ends_with(']') => {
                (host, Some(port.parse().ok().filter(|port| *port > 0)?))
            }
            _ => (text, None),
        };
        let host = Host::parse(host).ok()?;
        Some(Self {
            host: host.to_string().trim_end_matches('.').to_lowercase(),
            port,
        })
    }
}

fn hosts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<AllowedHost>, D::Error> {
    let texts = Vec::<String>::deserialize(deserializer)?;
    let parse = |text: &String| {
        AllowedHost::parse(text.trim()).ok_or_else(|| {
            D::Error::custom(format!(
                "{text:?} must be a host or host:port, like cms.internal or 10.0.0.5:8080"
            ))
        })
    };
    texts.iter().map(parse).collect()
}

fn ports<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u16>, D::Error> {
    // The environment gives texts.
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Port {
        Number(u16),
        Text(String),
    }
    let ports = Vec::<Port>::deserialize(deserializer)
        .map_err(|_| D::Error::custom("must be a list of ports, like [80, 443]"))?;
    let parse = |port: Port| match port {
        Port::Number(port) if port > 0 => Ok(port),
        Port::Number(_) => Err(D::Error::custom("must be ports from 1 to 65535")),
        Port::Text(text) => text
            .parse()
            .ok()
            .filter(|port| *port > 0)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is not a port from 1 to 65535"))),
    };
    ports.into_iter().map(parse).collect()
}

fn max_bytes<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let bytes = usize::deserialize(deserializer)?;
    if (1024..=16_777_216).contains(&bytes) {
        return Ok(bytes);
    }
    Err(D::Error::custom("must be 1024 to 16777216 (16 MiB)"))
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let seconds = u64::deserialize(deserializer)?;
    if (1..=300).contains(&seconds) {
        return Ok(seconds);
    }
    Err(D::Error::custom("must be 1 to 300"))
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let number = u32::deserialize(deserializer)?;
    if (1..=10_000).contains(&number) {
        return Ok(number);
    }
    Err(D::Error::custom("must be 1 to 10000"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_with_and_without_a_port() {
        let read = |text| AllowedHost::parse(text).map(|it| (it.host, it.port));
        let host = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(read("CMS.internal"), host("cms.internal", None));
        assert_eq!(read("10.0.0.5:8080"), host("10.0.0.5", Some(8080)));
        assert_eq!(read("[fd00::1]:8080"), host("[fd00::1]", Some(8080)));
        assert_eq!(read("[fd00::1]"), host("[fd00::1]", None));
        for wrong in [
            "",
            "a b",
            "host:",
            "host:x",
            "host:0",
            "http://host",
            "host:99999",
        ] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
