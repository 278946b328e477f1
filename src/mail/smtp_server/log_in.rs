//! What a client answers while it logs in (RFC 4954), until name and password are known.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::command::Mechanism;

#[derive(Debug)]
pub(super) struct LogIn {
    mechanism: Mechanism,
    user: Option<String>,
}

/// What follows an answer.
pub(super) enum Step {
    /// Ask this, in base64.
    Challenge(&'static str),
    Malformed,
    /// Name, and password or token.
    Complete(String, String),
}

impl LogIn {
    pub(super) fn new(mechanism: Mechanism) -> Self {
        Self {
            mechanism,
            user: None,
        }
    }

    /// Takes what came with the command or after a challenge; `None` is nothing yet.
    pub(super) fn take(&mut self, response: Option<&str>) -> Step {
        let Some(response) = response else {
            return Step::Challenge(match self.mechanism {
                // "Username:"
                Mechanism::Login => "VXNlcm5hbWU6",
                Mechanism::Plain | Mechanism::Xoauth2 => "",
            });
        };
        let decoded = STANDARD.decode(response).ok();
        let Some(text) = decoded.and_then(|octets| String::from_utf8(octets).ok()) else {
            return Step::Malformed;
        };
        let found = match self.mechanism {
            Mechanism::Plain => plain(&text),
            Mechanism::Xoauth2 => xoauth2(&text),
            Mechanism::Login => {
                let Some(user) = self.user.take() else {
                    self.user = Some(text);
                    // "Password:"
                    return Step::Challenge("UGFzc3dvcmQ6");
                };
                Some((user, text))
            }
        };
        found.map_or(Step::Malformed, |(user, password)| {
            Step::Complete(user, password)
        })
    }
}

fn plain(text: &str) -> Option<(String, String)> {
    let mut parts = text.splitn(3, '\0').skip(1);
    Some((parts.next()?.to_owned(), parts.next()?.to_owned()))
}

fn xoauth2(text: &str) -> Option<(String, String)> {
    let (user, rest) = text.strip_prefix("user=")?.split_once('\x01')?;
    let token = rest
        .strip_prefix("auth=Bearer ")?
        .strip_suffix("\x01\x01")?;
    Some((user.to_owned(), token.to_owned()))
}
