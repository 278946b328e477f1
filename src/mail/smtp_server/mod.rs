//! The built-in mail catcher: an SMTP server on the loopback interface that stores what it is given in an [`Outbox`].
//!
//! `tidings demo` sends to it, and it is the scripted peer of our tests ([`Script`]). It is our own state machine of
//! RFC 5321 and not the `mailin` crate: `mailin` refuses the empty sender of bounces and every MAIL parameter but BODY,
//! knows no SIZE, PIPELINING or SMTPUTF8, and makes a client authenticate as soon as AUTH is announced. Working around
//! that would have meant parsing the commands before it and editing the replies after it.

mod body;
mod command;
mod log_in;
mod script;
mod session;
#[cfg(test)]
mod tests;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

pub use self::script::{Script, Verdict};
use self::session::{Next, Session};
use super::outbox::Outbox;

/// The largest message taken, in octets without dot-stuffing: 25 MiB, announced as SIZE (RFC 1870).
const MAX_MESSAGE_BYTES: usize = 26_214_400;
/// The longest command line in octets with its CRLF: 512 (RFC 5321 §4.5.3.1.4) and ample room for parameters.
const MAX_COMMAND_BYTES: usize = 2_048;
/// The most recipients of one message; RFC 5321 §4.5.3.1.8 asks for at least 100.
const MAX_RECIPIENTS: usize = 1_000;
/// The name in greetings. There is no other: the server is reachable from this machine only.
const SERVER_NAME: &str = "localhost";
/// How much is read at once, in octets.
const READ_BYTES: usize = 16 * 1_024;
/// How long an orderly close waits for the client to close as well.
const LINGER: Duration = Duration::from_secs(1);
/// How long to wait after the system refused us a connection, for example because no file descriptor is free.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Where the server reads the time of arrival.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// The mail catcher; see [`SmtpServer::start`].
#[derive(Debug, Clone, Copy)]
pub struct SmtpServer;

/// A running server. Dropping it stops the server without waiting for it.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    accepted: Arc<AtomicU64>,
    stop: watch::Sender<bool>,
    acceptor: JoinHandle<()>,
}

#[derive(Debug, Clone, Copy)]
struct Limits {
    /// How long a session may be silent, and how long a stalled one lasts.
    idle: Duration,
    connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            idle: Duration::from_mins(1),
            connections: 200,
        }
    }
}

struct Context {
    outbox: Outbox,
    script: Script,
    now: Now,
    accepted: Arc<AtomicU64>,
    limits: Limits,
}

impl SmtpServer {
    /// Listens on `address` (port 0 picks a free one) and serves until the returned handle is stopped or dropped.
    ///
    /// At most 200 connections at a time, each silent for at most 60 seconds; a message has at most 25 MiB.
    ///
    /// # Errors
    /// `InvalidInput` when the address is not a loopback address, since a server that takes any message and any
    /// password must not be reachable from elsewhere; otherwise what binding the socket says.
    pub async fn start(
        address: SocketAddr,
        outbox: Outbox,
        script: Script,
        now: Now,
    ) -> io::Result<Running> {
        Self::start_with(address, outbox, script, now, Limits::default()).await
    }

    async fn start_with(
        address: SocketAddr,
        outbox: Outbox,
        script: Script,
        now: Now,
        limits: Limits,
    ) -> io::Result<Running> {
        if !address.ip().to_canonical().is_loopback() {
            let reason = format!(
                "the mail catcher listens on loopback addresses only, not on {}",
                address.ip()
            );
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let accepted = Arc::new(AtomicU64::new(0));
        let context = Context {
            outbox,
            script,
            now,
            accepted: Arc::clone(&accepted),
            limits,
        };
        let (stop, stopping) = watch::channel(false);
        let acceptor = tokio::spawn(accept_connections(listener, Arc::new(context), stopping));
        Ok(Running {
            address,
            accepted,
            stop,
            acceptor,
        })
    }
}

impl Running {
    /// Where the server listens; the port is the real one when 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many messages were accepted so far, including those whose client was not told.
    #[must_use]
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Closes the socket, says 421 to the sessions and waits for them to end.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.acceptor.await {
            tracing::error!(%error, "the mail catcher ended abnormally");
        }
    }
}

