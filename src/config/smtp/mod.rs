//! The section `smtp`: the relays that take our mails.

mod parameters;
mod relay;

use std::time::Duration;

use jiff::SignedDuration;

use serde::{Deserialize, Deserializer, de::Error as _};

pub use self::relay::{AuthMechanism, Rates, Relay, TlsMode};

/// Where mails go.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is explained in config/default.toml")]
pub struct Smtp {
    /// None at all: the mail catcher.
    #[serde(rename = "url", deserialize_with = "relays")]
    pub relays: Vec<Relay>,
    pub hello_name: String,
    pub connect_timeout_seconds: u64,
    pub command_timeout_seconds: u64,
    #[serde(deserialize_with = "data_timeout")]
    pub data_timeout_seconds: u64,
}

impl Smtp {
    /// For connecting, greeting, TLS and log-in together.
    #[must_use]
    pub fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_seconds)
    }

    /// For the answer to one command.
    #[must_use]
    pub fn command_timeout(&self) -> Duration {
        Duration::from_secs(self.command_timeout_seconds)
    }

    /// The longest that one mail can take, from MAIL to the answer to its dot. After that, a worker that has not been heard
    /// of cannot be sending it any more.
    #[must_use]
    pub fn longest_conversation(&self) -> SignedDuration {
        let longest = self.command_timeout() * 3 + self.data_timeout();
        SignedDuration::try_from(longest).unwrap_or(SignedDuration::from_mins(30))
    }

    /// For the answer to the final dot.
    #[must_use]
    pub fn data_timeout(&self) -> Duration {
        Duration::from_secs(self.data_timeout_seconds)
    }
}

/// Takes a list of URLs apart: at spaces, and at commas that a URL follows, since a password may hold a comma.
pub(super) fn split_urls(text: &str) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let mut is_first = true;
        for piece in word.split(',') {
            match urls.last_mut() {
                Some(last) if !is_first && !is_url(piece) && !piece.is_empty() => {
                    last.push(',');
                    last.push_str(piece);
                }
                _ if piece.is_empty() => {}
                _ => urls.push(piece.to_owned()),
            }
            is_first = false;
        }
    }
    urls
}

fn is_url(piece: &str) -> bool {
    piece.contains("://")
}

fn relays<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Relay>, D::Error> {
    let urls = split_urls(&String::deserialize(deserializer)?);
    let is_only = urls.len() == 1;
    let read = |(index, url): (usize, &String)| {
        url.parse::<Relay>().map_err(|cause| {
            if is_only {
                D::Error::custom(cause)
            } else {
                // By its place and not by its text, which may hold a password.
                D::Error::custom(format!("URL {}: {cause}", index + 1))
            }
        })
    };
    urls.iter().enumerate().map(read).collect()
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
    use super::*;

    #[test]
    fn several_urls_are_taken_apart() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (" , ", &[]),
            ("smtp://a", &["smtp://a"]),
            ("smtp://a smtps://b", &["smtp://a", "smtps://b"]),
            (
                "smtp://a,smtp://b, smtp://c\n",
                &["smtp://a", "smtp://b", "smtp://c"],
            ),
            ("smtp://me:p,w@a,smtp://b", &["smtp://me:p,w@a", "smtp://b"]),
            ("nonsense,smtp://b", &["nonsense", "smtp://b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(split_urls(text), *expected, "{text}");
        }
    }
}
