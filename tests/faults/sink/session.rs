//! One conversation.

use std::io::{Error, ErrorKind, Result};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::State;
use super::ledger::{Event, now_micros};
use super::recipient::hash;
use super::rules::{Banner, Phase, Rules, Tls};
use super::wire::Wire;

/// How long a sink that never answers keeps a connection before it lets go of it.
pub(super) const FOR_EVER: Duration = Duration::from_mins(15);

pub(super) struct Session {
    pub(super) wire: Wire,
    pub(super) state: Arc<State>,
    pub(super) conn: u64,
    pub(super) mailfrom: String,
    pub(super) t_mail: u64,
    pub(super) rcpt: String,
    pub(super) chunks: Vec<u8>,
    pub(super) messages: u32,
}

/// How a step ends that ends the conversation.
pub(super) fn over<T>() -> Result<T> {
    Err(Error::from(ErrorKind::ConnectionAborted))
}

/// Serves until either side has enough.
pub(super) async fn serve(stream: TcpStream, state: Arc<State>) {
    let conn = state.connections.fetch_add(1, Ordering::SeqCst) + 1;
    let open = state.open.fetch_add(1, Ordering::SeqCst) + 1;
    let session = Session {
        wire: Wire::new(stream),
        state: Arc::clone(&state),
        conn,
        mailfrom: String::new(),
        t_mail: 0,
        rcpt: String::new(),
        chunks: Vec::new(),
        messages: 0,
    };
    // How a conversation ends is in the ledger.
    session.run(open).await.ok();
    state.open.fetch_sub(1, Ordering::SeqCst);
}

impl Session {
    async fn run(mut self, open: usize) -> Result<()> {
        let rules = self.rules();
        self.note("connect", "");
        if rules.max_connections.is_some_and(|most| open > most) {
            return self.close("421 4.3.2 Too many connections").await;
        }
        self.state.most_open.fetch_max(open, Ordering::SeqCst);
        if let Tls::Implicit(config) = &rules.tls {
            self.wire = self.wire.secure(Arc::clone(config)).await?;
        }
        self.greet(rules.banner).await?;
        loop {
            let line = self.wire.line().await?;
            let verb = line
                .split(' ')
                .next()
                .unwrap_or_default()
                .to_ascii_uppercase();
            if verb == "STARTTLS" {
                self = self.start_tls().await?;
            } else {
                Box::pin(self.command(&verb, &line)).await?;
            }
        }
    }

    pub(super) fn rules(&self) -> Rules {
        self.state.rules()
    }

    pub(super) fn event(&self, phase: &str, reply: &str) -> Event {
        Event {
            t: now_micros(),
            conn: self.conn,
            phase: phase.to_owned(),
            mailfrom: self.mailfrom.clone(),
            rcpt: self.rcpt.clone(),
            t_mail: self.t_mail,
            reply: reply.to_owned(),
            is_secure: self.wire.is_secure,
            ..Event::default()
        }
    }

    pub(super) fn note(&self, phase: &str, reply: &str) {
        self.state.ledger.note(self.event(phase, reply));
    }

    /// The last word of the conversation.
    async fn close(&mut self, reply: &str) -> Result<()> {
        self.wire.say(reply);
        self.wire.flush().await?;
        over()
    }

    /// Says it, and ends the conversation if it is a 421.
    pub(super) async fn answer(&mut self, reply: &str) -> Result<()> {
        if reply.starts_with("421") {
            return self.close(reply).await;
        }
        self.wire.say(reply);
        Ok(())
    }

