use actix_web::http::header::{HeaderName, HeaderValue};
use proptest::prelude::*;

use super::*;
use crate::config::{Config, Sources};

fn settings(proxies: &str, header: &str) -> Server {
    let variables = [
        ("TIDINGS__SERVER__TRUSTED_PROXIES", proxies),
        ("TIDINGS__SERVER__PROXY_HEADER", header),
    ];
    let sources = Sources {
        file: None,
        environment: variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        overrides: Vec::new(),
    };
    Config::load(&sources).unwrap().config.server
}

fn seen(peer: &str, header: &str, lines: &[&str], settings: &Server) -> String {
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(
            HeaderName::try_from(header).unwrap(),
            HeaderValue::from_str(line).unwrap(),
        );
    }
    client(peer.parse().unwrap(), &headers, settings).to_string()
}

#[test]
fn x_forwarded_for_is_read_from_the_right() {
    let settings = settings("10.0.0.0/8, 2001:db8:ffff::/48", "x-forwarded-for");
    for (peer, lines, expected) in [
        ("10.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
        ("10.0.0.1", &["1.1.1.1, 203.0.113.7"], "203.0.113.7"),
        (
            "10.0.0.1",
            &["1.1.1.1, 203.0.113.7, 10.0.0.2"],
            "203.0.113.7",
        ),
        (
            "10.0.0.1",
            &["1.1.1.1", "203.0.113.7", "10.0.0.2, 10.0.0.3"],
            "203.0.113.7",
        ),
        ("10.0.0.1", &["10.0.0.9, 10.0.0.2"], "10.0.0.9"),
        ("10.0.0.1", &[], "10.0.0.1"),
        ("10.0.0.1", &[""], "10.0.0.1"),
        ("10.0.0.1", &["203.0.113.7:4711"], "203.0.113.7"),
        ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
        ("10.0.0.1", &["::ffff:203.0.113.7"], "203.0.113.7"),
        ("::ffff:10.0.0.1", &["203.0.113.7"], "203.0.113.7"),
        ("2001:db8:ffff::1", &["203.0.113.7"], "203.0.113.7"),
        ("10.0.0.1", &["203.0.113.7, unknown"], "10.0.0.1"),
        ("10.0.0.1", &["203.0.113.7, _hidden, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", &["203.0.113.7, 999.1.1.1"], "10.0.0.1"),
        // Not a proxy of ours: it may say what it likes.
        ("198.51.100.1", &["203.0.113.7"], "198.51.100.1"),
        ("198.51.100.1", &["203.0.113.7, 10.0.0.2"], "198.51.100.1"),
    ] {
        assert_eq!(
            seen(peer, "x-forwarded-for", lines, &settings),
            expected,
            "{peer} {lines:?}"
        );
    }
    assert_eq!(
        seen("10.0.0.1", "forwarded", &["for=203.0.113.7"], &settings),
        "10.0.0.1"
    );
}

#[test]
fn forwarded_is_read_as_rfc_7239_writes_it() {
    let settings = settings("10.0.0.0/8", "forwarded");
    for (lines, expected) in [
        (&["for=203.0.113.7"][..], "203.0.113.7"),
        (&["For=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
        (&["for=192.0.2.60;proto=http;by=203.0.113.43"], "192.0.2.60"),
        (&["proto=http; for=192.0.2.60"], "192.0.2.60"),
        (&["for=192.0.2.43, for=198.51.100.17"], "198.51.100.17"),
        (
            &["for=192.0.2.43", "for=198.51.100.17, for=10.0.0.2"],
            "198.51.100.17",
        ),
        (&["for=192.0.2.43, for=\"_gazonk\""], "10.0.0.1"),
        (&["for=192.0.2.43, for=unknown"], "10.0.0.1"),
        (&["for=192.0.2.43, proto=https"], "10.0.0.1"),
        // A comma in quotes separates nothing.
        (&["for=192.0.2.43;host=\"a,for=1.1.1.1\""], "192.0.2.43"),
    ] {
        assert_eq!(
            seen("10.0.0.1", "forwarded", lines, &settings),
            expected,
            "{lines:?}"
        );
    }
    assert_eq!(
        seen("10.0.0.1", "x-forwarded-for", &["203.0.113.7"], &settings),
        "10.0.0.1"
    );
}

#[test]
fn without_proxies_nothing_is_believed() {
    let settings = settings("", "x-forwarded-for");
    assert_eq!(
        seen("10.0.0.1", "x-forwarded-for", &["203.0.113.7"], &settings),
        "10.0.0.1"
    );
    assert_eq!(
        seen("127.0.0.1", "forwarded", &["for=203.0.113.7"], &settings),
        "127.0.0.1"
    );
}

proptest! {
    /// Whatever a client writes, it cannot be taken for anybody but the address from which our proxy got the request.
    #[test]
    fn a_client_cannot_choose_its_address(written in "[ -~]{0,60}", last in 0_u8..255, is_forwarded: bool) {
        let (header, settings, added) = if is_forwarded {
            ("forwarded", settings("10.0.0.0/8", "forwarded"), format!("for=203.0.113.{last}"))
        } else {
            ("x-forwarded-for", settings("10.0.0.0/8", "x-forwarded-for"), format!("203.0.113.{last}"))
        };
        // Proxies add a line of their own, or to the last one; a quote that the client leaves open may swallow what is added
        // to its line, and then nobody is believed.
        let own_line = seen("10.0.0.1", header, &[&written, &added], &settings);
        let expected = format!("203.0.113.{last}");
        prop_assert!(own_line == expected || own_line == "10.0.0.1", "{own_line}");
        if !written.contains('"') {
            prop_assert_eq!(own_line, expected);
        }
    }

    #[test]
    fn any_text_is_read_without_failing(text in "\\PC{0,80}") {
        let settings = settings("10.0.0.0/8", "forwarded");
        if HeaderValue::from_str(&text).is_ok() {
            seen("10.0.0.1", "forwarded", &[&text], &settings);
            seen("10.0.0.1", "x-forwarded-for", &[&text], &settings);
        }
    }
}
