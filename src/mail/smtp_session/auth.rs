//! Logging in (RFC 4954) with PLAIN, LOGIN or XOAUTH2.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

use super::connect::exchange;
use super::extensions::Extensions;
use super::wire::Wire;
use crate::config::{AuthMechanism, Relay};
use crate::domain::smtp_reply::SmtpReply;

/// The most that a server may ask within one log-in: LOGIN asks twice.
const MAX_CHALLENGES: usize = 3;
/// The order in which we choose. A token is only tried where a server takes nothing else, or where it is asked for.
const PREFERRED: [AuthMechanism; 3] = [
    AuthMechanism::Plain,
    AuthMechanism::Login,
    AuthMechanism::Xoauth2,
];

pub(super) async fn log_in(
    wire: &mut Wire,
    relay: &Relay,
    offers: &Extensions,
    user: &str,
    password: &SecretString,
    wait: Duration,
) -> Result<(), SmtpReply> {
    // The settings refuse this, too; but a password that once left in plaintext is known for ever.
    if !wire.is_encrypted() && !relay.is_loopback() {
        let text = "a password is never sent without TLS";
        return Err(SmtpReply::new(0, text));
    }
    let mechanism = relay.auth.or_else(|| {
        PREFERRED
            .into_iter()
            .find(|mechanism| offers.auth.contains(mechanism))
    });
    let Some(mechanism) = mechanism else {
        let text = "the mail server offers no way to log in that we know (PLAIN, LOGIN, XOAUTH2)";
        return Err(SmtpReply::new(0, text));
    };
    let mut answers = answers(mechanism, user, password.expose_secret()).into_iter();
    let mut line = match mechanism {
        AuthMechanism::Plain => format!("AUTH PLAIN {}\r\n", answers.next().unwrap_or_default()),
        AuthMechanism::Login => "AUTH LOGIN\r\n".to_owned(),
        AuthMechanism::Xoauth2 => {
            format!("AUTH XOAUTH2 {}\r\n", answers.next().unwrap_or_default())
        }
    };
    for _ in 0..=MAX_CHALLENGES {
        match exchange(wire, line.as_bytes(), wait).await? {
            235 => return Ok(()),
            // XOAUTH2 tells its error in a challenge and wants an empty answer before it refuses.
            334 => line = format!("{}\r\n", answers.next().unwrap_or_default()),
            code => return Err(wire.kept(code)),
        }
    }
    Err(SmtpReply::new(
        0,
        "the mail server asks again and again while logging in",
    ))
}

/// What to answer, in this order.
fn answers(mechanism: AuthMechanism, user: &str, password: &str) -> Vec<String> {
    match mechanism {
        AuthMechanism::Plain => vec![STANDARD.encode(format!("\0{user}\0{password}"))],
        AuthMechanism::Login => vec![STANDARD.encode(user), STANDARD.encode(password)],
        AuthMechanism::Xoauth2 => {
            let response = format!("user={user}\x01auth=Bearer {password}\x01\x01");
            vec![STANDARD.encode(response)]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_those_of_the_standards() {
        let cases: &[(AuthMechanism, &[&str])] = &[
            (AuthMechanism::Plain, &["AG1lAHNlY3JldA=="]),
            (AuthMechanism::Login, &["bWU=", "c2VjcmV0"]),
            (
                AuthMechanism::Xoauth2,
                &["dXNlcj1tZQFhdXRoPUJlYXJlciBzZWNyZXQBAQ=="],
            ),
        ];
        for (mechanism, expected) in cases {
            assert_eq!(answers(*mechanism, "me", "secret"), *expected);
        }
    }
}