async fn accept_connections(
    listener: TcpListener,
    context: Arc<Context>,
    stopping: watch::Receiver<bool>,
) {
    let mut sessions = JoinSet::new();
    let mut stop = stopping.clone();
    loop {
        tokio::select! {
            // An error says that the handle was dropped, which stops the server as well.
            _ = stop.changed() => break,
            Some(ended) = sessions.join_next() => log_end(ended),
            connection = listener.accept() => match connection {
                Ok((stream, _)) => {
                    while let Some(ended) = sessions.try_join_next() {
                        log_end(ended);
                    }
                    let scripted = context.script.offer.connections.unwrap_or(usize::MAX);
                    if sessions.len() >= context.limits.connections.min(scripted) {
                        refuse(&stream).await;
                    } else {
                        let connection = Connection::new(stream, Arc::clone(&context), stopping.clone());
                        sessions.spawn(connection.serve());
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the mail catcher cannot take a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    let all_ended = async { while sessions.join_next().await.is_some() {} };
    if timeout(LINGER, all_ended).await.is_err() {
        sessions.shutdown().await;
    }
}

fn log_end(ended: Result<io::Result<()>, tokio::task::JoinError>) {
    match ended {
        Ok(Ok(())) => {}
        // Clients that reset the connection are everyday life, and tests do it on purpose.
        Ok(Err(error)) => tracing::debug!(%error, "an SMTP connection broke"),
        Err(error) => tracing::error!(%error, "an SMTP session ended abnormally"),
    }
}

/// A new socket has room for one line, so this neither waits for the client nor needs a task.
async fn refuse(stream: &TcpStream) {
    let line = b"421 4.3.2 Too many connections, try again later\r\n";
    let told = match stream.writable().await {
        Ok(()) => stream.try_write(line),
        Err(error) => Err(error),
    };
    if let Err(error) = told {
        tracing::debug!(%error, "an SMTP connection broke");
    }
}

struct Connection {
    stream: TcpStream,
    context: Arc<Context>,
    stopping: watch::Receiver<bool>,
    input: Vec<u8>,
}

/// What reading from the client came to.
enum Heard {
    Octets,
    End,
    Silence,
    Stop,
}

impl Connection {
    fn new(stream: TcpStream, context: Arc<Context>, stopping: watch::Receiver<bool>) -> Self {
        Self {
            stream,
            context,
            stopping,
            input: Vec::with_capacity(READ_BYTES),
        }
    }

    async fn serve(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        let mut session = Session::new(self.context.script.clone());
        let mut output = Vec::new();
        let mut next = session.greet(&mut output);
        loop {
            self.write(&output).await?;
            output.clear();
            match next {
                Next::Listen => {}
                Next::Close => return self.close().await,
                Next::Drop => return Ok(()),
                Next::Stall => return self.discard(self.context.limits.idle).await,
            }
            match self.read().await? {
                Heard::Octets => {
                    let (taken, then) = session.advance(&self.input, &mut output);
                    self.input.drain(..taken);
                    self.store(&mut session);
                    // Clients that leave Nagle's algorithm on, lettre among them, keep the end of a message back
                    // until the octets before it are acknowledged; Linux would take 40 ms over that each time.
                    #[cfg(target_os = "linux")]
                    if output.is_empty() && then == Next::Listen {
                        self.stream.set_quickack(true)?;
                    }
                    next = then;
                }
                Heard::End => return Ok(()),
                Heard::Silence => {
                    output
                        .extend_from_slice(b"421 4.4.2 Idle for too long, closing connection\r\n");
                    next = Next::Close;
                }
                Heard::Stop => {
                    output.extend_from_slice(b"421 4.3.2 Shutting down, closing connection\r\n");
                    next = Next::Close;
                }
            }
        }
    }

    /// Stores before the replies are sent: a client that has its 250 finds the message in the outbox.
    fn store(&self, session: &mut Session) {
        for message in session.take_accepted() {
            self.context.accepted.fetch_add(1, Ordering::Relaxed);
            let received_at = (self.context.now)();
            self.context.outbox.store(
                received_at,
                message.mail_from,
                message.recipients,
                message.raw,
            );
        }
    }

    async fn read(&mut self) -> io::Result<Heard> {
        tokio::select! {
            _ = self.stopping.wait_for(|stop| *stop) => Ok(Heard::Stop),
            read = timeout(self.context.limits.idle, self.stream.read_buf(&mut self.input)) => match read {
                Ok(Ok(0)) => Ok(Heard::End),
                Ok(Ok(_)) => Ok(Heard::Octets),
                Ok(Err(error)) => Err(error),
                Err(_) => Ok(Heard::Silence),
            },
        }
    }

    async fn write(&mut self, output: &[u8]) -> io::Result<()> {
        let Some(pause) = self.context.script.offer.drip else {
            return timeout(self.context.limits.idle, self.stream.write_all(output)).await?;
        };
        for octet in output {
            tokio::time::sleep(pause).await;
            self.stream.write_all(&[*octet]).await?;
        }
        Ok(())
    }

    /// Ends our side, then waits for the client: closing with unread octets would make the system reset the
    /// connection, and the client might lose our last reply.
    async fn close(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        self.discard(LINGER).await
    }

    /// Reads and forgets until the client leaves, the server stops or the time is over.
    async fn discard(&mut self, duration: Duration) -> io::Result<()> {
        let client_leaves = async {
            while let Heard::Octets = self.read().await? {
                self.input.clear();
            }
            Ok(())
        };
        timeout(duration, client_leaves).await.unwrap_or(Ok(()))
    }
}
