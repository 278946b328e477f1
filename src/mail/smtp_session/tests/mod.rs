//! The session against servers that follow a script to the octet, and against our own server.

mod body;
mod deadlines;
mod outcomes;
mod pipelining;
mod tls;

use super::*;
use crate::mail::scripted_peer::{Peer, settings};

/// From the greeting to the end of EHLO.
const HELLO: &str = "S 220 mx ESMTP\nC EHLO news.example\nS 250-mx";
const PIPELINING: &str = "S 250 PIPELINING";
const STEPWISE: &str = "S 250 SIZE 1000000";
const BODY: &[u8] = b"Subject: x\r\n\r\nhi\r\n";
const BODY_LINES: &str = "C Subject: x\nC \nC hi\nC .";

fn to(address: &str) -> Envelope {
    Envelope {
        from: "bounce@news.example".to_owned(),
        to: address.to_owned(),
        needs_smtputf8: false,
        size: BODY.len(),
    }
}

fn outgoing(envelope: &Envelope) -> Outgoing<'_> {
    Outgoing {
        envelope,
        bytes: BODY,
    }
}

/// The lines of an envelope with DATA.
fn lines_to(address: &str) -> String {
    format!("C MAIL FROM:<bounce@news.example>\nC RCPT TO:<{address}>\nC DATA")
}

fn script(offer: &str, parts: &[&str]) -> String {
    format!("{HELLO}\n{offer}\n{}", parts.join("\n"))
}

async fn open(peer: &Peer) -> SmtpSession {
    match SmtpSession::open(&settings(), &peer.relay(), "news.example").await {
        Ok(session) => session,
        Err(failure) => panic!("{failure:?}"),
    }
}
