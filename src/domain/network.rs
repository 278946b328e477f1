//! Networks of IP addresses, and which one a client belongs to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

/// How much of an address names a client: a household or a small network has a /24 of IPv4 at most, and gets a /56 of IPv6
/// (RIPE-690 §4.2), in which it may choose addresses as it likes.
const CLIENT_PREFIX_V4: u8 = 24;
const CLIENT_PREFIX_V6: u8 = 56;

/// A range of addresses, written as `10.0.0.0/8` or `2001:db8::/32`; a single address is a range of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Network(IpNet);

/// A text is not a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} must be a network like 10.0.0.0/8 or 2001:db8::/32, or one address")]
pub struct NetworkError(String);

impl Network {
    /// The network that stands for a client in limits: /24 of IPv4, /56 of IPv6.
    #[must_use]
    pub fn of_client(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() {
            CLIENT_PREFIX_V4
        } else {
            CLIENT_PREFIX_V6
        };
        // Both prefixes are shorter than an address, so the second never takes place.
        let network = IpNet::new(address, prefix).unwrap_or_else(|_| IpNet::from(address));
        Self(network.trunc())
    }

    /// What is kept of an address that is only kept in part: /24 of IPv4, /48 of IPv6, which is a site (RFC 6177 §2).
    #[must_use]
    pub fn truncated(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() { 24 } else { 48 };
        // As above.
        let network = IpNet::new(address, prefix).unwrap_or_else(|_| IpNet::from(address));
        Self(network.trunc())
    }

    /// Whether the address is in it. An IPv4 address that is written as IPv6 (RFC 4291 §2.5.5.2) is one of IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }
}

/// Whether the address can be that of many clients as far as we know: this machine, or a private network. A proxy that nobody
/// told us of looks like this, and all of its clients would share one limit.
#[must_use]
pub fn is_own(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || v4.is_unspecified()
        }
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unique_local()
                || v6.is_unicast_link_local()
                || v6.is_unspecified()
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let text = text.trim();
        let single = || {
            text.parse()
                .ok()
                .map(|address: IpAddr| IpNet::from(address.to_canonical()))
        };
        let parsed: Option<IpNet> = text.parse().ok().or_else(single);
        parsed
            .map(|network| Self(network.trunc()))
            .ok_or_else(|| NetworkError(text.to_owned()))
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(address: &str) -> String {
        Network::of_client(address.parse().unwrap()).to_string()
    }

    #[test]
    fn a_client_is_a_part_of_the_internet() {
        assert_eq!(of("203.0.113.7"), "203.0.113.0/24");
        assert_eq!(of("::ffff:203.0.113.7"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2ff::1"), "2001:db8:1:200::/56");
    }

    #[test]
    fn networks_are_read_and_shown() {
        for (text, shown) in [
            ("10.1.2.3/8", "10.0.0.0/8"),
            ("10.1.2.3", "10.1.2.3/32"),
            ("2001:db8::1/32", "2001:db8::/32"),
            ("::1", "::1/128"),
        ] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), shown);
        }
        for text in ["", "10.0.0.0/33", "10.0.0/8", "localhost", "10.0.0.0/8,"] {
            assert!(text.parse::<Network>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn own_addresses_are_known() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:127.0.0.1",
        ] {
            assert!(is_own(text.parse().unwrap()), "{text}");
        }
        for text in ["8.8.8.8", "203.0.113.7", "2001:4860::1"] {
            assert!(!is_own(text.parse().unwrap()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_client_is_in_its_network(bits: u128, v4: bool) {
            let address: IpAddr = if v4 {
                IpAddr::from(u32::try_from(bits >> 96).unwrap().to_be_bytes())
            } else {
                IpAddr::from(bits.to_be_bytes())
            };
            prop_assert!(Network::of_client(address).contains(address));
        }
    }
}