    /// Counts a phase, waits where a kill is to meet it, and gives the refusal that is due, if one is.
    pub(super) async fn reach(&self, phase: Phase) -> Option<&'static str> {
        let pass = self.state.reached(phase);
        let rules = self.rules();
        let is_due = |one_in: u64| hash(self.state.seed, &format!("{phase:?}{pass}"), one_in) == 0;
        if let Some((at, pause, one_in)) = rules.stall
            && at == phase
            && is_due(one_in)
        {
            sleep(pause).await;
        }
        let (at, reply, one_in) = rules.refusal?;
        (at == phase && is_due(one_in)).then_some(reply)
    }

    async fn greet(&mut self, banner: Banner) -> Result<()> {
        if let Some(refusal) = self.reach(Phase::Banner).await {
            self.note("banner", refusal);
            return self.close(refusal).await;
        }
        match banner {
            Banner::Greets => self.wire.say("220 localhost ESMTP sink"),
            Banner::Silent => {
                sleep(FOR_EVER).await;
                return over();
            }
            Banner::Junk => {
                return self
                    .close("SSH-2.0-sink\r\n\u{7}\u{1b}[2J 250 nonsense")
                    .await;
            }
            Banner::Drips(pause) => {
                for byte in "220-slowly\r\n".repeat(10_000).chars() {
                    self.wire.drip(byte).await?;
                    sleep(pause).await;
                }
                return over();
            }
        }
        Ok(())
    }

    async fn start_tls(mut self) -> Result<Self> {
        match self.rules().tls {
            Tls::OnRequest(config) if !self.wire.is_secure => {
                self.wire.say("220 2.0.0 Ready");
                self.wire.flush().await?;
                self.wire = self.wire.secure(config).await?;
            }
            Tls::Stall => {
                self.wire.say("220 2.0.0 Ready");
                self.wire.flush().await?;
                sleep(FOR_EVER).await;
                return over();
            }
            _ => self.wire.say("502 5.5.1 Not here"),
        }
        Ok(self)
    }

    async fn command(&mut self, verb: &str, line: &str) -> Result<()> {
        match verb {
            "EHLO" | "HELO" => self.hello(),
            "AUTH" => self.auth(line).await?,
            "MAIL" => self.mail(line).await?,
            "RCPT" => self.rcpt(line).await?,
            "DATA" => self.data().await?,
            "BDAT" => self.chunk(line).await?,
            "RSET" => {
                self.forget();
                self.wire.say("250 2.0.0 Ok");
            }
            "NOOP" => self.wire.say("250 2.0.0 Ok"),
            "QUIT" => return self.close("221 2.0.0 Bye").await,
            _ => self.wire.say("500 5.5.2 Not understood"),
        }
        Ok(())
    }

    fn hello(&mut self) {
        let rules = self.rules();
        let mut words = vec![
            "localhost",
            "PIPELINING",
            "SIZE 10485760",
            "8BITMIME",
            "SMTPUTF8",
        ];
        if matches!(rules.tls, Tls::OnRequest(_) | Tls::Stall) && !self.wire.is_secure {
            words.push("STARTTLS");
        }
        if rules.password.is_some() {
            words.push("AUTH PLAIN LOGIN");
        }
        if rules.has_chunking {
            words.push("CHUNKING");
        }
        words.push("ENHANCEDSTATUSCODES");
        let last = words.len() - 1;
        for (index, word) in words.into_iter().enumerate() {
            let mark = if index == last { ' ' } else { '-' };
            self.wire.say(&format!("250{mark}{word}"));
        }
    }

    async fn auth(&mut self, line: &str) -> Result<()> {
        let mut words = line.split(' ').skip(1);
        let mechanism = words.next().unwrap_or_default().to_ascii_uppercase();
        let secret = if mechanism == "LOGIN" {
            self.wire.say("334 VXNlcm5hbWU6");
            self.wire.line().await?;
            self.wire.say("334 UGFzc3dvcmQ6");
            self.wire.line().await?
        } else if let Some(initial) = words.next() {
            initial.to_owned()
        } else {
            self.wire.say("334 ");
            self.wire.line().await?
        };
        let decoded = STANDARD.decode(secret).unwrap_or_default();
        let password = decoded
            .split(|byte| *byte == 0)
            .next_back()
            .unwrap_or_default();
        let rules = self.rules();
        let is_right = rules
            .password
            .as_deref()
            .is_some_and(|it| it.as_bytes() == password);
        let reply = if is_right {
            "235 2.7.0 Welcome"
        } else {
            rules.auth_refusal.unwrap_or("535 5.7.8 Wrong password")
        };
        self.note("auth", reply);
        self.answer(reply).await
    }
}
