//! One SMTP session as a state machine without input or output: octets in, replies out.

use std::fmt::Display;

use super::body::Body;
use super::command::{Command, Error};
use super::script::{Script, Verdict};
use super::{MAX_COMMAND_BYTES, MAX_MESSAGE_BYTES, MAX_RECIPIENTS, SERVER_NAME};

/// A message taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Accepted {
    pub(super) mail_from: String,
    pub(super) recipients: Vec<String>,
    pub(super) raw: Vec<u8>,
}

/// What the connection does after the replies written so far were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Listen,
    /// Close in an orderly way, so that the client gets the last reply.
    Close,
    /// Close at once.
    Drop,
    /// Say nothing more until the client leaves.
    Stall,
}

/// The state of a session between two packets.
#[derive(Debug)]
pub(super) struct Session {
    script: Script,
    mode: Mode,
    has_greeted: bool,
    is_authenticated: bool,
    /// The greeting refused the client; only QUIT is left to it (RFC 5321 §3.1).
    is_refused: bool,
    envelope: Option<Envelope>,
    accepted: Vec<Accepted>,
}

#[derive(Debug)]
enum Mode {
    Command,
    /// The rest of a line that was too long.
    Overlong,
    /// The answer to the challenge of AUTH.
    Credentials,
    Data(Body),
}

#[derive(Debug)]
struct Envelope {
    mail_from: String,
    recipients: Vec<String>,
    utf8: bool,
}

impl Session {
    pub(super) fn new(script: Script) -> Self {
        Self {
            script,
            mode: Mode::Command,
            has_greeted: false,
            is_authenticated: false,
            is_refused: false,
            envelope: None,
            accepted: Vec::new(),
        }
    }

    /// The first reply of a connection.
    pub(super) fn greet(&mut self, output: &mut Vec<u8>) -> Next {
        let greeting = format!("220 {SERVER_NAME} ESMTP");
        let (accepts, next) = answer(self.script.connect(), &greeting, output);
        self.is_refused = !accepts;
        next
    }

    /// Takes octets and writes replies; returns how many octets it took. The rest is the start of a line.
    pub(super) fn advance(&mut self, input: &[u8], output: &mut Vec<u8>) -> (usize, Next) {
        let mut rest = input;
        while !rest.is_empty() {
            let (taken, next) = match &mut self.mode {
                Mode::Data(body) => match body.push(rest) {
                    (taken, true) => (taken, self.data_end(output)),
                    (taken, false) => (taken, Next::Listen),
                },
                _ => match rest.iter().position(|octet| *octet == b'\n') {
                    Some(end) => (
                        end + 1,
                        self.line(rest.get(..=end).unwrap_or_default(), output),
                    ),
                    None if rest.len() < MAX_COMMAND_BYTES => break,
                    None => {
                        self.mode = Mode::Overlong;
                        (rest.len(), Next::Listen)
                    }
                },
            };
            rest = rest.get(taken..).unwrap_or_default();
            if next != Next::Listen {
                return (input.len() - rest.len(), next);
            }
        }
        (input.len() - rest.len(), Next::Listen)
    }

    /// The messages taken in since the last call.
    pub(super) fn take_accepted(&mut self) -> Vec<Accepted> {
        std::mem::take(&mut self.accepted)
    }

    fn line(&mut self, line: &[u8], output: &mut Vec<u8>) -> Next {
        let mode = std::mem::replace(&mut self.mode, Mode::Command);
        if line.len() > MAX_COMMAND_BYTES || matches!(mode, Mode::Overlong) {
            return say("500 5.5.6 Line too long", output);
        }
        // A line that ends with a bare LF is refused whole: it is never a command, neither here nor after a message.
        let Some(line) = line.strip_suffix(b"\r\n") else {
            return say(Error::Line, output);
        };
        if matches!(mode, Mode::Credentials) {
            return self.credentials(line, output);
        }
        let utf8 = self.envelope.as_ref().is_some_and(|envelope| envelope.utf8);
        match Command::parse(line, utf8) {
            Ok(Command::Quit) => {
                say(
                    format_args!("221 2.0.0 {SERVER_NAME} closing connection"),
                    output,
                );
                Next::Close
            }
            _ if self.is_refused => say("503 5.5.1 No service here", output),
            Ok(command) => self.command(command, output),
            Err(error) => say(error, output),
        }
    }

    fn command(&mut self, command: Command, output: &mut Vec<u8>) -> Next {
        match command {
            Command::Helo | Command::Ehlo => self.hello(&command, output),
            Command::Mail { from, utf8 } => self.mail(from, utf8, output),
            Command::Rcpt { to } => self.rcpt(to, output),
            Command::Data => self.data(output),
            Command::Reset => {
                self.envelope = None;
                say("250 2.0.0 OK", output)
            }
            Command::Noop => say("250 2.0.0 OK", output),
            Command::Verify => say("252 2.0.0 Cannot verify, but will take a message", output),
            Command::Help => say("214 2.0.0 See RFC 5321", output),
            Command::AuthPlain { has_response } => self.auth(has_response, output),
            Command::Quit => Next::Close,
        }
    }

