//! The mail server that takes what the program sends, and how a reader uses a mail.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tidings::clock::Clock;
use tidings::mail::captured::CapturedMail;
use tidings::mail::outbox::Outbox;
use tidings::mail::smtp_server::{Running, Script, SmtpServer, Verdict};

/// More mails and bytes than any test sends.
const MAX_MESSAGES: usize = 100_000;
const MAX_BYTES: usize = 512 * 1024 * 1024;

/// A real SMTP server on a free port, with the test's clock.
pub(super) async fn peer(script: Script, clock: Clock) -> (Running, Outbox) {
    let outbox = Outbox::new(MAX_MESSAGES, MAX_BYTES);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let now = Arc::new(move || clock.now());
    let running = SmtpServer::start(address, outbox.clone(), script, now)
        .await
        .unwrap();
    (running, outbox)
}

/// What the mail peer says at one step; a test changes its mind under way.
#[derive(Clone)]
pub(crate) struct Changing(Arc<Mutex<Verdict>>);

impl Changing {
    pub(crate) fn says(verdict: Verdict) -> Self {
        Self(Arc::new(Mutex::new(verdict)))
    }

    pub(crate) fn now_says(&self, verdict: Verdict) {
        *self.0.lock().unwrap() = verdict;
    }

    pub(crate) fn verdict(&self) -> Verdict {
        self.0.lock().unwrap().clone()
    }
}

/// The first link of a mail whose address holds `part`, such as `/confirm/`.
#[track_caller]
pub(crate) fn link(mail: &CapturedMail, part: &str) -> String {
    let links = mail.links();
    links
        .iter()
        .find(|link| link.contains(part))
        .unwrap_or_else(|| panic!("no {part} in {links:?}"))
        .clone()
}
