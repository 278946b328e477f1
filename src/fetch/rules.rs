//! Which addresses are fetched from: checked before a request, after each redirect, and inside the look-up of names.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use url::{Host, Url};

use super::Error;
use super::address::refusal;
use crate::config::{AllowedHost, Fetch};

/// The rules of the settings.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    private: Vec<AllowedHost>,
    ports: Vec<u16>,
}

impl Rules {
    pub(super) fn new(settings: &Fetch) -> Self {
        Self {
            private: settings.allowed_private_hosts.clone(),
            ports: settings.allowed_ports.clone(),
        }
    }

    /// Whether the settings name a host, on whatever port.
    fn is_named(&self, host: &str) -> bool {
        let host = host.trim_end_matches('.').to_lowercase();
        self.private.iter().any(|it| it.host == host)
    }

    fn is_port_allowed(&self, host: &str, port: u16) -> bool {
        let host = host.trim_end_matches('.').to_lowercase();
        let named: Vec<_> = self.private.iter().filter(|it| it.host == host).collect();
        // A named host has the ports that it is named with, and no others: else one entry would open the whole machine.
        if named.iter().any(|it| it.port.is_some()) {
            return named
                .iter()
                .any(|it| it.port.map_or(self.ports.contains(&port), |it| it == port));
        }
        self.ports.contains(&port)
    }

    /// Checks an address as it is written.
    ///
    /// # Errors
    /// [`Error::Refused`] and, for addresses of machines, [`Error::PrivateHost`].
    pub(super) fn check(&self, url: &Url) -> Result<(), Error> {
        let refused = |why: &str| {
            Err(Error::Refused {
                url: shown(url),
                why: why.to_owned(),
            })
        };
        if !matches!(url.scheme(), "http" | "https") {
            return refused("only http and https addresses are");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refused("an address must not hold a user name or password");
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return refused("it names no host");
        };
        let name = host.to_string();
        if !self.is_port_allowed(&name, port) {
            let ports: Vec<String> = self.ports.iter().map(ToString::to_string).collect();
            return refused(&format!(
                "port {port} is not allowed, only {} (fetch.allowed_ports)",
                ports.join(" and ")
            ));
        }
        let literal = match host {
            Host::Ipv4(address) => IpAddr::V4(address),
            Host::Ipv6(address) => IpAddr::V6(address),
            // RFC 6761 §6.3: whatever a resolver says, this is the own machine.
            Host::Domain(domain) if is_localhost(domain) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            Host::Domain(_) => return Ok(()),
        };
        self.check_address(&name, literal)
    }

    fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Error> {
        match refusal(address) {
            Some(what) if !self.is_named(host) => Err(Error::PrivateHost {
                host: host.to_owned(),
                address: address.to_string(),
                what,
            }),
            _ => Ok(()),
        }
    }

    /// The addresses of a name, if all of them are public: a name with both kinds is a trick or a mistake.
    ///
    /// # Errors
    /// [`Error::PrivateHost`], or [`Error::UnknownHost`] when there are none.
    pub(super) fn check_found(
        &self,
        host: &str,
        found: Vec<SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Error> {
        if found.is_empty() {
            return Err(Error::UnknownHost {
                host: host.to_owned(),
                detail: "it has no address".to_owned(),
            });
        }
        for address in &found {
            self.check_address(host, address.ip())?;
        }
        Ok(found)
    }
}

fn is_localhost(domain: &str) -> bool {
    let domain = domain.trim_end_matches('.').to_ascii_lowercase();
    domain == "localhost" || domain.ends_with(".localhost")
}

/// An address without what must not be shown.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.into()
}
