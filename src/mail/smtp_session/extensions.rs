//! What a server offers in its reply to EHLO (RFC 5321 §4.1.1.1).

use crate::config::AuthMechanism;

#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a keyword that is offered or not"
)]
pub(super) struct Extensions {
    /// RFC 2920.
    pub(super) pipelining: bool,
    /// RFC 3030.
    pub(super) chunking: bool,
    /// RFC 6152.
    pub(super) eight_bit: bool,
    /// RFC 6531.
    pub(super) smtputf8: bool,
    /// RFC 3207.
    pub(super) starttls: bool,
    /// RFC 1870.
    pub(super) size: Size,
    /// RFC 4954; those that we know.
    pub(super) auth: Vec<AuthMechanism>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Size {
    #[default]
    NotOffered,
    /// No limit, or none that it tells.
    Unlimited,
    /// Octets.
    AtMost(usize),
}

impl Extensions {
    /// Reads the text of a reply, its lines joined by line feeds. The first names the server.
    pub(super) fn read(text: &str) -> Self {
        let mut found = Self::default();
        for line in text.lines().skip(1) {
            found.take(line.trim());
        }
        found
    }

    fn take(&mut self, line: &str) {
        let mut words = line.split_ascii_whitespace();
        let keyword = words.next().unwrap_or_default().to_ascii_uppercase();
        match keyword.as_str() {
            "PIPELINING" => self.pipelining = true,
            "CHUNKING" => self.chunking = true,
            "8BITMIME" => self.eight_bit = true,
            "SMTPUTF8" => self.smtputf8 = true,
            "STARTTLS" => self.starttls = true,
            "SIZE" => {
                self.size = match words.next().map(str::parse) {
                    // 0 says that there is no fixed limit (RFC 1870 §4); a number that does not fit is none either.
                    None | Some(Ok(0) | Err(_)) => Size::Unlimited,
                    Some(Ok(limit)) => Size::AtMost(limit),
                };
            }
            // Servers of old write AUTH=LOGIN.
            _ if keyword == "AUTH" || keyword.starts_with("AUTH=") => {
                let first = keyword.strip_prefix("AUTH=").map(str::to_owned);
                let mechanisms = first
                    .into_iter()
                    .chain(words.map(str::to_ascii_uppercase))
                    .filter_map(|name| mechanism(&name));
                for mechanism in mechanisms {
                    if !self.auth.contains(&mechanism) {
                        self.auth.push(mechanism);
                    }
                }
            }
            _ => {}
        }
    }
}

fn mechanism(name: &str) -> Option<AuthMechanism> {
    match name {
        "PLAIN" => Some(AuthMechanism::Plain),
        "LOGIN" => Some(AuthMechanism::Login),
        "XOAUTH2" => Some(AuthMechanism::Xoauth2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_are_read() {
        let text = "PIPELINING at your service\nSIZE 1000\nchunking\n8BITMIME \nX-ODD 1\nAUTH=LOGIN\nAUTH PLAIN LOGIN GSSAPI";
        let expected = Extensions {
            chunking: true,
            eight_bit: true,
            size: Size::AtMost(1000),
            auth: vec![AuthMechanism::Login, AuthMechanism::Plain],
            ..Extensions::default()
        };
        assert_eq!(Extensions::read(text), expected, "the first line is a name");
        for (text, size) in [
            ("x\nSIZE", Size::Unlimited),
            ("x\nSIZE 0", Size::Unlimited),
            ("x\nSIZE 99999999999999999999", Size::Unlimited),
            ("x", Size::NotOffered),
        ] {
            assert_eq!(Extensions::read(text).size, size, "{text}");
        }
        let all = Extensions::read("x\nPIPELINING\nSTARTTLS\nSMTPUTF8\nAUTH XOAUTH2");
        assert!(all.pipelining && all.starttls && all.smtputf8);
        assert_eq!(all.auth, [AuthMechanism::Xoauth2]);
    }
}
