//! Who asks: the address of the client, also behind proxies.
//!
//! A header can be written by anybody, so it is believed only as far as a proxy of ours wrote it: when the peer is one of
//! `server.trusted_proxies`, the addresses are read from the right, and the first that is not one of them is the client. What
//! stands left of it the client may have made up.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, USER_AGENT};

use crate::app::App;
use crate::config::{ProxyHeader, Server};
use crate::domain::consent::{Press, Witness};
use crate::domain::network::{self, Network};

/// The client's address. Without a peer, which real connections have, the unspecified address.
pub(super) fn address(request: &HttpRequest, settings: &Server) -> IpAddr {
    let unknown = IpAddr::from([0, 0, 0, 0]);
    let peer = request.peer_addr().map_or(unknown, |peer| peer.ip());
    client(peer, request.headers(), settings)
}

/// The network by which the client is limited. None for one of our own addresses: that may be a proxy which nobody told us
/// of, and all readers behind it would share one limit.
pub(super) fn limited_network(request: &HttpRequest, settings: &Server) -> Option<Network> {
    let address = address(request, settings);
    (!network::is_own(address)).then(|| Network::of_client(address))
}

/// What evidence of consent says of the client.
pub(super) fn witness(request: &HttpRequest, app: &App) -> Witness {
    let settings = &app.config.consent;
    let header = request.headers().get(USER_AGENT);
    let agent = header.map(|value| String::from_utf8_lossy(value.as_bytes()));
    Witness::new(
        Some(address(request, &app.config.server)),
        settings.client_address,
        agent.as_deref().filter(|_| settings.user_agent),
    )
}

/// A button that was pressed on the page behind the link with `token`.
pub(super) fn press(request: &HttpRequest, app: &App, token: &str) -> Press {
    Press {
        token: token.to_owned(),
        witness: witness(request, app),
    }
}

fn client(peer: IpAddr, headers: &HeaderMap, settings: &Server) -> IpAddr {
    let is_trusted = |address: IpAddr| {
        let mut proxies = settings.trusted_proxies.iter();
        proxies.any(|proxy| proxy.contains(address))
    };
    let mut nearest = peer.to_canonical();
    if !is_trusted(nearest) {
        return nearest;
    }
    let name = settings.proxy_header.name();
    let lines: Vec<&str> = headers
        .get_all(name)
        .map(|value| value.to_str().unwrap_or_default())
        .collect();
    let joined = lines.join(",");
    let read: fn(&str) -> Option<IpAddr> = match settings.proxy_header {
        ProxyHeader::XForwardedFor => node,
        ProxyHeader::Forwarded => forwarded_for,
    };
    for element in elements(&joined).into_iter().rev() {
        // What cannot be read, such as `unknown`, hides who is behind it: then it is the proxy that told so.
        let Some(address) = read(element) else {
            return nearest;
        };
        nearest = address;
        if !is_trusted(address) {
            return nearest;
        }
    }
    nearest
}

/// The parts between commas that do not stand in quotes. Empty ones mean nothing (RFC 9110 §5.6.1).
fn elements(text: &str) -> Vec<&str> {
    split(text, ',')
}

fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = text.split(|c: char| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        match c {
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            other => return other == separator && !is_quoted,
        }
        false
    });
    parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// The address in the `for` of one element of `Forwarded` (RFC 7239 §5.2).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    split(element, ';').into_iter().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        if !name.trim().eq_ignore_ascii_case("for") {
            return None;
        }
        let value = value.trim();
        let unquoted = value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        node(unquoted.unwrap_or(value))
    })
}

/// An address, with a port or without: `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn node(text: &str) -> Option<IpAddr> {
    let bare = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            (port.is_empty() || is_port(port.strip_prefix(':')?)).then_some(address)?
        }
        None => match text.split_once(':') {
            Some((address, port)) if is_port(port) && address.contains('.') => address,
            _ => text,
        },
    };
    bare.parse()
        .ok()
        .map(|address: IpAddr| address.to_canonical())
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