    fn hello(&mut self, command: &Command, output: &mut Vec<u8>) -> Next {
        self.has_greeted = true;
        self.envelope = None;
        if *command == Command::Helo {
            return say(format_args!("250 {SERVER_NAME}"), output);
        }
        let extensions = [
            SERVER_NAME,
            "8BITMIME",
            &format!("SIZE {MAX_MESSAGE_BYTES}"),
            "PIPELINING",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            "AUTH PLAIN",
        ];
        reply(250, &extensions.join("\n"), output);
        Next::Listen
    }

    fn mail(&mut self, mail_from: String, utf8: bool, output: &mut Vec<u8>) -> Next {
        if !self.has_greeted || self.envelope.is_some() {
            return out_of_sequence(output);
        }
        let (accepts, next) = answer(self.script.mail(&mail_from), "250 2.1.0 OK", output);
        if accepts {
            self.envelope = Some(Envelope {
                mail_from,
                recipients: Vec::new(),
                utf8,
            });
        }
        next
    }

    fn rcpt(&mut self, recipient: String, output: &mut Vec<u8>) -> Next {
        let Some(envelope) = &mut self.envelope else {
            return out_of_sequence(output);
        };
        if envelope.recipients.len() >= MAX_RECIPIENTS {
            return say("452 4.5.3 Too many recipients", output);
        }
        let (accepts, next) = answer(self.script.rcpt(&recipient), "250 2.1.5 OK", output);
        if accepts {
            envelope.recipients.push(recipient);
        }
        next
    }

    fn data(&mut self, output: &mut Vec<u8>) -> Next {
        match &self.envelope {
            None => out_of_sequence(output),
            Some(envelope) if envelope.recipients.is_empty() => {
                say("554 5.5.1 No valid recipients", output)
            }
            Some(_) => {
                self.mode = Mode::Data(Body::default());
                say("354 End data with <CR><LF>.<CR><LF>", output)
            }
        }
    }

    fn data_end(&mut self, output: &mut Vec<u8>) -> Next {
        let mode = std::mem::replace(&mut self.mode, Mode::Command);
        let (Mode::Data(body), Some(envelope)) = (mode, self.envelope.take()) else {
            return out_of_sequence(output);
        };
        let raw = match body.finish() {
            Ok(raw) => raw,
            Err(fault) => return say(fault, output),
        };
        let verdict = self.script.data_end(&envelope.recipients);
        let (accepts, next) = answer(verdict, "250 2.0.0 OK: message taken", output);
        if accepts {
            let Envelope {
                mail_from,
                recipients,
                ..
            } = envelope;
            self.accepted.push(Accepted {
                mail_from,
                recipients,
                raw,
            });
        }
        next
    }

    fn auth(&mut self, has_response: bool, output: &mut Vec<u8>) -> Next {
        if !self.has_greeted || self.is_authenticated || self.envelope.is_some() {
            return out_of_sequence(output);
        }
        if has_response {
            return self.authenticated(output);
        }
        self.mode = Mode::Credentials;
        // An empty challenge is a code and a space (RFC 4954 §4).
        say("334 ", output)
    }

    fn credentials(&mut self, line: &[u8], output: &mut Vec<u8>) -> Next {
        match line {
            b"*" => say("501 5.7.0 Authentication cancelled", output),
            b"" => say("501 5.5.2 No credentials", output),
            _ => self.authenticated(output),
        }
    }

    /// Any name and password will do: the catcher has no accounts and keeps no credentials.
    fn authenticated(&mut self, output: &mut Vec<u8>) -> Next {
        self.is_authenticated = true;
        say("235 2.7.0 Authentication successful", output)
    }
}

/// Writes what a verdict says; returns whether it accepts, and how to go on.
fn answer(verdict: Verdict, usual: &str, output: &mut Vec<u8>) -> (bool, Next) {
    match verdict {
        Verdict::Accept => (true, say(usual, output)),
        Verdict::Reply { code, text } => {
            reply(code, &text, output);
            let next = if code == 421 {
                Next::Close
            } else {
                Next::Listen
            };
            ((200..300).contains(&code), next)
        }
        Verdict::Drop => (false, Next::Drop),
        Verdict::AcceptThenDrop => (true, Next::Drop),
        Verdict::Stall => (false, Next::Stall),
    }
}

/// Writes a reply of one or more lines (RFC 5321 §4.2.1).
fn reply(code: u16, text: &str, output: &mut Vec<u8>) {
    let mut lines = text.lines().peekable();
    if lines.peek().is_none() {
        say(format_args!("{code} "), output);
    }
    while let Some(line) = lines.next() {
        let separator = if lines.peek().is_some() { '-' } else { ' ' };
        say(format_args!("{code}{separator}{line}"), output);
    }
}

fn out_of_sequence(output: &mut Vec<u8>) -> Next {
    say("503 5.5.1 Bad sequence of commands", output)
}

fn say(line: impl Display, output: &mut Vec<u8>) -> Next {
    output.extend_from_slice(line.to_string().as_bytes());
    output.extend_from_slice(b"\r\n");
    Next::Listen
}
