//! One SMTP session as a state machine without input or output: octets in, replies out.

use std::fmt::Display;

use super::body::Body;
use super::command::{Command, Error, Mechanism};
use super::log_in::{LogIn, Step};
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
    message_count: usize,
    accepted: Vec<Accepted>,
}

#[derive(Debug)]
enum Mode {
    Command,
    /// The rest of a line that was too long.
    Overlong,
    /// The answer to a challenge of AUTH.
    LogIn(LogIn),
    Data(Body),
    Chunk(Chunk),
}

/// A piece of a message that is still arriving.
#[derive(Debug)]
struct Chunk {
    left_bytes: usize,
    is_last: bool,
}

#[derive(Debug)]
struct Envelope {
    mail_from: String,
    recipients: Vec<String>,
    utf8: bool,
    /// The pieces of a message so far; `None` before the first.
    chunks: Option<Vec<u8>>,
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
            message_count: 0,
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
                Mode::Chunk(chunk) => {
                    let taken = chunk.left_bytes.min(rest.len());
                    chunk.left_bytes -= taken;
                    let is_complete = chunk.left_bytes == 0;
                    self.keep_chunk(rest.get(..taken).unwrap_or_default());
                    let next = if is_complete {
                        self.chunk_end(output)
                    } else {
                        Next::Listen
                    };
                    (taken, next)
                }
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
        if let Mode::LogIn(log_in) = mode {
            return self.challenge_answer(log_in, line, output);
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
            Command::Auth {
                mechanism,
                response,
            } => self.auth(mechanism, response.as_deref(), output),
            Command::Chunk {
                size_bytes,
                is_last,
            } => self.chunk(size_bytes, is_last, output),
            Command::Quit => Next::Close,
        }
    }

    fn hello(&mut self, command: &Command, output: &mut Vec<u8>) -> Next {
        self.has_greeted = true;
        self.envelope = None;
        if *command == Command::Helo {
            return say(format_args!("250 {SERVER_NAME}"), output);
        }
        let offer = self.script.offer;
        let size = format!("SIZE {MAX_MESSAGE_BYTES}");
        let mut extensions = vec![SERVER_NAME, "8BITMIME", &size];
        extensions.extend((!offer.has_no_pipelining).then_some("PIPELINING"));
        extensions.extend(offer.has_chunking.then_some("CHUNKING"));
        extensions.extend([
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            "AUTH PLAIN LOGIN XOAUTH2",
        ]);
        reply(250, &extensions.join("\n"), output);
        Next::Listen
    }

    fn mail(&mut self, mail_from: String, utf8: bool, output: &mut Vec<u8>) -> Next {
        if !self.has_greeted || self.envelope.is_some() {
            return out_of_sequence(output);
        }
        if self.script.offer.messages_per_connection == Some(self.message_count) {
            say("421 4.7.0 Too many messages on this connection", output);
            return Next::Close;
        }
        let (accepts, next) = answer(self.script.mail(&mail_from), "250 2.1.0 OK", output);
        if accepts {
            self.envelope = Some(Envelope {
                mail_from,
                recipients: Vec::new(),
                utf8,
                chunks: None,
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
            // DATA and BDAT do not mix (RFC 3030 §2).
            Some(envelope) if envelope.chunks.is_some() => out_of_sequence(output),
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
        match body.finish() {
            Ok(raw) => self.message_end(envelope, raw, output),
            Err(fault) => say(fault, output),
        }
    }

    fn message_end(&mut self, envelope: Envelope, raw: Vec<u8>, output: &mut Vec<u8>) -> Next {
        let verdict = self.script.data_end(&envelope.recipients);
        let (accepts, next) = answer(verdict, "250 2.0.0 OK: message taken", output);
        if accepts {
            self.message_count += 1;
            self.accepted.push(Accepted {
                mail_from: envelope.mail_from,
                recipients: envelope.recipients,
                raw,
            });
        }
        next
    }

    /// The octets come whatever we answer, so they are read first (RFC 3030 §2).
    fn chunk(&mut self, size_bytes: usize, is_last: bool, output: &mut Vec<u8>) -> Next {
        self.mode = Mode::Chunk(Chunk {
            left_bytes: size_bytes,
            is_last,
        });
        if size_bytes == 0 {
            return self.chunk_end(output);
        }
        Next::Listen
    }

    fn keep_chunk(&mut self, octets: &[u8]) {
        if let Some(envelope) = &mut self.envelope {
            let chunks = envelope.chunks.get_or_insert_default();
            // One octet over the limit is enough to know that it was too much.
            let room = (MAX_MESSAGE_BYTES + 1).saturating_sub(chunks.len());
            let kept = octets.get(..room.min(octets.len())).unwrap_or_default();
            chunks.extend_from_slice(kept);
        }
    }

    fn chunk_end(&mut self, output: &mut Vec<u8>) -> Next {
        let mode = std::mem::replace(&mut self.mode, Mode::Command);
        let (Mode::Chunk(chunk), Some(mut envelope)) = (mode, self.envelope.take()) else {
            return out_of_sequence(output);
        };
        let raw = envelope.chunks.take().unwrap_or_default();
        if envelope.recipients.is_empty() {
            return say("554 5.5.1 No valid recipients", output);
        }
        if raw.len() > MAX_MESSAGE_BYTES {
            return say(super::body::Fault::TooLarge, output);
        }
        if chunk.is_last {
            return self.message_end(envelope, raw, output);
        }
        envelope.chunks = Some(raw);
        self.envelope = Some(envelope);
        say("250 2.0.0 OK: chunk taken", output)
    }

    fn auth(&mut self, mechanism: Mechanism, response: Option<&str>, output: &mut Vec<u8>) -> Next {
        if !self.has_greeted || self.is_authenticated || self.envelope.is_some() {
            return out_of_sequence(output);
        }
        self.step(LogIn::new(mechanism), response, output)
    }

    fn challenge_answer(&mut self, log_in: LogIn, line: &[u8], output: &mut Vec<u8>) -> Next {
        match std::str::from_utf8(line) {
            Ok("*") => say("501 5.7.0 Authentication cancelled", output),
            Ok("") => say("501 5.5.2 No credentials", output),
            Ok(line) => self.step(log_in, Some(line), output),
            Err(_) => say("501 5.5.2 Not base64", output),
        }
    }

    fn step(&mut self, mut log_in: LogIn, response: Option<&str>, output: &mut Vec<u8>) -> Next {
        match log_in.take(response) {
            Step::Challenge(challenge) => {
                self.mode = Mode::LogIn(log_in);
                say(format_args!("334 {challenge}"), output)
            }
            Step::Malformed => say("501 5.5.2 Cannot read these credentials", output),
            Step::Complete(user, password) => {
                let usual = "235 2.7.0 Authentication successful";
                let (accepts, next) = answer(self.script.log_in(&user, &password), usual, output);
                self.is_authenticated = accepts;
                next
            }
        }
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
